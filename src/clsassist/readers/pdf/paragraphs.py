"""Lines of a page put together as paragraphs, list items and headings."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED, Line
from clsassist.readers.pdf.manner import Manner, heading_key, is_figure, stands_out
from clsassist.readers.pdf.page import TextLine

_BULLET = re.compile(r"(?:[•◦▪■●○➢➤➔→❖♦·‣⁃✓✔–—-]|o(?=\s))\s+(?=\S)")
_NUMBER = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\s?[.)°/-]|\d{1,2}(?:\.\d{1,2})+|[A-Z]\.|[a-z]\))\s")
_BOX = re.compile(r"[☐☒]|\[[ xX?]\]|\|\s?[xX_ ]\s?\|")
_ENDS = (".", ":", ";", "!", "?")
# Space between lines, in parts of the size, beyond the usual one: a new paragraph.
_PARAGRAPH_GAP = 0.3
# Room, in parts of the width, that a line cut by hand leaves.
_SHORT = 0.35
_INDENT = 5.0
_SAME_HANG = 2.0
_LABEL_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Flowing:
    """A line, and where lines of its column end."""

    line: TextLine
    bound: float


@dataclass(slots=True)
class Paragraph:
    """Lines that go on with one another."""

    lines: list[Flowing]
    text: str = ""

    @property
    def first(self) -> TextLine:
        """Return its first line."""
        return self.lines[0].line


@dataclass(slots=True)
class Indents:
    """The places where bullets stand, one a depth; a cell that goes on over a page break keeps them."""

    places: list[float] = field(default_factory=list)

    def depth(self, place: float) -> int:
        """Return the depth of a bullet, and remember its place."""
        while self.places and place < self.places[-1] - _INDENT:
            self.places.pop()
        if not self.places or place > self.places[-1] + _INDENT:
            self.places.append(place)
        return len(self.places) - 1


def flow_lines(lines: Sequence[TextLine], bound: float | None = None) -> list[Flowing]:
    """Give each line the bound of its column: the one known, or the end of the longest line."""
    longest = max((line.box.x1 for line in lines), default=0.0)
    return [Flowing(line, max(bound or 0.0, longest)) for line in lines]


def flow_to_paragraphs(flow: Iterable[Flowing], manner: Manner) -> list[Paragraph]:
    """Put lines together as paragraphs."""
    held = list(flow)
    leading = _leading(held, manner)
    paragraphs: list[Paragraph] = []
    for current in held:
        if paragraphs and not _starts(paragraphs[-1], current, leading, manner):
            paragraphs[-1].lines.append(current)
        else:
            paragraphs.append(Paragraph([current]))
    for paragraph in paragraphs:
        paragraph.text = manner.join([flowing.line.text for flowing in paragraph.lines])
    return paragraphs


def _leading(flow: Sequence[Flowing], manner: Manner) -> float:
    """Return the distance between lines here, in parts of the size; that of the document where it cannot be told."""
    steps = sorted(
        (after.line.box.middle - before.line.box.middle) / after.line.size
        for before, after in itertools.pairwise(flow)
        if before.line.page == after.line.page and abs(before.line.size - after.line.size) < 0.2
    )
    steps = [step for step in steps if 0.9 < step < 2.2]
    return steps[len(steps) // 5] if len(steps) >= 4 else manner.leading


def _starts(paragraph: Paragraph, current: Flowing, leading: float, manner: Manner) -> bool:
    before, line = paragraph.lines[-1].line, current.line
    if opens_item(line.text) or _restyled(before, line):
        return True
    cut = not before.text.endswith(_ENDS) and (line.text[0].islower() or before.text.endswith("-"))
    if line.page != before.page or line.box.middle <= before.box.middle:
        return not cut
    if line.box.middle - before.box.middle > (leading + _PARAGRAPH_GAP) * max(line.size, before.size):
        return True
    if _same_opening(paragraph.first, before, line) or manner.opens_sentence(before.text, line.text):
        return True
    if cut and _hangs(paragraph, line):
        return False
    return _broken_by_hand(paragraph, current, cut=cut) or _moved_in(paragraph, line, cut=cut)


def opens_item(text: str) -> bool:
    """Say whether a line opens an item: bullet, number, check box."""
    return bool(_BULLET.match(text) or _NUMBER.match(text) or _BOX.match(text))


def _restyled(before: TextLine, line: TextLine) -> bool:
    if before.label != line.label:
        return True
    if _in_small_capitals(before, line) or is_figure(before.text, line.text):
        return False
    if not 0.92 < line.size / before.size < 1.08:
        return True
    return before.bold != line.bold and not (before.bold and line.text[0].islower())


def _in_small_capitals(before: TextLine, line: TextLine) -> bool:
    """Tell the end of a heading in small capitals, which has no large letter left: it seems smaller."""
    alike = before.bold and line.bold and before.colour == line.colour
    return alike and 0.6 < line.size / before.size < 1.08 and line.text[0].islower() and not before.text.endswith(_ENDS)


def _same_opening(first: TextLine, before: TextLine, line: TextLine) -> bool:
    """Tell two labels one above the other: « Rôle du PETR… », « Rôle de la CPTS… »."""
    word = line.text.split()[0]
    return (
        word[0].isupper()
        and len(word) > 3
        and word == first.text.split()[0]
        and before.text[-1].isalnum()
        and max(len(first.text), len(line.text)) <= _LABEL_LENGTH
    )


def _broken_by_hand(paragraph: Paragraph, current: Flowing, *, cut: bool) -> bool:
    """Tell a line ended on purpose: the first word of the next one had room on it."""
    before, line = paragraph.lines[-1], current.line
    room = before.bound - before.line.box.x1
    if room < line.lead + 0.6 * line.size:
        return False
    return not cut or room > _SHORT * (before.bound - paragraph.first.box.x0)


def _hangs(paragraph: Paragraph, line: TextLine) -> bool:
    """Say whether a line starts below the text of a list item, not below its mark."""
    first = paragraph.first
    return first.hang > first.box.x0 + 1 and abs(line.box.x0 - first.hang) <= _SAME_HANG


def _moved_in(paragraph: Paragraph, line: TextLine, *, cut: bool) -> bool:
    """Tell a paragraph by its indentation: back from a list item, or a first line set in."""
    first, before = paragraph.first, paragraph.lines[-1].line
    if cut:
        return False
    if first.hang > first.box.x0 + 1:
        # A list whose lines do not hang has them go on at the place of its marks.
        hangs = any(_hangs(paragraph, flowing.line) for flowing in paragraph.lines[1:])
        left = line.box.x0 < first.box.x0 - 0.5 * line.size
        back = before.text.endswith(_ENDS) or (line.text[0].isupper() and (hangs or left))
        return line.box.x0 < first.hang - 0.5 * line.size and back
    return line.box.x0 > before.box.x0 + 0.8 * line.size and before.text.endswith(_ENDS)


def paragraphs_to_lines(
    paragraphs: Sequence[Paragraph],
    indents: Indents,
    manner: Manner | None = None,
    depths: dict[tuple[float, bool, bool], int] | None = None,
) -> list[Line]:
    """Write paragraphs as lines; with the ``depths`` of headings, which a cell does not have, they are told."""
    whole = " ".join(paragraph.text for paragraph in paragraphs)
    lines = []
    for paragraph in paragraphs:
        text = _mend_boxes(paragraph.text, whole)
        mark = _BULLET.match(text)
        if mark and text[: mark.end()].strip() not in (BOX_CLEAR, BOX_TICKED):
            depth = indents.depth(paragraph.first.box.x0)
            lines.append(Line(text[mark.end() :], paragraph.first.page, bullet=depth))
            continue
        heading = 0
        if manner and depths and not _BOX.search(text) and stands_out(paragraph.first, text, manner):
            heading = depths.get(heading_key(paragraph.first, text), 0)
        lines.append(Line(text, paragraph.first.page, heading=heading))
    return lines


def _mend_boxes(text: str, whole: str) -> str:
    """Read as boxes the full squares and circles that stand among empty ones."""
    if BOX_CLEAR in whole:
        text = re.sub(r"[■⬛✓✔✗](?=\s)", BOX_TICKED, text)
    if "○" in text and "●" in text:
        text = text.replace("○", BOX_CLEAR).replace("●", BOX_TICKED)
    return text
