"""Chroma, in a folder of the build or on a server (`chroma run`), behind llama-index's vector store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from clsassist.errors import IndexDamagedError, StoreUnavailableError
from clsassist.settings import hide_password
from clsassist.vector_stores.collection import VectorCollection

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import HNSWConfiguration

# A search width that suits the two hundred or so neighbours a fusion with the lexical scores asks for.
_HNSW: HNSWConfiguration = {"space": "cosine", "ef_search": 200}
# While a collection is being filled on a server.
_UNFINISHED = "-unfinished"
# A reader has its own copy of the vectors to go on with: no need to wait long for a server that hangs.
_READ_SECONDS = 5.0
_WRITE_SECONDS = 300.0


class ChromaCollection(VectorCollection):
    """One collection, in a folder of its own or on a Chroma server."""

    # Chroma's own advice is 50 to 250 records a call; beyond 5,461 it refuses.
    batch_size = 100

    def __init__(self, place: Path | str, client: Client, collection: Collection, name: str) -> None:
        from llama_index.vector_stores.chroma import ChromaVectorStore

        super().__init__(ChromaVectorStore(chroma_collection=collection))
        self._place = place
        self._client = client
        self._collection = collection
        self._name = name

    @classmethod
    def create(cls, place: Path | str, name: str) -> Self:
        """Create an empty collection in a folder, or on the server of a URL.

        Raises StoreUnavailableError when the server does not answer.
        """
        with _new_client(place, _WRITE_SECONDS) as client:
            # A folder belongs to one build, which names it once finished; a server is shared.
            while_filled = name if isinstance(place, Path) else name + _UNFINISHED
            # No function: Chroma would store its name, and the server load it.
            made = client.create_collection(while_filled, configuration={"hnsw": _HNSW}, embedding_function=None)
            return cls(place, client, made, name)

    @classmethod
    def open(cls, place: Path | str, name: str) -> Self:
        """Open a finished collection.

        Raises IndexDamagedError, or StoreUnavailableError when the server does not answer or has it not.
        """
        if isinstance(place, Path) and not (place / "chroma.sqlite3").is_file():
            # Chroma would create an empty database without a word.
            raise IndexDamagedError(f"Il manque « {place} » à l'index. Lancez : clsassist index")
        with _new_client(place, _READ_SECONDS) as client:
            return cls(place, client, client.get_collection(name, embedding_function=None), name)

    def __len__(self) -> int:
        with self._explained():
            return int(self._collection.count())

    def publish(self) -> None:
        """Give a filled collection its name."""
        if not isinstance(self._place, Path):
            with self._explained():
                self._collection.modify(name=self._name)

    def close(self) -> None:
        """Release the files or the connection."""
        self._client.close()

    def _explained(self) -> AbstractContextManager[None]:
        return _explained(self._place)


def drop_collections(url: str, name: str) -> None:
    """Delete from a server the collection of a build, finished or not.

    Raises StoreUnavailableError when the server does not answer.
    """
    from chromadb.errors import NotFoundError

    with _new_client(url, _WRITE_SECONDS) as client:
        for known in (name, name + _UNFINISHED):
            with suppress(NotFoundError):
                client.delete_collection(known)
        client.close()


@contextmanager
def _new_client(place: Path | str, seconds: float) -> Iterator[Client]:
    # Closed only when the collection cannot be had: a forgotten connection keeps a server from stopping.
    with _explained(place), ExitStack() as on_failure:
        client = _connect(place, seconds)
        on_failure.callback(client.close)
        yield client
        on_failure.pop_all()


def _connect(place: Path | str, seconds: float) -> Client:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if isinstance(place, Path):
        # The declared type is a Protocol that lacks close().
        return cast("Client", chromadb.PersistentClient(str(place), settings=settings))
    client = cast("Client", chromadb.HttpClient(host=place, settings=settings))
    # Chroma waits for ever and has no setting for it.
    client._server._session.timeout = seconds  # type: ignore[attr-defined]
    return client


@contextmanager
def _explained(place: Path | str) -> Iterator[None]:
    from chromadb.errors import ChromaError
    from httpx import HTTPError

    try:
        yield
    except (ChromaError, HTTPError, ValueError, KeyError, OSError, RuntimeError, AttributeError) as error:
        # RuntimeError: another thread has just closed the connection. AttributeError: Chroma gives up on a damaged
        # database before it is ready to.
        if isinstance(place, Path):
            message = f"La base Chroma « {place} » est illisible ({error}). Lancez : clsassist index"
            raise IndexDamagedError(message) from error
        raise StoreUnavailableError(
            f"Le serveur Chroma « {hide_password(str(place))} » ne rend pas le service attendu ({error}). Démarrez-le "
            "(chroma run), relancez « clsassist index », ou videz CLSASSIST_VECTOR_STORE_URL et CLSASSIST_CHROMA_URL."
        ) from error
