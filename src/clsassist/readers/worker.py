"""The reading process: reads files sent on its standard input, one by one, within hard limits.

Run as ``python -m clsassist.readers.worker`` by ``readers.isolation``, and by nobody else. A reader's refusal is
answered; an error that no reader foresaw ends the process, whose last word is then its name.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import IO

from clsassist.readers import READERS, Reader
from clsassist.readers.messages import (
    BROKEN,
    NO_MEMORY,
    PAGE,
    READ,
    REFUSED,
    read_frame,
    transcript_to_values,
    write_answer,
)
from clsassist.readers.transcript import Transcript

# Address space, in bytes: a plan of 300 pages takes a third of it.
MEMORY_LIMIT = 500_000_000
# Several times the longest plans: beyond, what comes after the reading takes minutes.
_LONGEST_TEXT = 5_000_000
_MOST_BLOCKS = 500_000
# Should the parent die while a file is being read, this process must not outlive it for long.
_ORPHAN_SECONDS = 60


def main(readers: Mapping[str, Reader] = READERS) -> None:
    """Read files until the parent closes the pipe; ``readers`` are by suffix."""
    requests, answers = _take_pipes()
    _limit(resource.RLIMIT_AS, MEMORY_LIMIT)
    _limit(resource.RLIMIT_CORE, 0)
    sys.excepthook = _last_word(answers)
    while (suffix := read_frame(requests)) is not None and (raw := read_frame(requests)) is not None:
        signal.alarm(_ORPHAN_SECONDS)
        _answer(answers, readers[suffix.decode()], raw)
        signal.alarm(0)


def _answer(answers: IO[bytes], reader: Reader, raw: bytes) -> None:
    def tell_page(page: int) -> None:
        signal.alarm(_ORPHAN_SECONDS)
        write_answer(answers, PAGE, page=page)

    try:
        values = transcript_to_values(_checked(reader(raw, tell_page)))
    except ValueError as error:
        # Its class by name: loading the module that defines it would load a whole library.
        return write_answer(answers, REFUSED, reason=str(error), error=type(error).__name__)
    except RecursionError:
        return write_answer(answers, REFUSED, reason="il est trop imbriqué", error="")
    except MemoryError:
        pass
    else:
        return write_answer(answers, READ, **values)
    # Said here, once the frames that hold the memory are gone.
    return write_answer(answers, NO_MEMORY)


def _checked(transcript: Transcript) -> Transcript:
    if len(transcript.text) > _LONGEST_TEXT:
        raise ValueError(f"son texte dépasse {_LONGEST_TEXT / 1e6:.0f} millions de caractères : découpez-le")
    if len(transcript.blocks) > _MOST_BLOCKS:
        raise ValueError(f"il compte plus de {_MOST_BLOCKS // 1000} 000 lignes et cellules : découpez-le")
    return transcript


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Keep the two pipes for this module alone: what a library prints must not end among the answers."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    return requests, answers


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (bound, bound))


def _last_word(answers: IO[bytes]) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def tell(kind: type[BaseException], _error: BaseException, _traceback: TracebackType | None) -> None:
        write_answer(answers, BROKEN, error=kind.__name__)

    return tell


if __name__ == "__main__":
    main()
