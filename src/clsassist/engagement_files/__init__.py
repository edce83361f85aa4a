"""Engagement sheets as files: Word, PDF and a workbook; every line with the words of the document behind it."""

from __future__ import annotations

from collections.abc import Callable

from clsassist.engagement_files.edition import NOTICE, Edition, build_day, file_name, french_date, writable
from clsassist.engagement_files.layout import TITLE, document_words, lay_out, part_heading
from clsassist.engagement_files.pdf import layout_to_pdf
from clsassist.engagement_files.word import layout_to_docx
from clsassist.engagement_files.workbook import sheet_to_xlsx
from clsassist.engagement_sheet import Sheet

__all__ = [
    "NOTICE",
    "SHEET_WRITERS",
    "Edition",
    "build_day",
    "document_words",
    "file_name",
    "french_date",
    "part_heading",
    "sheet_file_name",
    "sheet_to_docx",
    "sheet_to_pdf",
    "sheet_to_xlsx",
    "writable",
]


def sheet_to_docx(sheet: Sheet, edition: Edition) -> bytes:
    """Return an engagement sheet as the bytes of a Word file."""
    return layout_to_docx(lay_out(sheet, edition))


def sheet_to_pdf(sheet: Sheet, edition: Edition) -> bytes:
    """Return an engagement sheet as the bytes of a PDF, of one page when it fits."""
    return layout_to_pdf(lay_out(sheet, edition))


def sheet_file_name(sheet: Sheet, kind: str) -> str:
    """Return the name of the file of a sheet, by its organisation."""
    return file_name(TITLE, sheet.name, kind=kind)


# How each kind of file is written, by the ending of its name.
SHEET_WRITERS: dict[str, Callable[[Sheet, Edition], bytes]] = {
    "docx": sheet_to_docx,
    "pdf": sheet_to_pdf,
    "xlsx": sheet_to_xlsx,
}
