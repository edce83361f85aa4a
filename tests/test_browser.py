"""The page as a visitor meets it: a real server in its own process, a real Chromium."""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import axe_violations, overflow, serving, visit
from docx import Document
from playwright.sync_api import Browser, Locator, Page, Route, expect
from test_web import HOSTILE, QUESTION, FakeAssistant

from clsassist.assistant import Assistant
from clsassist.records import Answer

pytestmark = pytest.mark.browser

FAKE_SERVER = (
    "import sys; from clsassist.settings import Settings; from clsassist.web.server import serve; "
    "from test_web import FakeAssistant; "
    "serve(FakeAssistant(), Settings(port=int(sys.argv[1])), lambda line: print(line, flush=True))"
)
STORED = "localStorage.getItem('clsassist.conversations')"


def _fake_command(port: int = 0) -> list[str]:
    return [sys.executable, "-c", FAKE_SERVER, str(port)]


@dataclass(frozen=True)
class Site:
    url: str
    assistant: Assistant

    def answer(self) -> Answer:
        return self.assistant.ask(QUESTION)


@pytest.fixture(scope="module")
def fake_site() -> Iterator[Site]:
    """Answers known in advance: for what the page does, whatever the documents."""
    with serving(_fake_command()) as url:
        yield Site(url, FakeAssistant())


@pytest.fixture(scope="module")
def site(site_url: str, assistant: Assistant) -> Site:
    """The five documents, through the command that people type."""
    return Site(site_url, assistant)


@pytest.fixture
def page(browser: Browser, fake_site: Site) -> Iterator[Page]:
    with _visit(browser, fake_site) as page:
        yield page


@pytest.fixture
def restless_page(browser: Browser, fake_site: Site) -> Iterator[Page]:
    """A page that the visitor leaves and opens again: Gradio, cut while it listens, calls it an error."""
    with _visit(browser, fake_site, problems_expected=True) as page:
        yield page


@contextmanager
def _visit(browser: Browser, site: Site, width: int = 1280, path: str = "", **options: Any) -> Iterator[Page]:
    with visit(browser, site.url + path, width=width, **options) as page:
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


def test_hostile_question_runs_nothing(restless_page: Page) -> None:
    page = restless_page
    turn = _ask(page, HOSTILE)
    expect(turn.locator("h2")).to_contain_text("<script>alert(1)</script>")
    assert turn.locator("script, img, a, iframe").count() == 0
    # Kept in the browser and asked again, it is still text.
    page.reload()
    expect(page.locator(".cls-turn h2")).to_contain_text("<script>alert(1)</script>")
    page.locator(".cls-history summary").click()
    expect(page.locator(".cls-history-open")).to_contain_text("<script>alert(1)</script>")


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
    page.get_by_role("button", name="Compare la fiche 1 et la fiche 2").click()
    expect(page.locator(".cls-turn h2")).to_contain_text("Compare la fiche 1 et la fiche 2")
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
    # The page asks for its first questions by itself: it is the visitor's that must fail.
    with page.expect_response("**/queue/join*"):
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


# --- the source, its neighbours, its fiche and its document --------------------------------------------------


