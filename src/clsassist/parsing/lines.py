"""Labels in lines of text: « Label : value », several on one line, and those in no list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from clsassist.parsing.drafts import FieldDraft
from clsassist.parsing.labels import cell_to_key, label_to_key
from clsassist.parsing.units import Row
from clsassist.records import Block, BlockKind, Span

# A label that stands after another value on the same line: « Pilote : CPTS – Partenaires : ARS ».
_NEXT_LABEL = re.compile(r"(?:\s[–—/|;-]\s|[.;|]\s+|\s{2,})(?P<label>[A-ZÀ-Ý][^:;|\n]{1,60}?)\s?:")
_CAPITAL = re.compile(r"\s(?=[A-ZÀ-Ý])")
_COLON = re.compile(r"(?P<label>[^:;.|\n]{2,40}?)\s?:(?=\s)")
_UNKNOWN = re.compile(r"(?P<label>[A-ZÀ-Ý][^:.;!?»]{2,60}?)\s?:(?:\s|$)")
_MOST_WORDS = 8
_LONGEST_HEADING = 100
_LONGEST_GROUP_HEADING = 80
# A label alone on its line is short; a sentence that happens to be one is not a label.
_LONGEST_LABEL_LINE = 60
# Behind its label, on the same line, a value stands this near.
_NEAR = 80


def line_to_key(line: str) -> str | None:
    """Return the key of « Label : value », or of a label alone on its line."""
    head, colon, _ = line.partition(":")
    return cell_to_key(head) if colon else label_to_key(head) if len(line) <= _LONGEST_LABEL_LINE else None


def unit_to_key(unit: Row | Block, text: str) -> str | None:
    """Return the key of the label that opens a row or a line, or None."""
    if isinstance(unit, Block):
        return line_to_key(unit.span.of(text)) if unit.kind is not BlockKind.CHECKBOX else None
    first = unit.cells[0]
    if first.empty:
        return None
    return cell_to_key(first.text(text)) if len(unit.cells) > 1 else line_to_key(first.blocks[0].span.of(text))


def is_label_like(block: Block, text: str) -> bool:
    """Say whether a known label opens a line; an item is one only before a colon."""
    item = block.kind is BlockKind.ITEM and ":" not in block.span.of(text)
    return not item and unit_to_key(block, text) is not None


def is_group_heading(block: Block, text: str) -> bool:
    """Say whether a short line without final punctuation could head a table, rather than tell something."""
    words = block.span.of(text)
    line = block.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH) and block.table is None
    fits = line and len(words) <= _LONGEST_GROUP_HEADING
    return fits and not words.endswith((".", ";", ":", ",")) and not is_label_like(block, text)


def _next_labels(block: Block, text: str) -> list[int]:
    """List where other labels start behind the value of the first: after a mark, or a known one after a mere space."""
    marked = {
        match.start("label")
        for match in _NEXT_LABEL.finditer(text, block.span.start, block.span.end)
        if cell_to_key(match.group("label"))
    }
    spaced = {
        match.end()
        for match in _CAPITAL.finditer(text, block.span.start + 1, block.span.end)
        if (head := _COLON.match(text, match.end(), block.span.end)) and label_to_key(head.group("label"))
    }
    return sorted(marked | spaced)


def cut_labels(block: Block, text: str) -> Iterator[tuple[Block | None, Block]]:
    """Yield each known label of a line with what follows it; the label is None when none opens the line."""
    if not is_label_like(block, text):
        yield None, block
        return
    bounds = [block.span.start]
    bounds.extend(_next_labels(block, text))
    bounds.append(block.span.end)
    for position, start in enumerate(bounds[:-1]):
        end = bounds[position + 1]
        head, colon, _ = text[start:end].partition(":")
        value = Span(start + len(head) + len(colon), end)
        stop = end if position == len(bounds) - 2 else start + len(text[start:end].rstrip(" –—/|;-.\t"))
        label = replace(block, span=Span(start, start + len(head)))
        yield label, replace(block, span=Span(value.start, max(value.start, stop)))


def unknown_label(block: Block, text: str, fields: Sequence[FieldDraft]) -> tuple[Block, Block] | None:
    """Return the label in no list that opens a line, and the value behind it, or None.

    A heading inside a fiche is one; so is « Label : » where the labels above are written so.
    """
    words = block.span.of(text)
    if block.kind is BlockKind.HEADING and len(words) <= _LONGEST_HEADING:
        return block, replace(block, span=Span(block.span.end, block.span.end))
    match = _UNKNOWN.match(words)
    if match is None or block.kind is not BlockKind.PARAGRAPH:
        return None
    inline = [held for held in fields if held.blocks and held.blocks[0].span.start - held.start < _NEAR]
    same_line = sum(1 for held in inline if "\n" not in text[held.start : held.blocks[0].span.start])
    if same_line < 2 or same_line < len(fields) / 2 or len(match.group("label").split()) > _MOST_WORDS:
        return None
    label = Span(block.span.start, block.span.start + match.end("label"))
    return replace(block, span=label), replace(block, span=Span(block.span.start + match.end(), block.span.end))
