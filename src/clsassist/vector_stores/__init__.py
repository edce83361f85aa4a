"""Engines that find the nearest vectors of a build, each behind llama-index's interface: ids and vectors, no text."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path

from clsassist.errors import IndexDamagedError
from clsassist.vector_stores.collection import VectorCollection

__all__ = [
    "CHROMA_FOLDER",
    "DATABASE_FILE",
    "EMBEDDED",
    "NONE",
    "REMOTE_FILE",
    "VectorCollection",
    "collection_name",
    "compact",
    "create_collection",
    "drop_remote",
    "engine_of",
    "import_engine",
    "is_server",
    "note_remote",
    "open_collection",
]

# Chroma in this process, filled and asked whatever the size: below a thousand vectors each opening writes its files
# again, so this is no setting of a service.
EMBEDDED = "chroma"
# The setting that does without any engine.
NONE = "aucun"
# In the folder of a build: Chroma's own folder, when Chroma runs in this process,
CHROMA_FOLDER = "chroma"
# with its database inside;
DATABASE_FILE = f"{CHROMA_FOLDER}/chroma.sqlite3"
# else the address of the server that has its vectors, when one has.
REMOTE_FILE = "vector_store_url"
# The name that builds gave to it when Chroma was the only server.
_OLD_REMOTE_FILE = "chroma_url"


def engine_of(url: str) -> str:
    """Name the engine of a setting, without its address: "chroma", "chroma+http", "postgresql" or "aucun".

    >>> engine_of("postgresql://cls:secret@serveur/base"), engine_of("")
    ('postgresql', 'chroma')
    """
    return url.partition("://")[0] or EMBEDDED


def import_engine(engine: str) -> None:
    """Import what an engine of this name works with, so that its first use need not; without its driver, nothing."""
    name = "postgres" if engine == "postgresql" else "chroma"
    # Its first use explains what is missing, and how to get it.
    with suppress(ImportError):
        import_module(f"llama_index.vector_stores.{name}")


def is_server(url: str) -> bool:
    """Say whether a setting names a server, rather than this process."""
    return "://" in url


def collection_name(folder: Path) -> str:
    """Name the collection of a build after its folder, so that several builds can share a server."""
    return f"clsassist-{folder.name}"


def create_collection(
    folder: Path, url: str, dimension: int, previous: Path | None = None
) -> tuple[VectorCollection, bool]:
    """Create the collection of a build; nobody else finds it by its name before it is published.

    ``previous`` is the folder of a build whose vectors it starts with, where the engine copies them by itself: the
    second value says whether it did. Raises ConfigurationError when the server does not answer or its driver is not
    installed.
    """
    name, before = collection_name(folder), previous and collection_name(previous)
    if not is_server(url):
        from clsassist.vector_stores.chroma import ChromaCollection

        # Never from a copy: what is deleted from its files stays there, names and vectors, for a long while.
        return ChromaCollection.create(folder / CHROMA_FOLDER, name), False
    note_remote(folder, url)
    if url.startswith("postgresql://"):
        from clsassist.vector_stores.postgres import PostgresCollection

        made = PostgresCollection.create(url, name, dimension)
        return made, bool(before) and made.copy_from(str(before))
    from clsassist.vector_stores.chroma import ChromaCollection

    return ChromaCollection.create(_chroma_address(url), name), False


def open_collection(folder: Path, url: str, dimension: int) -> VectorCollection:
    """Open the finished collection of a build.

    Raises IndexDamagedError for files of this machine, StoreUnavailableError when a server does not answer or has no
    such collection, ConfigurationError when its driver is not installed.
    """
    name = collection_name(folder)
    if url.startswith("postgresql://"):
        from clsassist.vector_stores.postgres import PostgresCollection

        return PostgresCollection.open(url, name, dimension)
    from clsassist.vector_stores.chroma import ChromaCollection

    if is_server(url):
        return ChromaCollection.open(_chroma_address(url), name)
    return ChromaCollection.open(folder / CHROMA_FOLDER, name)


def compact(folder: Path) -> None:
    """Leave no free page in the closed database that Chroma has in a build: old values linger there.

    Later openings then add pages at its end only. Raises IndexDamagedError.
    """
    path = folder / DATABASE_FILE
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("VACUUM")
    except sqlite3.Error as error:
        raise IndexDamagedError(
            f"La base Chroma « {path} » est illisible ({error}). Lancez : clsassist index"
        ) from error


def note_remote(folder: Path, url: str) -> None:
    """Leave word in a build of the server that will have its vectors, before it has: builds may be killed."""
    path = folder / REMOTE_FILE
    # The address may hold a password.
    path.touch(mode=0o600)
    path.write_text(url, encoding="utf-8")


def drop_remote(folder: Path) -> None:
    """Delete what a build has on a server, finished or not, if it has anything there.

    Raises ConfigurationError when the server does not answer, IndexDamagedError when its address cannot be read.
    """
    notes = [folder / name for name in (REMOTE_FILE, _OLD_REMOTE_FILE)]
    note = next((note for note in notes if note.is_file()), None)
    if note is None:
        return
    try:
        url = note.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"« {note} » est illisible ({error}).") from error
    name = collection_name(folder)
    if url.startswith("postgresql://"):
        from clsassist.vector_stores.postgres import drop_tables

        drop_tables(url, name)
    else:
        from clsassist.vector_stores.chroma import drop_collections

        drop_collections(_chroma_address(url), name)


def _chroma_address(url: str) -> str:
    return url.removeprefix("chroma+")
