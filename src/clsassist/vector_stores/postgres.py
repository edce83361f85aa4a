"""PostgreSQL with pgvector, behind llama-index's vector store: one table for each build."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Self

from clsassist.errors import ConfigurationError, StoreUnavailableError
from clsassist.settings import hide_password
from clsassist.vector_stores.collection import VectorCollection

if TYPE_CHECKING:
    from llama_index.vector_stores.postgres import PGVectorStore
    from psycopg2.extensions import connection
    from sqlalchemy import URL, Engine

# pgvector's own defaults to build, and a search width that suits the two hundred or so neighbours asked for.
_HNSW = "m = 16, ef_construction = 64"
_SEARCH_WIDTH, _WIDEST_SEARCH = 200, 1000
# While a table is being filled.
_UNFINISHED = "_unfinished"
# A reader has its own copy of the vectors to go on with: no need to wait long for a server that hangs.
_CONNECT_SECONDS = 3
_READ_MS = 5_000


class PostgresCollection(VectorCollection):
    """One table of vectors in half precision: the callers compare the nearest again in full precision."""

    def __init__(self, store: PGVectorStore, engine: Engine, url: str, name: str) -> None:
        super().__init__(store)
        self._engine = engine
        self._url = url
        self._name = name

    @classmethod
    def create(cls, url: str, name: str, dimension: int) -> Self:
        """Create an empty table, under a name of its own until it is published.

        Raises StoreUnavailableError when the server does not answer or lacks pgvector, ConfigurationError when its
        driver is not installed.
        """
        name = _table_name(name)
        engine = _connect(url)
        with _explained(url):
            store = _new_store(engine, name + _UNFINISHED, dimension, perform_setup=True)
            collection = cls(store, engine, url, name)
            # Its setup is done at the first use.
            store.get_nodes(node_ids=["none"])
            return collection

    @classmethod
    def open(cls, url: str, name: str, dimension: int) -> Self:
        """Open a finished table.

        Raises StoreUnavailableError when the server does not answer or has it not, ConfigurationError when its driver
        is not installed.
        """
        name = _table_name(name)
        engine = _connect(url, _READ_MS)
        with _explained(url):
            try:
                _run(engine, f"SELECT 1 FROM data_{name} LIMIT 1")
            except BaseException:
                engine.dispose()
                raise
            return cls(_new_store(engine, name, dimension, perform_setup=False), engine, url, name)

    def copy_from(self, before: str) -> bool:
        """Fill this table with the vectors of another build; say whether that one has a table here."""
        from sqlalchemy import inspect

        with self._explained():
            if not inspect(self._engine).has_table(f"data_{_table_name(before)}"):
                return False
            columns = "text, metadata_, node_id, embedding"
            filled, other = f"data_{self._name}{_UNFINISHED}", f"data_{_table_name(before)}"
            _run(self._engine, f"INSERT INTO {filled} ({columns}) SELECT {columns} FROM {other}")
            return True

    def __len__(self) -> int:
        from sqlalchemy import text

        with self._explained(), self._engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM data_{self._name}")).scalar_one())

    def publish(self) -> None:
        """Make the graph of neighbours, far faster over a filled table, then give the table its name."""
        filled = f"data_{self._name}{_UNFINISHED}"
        with self._explained():
            _run(
                self._engine,
                f"CREATE INDEX {self._name}_near ON {filled} USING hnsw (embedding halfvec_cosine_ops) WITH ({_HNSW})",
                f"CREATE INDEX {self._name}_ids ON {filled} (node_id)",
                f"ANALYZE {filled}",
                f"ALTER TABLE {filled} RENAME TO data_{self._name}",
            )

    def close(self) -> None:
        """Release the connections."""
        self._engine.dispose()

    def _query_options(self, k: int) -> dict[str, Any]:
        return {"hnsw_ef_search": min(max(_SEARCH_WIDTH, 2 * k), _WIDEST_SEARCH)}

    def _explained(self) -> AbstractContextManager[None]:
        return _explained(self._url)


def drop_tables(url: str, name: str) -> None:
    """Delete from a server the table of a build, finished or not.

    Raises StoreUnavailableError when the server does not answer, ConfigurationError when its driver is not installed.
    """
    engine = _connect(url)
    table = f"data_{_table_name(name)}"
    with _explained(url):
        try:
            _run(engine, f"DROP TABLE IF EXISTS {table}, {table}{_UNFINISHED}")
        finally:
            engine.dispose()


def _table_name(name: str) -> str:
    # Names are those of builds: digits, small letters and hyphens.
    return name.replace("-", "_")


def _new_store(engine: Engine, table: str, dimension: int, *, perform_setup: bool) -> PGVectorStore:
    from llama_index.vector_stores.postgres import PGVectorStore
    from sqlalchemy.ext.asyncio import create_async_engine

    return PGVectorStore(
        table_name=table,
        embed_dim=dimension,
        use_halfvec=True,
        perform_setup=perform_setup,
        initialization_fail_on_error=True,
        # The index is ours to make, once the table is filled: this only sets the width of a search.
        hnsw_kwargs=None if perform_setup else {"hnsw_ef_search": _SEARCH_WIDTH},
        engine=engine,
        # The store asks for one beside the other, and never connects it.
        async_engine=create_async_engine(engine.url.set(drivername="postgresql+asyncpg", query={})),
    )


def _connect(url: str, statement_ms: int = 0) -> Engine:
    try:
        import llama_index.vector_stores.postgres  # noqa: F401 (it imports every driver)
        from sqlalchemy import create_engine, event
    except ImportError as error:
        raise ConfigurationError(
            f"Le pilote de PostgreSQL n'est pas installé ({error.name} manque). "
            "Lancez : pip install 'clsassist[postgres]'"
        ) from error
    import psycopg2.extensions

    patience: dict[str, Any] = {"connect_timeout": _CONNECT_SECONDS}
    if statement_ms:
        # The server ends a statement that takes too long; a server that hangs does not.
        psycopg2.extensions.set_wait_callback(_wait)
        patience["connection_factory"] = _hurried(statement_ms / 1000)
    # A connection that a restart of the server has cut is noticed before it is used.
    engine = create_engine(_driver_url(url), pool_pre_ping=True, connect_args=patience)
    if statement_ms:

        @event.listens_for(engine, "connect")
        def _limit(connection: Any, _record: object) -> None:  # noqa: ANN401 (a connection of the driver)
            with connection.cursor() as cursor:
                cursor.execute(f"SET statement_timeout = {statement_ms}")
            connection.commit()

    return engine


def _hurried(seconds: float) -> type[connection]:
    from psycopg2.extensions import connection

    class Hurried(connection):
        """A connection that does not wait longer than this for a word of the server."""

        patience = 2 * seconds

    return Hurried


def _wait(waiting: connection) -> None:
    """Wait for a server as the driver does, but no longer than the connection's patience, if it has any."""
    from psycopg2 import OperationalError
    from psycopg2.extensions import POLL_OK, POLL_READ

    patience: float | None = getattr(waiting, "patience", None)
    while (state := waiting.poll()) != POLL_OK:
        ready = select.poll()
        ready.register(waiting.fileno(), select.POLLIN if state == POLL_READ else select.POLLOUT)
        if not ready.poll(None if patience is None else patience * 1000):
            raise OperationalError(f"pas de réponse en {patience:g} s")


def _driver_url(url: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).set(drivername="postgresql+psycopg2")
    except (ArgumentError, ValueError) as error:
        raise ConfigurationError(
            "CLSASSIST_VECTOR_STORE_URL n'est pas une adresse de base PostgreSQL : "
            "« postgresql://utilisateur:mot_de_passe@serveur/base » est attendu."
        ) from error


def _run(engine: Engine, *statements: str) -> None:
    from sqlalchemy import text

    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def _explained(url: str) -> Iterator[None]:
    from psycopg2 import Error
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, Error, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StoreUnavailableError(
            f"La base PostgreSQL « {hide_password(url)} » ne rend pas le service attendu ({reason}). Démarrez-la, "
            "relancez « clsassist index », ou videz CLSASSIST_VECTOR_STORE_URL."
        ) from error
