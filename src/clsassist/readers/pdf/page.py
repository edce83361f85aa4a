"""What is seen on a page: words, lines, rules, coloured areas, in points from its top left corner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; ``top`` is above ``bottom``, so it is the smaller number."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        """Return the width in points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Return the height in points."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Return the height of the middle on the page."""
        return (self.top + self.bottom) / 2

    @property
    def centre(self) -> float:
        """Return the abscissa of the centre."""
        return (self.x0 + self.x1) / 2

    def holds(self, other: Box, slack: float = 0.0) -> bool:
        """Say whether the centre of ``other`` lies inside, give or take ``slack`` points."""
        across = self.x0 - slack <= other.centre <= self.x1 + slack
        return across and self.top - slack <= other.middle <= self.bottom + slack

    def covers(self, other: Box, slack: float = 0.0) -> bool:
        """Say whether the whole of ``other`` lies inside, give or take ``slack`` points."""
        across = self.x0 - slack <= other.x0 and other.x1 <= self.x1 + slack
        return across and self.top - slack <= other.top and other.bottom <= self.bottom + slack


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a space between them; ``spaced`` says that the file writes a space before them.

    ``turned`` says that it is a whole line, written on its side.
    """

    text: str
    box: Box
    size: float
    bold: bool = False
    colour: int = 0
    spaced: bool = True
    turned: bool = False


@dataclass(frozen=True, slots=True)
class TextLine:
    """Words on one base line.

    ``lead`` is the width of the first word; ``hang`` is where the text starts after a bullet or a number. ``label``
    says that its place makes a heading of it: above its value in a stack, or alone on a coloured bar.
    """

    text: str
    box: Box
    size: float
    bold: bool
    colour: int
    page: int
    lead: float
    hang: float
    label: bool = False


@dataclass(frozen=True, slots=True)
class Fill:
    """A coloured area."""

    box: Box
    colour: int


@dataclass(frozen=True, slots=True)
class Shape:
    """A small drawing that may be a check box or what ticks one.

    ``square`` says that it is an upright rectangle, ``slanted`` that a stroke crosses it.
    """

    box: Box
    square: bool
    slanted: bool
    stroked: bool
    filled: bool
    colour: int


@dataclass(frozen=True, slots=True)
class Drawings:
    """The drawings of a page: straight rules (flat boxes), coloured areas, small shapes, images.

    ``fills`` are upright rectangles, ``areas`` are coloured areas of any other outline.
    """

    horizontal: tuple[Box, ...] = ()
    vertical: tuple[Box, ...] = ()
    fills: tuple[Fill, ...] = ()
    areas: tuple[Fill, ...] = ()
    shapes: tuple[Shape, ...] = ()
    images: tuple[Box, ...] = ()
    cut: bool = False


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of a table as ruled on one page, with the lines it holds."""

    row: int
    column: int
    rows: int
    columns: int
    box: Box
    lines: tuple[TextLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table on one page.

    ``edges`` are the abscissas of its columns. ``open_top`` and ``open_bottom`` say that no rule closes it there: the
    row goes on over the page break. Without rules (``ruled``), the last edge is only where the longest line ends.
    """

    box: Box
    edges: tuple[float, ...]
    cells: tuple[GridCell, ...]
    open_top: bool = False
    open_bottom: bool = False
    ruled: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """One page, before anything is known of the others: tables, and the lines outside them.

    ``side`` is the heading written on its side along the page, to which all of its body belongs.
    """

    number: int
    width: float
    height: float
    lines: tuple[TextLine, ...]
    grids: tuple[Grid, ...]
    watermarks: tuple[str, ...] = ()
    side: tuple[TextLine, ...] = ()
