"""Blocks regrouped as a person sees them: table rows made of cells, and lines outside tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from clsassist.records import Block, BlockKind, Document, Span


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

    def text(self, source: str) -> str:
        """Return the words of the cell, without markup, on one line."""
        return " ".join(block.span.of(source) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of one table."""

    table: int
    cells: tuple[Cell, ...]


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
