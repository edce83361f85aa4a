"""Bytes to text: the encoding found, damaged accents mended, line ends and invisible characters put in order."""

from __future__ import annotations

import codecs
import re
import unicodedata

from clsassist.records import Warning
from clsassist.text import INVISIBLE

# Windows and old Mac line ends, vertical tab, form feed, line and paragraph separators.
_LINE_END = re.compile("\r\n?|[\v\f\u2028\u2029]")

_BOMS = (
    # The mark of UTF-32 starts with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)

# One-byte encodings of French files, the likeliest first, under the names that users know.
_CANDIDATES = {"cp1252": "Windows-1252", "iso8859-15": "Latin-9", "mac-roman": "Mac OS Roman", "cp850": "MS-DOS 850"}
# What the bytes above ASCII stand for in a French (or Alsatian) text, and how much each tells: « é » is as frequent
# as all the others together, capitals with an accent are rare.
_WEIGHTS = (
    dict.fromkeys("ÀÂÄÇÈÊËÎÏÔÖŒÆÙÛÜß‘“”…—€·§²³ª\u00a0", 1)
    | dict.fromkeys("âäëîïôöœæùûü«»’–°•É", 2)
    | {"à": 4, "è": 4, "ê": 4, "ç": 4, "é": 8}
)
# Enough of a file to tell its encoding.
_SAMPLE = 400_000

# Byte values 0x80 to 0x9f are letters and quotation marks of Windows-1252, wherever they were taken for Latin-1.
_WINDOWS = {
    code: character for code in range(0x80, 0xA0) if (character := bytes([code]).decode("cp1252", errors="ignore"))
}
_CONTROLS = re.compile(f"[{''.join(map(chr, _WINDOWS))}]")
_TO_BYTES = {ord(character): code for code, character in _WINDOWS.items()}

# UTF-8 read as Windows-1252 and saved again: « Ã© » for é, « â€™ » for ’, « Â » before a no-break space.
_MOJIBAKE = re.compile("Ã[\u0080-\u00bfŒœŠšŸŽž‚ƒ„…†‡ˆ‰‹‘’“”•–—˜™›]|â€|Å“|Â[\u00a0«»°²]")
# A file may have been through the same accident more than once.
_ACCIDENTS = 3


def decode(raw: bytes, declared: str | None = None) -> tuple[str, tuple[Warning, ...]]:
    r"""Return the text of a file, and what to tell about its encoding.

    Line ends become line feeds; characters that show nothing are dropped. ``declared`` is the encoding that the file
    names itself, believed when the bytes allow it and do not say otherwise. Raises ValueError when they are no text.

    >>> decode("Durée\r\n".encode("cp1252"), "windows-1252")
    ('Durée\n', ())
    """
    text, warning = _to_text(raw, declared)
    text, mended = _mend(text)
    warnings = tuple(Warning(message) for message in (warning, mended, _lost(text)) if message)
    # Accents written apart from their letter show as one: words are compared as they look.
    return unicodedata.normalize("NFC", INVISIBLE.sub("", _LINE_END.sub("\n", text))), warnings


def _to_text(raw: bytes, declared: str | None) -> tuple[str, str]:
    """Decode the bytes; the message is empty when the encoding is certain."""
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return raw.decode(encoding, errors="replace"), ""
    wide = _wide_encoding(raw)
    if wide:
        return raw.decode(wide, errors="replace"), f"encodage {wide.upper()} supposé : vérifiez les accents"
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        if _is_cut(raw, error):
            return raw.decode("utf-8", errors="replace"), "le fichier s'arrête au milieu d'un caractère"
    known = _known_encoding(declared)
    if known:
        try:
            return raw.decode(known), ""
        except UnicodeDecodeError:
            pass  # the file is wrong about itself
    encoding = _likeliest_encoding(raw)
    message = f"encodage {_CANDIDATES[encoding]} supposé : vérifiez les accents, ou enregistrez le fichier en UTF-8"
    return raw.decode(encoding, errors="replace"), message


def _wide_encoding(raw: bytes) -> str | None:
    """Tell UTF-16 without its mark: one byte of each pair is null in a text of Latin letters.

    Raises ValueError when there are null bytes elsewhere: this is no text.
    """
    sample = raw[:_SAMPLE]
    if b"\x00" not in sample:
        return None
    most = 0.4 * len(sample)
    if sample[1::2].count(0) > most and not sample[::2].count(0):
        return "utf-16-le"
    if sample[::2].count(0) > most and not sample[1::2].count(0):
        return "utf-16-be"
    raise ValueError("ce n'est pas un fichier texte (il contient des octets nuls)")


def _is_cut(raw: bytes, error: UnicodeDecodeError) -> bool:
    """Tell a UTF-8 file cut within its last character, where the rest holds some that are whole."""
    return error.end >= len(raw) and error.start >= len(raw) - 3 and not raw[: error.start].isascii()


def _known_encoding(declared: str | None) -> str | None:
    """Return the codec of a declared name; Latin-1 means Windows-1252, as browsers have it."""
    if declared is None:
        return None
    try:
        found = codecs.lookup(declared.strip())
    except (LookupError, ValueError):
        return None
    if found.name in ("iso8859-1", "ascii"):
        return "cp1252"
    # Names of wide encodings are lies here, and some codecs (« rot13 », « zip ») give no text.
    textual = not found.name.startswith(("utf", "unicode", "raw")) and getattr(found, "_is_text_encoding", True)
    return found.name if textual else None


def _likeliest_encoding(raw: bytes) -> str:
    """Return the encoding under which the characters above ASCII are those that French uses most.

    On single lines of real fiches this is right where a general detector is wrong a time in four.
    """
    high = bytes(byte for byte in raw[:_SAMPLE] if byte >= 0x80)

    def score(name: str) -> int:
        return sum(_WEIGHTS.get(character, -1) for character in high.decode(name, errors="replace"))

    return max(_CANDIDATES, key=score)


def _mend(text: str) -> tuple[str, str]:
    """Undo what a wrong encoding did to a text, when the whole of it allows that."""
    message = ""
    if _CONTROLS.search(text):
        text = text.translate(_WINDOWS)
        message = "guillemets ou apostrophes abîmés par un mauvais encodage, rétablis : vérifiez-les"
    for _ in range(_ACCIDENTS):
        damage = _MOJIBAKE.search(text)
        if not damage:
            break
        try:
            text = text.translate(_TO_BYTES).encode("latin-1").decode("utf-8")
        except UnicodeError:
            return text, f"des accents sont abîmés (« {damage.group()} ») : enregistrez de nouveau le fichier en UTF-8"
        message = f"accents abîmés par un mauvais encodage (« {damage.group()} »), rétablis : vérifiez-les"
    return text, message


def _lost(text: str) -> str:
    lost = text.count("\ufffd")
    return f"{lost} caractère(s) illisible(s), perdus dans le fichier lui-même" if lost else ""
