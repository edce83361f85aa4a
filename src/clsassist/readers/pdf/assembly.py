"""The pages put end to end: tables that go on over page breaks, paragraphs, headings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from clsassist.readers.layout import Line, Table, TableCell
from clsassist.readers.pdf.columns import Column, lines_to_parts
from clsassist.readers.pdf.manner import Manner, heading_key, keys_to_depths, lines_to_manner, stands_out
from clsassist.readers.pdf.page import Grid, GridCell, Page, TextLine
from clsassist.readers.pdf.paragraphs import (
    Flowing,
    Indents,
    Paragraph,
    flow_lines,
    flow_to_paragraphs,
    paragraphs_to_lines,
)
from clsassist.readers.pdf.reading import page_lines
from clsassist.text import STOP_WORDS, fold

# Edges nearer than this, in points, are those of one table on two pages.
_SAME_EDGE = 6.0
# Tables of one page nearer than this are one table drawn in pieces.
_SAME_TABLE = 20.0
_MOST_PADDING = 9.0
_HEADER_ROWS = 3
_FEW_LINES = 8


@dataclass(slots=True)
class _OpenTable:
    """A table being gathered, over as many pages as it takes."""

    edges: tuple[float, ...]
    rows: list[list[GridCell]]
    last: Grid
    page: int


@dataclass(slots=True)
class _Assembly:
    """What is gathered, in reading order: runs of lines, and tables."""

    parts: list[list[Flowing] | _OpenTable] = field(default_factory=list)

    def add_lines(self, lines: Sequence[TextLine], bound: float | None = None) -> None:
        lines = self._take_values(lines)
        if not lines:
            return
        if not self.parts or isinstance(self.parts[-1], _OpenTable):
            self.parts.append([])
        last = self.parts[-1]
        assert isinstance(last, list)
        last += flow_lines(lines, bound)

    def _take_values(self, lines: Sequence[TextLine]) -> Sequence[TextLine]:
        """Give a form without rules the values that go on at the top of the next page; return the other lines."""
        table = self.parts[-1] if self.parts and isinstance(self.parts[-1], _OpenTable) else None
        if table is None or table.last.ruled or not lines or lines[0].page != table.page + 1:
            return lines
        values = list(itertools.takewhile(lambda line: line.box.x0 >= table.edges[1] - _SAME_EDGE, lines))
        if values:
            box = values[0].box
            row = [GridCell(0, 0, 1, 1, box), GridCell(0, 1, 1, 1, box, tuple(values))]
            table.rows.append(row)
            table.page = values[0].page
        return lines[len(values) :]

    def add_grid(self, grid: Grid, page: int) -> None:
        table = self.parts[-1] if self.parts and isinstance(self.parts[-1], _OpenTable) else None
        if table is not None and _goes_on(table, grid, page):
            _continue(table, grid)
            table.last, table.page = grid, page
        elif _is_table(grid):
            self.parts.append(_OpenTable(grid.edges, grid_to_rows(grid), grid, page))
        else:
            self.add_lines([line for cell in grid.cells for line in cell.lines])


def pages_to_parts(pages: Sequence[Page]) -> list[Line | Table]:
    """Return the lines and tables of a document, in reading order."""
    manner = lines_to_manner(line for page in pages for line in page_lines(page))
    assembly = _Assembly()
    for page in pages:
        bound = _right_end(page)
        assembly.add_lines(page.side)
        for part in _page_parts(page):
            if isinstance(part, Grid):
                assembly.add_grid(part, page.number)
            else:
                assembly.add_lines(part.lines, None if part.narrow else bound)
    return list(_write(assembly, manner))


def _right_end(page: Page) -> float:
    """Return where the lines of a page end; its tables tell where it has few."""
    ends = [line.box.x1 for line in page.lines]
    if len(ends) < _FEW_LINES:
        ends += [grid.box.x1 for grid in page.grids]
    return max(ends, default=0.0)


def _page_parts(page: Page) -> Iterator[Column | Grid]:
    """Yield the parts of a page from its top: tables, and the text between them."""
    above = 0.0
    grids = sorted(page.grids, key=lambda grid: grid.box.top)
    for grid in grids:
        between = [line for line in page.lines if above <= line.box.middle < grid.box.top]
        yield from lines_to_parts(between)
        yield grid
        above = max(above, grid.box.top)
    yield from lines_to_parts([line for line in page.lines if line.box.middle >= above])


# --- tables


def _is_table(grid: Grid) -> bool:
    filled = {(cell.row, cell.column) for cell in grid.cells if cell.lines}
    return len(filled) >= 2 and len({column for _, column in filled}) >= 2


def grid_to_rows(grid: Grid) -> list[list[GridCell]]:
    """Return the rows of a grid that hold something; a cell over several rows leaves empty ones below."""
    rows: dict[int, list[GridCell]] = {}
    for cell in sorted(grid.cells, key=lambda cell: (cell.row, cell.column)):
        rows.setdefault(cell.row, []).append(cell)
        for row in range(cell.row + 1, cell.row + cell.rows):
            rows.setdefault(row, []).append(replace(cell, row=row, rows=1, lines=()))
    ordered = [sorted(rows[row], key=lambda cell: cell.column) for row in sorted(rows)]
    return [row for row in ordered if any(cell.lines for cell in row)]


def _goes_on(table: _OpenTable, grid: Grid, page: int) -> bool:
    """Say whether a grid goes on with the table above: the same columns, on the next page or just below."""
    below = page == table.page and grid.box.top - table.last.box.bottom < _SAME_TABLE
    if not below and page != table.page + 1:
        return False
    if grid.ruled != table.last.ruled:
        return False
    ends = (grid.edges[0] - table.edges[0], grid.edges[-1] - table.edges[-1] if grid.ruled else 0.0)
    if any(abs(end) > _SAME_EDGE for end in ends):
        return False
    last = None if grid.ruled else -1
    few, many = sorted((grid.edges[:last], table.edges[:last]), key=len)
    return all(min(abs(edge - other) for other in many) <= _SAME_EDGE for edge in few)


def _continue(table: _OpenTable, grid: Grid) -> None:
    rows = _place_columns(grid_to_rows(grid), grid, table.edges)
    for header in table.rows[:_HEADER_ROWS]:
        if not rows or _row_text(rows[0]) != _row_text(header) or len(header) < 2:
            break
        rows = rows[1:]
    if not rows:
        return
    first, last = rows[0], table.rows[-1]
    label = _cell_text(first[0])
    if label and first[0].column == 0 and len(first) > 1:
        if table.last.open_bottom and grid.open_top and not last[0].lines:
            # The label was written in the middle of a row that the page break cuts: it belongs to the whole row.
            last[0] = replace(last[0], lines=first[0].lines)
            first[0] = replace(first[0], lines=())
        elif label == _last_label(table):
            first[0] = replace(first[0], lines=())
        elif last[0].lines and _unfinished(_cell_text(last[0]), label):
            last[0] = replace(last[0], lines=(*last[0].lines, *first[0].lines))
            first[0] = replace(first[0], lines=())
    table.rows += rows


def _unfinished(label: str, following: str) -> bool:
    """Say whether a page break cuts a label: « … nécessaires à la », « télémédecine »."""
    return following[0].islower() or fold(label.split()[-1]) in STOP_WORDS


def _last_label(table: _OpenTable) -> str:
    labels = (_cell_text(row[0]) for row in reversed(table.rows) if row[0].column == 0)
    return next((label for label in labels if label), "")


def _place_columns(rows: list[list[GridCell]], grid: Grid, edges: tuple[float, ...]) -> list[list[GridCell]]:
    """Give the columns of a piece of table the numbers of those of the whole."""
    places = [min(range(len(edges)), key=lambda index: abs(edges[index] - edge)) for edge in grid.edges]
    return [[replace(cell, column=places[cell.column]) for cell in row] for row in rows]


def _row_text(row: Sequence[GridCell]) -> tuple[str, ...]:
    return tuple(_cell_text(cell) for cell in row)


def _cell_text(cell: GridCell) -> str:
    return " ".join(line.text for line in cell.lines)


# --- writing


def _write(assembly: _Assembly, manner: Manner) -> Iterator[Line | Table]:
    runs = {
        index: flow_to_paragraphs(part, manner) for index, part in enumerate(assembly.parts) if isinstance(part, list)
    }
    depths = keys_to_depths(
        heading_key(paragraph.first, paragraph.text)
        for run in runs.values()
        for paragraph in run
        if stands_out(paragraph.first, paragraph.text, manner)
    )
    for index, part in enumerate(assembly.parts):
        if isinstance(part, _OpenTable):
            yield _write_table(part, manner)
        else:
            yield from paragraphs_to_lines(runs[index], Indents(), manner, depths)


def _write_table(table: _OpenTable, manner: Manner) -> Table:
    indents: dict[int, Indents] = {}
    rows = []
    for row in table.rows:
        fresh = bool(row[0].lines)
        cells = []
        for cell in row:
            held = Indents() if fresh else indents.setdefault(cell.column, Indents())
            indents[cell.column] = held
            lines = paragraphs_to_lines(_cell_paragraphs(cell, manner), held)
            cells.append(TableCell(tuple(lines), cell.column))
        rows.append(tuple(cells))
    return Table(tuple(rows))


def _cell_paragraphs(cell: GridCell, manner: Manner) -> list[Paragraph]:
    if not cell.lines:
        return []
    padding = min(max(min(line.box.x0 for line in cell.lines) - cell.box.x0, 0.0), _MOST_PADDING)
    return flow_to_paragraphs(flow_lines(cell.lines, cell.box.x1 - padding), manner)
