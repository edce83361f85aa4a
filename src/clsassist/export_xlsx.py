"""Actions as a workbook: one sheet a plan, in the columns of Territoires en Transitions, then the plan's own labels.

Nothing is lost on the way: the last column lists the fields of each fiche, in order and under the labels of its
document, so that reading the workbook gives the same actions again.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby, pairwise
from typing import TYPE_CHECKING

from clsassist.exports import FORMULA_STARTS, ActionRow
from clsassist.parsing.columns import AXE_NUMBER_COLUMN, FIELDS_COLUMN, NUMBER_COLUMN, RENAMED, column_key
from clsassist.parsing.labels import clean_label, field_name, inner_label, strip_prompts
from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED, BOX_UNKNOWN
from clsassist.records import Action, Field, Item, Option, Status
from clsassist.tet import CLOSED_LISTS, COLUMNS

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

# What Excel accepts in a cell, and in the name of a sheet.
LONGEST_CELL = 32_767
_LONGEST_NAME = 31
_FORBIDDEN_IN_NAME = re.compile(r"[\\/*?:\[\]]")
_FORBIDDEN_IN_FILE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_LONGEST_FILE_NAME = 100
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

_TITLE, _LEGEND = "Titre de l'action", "*partenaires à contacter"
_OWN_GROUP, _OWN_WIDTH = "Autres champs du plan", 32
_BOXES = {True: BOX_TICKED, False: BOX_CLEAR, None: BOX_UNKNOWN}
_BULLETS = ("•", "◦", "▪")
_HEADER_COLOUR, _GROUP_COLOUR = "DDE7F3", "1F4E79"


@dataclass(slots=True)
class _SheetRow:
    """One action laid out: the texts of its cells by column name."""

    cells: dict[str, str] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WrittenWorkbook:
    """The bytes of a workbook; ``shortened`` counts the cells longer than Excel accepts, whose end is missing."""

    content: bytes
    actions: int
    shortened: int


def rows_to_xlsx(rows: Sequence[ActionRow]) -> WrittenWorkbook:
    """Return the actions as an Excel workbook, one sheet a plan."""
    from openpyxl import Workbook

    book = Workbook()
    first = book.active
    shortened = 0
    names: set[str] = set()
    for plan, held in _by_plan(rows):
        sheet = book.create_sheet(_sheet_name(plan, names))
        shortened += _write_sheet(sheet, plan, [_lay_out(row.action) for row in held])
    if names and first is not None:
        book.remove(first)
    written = io.BytesIO()
    book.save(written)
    return WrittenWorkbook(written.getvalue(), len(rows), shortened)


def rows_to_workbooks(rows: Sequence[ActionRow]) -> dict[str, WrittenWorkbook]:
    """Return one workbook a plan, by a name that a file may have."""
    taken: set[str] = set()
    return {_file_name(plan, taken): rows_to_xlsx(held) for plan, held in _by_plan(rows)}


def _by_plan(rows: Sequence[ActionRow]) -> Iterator[tuple[str, list[ActionRow]]]:
    for plan in dict.fromkeys(row.plan for row in rows):
        yield plan, [row for row in rows if row.plan == plan]


def _file_name(plan: str, taken: set[str]) -> str:
    return _unique(_FORBIDDEN_IN_FILE.sub(" ", plan).strip(" .") or "plan", _LONGEST_FILE_NAME, taken)


def _sheet_name(plan: str, taken: set[str]) -> str:
    """Return a name that Excel accepts, told apart from those of the other sheets."""
    return _unique(_FORBIDDEN_IN_NAME.sub(" ", plan).strip(" '") or "Plan", _LONGEST_NAME, taken)


def _unique(name: str, longest: int, taken: set[str]) -> str:
    numbered = (f" ({number})" for number in count(2))
    suffix = ""
    while (kept := name[: longest - len(suffix)].rstrip() + suffix).lower() in taken:
        suffix = next(numbered)
    taken.add(kept.lower())
    return kept


# --- an action to the texts of its cells


def _lay_out(action: Action) -> _SheetRow:
    row = _SheetRow()
    if action.title_field != "titre":
        row.fields.append(f"{_TITLE}{RENAMED}{field_name(action.title_field)}")
    row.cells[_TITLE] = action.title
    row.cells[NUMBER_COLUMN] = action.number or ""
    row.cells[AXE_NUMBER_COLUMN] = str(action.axe_number or "")
    legend = {held.field_key for held in action.involvements if held.status is Status.TO_CONTACT}
    for found in action.fields:
        if _is_derived(found, action):
            continue
        text = "\n".join(_field_lines(found))
        if found.key == "role_porteur":
            # This label names an organisation: its words must stand in the fiche.
            text = f"{found.label} :\n{text}"
        if found.key in legend:
            text, legend = f"{text}\n{_LEGEND}", legend - {found.key}
        _put(row, found, text)
    return row


def _is_derived(found: Field, action: Action) -> bool:
    """Tell a field that reading makes out of another: the persons written behind the porteurs."""
    twin = (found.label, found.span)
    return found.key == "referent" and twin in [
        (other.label, other.span) for other in action.fields if other.key == "porteur"
    ]


def _put(row: _SheetRow, found: Field, text: str) -> None:
    """Write a field in its column, and in the list of fields with the label of its document."""
    financeur = _AMOUNTS.get(found.label)
    if financeur and not {financeur, found.label} & row.cells.keys():
        name, _, amount = text.rpartition("\n")
        if text:
            row.cells[financeur] = name
        row.cells[found.label] = amount
        row.fields.append(found.label)
        return
    column = next(name for name in _column_names(found) if name not in row.cells)
    row.cells[column] = text
    row.fields.append(column if column == found.label else f"{column}{RENAMED}{found.label}")


def _column_names(found: Field) -> Iterator[str]:
    """Yield the columns that may hold a field, the best first: those of the platform, then the plan's own label."""
    if found.label in _LABELS or found.label in _AMOUNTS:
        yield found.label
    if found.key in _BY_KEY:
        yield _BY_KEY[found.key]
    own = found.label if _keeps_key(found.label, found.key) else field_name(found.key).capitalize()
    yield own
    number = 2
    while True:
        yield f"{own} ({number})"
        number += 1


