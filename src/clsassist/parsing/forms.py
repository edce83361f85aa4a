"""Tables laid out otherwise than « label | value », brought to that one form before they are walked."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from clsassist.parsing.columns import HEADER_ROWS, row_to_header
from clsassist.parsing.headings import Part, line_to_heading
from clsassist.parsing.labels import cell_to_key, label_to_key
from clsassist.parsing.units import Cell, Row
from clsassist.readers.markup import COLUMN_MARKS, YEAR
from clsassist.records import Block, BlockKind, Span

_NO_MARK = object()
# A label that stands in a row of its own, and the head of a column of marks, are short.
_LONGEST_LABEL = 80
_LONGEST_HEAD = 40
# Only a list has more rows than this: forms are not looked for in it.
_LONGEST_FORM = 60


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of a table, and how they are laid out as a whole."""

    rows: list[Row]
    text: str
    label_columns: frozenset[int | None]
    stacked: bool
    banded: bool
    grouped: bool


# Reads the rows of a table from a position: the rows of labels that they make, and how many of them it took.
_Shape: TypeAlias = Callable[[_Table, int], tuple[list[Row], int] | None]


def to_label_rows(units: list[Row | Block], text: str) -> Iterator[Row | Block]:
    """Yield the units, each table of a form brought to rows of a label and its values."""
    for table, group in groupby(units, key=lambda unit: unit.table if isinstance(unit, Row) else None):
        held = list(group)
        if table is None:
            yield from held
        else:
            yield from _normalise([unit for unit in held if isinstance(unit, Row)], text)


def _normalise(rows: list[Row], text: str) -> Iterator[Row]:
    banded = _is_banded(rows[:_LONGEST_FORM], text)
    if not banded and any(row_to_header(row, text) for row in rows[:HEADER_ROWS]):
        yield from rows
        return
    if _is_synoptic(rows, text):
        yield from _columns_to_fiches(rows)
        return
    table = _Table(
        rows,
        text,
        label_columns=frozenset(cell.column for row in rows if _pairs(row, text) for cell in row.cells[::2]),
        stacked=sum(1 for row in rows if _is_lone_label(row, text)) >= 2,
        banded=banded,
        grouped=_is_grouped(rows, text),
    )
    position = 0
    while position < len(rows):
        found = next((made for shape in _SHAPES if (made := shape(table, position))), None)
        label_rows, taken = found or ([rows[position]], 1)
        yield from label_rows
        position += taken


# --- marks under the heads of columns


def _marks(table: _Table, position: int) -> tuple[list[Row], int] | None:
    """Read columns of years, or of answers, with marks under them: « 2024 | 2025 » above « X |   »."""
    head, text = table.rows[position], table.text
    heads = [cell.text(text).strip() for cell in head.cells[1:]]
    if len(heads) < 2 or not all(heads) or any(len(words) > _LONGEST_HEAD for words in heads):
        return None
    years = all(YEAR.fullmatch(words) for words in heads)
    below = table.rows[position + 1 :]
    marked = list(itertools.takewhile(lambda row: _is_marked(row, len(head.cells), text, years=years), below))
    if not any(_mark(cell, text) is True for row in marked for cell in row.cells[1:]):
        return None
    if years:
        return [_boxes(head, marked, text)], 1 + len(marked)
    return [Row(row.table, (row.cells[0], _boxes(head, [row], text).cells[1])) for row in marked], 1 + len(marked)


def _is_marked(row: Row, width: int, text: str, *, years: bool) -> bool:
    first = row.cells[0]
    known = not first.empty and label_to_key(first.text(text)) is not None
    named = not known if years else not first.empty
    return len(row.cells) == width and named and all(_mark(cell, text) is not _NO_MARK for cell in row.cells[1:])


def _mark(cell: Cell, text: str) -> object:
    """Return the state that a cell shows, or _NO_MARK when it holds something else."""
    if len(cell.blocks) == 1 and cell.blocks[0].kind is BlockKind.CHECKBOX:
        return cell.blocks[0].ticked
    return COLUMN_MARKS.get(cell.text(text).strip().lower(), _NO_MARK)


