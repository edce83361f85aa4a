"""The header of a list of actions: what each column holds. Spreadsheets, and tables of levers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from clsassist.parsing.labels import TITLE_COLUMNS, cell_to_key, clean_label, label_to_key
from clsassist.parsing.units import Cell, Row
from clsassist.records import Span
from clsassist.tet import is_group
from clsassist.text import fold, squeeze

# A header stands near the top of its table: above it, a title, group headings, instructions.
HEADER_ROWS = 15
_LONGEST_LABEL = 90
_ENOUGH_LABELS = 3

# Columns that say something of the row itself rather than hold a field.
FIELDS_COLUMN = "Champs de la fiche"
NUMBER_COLUMN = "Numéro de la fiche"
AXE_NUMBER_COLUMN = "Numéro de l'axe"
# In FIELDS_COLUMN, parts the column that holds a field from the label that its document gives it.
RENAMED = " ← "

_SUB_TITLE = "titre de la sous-action"
# Labels that only a list has: elsewhere the same words mean something else, or nothing.
_COLUMN_KEYS = {
    "sous-axe (x.x)": "sous_axe",
    "sous-sous axe (x.x.x)": "sous_axe",
    "sous-sous-axe (x.x.x)": "sous_axe",
    _SUB_TITLE: "titre",
    "service-departement-pole pilote": "porteur",
    "action en amelioration continue": "calendrier",
    "temps de mise en oeuvre": "calendrier",
    "resultats attendus": "indicateurs_resultat",
    fold(FIELDS_COLUMN): "champs",
    fold(NUMBER_COLUMN): "numero",
    fold(AXE_NUMBER_COLUMN): "numero_axe",
    "n°": "numero",
    "no": "numero",
    "numero": "numero",
    "n° action": "numero",
    "n° de l'action": "numero",
    "n° fiche": "numero",
    "n° de fiche": "numero",
    "n° de la fiche": "numero",
    "numero de l'action": "numero",
    "code action": "numero",
}
_BARE_TITLES = frozenset(
    "action|actions|fiche action|fiche-action|fiches actions|fiches-actions|nom de l'action|libelle|"
    "libelle de l'action|projet|intitule|titre|nom|mesure".split("|")
)
ROW_KEYS = frozenset({"champs", "numero", "numero_axe"})
_NUMBERED_LABEL = re.compile(
    r"^(financeur|partenaire|pilote|co-?financeur|objectif|indicateur|notes? de suivi)s?\s*n?°?\s*\d+$"
)
_SUB_PART = re.compile(r"\s+[-–]\s+(?:type|d[ée]tails?)$")
_FINANCEUR = re.compile(r"^(?:co-?)?financeurs?(?:\s*n?°?\s*\d+)?$")
_AMOUNT = re.compile(r"^montants?\b")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place in the grid, its canonical key, its label as written, and the span of that label.

    ``amount_of`` is the label of the financeur on its left, for a column of amounts.
    """

    place: int
    key: str | None
    label: str
    span: Span
    amount_of: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of one list, in the order of the grid; ``title`` is the place of the titles."""

    table: int
    columns: tuple[Column, ...]
    title: int
    sub_title: int | None = None

    @property
    def numbered(self) -> bool:
        """Say whether a column gives the number of each action."""
        return any(column.key == "numero" for column in self.columns)


def row_to_header(row: Row, text: str) -> Header | None:
    """Return the header that a row is, or None.

    It has a column of titles, and either nothing but known labels, or at least three of them among short cells.
    """
    cells = [cell for cell in row.cells if not cell.empty]
    if len(cells) < 2 or any(cell.span.end - cell.span.start > 2 * _LONGEST_LABEL for cell in cells):
        return None
    columns = tuple(_columns(cells, text))
    known = {column.key for column in columns if column.key and column.key not in ROW_KEYS}
    enough = all(column.key for column in columns) or len(known) >= _ENOUGH_LABELS
    if not enough or len(known | {"titre"}) < 2 or all(is_group(column.label) for column in columns):
        return None
    title = _title_place(columns)
    if title is None:
        return None
    sub_title = next((column.place for column in columns if fold(column.label) == _SUB_TITLE), None)
    return Header(row.table, columns, title, sub_title if sub_title != title else None)


def _columns(cells: list[Cell], text: str) -> Iterator[Column]:
    financeur: str | None = None
    for cell in cells:
        label = cell_label(cell, text)
        folded = fold(label)
        place = cell.blocks[0].column or 0
        amount_of = financeur if financeur and _AMOUNT.match(folded) else None
        yield Column(place, column_key(label), label, cell.written, amount_of)
        financeur = label if _FINANCEUR.match(folded) else None


def cell_label(cell: Cell, text: str) -> str:
    """Return a label as written; the blocks of a cell would cut « Élu·e » at its points."""
    whole = cell.span.of(text)
    return clean_label(cell.text(text) if "<" in whole or "[" in whole else whole)


@lru_cache(maxsize=20_000)
def column_key(label: str) -> str | None:
    """Return the canonical key of a column, or None when its label is in no list.

    >>> column_key("Financeur 2"), column_key("Porteur › Structure"), column_key("Instances de gouvernance")
    ('financement', 'porteur', None)
    """
    folded = fold(squeeze(label)).rstrip(" *:")
    if folded in _COLUMN_KEYS:
        return _COLUMN_KEYS[folded]
    parent, parted, name = label.rpartition(" › ")
    if parted:
        return column_key(name) or column_key(parent)
    numbered = _NUMBERED_LABEL.match(folded)
    if numbered:
        return label_to_key(numbered.group(1))
    return cell_to_key(_SUB_PART.sub("", label))


def _title_place(columns: tuple[Column, ...]) -> int | None:
    """Find the column of titles: one so named, else one that a list calls « Action »."""
    titled = [column for column in columns if column.key in TITLE_COLUMNS]
    own = [column for column in titled if fold(column.label) != _SUB_TITLE]
    bare = [column for column in columns if fold(column.label) in _BARE_TITLES]
    return next((column.place for column in (*own, *bare, *titled)), None)


def is_header_again(row: Row, header: Header, text: str) -> bool:
    """Tell the labels printed again lower in the table."""
    cells = cells_by_place(row)
    title = cells.get(header.title)
    if title is None or len(title.text(text)) > _LONGEST_LABEL:
        return False
    labels = {column.place: column.label for column in header.columns}
    same = [place for place, cell in cells.items() if cell_label(cell, text) == labels.get(place)]
    return len(same) * 2 > len(header.columns)


def with_sub_header(header: Header, row: Row, text: str) -> Header | None:
    """Return the header completed by a second row of labels, or None when the row below is no such row.

    It shares the title cell of the first: a cell merged over both rows.
    """
    cells = cells_by_place(row)
    title = cells.get(header.title)
    if title is None or title.written not in [column.span for column in header.columns]:
        return None
    columns: list[Column] = []
    for place in sorted({*cells, *(column.place for column in header.columns)}):
        above = [column for column in header.columns if column.place <= place]
        cell = cells.get(place)
        if not above or (cell and cell.written == above[-1].span):
            columns.extend(column for column in above[-1:] if column.place == place)
        elif cell:
            label = f"{above[-1].label} › {cell_label(cell, text)}"
            columns.append(Column(place, column_key(label), label, cell.written))
        else:
            columns.extend(column for column in above[-1:] if column.place == place)
    return replace(header, columns=tuple(columns))


# --- cells


def cells_by_place(row: Row) -> dict[int, Cell]:
    """Return the filled cells of a row by their place in the grid."""
    return {cell_place(cell) or 0: cell for cell in row.cells if not cell.empty}


def cell_place(cell: Cell) -> int | None:
    """Return the place of a filled cell in the grid."""
    return cell.blocks[0].column if cell.blocks else None
