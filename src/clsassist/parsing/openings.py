"""Where fiches begin that no numbered heading opens: known labels close together, or the headings of a prose plan."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from clsassist.parsing.forms import is_list_header
from clsassist.parsing.headings import Part, line_to_heading
from clsassist.parsing.labels import cell_to_key, label_to_key
from clsassist.parsing.units import Row
from clsassist.records import Block, BlockKind, Span
from clsassist.text import fold, squeeze

Units = Sequence[Row | Block]

# Three labels within this many lines or rows are a fiche whose title was missed.
_WINDOW = 16
_ENOUGH = 3
_LONGEST_TITLE = 200
# A label alone on its line is short; a sentence that happens to be one is not a label.
LONGEST_LABEL_LINE = 60

# Fields that say what an action does: a title page has a territory and years too, but none of these.
_CONTENT = frozenset(
    "objectif_general objectifs_specifiques objectifs_operationnels etapes description contexte indicateurs "
    "indicateurs_processus indicateurs_resultat indicateurs_impact partenaires public".split()
)
_HEADINGS = frozenset({"axe", "sous_axe", "objectif_strategique", "thematique"})

_NUMBERED_TITLE = re.compile(
    r"(?:(?P<word>objectifs?(?: op[ée]rationnels?| sp[ée]cifiques?)?|sous-action|engagement|proposition|levier"
    r"|recommandation)\s*(?:n\s?°)?\s*)?(?P<number>\d+(?:\.\d+)*|[A-Z]\.?\d+(?:\.\d+)*)\s*(?P<mark>[.):–—-]|\s)+\s*(?P<title>[^\W\d_].*)",
    re.IGNORECASE,
)
# The number of a fiche alone in its cell: « A1 », « 3.2 », « n° 12 », « FA-07 ».
_CODE = re.compile(r"(?:n\s?°\s*)?(?:[A-Z]{1,3}[.-]?)?\d{1,3}(?:[.-]\d+)*", re.IGNORECASE)
_INFINITIVE = re.compile(r"(?:[•–-]\s*)?[A-ZÀ-Ýa-zà-ÿ]+(?:er|ir|ttre|ndre|uire|aire|vre|oir)\b")


@dataclass(frozen=True, slots=True)
class Opening:
    """A fiche that begins at a unit; ``title_unit`` is the unit that holds its title, None when it has none."""

    number: str | None = None
    title: Span | None = None
    title_unit: int | None = None
    level: int = 0


def unit_to_key(unit: Row | Block, text: str) -> str | None:
    """Return the canonical key of the label that opens a row or a line, or None."""
    if isinstance(unit, Row):
        first = unit.cells[0]
        if first.empty:
            return None
        return cell_to_key(first.text(text)) if len(unit.cells) > 1 else line_to_key(first.blocks[0].span.of(text))
    return line_to_key(unit.span.of(text)) if unit.kind is not BlockKind.CHECKBOX else None


def line_to_key(line: str) -> str | None:
    """Return the key of « Label : value », or of a label alone on its line."""
    head, colon, _ = line.partition(":")
    return cell_to_key(head) if colon else label_to_key(head) if len(line) <= LONGEST_LABEL_LINE else None


def find_openings(units: Units, text: str) -> dict[int, Opening]:
    """Find the fiches without a heading: at least three known labels close together, one of them about content.

    Within a series, a fiche begins where the first label of the one above comes back.
    """
    keys = [unit_to_key(unit, text) for unit in units]
    lists = {unit.table for unit in units if isinstance(unit, Row) and is_list_header(unit, text)}
    openings: dict[int, Opening] = {}
    own: list[str] | None = None
    for position, unit in enumerate(units):
        part, key = _part(unit, text), keys[position]
        if part is Part.FICHE:
            own = []
        elif _closes(unit, part, lists):
            own = own if own and isinstance(unit, Row) else None  # a list inside a fiche is one of its fields
        elif key is None:
            continue
        elif _begins(units, keys, position, own, text):
            first = position if own else _first_row(units, position, text)
            titled = "titre" in keys[first : position + _WINDOW // 2]
            openings[first] = Opening() if titled else _opening(units, first, text)
            own = [key]
        elif own is not None:
            own.append(key)
    return openings


def _first_row(units: Units, position: int, text: str) -> int:
    """Return the first row of labels of the table: labels in no list may stand above the first known one."""
    unit = units[position]
    while isinstance(unit, Row) and position:
        above = units[position - 1]
        same = isinstance(above, Row) and above.table == unit.table and len(above.cells) > 1
        if not isinstance(above, Row) or not same or above.cells[0].empty or _numbered_row(above, position - 1, text):
            break
        if _part(above, text) in (Part.FICHE, Part.AXE):
            break
        position -= 1
    return position


def _closes(unit: Row | Block, part: Part | None, lists: set[int]) -> bool:
    if isinstance(unit, Row) and unit.table in lists:
        return True
    lone = isinstance(unit, Block) or len(unit.cells) == 1
    return lone and part in (Part.AXE, Part.THEMATIQUE, Part.SUMMARY)


def _begins(units: Units, keys: list[str | None], position: int, own: list[str] | None, text: str) -> bool:
    """Tell that a label begins a fiche: a cluster outside fiches, or the first label of the one above come back."""
    if own is None:
        return _is_cluster(units, keys, position) and not _heading_within(units, position, text)
    return len(set(own) - _HEADINGS) >= _ENOUGH and keys[position] == own[0]


def _part(unit: Row | Block, text: str) -> Part | None:
    words = unit.cells[0].text(text) if isinstance(unit, Row) else unit.span.of(text)
    heading = line_to_heading(words)
    return heading.part if heading else None


def _is_cluster(units: Units, keys: list[str | None], position: int) -> bool:
    """Tell three known labels close together, or two in a table of four rows and more."""
    near = {key for key in keys[position : position + _WINDOW] if key}
    unit = units[position]
    enough = _ENOUGH
    if isinstance(unit, Row):
        rows = [other for other in units[position : position + _WINDOW] if isinstance(other, Row)]
        enough -= sum(1 for row in rows if row.table == unit.table and len(row.cells) > 1) >= 4
    return len(near - _HEADINGS) >= enough and bool(near & _CONTENT)


def _heading_within(units: Units, position: int, text: str) -> bool:
    """Tell that a numbered fiche begins before three labels are met: these lines belong to what is above it."""
    seen: set[str] = set()
    for unit in units[position : position + _WINDOW]:
        if _part(unit, text) is Part.FICHE:
            return True
        seen |= {key} if (key := unit_to_key(unit, text)) else set()
        if len(seen - _HEADINGS) >= _ENOUGH:
            return False
    return False


def _opening(units: Units, position: int, text: str) -> Opening:
    """Take the line just above as the title, when it looks like one; empty rows do not part them."""
    above = [place for place in range(max(0, position - 4), position) if not _is_empty(units[place])][-2:]
    for place in reversed(above):
        if opening := _numbered_row(units[place], place, text):
            return opening
        block = _lone_block(units[place])
        words = block.span.of(text) if block else ""
        if block is None or unit_to_key(units[place], text) or line_to_heading(words):
            break
        if _is_group_heading(units, words, text):
            continue
        if _looks_like_title(block, words):
            heading = block.kind is BlockKind.HEADING
            number, title = split_number(block.span, text, heading=heading)
            return Opening(number, title, place, block.level if heading else 0)
    return Opening()


def _is_group_heading(units: Units, words: str, text: str) -> bool:
    """Tell the heading of a part that every fiche has, « 1. Présentation »: it comes back."""
    lines = (block for unit in units if isinstance(unit, Block) and (block := unit).kind is not BlockKind.CHECKBOX)
    return sum(1 for block in lines if block.span.of(text) == words) > 1


def _numbered_row(unit: Row | Block, place: int, text: str) -> Opening | None:
    """Read a row that holds a number and a title: « A1 | Ouvrir une consultation »."""
    if not isinstance(unit, Row):
        return None
    filled = [cell for cell in unit.cells if not cell.empty]
    if len(filled) != 2 or not _CODE.fullmatch(filled[0].text(text).strip()):
        return None
    title = Span(filled[1].blocks[0].span.start, filled[1].blocks[-1].span.end)
    return Opening(filled[0].text(text).strip(), title, place)


def _is_empty(unit: Row | Block) -> bool:
    return isinstance(unit, Row) and all(cell.empty for cell in unit.cells)


def _lone_block(unit: Row | Block) -> Block | None:
    if isinstance(unit, Block):
        return unit
    blocks = [block for cell in unit.cells for block in cell.blocks]
    return blocks[0] if len(blocks) == 1 else None


def _looks_like_title(block: Block, words: str) -> bool:
    if block.kind is BlockKind.HEADING:
        return True
    return (
        block.kind is BlockKind.PARAGRAPH and len(words) <= _LONGEST_TITLE and not words.endswith((".", ";", ":", ","))
    )


_TITLE_NUMBER = (
    r"(?:(?:fiche|action|mesure|projet)\s*(?:n\s?°)?\s*)?(?P<number>\d+(?:[.-]\d+)*|[A-Z]\.?\d+(?:\.\d+)*)"
    r"{mark}(?=[^\W\d_]{{2}})"
)
_MARKED = re.compile(_TITLE_NUMBER.format(mark=r"\s*[–—:.)|-]+\s*"), re.IGNORECASE)
_SPACED = re.compile(_TITLE_NUMBER.format(mark=r"\s+"), re.IGNORECASE)


def split_number(span: Span, text: str, *, heading: bool = False) -> tuple[str | None, Span]:
    """Part the number from a title such as « 3.1 – Développer… »: (number or None, span of the title).

    A mark stands between them, or a mere space in a heading.
    """
    match = _MARKED.match(text, span.start, span.end) or (
        _SPACED.match(text, span.start, span.end) if heading else None
    )
    if match is None or re.fullmatch(r"(?:19|20)\d\d", match.group("number")):
        return None, span
    return match.group("number"), Span(match.end(), span.end)


# --- plans in prose, without any form


@dataclass(frozen=True, slots=True)
class _Candidate:
    position: int
    shape: tuple[str, int, int]
    number: str
    title: Span


def find_prose_openings(units: Units, text: str) -> dict[int, Opening]:
    """Find the actions of a plan without forms: its deepest numbered headings, else its headings and items that order.

    A heading counts as an action when at least two others share its shape (word, depth of its number, rank).
    """
    numbered = _numbered_headings(units, text)
    if numbered:
        return {held.position: Opening(held.number, held.title, held.position, held.shape[2]) for held in numbered}
    for pick in (_ordering_headings, _ordering_items):
        found = pick(units, text)
        if len(found) >= 2:
            return {
                place: Opening(None, block.span, place, block.level if block.kind is BlockKind.HEADING else 0)
                for place, block in found.items()
            }
    return {}


def _numbered_headings(units: Units, text: str) -> list[_Candidate]:
    candidates = []
    for position, unit in enumerate(units):
        block = _lone_block(unit)
        if block is None or block.kind is BlockKind.CHECKBOX:
            continue
        words = block.span.of(text)
        match = _NUMBERED_TITLE.match(words)
        if match is None or len(words) > _LONGEST_TITLE or words.endswith((";", ",")):
            continue
        depth = match.group("number").count(".") + 1
        level = block.level if block.kind is BlockKind.HEADING else 0
        if not level and depth == 1 and not match.group("word") and not _INFINITIVE.match(match.group("title")):
            continue
        title = Span(block.span.start + match.start("title"), block.span.end)
        shape = (fold(match.group("word") or ""), depth, level)
        candidates.append(_Candidate(position, shape, match.group("number"), title))
    counts = Counter(held.shape for held in candidates)
    repeated = [shape for shape, count in counts.items() if count >= 2]
    if not repeated:
        return []
    deepest = max(repeated, key=lambda shape: (bool(shape[0]), shape[1], shape[2]))
    return [held for held in candidates if held.shape == deepest]


def _ordering_headings(units: Units, text: str) -> dict[int, Block]:
    """Keep the headings that start with an infinitive: « Développer les consultations avancées »."""
    return {
        position: unit
        for position, unit in enumerate(units)
        if isinstance(unit, Block) and unit.kind is BlockKind.HEADING and _INFINITIVE.match(unit.span.of(text))
    }


def _ordering_items(units: Units, text: str) -> dict[int, Block]:
    """Keep the outermost list items that start with an infinitive, when nothing better tells the actions."""
    items = {
        position: unit
        for position, unit in enumerate(units)
        if isinstance(unit, Block) and unit.kind is BlockKind.ITEM and _INFINITIVE.match(squeeze(unit.span.of(text)))
    }
    outermost = min((block.level for block in items.values()), default=0)
    kept = {position: block for position, block in items.items() if block.level == outermost}
    return kept if len(kept) >= _ENOUGH else {}
