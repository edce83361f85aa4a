"""Text files: exports of Word forms (cells on tab lines), tabbed HTML cells, Markdown tables, plain lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clsassist.readers.columns import aligned_rows
from clsassist.readers.encoding import decode
from clsassist.readers.markup import Place, join_hyphenated_names, text_to_blocks
from clsassist.readers.transcript import Transcript
from clsassist.records import Block, BlockKind, Span

_BOX_LINE = re.compile(r"\s*\|\s?[Xx_ ]\s?\|(?!.*\|\s*$)")
_RULE_CHARACTERS = frozenset(" \t|:-")
# A line drawn under a label, or left to be filled in.
_DRAWN = re.compile(r"\s*([=_*~#—–─═])\1{2,}\s*")
# A line beyond this is no line that a person wrote: reading it would take minutes.
_LONGEST_LINE = 200_000
_GUTTER = re.compile(r"\S {2,}\S")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+")
# A line that starts a new part of the document, and so ends a cell that spreads over several lines.
_OPENS_PART = re.compile(r"\s*(?:fiche[- ]?action|action n°|axe \w+|objectif \d|th[ée]matique)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    text: str

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def read_plain(raw: bytes) -> Transcript:
    """Read a text file of any of the known layouts.

    Raises ValueError when the bytes are not text.
    """
    text, warnings = decode(raw)
    if max(map(len, text.split("\n"))) > _LONGEST_LINE:
        raise ValueError(f"une de ses lignes dépasse {_LONGEST_LINE} caractères")
    blocks = join_hyphenated_names(text, list(_lines_to_blocks(text)))
    return Transcript(text, tuple(blocks), warnings)


def _is_rule(line: str) -> bool:
    """Say whether a line only draws a rule: « ---|--- », « --<tab>-- », « ===== »."""
    return ("--" in line and set(line) <= _RULE_CHARACTERS) or bool(_DRAWN.fullmatch(line))


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(_Line(Span(start, start + len(line)), line))
        start += len(line) + 1
    return lines


def _lines_to_blocks(text: str) -> Iterator[Block]:
    """Walk the lines once; each kind of line hands over to what reads it."""
    lines, position, table = _lines(text), 0, 0
    while position < len(lines):
        line = lines[position]
        if line.blank or _is_rule(line.text):
            position += 1
        elif _is_markdown_row(line):
            rows, position = _markdown_rows(lines, position)
            yield from _rows_to_blocks(text, rows, table)
            table += 1
        elif "\t" in line.text:
            rows, position = _tabbed_rows(lines, position)
            yield from _rows_to_blocks(text, rows, table)
            table += 1
        elif rows := _spaced_rows(lines, position):
            yield from _rows_to_blocks(text, rows, table)
            position += len(rows)
            table += 1
        else:
            yield from _line_to_blocks(text, line)
            position += 1


def _line_to_blocks(text: str, line: _Line) -> Iterator[Block]:
    heading = _MARKDOWN_HEADING.match(line.text)
    if heading:
        span = Span(line.span.start + heading.end(), line.span.end)
        yield Block(BlockKind.HEADING, span, level=len(heading.group(1)))
    else:
        yield from text_to_blocks(text, line.span.start, line.span.end, Place())


def _is_markdown_row(line: _Line) -> bool:
    stripped = line.text.strip()
    return stripped.startswith("|") and stripped.endswith("|") and not _BOX_LINE.match(line.text)


def _markdown_rows(lines: list[_Line], position: int) -> tuple[list[list[Span]], int]:
    rows = []
    while position < len(lines) and _is_markdown_row(lines[position]):
        line = lines[position]
        if not _is_rule(line.text):
            rows.append(_split_cells(line, "|", trim=1))
        position += 1
    return rows, position


def _split_cells(line: _Line, separator: str, trim: int = 0) -> list[Span]:
    """Cut a line at a separator; ``trim`` drops the empty pieces outside the first and last bars."""
    spans, start = [], line.span.start
    for piece in line.text.split(separator):
        spans.append(Span(start, start + len(piece)))
        start += len(piece) + 1
    return spans[trim : len(spans) - trim]


def _spaced_rows(lines: list[_Line], position: int) -> list[list[Span]]:
    """Read the rows of a table drawn with spaces, one a line; none where a line starts no table."""
    if not _GUTTER.search(lines[position].text):
        return []
    found = aligned_rows(lines[place].text for place in range(position, len(lines)))
    starts = (lines[place].span.start for place in range(position, len(lines)))
    return [
        [Span(start + first, start + last) for first, last in row] for row, start in zip(found, starts, strict=False)
    ]


def _tabbed_rows(lines: list[_Line], position: int) -> tuple[list[list[Span]], int]:
    """Read the rows of a tabbed table, until a line that belongs to no cell.

    Its first line tells which of two layouts it has: « label TAB value », a row a line, an empty label
    going on with the row above; or one cell a line, each opened by a tab, values going on over the next
    lines, blank ones included, and a blank line before each new row.
    """
    inline = bool(lines[position].text.partition("\t")[0].strip())
    rows: list[list[Span]] = []
    after_blank = True
    while position < len(lines):
        line = lines[position]
        before, tab, _ = line.text.partition("\t")
        cell = Span(line.span.start + len(before) + 1, line.span.end) if tab else line.span
        if _is_rule(line.text) or (line.blank and not tab):
            after_blank = True
            position += 1
            continue
        if tab and inline:
            rows.append([Span(line.span.start, cell.start - 1), cell])
        elif tab and not before.strip():
            _open_cell(rows, cell, new_row=after_blank)
        elif (inline and after_blank) or _OPENS_PART.match(line.text):
            break
        else:
            rows[-1][-1] = Span(rows[-1][-1].start, line.span.end)
        after_blank = False
        position += 1
    return rows, position


def _open_cell(rows: list[list[Span]], cell: Span, *, new_row: bool) -> None:
    if new_row or not rows:
        rows.append([cell])
    else:
        rows[-1].append(cell)


def _rows_to_blocks(text: str, rows: list[list[Span]], table: int) -> Iterator[Block]:
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            place = Place(table=table, row=number, column=column)
            yield place.block(BlockKind.CELL, cell)
            yield from text_to_blocks(text, cell.start, cell.end, place)