def _keeps_key(label: str, key: str) -> bool:
    """Say whether a column under this label is read as the same field."""
    read = column_key(label) or "autre"
    return (
        read == key and label == clean_label(label) and label not in (FIELDS_COLUMN, NUMBER_COLUMN, AXE_NUMBER_COLUMN)
    )


def _field_lines(found: Field) -> Iterator[str]:
    """Yield items and boxes in the order of the document, one a line."""
    parts: list[Item | Option] = sorted([*found.items, *found.options], key=_start)
    plain = len(found.items) == 1 and not found.options and inner_label(found.key, found.items[0].text) is None
    group: str | None = None
    for part in parts:
        if isinstance(part, Item):
            bullet = "" if plain else f"{'  ' * part.level}{_BULLETS[min(part.level, 2)]} "
            yield f"{bullet}{part.text}{' ' if part.mark else ''}{part.mark}"
            continue
        if part.group != group:
            # A blank line ends a group of boxes.
            yield part.group or ""
            group = part.group
        # « Autre » alone is taken for the form's own words: its colon tells that it is a box.
        colon = " :" if part.typed or not strip_prompts(part.label) else ""
        yield f"{_BOXES[part.ticked]} {part.label}{colon} {part.typed}".rstrip()


def _start(part: Item | Option) -> int:
    return part.spans[0].start if isinstance(part, Item) else part.span.start


_LABELS = frozenset(
    column.label for column in COLUMNS if column.key != "titre" and not column.label.startswith("Montant")
)
_BY_KEY = {column.key: column.label for column in COLUMNS if column.key and column.key != "titre"}
# The three columns « Montant € HT » have one label: each is told by the financeur on its left.
_AMOUNTS = {
    f"{left.label} › {right.label}": left.label
    for left, right in pairwise(COLUMNS)
    if left.label.startswith("Financeur")
}


