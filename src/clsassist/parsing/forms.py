"""Tables laid out otherwise than « label | value », brought to that one form before they are walked."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from clsassist.parsing.columns import HEADER_ROWS, row_to_header
from clsassist.parsing.labels import cell_to_key, label_to_key
from clsassist.parsing.units import Cell, Row
from clsassist.records import Block, BlockKind, Span

_YEAR = re.compile(r"(?:20[0-4]\d)(?:\s?[-–/]\s?20[0-4]\d)?")
# What people put in the column of a year: an X, a tick, a filled or an empty box.
_MARKS = {"": False, "x": True, "☒": True, "☑": True, "✓": True, "✔": True, "☐": False, "■": True, "□": False}
_NO_MARK = object()
# A label that stands in a row of its own is short.
_LONGEST_LABEL = 80


def to_label_rows(units: list[Row | Block], text: str) -> Iterator[Row | Block]:
    """Yield the units, each table of a form brought to rows of a label and its values."""
    for table, group in groupby(units, key=lambda unit: unit.table if isinstance(unit, Row) else None):
        held = list(group)
        if table is None:
            yield from held
        else:
            yield from _normalise([unit for unit in held if isinstance(unit, Row)], text)


def is_list_header(row: Row, text: str) -> bool:
    """Tell the header of a list of actions, one a row."""
    return row_to_header(row, text) is not None


def _normalise(rows: list[Row], text: str) -> Iterator[Row]:
    if any(is_list_header(row, text) for row in rows[:HEADER_ROWS]):
        yield from rows
        return
    paired = any(_pairs(row, text) for row in rows)
    stacked = sum(1 for row in rows if _is_lone_label(row, text)) >= 2
    position = 0
    while position < len(rows):
        row = rows[position]
        below = rows[position + 1] if position + 1 < len(rows) else None
        marked = _marked_rows(row, rows[position + 1 :], text)
        if marked:
            yield _year_boxes(row, marked, text)
            position += 1 + len(marked)
        elif below and _is_header(row, below, text):
            yield from _transposed(row, below)
            position += 2
        elif stacked and below and _is_stacked_label(row, below, text):
            position += 1
            cells = [row.cells[0]]
            while position < len(rows) and _is_lone(rows[position]) and not _is_lone_label(rows[position], text):
                if len(cells) > 1 and _could_be_label(rows[position], text) and position + 1 < len(rows):
                    break
                cells.append(rows[position].cells[0])
                position += 1
            yield Row(row.table, tuple(cells))
        else:
            yield from _split_pairs(row) if paired and len(row.cells) >= 4 and len(row.cells) % 2 == 0 else (row,)
            position += 1


def _pairs(row: Row, text: str) -> bool:
    """Tell « label | value | label | value »."""
    if len(row.cells) < 4 or len(row.cells) % 2:
        return False
    labels = [cell_to_key(cell.text(text)) for cell in row.cells[::2]]
    values = [label_to_key(cell.text(text)) for cell in row.cells[1::2]]
    return sum(key is not None for key in labels) >= 2 and not any(values)


def _split_pairs(row: Row) -> Iterator[Row]:
    for label, value in zip(row.cells[::2], row.cells[1::2], strict=True):
        if not (label.empty and value.empty):
            yield Row(row.table, (label, value))


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


def _is_stacked_label(row: Row, below: Row, text: str) -> bool:
    return _is_lone(below) and not _is_lone_label(below, text) and _could_be_label(row, text)


def _is_header(row: Row, below: Row, text: str) -> bool:
    """Tell a row of labels whose values stand in the row below."""
    if len(row.cells) < 2 or len(row.cells) != len(below.cells):
        return False
    labels = all(not cell.empty and label_to_key(cell.text(text)) for cell in row.cells)
    first = below.cells[0]
    return labels and not first.empty and label_to_key(first.text(text)) is None


def _transposed(row: Row, below: Row) -> Iterator[Row]:
    for label, value in zip(row.cells, below.cells, strict=True):
        yield Row(row.table, (label, value))


def _marked_rows(row: Row, below: list[Row], text: str) -> list[Row]:
    """Return the rows of marks or boxes under columns of years: « 2024 | 2025 » above « X |   »."""
    years = [_YEAR.fullmatch(cell.text(text).strip()) is not None for cell in row.cells[1:]]
    if len(years) < 2 or not all(years):
        return []
    marked = list(itertools.takewhile(lambda other: _is_marked(other, len(row.cells), text), below))
    return marked if any(not cell.empty for other in marked for cell in other.cells[1:]) else []


def _is_marked(row: Row, width: int, text: str) -> bool:
    known = not row.cells[0].empty and label_to_key(row.cells[0].text(text))
    return len(row.cells) == width and not known and all(_mark(cell, text) is not _NO_MARK for cell in row.cells[1:])


def _mark(cell: Cell, text: str) -> object:
    """Return the state that the cell of a year shows, or _NO_MARK when it holds something else."""
    if len(cell.blocks) == 1 and cell.blocks[0].kind is BlockKind.CHECKBOX:
        return cell.blocks[0].ticked
    return _MARKS.get(cell.text(text).strip().lower(), _NO_MARK)


def _year_boxes(row: Row, marked: list[Row], text: str) -> Row:
    """Make each year a check box of the field that the row is labelled with, under the words of its own row."""
    blocks: list[Block] = []
    for other in marked:
        blocks.extend(other.cells[0].blocks)
        for year, cell in zip(row.cells[1:], other.cells[1:], strict=True):
            ticked = _mark(cell, text)
            state = ticked if isinstance(ticked, bool) else None
            blocks.append(replace(year.blocks[0], kind=BlockKind.CHECKBOX, ticked=state))
    label = row.cells[0] if not row.cells[0].empty else marked[0].cells[0]
    ends = [block.span.end for block in blocks]
    return Row(row.table, (label, Cell(Span(min(block.span.start for block in blocks), max(ends)), tuple(blocks))))
