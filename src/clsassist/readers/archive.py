"""Zip archives of documents: each member in turn, in memory, never unfolded to the disk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from clsassist.readers.formats import check_archive, check_format
from clsassist.readers.names import may_be_document, member_to_name
from clsassist.readers.packages import Limits, open_package, read_entry

# A hundred plans of five megabytes; beyond, a folder serves better. A member is one document, read on its own.
ARCHIVE = Limits(entries=5_000, unfolded=500_000_000, ratio=100)
# An archive inside the archive is read, one inside that one is told.
_DEEPEST = 2
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Member:
    """One document of an archive: its path there, and its bytes, or why there are none."""

    path: PurePosixPath
    raw: bytes
    refusal: str = ""


def read_archive(path: Path, max_file_bytes: int) -> Iterator[Member]:
    """Yield the documents of a zip file, in the order of their names.

    Raises ValueError, with a French reason, when the archive as a whole is refused; OSError when it cannot be opened.
    """
    with path.open("rb") as file:
        check_format(path.suffix.lower(), file.read(_HEAD))
        package = open_package(file, ARCHIVE)
        check_archive(package.namelist())
        yield from _Reading(max_file_bytes).members(package, PurePosixPath(), depth=1)


class _Reading:
    """The reading of one archive; those inside it share its limits."""

    def __init__(self, max_file_bytes: int) -> None:
        self._max_file_bytes = max_file_bytes
        self._left = ARCHIVE

    def members(self, package: zipfile.ZipFile, folder: PurePosixPath, depth: int) -> Iterator[Member]:
        entries = package.infolist()
        self._left = replace(
            self._left,
            entries=self._left.entries - len(entries),
            unfolded=self._left.unfolded - sum(entry.file_size for entry in entries),
        )
        taken: set[PurePosixPath] = set()
        named = [(folder / member_to_name(entry), entry) for entry in _documents(entries)]
        for path, entry in sorted(named, key=lambda pair: pair[0]):
            if path in taken:
                yield Member(path, b"", "l'archive contient un autre fichier de ce nom, qui est lu")
                continue
            taken.add(path)
            yield from self._member(package, entry, path, depth)

    def _member(
        self, package: zipfile.ZipFile, entry: zipfile.ZipInfo, path: PurePosixPath, depth: int
    ) -> Iterator[Member]:
        nested = path.suffix.lower() == ".zip"
        if entry.file_size > self._max_file_bytes:
            limit = self._max_file_bytes / 1e6
            yield Member(path, b"", f"il pèse {entry.file_size / 1e6:.0f} Mo, plus que la limite de {limit:.0f} Mo")
            return
        if nested and depth == _DEEPEST:
            yield Member(path, b"", "c'est une archive dans une archive d'archive : décompressez-la")
            return
        try:
            raw = read_entry(package, entry)
            inner = open_package(raw, self._left) if nested else None
        except ValueError as error:
            yield Member(path, b"", str(error))
            return
        if inner is None:
            yield Member(path, raw)
        else:
            yield from self.members(inner, path, depth + 1)


def _documents(entries: list[zipfile.ZipInfo]) -> Iterator[zipfile.ZipInfo]:
    for entry in entries:
        parts = PurePosixPath(entry.filename).parts
        if not entry.is_dir() and parts and all(map(may_be_document, parts)):
            yield entry
