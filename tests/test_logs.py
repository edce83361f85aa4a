"""What a service writes in its journal: never the words of a question, unless a setting asks for them."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from browsing import wait_for_url
from fastapi import FastAPI
from fastapi.testclient import TestClient

from clsassist.errors import ClsAssistError
from clsassist.feedback import Feedback, FeedbackStore, Rating
from clsassist.logs import WordlessFormatter
from clsassist.records import AnswerStatus
from clsassist.web.retention import retain_during

WORD = "zorgluberie"
# A service whose assistant falls on some questions with their words in its mouth, as a library could.
_SERVICE = """
import sys
from clsassist.assistant import Assistant
from clsassist.cli import main

ask = Assistant.ask

def fall(self, question, previous=()):
    if "incident" in question:
        raise ValueError(f"impossible de lire {question!r}") from KeyError(question)
    return ask(self, question, previous)

Assistant.ask = fall
main(sys.argv[1:])
"""


@contextmanager
def journal_of(index: Path, data: Path, **environment: str) -> Iterator[tuple[str, Path]]:
    """Lend the address of a real service and the file of all that it writes."""
    path = data / "journal.txt"
    chosen = {
        **os.environ,
        "CLSASSIST_DATA_DIR": str(data),
        "CLSASSIST_EMBED_ORIGINS": "https://ville.example",
        "CLSASSIST_MCP": "oui",
        "PYTHONIOENCODING": "utf-8",
        **environment,
    }
    command = [sys.executable, "-c", _SERVICE, "serve", "--port", "0", "--index-dir", str(index)]
    with (
        path.open("w", encoding="utf-8") as journal,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=journal, text=True, env=chosen) as server,
    ):
        try:
            yield wait_for_url(server), path
        finally:
            server.terminate()
            said, _ = server.communicate(timeout=60)
            journal.write(said)


def ask_everywhere(url: str, question: str) -> list[int]:
    """Put a question through every door, and through the doors that fail."""
    # A server that failed closes its connection: none is used twice.
    fresh = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=url, timeout=120, limits=fresh) as client:
        config = client.get("/config").json()
        functions = {one["api_name"]: one["id"] for one in config["dependencies"]}
        statuses = [
            client.get("/", params={"q": question}).status_code,
            client.get("/api/v1/ask", params={"question": question}).status_code,
            client.post("/api/v1/ask", json={"question": question, "previous": [question]}).status_code,
            client.post("/api/v1/ask", json={"question": {"mal": question}}).status_code,
            client.post("/integration", data={"question": question}).status_code,
            client.post("/reponses/md", data={"q": question}).status_code,
            client.get("/fiches", params={"texte": question}).status_code,
            client.get(f"/{question}").status_code,
            client.post("/avis", json={"rating": "plus", "question": question}).status_code,
            client.post(
                "/mcp",
                json={
                    "jsonrpc": "2.0",
                    "id": 1,
                    "method": "tools/call",
                    "params": {"name": "ask", "arguments": {"question": question}},
                },
                headers={"accept": "application/json, text/event-stream"},
            ).status_code,
        ]
        for name in functions.values():
            # The first event answers; the others are sent what they do not expect.
            session = f"session{name}"
            sent = {"data": [question, None, None], "fn_index": name, "session_hash": session, "trigger_id": None}
            sent["event_data"] = {"question": question, "questions": [question], "sent": None}
            if client.post("/gradio_api/queue/join", json=sent).status_code != 200:
                continue
            with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
                for line in stream.iter_lines():
                    if "process_completed" in line or "close_stream" in line:
                        break
        client.post("/gradio_api/queue/join", json={"data": question, "fn_index": question})
    return statuses


@pytest.mark.parametrize("kept", [False, True], ids=["not kept", "kept"])
def test_the_journal_holds_no_word_of_a_question_unless_asked(
    indexed_demo: Path, tmp_path: Path, *, kept: bool
) -> None:
    pytest.importorskip("mcp")
    with journal_of(indexed_demo, tmp_path, CLSASSIST_LOG_QUESTIONS="oui" if kept else "non") as (url, path):
        assert 200 in ask_everywhere(url, f"Quelles actions parlent de {WORD} ?")
        assert 500 in ask_everywhere(url, f"Un incident sur {WORD} ?")
    journal = path.read_text(encoding="utf-8")
    assert (WORD in journal) is kept
    # What failed is told all the same, with the lines of code that it went through.
    assert "ValueError" in journal
    assert "assistant.ask" in journal or "in fall" in journal or " fall" in journal


def written(record: logging.LogRecord) -> str:
    return WordlessFormatter("%(message)s").format(record)


def record_of(error: BaseException, name: str = "clsassist", message: str = "Incident") -> logging.LogRecord:
    try:
        raise error
    except BaseException as raised:  # noqa: BLE001 - whatever it is
        return logging.LogRecord(
            name, logging.ERROR, __file__, 1, message, None, (type(raised), raised, raised.__traceback__)
        )


def test_a_failure_is_written_without_its_words_and_so_are_those_that_led_to_it() -> None:
    try:
        raise KeyError(WORD)
    except KeyError as cause:
        first = cause
    error = ValueError(WORD)
    error.__cause__ = first
    error.add_note(WORD)
    said = written(record_of(ExceptionGroup(WORD, [error, TypeError(WORD)])))
    assert WORD not in said
    assert all(name in said for name in ("ExceptionGroup", "ValueError", "KeyError", "TypeError"))
    assert f"{Path(__file__).name}:" in said


def test_a_task_that_asyncio_gives_up_is_written_without_the_words_of_its_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": "Task exception was never retrieved", "exception": ValueError(WORD), "task": WORD}
        )

    asyncio.run(fail())
    (record,) = caplog.records
    assert WORD in record.getMessage()
    assert WORD not in written(record)
    assert "Task exception was never retrieved" in written(record)


# --- what is kept no longer than said


def opinion() -> Feedback:
    return Feedback(Rating.UP, f"Question {WORD}", "Réponse", AnswerStatus.ANSWERED, "b")


def test_opinions_are_erased_when_their_time_is_over_and_not_before(tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    FeedbackStore(tmp_path, 30, clock=lambda: now).add(opinion())
    path = tmp_path / "avis.sqlite"

    FeedbackStore(tmp_path, 30, clock=lambda: now + timedelta(days=29)).enforce_retention()
    assert WORD.encode() in path.read_bytes()

    FeedbackStore(tmp_path, 30, clock=lambda: now + timedelta(days=31)).enforce_retention()
    assert all(WORD.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_nothing_is_created_where_no_opinion_was_ever_given(tmp_path: Path) -> None:
    FeedbackStore(tmp_path, 30).enforce_retention()
    assert not list(tmp_path.iterdir())


def test_a_service_erases_at_its_start_then_every_day_though_nobody_looks() -> None:
    app, calls = FastAPI(), []

    async def wait() -> None:
        while len(calls) < 3:
            await asyncio.sleep(0)

    def enforce() -> None:
        calls.append(len(calls))
        if len(calls) == 2:
            raise ClsAssistError("disque plein")

    retain_during(app, enforce, wait_seconds=0)
    with TestClient(app) as client:
        assert client.portal
        # A day that fails is not the last one.
        client.portal.call(wait)
    assert len(calls) >= 3


def test_a_real_service_erases_old_opinions_when_it_starts(indexed_demo: Path, tmp_path: Path) -> None:
    FeedbackStore(tmp_path, clock=lambda: datetime(2020, 1, 1, tzinfo=UTC)).add(opinion())
    with journal_of(indexed_demo, tmp_path) as (url, _):
        # The service that stops has done what it had begun.
        assert httpx.get(f"{url}/healthz").status_code == 200
    assert WORD.encode() not in (tmp_path / "avis.sqlite").read_bytes()
