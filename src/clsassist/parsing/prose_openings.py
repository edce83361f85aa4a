"""Where the actions of a plan in prose begin, without any form: its numbered headings, or those that give an order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from clsassist.parsing.openings import Opening, Units
from clsassist.parsing.units import lone_block
from clsassist.records import Block, BlockKind, Span
from clsassist.text import fold, squeeze

_LONGEST_TITLE = 200
_ENOUGH_HEADINGS = 2
_ENOUGH_ITEMS = 3

_NUMBERED_TITLE = re.compile(
    r"(?:(?P<word>objectifs?(?: op[ée]rationnels?| sp[ée]cifiques?)?|sous-action|engagement|proposition|levier"
    r"|recommandation)\s*(?:n\s?°)?\s*)?(?P<number>\d+(?:\.\d+)*|[A-Z]\.?\d+(?:\.\d+)*)\s*(?P<mark>[.):–—-]|\s)+\s*"
    r"(?P<title>[^\W\d_].*)",
    re.IGNORECASE,
)
_INFINITIVE = re.compile(r"(?:[•–-]\s*)?[A-ZÀ-Ýa-zà-ÿ]+(?:er|ir|ttre|ndre|uire|aire|vre|oir)\b")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A numbered line; ``shape`` is its word (« objectif »), the depth of its number, the rank of its heading."""

    position: int
    shape: tuple[str, int, int]
    number: str
    title: Span


def find_prose_openings(units: Units, text: str) -> dict[int, Opening]:
    """Find the actions of a plan without forms: its deepest numbered headings, else its headings and items that order.

    A numbered heading counts as an action when another one shares its shape.
    """
    if numbered := _numbered_headings(units, text):
        return {held.position: Opening(held.number, held.title, held.position, held.shape[2]) for held in numbered}
    ordering = _ordering_headings(units, text)
    if len(ordering) < _ENOUGH_HEADINGS:
        ordering = _ordering_items(units, text)
    return {place: Opening(None, block.span, place, _heading_level(block)) for place, block in ordering.items()}


def _numbered_headings(units: Units, text: str) -> list[_Candidate]:
    """Keep the numbered lines of the deepest shape that comes back."""
    candidates = list(_candidates(units, text))
    counts = Counter(held.shape for held in candidates)
    repeated = [shape for shape, count in counts.items() if count >= _ENOUGH_HEADINGS]
    if not repeated:
        return []
    deepest = max(repeated, key=lambda shape: (bool(shape[0]), shape[1], shape[2]))
    return [held for held in candidates if held.shape == deepest]


def _candidates(units: Units, text: str) -> Iterator[_Candidate]:
    for position, unit in enumerate(units):
        block = lone_block(unit)
        if block is None or block.kind is BlockKind.CHECKBOX:
            continue
        words = block.span.of(text)
        match = _NUMBERED_TITLE.match(words)
        if match is None or len(words) > _LONGEST_TITLE or words.endswith((";", ",")):
            continue
        depth = match.group("number").count(".") + 1
        shape = (fold(match.group("word") or ""), depth, _heading_level(block))
        # A mere « 1. », in no heading and behind no word, numbers anything: only an order is an action.
        if shape == ("", 1, 0) and not _INFINITIVE.match(match.group("title")):
            continue
        title = Span(block.span.start + match.start("title"), block.span.end)
        yield _Candidate(position, shape, match.group("number"), title)


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
    return kept if len(kept) >= _ENOUGH_ITEMS else {}


def _heading_level(block: Block) -> int:
    return block.level if block.kind is BlockKind.HEADING else 0
