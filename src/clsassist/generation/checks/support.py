"""Each clause of a sentence is said by one line of the evidence that it cites, about the action that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from clsassist.generation.alignment import Gap, Kindred, gaps
from clsassist.generation.checks.order import order_reason
from clsassist.generation.checks.polarity import polarity_reason
from clsassist.generation.claim import Claim, Evidence, Part
from clsassist.generation.clauses import Clause, reading_to_clauses
from clsassist.generation.evidence import Segment, Source, owner_of
from clsassist.generation.reading import Word

_NUMBERED = re.compile(r"\b(?:fiche|action)s?(?:[- ]actions?)?\s+(?:n\s?[°o]\s*|numero\s+)?(\d{1,3})\b")
_ALL_OF_THEM = re.compile(
    r"\b(?:toute?s(?: les)? (?:deux|trois|quatre|cinq|les)|tous (?:les|deux)|toutes les|les (?:deux|trois|quatre|cinq)"
    r"|ces (?:deux|trois|quatre|cinq)|chacune?|chaque|commune?s? aux?)\b"
)
_INFINITIVE = re.compile(r"(?:er|ir|re)$")
# Fields in whole sentences: what one sentence says of somebody, another does not say of the next.
_PROSE = frozenset({"contexte", "texte"})

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
    walk = _Walk(part, evidence, {owner_of(item) for item in part.items})
    for clause in reading_to_clauses(part.reading, evidence.rules):
        reason = walk.take(clause)
        if reason:
            return reason
    return walk.end()


@dataclass
class _Walk:
    """The clauses of a part, one after the other: ``owners`` are the actions that the sentence now speaks of.

    ``subject`` waits for its verb; ``lines`` are the clauses that the evidence says, with the lines that say them.
    """

    part: Part
    evidence: Evidence
    owners: set[str]
    subject: Clause | None = None
    lines: list[tuple[Clause, list[Segment]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.everyone = set(self.owners)
        self.together = len(self.owners) > 1 and bool(_ALL_OF_THEM.search(self.part.reading.folded))

    def take(self, found: Clause) -> str | None:
        """Hold one clause against the evidence."""
        numbered = _numbered(found, self.part)
        if numbered is not None and not numbered:
            return "La source citée n'est pas de cette fiche."
        clause = _without_number(found) if numbered else found
        clause, planned = _without_plan(clause, self.part, self.everyone)
        named = [owners for owners in (planned, numbered) if owners]
        self.owners = set.intersection(*named) if named else self.owners
        if self.subject:
            clause, self.subject = _merged(self.subject, clause), None
        if not clause.needed and not clause.values:
            return None
        titled = _titled(clause, self.part, self.evidence, self.everyone)
        if titled and (clause.opens or clause.quoted):
            self.owners = titled
        elif clause.opens:
            self.subject = clause
        else:
            return self._hold(clause, titled)
        return None

    def _hold(self, clause: Clause, titled: set[str]) -> str | None:
        fitting, worst = _fitting(clause, self.part, self.evidence, self.owners)
        if not fitting and titled:
            self.owners = titled
            return None
        if not fitting:
            return _REASONS[worst.kind].format(worst.said)
        if self.together and not _general(fitting) and not self.owners <= {one.owner for one in fitting}:
            return "Toutes les actions citées ne le disent pas."
        self.lines.append((clause, fitting))
        return None

    def end(self) -> str | None:
        """Tell what the clauses together say that the evidence does not."""
        if self.subject:
            reason = self._hold(self.subject, set())
            if reason:
                return reason
        if not self.lines and self.owners == self.everyone:
            return "La phrase ne rapporte rien de la source citée."
        return (
            _joined_reason(self.lines, self.part)
            or order_reason(self.lines, self.evidence)
            or polarity_reason(self.lines, self.part, self.evidence)
        )


def _general(segments: Iterable[Segment]) -> bool:
    return any(not one.owner for one in segments)


def _merged(first: Clause, second: Clause) -> Clause:
    """Join a subject with what is said of it: both must stand in one line."""
    return replace(
        second,
        text=f"{first.text} {second.text}",
        words=(*first.words, *second.words),
        values=(*first.values, *second.values),
    )


def _joined_reason(lines: list[tuple[Clause, list[Segment]]], part: Part) -> str | None:
    """Refuse clauses that lean on lines that have nothing to do with each other."""
    prose = {item.number for item in part.items if item.field_key in _PROSE}
    in_prose = [found for _, found in lines if all(_is_of(one, prose) for one in found)]
    if len(in_prose) > 1 and not set.intersection(*({id(one) for one in found} for found in in_prose)):
        return "La phrase réunit ce que la source dit à des endroits différents."
    verb: str | None = None
    for clause, found in lines:
        own = _verb(clause, found)
        if verb and not own and not any(verb in one.signs for one in found):
            return "La phrase rapporte à l'un ce que la source dit de l'autre."
        verb = own or verb
    return None


def _is_of(segment: Segment, marks: set[int]) -> bool:
    return segment.source is Source.QUOTE and bool(segment.marks & marks)


def _verb(clause: Clause, found: list[Segment]) -> str | None:
    """Return the stem that a line of the evidence writes as an infinitive, the last of the clause."""
    said = [word.stem for word in clause.needed]
    for segment in found:
        for word in _infinitives(segment):
            if word.stem in said:
                return word.stem
    return None


def _infinitives(segment: Segment) -> Iterator[Word]:
    """Yield the infinitives of a line: no noun before, as « partenaire » or « atelier » would have."""
    if segment.source is not Source.QUOTE:
        return
    before = None
    for word in segment.reading.words:
        if _INFINITIVE.search(word.form) and (before is None or before.form in ("a", "de", "d", "pour", "et")):
            yield word
        before = word


def _numbered(clause: Clause, part: Part) -> set[str] | None:
    """Return the owners that the numbers of fiches in a clause name; None when it gives none."""
    said = [match.group(1) for match in _NUMBERED.finditer(clause.folded)]
    if not said:
        return None
    return {owner_of(item) for item in part.items if item.action and item.action.number in said}


def _without_number(clause: Clause) -> Clause:
    numbers = {match.group(1) for match in _NUMBERED.finditer(clause.folded)}
    return replace(clause, values=tuple(one for one in clause.values if one.value.said not in numbers))


def _without_plan(clause: Clause, part: Part, owners: set[str]) -> tuple[Clause, set[str]]:
    """Take off the proper names of a plan, and return the owners that it leaves."""
    plans = {one.owner: one for one in part.segments if one.source is Source.PLAN and one.owner in owners}
    said = {
        word.stem for word in clause.needed if word.capital and any(word.stem in one.signs for one in plans.values())
    }
    held = {owner for owner, one in plans.items() if said and said <= set(one.signs)}
    if not held:
        return clause, set()
    words = tuple(word for word in clause.words if not (word.capital and word.stem in said))
    return replace(clause, words=words), held


def _titled(clause: Clause, part: Part, evidence: Evidence, owners: Iterable[str]) -> set[str]:
    """Return the owners whose title or plan says a clause whole."""
    named = [one for one in part.segments if one.source in (Source.TITLE, Source.PLAN)]
    return {one.owner for one in named if one.owner in owners and not gaps(clause, one, part, evidence)}


def _fitting(clause: Clause, part: Part, evidence: Evidence, owners: set[str]) -> tuple[list[Segment], Gap]:
    """Return the lines that say a clause whole, and what the best line lacks when there is none."""
    fitting: list[Segment] = []
    lacks: list[Gap] = []
    for segment in part.segments:
        if segment.source in (Source.TITLE, Source.PLAN) or (segment.owner and segment.owner not in owners):
            continue
        found = gaps(clause, segment, part, evidence)
        if not found:
            fitting.append(segment)
        elif not lacks or len(found) < len(lacks):
            lacks = found
    return fitting, min(lacks, default=Gap(Kindred.WORD, clause.text.strip()), key=lambda gap: gap.kind)
