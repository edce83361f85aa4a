"""More PDF layouts drawn by a page-making program: labels on bars of colour, values boxed over several pages."""

from __future__ import annotations

from functools import partial
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, HRFlowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from reading_plans.truth import Entry, Fiche, Plan

_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=14, leading=21, alignment=4)
_BULLET = ParagraphStyle("bullet", parent=_TEXT, leftIndent=14, bulletIndent=2)
_BAR = ParagraphStyle("bar", parent=_TEXT, fontName="Helvetica-Bold", textColor=white, fontSize=10.5, alignment=0)
_TITLE = ParagraphStyle("title", parent=_TEXT, fontName="Helvetica-Bold", fontSize=15, leading=20, alignment=1)
_BLUE = HexColor("#35618f")


def boxed_values(plan: Plan) -> None:
    """Draw each label on a bar of colour and its value in a box below, which may run over pages."""
    story: list[Flowable] = [Paragraph(escape(plan.title), _TITLE), Spacer(1, 14)]
    story += [Paragraph(escape(piece.text), _TEXT) for piece in plan.intro]
    for fiche in plan.fiches:
        story += [Spacer(1, 18), HRFlowable(width="100%", color=_BLUE, thickness=2)]
        story += [Paragraph(escape(_heading(fiche)), _TITLE), HRFlowable(width="100%", color=_BLUE, thickness=2)]
        for entry in fiche.entries:
            story += [Spacer(1, 6), _boxed(entry)]
    frame = SimpleDocTemplate(
        str(plan.path(".pdf")),
        pagesize=A4,
        invariant=1,
        leftMargin=3 * cm,
        rightMargin=3 * cm,
        topMargin=2.2 * cm,
        bottomMargin=2.4 * cm,
    )
    footer = partial(_footer, plan.data["footer"])
    frame.build(story, onFirstPage=footer, onLaterPages=footer)


def _heading(fiche: Fiche) -> str:
    number = f"Fiche action n° {fiche.number}" if fiche.number else ""
    return " : ".join(part for part in (number, fiche.title) if part)


def _boxed(entry: Entry) -> Table:
    rows: list[list[object]] = [[Paragraph(escape(entry.label), _BAR)]]
    for piece in entry.pieces:
        text = escape(piece.text)
        rows.append([Paragraph(text, _BULLET, bulletText="•") if piece.bullet else Paragraph(text, _TEXT)])
    rows += [[" "]] if len(rows) == 1 else []
    style = TableStyle([("BACKGROUND", (0, 0), (0, 0), _BLUE), ("BOX", (0, 0), (-1, -1), 0.8, _BLUE)])
    return Table(rows, colWidths=[15 * cm], style=style)


def _footer(text: str, canvas: Canvas, frame: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(3 * cm, 1.3 * cm, text)
    canvas.drawRightString(A4[0] - 3 * cm, 1.3 * cm, f"{frame.page}")
