"""An engagement sheet as a PDF: one page when it fits, in a type that stays readable."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from clsassist.engagement_files.layout import HEADS, TITLE, Group, Layout
from clsassist.errors import ConfigurationError

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import BaseDocTemplate, Flowable, Paragraph


@dataclass(frozen=True, slots=True)
class Fit:
    """A size of type in points, and whether the notes under the table are run in, to spare lines."""

    size: float
    compact: bool


# Tried in turn until the sheet fits one page; below the last, several pages read better.
_FITS = (Fit(9.0, False), Fit(8.4, False), Fit(7.8, False), Fit(7.8, True), Fit(7.2, True))
_LONG = Fit(8.4, False)
# Beyond this number of actions no size makes one page.
_MOST_ON_A_PAGE = 45
# Families of fonts, the one with most scripts first; the last comes with the PDF library.
_FONTS = (("DejaVuSansCondensed", "DejaVuSansCondensed-Bold"), ("DejaVuSans", "DejaVuSans-Bold"), ("Vera", "VeraBd"))
_WIDTHS = (0.445, 0.13, 0.125, 0.3)
# What the library leaves around the text of a page.
_FRAME_PADDING = 6
_INK, _SOFT, _RULE, _GROUND, _ACCENT = "#17191d", "#4a505c", "#c3c8d0", "#eef1f6", "#1d4a8f"


def layout_to_pdf(layout: Layout) -> bytes:
    """Return a laid out sheet as the bytes of a PDF."""
    return _fit(layout)[1]


def fit_of(layout: Layout) -> Fit:
    """Return the size that makes the sheet one page, else the size of longer sheets."""
    return _fit(layout)[0] if layout.line_count <= _MOST_ON_A_PAGE else _LONG


def _fit(layout: Layout) -> tuple[Fit, bytes]:
    if layout.line_count <= _MOST_ON_A_PAGE:
        for fit in _FITS:
            content, pages = _build(layout, fit, total=1)
            if pages == 1:
                return fit, content
    _, pages = _build(layout, _LONG, total=0)
    return _LONG, _build(layout, _LONG, total=pages)[0]


def _build(layout: Layout, fit: Fit, total: int) -> tuple[bytes, int]:
    """Return the file and its number of pages; ``total`` is told in the footer of each."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    written = io.BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=A4,
        leftMargin=14 * mm,
        rightMargin=14 * mm,
        topMargin=12 * mm,
        bottomMargin=15 * mm,
        title=f"{TITLE} : {layout.title}",
        subject=layout.summary,
        author="",
        lang="fr-FR",
    )
    footer = _footer(layout.footer, total)
    document.build(_story(layout, fit, document.width - 2 * _FRAME_PADDING), onFirstPage=footer, onLaterPages=footer)
    return written.getvalue(), document.page


def _footer(sentence: str, total: int) -> Callable[[Canvas, BaseDocTemplate], None]:
    def draw(canvas: Canvas, document: BaseDocTemplate) -> None:
        from reportlab.lib.colors import HexColor
        from reportlab.lib.units import mm

        regular, _ = _font_names()
        canvas.saveState()
        canvas.setFont(regular, 6.8)
        canvas.setFillColor(HexColor(_SOFT))
        canvas.drawString(14 * mm, 8 * mm, sentence)
        canvas.drawRightString(196 * mm, 8 * mm, f"page {document.page} sur {max(total, document.page)}")
        canvas.restoreState()

    return draw


def _story(layout: Layout, fit: Fit, width: float) -> list[Flowable]:
    from reportlab.platypus import Paragraph

    styles = _styles(fit.size)
    story: list[Flowable] = [
        Paragraph(TITLE, styles["kind"]),
        Paragraph(escape(layout.title), styles["title"]),
        *([Paragraph(escape(layout.subtitle), styles["soft"])] if layout.subtitle else []),
        Paragraph(escape(layout.summary), styles["lead"]),
    ]
    story += [_table(layout, group, styles, width) for group in layout.groups]
    for heading, lines in layout.notes:
        if fit.compact:
            told = f"<b>{escape(heading)} :</b> {escape(' ; '.join(lines))}"
            story.append(Paragraph(told, styles["run_in"]))
        else:
            story.append(Paragraph(escape(heading), styles["heading"]))
            story += [Paragraph(escape(line), styles["note"]) for line in lines]
    return story


def _table(layout: Layout, group: Group, styles: dict[str, ParagraphStyle], width: float) -> Flowable:
    """Return the table of one part; its heading stands again where it goes on, the heads above the first only."""
    from reportlab.platypus import Paragraph, Table

    is_first = group is layout.groups[0]
    heading = int(is_first)
    rows: list[list[list[Paragraph]]] = [
        *([[[Paragraph(escape(head), styles["head"])] for head in HEADS]] if is_first else []),
        [[Paragraph(escape(group.heading), styles["group"])], [], [], []],
        *([_cell(cell, styles, strong=not column) for column, cell in enumerate(line.cells)] for line in group.lines),
    ]
    table = Table(rows, colWidths=[share * width for share in _WIDTHS], repeatRows=heading + 1, splitInRow=1)
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
            *([("LINEBELOW", (0, 0), (-1, 0), 0.9, _INK)] if is_first else []),
            ("SPAN", (0, heading), (-1, heading)),
            ("BACKGROUND", (0, heading), (-1, heading), _GROUND),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2.2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
        ]
    )
    return table


def _cell(paragraphs: Sequence[str], styles: dict[str, ParagraphStyle], *, strong: bool) -> list[Paragraph]:
    from reportlab.platypus import Paragraph

    first, rest = ("strong", "small") if strong else ("cell", "cell")
    return [Paragraph(escape(text), styles[first if not place else rest]) for place, text in enumerate(paragraphs)]


def _styles(size: float) -> dict[str, ParagraphStyle]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    regular, bold = _font_names()

    def style(
        name: str,
        points: float,
        font: str = regular,
        colour: str = _INK,
        space: tuple[float, float] = (0, 0),
        *,
        goes_on: bool = False,
    ) -> ParagraphStyle:
        # Long words (addresses) are cut rather than run over the next column.
        return ParagraphStyle(
            name,
            fontName=font,
            fontSize=points,
            leading=points * 1.22,
            textColor=HexColor(colour),
            spaceBefore=space[0],
            spaceAfter=space[1],
            splitLongWords=1,
            keepWithNext=int(goes_on),
        )

    return {
        "kind": style("kind", size, bold, _ACCENT),
        "title": style("title", size * 1.9, bold, space=(1, 2)),
        "soft": style("soft", size, regular, _SOFT),
        "lead": style("lead", size * 1.08, space=(3, 6)),
        "head": style("head", size * 0.95, bold),
        "group": style("group", size, bold, _ACCENT),
        "strong": style("strong", size, bold),
        "cell": style("cell", size),
        "small": style("small", size * 0.95, regular, _SOFT),
        "heading": style("heading", size, bold, space=(7, 1.5), goes_on=True),
        "note": style("note", size * 0.95),
        "run_in": style("run_in", size * 0.95, space=(4, 0)),
    }


@cache
def _font_names() -> tuple[str, str]:
    """Return the names of a regular and a bold font that write French, registered once."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    for regular, bold in _FONTS:
        try:
            for name in (regular, bold):
                pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
        except TTFError:
            # This machine lacks the family: the next one is tried.
            continue
        pdfmetrics.registerFontFamily(regular, normal=regular, bold=bold, italic=regular, boldItalic=bold)
        return regular, bold
    raise ConfigurationError("Aucune police ne permet d'écrire un PDF : réinstallez le paquet « reportlab ».")
