"""The page where a model writes, without a browser: what the server sends, refuses and keeps apart."""

import json
import threading
from contextlib import closing

import pytest
from fake_model import FakeModel, hangs, says
from fastapi.testclient import TestClient
from test_author import FACTS, OPEN, opened, quoting
from test_web import HOSTILE, FakeAssistant, _assert_harmless, _Page, lend, make_answer

from clsassist.errors import ConfigurationError, GonePageError
from clsassist.generation import Author
from clsassist.settings import Settings
from clsassist.text import squeeze
from clsassist.web.asking import AssistantInLine
from clsassist.web.conversation import converse, reopen
from clsassist.web.desk import Desk
from clsassist.web.rendering import render_sentence
from clsassist.web.server import create_app
from clsassist.web.site import NOTICE, WRITTEN_NOTICE
from clsassist.web.writing import BUSY, CHANGED, WRITING_PATH

INVENTED = "La MSA paie tout en 2031 [1]."


class Writable(FakeAssistant):
    """Answers known in advance, which a model could write anew."""

    def can_write(self, answer):
        return True


@pytest.fixture
def model():
    with FakeModel(says("Rien.")) as fake:
        yield fake


@pytest.fixture(scope="module")
def lasting():
    """The model of a service that several tests share."""
    with FakeModel(says("Rien.")) as fake:
        yield fake


@pytest.fixture(scope="module")
def lasting_service(indexed_corpus, lasting):
    with closing(opened(indexed_corpus, lasting)) as assistant:
        settings = lasting.settings(index_dir=indexed_corpus)
        with TestClient(create_app(assistant, settings)) as client:
            yield client, assistant


@pytest.fixture
def service(lasting, lasting_service):
    """A service with a model, and the assistant behind it; the model was asked nothing yet."""
    lasting.requests.clear()
    lasting.scripts[:] = [says("Rien.")]
    return lasting_service


def wanted(assistant, *questions, **changes):
    return {"questions": list(questions or (OPEN,)), "turn": 0, "build": assistant.build, **changes}


def forged(*questions, turn=0):
    return json.dumps({"questions": questions, "turn": turn, "build": ""}).encode()


def told(response):
    """The events of a stream."""
    assert response.status_code == 200
    lines = response.text.split("\n\n")
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def text_of(event):
    return _Page(str(event.get("html", event.get("note", "")))).text


def test_without_a_model_nothing_of_it_is_in_the_page(assistant):
    client = TestClient(create_app(assistant, Settings()))
    page = client.get("/").text + client.get("/config").text
    assert squeeze(NOTICE) in squeeze(page)
    for word in ("cls-writing", "redaction", "Rédigé"):
        assert word not in page
    assert client.post(WRITING_PATH, json=wanted(assistant)).status_code == 404
    steps = list(converse(lend(), (), OPEN))
    assert "cls-writing" not in steps[-1].log
    assert "cls-exact" not in steps[-1].log


def test_with_a_model_the_page_says_so(service):
    assert squeeze(WRITTEN_NOTICE) in squeeze(_Page(service[0].get("/").text).text)
    assert "cls-writing" in service[0].get("/config").text


def test_only_the_answer_just_asked_for_is_to_be_written():
    *_, first = converse(lend(Writable()), (), "Une question")
    assert first.log.count("data-fresh") == 1
    *_, second = converse(lend(Writable()), first.turns, "Une autre")
    places = [one["data-turn"] for one in _Page(second.log).all("section", "cls-writing") if "data-fresh" in one]
    assert places == ["1"]
    *_, again = reopen(lend(Writable()), ["Une question", "Une autre"])
    assert len(_Page(again.log).all("section", "cls-writing")) == 2
    assert "data-fresh" not in again.log


def test_a_written_answer_comes_with_its_marks_and_without_what_was_not_proved(service, lasting):
    client, assistant = service
    answer = assistant.ask(OPEN)
    lasting.scripts[:] = [says(f"{quoting(answer)} {INVENTED}")]
    events = told(client.post(WRITING_PATH, json=wanted(assistant, turn=3)))
    assert [event["kind"] for event in events] == ["sentence", "removed", "end"]
    (mark,) = _Page(events[0]["html"]).all("button", "cls-mark")
    assert (mark["data-turn"], mark["data-source"]) == ("3", str(answer.citations[0].number))
    assert text_of(events[1]) == text_of(events[2])
    assert "2031" not in json.dumps(events)
    assert events[2]["alone"] is False


def test_a_follow_up_is_written_with_the_questions_before_it(service, lasting):
    client, assistant = service
    lasting.scripts[:] = [says("Rien.")]
    told(client.post(WRITING_PATH, json=wanted(assistant, FACTS[0], OPEN, plain=True)))
    assert OPEN in lasting.requests[-1][2]["messages"][1]["content"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"build": "autre"}, CHANGED), ({"questions": [FACTS[2]]}, "La réponse exacte se suffit")],
)
def test_what_cannot_be_written_is_one_line(service, lasting, changes, said):
    client, assistant = service
    (event,) = told(client.post(WRITING_PATH, json=wanted(assistant) | changes))
    assert text_of(event).startswith(said)
    assert event["alone"] is True
    assert lasting.requests == []


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{}", b"\xff", b'{"questions": [" "]}'),
        *(forged(), forged(" "), forged("x" * 2_000), forged(*"x" * 30), forged("x", turn=-1), forged("x", turn="a")),
    ],
)
def test_a_forged_demand_is_refused_with_a_sentence(service, lasting, body):
    response = service[0].post(WRITING_PATH, content=body, headers={"Content-Type": "application/json"})
    assert 400 <= response.status_code < 500
    assert response.json()["detail"].endswith((".", " ?"))
    assert lasting.requests == []


