"""Characters put together: accents mended, words, base lines."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Protocol, TypeVar

from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED, BOX_UNKNOWN
from clsassist.readers.pdf.page import Box, TextLine, Word

# Gaps, in parts of the size of the characters.
_WORD_GAP = 0.2  # a space that the file does not write
_GLUE_GAP = 0.15  # below it, two pieces are one word
_OVERLAP = 0.5  # characters drawn over the one before
_COLUMN_GAP = 0.8  # may part two columns
_UNWRITTEN_COLUMN_GAP = 0.5  # the same, where the file writes no space
_SAME_LINE = 0.45  # difference of height, in parts of the lower one

# Accents that some files draw apart from their letter.
_ACCENTS = {"´": "\u0301", "`": "\u0300", "ˋ": "\u0300", "^": "\u0302", "ˆ": "\u0302", "¨": "\u0308", "¸": "\u0327"}
_ACCENTS |= {"˜": "\u0303", "~": "\u0303"}
_BOXES = (BOX_TICKED, BOX_CLEAR, BOX_UNKNOWN)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARK = re.compile(r"(?:[•◦▪■●○➢➤➔→❖♦·‣⁃*–—-]|o|\d{1,2}(?:\.\d{1,2})*[.)°]?|[A-Z][.)])$")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as drawn; an empty text is a space."""

    text: str
    box: Box
    size: float
    bold: bool
    colour: int


def glyphs_to_words(glyphs: Iterable[Glyph]) -> Iterator[Word]:
    """Yield the words of characters given in the order of the file."""
    current: list[Glyph] = []
    spaced = True
    for glyph in glyphs:
        if not glyph.text:
            yield from _word(current, spaced)
            current, spaced = [], True
            continue
        if current and _accents(current, glyph):
            continue
        if current and not _follows(current[-1], glyph):
            yield from _word(current, spaced)
            current, spaced = [], False
        current.append(_raised(current, glyph))
    yield from _word(current, spaced)


def _follows(before: Glyph, glyph: Glyph) -> bool:
    size = max(before.size, glyph.size)
    if not -_OVERLAP * size <= glyph.box.x0 - before.box.x1 <= _WORD_GAP * size:
        return False
    shared = min(before.box.bottom, glyph.box.bottom) - max(before.box.top, glyph.box.top)
    return shared > 0.3 * min(before.box.height, glyph.box.height)


def _accents(current: list[Glyph], glyph: Glyph) -> bool:
    """Join an accent and its letter, drawn one over the other; say whether it was done."""
    last = current[-1]
    combining = unicodedata.combining(glyph.text[0]) > 0
    if not combining and glyph.text not in _ACCENTS and last.text not in _ACCENTS:
        return False
    shared = min(last.box.x1, glyph.box.x1) - max(last.box.x0, glyph.box.x0)
    if not combining and shared <= 0.4 * min(last.box.width, glyph.box.width):
        return False
    if glyph.text in _ACCENTS or combining:
        letter, mark, box = last.text, _ACCENTS.get(glyph.text, glyph.text), last.box
    else:
        letter, mark, box = glyph.text, _ACCENTS[last.text], glyph.box
    current[-1] = replace(last, text=unicodedata.normalize("NFC", letter + mark), box=box)
    return True


def _raised(current: list[Glyph], glyph: Glyph) -> Glyph:
    """Write a raised figure as one: the call of a foot-note is no part of the name before it."""
    if not current or not glyph.text.isdigit():
        return glyph
    last = current[-1]
    small = glyph.size < 0.9 * last.size or last.text in "⁰¹²³⁴⁵⁶⁷⁸⁹"
    raised = glyph.box.bottom < last.box.bottom - 0.1 * last.size or last.text in "⁰¹²³⁴⁵⁶⁷⁸⁹"
    return replace(glyph, text=glyph.text.translate(_RAISED)) if small and raised else glyph


def _word(glyphs: list[Glyph], spaced: bool) -> Iterator[Word]:
    if not glyphs:
        return
    text = unicodedata.normalize("NFC", "".join(glyph.text for glyph in glyphs))
    first = glyphs[0]
    boxes = [glyph.box for glyph in glyphs]
    tops, bottoms = [box.top for box in boxes], [box.bottom for box in boxes]
    box = Box(boxes[0].x0, min(tops), max(box.x1 for box in boxes), max(bottoms))
    yield Word(text, box, max([glyph.size for glyph in glyphs]), first.bold, first.colour, spaced)