def test_arrows_leaf_through_the_sources(page: Page) -> None:
    turn = _ask(page, QUESTION)
    turn.locator(".cls-mark").first.click()
    expect(page.get_by_role("heading", name="Source 1")).to_be_focused()
    expect(page.get_by_role("button", name="Source précédente")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Source 2")).to_be_focused()
    page.get_by_role("button", name="Source suivante").click()
    expect(page.get_by_role("heading", name="Source 3")).to_be_focused()
    expect(page.get_by_role("button", name="Source suivante")).to_be_disabled()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Source 2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(turn.locator('.cls-mark[data-source="2"]').first).to_be_focused()


def test_fiche_of_a_source_opens_with_its_words_marked(browser: Browser, site: Site) -> None:
    quoted = site.answer().citations[0].quote
    with _visit(browser, site, problems_expected=True) as page:
        _ask(page, QUESTION).locator(".cls-mark").first.click()
        page.get_by_role("link", name="Voir la fiche").click()
        page.wait_for_url("**/fiches/**")
        marked = "".join(page.locator("main mark").all_text_contents())
        assert _squeeze(marked) == _squeeze(quoted)
        # The way back finds the conversation again.
        page.go_back()
        expect(page.locator(".cls-turn .cls-source").first).to_be_visible()


def test_document_of_a_source_is_the_original_file(browser: Browser, site: Site) -> None:
    citation = site.answer().citations[0]
    with _visit(browser, site) as page:
        _ask(page, QUESTION).locator(".cls-mark").first.click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Télécharger le document").click()
        assert download.value.suggested_filename.endswith(citation.document.rpartition("/")[2])


# --- conversations kept in the browser -----------------------------------------------------------------------


def _stored(page: Page) -> list[dict[str, Any]]:
    return json.loads(page.evaluate(STORED) or "[]")


def _shown(page: Page) -> str:
    expect(page.locator(".cls-wait")).to_have_count(0)
    return page.locator(".cls-log").inner_html()


def test_reloading_shows_the_same_conversation(restless_page: Page) -> None:
    page = restless_page
    _ask(page, QUESTION)
    _ask(page, "Et en 2026 ?")
    before = _shown(page)
    # The conversation is on the screen a little before the browser has kept it.
    page.wait_for_function(f"JSON.parse({STORED} ?? '[]')[0]?.questions.length === 2")
    page.reload()
    expect(page.locator(".cls-turn")).to_have_count(2)
    assert _shown(page) == before
    assert "cls-audience" not in page.locator(".cls-main").inner_text()
    _ask(page, "Et la deuxième ?")
    expect(page.locator(".cls-turn")).to_have_count(3)


def test_only_questions_are_kept_in_the_browser(page: Page) -> None:
    _ask(page, QUESTION)
    (kept,) = _stored(page)
    assert set(kept) == {"id", "name", "date", "questions"}
    assert kept["questions"] == [QUESTION]
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('clsassist'))") == [
        "clsassist.conversations"
    ]
    assert "maître" not in page.evaluate(STORED)
    expect(page.get_by_text("gardées dans ce navigateur seulement")).to_be_visible()


def test_earlier_conversation_is_opened_again(page: Page) -> None:
    _ask(page, QUESTION)
    page.get_by_role("button", name="Nouvelle conversation").click()
    expect(page.locator(".cls-turn")).to_have_count(0)
    _ask(page, "Et la télémédecine ?")
    assert len(_stored(page)) == 2
    page.locator(".cls-history summary").click()
    page.get_by_role("button", name=QUESTION, exact=True).click()
    expect(page.locator(".cls-turn h2")).to_contain_text("maîtrise de stage")
    _ask(page, "Et en 2026 ?")
    assert sorted(len(one["questions"]) for one in _stored(page)) == [1, 2]


def test_conversation_is_renamed(page: Page) -> None:
    _ask(page, QUESTION)
    page.locator(".cls-history summary").click()
    page.get_by_role("button", name="Renommer").click()
    field = page.get_by_label("Nom de la conversation")
    expect(field).to_be_focused()
    field.fill("Stages <b>2026</b>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stages <b>2026</b>", exact=True)).to_be_focused()
    _ask(page, "Et en 2026 ?")
    assert [one["name"] for one in _stored(page)] == ["Stages <b>2026</b>"]


def test_deleted_conversation_can_be_had_back(page: Page) -> None:
    _ask(page, QUESTION)
    page.locator(".cls-history summary").click()
    page.get_by_role("button", name="Supprimer : ").click()
    expect(page.locator(".cls-turn")).to_have_count(0)
    assert _stored(page) == []
    page.get_by_role("button", name="Annuler la suppression").click()
    expect(page.locator(".cls-turn")).to_have_count(1)
    assert [one["questions"] for one in _stored(page)] == [[QUESTION]]


def test_all_conversations_are_deleted_at_once(restless_page: Page) -> None:
    page = restless_page
    _ask(page, QUESTION)
    page.get_by_role("button", name="Nouvelle conversation").click()
    expect(page.locator(".cls-turn")).to_have_count(0)
    _ask(page, "Et la télémédecine ?")
    page.locator(".cls-history summary").click()
    page.get_by_role("button", name="Tout supprimer").click()
    expect(page.get_by_text("Toutes les conversations sont supprimées.")).to_be_visible()
    assert page.evaluate(STORED) is None
    page.reload()
    expect(page.locator(".cls-audience").first).to_be_visible()
    expect(page.locator(".cls-turn")).to_have_count(0)


