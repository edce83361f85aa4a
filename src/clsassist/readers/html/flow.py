"""Lines of text as they are written, piece by piece, down a page or a cell of a table."""

from __future__ import annotations

import re

from clsassist.readers.layout import Line, Table

_SPACES = re.compile(r"[ \t\n\r\f]+")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_SMALL_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class NumberedList:
    """A list being written: ``kind`` is 1, a, A, i or I, as in HTML; empty for bullets."""

    def __init__(self, kind: str = "", start: int = 1, step: int = 1, depth: int | None = None) -> None:
        self.kind = kind
        self.next = start
        self.step = step
        self.depth = depth

    def mark(self, value: int | None = None) -> str:
        """Return the number of the next item, « 3. »; empty for a bullet."""
        if not self.kind:
            return ""
        number = self.next if value is None else value
        self.next = number + self.step
        return f"{_numeral(number, self.kind)}. "


class Flow:
    """The parts of a page, or of a cell where ``in_cell``: there, headings are ordinary lines."""

    def __init__(self, *, in_cell: bool = False) -> None:
        self.parts: list[Line | Table] = []
        self.lists: list[NumberedList] = []
        self.written = 0
        self._in_cell = in_cell
        self._pieces: list[str] = []
        self._heading = 0
        self._bullet: int | None = None
        self._mark = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines alone, those of a cell."""
        return tuple(part for part in self.parts if isinstance(part, Line))

    @property
    def in_heading(self) -> bool:
        """Say whether the current line is a heading."""
        return bool(self._heading)

    def write(self, text: str) -> None:
        """Go on with the current line."""
        self._pieces.append(text)
        self.written += 1

    def pending(self, since: int) -> str | None:
        """Return what was written since ``written`` had that value; None when a line ended in between."""
        count = self.written - since
        if count > len(self._pieces):
            return None
        return "".join(self._pieces[len(self._pieces) - count :])

    def break_line(self) -> None:
        """End the line, but not within a heading, which is one line."""
        if self._heading:
            self.write(" ")
        else:
            self.end_line()

    def end_line(self) -> None:
        """End the line; a line without words is none."""
        words = _SPACES.sub(" ", "".join(self._pieces)).strip(" ")
        self._pieces.clear()
        if not words.strip():
            return
        self.parts.append(Line(self._mark + words, heading=self._heading, bullet=self._bullet))
        self._bullet, self._mark = None, ""

    def open_heading(self, level: int) -> None:
        """Start a heading."""
        self.end_line()
        self._heading = 0 if self._in_cell else level

    def close_heading(self) -> None:
        """End a heading, or what was taken for one."""
        self.end_line()
        self._heading = 0

    def open_item(self, value: int | None = None) -> None:
        """Start an item of the innermost list; ``value`` is the number it gives itself."""
        self.close_heading()
        current = self.lists[-1] if self.lists else NumberedList()
        self._mark = current.mark(value)
        depth = max(0, len(self.lists) - 1) if current.depth is None else current.depth
        self._bullet = None if self._mark else depth

    def open_bullet(self, depth: int) -> None:
        """Start an item that stands in no list."""
        self.end_line()
        self._bullet = depth

    def close_item(self) -> None:
        """End an item, even an empty one."""
        self.end_line()
        self._bullet, self._mark = None, ""


def _numeral(number: int, kind: str) -> str:
    if kind in "aA" and number > 0:
        return _letters(number) if kind == "a" else _letters(number).upper()
    if kind in "iI" and 0 < number < 4000:
        return _roman(number) if kind == "i" else _roman(number).upper()
    return str(number)


def _letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _roman(number: int) -> str:
    written = ""
    for value, letters in _ROMAN + _SMALL_ROMAN:
        count, number = divmod(number, value)
        written += letters * count
    return written
