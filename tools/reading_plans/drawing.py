"""What the drawn PDF layouts share: a page with a place to write next, a footer, words wrapped by hand."""

from __future__ import annotations

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import cm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
LEFT, RIGHT = 2 * cm, WIDTH - 2 * cm
BOTTOM, LINE = 2.2 * cm, 13


class Page:
    """A canvas with a place to write next, a footer on each page, and words wrapped by hand."""

    def __init__(self, path: str, footer: str) -> None:
        self.canvas = Canvas(path, pagesize=A4, invariant=1)
        self.footer = footer
        self.y = HEIGHT - 2 * cm

    def turn(self) -> None:
        """Draw the footer and begin a page."""
        self.canvas.setFont("Helvetica", 8)
        self.canvas.setFillColor(HexColor("#666666"))
        self.canvas.drawString(LEFT, 1.2 * cm, self.footer)
        self.canvas.drawRightString(RIGHT, 1.2 * cm, str(self.canvas.getPageNumber()))
        self.canvas.showPage()
        self.y = HEIGHT - 2 * cm

    def close(self) -> None:
        """End the file."""
        self.turn()
        self.canvas.save()

    def need(self, height: float) -> None:
        """Turn the page when less than ``height`` points are left."""
        if self.y - height < BOTTOM:
            self.turn()

    def lines(self, text: str, x: float, right: float, font: str = "Helvetica", size: float = 10) -> None:
        """Write a text wrapped between two abscissas, over a page break when it comes."""
        for line in wrap(text, right - x, font, size):
            self.need(LINE)
            self.canvas.setFont(font, size)
            self.canvas.setFillColor(HexColor("#222222"))
            self.canvas.drawString(x, self.y, line)
            self.y -= LINE


def wrap(text: str, width: float, font: str, size: float) -> list[str]:
    """Cut a text into lines no wider than ``width`` points."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and stringWidth(longer, font, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
