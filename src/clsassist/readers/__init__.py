"""One file in, one Document out; a format is one module here and one line in the table.

A reader is loaded when a file first needs it, in the reading process: nothing here may load a library.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from clsassist.readers.transcript import Transcript

# Told the number of each page that has been read: the file advances.
PageTold: TypeAlias = Callable[[int], None]
# A reader takes the bytes of a file. It raises ValueError with a French reason when they are not what the name
# promises, or are beyond the limits.
Reader: TypeAlias = Callable[[bytes, PageTold], Transcript]


def _read_plain(raw: bytes, _: PageTold) -> Transcript:
    from clsassist.readers.plain import read_plain

    return read_plain(raw)


def _read_markdown(raw: bytes, _: PageTold) -> Transcript:
    from clsassist.readers.markdown import read_markdown

    return read_markdown(raw)


def _read_docx(raw: bytes, _: PageTold) -> Transcript:
    from clsassist.readers.docx import read_docx

    return read_docx(raw)


def _read_pdf(raw: bytes, on_page: PageTold) -> Transcript:
    from clsassist.readers.pdf import read_pdf

    return read_pdf(raw, on_page)


def _read_xlsx(raw: bytes, _: PageTold) -> Transcript:
    from clsassist.readers.spreadsheet import read_xlsx

    return read_xlsx(raw)


def _read_csv(raw: bytes, _: PageTold) -> Transcript:
    from clsassist.readers.spreadsheet import read_csv

    return read_csv(raw)


def _read_html(raw: bytes, _: PageTold) -> Transcript:
    from clsassist.readers.html import read_html

    return read_html(raw)


READERS: dict[str, Reader] = {
    ".txt": _read_plain,
    ".md": _read_markdown,
    ".docx": _read_docx,
    ".docm": _read_docx,
    ".dotx": _read_docx,
    ".pdf": _read_pdf,
    ".xlsx": _read_xlsx,
    ".xlsm": _read_xlsx,
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".html": _read_html,
    ".htm": _read_html,
    ".xhtml": _read_html,
    ".mht": _read_html,
    ".mhtml": _read_html,
}
# Brought to .docx by LibreOffice before they are read.
CONVERTED = (".doc", ".odt", ".rtf")
ARCHIVES = (".zip",)


def known_formats() -> str:
    """Return the suffixes of the files that are read, as a French sentence lists them."""
    return ", ".join((*READERS, *CONVERTED, *ARCHIVES))
