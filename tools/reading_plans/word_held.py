"""Word layouts of the half that is only scored, and what LibreOffice makes of one of them."""

from __future__ import annotations

from docx.shared import Pt
from docx.table import _Cell

from reading_plans import word
from reading_plans.truth import Entry, Plan


def one_column(plan: Plan) -> None:
    """Lay out one table a fiche, of one column: each cell holds its label in bold, then its paragraphs."""
    document = word.new_document("Arial")
    document.add_heading(plan.title, 0)
    word.add_pieces(document, plan.intro)
    axe = None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            document.add_heading(f"Axe stratégique {axe[0]} : {axe[1]}", 1)
        table = word.new_table(document, (17,))
        band = word.add_row(table)[0]
        word.shade(band, "C00000")
        word.write(band, f"Fiche-action {fiche.number} : {fiche.title}", bold=True, colour="FFFFFF", size=12)
        for entry in fiche.entries:
            cell = word.add_row(table)[0]
            word.write(cell, entry.label, bold=True, colour="C00000")
            word.add_pieces(cell, entry.pieces)
        document.add_paragraph()
    document.add_heading("Glossaire", 1)
    for line in plan.data["glossary"]:
        document.add_paragraph(line)
    word.save(document, plan.path(".docx"))


def bold_labels(plan: Plan) -> None:
    """Lay out no table: orientations and measures are headings, each label is a bold line, its value stands below."""
    document = word.new_document("Cambria")
    document.add_heading(plan.title, 0)
    word.add_pieces(document, plan.intro)
    axe = None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            document.add_heading(f"Orientation {axe[0]} : {axe[1]}", 1)
        document.add_heading(f"Mesure {fiche.number} – {fiche.title}", 2)
        for entry in fiche.entries:
            label = word.add_text(document, entry.label, bold=True)
            label.paragraph_format.space_before = Pt(6)
            word.add_pieces(document, entry.pieces)
    word.save(document, plan.path(".docx"))


def nested_tables(plan: Plan) -> None:
    """Lay out nested tables: the frame holds the heading, a form and a grid of years; answers stand « Oui ☐ Non ☒ »."""
    document = word.new_document("Liberation Sans")
    document.add_heading(plan.title, 0)
    for position, fiche in enumerate(plan.fiches):
        if position:
            word.turn_page(document)
        frame = word.new_table(document, (17,))
        top = word.add_row(frame)[0]
        word.shade(top, "FFC000")
        if fiche.axe:
            word.write(top, f"Axe {fiche.axe[0]} – {fiche.axe[1]}", size=9)
        word.add_text(top, f"Fiche action {fiche.number} : {fiche.title}", bold=True, size=12)
        inside = word.add_row(frame)[0]
        form = word.new_table(inside, (6, 10.4), None)
        for entry in fiche.entries:
            label, value = word.add_row(form)
            word.write(label, entry.label, bold=True)
            _value(value, entry)
        inside.add_paragraph("Calendrier de l'action").runs[0].bold = True
        grid = word.new_table(inside, (4,) * len(fiche.data["grid"]), "Table Grid")
        for cell, year in zip(word.add_row(grid), fiche.data["grid"], strict=True):
            word.shade(cell, "FFF2CC")
            word.write(cell, year, bold=True)
        for cell, crossed in zip(word.add_row(grid), fiche.data["grid"].values(), strict=True):
            word.write(cell, "X" if crossed else "")
    word.save(document, plan.path(".docx"))


def _value(cell: _Cell, entry: Entry) -> None:
    word.add_pieces(cell, entry.pieces)
    if entry.boxes:
        word.write(cell, "      ".join(f"{name} {'☒' if ticked else '☐'}" for name, ticked in entry.boxes.items()))


