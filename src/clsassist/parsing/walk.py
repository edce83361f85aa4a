"""One pass over the rows and lines of a document: what opens a fiche, a field, a section, and what goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from clsassist.parsing.column_rows import (
    Listed,
    RowKind,
    is_furniture,
    lone_heading,
    row_number,
    row_to_kind,
    row_to_listed,
)
from clsassist.parsing.columns import Header, row_to_header, with_sub_header
from clsassist.parsing.drafts import FieldDraft, unknown_field
from clsassist.parsing.forms import to_label_rows
from clsassist.parsing.headings import Heading, Part, line_to_heading
from clsassist.parsing.inner_tables import InnerTable, inner_header
from clsassist.parsing.labels import UNKNOWN, cell_to_key, clean_label, label_to_key
from clsassist.parsing.lines import cut_labels, is_group_heading, is_label_like, unknown_label
from clsassist.parsing.openings import Opening, find_openings, find_prose_openings, line_to_key
from clsassist.parsing.units import Cell, Row, document_to_units
from clsassist.records import Block, BlockKind, Document, Span, Warning
from clsassist.text import fold, squeeze

_PAGE_NUMBER = re.compile(r"\d{0,3}")
# « Fiche-action n°3 (suite) », or the same heading printed again on the next page.
_CONTINUED = re.compile(r"\(?\s*suite(?: et fin)?\s*\)?\s*$", re.IGNORECASE)
_LONGEST_TITLE = 200
_SHORT_LABEL = 3  # words
# Depth of a heading that only bold type tells: no fiche ends at another one.
EMPHASISED = 9


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


_INHERITABLE = frozenset({"axe", "objectif_strategique", "thematique"})


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
    level: int = 0
    awaits_title: bool = False
    from_column: bool = False
    rows: int = 0

    def last(self) -> FieldDraft | None:
        """Return the field that a continuation goes on with."""
        return self.fields[-1] if self.fields else None

    def own(self) -> list[FieldDraft]:
        """Return the fields written in the fiche itself, not in a heading above it."""
        return [draft for draft in self.fields if draft.key not in _INHERITABLE]


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
        self.units = list(to_label_rows(list(document_to_units(document)), document.text))
        self.fiches: list[FicheDraft] = []
        self._walk(find_openings(self.units, self.text))
        if not self.fiches and (prose := find_prose_openings(self.units, self.text)):
            self._walk(prose)
        self.fiches = _without_summary(self.fiches, self.text)

    def _walk(self, openings: Mapping[int, Opening]) -> None:
        self.context = Context()
        self.fiches.clear()
        self.sections: list[SectionDraft] = []
        self.warnings: list[Warning] = []
        self._current: FicheDraft | None = None
        self._parent_label: tuple[str, str] | None = None
        self._list: Header | None = None
        self._list_rows = 0
        self._awaits_axe_title = False
        self._in_summary = False
        self._line_field: FieldDraft | None = None
        self._below: Row | Block | None = None
        self._group_heading: Block | None = None
        self._inner: InnerTable | None = None
        titles = {opening.title_unit for opening in openings.values()}
        for position, unit in enumerate(self.units):
            if position in openings:
                self._open_at(openings[position], unit)
            if position in titles:
                continue
            self._below = self.units[position + 1] if position + 1 < len(self.units) else None
            if isinstance(unit, Row):
                self._read_row(unit)
            else:
                self._read_line(unit)

    def _open_at(self, opening: Opening, unit: Row | Block) -> None:
        first = unit.cells[0].blocks[:1] if isinstance(unit, Row) else (unit,)
        fiche = self._open_fiche(opening.number, opening.title, first[0].page if first else None)
        fiche.level = opening.level

    # --- lines outside tables

    def _read_line(self, block: Block) -> None:
        line = block.span.of(self.text)
        heading = line_to_heading(line)
        fiche = self._current if self._current and not self._current.from_column else None
        self._in_summary = bool(heading and heading.part is Part.SUMMARY)
        if fiche and self._belongs_to_fiche(fiche, block, heading):
            self._read_fiche_line(fiche, block)
        elif heading and heading.part is not Part.SECTION:
            self._read_heading(heading, block)
        elif heading and not line.lower().startswith("objectif"):
            self.context, self._current = Context(), None
            self._open_section(clean_label(line), block)
        elif heading or self._is_section_heading(block, line):
            self._current = None
            self._open_section(clean_label(line), block)
        elif self._awaits_axe_title and self.context.axe is not None:
            self.context.axe.extend((block,), block.span.end)
            self._awaits_axe_title = False
        elif fiche:
            self._read_fiche_line(fiche, block)
        else:
            self._add_to_section(block)

    def _belongs_to_fiche(self, fiche: FicheDraft, block: Block, heading: Heading | None) -> bool:
        """Tell a label or an item of the fiche that reads like a heading: « Contacts », « Objectif 2 : »."""
        if heading is None:
            return False
        if heading.part is Part.SECTION:
            return line_to_key(block.span.of(self.text)) is not None
        last = fiche.last()
        if heading.part is Part.OBJECTIF and self._line_field is last is not None:
            return last.key.startswith("objectif")
        return False

    def _is_section_heading(self, block: Block, line: str) -> bool:
        """Tell a heading that belongs to no fiche: one as high as the fiche's own, or capitals outside fiches."""
        if self._current is not None:
            level = self._current.level if self._current.level < EMPHASISED else 0
            higher = block.kind is BlockKind.HEADING and 0 < block.level <= level
            return higher and line_to_key(line) is None and not self._current.awaits_title
        if self._awaits_axe_title:
            return False
        return block.kind is BlockKind.HEADING or (line.isupper() and line[0].isalpha())

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
            if self._goes_on(heading.number, heading.title):
                return
            fiche = self._open_fiche(heading.number, title.span if title else None, block.page)
            fiche.heading = block.span
            fiche.level = block.level if block.kind is BlockKind.HEADING else 0
            fiche.awaits_title = title is None

    def _goes_on(self, number: str | None, title: str | None) -> bool:
        """Tell the heading of the open fiche printed again, on the next page or with « (suite) »."""
        current = self._current
        if current is None or number is None or number != current.number:
            return False
        written = squeeze(current.title.of(self.text)) if current.title else ""
        return not title or bool(_CONTINUED.search(title)) or fold(squeeze(title)) == fold(written)

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
        if self._is_summary_row(row):
            return
        if self._list and self._list.table != row.table:
            self._close_list()
        fiche = self._current if self._current and not self._current.from_column else None
        if self._list:
            self._read_columns(self._list, row)
        elif self._inner and self._inner.table == row.table:
            self._inner.read(row, self.text)
        elif fiche and (key := inner_header(row, self._below, self.text, begun=bool(fiche.own()))):
            self._inner = InnerTable.open(row, key, self._group_heading, self.text)
            fiche.fields.extend(self._inner.drafts())
        elif header := row_to_header(row, self.text):
            self._list, self._list_rows = header, 0
        elif not is_furniture(row, self.text):
            self._read_form_row(row)

    def _is_summary_row(self, row: Row) -> bool:
        """Tell a line of a table of contents: it follows the word « sommaire » and ends with a page number."""
        return self._in_summary and bool(_PAGE_NUMBER.fullmatch(row.cells[-1].text(self.text)))

    def _close_list(self) -> None:
        """Leave a list of actions: what stands below goes on with none of them."""
        self._list = None
        if self._current and self._current.from_column:
            self._current = None

    def _read_columns(self, header: Header, row: Row) -> None:
        """Read one row of a list of actions: an action, or what a list holds between them."""
        kind = row_to_kind(row, header, self.text, first=not self._list_rows)
        deeper = with_sub_header(header, row, self.text) if not self._list_rows else None
        if deeper is not None:
            self._list = deeper
        elif kind is RowKind.HEADER:
            self._list = row_to_header(row, self.text) or header
        elif kind is RowKind.INSTRUCTION:
            self.warnings.append(Warning(f"ligne {row_number(row)} : consigne ou exemple du modèle, non lu"))
        elif kind is RowKind.HEADING and (block := lone_heading(row, self.text)):
            self._read_line(block)
        elif kind is RowKind.TOTAL:
            self._keep_outside(row)
        elif kind is RowKind.LISTED:
            self._read_listed(row_to_listed(row, header, self.text), row)

    def _read_listed(self, listed: Listed, row: Row) -> None:
        """Open the action of a row; a row without a title goes on with the action above, unless it names its axe."""
        current = self._current if self._current and self._current.from_column else None
        if current and (listed.title == current.title or (listed.title is None and not listed.opens)):
            listed.continue_fields(current.fields, self.text)
            current.rows += 1
        elif listed.title or listed.opens:
            fiche = self._open_fiche(listed.number, listed.title, None)
            fiche.from_column, fiche.title_field, fiche.rows = True, listed.title_field, 1
            fiche.axe_number = listed.axe_number or fiche.axe_number
            fiche.fields.extend(listed.fields)
            self._list_rows += 1
        else:
            self._keep_outside(row)
            return
        self.warnings.extend(listed.warnings)

    def _keep_outside(self, row: Row) -> None:
        for block in (block for cell in row.cells for block in cell.blocks):
            self._add_to_section(block)

    def _read_form_row(self, row: Row) -> None:
        first, *values = row.cells
        label = first.text(self.text)
        heading = line_to_heading(label)
        if heading and heading.part is Part.FICHE and not self._goes_on(heading.number, heading.title):
            self._open_from_row(heading, first, values)
            return
        if self._current is None or (heading and self._is_heading_row(heading, row)):
            for block in (block for cell in row.cells for block in cell.blocks):
                self._read_line(block)
            return
        if not values or all(cell.empty for cell in row.cells):
            self._read_lone_cell(self._current, first)
            return
        if first.empty:
            self._read_continuation(self._current, values)
            return
        keys = [label_to_key(block.span.of(self.text)) for block in first.blocks]
        if len(first.blocks) == 1 or None in keys:
            self._open_field(self._current, cell_to_key(label), label, first, values)
            return
        for block, key, part in _share(first, keys, values, self.text):
            self._open_field(self._current, key, block.span.of(self.text), Cell(block.span, (block,)), part)

    def _is_heading_row(self, heading: Heading, row: Row) -> bool:
        """Tell the band of an axe between two fiches from the axe written in one."""
        begun = self._current is not None and len(self._current.own()) >= _SHORT_LABEL
        return begun and len(row.cells) == 1 and heading.part in (Part.AXE, Part.THEMATIQUE)

    def _open_from_row(self, heading: Heading, first: Cell, values: list[Cell]) -> None:
        title = next((_cell_span(cell) for cell in values if not cell.empty), None)
        if title is None and heading.title:
            title = Span(first.blocks[0].span.start + heading.title_start, first.blocks[-1].span.end)
        fiche = self._open_fiche(heading.number, title, first.blocks[0].page)
        fiche.heading = first.span
        fiche.awaits_title = title is None

    def _read_lone_cell(self, fiche: FicheDraft, cell: Cell) -> None:
        """Read a cell alone in its row: a title, labels over their values, or what goes on with the row above."""
        if cell.empty:
            return
        if fiche.awaits_title and len(cell.blocks) == 1 and line_to_key(cell.text(self.text)) is None:
            fiche.title, fiche.awaits_title = _cell_span(cell), False
            return
        if not any(is_label_like(block, self.text) for block in cell.blocks) and fiche.fields:
            fiche.fields[-1].extend(cell.blocks, cell.span.end)
            return
        for block in cell.blocks:
            self._read_fiche_line(fiche, block)

    def _read_continuation(self, fiche: FicheDraft, values: list[Cell]) -> None:
        if fiche.last() is None:
            for block in (block for cell in values for block in cell.blocks):
                self._read_fiche_line(fiche, block)
        elif len(values) >= 2 and _opens_sub_field(values[0].text(self.text)):
            self._open_sub_field(fiche, values[0], values[1:])
        else:
            _extend(fiche.fields[-1], values)

    def _open_field(self, fiche: FicheDraft, key: str | None, label: str, cell: Cell, values: list[Cell]) -> None:
        fiche.awaits_title = False
        self._parent_label = (key or "autre", clean_label(label))
        if len(values) >= 2 and _is_sub_label(values[0], self.text):
            self._open_sub_field(fiche, values[0], values[1:])
            return
        page = cell.blocks[0].page if cell.blocks else None
        draft = (
            FieldDraft(key, clean_label(label), cell.span.start, cell.span.end, page)
            if key
            else unknown_field(label, cell.span.start, cell.span.end, page)
        )
        _extend(draft, values)
        fiche.fields.append(draft)

    def _open_sub_field(self, fiche: FicheDraft, label: Cell, values: list[Cell]) -> None:
        last = fiche.last()
        parent_key, parent = self._parent_label or ((last.key, last.label) if last else (UNKNOWN, ""))
        name = clean_label(label.text(self.text))
        # « Financement › Global » is about the financing; a longer label says by itself what it is about.
        key = cell_to_key(name) or (parent_key if len(name.split()) <= _SHORT_LABEL else UNKNOWN)
        draft = FieldDraft(key, f"{parent} › {name}", label.span.start, label.span.end)
        _extend(draft, values)
        fiche.fields.append(draft)

    def _open_fiche(self, number: str | None, title: Span | None, page: int | None) -> FicheDraft:
        fiche = FicheDraft(number, title, axe_number=self.context.axe_number, page=page)
        fiche.fields.extend(self.context.inherited())
        self.fiches.append(fiche)
        self._current, self._parent_label, self._line_field = fiche, None, None
        self._inner = self._group_heading = None
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
        if self._is_missing_title(fiche, block):
            fiche.title, fiche.awaits_title = block.span, False
            return
        if isinstance(self._below, Row) and is_group_heading(block, self.text):
            self._group_heading = block
            return  # « Carte d'identité de l'action », above one of the tables of a fiche: no content
        for label, value in cut_labels(block, self.text):
            if label is None:
                self._add_loose_line(fiche, value)
            else:
                self._open_line_field(fiche, label, value)

    def _open_line_field(self, fiche: FicheDraft, label: Block, value: Block) -> None:
        words = label.span.of(self.text)
        key = cell_to_key(words) or UNKNOWN
        draft = FieldDraft(key, clean_label(words), label.span.start, max(label.span.end, value.span.end), label.page)
        if value.span.of(self.text).strip():
            draft.extend((_trimmed_block(value, self.text),), value.span.end)
        fiche.awaits_title = False
        fiche.fields.append(draft)
        self._line_field = draft

    def _is_missing_title(self, fiche: FicheDraft, block: Block) -> bool:
        words = block.span.of(self.text)
        fits = block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING) and len(words) <= _LONGEST_TITLE
        return fiche.awaits_title and fits and line_to_key(words) is None

    def _add_loose_line(self, fiche: FicheDraft, block: Block) -> None:
        """Keep a line that follows no label, as text of the fiche: nothing is dropped."""
        if found := unknown_label(block, self.text, fiche.own()):
            self._open_line_field(fiche, *found)
            return
        if self._line_field is not None and self._line_field is fiche.last():
            self._line_field.extend((block,), block.span.end)
            return
        last = fiche.last()
        if last is None or last.label != "Texte":
            last = FieldDraft("description" if not fiche.own() else "autre", "Texte", block.span.start, block.span.end)
            fiche.fields.append(last)
        last.extend((block,), block.span.end)


