"""More Word layouts of the half that developers may look at: groups, bands, crosses, inline labels, prose."""

from __future__ import annotations

from itertools import groupby, pairwise

from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from docx.table import Table, _Cell

from reading_plans import word
from reading_plans.truth import Entry, Fiche, Plan

_GREEN, _PALE_GREEN = "2E7D5B", "E2F0E8"


def grouped_questions(plan: Plan) -> None:
    """Lay out three columns: a tall merged cell a group, then the question and its answer; the axe in a band."""
    document = word.new_document("Arial")
    document.add_heading(plan.title, 0)
    word.add_pieces(document, plan.intro)
    for fiche in plan.fiches:
        table = word.new_table(document, (2.8, 4.8, 9.4))
        band = _whole_row(table)
        word.shade(band, _GREEN)
        if fiche.axe:
            word.write(band, f"AXE {fiche.axe[0]} - {fiche.axe[1]}", bold=True, colour="FFFFFF")
        cells = word.add_row(table)
        word.write(cells[0], fiche.number or "", bold=True, size=14)
        word.write(cells[1].merge(cells[2]), fiche.title, bold=True, size=13)
        for group, labels in plan.data["groups"].items():
            _group(table, group, [fiche.entry(label) for label in labels])
        document.add_paragraph()
    word.save(document, plan.path(".docx"))


def _group(table: Table, group: str, entries: list[Entry]) -> None:
    rows = [word.add_row(table) for _ in entries]
    tall = rows[0][0].merge(rows[-1][0])
    word.shade(tall, _PALE_GREEN)
    word.write(tall, group, bold=True, colour=_GREEN)
    for cells, entry in zip(rows, entries, strict=True):
        word.write(cells[1], entry.label, bold=True)
        word.add_pieces(cells[2], entry.pieces)


def _whole_row(table: Table) -> _Cell:
    cells = word.add_row(table)
    whole: _Cell = cells[0].merge(cells[-1])
    return whole


def inline_labels(plan: Plan) -> None:
    """Lay out boxes of one cell, bold labels in the run of the text, then questions crossed under Oui or Non."""
    document = word.new_document("Liberation Serif")
    document.add_heading(plan.title, 1)
    for position, fiche in enumerate(plan.fiches):
        if position:
            word.turn_page(document)
        word.add_text(document, f"Fiche n° {fiche.number}", bold=True, size=12, colour="8B1A1A")
        word.add_text(document, fiche.title, bold=True, size=15)
        for labels in fiche.data["inline"]:
            table = word.new_table(document, (17,))
            cell = word.add_row(table)[0]
            for at, entry in enumerate(map(fiche.entry, labels)):
                paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
                paragraph.add_run(entry.label).bold = True
                paragraph.add_run(f" : {entry.text}")
            document.add_paragraph()
        _crosses(document, fiche)
    word.save(document, plan.path(".docx"))


def _crosses(document: WordDocument, fiche: Fiche) -> None:
    table = word.new_table(document, (12, 2.5, 2.5))
    for cell, name in zip(word.add_row(table), (fiche.data["grid"], "Oui", "Non"), strict=True):
        word.shade(cell, "EFEFEF")
        word.write(cell, name, bold=True)
    for entry in (entry for entry in fiche.entries if entry.boxes):
        question, *answers = word.add_row(table)
        word.write(question, entry.label)
        for cell, ticked in zip(answers, entry.boxes.values(), strict=True):
            word.write(cell, "X" if ticked else "")


def uneven_bands(plan: Plan) -> None:
    """Lay out six columns merged by threes, by twos or whole: coloured labels in capitals, values in the row below."""
    document = word.new_document("Calibri")
    document.add_heading(plan.title, 0)
    for position, fiche in enumerate(plan.fiches):
        if position:
            word.turn_page(document)
        table = word.new_table(document, (1.5, 2.5, 4.5, 2, 3, 3.5))
        for labels in plan.data["bands"]:
            heads, values = _merged(table, len(labels)), _merged(table, len(labels))
            for label, head, value in zip(labels, heads, values, strict=True):
                word.shade(head, "C55A11")
                word.write(head, label, bold=True, colour="FFFFFF", size=9)
                _band_value(value, fiche, label)
    word.save(document, plan.path(".docx"))


def _merged(table: Table, parts: int) -> list[_Cell]:
    cells = word.add_row(table)
    starts = {1: (0, 6), 2: (0, 3, 6), 3: (0, 2, 4, 6)}[parts]
    return [cells[start].merge(cells[end - 1]) for start, end in pairwise(starts)]


def _band_value(cell: _Cell, fiche: Fiche, label: str) -> None:
    if label == "RÉF.":
        word.write(cell, fiche.number or "", bold=True)
    elif label.startswith("INTITULÉ"):
        word.write(cell, fiche.title, bold=True)
    else:
        pieces = fiche.entry(label).pieces
        word.add_pieces(cell, pieces)
        if any(piece.text.endswith("*") for piece in pieces):
            word.add_text(cell, "* à contacter", size=8)


def numbered_prose(plan: Plan) -> None:
    """Lay out headings numbered by their style and prose, bold labels alone on a line or at the head of one."""
    document = word.new_document("Georgia")
    _number_headings(document)
    document.add_heading(plan.title, 0)
    word.add_pieces(document, plan.intro)
    axe = None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            document.add_heading(axe[1], 1)
        document.add_heading(fiche.title, 2)
        for entry in fiche.entries:
            _prose_entry(document, entry)
    word.save(document, plan.path(".docx"))