def _boxes(head: Row, marked: list[Row], text: str) -> Row:
    """Make the head of each column a check box of the field, under the words of its own row when there are several."""
    blocks: list[Block] = []
    for row in marked:
        blocks.extend(row.cells[0].blocks if len(marked) > 1 or not head.cells[0].empty else ())
        for column, cell in zip(head.cells[1:], row.cells[1:], strict=True):
            ticked = _mark(cell, text)
            state = ticked if isinstance(ticked, bool) else None
            blocks.append(replace(column.blocks[0], kind=BlockKind.CHECKBOX, ticked=state))
    label = head.cells[0] if not head.cells[0].empty else marked[0].cells[0]
    starts, ends = [block.span.start for block in blocks], [block.span.end for block in blocks]
    return Row(head.table, (label, Cell(Span(min(starts), max(ends)), tuple(blocks))))


# --- labels over their values


def _header(table: _Table, position: int) -> tuple[list[Row], int] | None:
    """Read a row of labels whose values stand in the row below."""
    row, text = table.rows[position], table.text
    below = table.rows[position + 1] if position + 1 < len(table.rows) else None
    if below is None or len(row.cells) < 2 or len(row.cells) != len(below.cells):
        return None
    known = [not cell.empty and label_to_key(cell.text(text)) is not None for cell in row.cells]
    banded = table.banded and _is_band(row, below, text)
    first = below.cells[0]
    if not (all(known) or banded) or (first.empty and not banded) or label_to_key(first.text(text)) is not None:
        return None
    return [Row(row.table, pair) for pair in zip(row.cells, below.cells, strict=True)], 2


def _is_banded(rows: list[Row], text: str) -> bool:
    """Tell a table of bands of labels, each over its values: two at least, one of known labels only."""
    bands = [row for row, below in itertools.pairwise(rows) if _is_band(row, below, text)]
    whole = any(all(label_to_key(cell.text(text)) for cell in row.cells) for row in bands)
    return len(bands) >= 2 and whole


def _is_band(row: Row, below: Row, text: str) -> bool:
    """Tell a row of short labels, one of them known, over a row as wide that holds none."""
    if len(row.cells) < 2 or len(row.cells) != len(below.cells) or any(cell.empty for cell in row.cells):
        return False
    words = [cell.text(text) for cell in row.cells]
    short = all(len(label) <= _LONGEST_HEAD and not label.endswith((".", ";", ",")) for label in words)
    known = any(cell_to_key(label) for label in words)
    return short and known and not any(label_to_key(cell.text(text)) for cell in below.cells)


def _stack(table: _Table, position: int) -> tuple[list[Row], int] | None:
    """Read a label alone in its row, and the rows below it up to the next one."""
    rows, text = table.rows, table.text
    below = rows[position + 1] if position + 1 < len(rows) else None
    if not table.stacked or below is None or not _could_be_label(rows[position], text):
        return None
    if not _is_lone(below) or _is_lone_label(below, text):
        return None
    cells = [rows[position].cells[0]]
    for place in range(position + 1, len(rows)):
        row = rows[place]
        if not _is_lone(row) or _is_lone_label(row, text):
            break
        if len(cells) > 1 and _could_be_label(row, text) and place + 1 < len(rows):
            break
        cells.append(row.cells[0])
    return [Row(rows[position].table, tuple(cells))], len(cells)


def _is_lone(row: Row) -> bool:
    return len(row.cells) == 1 and not row.cells[0].empty


def _is_lone_label(row: Row, text: str) -> bool:
    return _is_lone(row) and len(row.cells[0].blocks) == 1 and label_to_key(row.cells[0].text(text)) is not None


def _could_be_label(row: Row, text: str) -> bool:
    """Tell a short lone cell without final punctuation: among stacked labels, one in no list."""
    if not _is_lone(row) or len(row.cells[0].blocks) != 1:
        return False
    block, words = row.cells[0].blocks[0], row.cells[0].text(text)
    return (
        block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING)
        and len(words) <= _LONGEST_LABEL
        and words[:1].isupper()
        and not words.endswith((".", ";", ","))
    )


# --- fiches side by side


def _is_synoptic(rows: list[Row], text: str) -> bool:
    """Tell fiches in columns, their headings in the first row and the labels in the first column."""
    head, *below = rows
    headings = [line_to_heading(cell.text(text)) for cell in head.cells[1:]]
    if len(headings) < 2 or not all(found and found.part is Part.FICHE for found in headings):
        return False
    return sum(1 for row in below if not row.cells[0].empty and cell_to_key(row.cells[0].text(text))) >= 2


