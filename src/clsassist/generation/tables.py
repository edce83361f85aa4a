"""The tables of an exact answer as lines: each cell with the column and the row that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ROW = re.compile(r"^\s*\|(.*)\|\s*$")
_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:-]+")
_BOLD = "**"


def text_to_lines(text: str) -> Iterator[tuple[str, str]]:
    r"""Yield (column, line) for every line of an answer; a table gives one line « row : cell » for each cell.

    The column is '' outside tables; a cell that is a number gives « 3 actions »; cells that hold nothing are left out.

    >>> list(text_to_lines("Deux plans :\n| | **A** | B |\n|---|---|---|\n| **Actions** | 3 | 5 |"))
    [('', 'Deux plans :'), ('A', '3 actions'), ('B', '5 actions')]
    """
    columns: list[str] = []
    for line in text.splitlines():
        row = _ROW.match(line)
        if row is None:
            columns = []
            yield "", line
        elif not columns:
            columns = _cells(row.group(1))
        elif not _RULE.fullmatch(line):
            label, *cells = _cells(row.group(1))
            for column, cell in zip(columns[1:], cells, strict=False):
                if any(map(str.isalnum, cell)):
                    yield column, f"{cell} {label.lower()}" if cell.isdigit() else f"{label} : {cell}"


def _cells(row: str) -> list[str]:
    return [cell.replace(_BOLD, "").strip() for cell in _CELL.split(row)]
