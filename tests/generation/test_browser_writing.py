"""The page where a model writes: a real server in its own process, a real Chromium, a scripted model."""

import json
import threading

import httpx
import pytest
from browsing import axe_violations, overflow, serve_command, serving, visit
from fake_model import FakeModel, chunk, opens, pieces_of, refuses, says, writes
from playwright.sync_api import expect
from test_author import FACTS, OPEN, quoting

pytestmark = pytest.mark.browser

INVENTED = "La MSA paie tout en 2031 [1]."
LABEL = "Rédigé par un modèle, vérifié phrase par phrase"
REMOVED = "1 phrase sur 2 a été retirée : les documents ne la prouvent pas."


class Paced:
    """Write each part of an answer when the test says so."""

    def __init__(self, *parts):
        self.parts = [(part, threading.Event()) for part in parts]
        self.asked = threading.Event()

    def go(self, count=1):
        for _, event in [one for one in self.parts if not one[1].is_set()][:count]:
            event.set()

    def __call__(self, handler):
        opens(handler)
        self.asked.set()
        for part, event in self.parts:
            while not event.wait(0.01) and not handler.server_fake.release.is_set():
                # So that a reader who hung up is noticed.
                writes(handler, b": patience\n\n")
            for piece in pieces_of(part):
                writes(handler, chunk(piece))
        writes(handler, chunk(None, "stop"))
        writes(handler, b"data: [DONE]\n\n")


@pytest.fixture(scope="module")
def model():
    with FakeModel(says("Rien.")) as fake:
        yield fake


@pytest.fixture(scope="module")
def url(indexed_corpus, model):
    command = serve_command(indexed_corpus)
    with serving(command, CLSASSIST_LLM_URL=model.url, CLSASSIST_LLM_MODEL="modele-test") as address:
        yield address


@pytest.fixture(scope="module")
def sentence(assistant):
    return quoting(assistant.ask(OPEN))


@pytest.fixture
def page(browser, url, model):
    model.requests.clear()
    model.gone.clear()
    with visit(browser, url, problems_expected=True) as page:
        page.get_by_label("Votre question").wait_for()
        yield page


def ask(page, question=OPEN):
    count = page.locator(".cls-turn").count()
    page.get_by_label("Votre question").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".cls-turn").nth(count)
    turn.locator(".cls-trace").wait_for()
    return turn


def note(turn):
    return turn.locator(".cls-writing-note")


def squeezed(text):
    return "".join(text.replace("\u00a0", " ").split())


def words(sentence):
    """A sentence as shown: without the brackets of its marks."""
    return squeezed(sentence).replace("[", "").replace("]", "")


def test_the_exact_answer_is_read_before_the_first_written_sentence(page, model, sentence, assistant):
    script = Paced(f"{sentence} ", f"{INVENTED} ")
    model.scripts[:] = [script]
    turn = ask(page)
    assert script.asked.wait(60)
    exact = assistant.ask(OPEN)
    expect(turn.locator(".cls-exact")).to_be_visible()
    expect(turn.locator(".cls-source")).to_have_count(len(exact.citations))
    expect(turn.get_by_text("Rédaction en cours")).to_be_visible()
    expect(turn.get_by_text(LABEL)).to_be_visible()
    expect(turn.locator(".cls-written")).to_have_text("")
    seen = turn.locator(".cls-exact").inner_text()
    script.go(2)
    expect(note(turn)).to_have_text(REMOVED)
    assert squeezed(turn.locator(".cls-written").inner_text()) == words(sentence)
    assert turn.locator(".cls-exact").inner_text() == seen
    expect(turn.locator(".cls-exact")).to_be_visible()
    # Its marks open the same panel.
    turn.locator(".cls-written .cls-mark").first.click()
    expect(page.locator('.cls-panel[data-source="1"] mark').first).to_be_visible()
    page.keyboard.press("Escape")
    expect(turn.locator(".cls-written .cls-mark").first).to_be_focused()


