"""Whether the files of a build are as they were written: sealed once built, checked whenever it is opened."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from clsassist.manifest import MANIFEST_FILE, Manifest, hash_file
from clsassist.vector_stores import DATABASE_FILE, REMOTE_FILE

# What was seen of a file when its content was last read whole: its seal, size, dates in nanoseconds and inode.
Sight: TypeAlias = tuple[str, int, int, int, int]

# In the folder of a build: the files whose content need not be read again as long as they look the same.
SIGHTS_FILE = "verified.json"
# A build as small as this is read whole at each opening, in less than a tenth of a second.
ALWAYS_READ_BYTES = 64_000_000
# Some file systems date to the second or two: a file changed just now may be changed again and look the same.
_SETTLED_NS = 2_500_000_000
# Altered by any reader of a SQLite file: change counter, sizes of the file and of its free list, version of the writer.
_COUNTERS = (slice(24, 40), slice(92, 100))
# Chroma adds a row to this table whenever it opens a database.
_LOG_TABLE = "acquire_write"
# A file is not there, or is something else; any other error is of the disk or of its rights.
_GONE = (FileNotFoundError, IsADirectoryError, NotADirectoryError)

_CHUNK = 1 << 20


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def seal_parts(folder: Path) -> dict[str, str]:
    """Return the seal of every file of a build but its manifest: the SHA-256 of what opening it leaves alone.

    That is the whole content, except in the database of Chroma. The address of a server is left out: only the builder
    may read it.
    """
    return {
        name: _seal_database(path) if name == DATABASE_FILE else hash_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and _is_sealed(name := path.relative_to(folder).as_posix())
    }


def find_damage(folder: Path, manifest: Manifest, *, thorough: bool = False) -> tuple[str, ...]:
    """Return the files of a build that are absent or altered.

    A large build is read whole once; later a file that still has its size, dates and inode is trusted, unless
    ``thorough``. Raises OSError when a file may not be read.
    """
    small = _is_small(folder, manifest)
    seen = {} if thorough or small else _read_sights(folder)
    sights: dict[str, Sight] = {}
    damaged: list[str] = []
    for name, seal in manifest.checksums.items():
        try:
            # Looked at before it is read: a change meanwhile shows the next time.
            sight = _look(folder / name, seal)
            sound = seen.get(name) == sight or _is_sound(folder / name, seal)
        except _GONE:
            sound = False
        if sound:
            sights[name] = sight
        else:
            damaged.append(name)
    if sights != seen and not small:
        remember_sights(folder, sights)
    return tuple(damaged)


def trust_parts(folder: Path, manifest: Manifest) -> None:
    """Note that a build was just sealed: its first reader need not read it whole."""
    if not _is_small(folder, manifest):
        remember_sights(folder, {name: _look(folder / name, seal) for name, seal in manifest.checksums.items()})


def remember_sights(folder: Path, sights: Mapping[str, Sight]) -> None:
    """Keep what was seen of the files that have not changed for some seconds; do without where writing is denied."""
    draft = folder / f"{SIGHTS_FILE}.{secrets.token_hex(4)}"
    with suppress(OSError):
        try:
            draft.touch()
            # By the clock of the file system, which may not be that of this machine.
            now = draft.stat().st_ctime_ns
            settled = {name: sight for name, sight in sights.items() if sight[3] < now - _SETTLED_NS}
            draft.write_text(json.dumps(settled), encoding="utf-8")
            draft.replace(folder / SIGHTS_FILE)
        finally:
            draft.unlink(missing_ok=True)


def _read_sights(folder: Path) -> dict[str, Sight]:
    try:
        values = json.loads((folder / SIGHTS_FILE).read_text(encoding="utf-8"))
        return {name: tuple(sight) for name, sight in values.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        # Lost or damaged, it is made again by reading everything.
        return {}


def _is_sealed(name: str) -> bool:
    return not name.endswith((".lock", "-journal", MANIFEST_FILE, REMOTE_FILE)) and not name.startswith(SIGHTS_FILE)


def _is_small(folder: Path, manifest: Manifest) -> bool:
    sizes = 0
    for name in manifest.checksums:
        with suppress(*_GONE):
            sizes += (folder / name).stat().st_size
    return sizes <= ALWAYS_READ_BYTES


def _look(path: Path, seal: str) -> Sight:
    status = path.stat()
    # The last one but the inode, the date of change, is kept by the system: no program sets it.
    return seal, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _is_sound(path: Path, seal: str) -> bool:
    digest, *shape = seal.split(":")
    return (_hash_database(path, *map(int, shape)) if shape else hash_file(path)) == digest


def _seal_database(path: Path) -> str:
    """Return the digest of a database of Chroma, the size and number of its pages, and the page of its log."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        size, pages = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count"))
        found = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (_LOG_TABLE,)).fetchone()
    shape = (size, pages, found[0] if found else 0)
    return ":".join((_hash_database(path, *shape), *map(str, shape)))


def _hash_database(path: Path, page_size: int, pages: int, log_page: int) -> str:
    """Hash the pages of a SQLite file but those that opening it changes.

    The pages after ``pages`` are those that a long log has taken since.
    """
    digest = sha256()
    with path.open("rb") as file:
        first = bytearray(file.read(page_size))
        for counter in _COUNTERS:
            first[counter] = bytes(counter.stop - counter.start)
        digest.update(first)
        if log_page > 1:
            _feed(digest, file, (log_page - 2) * page_size)
            file.seek(page_size, os.SEEK_CUR)
        _feed(digest, file, pages * page_size - file.tell())
    return digest.hexdigest()


def _feed(digest: _Digest, file: BinaryIO, count: int) -> None:
    while count > 0 and (chunk := file.read(min(count, _CHUNK))):
        digest.update(chunk)
        count -= len(chunk)
