"""Lists of actions: a header row of labels, then one row an action. Spreadsheets, and tables of levers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from clsassist.parsing.drafts import FieldDraft
from clsassist.parsing.headings import Part, line_to_heading
from clsassist.parsing.labels import TITLE_COLUMNS, UNKNOWN, clean_label, label_to_key
from clsassist.parsing.units import Cell, Row
from clsassist.records import Block, Span, Warning
from clsassist.tet import closed_value, is_group
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
_ROW_KEYS = frozenset({"champs", "numero", "numero_axe"})
_NUMBERED_LABEL = re.compile(
    r"^(financeur|partenaire|pilote|co-?financeur|objectif|indicateur|notes? de suivi)s?\s*n?°?\s*\d+$"
)
_SUB_PART = re.compile(r"\s+[-–]\s+(?:type|d[ée]tails?)$")
_FINANCEUR = re.compile(r"^(?:co-?)?financeurs?(?:\s*n?°?\s*\d+)?$")
_AMOUNT = re.compile(r"^montants?\b")

# What a template prints below its labels: the type of each column, or how to fill it.
_TYPE = re.compile(
    r"^\(?\s*(?:champs?|listes?|textes?|cases?|nombres?|dates?|choix|menus?|format)\b[^.;]{0,60}$|^\(?(?:facultatif|obligatoire)",
    re.IGNORECASE,
)
_INSTRUCTION = re.compile(
    r"^\(?\s*(?:ex(?:emples?)?\b\.?\s*:?|(?:veuillez |à )?(?:saisir|indiquer|renseigner|compléter|remplir|préciser|"
    r"choisir|sélectionner|décrire|lister|inscrire|noter)\b|à (?:saisir|compléter|remplir|renseigner)|consignes?\b)",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"^(?:sous-)?total\b|^totaux\b", re.IGNORECASE)
_HEADING_PARTS = frozenset({Part.AXE, Part.OBJECTIF, Part.THEMATIQUE})
_UNCLASSIFIED = "(fiche non classee)"
_LEADING_NUMBER = re.compile(r"^\s*(?:axe\s*)?(\d{1,2})\s*[.:)–—-]\s*\D", re.IGNORECASE)
_TITLE_NUMBER = re.compile(
    r"\s*(?:(?:action|fiche)\s*(?:n\s?°)?\s*)?(\d+(?:\.\d+)+|[A-Z]\d+(?:\.\d+)*)\.?\s*[:–—-]?\s+(?=\S)"
)
# Names of bodies where a person is expected.
_BODY = re.compile(
    r"\b(?:communaut[ée]|mairie|ville|d[ée]partement|r[ée]gion|agence|association|service|direction|maison|centre|"
    r"h[ôo]pital|clinique|conseil|pays|syndicat|caisse|ARS|CPTS|CPAM|MSA|PETR|CCAS|CIAS|EPCI|CAF|DAC|CH|GHT)\b"
)


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


@dataclass(slots=True)
class Listed:
    """One row of a list, read. ``title`` is None when the row goes on with the action above, or has none."""

    title: Span | None = None
    title_field: str = "titre"
    number: str | None = None
    axe_number: int | None = None
    fields: list[FieldDraft] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)

    @property
    def opens(self) -> bool:
        """Say whether a row without a title is an action of its own: it names its axe, and more."""
        own = [draft for draft in self.fields if draft.blocks and not draft.inherited]
        return len(own) >= 2 and any(draft.key == "axe" for draft in own)

    def continue_fields(self, above: list[FieldDraft], text: str) -> None:
        """Add the filled cells of this row to the fields of the action above."""
        for draft in self.fields:
            held = next((held for held in above if held.label == draft.label), None)
            if not draft.blocks or (held and _words(held, text) == _words(draft, text)):
                continue
            if held is None:
                above.append(draft)
            else:
                held.extend(tuple(draft.blocks), draft.end)


def row_to_header(row: Row, text: str) -> Header | None:
    """Return the header that a row is, or None.

    It has a column of titles, and either nothing but known labels, or at least three of them among short cells.
    """
    cells = [cell for cell in row.cells if not cell.empty]
    if len(cells) < 2 or any(cell.span.end - cell.span.start > 2 * _LONGEST_LABEL for cell in cells):
        return None
    columns = tuple(_columns(cells, text))
    known = {column.key for column in columns if column.key and column.key not in _ROW_KEYS}
    title = _title_place(columns)
    enough = all(column.key for column in columns) or len(known) >= _ENOUGH_LABELS
    if title is None or len(known | {"titre"}) < 2 or not enough or all(is_group(column.label) for column in columns):
        return None
    sub_title = next((column.place for column in columns if fold(column.label) == _SUB_TITLE), None)
    return Header(row.table, columns, title, sub_title if sub_title != title else None)


def _columns(cells: list[Cell], text: str) -> Iterator[Column]:
    financeur: str | None = None
    for cell in cells:
        label = _label(cell, text)
        folded = fold(label)
        place = cell.blocks[0].column or 0
        amount_of = financeur if financeur and _AMOUNT.match(folded) else None
        yield Column(place, column_key(label), label, _own_span(cell), amount_of)
        financeur = label if _FINANCEUR.match(folded) else None


def _label(cell: Cell, text: str) -> str:
    """Return a label as written; the blocks of a cell would cut « Élu·e » at its points."""
    whole = cell.span.of(text)
    return clean_label(cell.text(text) if "<" in whole or "[" in whole else whole)


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
    key = label_to_key(_SUB_PART.sub("", label))
    return None if key in _ROW_KEYS else key


def _title_place(columns: tuple[Column, ...]) -> int | None:
    """Find the column of titles: one so named, else one that a list calls « Action »."""
    titled = [column for column in columns if column.key in TITLE_COLUMNS]
    own = [column for column in titled if fold(column.label) != _SUB_TITLE]
    bare = [column for column in columns if fold(column.label) in _BARE_TITLES]
    return next((column.place for column in (*own, *bare, *titled)), None)


class RowKind(StrEnum):
    """What one row of a list is, below its header."""

    LISTED = "listed"
    FURNITURE = "furniture"
    INSTRUCTION = "instruction"
    HEADER = "header"
    HEADING = "heading"
    TOTAL = "total"


def row_to_kind(row: Row, header: Header, text: str, *, first: bool) -> RowKind:
    """Tell what a row of a list is; instructions and examples stand only above the ``first`` action."""
    if is_furniture(row, text):
        return RowKind.FURNITURE
    if is_header_again(row, header, text):
        return RowKind.HEADER
    if first and is_instruction(row, text):
        return RowKind.INSTRUCTION
    if lone_heading(row, text):
        return RowKind.HEADING
    return RowKind.TOTAL if is_total(row, text) else RowKind.LISTED


def is_furniture(row: Row, text: str) -> bool:
    """Tell a row that the template prints: group headings, types of columns."""
    words = [squeeze(cell.span.of(text)) for cell in row.cells if not cell.empty]
    printed = sum(1 for word in words if _TYPE.match(word))
    return len(words) >= 2 and (all(is_group(word) for word in words) or (printed * 2 > len(words) and printed >= 2))


def is_instruction(row: Row, text: str) -> bool:
    """Tell a row of instructions or of examples: most of its cells say how to fill them."""
    words = [squeeze(cell.span.of(text)) for cell in row.cells if not cell.empty]
    told = sum(1 for word in words if _INSTRUCTION.match(word) or _TYPE.match(word))
    return bool(words) and (told * 2 > len(words) or bool(re.match(r"\(?exemples?\b", words[0], re.IGNORECASE)))


def is_total(row: Row, text: str) -> bool:
    """Tell a row of sums."""
    first = next((cell for cell in row.cells if not cell.empty), None)
    return first is not None and bool(_TOTAL.match(first.text(text)))


def lone_heading(row: Row, text: str) -> Block | None:
    """Return the block of a row that only heads those below it: « Axe 2 : Prévention », alone in its row."""
    cells = [cell for cell in row.cells if not cell.empty and not _is_spread(cell, row)]
    if len(cells) != 1 or len(cells[0].blocks) != 1:
        return None
    heading = line_to_heading(cells[0].blocks[0].span.of(text))
    return cells[0].blocks[0] if heading and heading.part in _HEADING_PARTS else None


def is_header_again(row: Row, header: Header, text: str) -> bool:
    """Tell the labels printed again lower in the table."""
    cells = _by_place(row)
    same = [
        column for column in header.columns if (cell := cells.get(column.place)) and _label(cell, text) == column.label
    ]
    return len(same) * 2 > len(header.columns)


def with_sub_header(header: Header, row: Row, text: str) -> Header | None:
    """Return the header completed by a second row of labels, or None when the row below is no such row.

    It shares the title cell of the first: a cell merged over both rows.
    """
    cells = _by_place(row)
    title = cells.get(header.title)
    if title is None or _own_span(title) not in [column.span for column in header.columns]:
        return None
    columns: list[Column] = []
    for place in sorted({*cells, *(column.place for column in header.columns)}):
        above = [column for column in header.columns if column.place <= place]
        cell = cells.get(place)
        if not above or (cell and _own_span(cell) == above[-1].span):
            columns.extend(column for column in above[-1:] if column.place == place)
        elif cell:
            label = f"{above[-1].label} › {_label(cell, text)}"
            columns.append(Column(place, column_key(label), label, _own_span(cell)))
        else:
            columns.extend(column for column in above[-1:] if column.place == place)
    return replace(header, columns=tuple(columns))


def row_to_listed(row: Row, header: Header, text: str) -> Listed:
    """Read one row of a list below its header."""
    cells = _by_place(row)
    listed = Listed(title_field=_title_field(header))
    title = cells.get(header.title)
    sub_title = cells.get(header.sub_title) if header.sub_title is not None else None
    listed.title = _own_span(sub_title or title) if sub_title or title else None
    for column in header.columns:
        cell = cells.get(column.place)
        if column.key in _ROW_KEYS:
            _read_row_column(listed, column, cell, text)
        elif column.place == header.sub_title:
            continue
        elif column.place == header.title:
            if sub_title and title:
                listed.fields.append(_draft(replace(column, key=UNKNOWN), title, row))
        elif column.amount_of and cell and listed.fields and listed.fields[-1].label == column.amount_of:
            _add_amount(listed.fields[-1], column, cell)
        else:
            listed.fields.append(_draft(column, cell, row))
            _check(listed, column, cell, text)
    if listed.title and not header.numbered:
        listed.number, listed.title = _split_title(listed.title, text)
    names = cells.get(next((column.place for column in header.columns if column.key == "champs"), -1))
    if names:
        _restore_fields(listed, names, text)
    return listed


def _title_field(header: Header) -> str:
    key = next(column.key for column in header.columns if column.place == header.title)
    return key if key in TITLE_COLUMNS else "titre"


def _read_row_column(listed: Listed, column: Column, cell: Cell | None, text: str) -> None:
    words = squeeze(cell.text(text)) if cell else ""
    if column.key == "numero":
        listed.number = words or None
    elif column.key == "numero_axe" and words.isdigit():
        listed.axe_number = int(words)


def _draft(column: Column, cell: Cell | None, row: Row) -> FieldDraft:
    """Open the field of a column; an empty cell gives an empty field, which is « non renseigné »."""
    label = f"{column.amount_of} › {column.label}" if column.amount_of else column.label
    if cell is None:
        place = _place_of_nothing(row, column)
        return FieldDraft(column.key or UNKNOWN, label, place, place)
    span = cell.span
    draft = FieldDraft(column.key or UNKNOWN, label, span.start, span.end, inherited=_is_spread(cell, row))
    for piece in _pieces(cell):
        draft.extend(piece, span.end)
    return draft


def _pieces(cell: Cell) -> Iterator[tuple[Block, ...]]:
    """Cut the blocks of a cell at its blank lines: what stands below one belongs to no group above it."""
    start = 0
    for position in range(1, len(cell.blocks)):
        gap = cell.blocks[position].span.start - cell.blocks[position - 1].span.end
        if gap >= 2 and cell.blocks[position].ticked is not None and cell.blocks[position - 1].ticked is not None:
            yield cell.blocks[start:position]
            start = position
    yield cell.blocks[start:]


def _place_of_nothing(row: Row, column: Column) -> int:
    """Return the offset where an empty cell would stand: behind the filled one on its left."""
    left = [cell for cell in row.cells if not _is_spread(cell, row) and (_place(cell) or 0) < column.place]
    return left[-1].span.end if left else row.cells[0].span.start


def _add_amount(draft: FieldDraft, column: Column, cell: Cell) -> None:
    draft.label = f"{draft.label} › {column.label}"
    if not draft.blocks:
        draft.start = cell.span.start
    draft.extend(cell.blocks, cell.span.end)


def _check(listed: Listed, column: Column, cell: Cell | None, text: str) -> None:
    """Tell of a value that its column does not expect."""
    words = squeeze(cell.text(text)) if cell else ""
    line = (cell.blocks[0].row or 0) + 1 if cell else 0
    place = f"ligne {line}, « {column.label} » : « {words[:80]} »"
    if not words:
        return
    if column.key in ("statut", "priorite") and closed_value(column.key, words) is None:
        listed.warnings.append(Warning(f"{place} n'est pas une valeur connue, gardé tel quel"))
    elif fold(column.label).startswith("personne") and _BODY.search(words):
        listed.warnings.append(Warning(f"{place} semble une organisation, dans une colonne de personnes"))
    elif column.key == "axe" and fold(words) == _UNCLASSIFIED:
        listed.fields[-1].key = UNKNOWN
    if column.key == "axe" and listed.axe_number is None and (number := _LEADING_NUMBER.match(words)):
        listed.axe_number = int(number.group(1))


def _split_title(title: Span, text: str) -> tuple[str | None, Span]:
    """Part the number that a title begins with: « 1.2.3 Former les aidants », « Fiche-action n°3 : … »."""
    heading = line_to_heading(title.of(text))
    if heading and heading.number and heading.title and heading.part is Part.FICHE:
        return heading.number, Span(title.start + heading.title_start, title.end)
    match = _TITLE_NUMBER.match(text, title.start, title.end)
    return (match.group(1), Span(match.end(), title.end)) if match else (None, title)


def _restore_fields(listed: Listed, names: Cell, text: str) -> None:
    """Give the fields of an exported action their own order and labels; the others stay only when filled."""
    by_label = {draft.label: draft for draft in listed.fields}
    ordered: list[FieldDraft] = []
    for block in names.blocks:
        column, renamed, label = block.span.of(text).partition(RENAMED)
        if fold(column) == "titre de l'action" and renamed:
            listed.title_field = label_to_key(label) or listed.title_field
        draft = by_label.pop(clean_label(column), None)
        if draft is not None:
            draft.label = label if renamed else draft.label
            ordered.append(draft)
    listed.fields = [*ordered, *(draft for draft in by_label.values() if draft.blocks)]


# --- cells


def _by_place(row: Row) -> dict[int, Cell]:
    return {_place(cell) or 0: cell for cell in row.cells if not cell.empty}


def _place(cell: Cell) -> int | None:
    return cell.blocks[0].column if cell.blocks else None


def _own_span(cell: Cell) -> Span:
    return Span(cell.blocks[0].span.start, cell.blocks[-1].span.end)


def _is_spread(cell: Cell, row: Row) -> bool:
    """Tell a cell merged with the one above: its words stand in an earlier row."""
    return cell.span.start < _row_start(row)


def _row_start(row: Row) -> int:
    """Return where the text of a row begins: its own cells follow one another, two characters apart at most."""
    spans = sorted((cell.span for cell in row.cells), key=lambda span: span.start, reverse=True)
    start = spans[0].start
    for span in spans[1:]:
        if start - span.end > 2:
            break
        start = span.start
    return start


def _words(draft: FieldDraft, text: str) -> list[str]:
    return [squeeze(block.span.of(text)) for block in draft.blocks]


def row_number(row: Row) -> int:
    """Return the number of a row in its sheet, from 1."""
    return next((block.row + 1 for cell in row.cells for block in cell.blocks if block.row is not None), 0)
