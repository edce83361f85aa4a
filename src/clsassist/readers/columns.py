"""Tables drawn with spaces: « Territoire      Vallée du Lac », line below line."""

from __future__ import annotations

import re
from collections.abc import Iterable

# A piece of a line: what stands between gutters of two spaces or more.
_PIECE = re.compile(r"\S+(?: \S+)*")
_DRAWN = frozenset(" -=_")
_LEAST_ROWS = 2
_LEAST_COLUMNS = 2

# The start and end of a cell within its line; an empty cell starts where it ends.
Cell = tuple[int, int]


def aligned_rows(lines: Iterable[str]) -> list[list[Cell]]:
    """Return the rows of the table that the first lines draw, a row a line; none when no two lines share their columns.

    A line that fills only later columns goes on with the cells above: its first cells are empty. A rule between two
    rows is a row without cells.

    >>> aligned_rows(["Durée     2 ans", "          fermes", "Budget    3 000 €"])
    [[(0, 5), (10, 15)], [(0, 0), (10, 16)], [(0, 6), (10, 17)]]
    """
    columns: list[int] = []
    rows: list[list[Cell]] = []
    whole = 0
    for line in lines:
        if rows and line.strip() and set(line) <= _DRAWN:
            rows.append([])
            continue
        pieces = dict(_pieces(line))
        columns = columns or list(pieces)
        if len(columns) < _LEAST_COLUMNS:
            return []
        goes_on = bool(rows) and bool(pieces) and columns[0] not in pieces and set(pieces) <= set(columns)
        if list(pieces) != columns and not goes_on:
            break
        rows.append([(start, pieces[start]) if start in pieces else (0, 0) for start in columns])
        whole += not goes_on
    return rows if whole >= _LEAST_ROWS else []


def _pieces(line: str) -> list[Cell]:
    return [] if "\t" in line or "|" in line else [piece.span() for piece in _PIECE.finditer(line)]
