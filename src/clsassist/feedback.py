"""What readers say of the answers: kept in one SQLite file, exported for the evaluation and for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from clsassist.errors import ClsAssistError
from clsassist.exports import neutralise
from clsassist.personal_data import hide_in_text
from clsassist.records import Answer, AnswerStatus

FEEDBACK_FILE = "avis.sqlite"
# A comment is a few sentences; a conversation of more questions than this is told by its last ones.
MAX_COMMENT_CHARS = 2_000
MAX_PREVIOUS = 20
# An answer that lists every action of a large corpus is cut: its question gives it again.
_MAX_ANSWER_CHARS = 20_000
_MAX_CITATIONS = 100
_MAX_KEY_CHARS = 64
# Several servers may write the same file; none keeps it for long.
_PATIENCE_SECONDS = 10.0

# Of the file: 0 is that of a new one, and of those written before versions were told, which have the same tables.
_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE, given_at TEXT NOT NULL, rating TEXT NOT NULL, reason TEXT NOT NULL,
    comment TEXT NOT NULL, question TEXT NOT NULL, previous TEXT NOT NULL, status TEXT NOT NULL, answer TEXT NOT NULL,
    actions TEXT NOT NULL, citations TEXT NOT NULL, build TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS quoted (
    feedback INTEGER NOT NULL REFERENCES feedback ON DELETE CASCADE, document TEXT NOT NULL,
    PRIMARY KEY (feedback, document)
) WITHOUT ROWID;
"""
_COLUMNS = "id, given_at, seen, rating, reason, comment, question, previous, status, answer, actions, citations, build"


class Rating(StrEnum):
    """Whether an answer helped."""

    UP = "plus"
    DOWN = "moins"


class Reason(StrEnum):
    """Why an answer did not help, among the few reasons that call for different work."""

    WRONG = "faux"
    INCOMPLETE = "incomplet"
    NOT_FOUND = "non_trouve"
    OFF_TOPIC = "hors_sujet"
    UNCLEAR = "peu_clair"
    OTHER = "autre"

    @property
    def label(self) -> str:
        """Return the reason as a reader chooses it."""
        return _REASONS[self]


_REASONS = {
    Reason.WRONG: "La réponse est fausse",
    Reason.INCOMPLETE: "Il manque quelque chose",
    Reason.NOT_FOUND: "La réponse est dans les documents, elle n'a pas été trouvée",
    Reason.OFF_TOPIC: "Ce n'était pas ma question",
    Reason.UNCLEAR: "La réponse est difficile à comprendre",
    Reason.OTHER: "Autre raison",
}


