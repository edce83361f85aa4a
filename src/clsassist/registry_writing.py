"""The registry, written: every record of a corpus, its words and its passages, in one SQLite file."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from clsassist.records import Action, Corpus, Document, ParsedDocument, Passage, Plan, Section
from clsassist.segments import Segment, document_to_segments
from clsassist.text import Analyser

_SCHEMA = """
CREATE TABLE document (
    id TEXT PRIMARY KEY, path TEXT, record BLOB, plan BLOB, dated TEXT,
    -- What quotes need, ready: parsing a record for its text takes a hundred times longer than reading it.
    text TEXT, pages TEXT
);
CREATE TABLE action (id TEXT PRIMARY KEY, document TEXT, position INTEGER, record BLOB);
CREATE TABLE section (id TEXT PRIMARY KEY, document TEXT, position INTEGER, record BLOB);
CREATE TABLE passage (id TEXT PRIMARY KEY, owner TEXT, position INTEGER, record BLOB);
CREATE TABLE segment (
    id INTEGER PRIMARY KEY, owner TEXT, document TEXT, field TEXT, label TEXT, kind TEXT, weight INTEGER,
    quote TEXT, start INTEGER, end INTEGER, page INTEGER, stems TEXT, context TEXT
);
CREATE TABLE posting (stem TEXT, segment INTEGER, PRIMARY KEY (stem, segment)) WITHOUT ROWID;
CREATE TABLE term (form TEXT PRIMARY KEY, stem TEXT, count INTEGER) WITHOUT ROWID;
CREATE TABLE failure (path TEXT, reason TEXT);
"""


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {
    record: TypeAdapter(record) for record in (Action, Document, Passage, Plan, Section)
}


def _dump(record: object) -> bytes:
    return _ADAPTERS[type(record)].dump_json(record)


def write_registry(path: Path, corpus: Corpus, passages: Sequence[Passage], analyser: Analyser) -> None:
    """Write a whole registry to a new file."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(_SCHEMA)
        for parsed in corpus.documents:
            _write_document(connection, parsed, analyser)
        rows = [(passage.id, passage.owner, place, _dump(passage)) for place, passage in enumerate(passages)]
        connection.executemany("INSERT INTO passage VALUES (?,?,?,?)", rows)
        connection.executemany("INSERT INTO failure VALUES (?,?)", corpus.failures)
    connection.close()


def _write_document(connection: sqlite3.Connection, parsed: ParsedDocument, analyser: Analyser) -> None:
    document = parsed.document
    row = (document.id, document.path, _dump(document), _dump(parsed.plan), parsed.dated, document.text)
    connection.execute("INSERT INTO document VALUES (?,?,?,?,?,?,?)", (*row, json.dumps(page_starts(document))))
    for place, action in enumerate(parsed.actions):
        connection.execute("INSERT INTO action VALUES (?,?,?,?)", (action.id, document.id, place, _dump(action)))
    for place, section in enumerate(parsed.sections):
        connection.execute("INSERT INTO section VALUES (?,?,?,?)", (section.id, document.id, place, _dump(section)))
    for segment in document_to_segments(parsed, analyser):
        _write_segment(connection, segment)
    _write_terms(connection, document.text, analyser)


def page_starts(document: Document) -> list[tuple[int, int | None]]:
    """Return from which offset of its text on each page of a document holds, as its blocks tell it."""
    places = {block.span.start: block.page for block in document.blocks}
    changes = itertools.groupby(places.items(), key=lambda place: place[1])
    return [next(held) for _, held in changes]


def _write_segment(connection: sqlite3.Connection, segment: Segment) -> None:
    cursor = connection.execute(
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
    connection.executemany("INSERT INTO posting VALUES (?,?)", rows)


def _write_terms(connection: sqlite3.Connection, text: str, analyser: Analyser) -> None:
    rows = [(token.form, token.stem) for token in analyser.content(text)]
    connection.executemany("INSERT INTO term VALUES (?,?,1) ON CONFLICT (form) DO UPDATE SET count = count + 1", rows)
