"""The retrieval stage on a public collection in BEIR layout (Thakur et al., 2021): documents, queries, judgements."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clsassist import lexical
from clsassist.embedding import passage_to_text
from clsassist.errors import ConfigurationError
from clsassist.passages import MAX_CHARS
from clsassist.records import Passage, Span
from clsassist.retrieval import DEPTH, fuse
from clsassist.text import Analyser, sentence_spans
from clsassist.vector_cache import VectorCache

if TYPE_CHECKING:
    from clsassist.embedding import Embedder, Vector, Vectors
    from clsassist.settings import Settings

# Kept apart from the vectors of the corpus, which a rebuild purges.
CACHE_FILE = Path("cache") / "beir.sqlite"
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
    """Rank the documents of a collection for each of its queries, by each ranking alone and by their fusion.

    Words are looked up in whole documents, titles included; a vector is made of the title and the first sentences, as
    many as a passage holds, which say what a long document is about (measured in docs/decisions.md).
    """
    keys = list(collection.documents)
    vectors = _embed([_opening(*collection.documents[key]) for key in keys], settings, embedder, progress)
    analyser = Analyser()
    runs: dict[str, Run] = {name: {} for name in RUNS}
    with tempfile.TemporaryDirectory() as folder:
        passages = map(_document_to_passage, collection.documents.items())
        entries = (lexical.passage_to_entry(passage, analyser) for passage in passages)
        lexical.build(Path(folder) / "lexical", sorted(entries))
        index = lexical.LexicalIndex.open(Path(folder) / "lexical")
        for key, query in collection.queries.items():
            words = dict(index.search(analyser.stems(query), DEPTH))
            dense = _nearest(embedder.embed_query(query), keys, vectors)
            fused = {hit.passage_id: hit.score for hit in fuse(words, dense, settings.dense_weight)}
            for name, scores in zip(RUNS, (words, dense, fused), strict=True):
                runs[name][key] = scores
    return runs


def _document_to_passage(document: tuple[str, tuple[str, str]]) -> Passage:
    key, (title, text) = document
    return Passage(key, key, key, "texte", "", "", f"{title}\n{text}", "", Span(0, len(text)))


def _opening(title: str, text: str) -> Passage:
    """Return the title and the first whole sentences of a document, up to the length that passages have."""
    end = 0
    for sentence in sentence_spans(text, 0, len(text)):
        if end and sentence.end > MAX_CHARS:
            break
        end = sentence.end
    return Passage("", "", "", "texte", "", title, text[:end], "", Span(0, end))


def _embed(passages: Iterable[Passage], settings: Settings, embedder: Embedder, progress: Progress | None) -> Vectors:
    cache = VectorCache.open(settings.index_dir / CACHE_FILE)
    try:
        return cache.embed(embedder, [passage_to_text(passage) for passage in passages], progress).vectors
    finally:
        cache.close()


def _nearest(query: Vector, keys: Sequence[str], vectors: Vectors) -> dict[str, float]:
    similarities = vectors @ query
    best = similarities.argsort()[::-1][:DEPTH]
    return {keys[row]: float(similarities[row]) for row in best}


def measure(collection: Collection, run: Run) -> dict[str, float]:
    """Return nDCG@10, MRR@10 and the recalls of a run; raises ConfigurationError without ir-measures."""
    try:
        import ir_measures
    except ImportError as error:
        raise ConfigurationError("Il manque ir-measures. Lancez : pip install 'clsassist[eval]'") from error
    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    found = ir_measures.calc_aggregate(measures, collection.qrels, run)
    return {str(name): float(value) for name, value in found.items()}