# --- the sheet


def _write_sheet(sheet: Worksheet, plan: str, rows: list[_SheetRow]) -> int:
    """Write one plan; return how many cells were too long for Excel."""
    names = _columns(rows)
    _write_header(sheet, plan, names)
    shortened = 0
    for number, row in enumerate(rows, start=3):
        row.cells[FIELDS_COLUMN] = "\n".join(row.fields)
        for place, name in enumerate(names, start=1):
            text = _ILLEGAL.sub("", row.cells.get(name, ""))
            shortened += len(text) > LONGEST_CELL
            if text:
                _write_text(sheet.cell(number, place), text[:LONGEST_CELL])
    _finish(sheet, names, len(rows))
    return shortened


def _columns(rows: list[_SheetRow]) -> list[str]:
    """Return the columns of a sheet: the platform's, what tells the fiches apart, then every other label met."""
    fixed = [column.label for column in COLUMNS]
    for place, column in enumerate(COLUMNS):
        if column.label.startswith("Montant"):
            fixed[place] = f"{COLUMNS[place - 1].label} › {column.label}"
    own = dict.fromkeys(name for row in rows for name in row.cells if name not in fixed)
    own.pop(NUMBER_COLUMN, None)
    own.pop(AXE_NUMBER_COLUMN, None)
    return [*fixed, NUMBER_COLUMN, AXE_NUMBER_COLUMN, *own, FIELDS_COLUMN]


def _write_header(sheet: Worksheet, plan: str, names: list[str]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    groups = [*(column.group for column in COLUMNS), *[_OWN_GROUP] * (len(names) - len(COLUMNS))]
    place = 1
    for group, held in groupby(groups):
        first, place = place, place + len(list(held))
        # The plan's name takes the first cell of the first row.
        start = first + (first == 1)
        _write_text(sheet.cell(1, start), group)
        sheet.cell(1, start).font = Font(bold=True, color="FFFFFF")
        sheet.cell(1, start).fill = PatternFill("solid", fgColor=_GROUP_COLOUR)
        sheet.merge_cells(start_row=1, end_row=1, start_column=start, end_column=place - 1)
    _write_text(sheet.cell(1, 1), plan)
    sheet.cell(1, 1).font = Font(bold=True)
    for position, name in enumerate(names, start=1):
        label = COLUMNS[position - 1].label if position <= len(COLUMNS) else name
        cell = sheet.cell(2, position)
        _write_text(cell, label)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=_HEADER_COLOUR)
        cell.alignment = Alignment(wrap_text=True, vertical="center")


def _finish(sheet: Worksheet, names: list[str], count: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    last = get_column_letter(len(names))
    sheet.freeze_panes = f"{get_column_letter(names.index(_TITLE) + 2)}3"
    sheet.auto_filter.ref = f"A2:{last}{count + 2}"
    for position in range(1, len(names) + 1):
        width = COLUMNS[position - 1].width if position <= len(COLUMNS) else _OWN_WIDTH
        sheet.column_dimensions[get_column_letter(position)].width = width
    for position, column in enumerate(COLUMNS, start=1):
        if column.key in CLOSED_LISTS:
            letter = get_column_letter(position)
            values = ",".join(CLOSED_LISTS[column.key])
            # A value kept as its document writes it may be none of the list: it is offered, not imposed.
            rule = DataValidation(type="list", formula1=f'"{values}"', allow_blank=True, errorStyle="warning")
            rule.add(f"{letter}3:{letter}{max(count + 2, 1_000)}")
            sheet.add_data_validation(rule)


def _write_text(cell: Cell | MergedCell, text: str) -> None:
    """Write a text that no spreadsheet takes for a formula, whatever its first character."""
    from openpyxl.styles import Alignment

    cell.value = text
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text.lstrip().startswith(FORMULA_STARTS):
        cell.quotePrefix = True
