"""One pass over the rows and lines of a document: each is handed to what reads its kind.

The entries of tables of contents are left out (``summaries``), forms are brought to rows of labels (``forms``), and
the fiches that no numbered heading opens are found (``openings``, ``prose_openings``).
A line goes to ``outline``, then to ``fiche_lines`` inside a fiche. A row goes to the list of actions it stands in
(``action_lists``), to a list inside a fiche (``inner_tables``), or to the form of a fiche (``form_rows``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from clsassist.parsing.action_lists import ActionList
from clsassist.parsing.column_rows import is_furniture
from clsassist.parsing.columns import row_to_header
from clsassist.parsing.form_rows import read_form_row
from clsassist.parsing.forms import to_label_rows
from clsassist.parsing.gathering import FicheDraft, Gathering
from clsassist.parsing.headings import PLACES, Heading, Part, line_to_heading
from clsassist.parsing.inner_tables import InnerTable, inner_header
from clsassist.parsing.openings import Opening, find_openings
from clsassist.parsing.outline import goes_on, read_line
from clsassist.parsing.prose_openings import find_prose_openings
from clsassist.parsing.summaries import without_summaries
from clsassist.parsing.units import Cell, Row, document_to_units
from clsassist.records import Block, Document, Span
from clsassist.text import fold, squeeze

_LEADER = re.compile(r"[\s.…]*\d{0,3}$")  # « ........ 12 », behind a title in a table of contents
_BEGUN = 3  # fields


def gather(document: Document) -> Gathering:
    """Gather the fiches and sections of a document; without any form, the actions of its prose."""
    units = list(to_label_rows(without_summaries(list(document_to_units(document)), document.text), document.text))
    gathering = _walk(units, document.text, find_openings(units, document.text))
    if not gathering.fiches and (prose := find_prose_openings(units, document.text)):
        gathering = _walk(units, document.text, prose)
    gathering.fiches = _without_summary(gathering.fiches, document.text)
    return gathering


def _walk(units: Sequence[Row | Block], text: str, openings: Mapping[int, Opening]) -> Gathering:
    gathering = Gathering(text)
    titles = {opening.title_unit for opening in openings.values()}
    listing: ActionList | None = None
    for position, unit in enumerate(units):
        if position in openings:
            _open_fiche(gathering, openings[position], unit)
        if position in titles:
            continue
        below = _unit_below(units, position, text)
        if isinstance(unit, Row):
            listing = _read_row(gathering, listing, unit, below)
        else:
            read_line(gathering, unit, below)
    return gathering


def _unit_below(units: Sequence[Row | Block], position: int, text: str) -> Row | Block | None:
    """Return the unit that follows; for an axe, an objective or a theme, the one that follows them all."""
    below = position + 1
    if _is_place(units[position], text):
        end = min(below + len(PLACES), len(units))
        while below < end and _is_place(units[below], text):
            below += 1
    return units[below] if below < len(units) else None


def _is_place(unit: Row | Block, text: str) -> bool:
    heading = line_to_heading(unit.span.of(text)) if isinstance(unit, Block) else None
    return heading is not None and heading.part in PLACES


def _open_fiche(gathering: Gathering, opening: Opening, unit: Row | Block) -> None:
    first = unit.cells[0].blocks[:1] if isinstance(unit, Row) else (unit,)
    fiche = gathering.open_fiche(opening.number, opening.title, first[0].page if first else None)
    fiche.level = opening.level


def _read_row(
    gathering: Gathering, listing: ActionList | None, row: Row, below: Row | Block | None
) -> ActionList | None:
    """Read one row, and return the list of actions that is open below it."""
    text = gathering.text
    if listing and listing.header.table != row.table:
        # What stands below a list goes on with none of its actions.
        listing, gathering.fiche = None, gathering.open_form
    fiche = gathering.open_form
    if listing:
        listing.read(row, gathering)
    elif fiche and fiche.inner and fiche.inner.table == row.table:
        fiche.inner.read(row, fiche.fields)
    elif fiche and (key := inner_header(row, below, text, begun=bool(fiche.own()))):
        fiche.inner = InnerTable.open(row, key, fiche.group_heading, text)
        fiche.fields.append(fiche.inner.draft)
    elif header := row_to_header(row, text):
        return ActionList(header)
    elif not is_furniture(row, text):
        _read_form_row(gathering, row, below)
    return listing


def _read_form_row(gathering: Gathering, row: Row, below: Row | Block | None) -> None:
    """Read a row of no list: the heading of a fiche, a row of the open fiche, or lines in cells."""
    first, *values = row.cells
    heading = line_to_heading(first.text(gathering.text))
    fiche = gathering.fiche
    if heading and heading.part is Part.FICHE and not goes_on(fiche, heading, gathering.text):
        _open_from_row(gathering, heading, first, values)
    elif fiche is None or (heading and _is_band(fiche, heading, row)):
        for block in row.blocks():
            read_line(gathering, block, below)
    else:
        read_form_row(fiche, row, below, gathering.text)


def _is_band(fiche: FicheDraft, heading: Heading, row: Row) -> bool:
    """Tell the band of an axe between two fiches from the axe written in one."""
    return len(fiche.own()) >= _BEGUN and len(row.cells) == 1 and heading.part in (Part.AXE, Part.THEMATIQUE)


def _open_from_row(gathering: Gathering, heading: Heading, first: Cell, values: list[Cell]) -> None:
    title = next((cell.written for cell in values if not cell.empty), None)
    if title is None and heading.title:
        title = Span(first.written.start + heading.title_start, first.written.end)
    fiche = gathering.open_fiche(heading.number, title, first.blocks[0].page)
    fiche.heading = first.span
    fiche.awaits_title = title is None


def _without_summary(fiches: list[FicheDraft], text: str) -> list[FicheDraft]:
    """Leave out the headings of a table of contents: without content, and met again with some."""
    filled = {name for fiche in fiches if fiche.own() for name in _names(fiche, text)}
    return [fiche for fiche in fiches if fiche.own() or not _names(fiche, text) & filled]


def _names(fiche: FicheDraft, text: str) -> set[tuple[int | None, str]]:
    title = _LEADER.sub("", squeeze(fiche.title.of(text))) if fiche.title else ""
    names = {(None, fold(title))} if title else set()
    return names | ({(fiche.axe_number, fiche.number)} if fiche.number else set())
