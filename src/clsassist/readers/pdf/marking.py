"""What drawings and places say of lines: labels on coloured bars, numbers on badges, headings along the side."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from clsassist.readers.pdf.page import Box, Fill, TextLine, Word
from clsassist.readers.pdf.words import join_lines, words_to_line

# A bar is as high as one line, in parts of its size, and runs over this part of the width of the text.
_HIGHEST_BAR = 3.2
_WIDEST_OF_TEXT = 0.6
_LONGEST_LABEL = 70
_NEARLY_WHITE = 0xF7
# A badge overlaps the height of a title, in letters larger by so much, that starts near it.
_BADGE = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,2}")
_BADGE_OVERLAP = 0.4
_BADGE_GAP = 40.0
_TITLE_LARGER = 1.15
# A page with more numbers than this is a table of figures.
_MOST_BADGES = 100
# A heading on its side is larger than the text by so much.
_SIDE_LARGER = 1.15


def mark_labels(lines: Sequence[TextLine], fills: Sequence[Fill]) -> list[TextLine]:
    """Mark as labels the short lines that stand alone on a coloured bar as wide as the text."""
    if not lines:
        return []
    width = max(line.box.x1 for line in lines) - min(line.box.x0 for line in lines)
    bars = [fill.box for fill in fills if fill.box.width >= _WIDEST_OF_TEXT * width and _coloured(fill.colour)]
    order = sorted(range(len(lines)), key=lambda index: lines[index].box.middle)
    middles = [lines[index].box.middle for index in order]
    highest = _HIGHEST_BAR * max(line.size for line in lines)
    alone: set[int] = set()
    for bar in (bar for bar in bars if bar.height <= highest):
        level = order[bisect_left(middles, bar.top) : bisect_right(middles, bar.bottom)]
        held = [index for index in level if bar.holds(lines[index].box)]
        if len(held) == 1 and _is_bar_of(bar, lines[held[0]]):
            alone.add(held[0])
    return [replace(line, label=True) if index in alone else line for index, line in enumerate(lines)]


def _is_bar_of(bar: Box, line: TextLine) -> bool:
    return bar.height <= _HIGHEST_BAR * line.size and len(line.text) <= _LONGEST_LABEL


def _coloured(colour: int) -> bool:
    return any((colour >> shift & 0xFF) < _NEARLY_WHITE for shift in (0, 8, 16))


def join_badges(lines: Sequence[TextLine]) -> list[TextLine]:
    """Write the number of a badge before the title that it stands beside, though on another base line."""
    numbers = [index for index, line in enumerate(lines) if _BADGE.fullmatch(line.text)]
    if len(numbers) > _MOST_BADGES:
        return list(lines)
    titles: dict[int, int] = {}
    for index in numbers:
        beside = (place for place, line in enumerate(lines) if _is_title_of(line, lines[index]))
        place = min(beside, key=lambda place: lines[place].box.top, default=None)
        if place is not None:
            titles.setdefault(place, index)
    badges = set(titles.values())
    return [
        _join(lines[titles[index]], line) if index in titles else line
        for index, line in enumerate(lines)
        if index not in badges
    ]


def _is_title_of(line: TextLine, badge: TextLine) -> bool:
    shared = min(line.box.bottom, badge.box.bottom) - max(line.box.top, badge.box.top)
    near = 0 <= line.box.x0 - badge.box.x1 <= _BADGE_GAP
    return near and shared >= _BADGE_OVERLAP * badge.box.height and line.size >= _TITLE_LARGER * badge.size


def _join(badge: TextLine, title: TextLine) -> TextLine:
    box = Box(badge.box.x0, title.box.top, title.box.x1, title.box.bottom)
    return replace(title, text=f"{badge.text} {title.text}", box=box, lead=badge.box.width)


def find_side_heading(words: Sequence[Word], page: int) -> tuple[TextLine, ...]:
    """Return as one line the large text written on its side, where it all runs beside the body; else nothing."""
    side = [word for word in words if word.turned]
    body = [word for word in words if not word.turned]
    if not side or not body:
        return ()
    left, right = min(word.box.x0 for word in body), max(word.box.x1 for word in body)
    usual = median(word.size for word in body)
    if any((left < word.box.x1 and word.box.x0 < right) or word.size < _SIDE_LARGER * usual for word in side):
        return ()
    return (join_lines([words_to_line([word], page) for word in side]),)
