"""Check boxes as characters: the marks that stand for them while a file is read, and the glyphs that draw them."""

from __future__ import annotations

import re
from typing import Final

# Characters that XML cannot hold, so that no document can write them.
TICKED: Final = "\x01"
CLEAR: Final = "\x02"
UNKNOWN: Final = "\x03"
# Boxes that a list draws before its items: only the other boxes of the cell tell whether they are boxes or bullets.
LISTED_TICKED: Final = "\x04"
LISTED_CLEAR: Final = "\x05"
LISTED_ORNAMENT: Final = "\x06"

MARK = re.compile("[\x01-\x03]")
LISTED = re.compile("[\x04-\x06]")

_BOXES = dict.fromkeys("☐🗆", CLEAR) | dict.fromkeys("☑☒🗹🗷🗵⮽⌧", TICKED)
_BOX_GLYPH = re.compile(f"[{''.join(_BOXES)}]")

# Symbol fonts, by code: the boxes, and the few other signs that forms use. Source: the fonts' own character tables.
_WINGDINGS = {
    0x28: "☏", 0x2A: "✉", 0x46: "☞", 0x6C: "●", 0x6E: "■", 0x6F: CLEAR, 0x71: CLEAR, 0x72: CLEAR, 0x76: "❖",
    0x78: TICKED, 0x9F: "•", 0xA1: "○", 0xA7: "▪", 0xA8: CLEAR, 0xD8: "➢", 0xE0: "→", 0xE8: "➔", 0xF0: "⇨",
    0xFB: "✗", 0xFC: "✓", 0xFD: TICKED, 0xFE: TICKED,
}  # fmt: skip
_WINGDINGS_2 = {
    0x4F: "✗", 0x50: "✓", 0x51: TICKED, 0x52: TICKED, 0x53: TICKED, 0x54: TICKED, 0x97: "●", 0xA2: "■", 0xA3: CLEAR,
}  # fmt: skip
_WEBDINGS = {0x61: "✓", 0x63: CLEAR, 0x67: "■", 0x72: "✗"}
_SYMBOL = {
    0x2D: "-", 0xA3: "≤", 0xA5: "∞", 0xAC: "←", 0xAE: "→", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•",
    0xB9: "≠", 0xBB: "≈", 0xDE: "⇒",
}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "webdings": _WEBDINGS, "symbol": _SYMBOL}
_PRIVATE = range(0xF000, 0xF100)
# Word writes a code of a symbol font in the private area, or as it is.
PRIVATE_USE = re.compile("[\uf000-\uf0ff]")
# A sign of a symbol font that no table here knows.
UNREADABLE: Final = "\ufffd"
# Longer text in a symbol font is words that somebody set in the wrong font.
_LONGEST_SYMBOL = 3

# What lists draw before their items, as bullets: only a true square may be a box.
_LISTED_GLYPHS = dict.fromkeys("☐□◻❏▢⬜", LISTED_CLEAR) | dict.fromkeys("☑☒🗹⌧", LISTED_TICKED)
_ORNAMENTS = frozenset({0x71, 0x72})


def is_symbol_font(font: str | None) -> bool:
    """Say whether a font draws signs in the place of letters."""
    return font is not None and font.lower() in _FONTS


def mark_boxes(text: str) -> str:
    """Put marks in the place of the box glyphs that somebody typed or inserted."""
    return _BOX_GLYPH.sub(lambda glyph: _BOXES[glyph.group()], text)


def decode_symbols(text: str, font: str | None) -> str:
    """Put marks and plain characters in the place of the codes of a symbol font; Wingdings when no font is named."""
    whole = is_symbol_font(font) and len(text.strip()) <= _LONGEST_SYMBOL
    return "".join(decode_symbol(ord(char), font) if whole or ord(char) in _PRIVATE else char for char in text)


def decode_symbol(code: int, font: str | None) -> str:
    """Return the mark or the plain character that one code of a font draws.

    >>> decode_symbol(0xF0FE, "Wingdings") == TICKED, decode_symbol(0x2610, "MS Gothic") == CLEAR
    (True, True)
    """
    if code not in _PRIVATE and (code > 0xFF or not is_symbol_font(font)):
        return mark_boxes(chr(code))
    short = code & 0xFF
    if short == 0xB7 and not is_symbol_font(font):
        return "•"
    if short in b" \t\xa0":
        return " "
    return _FONTS.get((font or "").lower(), _WINGDINGS).get(short, UNREADABLE)


def listed_mark(glyph: str, font: str | None) -> str:
    """Return the mark of a list whose bullet may be a box, '' when it is a plain bullet."""
    if len(glyph) != 1:
        return ""
    code = ord(glyph)
    if code in _PRIVATE or (code <= 0xFF and is_symbol_font(font)):
        drawn = decode_symbol(code, font)
        if code & 0xFF in _ORNAMENTS and (font or "").lower() == "wingdings":
            return LISTED_ORNAMENT
        return {CLEAR: LISTED_CLEAR, TICKED: LISTED_TICKED}.get(drawn, "")
    return _LISTED_GLYPHS.get(glyph, "")
