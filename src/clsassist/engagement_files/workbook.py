"""An engagement sheet as a workbook: one row for each part, nothing cut, no formula."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from clsassist.engagement_files.edition import NOTICE, Edition, writable
from clsassist.engagement_files.layout import TITLE, document_words
from clsassist.engagement_sheet import Commitment, Sheet, summary_words
from clsassist.records import Role

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# Name and width of each column.
COLUMNS = (
    ("Action", 48),
    ("Fiche", 8),
    ("Plan", 34),
    ("Rôle", 14),
    ("État", 13),
    ("Nom écrit dans le document", 36),
    ("Première année", 10),
    ("Dernière année", 10),
    ("Calendrier publié", 32),
    ("Rôle détaillé par la fiche", 40),
    ("Contacts publiés", 44),
    ("Champ", 26),
    ("Citation", 50),
    ("Page", 7),
    ("Document", 30),
    ("Identifiant de la fiche", 22),
)
_ONLY_NAMED = frozenset({Role.CITE, Role.FINANCEUR})
_LONGEST_CELL = 32_767
_FORMULA_STARTS = ("=", "+", "-", "@")
_HEADER_COLOUR = "DDE7F3"


def sheet_to_xlsx(sheet: Sheet, edition: Edition) -> bytes:
    """Return an engagement sheet as the bytes of a workbook: its parts, its names, and where it comes from."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.title = f"{TITLE} : {writable(sheet.name)}"
    book.properties.language = "fr-FR"
    first = book.active
    if first is not None:
        book.remove(first)
    _write_sheet(book.create_sheet("Engagements"), COLUMNS, list(_rows(sheet)))
    names = [(one.written, one.actions, one.reason.value) for one in sheet.names]
    heads = (("Nom écrit dans les documents", 60), ("Actions", 10), ("Pourquoi il est réuni ici", 60))
    _write_sheet(book.create_sheet("Noms réunis"), heads, names)
    _write_sheet(book.create_sheet("À propos"), (("Rubrique", 24), ("Contenu", 100)), list(_about(sheet, edition)))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _rows(sheet: Sheet) -> Iterator[tuple[str | int | None, ...]]:
    for one in sheet.commitments:
        for mention in one.mentions:
            yield (
                one.title,
                one.number,
                one.plan,
                mention.role.value,
                # Being named commits to nothing.
                "" if mention.role in _ONLY_NAMED else mention.status.value,
                f"{mention.organisation} (liste ouverte)" if mention.open else mention.organisation,
                one.first_year,
                one.last_year,
                *_shared_cells(one),
                mention.label,
                mention.quote,
                mention.page,
                one.document,
                one.action_id,
            )


def _shared_cells(one: Commitment) -> Iterator[str]:
    """Yield what is said of the action whatever the part: calendar, role, contacts."""
    yield "\n".join(f"{said.label} : {said.text}" for said in one.calendar)
    yield "\n".join(f"{said.label} : {said.text}" for said in one.duties)
    yield "\n".join(contact.text for contact in one.contacts)


def _about(sheet: Sheet, edition: Edition) -> Iterator[tuple[str, str]]:
    yield "Organisation", sheet.name
    if sheet.long_form:
        yield "Nom développé", sheet.long_form
    yield "Nom demandé", sheet.asked
    yield "Plan", sheet.plan or "tous les plans"
    yield "Résumé", summary_words(sheet)
    yield "Avertissement", NOTICE
    yield "Dates", edition.sentence
    for document in sheet.documents:
        yield "Document", document_words(document)


def _write_sheet(
    target: Worksheet, columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[str | int | None]]
) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for place, (name, width) in enumerate(columns, start=1):
        _write_cell(target, 1, place, name)
        target.cell(1, place).font = Font(bold=True)
        target.cell(1, place).fill = PatternFill("solid", fgColor=_HEADER_COLOUR)
        target.column_dimensions[get_column_letter(place)].width = width
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            _write_cell(target, number, place, value)
    target.freeze_panes = "B2"
    target.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
    target.page_setup.orientation = "landscape"
    target.page_setup.fitToHeight = 0
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    target.print_title_rows = "1:1"


def _write_cell(target: Worksheet, row: int, column: int, value: str | int | None) -> None:
    """Write a value that no spreadsheet takes for a formula, verbatim."""
    from openpyxl.styles import Alignment

    if value is None or value == "":
        return
    cell = target.cell(row, column)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if isinstance(value, int):
        cell.value = value
        return
    text = writable(value)[:_LONGEST_CELL]
    cell.value = text
    cell.data_type = "s"
    if text.lstrip().startswith(_FORMULA_STARTS):
        cell.quotePrefix = True
