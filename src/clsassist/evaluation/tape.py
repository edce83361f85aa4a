"""What a model writes, kept in a file as it comes: a run that was cut goes on, and new checks judge the same words."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clsassist.builds import WRITINGS_FOLDER
from clsassist.errors import ClsAssistError, ModelContextError, ModelEmptyError, ModelError, ModelTooSlowError
from clsassist.generation import LanguageModel, Message, Prompts, Task

# What a model does by itself is a result; a server that is down, or refuses, is asked again by the next run.
_OWN_FAILURES = {error.__name__: error for error in (ModelTooSlowError, ModelEmptyError, ModelContextError)}
_LONGEST_NAME = 80


class Outgrown(Exception):
    """More is wanted of a recording than its reader heard then: the model must be asked again."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a model wrote: each piece with the second at which it came, and the second of the end.

    ``asked`` stands for the messages; ``cut`` says that the reader hung up; ``failure`` is the name of an error, its
    reason and its advice.
    """

    asked: str
    pieces: tuple[tuple[float, str], ...]
    seconds: float
    cut: bool = False
    failure: tuple[str, str, str] | None = None

    @property
    def words(self) -> int:
        """How many words were written."""
        return len("".join(text for _, text in self.pieces).split())

    @property
    def first(self) -> float | None:
        """The second of the first word, None when nothing came."""
        return self.pieces[0][0] if self.pieces else None


class Tape:
    """A model whose writings are kept: what is in the file is played again, at the pace of then.

    ``heard`` is the second of the piece that was given last, ``last`` the recording of the last answer (None when the
    model was not asked), ``replayed`` how many were in the file beforehand, ``damaged`` how many of its lines cannot
    be read. Raises ClsAssistError when the file cannot be read or written.
    """

    def __init__(self, model: LanguageModel, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = model.name
        self.context = model.context
        self.path = path
        self.heard = 0.0
        self.last: Recording | None = None
        self.replayed = 0
        self._model = model
        self._clock = clock
        self._kept, self.damaged = _load(path)
        self._old = set(self._kept)

    def stream(self, messages: Sequence[Message], max_tokens: int, stop: threading.Event) -> Generator[str, None, None]:
        """Yield the characters of an answer, from the file or from the model.

        Raises ModelError as the model does, Outgrown when the file holds too little of the answer.
        """
        asked = _digest(messages, max_tokens)
        kept = self._kept.get(asked)
        if kept is not None:
            return self._play(kept)
        return self._record(asked, self._model.stream(messages, max_tokens, stop))

    def _play(self, kept: Recording) -> Generator[str, None, None]:
        self.last = kept
        self.replayed += kept.asked in self._old
        for second, text in kept.pieces:
            self.heard = second
            yield text
        self.heard = kept.seconds
        if kept.cut:
            del self._kept[kept.asked]
            self.replayed -= kept.asked in self._old
            self._old.discard(kept.asked)
            raise Outgrown(kept.asked)
        if kept.failure is not None:
            name, reason, advice = kept.failure
            raise _OWN_FAILURES[name](reason, advice)

    def _record(self, asked: str, stream: Generator[str, None, None]) -> Generator[str, None, None]:
        began = self._clock()
        pieces: list[tuple[float, str]] = []
        try:
            with closing(stream):
                for text in stream:
                    self.heard = round(self._clock() - began, 3)
                    pieces.append((self.heard, text))
                    yield text
        except GeneratorExit:
            self._keep(Recording(asked, tuple(pieces), self.heard, cut=True))
            raise
        except ModelError as error:
            self.heard = round(self._clock() - began, 3)
            name = type(error).__name__
            self._keep(Recording(asked, tuple(pieces), self.heard, failure=(name, error.reason, error.advice)))
            raise
        self.heard = round(self._clock() - began, 3)
        self._keep(Recording(asked, tuple(pieces), self.heard))

    def _keep(self, recording: Recording) -> None:
        self.last = recording
        if recording.failure is None or recording.failure[0] in _OWN_FAILURES:
            self._kept[recording.asked] = recording
            _append(self.path, recording)


def tape_path(index_dir: Path, build: str, model: str, prompts: Prompts, tasks: Sequence[Task]) -> Path:
    """Return the file of what a model wrote for some tasks, with these instructions, about this build of the index."""
    name = re.sub(r"[^\w.-]+", "-", model)[:_LONGEST_NAME].strip("-.") or "modele"
    versions = "-".join(f"{task.value}{prompts.of(task).version}" for task in tasks)
    return index_dir / WRITINGS_FOLDER / build / f"{name}-{versions}.jsonl"


def _digest(messages: Sequence[Message], max_tokens: int) -> str:
    said = json.dumps([max_tokens, *((message.role, message.text) for message in messages)], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _load(path: Path) -> tuple[dict[str, Recording], int]:
    """Return the recordings of a file, and how many lines are none: a kill leaves at most the last one unfinished."""
    kept: dict[str, Recording] = {}
    damaged = 0
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    except OSError as error:
        raise _unwritable(path, error) from error
    for line in filter(None, lines):
        try:
            recording = _line_to_recording(line)
        except (ValueError, KeyError, TypeError):
            damaged += 1
            continue
        kept[recording.asked] = recording
    return kept, damaged


def _line_to_recording(line: str) -> Recording:
    read: dict[str, Any] = json.loads(line)
    failure = read["failure"]
    if failure is not None and (len(failure) != 3 or failure[0] not in _OWN_FAILURES):
        raise ValueError(line)
    pieces = tuple((float(second), str(text)) for second, text in read["pieces"])
    held = None if failure is None else (failure[0], failure[1], failure[2])
    return Recording(str(read["asked"]), pieces, float(read["seconds"]), bool(read["cut"]), held)


def _append(path: Path, recording: Recording) -> None:
    written = {
        "asked": recording.asked,
        "seconds": recording.seconds,
        "cut": recording.cut,
        "failure": recording.failure,
        "pieces": recording.pieces,
    }
    # A line of its own even after a line that a kill cut: an empty line is nothing.
    line = f"\n{json.dumps(written, ensure_ascii=False)}\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="surrogatepass") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> ClsAssistError:
    return ClsAssistError(
        f"« {path} », où sont gardées les rédactions, ne peut pas être employé ({error.strerror}). "
        "Donnez un dossier d'index où écrire avec --index-dir."
    )
