"""Where fiches begin that no numbered heading opens: known labels close together, under a title or none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from clsassist.parsing.columns import row_to_header
from clsassist.parsing.headings import PLACES, Part, line_to_heading, split_number
from clsassist.parsing.lines import unit_to_key
from clsassist.parsing.units import Row, is_merged_title, lone_block
from clsassist.records import Block, BlockKind, Span

Units = Sequence[Row | Block]

# Three labels within this many lines or rows are a fiche whose title was missed.
_WINDOW = 16
_ENOUGH = 3
_LONG_TABLE = 4  # rows
_LONGEST_TITLE = 200
# A fiche that has a field for its title names it among its first labels: the line above is then none.
_TITLE_WINDOW = 8
_FARTHEST_TITLE = 4  # lines or rows above the first label

# Fields that say what an action does: a title page has a territory and years too, but none of these.
_CONTENT = frozenset(
    "objectif_general objectifs_specifiques objectifs_operationnels etapes description contexte indicateurs "
    "indicateurs_processus indicateurs_resultat indicateurs_impact partenaires public".split()
)
_HEADINGS = frozenset({"axe", "sous_axe", "objectif_strategique", "thematique"})

# The number of a fiche alone in its cell: « A1 », « 3.2 », « n° 12 », « FA-07 ».
_CODE = re.compile(r"(?:n\s?°\s*)?(?:[A-Z]{1,3}[.-]?)?\d{1,3}(?:[.-]\d+)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opening:
    """A fiche that begins at a unit; ``title_unit`` is the unit that holds its title, None when it has none."""

    number: str | None = None
    title: Span | None = None
    title_unit: int | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class _Page:
    """The units of a document, and of each the part that it opens and the key of the label that opens it.

    ``lists`` are the tables that hold a list of actions: their rows have neither. ``repeated`` are the lines met twice.
    """

    units: Units
    text: str
    lists: frozenset[int]
    parts: Sequence[Part | None]
    keys: Sequence[str | None]
    repeated: frozenset[str]


def find_openings(units: Units, text: str) -> dict[int, Opening]:
    """Find the fiches without a heading: three known labels close together, one of them about content.

    Two are enough in a table of four rows or more.

    Within a series, a fiche begins where the first label of the one above comes back.
    """
    page = _look_over(units, text)
    openings: dict[int, Opening] = {}
    own: list[str] | None = None  # the labels of the open fiche
    for position, unit in enumerate(units):
        key = page.keys[position]
        if page.parts[position] is Part.FICHE:
            own = []
        elif _closes(page, position, own):
            own = own if own and isinstance(unit, Row) else None  # a list inside a fiche is one of its fields
        elif key is None:
            continue
        elif _begins(page, position, own):
            first = position if own else _first_row(page, position)
            titled = "titre" in page.keys[first : position + _TITLE_WINDOW]
            openings[first] = Opening() if titled else _opening(page, first)
            own = [key]
        elif own is not None:
            own.append(key)
    return openings


def _look_over(units: Units, text: str) -> _Page:
    lists: set[int] = set()
    for unit in units:
        if isinstance(unit, Row) and unit.table not in lists and row_to_header(unit, text):
            lists.add(unit.table)
    listed = [isinstance(unit, Row) and unit.table in lists for unit in units]
    lines = Counter(unit.span.of(text) for unit in units if isinstance(unit, Block))
    return _Page(
        units,
        text,
        frozenset(lists),
        [None if inside else _unit_to_part(unit, text) for unit, inside in zip(units, listed, strict=True)],
        [None if inside else unit_to_key(unit, text) for unit, inside in zip(units, listed, strict=True)],
        frozenset(line for line, count in lines.items() if count > 1),
    )


def _unit_to_part(unit: Row | Block, text: str) -> Part | None:
    heading = line_to_heading(unit.cells[0].text(text) if isinstance(unit, Row) else unit.span.of(text))
    return heading.part if heading else None


def _closes(page: _Page, position: int, own: list[str] | None) -> bool:
    unit = page.units[position]
    if isinstance(unit, Row) and unit.table in page.lists:
        return True
    lone = isinstance(unit, Block) or len(unit.cells) == 1
    closing = lone and page.parts[position] in (Part.AXE, Part.THEMATIQUE, Part.SUMMARY)
    return closing and not _places_fiche(page, position, own)


def _places_fiche(page: _Page, position: int, own: list[str] | None) -> bool:
    """Tell the axe that an open fiche gives above its own fields: they follow it."""
    if own is None or len(own) >= _ENOUGH:
        return False
    following = range(position, min(position + len(PLACES) + 1, len(page.units)))
    below = next((place for place in following if page.parts[place] not in PLACES), position)
    return page.keys[below] is not None and page.parts[below] is None


def _begins(page: _Page, position: int, own: list[str] | None) -> bool:
    """Tell that a label begins a fiche: a cluster outside fiches, or the first label of the one above come back."""
    if own is None:
        return _is_cluster(page, position) and not _heading_within(page, position)
    return bool(own) and page.keys[position] == own[0] and len(set(own) - _HEADINGS) >= _ENOUGH


def _is_cluster(page: _Page, position: int) -> bool:
    """Tell three known labels close together, or two in a table of four rows and more."""
    near = {key for key in page.keys[position : position + _WINDOW] if key}
    unit = page.units[position]
    enough = _ENOUGH
    if isinstance(unit, Row):
        rows = [other for other in page.units[position : position + _WINDOW] if isinstance(other, Row)]
        enough -= sum(1 for row in rows if row.table == unit.table and len(row.cells) > 1) >= _LONG_TABLE
    return len(near - _HEADINGS) >= enough and bool(near & _CONTENT)


def _heading_within(page: _Page, position: int) -> bool:
    """Tell that a numbered fiche begins before three labels are met: these lines belong to what is above it."""
    seen: set[str] = set()
    for place in range(position, min(position + _WINDOW, len(page.units))):
        if page.parts[place] is Part.FICHE:
            return True
        key = page.keys[place]
        seen |= {key} if key else set()
        if len(seen - _HEADINGS) >= _ENOUGH:
            return False
    return False


def _first_row(page: _Page, position: int) -> int:
    """Return the first row of labels of the table: labels in no list may stand above the first known one."""
    while position and _is_row_above(page, position):
        position -= 1
    return position


def _is_row_above(page: _Page, position: int) -> bool:
    unit, above = page.units[position], page.units[position - 1]
    if not isinstance(unit, Row) or not isinstance(above, Row) or above.table != unit.table:
        return False
    if is_merged_title(above):
        return False
    labelled = len(above.cells) > 1 and not above.cells[0].empty and not _numbered_row(page, position - 1)
    return labelled and page.parts[position - 1] not in (Part.FICHE, Part.AXE)


def _opening(page: _Page, position: int) -> Opening:
    """Take the line just above as the title, when it looks like one: a heading sooner than the words under it.

    Empty rows do not part them.
    """
    places = range(max(0, position - _FARTHEST_TITLE), position)
    above = [place for place in places if not (isinstance(unit := page.units[place], Row) and unit.empty)]
    found = None
    for place in reversed(above[-2:]):
        if opening := _numbered_row(page, place):
            return opening
        block = lone_block(page.units[place])
        words = block.span.of(page.text) if block else ""
        if block is None or page.keys[place] or line_to_heading(words):
            break
        if words in page.repeated:
            continue  # the heading of a part that every fiche has: « 1. Présentation »
        if _looks_like_title(block, words):
            heading = block.kind is BlockKind.HEADING
            number, title = split_number(block.span, page.text, heading=heading)
            if found is None or heading:
                found = Opening(number, title, place, block.level if heading else 0)
            if heading:
                break
    return found or Opening()


def _numbered_row(page: _Page, place: int) -> Opening | None:
    """Read a row that holds a number and a title: « A1 | Ouvrir une consultation »."""
    unit = page.units[place]
    if not isinstance(unit, Row):
        return None
    filled = [cell for cell in unit.cells if not cell.empty]
    if len(filled) != 2 or not _CODE.fullmatch(filled[0].text(page.text).strip()):
        return None
    return Opening(filled[0].text(page.text).strip(), filled[1].written, place)


def _looks_like_title(block: Block, words: str) -> bool:
    if block.kind is BlockKind.HEADING:
        return True
    short = block.kind is BlockKind.PARAGRAPH and len(words) <= _LONGEST_TITLE
    return short and not words.endswith((".", ";", ":", ","))
