"""Zip packages (Word, Excel, archives): opened only when their directory keeps within bounds."""

from __future__ import annotations

import io
import mmap
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a zip may hold: entries, bytes once unfolded, and how many times larger than folded."""

    entries: int
    unfolded: int
    ratio: int


# Measured: a 502 KB Word file that unfolds to 164 MB costs two minutes and 2.8 GB; its directory tells in half a
# millisecond.
PACKAGE = Limits(entries=2_000, unfolded=60_000_000, ratio=100)
# Small files may fold a hundred times without harm: a blank page of XML does.
_SMALL = 1_000_000
# What opens each line of a directory. Reading a line costs a kilobyte of memory, whatever the limits say later; a
# stored zip inside the zip has lines too, hence the margin.
_DIRECTORY_LINE = re.compile(b"PK\x01\x02")
_LINES_AN_ENTRY = 20
_DRIVE = re.compile("[A-Za-z]:/")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1

_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError)


def open_package(source: bytes | BinaryIO, limits: Limits = PACKAGE) -> zipfile.ZipFile:
    """Open a zip file, held in memory or on disk.

    Raises ValueError, with a French reason, when it is damaged, protected by a password, too large once unfolded,
    or names places outside itself.
    """
    package = _open_directory(source, limits)
    entries = package.infolist()
    if len(entries) > limits.entries:
        raise ValueError(f"il contient {len(entries)} éléments, plus que la limite de {limits.entries}")
    if any(_escapes(entry.filename) for entry in entries):
        raise ValueError("il contient un nom de fichier qui sort du dossier : par prudence, il est refusé")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise ValueError("il est protégé par un mot de passe : enregistrez-le sans mot de passe")
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise ValueError("il est compressé d'une façon inhabituelle : refaites-le avec la compression ordinaire")
    unfolded = sum(entry.file_size for entry in entries)
    if unfolded > limits.unfolded:
        raise ValueError(
            f"il pèserait {unfolded / 1e6:.0f} Mo une fois décompressé, plus que la limite de "
            f"{limits.unfolded / 1e6:.0f} Mo"
        )
    if unfolded > _SMALL and unfolded > limits.ratio * _size(source):
        raise ValueError(f"il se décompresse plus de {limits.ratio} fois (archive piégée)")
    return package


def read_entry(package: zipfile.ZipFile, name: str | zipfile.ZipInfo) -> bytes:
    """Return one entry of a package.

    Raises KeyError when it is absent, ValueError with a French reason when it is damaged or larger than it says.
    """
    entry = name if isinstance(name, zipfile.ZipInfo) else package.getinfo(name)
    try:
        with package.open(entry) as file:
            content = file.read(entry.file_size + 1)
    except _DAMAGE as error:
        raise ValueError(f"il est abîmé (« {entry.filename} » est illisible)") from error
    if len(content) > entry.file_size:
        raise ValueError("il annonce une taille fausse (archive piégée)")
    return content


def list_names(raw: bytes) -> list[str]:
    """Return the names in the directory of a zip file, none when it cannot be read."""
    try:
        return _open_directory(raw, PACKAGE).namelist()
    except ValueError:
        return []


def _open_directory(source: bytes | BinaryIO, limits: Limits) -> zipfile.ZipFile:
    if _count_lines(source) > limits.entries * _LINES_AN_ENTRY:
        raise ValueError(f"il contient plus d'éléments que la limite de {limits.entries}")
    try:
        return zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except _DAMAGE as error:
        raise ValueError("il est abîmé ou tronqué (archive illisible)") from error


def _count_lines(source: bytes | BinaryIO) -> int:
    if isinstance(source, bytes):
        return sum(1 for _ in _DIRECTORY_LINE.finditer(source))
    with mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return sum(1 for _ in _DIRECTORY_LINE.finditer(view))


def _size(source: bytes | BinaryIO) -> int:
    return len(source) if isinstance(source, bytes) else source.seek(0, io.SEEK_END)


def _escapes(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or _DRIVE.match(str(path)) is not None
