"""Where answers wait to be written: a few at once, apart from the questions, which a slow model must not hold."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# How long a place is waited for: the time that a stopped writing takes to leave it, not that of a whole one.
_PATIENCE = 3.0


class Desk:
    """The places at which a model writes for readers; a writing is named by the event that stops it."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._change = threading.Condition()
        self._writing: set[threading.Event] = set()
        self._waiting = 0
        self._is_closed = False

    @contextmanager
    def place(self, stop: threading.Event) -> Iterator[bool]:
        """Lend a place, or say that there is none: all are taken, or ``stop`` was set meanwhile."""
        has_place = self._enter(stop)
        try:
            yield has_place
        finally:
            with self._change:
                self._writing.discard(stop)
                self._change.notify_all()

    def stop(self, stop: threading.Event) -> None:
        """Stop one writing, begun or not."""
        stop.set()
        with self._change:
            self._change.notify_all()

    def close(self) -> None:
        """Stop every writing, and begin none any more."""
        with self._change:
            self._is_closed = True
            for stop in self._writing:
                stop.set()
            self._change.notify_all()

    def _enter(self, stop: threading.Event) -> bool:
        with self._change:
            # As many may wait as write: more would each keep a thread for nothing.
            if self._waiting >= self._places and len(self._writing) >= self._places:
                return False
            self._waiting += 1
            try:
                self._change.wait_for(lambda: self._may_end_waiting(stop), _PATIENCE)
            finally:
                self._waiting -= 1
            if self._is_closed or stop.is_set() or len(self._writing) >= self._places:
                return False
            self._writing.add(stop)
            return True

    def _may_end_waiting(self, stop: threading.Event) -> bool:
        return self._is_closed or stop.is_set() or len(self._writing) < self._places
