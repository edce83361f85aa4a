"""What the system says of a server and of the processes it started: memory, files, threads, processor."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Process:
    """One process: its parent, state, threads, resident bytes and processor seconds."""

    pid: int
    parent: int
    state: str
    threads: int
    resident: int
    processor: float


@dataclass(frozen=True, slots=True)
class Sample:
    """A server at one moment, ``at`` seconds from the start of the load.

    ``resident`` is of the server alone, ``tree`` of it and the processes it started; ``own`` are the bytes that no
    other process shares. ``lost`` are files of the index that are deleted and still open or mapped.
    """

    at: float
    resident: int
    tree: int
    own: int
    files: int
    threads: int
    children: int
    zombies: int
    lost: tuple[str, ...]
    processor: float
    load: float


def read_processes() -> dict[int, Process]:
    """Return every process of the machine, by id."""
    found = (_read_process(int(entry.name)) for entry in _PROC.iterdir() if entry.name.isdigit())
    return {process.pid: process for process in found if process}


def _read_process(pid: int) -> Process | None:
    try:
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        # It ended while we looked.
        return None
    resident = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    processor = (int(fields[11]) + int(fields[12])) / _TICKS
    return Process(pid, int(fields[1]), fields[0], int(fields[17]), resident, processor)


def descendants(pid: int, processes: dict[int, Process]) -> Iterator[Process]:
    """Yield the processes that one started, and those that they started."""
    for process in processes.values():
        if process.parent == pid:
            yield process
            yield from descendants(process.pid, processes)


def watch(pid: int, started: float, index_dir: Path) -> Sample | None:
    """Return what a server is now, or None when it has ended."""
    processes = read_processes()
    server = processes.get(pid)
    if server is None or server.state == "Z":
        return None
    children = list(descendants(pid, processes))
    return Sample(
        at=time.monotonic() - started,
        resident=server.resident,
        tree=server.resident + sum(child.resident for child in children),
        own=own_memory(pid),
        files=len(list((_PROC / str(pid) / "fd").iterdir())),
        threads=server.threads,
        children=len(children),
        zombies=sum(child.state == "Z" for child in children),
        lost=tuple(lost_files(pid, index_dir)),
        processor=server.processor,
        load=os.getloadavg()[0],
    )


def own_memory(pid: int) -> int:
    """Return the bytes that a process shares with no other (USS), 0 when the system does not say."""
    with suppress(OSError):
        lines = (_PROC / str(pid) / "smaps_rollup").read_text(encoding="utf-8").splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))
    return 0


def lost_files(pid: int, folder: Path) -> Iterator[str]:
    """Yield the files of a folder that were deleted and that a process still has open or mapped."""
    start = f"{folder.resolve()}/"
    named: set[str] = set()
    for link in (_PROC / str(pid) / "fd").iterdir():
        with suppress(OSError):
            named.add(str(link.readlink()))
    with suppress(OSError):
        for line in (_PROC / str(pid) / "maps").read_text(encoding="utf-8", errors="replace").splitlines():
            named.add(line.split(maxsplit=5)[5] if line.count(" ") >= 5 and "/" in line else "")
    yield from sorted(
        name.removesuffix(" (deleted)") for name in named if name.startswith(start) and name.endswith(" (deleted)")
    )
