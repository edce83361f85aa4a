"""Vectors kept between builds: a rebuild embeds what changed, and identical text is embedded once."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

import numpy as np

from clsassist.embedding import Embedder, Progress, Vector, Vectors

logger = logging.getLogger(__name__)

# Texts embedded between two commits: what an interrupted run loses at most, some seconds of work.
BLOCK_SIZE = 32
# Explicit byte order: the file may be carried to another machine.
_STORED = np.dtype("<f4")
_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
# Of the file: 0 is that of a new one, and of those written before rows had a seal.
_VERSION = 1
# What SQLite writes beside a database, and leaves there when it is killed.
_COMPANIONS = ("", "-journal", "-wal", "-shm")
_SIZES = ("freelist_count", "page_count")
_SCHEMA = """
    CREATE TABLE vectors (
        embedder TEXT NOT NULL, text_hash BLOB NOT NULL, vector BLOB NOT NULL, seal INTEGER NOT NULL,
        PRIMARY KEY (text_hash, embedder)
    )
"""


def text_key(text: str) -> bytes:
    """Return what tells a text from another: its SHA-256."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class CachedVectors:
    """One row per text asked for, and how many of the distinct texts had to be embedded."""

    vectors: Vectors
    embedded: int


class VectorCache:
    """Vectors by (embedder name, SHA-256 of the text), in one SQLite file.

    SQLite rather than flat files: each block is one transaction, so a killed run keeps every finished block
    and never half of one; ``secure_delete`` overwrites what is purged. No text is ever written here.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or create the cache; one of a newer version or a damaged one is made anew, one of an older version kept.

        Nothing is lost: it can always be computed again.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        for companion in _places(path):
            if companion.is_dir():
                shutil.rmtree(companion)
        try:
            return cls(_connect(path))
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _DAMAGED:
                raise
            logger.warning("Cache de vecteurs recréé : « %s » (%s).", path, error)
        for companion in _places(path):
            companion.unlink(missing_ok=True)
        return cls(_connect(path))

    def embed(self, embedder: Embedder, texts: Sequence[str], progress: Progress | None = None) -> CachedVectors:
        """Return the vectors of ``texts``, embedding only those never met; saved block by block."""
        places: dict[bytes, list[int]] = {}
        for row, text in enumerate(texts):
            places.setdefault(text_key(text), []).append(row)
        vectors = np.empty((len(texts), embedder.dimension), dtype=np.float32)
        missing: list[bytes] = []
        for key, rows in places.items():
            if (known := self._read(embedder, key)) is None:
                missing.append(key)
            else:
                vectors[rows] = known
        # The longest first: little is padded, and a lack of memory shows at once.
        missing.sort(key=lambda key: (-len(texts[places[key][0]]), key))
        for start in range(0, len(missing), BLOCK_SIZE):
            block = missing[start : start + BLOCK_SIZE]
            made = embedder.embed_passages([texts[places[key][0]] for key in block])
            self._write(embedder.name, block, made)
            for key, vector in zip(block, made, strict=True):
                vectors[places[key]] = vector
            if progress is not None:
                progress(start + len(block), len(missing))
        return CachedVectors(vectors, len(missing))

    def purge(self, texts: Iterable[str]) -> int:
        """Erase the vectors of every other text than ``texts``, whatever the model; return how many."""
        return self.keep(text_key(text) for text in texts)

    def keep(self, keys: Iterable[bytes]) -> int:
        """Erase the vectors of every text but those of these keys, whatever the model; return how many."""
        with self._connection as connection:
            connection.execute("CREATE TEMP TABLE kept (text_hash BLOB PRIMARY KEY)")
            connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((key,) for key in keys))
            purged = connection.execute("DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM kept)")
            connection.execute("DROP TABLE kept")
        self._shrink()
        return purged.rowcount

    def _shrink(self) -> None:
        # What is erased is overwritten at once; giving its place back to the disk rewrites the whole file.
        free, pages = (self._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _SIZES)
        if free * 4 > pages:
            self._connection.execute("VACUUM")

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, embedder: Embedder, key: bytes) -> Vector | None:
        query = "SELECT vector, seal FROM vectors WHERE embedder = ? AND text_hash = ?"
        found = self._connection.execute(query, (embedder.name, key)).fetchone()
        # One that was altered on disk is embedded again.
        if found is None or found[1] != _seal(embedder.name, key, found[0]):
            return None
        vector = np.frombuffer(found[0], dtype=_STORED).astype(np.float32, copy=False)
        return vector if vector.shape == (embedder.dimension,) else None

    def _write(self, name: str, hashes: Sequence[bytes], vectors: Vectors) -> None:
        stored = (vector.tobytes() for vector in vectors.astype(_STORED, copy=False))
        rows = [(name, key, vector, _seal(name, key, vector)) for key, vector in zip(hashes, stored, strict=True)]
        with self._connection as connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)


def _seal(name: str, key: bytes, vector: bytes) -> int:
    return zlib.crc32(vector, zlib.crc32(key, zlib.crc32(name.encode())))


def _places(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}{suffix}") for suffix in _COMPANIONS]


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        # Its index too: what is not found there could not be erased.
        if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise _unfit("fichier abîmé")
        _bring_up_to_date(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == _VERSION:
        return
    if version > _VERSION:
        raise _unfit("écrit par une version plus récente de clsassist")
    connection.create_function("seal", 3, _seal, deterministic=True)
    with connection:
        # Python opens no transaction by itself before these statements.
        connection.execute("BEGIN IMMEDIATE")
        before = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'vectors'").fetchone()
        if before:
            connection.execute("ALTER TABLE vectors RENAME TO former")
        connection.execute(_SCHEMA)
        if before:
            rows = "SELECT embedder, text_hash, vector, seal(embedder, text_hash, vector) FROM former"
            connection.execute(f"INSERT INTO vectors {rows}")
            connection.execute("DROP TABLE former")
        connection.execute(f"PRAGMA user_version = {_VERSION}")


def _unfit(reason: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(reason)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
