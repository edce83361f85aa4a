"""The characters of a page, as PDFium places them."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from clsassist.readers.pdf.page import Box
from clsassist.readers.pdf.symbols import glyph_to_text
from clsassist.readers.pdf.turning import Turn
from clsassist.readers.pdf.words import Glyph

_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_FORCED_BOLD = 1 << 18
_INVISIBLE_MODE = 3
# A page that holds more is no page that a person reads; beyond, characters are left out, and it is told.
MAX_CHARACTERS = 60_000
# PDFium gives these codes to a hyphen that ends a line.
_HYPHENS = (0x02, 0xFFFE)
_SPACES = (0xA0, 0x2009, 0x202F, 0x3000)
# Directions of writing: quarter turns, and anything else.
ASKEW = -1


@dataclass(frozen=True, slots=True)
class Style:
    """What a run of characters has in common; ``direction`` counts quarter turns, anticlockwise."""

    font: str
    size: float
    bold: bool
    colour: int
    direction: int
    hidden: bool


# A character (nothing for a space), its left, lowest, right and highest sides in the file, and its style.
Mark = tuple[str, float, float, float, float, Style]


@dataclass(slots=True)
class Runs:
    """The characters of a page by direction of writing, in the order of the file."""

    marks: dict[int, list[Mark]] = field(default_factory=dict)
    hidden: list[Mark] = field(default_factory=list)
    cut: bool = False

    def main_direction(self) -> int:
        """Return the direction that most characters have: the upright one of the page."""
        counts = {direction: len(marks) for direction, marks in self.marks.items() if direction != ASKEW}
        return max(counts, key=lambda direction: counts[direction]) if counts else 0


def read_glyphs(page: pdfium.PdfPage) -> Runs:
    """Read the characters of a page, in its own coordinates (points from the bottom left)."""
    text_page = pdfium_c.FPDFText_LoadPage(page.raw)
    if not text_page:
        return Runs()
    try:
        return _collect(text_page)
    finally:
        pdfium_c.FPDFText_ClosePage(text_page)


def _collect(text_page: pdfium_c.FPDF_TEXTPAGE) -> Runs:
    runs = Runs()
    count = pdfium_c.FPDFText_CountChars(text_page)
    runs.cut = count > MAX_CHARACTERS
    styles: dict[int, Style] = {}
    style: Style | None = None
    bounds = pdfium_c.FS_RECTF()
    for index in range(min(count, MAX_CHARACTERS)):
        code = pdfium_c.FPDFText_GetUnicode(text_page, index)
        owner = pdfium_c.FPDFText_GetTextObject(text_page, index)
        if not owner:  # a space or a line end that PDFium supposes: gaps are measured here instead
            continue
        key = ctypes.addressof(owner.contents)
        style = styles.get(key)
        if style is None:
            style = styles[key] = _read_style(text_page, index, owner)
        pdfium_c.FPDFText_GetLooseCharBox(text_page, index, bounds)
        text = _shown(code, style.font)
        mark = (text, bounds.left, bounds.bottom, bounds.right, bounds.top, style)
        if style.hidden:
            runs.hidden.append(mark)
        else:
            runs.marks.setdefault(style.direction, []).append(mark)
    return runs


@lru_cache(maxsize=4096)
def _shown(code: int, font: str) -> str:
    """Return what a character shows, nothing for a space."""
    if code in _HYPHENS:
        return "-"
    return "" if code <= 0x20 or code in _SPACES else glyph_to_text(code, font)


def _read_style(text_page: pdfium_c.FPDF_TEXTPAGE, index: int, owner: pdfium_c.FPDF_PAGEOBJECT) -> Style:
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    length = pdfium_c.FPDFText_GetFontInfo(text_page, index, name, 128, flags)
    font = name.value.decode("utf-8", errors="replace") if 0 < length <= 128 else ""
    matrix = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFText_GetMatrix(text_page, index, matrix)
    size = pdfium_c.FPDFText_GetFontSize(text_page, index) * math.hypot(matrix.c, matrix.d)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    painted = pdfium_c.FPDFText_GetFillColor(text_page, index, red, green, blue, alpha)
    colour = red.value << 16 | green.value << 8 | blue.value if painted else 0
    bold = bool(_BOLD.search(font)) or bool(flags.value & _FORCED_BOLD)
    hidden = pdfium_c.FPDFTextObj_GetTextRenderMode(owner) == _INVISIBLE_MODE
    return Style(font, max(size, 0.1), bold, colour, _direction(matrix.a, matrix.b), hidden)


def _direction(across: float, up: float) -> int:
    quarter, rest = divmod(math.degrees(math.atan2(up, across)) + 2, 90)
    return int(quarter) % 4 if rest <= 4 else ASKEW


def turned(marks: Iterable[Mark], turn: Turn) -> Iterator[Glyph]:
    """Yield characters at their place on the page as it is looked at."""
    for text, left, bottom, right, top, style in marks:
        yield Glyph(text, turn.box(Box(left, bottom, right, top)), style.size, style.bold, style.colour)
