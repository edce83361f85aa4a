"""A field while it is being gathered, and how its cells become items and check boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from clsassist.parsing.labels import ORGANISATION_FIELDS, clean_label, inner_label, strip_prompts
from clsassist.parsing.units import Cell, block_after
from clsassist.records import Block, BlockKind, Field, Item, Option, Span
from clsassist.text import STOP_WORDS, fold, squeeze

_BOX = r"(?:\|\s?[Xx_ ]\s?\||[☑☒⊠☐□❏❑◻▢☎✓✔■✗✘✖]|\[[xX ?]\]|\([xX ]\)|[oOxX](?=\s+(?:oui|non)\b))"
_BOX_GLYPH = re.compile(rf"^{_BOX}\s*|\s*{_BOX}$", re.IGNORECASE)
_TYPED = re.compile(
    r"^(?P<label>autres?)\b\s*(?:\(\s?pr[ée]cisez\s?\))?\s*:\s*(?P<typed>.*)$", re.IGNORECASE | re.DOTALL
)
_GROUP_PROMPT = re.compile(r"^préciser si\s+", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:\d+|[A-Z])\s?\.\s?(?P<second>\d+|[A-Z]\b)?")
_STAR = re.compile(r"\s*\*$")
_LEGEND = re.compile(
    r"^\\?\*+\s?(?:[:=]?\s*[a-zà-ÿ]|.*\bà (?:être )?(?:contact|identifi|sollicit|confirm|associ)(?:er|é))"
)
_INTRODUCTION_CHARS = 60  # a line this short above a list is its heading

_STILL_TO_COME = re.compile(
    r"contacter|identifi|sollicit|confirmer|associer|pressenti|envisag|mobiliser", re.IGNORECASE
)

# Ranks above bullets (0, 1, 2…): numbered lines, then plain paragraphs.
_PARAGRAPH, _SUBNUMBER, _NUMBER = -1, -2, -3


@dataclass(slots=True)
class FieldDraft:
    """A field being gathered: its label, and the blocks of its cells in reading order.

    ``breaks`` holds the positions, in ``blocks``, where a new row continues the field.
    """

    key: str
    label: str
    start: int
    end: int
    page: int | None = None
    blocks: list[Block] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    inherited: bool = False

    def extend(self, blocks: tuple[Block, ...], end: int, *, same_row: bool = False) -> None:
        """Add the blocks of one more cell."""
        if not same_row:
            self.breaks.add(len(self.blocks))
        self.blocks.extend(blocks)
        self.end = max(self.end, end)

    def add_row(self, cells: Sequence[Cell]) -> None:
        """Add the cells of one more row."""
        for position, cell in enumerate(cells):
            self.extend(cell.blocks, cell.span.end, same_row=position > 0)


@dataclass(frozen=True, slots=True)
class Legend:
    """The foot-note that says what an asterisk means, when it means « to contact »."""

    to_contact: bool


def draft_to_fields(draft: FieldDraft, text: str) -> Iterator[Field]:
    """Yield the field, or the several fields that stand in its one cell under inner labels."""
    for part in _split_inner(draft, text):
        options = tuple(_options(part, text))
        items = tuple(_items(part, text))
        value = "\n".join(item.text for item in items)
        page = part.page or next((block.page for block in part.blocks), None)
        yield Field(part.key, part.label, value, items, options, _span(part, text), page, part.inherited)


def _span(draft: FieldDraft, text: str) -> Span:
    end = draft.end
    while end > draft.start and text[end - 1].isspace():
        end -= 1
    return Span(draft.start, end)


def _split_inner(draft: FieldDraft, text: str) -> list[FieldDraft]:
    """Cut a cell where a known label and a colon open a line: « Indicateurs de résultat : »."""
    parts = [replace(draft, blocks=[], breaks=set())]
    for position, block in enumerate(draft.blocks):
        line = block.span.of(text)
        found = inner_label(draft.key, line) if block.kind is BlockKind.PARAGRAPH else None
        if found:
            key, length = found
            parts[-1].end = block.span.start
            parts.append(FieldDraft(key, clean_label(line[:length]), block.span.start, draft.end, block.page))
            block = block_after(block, length, text)
        if position in draft.breaks:
            parts[-1].breaks.add(len(parts[-1].blocks))
        if block.span.start < block.span.end:
            parts[-1].blocks.append(block)
    if len(parts) > 1 and not any(strip_prompts(block.span.of(text)) for block in parts[0].blocks):
        del parts[0]
    return parts


def _options(draft: FieldDraft, text: str) -> Iterator[Option]:
    group: str | None = None
    for position, block in enumerate(draft.blocks):
        if position in draft.breaks:
            group = None
        if block.kind is BlockKind.CHECKBOX:
            label = _BOX_GLYPH.sub("", block.span.of(text))
            typed = _TYPED.match(label)
            name = squeeze(typed.group("label")) if typed else clean_label(label).rstrip("*")
            behind = squeeze(typed.group("typed")) if typed else ""
            yield Option(name, block.ticked, block.span, group, behind, block.page)
        else:
            group = _GROUP_PROMPT.sub("", clean_label(block.span.of(text)).lstrip("* "))


def _items(draft: FieldDraft, text: str) -> Iterator[Item]:
    """Yield the items of a field; a piece cut by a page break goes on with the item above."""
    items: list[Item] = []
    ranks: list[int] = []
    open_items: list[int] = []
    heads_options = set() if draft.key in ORGANISATION_FIELDS else _headings_of_options(draft)
    for position, block in enumerate(draft.blocks):
        words = strip_prompts(block.span.of(text))
        words = "" if words.strip(" *") == "" else words
        if block.kind is BlockKind.CHECKBOX or not words or is_legend(words) or position in heads_options:
            continue
        if draft.key == "texte" and _is_page_number(draft, position, words, text):
            continue
        if items and position in draft.breaks and _continues(items[-1].text, words, block):
            items[-1] = _join(items[-1], words, block)
        elif items and block.table is None and _broken_line(items[-1], words, block):
            items[-1] = _append_line(items[-1], words, block)
        else:
            rank = _rank(block, words)
            parent = _parent(items, ranks, open_items, rank)
            open_items.append(len(items))
            star = bool(_STAR.search(words))
            level = 0 if parent is None else items[parent].level + 1
            items.append(Item(_STAR.sub("", words), (block.span,), level, parent, "*" * star, block.page))
            ranks.append(rank)
    yield from items


def _is_page_number(draft: FieldDraft, position: int, words: str, text: str) -> bool:
    """Tell a page number from an amount in a table, and from a key figure, whose words follow in lower case."""
    if not words.isdigit() or draft.blocks[position].table is not None:
        return False
    following = draft.blocks[position + 1 : position + 2]
    return not following or not following[0].span.of(text)[0].islower()


def _headings_of_options(draft: FieldDraft) -> set[int]:
    """Find the lines that only head check boxes: they are their group, not content."""
    boxed = [block.kind is BlockKind.CHECKBOX for block in draft.blocks]
    return {position for position in range(len(boxed) - 1) if boxed[position + 1] and not boxed[position]}


def _rank(block: Block, words: str) -> int:
    if block.kind is BlockKind.ITEM:
        return block.level
    numbered = _NUMBERED.match(words)
    if numbered:
        return _SUBNUMBER if numbered.group("second") else _NUMBER
    return _PARAGRAPH


def _parent(items: list[Item], ranks: list[int], open_items: list[int], rank: int) -> int | None:
    """Return the nearest item above of a lower rank; a paragraph heads a list only if it introduces it.

    ``open_items`` holds the positions that may still head something, by growing rank; it is kept up to date.
    """
    while open_items and ranks[open_items[-1]] >= rank:
        open_items.pop()
    if not open_items:
        return None
    position = open_items[-1]
    plain = ranks[position] == _PARAGRAPH
    return None if plain and not _introduces(items[position].text) else position


def _introduces(text: str) -> bool:
    return text.endswith(":") or (len(text) <= _INTRODUCTION_CHARS and not text.endswith((".", ";", ",")))


def _continues(above: str, words: str, block: Block) -> bool:
    """Tell a sentence cut by a page break: the next cell starts in lower case, with no bullet."""
    in_cell = block.kind is BlockKind.PARAGRAPH and block.table is not None
    return in_cell and words[0].islower() and not above.endswith((".", ":", ";", "!", "?"))


def _join(item: Item, words: str, block: Block) -> Item:
    return replace(item, text=f"{item.text} {words}", spans=(*item.spans, block.span))


def _broken_line(above: Item, words: str, block: Block) -> bool:
    """Tell a line broken by the layout: a figure above its words, or a sentence cut by a column."""
    if block.kind is not BlockKind.PARAGRAPH:
        return False
    figure = re.fullmatch(r"(?:plus de |moins de |près de )?\d[\d ,.]*\s?%?", above.text, re.IGNORECASE)
    last = above.text.rsplit(maxsplit=1)[-1]
    unfinished = last[-1].isalnum() and len(above.text) > _INTRODUCTION_CHARS
    carries_on = words[0].islower() or fold(last) in STOP_WORDS or (last.istitle() and words[0].isupper())
    return bool(figure and words[0].islower()) or (unfinished and carries_on and not words.isupper())


def _append_line(item: Item, words: str, block: Block) -> Item:
    span = Span(item.spans[-1].start, block.span.end)
    return replace(item, text=f"{item.text} {words}", spans=(*item.spans[:-1], span))


def is_legend(words: str) -> bool:
    """Tell the note that says what an asterisk means: « * Partenaires à contacter »."""
    return bool(_LEGEND.match(words))


def draft_legend(draft: FieldDraft, text: str) -> Legend | None:
    """Return what the asterisk of this field means, when its cell says so."""
    for block in draft.blocks:
        words = squeeze(block.span.of(text))
        if block.kind is not BlockKind.CHECKBOX and is_legend(words):
            return Legend(to_contact=bool(_STILL_TO_COME.search(words)))
    return None
