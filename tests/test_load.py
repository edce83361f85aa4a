"""What must hold when many ask at once, for long: the answers, the files and memory let go, the end of the service."""

from __future__ import annotations

import gc
import os
import select
import signal
import subprocess
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import limits.storage.memory
import pytest
from browsing import serve_command, wait_for_url
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Mount
from test_web import FakeAssistant

import clsassist.live
import clsassist.memory
from clsassist.assistant import Assistant
from clsassist.builds import current_build, hold_build
from clsassist.contracts import answer_to_payload
from clsassist.feedback import Feedback, FeedbackStore, Rating, Selection
from clsassist.indexing import index_corpus
from clsassist.live import LiveAssistant
from clsassist.memory import release_memory, release_regularly
from clsassist.records import AnswerStatus
from clsassist.settings import PageSettings, Settings
from clsassist.web.access import Access
from clsassist.web.api_lists import BUILD_HEADER
from clsassist.web.server import create_app

BASE = "http://127.0.0.1:7860"
# Nothing here takes a tenth of that; a test that waits so long has failed.
DEADLINE = 120.0

FICHE = (
    "Fiche action n°{number}\nTitre : {title}\nPilote : CPTS du Lac\nPartenaires : MSA, ARS\n"
    "Objectifs : {title} dans le canton.\nCalendrier : 2025-2027\n"
)
BEFORE = ("Ouvrir un lieu d'écoute", "Former des aidants", "Accueillir des stagiaires")
ADDED = ("Ouvrir une maison de santé", "Former des médecins")
# Each of them has another answer once the two fiches are there; the last follows the first.
QUESTIONS = (
    ("Combien d'actions compte le corpus ?",),
    ("Où la MSA est-elle partenaire ?",),
    ("Quelles actions pilote la CPTS du Lac ?",),
    ("Quelles actions portent sur la formation ?",),
    ("Qui pilote la fiche 5 ?",),
    ("Où la MSA est-elle partenaire ?", "Et l'ARS ?"),
)


def write_fiches(corpus: Path, titles: tuple[str, ...], first: int) -> None:
    corpus.mkdir(exist_ok=True)
    for number, title in enumerate(titles, start=first):
        (corpus / f"fiche-{number}.txt").write_text(FICHE.format(number=number, title=title), encoding="utf-8")


def expected(settings: Settings) -> tuple[str, dict[tuple[str, ...], dict[str, Any]]]:
    """The build in service, and what it answers to each conversation when nothing else is asked."""
    assistant = Assistant.open(settings.index_dir, settings)
    found = {}
    for questions in QUESTIONS:
        answers: tuple[Any, ...] = ()
        for question in questions:
            answers = (*answers, assistant.ask(question, answers))
        found[questions] = {**answer_to_payload(answers[-1]), "choices": list(answers[-1].choices), "elapsed_ms": 0}
    build = assistant.build
    assistant.close()
    return build, found


@dataclass(frozen=True)
class Two:
    """A corpus indexed before and after two documents came: settings, and the answers by build."""

    settings: Settings
    before: Path
    after: Path
    answers: dict[str, dict[tuple[str, ...], dict[str, Any]]]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    folder = tmp_path_factory.mktemp("deux")
    # Chroma takes most of the time of a small build, and no part in this.
    settings = replace(Settings(), index_dir=folder / "index", corpus_dir=folder / "corpus", vector_store_url="aucun")
    answers = {}
    pointers = []
    held = ExitStack()
    for titles, first in ((BEFORE, 1), (ADDED, len(BEFORE) + 1)):
        write_fiches(settings.corpus_dir, titles, first)
        index_corpus([settings.corpus_dir], settings)
        build, found = expected(settings)
        answers[build] = found
        pointers.append(build)
        # Both builds stay.
        hold = hold_build(settings.index_dir, build)
        assert hold
        held.callback(hold.release)
    yield Two(settings, *(Path(one) for one in pointers), answers)
    held.close()


