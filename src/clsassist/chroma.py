"""The Chroma collection of one build, behind llama-index's vector store: ids and vectors, no text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from clsassist.errors import ConfigurationError, IndexDamagedError

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import HNSWConfiguration

    from clsassist.embedding import Vector, Vectors

# In the folder of a build: Chroma's own folder, when its vectors are on this machine,
CHROMA_FOLDER = "chroma"
_DATABASE = "chroma.sqlite3"
DATABASE_FILE = f"{CHROMA_FOLDER}/{_DATABASE}"
# else the address of the Chroma server that has its vectors, when one has.
REMOTE_FILE = "chroma_url"
# Chroma's own advice is 50 to 250 records a call; beyond 5,461 it refuses.
_BATCH_SIZE = 100
# A search width that suits the hundred or so neighbours a fusion with the lexical scores asks for.
_HNSW: HNSWConfiguration = {"space": "cosine", "ef_search": 200}


def import_libraries() -> None:
    """Import chromadb and llama-index, which takes some 3 seconds, before they are needed."""
    import_module("chromadb")
    import_module("llama_index.vector_stores.chroma")


def collection_name(folder: Path) -> str:
    """Name the collection of a build after its folder, so that several builds can share a server."""
    return f"clsassist-{folder.name}"


class ChromaCollection:
    """One collection, in a folder of its own or on a Chroma server.

    The registry keeps the texts, so none is written here: another copy would be one more to erase.
    """

    def __init__(self, place: Path | str, client: Client, collection: Collection) -> None:
        from llama_index.vector_stores.chroma import ChromaVectorStore

        self._place = place
        self._client = client
        self._collection = collection
        self._store = ChromaVectorStore(chroma_collection=collection)

    @classmethod
    def create(cls, place: Path | str, name: str) -> Self:
        """Create an empty collection in a folder, or on the server of a URL.

        Raises ConfigurationError when the server does not answer.
        """
        with _new_client(place) as client:
            collection = client.create_collection(name, configuration={"hnsw": _HNSW}, embedding_function=None)
            return cls(place, client, collection)

    @classmethod
    def open(cls, place: Path | str, name: str) -> Self:
        """Open a finished collection.

        Raises IndexDamagedError, or ConfigurationError when the server does not answer.
        """
        if isinstance(place, Path) and not (place / _DATABASE).is_file():
            # Chroma would create an empty database without a word.
            raise IndexDamagedError(f"Il manque « {place} » à l'index. Lancez : clsassist index")
        with _new_client(place) as client:
            return cls(place, client, client.get_collection(name, embedding_function=None))

    def __len__(self) -> int:
        with _explained(self._place):
            return int(self._collection.count())

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Store one vector per passage id."""
        from llama_index.core.schema import TextNode

        with _explained(self._place):
            size = min(_BATCH_SIZE, self._client.get_max_batch_size())
            for start in range(0, len(ids), size):
                rows = zip(ids[start : start + size], vectors[start : start + size].tolist(), strict=True)
                self._store.add([TextNode(id_=key, embedding=vector) for key, vector in rows])

    def nearest(self, vector: Vector, k: int) -> list[str]:
        """Return the ids of the ``k`` nearest passages, nearest first.

        No score: the store's own is exp(-distance), and another store's would be something else again.
        """
        from llama_index.core.vector_stores.types import VectorStoreQuery

        with _explained(self._place):
            query = VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=k)
            return list(self._store.query(query).ids or [])

    def drop(self) -> None:
        """Delete the collection: for a server, which outlives the builds."""
        with _explained(self._place):
            self._client.delete_collection(self._collection.name)

    def close(self) -> None:
        """Release the files or the connection."""
        self._client.close()


def compact(place: Path) -> None:
    """Leave no free page in the closed database of a folder: old values linger there.

    Later openings then add pages at its end only. Raises IndexDamagedError.
    """
    with _explained(place), closing(sqlite3.connect(place / _DATABASE)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("VACUUM")


def note_remote(folder: Path, url: str) -> None:
    """Leave word in a build of the server that will have its vectors, before it has: builds may be killed."""
    path = folder / REMOTE_FILE
    # The address may hold a password.
    path.touch(mode=0o600)
    path.write_text(url, encoding="utf-8")


def drop_remote(folder: Path) -> None:
    """Delete the collection that a build has on a Chroma server, if it has one.

    Raises ConfigurationError when the server does not answer.
    """
    note = folder / REMOTE_FILE
    if note.is_file():
        collection = ChromaCollection.open(note.read_text(encoding="utf-8"), collection_name(folder))
        try:
            collection.drop()
        finally:
            collection.close()


@contextmanager
def _new_client(place: Path | str) -> Iterator[Client]:
    # Closed only when the collection cannot be had: a forgotten connection keeps a server from stopping.
    with _explained(place), ExitStack() as on_failure:
        client = _connect(place)
        on_failure.callback(client.close)
        yield client
        on_failure.pop_all()


def _connect(place: Path | str) -> Client:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if isinstance(place, Path):
        client = chromadb.PersistentClient(str(place), settings=settings)
    else:
        client = chromadb.HttpClient(host=place, settings=settings)
    # The declared type is a Protocol that lacks close().
    return cast("Client", client)


@contextmanager
def _explained(place: Path | str) -> Iterator[None]:
    from chromadb.errors import ChromaError
    from httpx import HTTPError

    try:
        yield
    except (ChromaError, HTTPError, ValueError, KeyError, OSError, sqlite3.Error) as error:
        if isinstance(place, Path):
            message = f"La base Chroma « {place} » est illisible ({error}). Lancez : clsassist index"
            raise IndexDamagedError(message) from error
        raise ConfigurationError(
            f"Le serveur Chroma « {place} » ne rend pas le service attendu ({error}). Démarrez-le "
            "(chroma run), relancez « clsassist index », ou videz CLSASSIST_CHROMA_URL."
        ) from error
