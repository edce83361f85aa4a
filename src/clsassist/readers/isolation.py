"""The parent side of the reading process: a file that hangs, crashes or eats the memory costs itself alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import IO, TYPE_CHECKING, Any, Self

from clsassist.readers.messages import (
    NO_MEMORY,
    PAGE,
    READ,
    REFUSED,
    read_frame,
    values_to_transcript,
    write_frame,
)

if TYPE_CHECKING:
    from clsassist.readers.transcript import Transcript

WORKER = (sys.executable, "-P", "-m", "clsassist.readers.worker")
# Beyond this, a reader is taken to be lost: the slowest real file answers in a tenth of it.
PATIENCE_SECONDS = 8.0
# What each page already read adds to it.
_SECONDS_A_PAGE = 0.1


class ScannedError(ValueError):
    """The file holds pictures of pages, and no text."""


class _LostError(Exception):
    """The process ended, or had to be ended, on a file; ``again`` tells that a fresh one may do better."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


class ReadingProcess:
    """Reads files in a child process, started when first needed and replaced whenever a file was too much for it.

    To be used in a ``with`` statement, which leaves no process behind. One thread at a time.
    """

    def __init__(self, command: Sequence[str] = WORKER, patience: float = PATIENCE_SECONDS) -> None:
        self._command = tuple(command)
        self._patience = patience
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Return the identifier of the child, or None when there is none."""
        return self._child.pid if self._child else None

    def read(self, suffix: str, raw: bytes) -> Transcript:
        """Read the bytes of a file with the reader of a suffix.

        Raises ScannedError for a scanned PDF, and ValueError, with a French reason, for any other file that cannot
        be read.
        """
        used = self._child is not None
        try:
            return self._ask(suffix, raw)
        except _LostError as lost:
            if not (used and lost.again):
                raise ValueError(str(lost)) from lost
        # What earlier files left in the memory may have been the cause.
        try:
            return self._ask(suffix, raw)
        except _LostError as lost:
            raise ValueError(str(lost)) from lost

    def close(self) -> None:
        """End the child, whatever it is at."""
        child, self._child = self._child, None
        if child is None:
            return
        _kill(child)
        # What was not sent yet can no longer be.
        for pipe in (child.stdin, child.stdout):
            with suppress(BrokenPipeError):
                _open(pipe).close()
        child.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, suffix: str, raw: bytes) -> Transcript:
        if self._child is None:
            self._child = _start(self._command)
        with ExitStack() as ending:
            # Unless it answers, the child is in the middle of something: its next words would be on this file.
            ending.callback(self.close)
            try:
                answer = _exchange(self._child, suffix, raw, self._patience)
                transcript = _transcript_of(answer)
            except (ValueError, KeyError, TypeError) as error:
                raise _LostError("le lecteur a donné une réponse incohérente", again=False) from error
            ending.pop_all()
        if transcript is not None:
            return transcript
        refusal = ScannedError if answer["error"] == "ScannedPdf" else ValueError
        raise refusal(answer["reason"])


class _Watch:
    """Ends a child that takes too long; the pipes then close, and whoever waits on them goes on.

    ``seconds`` is what it may take in all: the patience, and a little more for each page it has read.
    """

    def __init__(self, child: subprocess.Popen[bytes], patience: float) -> None:
        self.lost = False
        self._child = child
        self.seconds = patience
        self._patience = patience
        self._begun = time.monotonic()
        self._timer = self._started(patience)

    def extend(self, pages: int) -> None:
        """Allow for the pages read so far: many slow pages do not add up to hours."""
        self.stop()
        self.seconds = self._patience + _SECONDS_A_PAGE * pages
        self._timer = self._started(max(0, self._begun + self.seconds - time.monotonic()))

    def stop(self) -> None:
        """Watch no more; the child may be reaped from now on."""
        self._timer.cancel()
        self._timer.join()

    def _started(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        return timer

    def _end(self) -> None:
        self.lost = True
        _kill(self._child)


def _exchange(child: subprocess.Popen[bytes], suffix: str, raw: bytes, patience: float) -> dict[str, Any]:
    """Send a file and wait for the last word on it."""
    watch = _Watch(child, patience)
    try:
        # A child that is gone closes the other pipe too, which tells more.
        with suppress(BrokenPipeError):
            write_frame(_open(child.stdin), suffix.encode())
            write_frame(_open(child.stdin), raw)
        while (answer := _next_answer(child)) and answer["kind"] == PAGE:
            watch.extend(answer["page"])
    finally:
        watch.stop()
    if answer is not None:
        return answer
    if watch.lost:
        raise _LostError(f"sa lecture n'avance plus (plus de {watch.seconds:.0f} s) : découpez-le", again=False)
    _kill(child)
    code = child.wait()
    how = signal.Signals(-code).name if code < 0 else f"code {code}"
    raise _LostError(f"il fait tomber le lecteur ({how}) : enregistrez-le de nouveau", again=True)


def _next_answer(child: subprocess.Popen[bytes]) -> dict[str, Any] | None:
    frame = read_frame(_open(child.stdout))
    return None if frame is None else json.loads(frame)


def _transcript_of(answer: dict[str, Any]) -> Transcript | None:
    """Return what was read, None for a refusal."""
    if answer["kind"] == REFUSED:
        return None
    if answer["kind"] == READ:
        return values_to_transcript(answer)
    if answer["kind"] == NO_MEMORY:
        raise _LostError("sa lecture demande trop de mémoire : découpez-le", again=True)
    raise _LostError(f"erreur interne du lecteur ({answer['error']})", again=False)


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    # In a session of its own: Ctrl+C reaches the parent alone, and what the child may have started dies with it.
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _kill(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the child was started without its pipes")
    return pipe