def test_old_or_spoilt_conversations_are_dropped(restless_page: Page) -> None:
    page = restless_page
    _ask(page, QUESTION)
    page.evaluate(
        """key => {
            const kept = JSON.parse(localStorage.getItem(key));
            const old = { ...kept[0], id: "old", date: Date.now() - 400 * 24 * 3600 * 1000 };
            const spoilt = { id: "spoilt", name: 3, questions: "x" };
            localStorage.setItem(key, JSON.stringify([...kept, old, spoilt, null]));
        }""",
        "clsassist.conversations",
    )
    page.reload()
    expect(page.locator(".cls-turn")).to_have_count(1)
    assert [one["questions"] for one in _stored(page)] == [[QUESTION]]
    page.evaluate("localStorage.setItem('clsassist.conversations', 'not JSON')")
    page.reload()
    expect(page.locator(".cls-audience").first).to_be_visible()


def test_page_works_where_nothing_may_be_stored(browser: Browser, fake_site: Site) -> None:
    with _visit(browser, fake_site, problems_expected=True) as page:
        page.add_init_script(
            "for (const name of ['localStorage', 'sessionStorage'])"
            "  Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });"
        )
        page.goto(fake_site.url)
        page.get_by_label("Votre question").wait_for()
        _ask(page, QUESTION)
        page.get_by_role("button", name="Nouvelle conversation").click()
        expect(page.locator(".cls-turn")).to_have_count(0)
        page.locator(".cls-history summary").click()
        expect(page.get_by_text("n'autorise pas à garder les conversations")).to_be_visible()
        page.get_by_role("button", name=QUESTION, exact=True).click()
        expect(page.locator(".cls-turn")).to_have_count(1)


def test_questions_on_the_screen_go_with_each_event(page: Page) -> None:
    turn = _ask(page, QUESTION)
    page.get_by_label("Votre question").fill("Et en 2026 ?")
    with page.expect_request("**/queue/join*") as typed:
        page.keyboard.press("Enter")
    assert typed.value.post_data_json["data"] == ["Et en 2026 ?", None, [QUESTION]]
    expect(page.locator(".cls-trace")).to_have_count(2)
    with page.expect_request("**/queue/join*") as opened:
        turn.locator(".cls-mark").first.click()
    assert opened.value.post_data_json["event_data"]["sent"] == [QUESTION, "Et en 2026 ?"]


def test_conversation_goes_on_after_the_server_restarted(browser: Browser) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serving(_fake_command(port)) as url:
        context = browser.new_context(locale="en-US")
        page = context.new_page()
        page.goto(url)
        _ask(page, QUESTION)
        page.evaluate("window.isSame = true")
    page.get_by_label("Votre question").fill("Et en 2026 ?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nouvel essai en cours")).to_be_visible()
    # The page opens again by itself, on the same conversation.
    with serving(_fake_command(port)):
        page.wait_for_function("!window.isSame")
        expect(page.locator(".cls-trace")).to_have_count(1)
        _ask(page, "Et en 2026 ?")
        expect(page.locator(".cls-turn")).to_have_count(2)
        assert [len(one["questions"]) for one in _stored(page)] == [2]
    context.close()


# --- the tools of an answer ----------------------------------------------------------------------------------


def test_answer_is_copied_with_its_sources(browser: Browser, site: Site) -> None:
    with _visit(browser, site, permissions=["clipboard-read", "clipboard-write"]) as page:
        turn = _ask(page, QUESTION)
        turn.get_by_role("button", name="Copier").click()
        expect(turn.get_by_role("status")).to_have_text("Réponse copiée, avec ses sources.")
        copied = page.evaluate("navigator.clipboard.readText()")
        for citation in site.answer().citations:
            assert f"[{citation.number}] {citation.document}" in copied
            assert _squeeze(citation.quote) in _squeeze(copied)
        assert "**" not in copied


def test_shared_link_asks_the_same_question(browser: Browser, fake_site: Site) -> None:
    with _visit(browser, fake_site, permissions=["clipboard-read", "clipboard-write"]) as page:
        _ask(page, "Une première question")
        _ask(page, QUESTION)
        last = _ask(page, "Et en 2026 ?")
        last.get_by_role("button", name="Lien").click()
        expect(last.get_by_role("status")).to_contain_text("Lien copié")
        link = page.evaluate("navigator.clipboard.readText()")
    # The follow-up takes along the question that it follows, and no other.
    assert parse_qs(urlsplit(link).query)["q"] == [QUESTION, "Et en 2026 ?"]
    with visit(browser, link, problems_expected=True) as other:
        expect(other.locator(".cls-turn")).to_have_count(2)
        expect(other.locator(".cls-turn h2").last).to_contain_text("Et en 2026")
        # Reloading goes on with the conversation: the question is not asked twice.
        other.reload()
        expect(other.locator(".cls-turn")).to_have_count(2)
        assert len(_stored(other)) == 1


