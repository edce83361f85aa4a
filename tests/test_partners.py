"""The pages of partners and the files of answers, asked over HTTP without a browser."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import docx
import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from pypdf import PdfReader

from clsassist.assistant import Assistant
from clsassist.engagement_sheet import build_sheet, directory_of
from clsassist.live import LiveAssistant
from clsassist.settings import Settings
from clsassist.text import squeeze
from clsassist.web.answers import MAX_QUESTIONS, answers_router
from clsassist.web.failures import add_failure_pages
from clsassist.web.partners import partners_router
from clsassist.web.site import Site

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE action; --",
    "{{ 7*7 }} ${7*7}",
    "\u202eesrevni\u202c",
    "🙂🙂",
    "%00%0d%0aX-Injected: 1",
    "=1+1",
]


class _Read(HTMLParser):
    """What a page holds: its text, its links, its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data

    @property
    def text(self) -> str:
        return squeeze(self.said)

    @property
    def links(self) -> list[str]:
        return [held["href"] or "" for tag, held in self.elements if tag == "a" and "href" in held]


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[TestClient]:
    site = Site(LiveAssistant.over(assistant), replace(Settings(), max_question_chars=300))
    app = FastAPI()
    app.include_router(partners_router(site))
    app.include_router(answers_router(site))
    add_failure_pages(app, site)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def page(client: TestClient, organisation: str = "", plan: str = "", part: str = "") -> _Read:
    response = client.get("/partenaires", params={"organisation": organisation, "plan": plan, "part": part})
    assert response.status_code == 200
    return _Read(response.text)


def file_of(client: TestClient, kind: str, organisation: str, plan: str = "") -> Response:
    return client.get(f"/partenaires/fiche-d-engagement.{kind}", params={"organisation": organisation, "plan": plan})


# --- the list


def test_every_organisation_is_listed_with_a_link_to_its_sheet(client: TestClient, assistant: Assistant) -> None:
    linked = {parse_qs(urlsplit(link).query).get("organisation", [""])[0] for link in page(client).links}
    assert linked >= {one.name for one in directory_of(assistant).organisations}


def test_counts_of_the_list_are_those_of_the_sheets(client: TestClient) -> None:
    row = re.search(r"<tr data-words=\"[^\"]*\bcpam\b.*?</tr>", client.get("/partenaires").text, re.DOTALL)
    assert row
    amounts = re.findall(r"<td class=\"cls-amount[^>]*>(\d+)</td>", row.group())
    sheet = page(client, "CPAM").text
    assert f"{amounts[0]} actions sur 34 examinées" in sheet
    assert f"porteur ou pilote de {amounts[1]} actions, partenaire de {amounts[2]}" in sheet


def test_a_role_narrows_the_list(client: TestClient) -> None:
    said = page(client, part="a-contacter").text
    assert "Structures sociales" in said
    assert "Comité départemental de sélection" not in said


def test_an_unknown_role_shows_every_organisation(client: TestClient) -> None:
    assert page(client, part="n'importe quoi").text == page(client).text


def test_rows_are_searchable_by_alias_without_accents(client: TestClient) -> None:
    words = [str(held["data-words"]) for tag, held in page(client).elements if tag == "tr" and "data-words" in held]
    assert [one for one in words if "pole emploi" in one and "france travail" in one]
    assert all(one == one.lower() and "é" not in one for one in words)


# --- one organisation


def test_a_sheet_tells_role_quote_and_place(client: TestClient) -> None:
    said = page(client, "Mission locale Thur Doller").text
    assert "Mission locale Thur Doller" in said
    assert "1 action sur 34 examinées" in said
    assert "Partenaire Partenaire(s) : Mission locale Thur Doller" in said


def test_every_quote_links_to_its_words_in_the_fiche(client: TestClient, assistant: Assistant) -> None:
    links = page(client, "CPAM").links
    for commitment in build_sheet("CPAM", directory_of(assistant)).commitments:
        for mention in commitment.mentions:
            wanted = f"debut={mention.span.start}&fin={mention.span.end}"
            assert [link for link in links if wanted in link and commitment.action_id.partition(":")[0] in link]


def test_names_taken_together_are_told_with_the_reason(client: TestClient) -> None:
    said = page(client, "pole emploi").text
    assert "France Travail" in said
    assert "« Pôle emploi » (1 action) – nom demandé" in said
    assert "« France Travail » (1 action) – autre nom de la même organisation" in said


def test_an_ambiguous_name_offers_choices_that_lead_somewhere(client: TestClient) -> None:
    shown = page(client, "CPAM")
    assert "De quelle organisation s'agit-il ?" in shown.text
    assert "CPAM du Haut-Rhin (4 actions)" in shown.text
    narrowed = [link for link in shown.links if "plan=" in link and link.startswith("/partenaires?")]
    assert narrowed
    for link in narrowed:
        assert "Restreint au plan" in _Read(client.get(link).text).text


def test_a_contact_is_shown_as_published(client: TestClient) -> None:
    said = page(client, "CPTS Thur Doller").text
    assert "Contact publié : CPTS Thur Doller, Madame Magali Narciso, coordinatrice: coordination@cptstd.fr" in said


def test_an_organisation_to_contact_is_said_so(client: TestClient) -> None:
    said = page(client, "Structures sociales").text
    assert "Partenaire à contacter (1 action)" in said
    assert "Partenaire, à contacter" in said


def test_the_page_says_what_the_chat_says(client: TestClient, assistant: Assistant) -> None:
    for name in ("CPAM", "PETR Thur Doller", "MSA", "Région", "CeA"):
        links = {link.partition("?")[0] for link in page(client, name).links if link.startswith("/fiches/")}
        assert len(links) == len(assistant.partners(name).actions)


