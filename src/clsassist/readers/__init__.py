"""One file in, one Document out; a format is one module here and one line in the table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from clsassist.errors import ReadingError
from clsassist.readers.plain import read_plain
from clsassist.readers.transcript import Transcript
from clsassist.records import Document
from clsassist.settings import Settings
from clsassist.text import fold

# A reader takes the bytes of a file. It raises ValueError with a French reason when they are not what the name
# promises, or are beyond the limits.
Reader = Callable[[bytes], Transcript]

READERS: dict[str, Reader] = {
    ".txt": read_plain,
    ".md": read_plain,
}


def read_document(path: Path, root: Path, settings: Settings) -> Document:
    """Read one file into a Document whose path is relative to ``root``.

    Raises ReadingError with the reason, in French, when the file cannot be read.
    """
    relative = path.relative_to(root).as_posix()
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise ReadingError(relative, f"le format « {path.suffix or 'sans extension'} » n'est pas lu ({known})")
    raw = _read_bytes(path, relative, settings.max_file_bytes)
    try:
        read = reader(raw)
    except ValueError as error:
        raise ReadingError(relative, str(error)) from error
    if not read.text.strip():
        raise ReadingError(relative, "le fichier est vide")
    identifier = path_to_identifier(relative)
    digest = hashlib.sha256(raw).hexdigest()
    return Document(identifier, relative, digest, read.title, read.text, read.blocks, read.warnings, read.margins)


def _read_bytes(path: Path, relative: str, limit: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > limit:
            reason = f"il pèse {size / 1e6:.0f} Mo, plus que la limite de {limit / 1e6:.0f} Mo"
            raise ReadingError(relative, reason)
        return path.read_bytes()
    except OSError as error:
        reason = f"le système le refuse ({error.strerror}) ; vérifiez ses droits d'accès"
        raise ReadingError(relative, reason) from error


def path_to_identifier(relative: str) -> str:
    """Make a readable identifier of a relative path.

    >>> path_to_identifier("CLS Nord/Fiche n°3.txt")
    'cls-nord-fiche-n-3'
    """
    stem = relative.rsplit(".", 1)[0]
    words = "".join(char if char.isalnum() else " " for char in fold(stem)).split()
    return "-".join(words)
