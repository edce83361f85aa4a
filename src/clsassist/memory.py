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


def trim_memory() -> None:
    """Give back to the system what the C library keeps of what was freed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def trim_regularly(stopped: threading.Event, seconds: float = 30.0) -> None:
    """Trim the memory every so many seconds until stopped: files made for visitors leave hundreds of megabytes."""
    while not stopped.wait(seconds):
        trim_memory()


def release_memory() -> None:
    """Give back to the system what is no longer used.

    The records of an index refer to each other: Python frees them at its next full collection, which comes after so
    many of them that several indexes replaced in a day would be kept; and the C library keeps what is freed.
    """
    gc.collect()
    trim_memory()
