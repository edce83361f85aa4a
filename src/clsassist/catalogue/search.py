"""The words typed above the list: which fiches say them all, by their stems, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from clsassist.catalogue.rows import Row
from clsassist.records import Action
from clsassist.registry import Registry
from clsassist.segments import Segment, field_to_segments
from clsassist.text import Analyser, Stems, says

_QUOTED = re.compile(r"[«\"“]\s*([^«»\"“”]+?)\s*[»\"”]")
# A word that no document says may be the beginning of one that some say.
_SHORTEST_BEGINNING = 3
_MOST_ENDINGS = 20


# How many words searched are remembered, with the fiches that say them.
_MOST_REMEMBERED = 2_000

# One word or phrase searched, in every way that documents say it.
Term = tuple[Stems, ...]


class WordSearch:
    """Finds words in the titles and fields of fiches, and in the names of their plan, axe and number."""

    def __init__(self, rows: Sequence[Row], registry: Registry, analyser: Analyser) -> None:
        self._registry = registry
        self._analyser = analyser
        self._above: dict[str, set[str]] = {}
        for text, identifiers in _texts_above(rows).items():
            for stem in analyser.stems(text):
                self._above.setdefault(stem, set()).update(identifiers)
        self._owners = lru_cache(_MOST_REMEMBERED)(self._find_owners)

    def terms(self, words: str) -> tuple[Term, ...]:
        """Return what must be found, nothing when no word carries a meaning."""
        return tuple(self._terms(words))

    def find(self, terms: Sequence[Term]) -> frozenset[str]:
        """Return the ids of the fiches, and sections, that say all the terms."""
        return frozenset.intersection(*map(self._owners, terms))

    def _find_owners(self, term: Term) -> frozenset[str]:
        owners = self._registry.owners_saying(term)
        return frozenset(owners.union(*(self._above.get(way[0], ()) for way in term if len(way) == 1)))

    def proof(self, action: Action, terms: Sequence[Term]) -> Segment | None:
        """Return the piece of a fiche that says most of the terms, then tells most of what it does, then comes first.

        There is none when only its title, or what stands above it, says them.
        """
        text = self._registry.sources[action.document_id].text
        pieces = [
            segment for field in action.fields for segment in field_to_segments(action, field, text, (), self._analyser)
        ]
        counts = [sum(1 for term in terms if says(piece.stems, term)) for piece in pieces]
        best = max(counts, default=0)
        if not best:
            return None
        return min(
            (piece for piece, count in zip(pieces, counts, strict=True) if count == best),
            key=lambda piece: (piece.weight, piece.span.start),
        )

    def _terms(self, words: str) -> Iterator[Term]:
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


def _texts_above(rows: Sequence[Row]) -> dict[str, list[str]]:
    """Return the titles, numbers and names of plans and axes, each once, with the ids of their fiches."""
    found: dict[str, list[str]] = {}
    for row in rows:
        action = row.action
        for text in (row.plan, action.axe, action.objectif, action.thematique, action.number, action.title):
            if text:
                found.setdefault(text, []).append(action.id)
    return found
