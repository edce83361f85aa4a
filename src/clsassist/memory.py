"""The memory of a process that serves for weeks: what the C library keeps for itself, and giving it back."""

from __future__ import annotations

import ctypes
import gc
import threading
from contextlib import suppress

# Of mallopt(3).
_M_ARENA_MAX = -8


def keep_few_arenas() -> None:
    """Let all threads share two arenas: glibc makes up to eight for each core, and each keeps what its threads free.

    To be called before threads are started.
    """
    with suppress(OSError, AttributeError):
        # Only glibc has it, and only glibc needs it.
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def release_memory() -> None:
    """Give back to the system what is no longer used.

    The records of an index refer to each other, as the parts of a Word file do: Python frees them at its next full
    collection, which comes after so many of them that hundreds of megabytes would be kept; and the C library keeps
    what is freed.
    """
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def release_regularly(stopped: threading.Event, seconds: float = 60.0) -> None:
    """Give back what is no longer used every so many seconds until stopped: it takes a fifth of a second."""
    while not stopped.wait(seconds):
        release_memory()
