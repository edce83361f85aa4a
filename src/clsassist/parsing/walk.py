"""One pass over the rows and lines of a document: what opens a fiche, a field, a section, and what goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from clsassist.parsing.drafts import FieldDraft, unknown_field
from clsassist.parsing.headings import Heading, Part, line_to_heading
from clsassist.parsing.labels import TITLE_COLUMNS, clean_label, label_to_key
from clsassist.parsing.units import Cell, Row, document_to_units
from clsassist.records import Block, Document, Span, Warning
from clsassist.text import squeeze

# A label alone on its line is short; a sentence that happens to be one is not a label.
_LONGEST_LABEL_LINE = 60
_PAGE_NUMBER = re.compile(r"\d{0,3}")


@dataclass(slots=True)
class Context:
    """The headings above the place where the walk is; ``used`` tells which already head a fiche."""

    axe: FieldDraft | None = None
    axe_number: int | None = None
    objectif: FieldDraft | None = None
    thematique: FieldDraft | None = None
    used: set[int] = field(default_factory=set)

    def inherited(self) -> list[FieldDraft]:
        """Return the headings as fields of a fiche below them; the second fiche inherits them."""
        drafts = []
        for draft in (self.axe, self.objectif, self.thematique):
            if draft is not None:
                drafts.append(replace(draft, inherited=draft.start in self.used))
                self.used.add(draft.start)
        return drafts


@dataclass(slots=True)
class FicheDraft:
    """A fiche being gathered."""

    number: str | None = None
    title: Span | None = None
    heading: Span | None = None
    title_field: str = "titre"
    axe_number: int | None = None
    fields: list[FieldDraft] = field(default_factory=list)
    page: int | None = None
    from_column: bool = False
    rows: int = 0

    def last(self) -> FieldDraft | None:
        """Return the field that a continuation goes on with."""
        return self.fields[-1] if self.fields else None


@dataclass(slots=True)
class SectionDraft:
    """A part of the document outside its fiches."""

    title: str
    context: tuple[str | None, str | None]
    heading: Block
    field: FieldDraft


class Walk:
    """The one pass over a document: it holds what is open, and hands each row or line to what reads it."""

    def __init__(self, document: Document) -> None:
        self.text = document.text
        self.context = Context()
        self.fiches: list[FicheDraft] = []
        self.sections: list[SectionDraft] = []
        self.warnings: list[Warning] = []
        self._current: FicheDraft | None = None
        self._parent_label: tuple[str, str] | None = None
        self._columns: tuple[int, list[str | None], Row] | None = None
        self._pending_title: Span | None = None
        self._awaits_axe_title = False
        self._in_summary = False
        self._line_field: FieldDraft | None = None
        for unit in document_to_units(document):
            if isinstance(unit, Row):
                self._read_row(unit)
            else:
                self._read_line(unit)

    # --- lines outside tables

    def _read_line(self, block: Block) -> None:
        line = block.span.of(self.text)
        heading = line_to_heading(line)
        self._in_summary = bool(heading and heading.part is Part.SUMMARY)
        if heading and heading.part is not Part.SECTION:
            self._read_heading(heading, block)
        elif heading and not line.lower().startswith("objectif"):
            self.context, self._current = Context(), None
            self._open_section(clean_label(line), block)
        elif heading or (line.isupper() and self._current is None and not self._awaits_axe_title and line[0].isalpha()):
            self._open_section(clean_label(line), block)
        elif self._awaits_axe_title and self.context.axe is not None:
            self.context.axe.extend((block,), block.span.end)
            self._awaits_axe_title = False
        elif self._current is not None and not self._current.from_column:
            self._read_fiche_line(self._current, block)
        else:
            self._add_to_section(block)

    def _read_heading(self, heading: Heading, block: Block) -> None:
        title = _after_offset(block, heading.title_start) if heading.title else None
        if heading.part is Part.AXE:
            self._read_axe(heading, block, title)
        elif heading.part is Part.OBJECTIF:
            label = f"Objectif {heading.number}"
            self.context.objectif = _heading_field("objectif_strategique", label, block, title)
            self._current = None
        elif heading.part is Part.THEMATIQUE:
            self.context.thematique = _heading_field("thematique", "Thématique", block, title)
            self._current = None
            self._open_section(squeeze(heading.title or ""), block)
        elif heading.part is Part.FICHE:
            fiche = self._open_fiche(heading.number, title.span if title else None, block.page)
            fiche.heading = block.span

    def _read_axe(self, heading: Heading, block: Block, title: Block | None) -> None:
        number = int(heading.number) if heading.number and heading.number.isdigit() else None
        if number is None or number != self.context.axe_number:
            label = clean_label(self.text[block.span.start : block.span.start + heading.title_start])
            self.context = Context(_heading_field("axe", label.rstrip(" /:"), block, title), number)
            self._awaits_axe_title = title is None
        self._current = None
        if self._awaits_axe_title:
            self._open_section(squeeze(block.span.of(self.text)).rstrip(" /"), block)

    # --- tables

    def _read_row(self, row: Row) -> None:
        cells = row.cells
        if self._is_summary_row(row):
            return
        if self._columns and self._columns[0] == row.table:
            self._read_columns(row)
        elif self._is_header(row):
            keys = [label_to_key(cell.text(self.text)) for cell in cells]
            self._columns = (row.table, keys, row)
        else:
            self._read_form_row(row)

    def _is_summary_row(self, row: Row) -> bool:
        """Tell a line of a table of contents: it follows the word « sommaire » and ends with a page number."""
        return self._in_summary and bool(_PAGE_NUMBER.fullmatch(row.cells[-1].text(self.text)))

    def _is_header(self, row: Row) -> bool:
        keys = {label_to_key(cell.text(self.text)) for cell in row.cells if not cell.empty}
        return len(row.cells) >= 2 and None not in keys and len(keys) >= 2 and bool(keys & TITLE_COLUMNS)

    def _read_columns(self, row: Row) -> None:
        """Read one row of a list of actions; without a title it goes on with the action above."""
        assert self._columns is not None
        _, keys, header = self._columns
        titled = any(key in TITLE_COLUMNS and not cell.empty for key, cell in zip(keys, row.cells, strict=False))
        if titled:
            fiche = self._open_fiche(None, None, None)
            fiche.from_column = True
        if self._current is None or not self._current.from_column:
            self._read_form_row(row)  # nothing above to go on with
            return
        fiche = self._current
        for key, cell, label_cell in zip(keys, row.cells, header.cells, strict=False):
            label = clean_label(label_cell.text(self.text))
            if titled and key in TITLE_COLUMNS:
                fiche.title, fiche.title_field = _cell_span(cell), key or "titre"
            elif titled:
                draft = FieldDraft(key or "autre", label, cell.span.start, cell.span.end)
                draft.extend(cell.blocks, cell.span.end)
                fiche.fields.append(draft)
            elif not cell.empty:
                held = next((draft for draft in fiche.fields if draft.label == label), None)
                if held is None:
                    held = FieldDraft(key or "autre", label, cell.span.start, cell.span.end)
                    fiche.fields.append(held)
                held.extend(cell.blocks, cell.span.end)
        fiche.rows += 1

    def _read_form_row(self, row: Row) -> None:
        first, *values = row.cells
        label = first.text(self.text)
        heading = line_to_heading(label)
        if heading and heading.part is Part.FICHE:
            title = next((_cell_span(cell) for cell in values if not cell.empty), None)
            self._open_fiche(heading.number, title, None)
            return
        if not values or all(cell.empty for cell in row.cells):
            self._read_lone_cell(first)
            return
        if first.empty:
            self._read_continuation(values)
            return
        keys = [label_to_key(block.span.of(self.text)) for block in first.blocks]
        if len(first.blocks) == 1 or None in keys:
            self._open_field(label_to_key(label), label, first, values)
        else:
            # Two labels in one cell share its value: « Rôle du PETR co-pilote », « Rôle de la CPTS co-pilote ».
            for block, key in zip(first.blocks, keys, strict=True):
                self._open_field(key, block.span.of(self.text), Cell(block.span, (block,)), values)

    def _read_lone_cell(self, cell: Cell) -> None:
        if cell.empty:
            return
        if self._current and self._current.fields:
            draft = self._current.fields[-1]
            draft.extend(cell.blocks, cell.span.end)
        else:
            self._pending_title = _cell_span(cell)

    def _read_continuation(self, values: list[Cell]) -> None:
        if self._current is None or self._current.last() is None:
            self._pending_title = next((_cell_span(cell) for cell in values if not cell.empty), None)
        elif len(values) >= 2 and self._parent_label and label_to_key(values[0].text(self.text)):
            self._open_sub_field(values[0], values[1:])
        else:
            last = self._current.fields[-1]
            for cell in values:
                last.extend(cell.blocks, cell.span.end)

    def _open_field(self, key: str | None, label: str, cell: Cell, values: list[Cell]) -> None:
        fiche = self._fiche_for(key)
        self._parent_label = (key or "autre", clean_label(label))
        if len(values) >= 2 and _is_sub_label(values[0], self.text):
            self._open_sub_field(values[0], values[1:])
            return
        page = cell.blocks[0].page if cell.blocks else None
        draft = (
            FieldDraft(key, clean_label(label), cell.span.start, cell.span.end, page)
            if key
            else unknown_field(label, cell.span.start, cell.span.end, page)
        )
        for value in values:
            draft.extend(value.blocks, value.span.end)
        fiche.fields.append(draft)

    def _open_sub_field(self, label: Cell, values: list[Cell]) -> None:
        assert self._parent_label is not None
        parent_key, parent = self._parent_label
        name = clean_label(label.text(self.text))
        key = label_to_key(name) or parent_key
        draft = FieldDraft(key, f"{parent} › {name}", label.span.start, label.span.end)
        for value in values:
            draft.extend(value.blocks, value.span.end)
        self._fiche_for(None).fields.append(draft)

    def _fiche_for(self, key: str | None) -> FicheDraft:
        """Return the open fiche; a first label that comes back means that a fiche without a title begins."""
        current = self._current
        if current is None:
            return self._open_fiche(None, self._pending_title, None)
        firsts = [draft.key for draft in current.fields if not draft.inherited]
        own = [held for held in firsts if held not in ("axe", "objectif_strategique", "thematique")]
        if key and len(set(own)) >= 3 and key == own[0] and key != "autre":
            return self._open_fiche(None, self._pending_title, None)
        return current

    def _open_fiche(self, number: str | None, title: Span | None, page: int | None) -> FicheDraft:
        fiche = FicheDraft(number, title, axe_number=self.context.axe_number, page=page)
        fiche.fields.extend(self.context.inherited())
        self.fiches.append(fiche)
        self._current, self._pending_title, self._parent_label = fiche, None, None
        return fiche

    # --- what stands outside fiches

    def _open_section(self, title: str, block: Block) -> None:
        draft = FieldDraft("texte", title, block.span.start, block.span.end, block.page)
        axe = self.context.axe
        thematique = self.context.thematique
        context = (_draft_text(axe, self.text), _draft_text(thematique, self.text))
        if self.sections and not self.sections[-1].field.blocks and self.sections[-1].context == context:
            # Two headings in a row: the upper one is a motto, kept as text.
            draft.extend((self.sections.pop().heading,), block.span.end)
        self.sections.append(SectionDraft(title, context, block, draft))

    def _add_to_section(self, block: Block) -> None:
        list_ended = (
            bool(self.sections)
            and self.sections[-1].field.blocks
            and all(held.kind.value == "item" for held in self.sections[-1].field.blocks)
            and len(self.sections[-1].field.blocks) > 3
            and block.kind.value == "paragraph"
        )
        if not self.sections or list_ended:
            self._open_section(clean_label(block.span.of(self.text)), block)
        self.sections[-1].field.extend((block,), block.span.end)

    def _read_fiche_line(self, fiche: FicheDraft, block: Block) -> None:
        """Read a line of a fiche written without a table: « Label : value », a label alone, or a value."""
        line = block.span.of(self.text)
        head, colon, _ = line.partition(":")
        key = label_to_key(head) if colon or len(line) <= _LONGEST_LABEL_LINE else None
        if key is None:
            self._add_loose_line(fiche, block)
            return
        value = _after_offset(block, len(head) + len(colon))
        draft = FieldDraft(key, clean_label(head), block.span.start, block.span.end, block.page)
        if value.span.of(self.text).strip():
            draft.extend((_trimmed_block(value, self.text),), block.span.end)
        fiche.fields.append(draft)
        self._line_field = draft

    def _add_loose_line(self, fiche: FicheDraft, block: Block) -> None:
        """Keep a line that follows no label, as text of the fiche: nothing is dropped."""
        if self._line_field is not None and self._line_field is fiche.last():
            self._line_field.extend((block,), block.span.end)
            return
        last = fiche.last()
        if last is None or last.label != "Texte":
            last = FieldDraft("description" if not fiche.fields else "autre", "Texte", block.span.start, block.span.end)
            fiche.fields.append(last)
        last.extend((block,), block.span.end)


def _trimmed_block(block: Block, text: str) -> Block:
    start = block.span.start
    while start < block.span.end and text[start].isspace():
        start += 1
    return replace(block, span=Span(start, block.span.end))


def _is_sub_label(cell: Cell, text: str) -> bool:
    words = cell.text(text)
    return len(cell.blocks) == 1 and cell.blocks[0].ticked is None and label_to_key(words) is not None


def _cell_span(cell: Cell) -> Span | None:
    return Span(cell.blocks[0].span.start, cell.blocks[-1].span.end) if cell.blocks else None


def _after_offset(block: Block, offset: int) -> Block:
    return replace(block, span=Span(block.span.start + offset, block.span.end))


def _heading_field(key: str, label: str, block: Block, title: Block | None) -> FieldDraft:
    draft = FieldDraft(key, label, block.span.start, block.span.end, block.page)
    if title:
        draft.extend((title,), block.span.end)
    return draft


def _draft_text(draft: FieldDraft | None, text: str) -> str | None:
    if draft is None:
        return None
    words = " ".join(squeeze(block.span.of(text)) for block in draft.blocks)
    return f"{draft.label} : {words}" if draft.key != "thematique" else words
