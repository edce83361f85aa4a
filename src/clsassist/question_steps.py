"""The steps of understanding, in order: each recognises one kind of words in a question and takes them."""

from __future__ import annotations

from collections.abc import Callable

from clsassist.question_boxes import read_boxes, read_closed_words
from clsassist.question_counts import read_counts
from clsassist.question_draft import Draft
from clsassist.question_organisations import read_organisations
from clsassist.question_references import read_references
from clsassist.question_restrictions import (
    read_axes,
    read_bounds,
    read_definition,
    read_fields,
    read_numbers,
    read_objectives,
    read_years,
)
from clsassist.question_subjects import read_plans, read_titles, read_topics
from clsassist.vocabulary import Vocabulary

Step = Callable[[Draft, Vocabulary], None]


STEPS: tuple[Step, ...] = (
    read_definition,
    read_axes,
    read_objectives,
    read_bounds,
    read_numbers,
    read_years,
    read_titles,
    read_references,
    read_boxes,
    read_organisations,
    read_plans,
    read_closed_words,
    read_counts,
    read_fields,
    read_topics,
)
