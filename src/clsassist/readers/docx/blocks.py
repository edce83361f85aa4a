"""Paragraphs and tables of one part of a Word file, in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

from clsassist.readers.docx.boxes import bind_rows, settle_glyphs
from clsassist.readers.docx.inline import Findings, InlineReader
from clsassist.readers.docx.names import MC, VAL, Element, number_of, value_of, w
from clsassist.readers.docx.numbering import Label, Numbering
from clsassist.readers.docx.styles import Styles, outline_level
from clsassist.readers.docx.symbols import MARK
from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED, EMPHASISED, Line, Table, TableCell
from clsassist.readers.markup import COLUMN_MARKS, YEAR

# A form nests two or three; more than this is an attack on the reader.
_DEEPEST = 30
_WIDEST_SPAN = 1_000

_PARAGRAPH, _TABLE, _ROW, _CELL = w("p"), w("tbl"), w("tr"), w("tc")
_PROPERTIES, _RUN_PROPERTIES, _NUMBERING = w("pPr"), w("rPr"), w("numPr")
_FOREIGN = w("altChunk")
_DROPPED: Final = frozenset({w("del"), w("moveFrom"), w("sdtPr"), w("sdtEndPr"), w("tcPr"), w("sectPr"), w("tblPr")})

Part = Line | Table


_LONGEST_EMPHASIS = 90


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell as read: ``below`` marks the lower part of a cell merged over several rows."""

    column: int
    parts: tuple[Part, ...]
    below: bool


class BlockReader:
    """Reads the paragraphs and tables below an element; boxes are marks in the lines that it gives."""

    def __init__(self, inline: InlineReader, styles: Styles, numbering: Numbering, findings: Findings) -> None:
        self._inline = inline
        self._styles = styles
        self._numbering = numbering
        self._findings = findings
        self._carried = ""

    def read(self, container: Element) -> list[Part]:
        """Return the lines and tables of a body, a header or a note.

        Raises ValueError when its tables and text boxes are nested beyond reason.
        """
        return _settle_runs(self._read(container, 0))

    def _read(self, container: Element, depth: int) -> list[Part]:
        if depth > _DEEPEST:
            raise ValueError("ses tableaux sont imbriqués trop profondément")
        parts: list[Part] = []
        for block in self._blocks(container):
            if block.tag == _PARAGRAPH:
                parts.extend(self._read_paragraph(block, depth))
            else:
                parts.extend(self._read_table(block, depth))
        if self._carried:
            parts.append(Line(self._carried.strip()))
            self._carried = ""
        return parts

    def _blocks(self, container: Element) -> Iterator[Element]:
        """Yield paragraphs and tables, whatever wraps them: controls, tracked changes, alternatives."""
        for child in _unwrapped(container, (_PARAGRAPH, _TABLE, _FOREIGN)):
            if child.tag == _FOREIGN:
                self._findings.foreign += 1
            else:
                yield child

    # --- paragraphs

    def _read_paragraph(self, paragraph: Element, depth: int) -> Iterator[Part]:
        properties = paragraph.find(_PROPERTIES)
        words = self._inline.read(paragraph)
        text = self._carried + words.text
        if _mark_is_deleted(properties):
            self._carried = text
        else:
            self._carried = ""
            yield from _with_emphasis(list(self._lines(text, properties)), len(text) - len(words.text) + words.bold)
        for box in words.boxes:
            yield from self._read(box, depth + 1)

    def _lines(self, text: str, properties: Element | None) -> Iterator[Line]:
        style = self._styles[value_of(properties, "pStyle")]
        own_level = outline_level(properties)
        level = style.level if own_level is None else own_level
        label = self._label(properties) or Label()
        texts = [piece for piece in text.split("\n") if piece.strip()]
        if label.bullet is not None and not label.mark and not MARK.search(text):
            texts = [" ".join(texts)] if texts else []
        for position, piece in enumerate(texts):
            if position:
                yield Line(piece, heading=level)
            else:
                bullet = None if label.text else label.bullet
                yield Line(f"{label.mark}{label.text}{piece}", heading=level, bullet=bullet)

    def _label(self, properties: Element | None) -> Label | None:
        """Count a list item; a paragraph without a list of its own is in that of its style."""
        own = None if properties is None else properties.find(_NUMBERING)
        style = self._styles[value_of(properties, "pStyle")]
        number_id = value_of(own, "numId") or style.number_id
        depth = number_of(own, "ilvl")
        if depth is None:
            depth = style.number_level or 0
        return self._numbering.label(number_id, depth)

    # --- tables

    def _read_table(self, table: Element, depth: int) -> list[Part]:
        """Return a table; the tables inside one that only lays out the page come out of it, in order."""
        parts: list[Part] = []
        rows: list[tuple[TableCell, ...]] = []
        merged: set[int] = set()
        for row in self._rows(table):
            cells = list(self._read_row(row, depth, merged))
            if _only_lays_out(cells):
                parts.extend(_finished(rows))
                rows = []
                parts.extend(part for cell in cells for part in cell.parts)
            elif cells:
                rows.append(tuple(_to_table_cell(cell, alone=len(cells) == 1) for cell in cells))
        parts.extend(_finished(rows))
        return parts

    def _rows(self, table: Element) -> Iterator[Element]:
        for row in _unwrapped(table, (_ROW,)):
            properties = row.find(w("trPr"))
            if properties is not None and properties.find(w("del")) is not None:
                self._findings.changes += 1
            else:
                yield row

    def _read_row(self, row: Element, depth: int, merged: set[int]) -> Iterator[_Cell]:
        """Yield the cells of a row; ``merged`` holds the columns where a cell goes on below, and is kept up to date."""
        properties = row.find(w("trPr"))
        column = max(0, number_of(properties, "gridBefore") or 0)
        for cell in _unwrapped(row, (_CELL,)):
            own = cell.find(w("tcPr"))
            if own is not None and own.find(w("cellDel")) is not None:
                self._findings.changes += 1
                continue
            merge = None if own is None else own.find(w("vMerge"))
            goes_on = merge is not None and merge.get(VAL, "continue") == "continue" and column in merged
            beside = None if own is None else own.find(w("hMerge"))
            goes_on = goes_on or (beside is not None and beside.get(VAL, "continue") == "continue")
            span = min(max(1, number_of(own, "gridSpan") or 1), _WIDEST_SPAN)
            merged.difference_update(range(column, column + span))
            if merge is not None:
                merged.add(column)
            yield _Cell(column, () if goes_on else tuple(self._read(cell, depth + 1)), goes_on)
            column += span


