"""The registry, written: every record of a corpus, its words and its passages, in one SQLite file."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter

from clsassist.embedding import passage_to_text
from clsassist.lexical import passage_to_entry
from clsassist.reading_report import DocumentReport, report_document
from clsassist.records import Action, Corpus, Document, ParsedDocument, Passage, Plan, Section, Warning
from clsassist.segments import Segment, document_to_segments
from clsassist.text import Analyser
from clsassist.vector_cache import text_key

_SCHEMA = """
CREATE TABLE document (
    id TEXT PRIMARY KEY, position INTEGER, path TEXT, record BLOB, plan BLOB, own_plan BLOB, dated TEXT, status TEXT,
    warnings BLOB, report BLOB,
    -- What quotes need, ready: parsing a record for its text takes a hundred times longer than reading it.
    text TEXT, pages TEXT
);
CREATE TABLE action (id TEXT PRIMARY KEY, document TEXT, position INTEGER, record BLOB);
CREATE TABLE section (id TEXT PRIMARY KEY, document TEXT, position INTEGER, record BLOB);
CREATE TABLE passage (
    id TEXT PRIMARY KEY, owner TEXT, document TEXT, position INTEGER, record BLOB,
    text_key BLOB, title_stems TEXT, context_stems TEXT, text_stems TEXT
);
CREATE TABLE segment (
    id INTEGER PRIMARY KEY, owner TEXT, document TEXT, field TEXT, label TEXT, kind TEXT, weight INTEGER,
    quote TEXT, start INTEGER, end INTEGER, page INTEGER, stems TEXT, context TEXT
);
CREATE TABLE posting (stem TEXT, segment INTEGER, PRIMARY KEY (stem, segment)) WITHOUT ROWID;
CREATE TABLE term (form TEXT PRIMARY KEY, stem TEXT, count INTEGER) WITHOUT ROWID;
CREATE TABLE failure (position INTEGER PRIMARY KEY, path TEXT, reason TEXT);
CREATE INDEX action_of_document ON action (document);
CREATE INDEX section_of_document ON section (document);
CREATE INDEX passage_of_document ON passage (document);
CREATE INDEX passage_of_text ON passage (text_key);
CREATE INDEX segment_of_document ON segment (document);
"""

ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {
    record: TypeAdapter(record) for record in (Action, Document, DocumentReport, Passage, Plan, Section, Warning)
}


def _dump(record: object) -> bytes:
    return ADAPTERS[type(record)].dump_json(record)


def write_registry(path: Path, corpus: Corpus, passages: Iterable[Passage], analyser: Analyser) -> None:
    """Write a whole registry to a new file."""
    with RegistryWriter.create(path, analyser) as writer:
        writer.write(corpus.documents, passages)
        writer.finish([parsed.document.id for parsed in corpus.documents], corpus.failures)


class RegistryWriter:
    """Writes the registry of a build that nobody reads yet; a crash leaves a file that no build will use."""

    def __init__(self, connection: sqlite3.Connection, analyser: Analyser) -> None:
        self._connection = connection
        self._analyser = analyser
        # Nothing is undone in a file that is thrown away at the first failure; what is deleted is overwritten.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "secure_delete = ON", "cache_size = -65536"):
            connection.execute(f"PRAGMA {pragma}")

    @classmethod
    def create(cls, path: Path, analyser: Analyser) -> Self:
        """Begin an empty registry in a new file."""
        writer = cls(sqlite3.connect(path), analyser)
        writer._connection.executescript(_SCHEMA)
        return writer

    @classmethod
    def copy(cls, previous: Path, path: Path, analyser: Analyser) -> Self:
        """Begin with what another registry holds."""
        shutil.copyfile(previous, path)
        return cls(sqlite3.connect(path), analyser)

    def write(self, documents: Iterable[ParsedDocument], passages: Iterable[Passage]) -> None:
        """Add documents and the passages of theirs."""
        for parsed in documents:
            self._write_document(parsed)
        places: dict[str, int] = {}
        for passage in passages:
            place = places[passage.document_id] = places.get(passage.document_id, -1) + 1
            self._connection.execute(
                "INSERT INTO passage VALUES (?,?,?,?,?,?,?,?,?)",
                (passage.id, passage.owner, passage.document_id, place, _dump(passage), *self._words(passage)),
            )

    def remove(self, document: str) -> None:
        """Take out a document and all that belongs to it."""
        run = self._connection.execute
        for (text,) in run("SELECT text FROM document WHERE id = ?", (document,)).fetchall():
            self._forget_terms(text)
        for segment, stems in run("SELECT id, stems FROM segment WHERE document = ?", (document,)).fetchall():
            rows = [(stem, segment) for stem in set(stems.split())]
            self._connection.executemany("DELETE FROM posting WHERE stem = ? AND segment = ?", rows)
        for table in ("segment", "passage", "section", "action"):
            run(f"DELETE FROM {table} WHERE document = ?", (document,))
        run("DELETE FROM document WHERE id = ?", (document,))

    def finish(self, order: Sequence[str], failures: Iterable[tuple[str, str]]) -> None:
        """Tell the order of all the documents, and the files that could not be read with the reason."""
        places = [(place, identifier) for place, identifier in enumerate(order)]
        self._connection.executemany("UPDATE document SET position = ? WHERE id = ?", places)
        self._connection.execute("DELETE FROM term WHERE count < 1")
        self._connection.execute("DELETE FROM failure")
        self._connection.executemany("INSERT INTO failure (path, reason) VALUES (?,?)", failures)
        self._connection.commit()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write_document(self, parsed: ParsedDocument) -> None:
        document, run = parsed.document, self._connection.execute
        row = (
            *(document.id, None, document.path, _dump(document)),
            *(_dump(parsed.plan), _dump(parsed.own_plan or parsed.plan), parsed.dated, parsed.status),
            *(json.dumps([asdict(warning) for warning in parsed.warnings]), _dump(report_document(parsed))),
            *(document.text, json.dumps(page_starts(document))),
        )
        run("INSERT INTO document VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", row)
        for place, action in enumerate(parsed.actions):
            run("INSERT INTO action VALUES (?,?,?,?)", (action.id, document.id, place, _dump(action)))
        for place, section in enumerate(parsed.sections):
            run("INSERT INTO section VALUES (?,?,?,?)", (section.id, document.id, place, _dump(section)))
        for segment in document_to_segments(parsed, self._analyser):
            self._write_segment(segment)
        self._write_terms(document.text)

    def _write_segment(self, segment: Segment) -> None:
        cursor = self._connection.execute(
            "INSERT INTO segment VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                segment.owner,
                segment.document_id,
                segment.field_key,
                segment.label,
                segment.kind,
                int(segment.weight),
                segment.quote,
                segment.span.start,
                segment.span.end,
                segment.page,
                f" {' '.join(segment.stems)} ",
                f" {' '.join(segment.context)} ",
            ),
        )
        rows = [(stem, cursor.lastrowid) for stem in set(segment.stems)]
        self._connection.executemany("INSERT INTO posting VALUES (?,?)", rows)

    def _write_terms(self, text: str) -> None:
        rows = [(token.form, token.stem) for token in self._analyser.content(text)]
        self._connection.executemany(
            "INSERT INTO term VALUES (?,?,1) ON CONFLICT (form) DO UPDATE SET count = count + 1", rows
        )

    def _forget_terms(self, text: str) -> None:
        rows = [(token.form,) for token in self._analyser.content(text)]
        self._connection.executemany("UPDATE term SET count = count - 1 WHERE form = ?", rows)

    def _words(self, passage: Passage) -> tuple[bytes, str, str, str]:
        _, title, context, text = passage_to_entry(passage, self._analyser)
        return text_key(passage_to_text(passage)), title, context, text


def page_starts(document: Document) -> list[tuple[int, int | None]]:
    """Return from which offset of its text on each page of a document holds, as its blocks tell it."""
    places = {block.span.start: block.page for block in document.blocks}
    changes = itertools.groupby(places.items(), key=lambda place: place[1])
    return [next(held) for _, held in changes]
