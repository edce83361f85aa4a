"""The registry, read: one SQLite file that holds every record and answers filters and counts. It is the truth."""

from __future__ import annotations

import gc
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from clsassist.errors import IndexDamagedError, UnknownActionError
from clsassist.fetching import Fetched, SourceText
from clsassist.parsing.labels import UNKNOWN, is_asked
from clsassist.reading_report import DocumentReport, ReadingReport
from clsassist.records import Action, ActionRef, Document, Field, Involvement, Passage, Plan, Section, Span
from clsassist.registry_writing import ADAPTERS
from clsassist.segment_rows import Rows, SegmentRows
from clsassist.segments import Segment, Weight, title_to_segment
from clsassist.text import Analyser, Stems, fold

_Row = TypeVar("_Row")
# Below this many records, a round of the collector is not felt.
_MANY = 1_000
_Record = TypeVar("_Record", Document, Passage, Section)
# What may be asked of a field, whatever the question.
FieldTest: TypeAlias = Callable[[Field], bool]

# How each kind of record is told in order.
_ORDERS = {
    "document": "path",
    "section": "document, position",
    "passage": "(SELECT position FROM document WHERE document.id = passage.document), position",
}
# How many records are kept: those of a small corpus all are; of 10,000 fiches, at most about 100 MB.
_MOST_DOCUMENTS = 32
_MOST_SECTIONS = 1_000
_MOST_PASSAGES = 10_000
_MOST_SOURCES = 1_000