def put_in_service(two: Two, build: Path) -> None:
    pointer = two.settings.index_dir / "current"
    new = pointer.with_name("current.test")
    new.write_text(f"{build}\n", encoding="utf-8")
    new.replace(pointer)


@contextmanager
def serving(two: Two) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    chosen = {**os.environ, "CLSASSIST_RATE_PER_MINUTE": "100000", "CLSASSIST_CORPUS_DIR": str(two.settings.corpus_dir)}
    chosen["CLSASSIST_VECTOR_STORE_URL"] = two.settings.vector_store_url
    chosen["CLSASSIST_DATA_DIR"] = str(two.settings.index_dir.with_name("data"))
    command = serve_command(two.settings.index_dir)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=chosen) as server:
        try:
            yield wait_for_url(server), server
        finally:
            server.terminate()


def ask(client: httpx.Client, questions: tuple[str, ...]) -> httpx.Response:
    return client.post("/api/v1/ask", json={"question": questions[-1], "previous": list(questions[:-1])})


# --- the answers


def test_the_two_indexes_answer_otherwise(two: Two) -> None:
    first, second = two.answers.values()
    assert all(first[questions] != second[questions] for questions in QUESTIONS)


def test_while_the_index_changes_each_answer_is_wholly_that_of_the_index_it_names(two: Two) -> None:
    put_in_service(two, two.before)
    people, rounds = 12, 6
    halfway = threading.Barrier(people + 1)
    with serving(two) as (url, _):

        def ask_often(person: int) -> list[tuple[tuple[str, ...], httpx.Response]]:
            heard = []
            with httpx.Client(base_url=url, timeout=DEADLINE) as client:
                for number in range(rounds):
                    if number == rounds // 2:
                        halfway.wait(DEADLINE)
                    questions = QUESTIONS[(person + number) % len(QUESTIONS)]
                    heard.append((questions, ask(client, questions)))
            return heard

        with ThreadPoolExecutor(people) as pool:
            coming = [pool.submit(ask_often, person) for person in range(people)]
            halfway.wait(DEADLINE)
            put_in_service(two, two.after)
            heard = [one for person in coming for one in person.result(DEADLINE)]
        with httpx.Client(base_url=url, timeout=DEADLINE) as client:
            heard.append((QUESTIONS[0], ask(client, QUESTIONS[0])))

    assert {response.status_code for _, response in heard} == {200}
    builds = [response.headers[BUILD_HEADER] for _, response in heard]
    assert set(builds) == {str(two.before), str(two.after)}
    assert builds[-1] == str(two.after)
    for questions, response in heard:
        right = two.answers[response.headers[BUILD_HEADER]][questions]
        assert {**response.json(), "elapsed_ms": 0} == right


def test_the_health_of_a_service_is_told_while_every_thread_is_taken(tmp_path: Path) -> None:
    go_on = threading.Event()
    taken = threading.Semaphore(0)
    live = LiveAssistant.over(FakeAssistant())

    def wait_then_find_none() -> None:
        taken.release()
        go_on.wait(DEADLINE)

    live._read_pointer = wait_then_find_none
    settings = replace(Settings(), page=replace(PageSettings(), data_dir=tmp_path))
    people = 45
    with TestClient(create_app(live, settings), base_url=BASE) as client, ThreadPoolExecutor(people + 1) as pool:
        try:
            pages = [pool.submit(client.get, "/fiches") for _ in range(people)]
            # Sync pages share forty threads.
            assert all(taken.acquire(timeout=DEADLINE) for _ in range(40))
            assert pool.submit(client.get, "/healthz").result(DEADLINE / 2).json() == {"status": "ok"}
        finally:
            go_on.set()
        assert {page.result(DEADLINE).status_code for page in pages} == {503}


# --- what is let go


