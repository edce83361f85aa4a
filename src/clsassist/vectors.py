"""Dense search over the vectors of one build: exact arithmetic where it is faster, Chroma beyond."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Self, TypeAlias

import numpy as np

from clsassist.chroma import CHROMA_FOLDER, ChromaCollection, collection_name, compact, note_remote
from clsassist.embedding import Vector, Vectors
from clsassist.errors import EmbeddingError, IndexDamagedError

# A passage id and its cosine with the question.
Hit: TypeAlias = tuple[str, float]

VECTORS_FILE = "vectors.npy"
IDS_FILE = "passage_ids.json"
# Below this size one matrix product (0.7 ms for 10,000 passages) answers before Chroma does (2 to 3 ms), is
# exact, and spares a command line the 2 s that importing chromadb and llama-index takes.
EXACT_BELOW = 10_000
# Identical texts must tie, though arithmetic differs in the last bits from one row to another.
_DECIMALS = 6


def build(folder: Path, passage_ids: Sequence[str], vectors: Vectors, chroma_url: str = "") -> None:
    """Write the vectors of a build, as a plain matrix and as a Chroma collection named after the folder.

    ``passage_ids`` and the rows of ``vectors`` go together. Raises ConfigurationError when the server of
    ``chroma_url`` does not answer, OSError when the disk refuses something.
    """
    folder.mkdir(parents=True, exist_ok=True)
    order = sorted(range(len(passage_ids)), key=passage_ids.__getitem__)
    ids = [passage_ids[row] for row in order]
    matrix = np.ascontiguousarray(vectors[order], dtype=np.float32)
    np.save(folder / VECTORS_FILE, matrix, allow_pickle=False)
    (folder / IDS_FILE).write_text(json.dumps(ids, ensure_ascii=False), encoding="utf-8")
    if chroma_url:
        note_remote(folder, chroma_url)
    try:
        _fill_chroma(folder, ids, matrix, chroma_url)
    except IndexDamagedError as error:
        # What is only being written is not damaged: the disk refused something.
        raise OSError(str(error.__cause__ or error)) from error


def _fill_chroma(folder: Path, ids: Sequence[str], matrix: Vectors, chroma_url: str) -> None:
    collection = ChromaCollection.create(chroma_url or folder / CHROMA_FOLDER, collection_name(folder))
    try:
        collection.add(ids, matrix)
    finally:
        collection.close()
    if not chroma_url:
        compact(folder / CHROMA_FOLDER)


def update(
    folder: Path,
    previous: Path,
    removed: Collection[str],
    passage_ids: Sequence[str],
    vectors: Vectors,
    chroma_url: str = "",
) -> None:
    """Write the vectors of a build that differs little from a previous one.

    It has the passages of ``previous`` but those ``removed``, and those of ``passage_ids``, whose vectors are the rows
    of ``vectors``. Raises IndexDamagedError when the previous vectors cannot be read.
    """
    with closing(VectorIndex.open(previous)) as before:
        gone = {*removed, *passage_ids}
        rows = [row for row, passage_id in enumerate(before._ids) if passage_id not in gone]
        ids = [*(before._ids[row] for row in rows), *passage_ids]
        build(folder, ids, np.concatenate([before._matrix[rows], vectors]), chroma_url)


class VectorIndex:
    """The finished vectors of one build, open for reading; several threads may search at once."""

    def __init__(
        self, folder: Path, chroma_url: str, passage_ids: Sequence[str], matrix: Vectors, exact_below: int
    ) -> None:
        self._folder = folder
        self._chroma_url = chroma_url
        self._ids = passage_ids
        self._rows = {passage_id: row for row, passage_id in enumerate(passage_ids)}
        self._matrix = matrix
        self._exact = not chroma_url and len(passage_ids) < exact_below
        self._collection: ChromaCollection | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, folder: Path, chroma_url: str = "", exact_below: int = EXACT_BELOW) -> Self:
        """Map the vectors of a build into memory; Chroma itself opens at the first search that needs it.

        Raises IndexDamagedError when a file is absent or unreadable.
        """
        try:
            matrix: Vectors = np.load(folder / VECTORS_FILE, mmap_mode="r", allow_pickle=False)
            passage_ids = json.loads((folder / IDS_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError, EOFError) as error:
            message = f"Les vecteurs de « {folder} » sont illisibles ({error}). Lancez : clsassist index"
            raise IndexDamagedError(message) from error
        if matrix.ndim != 2 or len(matrix) != len(passage_ids):
            raise IndexDamagedError(f"Les vecteurs de « {folder} » sont incomplets. Lancez : clsassist index")
        return cls(folder, chroma_url, passage_ids, matrix, exact_below)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return int(self._matrix.shape[1])

    def search(self, vector: Vector, k: int, allowed: Collection[str] | None = None) -> list[Hit]:
        """Return the ``k`` best passages as (id, cosine), highest first, then by id.

        ``allowed`` holds the ids to search among; such a search is always exact (Chroma's own filter takes
        ten times longer than no filter). Raises EmbeddingError when ``vector`` is of another model.
        """
        if vector.shape != (self.dimension,) or not np.isfinite(vector).all():
            raise EmbeddingError(
                f"La question a un vecteur inutilisable ou de taille {vector.shape}, l'index en a de taille "
                f"{self.dimension} : il vient d'un autre modèle. Lancez : clsassist index"
            )
        if k < 1 or not self._ids:
            return []
        if allowed is not None:
            return self._rank(vector, k, np.array(sorted(self._rows[key] for key in allowed if key in self._rows)))
        if self._exact:
            return self._rank(vector, k, np.arange(len(self._ids)))
        found = self._chroma().nearest(vector, min(k, len(self._ids)))
        return self._rank(vector, k, np.array(sorted(self._rows[key] for key in found)))

    def probe(self, count: int = 64) -> None:
        """Check that Chroma holds every vector and finds some of them again, spread over the whole.

        Raises IndexDamagedError when it does not.
        """
        stored = len(self._chroma())
        rows = np.linspace(0, len(self._ids) - 1, min(count, len(self._ids)), dtype=int)
        lost = [row for row in rows if self._cannot_find(int(row))]
        if stored != len(self._ids) or lost:
            raise IndexDamagedError(
                f"Chroma tient {stored} vecteurs sur {len(self._ids)} et n'en retrouve pas {len(lost)} "
                f"des {len(rows)} essayés. Lancez : clsassist index"
            )

    def close(self) -> None:
        """Release Chroma's files; the matrix is released with this object."""
        with self._lock:
            if self._collection is not None:
                self._collection.close()
                self._collection = None

    def _cannot_find(self, row: int) -> bool:
        # A twin of the same text is as good an answer as the vector itself.
        found = self._chroma().nearest(np.array(self._matrix[row]), 1)
        return not found or float(self._matrix[self._rows[found[0]]] @ self._matrix[row]) < 0.999

    def _chroma(self) -> ChromaCollection:
        with self._lock:
            if self._collection is None:
                place = self._chroma_url or self._folder / CHROMA_FOLDER
                self._collection = ChromaCollection.open(place, collection_name(self._folder))
            return self._collection

    def _rank(self, vector: Vector, k: int, rows: np.typing.NDArray[np.intp]) -> list[Hit]:
        # Rows are in the order of ids, so a stable sort leaves equal scores in that order.
        if not len(rows):
            return []
        every = len(rows) == len(self._ids)
        cosines = (self._matrix if every else self._matrix[rows]) @ vector
        scores = np.round(cosines.astype(np.float64), _DECIMALS)
        if k < len(rows):
            kept = scores >= np.partition(scores, -k)[-k]
            rows, scores = rows[kept], scores[kept]
        best = np.argsort(-scores, kind="stable")[:k]
        return [(self._ids[rows[position]], float(scores[position])) for position in best]
