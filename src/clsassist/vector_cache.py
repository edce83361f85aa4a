"""Vectors kept between builds: a rebuild embeds what changed, and identical text is embedded once."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

import numpy as np

from clsassist.embedding import Embedder, Progress, Vectors

logger = logging.getLogger(__name__)

# Texts embedded between two commits: what an interrupted run loses at most, some seconds of work.
BLOCK_SIZE = 32
# Explicit byte order: the file may be carried to another machine.
_STORED = np.dtype("<f4")
_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS vectors (
        embedder TEXT NOT NULL, text_hash BLOB NOT NULL, vector BLOB NOT NULL,
        PRIMARY KEY (embedder, text_hash)
    )
"""


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
        hashes = [_hash(text) for text in texts]
        known = self._read(embedder, set(hashes))
        wanted = dict(zip(hashes, texts, strict=True))
        missing = sorted(wanted.keys() - known.keys(), key=lambda key: (-len(wanted[key]), key))
        for start in range(0, len(missing), BLOCK_SIZE):
            block = missing[start : start + BLOCK_SIZE]
            vectors = embedder.embed_passages([wanted[key] for key in block])
            self._write(embedder.name, block, vectors)
            known.update(zip(block, vectors, strict=True))
            if progress is not None:
                progress(start + len(block), len(missing))
        rows = np.empty((len(texts), embedder.dimension), dtype=np.float32)
        for row, key in enumerate(hashes):
            rows[row] = known[key]
        return CachedVectors(rows, len(missing))

    def purge(self, texts: Iterable[str]) -> int:
        """Erase the vectors of every other text than ``texts``, whatever the model; return how many."""
        with self._connection as connection:
            connection.execute("CREATE TEMP TABLE kept (text_hash BLOB PRIMARY KEY)")
            hashes = ((_hash(text),) for text in texts)
            connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", hashes)
            purged = connection.execute("DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM kept)")
            connection.execute("DROP TABLE kept")
        if purged.rowcount:
            self._connection.execute("VACUUM")
        return purged.rowcount

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, embedder: Embedder, wanted: set[bytes]) -> dict[bytes, Vectors]:
        rows = self._connection.execute("SELECT text_hash, vector FROM vectors WHERE embedder = ?", (embedder.name,))
        return dict(_sound_vectors(rows, wanted, embedder.dimension))

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


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _sound_vectors(
    rows: Iterable[tuple[bytes, bytes]], wanted: set[bytes], dimension: int
) -> Iterator[tuple[bytes, Vectors]]:
    # A vector whose length is no longer one was altered on disk: it is embedded again.
    for key, stored in rows:
        if key in wanted and len(stored) == dimension * _STORED.itemsize:
            vector = np.frombuffer(stored, dtype=_STORED).astype(np.float32, copy=False)
            if abs(float(vector @ vector) - 1.0) < 1e-3:
                yield key, vector
