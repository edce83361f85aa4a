"""The words of a clause stand together in its line of evidence: picked here and there, they say something else."""

from __future__ import annotations

from collections.abc import Sequence

from clsassist.generation.checks.order import same_word
from clsassist.generation.claim import Evidence
from clsassist.generation.clauses import Clause
from clsassist.generation.evidence import Segment, Source
from clsassist.generation.material import Item
from clsassist.parsing.labels import ORGANISATION_FIELDS

# Measured on the supported sentences: two clauses of 195 skip more words of the evidence, and none goes back oftener
# where nobody's part is told.
_MOST_SKIPPED = 7
_MOST_BACK = 1


def nearness_reason(
    lines: Sequence[tuple[Clause, list[Segment]]], items: Sequence[Item], evidence: Evidence
) -> str | None:
    """Refuse a clause whose words are far apart, or in another order, in every line that has them."""
    listed = {item.number for item in items if item.field_key in ORGANISATION_FIELDS}
    for clause, found in lines:
        roles = evidence.rules.roles["porteur"].search(clause.folded)
        if roles or any(one.source is not Source.QUOTE and not one.marks for one in found):
            continue
        if any(one.marks & listed for one in found):
            continue
        if not any(_together(clause, one, evidence) for one in found):
            return "La phrase rapproche des mots que la source cite loin l'un de l'autre."
    return None


def _together(clause: Clause, segment: Segment, evidence: Evidence) -> bool:
    words = [word for word in segment.reading.words if not word.tool]
    places = [[place for place, word in enumerate(words) if same_word(word, one, evidence)] for one in clause.needed]
    held = [found for found in places if found]
    return not held or any(_walks(start, held[1:]) for start in held[0])


def _walks(place: int, rest: Sequence[Sequence[int]]) -> bool:
    """Say whether one goes from word to word in the line by small steps, hardly ever back."""
    back = 0
    for found in rest:
        ahead = [one for one in found if one >= place]
        back += not ahead
        following = min(ahead) if ahead else max(found)
        if back > _MOST_BACK or following - place - 1 > _MOST_SKIPPED:
            return False
        place = following
    return True
