"""Word layouts of the half that developers may look at, and what LibreOffice makes of two of them."""

from __future__ import annotations

from itertools import groupby

from docx.document import Document as WordDocument
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.shared import Cm
from docx.table import Table, _Cell

from reading_plans import word
from reading_plans.truth import Entry, Fiche, Plan

_BLUE, _PALE = "1F4E79", "DEEAF6"


def two_columns(plan: Plan) -> None:
    """Lay out one table a fiche, « label | value », under a merged band; boxes are content controls."""
    document = word.new_document()
    document.add_heading(plan.title, 0)
    word.add_pieces(document, plan.intro)
    axe = None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            document.add_heading(f"AXE {axe[0]} – {axe[1]}", 1)
        table = word.new_table(document, (4.8, 12.2))
        first, second = word.add_row(table)
        band = first.merge(second)
        word.shade(band, _BLUE)
        word.write(band, f"Fiche action n° {fiche.number}", bold=True, colour="FFFFFF")
        word.add_text(band, fiche.title, bold=True, colour="FFFFFF", size=12)
        for entry in fiche.entries:
            label, value = word.add_row(table)
            word.shade(label, _PALE)
            word.write(label, entry.label, bold=True)
            word.add_pieces(value, entry.pieces)
            if any(piece.text.endswith("*") for piece in entry.pieces):
                word.add_text(value, "*partenaires à contacter", size=8)
            for name, ticked in entry.boxes.items():
                word.add_content_box(value, name, bool(ticked))
        document.add_paragraph()
    word.save(document, plan.path(".docx"))


def stacked_rows(plan: Plan) -> None:
    """Lay out a label over the whole width, its value in the row below; boxes of the old forms; one tracked change."""
    document = word.new_document("Arial")
    document.add_heading(plan.title, 1)
    word.add_pieces(document, plan.intro)
    for fiche in plan.fiches:
        document.add_heading(f"Action {fiche.number} – {fiche.title}", 2)
        table = word.new_table(document, (17,))
        for entry in fiche.entries:
            label = word.add_row(table)[0]
            word.shade(label, "E2EFDA")
            word.write(label, f"{entry.label} :", bold=True)
            value = word.add_row(table)[0]
            _revised(value, plan, entry.text) if plan.data["tracked"]["insert"] in entry.text else word.add_pieces(
                value, entry.pieces
            )
            for position, (name, ticked) in enumerate(entry.boxes.items()):
                word.add_legacy_box(value, name, bool(ticked), f"CaseACocher{position + 1}")
        word.turn_page(document)
    word.save(document, plan.path(".docx"))


def _revised(value: _Cell, plan: Plan, text: str) -> None:
    inserted, deleted = plan.data["tracked"]["insert"], plan.data["tracked"]["delete"]
    before, _, after = text.partition(inserted)
    paragraph = value.paragraphs[0]
    paragraph.add_run(before)
    word.add_revision(paragraph, inserted, deleted)
    paragraph.add_run(after)


def one_row_an_action(plan: Plan) -> None:
    """Lay out landscape pages: one table an axe, one row an action, saved again by LibreOffice."""
    document = word.new_document("Liberation Sans", landscape=True)
    document.add_heading(plan.title, 0)
    word.add_pieces(document, plan.intro)
    for axe, fiches in groupby(plan.fiches, key=lambda fiche: fiche.axe):
        document.add_heading(f"Axe {axe[0]} : {axe[1]}" if axe else "Hors axe", 1)
        table = word.new_table(document, (6.5, 4.5, 5.2, 3.5, 6))
        for cell, name in zip(word.add_row(table), plan.data["columns"], strict=True):
            word.shade(cell, "F4B183")
            word.write(cell, name, bold=True)
        for fiche in fiches:
            cells = word.add_row(table)
            word.write(cells[0], f"{fiche.number} {fiche.title}", bold=True)
            for cell, entry in zip(cells[1:], fiche.entries, strict=True):
                word.add_pieces(cell, entry.pieces)
    document.add_heading("Glossaire", 1)
    for line in plan.data["glossary"]:
        document.add_paragraph(line)
    word.save(document, plan.path(".docx"))
    word.convert(plan.path(".docx"), "docx")


