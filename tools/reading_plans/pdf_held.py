"""PDF layouts of the half that is only scored: a form to fill in, and prose in two columns."""

from __future__ import annotations

from reportlab.lib.colors import HexColor, white
from reportlab.lib.units import cm

from reading_plans.drawing import BOTTOM, HEIGHT, LEFT, LINE, RIGHT, Page, wrap
from reading_plans.truth import Entry, Plan

_GAP = 0.8 * cm


def filled_form(plan: Plan) -> None:
    """Lay out one fiche a page: printed labels, values and boxes in the fields of an AcroForm."""
    page = Page(str(plan.path(".pdf")), plan.data["footer"])
    for fiche in plan.fiches:
        page.lines(plan.title, LEFT, RIGHT, "Helvetica-Bold", 15)
        page.y -= 10
        page.lines(f"Fiche action n° {fiche.number} : {fiche.title}", LEFT, RIGHT, "Helvetica-Bold", 12)
        page.y -= 16
        for position, entry in enumerate(fiche.entries):
            _draw_input(page, entry, f"f{fiche.number}_{position}")
        page.turn()
    page.canvas.save()


def _draw_input(page: Page, entry: Entry, name: str) -> None:
    top = int(page.y)
    page.lines(entry.label, LEFT, 6.2 * cm, "Helvetica-Bold", 10)
    form = page.canvas.acroForm
    x = int(6.5 * cm)
    for position, (label, ticked) in enumerate(entry.boxes.items()):
        form.checkbox(
            name=f"{name}_{position}", tooltip=label, x=x, y=top - 3, size=12, checked=bool(ticked), buttonStyle="cross"
        )
        page.canvas.setFont("Helvetica", 10)
        page.canvas.drawString(x + 17, top, label)
        x += int(3.4 * cm)
    if entry.boxes:
        page.y = top - 28
        return
    height = 50 if len(entry.text) > 60 else 20
    form.textfield(
        name=name,
        tooltip=entry.label,
        value=entry.text,
        x=x,
        y=top + 12 - height,
        width=int(RIGHT) - x,
        height=height,
        fontSize=9,
        borderStyle="solid",
        fieldFlags="multiline" if height > 20 else "",
        fillColor=white,
    )
    page.y = top - height - 10


def two_columns(plan: Plan) -> None:
    """Lay out a summary with dotted leaders, then numbered actions in prose over two columns."""
    page = Page(str(plan.path(".pdf")), plan.data["footer"])
    page.lines(plan.title, LEFT, RIGHT, "Times-Bold", 20)
    page.y -= 12
    for piece in plan.intro:
        page.lines(piece.text, LEFT, RIGHT, "Times-Italic", 12)
    page.y -= 20
    page.lines("Sommaire", LEFT, RIGHT, "Times-Bold", 14)
    for fiche in plan.fiches:
        page.lines(
            f"Action {fiche.number} – {fiche.title} {'.' * (60 - len(fiche.title))} 2", LEFT, RIGHT, "Times-Roman", 11
        )
    page.turn()
    middle = (LEFT + RIGHT) / 2
    columns = ((LEFT, middle - _GAP / 2), (middle + _GAP / 2, RIGHT))
    half = len(plan.fiches) // 2
    for (left, right), fiches in zip(columns, (plan.fiches[:half], plan.fiches[half:]), strict=True):
        page.y = HEIGHT - 2 * cm
        axe = None
        for fiche in fiches:
            if fiche.axe and fiche.axe != axe:
                axe = fiche.axe
                page.lines(f"AXE {axe[0]} : {axe[1]}", left, right, "Times-Bold", 15)
                page.y -= 6
            page.canvas.setFillColor(HexColor("#8E24AA"))
            _column_lines(page, f"Action {fiche.number} – {fiche.title}", (left, right), "Times-Bold", 12)
            for entry in fiche.entries:
                words = entry.text if entry.label == "Texte" else f"{entry.label} : {entry.text}"
                page.lines(words, left, right, "Times-Roman", 11)
            page.y -= 16
    page.close()


def _column_lines(page: Page, text: str, bounds: tuple[float, float], font: str, size: float) -> None:
    for line in wrap(text, bounds[1] - bounds[0], font, size):
        page.canvas.setFont(font, size)
        page.canvas.drawString(bounds[0], max(page.y, BOTTOM), line)
        page.y -= LINE + 2


def rounded_boxes(plan: Plan) -> None:
    """Draw each field in a rounded frame under a coloured tab, two frames a line, one fiche a page."""
    page = Page(str(plan.path(".pdf")), plan.data["footer"])
    for fiche in plan.fiches:
        page.lines(plan.title, LEFT, RIGHT, "Helvetica", 10)
        page.y -= 6
        page.lines(f"Action n°{fiche.number} : {fiche.title}", LEFT, RIGHT, "Helvetica-Bold", 16)
        page.y -= 20
        middle = (LEFT + RIGHT) / 2
        for left, right in zip(fiche.entries[::2], fiche.entries[1::2], strict=True):
            height = 24 + LINE * max(len(left.pieces) + len(left.boxes), len(right.pieces) + len(right.boxes), 2)
            top = page.y
            _draw_frame(page, left, (LEFT, middle - 8), height)
            page.y = top
            _draw_frame(page, right, (middle + 8, RIGHT), height)
            page.y = top - height - 26
        page.turn()
    page.canvas.save()


def _draw_frame(page: Page, entry: Entry, bounds: tuple[float, float], height: float) -> None:
    canvas, (x, right) = page.canvas, bounds
    canvas.setStrokeColor(HexColor("#1565C0"))
    canvas.roundRect(x, page.y - height, right - x, height, 8, stroke=1, fill=0)
    canvas.setFillColor(HexColor("#1565C0"))
    canvas.roundRect(x + 10, page.y - 7, 130, 15, 4, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont("Helvetica-Bold", 9)
    canvas.drawString(x + 16, page.y - 3, entry.label.upper())
    page.y -= 24
    for piece in entry.pieces:
        page.lines(f"– {piece.text}" if piece.bullet else piece.text, x + 10, right - 8, "Helvetica", 9.5)
    for label, ticked in entry.boxes.items():
        canvas.setStrokeColor(HexColor("#222222"))
        canvas.rect(x + 10, page.y - 1, 8, 8, stroke=1, fill=0)
        if ticked:
            canvas.line(x + 11, page.y + 3, x + 13.5, page.y)
            canvas.line(x + 13.5, page.y, x + 18.5, page.y + 8)
        page.lines(label, x + 24, right - 8, "Helvetica", 9.5)
