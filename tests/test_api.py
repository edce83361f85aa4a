"""The HTTP API over the shipped corpus: the answers of the assistant, described, bounded, refused in French."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from test_web import FakeAssistant

from clsassist.assistant import Assistant
from clsassist.catalogue import Facet, catalogue_of
from clsassist.contracts import answer_to_payload
from clsassist.engagement_sheet import Directory
from clsassist.lexicon import load_lexicon
from clsassist.live import LiveAssistant
from clsassist.settings import Settings
from clsassist.web import api_models
from clsassist.web.api_door import ApiDoor
from clsassist.web.asking import MAX_PREVIOUS, Line, LineFullError
from clsassist.web.server import create_app

FIRST = "Où la MSA est-elle partenaire ?"
QUESTIONS = (
    FIRST,
    "Quelles actions ciblent la maîtrise de stage ?",
    "Combien d'actions compte le corpus ?",
    "Que veut dire CPTS ?",
    "Quelles actions parlent de fusées lunaires ?",
)
# Many questions, whatever a visitor's rate: what is tested here is what the API answers.
SETTINGS = replace(Settings(), page=replace(Settings().page, rate_per_minute=100_000))
FRIEND, STRANGER = "https://www.ville.example", "https://ailleurs.example"
BASE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def client(demo_assistant: Assistant) -> Iterator[TestClient]:
    app = create_app(LiveAssistant.over(demo_assistant), SETTINGS)
    with TestClient(app, base_url=BASE) as client:
        yield client


@pytest.fixture(scope="module")
def schema(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def read(response: Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


def without_time(payload: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key != "elapsed_ms"}


# --- questions


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_the_contract_then_the_choices(
    client: TestClient, demo_assistant: Assistant, question: str
) -> None:
    answer = demo_assistant.ask(question)
    expected = {**answer_to_payload(answer), "choices": list(answer.choices)}
    for response in (
        client.post("/api/v1/ask", json={"question": question}),
        client.get("/api/v1/ask", params={"question": question}),
    ):
        payload = read(response)
        assert list(payload) == list(expected)
        assert without_time(payload) == without_time(expected)


def test_a_follow_up_is_understood_from_the_previous_questions(client: TestClient, demo_assistant: Assistant) -> None:
    first = demo_assistant.ask(FIRST)
    second = demo_assistant.ask("Et l'ARS ?", (first,))
    third = demo_assistant.ask("Combien sont-elles ?", (first, second))
    previous = [FIRST, "Et l'ARS ?"]
    asked = {"question": "Combien sont-elles ?", "previous": previous}
    for response in (client.post("/api/v1/ask", json=asked), client.get("/api/v1/ask", params=asked)):
        assert without_time(read(response)) == without_time(
            {**answer_to_payload(third), "choices": list(third.choices)}
        )


def test_previous_questions_are_bounded(client: TestClient) -> None:
    response = client.post("/api/v1/ask", json={"question": FIRST, "previous": [FIRST] * (MAX_PREVIOUS + 1)})
    assert response.status_code == 422
    assert response.json() == {"detail": f"« previous » compte plus de {MAX_PREVIOUS} éléments."}


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"content": b"{"}, 400, "JSON"),
        ({"content": b"\xff\xfe"}, 400, "JSON"),
        ({"json": ["question"]}, 422, "objet JSON"),
        ({"content": b""}, 422, "corps de la requête est absent"),
        ({"json": {}}, 422, "« question » est absent"),
        ({"json": {"question": 3}}, 422, "« question » doit être un texte"),
        ({"json": {"question": None}}, 422, "« question » doit être un texte"),
        ({"json": {"question": " \n "}}, 422, "« question » est vide"),
        ({"json": {"question": "x" * 1001}}, 422, "1001 caractères"),
        ({"json": {"question": FIRST, "previous": "hier"}}, 422, "« previous » doit être une liste"),
        ({"json": {"question": FIRST, "previous": [FIRST, 4]}}, 422, "« previous[1] » doit être un texte"),
        ({"json": {"question": FIRST, "previous": [FIRST, ""]}}, 422, "« previous[1] » est vide"),
        ({"json": {"question": FIRST, "historique": []}}, 422, "« historique » n'est pas un paramètre connu"),
        ({"json": {"question": "x" * 300_000}}, 413, "trop longue"),
    ],
)
def test_a_request_that_cannot_be_taken_is_refused_in_french(
    client: TestClient, sent: dict[str, Any], status: int, said: str
) -> None:
    headers = {"content-type": "application/json"}
    response = client.post("/api/v1/ask", headers=headers, **sent)
    assert response.status_code == status
    assert list(response.json()) == ["detail"]
    assert said in response.json()["detail"]


@pytest.mark.parametrize(
    "question",
    [
        "<script>alert(1)</script>",
        "![x](http://mechant.example/i.png)",
        "'; DROP TABLE action; --",
        "🦄🦄🦄",
        "\u202eesrevni\u202c",
        "a\u0000b",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    ],
)
def test_odd_questions_are_answered_or_refused_as_text(client: TestClient, question: str) -> None:
    response = client.post("/api/v1/ask", json={"question": question})
    assert response.status_code in (200, 422)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_a_lone_surrogate_is_refused_in_a_sentence(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    response = client.post("/api/v1/ask", content=rb'{"question": "\ud800"}', headers=headers)
    assert response.status_code in (400, 422)
    assert response.json()["detail"].endswith(".")


def test_answers_are_kept_by_nobody_on_the_way(client: TestClient) -> None:
    assert client.get("/api/v1/ask", params={"question": FIRST}).headers["cache-control"] == "no-store"


def test_the_words_of_a_question_are_in_no_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for sent in ({"question": "zygomatique ?"}, {"question": "zygomatique", "previous": 3}, {"q": "zygomatique"}):
        client.post("/api/v1/ask", json=sent)
    client.get("/api/v1/ask", params={"question": "zygomatique ?"})
    # The client of these tests logs its own requests.
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert not [record for record in ours if "zygomatique" in record.getMessage()]


# --- fiches


def test_following_the_pages_lists_every_fiche_once(client: TestClient, demo_assistant: Assistant) -> None:
    address: str | None = "/api/v1/actions?limit=7"
    listed: list[str] = []
    while address:
        page = read(client.get(address))
        assert page["total"] == len(demo_assistant.actions())
        listed += [item["id"] for item in page["items"]]
        address = page["next"]
    assert listed == [action.id for action in demo_assistant.actions()]


def test_every_fiche_is_read_as_the_command_shows_it(client: TestClient, demo_assistant: Assistant) -> None:
    for item in read(client.get("/api/v1/actions?limit=200"))["items"]:
        action = read(client.get(item["url"]))
        assert action == json.loads(json.dumps(demo_assistant.show_payload(item["id"])))


def test_a_filter_keeps_what_the_page_of_fiches_keeps(client: TestClient, demo_assistant: Assistant) -> None:
    rows = catalogue_of(demo_assistant).rows
    tried = 0
    for facet in Facet:
        for value in {value for row in rows for value in row.said(facet)}:
            expected = [row.action.id for row in rows if value in row.said(facet)]
            page = read(client.get("/api/v1/actions", params={facet.value: value.key, "limit": 200}))
            assert set(expected) <= {item["id"] for item in page["items"]}, (facet, value)
            assert all(value.key in item["filters"][facet.value] for item in page["items"] if item["id"] in expected)
            tried += 1
    assert tried > 20


def test_a_value_may_be_the_words_that_a_person_reads(client: TestClient, demo_assistant: Assistant) -> None:
    plan = next(iter(demo_assistant.registry.plans.values())).name
    page = read(client.get("/api/v1/actions", params={"plan": plan, "limit": 200}))
    expected = [
        one.id for one in demo_assistant.actions() if demo_assistant.registry.plans[one.document_id].name == plan
    ]
    assert [item["id"] for item in page["items"]] == expected != []


def test_filters_combine_and_the_next_page_keeps_them(client: TestClient) -> None:
    page = read(client.get("/api/v1/actions", params={"partenaire": "ARS", "limit": 1}))
    assert page["total"] > 1
    assert "partenaire=ARS" in page["next"]
    following = read(client.get(page["next"]))
    assert following["total"] == page["total"]
    assert following["offset"] == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("plna=x", "« plna » n'est pas un paramètre connu"),
        ("limit=0", "« limit » doit être au moins 1"),
        ("limit=201", "« limit » doit être au plus 200"),
        ("offset=-1", "« offset » doit être au moins 0"),
        ("offset=un", "« offset » doit être un nombre entier"),
        (f"q={'x' * 201}", "« q » dépasse 200 caractères"),
    ],
)
def test_a_filter_that_is_not_understood_is_refused(client: TestClient, query: str, said: str) -> None:
    response = client.get(f"/api/v1/actions?{query}")
    assert response.status_code == 422
    assert said in response.json()["detail"]


# --- partenaires


def test_every_organisation_listed_has_its_commitments(client: TestClient, demo_assistant: Assistant) -> None:
    known = Directory(demo_assistant.registry, load_lexicon()).organisations
    page = read(client.get("/api/v1/partners?limit=200"))
    assert page["total"] == len(known)
    for item, organisation in zip(page["items"], known, strict=False):
        assert item["name"] == organisation.name
        assert item["actions"] == sum(item["parts"].values())
        sheet = read(client.get(item["url"]))
        assert sheet["commitments"], item["name"]
        assert sheet["examined"] == len(demo_assistant.actions())


def test_an_organisation_is_found_by_another_of_its_names(client: TestClient) -> None:
    names = {item["name"] for item in read(client.get("/api/v1/partners", params={"q": "mutualite sociale"}))["items"]}
    assert "MSA" in names
    by_name = read(client.get("/api/v1/partners/Mutualité sociale agricole"))
    assert [one["action"] for one in by_name["commitments"]] == [
        one["action"] for one in read(client.get("/api/v1/partners/MSA"))["commitments"]
    ]


def test_every_mention_is_the_text_of_its_document(client: TestClient) -> None:
    texts = texts_by_path(client)
    for name in ("MSA", "ARS", "CPAM"):
        for commitment in read(client.get(f"/api/v1/partners/{name}"))["commitments"]:
            for mention in commitment["mentions"]:
                text = texts[commitment["document"]]
                assert text[mention["start"] : mention["end"]] == mention["quote"]


# --- documents


def texts_by_path(client: TestClient) -> dict[str, str]:
    items = read(client.get("/api/v1/documents"))["items"]
    return {one["path"]: read(client.get(f"{one['url']}?text=true"))["text"] for one in items}


def test_every_document_is_listed_with_its_fiches(client: TestClient, demo_assistant: Assistant) -> None:
    listed = read(client.get("/api/v1/documents"))
    assert [one["path"] for one in listed["items"]] == [one.path for one in demo_assistant.documents()]
    assert listed["total"] == len(listed["items"])
    for one in listed["items"]:
        document = read(client.get(one["url"]))
        assert document["text"] is None
        assert len(document["items"]) == one["actions"]
    assert sum(one["actions"] for one in listed["items"]) == len(demo_assistant.actions())


def test_every_citation_is_the_text_of_its_document(client: TestClient) -> None:
    texts = texts_by_path(client)
    citations = [
        citation
        for question in QUESTIONS
        for citation in read(client.post("/api/v1/ask", json={"question": question}))["citations"]
    ]
    assert len(citations) > 5
    for one in citations:
        assert texts[one["document"]][one["start"] : one["end"]] == one["quote"]


# --- what does not exist


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/actions/annuaire-inconnu:1",
        "/api/v1/partners/Zorglub Interplanétaire",
        "/api/v1/documents/inconnu.docx",
        "/api/v1/documents/../../etc/passwd",
        "/api/v1/documents/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/api/v1/rien",
        "/api/v2/ask",
        "/api/rien",
    ],
)
def test_what_does_not_exist_is_a_sentence_and_404(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert list(response.json()) == ["detail"]
    assert response.json()["detail"][:1].isupper()


# --- methods and other sites


def test_head_has_the_headers_of_get_without_its_body(client: TestClient, schema: dict[str, Any]) -> None:
    paths = [path for path, methods in schema["paths"].items() if "get" in methods and "{" not in path]
    for path in [*paths, "/api", "/api/v1/openapi.json"]:
        query = f"?question={FIRST}" if path.endswith("/ask") else ""
        head, get = client.head(path + query), client.get(path + query)
        assert head.status_code == get.status_code == 200
        assert head.headers["content-type"] == get.headers["content-type"]
        assert head.content == b""


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/api/v1/ask"), ("POST", "/api/v1/actions")])
def test_another_method_is_refused_with_those_that_exist(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path, json={})
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert method in response.json()["detail"]


@pytest.fixture
def shared(demo_assistant: Assistant) -> Iterator[TestClient]:
    """The API as it is when the pages of one other site may call it."""
    app = ApiDoor(create_app(LiveAssistant.over(demo_assistant), SETTINGS), [FRIEND])
    with TestClient(app, base_url=BASE) as client:
        yield client


def test_options_says_what_an_address_accepts(shared: TestClient) -> None:
    response = shared.options("/api/v1/ask")
    assert response.status_code == 204
    assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert shared.options("/api/v1/actions").headers["allow"] == "GET, HEAD, OPTIONS"


def test_no_other_site_is_let_in_by_default(client: TestClient) -> None:
    response = client.get("/api/v1/actions", headers={"origin": STRANGER})
    assert not [name for name in response.headers if name.startswith("access-control")]
    response = client.post("/api/v1/ask", json={"question": FIRST}, headers={"origin": STRANGER})
    assert response.status_code == 403


def test_the_pages_of_an_allowed_site_may_ask(shared: TestClient) -> None:
    browser = {"origin": FRIEND, "sec-fetch-site": "cross-site"}
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    preflight = shared.options("/api/v1/ask", headers={**browser, **asked})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == FRIEND
    response = shared.post("/api/v1/ask", json={"question": FIRST}, headers=browser)
    assert read(response)["question"] == FIRST
    assert response.headers["access-control-allow-origin"] == FRIEND
    assert "access-control-allow-credentials" not in response.headers


def test_the_pages_of_another_site_may_not(shared: TestClient) -> None:
    browser = {"origin": STRANGER, "sec-fetch-site": "cross-site"}
    assert (
        shared.options("/api/v1/ask", headers={**browser, "access-control-request-method": "POST"}).status_code == 400
    )
    response = shared.post("/api/v1/ask", json={"question": FIRST}, headers=browser)
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


def test_an_allowed_site_reaches_nothing_but_the_api(shared: TestClient) -> None:
    response = shared.post("/gradio_api/queue/join", json={}, headers={"origin": FRIEND})
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


# --- passwords


@pytest.fixture
def guarded(demo_assistant: Assistant, tmp_path: Path) -> Iterator[TestClient]:
    """The API of a service that asks for a password."""
    page = replace(SETTINGS.page, password="genêt-42", auth="password", data_dir=tmp_path)
    app = create_app(LiveAssistant.over(demo_assistant), replace(SETTINGS, page=page))
    with TestClient(app, base_url=BASE) as client:
        yield client


def test_without_the_password_nothing_is_said(guarded: TestClient) -> None:
    for path in ("/api/v1/actions", f"/api/v1/ask?question={FIRST}", "/api/v1/openapi.json"):
        response = guarded.get(path)
        assert response.status_code == 401
        assert list(response.json()) == ["detail"]
    assert guarded.get("/api/v1/actions", headers={"authorization": "Bearer faux"}).status_code == 401


def test_the_password_is_given_by_basic_or_as_a_token(guarded: TestClient) -> None:
    assert guarded.get("/api/v1/actions", auth=("tableau", "genêt-42")).status_code == 200
    token = {"authorization": "Bearer genêt-42".encode()}
    assert guarded.get("/api/v1/actions", headers=token).status_code == 200
    assert guarded.post("/api/v1/ask", json={"question": FIRST}, headers=token).status_code == 200


# --- how often


def test_questions_are_counted_however_they_are_asked(
    demo_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine, all happens in the same minute.
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    settings = replace(Settings(), page=replace(Settings().page, rate_per_minute=3))
    with TestClient(create_app(LiveAssistant.over(demo_assistant), settings), base_url=BASE) as client:
        address = f"/api/v1/ask?question={FIRST}"
        assert client.post("/api/v1/ask", json={"question": FIRST}).status_code == 200
        assert client.get(address).status_code == client.head(address).status_code == 200
        for response in (client.get(address), client.post("/api/v1/ask", json={"question": FIRST})):
            assert response.status_code == 429
            assert 1 <= int(response.headers["retry-after"]) <= 60
            assert response.json()["detail"].startswith("Trop de questions en une minute")
        assert client.get("/api/v1/actions").status_code == 200


# --- when things fail


def test_without_an_index_the_api_says_so_and_recovers_by_itself(indexed_demo: Path, tmp_path: Path) -> None:
    settings = replace(SETTINGS, index_dir=tmp_path / "index")
    app = create_app(LiveAssistant(settings), settings)
    with TestClient(app, base_url=BASE) as client:
        missing = client.post("/api/v1/ask", json={"question": FIRST})
        assert missing.status_code == 503
        assert "clsassist index" in missing.json()["detail"]
        shutil.copytree(indexed_demo, settings.index_dir)
        assert read(client.post("/api/v1/ask", json={"question": FIRST}))["status"] == "answered"


def test_an_unexpected_failure_tells_nothing_of_the_inside() -> None:
    app = create_app(LiveAssistant.over(FakeAssistant()), SETTINGS)
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        response = client.post("/api/v1/ask", json={"question": "imprévu"})
    assert response.status_code == 500
    assert list(response.json()) == ["detail"]
    assert "secret" not in response.text


def test_more_questions_than_can_wait_are_refused() -> None:
    settings = replace(Settings(), page=replace(Settings().page, max_concurrent=1, max_waiting=1))
    free, started = threading.Event(), threading.Event()

    def work() -> bool:
        started.set()
        return free.wait(10)

    async def crowd() -> list[bool]:
        line = Line(settings)
        first = asyncio.create_task(line.run(work))
        await asyncio.to_thread(started.wait, 10)
        second = asyncio.create_task(line.run(work))
        while not line.waiting:
            await asyncio.sleep(0)
        with pytest.raises(LineFullError):
            await line.run(work)
        free.set()
        return list(await asyncio.gather(first, second))

    assert asyncio.run(crowd()) == [True, True]


# --- description


def test_every_address_is_described_in_french_with_its_errors(schema: dict[str, Any]) -> None:
    assert set(schema["paths"]) == {
        "/api/v1/ask",
        "/api/v1/actions",
        "/api/v1/actions/{identifier}",
        "/api/v1/partners",
        "/api/v1/partners/{name}",
        "/api/v1/documents",
        "/api/v1/documents/{path}",
    }
    for methods in schema["paths"].values():
        assert "head" not in methods
        for operation in methods.values():
            assert operation["summary"]
            assert operation["description"]
            errors = [one for status, one in operation["responses"].items() if status != "200"]
            assert all(one["content"]["application/json"]["schema"]["$ref"].endswith("/Problem") for one in errors)
            for parameter in operation.get("parameters", ()):
                assert parameter["description"]


def test_every_reference_of_the_description_leads_somewhere(schema: dict[str, Any]) -> None:
    references = re.findall(r'"\$ref": "([^"]+)"', json.dumps(schema))
    assert references
    for reference in references:
        assert reference.removeprefix("#/components/schemas/") in schema["components"]["schemas"]


def test_every_key_of_the_description_is_explained(schema: dict[str, Any]) -> None:
    unexplained = [
        f"{name}.{key}"
        for name, shape in schema["components"]["schemas"].items()
        for key, value in shape["properties"].items()
        if not value.get("description")
    ]
    assert unexplained == []


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (api_models.AnswerOut, f"/api/v1/ask?question={FIRST}"),
        (api_models.ActionPage, "/api/v1/actions"),
        (api_models.ActionOut, "/api/v1/actions/{first}"),
        (api_models.PartnerPage, "/api/v1/partners"),
        (api_models.PartnerOut, "/api/v1/partners/MSA"),
        (api_models.DocumentList, "/api/v1/documents"),
        (api_models.DocumentOut, "/api/v1/documents/{document}?text=true"),
    ],
)
def test_answers_have_exactly_the_described_keys(
    client: TestClient, demo_assistant: Assistant, model: type[Any], path: str
) -> None:
    first, document = demo_assistant.actions()[0].id, demo_assistant.documents()[0].path
    response = client.get(path.format(first=first, document=document))
    shaped = model.model_validate_json(response.text, strict=True, extra="forbid")
    assert shaped.model_dump(mode="json") == read(response)


def test_examples_have_the_shape_that_they_illustrate(schema: dict[str, Any]) -> None:
    tried = 0
    for name, shape in schema["components"]["schemas"].items():
        for example in shape.get("examples", ()):
            getattr(api_models, name).model_validate(example, extra="forbid")
            tried += 1
    assert tried >= 3


def test_the_page_presents_every_address_and_fetches_nothing_elsewhere(
    client: TestClient, schema: dict[str, Any]
) -> None:
    page = client.get("/api")
    assert page.headers["content-type"].startswith("text/html")
    for path, methods in schema["paths"].items():
        assert page.text.count(f"<code>{path}</code>") >= 2 * len(methods)
    assert "<script" not in page.text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    for anchor in re.findall(r'href="#([^"]+)"', page.text):
        assert f'id="{anchor}"' in page.text
