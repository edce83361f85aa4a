"""From the coordinates of a file, whose pages may lie on their side, to those of a page looked at upright."""

from __future__ import annotations

from dataclasses import dataclass

from clsassist.readers.pdf.page import Box


@dataclass(frozen=True, slots=True)
class Turn:
    """Turns a page clockwise by ``quarters`` of a turn, and measures from its top left corner.

    The page spans ``left``, ``bottom``, ``right``, ``top`` in the file, where ordinates grow upwards.
    """

    quarters: int
    left: float
    bottom: float
    right: float
    top: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the file is seen."""
        if self.quarters == 0:
            return x - self.left, self.top - y
        if self.quarters == 1:
            return y - self.bottom, x - self.left
        if self.quarters == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def box(self, box: Box) -> Box:
        """Return where a rectangle of the file, whose ``top`` is its lowest ordinate, is seen."""
        if self.quarters == 0:
            return Box(box.x0 - self.left, self.top - box.bottom, box.x1 - self.left, self.top - box.top)
        if self.quarters == 1:
            return Box(box.top - self.bottom, box.x0 - self.left, box.bottom - self.bottom, box.x1 - self.left)
        if self.quarters == 2:
            return Box(self.right - box.x1, box.top - self.bottom, self.right - box.x0, box.bottom - self.bottom)
        return Box(self.top - box.bottom, self.right - box.x1, self.top - box.top, self.right - box.x0)

    @property
    def size(self) -> tuple[float, float]:
        """Return the width and the height of the page as it is looked at."""
        width, height = self.right - self.left, self.top - self.bottom
        return (width, height) if self.quarters % 2 == 0 else (height, width)


def turn_upright(box: Box, quarters: int, width: float, height: float) -> Box:
    """Return where a rectangle of the page is seen once the page is turned clockwise by that many quarters."""
    if quarters == 0:
        return box
    if quarters == 1:
        return Box(height - box.bottom, box.x0, height - box.top, box.x1)
    if quarters == 2:
        return Box(width - box.x1, height - box.bottom, width - box.x0, height - box.top)
    return Box(box.top, width - box.x1, box.bottom, width - box.x0)
