"""Rows of bars: a name, segments one after the other, a number at their end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clsassist.charts.drawing import SOFT, SOLID, Box, Label, Mark, Rule, Style
from clsassist.charts.layout import Sheet, row_name, text_width

_THICK = 18
_GAP = 10
_BEFORE_HEADING = 14
# Room for the number at the end of the longest bar.
_NOTE = 34
# A segment narrower than its number does not carry it.
_MARGIN = 8


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar."""

    count: int
    style: Style = SOLID
    href: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a heading has no segment. ``note`` stands at the end, the total when empty."""

    name: str
    segments: tuple[Segment, ...] = ()
    href: str = ""
    note: str = ""
    heading: bool = False


def draw_bars(
    bars: Sequence[Bar], sheet: Sheet, most: int = 0, *, numbered: bool = False
) -> tuple[tuple[Mark, ...], float]:
    """Return the marks of rows of bars, and their height.

    ``most`` is what the whole width stands for, the longest bar when 0; ``numbered`` writes its number in each segment.
    """
    longest = most or max((sum(one.count for one in bar.segments) for bar in bars), default=1)
    note = max((text_width(_note(bar)) for bar in bars if bar.segments), default=_NOTE) + _MARGIN
    scale = (sheet.width - sheet.start - note) / max(1, longest)
    marks: list[Mark] = []
    y = 0.0
    for bar in bars:
        if bar.heading:
            name = row_name(bar.name, sheet, bold=True, whole_width=True)
            y += _BEFORE_HEADING if y else 0
            marks.extend(name.labels(y, bar.href, bar.name))
            y += name.height + _GAP / 2
        else:
            drawn, height = _draw_bar(bar, sheet, scale, y, numbered=numbered)
            marks.extend(drawn)
            y += height + _GAP
    return tuple(marks), y


def _draw_bar(bar: Bar, sheet: Sheet, scale: float, top: float, *, numbered: bool) -> tuple[list[Mark], float]:
    name = row_name(bar.name, sheet)
    marks: list[Mark] = [*name.labels(top, bar.href, bar.name)]
    height = name.height + _THICK + 3 if sheet.stacked else max(name.height, _THICK)
    # Beside its name a bar stands at the height of the first line, as the eye reads.
    y = top + name.height + 3 if sheet.stacked else top
    marks.append(Rule(sheet.start + 0.5, y - 1, sheet.start + 0.5, y + _THICK + 1))
    marks.extend(_draw_segments(bar, sheet.start, y, scale, numbered=numbered))
    end = sheet.start + scale * sum(segment.count for segment in bar.segments)
    marks.append(Label(_note(bar), end + _MARGIN, y + _THICK / 2, colour=SOFT))
    return marks, height


def _draw_segments(bar: Bar, start: float, y: float, scale: float, *, numbered: bool) -> Iterator[Mark]:
    x = float(start)
    # A pixel of ground between neighbours tells them apart without a colour.
    for segment in bar.segments:
        width = segment.count * scale
        if not segment.count:
            continue
        end = max(x + 2, x + width - 1)
        yield Box(x + 1, y, end, y + _THICK, segment.style, segment.href, segment.tip)
        number = str(segment.count)
        if numbered and text_width(number) + _MARGIN / 2 <= width:
            yield Label(number, (x + end) / 2, y + _THICK / 2, align="center", colour=segment.style.ink)
        x += width


def _note(bar: Bar) -> str:
    return bar.note or str(sum(segment.count for segment in bar.segments))
