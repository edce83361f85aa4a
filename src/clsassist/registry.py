"""The registry, read: one SQLite file that holds every record and answers filters and counts. It is the truth."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from clsassist.errors import IndexDamagedError, UnknownActionError
from clsassist.records import Action, Document, Involvement, Passage, Plan, Section, Span
from clsassist.segments import Segment, Weight, title_to_segment
from clsassist.text import Analyser, Stems, fold

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {
    record: TypeAdapter(record) for record in (Action, Document, Passage, Plan, Section)
}


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

    @cached_property
    def documents(self) -> dict[str, Document]:
        """All documents, by id."""
        rows = self._connection.execute("SELECT record FROM document ORDER BY path")
        found = [_ADAPTERS[Document].validate_json(record) for (record,) in rows]
        return {document.id: document for document in found}

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """The plan of each document, by document id."""
        rows = self._connection.execute("SELECT id, plan FROM document ORDER BY path")
        return {identifier: _ADAPTERS[Plan].validate_json(record) for identifier, record in rows}

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
        found = [_ADAPTERS[Action].validate_json(record) for (record,) in rows]
        return {action.id: action for action in found}

    @cached_property
    def sections(self) -> dict[str, Section]:
        """All sections, by id."""
        rows = self._connection.execute("SELECT record FROM section ORDER BY document, position")
        found = [_ADAPTERS[Section].validate_json(record) for (record,) in rows]
        return {section.id: section for section in found}

    @cached_property
    def passages(self) -> dict[str, Passage]:
        """All passages, by id."""
        rows = self._connection.execute("SELECT record FROM passage ORDER BY position")
        found = [_ADAPTERS[Passage].validate_json(record) for (record,) in rows]
        return {passage.id: passage for passage in found}

    @cached_property
    def failures(self) -> tuple[tuple[str, str], ...]:
        """The files that could not be read, with the reason."""
        return tuple(self._connection.execute("SELECT path, reason FROM failure"))

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
        rows = self._connection.execute("SELECT * FROM segment WHERE quote GLOB ? ORDER BY id", (pattern,))
        return [_row_to_segment(row) for row in rows]

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
        return sorted(found.items())


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
