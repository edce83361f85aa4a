"""What the Word layouts share: shaded cells, bullets, native check boxes, conversion by LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from reading_plans.truth import Piece

# Any fixed date: two runs then write the same archive.
_FIXED_DATE = (2025, 1, 6, 9, 0, 0)

_BOX_SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
}


def new_document(font: str = "Calibri", landscape: bool = False) -> WordDocument:
    """Return an empty A4 document."""
    document = Document()
    document.styles["Normal"].font.name = font
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2))
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    return document


def new_table(document: WordDocument | _Cell, widths: Iterable[float], style: str | None = "Table Grid") -> Table:
    """Add a table without rows, its columns in centimetres."""
    widths = list(widths)
    table = (
        document.add_table(0, len(widths)) if isinstance(document, _Cell) else document.add_table(0, len(widths), style)
    )
    if isinstance(document, _Cell) and style:
        table.style = style
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    return table


def add_row(table: Table) -> list[_Cell]:
    """Add a row whose cells have the widths of their columns."""
    table.add_row()  # type: ignore[no-untyped-call]
    cells = list(table.rows[-1].cells)
    for cell, column in zip(cells, table.columns, strict=True):
        cell.width = column.width or Cm(4)
    return cells


def shade(cell: _Cell, colour: str) -> None:
    """Paint the background of a cell."""
    cell._tc.get_or_add_tcPr().append(
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour}"/>')
    )


def write(
    cell: _Cell, text: str, *, bold: bool = False, colour: str | None = None, size: float | None = None
) -> Paragraph:
    """Write the first line of a cell."""
    paragraph: Paragraph = cell.paragraphs[0]
    _run(paragraph, text, bold=bold, colour=colour, size=size)
    return paragraph


def _run(paragraph: Paragraph, text: str, *, bold: bool, colour: str | None, size: float | None) -> None:
    run = paragraph.add_run(text)
    run.bold = bold
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    if size:
        run.font.size = Pt(size)


def add_text(
    document: WordDocument | _Cell,
    text: str,
    *,
    bold: bool = False,
    colour: str | None = None,
    size: float | None = None,
) -> Paragraph:
    """Add one paragraph."""
    paragraph = document.add_paragraph()
    _run(paragraph, text, bold=bold, colour=colour, size=size)
    return paragraph


def add_pieces(holder: WordDocument | _Cell, pieces: Iterable[Piece]) -> None:
    """Write paragraphs and bullets; the first takes the empty paragraph that a cell begins with."""
    for piece in pieces:
        paragraph = _next_paragraph(holder)
        paragraph.add_run(piece.text)
        if piece.bullet:
            paragraph.style = "List Bullet"


def _next_paragraph(holder: WordDocument | _Cell) -> Paragraph:
    first: Paragraph | None = holder.paragraphs[0] if isinstance(holder, _Cell) else None
    if first is not None and len(holder.paragraphs) == 1 and not first._p.xpath("./w:r|./w:sdt"):
        return first
    return holder.add_paragraph()


def add_content_box(cell: _Cell, label: str, ticked: bool) -> None:
    """Add a check box of today's Word (a content control) and its label."""
    paragraph = _next_paragraph(cell)
    glyph = "☒" if ticked else "☐"
    paragraph._p.append(
        parse_xml(
            f'<w:sdt {nsdecls("w", "w14")}><w:sdtPr><w14:checkbox><w14:checked w14:val="{int(ticked)}"/>'
            '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
            '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/>'
            f"</w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:rPr>"
            f'<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic"/></w:rPr>'
            f"<w:t>{glyph}</w:t></w:r></w:sdtContent></w:sdt>"
        )
    )
    paragraph.add_run(f" {label}")


def add_legacy_box(cell: _Cell, label: str, ticked: bool, name: str) -> None:
    """Add a check box of the old forms (FORMCHECKBOX) and its label."""
    paragraph = _next_paragraph(cell)
    state = f'<w:default w:val="0"/><w:checked w:val="{int(ticked)}"/>'
    for content in (
        f'<w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="{name}"/><w:enabled/><w:checkBox>'
        f"<w:sizeAuto/>{state}</w:checkBox></w:ffData></w:fldChar>",
        '<w:instrText xml:space="preserve"> FORMCHECKBOX </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        '<w:fldChar w:fldCharType="end"/>',
    ):
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{content}</w:r>"))
    paragraph.add_run(f" {label}")


def add_revision(paragraph: Paragraph, inserted: str, deleted: str) -> None:
    """Add words proposed and words struck by a reviser."""
    head = f'{nsdecls("w")} w:author="Relecture" w:date="2023-02-01T10:00:00Z"'
    if deleted:
        paragraph._p.append(
            parse_xml(
                f'<w:del {head} w:id="91"><w:r><w:delText xml:space="preserve">{deleted}</w:delText></w:r></w:del>'
            )
        )
    paragraph._p.append(
        parse_xml(f'<w:ins {head} w:id="92"><w:r><w:t xml:space="preserve">{inserted}</w:t></w:r></w:ins>')
    )


def add_text_box(document: WordDocument, lines: Iterable[str]) -> None:
    """Add a floating text box, as Word writes it, with its older copy for older programs."""
    inside = "".join(f"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    content = f"<w:txbxContent>{inside}</w:txbxContent>"
    spaces = " ".join(f'xmlns:{prefix}="{address}"' for prefix, address in _BOX_SPACES.items())
    size = '<wp:extent cx="6120000" cy="720000"/>'
    document.add_paragraph()._p.append(
        parse_xml(
            f'<w:r {spaces}><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline>{size}'
            '<wp:docPr id="1" name="Titre"/><a:graphic><a:graphicData '
            'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
            '<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="6120000" cy="720000"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="FCE4D6"/></a:solidFill>'
            f"</wps:spPr><wps:txbx>{content}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic>"
            "</wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>"
            f'<v:rect style="width:482pt;height:57pt"><v:textbox>{content}</v:textbox></v:rect>'
            "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )
    )


def add_page_number(paragraph: Paragraph) -> None:
    """Add the PAGE field."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def turn_page(document: WordDocument) -> None:
    """Begin a new page."""
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def save(document: WordDocument, path: Path) -> None:
    """Save a document with fixed dates."""
    document.save(str(path))
    freeze(path)


def freeze(path: Path) -> None:
    """Write an archive again with a fixed date on each part."""
    with zipfile.ZipFile(path) as archive:
        parts = [(info.filename, archive.read(info), info.compress_type) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content, compression in parts:
            info = zipfile.ZipInfo(name, _FIXED_DATE)
            info.compress_type = compression
            archive.writestr(info, content)


def convert(path: Path, suffix: str) -> Path:
    """Convert a document with LibreOffice, beside it or, for its own format, over it.

    Raises subprocess.CalledProcessError when LibreOffice fails, FileNotFoundError when it is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", suffix, "--outdir", folder, str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        target = path.with_suffix(f".{suffix}")
        shutil.move(Path(folder) / target.name, target)
    return target


def repeat_header(table: Table) -> None:
    """Make the first row of a table come back on each page."""
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))
