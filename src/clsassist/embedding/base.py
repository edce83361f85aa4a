"""What every embedder promises, and what all of them share."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from clsassist.errors import EmbeddingError
from clsassist.records import Passage

Vector: TypeAlias = npt.NDArray[np.float32]
Vectors: TypeAlias = npt.NDArray[np.float32]
# Told how many texts are done, and out of how many.
Progress: TypeAlias = Callable[[int, int], None]


class Embedder(Protocol):
    """Turns texts into vectors of length one, so that a dot product is a cosine."""

    @property
    def name(self) -> str:
        """Identify the model and the version of its engine: vectors of two names are never mixed."""

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return one row per text, in their order."""

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question."""


def passage_to_text(passage: Passage) -> str:
    """Say a passage in one text for the model: title, label, then words (the title adds up to 3 points)."""
    head = f"{passage.title}\n" if passage.title else ""
    return f"{head}{passage.label} : {passage.text}" if passage.label else f"{head}{passage.text}"


def clean(text: str) -> str:
    """Compose the accents that PDF files write apart, and replace what is no character: NUL, half a surrogate pair."""
    composed = unicodedata.normalize("NFKC", text).replace("\0", " ")
    return composed.encode("utf-8", "replace").decode("utf-8")


def check_vectors(vectors: Vectors, count: int, dimension: int) -> Vectors:
    """Return the vectors at length one.

    Raises EmbeddingError on a vector that is null, infinite or of another size: a vector store takes NaN without a
    word, and answers nonsense for ever after.
    """
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if vectors.shape != (count, dimension) or not np.isfinite(norms).all() or not norms.all():
        raise EmbeddingError(
            "Le modèle d'embedding a rendu des vecteurs inutilisables (nuls, infinis ou de mauvaise taille). "
            "Choisissez-en un autre par CLSASSIST_EMBEDDING_MODEL, puis lancez : clsassist index"
        )
    return np.asarray(vectors / norms, dtype=np.float32)
