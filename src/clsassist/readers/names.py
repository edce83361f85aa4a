"""The names of documents: which files are some, how a name is shown, what a zip archive calls its members."""

from __future__ import annotations

import os
import re
import unicodedata
import zipfile
from contextlib import suppress
from pathlib import Path, PurePosixPath

# Files that accompany a corpus and are no document of it.
_COMPANIONS = frozenset({"readme.md", "readme.txt", "license", "licence.md", "thumbs.db", "desktop.ini"})
# Hidden files, locks that an open Word leaves behind, and what macOS adds to its archives.
_PASSING = (".", "~$", "__MACOSX")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SPELLED_BYTE = re.compile(r"\\x([0-9a-f]{2})")
_UTF8_FLAG = 0x800


def may_be_document(name: str) -> bool:
    """Say whether a file or folder of this name is to be looked at.

    >>> may_be_document("~$fiche.docx")
    False
    """
    return name.lower() not in _COMPANIONS and not name.startswith(_PASSING)


def path_to_name(path: Path | PurePosixPath) -> str:
    r"""Return a path as it can be shown and stored: bytes that are no UTF-8, or steer a terminal, are spelled out.

    >>> path_to_name(Path("CLS Nord/sant\udce9.txt"))
    'CLS Nord/sant\\xe9.txt'
    """
    name = os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda control: f"\\x{ord(control.group()):02x}", name)


def name_to_path(root: Path, name: str) -> Path:
    """Return the file that a shown name stands for; for the member of an archive, the archive."""
    as_shown = root / name
    if os.path.lexists(as_shown):
        return as_shown
    spelled = root / _SPELLED_BYTE.sub(lambda byte: os.fsdecode(bytes.fromhex(byte.group(1))), name)
    return next((path for path in (spelled, *spelled.parents) if path.is_file()), as_shown)


def member_to_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of a member of an archive, with the accents it was given.

    A name that is not marked as UTF-8 is UTF-8 all the same when macOS wrote it, else in the code page of French
    Windows. « zipfile » takes it for that of American DOS, which differs by its capitals.
    """
    name = entry.filename
    if not entry.flag_bits & _UTF8_FLAG:
        with suppress(UnicodeEncodeError):
            name = _decode_name(name.encode("cp437"))
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _decode_name(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp850")


def path_to_identifier(name: str) -> str:
    """Make a readable identifier of a document's name.

    >>> path_to_identifier("CLS Nord/Fiche n°3.txt")
    'cls-nord-fiche-n-3'
    """
    from clsassist.text import fold

    stem = str(PurePosixPath(name).with_suffix(""))
    words = "".join(char if char.isalnum() else " " for char in fold(stem)).split()
    return "-".join(words) or "document"
