"""Tables ruled across only: each band between two rules is a row, and aligned edges tell its columns."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clsassist.readers.pdf.page import Box, Grid, GridCell, Word
from clsassist.readers.pdf.words import pieces_to_rows, split_at_gaps

# Pieces of text that start this near one another start together.
_ALIGNMENT = 3
# A column starts in this part of the bands that hold several pieces, of which there are so many.
_SHARE = 0.5
_FEWEST_BANDS = 2
_FEWEST_COLUMNS = 3
# The edge of a column stands this far before its text.
_PADDING = 2.0

Row = list[list[Word]]


@dataclass(frozen=True, slots=True)
class _Band:
    """The text between two rules: rows of pieces that wide gaps part."""

    box: Box
    rows: tuple[Row, ...]

    @property
    def several(self) -> bool:
        return any(len(row) > 1 for row in self.rows)

    def starts(self) -> set[int]:
        """Return the points near which a piece starts."""
        places = {round(piece[0].box.x0) for row in self.rows for piece in row}
        return {place + step for place in places for step in range(-_ALIGNMENT, _ALIGNMENT + 1)}

    def crosses(self, place: float) -> bool:
        """Say whether a word runs over a place."""
        words = (word for row in self.rows for piece in row for word in piece)
        return any(word.box.x0 < place - _ALIGNMENT and word.box.x1 > place for word in words)

    def parts(self, left: float, place: float) -> bool:
        """Say whether a piece starts at a place, on the line of another that starts between ``left`` and it."""
        for row in self.rows:
            starts = [piece[0].box.x0 for piece in row]
            here = any(abs(start - place) <= _ALIGNMENT for start in starts)
            if here and any(left - _ALIGNMENT <= start < place - _ALIGNMENT for start in starts):
                return True
        return False


def split_bands(grid: Grid, words: Sequence[Word]) -> Grid | None:
    """Give columns to a grid that has only rules across; None when its text stands in none."""
    bands = _bands(sorted(grid.cells, key=lambda cell: cell.row), words)
    edges = _column_starts([band for band in bands if band.several])
    if len(edges) < _FEWEST_COLUMNS:
        return None
    bounds = (grid.box.x0, *(edge - _PADDING for edge in edges[1:]), grid.box.x1)
    cells = [cell for row, band in enumerate(bands) for cell in _cells(band, row, bounds)]
    return replace(grid, edges=bounds, cells=tuple(cells))


def _bands(cells: Sequence[GridCell], words: Sequence[Word]) -> list[_Band]:
    tops = [cell.box.top for cell in cells[1:]]
    held: list[list[Word]] = [[] for _ in cells]
    for word in words:
        held[bisect_right(tops, word.box.middle)].append(word)
    rows = (pieces_to_rows(band) for band in held)
    return [
        _Band(cell.box, tuple(list(split_at_gaps(row)) for row in band)) for cell, band in zip(cells, rows, strict=True)
    ]


def _column_starts(bands: Sequence[_Band]) -> list[float]:
    """Return where columns start, from the left; the hanging lines of a list start none."""
    if len(bands) < _FEWEST_BANDS:
        return []
    often = Counter(place for band in bands for place in band.starts())
    places = {round(piece[0].box.x0): piece[0].box.x0 for band in bands for row in band.rows for piece in row}
    edges: list[float] = []
    for rounded, place in sorted(places.items()):
        if edges and place - edges[-1] <= _ALIGNMENT:
            continue
        if often[rounded] >= _SHARE * len(bands) and (not edges or _opens_column(bands, edges[-1], place)):
            edges.append(place)
    return edges


def _opens_column(bands: Sequence[_Band], left: float, place: float) -> bool:
    return not any(band.crosses(place) for band in bands) and any(band.parts(left, place) for band in bands)


def _cells(band: _Band, row: int, bounds: Sequence[float]) -> list[GridCell]:
    """Return the cells of a band: one over all columns where its only piece runs over the edge of one."""
    columns = len(bounds) - 1
    if not band.several and any(_runs_over(piece, bounds[1:-1]) for lines in band.rows for piece in lines):
        return [GridCell(row, 0, 1, columns, band.box)]
    return [
        GridCell(row, column, 1, 1, Box(bounds[column], band.box.top, bounds[column + 1], band.box.bottom))
        for column in range(columns)
    ]


def _runs_over(piece: Sequence[Word], edges: Sequence[float]) -> bool:
    return any(piece[0].box.x0 < edge - _ALIGNMENT and piece[-1].box.x1 > edge + _ALIGNMENT for edge in edges)
