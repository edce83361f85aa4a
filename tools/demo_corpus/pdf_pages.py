"""What the two PDF documents share: embedded fonts, paragraph styles, footers, rows that pages may cut."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 50.0
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
CELL_PADDING = 4.0
LINE_COLOR = HexColor("#7F9DB9")

# Bitstream Vera comes with reportlab. It has no bullets nor boxes: those are of DejaVu Sans, its successor.
_FACES = {"": "Vera.ttf", "-Bold": "VeraBd.ttf", "-Italic": "VeraIt.ttf", "-BoldItalic": "VeraBI.ttf"}
_MARKS_FILE = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_MARKS = re.compile("[☑○➤]")

FOOTER_HEIGHT = 26.0


def register_fonts() -> None:
    """Make the fonts known to reportlab.

    Raises SystemExit, naming the package to install, when the machine has no DejaVu Sans.
    """
    for suffix, file in _FACES.items():
        pdfmetrics.registerFont(TTFont(f"Text{suffix}", file))
    pdfmetrics.registerFontFamily("Text", "Text", "Text-Bold", "Text-Italic", "Text-BoldItalic")
    try:
        pdfmetrics.registerFont(TTFont("Marks", str(_MARKS_FILE)))
    except TTFError as error:
        raise SystemExit(f"Police absente : {_MARKS_FILE} (paquet Debian « fonts-dejavu-core »)") from error


def style(
    size: float = 9,
    *,
    bold: bool = False,
    italic: bool = False,
    color: Color = black,
    indent: float = 0,
    bullet_at: float = 0,
    around: float = 0,
) -> ParagraphStyle:
    """Return a paragraph style of the text font; sizes, indents and the space around it in points."""
    face = "Text" + ("-" * (bold or italic)) + ("Bold" * bold) + ("Italic" * italic)
    return ParagraphStyle(
        face,
        fontName=face,
        fontSize=size,
        leading=size * 1.28,
        textColor=color,
        leftIndent=indent,
        bulletIndent=bullet_at,
        spaceBefore=around,
        spaceAfter=around,
        splitLongWords=0,
    )


def band(look: ParagraphStyle, fill: Color, padding: float) -> ParagraphStyle:
    """Return a style with a coloured band as far as ``padding`` points around it."""
    return ParagraphStyle("band", parent=look, backColor=fill, borderPadding=padding)


def paragraph(text: str, look: ParagraphStyle, bullet: str = "") -> Paragraph:
    """Return a paragraph, behind a bullet when one is given."""
    marked = _MARKS.sub(lambda mark: f'<font name="Marks">{mark.group()}</font>', escape(text, quote=False))
    if not bullet:
        return Paragraph(marked, look)
    font = "Marks" if _MARKS.match(bullet) else "Text"
    return Paragraph(f'<bullet font="{font}" size="{look.fontSize}">{bullet}</bullet>{marked}', look)


def write_pdf(story: list[Flowable], title: str, draw_page: Callable[[Canvas, BaseDocTemplate], None]) -> bytes:
    """Return the PDF of a story; the bytes hold no date and no author."""
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer, pagesize=A4, invariant=1, title=title, author="", subject="", creator="", lang="fr-FR"
    )
    frame = Frame(
        MARGIN, MARGIN + FOOTER_HEIGHT, TEXT_WIDTH, PAGE_HEIGHT - 2 * MARGIN - FOOTER_HEIGHT, 0, 0, 0, 0, id="text"
    )
    document.addPageTemplates(PageTemplate("page", [frame], onPage=draw_page))
    document.build(story)
    return buffer.getvalue()


class Row(Flowable):
    """A row of ruled cells, each a stack of flowables, which a page end may cut in its middle.

    ``fills`` gives the colour behind each cell; what goes on over the page keeps the rules and colours.
    """

    def __init__(
        self,
        cells: Sequence[Sequence[Flowable]],
        widths: Sequence[float],
        fills: Sequence[Color],
        *,
        ruled: bool = True,
    ) -> None:
        super().__init__()
        self.ruled = ruled
        self.cells = [list(cell) for cell in cells]
        self.widths = tuple(widths)
        self.fills = tuple(fills)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return the size of the row: as high as its highest cell."""
        heights = [
            stack_height(cell, column - 2 * CELL_PADDING) for cell, column in zip(self.cells, self.widths, strict=True)
        ]
        self.width, self.height = sum(self.widths), max(heights) + 2 * CELL_PADDING
        return self.width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """Cut each cell at the height that is left, or return nothing when a cell has no room at all."""
        room = height - 2 * CELL_PADDING
        parts = [
            split_stack(cell, column - 2 * CELL_PADDING, room)
            for cell, column in zip(self.cells, self.widths, strict=True)
        ]
        if any(cell and not first for cell, (first, _) in zip(self.cells, parts, strict=True)):
            return []
        return [Row([part[side] for part in parts], self.widths, self.fills, ruled=self.ruled) for side in (0, 1)]

    def draw(self) -> None:
        """Draw the rules, the colours and the cells."""
        left = 0.0
        for cell, column, fill in zip(self.cells, self.widths, self.fills, strict=True):
            self.canv.setStrokeColor(LINE_COLOR)
            self.canv.setLineWidth(0.5)
            self.canv.setFillColor(fill)
            self.canv.rect(left, 0, column, self.height, stroke=int(self.ruled), fill=1)
            top = self.height - CELL_PADDING
            above: Flowable | None = None
            for flowable in cell:
                _, used = flowable.wrap(column - 2 * CELL_PADDING, self.height)
                top -= used + gap(above, flowable)
                above = flowable
                flowable.drawOn(self.canv, left + CELL_PADDING, top)
            left += column


def stack_height(stack: Sequence[Flowable], width: float) -> float:
    """Return the height of flowables on top of one another."""
    heights = [flowable.wrap(width, PAGE_HEIGHT)[1] for flowable in stack]
    return sum(heights) + sum(gap(above, below) for above, below in pairwise(stack))


def gap(above: Flowable | None, below: Flowable) -> float:
    """Return the space between two flowables: the larger of what they ask for; none at the top of a cell."""
    return max(above.getSpaceAfter(), below.getSpaceBefore()) if above else 0.0


def split_stack(stack: Sequence[Flowable], width: float, height: float) -> tuple[list[Flowable], list[Flowable]]:
    """Cut a stack where the height ends: a paragraph is cut between two of its lines."""
    above: Flowable | None = None
    for position, flowable in enumerate(stack):
        height -= gap(above, flowable)
        used = flowable.wrap(width, height)[1]
        if used > height:
            pieces = flowable.split(width, height)
            rest = list(stack[position + 1 :])
            if len(pieces) < 2:
                return list(stack[:position]), [flowable, *rest]
            return [*stack[:position], pieces[0]], [*pieces[1:], *rest]
        height -= used
        above = flowable
    return list(stack), []
