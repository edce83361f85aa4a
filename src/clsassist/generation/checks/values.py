"""Every number, year, amount and address of a sentence stands in the evidence that it cites."""

from __future__ import annotations

import re

from clsassist.generation.claim import Claim, Evidence, Part
from clsassist.generation.reading import Counted, is_year
from clsassist.generation.values import Kind

_DURATION = re.compile(r"\b(?:dure\w*|periode|s'etend\w*|court|courent|calendrier)\b")
_REASONS = {
    Kind.CONTACT: "L'adresse ou le numéro « {} » n'est pas dans la source citée.",
    Kind.EUROS: "Le montant de {} € n'est pas dans la source citée.",
    Kind.PERCENT: "« {} % » n'est pas dans la source citée.",
}


def check_values(claim: Claim, evidence: Evidence) -> str | None:
    """Refuse a value that the cited evidence does not hold, in whatever form it is written."""
    for part in claim.parts:
        if _is_shorter(part):
            return "La source citée donne un exercice, et non la durée de l'action."
        held = {(one.value.kind, one.value.said) for segment in part.segments for one in segment.reading.values}
        held |= {(Kind.NUMBER, item.action.number) for item in part.items if item.action and item.action.number}
        for one in part.reading.values:
            if (one.value.kind, one.value.said) not in held:
                if one.value.said in part.counts.get(one.after[0] if one.after else "", ()):
                    continue
                return _REASONS.get(one.value.kind, "« {} » n'est pas dans la source citée.").format(_shown(one, part))
    return None


def _is_shorter(part: Part) -> bool:
    """Say whether a part gives as the duration of an action one box of its calendar, among several."""
    said = {int(one.value.said) for one in part.reading.values if is_year(one.value)}
    spans = [item.years for item in part.items if None not in item.years]
    if len(said) < 2 or not spans or not _DURATION.search(part.reading.folded):
        return False
    return not any(years == (min(said), max(said)) for years in spans)


def _shown(one: Counted, part: Part) -> str:
    return one.value.said if one.value.kind in _REASONS else one.value.span.of(part.reading.text)