def _without_summary(fiches: list[FicheDraft], text: str) -> list[FicheDraft]:
    """Leave out the headings of a table of contents: without content, and met again with some."""
    filled = {name for fiche in fiches if fiche.own() for name in _names(fiche, text)}
    return [fiche for fiche in fiches if fiche.own() or not _names(fiche, text) & filled]


def _names(fiche: FicheDraft, text: str) -> set[tuple[int | None, str]]:
    title = re.sub(r"[\s.…]*\d{0,3}$", "", squeeze(fiche.title.of(text))) if fiche.title else ""
    names = {(None, fold(title))} if title else set()
    return names | ({(fiche.axe_number, fiche.number)} if fiche.number else set())


def _opens_sub_field(words: str) -> bool:
    """Tell a sub-label from the end of a value cut by a page: « territoire. »."""
    return label_to_key(words) is not None and words[:1].isupper() and not words.endswith(".")


def _extend(draft: FieldDraft, values: list[Cell]) -> None:
    for position, value in enumerate(values):
        draft.extend(value.blocks, value.span.end, same_row=position > 0)


def _share(
    label: Cell, keys: list[str | None], values: list[Cell], text: str
) -> Iterator[tuple[Block, str | None, list[Cell]]]:
    """Share the value of a cell that holds several labels: line by line when there is one for each.

    « Rôle du PETR co-pilote » and « Rôle de la CPTS co-pilote » have one value between them; « Structure : »,
    « Personne référente : » have each their line.
    """
    lines = [block for cell in values for block in cell.blocks]
    labels = list(zip(label.blocks, keys, strict=True))
    if len(set(keys)) == 1:
        yield from ((block, key, values) for block, key in labels)
        return
    # « Porteur », alone on its line, may head « Structure : » and « Personne référente : ».
    named = labels if len(labels) == len(lines) else [held for held in labels if ":" in held[0].span.of(text)]
    if len(named) == len(lines):
        for (block, key), line in zip(named, lines, strict=True):
            yield block, key, [Cell(line.span, (line,))]
    else:
        whole = Span(label.blocks[0].span.start, label.blocks[-1].span.end)
        yield replace(label.blocks[0], span=whole), keys[0], values


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
