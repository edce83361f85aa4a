"""The rows of a list of actions, below its header: what each of them is, and the fields of an action."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from clsassist.parsing.columns import (
    RENAMED,
    ROW_KEYS,
    Column,
    Header,
    cells_by_place,
    is_header_again,
)
from clsassist.parsing.drafts import FieldDraft
from clsassist.parsing.headings import Part, line_to_heading
from clsassist.parsing.labels import TITLE_COLUMNS, UNKNOWN, clean_label, label_to_key
from clsassist.parsing.units import Cell, Row
from clsassist.records import Block, Span, Warning
from clsassist.tet import closed_value, is_group
from clsassist.text import fold, squeeze

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


def row_to_listed(row: Row, header: Header, text: str) -> Listed:
    """Read one row of a list below its header."""
    cells = cells_by_place(row)
    listed = Listed(title_field=_title_field(header))
    title = cells.get(header.title)
    sub_title = cells.get(header.sub_title) if header.sub_title is not None else None
    named = sub_title or title
    listed.title = named.written if named else None
    for column in header.columns:
        cell = cells.get(column.place)
        if column.key in ROW_KEYS:
            _read_row_column(listed, column, cell, text)
        elif column.place == header.sub_title:
            continue
        elif column.place == header.title:
            if sub_title and title:
                listed.fields.append(_draft(replace(column, key=UNKNOWN), title, row, text))
        elif column.amount_of and cell and listed.fields and listed.fields[-1].label == column.amount_of:
            _add_amount(listed.fields[-1], column, cell)
        else:
            listed.fields.append(_draft(column, cell, row, text))
            _check(listed, column, cell, text)
    listed.fields.extend(_beyond_columns(cells, header))
    if listed.title and not header.numbered:
        listed.number, listed.title = _split_title(listed.title, text)
    names = cells.get(next((column.place for column in header.columns if column.key == "champs"), -1))
    if names:
        _restore_fields(listed, names, text)
    return listed


def _beyond_columns(cells: Mapping[int, Cell], header: Header) -> Iterator[FieldDraft]:
    """Keep what is written in a column that has no label."""
    known = {column.place for column in header.columns}
    for place, cell in sorted(cells.items()):
        if place not in known and not cell.empty:
            draft = FieldDraft(UNKNOWN, "Colonne sans titre", cell.span.start, cell.span.end)
            draft.extend(cell.blocks, cell.span.end)
            yield draft


def _title_field(header: Header) -> str:
    key = next(column.key for column in header.columns if column.place == header.title)
    return key if key in TITLE_COLUMNS else "titre"


def _read_row_column(listed: Listed, column: Column, cell: Cell | None, text: str) -> None:
    words = squeeze(cell.text(text)) if cell else ""
    if column.key == "numero":
        # A sheet shows the number 2.3 as « 2,3 ».
        listed.number = re.sub(r"(?<=\d),(?=\d)", ".", words) or None
    elif column.key == "numero_axe" and words.isdigit():
        listed.axe_number = int(words)


def _draft(column: Column, cell: Cell | None, row: Row, text: str) -> FieldDraft:
    """Open the field of a column; an empty cell gives an empty field, which its column's label is the proof of."""
    label = f"{column.amount_of} › {column.label}" if column.amount_of else column.label
    if cell is None:
        return FieldDraft(column.key or UNKNOWN, label, column.span.start, column.span.end)
    span = cell.span
    draft = FieldDraft(column.key or UNKNOWN, label, span.start, span.end, inherited=_is_spread(cell, row))
    for piece in _pieces(_without_label(cell, column, text)):
        draft.extend(piece, span.end)
    return draft


def _without_label(cell: Cell, column: Column, text: str) -> tuple[Block, ...]:
    """Return the blocks of a cell, but for a first line that only says its label again: « Partenaires : »."""
    first = cell.blocks[0].span.of(text).rstrip()
    repeated = first.endswith(":") and fold(clean_label(first)) == fold(column.label)
    return cell.blocks[1:] if repeated else cell.blocks


def _pieces(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, ...]]:
    """Cut the blocks of a cell at its blank lines: what stands below one belongs to no group above it."""
    start = 0
    for position in range(1, len(blocks)):
        gap = blocks[position].span.start - blocks[position - 1].span.end
        if gap >= 2 and blocks[position].ticked is not None and blocks[position - 1].ticked is not None:
            yield blocks[start:position]
            start = position
    if blocks:
        yield blocks[start:]


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
    for line in names.span.of(text).split("\n"):
        column, renamed, label = line.partition(RENAMED)
        if fold(column) == "titre de l'action" and renamed:
            listed.title_field = label_to_key(label) or listed.title_field
        draft = by_label.pop(clean_label(column), None)
        if draft is not None:
            draft.label = label if renamed else draft.label
            ordered.append(draft)
    listed.fields = [*ordered, *(draft for draft in by_label.values() if draft.blocks)]


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
