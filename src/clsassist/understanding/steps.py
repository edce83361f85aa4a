"""The steps of understanding, in order: each recognises one kind of words in a question and takes them."""

from __future__ import annotations

from collections.abc import Callable

from clsassist.understanding.boxes import read_boxes, read_closed_words
from clsassist.understanding.counts import read_counts
from clsassist.understanding.draft import Draft, take_match
from clsassist.understanding.figures import read_stated
from clsassist.understanding.organisations import read_organisations
from clsassist.understanding.patterns import LIGHT_VERB
from clsassist.understanding.references import read_references
from clsassist.understanding.restrictions import (
    read_axes,
    read_bounds,
    read_definition,
    read_fields,
    read_numbers,
    read_objectives,
    read_years,
)
from clsassist.understanding.subjects import read_plan_names, read_plans, read_titles, read_topics
from clsassist.vocabulary import Vocabulary

Step = Callable[[Draft, Vocabulary], None]


def read_light_verbs(draft: Draft, vocabulary: Vocabulary) -> None:
    """« quels engagements a pris l'ARS »: a verb that says nothing by itself is no subject."""
    for match in LIGHT_VERB.finditer(draft.question.text):
        take_match(draft, match)


STEPS: tuple[Step, ...] = (
    read_plan_names,
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
    read_stated,
    read_fields,
    read_light_verbs,
    read_topics,
)
