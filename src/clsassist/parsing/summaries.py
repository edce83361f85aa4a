"""Tables of contents: what they list is read where it stands, not where it is announced."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clsassist.parsing.headings import Part, line_to_heading
from clsassist.parsing.units import Row, lone_block
from clsassist.records import Block

# « Former les aidants ........ 12 »; a mere space may stand before the page.
_ENTRY = re.compile(r"\S.{0,200}?[\s.…_·]+(?P<page>\d{1,3})")
_PAGE = re.compile(r"\d{0,3}")
# Entries without a page, « Axe 1 : » above its fiches, are followed by one that has it.
_MOST_UNPAGED = 3
_LONGEST_ENTRY = 200


def without_summaries(units: Sequence[Row | Block], text: str) -> list[Row | Block]:
    """Return the units of a document, without the entries of its tables of contents."""
    kept: list[Row | Block] = []
    position = 0
    while position < len(units):
        kept.append(units[position])
        position += 1
        if _is_summary_heading(kept[-1], text):
            position = _end_of_summary(units, position, text)
    return kept


def _is_summary_heading(unit: Row | Block, text: str) -> bool:
    block = lone_block(unit)
    heading = line_to_heading(block.span.of(text)) if block else None
    return heading is not None and heading.part is Part.SUMMARY


def _end_of_summary(units: Sequence[Row | Block], position: int, text: str) -> int:
    """Return the position behind the last entry; pages never go back."""
    page = 0
    end = position
    while position < len(units) and position - end <= _MOST_UNPAGED:
        unit = units[position]
        found = _page_of(unit, page, text)
        position += 1
        if found is not None:
            page, end = found, position
        elif isinstance(unit, Row) or unit.span.end - unit.span.start > _LONGEST_ENTRY:
            break
    return end


def _page_of(unit: Row | Block, least: int, text: str) -> int | None:
    """Return the page that an entry names; a row whose last cell is empty goes on with the one above."""
    if isinstance(unit, Row) and len(unit.cells) > 1:
        words = unit.cells[-1].text(text).strip()
        return int(words or least) if _PAGE.fullmatch(words) else None
    block = lone_block(unit)
    line = block.span.of(text) if block else ""
    entry = _ENTRY.fullmatch(line)
    heading = line_to_heading(line)
    # The number of « Fiche action 12 » is its own.
    if entry is None or int(entry.group("page")) < least or (heading and heading.title is None):
        return None
    return int(entry.group("page"))
