"""Forms without rules whose labels stand beside the middle of their values, as word processors centre them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from clsassist.readers.pdf.page import Box, Grid, GridCell, TextLine
from clsassist.readers.pdf.words import pieces_to_rows

# Values start at one abscissa, give or take this, and labels end that far from it.
_ALIGNMENT = 3.0
_GUTTER = 2.0
_FEWEST_LABELS = 3
_FEWEST_VALUES = 3
_LONGEST_LABEL = 45
# Labels of so many lines each are the paragraphs of a newspaper column.
_PROSE_LINES = 3
# Lines nearer than this, in parts of the usual distance, are of one value; in parts of the size, of one label.
_SPACE = 1.2
_LABEL_LEADING = 1.5
# A label is centred on its value when their middles are so near, in parts of its size.
_CENTRED = 0.8


@dataclass(frozen=True, slots=True)
class LabelledForm:
    """A form found among the lines of a page, sorted from the top: it takes those from ``start`` to ``end``."""

    start: int
    end: int
    grid: Grid


def find_labelled_form(lines: Sequence[TextLine]) -> LabelledForm | None:
    """Return the first form whose white space parts values, each beside one label; ``lines`` are sorted by height."""
    if len(lines) < _FEWEST_LABELS + _FEWEST_VALUES:
        return None
    left = min(line.box.x0 for line in lines)
    starts = Counter(round(line.box.x0) for line in lines if line.box.x0 > left + 40)
    for start, count in starts.most_common(2):
        if count < _FEWEST_VALUES:
            break
        for first, last in _runs(lines, start):
            grid = _form(lines[first:last], start, opens_page=first == 0)
            if grid is not None:
                return LabelledForm(first, last, grid)
    return None


def _runs(lines: Sequence[TextLine], gutter: float) -> Iterator[tuple[int, int]]:
    """Yield the runs of lines that no line across the gutter cuts, from the first value to the last."""
    bounds = [-1, *(index for index, line in enumerate(lines) if _crosses(line, gutter)), len(lines)]
    for before, after in pairwise(bounds):
        values = [index for index in range(before + 1, after) if lines[index].box.x0 >= gutter - _ALIGNMENT]
        if len(values) < _FEWEST_VALUES:
            continue
        top, bottom = lines[values[0]].box, lines[values[-1]].box
        size = lines[values[0]].size
        beside = [
            index
            for index in range(before + 1, after)
            if top.top - 0.8 * size <= lines[index].box.middle <= bottom.bottom + 0.8 * size
        ]
        yield beside[0], beside[-1] + 1


def _crosses(line: TextLine, gutter: float) -> bool:
    return line.box.x0 < gutter - _ALIGNMENT and line.box.x1 > gutter - _GUTTER


def _form(lines: Sequence[TextLine], gutter: float, *, opens_page: bool) -> Grid | None:
    """Return the form that lines make; only one that opens a page may start with a value, that of the page before."""
    labels = [line for line in lines if line.box.x0 < gutter - _ALIGNMENT]
    values = [line for line in lines if line.box.x0 >= gutter - _ALIGNMENT]
    if len(labels) < _FEWEST_LABELS or median(len(line.text) for line in labels) > _LONGEST_LABEL:
        return None
    if any(len(row) > 1 for row in pieces_to_rows(values)) or any(len(row) > 1 for row in pieces_to_rows(labels)):
        return None
    blocks = _value_blocks(values)
    groups = _join_neighbours(_label_groups(labels, gutter), blocks)
    shares = [_nearest(blocks, group) for group in groups]
    if not len(groups) >= _FEWEST_LABELS or len(labels) >= _PROSE_LINES * len(groups):
        return None
    if shares != sorted(set(shares)) or (shares[0] > 0 and not opens_page):
        return None
    if shares[0]:
        return _grid([[], *groups], blocks, [0, *shares], gutter)
    cut = _leaves_value(groups, blocks, shares)
    if cut:
        groups, shares = [*groups, []], [*shares, len(blocks) - 1]
    return replace(_grid(groups, blocks, shares, gutter), open_top=opens_page, open_bottom=cut)


def _leaves_value(
    groups: Sequence[Sequence[TextLine]], blocks: Sequence[Sequence[TextLine]], shares: Sequence[int]
) -> bool:
    """Say whether the last value has no label, which stands on the next page: each other one has its own, centred."""
    if list(shares) != list(range(len(blocks) - 1)):
        return False
    middles = [(_middle(group), _middle(blocks[share])) for group, share in zip(groups, shares, strict=True)]
    return all(abs(label - value) <= _CENTRED * groups[0][0].size for label, value in middles)


def _middle(lines: Sequence[TextLine]) -> float:
    return (lines[0].box.top + lines[-1].box.bottom) / 2


def _label_groups(labels: Sequence[TextLine], gutter: float) -> list[list[TextLine]]:
    """Put together the lines of each label: the first word of the next one found no room on it."""
    groups = [[labels[0]]]
    for before, line in pairwise(labels):
        close = line.box.middle - before.box.middle < _LABEL_LEADING * before.size
        full = before.box.x1 + 0.25 * before.size + line.lead > gutter - _GUTTER
        if close and (full or line.text[0].islower()):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _value_blocks(values: Sequence[TextLine]) -> list[list[TextLine]]:
    steps = sorted(after.box.middle - before.box.middle for before, after in pairwise(values))
    usual = steps[len(steps) // 4]
    blocks = [[values[0]]]
    for before, line in pairwise(values):
        if line.box.middle - before.box.middle > _SPACE * usual:
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _join_neighbours(groups: Sequence[list[TextLine]], blocks: Sequence[Sequence[TextLine]]) -> list[list[TextLine]]:
    """Put together the labels that follow one another beside one value: its cell holds them both."""
    joined = [list(groups[0])]
    for group in groups[1:]:
        before = joined[-1][-1]
        close = group[0].box.middle - before.box.middle < _LABEL_LEADING * before.size
        if close and _nearest(blocks, joined[-1]) == _nearest(blocks, group):
            joined[-1] += group
        else:
            joined.append(list(group))
    return joined


def _nearest(blocks: Sequence[Sequence[TextLine]], group: Sequence[TextLine]) -> int:
    return min(range(len(blocks)), key=lambda index: _distance(blocks[index], group))


def _distance(block: Sequence[TextLine], group: Sequence[TextLine]) -> float:
    middle = _middle(group)
    return max(block[0].box.top - middle, middle - block[-1].box.bottom, 0.0)


def _grid(
    groups: Sequence[Sequence[TextLine]], blocks: Sequence[Sequence[TextLine]], shares: Sequence[int], gutter: float
) -> Grid:
    """Make a row of each label and of the values from its own to that of the next label."""
    left = min(line.box.x0 for group in groups for line in group)
    right = max(line.box.x1 for block in blocks for line in block)
    edges = (left, gutter, right)
    cells = []
    for row, group in enumerate(groups):
        end = shares[row + 1] if row + 1 < len(shares) else len(blocks)
        held = [line for block in blocks[shares[row] : end] for line in block]
        top = min(line.box.top for line in (*group, *held))
        bottom = max(line.box.bottom for line in (*group, *held))
        for column, lines in enumerate((group, held)):
            box = Box(edges[column], top, edges[column + 1], bottom)
            cells.append(GridCell(row, column, 1, 1, box, tuple(lines)))
    return Grid(Box(left, cells[0].box.top, right, cells[-1].box.bottom), edges, tuple(cells), ruled=False)
