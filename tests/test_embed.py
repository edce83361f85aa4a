"""The compact chat: its forms without a browser, then in the frame of another site, with a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from browsing import axe_violations, overflow, serve_command, serving, visit
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Frame, Page
from test_web import HOSTILE, FakeAssistant

from clsassist.assistant import Assistant
from clsassist.live import LiveAssistant
from clsassist.settings import Settings
from clsassist.web.asking import MAX_PREVIOUS
from clsassist.web.server import create_app

FRIEND = "https://www.ville.example"
QUESTION = "Où la MSA est-elle partenaire ?"
BASE = "http://127.0.0.1:7860"


def open_to(*origins: str) -> Settings:
    return replace(Settings(), page=replace(Settings().page, embed_origins=origins, rate_per_minute=100_000))


@contextmanager
def client_over(assistant: Assistant, settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(LiveAssistant.over(assistant), settings), base_url=BASE) as client:
        yield client


@pytest.fixture(scope="module")
def client(demo_assistant: Assistant) -> Iterator[TestClient]:
    with client_over(demo_assistant, open_to(FRIEND)) as client:
        yield client


class Seen(HTMLParser):
    """What a browser would make of the page: its elements and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\u00a0", " ")

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]


# --- without a browser


def test_the_chat_is_closed_unless_a_site_is_named(demo_assistant: Assistant) -> None:
    with client_over(demo_assistant, Settings()) as client:
        for response in (client.get("/integration"), client.post("/integration", data={"question": QUESTION})):
            assert response.status_code == 404
            assert response.headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


def test_only_the_named_sites_may_frame_it(client: TestClient) -> None:
    headers = client.get("/integration").headers
    assert f"frame-ancestors 'self' {FRIEND}" in headers["content-security-policy"]
    assert "x-frame-options" not in headers
    assert "unsafe-eval" not in headers["content-security-policy"]
    for path in ("/", "/fiches", "/api", "/healthz"):
        assert client.get(path).headers["x-frame-options"] == "DENY"


def test_it_proposes_questions_that_have_answers(client: TestClient) -> None:
    proposed = Seen(client.get("/integration").text).all("button", name="question")
    assert len(proposed) >= 3
    for button in proposed:
        page = client.post("/integration", data={"question": button["value"] or ""})
        assert Seen(page.text).all("li", tabindex="-1"), button["value"]


def test_the_answer_is_shown_with_all_its_sources(client: TestClient, demo_assistant: Assistant) -> None:
    answer = demo_assistant.ask(QUESTION)
    page = Seen(client.post("/integration", data={"question": QUESTION}).text)
    squeezed = re.sub(r"\s+", "", page.text)
    for citation in answer.citations:
        assert re.sub(r"\s+", "", f"«{citation.quote}»") in squeezed
    marks = [one["href"] for one in page.all("a") if (one.get("class") or "") == "cls-embed-mark"]
    assert {one["id"] for one in page.all("li", tabindex="-1")} >= {(mark or "").removeprefix("#") for mark in marks}
    assert len(page.all("li", tabindex="-1")) == len(answer.citations)


def test_the_conversation_travels_in_the_page(client: TestClient, demo_assistant: Assistant) -> None:
    first = Seen(client.post("/integration", data={"question": QUESTION}).text)
    previous = {one["value"] for one in first.all("input", name="previous")}
    assert previous == {QUESTION}
    second = Seen(client.post("/integration", data={"question": "Et l'ARS ?", "previous": [QUESTION]}).text)
    expected = demo_assistant.ask("Et l'ARS ?", (demo_assistant.ask(QUESTION),))
    headline = expected.text.splitlines()[0].replace("**", "")
    assert headline in second.text
    assert len(second.all("article")) == 2


def test_the_oldest_questions_are_left_behind(client: TestClient) -> None:
    asked = {"question": "Et l'ARS ?", "previous": [QUESTION] * (MAX_PREVIOUS + 20)}
    page = Seen(client.post("/integration", data=asked).text)
    assert len(page.all("article")) == MAX_PREVIOUS + 1
    # One conversation for each form of the page: the box, and the proposed questions.
    assert len(page.all("input", name="previous")) == MAX_PREVIOUS * len(page.all("form"))


@pytest.mark.parametrize(
    ("question", "said"), [("", "est vide"), (" \n", "est vide"), ("x" * 1001, "compte 1001 caractères")]
)
def test_a_question_that_cannot_be_asked_is_refused_in_a_sentence(client: TestClient, question: str, said: str) -> None:
    page = Seen(client.post("/integration", data={"question": question, "previous": [QUESTION]}).text)
    assert f"Votre question {said}" in page.text
    assert {one["value"] for one in page.all("input", name="previous")} == {QUESTION}


