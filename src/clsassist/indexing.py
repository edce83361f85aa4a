"""The whole of building on one screen: read, parse, cut into passages, embed, index, switch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from clsassist.corpus import Progress, read_corpus
from clsassist.embedding import load_embedder
from clsassist.index import build_index
from clsassist.lexicon import load_lexicon
from clsassist.passages import corpus_to_passages
from clsassist.records import Corpus
from clsassist.settings import Settings


def index_corpus(paths: Sequence[Path], settings: Settings, progress: Progress | None = None) -> Corpus:
    """Read some files or folders, build their index and put it in service.

    Raises NothingToIndexError when nothing could be read; files that fail are told in the Corpus.
    """
    corpus = read_corpus(paths, settings, progress)
    embedder = load_embedder(settings.embedding_model, settings)
    analyser = load_lexicon().analyser
    build_index(
        corpus,
        corpus_to_passages(corpus),
        settings.index_dir,
        embedder,
        analyser,
        progress,
        settings=settings,
    )
    return corpus
