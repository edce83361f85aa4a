"""PDF layouts drawn by a page-making program, of the half that developers may look at."""

from __future__ import annotations

from reportlab.lib.colors import HexColor, white
from reportlab.lib.units import cm

from reading_plans.drawing import HEIGHT, LEFT, LINE, RIGHT, Page
from reading_plans.truth import Entry, Fiche, Plan

_VALUE = 7 * cm


def unruled_form(plan: Plan) -> None:
    """Draw a form without rules: bold labels on the left, values on the right, boxes drawn as squares and crosses."""
    page = Page(str(plan.path(".pdf")), plan.data["footer"])
    page.lines(plan.title, LEFT, RIGHT, "Helvetica-Bold", 18)
    page.y -= 10
    for piece in plan.intro:
        page.lines(piece.text, LEFT, RIGHT)
        page.y -= 6
    axe = None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            page.need(80)
            page.y -= 8
            page.lines(f"Axe {axe[0]} – {axe[1]}", LEFT, RIGHT, "Helvetica-Bold", 14)
            page.y -= 8
        _draw_band(page, fiche)
        for entry in fiche.entries:
            _draw_entry(page, entry)
        page.y -= 12
    page.close()


def _draw_band(page: Page, fiche: Fiche) -> None:
    page.need(60)
    page.canvas.setFillColor(HexColor("#00695C"))
    page.canvas.rect(LEFT - 6, page.y - 8, RIGHT - LEFT + 12, 24, stroke=0, fill=1)
    page.canvas.setFillColor(white)
    page.canvas.setFont("Helvetica-Bold", 12)
    page.canvas.drawString(LEFT, page.y, f"Action {fiche.number}")
    page.canvas.drawString(LEFT + 2.2 * cm, page.y, fiche.title)
    page.y -= 30


def _draw_entry(page: Page, entry: Entry) -> None:
    page.need(2 * LINE)
    top, number = page.y, page.canvas.getPageNumber()
    page.lines(entry.label, LEFT, _VALUE - 12, "Helvetica-Bold", 9.5)
    end = page.y if page.canvas.getPageNumber() == number else HEIGHT
    page.y = top
    for piece in entry.pieces:
        if piece.bullet:
            page.need(LINE)
            page.canvas.setFont("Helvetica", 10)
            page.canvas.setFillColor(HexColor("#00695C"))
            page.canvas.drawString(_VALUE, page.y, "•")
        page.lines(piece.text, _VALUE + (10 if piece.bullet else 0), RIGHT)
    if any(piece.text.endswith("*") for piece in entry.pieces):
        page.lines("* partenaires à solliciter", _VALUE, RIGHT, "Helvetica-Oblique", 8)
    for label, ticked in entry.boxes.items():
        _draw_box(page, label, bool(ticked))
    same_page = page.canvas.getPageNumber() == number
    page.y = (min(page.y, end) if same_page else page.y) - 5


def _draw_box(page: Page, label: str, ticked: bool) -> None:
    page.need(LINE)
    page.canvas.setStrokeColor(HexColor("#222222"))
    page.canvas.rect(_VALUE, page.y - 1, 8, 8, stroke=1, fill=0)
    if ticked:
        page.canvas.line(_VALUE, page.y - 1, _VALUE + 8, page.y + 7)
        page.canvas.line(_VALUE, page.y + 7, _VALUE + 8, page.y - 1)
    page.lines(label, _VALUE + 14, RIGHT)