@pytest.mark.parametrize(("name", "kind"), [("Word", "docx"), ("Markdown", "md")])
def test_answer_is_downloaded_with_the_questions_it_follows(page: Page, name: str, kind: str) -> None:
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(body="x", headers={"Content-Disposition": f'attachment; filename="reponse.{kind}"'})

    page.route(f"**/reponses/{kind}", answer)
    _ask(page, QUESTION)
    turn = _ask(page, "Et en 2026 ?")
    for _ in range(2):
        with page.expect_download():
            turn.get_by_role("button", name=name).click()
    assert [parse_qs(one)["q"] for one in sent] == [[QUESTION, "Et en 2026 ?"]] * 2


def test_useful_answer_is_said_so(page: Page) -> None:
    turn = _ask(page, QUESTION)
    page.route("**/avis", lambda route: route.fulfill(status=201, json={"id": 1}))
    with page.expect_request("**/avis") as request:
        turn.get_by_role("button", name="Utile", exact=True).click()
    sent = request.value.post_data_json
    assert (sent["rating"], sent["question"], sent["previous"]) == ("plus", QUESTION, [])
    expect(turn.get_by_role("status")).to_contain_text("Merci")
    expect(turn.get_by_role("button", name="Utile", exact=True)).to_have_attribute("aria-pressed", "true")


def test_useless_answer_is_said_so_with_a_reason(page: Page) -> None:
    _ask(page, QUESTION)
    turn = _ask(page, "Et en 2026 ?")
    page.route("**/avis", lambda route: route.fulfill(status=201, json={"id": 1}))
    turn.get_by_role("button", name="Pas utile").click()
    dialog = page.get_by_role("dialog", name="Pourquoi cette réponse n'est-elle pas utile")
    dialog.get_by_label("Il manque quelque chose").check()
    dialog.get_by_label("Commentaire").fill("La MSA aussi")
    with page.expect_request("**/avis") as request:
        dialog.get_by_role("button", name="Envoyer").click()
    sent = request.value.post_data_json
    assert (sent["rating"], sent["reason"], sent["comment"]) == ("moins", "incomplet", "La MSA aussi")
    assert (sent["question"], sent["previous"]) == ("Et en 2026 ?", [QUESTION])
    expect(dialog).to_be_hidden()
    expect(turn.get_by_role("status")).to_contain_text("Merci")
    expect(turn.get_by_role("button", name="Pas utile")).to_be_focused()


def test_opinion_that_is_not_kept_is_said(browser: Browser, fake_site: Site) -> None:
    with _visit(browser, fake_site, problems_expected=True) as page:
        turn = _ask(page, QUESTION)
        page.route("**/avis", lambda route: route.fulfill(status=503, json={"detail": "plein"}))
        turn.get_by_role("button", name="Utile", exact=True).click()
        expect(turn.get_by_role("status")).to_contain_text("n'a pas pu être enregistré")


# --- addresses, words, comfort -------------------------------------------------------------------------------


def test_question_of_the_address_is_asked(browser: Browser, fake_site: Site) -> None:
    with _visit(browser, fake_site, path="/?q=O%C3%B9%20est%20la%20MSA%20%3F") as page:
        expect(page.locator(".cls-turn h2")).to_contain_text("Où est la MSA")
        expect(page.locator(".cls-trace")).to_be_visible()
        assert urlsplit(page.url).query == ""


@pytest.mark.parametrize("asked", ["", "%20", "x" * 1_200, "%00", "%3Cscript%3Ealert(1)%3C/script%3E"])
def test_odd_question_of_the_address_does_no_harm(browser: Browser, fake_site: Site, asked: str) -> None:
    with _visit(browser, fake_site, path=f"/?q={asked}") as page:
        expect(page.locator(".cls-audience:visible, .cls-trace:visible").first).to_be_visible()