def _prose_entry(document: WordDocument, entry: Entry) -> None:
    if entry.label == "Texte":
        word.add_pieces(document, entry.pieces)
    elif any(piece.bullet for piece in entry.pieces):
        word.add_text(document, entry.label, bold=True)
        word.add_pieces(document, entry.pieces)
    else:
        paragraph = document.add_paragraph()
        paragraph.add_run(entry.label).bold = True
        paragraph.add_run(f"  {entry.text}")


def _number_headings(document: WordDocument) -> None:
    """Tie « Axe 1 » and « Action 1.1 » to the two first styles of headings."""
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading{level + 1}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl>'
        for level, text in enumerate(("Axe %1 – ", "Action %1.%2 : "))
    )
    numbering = document.part.numbering_part.element
    head = f'{nsdecls("w")} w:abstractNumId="90"'
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {head}><w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>')
    )
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for level in (0, 1):
        style = document.styles[f"Heading {level + 1}"]
        style.element.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="90"/></w:numPr>')
        )


def tables_of_steps(plan: Plan) -> None:
    """Lay out numbered parts: a small form, then a table of steps and a table of measures under bold titles."""
    document = word.new_document("Calibri")
    document.add_heading(plan.title, 0)
    axe = None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            document.add_heading(f"Axe {axe[0]}. {axe[1]}", 1)
        number = f"Fiche action {fiche.number} : " if fiche.number else "Fiche action : "
        document.add_heading(f"{number}{fiche.title}", 2)
        word.add_text(document, "1. Présentation", bold=True, colour="C00000")
        table = word.new_table(document, (5, 12))
        for entry in fiche.entries:
            label, value = word.add_row(table)
            word.write(label, entry.label, bold=True)
            word.add_pieces(value, entry.pieces)
        word.add_text(document, "2. Plan d'action", bold=True, colour="C00000").paragraph_format.space_before = Pt(8)
        _grid(document, (1.6, 7.4, 5, 3), ["N°", "Sous-action", "Qui", "Quand"], fiche.data["steps"])
        word.add_text(document, "3. Évaluation", bold=True, colour="C00000").paragraph_format.space_before = Pt(8)
        _grid(document, (9, 4, 4), ["Indicateur", "Valeur de départ", "Cible"], fiche.data["measures"])
    word.save(document, plan.path(".docx"))


def _grid(document: WordDocument, widths: tuple[float, ...], header: list[str], rows: list[list[str]]) -> None:
    table = word.new_table(document, widths)
    for cell, name in zip(word.add_row(table), header, strict=True):
        word.shade(cell, "D9D9D9")
        word.write(cell, name, bold=True)
    for row in rows:
        for cell, text in zip(word.add_row(table), row, strict=True):
            word.write(cell, text)


def fiches_in_columns(plan: Plan) -> None:
    """Lay out one table an axe, landscape: labels in the first column, a fiche in each of the others."""
    document = word.new_document("Calibri", landscape=True)
    document.add_heading(plan.title, 0)
    for axe, group in groupby(plan.fiches, key=lambda fiche: fiche.axe):
        fiches = list(group)
        document.add_heading(f"Axe {axe[0]} – {axe[1]}" if axe else "", 1)
        table = word.new_table(document, (4, *(21 / len(fiches),) * len(fiches)))
        cells = word.add_row(table)
        for cell, fiche in zip(cells[1:], fiches, strict=True):
            word.shade(cell, "203864")
            word.write(cell, f"Action n° {fiche.number}", bold=True, colour="FFFFFF")
            word.add_text(cell, fiche.title, bold=True, colour="FFFFFF")
        for label in [entry.label for entry in fiches[0].entries]:
            cells = word.add_row(table)
            word.shade(cells[0], "D9E2F3")
            word.write(cells[0], label, bold=True)
            for cell, fiche in zip(cells[1:], fiches, strict=True):
                word.add_pieces(cell, fiche.entry(label).pieces)
    word.save(document, plan.path(".docx"))


def horizontal_rules(plan: Plan) -> None:
    """Lay out a landscape table with horizontal rules alone and narrow columns, axes in whole rows, made a PDF."""
    document = word.new_document("Liberation Sans", landscape=True)
    document.styles["Normal"].font.size = Pt(11.5)
    document.add_heading(plan.title, 1)
    footer = document.sections[0].footer.paragraphs[0]
    footer.add_run(f"{plan.data['footer']}    ")
    word.add_page_number(footer)
    table = word.new_table(document, (1.3, 4.4, 3.6, 4.2, 2.2, 5, 5), style=None)
    table._tbl.tblPr.append(
        parse_xml(
            f"<w:tblBorders {nsdecls('w')}>"
            + "".join(f'<w:{side} w:val="single" w:sz="6" w:color="808080"/>' for side in ("top", "bottom", "insideH"))
            + "</w:tblBorders>"
        )
    )
    for cell, name in zip(word.add_row(table), plan.data["columns"], strict=True):
        word.write(cell, name, bold=True, colour="1F4E79")
    word.repeat_header(table)
    for axe, group in groupby(plan.fiches, key=lambda fiche: fiche.axe):
        band = _whole_row(table)
        word.write(band, f"Axe {axe[0]} : {axe[1]}" if axe else "", bold=True)
        for fiche in group:
            cells = word.add_row(table)
            word.write(cells[0], fiche.number or "")
            word.write(cells[1], fiche.title, bold=True)
            for cell, entry in zip(cells[2:], fiche.entries, strict=True):
                word.add_pieces(cell, entry.pieces)
    word.save(document, plan.path(".docx"))
    word.convert(plan.path(".docx"), "pdf")
    plan.path(".docx").unlink()