def test_an_index_that_was_replaced_leaves_no_file_open_and_no_record_in_memory(two: Two) -> None:
    put_in_service(two, two.before)
    live = LiveAssistant(two.settings)
    with TestClient(create_app(live, two.settings), base_url=BASE) as client:
        visit_everything(client)
        with live.use() as assistant:
            left = [weakref.ref(assistant), weakref.ref(assistant.registry)]
        del assistant
        inside = f"{two.settings.index_dir.resolve()}/builds/{two.before}/"
        assert any(name.startswith(inside) for name in open_files())
        put_in_service(two, two.after)
        # What another page still remembers of the index before is let go of too.
        client.post("/api/v1/ask", json={"question": QUESTIONS[0][0]})
        gc.collect()
        assert [one() for one in left] == [None, None]
        assert not [name for name in open_files() if name.startswith(inside)]
    live.close()


class _Ring:
    """Something that only a full collection frees, as the records of an index are."""

    def __init__(self) -> None:
        self.itself = self


def test_the_memory_of_an_index_that_was_closed_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clsassist.live, "_RELEASE_SECONDS", 0.0)
    looked = threading.Event()
    monkeypatch.setattr(clsassist.live, "release_memory", looked.set)
    live = LiveAssistant.over(FakeAssistant())
    with live.use():
        pass
    live.close()
    assert looked.wait(DEADLINE)


def test_what_only_refers_to_itself_is_freed() -> None:
    ring = _Ring()
    left = weakref.ref(ring)
    gc.disable()
    try:
        del ring
        assert left()
        release_memory()
        assert left() is None
    finally:
        gc.enable()


def visit_everything(client: TestClient) -> None:
    fiche = client.get("/api/v1/actions").json()["items"][0]["id"]
    for path in (
        "/fiches", f"/fiches/{fiche}", f"/fiches/{fiche}/semblables", "/partenaires", "/partenaires?organisation=MSA",
        "/vue-d-ensemble", "/corpus", "/api/v1/partners", "/api/v1/partners/MSA", "/api/v1/documents",
        "/fiches/export.xlsx", "/partenaires/fiche-d-engagement.docx?organisation=MSA", "/documents/fiche-1.txt",
    ):  # fmt: skip
        assert client.get(path).status_code == 200, path
    for questions in QUESTIONS:
        assert client.post("/api/v1/ask", json={"question": questions[-1]}).status_code == 200
    assert client.post("/reponses/docx", data={"q": QUESTIONS[0][0]}).status_code == 200


def open_files() -> set[str]:
    """The files that this process has open or mapped."""
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(link.readlink()))
        except FileNotFoundError:
            continue
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        found.add(line.split(maxsplit=5)[-1])
    return found


def gradio_of(app: FastAPI) -> gr.routes.App:
    return next(route.app for route in app.routes if isinstance(route, Mount) and isinstance(route.app, gr.routes.App))


def test_conversations_beyond_a_number_are_forgotten_the_oldest_first(tmp_path: Path) -> None:
    settings = replace(Settings(), page=replace(PageSettings(), data_dir=tmp_path))
    held = gradio_of(create_app(FakeAssistant(), settings)).state_holder
    for number in range(400):
        held[f"visiteur{number}"]
    assert len(held.session_data) <= 200
    assert "visiteur399" in held
    assert "visiteur0" not in held


def test_gradio_draws_up_no_statistics(tmp_path: Path) -> None:
    # Its table of the last events, made anew after each, took longer and longer.
    settings = replace(Settings(), page=replace(PageSettings(), data_dir=tmp_path))
    with TestClient(create_app(FakeAssistant(), settings), base_url=BASE) as client:
        app = gradio_of(client.app)
        queue = app.get_blocks()._queue
        event = next(iter(app.get_blocks().fns))
        for number in range(3):
            inputs = len(app.get_blocks().fns[event].inputs)
            sent = {"data": [None] * inputs, "fn_index": event, "session_hash": f"visiteur{number}"}
            assert client.post("/gradio_api/queue/join", json=sent).status_code == 200
        assert queue.events_recorded == 3
        assert not queue.event_analytics


