"""Several services over one Chroma server and one index that none of them may write: one dies, another joins."""

from __future__ import annotations

import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import serve_command, wait_for_url
from vector_servers import ChromaServer, collect_clients, running_chroma

from clsassist.assistant import Assistant
from clsassist.contracts import answer_to_payload
from clsassist.indexing import index_corpus
from clsassist.records import AnswerStatus
from clsassist.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]
# Nothing here takes a tenth of that; a test that waits so long has failed.
DEADLINE = 120.0
CLIENTS = 20
PASSWORD = "mot-de-passe-de-test"
# Sets, counts, fields, what vectors order, what is absent, and conversations.
QUESTIONS = (
    ("Quelles actions ciblent la maîtrise de stage ?",),
    ("Où la MSA est-elle partenaire ?",),
    ("Combien d'actions par porteur ?",),
    ("Qui porte la fiche 1 ?",),
    ("Comment attirer de jeunes médecins ?",),
    ("Que prévoit le plan contre l'isolement ?",),
    ("Quels champs sont vides ?",),
    ("Quel est le budget de la piscine ?",),
    ("Compare la fiche 1 et la fiche 2",),
    ("Où la MSA est-elle partenaire ?", "Et l'ARS ?"),
)
# Root writes what no mode allows: without this right it is kept out as anybody is. Who is not root may not give up one.
WITHOUT_ANY_RIGHT = ("setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-dac_override")
AS_ANYBODY = () if os.getuid() else WITHOUT_ANY_RIGHT


@dataclass(frozen=True)
class Shared:
    """An index filled on a Chroma server, that nobody may write, and the answers of this process to each question."""

    index_dir: Path
    chroma: ChromaServer
    answers: dict[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True)
class Member:
    """One service, in a process of its own."""

    url: str
    process: subprocess.Popen[str]
    journal: Path

    def kill(self) -> None:
        """Kill it, and come back once it is dead."""
        watched = os.pidfd_open(self.process.pid)
        try:
            self.process.kill()
            assert select.select([watched], [], [], DEADLINE)[0]
        finally:
            os.close(watched)


@dataclass
class Relay:
    """Sends each question to the next service, and to another one when the connection breaks, as a proxy does."""

    members: list[Member] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    turn: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def ask(self, client: httpx.Client, questions: tuple[str, ...]) -> httpx.Response:
        """Return the answer of some service."""
        tried = set[str]()
        while True:
            url = self._next(tried)
            try:
                response = client.post(
                    f"{url}/api/v1/ask", json={"question": questions[-1], "previous": list(questions[:-1])}
                )
            except httpx.TransportError:
                tried.add(url)
                self._note(self.broken, url)
            else:
                self._note(self.answered, url)
                return response

    def wait_for(self, what: str, more: int) -> None:
        """Wait until a service, or all together, have answered that many more questions."""
        with self.changed:
            start = self._count(what)
            assert self.changed.wait_for(lambda: self._count(what) >= start + more, DEADLINE)

    def _count(self, what: str) -> int:
        return self.answered[what] if what else self.answered.total()

    def _note(self, counter: Counter[str], url: str) -> None:
        with self.changed:
            counter[url] += 1
            self.changed.notify_all()

    def _next(self, tried: set[str]) -> str:
        with self.changed:
            left = [member.url for member in self.members if member.url not in tried]
            assert left, "no service answers"
            self.turn += 1
            return left[self.turn % len(left)]