def test_every_audience_has_its_first_questions(page: Page) -> None:
    for name in ("Vous êtes élu ou élue", "Vous coordonnez"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_search_is_told_in_plain_words(browser: Browser, site: Site) -> None:
    with _visit(browser, site) as page:
        trace = _ask(page, QUESTION).locator(".cls-trace")
        trace.locator("summary").click()
        expect(trace).to_contain_text("J'ai compris que vous demandez")
        expect(trace).to_contain_text("J'ai parcouru 34 actions")
        assert not re.search("racine|lexical|sémantique", trace.inner_text())


def test_nothing_moves_for_those_who_ask_for_rest(browser: Browser, fake_site: Site) -> None:
    with _visit(browser, fake_site, reduced_motion="reduce") as page:
        page.get_by_label("Votre question").fill("une question lente")
        page.keyboard.press("Enter")
        assert page.locator(".cls-dots span").first.evaluate("dot => getComputedStyle(dot).animationName") == "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(browser: Browser, site: Site, scheme: Literal["light", "dark"]) -> None:
    with _visit(browser, site, scheme=scheme) as page:
        page.locator(".cls-audience").first.wait_for()
        found = axe_violations(page)
        turn = _ask(page, "Compare la fiche 1 et la fiche 2 du CLS Pays Thur Doller")
        for fold in page.locator("summary").all():
            fold.click()
        found += axe_violations(page)
        turn.locator(".cls-mark").first.click()
        page.locator(".cls-panel mark").first.wait_for()
        found += axe_violations(page)
        page.keyboard.press("Escape")
        turn.get_by_role("button", name="Pas utile").click()
        found += axe_violations(page)
        assert found == []


# 640 is a window of 1280 at 200 %.
@pytest.mark.parametrize("width", [320, 640])
def test_nothing_is_lost_in_a_narrow_window(browser: Browser, site: Site, width: int) -> None:
    with _visit(browser, site, width=width) as page:
        page.locator(".cls-audience").first.wait_for()
        assert overflow(page) == 0
        turn = _ask(page, "Compare la fiche 1 et la fiche 2 du CLS Pays Thur Doller")
        assert overflow(page) == 0
        for tool in turn.locator(".cls-tool").all():
            expect(tool).to_be_visible()
        turn.locator(".cls-mark").first.click()
        page.locator(".cls-panel mark").first.wait_for()
        assert overflow(page) == 0
        expect(page.get_by_role("link", name="Voir la fiche")).to_be_in_viewport()


def test_whole_visit_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    _tab_to(page, page.locator(".cls-ask").first)
    page.keyboard.press("Enter")
    page.locator(".cls-trace").wait_for()
    _tab_to(page, page.locator(".cls-mark").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Source 1")).to_be_focused()
    _tab_to(page, page.get_by_role("link", name="Voir la fiche"))
    page.keyboard.press("Escape")
    _tab_to(page, page.locator(".cls-tool-copy"))
    _tab_to(page, page.locator(".cls-trace summary"))
    page.keyboard.press("Enter")
    expect(page.locator(".cls-trace")).to_have_attribute("open", "")
    _tab_to(page, page.get_by_label("Votre question"))
    page.keyboard.type("Et en 2026 ?")
    page.keyboard.press("Enter")
    expect(page.locator(".cls-turn")).to_have_count(2)


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until an element has the focus, which must be seen on the way."""
    for _ in range(60):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"the keyboard does not reach {wanted}")


@pytest.mark.parametrize(("name", "kind"), [("Word", "docx"), ("Markdown", "md")])
def test_downloaded_answer_holds_its_citations(browser: Browser, site: Site, name: str, kind: str) -> None:
    with _visit(browser, site) as page:
        turn = _ask(page, QUESTION)
        with page.expect_download() as download:
            turn.get_by_role("button", name=name).click()
        assert download.value.suggested_filename.endswith(f".{kind}")
        written = _read_text(download.value.path(), kind)
    for citation in site.answer().citations:
        assert _squeeze(citation.quote) in _squeeze(written)
        assert citation.document in written


def _read_text(path: Path, kind: str) -> str:
    if kind == "md":
        return path.read_text(encoding="utf-8").replace("\\", "")
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_focus_goes_on_from_what_a_proposed_question_left(page: Page) -> None:
    page.locator(".cls-ask").first.focus()
    page.keyboard.press("Enter")
    page.locator(".cls-trace").wait_for()
    expect(page.locator(".cls-turn h2").last).to_be_focused()


def test_a_new_conversation_begins_at_its_heading(page: Page) -> None:
    _ask(page, QUESTION)
    page.get_by_role("button", name="Nouvelle conversation").click()
    expect(page.locator(".cls-welcome h2").first).to_be_focused()
