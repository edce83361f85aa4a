"""A line outside tables: the heading of an axe, an objective, a fiche or a section, or a line of what is open."""

from __future__ import annotations

import re

from clsassist.parsing.drafts import FieldDraft
from clsassist.parsing.fiche_lines import read_fiche_line
from clsassist.parsing.gathering import Context, FicheDraft, Gathering
from clsassist.parsing.headings import PLACES, Heading, Part, line_to_heading
from clsassist.parsing.labels import clean_label
from clsassist.parsing.lines import line_to_key, unit_to_key
from clsassist.parsing.units import Row, block_after
from clsassist.readers.layout import EMPHASISED
from clsassist.records import Block, BlockKind, Span
from clsassist.text import fold, squeeze

# « Plan de santé – Axe 1 : Prévenir »: the name of the plan stands before the axe.
_BEHIND_NAME = re.compile(r"\s[–—|-]\s+(?=axe\b)", re.IGNORECASE)
_BEGUN = 3  # fields
_MARKS = " /:–—|-"  # between the label of an axe and its title
_NOTE = re.compile(r"note \d+\s*:", re.IGNORECASE)
# « Fiche-action n°3 (suite) », or the same heading printed again on the next page.
_CONTINUED = re.compile(r"\(?\s*suite(?: et fin)?\s*\)?\s*$", re.IGNORECASE)


def read_line(gathering: Gathering, block: Block, below: Row | Block | None) -> None:
    """Read one line; ``below`` is the row or line that follows it."""
    block = _without_plan_name(block, gathering.text)
    line = block.span.of(gathering.text)
    heading = line_to_heading(line)
    fiche = gathering.open_form
    if fiche and _belongs_to_fiche(fiche, line, heading):
        read_fiche_line(fiche, block, below, gathering.text)
    elif fiche and heading and _places_fiche(fiche, heading, below, gathering.text):
        _place_fiche(fiche, heading, block, gathering.text)
    elif heading and heading.part is not Part.SECTION:
        _read_heading(gathering, heading, block)
    elif heading and not line.lower().startswith("objectif"):
        gathering.context, gathering.fiche = Context(), None
        gathering.open_section(clean_label(line), block)
    elif heading or _heads_notes(block, below, gathering.text) or _is_section_heading(gathering, block, line):
        gathering.fiche = None
        gathering.open_section(clean_label(line), block)
    elif gathering.context.axe is not None and gathering.context.awaits_axe_title:
        gathering.context.axe.extend((block,), block.span.end)
    elif fiche:
        read_fiche_line(fiche, block, below, gathering.text)
    else:
        gathering.add_to_section(block)


def _without_plan_name(block: Block, text: str) -> Block:
    line = block.span.of(text)
    behind = _BEHIND_NAME.search(line) if block.kind is BlockKind.HEADING else None
    axe = line_to_heading(line[behind.end() :]) if behind else None
    return block_after(block, behind.end(), text) if behind and axe and axe.part is Part.AXE else block


def goes_on(fiche: FicheDraft | None, heading: Heading, text: str) -> bool:
    """Tell the heading of the open fiche printed again, on the next page or with « (suite) »."""
    if fiche is None or heading.number is None or heading.number != fiche.number:
        return False
    written = squeeze(fiche.title.of(text)) if fiche.title else ""
    title = heading.title
    return not title or bool(_CONTINUED.search(title)) or fold(squeeze(title)) == fold(written)


def _belongs_to_fiche(fiche: FicheDraft, line: str, heading: Heading | None) -> bool:
    """Tell a label or an item of the fiche that reads like a heading: « Contacts », « Objectif 2 : »."""
    if heading is None:
        return False
    if heading.part is Part.SECTION:
        return line_to_key(line) is not None
    last = fiche.last()
    if heading.part is Part.OBJECTIF and last is not None and last is fiche.line_field:
        return last.key.startswith("objectif")
    return False