def test_sentences_come_one_by_one_and_an_unsupported_one_is_never_shown(page, model, sentence):
    page.add_init_script(
        "window.seen = ''; new MutationObserver(() => {"
        "  window.seen += document.querySelector('.cls-log')?.textContent ?? '' })"
        "  .observe(document, { childList: true, subtree: true, characterData: true });"
    )
    page.reload()
    page.get_by_label("Votre question").wait_for()
    script = Paced(f"{INVENTED} {sentence} L", "a MSA paie tout en 2032 [1].")
    model.scripts[:] = [script]
    turn = ask(page)
    script.go()
    expect(turn.locator(".cls-written > span")).to_have_count(1)
    expect(turn.get_by_text("Rédaction en cours")).to_be_visible()
    script.go()
    expect(turn.locator(".cls-writing-wait")).to_be_hidden()
    seen = page.evaluate("window.seen")
    assert squeezed(sentence.split("«")[0]) in squeezed(seen)
    assert "2031" not in seen
    assert "2032" not in seen


def test_stop_is_honoured_by_the_page_and_by_the_model(page, model, sentence):
    script = Paced(f"{sentence} Il", " est prévu autre chose.")
    model.scripts[:] = [script]
    turn = ask(page)
    script.go()
    expect(turn.locator(".cls-written > span")).to_have_count(1)
    stop = turn.get_by_role("button", name="Arrêter la rédaction")
    stop.focus()
    page.keyboard.press("Enter")
    expect(note(turn)).to_have_text("La rédaction a été arrêtée.")
    expect(stop).to_be_hidden()
    expect(turn.get_by_role("radio", checked=True)).to_be_focused()
    expect(turn.locator(".cls-written > span")).to_have_count(1)
    assert model.gone.wait(60)
    # The place is free again: the same reader has it written anew.
    model.scripts[:] = [says(sentence)]
    turn.get_by_role("button", name="Rédiger de nouveau").click()
    expect(turn.locator(".cls-written > span")).to_have_count(1)
    expect(note(turn)).to_be_hidden()


@pytest.mark.parametrize("leaving", ["question", "conversation", "page"])
def test_a_reader_who_goes_on_stops_the_model(page, model, sentence, leaving):
    model.scripts[:] = [Paced(f"{sentence} Il", " est prévu autre chose."), says("Rien.")]
    script = model.scripts[0]
    turn = ask(page)
    script.go()
    expect(turn.locator(".cls-written > span")).to_have_count(1)
    if leaving == "question":
        ask(page, FACTS[2])
        expect(note(turn)).to_have_text("La rédaction a été arrêtée.")
        # What was proved before stays, though the conversation was drawn anew.
        expect(turn.locator(".cls-written > span")).to_have_count(1)
    elif leaving == "conversation":
        page.get_by_role("button", name="Nouvelle conversation").click()
        expect(page.locator(".cls-turn")).to_have_count(0)
    else:
        page.goto("about:blank")
    assert model.gone.wait(60)


def test_the_switch_works_with_the_keyboard_and_is_remembered(page, model, sentence):
    model.scripts[:] = [says(f"{sentence} {INVENTED}")]
    turn = ask(page)
    expect(note(turn)).to_have_text(REMOVED)
    exact, written = turn.locator(".cls-exact"), turn.locator(".cls-written")
    turn.get_by_role("radio", name="Les deux").focus()
    page.keyboard.press("ArrowUp")
    expect(turn.get_by_role("radio", name="Réponse rédigée")).to_be_focused()
    expect(exact).to_be_hidden()
    expect(written).to_be_visible()
    # Drawn anew by the next question, and the choice holds for it.
    other = ask(page, OPEN)
    expect(exact).to_be_hidden()
    expect(other.locator(".cls-exact")).to_be_hidden()
    expect(other.locator(".cls-written")).to_be_visible()
    other.get_by_role("radio", name="Réponse rédigée").focus()
    page.keyboard.press("ArrowUp")
    expect(other.get_by_role("radio", name="Réponse exacte")).to_be_focused()
    expect(other.locator(".cls-exact")).to_be_visible()
    expect(other.locator(".cls-written")).to_be_hidden()
    # Who reads exact answers alone asks nothing of the model.
    model.requests.clear()
    expect(ask(page, OPEN).get_by_role("radio", name="Réponse exacte")).to_be_checked()
    page.reload()
    expect(page.locator(".cls-turn")).to_have_count(3)
    expect(page.get_by_role("radio", name="Réponse exacte", checked=True)).to_have_count(3)
    assert json.loads(page.evaluate("localStorage.getItem('clsassist.redaction')"))["view"] == "exact"
    assert model.requests == []


