"""Blocks regrouped as a person sees them: table rows made of cells, and lines outside tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from clsassist.records import Block, BlockKind, Document, Span

# A label and its empty value are two cells: more of them, all empty but the first, are one cell merged.
_MERGED = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One table cell: its whole span, the paragraphs, items and check boxes it holds, its place in the grid."""

    span: Span
    blocks: tuple[Block, ...]
    column: int | None = None

    @property
    def empty(self) -> bool:
        """Say whether nothing is written in the cell."""
        return not self.blocks

    @property
    def written(self) -> Span:
        """The place of what is written in a filled cell, without the markup around it."""
        return Span(min(block.span.start for block in self.blocks), max(block.span.end for block in self.blocks))

    def text(self, source: str) -> str:
        """Return the words of the cell, without markup, on one line."""
        return " ".join(block.span.of(source) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one table."""

    table: int
    cells: tuple[Cell, ...]

    @property
    def empty(self) -> bool:
        """Say whether nothing is written in the row."""
        return all(cell.empty for cell in self.cells)

    def blocks(self) -> Iterator[Block]:
        """Yield what its cells hold, from left to right."""
        return (block for cell in self.cells for block in cell.blocks)


def document_to_units(document: Document) -> Iterator[Row | Block]:
    """Yield the rows and the lines of a document in reading order."""
    for (table, row), group in groupby(document.blocks, key=lambda block: (block.table, block.row)):
        blocks = list(group)
        if table is None or row is None:
            yield from blocks
        else:
            yield Row(table, tuple(_blocks_to_cells(blocks)))


def _blocks_to_cells(blocks: list[Block]) -> Iterator[Cell]:
    for column, group in groupby(blocks, key=lambda block: block.column):
        held = list(group)
        whole = [block.span for block in held if block.kind is BlockKind.CELL]
        inner = tuple(block for block in held if block.kind is not BlockKind.CELL)
        span = whole[0] if whole else Span(inner[0].span.start, inner[-1].span.end)
        yield Cell(span, inner, column)


def block_after(block: Block, length: int, text: str) -> Block:
    """Return what stands in a block behind its first ``length`` characters and the white space there."""
    start = block.span.start + length
    while start < block.span.end and text[start].isspace():
        start += 1
    return replace(block, span=Span(start, block.span.end))


def lone_block(unit: Row | Block) -> Block | None:
    """Return a line, or the only one of a row; None when a row holds none or several."""
    if isinstance(unit, Block):
        return unit
    blocks = list(unit.blocks())
    return blocks[0] if len(blocks) == 1 else None


def is_merged_title(row: Row) -> bool:
    """Tell a title written over a whole table: alone in a row of three cells and more."""
    first, *others = row.cells
    return len(others) >= _MERGED - 1 and len(first.blocks) == 1 and all(cell.empty for cell in others)
