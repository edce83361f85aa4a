"""What the reader of the list asked for: read from the parameters of an address, and written back to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

from clsassist.catalogue.rows import Facet
from clsassist.text import squeeze

MOST_COMPARED = 4
LONGEST_SEARCH = 200
_LONGEST_VALUE = 300
_MOST_VALUES = 60
_MOST_PAGES = 100_000
_DESCENDING = "-"


class Column(StrEnum):
    """What the list can be sorted by; the value stands in addresses."""

    TITRE = "titre"
    PLAN = "plan"
    AXE = "axe"
    PORTEUR = "porteur"
    PUBLIC = "public"
    TERRITOIRE = "territoire"
    PERIODE = "periode"
    PARTENAIRES = "partenaires"
    STATUT = "statut"


@dataclass(frozen=True, slots=True)
class Filters:
    """Everything an address of the list says.

    ``chosen`` are the values of the facets as written in the address; ``picked`` the ids of the fiches to compare.
    Without a ``column``, the order is that of the documents. ``cut`` says that the search was too long and is kept in
    part.
    """

    words: str = ""
    chosen: tuple[tuple[Facet, str], ...] = ()
    column: Column | None = None
    descending: bool = False
    page: int = 1
    picked: tuple[str, ...] = ()
    cut: bool = False

    def of(self, facet: Facet) -> tuple[str, ...]:
        """Return the values chosen for a facet."""
        return tuple(value for held, value in self.chosen if held is facet)

    @property
    def active(self) -> bool:
        """Say whether anything leaves fiches out."""
        return bool(self.words or self.chosen)

    def without(self, facet: Facet, value: str) -> Filters:
        """Return these filters less one, from the first page on."""
        return replace(self, chosen=tuple(one for one in self.chosen if one != (facet, value)), page=1)

    def without_words(self) -> Filters:
        """Return these filters without the search."""
        return replace(self, words="", cut=False, page=1)

    def cleared(self) -> Filters:
        """Return no filter at all; the order and the fiches to compare stay."""
        return replace(self, words="", chosen=(), cut=False, page=1)

    def sorted_by(self, column: Column) -> Filters:
        """Return the order that a click on a column asks for: rising, then falling."""
        return replace(self, column=column, descending=self.column is column and not self.descending, page=1)

    def on_page(self, page: int) -> Filters:
        """Return the same list at another page."""
        return replace(self, page=page)

    def without_picked(self, identifier: str) -> Filters:
        """Return the same list with one fiche less to compare."""
        return replace(self, picked=tuple(one for one in self.picked if one != identifier))

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters of the address that says this, none when it says nothing."""
        written = [("q", self.words)] if self.words else []
        written += [(facet.value, value) for facet, value in self.chosen]
        if self.column:
            written.append(("tri", f"{_DESCENDING if self.descending else ''}{self.column}"))
        if self.page > 1:
            written.append(("page", str(self.page)))
        return written + [("fiche", identifier) for identifier in self.picked]

    def query(self) -> str:
        """Return the query of the address that says this, with its question mark; '' when it says nothing."""
        pairs = self.pairs()
        return f"?{urlencode(pairs)}" if pairs else ""


def pairs_to_filters(pairs: Iterable[tuple[str, str]]) -> Filters:
    """Read the parameters of an address: what is not understood is left aside, what is too long is cut."""
    by_name: dict[str, list[str]] = {}
    for name, value in pairs:
        # Controls and marks that reorder the text are no part of a name.
        clean = squeeze("".join(char if char.isprintable() else " " for char in value))
        if clean:
            by_name.setdefault(name, []).append(clean)
    words = by_name.get("q", [""])[0]
    column, descending = _read_order(by_name.get("tri", [""])[0])
    chosen = dict.fromkeys((facet, value[:_LONGEST_VALUE]) for facet in Facet for value in by_name.get(facet.value, ()))
    picked = dict.fromkeys(value[:_LONGEST_VALUE] for value in by_name.get("fiche", ()))
    return Filters(
        words[:LONGEST_SEARCH].strip(),
        tuple(chosen)[:_MOST_VALUES],
        column,
        descending,
        _read_page(by_name.get("page", [""])[0]),
        tuple(picked)[:_MOST_VALUES],
        len(words) > LONGEST_SEARCH,
    )


def _read_order(text: str) -> tuple[Column | None, bool]:
    name = text.removeprefix(_DESCENDING)
    if name not in set(Column):
        return None, False
    return Column(name), text.startswith(_DESCENDING)


def _read_page(text: str) -> int:
    return min(max(int(text), 1), _MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 10 else 1
