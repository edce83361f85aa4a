"""Spreadsheets: lists of actions, one a row, and forms of labels and values, from .xlsx, .xlsm and .csv files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED, Line, Table, TableCell, write_layout
from clsassist.readers.spreadsheet_dates import read_date_columns
from clsassist.readers.spreadsheet_sheets import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Merge,
    Sheet,
    SheetCell,
    load_sheets,
)
from clsassist.readers.transcript import Transcript
from clsassist.records import Block, BlockKind, Warning
from clsassist.tet import FIRST_LABEL, is_group
from clsassist.text import fold, squeeze

_DELIMITERS = (";", ",", "\t", "|")
_SAMPLE = 20_000
# A bullet typed at the start of a line of a cell, by its depth.
_BULLET = re.compile(
    r"(?P<indent>\s*)(?P<mark>[•●▪■◦○➤➢–-]|o(?=\s)|\*(?=\s[A-ZÀ-Ý]))\s+(?=\S)|(?P<glued>[•●▪■◦○➤➢])(?=\S)"
)
_DEEPER = {"◦": 1, "○": 1, "o": 1, "▪": 2, "■": 2}
_TICKS = frozenset({"x", "☒", "☑", "✓", "✔", "✗", "✘"})
_CLEARS = frozenset({"☐", "□"})
_LONGEST_OPTION = 120
# A cell beyond this is a quotation mark that was never closed.
_LONGEST_VALUE = 200_000
_LONGEST_TITLE = 200


def read_xlsx(raw: bytes) -> Transcript:
    """Read an Excel workbook: what its cells show, sheet after sheet.

    Raises ValueError with a French reason when it is damaged, protected, of the old format, or beyond the limits.
    """
    sheets, title = load_sheets(raw)
    return _sheets_to_transcript(sheets, title)


def read_csv(raw: bytes) -> Transcript:
    """Read a text file of cells, whatever its separator and its encoding.

    Raises ValueError with a French reason when it is no text or is beyond the limits.
    """
    text, warnings = _decode(raw)
    sheet = Sheet("données")
    filled = 0
    limit = csv.field_size_limit(_LONGEST_VALUE)
    try:
        for number, values in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))):
            filled += _keep_values(sheet, number, values)
            if filled > MAX_CELLS:
                raise ValueError(f"il compte plus de {MAX_CELLS} cellules remplies")
    except csv.Error as error:
        raise ValueError("ses cellules ne se laissent pas séparer (guillemet jamais fermé ?)") from error
    finally:
        csv.field_size_limit(limit)
    if not sheet.rows:
        raise ValueError("le fichier est vide")
    read = _sheets_to_transcript([sheet], None)
    told = tuple(
        replace(told, message=told.message.removeprefix(f"feuille « {sheet.name} » : ")) for told in read.warnings
    )
    return replace(read, warnings=(*warnings, *told))


def _keep_values(sheet: Sheet, number: int, values: Sequence[str]) -> int:
    """Keep the filled cells of one row, and return how many there are."""
    kept = {column: _text_cell(value) for column, value in enumerate(values) if value.strip()}
    if number == 0 and len(values) in (1, 2) and values[0].startswith("sep="):
        return 0
    if kept and number >= MAX_ROWS:
        raise ValueError(f"il dépasse {MAX_ROWS} lignes")
    if kept and max(kept) >= MAX_COLUMNS:
        raise ValueError(f"il dépasse {MAX_COLUMNS} colonnes")
    if kept:
        sheet.rows[number] = kept
    return len(kept)


def _text_cell(value: str) -> SheetCell:
    truth = {"vrai": True, "true": True, "faux": False, "false": False}.get(value.strip().lower())
    number = float(value) if re.fullmatch(r"\d{5}", value.strip()) else None
    return SheetCell(value.replace("\r\n", "\n").replace("\r", "\n"), number=number, truth=truth)


def _decode(raw: bytes) -> tuple[str, tuple[Warning, ...]]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace"), ()
    if b"\x00" in raw[:4_000]:
        order = "utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be"
        text = raw.decode(order, errors="replace")
        if "\x00" in text:
            raise ValueError("ce n'est pas un fichier texte (il contient des octets nuls)")
        return text, ()
    try:
        return raw.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        message = "encodage Windows-1252 supposé : vérifiez les accents, ou enregistrez le fichier en UTF-8"
        return raw.decode("cp1252", errors="replace"), (Warning(message),)


def _delimiter(text: str) -> str:
    """Return the separator that cuts the first rows into most cells, as evenly as possible."""
    announced = re.match(r'"?sep=(.)', text)
    if announced:
        return announced.group(1)

    def evenness(delimiter: str) -> tuple[int, int]:
        try:
            rows = [row for row in csv.reader(io.StringIO(text[:_SAMPLE], newline=""), delimiter=delimiter) if row]
        except csv.Error:
            return 0, 0
        widths = [len(row) for row in rows[:-1] or rows]
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        return (widths.count(usual) if usual > 1 else 0), usual

    return max(_DELIMITERS, key=evenness)


# --- sheets to lines and tables


def _sheets_to_transcript(sheets: list[Sheet], title: str | None) -> Transcript:
    chosen, warnings = _choose(sheets)
    parts: list[Line | Table] = []
    spreads: list[dict[int, list[Merge]]] = []
    titles: list[str] = []
    for sheet in chosen:
        read_date_columns(sheet)
        heading = _take_title(sheet)
        if heading:
            titles.append(heading)
            parts.extend(Line(line, heading=1) for line in heading.split("\n"))
        elif len(chosen) > 1:
            parts.append(Line(sheet.name, heading=1))
        parts.append(_sheet_to_table(sheet))
        spreads.append(_spreads(sheet))
        warnings.extend(sheet.warnings)
    if len(set(titles)) > 1:
        names = ", ".join(f"« {name} »" for name in dict.fromkeys(titles))
        warnings.append(Warning(f"ce classeur porte plusieurs plans ({names}) : enregistrez chacun dans son fichier"))
    own_title = titles[0] if titles else title
    read = write_layout(parts, warnings, title=squeeze(own_title) if own_title else None)
    return replace(read, blocks=tuple(_spread_merges(read.blocks, spreads)))


def _choose(sheets: list[Sheet]) -> tuple[list[Sheet], list[Warning]]:
    """Return the sheets to read, and what is told of the others.

    A workbook of Territoires en Transitions holds lists of values and instructions beside its data sheet, whose
    cell A2 tells it.
    """
    filled = [sheet for sheet in sheets if sheet.rows]
    data = [sheet for sheet in filled if _is_tet(sheet)]
    if not data:
        return filled, []
    others = [sheet.name for sheet in filled if sheet not in data]
    message = f"feuilles non lues, car leur cellule A2 n'est pas « {FIRST_LABEL} » : {', '.join(others)}"
    return data, [Warning(message)] if others else []


def _take_title(sheet: Sheet) -> str | None:
    """Take off the title that stands in the first row of a sheet, alone or above « Axe (x) », and return it."""
    first = min(sheet.rows)
    cells = sheet.rows[first]
    place = min(cells)
    text = cells[place].text.strip()
    alone = len(cells) == 1 and len(sheet.rows) > 1
    is_title = alone or (first == place == 0 and _is_tet(sheet))
    if not is_title or len(text) > _LONGEST_TITLE or is_group(text) or _mark(text) is not None:
        return None
    del cells[place]
    if not cells:
        del sheet.rows[first]
    return text


def _is_tet(sheet: Sheet) -> bool:
    return fold(squeeze(sheet.cell_text(1, 0))) == fold(FIRST_LABEL)


def _sheet_to_table(sheet: Sheet) -> Table:
    """Lay a sheet out: a row of the table is a row of the sheet, so that places can be told.

    The first column always has its cell, since what follows an empty one goes on with the row above; other empty
    cells are left out.
    """
    left = min(column for cells in sheet.rows.values() for column in cells)
    rows: list[tuple[TableCell, ...]] = []
    boxes = {} if _is_list(sheet) else _bind_marks(sheet)
    for number in range(max(sheet.rows) + 1):
        cells = boxes.get(number, {column: cell.text for column, cell in sheet.rows.get(number, {}).items()})
        if cells:
            rows.append(tuple(_cells(cells, left)))
        else:
            rows.append(())
    return Table(tuple(rows))


def _cells(texts: dict[int, str], left: int) -> Iterator[TableCell]:
    if left not in texts:
        yield TableCell((), left)
    for column in sorted(texts):
        yield TableCell(tuple(_lines(texts[column])), column)


def _lines(text: str) -> Iterator[Line]:
    for line in text.split("\n"):
        bullet = _BULLET.match(line)
        if bullet is None:
            yield Line(line)
        else:
            mark = bullet.group("mark") or bullet.group("glued")
            indent = len((bullet.group("indent") or "").expandtabs(4))
            yield Line(line[bullet.end() :], bullet=max(_DEEPER.get(mark, 0), indent // 2))


# --- check boxes of forms: a mark beside a label


def _is_list(sheet: Sheet) -> bool:
    """Tell a sheet whose marks stand in columns of their own, below a header."""
    marked = {column for cells in sheet.rows.values() for column, cell in cells.items() if _cell_mark(cell) is not None}
    for row in sorted(sheet.rows)[:20]:
        cells = sheet.rows[row]
        short = [cell for cell in cells.values() if _cell_mark(cell) is None and len(cell.text) <= _LONGEST_OPTION]
        if len(short) >= 3 and len(short) == len(cells) and marked <= set(cells):
            return True
    return False


def _bind_marks(sheet: Sheet) -> dict[int, dict[int, str]]:
    """Return the rows that hold marks, each mark written as a box before its label.

    A mark belongs to the label on its right when all the marks of its column have one there, else to the one on its
    left. In a column of nothing but marks, an empty cell beside a label, between two marks, is an empty box.
    """
    bound = _bind_choices(sheet)
    for column, marks in sorted(_marks(sheet).items()):
        marks = {row: mark for row, mark in marks.items() if row not in bound}
        if not marks:
            continue
        side = next((side for side in (1, -1) if all(_is_label(sheet, row, column + side) for row in marks)), None)
        if side is None:
            continue
        pure = all(row in marks for row, cells in sheet.rows.items() if column in cells)
        for row in range(min(marks), max(marks) + 1) if pure else marks:
            if _is_label(sheet, row, column + side):
                texts = bound.setdefault(row, {place: cell.text for place, cell in sheet.rows[row].items()})
                texts.pop(column, None)
                box = BOX_TICKED if marks.get(row) else BOX_CLEAR
                texts[column + side] = f"{box} {texts[column + side].strip()}"
    return bound


def _bind_choices(sheet: Sheet) -> dict[int, dict[int, str]]:
    """Return the rows of choices that have each their own cell for a mark, on the same side for all of them.

    « Nature | Neuf | X | Repris |   »: the marks stand on the right, and the empty cell is an empty box.
    """
    bound: dict[int, dict[int, str]] = {}
    covered = {(merge.top, column) for merge in sheet.merges for column in range(merge.left + 1, merge.right + 1)}
    for row, cells in sheet.rows.items():
        labels = [column for column in sorted(cells) if _is_label(sheet, row, column)][1:]
        marked = {column for column, cell in cells.items() if _cell_mark(cell) is not None}
        sides = [side for side in (1, -1) if all(_is_slot(row, column + side, cells, covered) for column in labels)]
        if len(labels) < 2 or not marked or len(sides) != 1:
            continue
        texts = {column: cell.text for column, cell in cells.items() if column not in marked}
        for column in labels:
            slot = cells.get(column + sides[0])
            box = BOX_TICKED if slot is not None and _cell_mark(slot) else BOX_CLEAR
            texts[column] = f"{box} {texts[column].strip()}"
        bound[row] = texts
    return bound


def _is_slot(row: int, column: int, cells: dict[int, SheetCell], covered: set[tuple[int, int]]) -> bool:
    """Say whether a cell holds a mark, or is empty and no part of a merged one."""
    cell = cells.get(column)
    return (row, column) not in covered if cell is None else _cell_mark(cell) is not None


def _marks(sheet: Sheet) -> dict[int, dict[int, bool]]:
    """Return the marks of each column, by row."""
    columns: dict[int, dict[int, bool]] = {}
    for row, cells in sheet.rows.items():
        for column, cell in cells.items():
            mark = _cell_mark(cell)
            if mark is not None:
                columns.setdefault(column, {})[row] = mark
    return columns


def _is_label(sheet: Sheet, row: int, column: int) -> bool:
    cell = sheet.rows.get(row, {}).get(column)
    return cell is not None and _cell_mark(cell) is None and len(cell.text) <= _LONGEST_OPTION and "\n" not in cell.text


def _cell_mark(cell: SheetCell) -> bool | None:
    return cell.truth if cell.truth is not None else _mark(cell.text)


def _mark(text: str) -> bool | None:
    word = text.strip().lower()
    return True if word in _TICKS else False if word in _CLEARS else None


# --- cells merged over several rows


def _spreads(sheet: Sheet) -> dict[int, list[Merge]]:
    """Return the filled ranges merged over several rows, by each row below their first."""
    spread: dict[int, list[Merge]] = {}
    for merge in sheet.merges:
        if merge.bottom > merge.top and merge.left in sheet.rows.get(merge.top, {}):
            for row in range(merge.top + 1, merge.bottom + 1):
                if row in sheet.rows:
                    spread.setdefault(row, []).append(merge)
    return spread


def _spread_merges(blocks: Sequence[Block], spreads: list[dict[int, list[Merge]]]) -> Iterator[Block]:
    """Give each row of a merged range the blocks of its first row: the words stand once, and hold for all its rows."""
    wanted = {(table, m.top, m.left) for table, rows in enumerate(spreads) for held in rows.values() for m in held}
    sources: dict[tuple[int | None, int | None, int | None], list[Block]] = {}
    for block in blocks:
        place = (block.table, block.row, block.column)
        if place in wanted:
            sources.setdefault(place, []).append(block)
    for (table, row), group in groupby(blocks, key=lambda block: (block.table, block.row)):
        merges = spreads[table].get(row, []) if table is not None and row is not None else []
        if not merges:
            yield from group
            continue
        taken = {merge.left for merge in merges}
        own = [block for block in group if block.column not in taken or block.kind is not BlockKind.CELL]
        copies = [replace(one, row=row) for merge in merges for one in sources.get((table, merge.top, merge.left), [])]
        yield from sorted([*own, *copies], key=lambda block: block.column or 0)
