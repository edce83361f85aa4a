"""The assistant of a service that lasts: it follows the index, replaced, removed or repaired, without a restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from clsassist.assistant import Assistant
from clsassist.builds import current_build
from clsassist.errors import ClsAssistError, IndexDamagedError, IndexMissingError
from clsassist.memory import release_memory
from clsassist.settings import Settings

logger = logging.getLogger(__name__)

# How long after the last use of an index its memory is looked for.
_RELEASE_SECONDS = 1.0
# Questions that go through every part of an index: what is reckoned once for all of an index is reckoned for them.
_CANARIES = (
    "Quelles actions portent sur la santé ?",
    "Combien d'actions par porteur ?",
    "Quelles actions n'ont pas d'indicateurs ?",
    "Dans quelles actions la case « Autre » est-elle cochée ?",
)


@dataclass(slots=True)
class _Served:
    """One open build, and how many are using it; closed once it is retired and nobody does."""

    build: str
    assistant: Assistant
    users: int = 0
    retired: bool = False
    warm: bool = False


@dataclass(frozen=True, slots=True)
class Loan:
    """An assistant on loan; ``extend`` keeps its index open for a piece of work that may outlast the loan."""

    assistant: Assistant
    extend: Callable[[], AbstractContextManager[Assistant]]


class LiveAssistant:
    """Lends the assistant of the build in service; several threads may share it.

    The pointer of the index is read at each use: a few microseconds. A build that is replaced is closed after
    its last user.
    """

    def __init__(self, settings: Settings) -> None:
        self._index_dir = settings.index_dir
        self._read_pointer: Callable[[], str | None] = lambda: current_build(settings.index_dir)
        self._settings = settings
        self._open: Callable[[], Assistant] = self._open_ready
        self._served: _Served | None = None
        self._lock = threading.Lock()
        self._opening = threading.Lock()

    @staticmethod
    def over(assistant: Assistant) -> LiveAssistant:
        """Lend always the same assistant, whatever becomes of its index."""
        live = LiveAssistant(Settings())
        live._read_pointer = lambda: ""
        live._open = lambda: assistant
        return live

    @contextmanager
    def use(self) -> Iterator[Assistant]:
        """Lend the assistant of the build in service.

        Raises IndexMissingError, IndexMismatchError or IndexDamagedError as long as there is none; a later use
        finds the index again by itself.
        """
        with self._lent() as served:
            yield served.assistant

    @contextmanager
    def loan(self) -> Iterator[Loan]:
        """Lend the assistant of the build in service, with the means to keep it longer; raises as « use » does."""
        with self._lent() as served:
            yield Loan(served.assistant, lambda: self._extended(served))

    @contextmanager
    def _extended(self, served: _Served) -> Iterator[Assistant]:
        with self._lock:
            if served.retired and not served.users:
                raise IndexMissingError("L'index a été remplacé entre-temps : reposez la question.")
            served.users += 1
        try:
            yield served.assistant
        finally:
            self._give_back(served)

    @contextmanager
    def _lent(self) -> Iterator[_Served]:
        served = self._borrow()
        try:
            yield served
        except IndexDamagedError:
            # A part first opened just now: the next use opens the whole index anew.
            self._retire(served)
            raise
        finally:
            self._give_back(served)

    def warm(self) -> None:
        """Load what the first question of a build would wait for, the embedding model above all, once.

        Raises as « use » does.
        """
        with self._lent() as served:
            if not served.warm:
                warm_up(served.assistant)
                served.warm = True

    def close(self) -> None:
        """Release the index as soon as nobody uses it."""
        with self._lock:
            served = self._served
        if served is not None:
            self._retire(served)

    def _borrow(self) -> _Served:
        try:
            build = self._read_pointer()
            if build is None:
                raise IndexMissingError(f"Aucun index dans « {self._index_dir} ». Lancez : clsassist index")
        except ClsAssistError:
            self.close()
            raise
        return self._take(build) or self._reopen(build)

    def _take(self, build: str | None = None) -> _Served | None:
        with self._lock:
            served = self._served
            if served is None or build not in (None, served.build):
                return None
            served.users += 1
            return served

    def _reopen(self, build: str) -> _Served:
        # One thread opens the new build; meanwhile the others go on with the one before, if there is one.
        if not self._opening.acquire(blocking=False):
            if before := self._take():
                return before
            self._opening.acquire()
        try:
            return self._take(build) or self._replace(build)
        finally:
            self._opening.release()

    def _replace(self, build: str) -> _Served:
        try:
            fresh = _Served(build, self._open(), users=1)
        except ClsAssistError:
            self.close()
            raise
        with self._lock:
            before, self._served = self._served, fresh
        if before is not None:
            self._retire(before)
        return fresh

    def _open_ready(self) -> Assistant:
        assistant = Assistant.open(self._index_dir, self._settings)
        if self._served is not None:
            # The others go on with the one before until this one answers as fast.
            try:
                warm_up(assistant)
            except BaseException:
                assistant.close()
                raise
        return assistant

    def _retire(self, served: _Served) -> None:
        with self._lock:
            if self._served is served:
                self._served = None
            idle = served.users == 0 and not served.retired
            served.retired = True
        if idle:
            _close(served)

    def _give_back(self, served: _Served) -> None:
        with self._lock:
            served.users -= 1
            last = served.retired and served.users == 0
        if last:
            _close(served)


def warm_up(assistant: Assistant) -> None:
    """Load what the first questions over an index would wait for: the model, and all that is reckoned once."""
    assistant.starters()
    for question in _CANARIES:
        assistant.ask(question)


def _close(served: _Served) -> None:
    logger.info("Index %s refermé", served.build)
    served.assistant.close()
    # Whoever used it last still has it in hand.
    later = threading.Timer(_RELEASE_SECONDS, release_memory)
    later.daemon = True
    later.start()
