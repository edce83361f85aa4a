"""Too many questions, slow clients, forged demands: a real server says so at once, and goes on serving the others."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import uvicorn
from test_web import FakeAssistant

from clsassist.live import LiveAssistant
from clsassist.records import Answer
from clsassist.settings import PageSettings, Settings
from clsassist.web.asking import AssistantInLine, Line
from clsassist.web.conversation import converse
from clsassist.web.punctual import MAX_HEAD_BYTES, PunctualBodies, PunctualProtocol
from clsassist.web.server import create_app, service_config

# However slow the machine: what does not come in this time never comes.
PATIENCE = 120


class HeldAssistant(FakeAssistant):
    """Answers at once, but for questions that hold « lente »: these wait until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Semaphore(0)
        self.free = threading.Event()
        self.heard: list[str] = []

    def ask(self, question: str, previous: tuple[Answer, ...] = ()) -> Answer:
        self.heard.append(question)
        if "lente" in question:
            self.begun.release()
            assert self.free.wait(PATIENCE)
        return super().ask("Qui pilote ?", previous)


class Served:
    """A service on a port of its own, and the assistant behind it."""

    def __init__(self, assistant: HeldAssistant, port: int) -> None:
        self.assistant = assistant
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, question: str) -> httpx.Response:
        return httpx.post(f"{self.url}/api/v1/ask", json={"question": question}, timeout=PATIENCE)

    def connect(self, sent: bytes) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        client.sendall(sent)
        return client


