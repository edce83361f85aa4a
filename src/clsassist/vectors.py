"""Dense search over the vectors of one build: exact arithmetic on this machine, or an engine made for it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt

from clsassist.embedding import Vector, Vectors
from clsassist.errors import EmbeddingError, IndexDamagedError, StoreUnavailableError
from clsassist.vector_stores import (
    EMBEDDED,
    NONE,
    VectorCollection,
    compact,
    create_collection,
    is_server,
    open_collection,
)

logger = logging.getLogger(__name__)

# A passage id and its cosine with the question.
Hit: TypeAlias = tuple[str, float]
# Places in the matrix of a build.
Rows: TypeAlias = npt.NDArray[np.intp]
# Ids in UTF-8, which sorts them as text does: ten times less memory than as text, and none before they are read.
_Ids: TypeAlias = npt.NDArray[np.bytes_]
_Coarse: TypeAlias = npt.NDArray[np.int8]

VECTORS_FILE = "vectors.npy"
COARSE_FILE = "vectors8.npy"
IDS_FILE = "passage_ids.npy"
# From this size on, a copy of the vectors in 8 bits is read first, and the best of it compared again in full: a quarter
# of the bytes, four times the speed (see docs/decisions.md).
COARSE_FROM = 20_000
# Chroma in this process is filled below this size, unless it is asked for: filling takes 0.6 ms a vector, and is done
# afresh at each build, since what is deleted from its files stays there for a long while.
CHROMA_BELOW = 10_000
# How many candidates of the coarse comparison are compared again, for one asked: twice gave the very same hundred.
_COARSE_MARGIN = 2
# An engine is asked for no more than this; who wants more passages wants an exact order of them.
_MOST_FROM_ENGINE = 500
# A filter that leaves no more than this is resolved before the search, a wider one after.
_FEW = 2_000
# How long a server that failed is left alone.
_RETRY_SECONDS = 20.0
_BLOCK = 16_384
# Identical texts must tie, though arithmetic differs in the last bits from one row to another.
_DECIMALS = 6


def build(folder: Path, passage_ids: Sequence[str], vectors: Vectors) -> None:
    """Write the vectors of a build as plain matrices.

    ``passage_ids`` and the rows of ``vectors`` go together. Raises OSError when the disk refuses something.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ids = _encode(passage_ids)
    order = np.argsort(ids, kind="stable")
    _write(folder, ids[order], np.ascontiguousarray(vectors[order], dtype=np.float32))


def update(
    folder: Path, previous: Path, removed: Collection[str], passage_ids: Sequence[str], vectors: Vectors
) -> None:
    """Write the vectors of a build as those of a previous one, without ``removed``, and with ``passage_ids``.

    A passage whose vector changed is in both. The previous build is only read. Raises IndexDamagedError when it cannot
    be, OSError when the disk refuses something.
    """
    folder.mkdir(parents=True, exist_ok=True)
    matrix, ids = _read(previous)
    kept = np.flatnonzero(~np.isin(ids, _encode([*removed, *passage_ids])))
    every = np.concatenate([np.asarray(ids)[kept], _encode(passage_ids)])
    order = np.argsort(every, kind="stable")
    merged = np.empty((len(every), matrix.shape[1]), dtype=np.float32)
    place = np.empty(len(every), dtype=np.intp)
    place[order] = np.arange(len(every))
    merged[place[: len(kept)]] = matrix[kept]
    if len(passage_ids):
        merged[place[len(kept) :]] = vectors
    _write(folder, every[order], merged)


def fills_engine(count: int, store_url: str) -> bool:
    """Say whether the vectors of a build of so many passages go to an engine too."""
    return asks_engine(store_url) or (store_url != NONE and count < CHROMA_BELOW)


def asks_engine(store_url: str) -> bool:
    """Say whether questions go to the engine of a build: only when the setting names one."""
    return is_server(store_url) or store_url == EMBEDDED