def _places_fiche(fiche: FicheDraft, heading: Heading, below: Row | Block | None, text: str) -> bool:
    """Tell the axe that a fiche gives above its own fields, « Axe 1 : Prévenir », from the one that heads the next."""
    titled = heading.title is not None and not fiche.awaits_title
    begins = titled and heading.part in PLACES and len(fiche.own()) < _BEGUN
    return begins and below is not None and unit_to_key(below, text) is not None


def _place_fiche(fiche: FicheDraft, heading: Heading, block: Block, text: str) -> None:
    """Give a fiche the axe, the objective or the theme that it names itself, instead of one written above it."""
    key = PLACES[heading.part]
    label = clean_label(block.span.of(text)[: heading.title_start]).rstrip(_MARKS)
    draft = _heading_field(key, label, block, block_after(block, heading.title_start, text))
    fiche.fields = [held for held in fiche.fields if held.key != key]
    fiche.fields.append(draft)
    if heading.part is Part.AXE:
        fiche.axe_number = _number(heading)


def _number(heading: Heading) -> int | None:
    return int(heading.number) if heading.number and heading.number.isdigit() else None


def _is_section_heading(gathering: Gathering, block: Block, line: str) -> bool:
    """Tell a heading that belongs to no fiche: one as high as the fiche's own, or capitals outside fiches."""
    fiche = gathering.fiche
    if fiche is not None:
        # No fiche ends at a heading that only bold type tells.
        level = fiche.level if fiche.level < EMPHASISED else 0
        higher = block.kind is BlockKind.HEADING and 0 < block.level <= level
        return higher and line_to_key(line) is None and not fiche.awaits_title
    if gathering.context.awaits_axe_title:
        return False
    return block.kind is BlockKind.HEADING or (line.isupper() and line[0].isalpha())


def _heads_notes(block: Block, below: Row | Block | None, text: str) -> bool:
    """Tell the heading of the foot-notes of a document, « Notes » above « Note 1 : … »: they belong to no fiche."""
    noted = isinstance(below, Block) and bool(_NOTE.match(below.span.of(text)))
    return noted and block.kind is BlockKind.HEADING and fold(block.span.of(text)).startswith("notes")


def _read_heading(gathering: Gathering, heading: Heading, block: Block) -> None:
    title = block_after(block, heading.title_start, gathering.text) if heading.title else None
    if heading.part is Part.AXE:
        _read_axe(gathering, heading, block, title)
    elif heading.part is Part.OBJECTIF:
        label = f"Objectif {heading.number}"
        gathering.context.objectif = _heading_field("objectif_strategique", label, block, title)
        gathering.fiche = None
    elif heading.part is Part.THEMATIQUE:
        gathering.context.thematique = _heading_field("thematique", "Thématique", block, title)
        gathering.fiche = None
        gathering.open_section(squeeze(heading.title or ""), block)
    elif heading.part is Part.FICHE and not goes_on(gathering.fiche, heading, gathering.text):
        _open_fiche(gathering, heading, block, title.span if title else None)


def _open_fiche(gathering: Gathering, heading: Heading, block: Block, title: Span | None) -> None:
    fiche = gathering.open_fiche(heading.number, title, block.page)
    fiche.heading = block.span
    fiche.level = block.level if block.kind is BlockKind.HEADING else 0
    fiche.awaits_title = title is None


def _read_axe(gathering: Gathering, heading: Heading, block: Block, title: Block | None) -> None:
    number = _number(heading)
    if number is None or number != gathering.context.axe_number:
        words = block.span.of(gathering.text)
        label = clean_label(words[: heading.title_start]).rstrip(_MARKS)
        gathering.context = Context(_heading_field("axe", label, block, title), number)
    gathering.fiche = None
    if gathering.context.awaits_axe_title:
        gathering.open_section(squeeze(block.span.of(gathering.text)).rstrip(" /"), block)


def _heading_field(key: str, label: str, block: Block, title: Block | None) -> FieldDraft:
    draft = FieldDraft(key, label, block.span.start, block.span.end, block.page)
    if title:
        draft.extend((title,), block.span.end)
    return draft
