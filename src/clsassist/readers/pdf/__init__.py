"""PDF files: what their pages show, read as lines and tables, page by page."""

from __future__ import annotations

from collections.abc import Callable

from clsassist.readers.layout import write_layout
from clsassist.readers.transcript import Transcript


def read_pdf(raw: bytes, on_page: Callable[[int], None] | None = None) -> Transcript:
    """Read a PDF file; ``on_page`` is told the number of each page once it is read.

    Raises ValueError, with a French reason, when it is no PDF, is damaged, protected, or too long, and its subclass
    ScannedPdf when it holds images of pages and no text.
    """
    # PDFium and pypdf are loaded only when there is a PDF to read.
    from clsassist.readers.pdf.assembly import pages_to_parts
    from clsassist.readers.pdf.document import read_pages
    from clsassist.readers.pdf.margins import strip_margins
    from clsassist.readers.pdf.opening import open_pdf

    with open_pdf(raw) as opened:
        read = read_pages(opened, on_page)
        cleaned = strip_margins(read.pages)
        parts = pages_to_parts(cleaned.pages)
        return write_layout(parts, read.warnings, cleaned.margins, opened.title)