@pytest.mark.parametrize(("typed", "offered"), [("cpma", "CPAM"), ("rouffach", "CH"), ("CPAM du Morbihan", "CPAM")])
def test_an_unknown_name_is_said_with_the_closest(client: TestClient, typed: str, offered: str) -> None:
    shown = page(client, typed)
    assert f"Les documents ne disent rien de « {typed} »" in shown.text
    assert f"/partenaires?organisation={offered}" in shown.links


@pytest.mark.parametrize("typed", HOSTILE)
def test_hostile_names_show_as_text(client: TestClient, typed: str) -> None:
    shown = page(client, typed)
    visible = squeeze(typed.replace("\u202e", "").replace("\u202c", ""))
    assert visible in shown.text
    assert not [
        tag for tag, held in shown.elements if tag in ("img", "iframe") or any(k.startswith("on") for k in held)
    ]
    assert [tag for tag, _ in shown.elements].count("script") == 1


def test_a_name_too_long_is_refused_in_a_sentence(client: TestClient) -> None:
    response = client.get("/partenaires", params={"organisation": "x" * 10_000})
    assert response.status_code == 400
    assert "Ce nom dépasse 300 caractères" in unescape(response.text).replace("\u00a0", " ")


def test_an_unknown_plan_is_refused_in_a_sentence(client: TestClient) -> None:
    response = client.get("/partenaires", params={"organisation": "CPAM", "plan": "Plan de nulle part"})
    assert response.status_code == 404
    assert "Aucun plan ne porte le nom" in response.text


# --- the sheet as a file


def test_the_pdf_holds_the_sheet(client: TestClient) -> None:
    response = file_of(client, "pdf", "CPAM du Haut-Rhin")
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["content-disposition"].endswith('filename="fiche-d-engagement-cpam-du-haut-rhin.pdf"')
    reader = PdfReader(io.BytesIO(response.content))
    assert len(reader.pages) == 1
    assert "4 actions sur 34 examinées" in squeeze(reader.pages[0].extract_text())


def test_the_word_file_holds_the_sheet(client: TestClient) -> None:
    document = docx.Document(io.BytesIO(file_of(client, "docx", "cpam du haut-rhin").content))
    assert document.paragraphs[1].text == "CPAM du Haut-Rhin"
    assert len(document.tables[0].rows) > 4


def test_the_workbook_holds_the_sheet_of_one_plan(client: TestClient, assistant: Assistant) -> None:
    plan = next(plan.name for plan in assistant.registry.plans.values() if "79" in plan.name)
    book = openpyxl.load_workbook(io.BytesIO(file_of(client, "xlsx", "CPAM", plan).content))
    rows = list(book["Engagements"].iter_rows(min_row=2, values_only=True))
    assert {row[2] for row in rows} == {plan}
    assert len({row[15] for row in rows}) == 9


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("exe", "CPAM", "s'exporte en Word"),
        ("pdf", "", "ne disent rien"),
        ("pdf", "Ligue de rugby", "Les documents ne disent rien de « Ligue de rugby »"),
    ],
)
def test_a_file_that_cannot_be_made_is_said(client: TestClient, kind: str, name: str, said: str) -> None:
    response = file_of(client, kind, name)
    assert response.status_code == 404
    assert said in unescape(response.text).replace("\u00a0", " ")


# --- answers as files

QUESTIONS = ["Quelles actions ciblent la maîtrise de stage ?", "et dans le Pays Thur Doller ?"]


def test_a_follow_up_is_exported_as_it_was_answered(client: TestClient, assistant: Assistant) -> None:
    first = assistant.ask(QUESTIONS[0])
    second = assistant.ask(QUESTIONS[1], (first,))
    response = client.post("/reponses/md", data={"q": QUESTIONS})
    written = re.sub(r"\\(.)", r"\1", response.text)
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert f"## {QUESTIONS[1]}" in written
    assert f"## {QUESTIONS[0]}" not in written
    for one in second.citations:
        assert squeeze(one.quote) in written
    assert written.count("- [") == len(second.citations)


def test_a_whole_conversation_is_exported(client: TestClient) -> None:
    content = client.post("/reponses/docx", data={"q": QUESTIONS, "tout": "1"}).content
    said = [paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs]
    assert [line for line in said if line.endswith("?")] == [f"{n}. {q}" for n, q in enumerate(QUESTIONS, start=1)]


@pytest.mark.parametrize(
    ("kind", "questions", "status", "said"),
    [
        ("md", [], 400, "Il manque la question"),
        ("md", [" "], 400, "La question 1 est vide"),
        ("docx", ["x" * 301], 400, "La question 1 compte 301 caractères, la limite est de 300"),
        ("docx", ["oui ?"] * (MAX_QUESTIONS + 1), 400, f"au plus {MAX_QUESTIONS}"),
        ("pdf", ["oui ?"], 404, "s'exporte en Markdown"),
    ],
)
def test_an_answer_that_cannot_be_exported_is_said(
    client: TestClient, kind: str, questions: list[str], status: int, said: str
) -> None:
    response = client.post(f"/reponses/{kind}", data={"q": questions})
    assert response.status_code == status
    assert said in unescape(response.text).replace("\u00a0", " ")


@pytest.mark.parametrize("typed", HOSTILE)
def test_a_hostile_question_is_exported_as_text(client: TestClient, typed: str) -> None:
    response = client.post("/reponses/docx", data={"q": [typed]})
    assert response.status_code == 200
    said = " ".join(paragraph.text for paragraph in docx.Document(io.BytesIO(response.content)).paragraphs)
    assert squeeze(typed.replace("\u202e", "").replace("\u202c", "")) in squeeze(said)
    assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.docx"', response.headers["content-disposition"])
