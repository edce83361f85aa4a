"""Stacks side by side: in each, labels stand above their values, at heights that no row of a table shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from clsassist.readers.pdf.page import TextLine

# Lines of a stack start at one abscissa, give or take this; the next stack is at least so far.
_ALIGNMENT = 3.0
_NARROWEST = 80.0
# Labels that each stack holds, and the longest one.
_FEWEST_LABELS = 2
_LONGEST_LABEL = 60
# Space between lines of a stack, and letters of another size, in parts of theirs.
_APART = 3.0
_SAME_SIZE = 0.08
_CLOSE = 2.2

Style = tuple[float, bool, int]


@dataclass(frozen=True, slots=True)
class Stacks:
    """Two stacks found among the lines of a page, sorted from the top: they take those from ``start`` to ``end``."""

    start: int
    end: int
    left: tuple[TextLine, ...]
    right: tuple[TextLine, ...]


def find_stacks(lines: Sequence[TextLine]) -> Stacks | None:
    """Return the first two stacks of labels and values that stand side by side; ``lines`` are sorted by height."""
    starts = Counter(round(line.box.x0) for line in lines)
    if not starts:
        return None
    left = min(starts)
    # Places one point apart are one place: that of labels, and that of bullets.
    counts = {place: sum(starts[place + step] for step in (-1, 0, 1)) for place in starts if place > left + _NARROWEST}
    for gutter in sorted(counts, key=lambda place: (-counts[place], place))[:2]:
        if counts[gutter] < 2 * _FEWEST_LABELS:
            break
        for first, last in _clear_runs(lines, gutter - 1):
            found = _stacks(lines, first, last, gutter - 1)
            if found is not None:
                return found
    return None


def _clear_runs(lines: Sequence[TextLine], gutter: float) -> Iterator[tuple[int, int]]:
    """Yield the runs of lines that none crosses the gutter of, parted by it or by letters of a heading."""
    beyond = [line for line in lines if line.box.x0 >= gutter - _ALIGNMENT]
    sizes = [size for size, _ in Counter(round(line.size, 1) for line in beyond).most_common(2)]
    cuts = [
        index
        for index, line in enumerate(lines)
        if line.box.x0 < gutter - _ALIGNMENT
        and (line.box.x1 > gutter - 1 or not any(abs(line.size - size) <= _SAME_SIZE * size for size in sizes))
    ]
    for before, after in pairwise([-1, *cuts, len(lines)]):
        if after - before > 4 * _FEWEST_LABELS:
            yield before + 1, after


def _stacks(lines: Sequence[TextLine], first: int, last: int, gutter: float) -> Stacks | None:
    beyond = [index for index in range(first, last) if lines[index].box.x0 >= gutter - _ALIGNMENT]
    if len(beyond) < 2 * _FEWEST_LABELS:
        return None
    style = _label_style([lines[index] for index in beyond])
    if style is None:
        return None
    start = next((index for index in range(first, last) if _style(lines[index]) == style), last)
    end = _end(lines, beyond, last)
    held = lines[start:end]
    left = [line for line in held if line.box.x0 < gutter - _ALIGNMENT]
    right = [line for line in held if line.box.x0 >= gutter - _ALIGNMENT]
    if not all(_is_stack(stack, style) for stack in (left, right)):
        return None
    return Stacks(start, end, _mark_labels(left, style), _mark_labels(right, style))


def _end(lines: Sequence[TextLine], beyond: Sequence[int], last: int) -> int:
    """Return where the stacks end: with the right one, or with the lines that follow closely in the left one."""
    end = beyond[-1] + 1
    lowest = max(line.box.bottom for line in lines[:end])
    while end < last and lines[end].box.top - lowest <= _APART * lines[end].size:
        lowest = max(lowest, lines[end].box.bottom)
        end += 1
    return end


def _style(line: TextLine) -> Style:
    return round(line.size * 2) / 2, line.bold, line.colour


def _label_style(stack: Sequence[TextLine]) -> Style | None:
    """Return how labels are set: bold or coloured, unlike the values that take most of the letters."""
    weights: Counter[Style] = Counter()
    for line in stack:
        weights[_style(line)] += len(line.text)
    if len(weights) < 2:
        return None
    (value, _), *others = weights.most_common()
    for style, _ in others:
        marked = style[1] != value[1] or style[2] != value[2]
        if marked and sum(_style(line) == style for line in stack) >= _FEWEST_LABELS:
            return style
    return None


def _is_stack(stack: Sequence[TextLine], style: Style) -> bool:
    """Say whether lines are labels at one abscissa, most of them closely above a value that starts there too."""
    labels = [index for index, line in enumerate(stack) if _style(line) == style]
    if len(labels) < _FEWEST_LABELS or any(len(stack[index].text) > _LONGEST_LABEL for index in labels):
        return False
    edge = min(line.box.x0 for line in stack)
    if any(stack[index].box.x0 > edge + _ALIGNMENT for index in labels):
        return False
    valued = sum(_stands_above(stack[index], stack[index + 1], style) for index in labels if index + 1 < len(stack))
    return valued >= max(_FEWEST_LABELS, len(labels) // 2)


def _stands_above(label: TextLine, value: TextLine, style: Style) -> bool:
    close = 0.5 * label.size < value.box.middle - label.box.middle <= _CLOSE * value.size
    return close and _style(value) != style and abs(value.box.x0 - label.box.x0) <= _ALIGNMENT


def _mark_labels(stack: Sequence[TextLine], style: Style) -> tuple[TextLine, ...]:
    return tuple(replace(line, label=True) if _style(line) == style else line for line in stack)
