"""The page as a visitor meets it: a real server in its own process, a real Chromium."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from browsing import serving, visit
from playwright.sync_api import Browser, Locator, Page, expect
from test_web import HOSTILE, QUESTION, FakeAssistant

from clsassist.assistant import Assistant
from clsassist.records import Answer

pytestmark = pytest.mark.browser

FAKE_SERVER = (
    "from clsassist.settings import Settings; from clsassist.web.server import serve; "
    "from test_web import FakeAssistant; "
    "serve(FakeAssistant(), Settings(port=0), lambda line: print(line, flush=True))"
)


@dataclass(frozen=True)
class Site:
    url: str
    assistant: Assistant

    def answer(self) -> Answer:
        return self.assistant.ask(QUESTION)


@pytest.fixture(scope="module")
def fake_site() -> Iterator[Site]:
    """Answers known in advance: for what the page does, whatever the documents."""
    with serving([sys.executable, "-c", FAKE_SERVER]) as url:
        yield Site(url, FakeAssistant())


@pytest.fixture(scope="module")
def site(site_url: str, assistant: Assistant) -> Site:
    """The five documents, through the command that people type."""
    return Site(site_url, assistant)


@pytest.fixture
def page(browser: Browser, fake_site: Site) -> Iterator[Page]:
    with _visit(browser, fake_site) as page:
        yield page


@contextmanager
def _visit(browser: Browser, site: Site, width: int = 1280) -> Iterator[Page]:
    with visit(browser, site.url, width=width) as page:
        page.get_by_label("Votre question").wait_for()
        yield page


def _ask(page: Page, question: str) -> Locator:
    """Ask a question with the Enter key and return the finished turn."""
    count = page.locator(".cls-turn").count()
    page.get_by_label("Votre question").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".cls-turn").nth(count)
    turn.locator(".cls-trace, .cls-notice").wait_for()
    return turn


def _squeeze(text: str) -> str:
    return "".join(text.split())


# --- over the five documents -------------------------------------------------------------------------------


def test_question_sources_and_highlight(browser: Browser, site: Site) -> None:
    answer = site.answer()
    with _visit(browser, site) as page:
        turn = _ask(page, QUESTION)
        shown = [_squeeze(text) for text in turn.locator(".cls-quote").all_text_contents()]
        assert shown == [_squeeze(f"«{citation.quote}»") for citation in answer.citations]
        assert len({citation.document for citation in answer.citations}) == 3
        for citation in answer.citations:
            turn.locator(f'.cls-source[data-source="{citation.number}"]').click()
            panel = page.locator(f'.cls-panel[data-source="{citation.number}"]')
            panel.wait_for()
            assert _squeeze("".join(panel.locator("mark").all_text_contents())) == _squeeze(citation.quote)
            expect(panel).to_contain_text(citation.document)
            expect(panel).to_contain_text(citation.label.rstrip(" :"))


def test_starters_can_be_answered(browser: Browser, site: Site) -> None:
    with _visit(browser, site) as page:
        page.locator(".cls-ask").first.click()
        page.locator(".cls-trace").wait_for()
        expect(page.locator(".cls-source").first).to_be_visible()


# --- over answers known in advance -------------------------------------------------------------------------


def test_page_is_french_in_an_english_browser(page: Page) -> None:
    assert page.evaluate("document.documentElement.lang") == "fr"
    expect(page).to_have_title("Assistant des contrats locaux de santé")
    expect(page.get_by_text("sans génération")).to_be_visible()


def test_conversation_is_a_live_log(page: Page) -> None:
    _ask(page, QUESTION)
    expect(page.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "polite")
    assert page.get_by_label("Votre question").input_value() == ""


def test_hostile_question_runs_nothing(page: Page) -> None:
    turn = _ask(page, HOSTILE)
    expect(turn.locator("h2")).to_contain_text("<script>alert(1)</script>")
    assert turn.locator("script, img, a, iframe").count() == 0


def test_source_opens_and_closes_with_the_keyboard(page: Page) -> None:
    turn = _ask(page, QUESTION)
    mark = turn.get_by_role("button", name="Source 2 : fiche 1, Modalités d'actions").first
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Source 2")).to_be_focused()
    expect(page.locator(".cls-panel mark")).to_have_text(
        "Sensibiliser les médecins généralistes à la maîtrise de stage"
    )
    page.keyboard.press("Escape")
    expect(page.locator(".cls-panel")).to_have_count(0)
    expect(mark).to_be_focused()


def test_proposed_question_is_asked(page: Page) -> None:
    page.get_by_role("button", name="Où la MSA est-elle partenaire ?").click()
    expect(page.locator(".cls-turn h2")).to_contain_text("Où la MSA est-elle partenaire")
    page.get_by_role("button", name="Qui porte ces actions ?").click()
    expect(page.locator(".cls-turn")).to_have_count(2)


def test_new_conversation_forgets_the_first(page: Page) -> None:
    _ask(page, QUESTION)
    page.get_by_role("button", name="Nouvelle conversation").click()
    expect(page.get_by_role("heading", name="Que voulez-vous savoir ?")).to_be_visible()
    expect(page.locator(".cls-turn")).to_have_count(0)


def test_refused_question_stays_in_the_box(page: Page) -> None:
    box = page.get_by_label("Votre question")
    box.fill("x" * 1_200)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("alert")).to_contain_text("la limite est de 1000")
    assert len(box.input_value()) == 1_200
    box.fill(" ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Écrivez une question")


def test_failures_are_sentences_and_the_conversation_goes_on(page: Page) -> None:
    assert "abîmé" in _ask(page, "panne").inner_text()
    assert "incident imprévu" in _ask(page, "imprévu").inner_text()
    expect(_ask(page, QUESTION).locator(".cls-source")).to_have_count(3)


def test_folded_sources_stay_folded_when_the_conversation_grows(page: Page) -> None:
    first = _ask(page, QUESTION)
    first.locator(".cls-sources summary").click()
    _ask(page, "Et en 2026 ?")
    expect(first.locator(".cls-sources")).not_to_have_attribute("open", "")


def test_something_moves_while_an_answer_is_prepared(page: Page) -> None:
    box = page.get_by_label("Votre question")
    box.fill("une question lente")
    page.keyboard.press("Enter")
    expect(page.locator(".cls-wait")).to_be_visible()
    expect(box).to_have_value("")
    box.fill("la suite")
    page.locator(".cls-trace").wait_for()
    expect(box).to_have_value("la suite")


def test_one_question_at_a_time(page: Page) -> None:
    _ask(page, "une première question")
    page.get_by_label("Votre question").fill("une question lente")
    page.keyboard.press("Enter")
    page.locator(".cls-wait").wait_for()
    page.get_by_role("button", name="Qui porte ces actions ?").first.click()
    expect(page.get_by_role("alert")).to_contain_text("en préparation")
    expect(page.locator(".cls-trace")).to_have_count(2)


def test_new_conversation_drops_the_answer_being_prepared(page: Page) -> None:
    page.get_by_label("Votre question").fill("une question lente")
    page.keyboard.press("Enter")
    page.locator(".cls-wait").wait_for()
    with page.expect_response("**/reset"):
        page.get_by_role("button", name="Nouvelle conversation").click()
    expect(page.locator(".cls-welcome")).to_be_visible()
    _ask(page, QUESTION)
    expect(page.locator(".cls-turn")).to_have_count(1)


def test_notices_of_gradio_are_in_french(browser: Browser, fake_site: Site) -> None:
    page = browser.new_page(locale="en-US")
    page.goto(fake_site.url)
    page.get_by_label("Votre question").fill(QUESTION)
    page.route("**/queue/join*", lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.get_by_text("Le serveur ne répond plus")).to_be_visible()
    page.close()


def test_two_visitors_do_not_share_a_conversation(browser: Browser, fake_site: Site, page: Page) -> None:
    _ask(page, QUESTION)
    with _visit(browser, fake_site) as other:
        expect(other.locator(".cls-turn")).to_have_count(0)


def test_each_new_question_comes_to_the_top_of_the_window(page: Page) -> None:
    for count in range(3):
        turn = _ask(page, f"Question {count}")
    expect(turn.locator("h2")).to_be_in_viewport()
    assert turn.evaluate("turn => turn.getBoundingClientRect().top") < 200


def test_phone_shows_everything_in_its_width(browser: Browser, fake_site: Site) -> None:
    with _visit(browser, fake_site, width=360) as page:
        turn = _ask(page, QUESTION)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        turn.locator(".cls-mark").first.click()
        expect(page.locator(".cls-panel mark")).to_be_in_viewport()
        page.get_by_role("button", name="Fermer").click()
        expect(page.locator(".cls-panel")).to_have_count(0)
