"""Tables as their rules draw them: rules to a grid, a grid to cells."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clsassist.readers.pdf.page import Box, Drawings, Grid, GridCell

# Rules nearer than this are one rule: double borders, borders of neighbouring cells.
_NEAR = 3.5
# A rule must run along this part of the side of a cell to close it.
_CLOSES = 0.6
# No table is smaller, no cell of text is lower.
_SMALLEST = 30.0
_LOWEST_ROW = 6.0
# A drawing with more rules than this is a chart or a map.
_MOST_RULES = 1_200
_MOST_SQUARES = 2_500
# An area as large as this part of the page is its background.
_WHOLE_PAGE = 0.85


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight rule: ``at`` is its place across, ``start`` and ``end`` are along it.

    ``drawn`` is False for the edge of a coloured area.
    """

    at: float
    start: float
    end: float
    drawn: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """Rules that touch one another: the drawing of one table, or of no table."""

    horizontal: tuple[Rule, ...]
    vertical: tuple[Rule, ...]

    @property
    def box(self) -> Box:
        """Return the area that the rules span."""
        across = [x for rule in self.horizontal for x in (rule.start, rule.end)] + [r.at for r in self.vertical]
        down = [y for rule in self.vertical for y in (rule.start, rule.end)] + [r.at for r in self.horizontal]
        return Box(min(across), min(down), max(across), max(down))


def drawings_to_frames(drawings: Drawings, width: float, height: float) -> list[Frame]:
    """Return the groups of rules of a page, those that coloured areas draw with their edges included."""
    page = width * height
    horizontal = [Rule(box.middle, box.x0, box.x1) for box in drawings.horizontal]
    vertical = [Rule(box.centre, box.top, box.bottom) for box in drawings.vertical]
    drawn = (frame_to_grid(frame) for frame in _connected(merge_rules(horizontal), merge_rules(vertical)))
    cells = [cell.box for grid in drawn if grid for cell in grid.cells]
    for box in (fill.box for fill in drawings.fills):
        if box.width * box.height > _WHOLE_PAGE * page or _shades_text(box, cells):
            continue
        horizontal += [Rule(at, box.x0, box.x1, drawn=False) for at in (box.top, box.bottom)]
        vertical += [Rule(at, box.top, box.bottom, drawn=False) for at in (box.x0, box.x1)]
    return _connected(merge_rules(horizontal), merge_rules(vertical))


def _shades_text(box: Box, cells: Sequence[Box]) -> bool:
    """Tell the shading of a paragraph, inside a ruled cell, from that of the cell."""
    return any(cell.covers(box, 1.0) and cell.width - box.width > 2.0 for cell in cells)


