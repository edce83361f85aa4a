"""A peer to compare with: plain llama-index and Chroma, with the same embedding model."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clsassist.evaluation.cases import Case
from clsassist.evaluation.judging import Expected, Scores, judge
from clsassist.evaluation.scores import mean_scores
from clsassist.records import Action, ActionRef, Answer, AnswerStatus, Citation, Coverage, Span

if TYPE_CHECKING:
    from clsassist.assistant import Assistant
    from clsassist.embedding import Embedder

# How many passages a plain retrieval-augmented assistant usually gives its model.
DEPTHS = (4, 10)


@dataclass(frozen=True, slots=True)
class _Chunk:
    document_id: str
    span: Span


def run_peer(assistant: Assistant, embedder: Embedder, cases: Sequence[Case]) -> dict[str, Scores]:
    """Ask every question, in its first phrasing, to the peer; returns its mean scores at each depth.

    Texts are cut by ``SentenceSplitter`` at its defaults; the set it asserts are the actions whose text meets a
    passage found. It never refuses. Follow-ups are asked alone, which is all that plain retrieval can do.
    """
    expected = [Expected.of(case, assistant) for case in cases]
    texts = {document.path: document.text for document in assistant.documents()}
    with tempfile.TemporaryDirectory() as folder:
        retriever = _build(assistant, embedder, folder, max(DEPTHS))
        found = [_retrieve(retriever, one.case.question) for one in expected]
    return {
        f"llama-index k={depth}": mean_scores(
            [
                judge(_to_answer(assistant, one.case, chunks[:depth], elapsed), one, texts).scores
                for one, (chunks, elapsed) in zip(expected, found, strict=True)
            ]
        )
        for depth in DEPTHS
    }


def _build(assistant: Assistant, embedder: Embedder, folder: str, depth: int) -> Any:  # noqa: ANN401 (a llama-index retriever)
    import chromadb
    from chromadb.config import Settings
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from clsassist.llama import wrap_embedder

    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    collection = client.get_or_create_collection("peer", embedding_function=None)
    documents = [Document(text=one.text, doc_id=one.id) for one in assistant.documents()]
    index = VectorStoreIndex.from_documents(
        documents,
        storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection)),
        transformations=[SentenceSplitter()],
        embed_model=wrap_embedder(embedder),
    )
    return index.as_retriever(similarity_top_k=depth)


def _retrieve(retriever: Any, question: str) -> tuple[list[_Chunk], float]:  # noqa: ANN401
    started = time.perf_counter()
    nodes = [found.node for found in retriever.retrieve(question)]
    chunks = [_Chunk(node.ref_doc_id, Span(node.start_char_idx, node.end_char_idx)) for node in nodes]
    return chunks, (time.perf_counter() - started) * 1000


def _to_answer(assistant: Assistant, case: Case, chunks: Sequence[_Chunk], elapsed: float) -> Answer:
    """Return what the peer says: every action that a passage meets, each passage as a citation."""
    documents = {document.id: document for document in assistant.documents()}
    met = [action for action in assistant.actions() if any(_meets(action, chunk) for chunk in chunks)]
    actions = tuple(ActionRef(one.id, documents[one.document_id].path, one.number, one.title, "") for one in met)
    citations = tuple(_cite(number, chunk, documents) for number, chunk in enumerate(chunks, start=1))
    coverage = Coverage(len(assistant.actions()), len(actions), 0, 0)
    return Answer(case.question, AnswerStatus.ANSWERED, "", actions, citations, coverage, elapsed_ms=elapsed)


def _meets(action: Action, chunk: _Chunk) -> bool:
    start = min((field.span.start for field in action.fields), default=action.title_span.start)
    end = max((field.span.end for field in action.fields), default=action.title_span.end)
    return action.document_id == chunk.document_id and start < chunk.span.end and chunk.span.start < end


def _cite(number: int, chunk: _Chunk, documents: dict[str, Any]) -> Citation:
    document = documents[chunk.document_id]
    quote = chunk.span.of(document.text)
    return Citation(number, document.path, None, None, None, "", "", "", None, chunk.span, quote)
