"""A reading process whose readers do what no reader should; run as a script by the tests of isolation."""

import contextlib
import ctypes
import os
import sys
import time
from pathlib import Path

from clsassist.readers import READERS
from clsassist.readers.transcript import Transcript
from clsassist.readers.worker import main

KEPT = []


def hang(raw, on_page):
    while True:
        pass


def hang_after_three_pages(raw, on_page):
    for page in (1, 2, 3):
        on_page(page)
    while True:
        pass


def crawl(raw, on_page):
    while True:
        on_page(1)


def allocate(raw, on_page):
    pieces = []
    while True:
        pieces.append(bytearray(10_000_000))


def leak(raw, on_page):
    """Keep 300 MB for ever: the second file that asks for as much is one too many."""
    KEPT.append(bytearray(300_000_000))
    return Transcript(f"process {os.getpid()}", ())


def crash(raw, on_page):
    ctypes.string_at(0)


def crash_when_used(raw, on_page):
    if KEPT:
        ctypes.string_at(0)
    KEPT.append(None)
    return Transcript(f"process {os.getpid()}", ())


def leave(raw, on_page):
    os._exit(3)


def fail(raw, on_page):
    return raw + "texte"


def recurse(raw, on_page):
    return recurse(raw, on_page)


def chatter(raw, on_page):
    sys.stdout.write("bruit")
    sys.stdout.flush()
    sys.stderr.write("bruit")
    os.write(1, b"\x00\x00\x00\x00\x00\x00\x00\x04null")
    os.write(2, b"bruit")
    return Transcript("lu", ())


def babble(raw, on_page):
    for descriptor in range(3, 10):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"\x00\x00\x00\x00\x00\x00\x00\x05bruit")
    return Transcript("lu", ())


def spawn_and_hang(raw, on_page):
    import subprocess

    child = subprocess.Popen(["sleep", "600"])
    Path(raw.decode()).write_text(str(child.pid))
    time.sleep(600)


def halve_a_character(raw, on_page):
    return Transcript("moitié \ud835 de caractère", ())


if __name__ == "__main__":
    odd = (
        hang,
        hang_after_three_pages,
        crawl,
        allocate,
        leak,
        crash,
        crash_when_used,
        leave,
        fail,
        recurse,
        chatter,
        babble,
        spawn_and_hang,
        halve_a_character,
    )
    main({**READERS, **{f".{reader.__name__}": reader for reader in odd}})
