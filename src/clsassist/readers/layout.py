"""What a page shows, whatever the format: lines and tables in reading order, written out as text and blocks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clsassist.readers.markup import BOX_CLEAR, BOX_TICKED, BOX_UNKNOWN, Place, text_to_blocks
from clsassist.readers.transcript import Transcript
from clsassist.records import Block, BlockKind, Span, Warning
from clsassist.text import INVISIBLE

__all__ = ["BOX_CLEAR", "BOX_TICKED", "BOX_UNKNOWN", "EMPHASISED", "Line", "Table", "TableCell", "write_layout"]

_BULLETS = ("•", "◦", "▪")
# Depth of a heading that only its bold type tells: below every style of heading.
EMPHASISED = 9


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph, without line end.

    Check boxes stand in ``text``, each before its label, as BOX_TICKED, BOX_CLEAR or BOX_UNKNOWN. ``heading`` is the
    depth of a heading (1 is the highest), 0 for ordinary text. ``bullet`` is the depth of a list item (0 is the
    outermost) whose mark the format draws; a number, which is content, stands in ``text``.
    """

    text: str
    page: int | None = None
    heading: int = 0
    bullet: int | None = None


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell. ``column`` is its place in the grid, which a merged cell to its left moves; None counts cells."""

    lines: tuple[Line, ...] = ()
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table, over as many pages as it takes.

    A cell merged over several rows stands in the first; the others hold an empty cell there. A cell merged over
    several columns stands once, at its first column.
    """

    rows: tuple[tuple[TableCell, ...], ...]


def write_layout(
    parts: Iterable[Line | Table],
    warnings: Sequence[Warning] = (),
    margins: Iterable[str] = (),
    title: str | None = None,
) -> Transcript:
    """Write lines and tables out as the text of a document, and the blocks that point into it.

    A line of the page is a line of the text; the cells of a row are parted by tabs, and rows by line ends.
    """
    writer = _Writer()
    tables = 0
    for part in parts:
        if isinstance(part, Table):
            writer.write_table(part, tables)
            tables += 1
        else:
            writer.write_line(part, Place(part.page))
            writer.write("\n")
    kept = dict.fromkeys(squeezed for margin in margins if (squeezed := " ".join(clean(margin).split())))
    return Transcript(writer.text(), tuple(writer.blocks), tuple(warnings), tuple(kept), title)


def clean(text: str) -> str:
    """Drop the characters that show nothing, compose accents, and bring line ends and tabs back to spaces."""
    shown = INVISIBLE.sub("", text.replace("\t", " ").replace("\n", " ").replace("\r", " "))
    return unicodedata.normalize("NFC", shown)


class _Writer:
    """The text being written, and its blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[str] = []
        self._length = 0

    def text(self) -> str:
        return "".join(self._pieces)

    def write(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def write_table(self, table: Table, number: int) -> None:
        self.write("\n")
        for row, cells in enumerate(table.rows):
            for position, cell in enumerate(cells):
                if position:
                    self.write("\t")
                column = position if cell.column is None else cell.column
                page = cell.lines[0].page if cell.lines else None
                self._write_cell(cell, Place(page, number, row, column))
            self.write("\n")
        self.write("\n")

    def _write_cell(self, cell: TableCell, place: Place) -> None:
        whole = len(self.blocks)
        start = self._length
        inner: list[Block] = []
        for position, line in enumerate(cell.lines):
            if position:
                self.write("\n")
            inner.extend(self._line_blocks(line, Place(line.page, place.table, place.row, place.column)))
        self.blocks.insert(whole, place.block(BlockKind.CELL, Span(start, self._length)))
        self.blocks.extend(inner)

    def write_line(self, line: Line, place: Place) -> None:
        self.blocks.extend(self._line_blocks(line, place))

    def _line_blocks(self, line: Line, place: Place) -> Iterator[Block]:
        words = clean(line.text).strip()
        if line.bullet is not None and words:
            self.write(f"{'  ' * line.bullet}{_BULLETS[min(line.bullet, 2)]} ")
        start = self._length
        self.write(words)
        if not words:
            return
        if line.heading:
            yield place.block(BlockKind.HEADING, Span(start, self._length), line.heading)
            return
        for block in text_to_blocks(words, 0, len(words), place):
            span = Span(block.span.start + start, block.span.end + start)
            plain = block.kind is BlockKind.PARAGRAPH and line.bullet is not None
            kind = BlockKind.ITEM if plain else block.kind
            level = line.bullet if plain and line.bullet is not None else block.level
            yield place.block(kind, span, level, block.ticked)
