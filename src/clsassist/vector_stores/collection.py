"""What every engine does the same way, through llama-index's vector store."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llama_index.core.vector_stores.types import BasePydanticVectorStore

    from clsassist.embedding import Vector, Vectors


class VectorCollection(ABC):
    """The vectors of one build in an engine.

    The registry keeps the texts, so none is written here: another copy would be one more to erase.
    """

    # Records sent at once.
    batch_size = 500

    def __init__(self, store: BasePydanticVectorStore) -> None:
        self._store = store

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Store one vector per passage id; an id must not be there yet."""
        from llama_index.core.schema import TextNode

        with self._explained():
            for start in range(0, len(ids), self.batch_size):
                end = start + self.batch_size
                rows = zip(ids[start:end], vectors[start:end].tolist(), strict=True)
                self._store.add([TextNode(id_=key, embedding=vector) for key, vector in rows])

    def remove(self, ids: Sequence[str]) -> None:
        """Take these passages out; those that are not there are no error."""
        with self._explained():
            for start in range(0, len(ids), self.batch_size):
                self._store.delete_nodes(list(ids[start : start + self.batch_size]))

    def nearest(self, vector: Vector, k: int) -> list[str]:
        """Return the ids of the ``k`` nearest passages, nearest first.

        No score: the store's own differs from one engine to the next.
        """
        from llama_index.core.vector_stores.types import VectorStoreQuery

        with self._explained():
            query = VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=k)
            return list(self._store.query(query, **self._query_options(k)).ids or [])

    def _query_options(self, _k: int) -> dict[str, Any]:
        return {}

    @abstractmethod
    def __len__(self) -> int:
        """Count the vectors."""

    @abstractmethod
    def publish(self) -> None:
        """Give a filled collection its name, in one step: until then nobody can open it."""

    @abstractmethod
    def close(self) -> None:
        """Release the files or the connections."""

    @abstractmethod
    def _explained(self) -> AbstractContextManager[None]:
        """Turn the errors of the engine into French ones."""