def drop_doubles(words: Sequence[Word]) -> list[Word]:
    """Keep once the words that are drawn several times at one place, to look bold or shaded."""
    kept: dict[tuple[str, int, int], Word] = {}
    singles: list[Word] = []
    for word in words:
        column, row = int(word.box.x0 // 4), int(word.box.middle // 4)
        near = (kept.get((word.text, column + i, row + j)) for i in (-1, 0, 1) for j in (-1, 0, 1))
        if any(_same_place(word, other) for other in near if other is not None):
            continue
        kept[word.text, column, row] = word
        singles.append(word)
    return singles


def _same_place(word: Word, other: Word) -> bool:
    shift = 0.25 * word.size
    return abs(word.box.x0 - other.box.x0) < shift and abs(word.box.middle - other.box.middle) < shift


class Boxed(Protocol):
    """Anything that has a place on the page."""

    @property
    def box(self) -> Box:
        """Return its place."""


Piece = TypeVar("Piece", bound=Boxed)


def pieces_to_rows(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Sort words or lines into rows of one height, from the top, each from the left."""
    rows: list[list[Piece]] = []
    level = height = 0.0
    for piece in sorted(pieces, key=lambda piece: piece.box.middle):
        if rows and piece.box.middle - level <= _SAME_LINE * min(height, piece.box.height):
            rows[-1].append(piece)
        else:
            rows.append([piece])
            level, height = piece.box.middle, piece.box.height
    return [sorted(row, key=lambda piece: piece.box.x0) for row in rows]


def split_at_gaps(row: Sequence[Word]) -> Iterator[list[Word]]:
    """Cut a row at its wide gaps, but not after the mark that opens a list item."""
    piece: list[Word] = []
    for word in row:
        if piece:
            gap = word.box.x0 - piece[-1].box.x1
            opening = len(piece) == 1 and _MARK.match(piece[0].text) and gap < 4 * word.size
            wide = _COLUMN_GAP if word.spaced else _UNWRITTEN_COLUMN_GAP
            if gap > wide * max(word.size, piece[-1].size) and not opening:
                yield piece
                piece = []
        piece.append(word)
    if piece:
        yield piece


def words_to_line(words: Sequence[Word], page: int) -> TextLine:
    """Write the words of one row as a line."""
    box = Box(
        words[0].box.x0,
        min(word.box.top for word in words),
        max(word.box.x1 for word in words),
        max(word.box.bottom for word in words),
    )
    weights: dict[tuple[float, int], int] = {}
    for word in words:
        style = (round(word.size, 1), word.colour)
        weights[style] = weights.get(style, 0) + len(word.text)
    size, colour = max(weights, key=lambda style: weights[style])
    letters = [word for word in words if any(char.isalnum() for char in word.text)]
    bold = bool(letters) and all(word.bold for word in letters)
    marked = len(words) > 1 and _MARK.match(words[0].text)
    hang = words[1].box.x0 if marked else words[0].box.x0
    return TextLine(_text(words), box, size, bold, colour, page, words[0].box.width, hang)


def _text(words: Sequence[Word]) -> str:
    gaps = [after.box.x0 - before.box.x1 for before, after in itertools.pairwise(words)]
    letters = sum(len(word.text) == 1 and word.text.isalpha() for word in words)
    if len(words) >= 4 and letters >= 0.8 * len(words):
        return _spaced_letters(words, gaps)
    pieces = [words[0].text]
    for word, gap in zip(words[1:], gaps, strict=True):
        glued = not word.spaced and gap < _GLUE_GAP * word.size and pieces[-1].strip() not in _BOXES
        pieces.append(word.text if glued else f" {word.text}")
    return "".join(pieces)


def _spaced_letters(words: Sequence[Word], gaps: Sequence[float]) -> str:
    """Write « P L A N » as « PLAN »: the gaps between words are wider than those between letters."""
    usual = max(median(gaps), 0.1)
    pieces = [words[0].text]
    for word, gap in zip(words[1:], gaps, strict=True):
        pieces.append(f" {word.text}" if gap > 1.7 * usual else word.text)
    return "".join(pieces)


def join_lines(lines: Sequence[TextLine]) -> TextLine:
    """Write as one line the pieces of a row that no column parts."""
    if len(lines) == 1:
        return lines[0]
    longest = max(lines, key=lambda line: len(line.text))
    box = Box(
        lines[0].box.x0,
        min(line.box.top for line in lines),
        max(line.box.x1 for line in lines),
        max(line.box.bottom for line in lines),
    )
    text = " ".join(line.text for line in lines)
    return replace(
        lines[0], text=text, box=box, size=longest.size, bold=all(line.bold for line in lines), colour=longest.colour
    )