def merge_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Join the rules that go on with one another, or lie over one another."""
    merged: list[Rule] = []
    for level in _levels(sorted(rules, key=lambda rule: rule.at)):
        at = sum(rule.at for rule in level) / len(level)
        pieces: list[Rule] = []
        for rule in sorted(level, key=lambda rule: rule.start):
            last = pieces[-1] if pieces else None
            if last is None or rule.start > last.end + _NEAR:
                pieces.append(Rule(at, rule.start, rule.end, rule.drawn))
            else:
                pieces[-1] = Rule(at, last.start, max(last.end, rule.end), last.drawn or rule.drawn)
        merged += pieces
    return merged


def _levels(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    level: list[Rule] = []
    for rule in rules:
        if level and rule.at - level[0].at > _NEAR:
            yield level
            level = []
        level.append(rule)
    if level:
        yield level


def _connected(horizontal: list[Rule], vertical: list[Rule]) -> list[Frame]:
    """Group the rules that meet; those that meet none, side by side with the same ends, are of one table too."""
    groups = _Groups(len(horizontal) + len(vertical))
    meeting: set[int] = set()
    order = sorted(range(len(horizontal)), key=lambda index: horizontal[index].at)
    heights = [horizontal[index].at for index in order]
    for column, rule in enumerate(vertical):
        for position in range(bisect_left(heights, rule.start - _NEAR), len(order)):
            crossing = horizontal[order[position]]
            if crossing.at > rule.end + _NEAR:
                break
            if crossing.start - _NEAR <= rule.at <= crossing.end + _NEAR:
                groups.join(order[position], len(horizontal) + column)
                if rule.drawn and crossing.drawn:
                    meeting |= {order[position], len(horizontal) + column}
    for offset, rules in ((0, horizontal), (len(horizontal), vertical)):
        ends: dict[tuple[int, int], int] = {}
        for index, rule in enumerate(rules):
            if not rule.drawn or offset + index in meeting:
                continue
            first = ends.setdefault((round(rule.start / _NEAR), round(rule.end / _NEAR)), index)
            groups.join(offset + first, offset + index)
    return [_frame(members, horizontal, vertical) for members in groups.members()]


def _frame(members: Sequence[int], horizontal: list[Rule], vertical: list[Rule]) -> Frame:
    split = len(horizontal)
    across = tuple(horizontal[index] for index in members if index < split)
    down = tuple(vertical[index - split] for index in members if index >= split)
    return Frame(across, down)


class _Groups:
    """Disjoint sets of numbers."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def root(self, index: int) -> int:
        while self._above[index] != index:
            self._above[index] = self._above[self._above[index]]
            index = self._above[index]
        return index

    def join(self, first: int, second: int) -> None:
        self._above[self.root(second)] = self.root(first)

    def members(self) -> Iterable[list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for index in range(len(self._above)):
            found[self.root(index)].append(index)
        return found.values()


def frame_to_grid(frame: Frame) -> Grid | None:
    """Return the cells that a group of rules draws, or None when it draws no table."""
    count = len(frame.horizontal) + len(frame.vertical)
    if count < 3 or count > _MOST_RULES:
        return None
    box = frame.box
    if box.width < _SMALLEST or box.height < _LOWEST_ROW:
        return None
    xs = _edges([rule.at for rule in frame.vertical], box.x0, box.x1, _NEAR)
    ys = _edges([rule.at for rule in frame.horizontal], box.top, box.bottom, _LOWEST_ROW)
    if (len(xs) - 1) * (len(ys) - 1) > _MOST_SQUARES:
        return None
    cells = tuple(_cells(frame, xs, ys))
    if len(cells) < 2:
        return None
    return Grid(box, tuple(xs), cells, _open_at(frame, box.top), _open_at(frame, box.bottom))


def _open_at(frame: Frame, level: float) -> bool:
    """Say whether upright rules run to that height and no rule closes them."""
    ends = [end for rule in frame.vertical if rule.drawn for end in (rule.start, rule.end)]
    reached = any(abs(end - level) <= _NEAR for end in ends)
    return reached and not any(rule.drawn and abs(rule.at - level) <= _NEAR for rule in frame.horizontal)


def _edges(places: Iterable[float], first: float, last: float, least: float) -> list[float]:
    """Return the edges of rows or columns, those too near to hold text between them taken as one."""
    edges = [first]
    for place in sorted(places):
        if place - edges[-1] > least:
            edges.append(place)
    if last - edges[-1] > least:
        edges.append(last)
    elif len(edges) > 1:
        edges[-1] = last
    else:
        edges.append(last)
    return edges


def _cells(frame: Frame, xs: list[float], ys: list[float]) -> Iterator[GridCell]:
    """Yield cells, each spread over the squares that no rule parts."""
    columns, rows = len(xs) - 1, len(ys) - 1
    groups = _Groups(columns * rows)
    closed_right = _closed(frame.vertical, xs, ys)
    closed_below = _closed(frame.horizontal, ys, xs)
    for row in range(rows):
        for column in range(columns):
            square = row * columns + column
            if column + 1 < columns and (column + 1, row) not in closed_right:
                groups.join(square, square + 1)
            if row + 1 < rows and (row + 1, column) not in closed_below:
                groups.join(square, square + columns)
    for squares in groups.members():
        down, across = {square // columns for square in squares}, {square % columns for square in squares}
        row, column, height, width = min(down), min(across), max(down) - min(down), max(across) - min(across)
        box = Box(xs[column], ys[row], xs[column + width + 1], ys[row + height + 1])
        yield GridCell(row, column, height + 1, width + 1, box)


def _closed(rules: Iterable[Rule], levels: list[float], steps: list[float]) -> set[tuple[int, int]]:
    """Return the sides (level, step) along which a rule runs."""
    covered: dict[tuple[int, int], float] = defaultdict(float)
    for rule in rules:
        level = min(range(len(levels)), key=lambda index: abs(levels[index] - rule.at))
        for step in range(max(0, bisect_left(steps, rule.start) - 1), len(steps) - 1):
            if steps[step] > rule.end:
                break
            shared = min(rule.end, steps[step + 1]) - max(rule.start, steps[step])
            covered[level, step] += max(0.0, shared)
    return {
        (level, step)
        for (level, step), length in covered.items()
        if length >= _CLOSES * (steps[step + 1] - steps[step])
    }
