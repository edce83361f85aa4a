"""The registry, read: one SQLite file that holds every record and answers filters and counts. It is the truth."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from clsassist.corpus import KnownDocument
from clsassist.errors import IndexDamagedError, UnknownActionError
from clsassist.reading_report import DocumentReport, ReadingReport
from clsassist.records import Action, Document, Involvement, ParsedDocument, Passage, Plan, Section, Span, Warning
from clsassist.registry_writing import ADAPTERS
from clsassist.segments import Segment, Weight, title_to_segment
from clsassist.text import Analyser, Stems, fold


class Registry:
    """A read-only registry, safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection, analyser: Analyser) -> None:
        self._connection = connection
        self._analyser = analyser
        self._names: dict[str, Stems] = {}

    @staticmethod
    def open(path: Path, analyser: Analyser) -> Registry:
        """Open a registry written by registry_writing.

        Raises IndexDamagedError when the file is not a whole registry.
        """
        try:
            # One connection serves all threads: SQLite serialises its own calls, and nothing here writes.
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            connection.execute("SELECT count(*) FROM term").fetchone()
        except sqlite3.DatabaseError as error:
            message = f"Le registre « {path} » est illisible ({error}). Lancez : clsassist index"
            raise IndexDamagedError(message) from error
        return Registry(connection, analyser)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def known_documents(self) -> list[KnownDocument]:
        """Return every document in reading order: as much as tells whether it must be read again."""
        rows = self._connection.execute("SELECT id, path, own_plan, plan FROM document ORDER BY position")
        plan = ADAPTERS[Plan].validate_json
        return [KnownDocument(key, path, plan(own), plan(settled)) for key, path, own, settled in rows]

    def recall(self, identifier: str) -> ParsedDocument:
        """Return a document whole, as it was given to be written.

        Raises KeyError when there is none of this id.
        """
        columns = "record, plan, dated, warnings, status, own_plan"
        row = self._connection.execute(f"SELECT {columns} FROM document WHERE id = ?", (identifier,)).fetchone()
        if row is None:
            raise KeyError(identifier)
        record, plan, dated, warnings, status, own_plan = row
        return ParsedDocument(
            ADAPTERS[Document].validate_json(record),
            ADAPTERS[Plan].validate_json(plan),
            dated,
            tuple(self._recall_of(identifier, "action", Action)),
            tuple(self._recall_of(identifier, "section", Section)),
            tuple(map(ADAPTERS[Warning].validate_python, json.loads(warnings))),
            status,
            ADAPTERS[Plan].validate_json(own_plan),
        )

    def _recall_of(self, document: str, table: str, record: type[Any]) -> Iterator[Any]:
        rows = self._connection.execute(f"SELECT record FROM {table} WHERE document = ? ORDER BY position", (document,))
        return (ADAPTERS[record].validate_json(found) for (found,) in rows)

    def passage_keys(self, document: str) -> list[tuple[str, bytes]]:
        """Return the id of each passage of a document, and the key of its text."""
        return self._connection.execute("SELECT id, text_key FROM passage WHERE document = ?", (document,)).fetchall()

    def lexical_entries(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield the id of each passage, in order of ids, with the stems of its title, of its context, of its text."""
        yield from self._connection.execute(
            "SELECT id, title_stems, context_stems, text_stems FROM passage ORDER BY id"
        )

    def has_text(self, key: bytes) -> bool:
        """Say whether some passage has the text of this key."""
        return self._connection.execute("SELECT 1 FROM passage WHERE text_key = ?", (key,)).fetchone() is not None

    def count(self, table: str) -> int:
        """Count the rows of a table: « document », « action », « passage »."""
        return int(self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def reading_report(self) -> ReadingReport:
        """Return what was found in each document when it was read, and the files that could not be."""
        rows = self._connection.execute("SELECT report FROM document ORDER BY position")
        return ReadingReport(tuple(ADAPTERS[DocumentReport].validate_json(told) for (told,) in rows), self.failures)

    @cached_property
    def documents(self) -> dict[str, Document]:
        """All documents, by id."""
        rows = self._connection.execute("SELECT record FROM document ORDER BY path")
        found = [ADAPTERS[Document].validate_json(record) for (record,) in rows]
        return {document.id: document for document in found}

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """The plan of each document, by document id."""
        rows = self._connection.execute("SELECT id, plan FROM document ORDER BY path")
        return {identifier: ADAPTERS[Plan].validate_json(record) for identifier, record in rows}

    @cached_property
    def dates(self) -> dict[str, str | None]:
        """The date each document gives itself, by document id."""
        return dict(self._connection.execute("SELECT id, dated FROM document"))

    @cached_property
    def actions(self) -> dict[str, Action]:
        """All actions, by id, in the order of documents then of fiches."""
        rows = self._connection.execute(
            "SELECT action.record FROM action JOIN document ON document.id = action.document "
            "ORDER BY document.path, action.position"
        )
        found = [ADAPTERS[Action].validate_json(record) for (record,) in rows]
        return {action.id: action for action in found}

    @cached_property
    def sections(self) -> dict[str, Section]:
        """All sections, by id."""
        rows = self._connection.execute("SELECT record FROM section ORDER BY document, position")
        found = [ADAPTERS[Section].validate_json(record) for (record,) in rows]
        return {section.id: section for section in found}

    @cached_property
    def passages(self) -> dict[str, Passage]:
        """All passages, by id."""
        rows = self._connection.execute(
            "SELECT passage.record FROM passage JOIN document ON document.id = passage.document "
            "ORDER BY document.position, passage.position"
        )
        found = [ADAPTERS[Passage].validate_json(record) for (record,) in rows]
        return {passage.id: passage for passage in found}

    @cached_property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """The files that could not be read, with the reason."""
        return tuple(self._connection.execute("SELECT path, reason FROM failure ORDER BY position"))

    @cached_property
    def terms(self) -> dict[str, str]:
        """Every word of the documents, folded, with its stem."""
        return dict(self._connection.execute("SELECT form, stem FROM term"))

    @cached_property
    def stems(self) -> frozenset[str]:
        """Every stem of the documents."""
        return frozenset(self.terms.values())

    def action(self, identifier: str) -> Action:
        """Return an action by its id.

        Raises UnknownActionError when there is none.
        """
        if identifier not in self.actions:
            raise UnknownActionError(f"Aucune action ne porte l'identifiant « {identifier} ».")
        return self.actions[identifier]

    def owner(self, identifier: str) -> Action | Section:
        """Return the action or section that a segment or passage belongs to."""
        return self.sections[identifier] if identifier in self.sections else self.action(identifier)

    def title_segment(self, action: Action) -> Segment:
        """Return the title of an action as a quotable segment."""
        return title_to_segment(action, self.documents[action.document_id].text)

    def involvements(self) -> Iterator[tuple[Action, Involvement]]:
        """Yield every involvement with its action."""
        for action in self.actions.values():
            for held in action.involvements:
                yield action, held

    def name_stems(self, organisation: str) -> Stems:
        """Return the stems of an organisation's name, kept from one question to the next."""
        if organisation not in self._names:
            self._names[organisation] = self._analyser.stems(organisation)
        return self._names[organisation]

    def segments_like(self, pattern: str) -> list[Segment]:
        """Return the segments whose words match a GLOB pattern of SQLite: « *@* », « *[0-9]* »."""
        rows = self._connection.execute("SELECT * FROM segment WHERE quote GLOB ?", (pattern,))
        return [segment for _, segment in self._in_reading_order({row[0]: _row_to_segment(row) for row in rows})]

    def plans_saying(self, name: str) -> frozenset[str]:
        """Return the documents of every plan that says a proper name somewhere, the name of the plan included."""
        stems = self._analyser.stems(name)
        said = {one.document_id for _, one in self.segments_saying([stems]) if _says_name(one.quote, name)}
        said |= {key for key, plan in self.plans.items() if _says_name(plan.name, name)}
        names = {self.plans[key].name for key in said}
        return frozenset(key for key, plan in self.plans.items() if plan.name in names)

    def segments_saying(self, forms: Iterable[tuple[str, ...]]) -> list[tuple[int, Segment]]:
        """Return the segments that hold any of these runs of stems in their own words, with their row ids."""
        found: dict[int, Segment] = {}
        for form in filter(None, forms):
            rows = self._connection.execute(
                "SELECT segment.* FROM posting JOIN segment ON segment.id = posting.segment "
                "WHERE posting.stem = ? AND instr(segment.stems, ?) > 0",
                (form[0], f" {' '.join(form)} "),
            )
            for row in rows:
                found[row[0]] = _row_to_segment(row)
        return self._in_reading_order(found)

    def _in_reading_order(self, found: Mapping[int, Segment]) -> list[tuple[int, Segment]]:
        # A document written again has higher row ids than those that follow it.
        return sorted(found.items(), key=lambda held: (self._places[held[1].document_id], held[0]))

    @cached_property
    def _places(self) -> dict[str, int]:
        return dict(self._connection.execute("SELECT id, position FROM document"))


def _says_name(text: str, name: str) -> bool:
    """Say whether a text holds a name as whole words, hyphens and accents aside."""
    words, wanted = (re.sub(r"[\W_]+", " ", fold(one)).strip() for one in (text, name))
    return f" {wanted} " in f" {words} "


def _row_to_segment(row: tuple[Any, ...]) -> Segment:
    _, owner, document, field, label, kind, weight, quote, start, end, page, stems, context = row
    return Segment(
        owner,
        document,
        field,
        label,
        kind,
        Weight(weight),
        quote,
        Span(start, end),
        page,
        tuple(stems.split()),
        tuple(context.split()),
    )
