"""The words typed above the list: which fiches say them all, by their stems, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from clsassist.catalogue.rows import Row
from clsassist.registry import Registry
from clsassist.segments import Segment
from clsassist.text import Analyser, Stems

_QUOTED = re.compile(r"[«\"“]\s*([^«»\"“”]+?)\s*[»\"”]")
# A word that no document says may be the beginning of one that some say.
_SHORTEST_BEGINNING = 3
_MOST_ENDINGS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """The fiches that say every word searched, each with the words of its text that say most of them, if any."""

    identifiers: frozenset[str]
    proofs: Mapping[str, Segment] = field(default_factory=dict)


class WordSearch:
    """Finds words in the titles and fields of fiches, and in the names of their plan, axe and number."""

    def __init__(self, rows: Sequence[Row], registry: Registry, analyser: Analyser) -> None:
        self._registry = registry
        self._analyser = analyser
        self._above: dict[str, set[str]] = {}
        for row in rows:
            for stem in _headings(row, analyser):
                self._above.setdefault(stem, set()).add(row.action.id)

    def find(self, words: str) -> Found | None:
        """Return the fiches that say all these words; None when no word carries a meaning."""
        terms = list(self._terms(words))
        if not terms:
            return None
        said: dict[str, dict[int, list[Segment]]] = {}
        kept: set[str] | None = None
        for place, ways in enumerate(terms):
            owners = {owner for way in ways if len(way) == 1 for owner in self._above.get(way[0], ())}
            for _, segment in self._registry.segments_saying(ways):
                owners.add(segment.owner)
                said.setdefault(segment.owner, {}).setdefault(place, []).append(segment)
            kept = owners if kept is None else kept & owners
        identifiers = frozenset(kept or ())
        return Found(identifiers, {key: _best(said[key]) for key in identifiers if key in said})

    def _terms(self, words: str) -> Iterator[tuple[Stems, ...]]:
        """Yield each word, or phrase between quotation marks, in every way that documents say it."""
        for phrase in _QUOTED.findall(words):
            if stems := self._analyser.stems(phrase):
                yield (stems,)
        for stem in dict.fromkeys(self._analyser.stems(_QUOTED.sub(" ", words))):
            yield tuple((way,) for way in self._ways(stem))

    def _ways(self, stem: str) -> Iterable[str]:
        known = self._registry.stems
        if stem in known or stem in self._above or len(stem) < _SHORTEST_BEGINNING:
            return (stem,)
        begun = sorted(one for one in {*known, *self._above} if one.startswith(stem))
        return begun[:_MOST_ENDINGS] or (stem,)


def _headings(row: Row, analyser: Analyser) -> set[str]:
    action = row.action
    above = (row.plan, action.axe, action.objectif, action.thematique, action.number, action.title)
    return {stem for text in above if text for stem in analyser.stems(text)}


def _best(said: Mapping[int, Sequence[Segment]]) -> Segment:
    """Return the piece of a fiche that says most of the words, then tells most of what it does, then comes first."""
    counts: dict[int, int] = {}
    pieces: dict[int, Segment] = {}
    for segments in said.values():
        for segment in segments:
            pieces.setdefault(segment.span.start, segment)
            counts[segment.span.start] = counts.get(segment.span.start, 0) + 1
    return pieces[min(pieces, key=lambda start: (-counts[start], pieces[start].weight, start))]
