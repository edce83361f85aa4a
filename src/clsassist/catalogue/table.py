"""The list of fiches: what the filters keep, how many of each value, in order, a page at a time.

Each value of a facet is a set of rows held as the bits of one integer: filtering and counting thousands of rows are a
few operations on whole sets.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from clsassist.catalogue.filters import LONGEST_SEARCH, MOST_COMPARED, Column, Filters
from clsassist.catalogue.names import OrganisationNames
from clsassist.catalogue.rows import FACET_NAMES, NOT_SAID, Facet, Row, registry_to_catalogue_rows
from clsassist.catalogue.search import Term, WordSearch
from clsassist.catalogue.values import Value
from clsassist.lexicon import Lexicon
from clsassist.registry import Registry
from clsassist.segments import Segment
from clsassist.text import fold
from clsassist.wording import joined

ROWS_PER_PAGE = 50
# Beyond these, values are found by typing: a list of thousands helps nobody.
_MOST_SHOWN, _MOST_UNFOLDED = 8, 150

_ORGANISATION_FACETS = frozenset({Facet.PORTEUR, Facet.PARTENAIRE})
# Values in their own order rather than the most frequent first.
_IN_ORDER = frozenset({Facet.PLAN, Facet.AXE, Facet.ANNEE})


@dataclass(frozen=True, slots=True)
class Count:
    """One value of a facet, how many fiches would be kept with it, and whether it is chosen."""

    value: Value
    number: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class FacetView:
    """One facet as shown: the first values, the others behind a fold, how many are left out altogether.

    ``typed`` are values of the address that are none of those.
    """

    facet: Facet
    name: str
    shown: tuple[Count, ...]
    folded: tuple[Count, ...]
    left_out: int
    typed: tuple[str, ...]
    chosen: int


@dataclass(frozen=True, slots=True)
class Active:
    """One filter in force: how it is said, the list without it, and how many fiches that list has."""

    name: str
    label: str
    without: Filters
    number: int
    alone: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list, and everything around it.

    ``proofs`` gives the words that a search found, by action; ``notices`` say what was not understood; ``picked`` are
    the fiches to compare.
    """

    rows: tuple[Row, ...]
    matching: int
    total: int
    filters: Filters
    pages: int
    facets: tuple[FacetView, ...]
    active: tuple[Active, ...]
    proofs: Mapping[str, Segment] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    picked: tuple[Row, ...] = ()
    hidden: frozenset[Facet] = frozenset()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What one filter keeps; ``label`` is how it is said."""

    facet: Facet | None
    raw: str
    label: str
    mask: int


class Catalogue:
    """Every action of a registry, ready to be listed; several threads may share it."""

    def __init__(self, rows: Sequence[Row], names: OrganisationNames, search: WordSearch) -> None:
        self.rows = tuple(rows)
        self.names = names
        self._search = search
        self._position = {row.action.id: place for place, row in enumerate(self.rows)}
        self._all = (1 << len(self.rows)) - 1
        self._values: dict[Facet, dict[str, Value]] = {facet: {} for facet in Facet}
        self._masks: dict[Facet, dict[str, int]] = {facet: {} for facet in Facet}
        self._documents: dict[str, int] = {}
        self._gather()
        self._orders: dict[tuple[Column, bool], list[int]] = {}
        # The facets of which no fiche of the corpus says anything.
        self._unsaid = frozenset(facet for facet, held in self._values.items() if not set(held) - {NOT_SAID.key})
        self._lock = threading.Lock()

    @staticmethod
    def from_registry(registry: Registry, lexicon: Lexicon) -> Catalogue:
        """Read a whole registry once."""
        names = OrganisationNames.from_registry(registry, lexicon)
        rows = registry_to_catalogue_rows(registry, names)
        return Catalogue(rows, names, WordSearch(rows, registry, lexicon.analyser))

    def _gather(self) -> None:
        places: dict[Facet, dict[str, list[int]]] = {facet: {} for facet in Facet}
        worded: dict[Facet, dict[str, list[int]]] = {facet: {} for facet in _ORGANISATION_FACETS}
        documents: dict[str, list[int]] = {}
        for place, row in enumerate(self.rows):
            documents.setdefault(row.action.document_id, []).append(place)
            for facet, values in row.values.items():
                for value in values:
                    self._values[facet].setdefault(value.key, value)
                    places[facet].setdefault(value.key, []).append(place)
            for facet, wordings in row.wordings.items():
                for wording in wordings:
                    worded[facet].setdefault(wording, []).append(place)
        for facet, by_wording in worded.items():
            # A fiche counts for every organisation that its wordings name, not only for those shown.
            for wording, held in by_wording.items():
                for key in self.names.keys(wording):
                    places[facet].setdefault(key, []).extend(held)
        self._masks = {
            facet: {key: _places_to_mask(held) for key, held in by_key.items()} for facet, by_key in places.items()
        }
        self._documents = {key: _places_to_mask(held) for key, held in documents.items()}
        self._values = {
            facet: dict(sorted(by_key.items(), key=lambda pair: _value_order(facet, pair[1])))
            for facet, by_key in self._values.items()
        }

    # --- the list

    def listing(self, filters: Filters) -> Listing:
        """Return the page of the list that an address asks for."""
        terms = self._search.terms(filters.words)
        kept = list(self._kept(filters, terms))
        by_facet = _merge(kept)
        mask = self._intersect(by_facet.values())
        places = self._in_order(mask, filters)
        pages = max(1, -(-len(places) // ROWS_PER_PAGE))
        page = min(filters.page, pages)
        shown = tuple(self.rows[place] for place in places[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE])
        proofs = ((row.action.id, self._search.proof(row.action, terms)) for row in shown) if terms else ()
        return Listing(
            shown,
            len(places),
            len(self.rows),
            replace(filters, page=page),
            pages,
            tuple(self._facet_view(facet, filters, kept, by_facet) for facet in Facet if facet not in self._unsaid),
            tuple(self._active(kept, filters, by_facet)),
            {identifier: proof for identifier, proof in proofs if proof},
            tuple(self._notices(filters, kept, searched=bool(terms))),
            self.picked(filters),
            self._unsaid,
        )

    def matching(self, filters: Filters) -> tuple[Row, ...]:
        """Return every row that the filters keep, in order, whatever the page."""
        kept = self._kept(filters, self._search.terms(filters.words))
        return tuple(self.rows[place] for place in self._in_order(self._intersect(_merge(kept).values()), filters))

    def picked(self, filters: Filters) -> tuple[Row, ...]:
        """Return the fiches to compare, in the order of the address, those that exist."""
        return tuple(self.rows[self._position[one]] for one in filters.picked if one in self._position)

    def row(self, identifier: str) -> Row:
        """Return the row of an action that exists."""
        return self.rows[self._position[identifier]]

    # --- filters to sets of rows

    def _kept(self, filters: Filters, terms: Sequence[Term]) -> Iterable[_Kept]:
        if terms:
            found = self._search.find(terms)
            mask = _places_to_mask(self._position[one] for one in found if one in self._position)
            yield _Kept(None, filters.words, filters.words, mask)
        for facet, raw in filters.chosen:
            yield self._read_value(facet, raw)

    def _read_value(self, facet: Facet, raw: str) -> _Kept:
        masks = self._masks[facet]
        if facet not in _ORGANISATION_FACETS or raw == NOT_SAID.key:
            known = self._values[facet].get(raw)
            return _Kept(facet, raw, known.label if known else raw, masks.get(raw, 0))
        named = self.names.resolve(raw)
        mask = reduce(or_, (masks.get(key, 0) for key in named.keys), 0)
        if named.documents:
            mask &= reduce(or_, (self._documents.get(one, 0) for one in named.documents), 0)
        return _Kept(facet, raw, named.words or raw, mask)

    def _intersect(self, masks: Iterable[int]) -> int:
        return reduce(int.__and__, masks, self._all)

    # --- around the list

    def _facet_view(
        self, facet: Facet, filters: Filters, kept: Sequence[_Kept], by_facet: Mapping[Facet | None, int]
    ) -> FacetView:
        # What a value would keep depends on the other facets only: within one, a second value adds its fiches.
        base = self._intersect(mask for held, mask in by_facet.items() if held is not facet)
        chosen = {self._chosen_key(facet, raw): raw for raw in filters.of(facet)}
        values = self._values[facet]
        masks = self._masks[facet]
        counts = [(key, (masks[key] & base).bit_count()) for key in values]
        counts = [(key, number) for key, number in counts if number or key in chosen]
        if facet not in _IN_ORDER:
            counts.sort(key=lambda pair: (pair[0] == NOT_SAID.key, -pair[1]))
        first = [pair for place, pair in enumerate(counts) if place < _MOST_SHOWN or pair[0] in chosen]
        rest = [pair for pair in counts[_MOST_SHOWN:] if pair[0] not in chosen]
        typed = tuple(
            one.label for one in kept if one.facet is facet and self._chosen_key(facet, one.raw) not in values
        )
        return FacetView(
            facet,
            FACET_NAMES[facet],
            tuple(Count(values[key], number, key in chosen) for key, number in first),
            tuple(Count(values[key], number) for key, number in rest[:_MOST_UNFOLDED]),
            max(0, len(rest) - _MOST_UNFOLDED),
            typed,
            len(filters.of(facet)),
        )

    def _chosen_key(self, facet: Facet, raw: str) -> str:
        """Return the value that an address chooses, as the list of values has it; the raw words when it is none."""
        if facet not in _ORGANISATION_FACETS or raw in self._values[facet]:
            return raw
        named = self.names.resolve(raw)
        return next(iter(named.keys)) if len(named.keys) == 1 and not named.documents else raw

    def _active(
        self, kept: Sequence[_Kept], filters: Filters, by_facet: Mapping[Facet | None, int]
    ) -> Iterable[Active]:
        for one in kept:
            others = _merge(other for other in kept if other is not one)
            number = self._intersect(others.values()).bit_count()
            if one.facet is None:
                yield Active("Recherche", f"« {one.label} »", filters.without_words(), number, one.mask.bit_count())
            else:
                without = filters.without(one.facet, one.raw)
                yield Active(FACET_NAMES[one.facet], one.label, without, number, one.mask.bit_count())

    def _notices(self, filters: Filters, kept: Sequence[_Kept], *, searched: bool) -> Iterable[str]:
        if filters.cut:
            yield f"La recherche est trop longue : seuls ses {LONGEST_SEARCH} premiers caractères sont cherchés."
        if filters.words and not searched:
            yield f"« {filters.words} » ne contient aucun mot à chercher : la recherche n'est pas appliquée."
        for one in kept:
            if one.facet in _ORGANISATION_FACETS and not one.mask and one.raw != NOT_SAID.key:
                yield self._unknown_organisation(one)
        if len(filters.picked) > MOST_COMPARED:
            yield f"Une comparaison porte sur {MOST_COMPARED} fiches au plus : les premières choisies sont gardées."

    def _unknown_organisation(self, one: _Kept) -> str:
        assert one.facet is not None
        part = {Facet.PORTEUR: "porteur ou pilote", Facet.PARTENAIRE: "partenaire"}[one.facet]
        near = self.names.nearest(one.label, self._values[one.facet].values())
        said = f"Aucune fiche ne nomme « {one.label} » comme {part}."
        return f"{said} Noms proches : {joined([f'« {value.label} »' for value in near])}." if near else said

    # --- order

    def _in_order(self, mask: int, filters: Filters) -> list[int]:
        places = _mask_to_places(mask)
        if filters.column is None:
            return places
        rank = self._rank(filters.column, descending=filters.descending)
        return sorted(places, key=rank.__getitem__)

    def _rank(self, column: Column, *, descending: bool) -> list[int]:
        """Return the place of each row in an order, those that say nothing last both ways."""
        with self._lock:
            if (column, descending) not in self._orders:
                keys = [_sort_key(row, column) for row in self.rows]
                said = [place for place, key in enumerate(keys) if key]
                said.sort(key=lambda place: keys[place], reverse=descending)
                ordered = [*said, *(place for place, key in enumerate(keys) if not key)]
                rank = [0] * len(ordered)
                for order, place in enumerate(ordered):
                    rank[place] = order
                self._orders[column, descending] = rank
            return self._orders[column, descending]


_FACET_OF: dict[Column, Facet] = {
    Column.PLAN: Facet.PLAN,
    Column.PUBLIC: Facet.PUBLIC,
    Column.TERRITOIRE: Facet.TERRITOIRE,
    Column.STATUT: Facet.STATUT,
}


def _sort_key(row: Row, column: Column) -> tuple[object, ...]:
    """Return what a row is sorted by, nothing when it says nothing there."""
    action = row.action
    if column is Column.TITRE:
        return (fold(action.title),)
    if column is Column.AXE:
        return (fold(row.plan), action.axe_number or 0, fold(action.axe)) if action.axe else ()
    if column is Column.PORTEUR:
        return tuple(fold(value.label) for value in row.leaders)
    if column is Column.PERIODE:
        return () if action.first_year is None else (action.first_year, action.last_year or 0)
    if column is Column.PARTENAIRES:
        return (len(row.partners), row.to_contact) if action.field("partenaires") else ()
    return tuple(fold(value.label) for value in row.said(_FACET_OF[column]))


def _value_order(facet: Facet, value: Value) -> tuple[object, ...]:
    """Order the values of a facet, « Non précisé » last; those of axes by plan, « 2. … » before « 10. … »."""
    head = value.label.split(".")[0]
    number = int(head) if facet in _IN_ORDER and head.isdecimal() else 0
    return value == NOT_SAID, fold(value.note) if facet is Facet.AXE else "", number, fold(value.label)


def _merge(kept: Iterable[_Kept]) -> dict[Facet | None, int]:
    """Return what each facet keeps: one of its values is enough."""
    merged: dict[Facet | None, int] = {}
    for one in kept:
        merged[one.facet] = merged.get(one.facet, 0) | one.mask
    return merged


def _places_to_mask(places: Iterable[int]) -> int:
    held = sorted(places)
    if not held:
        return 0
    bits = bytearray(held[-1] // 8 + 1)
    for place in held:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def _mask_to_places(mask: int) -> list[int]:
    return [place for place, bit in enumerate(reversed(f"{mask:b}")) if bit == "1"]
