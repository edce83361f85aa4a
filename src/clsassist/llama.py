"""The same search as a llama-index retriever, to be composed with that ecosystem; nothing else imports it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from clsassist.assistant import Assistant
from clsassist.embedding import Embedder
from clsassist.records import Passage
from clsassist.registry import Registry

# A question and how many passages are wanted, to passages with their scores, best first.
Search: TypeAlias = Callable[[str, int], Sequence[tuple[Passage, float]]]


class _WrappedEmbedder(BaseEmbedding):
    """The embedder of an index, as llama-index asks for one."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.name)
        self._embedder = embedder

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(value) for value in self._embedder.embed_query(query)]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in row] for row in self._embedder.embed_passages(texts)]


def wrap_embedder(embedder: Embedder) -> BaseEmbedding:
    """Return an embedder under llama-index's own interface."""
    return _WrappedEmbedder(embedder)


# What a language model has no use for: the quote, its document and its action are enough.
_POSITION_KEYS = ("field", "page", "start", "end")


class ClsRetriever(BaseRetriever):
    """Gives the passages of an index as nodes whose text is the document's own, character for character.

    Metadata: document (path), action (id, or None for a section), number, title, plan, field, label, page,
    start and end. ``search`` is whatever ranks passages, for instance the hybrid search of an Assistant.
    """

    def __init__(self, search: Search, registry: Registry, k: int = 10) -> None:
        super().__init__()
        self._search = search
        self._registry = registry
        self._k = k

    @classmethod
    def from_assistant(cls, assistant: Assistant, k: int = 10) -> ClsRetriever:
        """Return a retriever of the ``k`` best passages over the index of an assistant."""
        return cls(assistant.search, assistant.registry, k)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._search(query_bundle.query_str, self._k)
        return [NodeWithScore(node=self._passage_to_node(passage), score=score) for passage, score in hits]

    def _passage_to_node(self, passage: Passage) -> TextNode:
        metadata = self._metadata(passage)
        document = self._registry.documents[passage.document_id]
        return TextNode(
            id_=passage.id,
            text=passage.span.of(document.text),
            start_char_idx=passage.span.start,
            end_char_idx=passage.span.end,
            metadata=metadata,
            excluded_embed_metadata_keys=list(metadata),
            excluded_llm_metadata_keys=list(_POSITION_KEYS),
            relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document.id)},
        )

    def _metadata(self, passage: Passage) -> dict[str, str | int | None]:
        action = self._registry.actions.get(passage.owner)
        return {
            "document": self._registry.paths[passage.document_id],
            "plan": self._registry.plans[passage.document_id].name,
            "action": action.id if action else None,
            "number": action.number if action else None,
            "title": passage.title,
            "field": passage.field_key,
            "label": passage.label,
            "page": passage.page,
            "start": passage.span.start,
            "end": passage.span.end,
        }