@contextmanager
def serving(**page: Any) -> Iterator[Served]:
    assistant = HeldAssistant()
    settings = replace(Settings(), page=PageSettings(**page))
    server = uvicorn.Server(service_config(create_app(LiveAssistant.over(assistant), settings)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        running.start()
        try:
            served = Served(assistant, listener.getsockname()[1])
            assert httpx.get(f"{served.url}/healthz", timeout=PATIENCE).status_code == 200
            yield served
        finally:
            assistant.free.set()
            server.should_exit = True
            running.join(PATIENCE)
    assert not running.is_alive()


@pytest.fixture
def narrow() -> Iterator[Served]:
    """A service that answers one question at a time, and lets one wait."""
    with serving(max_concurrent=1, max_waiting=1) as served:
        yield served


def assert_put_off(response: httpx.Response) -> None:
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1
    assert "Réessayez" in response.json()["detail"]


# --- the line ------------------------------------------------------------------------------------------------


def test_one_question_too_many_is_told_at_once_to_try_again(narrow: Served) -> None:
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(narrow.ask, "lente")
        assert narrow.assistant.begun.acquire(timeout=PATIENCE)
        # Of two more, one waits and the other is put off, while the first is still being answered.
        second, third = narrow_ask_two(narrow, pool)
        assert_put_off(third)
        assert httpx.get(f"{narrow.url}/healthz", timeout=PATIENCE).status_code == 200
        narrow.assistant.free.set()
        assert (first.result(PATIENCE).status_code, second.result(PATIENCE).status_code) == (200, 200)


def narrow_ask_two(narrow: Served, pool: ThreadPoolExecutor) -> tuple[Any, httpx.Response]:
    """Ask until one is put off: the one before it waits in the line."""
    waiting = pool.submit(narrow.ask, "lente, deuxième")
    while True:
        other = narrow.connect(post("lente, troisième"))
        other.settimeout(0.5)
        try:
            head = other.recv(65_536).decode()
        except TimeoutError:
            other.close()  # it waits in the line in the place of the second
            if waiting.done():
                assert_put_off(waiting.result())
                waiting = pool.submit(narrow.ask, "lente, deuxième")
            continue
        other.close()
        status, _, rest = head.partition("\r\n")
        headers, _, body = rest.partition("\r\n\r\n")
        found = dict(line.split(": ", 1) for line in headers.split("\r\n"))
        return waiting, httpx.Response(int(status.split()[1]), headers={"retry-after": found["retry-after"]}, text=body)


def post(question: str) -> bytes:
    body = json.dumps({"question": question}).encode()
    head = f"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def test_a_question_that_takes_too_long_is_told_to_try_again() -> None:
    with serving(max_concurrent=1, max_waiting=5, answer_seconds=1) as served:
        assert_put_off(served.ask("lente"))
        # The one before still holds its place.
        assert_put_off(served.ask("pressée"))
        served.assistant.free.set()
        while (response := served.ask("après")).status_code == 503:
            assert_put_off(response)
        assert response.status_code == 200
        # Nobody waited for it any more when its turn came.
        assert "pressée" not in served.assistant.heard


def test_a_client_that_leaves_frees_its_place(narrow: Served) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(narrow.ask, "lente")
        assert narrow.assistant.begun.acquire(timeout=PATIENCE)
        left = narrow.connect(post("partie"))
        left.close()
        other = narrow.connect(post("restée"))
        other.close()
        narrow.assistant.free.set()
        assert first.result(PATIENCE).status_code == 200
        assert narrow.ask("après").status_code == 200


def test_places_are_freed_however_a_wait_ends() -> None:
    line = Line(replace(Settings(), page=PageSettings(max_concurrent=1, max_waiting=3, answer_seconds=1)))
    free, begun = threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return free.wait(PATIENCE)

    with ThreadPoolExecutor(3) as pool:
        waits = [pool.submit(line.wait, work) for _ in range(3)]
        assert begun.wait(PATIENCE)
        assert ["Réessayez" in str(one.exception(PATIENCE)) for one in waits] == [True] * 3
    assert line.waiting == 0
    free.set()
    assert line.wait(lambda: 7) == 7


def test_the_conversation_says_so_too() -> None:
    assistant = HeldAssistant()
    line = Line(replace(Settings(), page=PageSettings(max_concurrent=1, max_waiting=1, answer_seconds=1)))

    @contextmanager
    def lend() -> Iterator[AssistantInLine]:
        with LiveAssistant.over(assistant).loan() as loan:
            yield AssistantInLine(loan, line)

    *_, last = converse(lend, (), "une question lente")
    assert "Réessayez" in last.turns[-1].notice
    assistant.free.set()
    # The one given up ends by itself, then its place is free.
    while (step := list(converse(lend, (), "et ensuite ?"))[-1]).turns[-1].notice:
        assert "Réessayez" in step.turns[-1].notice
    assert step.turns[-1].answer


# --- slow clients --------------------------------------------------------------------------------------------


def test_a_request_whose_head_never_ends_is_cut_and_the_others_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PunctualProtocol, "head_seconds", 1.0)
    with serving() as served:
        slow = [served.connect(b"GET /healthz HTTP/1.1\r\nX-Lent: ") for _ in range(50)]
        assert httpx.get(f"{served.url}/healthz", timeout=PATIENCE).status_code == 200
        assert [client.recv(100) for client in slow] == [b""] * 50
        # After a first request too.
        again = served.connect(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert again.recv(10_000).startswith(b"HTTP/1.1 200")
        again.sendall(b"GET /healthz HTTP/1.1\r\nX-Lent: ")
        rest = b""
        while piece := again.recv(10_000):
            rest += piece
        assert b"HTTP/1.1" not in rest


def test_a_head_without_end_is_cut_before_it_fills_the_memory() -> None:
    with serving() as served:
        client = served.connect(b"GET /healthz HTTP/1.1\r\n")
        with pytest.raises((ConnectionError, BrokenPipeError)):
            for _ in range(100 * MAX_HEAD_BYTES // 1_000):
                client.sendall(b"X-Long: " + b"a" * 990 + b"\r\n")
            if not client.recv(100):
                raise ConnectionError
        assert httpx.get(f"{served.url}/healthz", timeout=PATIENCE).status_code == 200


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/ask", "application/json"),
        ("/gradio_api/queue/join", "application/json"),
        ("/avis", "application/json"),
        ("/reponses/md", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_never_comes_is_told_so(path: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PunctualBodies, "body_seconds", 1.0)
    with serving() as served:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: 900\r\n\r\n"
        slow = served.connect(head.encode() + b'{"question": "')
        assert httpx.get(f"{served.url}/healthz", timeout=PATIENCE).status_code == 200
        said = b""
        while piece := slow.recv(10_000):
            said += piece
        assert said.startswith(b"HTTP/1.1 408"), said
        assert "Réessayez" in said.decode()


# --- forged demands ------------------------------------------------------------------------------------------

_JOIN = "/gradio_api/queue/join"
_SOUND: dict[str, Any] = {
    "fn_index": 0,
    "data": ["Qui pilote ?", None, None],
    "session_hash": "abc",
    "event_data": None,
}
FORGED: dict[str, tuple[str, Any]] = {
    "fonction inconnue": (_JOIN, _SOUND | {"fn_index": 999}),
    "fonction négative": (_JOIN, _SOUND | {"fn_index": -1}),
    "fonction vraie": (_JOIN, _SOUND | {"fn_index": True}),
    "fonction en lettres": (_JOIN, _SOUND | {"fn_index": "x"}),
    "sans fonction": (_JOIN, {"data": [], "session_hash": "abc"}),
    "sans session": (_JOIN, {"fn_index": 0, "data": ["q", None, None]}),
    "session étrange": (_JOIN, _SOUND | {"session_hash": "../../x"}),
    "session longue": (_JOIN, _SOUND | {"session_hash": "a" * 1_000}),
    "session liste": (_JOIN, _SOUND | {"session_hash": ["abc"]}),
    "trop peu de valeurs": (_JOIN, _SOUND | {"data": []}),
    "trop de valeurs": (_JOIN, _SOUND | {"data": [1, 2, 3, 4]}),
    "valeurs d'une autre forme": (_JOIN, _SOUND | {"data": {"a": 1}}),
    "événement d'une autre forme": (_JOIN, _SOUND | {"event_data": [1]}),
    "déclencheur étrange": (_JOIN, _SOUND | {"trigger_id": "zz"}),
    "liste": (_JOIN, []),
    "texte": (_JOIN, "x"),
    "rien": (_JOIN, None),
    "annulation vide": ("/gradio_api/cancel", {}),
    "annulation inconnue": ("/gradio_api/cancel", {"session_hash": "z", "fn_index": 999, "event_id": "a"}),
    "remise à zéro": ("/gradio_api/reset", {"session_hash": "z", "fn_index": 0, "event_id": 1}),
    "profondeur": (_JOIN, json.loads("[" * 500 + "]" * 500)),
}


@pytest.fixture(scope="module")
def open_service() -> Iterator[Served]:
    with serving(rate_per_minute=10_000) as served:
        yield served


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_demand_is_refused_and_noted_in_one_line(
    open_service: Served, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    path, sent = FORGED[name]
    with caplog.at_level(logging.WARNING):
        response = httpx.post(f"{open_service.url}{path}", json=sent, timeout=PATIENCE)
    assert 400 <= response.status_code < 500
    assert re.search("Cette demande|conversation", response.json()["detail"])
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"fn_index": ' + b"9" * 5_000 + b"}"])
def test_a_demand_that_is_no_json_is_refused(open_service: Served, content: bytes) -> None:
    for path in (_JOIN, "/api/v1/ask", "/avis"):
        sent = {"content-type": "application/json"}
        response = httpx.post(f"{open_service.url}{path}", content=content, headers=sent, timeout=PATIENCE)
        assert 400 <= response.status_code < 500, path
        assert path == "/avis" or list(response.json()) == ["detail"]


def test_an_unknown_session_is_refused(open_service: Served) -> None:
    for query in ("?session_hash=inconnue", "", "?session_hash=", "?session_hash=..%2f..%2fx"):
        response = httpx.get(f"{open_service.url}/gradio_api/queue/data{query}", timeout=PATIENCE)
        assert response.status_code == 404
        assert "rechargez la page" in response.json()["detail"]


@pytest.mark.parametrize(
    "event", [None, {}, {"question": 7}, {"question": ["x"], "sent": 3}, {"turn": {}, "source": []}]
)
def test_an_event_without_what_it_should_say_ends_as_nothing(
    open_service: Served, event: object, caplog: pytest.LogCaptureFixture
) -> None:
    config = httpx.get(f"{open_service.url}/config", timeout=PATIENCE).json()
    with caplog.at_level(logging.ERROR):
        for function in config["dependencies"]:
            sent = {
                "fn_index": function["id"],
                "data": [None] * len(function["inputs"]),
                "session_hash": f"forge{function['id']}",
                "event_data": event,
            }
            assert httpx.post(f"{open_service.url}{_JOIN}", json=sent, timeout=PATIENCE).status_code == 200
            address = f"{open_service.url}/gradio_api/queue/data?session_hash={sent['session_hash']}"
            with httpx.stream("GET", address, timeout=PATIENCE) as told:
                messages = [json.loads(line[5:]) for line in told.iter_lines() if line.startswith("data:")]
            assert "process_completed" in [message["msg"] for message in messages], function["id"]
    assert not [record for record in caplog.records if record.exc_info]


def test_gradio_does_not_say_which_it_is(open_service: Served) -> None:
    import gradio

    for path in ("/", "/config"):
        assert gradio.__version__ not in httpx.get(f"{open_service.url}{path}", timeout=PATIENCE).text
    assert httpx.get(f"{open_service.url}/config", timeout=PATIENCE).json()["version"] == ""


def test_whether_the_service_is_ready_costs_one_question_for_each_index(open_service: Served) -> None:
    for _ in range(20):
        assert httpx.get(f"{open_service.url}/readyz", timeout=PATIENCE).json() == {"status": "ok"}
    assert sum("santé" in question for question in open_service.assistant.heard) <= 1


def test_questions_asked_again_are_counted() -> None:
    with serving(rate_per_minute=10) as served:
        sent = {"question": "et ensuite ?", "previous": ["Qui pilote ?"] * 9}
        assert httpx.post(f"{served.url}/api/v1/ask", json=sent, timeout=PATIENCE).status_code == 200
        heard = len(served.assistant.heard)
        many = httpx.post(f"{served.url}/reponses/md", data={"q": ["Qui pilote ?"] * 11}, timeout=PATIENCE)
        assert many.status_code == 429
        assert int(many.headers["retry-after"]) >= 1
        assert len(served.assistant.heard) == heard
