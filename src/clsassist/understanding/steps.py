"""The steps of understanding, in order: each recognises one kind of words in a question and takes them."""

from __future__ import annotations

from collections.abc import Callable

from clsassist.understanding.boxes import read_boxes, read_closed_words
from clsassist.understanding.counts import read_counts
from clsassist.understanding.draft import Draft, take_match
from clsassist.understanding.figures import read_stated
from clsassist.understanding.organisations import read_organisations
from clsassist.understanding.patterns import AT_HAND, LIGHT_VERB, LINKING
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


def read_empty_turns(draft: Draft, vocabulary: Vocabulary) -> None:
    """« quels engagements a pris l'ARS », « auprès des », « synthèse de »: turns that are no subject."""
    for pattern in (LIGHT_VERB, LINKING):
        for match in pattern.finditer(draft.question.text):
            take_match(draft, match)
    at_hand = AT_HAND.search(draft.question.text)
    for place, token in enumerate(draft.tokens):
        if at_hand and at_hand.start("said") <= token.span.start < at_hand.end("said"):
            draft.take(place, place + 1)


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
    read_empty_turns,
    read_topics,
)