def test_hostile_words_show_as_text(client: TestClient) -> None:
    page = Seen(client.post("/integration", data={"question": HOSTILE}).text)
    assert HOSTILE in page.text
    assert page.all("img") == []
    assert [one.get("src", "").startswith("/statique/") for one in page.all("script")] == [True]
    assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")]


def test_a_failure_is_a_sentence_and_the_conversation_goes_on() -> None:
    with client_over(FakeAssistant(), open_to(FRIEND)) as client:
        page = Seen(client.post("/integration", data={"question": "encore", "previous": ["panne"]}).text)
    assert "relancez" in page.text
    assert len(page.all("article")) == 2
    assert {one["value"] for one in page.all("input", name="previous")} == {"encore"}


def test_nothing_keeps_the_questions(client: TestClient) -> None:
    response = client.post("/integration", data={"question": QUESTION})
    assert response.headers["cache-control"] == "no-store"
    assert "set-cookie" not in response.headers


def test_another_site_cannot_post_a_question(client: TestClient) -> None:
    browser = {"origin": FRIEND, "sec-fetch-site": "cross-site"}
    assert client.post("/integration", data={"question": QUESTION}, headers=browser).status_code == 403


# --- in the frame of another site


@contextmanager
def town_site(folder: Path) -> Iterator[str]:
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def towns(indexed_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """The service, the site that it names, and a site that it does not."""
    folder = tmp_path_factory.mktemp("town")
    command = serve_command(indexed_demo)
    with (
        town_site(folder) as named,
        town_site(folder) as other,
        serving(command, CLSASSIST_EMBED_ORIGINS=named) as service,
    ):
        frame = f'<iframe src="{service}/integration" title="Assistant" width="480" height="640"></iframe>'
        head = '<meta charset="utf-8"><title>Ville</title><link rel="icon" href="data:,">'
        (folder / "index.html").write_text(f'<!doctype html><html lang="fr">{head}<h1>Ville</h1>{frame}')
        yield service, named, other


def frame_of(page: Page) -> Frame:
    page.locator("iframe").wait_for()
    (frame,) = page.frames[1:]
    return frame


@pytest.mark.browser
def test_the_named_site_shows_the_chat_and_a_visitor_asks(browser: Browser, towns: tuple[str, str, str]) -> None:
    _, named, _ = towns
    page = browser.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(named)
    frame = frame_of(page)
    frame.get_by_label("Votre question").fill(QUESTION)
    page.keyboard.press("Enter")
    frame.locator("#dernier h2", has_text=QUESTION.split(" ?")[0]).wait_for()
    frame.get_by_label("Votre question").fill("Et l'ARS ?")
    frame.get_by_role("button", name="Envoyer").click()
    frame.locator(".cls-embed-turn").nth(1).wait_for()
    frame.locator("#dernier .cls-embed-mark").first.click()
    assert frame.locator(".cls-embed-sources li:target blockquote").count() == 1
    assert page.url.rstrip("/") == named
    assert problems == []
    page.close()


@pytest.mark.browser
def test_another_site_shows_nothing_of_it(browser: Browser, towns: tuple[str, str, str]) -> None:
    service, _, other = towns
    page = browser.new_page()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(other)
    assert not frame_of(page).url.startswith(service)
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_narrow(browser: Browser, towns: tuple[str, str, str], scheme: str) -> None:
    with visit(browser, f"{towns[0]}/integration", width=320, scheme=scheme) as page:  # type: ignore[arg-type]
        assert axe_violations(page) == []
        page.get_by_role("button", name="Combien").click()
        page.locator("#dernier").wait_for()
        assert axe_violations(page) == []
        assert overflow(page) == 0


@pytest.mark.browser
def test_it_works_without_scripts(browser: Browser, towns: tuple[str, str, str]) -> None:
    with visit(browser, f"{towns[0]}/integration", java_script_enabled=False) as page:
        page.get_by_label("Votre question").fill(QUESTION)
        page.keyboard.press("Enter")
        page.locator("#dernier .cls-embed-sources").wait_for()
        page.get_by_role("link", name="Nouvelle conversation").click()
        page.get_by_role("heading", name="Que voulez-vous savoir").wait_for()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
def test_the_page_of_the_api_is_accessible(
    browser: Browser, towns: tuple[str, str, str], width: int, scheme: str
) -> None:
    with visit(browser, f"{towns[0]}/api", width=width, scheme=scheme) as page:  # type: ignore[arg-type]
        assert axe_violations(page) == []
        assert overflow(page) == 0
