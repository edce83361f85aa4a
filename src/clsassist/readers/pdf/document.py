"""All the pages of an open file, read one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pypdfium2 as pdfium

from clsassist.readers.pdf.opening import Opened, ScannedPdf
from clsassist.readers.pdf.page import Page
from clsassist.readers.pdf.reading import Reading, page_lines, read_page
from clsassist.records import Warning

# Fewer characters than this a page, on average, and the file was scanned.
_FEWEST_CHARACTERS = 20
_SCANNED = "document numérisé, OCR nécessaire (installez ocrmypdf, ou demandez le fichier d'origine)"
_NAMED_PAGES = 12


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages read, and what to tell about them."""

    pages: tuple[Page, ...]
    warnings: tuple[Warning, ...]


def read_pages(opened: Opened, on_page: Callable[[int], None] | None = None) -> Pages:
    """Read every page, and tell ``on_page`` the number of each.

    Raises ScannedPdf when the pages are images without text.
    """
    pages: list[Page] = []
    warnings = list(opened.warnings)
    scanned: list[int] = []
    for index in range(len(opened.document)):
        reading = _read_one(opened, index)
        pages.append(reading.page)
        warnings += reading.warnings
        if reading.scanned:
            scanned.append(reading.page.number)
        if on_page is not None:
            on_page(reading.page.number)
    characters = sum(len(line.text) for page in pages for line in page_lines(page))
    if scanned and characters < _FEWEST_CHARACTERS * len(pages):
        raise ScannedPdf(_SCANNED)
    if scanned:
        named = ", ".join(map(str, scanned[:_NAMED_PAGES])) + ("…" if len(scanned) > _NAMED_PAGES else "")
        message = f"page(s) numérisée(s) sans texte, non lue(s) : {named} ; OCR nécessaire"
        warnings.append(Warning(message, page=scanned[0]))
    return Pages(tuple(pages), tuple(warnings))


def _read_one(opened: Opened, index: int) -> Reading:
    number = index + 1
    try:
        source = opened.document[index]
    except pdfium.PdfiumError:
        warning = Warning("cette page est abîmée : elle n'a pas pu être lue", page=number)
        return Reading(Page(number, 0.0, 0.0, (), ()), (warning,), scanned=False)
    try:
        widgets = opened.widgets(index)
        reading = read_page(source, number, widgets or ())
        if notes := opened.notes(index):
            message = f"{len(notes)} note(s) non affichée(s), laissée(s) de côté : « {notes[0][:60]} »"
            reading = replace(reading, warnings=(*reading.warnings, Warning(message, page=number)))
        if widgets is not None:
            return reading
        warning = Warning("les champs de formulaire de cette page n'ont pas pu être lus", page=number)
        return replace(reading, warnings=(*reading.warnings, warning))
    finally:
        source.close()