def four_columns(plan: Plan) -> None:
    """Lay out rows « label | value | label | value », a coloured band, one fiche a page, the axe in its header."""
    document = word.new_document("Liberation Sans")
    document.add_heading(plan.title, 0)
    document.add_heading("Sommaire", 1)
    for page, fiche in enumerate(plan.fiches, start=2):
        line = document.add_paragraph(f"Action {fiche.number} : {fiche.title}\t{page}")
        line.paragraph_format.tab_stops.add_tab_stop(Cm(17), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    footer = document.sections[0].footer.paragraphs[0]
    footer.add_run(f"{plan.data['footer']}    Page ")
    word.add_page_number(footer)
    axe = None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            section = document.add_section()
            section.header.is_linked_to_previous = False
            section.header.paragraphs[0].text = f"Axe {axe[0]} : {axe[1]}"
        else:
            word.turn_page(document)
        _four_column_fiche(document, fiche)
    word.save(document, plan.path(".docx"))
    word.convert(plan.path(".docx"), "pdf")
    plan.path(".docx").unlink()


def _four_column_fiche(document: WordDocument, fiche: Fiche) -> None:
    table = word.new_table(document, (3.2, 5.3, 3.2, 5.3))
    cells = word.add_row(table)
    band = cells[0].merge(cells[3])
    word.shade(band, "7030A0")
    word.write(band, f"ACTION {fiche.number} : {fiche.title}", bold=True, colour="FFFFFF", size=13)
    paired, whole = fiche.entries[:4], fiche.entries[4:]
    for left, right in zip(paired[::2], paired[1::2], strict=True):
        cells = word.add_row(table)
        for position, entry in ((0, left), (2, right)):
            word.shade(cells[position], "E4DFEC")
            word.write(cells[position], entry.label, bold=True)
            word.add_pieces(cells[position + 1], entry.pieces)
    for entry in whole:
        cells = word.add_row(table)
        value = cells[1].merge(cells[3])
        word.shade(cells[0], "E4DFEC")
        word.write(cells[0], entry.label, bold=True)
        word.add_pieces(value, entry.pieces)


def open_document(plan: Plan) -> None:
    """Lay out an OpenDocument text: one fiche a page, the axe in a row, boxes as characters."""
    document = word.new_document("Liberation Serif")
    document.add_heading(plan.title, 0)
    for position, fiche in enumerate(plan.fiches):
        if position:
            word.turn_page(document)
        word.add_text(document, f"FICHE N°{fiche.number}", bold=True, size=13, colour="385723")
        word.add_text(document, fiche.title, bold=True, size=13)
        table = word.new_table(document, (4.5, 12.5))
        for entry in fiche.entries:
            label, value = word.add_row(table)
            word.write(label, f"{entry.label}\u00a0:", bold=True)
            word.add_pieces(value, entry.pieces)
            if entry.boxes:
                word.write(
                    value, "    ".join(f"{'☒' if ticked else '☐'} {name}" for name, ticked in entry.boxes.items())
                )
    word.save(document, plan.path(".docx"))
    word.convert(plan.path(".docx"), "odt")
    plan.path(".docx").unlink()


def text_boxes(plan: Plan) -> None:
    """Lay out the title in a text box, the axe in the page header, automatic numbers, a coloured grid of years."""
    document = word.new_document("Arial")
    document.add_heading(plan.title, 0)
    header = document.sections[0].header.paragraphs[0]
    axe = plan.fiches[0].axe
    header.text = f"Axe {axe[0]} : {axe[1]}" if axe else ""
    for position, fiche in enumerate(plan.fiches):
        if position:
            word.turn_page(document)
        word.add_text_box(document, [f"Fiche action n°{fiche.number}", fiche.title])
        table = word.new_table(document, (3.2, 5.3, 3.2, 5.3))
        _pair(table, fiche.entries[0], fiche.entries[1])
        for entry in fiche.entries[2:]:
            cells = word.add_row(table)
            word.write(cells[0], entry.label, bold=True)
            value = cells[1].merge(cells[3])
            word.add_pieces(value, entry.pieces)
            for paragraph in value.paragraphs if entry.key == "etapes" else ():
                paragraph.style = "List Number"
        document.add_paragraph()
        _coloured_grid(document, fiche)
    word.save(document, plan.path(".docx"))


def _pair(table: Table, left: Entry, right: Entry) -> None:
    cells = word.add_row(table)
    for position, entry in ((0, left), (2, right)):
        word.write(cells[position], entry.label, bold=True)
        word.add_pieces(cells[position + 1], entry.pieces)


def _coloured_grid(document: WordDocument, fiche: Fiche) -> None:
    years = fiche.data["years_grid"]
    grid = word.new_table(document, (5, *(3,) * len(years)))
    for cell, name in zip(word.add_row(grid), ["Calendrier prévisionnel", *years], strict=True):
        word.write(cell, name, bold=True)
    for cell, year in zip(word.add_row(grid)[1:], years, strict=True):
        if year in fiche.data["years_on"]:
            word.shade(cell, "70AD47")


def several_tables(plan: Plan) -> None:
    """Lay out each fiche as several tables under side headings, the axe and the aim in its first rows."""
    document = word.new_document("Calibri")
    document.add_heading(plan.title, 0)
    for fiche in plan.fiches:
        title = word.add_text(
            document, f"FICHE-ACTION {fiche.number} – {fiche.title}", bold=True, size=14, colour=_BLUE
        )
        title.paragraph_format.space_before = Cm(0.8)
        for part, labels in plan.data["parts"].items():
            word.add_text(document, part, bold=True, colour="7F7F7F")
            table = word.new_table(document, (5.2, 11.8))
            for entry in map(fiche.entry, labels):
                label, value = word.add_row(table)
                word.shade(label, "F2F2F2")
                word.write(label, entry.label)
                word.add_pieces(value, entry.pieces)
                if entry.boxes:
                    word.write(value, "   ".join(f"{'☒' if on else '☐'} {name}" for name, on in entry.boxes.items()))
    word.save(document, plan.path(".docx"))
