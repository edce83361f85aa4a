"""Indexing in a process of its own while the page goes on answering: one at a time, followed step by step."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, Any

from clsassist.corpus import list_files
from clsassist.errors import ClsAssistError, NothingToIndexError
from clsassist.index import remove_index
from clsassist.index_wish import IndexWish
from clsassist.index_worker import settings_to_order
from clsassist.settings import Settings

logger = logging.getLogger(__name__)

WORKER = (sys.executable, "-P", "-m", "clsassist.index_worker")
# Those who ask come first: the indexing takes what processor they leave.
_NICENESS = 10

# Each stage as a reader is told it, and the part of the whole that is done at its end, in percent: what indexing a few
# documents of ten pages takes.
_STAGES = {
    "Lecture": ("Lecture des documents", 40),
    "Registre": ("Enregistrement des fiches", 45),
    "Index lexical": ("Index des mots", 50),
    "Vecteurs": ("Calcul du sens des passages", 88),
    "Base vectorielle": ("Index du sens", 93),
    "Vérification": ("Vérification du nouvel index", 98),
    "Mise en service": ("Mise en service", 100),
}
_STARTING = "Démarrage"
KNOWN_STAGES = frozenset(_STAGES)


class JobState(StrEnum):
    """Where the indexing stands; WAITING is another one asked for while one is running."""

    IDLE = "idle"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobStatus:
    """The indexing that is running, or the last one.

    ``number`` counts them from 1; 0 when there has been none. ``stage`` is in plain French, ``done`` of its ``total``
    steps are finished, ``percent`` is of the whole. ``failure`` is a French sentence. ``report`` is the reading report
    as JSON-ready values (see ``reading_report``), once done.
    """

    number: int = 0
    state: JobState = JobState.IDLE
    stage: str = ""
    done: int = 0
    total: int = 0
    percent: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    failure: str = ""
    report: Mapping[str, Any] | None = None

    @property
    def busy(self) -> bool:
        """Say whether an indexing is running, with another one to come or not."""
        return self.state in (JobState.RUNNING, JobState.WAITING)


class IndexJobs:
    """Indexes the corpus of some settings, one at a time; several threads may share it.

    ``refresh`` is called after each success, before it is told: whoever serves the index opens the new one there.
    Asked again while it runs, it runs once more afterwards, so that no document is forgotten. What was asked is noted
    until it is done: a service killed meanwhile resumes it.
    """

    def __init__(
        self, settings: Settings, refresh: Callable[[], None] | None = None, command: Sequence[str] = WORKER
    ) -> None:
        self._settings = settings
        self._refresh = refresh or _do_nothing
        self._command = tuple(command)
        self._wish = IndexWish(settings.index_dir)
        # Held for a few instructions, or while a line is written, and told of every change.
        self._changed = threading.Condition()
        self._status = JobStatus()
        self._again = False
        self._may_empty = False
        # How many are changing the corpus.
        self._coming = 0
        self._closed = False
        self._child: subprocess.Popen[str] | None = None

    def request(self, *, may_empty: bool = False) -> JobStatus:
        """Index the corpus as soon as possible, and return at once.

        ``may_empty`` tells that documents were removed on purpose: when none is left, the index is removed too, where
        an empty folder is otherwise a failure.
        """
        with self._changed:
            self._wish.note(may_empty=may_empty)
            self._may_empty = self._may_empty or may_empty
            if self._status.busy:
                self._again = True
                self._status = replace(self._status, state=JobState.WAITING)
            else:
                self._begin()
                threading.Thread(target=self._work, name="indexation", daemon=True).start()
            return self._status

    @contextmanager
    def ahead(self, *, may_empty: bool = False) -> Iterator[None]:
        """Note that the corpus is about to change: were this process killed before it asks, its successor would."""
        with self._changed:
            self._coming += 1
            self._wish.note(may_empty=may_empty)
        try:
            yield
        finally:
            with self._changed:
                self._coming -= 1
                # Nothing was asked where nothing was changed.
                if not self._status.busy and self._status.state is not JobState.FAILED:
                    self._forget()

    def resume(self) -> None:
        """Index again what was asked of a service that ended before it was done, if any."""
        may_empty = self._wish.read()
        if may_empty is not None:
            logger.warning("L'indexation demandée avant l'arrêt du service n'était pas finie : elle est relancée")
            self.request(may_empty=may_empty)

    def status(self) -> JobStatus:
        """Return where the indexing stands."""
        with self._changed:
            return self._status

    def wait(
        self, seconds: float | None = None, reached: Callable[[JobStatus], bool] = lambda status: not status.busy
    ) -> JobStatus:
        """Wait until nothing is running, or another state is reached, at most some seconds; return where it stands."""
        with self._changed:
            self._changed.wait_for(lambda: reached(self._status), seconds)
            return self._status

    def close(self) -> None:
        """End what is running; the index in service stays as it is."""
        with self._changed:
            self._closed = True
            self._again = False
            if self._child is not None:
                _kill(self._child)

    def _begin(self) -> None:
        number = self._status.number + 1
        self._again = False
        self._status = JobStatus(number, JobState.RUNNING, _STARTING, started_at=_now())

    def _work(self) -> None:
        while True:
            with self._changed:
                may_empty, self._may_empty = self._may_empty, False
            failure, report = self._run(may_empty)
            with self._changed:
                if self._again:
                    # Its own end is told by the one that follows: what it read is read again there.
                    self._may_empty = self._may_empty or may_empty
                    self._begin()
                    continue
                if not failure:
                    self._forget()
                ended = JobState.FAILED if failure else JobState.DONE
                percent = self._status.percent if failure else 100
                self._status = replace(
                    self._status, state=ended, percent=percent, failure=failure, report=report, ended_at=_now()
                )
                self._changed.notify_all()
                return

    def _forget(self) -> None:
        if not self._coming:
            self._wish.forget()

    def _run(self, may_empty: bool) -> tuple[str, Mapping[str, Any] | None]:
        """Index once; return a French sentence on the failure, or nothing, and the reading report."""
        try:
            report = self._index(may_empty)
            self._refresh()
        except ClsAssistError as error:
            return str(error), None
        except Exception:
            # This thread has nobody above it: whatever happened, the page must not wait for ever.
            logger.exception("Indexation interrompue")
            return "L'indexation s'est arrêtée sur un incident imprévu : le journal du serveur le décrit.", None
        return "", report

    def _index(self, may_empty: bool) -> Mapping[str, Any]:
        try:
            list_files([self._settings.corpus_dir])
            return self._follow()
        except NothingToIndexError:
            # A folder that is gone is an incident, as a disk that is not mounted: it empties nothing.
            if not (may_empty and self._settings.corpus_dir.is_dir()):
                raise
            remove_index(self._settings.index_dir)
            return {"documents": [], "unread": []}

    def _follow(self) -> Mapping[str, Any]:
        """Run the indexing process to its end; return its report, or raise what it failed on."""
        with tempfile.TemporaryFile() as said:
            child = self._start(said)
            try:
                with child:
                    told = self._listen(child)
            finally:
                with self._changed:
                    self._child = None
            if "report" in told and child.returncode == 0:
                report: Mapping[str, Any] = told["report"]
                return report
            if "failure" in told:
                failed = NothingToIndexError if told["kind"] == NothingToIndexError.__name__ else ClsAssistError
                raise failed(told["failure"])
            said.seek(0)
            logger.error("Indexation arrêtée : %s", said.read()[-4_000:].decode("utf-8", "replace"))
            raise ClsAssistError(_explain_end(child.returncode))

    def _start(self, said: IO[bytes]) -> subprocess.Popen[str]:
        with self._changed:
            if self._closed:
                raise ClsAssistError("Le serveur s'arrête : l'indexation n'a pas commencé.")
            try:
                # In a session of its own: Ctrl+C reaches the server alone, which ends us if it must.
                child = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    start_new_session=True,
                )
            except OSError as error:
                raise ClsAssistError(f"L'indexation n'a pas pu démarrer ({error.strerror}).") from error
            self._child = child
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, child.pid, _NICENESS)
        return child

    def _listen(self, child: subprocess.Popen[str]) -> dict[str, Any]:
        """Send the order and follow the steps; return the last word."""
        with suppress(BrokenPipeError):
            _opened(child.stdin).write(f"{settings_to_order(self._settings)}\n")
            _opened(child.stdin).close()
        last: dict[str, Any] = {}
        for line in _lines(_opened(child.stdout)):
            if "stage" in line:
                self._advance(line["stage"], line["done"], line["total"])
            else:
                last = line
        return last

    def _advance(self, name: str, done: int, total: int) -> None:
        stage, percent = _place(name, done, total)
        with self._changed:
            farthest = max(percent, self._status.percent)
            self._status = replace(self._status, stage=stage, done=done, total=total, percent=farthest)
            self._changed.notify_all()


def _place(name: str, done: int, total: int) -> tuple[str, int]:
    """Return a stage in plain French and how much of the whole is done, in percent."""
    if name not in _STAGES:
        return name, 0
    stage, end = _STAGES[name]
    begin = max((other for _, other in _STAGES.values() if other < end), default=0)
    return stage, begin + (end - begin) * min(done, total) // max(total, 1)


def _lines(stream: IO[str]) -> Iterator[dict[str, Any]]:
    """Yield the objects of a stream; a line that is none was printed by some library."""
    for line in stream:
        with suppress(ValueError):
            if isinstance(found := json.loads(line), dict):
                yield found


def _explain_end(code: int) -> str:
    if code == -signal.SIGKILL:
        return (
            "Le système a arrêté l'indexation, sans doute faute de mémoire ; l'index en service n'a pas changé. "
            "Libérez de la mémoire, puis relancez l'indexation."
        )
    return (
        f"L'indexation s'est arrêtée sur un incident imprévu (code {code}) ; l'index en service n'a pas changé. "
        "Relancez-la ; si cela se répète, le journal du serveur décrit l'incident."
    )


def _kill(child: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _opened(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise ValueError("the child was started without its pipes")
    return pipe


def _now() -> datetime:
    return datetime.now(UTC)


def _do_nothing() -> None:
    pass