def test_addresses_that_asked_are_forgotten(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    access = Access(replace(Settings(), page=replace(PageSettings(), data_dir=tmp_path)))
    storage = access._counter.storage
    now = limits.storage.memory.time.time()
    monkeypatch.setattr(limits.storage.memory.time, "time", lambda: now)
    for number in range(2_000):
        assert access.allow_question(f"10.0.{number // 250}.{number % 250}")
    now += 600
    assert access.allow_question("10.9.9.9")
    storage.timer.join(DEADLINE)
    known = {*storage.storage, *storage.events, *storage.expirations, *storage.locks}
    assert len(known) <= 1


def test_opinions_given_at_the_same_moment_are_all_kept(tmp_path: Path) -> None:
    people, each = 16, 5
    start = threading.Barrier(people)

    def give(person: int) -> None:
        store = FeedbackStore(tmp_path, retention_days=365)
        start.wait(DEADLINE)
        for number in range(each):
            store.add(
                Feedback(Rating.UP, f"Question {person}.{number} ?", "Réponse", AnswerStatus.ANSWERED, "1"),
                key=f"{person}-{number}",
            )

    with ThreadPoolExecutor(people) as pool:
        for one in [pool.submit(give, person) for person in range(people)]:
            one.result(DEADLINE)
    assert FeedbackStore(tmp_path).count(Selection()) == people * each


# --- the end


def test_a_service_told_to_stop_answers_who_asked_and_lets_nobody_else_in(two: Two) -> None:
    put_in_service(two, two.before)
    people = 12
    start = threading.Barrier(people + 1)
    with serving(two) as (url, server):
        with httpx.Client(base_url=url, timeout=DEADLINE) as client:
            assert client.get("/readyz").status_code == 200

        def ask_once(person: int) -> httpx.Response | None:
            with httpx.Client(base_url=url, timeout=DEADLINE) as client:
                client.get("/healthz")
                start.wait(DEADLINE)
                try:
                    return ask(client, QUESTIONS[person % len(QUESTIONS)])
                except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError):
                    return None

        with ThreadPoolExecutor(people) as pool:
            coming = [pool.submit(ask_once, person) for person in range(people)]
            start.wait(DEADLINE)
            server.send_signal(signal.SIGTERM)
            heard = [one.result(DEADLINE) for one in coming]
        assert server.wait(DEADLINE) in (0, -signal.SIGTERM)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/healthz")
    right = two.answers[str(two.before)]
    for person, response in enumerate(heard):
        # Refused before it was read, or answered whole: never cut.
        if response is not None:
            assert response.status_code == 200
            assert {**response.json(), "elapsed_ms": 0} == right[QUESTIONS[person % len(QUESTIONS)]]


def test_an_indexing_that_runs_ends_with_the_service(two: Two) -> None:
    put_in_service(two, two.after)
    with serving(two) as (url, server):
        with httpx.Client(base_url=url, timeout=DEADLINE) as client:
            assert client.post("/corpus/indexer").status_code == 303
            while not (children := children_of(server.pid)):
                assert client.get("/corpus/etat").json()["busy"]
        watched = [os.pidfd_open(child) for child in children]
        server.send_signal(signal.SIGTERM)
        server.wait(DEADLINE)
        for descriptor in watched:
            ended, _, _ = select.select([descriptor], [], [], DEADLINE)
            assert ended
            os.close(descriptor)
    assert current_build(two.settings.index_dir) == str(two.after)


def children_of(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def test_memory_is_given_back_until_the_service_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped, released = threading.Event(), []

    def release() -> None:
        released.append(True)
        if len(released) == 3:
            stopped.set()

    monkeypatch.setattr(clsassist.memory, "release_memory", release)

    release_regularly(stopped, seconds=0.0)

    assert len(released) == 3
