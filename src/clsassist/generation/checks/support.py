"""Each clause of a sentence is said by one line of the evidence that it cites, about the action that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clsassist.generation.alignment import Gap, Kindred, gaps
from clsassist.generation.claim import Claim, Evidence, Part
from clsassist.generation.clauses import Clause, reading_to_clauses
from clsassist.generation.evidence import Segment, Source, owner_of
from clsassist.generation.reading import fold_same

_NUMBERED = re.compile(r"\b(?:fiche|action)s?(?:[- ]actions?)?\s+(?:n\s?[°o]\s*|numero\s+)?(\d{1,3})\b")
_ALL_OF_THEM = re.compile(
    r"\b(?:toute?s(?: les)? (?:deux|trois|quatre|cinq|les)|tous (?:les|deux)|toutes les|les (?:deux|trois|quatre|cinq)"
    r"|ces (?:deux|trois|quatre|cinq)|chacune?|chaque|commune?s? aux?)\b"
)

_REASONS = {
    Kindred.VALUE: "La source citée ne donne pas « {} » à cet endroit.",
    Kindred.NAME: "« {} » n'est pas dans la source citée.",
    Kindred.SIGN: "La phrase nie, ou affirme, autrement que la source à propos de « {} ».",
    Kindred.MARKER: "« {} » change le sens de la source citée.",
    Kindred.WORD: "La source citée ne dit pas « {} ».",
}


def check_support(claim: Claim, evidence: Evidence) -> str | None:
    """Refuse a sentence of which some clause is said by no single line of its evidence."""
    for part in claim.parts:
        reason = _part_reason(part, evidence)
        if reason:
            return reason
    return None


def _part_reason(part: Part, evidence: Evidence) -> str | None:
    everyone = {owner_of(item) for item in part.items}
    owners = everyone
    together = len(everyone) > 1 and bool(_ALL_OF_THEM.search(part.reading.folded))
    for clause in reading_to_clauses(part.reading, evidence.rules):
        numbered = _numbered(clause, part)
        if numbered is not None:
            if not numbered:
                return "La source citée n'est pas de cette fiche."
            owners, clause = numbered, _without_number(clause)
        if not clause.needed and not clause.values:
            continue
        fitting, worst = _fitting(clause, part, evidence, owners)
        titled = _titled(clause, part, evidence, everyone)
        if titled and (clause.opens or clause.quoted or not fitting):
            owners = titled
            continue
        if not fitting:
            return _REASONS[worst.kind].format(worst.said)
        if together and "" not in fitting and not owners <= fitting:
            return "Toutes les actions citées ne le disent pas."
    return None


def _numbered(clause: Clause, part: Part) -> set[str] | None:
    """Return the owners that the numbers of fiches in a clause name; None when it gives none."""
    said = [match.group(1) for match in _NUMBERED.finditer(fold_same(clause.text))]
    if not said:
        return None
    return {owner_of(item) for item in part.items if item.action and item.action.number in said}


def _without_number(clause: Clause) -> Clause:
    folded = fold_same(clause.text)
    numbers = {match.group(1) for match in _NUMBERED.finditer(folded)}
    values = tuple(one for one in clause.values if one.value.said not in numbers)
    return Clause(clause.text, clause.words, values, clause.opens, clause.quoted)


def _titled(clause: Clause, part: Part, evidence: Evidence, owners: Iterable[str]) -> set[str]:
    """Return the owners whose title or plan says a clause whole."""
    named = [one for one in part.segments if one.source in (Source.TITLE, Source.PLAN)]
    return {one.owner for one in named if one.owner in owners and not gaps(clause, one, part, evidence)}


def _fitting(clause: Clause, part: Part, evidence: Evidence, owners: set[str]) -> tuple[set[str], Gap]:
    """Return the owners with a line that says a clause, and what the best line lacks when there is none."""
    fitting: set[str] = set()
    lacks: list[Gap] = []
    for segment in part.segments:
        if segment.owner and segment.owner not in owners:
            continue
        found = gaps(clause, segment, part, evidence)
        if not found:
            fitting.add(segment.owner)
        elif not lacks or len(found) < len(lacks):
            lacks = found
    return fitting, min(lacks, default=Gap(Kindred.WORD, clause.text.strip()), key=lambda gap: gap.kind)


def best_segments(clause: Clause, part: Part, evidence: Evidence) -> list[Segment]:
    """Return the segments that say a clause whole."""
    return [one for one in part.segments if not gaps(clause, one, part, evidence)]
