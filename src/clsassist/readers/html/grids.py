"""Tables and definition lists while they are gathered: cells merged over rows and columns, tables within tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED, BOX_UNKNOWN, Line, Table, TableCell

# Merged cells can ask for any number of empty ones.
MAX_CELLS = 400_000
_FAR = 65_534  # the most rows that a cell may span, says the HTML standard; 0 means all of them
_MOST_COLUMNS = 1_000

Row = tuple[TableCell, ...]


class Grid:
    """A table, row by row; a place under a cell merged from above holds an empty cell."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._foot: list[Row] = []
        self._row: list[TableCell] = []
        self._column = 0
        self._spans: dict[int, tuple[int, int]] = {}
        self._cells = 0
        self._in_foot = False

    def open_group(self, *, foot: bool = False) -> None:
        """Start or end a group of rows: no cell goes over its edge; the foot comes last, wherever it is written."""
        self.open_row()
        self._spans.clear()
        self._in_foot = foot

    def open_row(self) -> None:
        """Start a row; cells that stand in none make one before it."""
        if self._row:
            self.close_row()

    def close_row(self) -> None:
        """End the row, if one is open; a row without words is none."""
        self._skip_merged()
        if any(cell.lines for cell in self._row):
            (self._foot if self._in_foot else self._rows).append(tuple(self._row))
        self._row, self._column = [], 0
        self._spans = {column: (left - 1, width) for column, (left, width) in self._spans.items() if left > 1}

    def add_cell(self, lines: Sequence[Line], columns: int, rows: int) -> None:
        """Add a cell that takes so many columns and rows; no row (0) means all those below.

        Raises ValueError with a French reason when the table has too many cells.
        """
        self._skip_merged()
        width = min(max(columns, 1), _MOST_COLUMNS)
        height = _FAR if rows == 0 else min(rows, _FAR)
        self._put(TableCell(tuple(lines), self._column))
        if height > 1:
            # The row that ends next is the first of them.
            self._spans[self._column] = (height, width)
        self._column += width

    def _skip_merged(self) -> None:
        while self._column in self._spans and self._spans[self._column][0] > 0:
            _, width = self._spans[self._column]
            self._put(TableCell((), self._column))
            self._column += width

    def _put(self, cell: TableCell) -> None:
        self._cells += 1
        if self._cells > MAX_CELLS:
            raise ValueError(f"un de ses tableaux dépasse {MAX_CELLS} cases")
        self._row.append(cell)

    def rows(self) -> tuple[Row, ...]:
        """Return the rows, the table being ended."""
        self.open_group()
        return (*self._rows, *self._foot)


class Definitions:
    """A definition list: rows of a label and its value, each of one or more lines."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._labels: list[Line] = []
        self._values: list[Line] = []
        self._described = False

    def add_label(self, lines: Iterable[Line]) -> None:
        """Add a term; terms in a row share the value that follows, even an empty one."""
        if self._described:
            self._end_row()
        self._labels.extend(lines)

    def add_value(self, lines: Iterable[Line]) -> None:
        """Add a description of the terms above."""
        self._values.extend(lines)
        self._described = True

    def _end_row(self) -> None:
        if self._labels or self._values:
            self._rows.append((TableCell(tuple(self._labels), 0), TableCell(tuple(self._values), 1)))
        self._labels, self._values, self._described = [], [], False

    def rows(self) -> tuple[Row, ...]:
        """Return the rows, the list being ended."""
        self._end_row()
        return tuple(self._rows)


def rows_to_table(rows: tuple[Row, ...]) -> list[Table]:
    """Make a table of rows, none of no rows."""
    return [Table(rows)] if rows else []


def rows_to_lines(rows: tuple[Row, ...]) -> list[Line]:
    """Write a table that stands within a cell as lines of that cell: a row a line."""
    lines: list[Line] = []
    for row in rows:
        filled = [cell for cell in row if cell.lines]
        if len(filled) == 1:
            lines.extend(filled[0].lines)
            continue
        words = [" ".join(line.text for line in cell.lines) for cell in filled]
        boxed = any(box in text for text in words for box in (BOX_TICKED, BOX_CLEAR, BOX_UNKNOWN))
        lines.append(Line((" " if boxed else " : " if len(row) == 2 else " – ").join(words)))
    return lines
