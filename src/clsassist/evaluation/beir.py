"""The retrieval stage on a public collection in BEIR layout (Thakur et al., 2021): documents, queries, judgements."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clsassist import lexical
from clsassist.embedding import passage_to_text
from clsassist.errors import ConfigurationError
from clsassist.passages import MAX_CHARS
from clsassist.records import Passage, Span
from clsassist.retrieval import fuse
from clsassist.text import Analyser, sentence_spans
from clsassist.vector_cache import VectorCache

if TYPE_CHECKING:
    from clsassist.embedding import Embedder, Vectors
    from clsassist.settings import Settings

# How many passages each ranking gives: several may belong to one document, and ten documents are judged.
DEPTH = 100
MEASURES = ("nDCG@10", "RR@10", "R@5", "R@10")
RUNS = ("BM25", "dense", "fusion")

# Told how many texts are embedded, and out of how many.
Progress = Callable[[int, int], None]
# Scores of documents for each query.
Run = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents by id (title, text), queries by id, and the relevance of documents for each query."""

    documents: dict[str, tuple[str, str]]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def load_collection(directory: Path) -> Collection:
    """Read corpus.jsonl, queries.jsonl and qrels.jsonl, or the test judgements of qrels/*.tsv.

    Raises ConfigurationError when a file is absent or badly written.
    """
    try:
        documents = {row["_id"]: (row.get("title", ""), row["text"]) for row in _rows(directory / "corpus.jsonl")}
        queries = {row["_id"]: row["text"] for row in _rows(directory / "queries.jsonl")}
        qrels: dict[str, dict[str, int]] = {}
        for row in _judgements(directory):
            qrels.setdefault(str(row["query-id"]), {})[str(row["corpus-id"])] = int(row["score"])
    except (OSError, ValueError, KeyError) as error:
        message = f"« {directory} » n'est pas une collection BEIR lisible ({type(error).__name__} : {error})."
        expected = "Il faut corpus.jsonl, queries.jsonl, et qrels.jsonl ou qrels/test.tsv."
        raise ConfigurationError(f"{message} {expected}") from error
    return Collection(documents, {key: text for key, text in queries.items() if key in qrels}, qrels)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _judgements(directory: Path) -> Iterator[dict[str, Any]]:
    if (directory / "qrels.jsonl").exists():
        yield from _rows(directory / "qrels.jsonl")
        return
    with (directory / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as table:
        yield from csv.DictReader(table, delimiter="\t")


def evaluate_collection(
    directory: Path, settings: Settings, embedder: Embedder, progress: Progress | None = None
) -> dict[str, dict[str, float]]:
    """Return the measures of each run (BM25, dense, fusion) over a collection.

    Embeddings go through the cache of ``settings.index_dir``: a second run embeds nothing. Measures are those of
    ir-measures. Raises ConfigurationError when the collection cannot be read or ir-measures is not installed.
    """
    collection = load_collection(directory)
    runs = run_collection(collection, settings, embedder, progress)
    return {name: measure(collection, run) for name, run in runs.items()}


def run_collection(
    collection: Collection, settings: Settings, embedder: Embedder, progress: Progress | None = None
) -> dict[str, Run]:
    """Rank the documents of a collection for each of its queries, by each ranking alone and by their fusion."""
    passages = [passage for key in collection.documents for passage in document_to_passages(collection, key)]
    vectors = _embed(passages, settings, embedder, progress)
    analyser = Analyser()
    runs: dict[str, Run] = {name: {} for name in RUNS}
    with tempfile.TemporaryDirectory() as folder:
        lexical.build(Path(folder) / "lexical", passages, analyser)
        index = lexical.LexicalIndex.open(Path(folder) / "lexical")
        for key, query in collection.queries.items():
            words = dict(index.search(analyser.stems(query), DEPTH))
            dense = _nearest(embedder, query, passages, vectors)
            fused = {hit.passage_id: hit.score for hit in fuse(words, dense, settings.dense_weight)}
            for name, scores in zip(RUNS, (words, dense, fused), strict=True):
                runs[name][key] = _best_by_document(scores)
    return runs


def document_to_passages(collection: Collection, key: str) -> Iterator[Passage]:
    """Cut a document as fields are cut: whole sentences, up to the length that passages have."""
    title, text = collection.documents[key]
    for part, span in enumerate(_pieces(text)):
        yield Passage(f"{key}/{part}", key, key, "texte", "", title, span.of(text), "", span)


def _pieces(text: str) -> Iterator[Span]:
    start, end = 0, 0
    for sentence in sentence_spans(text, 0, len(text)):
        if end > start and sentence.end - start > MAX_CHARS:
            yield Span(start, end)
            start = sentence.start
        end = sentence.end
    if end > start:
        yield Span(start, end)


def _embed(passages: Iterable[Passage], settings: Settings, embedder: Embedder, progress: Progress | None) -> Vectors:
    cache = VectorCache.open(settings.index_dir / "cache.sqlite")
    try:
        return cache.embed(embedder, [passage_to_text(passage) for passage in passages], progress).vectors
    finally:
        cache.close()


def _nearest(embedder: Embedder, query: str, passages: list[Passage], vectors: Vectors) -> dict[str, float]:
    similarities = vectors @ embedder.embed_query(query)
    best = similarities.argsort()[::-1][:DEPTH]
    return {passages[row].id: float(similarities[row]) for row in best}


def _best_by_document(scores: Mapping[str, float]) -> dict[str, float]:
    """Return the score of each document: that of its best passage."""
    best: dict[str, float] = {}
    for passage_id, score in scores.items():
        key = passage_id.rsplit("/", 1)[0]
        best[key] = max(score, best.get(key, score))
    return best


def measure(collection: Collection, run: Run) -> dict[str, float]:
    """Return nDCG@10, MRR@10 and the recalls of a run; raises ConfigurationError without ir-measures."""
    try:
        import ir_measures
    except ImportError as error:
        raise ConfigurationError("Il manque ir-measures. Lancez : pip install 'clsassist[eval]'") from error
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    found = ir_measures.calc_aggregate(measures, collection.qrels, run)
    return {str(name): float(value) for name, value in found.items()}
