"""Columns that no rule draws: a form of labels and values, or the columns of a newspaper."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from clsassist.readers.pdf.labels import find_labelled_form
from clsassist.readers.pdf.page import Box, Grid, GridCell, TextLine
from clsassist.readers.pdf.stacks import find_stacks
from clsassist.readers.pdf.words import join_lines, pieces_to_rows

# A gutter, in parts of the size of the text, and rows further apart than this are of different things.
_GUTTER = 0.5
_APART = 5.0
# Lines nearer than this go on with one another.
_LEADING = 2.0
# Rows with text on both sides that make a table; fewer where the labels look like labels.
_ROWS = 3
_LABELLED_ROWS = 2
_ALIGNED = 0.6
_ALIGNMENT = 3.0
# Newspaper columns: rows, and how full its lines are.
_PROSE_ROWS = 5
_PROSE_FULL = 0.7
_PROSE_CHARACTERS = 22

Row = list[TextLine]


@dataclass(frozen=True, slots=True)
class Column:
    """Lines that follow one another; those of a newspaper column are ``narrow``: they end before the page does."""

    lines: tuple[TextLine, ...]
    narrow: bool = False


@dataclass(frozen=True, slots=True)
class _Gap:
    x0: float
    x1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0


def lines_to_parts(lines: Sequence[TextLine]) -> list[Column | Grid]:
    """Return the lines of a part of a page in reading order, as columns and tables."""
    rows = pieces_to_rows(lines)
    ordered = [line for row in rows for line in row]
    stacks = find_stacks(ordered)
    if stacks is not None:
        columns = [Column(stack, narrow=True) for stack in (stacks.left, stacks.right)]
        return [*lines_to_parts(ordered[: stacks.start]), *columns, *lines_to_parts(ordered[stacks.end :])]
    form = find_labelled_form(ordered)
    if form is None:
        return _rows_to_parts(rows)
    above, below = ordered[: form.start], ordered[form.end :]
    return [*_rows_to_parts(pieces_to_rows(above)), form.grid, *lines_to_parts(below)]


def _rows_to_parts(rows: Sequence[Row]) -> list[Column | Grid]:
    parts: list[Column | Grid] = []
    plain: list[TextLine] = []
    position = 0
    while position < len(rows):
        end, clear, gaps = _run(rows, position)
        found: list[Column | Grid] | None = None
        if gaps and _is_prose(_columns(rows[position:end], gaps), end - position):
            end = clear
            found = [Column(tuple(column), narrow=True) for column in _columns(rows[position:end], gaps)]
        elif gaps and _is_table(rows[position:end], gaps):
            found = [_table(rows[position:end], gaps)]
        if found is None:
            plain.append(join_lines(rows[position]))
            position += 1
            continue
        if plain:
            parts.append(Column(tuple(plain)))
            plain = []
        parts += found
        position = end
    if plain:
        parts.append(Column(tuple(plain)))
    return parts


def _run(rows: Sequence[Row], start: int) -> tuple[int, int, list[_Gap]]:
    """Return where the rows end that stand on both sides of the gutters of the first, or on the right of them.

    Then come where the rows end that keep clear of them, and the gutters.
    """
    size = rows[start][0].size
    gaps = [_Gap(left.box.x1, right.box.x0) for left, right in zip(rows[start], rows[start][1:], strict=False)]
    end, clear, kept = start + 1, start + 1, gaps
    for position in range(start + 1, len(rows)):
        row = rows[position]
        above = rows[position - 1]
        if row[0].box.top - above[0].box.bottom > _APART * size or max(line.size for line in row) > 1.25 * size:
            break
        gaps = [left for gap in gaps if (left := _clear(gap, row)) and left.width >= _GUTTER * size]
        if not gaps:
            break
        if clear == position and row[0].box.middle - above[0].box.middle <= _LEADING * size:
            clear = position + 1
        right_only = row[0].box.x0 >= gaps[0].x1 - 1
        ends_label = end == position and _ends_label(above, row, gaps[0])
        if right_only or ends_label or any(_both_sides(gap, row) for gap in gaps):
            end, kept = position + 1, gaps
    kept = [gap for gap in kept if sum(_both_sides(gap, row) for row in rows[start:end]) >= _LABELLED_ROWS]
    return end, clear, kept


def _ends_label(above: Row, row: Row, gap: _Gap) -> bool:
    """Say whether a row holds the last line of a label only, that of a label longer than its value."""
    label, line = above[0], row[0]
    alone = row[-1].box.x1 <= gap.x0 + 1 and label.box.x1 <= gap.x0 + 1
    return alone and label.bold == line.bold and _goes_on(label, line, gap)


def _clear(gap: _Gap, row: Row) -> _Gap | None:
    """Return what is left of a gutter beside the lines of a row; None when one crosses it."""
    x0, x1 = gap.x0, gap.x1
    for line in row:
        if line.box.x0 < x0 + 1 and line.box.x1 > x1 - 1:
            return None
        if line.box.centre < (x0 + x1) / 2:
            x0 = max(x0, line.box.x1)
        else:
            x1 = min(x1, line.box.x0)
    return _Gap(x0, x1) if x1 > x0 else None


def _both_sides(gap: _Gap, row: Row) -> bool:
    return row[0].box.x1 <= gap.x0 + 1 and row[-1].box.x0 >= gap.x1 - 1


def _columns(rows: Sequence[Row], gaps: Sequence[_Gap]) -> list[list[TextLine]]:
    return [[join_lines(held) for row in rows if (held := _held(row, edges))] for edges in _bounds(gaps)]


def _is_table(rows: Sequence[Row], gaps: Sequence[_Gap]) -> bool:
    """Tell a table: enough rows with something in both its columns, aligned on the left."""
    both = [row for row in rows if _both_sides(gaps[0], row)]
    labelled = all((row[0].bold and not row[-1].bold) or row[0].text.endswith(":") for row in both)
    aligned = all(_aligned(column) for column in _columns(rows, gaps)[1:])
    return aligned and len(both) >= (_LABELLED_ROWS if labelled else _ROWS)


def _bounds(gaps: Sequence[_Gap]) -> list[tuple[float, float]]:
    middles = [(gap.x0 + gap.x1) / 2 for gap in gaps]
    return list(zip([float("-inf"), *middles], [*middles, float("inf")], strict=True))


def _held(row: Row, bounds: tuple[float, float]) -> Row:
    return [line for line in row if bounds[0] <= line.box.centre < bounds[1]]


def _aligned(column: Sequence[TextLine]) -> bool:
    left = min(line.box.x0 for line in column)
    near = sum(line.box.x0 - left <= _ALIGNMENT for line in column)
    return near >= _ALIGNED * len(column)


def _is_prose(columns: Sequence[Sequence[TextLine]], rows: int) -> bool:
    """Tell newspaper columns: full lines on both sides, at nearly every height."""
    if any(len(column) < max(_PROSE_ROWS, 0.4 * rows) for column in columns):
        return False
    for column in columns:
        width = max(line.box.x1 for line in column) - min(line.box.x0 for line in column)
        full = median(line.box.width for line in column) >= _PROSE_FULL * width
        if not full or median(len(line.text) for line in column) < _PROSE_CHARACTERS:
            return False
    return True


def _table(rows: Sequence[Row], gaps: Sequence[_Gap]) -> Grid:
    bounds = _bounds(gaps)
    left = min(row[0].box.x0 for row in rows)
    right = max(row[-1].box.x1 for row in rows)
    box = Box(left, rows[0][0].box.top, right, max(line.box.bottom for line in rows[-1]))
    edges = (left, *[gap.x1 for gap in gaps], right)
    cells = []
    for number, block in enumerate(_blocks(rows, gaps[0])):
        top, bottom = block[0][0].box.top, block[-1][0].box.bottom
        for column, bound in enumerate(bounds):
            lines = tuple(join_lines(held) for row in block if (held := _held(row, bound)))
            cell = Box(edges[column], top, edges[column + 1], bottom)
            cells.append(GridCell(number, column, 1, 1, cell, lines))
    return Grid(box, edges, tuple(cells), ruled=False)


def _blocks(rows: Sequence[Row], gap: _Gap) -> list[list[Row]]:
    """Cut the rows of the page into rows of the table: at white space where it parts labels, else at each label."""
    spaced = list(_split_at_space(rows))
    if len(spaced) > 1 and all(_labels(block, gap) == 1 for block in spaced):
        return spaced
    blocks: list[list[Row]] = []
    label: TextLine | None = None
    for row in rows:
        first = row[0] if row[0].box.x1 <= gap.x0 + 1 else None
        if not blocks or (first is not None and not _goes_on(label, first, gap)):
            blocks.append([])
        blocks[-1].append(row)
        label = first or label
    return blocks


def _split_at_space(rows: Sequence[Row]) -> Iterator[list[Row]]:
    pitches = sorted(after[0].box.middle - before[0].box.middle for before, after in itertools.pairwise(rows))
    usual = pitches[len(pitches) // 4] if pitches else 0.0
    block = [rows[0]]
    for before, row in itertools.pairwise(rows):
        if row[0].box.middle - before[0].box.middle > 1.25 * usual:
            yield block
            block = []
        block.append(row)
    yield block


def _labels(block: Sequence[Row], gap: _Gap) -> int:
    """Count the labels of a block: one goes on over the next line when that leaves no row between."""
    count, label = 0, None
    for row in block:
        if row[0].box.x1 <= gap.x0 + 1:
            count += not _goes_on(label, row[0], gap)
            label = row[0]
    return count


def _goes_on(label: TextLine | None, line: TextLine, gap: _Gap) -> bool:
    """Say whether a line goes on with the label above: it is close, and its first word found no room there."""
    if label is None or label.text.endswith(":"):
        return False
    if line.box.middle - label.box.middle > 1.7 * label.size:
        return False
    return line.text[0].islower() or label.box.x1 + 0.25 * label.size + line.lead > gap.x0 + 1
