"""An engagement sheet as a Word file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from clsassist.engagement_files.layout import HEADS, TITLE, Layout
from clsassist.engagement_files.pdf import fit_of

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.styles.style import ParagraphStyle
    from docx.table import _Cell

# Widths of the columns, in millimetres: A4 less its margins.
_WIDTHS = (82, 24, 21, 55)
_ACCENT, _SOFT = "1D4A8F", "4A505C"


def layout_to_docx(layout: Layout) -> bytes:
    """Return a laid out sheet as the bytes of a Word file."""
    fit = fit_of(layout)
    document = new_document(f"{TITLE} : {layout.title}", fit.size)
    _add(document, TITLE, bold=True, colour=_ACCENT)
    document.add_heading(layout.title, level=1)
    if layout.subtitle:
        _add(document, layout.subtitle, colour=_SOFT)
    _add(document, layout.summary)
    if layout.groups:
        _add_table(document, layout)
    for heading, lines in layout.notes:
        document.add_heading(heading, level=2)
        for line in (" ; ".join(lines),) if fit.compact else lines:
            _add(document, line)
    write_footer(document, layout.footer)
    return document_to_bytes(document)


def new_document(title: str, size: float) -> WordDocument:
    """Return an empty A4 document in French, in a plain type of this size."""
    import docx
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(14)
    section.top_margin, section.bottom_margin = Mm(12), Mm(14)
    section.footer_distance = Mm(6)
    document.core_properties.title = title
    document.core_properties.language = "fr-FR"
    document.core_properties.author = ""
    normal = document.styles["Normal"]
    _set_font(normal, size)
    normal.paragraph_format.space_after = Pt(3)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "fr-FR")
    normal.element.get_or_add_rPr().append(language)
    for level, scale in ((1, 1.9), (2, 1.15), (3, 1.0)):
        heading = document.styles[f"Heading {level}"]
        _set_font(heading, size * scale)
        heading.font.bold = True
        heading.font.color.rgb = RGBColor.from_string("17191D")
        heading.paragraph_format.space_before = Pt(2 if level == 1 else 8)
        heading.paragraph_format.space_after = Pt(2)
    for style in document.styles:
        if style.type == WD_STYLE_TYPE.LIST:
            style.hidden = True
    return document


def _set_font(style: ParagraphStyle, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name, style.font.size = "Arial", Pt(round(size * 2) / 2)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        # The theme's own font would win over the one chosen.
        if attribute.endswith("Theme"):
            del fonts.attrib[attribute]
    for script in ("w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), "Arial")


def _add(document: WordDocument, text: str, *, bold: bool = False, colour: str = "") -> None:
    from docx.shared import RGBColor

    run = document.add_paragraph().add_run(text)
    run.bold = bold or None
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)


def _add_table(document: WordDocument, layout: Layout) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    table = document.add_table(rows=1, cols=len(HEADS))
    table.style = document.styles["Table Grid"]
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Mm(width)
    _fill(table.rows[0].cells, [(head,) for head in HEADS], bold=True)
    # The row of heads stands again on each page, and tells screen readers what each column holds.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for group in layout.groups:
        cells = table.add_row().cells
        merged = cells[0].merge(cells[-1])
        _write(merged, (group.heading,), bold=True, colour=_ACCENT)
        _shade(merged, "EEF1F6")
        for line in group.lines:
            row = table.add_row()
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
            _fill(row.cells, line.cells)


def _fill(cells: Sequence[_Cell], texts: Sequence[Sequence[str]], *, bold: bool = False) -> None:
    from docx.shared import Mm

    for place, (cell, paragraphs) in enumerate(zip(cells, texts, strict=True)):
        # Each cell tells its width: some word processors ignore those of the columns.
        cell.width = Mm(_WIDTHS[place])
        _write(cell, paragraphs, bold=bold, first_bold=place == 0)


def _write(
    cell: _Cell, paragraphs: Sequence[str], *, bold: bool = False, first_bold: bool = False, colour: str = ""
) -> None:
    from docx.shared import Pt, RGBColor

    for place, text in enumerate(paragraphs):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(1)
        run = paragraph.add_run(text)
        run.bold = bold or (first_bold and place == 0) or None
        shade = colour or (_SOFT if first_bold and place and not bold else "")
        if shade:
            run.font.color.rgb = RGBColor.from_string(shade)


def _shade(cell: _Cell, colour: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shading = OxmlElement("w:shd")
    for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", colour)):
        shading.set(qn(name), value)
    cell._tc.get_or_add_tcPr().append(shading)


def write_footer(document: WordDocument, sentence: str) -> None:
    """Write a sentence and the number of the page at the foot of every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    paragraph = document.sections[0].footer.paragraphs[0]
    for text, is_field in ((f"{sentence} Page ", False), ("PAGE", True)):
        run = paragraph.add_run("" if is_field else text)
        run.font.size, run.font.color.rgb = Pt(7), RGBColor.from_string(_SOFT)
        if is_field:
            for kind, instruction in (("begin", ""), ("", text), ("end", "")):
                mark = OxmlElement("w:fldChar" if kind else "w:instrText")
                if kind:
                    mark.set(qn("w:fldCharType"), kind)
                else:
                    mark.text = instruction
                run._r.append(mark)


def document_to_bytes(document: WordDocument) -> bytes:
    """Return a Word document as the bytes of its file."""
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()
