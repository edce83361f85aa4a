"""Columns of dates: bare day numbers written as days, and days that somebody dragged down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from clsassist.readers.spreadsheet_sheets import Sheet, SheetCell, cell_name, some
from clsassist.readers.spreadsheet_values import is_serial, serial_to_date, value_to_text
from clsassist.text import fold


def read_date_columns(sheet: Sheet) -> None:
    """Write the bare numbers below a label « Date… » as days, and tell of days that grow by one a row."""
    for column, start in sorted(_date_columns(sheet).items()):
        converted = []
        for row in sorted(row for row in sheet.rows if row > start):
            found = sheet.rows[row].get(column)
            if found and found.day is None and found.number is not None and is_serial(found.number, sheet.from_1904):
                day = serial_to_date(found.number, sheet.from_1904)
                sheet.rows[row][column] = SheetCell(value_to_text(day, "dd/mm/yyyy"), day=day)
                converted.append(cell_name(row, column))
        if converted:
            sheet.tell(f"nombres lus comme des dates (numéros de jour) en {some(converted)}")
        _tell_dragged(sheet, column)


def _date_columns(sheet: Sheet) -> dict[int, int]:
    """Return the columns headed by a label « Date… », with the row of that label."""
    found: dict[int, int] = {}
    for row in sorted(sheet.rows)[:20]:
        for column, cell in sheet.rows[row].items():
            if cell.day is None and len(cell.text) <= 80 and fold(cell.text).lstrip().startswith("date"):
                found.setdefault(column, row)
    return found


def _tell_dragged(sheet: Sheet, column: int) -> None:
    """Tell of dates that grow by one day on each row: somebody dragged the first one down."""
    for first, last in _daily_runs(sheet, column):
        sheet.tell(
            f"de {cell_name(first, column)} à {cell_name(last, column)}, les dates avancent d'un jour par ligne : "
            "elles ont sans doute été recopiées en tirant la cellule, à vérifier"
        )


def _daily_runs(sheet: Sheet, column: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last rows of each run of three rows or more whose dates follow one another by one day."""
    days = {row: day for row, cells in sheet.rows.items() if column in cells and (day := cells[column].day)}
    opening = [row for row in days if not _follows(days, row)]
    for first in sorted(opening):
        last = first
        while _follows(days, last + 1):
            last += 1
        if last - first >= 2:
            yield first, last


def _follows(days: dict[int, date], row: int) -> bool:
    return row in days and row - 1 in days and (days[row] - days[row - 1]).days == 1