def long_landscape_table(plan: Plan) -> None:
    """Lay out a PDF: one ruled table over several landscape pages, its header repeated, each axe in a merged row."""
    document = word.new_document("Liberation Sans", landscape=True)
    document.add_heading(plan.title, 0)
    footer = document.sections[0].footer.paragraphs[0]
    footer.add_run(f"{plan.data['footer']} – ")
    word.add_page_number(footer)
    table = word.new_table(document, (1.4, 6, 4.5, 5.8, 3.5, 4.5))
    header = word.add_row(table)
    for cell, name in zip(header, plan.data["columns"], strict=True):
        word.shade(cell, "9DC3E6")
        word.write(cell, name, bold=True)
    word.repeat_header(table)
    axe = None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            cells = word.add_row(table)
            band = cells[0].merge(cells[-1])
            word.shade(band, "D9D9D9")
            word.write(band, f"Axe {axe[0]} : {axe[1]}", bold=True)
        cells = word.add_row(table)
        word.write(cells[0], str(fiche.number))
        word.write(cells[1], fiche.title, bold=True)
        for cell, entry in zip(cells[2:], fiche.entries, strict=True):
            word.add_pieces(cell, entry.pieces)
            cell.paragraphs[-1].paragraph_format.space_after = Pt(62)
    word.save(document, plan.path(".docx"))
    word.convert(plan.path(".docx"), "pdf")
    plan.path(".docx").unlink()


def grouped_labels(plan: Plan) -> None:
    """Lay out three columns: a group merged over its rows, a label, a value; saved again by LibreOffice."""
    document = word.new_document("Liberation Sans")
    document.add_heading(plan.title, 0)
    for fiche in plan.fiches:
        table = word.new_table(document, (3.2, 4.3, 9.5))
        cells = word.add_row(table)
        band = cells[0].merge(cells[2])
        word.shade(band, "A9D18E")
        word.write(band, f"Axe {fiche.axe[0]} : {fiche.axe[1]}" if fiche.axe else "")
        cells = word.add_row(table)
        band = cells[0].merge(cells[2])
        word.shade(band, "C5E0B4")
        word.write(band, f"Action {fiche.number} : {fiche.title}", bold=True, size=12)
        groups = {label: group for group, labels in fiche.data["groups"].items() for label in labels}
        heads: dict[str, _Cell] = {}
        for entry in fiche.entries:
            cells = word.add_row(table)
            group = groups.get(entry.label)
            if group is None:
                word.write(cells[0].merge(cells[1]), entry.label, bold=True)
            else:
                word.write(cells[1], entry.label)
                if group in heads:
                    heads[group] = heads[group].merge(cells[0])
                else:
                    word.write(cells[0], group, bold=True)
                    heads[group] = cells[0]
            word.add_pieces(cells[2], entry.pieces)
        document.add_paragraph()
    word.save(document, plan.path(".docx"))
    word.convert(plan.path(".docx"), "docx")


def ruled_over_pages(plan: Plan) -> None:
    """Lay out a PDF as Word exports it: cover, header and footer, a ruled form whose cells go over page breaks."""
    document = word.new_document("Liberation Sans")
    document.styles["Normal"].font.size = Pt(11.5)
    document.sections[0].header.paragraphs[0].text = plan.data["header"]
    footer = document.sections[0].footer.paragraphs[0]
    footer.add_run(f"{plan.data['footer']}\t\t")
    word.add_page_number(footer)
    document.add_heading(plan.title, 0)
    document.add_heading("Préambule", 1)
    word.add_pieces(document, plan.intro)
    word.turn_page(document)
    for fiche in plan.fiches:
        if fiche.axe:
            document.add_heading(f"Axe {fiche.axe[0]} : {fiche.axe[1]}", 1)
        document.add_heading(f"Fiche n°{fiche.number} : {fiche.title}", 2)
        table = word.new_table(document, (5, 12))
        for entry in fiche.entries:
            label, value = word.add_row(table)
            word.shade(label, "DDEBF7")
            word.write(label, entry.label, bold=True)
            word.add_pieces(value, entry.pieces)
            boxes = [f"{'☒' if ticked else '☐'} {name}" for name, ticked in entry.boxes.items()]
            for left, right in zip(boxes[::2], boxes[1::2], strict=True):
                paragraph = value.paragraphs[0] if not value.text else value.add_paragraph()
                paragraph.add_run(f"{left}\t\t{right}")
    word.save(document, plan.path(".docx"))
    word.convert(plan.path(".docx"), "pdf")
    plan.path(".docx").unlink()