@dataclass(frozen=True, slots=True)
class QuotedSource:
    """One citation of the answer that was judged."""

    number: int
    document: str
    action: str | None
    field: str
    label: str
    page: int | None
    quote: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """One opinion on one answer, with all that is needed to understand it later.

    ``actions`` are the ids of the set that the answer asserted, ``documents`` the paths that it rests on, ``build``
    the index that gave it, ``previous`` the earlier questions of the conversation, oldest first.
    """

    rating: Rating
    question: str
    answer: str
    status: AnswerStatus
    build: str
    reason: Reason | None = None
    comment: str = ""
    previous: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    citations: tuple[QuotedSource, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredFeedback:
    """An opinion as kept: its number, when it was given (UTC), and whether somebody has read it."""

    id: int
    given_at: datetime
    seen: bool
    feedback: Feedback


@dataclass(frozen=True, slots=True)
class Selection:
    """Which opinions to look at; None takes both kinds."""

    rating: Rating | None = None
    seen: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader sends: the rating, and why."""

    rating: Rating
    reason: Reason | None = None
    comment: str = ""


def judge(answer: Answer, verdict: Verdict, build: str, previous: Sequence[str] = ()) -> Feedback:
    """Return the opinion on an answer, ready to be kept; what is too long is cut."""
    documents = {cited.document for cited in answer.citations} | {action.document for action in answer.actions}
    return Feedback(
        rating=verdict.rating,
        question=answer.question,
        answer=answer.text[:_MAX_ANSWER_CHARS],
        status=answer.status,
        build=build,
        reason=verdict.reason,
        comment=verdict.comment.strip()[:MAX_COMMENT_CHARS],
        previous=tuple(previous)[-MAX_PREVIOUS:],
        actions=tuple(action.id for action in answer.actions),
        citations=tuple(
            QuotedSource(
                cited.number, cited.document, cited.action_id, cited.field_key, cited.label, cited.page, cited.quote
            )
            for cited in answer.citations[:_MAX_CITATIONS]
        ),
        documents=tuple(sorted(documents)),
    )


def _as_it_is(feedback: Feedback) -> Feedback:
    return feedback


def _without_people(feedback: Feedback) -> Feedback:
    return replace(
        feedback,
        question=hide_in_text(feedback.question),
        answer=hide_in_text(feedback.answer),
        comment=hide_in_text(feedback.comment),
        previous=tuple(map(hide_in_text, feedback.previous)),
        citations=tuple(replace(cited, quote=hide_in_text(cited.quote)) for cited in feedback.citations),
    )


class FeedbackStore:
    """The opinions of a folder; threads and processes may share it.

    Each call opens the file and closes it: once the last one is closed, SQLite leaves no journal behind, so that what
    was deleted is in no file. Opinions older than ``retention_days`` are erased whenever the file is opened; 0 keeps
    them all. With ``hide_personal_data``, names and personal addresses are neither written nor, when older opinions
    hold some, read.
    """

    def __init__(
        self,
        folder: Path,
        retention_days: int = 0,
        *,
        hide_personal_data: bool = False,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.path = folder / FEEDBACK_FILE
        self._clock = clock or (lambda: _now())
        self._retention = timedelta(days=retention_days)
        self._shown = _without_people if hide_personal_data else _as_it_is

    def add(self, feedback: Feedback, key: str = "") -> int:
        """Keep an opinion and return its number; ``key`` names the answer judged, so that a second thought replaces."""
        values = _feedback_to_row(self._shown(feedback))
        row = {**values, "key": key[:_MAX_KEY_CHARS] or None, "given_at": self._clock().isoformat(timespec="seconds")}
        names = ", ".join(row)
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != "key")
        with self._open() as connection:
            (identifier,) = connection.execute(
                f"INSERT INTO feedback ({names}) VALUES ({', '.join('?' * len(row))}) "
                f"ON CONFLICT (key) DO UPDATE SET {changes}, seen = 0 RETURNING id",
                tuple(row.values()),
            ).fetchone()
            connection.execute("DELETE FROM quoted WHERE feedback = ?", (identifier,))
            rows = [(identifier, document) for document in feedback.documents]
            connection.executemany("INSERT INTO quoted VALUES (?, ?)", rows)
        return int(identifier)

    def find(self, selection: Selection, *, most: int = -1, skipped: int = 0) -> tuple[StoredFeedback, ...]:
        """Return the opinions of a selection: those that complain first, then those not read yet, then the latest."""
        where, values = _selection_to_sql(selection)
        query = (
            f"SELECT {_COLUMNS} FROM feedback {where} "
            "ORDER BY rating = 'moins' DESC, seen, given_at DESC, id DESC LIMIT ? OFFSET ?"
        )
        with self._open() as connection:
            rows = connection.execute(query, (*values, most, skipped)).fetchall()
            stored = [_row_to_stored(row, _documents_of(connection, row[0])) for row in rows]
        return tuple(replace(one, feedback=self._shown(one.feedback)) for one in stored)

    def count(self, selection: Selection) -> int:
        """Count the opinions of a selection."""
        where, values = _selection_to_sql(selection)
        with self._open() as connection:
            return int(connection.execute(f"SELECT count(*) FROM feedback {where}", values).fetchone()[0])

    def mark_seen(self, identifiers: Iterable[int], *, seen: bool = True) -> None:
        """Note that opinions have been read, or are to be read again."""
        with self._open() as connection:
            connection.executemany("UPDATE feedback SET seen = ? WHERE id = ?", [(seen, one) for one in identifiers])

    def enforce_retention(self) -> None:
        """Erase the opinions that are too old, down to the journal of the file; create no file."""
        if self._retention and self.path.exists():
            self._erase("FALSE", ())

    def delete(self, identifiers: Iterable[int]) -> int:
        """Erase opinions; return how many there were."""
        return self._erase("id IN (SELECT value FROM json_each(?))", (json.dumps(list(identifiers)),))

    def delete_all(self) -> int:
        """Erase every opinion; return how many there were."""
        return self._erase("TRUE", ())

    def count_quoting(self, documents: Iterable[str]) -> int:
        """Count the opinions on answers that rest on any of these documents."""
        with self._open() as connection:
            query = f"SELECT count(*) FROM feedback WHERE {_QUOTING}"
            return int(connection.execute(query, (json.dumps(list(documents)),)).fetchone()[0])

    def delete_quoting(self, documents: Iterable[str]) -> int:
        """Erase the opinions on answers that rest on any of these documents; return how many there were."""
        return self._erase(_QUOTING, (json.dumps(list(documents)),))

    def _erase(self, condition: str, values: tuple[object, ...]) -> int:
        with self._open() as connection:
            erased = connection.execute(f"DELETE FROM feedback WHERE {condition}", values).rowcount
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return erased

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(_connect(self.path)) as connection, connection:
                if self._retention:
                    oldest = (self._clock() - self._retention).isoformat(timespec="seconds")
                    connection.execute("DELETE FROM feedback WHERE given_at < ?", (oldest,))
                yield connection
        except (OSError, sqlite3.Error) as error:
            raise ClsAssistError(
                f"Les avis n'ont pas pu être lus ou écrits dans « {self.path} » ({error}). "
                "Vérifiez la place libre et les droits d'accès, puis recommencez."
            ) from error


_QUOTING = "id IN (SELECT feedback FROM quoted WHERE document IN (SELECT value FROM json_each(?)))"


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Questions may say something of whoever asks them: the file is for the server's user alone.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=_PATIENCE_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA foreign_keys = ON")
        _bring_up_to_date(connection, path)
    except (sqlite3.Error, ClsAssistError):
        connection.close()
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        raise ClsAssistError(
            f"Les avis de « {path} » ont été écrits par une version plus récente : mettez clsassist à jour, "
            "ou choisissez un autre dossier avec CLSASSIST_DATA_DIR."
        )
    if version < _VERSION:
        connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version = {_VERSION};COMMIT;")


def _now() -> datetime:
    return datetime.now(UTC)


def _selection_to_sql(selection: Selection) -> tuple[str, tuple[object, ...]]:
    wanted = {"rating": selection.rating and selection.rating.value, "seen": selection.seen}
    kept = {name: value for name, value in wanted.items() if value is not None}
    where = " AND ".join(f"{name} = ?" for name in kept)
    return (f"WHERE {where}" if where else ""), tuple(kept.values())


def _feedback_to_row(feedback: Feedback) -> dict[str, object]:
    citations = [
        [cited.number, cited.document, cited.action, cited.field, cited.label, cited.page, cited.quote]
        for cited in feedback.citations
    ]
    return {
        "rating": feedback.rating.value,
        "reason": feedback.reason.value if feedback.reason else "",
        "comment": _storable(feedback.comment),
        "question": _storable(feedback.question),
        "previous": json.dumps(feedback.previous),
        "status": feedback.status.value,
        "answer": _storable(feedback.answer),
        "actions": json.dumps(feedback.actions),
        "citations": json.dumps(citations),
        "build": _storable(feedback.build),
    }


def _storable(text: str) -> str:
    # Half of a surrogate pair, which JSON can carry, is no character: SQLite refuses it.
    return text.encode("utf-8", "replace").decode("utf-8")


def _documents_of(connection: sqlite3.Connection, identifier: int) -> tuple[str, ...]:
    rows = connection.execute("SELECT document FROM quoted WHERE feedback = ? ORDER BY document", (identifier,))
    return tuple(document for (document,) in rows)


def _row_to_stored(row: tuple[Any, ...], documents: tuple[str, ...]) -> StoredFeedback:
    identifier, given_at, seen, rating, reason, comment, question, previous, status, answer, *listed, build = row
    actions, citations = map(json.loads, listed)
    feedback = Feedback(
        rating=Rating(rating),
        question=question,
        answer=answer,
        status=AnswerStatus(status),
        build=build,
        reason=Reason(reason) if reason else None,
        comment=comment,
        previous=tuple(json.loads(previous)),
        actions=tuple(actions),
        citations=tuple(QuotedSource(*cited) for cited in citations),
        documents=documents,
    )
    return StoredFeedback(identifier, datetime.fromisoformat(given_at), bool(seen), feedback)


# --- exports


def feedback_to_cases(opinions: Sequence[StoredFeedback]) -> str:
    """Return opinions as questions of the evaluation, in the YAML of ``eval/questions.yaml``.

    What the answer held is written as what is expected: right for a 👍, to be corrected by somebody for a 👎, whose
    reason and comment stand above it.
    """
    head = (
        "# Questions tirées des avis des lecteurs, au format de eval/questions.yaml.\n"
        "# « status » et « actions » sont ceux de la réponse donnée : relisez-les, et corrigez ceux des avis 👎.\n"
    )
    # No question at all is still a list.
    return head + ("".join(f"\n{_stored_to_case(stored)}" for stored in opinions) or "[]\n")


def _stored_to_case(stored: StoredFeedback) -> str:
    said = stored.feedback
    entry: dict[str, object] = {
        "id": f"avis-{stored.given_at:%Y%m%d}-{stored.id}",
        "kind": "avis",
        "question": _printable(said.question),
    }
    if said.previous:
        entry["before"] = [_printable(question) for question in said.previous]
    entry["status"] = said.status.value
    if said.actions:
        entry["actions"] = list(said.actions)
    if said.rating is Rating.UP and said.citations:
        entry["fields"] = sorted({cited.field for cited in said.citations})
    comments = "".join(f"# {line}\n" for line in _case_comments(stored))
    return comments + yaml.safe_dump([entry], allow_unicode=True, sort_keys=False, width=120)


def _case_comments(stored: StoredFeedback) -> Iterator[str]:
    said = stored.feedback
    mark = "👍" if said.rating is Rating.UP else "👎"
    reason = f" {said.reason.label}." if said.reason else ""
    yield f"{mark} le {stored.given_at:%d/%m/%Y}, index {_one_line(said.build)}.{reason}"
    # A comment is lines of text: none may end the YAML comment that it stands in.
    for line in said.comment.splitlines():
        yield f"  {_one_line(line)}"


def _one_line(text: str) -> str:
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable() or character == "\n")


_CSV_COLUMNS = (
    "numero",
    "date",
    "avis",
    "motif",
    "commentaire",
    "question",
    "questions_precedentes",
    "statut",
    "reponse",
    "actions",
    "citations",
    "index",
    "lu",
)


def feedback_to_csv(opinions: Iterable[StoredFeedback]) -> str:
    """Return opinions as a French spreadsheet reads them: one line each, semicolons, no formula."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\n")
    writer.writerow(_CSV_COLUMNS)
    for stored in opinions:
        writer.writerow([neutralise(cell) for cell in _stored_to_cells(stored)])
    return written.getvalue()


def _stored_to_cells(stored: StoredFeedback) -> tuple[str, ...]:
    said = stored.feedback
    return (
        str(stored.id),
        f"{stored.given_at:%d/%m/%Y %H:%M}",
        said.rating.value,
        said.reason.label if said.reason else "",
        said.comment,
        said.question,
        "\n".join(said.previous),
        said.status.value,
        said.answer,
        "\n".join(said.actions),
        "\n".join(f"[{cited.number}] {cited.document} : {cited.quote}" for cited in said.citations),
        said.build,
        "oui" if stored.seen else "non",
    )