class Registry:
    """A read-only registry, safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection, analyser: Analyser) -> None:
        self._connection = connection
        self._analyser = analyser
        self._names: dict[str, Stems] = {}
        self._having: dict[tuple[tuple[str, ...], FieldTest], frozenset[str]] = {}
        self.rows = SegmentRows(connection)
        self.documents = Fetched(partial(self._ids, "document"), partial(self._fetch, Document), _MOST_DOCUMENTS)
        self.sections = Fetched(partial(self._ids, "section"), partial(self._fetch, Section), _MOST_SECTIONS)
        self.passages = Fetched(partial(self._ids, "passage"), partial(self._fetch, Passage), _MOST_PASSAGES)
        self.sources = Fetched(partial(self._ids, "document"), self._fetch_source, _MOST_SOURCES)

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
        """Close the file and let go of all that was read: what is set aside by ``_long_lived`` must hold no cycle."""
        self._connection.close()
        self.rows.close()
        self.__dict__.clear()

    def _ids(self, table: str) -> list[str]:
        return [row[0] for row in self._connection.execute(f"SELECT id FROM {table} ORDER BY {_ORDERS[table]}")]

    def _fetch(self, record: type[_Record], identifier: str) -> _Record:
        table = record.__name__.lower()
        row = self._connection.execute(f"SELECT record FROM {table} WHERE id = ?", (identifier,)).fetchone()
        if row is None:
            raise KeyError(identifier)
        found: _Record = ADAPTERS[record].validate_json(row[0])
        return found

    def _fetch_source(self, identifier: str) -> SourceText:
        row = self._connection.execute("SELECT path, text, pages FROM document WHERE id = ?", (identifier,)).fetchone()
        if row is None:
            raise KeyError(identifier)
        path, text, pages = row
        starts, numbers = zip(*json.loads(pages), strict=True) if pages != "[]" else ((), ())
        return SourceText(path, text, starts, numbers)

    @cached_property
    def paths(self) -> dict[str, str]:
        """The path of each document, by document id."""
        return dict(self._connection.execute("SELECT id, path FROM document ORDER BY path"))

    @cached_property
    def documents_at(self) -> dict[str, str]:
        """The id of each document, by path."""
        return {path: identifier for identifier, path in self.paths.items()}

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
        with _long_lived(rows.fetchall()) as records:
            found = [ADAPTERS[Action].validate_json(record) for (record,) in records]
        return {action.id: action for action in found}

    @cached_property
    def refs(self) -> dict[str, ActionRef]:
        """What an answer says of each action, by id: an answer may name them all."""
        with _long_lived(tuple(self.actions.values())) as actions:
            return {
                action.id: ActionRef(
                    action.id,
                    self.paths[action.document_id],
                    action.number,
                    action.title,
                    self.plans[action.document_id].name,
                )
                for action in actions
            }

    @cached_property
    def empty_fields(self) -> dict[str, tuple[Field, ...]]:
        """The fields that an action has and leaves empty, those that no list knows aside, by the id of the action."""
        return {
            action.id: tuple(one for one in action.fields if one.key != UNKNOWN and not one.filled)
            for action in self.actions.values()
        }

    @cached_property
    def title_stems(self) -> dict[str, Stems]:
        """The stems of the title of each action, by id."""
        return {action.id: self.name_stems(action.title) for action in self.actions.values()}

    @cached_property
    def titles_with(self) -> dict[str, tuple[str, ...]]:
        """The ids of the actions whose title holds each stem, in the order of actions."""
        found: dict[str, list[str]] = {}
        for identifier, stems in self.title_stems.items():
            for stem in dict.fromkeys(stems):
                found.setdefault(stem, []).append(identifier)
        return {stem: tuple(held) for stem, held in found.items()}

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

    def reading_report(self) -> ReadingReport:
        """Return what was found in each document when it was read, and the files that could not be."""
        rows = self._connection.execute("SELECT report FROM document ORDER BY position")
        return ReadingReport(tuple(ADAPTERS[DocumentReport].validate_json(told) for (told,) in rows), self.failures)

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

    def sections_of(self, document: str) -> list[Section]:
        """Return the sections of a document, in order."""
        rows = self._connection.execute("SELECT id FROM section WHERE document = ? ORDER BY position", (document,))
        return [self.sections[identifier] for (identifier,) in rows.fetchall()]

    def title_segment(self, action: Action) -> Segment:
        """Return the title of an action as a quotable segment."""
        return title_to_segment(action, self.sources[action.document_id].text)

    def involvements(self) -> Iterator[tuple[Action, Involvement]]:
        """Yield every involvement with its action."""
        for action in self.actions.values():
            for held in action.involvements:
                yield action, held

    def name_stems(self, organisation: str) -> Stems:
        """Return the stems of a name or a title, kept from one question to the next."""
        if organisation not in self._names:
            self._names[organisation] = self._analyser.stems(organisation)
        return self._names[organisation]

    @cached_property
    def _naming(self) -> dict[str, tuple[tuple[str, Involvement], ...]]:
        """The parts of each organisation, as written, each with the id of its action."""
        with _long_lived(tuple(self.involvements())) as involvements:
            found: dict[str, list[tuple[str, Involvement]]] = {}
            for action, held in involvements:
                found.setdefault(held.organisation, []).append((action.id, held))
            return {name: tuple(parts) for name, parts in found.items()}

    @cached_property
    def _names_by_stem(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self._naming:
            for stem in dict.fromkeys(self.name_stems(name)):
                found.setdefault(stem, []).append(name)
        return found

    def names_said_in(
        self, forms: Sequence[Stems], is_named: Callable[[Stems, Sequence[Stems]], bool]
    ) -> frozenset[str]:
        """Return the organisations, as the actions write them, that a name said in one of these forms names."""
        held = {name for form in forms if form for name in self._names_by_stem.get(form[0], ())}
        return frozenset(name for name in held if is_named(self.name_stems(name), forms))

    def parts_of(self, organisations: Iterable[str]) -> Iterator[tuple[str, Involvement]]:
        """Yield the parts of some organisations, as written, each with the id of its action."""
        for name in organisations:
            yield from self._naming.get(name, ())

    def actions_having(self, keys: tuple[str, ...], test: FieldTest) -> frozenset[str]:
        """Return the ids of the actions that have a field of one of these keys that passes a test.

        Found once for each of the few fields that questions turn on.
        """
        if (keys, test) not in self._having:
            self._having[keys, test] = frozenset(
                action.id
                for action in self.actions.values()
                if any(is_asked(field, keys) and test(field) for field in action.fields)
            )
        return self._having[keys, test]

    @cached_property
    def _by_document(self) -> dict[str, list[Action]]:
        found: dict[str, list[Action]] = {}
        for action in self.actions.values():
            found.setdefault(action.document_id, []).append(action)
        return found

    def actions_of(self, document: str) -> list[Action]:
        """Return the actions of a document, in order."""
        return self._by_document.get(document, [])

    def segments_of(self, document: str, forms: Iterable[Stems]) -> list[Segment]:
        """Return the segments of a document that hold any of these runs of stems, in reading order."""
        owners = [action.id for action in self.actions_of(document)]
        owners += [section.id for section in self.sections_of(document)]
        return self.segments(self.rows.among(self.rows.saying(forms), owners))

    def segments_like(self, pattern: str) -> list[Segment]:
        """Return the segments whose words match a GLOB pattern of SQLite: « *@* », « *[0-9]* »."""
        rows = self._connection.execute(
            "SELECT segment.* FROM segment JOIN document ON document.id = segment.document WHERE quote GLOB ? "
            "ORDER BY document.position, segment.id",
            (pattern,),
        )
        return [_row_to_segment(row) for row in rows]

    def plans_saying(self, name: str) -> frozenset[str]:
        """Return the documents of every plan that says a proper name somewhere, the name of the plan included."""
        stems = self._analyser.stems(name)
        said = {one.document_id for one in self.segments_saying([stems]) if _says_name(one.quote, name)}
        said |= {key for key, plan in self.plans.items() if _says_name(plan.name, name)}
        names = {self.plans[key].name for key in said}
        return frozenset(key for key, plan in self.plans.items() if plan.name in names)

    @cached_property
    def is_outside(self) -> npt.NDArray[np.bool_]:
        """Whether each owner of segments is a section, in the order of the columns' owners."""
        return np.array([owner not in self.actions for owner in self.rows.columns.owners], dtype=np.bool_)

    def segments_saying(self, forms: Iterable[Stems]) -> list[Segment]:
        """Return the segments that hold any of these runs of stems in their own words, in reading order."""
        return self.segments(self.rows.saying(forms))

    def owners_saying(self, forms: Iterable[Stems]) -> frozenset[str]:
        """Return the ids of the actions and sections that hold any of these runs of stems in their own words."""
        return self.rows.owners(self.rows.saying(forms))

    def segments(self, rows: Rows) -> list[Segment]:
        """Return the segments at some rows, in reading order."""
        wanted = self.rows.columns.ids[rows].tolist()
        found = self._connection.execute(
            "SELECT * FROM segment WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(wanted),)
        )
        by_id = {row[0]: _row_to_segment(row) for row in found}
        return [by_id[identifier] for identifier in wanted]


@contextmanager
def _long_lived(rows: Sequence[_Row]) -> Iterator[Sequence[_Row]]:
    """Make many records without the collector of cycles, and keep them out of its rounds for as long as they last.

    One round over the records of 10,000 fiches takes about a second, in the middle of somebody's question.
    """
    if len(rows) < _MANY or not gc.isenabled():
        yield rows
        return
    gc.collect()
    gc.disable()
    try:
        yield rows
        gc.freeze()
    finally:
        gc.enable()


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
