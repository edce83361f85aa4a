"""Have the engine of a build filled, and the build checked, by a process that may crash (probe.py) without harm."""

from __future__ import annotations

import json
import logging
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast, final

from clsassist import errors
from clsassist.errors import ClsAssistError, IndexDamagedError
from clsassist.vector_stores import engine_of

logger = logging.getLogger(__name__)

# Run with the folder of a build and the name of an engine as its last arguments.
_COMMAND = (sys.executable, "-P", "-m", "clsassist.probe")
# Far more than any step takes; a Chroma folder that hangs is as bad as one that crashes.
_SILENCE_SECONDS = 600.0


class Request(TypedDict):
    """What to do: the setting of the vector store, whether to fill it, and the build that this one goes on from."""

    store_url: str
    fill: bool
    previous: str | None


@final
class Progress(TypedDict):
    """How many vectors an engine has been given, out of how many."""

    done: int
    total: int


@final
class Failure(TypedDict):
    """Why it failed: the name of an error of clsassist, or "OSError", and its text."""

    error: str
    reason: str


@dataclass(frozen=True, slots=True)
class Probe:
    """A process that waits for the folder of a build to be written."""

    _process: subprocess.Popen[bytes]

    def run(
        self,
        store_url: str,
        *,
        fill: bool = False,
        previous: Path | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Fill the engine when asked to, then check the whole build.

        ``previous`` is the folder of the build that this one goes on from. Raises IndexDamagedError when the build is
        unfit, ConfigurationError when a server refuses, OSError when the disk does.
        """
        stdin = self._process.stdin
        assert stdin is not None
        request = Request(store_url=store_url, fill=fill, previous=None if previous is None else str(previous))
        try:
            stdin.write(f"{json.dumps(request)}\n".encode())
            stdin.flush()
        except BrokenPipeError:
            # It is dead already: its last words say why.
            logger.debug("La vérification s'est arrêtée avant de commencer.")
        self._follow(progress or _say_nothing)

    def _follow(self, progress: Callable[[int, int], None]) -> None:
        last = ""
        for line in self._lines():
            said = _read(line)
            if said is None:
                last = line or last
            elif "error" in said:
                raise _error(said["error"], said["reason"])
            else:
                progress(said["done"], said["total"])
        if code := self._process.wait():
            raise IndexDamagedError(last or f"arrêt brutal, code {code}")

    def _lines(self) -> Iterator[str]:
        stdout = self._process.stdout
        assert stdout is not None
        while True:
            if not select.select([stdout], [], [], _SILENCE_SECONDS)[0]:
                raise IndexDamagedError(f"pas de réponse en {_SILENCE_SECONDS:.0f} s")
            line = stdout.readline()
            if not line:
                return
            yield line.decode(errors="replace").strip()


@contextmanager
def waiting_probe(folder: Path, store_url: str, *, fills: bool, hold: int | None = None) -> Iterator[Probe]:
    """Start a process that will check a build; it gets ready meanwhile, on another core.

    ``hold`` is the descriptor of a lock that the process is to share, so that nobody removes what it writes.
    """
    engine = engine_of(store_url) if fills else ""
    with subprocess.Popen(
        [*_COMMAND, str(folder), engine],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        pass_fds=() if hold is None else (hold,),
    ) as process:
        try:
            yield Probe(process)
        finally:
            process.kill()


def _read(line: str) -> Progress | Failure | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return cast("Progress | Failure", said) if isinstance(said, dict) else None


def _error(name: str, reason: str) -> Exception:
    if name == "OSError":
        return OSError(reason)
    kind = getattr(errors, name, IndexDamagedError)
    return kind(reason) if issubclass(kind, ClsAssistError) else IndexDamagedError(reason)


def _say_nothing(_done: int, _total: int) -> None:
    pass
