"""What an action writes in a field, beyond filling it: an amount of money, a year."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from clsassist.money import amounts_of
from clsassist.parsing.labels import FAMILIES, is_asked
from clsassist.proofs import field_proof, place_proof
from clsassist.question import STATED, Question
from clsassist.records import Action
from clsassist.registry import Registry
from clsassist.segments import Segment
from clsassist.topic_search import Condition, Match


def states(question: Question, registry: Registry) -> Condition:
    """« un budget chiffré », « une échéance précise »: the field says a number, not only words.

    An action without the field is noted in the dict.
    """
    wanted = [(key, held) for key, held in question.filled if key in STATED]

    def condition(match: Match, missing: dict[str, Action]) -> Match | None:
        for key, held in wanted:
            keys = FAMILIES.get(STATED[key], (STATED[key],))
            if not any(is_asked(field, keys) for field in match.action.fields):
                missing[match.action.id] = match.action
                return None
            if _says(match.action, key, registry) is not held:
                return None
            match = match.proved_by(partial(_proof, match.action, key, registry))
        return match

    return condition


def _says(action: Action, key: str, registry: Registry) -> bool:
    return bool(amounts_of(action, registry)) if key == "montant" else action.first_year is not None


def _proof(action: Action, key: str, registry: Registry) -> Sequence[Segment]:
    """Return the words that hold the first amount, else the field."""
    amounts = amounts_of(action, registry) if key == "montant" else ()
    for field, amount in amounts[:1]:
        spans = (span for item in field.items for span in item.spans)
        around = next((span for span in spans if span.start <= amount.span.start < span.end), amount.span)
        return [place_proof(action, field, around, registry)]
    keys = FAMILIES.get(STATED[key], (STATED[key],))
    return field_proof(action, [field for field in action.fields if is_asked(field, keys)], registry)