def fill_engine(
    folder: Path,
    store_url: str,
    previous: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Give the written vectors of a build to its engine, starting from those of a previous build where it can.

    ``progress`` is told how many vectors it has, out of how many. Raises ConfigurationError when the server of
    ``store_url`` does not answer, OSError when the disk refuses something.
    """
    matrix, ids = _read(folder)
    try:
        collection, copied = create_collection(folder, store_url, matrix.shape[1], previous)
    except IndexDamagedError as error:
        raise OSError(str(error.__cause__ or error)) from error
    try:
        rows = np.arange(len(ids))
        if copied and previous is not None:
            gone, rows = _compare(previous, matrix, ids)
            collection.remove(gone)
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            collection.add([key.decode() for key in ids[block]], matrix[block])
            if progress:
                progress(start + len(block), len(rows))
        collection.publish()
    except IndexDamagedError as error:
        # What is only being written is not damaged: the disk refused something.
        raise OSError(str(error.__cause__ or error)) from error
    finally:
        collection.close()
    if not is_server(store_url):
        compact(folder)


def _compare(previous: Path, matrix: Vectors, ids: _Ids) -> tuple[list[str], Rows]:
    """Return the ids of the previous build whose vectors are no longer so, and the rows that it has not so."""
    old_matrix, old_ids = _read(previous)
    places = np.minimum(np.searchsorted(old_ids, ids), len(old_ids) - 1)
    same = old_ids[places] == ids
    for start in range(0, len(ids), _BLOCK):
        block = slice(start, start + _BLOCK)
        same[block] &= (old_matrix[places[block]] == matrix[block]).all(axis=1)
    gone = np.ones(len(old_ids), dtype=bool)
    gone[places[same]] = False
    return [key.decode() for key in old_ids[gone]], np.flatnonzero(~same)


def _write(folder: Path, ids: _Ids, matrix: Vectors) -> None:
    np.save(folder / VECTORS_FILE, matrix, allow_pickle=False)
    np.save(folder / IDS_FILE, ids, allow_pickle=False)
    if len(ids) >= COARSE_FROM:
        np.save(folder / COARSE_FILE, _coarse(matrix), allow_pickle=False)


def _coarse(matrix: Vectors) -> _Coarse:
    # What all vectors share moves every cosine of a question by the same amount: without it, the 8 bits tell more.
    middle = matrix.mean(axis=0)
    blocks = [slice(start, start + _BLOCK) for start in range(0, len(matrix), _BLOCK)]
    largest = max(float(np.abs(matrix[block] - middle).max()) for block in blocks) or 1.0
    coarse: _Coarse = np.empty(matrix.shape, dtype=np.int8)
    for block in blocks:
        coarse[block] = np.rint((matrix[block] - middle) * (127 / largest))
    return coarse


def _encode(passage_ids: Sequence[str]) -> _Ids:
    return np.array([key.encode() for key in passage_ids], dtype=np.bytes_)


def _read(folder: Path) -> tuple[Vectors, _Ids]:
    try:
        matrix: Vectors = np.load(folder / VECTORS_FILE, mmap_mode="r", allow_pickle=False)
        ids: _Ids = np.load(folder / IDS_FILE, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        message = f"Les vecteurs de « {folder} » sont illisibles ({error}). Lancez : clsassist index"
        raise IndexDamagedError(message) from error
    if matrix.ndim != 2 or ids.shape != (len(matrix),) or matrix.dtype != np.float32 or ids.dtype.kind != "S":
        raise _incomplete(folder)
    return matrix, ids


def _read_coarse(folder: Path, matrix: Vectors) -> _Coarse | None:
    if len(matrix) < COARSE_FROM:
        return None
    try:
        coarse: _Coarse = np.load(folder / COARSE_FILE, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        message = f"Les vecteurs de « {folder} » sont illisibles ({error}). Lancez : clsassist index"
        raise IndexDamagedError(message) from error
    if coarse.shape != matrix.shape or coarse.dtype != np.int8:
        raise _incomplete(folder)
    return coarse


def _incomplete(folder: Path) -> IndexDamagedError:
    return IndexDamagedError(f"Les vecteurs de « {folder} » sont incomplets. Lancez : clsassist index")


class VectorIndex:
    """The finished vectors of one build, open for reading; several threads may search at once.

    An engine that fails changes no answer: the same vectors are in plain files of this machine, and are compared here
    until it is back.
    """

    def __init__(self, folder: Path, store_url: str, matrix: Vectors, ids: _Ids, coarse: _Coarse | None) -> None:
        self._exact_only = False
        self._folder = folder
        self._store_url = store_url
        self._matrix = matrix
        self._ids = ids
        self._coarse = coarse
        self._collection: VectorCollection | None = None
        self._lock = threading.Lock()
        self._retry_at = 0.0

    @classmethod
    def open(cls, folder: Path, store_url: str = "", *, exact_only: bool = False) -> Self:
        """Map the vectors of a build into memory; an engine opens at the first search that needs it.

        ``exact_only`` does without any, as when its files are damaged. Raises IndexDamagedError when a file is absent
        or unreadable.
        """
        matrix, ids = _read(folder)
        opened = cls(folder, store_url, matrix, ids, _read_coarse(folder, matrix))
        opened._exact_only = exact_only
        return opened

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return int(self._matrix.shape[1])

    def search(self, vector: Vector, k: int, allowed: Collection[str] | None = None) -> list[Hit]:
        """Return the ``k`` best passages as (id, cosine), highest first, then by id.

        ``allowed`` holds the ids to search among; such a search never asks an engine, whose filters take ten times
        longer than no filter. Raises EmbeddingError when ``vector`` is of another model.
        """
        if vector.shape != (self.dimension,) or not np.isfinite(vector).all():
            raise EmbeddingError(
                f"La question a un vecteur inutilisable ou de taille {vector.shape}, l'index en a de taille "
                f"{self.dimension} : il vient d'un autre modèle. Lancez : clsassist index"
            )
        if k < 1 or not len(self):
            return []
        if allowed is None:
            rows = self._ask_engine(vector, k) if self._asks_engine(k) else None
            return self._rank(vector, k, self._candidates(vector, k) if rows is None else rows)
        if len(allowed) <= _FEW:
            return self._rank(vector, k, self._rows(allowed))
        return self._rank(vector, k, self._candidates_among(vector, k, allowed))

    def probe(self, count: int = 64) -> None:
        """Check that the engine, if there is one, holds every vector and finds some again, spread over the whole.

        Raises IndexDamagedError when it does not, StoreUnavailableError when its server does not answer.
        """
        if not fills_engine(len(self), self._store_url):
            return
        stored = len(self._engine())
        rows = np.linspace(0, len(self) - 1, min(count, len(self)), dtype=int)
        lost = [row for row in rows if self._cannot_find(int(row))]
        if stored != len(self) or lost:
            raise IndexDamagedError(
                f"La base vectorielle tient {stored} vecteurs sur {len(self)} et n'en retrouve pas {len(lost)} "
                f"des {len(rows)} essayés. Lancez : clsassist index"
            )

    def close(self) -> None:
        """Release the engine; the matrices are released with this object."""
        with self._lock:
            if self._collection is not None:
                self._collection.close()
                self._collection = None

    def _cannot_find(self, row: int) -> bool:
        # A twin of the same text is as good an answer as the vector itself.
        found = self._rows(self._engine().nearest(np.array(self._matrix[row]), 1))
        return not len(found) or float(self._matrix[found[0]] @ self._matrix[row]) < 0.999

    # --- an engine

    def _asks_engine(self, k: int) -> bool:
        return k <= _MOST_FROM_ENGINE and asks_engine(self._store_url) and time.monotonic() >= self._retry_at

    def _ask_engine(self, vector: Vector, k: int) -> Rows | None:
        try:
            return self._rows(self._engine().nearest(vector, min(k, len(self))))
        except (StoreUnavailableError, IndexDamagedError) as error:
            logger.warning("%s En attendant, les vecteurs de cette machine répondent à sa place.", error)
        # Whatever was open is of the server as it was.
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        self.close()
        return None

    def _engine(self) -> VectorCollection:
        with self._lock:
            if self._collection is None:
                self._collection = open_collection(self._folder, self._store_url, self.dimension)
            return self._collection

    # --- exact arithmetic

    def _rows(self, passage_ids: Collection[str]) -> Rows:
        """Return the places of these passages, in order; those of another build are left out."""
        wanted = np.unique(_encode(list(passage_ids)))
        places = np.minimum(np.searchsorted(self._ids, wanted), len(self) - 1)
        return places[self._ids[places] == wanted] if len(wanted) else places.astype(np.intp)

    def _candidates(self, vector: Vector, k: int) -> Rows:
        """Return rows among which the ``k`` best are."""
        wanted = k * _COARSE_MARGIN
        if self._coarse is None or wanted >= len(self):
            return np.arange(len(self))
        return _top_rows(_coarse_scores(self._coarse, vector), wanted)

    def _candidates_among(self, vector: Vector, k: int, allowed: Collection[str]) -> Rows:
        """Return rows among which the ``k`` best of the allowed ones are: the best of all, tried in turn."""
        among = allowed if isinstance(allowed, (set, frozenset, dict)) else set(allowed)
        scores = self._matrix @ vector if self._coarse is None else _coarse_scores(self._coarse, vector)
        found: list[int] = []
        for row in _best_first(scores, k * _COARSE_MARGIN * len(self) // len(among)):
            if self._ids[row].decode() in among:
                found.append(row)
                if len(found) == k * _COARSE_MARGIN:
                    break
        return np.array(sorted(found), dtype=np.intp)

    def _rank(self, vector: Vector, k: int, rows: Rows) -> list[Hit]:
        # Rows are in the order of ids, so a stable sort leaves equal scores in that order.
        if not len(rows):
            return []
        every = len(rows) == len(self)
        cosines = (self._matrix if every else self._matrix[rows]) @ vector
        scores = np.round(cosines.astype(np.float64), _DECIMALS)
        if k < len(rows):
            kept = scores >= np.partition(scores, -k)[-k]
            rows, scores = rows[kept], scores[kept]
        best = np.argsort(-scores, kind="stable")[:k]
        return [(self._ids[rows[position]].decode(), float(scores[position])) for position in best]


def _coarse_scores(coarse: _Coarse, vector: Vector) -> npt.NDArray[np.float64]:
    import numkong

    rounded = np.rint(vector * (127 / (float(np.abs(vector).max()) or 1.0))).astype(np.int8)
    scores: npt.NDArray[np.float64] = np.asarray(numkong.cdist(rounded[np.newaxis], coarse, "dot"))[0]
    return scores


def _top_rows(scores: npt.NDArray[np.floating], wanted: int) -> Rows:
    """Return the rows of the ``wanted`` best scores, in order; of equal scores, the first rows."""
    least = np.partition(scores, -wanted)[-wanted]
    above = np.flatnonzero(scores > least)
    level = np.flatnonzero(scores == least)[: wanted - len(above)]
    return np.sort(np.concatenate([above, level]))


def _best_first(scores: npt.NDArray[np.floating], first: int) -> Iterator[int]:
    """Yield every row by falling score, sorting no more of them than are taken."""
    done, upto = 0, max(first, 1)
    while done < len(scores):
        best = _top_rows(scores, upto) if upto < len(scores) else np.arange(len(scores))
        yield from best[np.argsort(-scores[best], kind="stable")][done:].tolist()
        done, upto = len(best), upto * 4