def test_a_reopened_conversation_is_written_only_when_asked(page, model, sentence):
    model.scripts[:] = [says(sentence)]
    expect(ask(page).locator(".cls-written > span")).to_have_count(1)
    model.requests.clear()
    page.reload()
    turn = page.locator(".cls-turn")
    expect(turn.locator(".cls-trace")).to_be_visible()
    expect(turn.locator(".cls-writing-text")).to_be_hidden()
    assert model.requests == []
    turn.get_by_role("radio", name="Les deux").check()
    expect(turn.locator(".cls-written > span")).to_have_count(1)


def test_plain_language_is_written_by_its_own_instructions(page, model, sentence):
    model.scripts[:] = [says(sentence)]
    turn = ask(page)
    expect(turn.locator(".cls-written > span")).to_have_count(1)
    usual = model.requests[0][2]["messages"][0]["content"]
    plain = turn.get_by_role("button", name="En clair")
    plain.click()
    expect(plain).to_have_attribute("aria-pressed", "true")
    expect(turn.locator(".cls-written > span")).to_have_count(1)
    expect(turn.locator(".cls-writing-wait")).to_be_hidden()
    assert len(model.requests) == 2
    assert model.requests[1][2]["messages"][0]["content"] != usual
    # The first text is still there.
    plain.click()
    expect(turn.locator(".cls-written > span")).to_have_count(1)
    assert len(model.requests) == 2


FAILURES = (
    (lambda handler: None, "La réponse exacte reste seule : le modèle de langue "),
    (refuses(401), "La réponse exacte reste seule : le modèle de langue refuse l'accès."),
    (says(INVENTED), "La réponse exacte reste seule : les documents ne prouvent rien de ce que le modèle a écrit."),
)


def test_a_model_that_fails_is_one_line_under_the_exact_answer(page, model):
    for script, said in FAILURES:
        model.scripts[:] = [script]
        turn = ask(page)
        expect(note(turn)).to_contain_text(said)
        expect(turn.locator(".cls-exact")).to_be_visible()
        expect(turn.locator(".cls-writing-text")).to_be_hidden()
        expect(turn.locator(".cls-writing-wait")).to_be_hidden()
        expect(turn.get_by_role("button", name="Rédiger de nouveau")).to_be_visible()


def test_a_fact_is_not_written(page, model):
    turn = ask(page, FACTS[2])
    expect(turn.locator(".cls-writing")).to_have_count(0)
    assert model.requests == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_in_a_written_answer(browser, url, model, sentence, scheme):
    model.scripts[:] = [says(f"{sentence} {INVENTED}")]
    with visit(browser, url, scheme=scheme) as page:
        page.get_by_label("Votre question").wait_for()
        turn = ask(page)
        expect(note(turn)).to_have_text(REMOVED)
        expect(page.get_by_role("log", name="Conversation").locator(".cls-written")).to_be_visible()
        assert axe_violations(page) == []


def test_a_written_answer_fits_a_narrow_window(browser, url, model, sentence):
    script = Paced(f"{sentence} Il", " est prévu autre chose.")
    model.scripts[:] = [script]
    with visit(browser, url, width=320) as page:
        page.get_by_label("Votre question").wait_for()
        turn = ask(page)
        script.go()
        expect(turn.locator(".cls-written > span")).to_have_count(1)
        assert overflow(page) == 0
        script.go()


def test_a_program_that_hangs_up_stops_the_model(url, model, sentence, assistant):
    model.gone.clear()
    script = Paced(f"{sentence} Il", " est prévu autre chose.")
    model.scripts[:] = [script]
    wanted = {"questions": [OPEN], "turn": 0, "build": assistant.build}
    with httpx.stream("POST", f"{url}/redaction", json=wanted, timeout=60) as response:
        script.go()
        lines = response.iter_lines()
        first = next(line for line in lines if line.startswith("data: "))
        assert json.loads(first.removeprefix("data: "))["kind"] == "sentence"
        # Meanwhile questions are answered, and another writing is told that the model is busy.
        assert httpx.post(f"{url}/api/v1/ask", json={"question": OPEN}, timeout=60).status_code == 200
        busy = httpx.post(f"{url}/redaction", json=wanted, timeout=60).text
        assert "rédige déjà pour d" in busy
    assert model.gone.wait(60)
