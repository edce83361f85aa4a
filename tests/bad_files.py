"""Files that somebody damaged or built to harm, made when a test asks: each is refused, or read within bounds."""

import io
import zipfile

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>'
    "</Types>"
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="{target}" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/></Relationships>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ENTITY = '<!DOCTYPE d [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)


def zipped(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def docx(body="<w:p><w:r><w:t>Porteur : ARS</w:t></w:r></w:p>", prolog="", **parts):
    """Make a Word file of a body; ``prolog`` stands before the root element."""
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES.format(part="word/document.xml", kind="wordprocessingml.document"),
            "_rels/.rels": RELATIONS.format(target="word/document.xml", kind="officeDocument"),
            "word/document.xml": f'<?xml version="1.0"?>{prolog}<w:document xmlns:w="{WORD}">'
            f"<w:body>{body}</w:body></w:document>",
            **parts,
        }
    )


def xlsx(rows='<row r="1"><c r="A1" t="inlineStr"><is><t>Porteur</t></is></c></row>', prolog="", **parts):
    """Make an Excel file of one sheet of rows; ``prolog`` stands before the root element."""
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES.format(part="xl/workbook.xml", kind="spreadsheetml.sheet"),
            "_rels/.rels": RELATIONS.format(target="xl/workbook.xml", kind="officeDocument"),
            "xl/_rels/workbook.xml.rels": RELATIONS.format(target="worksheets/sheet1.xml", kind="worksheet"),
            "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{SHEET}" xmlns:r="{OFFICE}">'
            '<sheets><sheet name="Plan" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?>{prolog}<worksheet xmlns="{SHEET}">'
            f"<sheetData>{rows}</sheetData></worksheet>",
            **parts,
        }
    )


def nested(depth, opening, closing, inside):
    return opening * depth + inside + closing * depth


def pdf(objects, root=1):
    """Make a PDF of objects numbered from 1, each the bytes between « obj » and « endobj »."""
    written = io.BytesIO(b"")
    written.write(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = written.tell()
    written.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        written.write(b"%010d 00000 n \n" % offset)
    written.write(b"trailer\n<< /Size %d /Root %d 0 R >>\n" % (len(objects) + 1, root))
    written.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return written.getvalue()


def stream(content, extra=b""):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), extra, content)


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
TEXT = b"BT /F1 12 Tf 72 700 Td (Fiche-action 1 : Aider) Tj ET"


def pdf_page(content=None, resources=b"/Font << /F1 5 0 R >>", more=()):
    """Make a PDF of one page; ``more`` holds objects from number 6."""
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>" % resources,
            stream(TEXT) if content is None else content,
            FONT,
            *more,
        ]
    )


def pdf_bomb():
    """Make some 26 KB of a page that unfolds to 26 MB through two filters."""
    import zlib

    spaces = zlib.compress(zlib.compress(b" " * 100_000_000 + TEXT, 9), 9)
    return pdf_page(stream(spaces, b"/Filter [/FlateDecode /FlateDecode]"))


def pdf_cyclic_pages():
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>",
            b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 1000000 >>",
        ]
    )


def pdf_cyclic_drawing():
    form = stream(b"/X1 Do /X1 Do " + TEXT, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] "
                  b"/Resources << /XObject << /X1 6 0 R >> /Font << /F1 5 0 R >> >>")  # fmt: skip
    return pdf_page(stream(b"/X1 Do"), b"/XObject << /X1 6 0 R >> /Font << /F1 5 0 R >>", [form])


def pdf_cyclic_fields():
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> /Outlines 6 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R] "
            b"/Resources << /Font << /F1 7 0 R >> >> >>",
            stream(TEXT),
            b"<< /T (a) /FT /Tx /V (texte) /Kids [5 0 R] /Parent 5 0 R /Rect [0 0 9 9] /Subtype /Widget >>",
            b"<< /Type /Outlines /First 6 0 R /Next 6 0 R /Last 6 0 R /Title (a) /Parent 6 0 R >>",
            FONT,
        ]
    )


def ole(stream_name):
    """Make the start of an old Office file, with one stream."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + stream_name.encode("utf-16-le") + bytes(500)


def locked_pdf():
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_page()))
    writer.encrypt("secret", algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def locked_zip(name):
    """Mark every entry of an archive as encrypted."""
    packed = bytearray(zipped({name: b"contenu"}))
    packed[packed.index(b"PK\x03\x04") + 6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(packed)
