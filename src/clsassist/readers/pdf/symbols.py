"""Characters of symbol fonts: what they show, whatever code the file gives them."""

from __future__ import annotations

from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED

# Wingdings, by code: boxes, ticked boxes, ticks, bullets.
_WINGDINGS = {
    0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: BOX_CLEAR, 0x70: BOX_CLEAR, 0x71: BOX_CLEAR, 0x72: BOX_CLEAR,
    0x76: "❖", 0x78: BOX_TICKED, 0x9F: "•", 0xA7: "▪", 0xA8: BOX_CLEAR, 0xD8: "➢", 0xE0: "→", 0xE8: "➔", 0xF0: "➔",
    0xFB: "✗", 0xFC: "✓", 0xFD: BOX_TICKED, 0xFE: BOX_TICKED,
}  # fmt: skip
_WINGDINGS_2 = {
    0x2A: BOX_CLEAR, 0x4F: "✗", 0x50: "✓", 0x51: BOX_TICKED, 0x52: BOX_TICKED, 0x53: BOX_TICKED, 0x54: BOX_TICKED,
    0x97: "•", 0xA2: "■", 0xA3: BOX_CLEAR,
}  # fmt: skip
_DINGBATS = {
    0x33: "✓", 0x34: "✔", 0x35: "✗", 0x36: "✗", 0x37: "✗", 0x38: "✗", 0x6C: "●", 0x6D: BOX_CLEAR, 0x6E: "■",
    0x6F: BOX_CLEAR, 0x70: BOX_CLEAR, 0x71: BOX_CLEAR, 0x72: BOX_CLEAR, 0xE4: "➢",
}  # fmt: skip
_SYMBOL = {0xB7: "•", 0xA8: "♦", 0xAE: "→", 0xDE: "→"}
# The private codes that word processors give to symbols whose font name is lost: Wingdings is by far the most common.
_PRIVATE = _WINGDINGS | {0xB7: "•", 0x2D: "-", 0xA3: BOX_CLEAR, 0x52: BOX_TICKED, 0x53: BOX_TICKED}
_FONTS = (("wingdings2", _WINGDINGS_2), ("wingdings", _WINGDINGS), ("dingbats", _DINGBATS), ("symbol", _SYMBOL))

# Boxes and ticks that have a code of their own, whatever the font.
_GLYPHS = (
    dict.fromkeys("□◻▢❏❐❑❒⬜🗆🞎🞏", BOX_CLEAR)
    | dict.fromkeys("☑🗹🗵🗷⊠⌧☒⮽🮱", BOX_TICKED)
    | dict.fromkeys("✕✖✘", "✗")
    | {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u2010": "-", "\u2011": "-"}
)


def glyph_to_text(code: int, font: str) -> str:
    """Return what a character shows, in a font of that name; an unknown symbol comes back as it is.

    >>> glyph_to_text(0xF0FE, "ABCDEF+Wingdings-Regular"), glyph_to_text(0xFB01, "Calibri")
    ('☒', 'fi')
    """
    name = font.lower().replace(" ", "").replace("-", "")
    private = 0xF000 <= code <= 0xF0FF
    for known, table in _FONTS:
        if known in name and (private or code < 0x100):
            return table.get(code & 0xFF, chr(code))
    if private:
        return _PRIVATE.get(code & 0xFF, chr(code))
    return _GLYPHS.get(chr(code), chr(code))
