"""One measured process: what it asks, embeds or builds is told by a JSON file, what it measured is printed as JSON.

Each part that is measured runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measuring import Run, run_command


def run_worker(task: str, **said: Any) -> tuple[dict[str, Any], Run]:  # noqa: ANN401 (what JSON can say)
    """Run a task of this module in a process of its own; returns what it measured, and how it ran."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False)
        file.flush()
        run = run_command([sys.executable, str(Path(__file__).resolve()), task, file.name])
    found: dict[str, Any] = json.loads(run.output.splitlines()[-1])
    return found, run


def ask(index: str, questions: list[str], known: list[dict[str, Any]]) -> dict[str, Any]:
    """Ask questions one after the other, each beside one embedding of itself; judge those whose answer is known."""
    from clsassist.assistant import Assistant
    from clsassist.embedding import load_embedder
    from clsassist.live import warm_up
    from clsassist.settings import Settings

    started = time.perf_counter()
    assistant = Assistant.open(index)
    assistant.ask(questions[0])
    first = time.perf_counter() - started
    # As a service does when it opens an index.
    warm_up(assistant)
    settings = Settings.from_env()
    embedder = load_embedder(settings.embedding_model, settings)
    embedder.embed_query("essai")
    rows, faults = [], []
    for place, question in enumerate(questions):
        begin, worked = time.perf_counter(), time.process_time()
        answer = assistant.ask(question)
        middle, worked = time.perf_counter(), time.process_time() - worked
        embedder.embed_query(question)
        end = time.perf_counter()
        rows.append([question, middle - begin, end - middle, worked])
        fault = _fault(known[place], answer) if known else None
        if fault:
            faults.append([question, fault])
    return {"first_s": first, "rows": rows, "faults": faults}


def _fault(said: dict[str, Any], answer: Any) -> str | None:  # noqa: ANN401 (an Answer)
    from many_fiches.judging import find_fault
    from many_fiches.questions import Known

    actions = said["actions"] if said["actions"] is None else tuple(map(tuple, said["actions"]))
    return find_fault(Known(**{**said, "actions": actions, "facts": tuple(said["facts"])}), answer)


def embed(paths: list[str], most: int) -> dict[str, Any]:
    """Embed the distinct texts of a corpus, or ``most`` of them drawn evenly, and nothing else."""
    from clsassist.corpus import read_corpus
    from clsassist.embedding import load_embedder, passage_to_text
    from clsassist.passages import corpus_to_passages
    from clsassist.settings import Settings

    settings = Settings.from_env()
    passages = corpus_to_passages(read_corpus([Path(path) for path in paths], settings))
    texts = list(dict.fromkeys(passage_to_text(passage) for passage in passages))
    drawn = texts[:: max(1, -(-len(texts) // most))]
    started = time.perf_counter()
    embedder = load_embedder(settings.embedding_model, settings)
    embedder.embed_passages(drawn[:1])
    loaded = time.perf_counter()
    embedder.embed_passages(drawn)
    seconds = time.perf_counter() - loaded
    return {
        "passages": len(passages),
        "distinct": len(texts),
        "drawn": len(drawn),
        "load_s": loaded - started,
        "seconds": seconds,
        "seconds_for_all": seconds * len(texts) / len(drawn),
    }


def peer_build(paths: list[str], model: str, folder: str) -> dict[str, Any]:
    """Index the same texts with plain llama-index and Chroma, cut by its own splitter at its defaults."""
    from llama_index.core import Document, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter

    from clsassist.corpus import read_corpus
    from clsassist.settings import Settings

    corpus = read_corpus([Path(path) for path in paths], Settings())
    documents = [Document(text=parsed.document.text, doc_id=parsed.document.id) for parsed in corpus.documents]
    started = time.perf_counter()
    store, embedder = _peer(model, folder)
    nodes = SentenceSplitter().get_nodes_from_documents(documents)
    VectorStoreIndex(nodes, storage_context=StorageContext.from_defaults(vector_store=store), embed_model=embedder)
    return {"seconds": time.perf_counter() - started, "chunks": len(nodes)}


def peer_ask(model: str, folder: str, questions: list[str]) -> dict[str, Any]:
    """Ask the peer for its ten best chunks, each question beside one embedding of itself."""
    from llama_index.core import VectorStoreIndex

    started = time.perf_counter()
    store, embedder = _peer(model, folder)
    retriever = VectorStoreIndex.from_vector_store(store, embed_model=embedder).as_retriever(similarity_top_k=10)
    retriever.retrieve(questions[0])
    first = time.perf_counter() - started
    rows = []
    for question in questions:
        begin, worked = time.perf_counter(), time.process_time()
        retriever.retrieve(question)
        middle, worked = time.perf_counter(), time.process_time() - worked
        embedder.get_query_embedding(question)
        rows.append([question, middle - begin, time.perf_counter() - middle, worked])
    return {"first_s": first, "rows": rows}


def _peer(model: str, folder: str) -> tuple[Any, Any]:
    """Open the peer's store, and its embedder as llama-index's HuggingFaceEmbedding runs it: sentence-transformers."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore
    from pydantic import PrivateAttr
    from sentence_transformers import SentenceTransformer

    class HuggingFaceEmbedding(BaseEmbedding):
        """What the package of that name does, without what is not used here."""

        _model: Any = PrivateAttr()

        def __init__(self, name: str) -> None:
            super().__init__(model_name=name, embed_batch_size=10)
            self._model = SentenceTransformer(name, device="cpu", prompts={"query": "query: ", "text": "passage: "})

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._embed([query], "query")[0]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._embed([text], "text")[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return self._embed(texts, "text")

        def _embed(self, texts: list[str], prompt: str) -> list[list[float]]:
            vectors = self._model.encode(texts, batch_size=10, prompt_name=prompt, normalize_embeddings=True)
            return [[float(value) for value in vector] for vector in vectors]

    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    collection = client.get_or_create_collection("peer", embedding_function=None)
    return ChromaVectorStore(chroma_collection=collection), HuggingFaceEmbedding(model)


_TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "ask": ask,
    "embed": embed,
    "peer_build": peer_build,
    "peer_ask": peer_ask,
}


def main() -> None:
    """Do the task named first, with what the file named second says."""
    task, path = sys.argv[1:]
    said = json.loads(Path(path).read_text(encoding="utf-8"))
    print(json.dumps(_TASKS[task](**said), ensure_ascii=False))


if __name__ == "__main__":
    main()
