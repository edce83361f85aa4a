"""A Word file around the XML of a table: page, styles, header and footer, lists, and a package of fixed bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = f'xmlns:w="{W}" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'

# Names of the paragraph and character styles that the table uses.
LABEL, VALUE, BAND = "Libelle", "Contenu", "Bandeau"
PROMPT, FAMILY, STEP = "Textedelespacerserv", "Famille", "Etape"

# The lists of the form: bullets, then one list for each numbered field.
BULLETS = 1
_LEVELS = {
    "bullet": ("bullet", "\uf0b7", '<w:rPr><w:rFonts w:ascii="Symbol" w:hAnsi="Symbol" w:hint="default"/></w:rPr>'),
    "decimal": ("decimal", "%1.", ""),
    "letter": ("upperLetter", "%1.", ""),
}

_FIXED_DATE = datetime(2025, 1, 15, 9, 0)
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def write_package(table: str, lists: Sequence[str], header: tuple[str, str]) -> bytes:
    """Return a Word file that holds one table, given as XML.

    ``lists`` names the kind of each numbered list, in order; ``header`` holds its left and right parts.
    """
    document = docx.Document()
    _set_page(document, header)
    _set_styles(document)
    numbering = document.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    for child in parse_xml(_numbering_xml(lists)):
        numbering.append(child)
    body = document.element.body
    body.insert(0, parse_xml(table))
    body.insert(1, parse_xml(f'<w:p {NAMESPACES}><w:pPr><w:spacing w:after="0"/></w:pPr></w:p>'))
    return _fixed_bytes(document)


def _set_page(document: Document, header: tuple[str, str]) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin, section.bottom_margin = Cm(2), Cm(1.8)
    section.header_distance = section.footer_distance = Cm(0.9)
    for part, words in ((section.header, f"{header[0]}\t{header[1]}"), (section.footer, "\tPage ")):
        paragraph = part.paragraphs[0]
        paragraph.style = document.styles["Header"]
        paragraph.add_run(words)
    _add_field(section.footer.paragraphs[0], "PAGE")
    section.footer.paragraphs[0].add_run(" sur ")
    _add_field(section.footer.paragraphs[0], "NUMPAGES")


def _add_field(paragraph: Paragraph, instruction: str) -> None:
    xml = f'<w:fldSimple {NAMESPACES} w:instr=" {instruction} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    paragraph._p.append(parse_xml(xml))


def _set_styles(document: Document) -> None:
    styles = document.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10)
    styles["Header"].font.size = Pt(8.5)
    styles["Header"].paragraph_format.tab_stops.clear_all()
    styles["Header"].paragraph_format.tab_stops.add_tab_stop(Cm(18), WD_TAB_ALIGNMENT.RIGHT)
    styles["Header"].font.color.rgb = RGBColor(0x59, 0x59, 0x59)
    for name, bold, color in ((LABEL, True, (0x1F, 0x38, 0x64)), (VALUE, False, None), (BAND, True, (255, 255, 255))):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.font.bold = bold
        style.font.color.rgb = RGBColor(*color) if color else None
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(2)
        style.paragraph_format.line_spacing = 1.0
    styles[BAND].font.size = Pt(13)
    for name in (PROMPT, FAMILY, STEP):
        styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
    styles[PROMPT].font.color.rgb = RGBColor(0x80, 0x80, 0x80)
    styles[FAMILY].font.bold = styles[STEP].font.bold = True
    styles[STEP].font.underline = True


def _numbering_xml(lists: Sequence[str]) -> str:
    kinds = list(_LEVELS)
    abstract = "".join(
        f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
        f'<w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="360" w:hanging="360"/></w:pPr>{font}</w:lvl></w:abstractNum>'
        for number, (style, text, font) in enumerate(_LEVELS.values())
    )
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    used = f'<w:num w:numId="{BULLETS}"><w:abstractNumId w:val="0"/></w:num>' + "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{kinds.index(kind)}"/>{restart}</w:num>'
        for number, kind in enumerate(lists, start=BULLETS + 1)
    )
    return f"<w:numbering {NAMESPACES}>{abstract}{used}</w:numbering>"


def _fixed_bytes(document: Document) -> bytes:
    """Save without what would change from one day or one author to the next."""
    package = document.part.package
    for key in [key for key, rel in package.rels.items() if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del package.rels[key]
    properties = document.core_properties
    properties.author = properties.last_modified_by = properties.comments = properties.title = ""
    properties.created = properties.modified = _FIXED_DATE
    properties.language = "fr-FR"
    properties.revision = 1
    saved, fixed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return fixed.getvalue()