def _unwrapped(container: Element, wanted: tuple[str, ...]) -> Iterator[Element]:
    """Yield the wanted elements below a container, through everything that only wraps them."""
    pending = list(reversed(container))
    while pending:
        element = pending.pop()
        if element.tag in wanted:
            yield element
        elif element.tag == f"{{{MC}}}AlternateContent":
            choice = element.find(f"{{{MC}}}Choice")
            chosen = element.find(f"{{{MC}}}Fallback") if choice is None else choice
            pending.extend(reversed(chosen) if chosen is not None else ())
        elif element.tag not in _DROPPED:
            pending.extend(reversed(element))


def _with_emphasis(lines: list[Line], bold: int) -> list[Line]:
    """Make a heading of a short bold line, and of the bold words that a gap parts from what follows them.

    « Pilote » in bold, then « CPTS » after a tab or two spaces, is a label and its value; bold words inside a sentence
    are no label, and a colon tells the label by itself.
    """
    if len(lines) != 1 or not bold or lines[0].heading or lines[0].bullet is not None or MARK.search(lines[0].text):
        return lines
    (line,) = lines
    head, rest = line.text[:bold], line.text[bold:]
    if len(head.strip()) > _LONGEST_EMPHASIS or head.rstrip().endswith((":", ".", ";", ",")):
        return lines
    if not rest.strip():
        return [replace(line, heading=EMPHASISED)]
    gap = head[len(head.rstrip()) :] + rest[: len(rest) - len(rest.lstrip())]
    if "\t" not in gap and len(gap) < 2:
        return lines
    return [replace(line, text=head.strip(), heading=EMPHASISED), replace(line, text=rest.strip())]