def test_another_site_cannot_have_answers_written(service):
    client, assistant = service
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(WRITING_PATH, json=wanted(assistant), headers=headers).status_code == 403


@pytest.mark.parametrize("error", [GonePageError("Le document a été retiré."), ZeroDivisionError("secret")])
def test_a_failure_of_the_writing_is_one_line(service, monkeypatch, error):
    client, assistant = service

    def fail(*_, **__):
        raise error
        yield

    monkeypatch.setattr(assistant, "write", fail)
    (event,) = told(client.post(WRITING_PATH, json=wanted(assistant)))
    assert text_of(event).startswith("La réponse exacte reste seule")
    assert "secret" not in text_of(event)
    assert event["alone"] is True


def test_the_api_says_nothing_of_the_model(service, assistant, lasting):
    client, _ = service
    plain = TestClient(create_app(assistant, Settings()))
    assert client.get("/api/v1/openapi.json").text == plain.get("/api/v1/openapi.json").text
    with_model, without = (one.post("/api/v1/ask", json={"question": OPEN}).json() for one in (client, plain))
    for answer in (with_model, without):
        answer.pop("elapsed_ms", None)
    assert with_model == without
    assert lasting.requests == []


def test_hostile_words_of_a_model_show_as_text():
    html = render_sentence(f"{HOSTILE} [1] [99]", make_answer(), 0)
    _assert_harmless(html)
    assert HOSTILE in _Page(html).text
    assert len(_Page(html).all("button", "cls-mark")) == 1
    assert "[99]" in html


# --- the places of the desk ----------------------------------------------------------------------------------


def test_a_model_that_writes_already_is_said_to_be_busy(indexed_corpus, model, monkeypatch):
    monkeypatch.setattr("clsassist.web.desk._PATIENCE", 0.01)
    model.scripts[:] = [hangs()]
    with closing(opened(indexed_corpus, model)) as assistant:
        app = create_app(assistant, model.settings(index_dir=indexed_corpus))
        stop = threading.Event()
        with app.state.site.desk.place(stop) as has_place:
            assert has_place
            (event,) = told(TestClient(app).post(WRITING_PATH, json=wanted(assistant)))
            assert text_of(event) == BUSY
            # Questions go on.
            assert TestClient(app).post("/api/v1/ask", json={"question": OPEN}).status_code == 200
    assert model.requests == []


def test_a_place_given_back_goes_to_who_waits():
    desk, entered = Desk(1), threading.Event()
    first, second = threading.Event(), threading.Event()

    def wait():
        with desk.place(second) as has_place:
            if has_place:
                entered.set()

    with desk.place(first) as has_place:
        assert has_place
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not entered.is_set()
    waiting.join()
    assert entered.is_set()


def test_who_is_stopped_while_waiting_gets_no_place(monkeypatch):
    monkeypatch.setattr("clsassist.web.desk._PATIENCE", 3_600)
    desk, stop, got = Desk(1), threading.Event(), []

    def wait():
        with desk.place(stop) as has_place:
            got.append(has_place)

    with desk.place(threading.Event()):
        waiting = threading.Thread(target=wait)
        waiting.start()
        desk.stop(stop)
        waiting.join()
    assert got == [False]


def test_closing_stops_every_writing_and_lets_nobody_in():
    desk, stop = Desk(2), threading.Event()
    with desk.place(stop):
        desk.close()
        assert stop.is_set()
        with desk.place(threading.Event()) as has_place:
            assert not has_place


def test_a_slow_model_holds_few_places_of_the_line_of_questions(indexed_corpus, model):
    model.scripts[:] = [hangs()]
    with closing(opened(indexed_corpus, model)) as assistant:
        previous = (assistant.ask(FACTS[2]),)
        author = Author.load(model.settings(llm_timeout=60), assistant.registry, assistant._lexicon)
        first = threading.Thread(target=lambda: author.rewrite("Et donc ?", previous))
        first.start()
        assert model.started.wait(60)
        assert "déjà" in author.rewrite("Et alors ?", previous).note
        model.release.set()
        first.join()
    assert len(model.requests) == 1


# --- before the service begins -------------------------------------------------------------------------------


def test_a_model_that_cannot_be_asked_is_told_before_the_page_opens(tmp_path, model):
    (tmp_path / "synthese.md").write_text("Bonjour", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"synthese\.md"):
        Author.require(model.settings(prompts_dir=tmp_path))
    Author.require(Settings())


def test_an_assistant_in_line_writes_only_where_the_settings_name_a_model(assistant):
    answer = assistant.ask(OPEN)
    assert not AssistantInLine(None, None).can_write(answer)
    assert AssistantInLine(None, None, writes=True).can_write(answer)
    assert not AssistantInLine(None, None, writes=True).can_write(assistant.ask(FACTS[1]))
