"""A third draw of layouts of the half that developers may look at: what most teams make first."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.table import Table, _Cell
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as DrawnTable

from reading_plans import word
from reading_plans.truth import Entry, Fiche, Plan
from reading_plans.web import print_page, value_html

_GREY, _BLUE = "D9D9D9", "1F4E79"


def _value(cell: _Cell, entry: Entry) -> None:
    word.add_pieces(cell, entry.pieces)
    for label, ticked in entry.boxes.items():
        word.add_content_box(cell, label, bool(ticked))


def _labelled(table: Table, entry: Entry) -> None:
    label, *rest = word.add_row(table)
    word.shade(label, _GREY)
    word.write(label, entry.label, bold=True)
    _value(rest[0].merge(rest[-1]) if len(rest) > 1 else rest[0], entry)


def _band(table: Table, text: str, colour: str, size: float = 12) -> None:
    cells = word.add_row(table)
    band = cells[0].merge(cells[-1])
    word.shade(band, colour)
    word.write(band, text, bold=True, colour="FFFFFF", size=size)


def banded_fiches(plan: Plan) -> None:
    """Lay out a table a fiche: title band, shaded labels on the left, a table of years in the cell of the calendar."""
    document = word.new_document("Calibri")
    document.add_heading(plan.title, 0)
    _add_banded_fiches(document, plan)
    word.save(document, plan.path(".docx"))


def exported_fiches(plan: Plan) -> None:
    """Lay out the same fiches as a Word document made a PDF, with a footer."""
    document = word.new_document("Liberation Sans")
    document.add_heading(plan.title, 0)
    word.add_pieces(document, plan.intro)
    footer = document.sections[0].footer.paragraphs[0]
    footer.add_run(f"{plan.data['footer']}    ")
    word.add_page_number(footer)
    _add_banded_fiches(document, plan)
    word.save(document, plan.path(".docx"))
    word.convert(plan.path(".docx"), "pdf")
    plan.path(".docx").unlink()


def _add_banded_fiches(document: WordDocument, plan: Plan) -> None:
    for position, fiche in enumerate(plan.fiches):
        if position:
            word.turn_page(document)
        table = word.new_table(document, (2.2, 2.8, 12))
        _band(table, f"Fiche action n° {fiche.number} : {fiche.title}", _BLUE)
        indicators = []
        for key, label, value, *_ in fiche.data["fields"]:
            if value is None:
                _calendar(table, plan, fiche)
            elif key.startswith("indicateurs_"):
                indicators.append(fiche.entry(label))
            else:
                _wide_label(table, fiche.entry(label))
        _indicators(table, indicators)


def _wide_label(table: Table, entry: Entry) -> None:
    first, second, value = word.add_row(table)
    label = first.merge(second)
    word.shade(label, _GREY)
    word.write(label, entry.label, bold=True)
    _value(value, entry)


def _calendar(table: Table, plan: Plan, fiche: Fiche) -> None:
    first, second, value = word.add_row(table)
    label = first.merge(second)
    word.shade(label, _GREY)
    word.write(label, plan.data["calendar"], bold=True)
    years = plan.data["years"]
    inner = word.new_table(value, (2.2,) * len(years))
    for cell, year in zip(word.add_row(inner), years, strict=True):
        word.write(cell, str(year), bold=True)
    for cell, year in zip(word.add_row(inner), years, strict=True):
        word.write(cell, "X" if year in fiche.data["crosses"] else "")
    value.add_paragraph()


def _indicators(table: Table, entries: list[Entry]) -> None:
    rows = [word.add_row(table) for _ in entries]
    tall = rows[0][0].merge(rows[-1][0])
    word.shade(tall, _GREY)
    word.write(tall, "Évaluation", bold=True)
    for (_, label, value), entry in zip(rows, entries, strict=True):
        word.shade(label, "EFEFEF")
        word.write(label, entry.label, bold=True)
        _value(value, entry)


def one_table_of_fiches(plan: Plan) -> None:
    """Lay out one table for all fiches: axes and titles in whole rows, one or two pairs of label and value a row."""
    document = word.new_document("Arial")
    document.add_heading(plan.title, 0)
    table = word.new_table(document, (3.4, 5.4, 3.2, 5))
    paired = {label: pair for pair in plan.data["pairs"] for label in pair}
    for axe, group in groupby(plan.fiches, key=lambda fiche: fiche.axe):
        _band(table, f"AXE {axe[0]} : {axe[1].upper()}" if axe else "", "385623", 13)
        for fiche in group:
            _band(table, f"Fiche action n° {fiche.number} : {fiche.title}", "70AD47")
            for entry in fiche.entries:
                pair = paired.get(entry.label)
                if pair is None:
                    _labelled(table, entry)
                elif pair[0] == entry.label:
                    _pair(table, [fiche.entry(label) for label in pair])
    word.save(document, plan.path(".docx"))


def _pair(table: Table, entries: list[Entry]) -> None:
    cells = word.add_row(table)
    for at, entry in enumerate(entries):
        word.shade(cells[2 * at], _GREY)
        word.write(cells[2 * at], entry.label, bold=True)
        _value(cells[2 * at + 1], entry)


def boxed_blocks(plan: Plan) -> None:
    """Lay out boxes of one cell that open with a bold title, some two by two."""
    document = word.new_document("Calibri")
    document.add_heading(plan.title, 0)
    axe = None
    for position, fiche in enumerate(plan.fiches):
        if position:
            word.turn_page(document)
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            document.add_heading(f"Axe {axe[0]} – {axe[1]}", 1)
        title = word.add_row(word.new_table(document, (17,)))[0]
        word.shade(title, "7B2C5E")
        word.write(title, f"Fiche action n° {fiche.number}", bold=True, colour="FFFFFF")
        word.add_text(title, fiche.title, bold=True, colour="FFFFFF", size=14)
        for labels in plan.data["blocks"]:
            document.add_paragraph()
            row = word.add_row(word.new_table(document, (17 / len(labels),) * len(labels)))
            for cell, entry in zip(row, map(fiche.entry, labels), strict=True):
                word.write(cell, entry.label, bold=True, colour="7B2C5E")
                for piece in entry.pieces:
                    paragraph = cell.add_paragraph(piece.text)
                    paragraph.style = "List Bullet" if piece.bullet else "Normal"
    word.save(document, plan.path(".docx"))


def labels_on_a_line(plan: Plan) -> None:
    """Lay out three ranks of headings, a justified paragraph, then lines that hold several bold labels each."""
    document = word.new_document("Liberation Serif")
    document.add_heading(plan.title, 0)
    word.add_pieces(document, plan.intro)
    axe, objective = None, None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            document.add_heading(f"Axe {axe[0]} : {axe[1]}", 1)
        if fiche.data["objective"] != objective:
            objective = fiche.data["objective"]
            document.add_heading(f"Objectif {objective[0]} : {objective[1]}", 2)
        document.add_heading(f"Action {fiche.number} : {fiche.title}", 3)
        document.add_paragraph(fiche.entry("Texte").text).alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        for labels in plan.data["lines"]:
            paragraph = document.add_paragraph()
            for at, entry in enumerate(map(fiche.entry, labels)):
                paragraph.add_run(f"{'   ' if at else ''}{entry.label} : ").bold = True
                paragraph.add_run(entry.text)
    word.save(document, plan.path(".docx"))


_BLOCKS_STYLE = """@page{size:A4;margin:16mm}
body{font-family:'Liberation Sans',sans-serif;font-size:10pt;line-height:1.4}
h1{font-size:18pt;color:#2f5d3a}.axe{font-size:9pt;color:#666;text-transform:uppercase}.fiche{break-after:page}
h2{font-size:15pt;margin:2px 0 10px}.grille{display:grid;grid-template-columns:3fr 2fr;gap:12px}
.bloc{border:1px solid #2f5d3a;margin-bottom:12px}.bloc b{display:block;background:#2f5d3a;color:#fff;padding:3px 8px}
.bloc div{padding:6px 8px;text-align:justify;min-height:12px}ul{margin:0;padding-left:14px}p{margin:0}"""


def two_columns_of_blocks(plan: Plan) -> None:
    """Print a page a fiche: two columns of ruled blocks, each under its label on a bar of colour."""
    body = f"<h1>{escape(plan.title)}</h1>"
    for fiche in plan.fiches:
        axe = f"Axe {fiche.axe[0]} – {escape(fiche.axe[1])}" if fiche.axe else ""
        body += (
            f'<div class="fiche"><div class="axe">{axe}</div><h2>Action n° {fiche.number} – {escape(fiche.title)}</h2>'
        )
        body += '<div class="grille">'
        for side in ("left", "right"):
            blocks = (_block(fiche.entry(label)) for label in plan.data[side])
            body += f"<div>{''.join(blocks)}</div>"
        body += "</div></div>"
    page = f'<!DOCTYPE html><html lang="fr"><meta charset="utf-8"><style>{_BLOCKS_STYLE}</style>{body}'
    print_page(page, plan.path(".pdf"))


def _block(entry: Entry) -> str:
    return f'<div class="bloc"><b>{escape(entry.label)}</b><div>{value_html(entry)}</div></div>'


_SMALL = ParagraphStyle("small", fontName="Helvetica", fontSize=9, leading=11.5)
_SMALL_BULLET = ParagraphStyle("small-bullet", parent=_SMALL, leftIndent=9, bulletIndent=0)
_BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=14.5, alignment=4, spaceAfter=5)
_BODY_BULLET = ParagraphStyle("body-bullet", parent=_BODY, leftIndent=14, bulletIndent=3, spaceAfter=0)
_HEADINGS = [
    ParagraphStyle(
        f"heading-{size}", fontName="Helvetica-Bold", fontSize=size, leading=size * 1.25, spaceBefore=9, spaceAfter=4
    )
    for size in (20, 16, 13.5, 12)
]


def _drawn(entry: Entry, text: ParagraphStyle, bullet: ParagraphStyle) -> list[Flowable]:
    return [
        Paragraph(escape(piece.text), bullet, bulletText="•") if piece.bullet else Paragraph(escape(piece.text), text)
        for piece in entry.pieces
    ]


def numbered_rows(plan: Plan) -> None:
    """Draw a ruled landscape table: the number first, axes in whole rows, the header again on each page."""
    rows: list[list[object]] = [[Paragraph(f"<b>{name}</b>", _SMALL) for name in plan.data["columns"]]]
    style: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.6, HexColor("#555555")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    style.append(("BACKGROUND", (0, 0), (-1, 0), HexColor("#d9e2ec")))
    for axe, group in groupby(plan.fiches, key=lambda fiche: fiche.axe):
        style += [
            ("SPAN", (0, len(rows)), (-1, len(rows))),
            ("BACKGROUND", (0, len(rows)), (-1, len(rows)), HexColor("#f4d58d")),
        ]
        rows.append([Paragraph(f"<b>Axe {axe[0]} : {escape(axe[1])}</b>" if axe else "", _SMALL)])
        for fiche in group:
            named = [Paragraph(fiche.number or "", _SMALL), Paragraph(escape(fiche.title), _SMALL)]
            rows.append([*named, *(_drawn(entry, _SMALL, _SMALL_BULLET) for entry in fiche.entries)])
    widths = [width * cm for width in (1.2, 5.2, 4, 4.6, 2.5, 2.4, 5.8)]
    table = DrawnTable(rows, colWidths=widths, repeatRows=1, style=TableStyle(style))
    _build(plan, [Paragraph(escape(plan.title), _HEADINGS[0]), Spacer(1, 10), table], landscape(A4))


def prose_and_frames(plan: Plan) -> None:
    """Draw three ranks of headings, justified prose, a line of bold labels, and a frame with a bold title inside."""
    story: list[Flowable] = [Paragraph(escape(plan.title), _HEADINGS[0])]
    story += [Paragraph(escape(piece.text), _BODY) for piece in plan.intro]
    axe, objective = None, None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            story.append(Paragraph(f"Axe {axe[0]} – {escape(axe[1])}", _HEADINGS[1]))
        if fiche.data["objective"] != objective:
            objective = fiche.data["objective"]
            story.append(Paragraph(f"Objectif {objective[0]} – {escape(objective[1])}", _HEADINGS[2]))
        story.append(Paragraph(f"Action {fiche.number} – {escape(fiche.title)}", _HEADINGS[3]))
        story += _drawn(fiche.entry("Texte"), _BODY, _BODY_BULLET)
        entries = [fiche.entry(label) for label in plan.data["line"]]
        line = " &nbsp; ".join(f"<b>{escape(entry.label)} :</b> {escape(entry.text)}" for entry in entries)
        story.append(Paragraph(line, _BODY))
        box = fiche.entry(plan.data["box"])
        inside = [Paragraph(f"<b>{escape(box.label)}</b>", _BODY), *_drawn(box, _BODY, _BODY_BULLET)]
        frame = TableStyle([("BOX", (0, 0), (-1, -1), 1, HexColor("#7a1f2b"))])
        story += [DrawnTable([[inside]], colWidths=[15 * cm], style=frame), Spacer(1, 8)]
    _build(plan, story, A4)


def _build(plan: Plan, story: list[Flowable], size: tuple[float, float]) -> None:
    def footer(canvas: Canvas, frame: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(2 * cm, 1.1 * cm, f"{plan.data['footer']} – page {frame.page}")

    frame = SimpleDocTemplate(
        str(plan.path(".pdf")),
        pagesize=size,
        invariant=1,
        leftMargin=2 * cm,
        rightMargin=2 * cm,
        topMargin=2 * cm,
        bottomMargin=2 * cm,
    )
    frame.build(story, onFirstPage=footer, onLaterPages=footer)