def _mark_is_deleted(properties: Element | None) -> bool:
    """Say whether the end of a paragraph was deleted: the next one goes on with it."""
    runs = None if properties is None else properties.find(_RUN_PROPERTIES)
    return runs is not None and any(runs.find(w(name)) is not None for name in ("del", "moveFrom"))


def _only_lays_out(cells: list[_Cell]) -> bool:
    """Say whether a row holds tables and nothing beside them: it only places them on the page."""
    held = [cell for cell in cells if cell.parts]
    if not held or any(cell.below for cell in cells):
        return False
    return all(any(isinstance(part, Table) for part in cell.parts) for cell in held)


def _finished(rows: list[tuple[TableCell, ...]]) -> Iterator[Table]:
    if any(cell.lines for row in rows for cell in row):
        yield Table(tuple(bind_rows(rows)))


def _to_table_cell(cell: _Cell, *, alone: bool) -> TableCell:
    """Make a cell; bold lines head others in a cell alone in its row, and are mere emphasis beside other cells."""
    lines = [line for part in cell.parts for line in ([part] if isinstance(part, Line) else flatten(part))]
    if not alone:
        lines = [replace(line, heading=0) if line.heading == EMPHASISED else line for line in lines]
    return TableCell(tuple(settle_glyphs(lines)), cell.column)


def flatten(table: Table) -> Iterator[Line]:
    """Write a table that stands inside a cell as lines: « label : value », or its cells joined by dashes.

    Years with marks under them become boxes: their columns would be lost.
    """
    rows = iter(zip_longest(table.rows, table.rows[1:]))
    for row, below in rows:
        if below and (boxes := _marked_years(row, below)):
            next(rows)
            yield boxes
            continue
        cells = [cell for cell in row if cell.lines]
        boxed = any(MARK.search(line.text) for cell in cells for line in cell.lines)
        if len(row) == 2 and len(cells) == 2:
            yield from _label_and_value(cells[0], cells[1])
        elif boxed or len(cells) == 1:
            yield from (line for cell in cells for line in cell.lines)
        elif cells:
            yield Line(" – ".join(" ".join(line.text.strip() for line in cell.lines) for cell in cells))


def _marked_years(head: tuple[TableCell, ...], below: tuple[TableCell, ...]) -> Line | None:
    """Return columns of years and the marks under them as one line of boxes, or None for other rows."""
    years = [" ".join(line.text for line in cell.lines).strip() for cell in head]
    marks = [" ".join(line.text for line in cell.lines).strip().lower() for cell in below]
    if len(years) < 2 or len(years) != len(marks) or not all(map(YEAR.fullmatch, years)):
        return None
    if not set(marks) <= COLUMN_MARKS.keys() or not any(marks):
        return None
    boxes = (
        f"{BOX_TICKED if COLUMN_MARKS[mark] else BOX_CLEAR} {year}" for year, mark in zip(years, marks, strict=True)
    )
    return Line("   ".join(boxes), head[0].lines[0].page)


def _label_and_value(label: TableCell, value: TableCell) -> Iterator[Line]:
    words = " ".join(line.text.strip() for line in label.lines)
    head = words if words.endswith(":") else f"{words} :"
    only = value.lines[0]
    if any(MARK.search(line.text) for line in label.lines):
        yield from (*label.lines, *value.lines)
    elif len(value.lines) == 1 and not MARK.search(only.text) and only.bullet is None:
        yield replace(only, text=f"{head} {only.text.strip()}", heading=0)
    else:
        yield Line(head)
        yield from value.lines


def _settle_runs(parts: list[Part]) -> list[Part]:
    """Settle the glyphs of the lines outside tables, each run of lines by itself."""
    settled: list[Part] = []
    run: list[Line] = []
    for part in parts:
        if isinstance(part, Line):
            run.append(part)
        else:
            settled.extend((*settle_glyphs(run), part))
            run = []
    return [*settled, *settle_glyphs(run)]