def _columns_to_fiches(rows: list[Row]) -> Iterator[Row]:
    head, *below = rows
    for fiche in head.cells[1:]:
        yield Row(head.table, (fiche,))
        yield from (Row(row.table, (row.cells[0], *_under(fiche, row))) for row in below)


def _under(fiche: Cell, row: Row) -> list[Cell]:
    """Return the value of a row for a column of fiche: a cell merged over several columns stands at its first."""
    left = [cell for cell in row.cells[1:] if (cell.column or 0) <= (fiche.column or 0)]
    return left[-1:]


# --- several labels on a row


def _pairs(row: Row, text: str) -> bool:
    """Tell « label | value | label | value »."""
    if len(row.cells) < 4 or len(row.cells) % 2:
        return False
    labels = [cell_to_key(cell.text(text)) for cell in row.cells[::2]]
    values = [label_to_key(cell.text(text)) for cell in row.cells[1::2]]
    return sum(key is not None for key in labels) >= 2 and not any(values)


def _pair(table: _Table, position: int) -> tuple[list[Row], int] | None:
    """Part a row where the columns that hold labels elsewhere begin."""
    row = table.rows[position]
    starts = [
        place
        for place, cell in enumerate(row.cells)
        if cell.column in table.label_columns and not any(block.kind is BlockKind.CHECKBOX for block in cell.blocks)
    ]
    if len(starts) < 2 or starts[0] != 0:
        return None
    ends = [*starts[1:], len(row.cells)]
    parts = [row.cells[start:end] for start, end in zip(starts, ends, strict=True)]
    return [Row(row.table, part) for part in parts if not all(cell.empty for cell in part)], 1


def _is_grouped(rows: list[Row], text: str) -> bool:
    """Tell « group | label | value »: the first column is merged over rows, the second names each of them."""
    wide = [row for row in rows if len(row.cells) == 3]
    if len(wide) < 3 or len(wide) < 0.6 * len(rows) or not any(row.cells[0].empty for row in wide):
        return False
    labels = [row.cells[1] for row in wide]
    named = sum(1 for cell in labels if not cell.empty and cell_to_key(cell.text(text)))
    boxed = any(block.kind is BlockKind.CHECKBOX for cell in labels for block in cell.blocks)
    return all(len(cell.blocks) == 1 for cell in labels) and named >= 2 and not boxed


def _group(table: _Table, position: int) -> tuple[list[Row], int] | None:
    """Leave out a column of groups (« QUI », « POURQUOI »): the label beside each value is the field's own."""
    row = table.rows[position]
    if not table.grouped or len(row.cells) != 3 or row.cells[1].empty:
        return None
    return [Row(row.table, row.cells[1:])], 1


def _boxed(table: _Table, position: int) -> tuple[list[Row], int] | None:
    """Part each cell of a row of boxes, whose first line is a label and whose other lines are its value.

    « Objectifs / Rapprocher les soins | Public / Familles »; one cell alone is a box too.
    """
    row = table.rows[position]
    filled = [cell for cell in row.cells if not cell.empty]
    if not filled or any(len(cell.blocks) < 2 for cell in filled) or filled[0] is not row.cells[0]:
        return None
    heads = [cell.blocks[0] for cell in filled]
    words = [head.span.of(table.text) for head in heads]
    named = all(head.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING) for head in heads)
    short = all(len(label) <= _LONGEST_HEAD and not label.endswith((".", ";", ",", ":")) for label in words)
    bold = heads[0].kind is BlockKind.HEADING
    known = all(map(label_to_key, words)) if len(row.cells) > 1 else bold or cell_to_key(words[0]) is not None
    labels_only = all(label_to_key(block.span.of(table.text)) for block in filled[0].blocks)
    if not (named and short and known) or labels_only:
        return None
    return [
        Row(row.table, (Cell(cell.blocks[0].span, cell.blocks[:1]), Cell(cell.span, cell.blocks[1:])))
        for cell in filled
    ], 1


_SHAPES: tuple[_Shape, ...] = (_marks, _header, _stack, _pair, _group, _boxed)
