"""An optional cross-encoder over the best passages: slower, off by default, never deciding a set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from clsassist.errors import ConfigurationError
from clsassist.model_hub import settle_hub
from clsassist.retrieval import Hit

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# A cross-encoder reads each passage with the question: about 0.4 s for 20 short passages on two cores.
RERANKED = 20


class Reranker(Protocol):
    """Scores passages against a question, the highest first being the most relevant."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return one score per text, in their order."""


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder, by name or folder."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    @classmethod
    def load(cls, name: str) -> CrossEncoderReranker:
        """Load a cross-encoder.

        Raises ConfigurationError when sentence-transformers cannot load it.
        """
        settle_hub(name)
        from sentence_transformers import CrossEncoder

        try:
            return cls(CrossEncoder(name, device="cpu"))
        except (OSError, ValueError, KeyError) as error:
            message = f"Le modèle de reclassement « {name} » n'a pas pu être chargé ({type(error).__name__} : {error})."
            hint = "Donnez à CLSASSIST_RERANKER un dossier ou un nom de CrossEncoder, ou laissez-le vide."
            raise ConfigurationError(f"{message} {hint}") from error

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return one score per text, in their order."""
        return [float(value) for value in self._model.predict([(question, text) for text in texts])]


def rerank(question: str, hits: Sequence[Hit], text_of: Callable[[str], str], reranker: Reranker) -> list[Hit]:
    """Return the hits with the first of them in the order of the reranker, those after in their own.

    Reranked hits share out their fused scores in the new order, so that scores still go down the list.
    """
    first, rest = list(hits[:RERANKED]), list(hits[RERANKED:])
    scores = reranker.score(question, [text_of(hit.passage_id) for hit in first])
    ordered = sorted(zip(scores, first, strict=True), key=lambda pair: (-pair[0], pair[1].passage_id))
    fused = sorted((hit.score for hit in first), reverse=True)
    return [replace(hit, score=fused[place], reranked=score) for place, (score, hit) in enumerate(ordered)] + rest