@pytest.fixture(scope="module")
def shared(indexed_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    folder = tmp_path_factory.mktemp("several")
    with running_chroma(tmp_path_factory.mktemp("chroma")) as chroma:
        settings = replace(Settings(), index_dir=folder / "index", vector_store_url=chroma.url)
        # Its vectors are at hand: the same texts are not embedded again.
        shutil.copytree(indexed_demo, settings.index_dir)
        index_corpus([PROJECT / "corpus"], settings)
        collect_clients()
        with nobody_writes(settings.index_dir):
            yield Shared(settings.index_dir, chroma, answers_here(settings))


def answers_here(settings: Settings) -> dict[tuple[str, ...], dict[str, Any]]:
    found = {}
    with closing(Assistant.open(settings.index_dir, settings)) as assistant:
        for questions in QUESTIONS:
            answers: tuple[Any, ...] = ()
            for question in questions:
                answers = (*answers, assistant.ask(question, answers))
            found[questions] = {**answer_to_payload(answers[-1]), "choices": list(answers[-1].choices), "elapsed_ms": 0}
    collect_clients()
    return found


@contextmanager
def nobody_writes(folder: Path) -> Iterator[None]:
    """Take from everybody the right to write a folder and all that it holds."""
    places = [folder, *folder.rglob("*")]
    for place in places:
        place.chmod(place.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    try:
        yield
    finally:
        for place in places:
            place.chmod(place.stat().st_mode | stat.S_IWUSR)


def state_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Each place of a folder with its date, and what it holds."""
    places = (folder, *folder.rglob("*"))
    return {str(place): (place.stat().st_mtime_ns, place.read_bytes() if place.is_file() else b"") for place in places}


@pytest.fixture
def start(shared: Shared, tmp_path: Path) -> Iterator[Any]:
    """A service over the shared index, each time it is called; all of them end with the test."""
    environment = {
        **os.environ,
        "CLSASSIST_VECTOR_STORE_URL": shared.chroma.url,
        # Services of one machine share it: whoever signs in on one is known to the others.
        "CLSASSIST_DATA_DIR": str(tmp_path / "data"),
        "CLSASSIST_PASSWORD": PASSWORD,
        "CLSASSIST_RATE_PER_MINUTE": "100000",
    }
    numbers = count()
    with ExitStack() as ends:

        def start_one() -> Member:
            journal = tmp_path / f"journal-{next(numbers)}"
            said = ends.enter_context(journal.open("w", encoding="utf-8"))
            process = ends.enter_context(
                subprocess.Popen(
                    [*AS_ANYBODY, *serve_command(shared.index_dir)],
                    stdout=subprocess.PIPE, stderr=said, text=True, encoding="utf-8", env=environment,
                )
            )  # fmt: skip
            ends.callback(process.kill)
            return Member(wait_for_url(process), process, journal)

        yield start_one


def new_client() -> httpx.Client:
    return httpx.Client(timeout=DEADLINE, auth=("", PASSWORD))


@contextmanager
def asking(relay: Relay) -> Iterator[list[Future[list[tuple[tuple[str, ...], httpx.Response]]]]]:
    """Let twenty clients ask, each its own mix, for as long as the context lasts."""
    stop = threading.Event()

    def ask_on(number: int) -> list[tuple[tuple[str, ...], httpx.Response]]:
        heard = []
        with new_client() as client:
            while not stop.is_set():
                questions = QUESTIONS[(number * 7 + len(heard) * (number % 3 + 1)) % len(QUESTIONS)]
                heard.append((questions, relay.ask(client, questions)))
        return heard

    with ThreadPoolExecutor(CLIENTS) as pool:
        coming = [pool.submit(ask_on, number) for number in range(CLIENTS)]
        try:
            yield coming
        finally:
            stop.set()


def check_answers(shared: Shared, heard: list[tuple[tuple[str, ...], httpx.Response]]) -> None:
    assert {response.status_code for _, response in heard} == {200}
    for questions, response in heard:
        assert {**response.json(), "elapsed_ms": 0} == shared.answers[questions]


def test_the_questions_have_different_answers_and_some_none(shared: Shared) -> None:
    statuses = {found["status"] for found in shared.answers.values()}
    assert {AnswerStatus.ANSWERED, AnswerStatus.NOT_FOUND} <= statuses
    assert len({found["text"] for found in shared.answers.values()}) == len(QUESTIONS)


def test_who_serves_may_not_write_the_index(shared: Shared) -> None:
    places = [shared.index_dir, *shared.index_dir.rglob("*")]
    script = "import os, sys; sys.exit(any(os.access(place, os.W_OK) for place in sys.argv[1:]))"
    assert subprocess.run([*AS_ANYBODY, sys.executable, "-c", script, *map(str, places)], check=False).returncode == 0


def test_twenty_clients_are_answered_while_a_service_is_killed_and_another_joins(shared: Shared, start: Any) -> None:
    before = state_of(shared.index_dir)
    with ThreadPoolExecutor(2) as pool:
        dying, lasting = pool.map(lambda _: start(), range(2))
    relay = Relay([dying, lasting])

    with asking(relay) as coming:
        for member in (dying, lasting):
            relay.wait_for(member.url, 2 * CLIENTS)
        dying.kill()
        relay.wait_for(lasting.url, 3 * CLIENTS)
        joining = start()
        relay.members.append(joining)
        for member in (joining, lasting):
            relay.wait_for(member.url, 2 * CLIENTS)
        # Both were asking it, and go on without it.
        shared.chroma.kill()
        relay.wait_for("", len(QUESTIONS) * CLIENTS)
    heard = [one for client in coming for one in client.result(DEADLINE)]

    assert dying.process.wait(DEADLINE) == -signal.SIGKILL
    assert set(relay.broken) == {dying.url}
    check_answers(shared, heard)
    alone = "répondent à sa place"
    assert all(alone in member.journal.read_text(encoding="utf-8") for member in (lasting, joining))
    assert state_of(shared.index_dir) == before
    knows_who_signed_in(lasting, joining)


def knows_who_signed_in(one: Member, other: Member) -> None:
    with httpx.Client(timeout=DEADLINE) as visitor:
        assert visitor.get(f"{other.url}/fiches").status_code != 200
        visitor.post(f"{one.url}/connexion", data={"mot_de_passe": PASSWORD})
        assert visitor.get(f"{other.url}/fiches").status_code == 200
