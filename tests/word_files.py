"""Word files made by hand, part by part: what a test writes is what the reader gets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml"
# The parts that point to others: what they are for.
KINDS = ("styles", "numbering", "settings", "comments", "footnotes", "endnotes", "header1", "header2", "footer1")


def package(entries: Mapping[str, str | bytes]) -> bytes:
    """Zip the entries of a package."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return held.getvalue()


def docx(body: str, links: Mapping[str, str] | None = None, title: str | None = None, **parts: str) -> bytes:
    """Make a Word file of the XML of its body; ``parts`` gives the inside of the others, ``links`` the addresses."""
    relations = [
        f'<Relationship Id="{name}" Type="{OFFICE}/{name.rstrip("12")}" Target="{name}.xml"/>' for name in parts
    ]
    relations += [
        f'<Relationship Id="{name}" Type="{OFFICE}/hyperlink" Target="{escape(address)}" TargetMode="External"/>'
        for name, address in (links or {}).items()
    ]
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{CONTENT}.{name.rstrip("12")}+xml"/>' for name in parts
    )
    entries: dict[str, str | bytes] = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{CONTENT}.document.main+xml"/>{overrides}</Types>'
        ),
        "_rels/.rels": _relationships(
            f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
            '<Relationship Id="rId2" Target="docProps/core.xml" '
            'Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"/>'
        ),
        "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": _relationships("".join(relations)),
    }
    for name, inside in parts.items():
        entries[f"word/{name}.xml"] = part(_ROOTS.get(name, name), inside)
    if title is not None:
        entries["docProps/core.xml"] = (
            '<cp:coreProperties xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties">'
            f"<dc:title>{escape(title)}</dc:title></cp:coreProperties>"
        )
    return package(entries)


_ROOTS = {"header1": "hdr", "header2": "hdr", "footer1": "ftr"}


def part(root: str, inside: str) -> str:
    """Write one XML part."""
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{root} {NAMESPACES}>{inside}</w:{root}>'


def _relationships(inside: str) -> str:
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


# --- the pieces of a body


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(*pieces: str, style: str = "", properties: str = "") -> str:
    """A paragraph: pieces that start with « < » are XML, the others are text."""
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    inside = "".join(piece if piece.startswith("<") else run(piece) for piece in pieces)
    return f"<w:p><w:pPr>{style}{properties}</w:pPr>{inside}</w:p>"


def item(text: str, number: int, level: int = 0) -> str:
    """A list item."""
    return p(text, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def cell(*paragraphs: str, span: int = 1, merge: str = "") -> str:
    """A table cell; ``merge`` is « restart » or « continue »."""
    merged = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    inside = "".join(one if one.startswith("<") else p(one) for one in paragraphs) or p()
    # Word wants a paragraph last in each cell.
    inside += p() if inside.endswith("</w:tbl>") else ""
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{merged}</w:tcPr>{inside}</w:tc>'


def row(*cells: str, properties: str = "") -> str:
    """A table row; what is no XML becomes a cell."""
    inside = "".join(one if one.startswith("<w:tc>") or one.startswith("<w:sdt>") else cell(one) for one in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inside}</w:tr>"


def table(*rows: str) -> str:
    """A table."""
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def control(properties: str, content: str) -> str:
    """A content control."""
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def box(ticked: bool, glyph: str | None = None) -> str:
    """A check-box control as Word writes it."""
    state = f'<w14:checkbox><w14:checked w14:val="{int(ticked)}"/></w14:checkbox>'
    return control(state, run(glyph or ("☒" if ticked else "☐")))


def field(code: str, result: str = "", data: str = "") -> str:
    """A field over several runs; ``data`` is what a form field holds."""
    data = f"<w:ffData>{data}</w:ffData>" if data else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(code)} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run(result) if result else ""}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def legacy_box(inside: str) -> str:
    """A check box of the older forms: ``inside`` gives its default and its state."""
    return field("FORMCHECKBOX", data=f"<w:checkBox><w:sizeAuto/>{inside}</w:checkBox>")


def level(depth: int, form: str, text: str, more: str = "") -> str:
    """One level of a list."""
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{escape(text)}"/>{more}</w:lvl>'
    )


def numbering(*lists: str) -> str:
    """The lists of a document, numbered from 1."""
    abstracts = "".join(
        f'<w:abstractNum w:abstractNumId="{number}">{levels}</w:abstractNum>'
        for number, levels in enumerate(lists, start=1)
    )
    numbers = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>' for number in range(1, len(lists) + 1)
    )
    return abstracts + numbers


def text_box(inside: str) -> str:
    """A text box in both versions that Word writes."""
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><wp:extent cx="3000000" '
        f'cy="900000"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/'
        f'wordprocessingShape"><wps:wsp><wps:txbx><w:txbxContent>{inside}</w:txbxContent></wps:txbx></wps:wsp>'
        f"</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>"
        f"<w:txbxContent>{inside}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
