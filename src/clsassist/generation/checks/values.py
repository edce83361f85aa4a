"""Every number, year, amount and address of a sentence stands in the evidence that it cites."""

from __future__ import annotations

from clsassist.generation.claim import Claim, Evidence, Part
from clsassist.generation.reading import Counted
from clsassist.generation.values import Kind

_REASONS = {
    Kind.CONTACT: "L'adresse ou le numéro « {} » n'est pas dans la source citée.",
    Kind.EUROS: "Le montant de {} € n'est pas dans la source citée.",
    Kind.PERCENT: "« {} % » n'est pas dans la source citée.",
}


def check_values(claim: Claim, evidence: Evidence) -> str | None:
    """Refuse a value that the cited evidence does not hold, in whatever form it is written."""
    for part in claim.parts:
        held = {(one.value.kind, one.value.said) for segment in part.segments for one in segment.reading.values}
        held |= {(Kind.NUMBER, item.action.number) for item in part.items if item.action and item.action.number}
        for one in part.reading.values:
            if (one.value.kind, one.value.said) not in held:
                if one.value.said in part.counts.get(one.after[0] if one.after else "", ()):
                    continue
                return _REASONS.get(one.value.kind, "« {} » n'est pas dans la source citée.").format(_shown(one, part))
    return None


def _shown(one: Counted, part: Part) -> str:
    return one.value.said if one.value.kind in _REASONS else one.value.span.of(part.reading.text)
