"""The registry of a build as the base of the next one: what need not be read, parsed or analysed again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from clsassist.corpus import KnownDocument
from clsassist.lexical import LexicalEntry
from clsassist.records import Action, Document, ParsedDocument, Plan, Section, Warning
from clsassist.registry_writing import ADAPTERS


class RecalledRegistry:
    """A finished registry, open to be gone on from."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def documents(self) -> list[KnownDocument]:
        """Return every document in reading order: as much as tells whether it must be read again."""
        rows = self._connection.execute("SELECT id, path, own_plan, plan FROM document ORDER BY position")
        plan = ADAPTERS[Plan].validate_json
        return [KnownDocument(key, path, plan(own), plan(settled)) for key, path, own, settled in rows]

    def failures(self) -> list[tuple[str, str]]:
        """Return the files that could not be read, with the reason."""
        return self._connection.execute("SELECT path, reason FROM failure ORDER BY position").fetchall()

    def recall(self, identifier: str) -> ParsedDocument:
        """Return a document whole, as it was given to be written.

        Raises KeyError when there is none of this id.
        """
        query = "SELECT record, plan, dated, warnings, status, own_plan FROM document WHERE id = ?"
        row = self._connection.execute(query, (identifier,)).fetchone()
        if row is None:
            raise KeyError(identifier)
        record, plan, dated, warnings, status, own_plan = row
        return ParsedDocument(
            ADAPTERS[Document].validate_json(record),
            ADAPTERS[Plan].validate_json(plan),
            dated,
            tuple(self._records_of(identifier, "action", Action)),
            tuple(self._records_of(identifier, "section", Section)),
            tuple(map(ADAPTERS[Warning].validate_python, json.loads(warnings))),
            status,
            ADAPTERS[Plan].validate_json(own_plan),
        )

    def passage_ids(self, document: str) -> list[str]:
        """Return the id of each passage of a document."""
        return [key for (key,) in self._connection.execute("SELECT id FROM passage WHERE document = ?", (document,))]

    def text_keys(self) -> Iterator[bytes]:
        """Yield the key of the text of every passage."""
        yield from (key for (key,) in self._connection.execute("SELECT DISTINCT text_key FROM passage"))

    def lexical_entries(self) -> Iterator[LexicalEntry]:
        """Yield what the lexical index is to know of each passage, in order of ids."""
        query = "SELECT id, title_stems, context_stems, text_stems FROM passage ORDER BY id"
        yield from self._connection.execute(query)

    def counts(self) -> dict[str, int]:
        """Count the documents, the actions and the passages."""
        tables = ("document", "action", "passage")
        return {f"{table}s": self._count(f"SELECT count(*) FROM {table}") for table in tables}

    def _count(self, query: str) -> int:
        return int(self._connection.execute(query).fetchone()[0])

    def _records_of(self, document: str, table: str, record: type[Any]) -> Iterator[Any]:
        rows = self._connection.execute(f"SELECT record FROM {table} WHERE document = ? ORDER BY position", (document,))
        return (ADAPTERS[record].validate_json(found) for (found,) in rows)
