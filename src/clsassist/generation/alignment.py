"""A clause held against one segment of the evidence: what it says that the segment does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from clsassist.generation.claim import Evidence, Part
from clsassist.generation.clauses import Clause
from clsassist.generation.evidence import Segment, Source, owner_of
from clsassist.generation.reading import Counted, Word, fold_same, is_year
from clsassist.generation.values import Kind
from clsassist.text import fold

# What a clause may not say unless its source does.
_ADDED = ("restriction", "exception", "incertain", "cause", "comparaison", "fait")
# What a clause may not leave out when its source says it.
_DROPPED = ("restriction", "exception", "incertain")
_PIECE = re.compile(r"[,;:()\n]")


class Kindred(IntEnum):
    """What is wrong, the plainest first."""

    VALUE = 0
    NAME = 1
    SIGN = 2
    MARKER = 3
    WORD = 4


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that a clause says and a segment does not."""

    kind: Kindred
    said: str


def gaps(clause: Clause, segment: Segment, part: Part, evidence: Evidence) -> list[Gap]:
    """Return what a segment does not bear out in a clause; nothing when it bears it all out."""
    found, held = _word_gaps(clause, segment, part, evidence)
    found += [
        Gap(Kindred.VALUE, one.value.said) for one in clause.values if not _bears_value(one, segment, part, evidence)
    ]
    found += _marker_gaps(clause, segment, part, evidence, held)
    return found


def _word_gaps(clause: Clause, segment: Segment, part: Part, evidence: Evidence) -> tuple[list[Gap], set[str]]:
    """Return the words without support or denied otherwise, and the stems of the segment that the clause leans on."""
    found: list[Gap] = []
    held: set[str] = set()
    allowed = _field_words(segment, part, evidence)
    covered: dict[int, frozenset[str]] = {}
    for group, words in evidence.same.said(clause.words, implied=False):
        if group in segment.groups:
            for word in words:
                covered[word.span.start] = covered.get(word.span.start, frozenset()) | segment.groups[group]
    for word in clause.needed:
        signs = segment.signs.get(word.stem, frozenset()) | covered.get(word.span.start, frozenset())
        if not signs:
            if word.form not in allowed:
                found.append(Gap(Kindred.NAME if _is_name(word, clause) else Kindred.WORD, word.form))
            continue
        held.add(word.stem)
        if word.sign != "?" and "?" not in signs and word.sign not in signs:
            found.append(Gap(Kindred.SIGN, word.form))
    return found, held


def _field_words(segment: Segment, part: Part, evidence: Evidence) -> frozenset[str]:
    """Return the words that the field of the evidence lets a sentence use of it."""
    words: set[str] = set()
    for item in part.items:
        if not segment.owner or owner_of(item) == segment.owner:
            words |= evidence.rules.fields.get(item.field_key, frozenset())
            words |= {token.form for token in evidence.lexicon.analyser.tokens(item.label)}
    return frozenset(words)


def _is_name(word: Word, clause: Clause) -> bool:
    return word.capital and word.span.start > clause.words[0].span.start


def _bears_value(one: Counted, segment: Segment, part: Part, evidence: Evidence) -> bool:
    return any(
        other.value.kind is one.value.kind and other.value.said == one.value.said and _same_unit(one, other, evidence)
        for other in segment.reading.values
    )


def _same_unit(one: Counted, other: Counted, evidence: Evidence) -> bool:
    if one.value.kind not in (Kind.NUMBER, Kind.ORDINAL) or is_year(one.value):
        return True
    if not one.after and not other.after:
        return True
    return bool(set(one.after) & set(other.after)) or bool(one.before and one.before == other.before)


def _marker_gaps(clause: Clause, segment: Segment, part: Part, evidence: Evidence, held: set[str]) -> list[Gap]:
    markers = evidence.rules.markers
    found: list[Gap] = []
    folded, source = fold_same(clause.text), segment.reading.folded
    for name in _ADDED:
        said = markers[name].search(folded)
        if (
            said
            and not markers[name].search(source)
            and said.group() not in fold(" ".join(i.label for i in part.items))
        ):
            found.append(Gap(Kindred.MARKER, said.group()))
    if segment.source is Source.QUOTE:
        for name in _DROPPED:
            for match in markers[name].finditer(source):
                if _touches(match.start(), segment, held) and not markers[name].search(part.reading.folded):
                    found.append(Gap(Kindred.MARKER, match.group()))
    return found


def _touches(place: int, segment: Segment, held: set[str]) -> bool:
    """Say whether the clause leans on words of the piece of the segment that a marker stands in."""
    folded = segment.reading.folded
    start = max((match.end() for match in _PIECE.finditer(folded, 0, place)), default=0)
    after = _PIECE.search(folded, place)
    end = after.start() if after else len(folded)
    return any(start <= word.span.start < end and word.stem in held for word in segment.reading.words)
