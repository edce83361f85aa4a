"""Vectors kept between builds: a rebuild embeds what changed, and identical text is embedded once."""

from __future__ import annotations

import logging
import sqlite3
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
_SIZES = ("freelist_count", "page_count")
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS vectors (
        embedder TEXT NOT NULL, text_hash BLOB NOT NULL, vector BLOB NOT NULL,
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
        """Open or create the cache; a damaged one is thrown away, since it can always be computed again."""
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return cls(_connect(path))
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode not in _DAMAGED:
                raise
        logger.warning("Cache de vecteurs illisible, recréé : %s", path)
        path.unlink()
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
        with self._connection as connection:
            connection.execute("CREATE TEMP TABLE kept (text_hash BLOB PRIMARY KEY)")
            hashes = ((text_key(text),) for text in texts)
            connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", hashes)
            purged = connection.execute("DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM kept)")
            connection.execute("DROP TABLE kept")
        self._shrink()
        return purged.rowcount

    def forget(self, keys: Iterable[bytes]) -> None:
        """Erase the vectors of the texts of these keys, whatever the model."""
        with self._connection as connection:
            connection.executemany("DELETE FROM vectors WHERE text_hash = ?", ((key,) for key in keys))
        self._shrink()

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
        query = "SELECT vector FROM vectors WHERE embedder = ? AND text_hash = ?"
        found = self._connection.execute(query, (embedder.name, key)).fetchone()
        if found is None or len(found[0]) != embedder.dimension * _STORED.itemsize:
            return None
        vector = np.frombuffer(found[0], dtype=_STORED).astype(np.float32, copy=False)
        # One whose length is no longer one was altered on disk: it is embedded again.
        return vector if abs(float(vector @ vector) - 1.0) < 1e-3 else None

    def _write(self, name: str, hashes: Sequence[bytes], vectors: Vectors) -> None:
        rows = zip(hashes, vectors.astype(_STORED, copy=False), strict=True)
        with self._connection as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                ((name, key, vector.tobytes()) for key, vector in rows),
            )


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            error = sqlite3.DatabaseError(f"{path}: quick_check failed")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error
        connection.execute(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
