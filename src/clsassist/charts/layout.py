"""Where things stand on a sheet: two widths, and lines of text that stay in their column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clsassist.charts.drawing import FONT, LINE, TEXT, Label

# Widths of letters in thousandths of the size, for the widest of the usual fonts of screens: enough to break lines.
_NARROW_LETTERS = "iljtfrI.,;:'’|()[]!· \u00a0"
_WIDE_LETTERS = "mwMWŒœ@%—–"
_NARROW_SHARE, _SMALL_SHARE, _CAPITAL_SHARE, _WIDE_SHARE = 0.36, 0.62, 0.74, 0.98


@dataclass(frozen=True, slots=True)
class Sheet:
    """A width of drawing: where the names of rows end, and where what is drawn begins.

    On a phone the names stand above what is drawn, so both take the whole width.
    """

    name: str
    width: int
    names: int
    start: int

    @property
    def stacked(self) -> bool:
        """Say whether names stand above what is drawn."""
        return self.start == 0


WIDE = Sheet("large", 704, 280, 292)
NARROW = Sheet("etroit", 288, 288, 0)
SHEETS = (WIDE, NARROW)


def text_width(text: str, *, bold: bool = False) -> float:
    """Return about how many pixels a line takes.

    >>> text_width("MMM") > text_width("nnn") > text_width("iii")
    True
    """
    return sum(map(_letter_share, text)) * FONT * (1.08 if bold else 1)


def _letter_share(letter: str) -> float:
    if letter in _NARROW_LETTERS:
        return _NARROW_SHARE
    if letter in _WIDE_LETTERS:
        return _WIDE_SHARE
    return _CAPITAL_SHARE if letter.isupper() else _SMALL_SHARE


def broken(text: str, width: float, most: int = 2, *, bold: bool = False) -> tuple[str, ...]:
    """Return a text on a few lines of a width; what does not hold is cut, and « … » says so.

    >>> broken("Rendre le territoire plus attractif", 150)
    ('Rendre le territoire', 'plus attractif')
    """
    lines: list[str] = []
    rest = _unbreakable(text)
    while rest and len(lines) < most:
        line = _first_line(rest, width, bold=bold)
        rest = rest[len(line) :].lstrip()
        lines.append(line.rstrip())
    if rest:
        lines[-1] = _cut(f"{lines[-1]} {rest}", width, bold=bold)
    return tuple(lines)


def _unbreakable(text: str) -> str:
    """Keep French punctuation on the line of its word."""
    for sign in "»:;?!":
        text = text.replace(f" {sign}", f"\u00a0{sign}")
    return text.replace("« ", "«\u00a0")


def _first_line(text: str, width: float, *, bold: bool) -> str:
    """Return the words that hold on one line; a word longer than the line is broken."""
    held = ""
    for word in text.split(" "):
        longer = f"{held} {word}" if held else word
        if text_width(longer, bold=bold) > width:
            break
        held = longer
    return held or _held_letters(text, width, bold=bold)


def _held_letters(text: str, width: float, *, bold: bool) -> str:
    count = next(
        (count for count in range(1, len(text) + 1) if text_width(text[:count], bold=bold) > width), len(text) + 1
    )
    return text[: max(1, count - 1)]


def _cut(text: str, width: float, *, bold: bool) -> str:
    return f"{_held_letters(text, width - text_width('…'), bold=bold).rstrip(' ,;:.')}…"


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a row, laid out: its lines, and how much of the sheet they take."""

    lines: tuple[str, ...]
    bold: bool = False

    @property
    def height(self) -> int:
        """The height of its lines."""
        return LINE * len(self.lines)

    def labels(self, y: float, href: str = "", tip: str = "", colour: str = TEXT) -> Iterator[Label]:
        """Yield its lines from a height down."""
        for place, line in enumerate(self.lines):
            yield Label(line, 0, y + LINE * (place + 0.5), href, tip, colour=colour, bold=self.bold)


def row_name(text: str, sheet: Sheet, *, bold: bool = False, whole_width: bool = False) -> Name:
    """Return the name of a row on one or two lines of its column."""
    width = sheet.width if whole_width else sheet.names
    return Name(broken(text, width, bold=bold), bold)
