"""The pages of fiches without a browser: what they hold, what they refuse, what they export."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from made_registry import many_fiches
from openpyxl import load_workbook

from clsassist.assistant import Assistant
from clsassist.live import LiveAssistant
from clsassist.records import AnswerStatus
from clsassist.settings import Settings
from clsassist.text import squeeze
from clsassist.web.failures import add_failure_pages
from clsassist.web.fiches import document_url, fiche_url, fiches_router
from clsassist.web.site import Site

HOSTILE = '<script>alert(1)</script> <img src=x onerror="alert(2)"> " onfocus=alert(3) x="'


def client_of(assistant: Assistant) -> TestClient:
    site = Site(LiveAssistant.over(assistant), Settings())
    app = FastAPI()
    app.include_router(fiches_router(site))
    add_failure_pages(app, site)
    return TestClient(app)


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> TestClient:
    """The pages over the five documents."""
    return client_of(assistant)


@pytest.fixture(scope="module", params=["assistant", "demo_assistant", "other_assistant"])
def pages(request: pytest.FixtureRequest) -> tuple[TestClient, Assistant]:
    """The pages over each of three corpora."""
    assistant = request.getfixturevalue(request.param)
    return client_of(assistant), assistant


class _Reader(HTMLParser):
    """Gathers the texts of a page, its marks, its links, and the elements that scripts could enter by."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.marked = ""
        self.texts: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.fields: list[dict[str, str | None]] = []
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.append(tag)
        self.handlers += [name for name in held if name.startswith("on")]
        self.links += [held["href"]] if tag == "a" and held.get("href") else []
        self.ids += [held["id"]] if held.get("id") else []
        self.fields += [held] if tag == "input" else []
        if tag not in ("input", "link", "meta", "br", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "mark" in self._open:
            self.marked += data
        if self._open[-1:] != ["script"]:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return squeeze(" ".join(self.texts))


def read(client: TestClient, address: str, status: int = 200) -> _Reader:
    response = client.get(address)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return _Reader(response.text)


def rows_of(page: _Reader) -> list[str]:
    """The ids of the fiches listed, in order."""
    return [
        field["value"] or "" for field in page.fields if field.get("name") == "fiche" and field["type"] == "checkbox"
    ]


# --- the list


def test_the_list_shows_every_fiche(pages: tuple[TestClient, Assistant]) -> None:
    client, assistant = pages
    page = read(client, "/fiches")

    assert rows_of(page) == [action.id for action in assistant.actions()]
    assert page.tags.count("h1") == 1
    assert len(page.ids) == len(set(page.ids))


def test_filters_of_the_address_are_applied_said_and_kept_in_the_form(client: TestClient) -> None:
    page = read(client, "/fiches?q=stage&porteur=Agence+r%C3%A9gionale+de+sant%C3%A9&tri=-titre")

    assert "2 fiches sur 34" in page.text
    assert len(rows_of(page)) == 2
    assert rows_of(page) == list(reversed(rows_of(read(client, "/fiches?q=stage&porteur=ars&tri=titre"))))
    checked = {field.get("value") for field in page.fields if "checked" in field}
    assert checked == {"ars"}
    assert next(field for field in page.fields if field.get("name") == "q")["value"] == "stage"
    removals = [link for link in page.links if link.endswith("#resultat") and "tri=-titre" in link]
    assert any("q=" not in link and "porteur=" in link for link in removals)
    assert any("q=stage" in link and "porteur" not in link for link in removals)


def test_the_order_is_told_to_screen_readers(client: TestClient) -> None:
    assert 'aria-sort="ascending"' in client.get("/fiches?tri=plan").text
    assert 'aria-sort="descending"' in client.get("/fiches?tri=-plan").text
    assert "aria-sort" not in client.get("/fiches").text


def test_no_fiche_says_what_each_filter_keeps_and_how_to_go_on(client: TestClient) -> None:
    page = read(client, "/fiches?porteur=MSA&annee=2029&q=annuaire")

    assert "Aucune fiche ne correspond à tous ces filtres." in page.text
    assert "0 fiche sur 34" in page.text
    assert "/fiches" in page.links
    assert "/?q=annuaire" in page.links


def test_empty_parameters_of_the_form_change_nothing(client: TestClient) -> None:
    plain, empty = client.get("/fiches"), client.get("/fiches?q=&porteur=&partenaire=&tri=")

    assert plain.text == empty.text


def test_pages_follow_each_other(tmp_path: Path, assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = many_fiches(tmp_path / "registry.sqlite", 120)
    other = Assistant.__new__(Assistant)
    monkeypatch.setattr(other, "_registry", registry, raising=False)
    client = client_of(other)

    first, last = read(client, "/fiches?tri=titre"), read(client, "/fiches?tri=titre&page=3")

    assert len(rows_of(first)) == 50
    assert len(rows_of(last)) == 20
    assert "/fiches?tri=titre&page=2#resultat" in first.links
    registry.close()


@pytest.mark.parametrize("name", ["q", "plan", "porteur", "public", "fiche", "tri", "page", "vide"])
def test_hostile_words_are_shown_as_words(client: TestClient, name: str) -> None:
    page = read(client, f"/fiches?{urlencode({name: HOSTILE})}")

    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.handlers == []
    if name in ("q", "plan", "porteur"):
        assert "<script>alert(1)</script>" in page.text


@pytest.mark.parametrize("words", ["a" * 10_000, "\x00\x1b[31m", "🙂" * 50, "\u202egnirts", "%%%", "«", '"'])
def test_any_search_gives_a_page(client: TestClient, words: str) -> None:
    page = read(client, f"/fiches?{urlencode({'q': words})}")

    assert "sur 34" in page.text or "34 fiches" in page.text
    assert "\u202e" not in page.text


# --- exports


def test_the_table_exported_is_the_list_filtered(client: TestClient) -> None:
    query = "?partenaire=MSA&tri=-titre"
    response = client.get(f"/fiches/export.csv{query}")

    assert response.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in response.headers["content-disposition"]
    held = [row["id"] for row in csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";")]
    assert held == rows_of(read(client, f"/fiches{query}"))
    assert len(held) == 2


def test_the_workbook_exported_holds_the_fiches_filtered(client: TestClient, assistant: Assistant) -> None:
    response = client.get("/fiches/export.xlsx?plan=cls-pays-thur-doller-2023-2028")

    book = load_workbook(io.BytesIO(response.content))
    assert len(book.sheetnames) == 1
    cells = {str(cell.value) for row in book.active.iter_rows() for cell in row}
    titles = {action.title for action in assistant.actions()}
    assert len(titles & cells) == 5


def test_links_to_exports_keep_the_filters(client: TestClient) -> None:
    links = read(client, "/fiches?q=stage&annee=2026").links

    assert "/fiches/export.csv?q=stage&annee=2026" in links
    assert "/fiches/export.xlsx?q=stage&annee=2026" in links


# --- one fiche


def test_every_fiche_has_a_page_that_says_all_of_it(pages: tuple[TestClient, Assistant]) -> None:
    client, assistant = pages
    for action in assistant.actions():
        page = read(client, fiche_url(action.id))
        for field in action.fields:
            assert squeeze(field.label).rstrip(" :") in page.text
            assert all(squeeze(item.text) in page.text for item in field.items)
            assert all(squeeze(option.label) in page.text for option in field.options)
        assert page.text.count("☑ case cochée :") == sum(one.ticked is True for f in action.fields for one in f.options)
        assert page.tags.count("h1") == 1
        assert len(page.ids) == len(set(page.ids))


def test_empty_fields_are_said_and_boxes_are_told_to_screen_readers(client: TestClient) -> None:
    page = read(client, "/fiches/saverne-attractivite-stages:a1")

    assert "non renseigné" in page.text
    assert "☑ case cochée : Nouvelle action" in page.text
    assert "? case indéterminée : Annuelle" in page.text


def test_fields_have_anchors_in_the_order_of_the_form(client: TestClient, assistant: Assistant) -> None:
    page = read(client, "/fiches/thur-doller-cls:2")

    anchors = [identifier for identifier in page.ids if re.fullmatch(r"champ-[\w-]+-\d+", identifier)]
    assert [anchor.split("-")[1] for anchor in anchors] == [
        field.key for field in assistant.registry.action("thur-doller-cls:2").fields
    ]
    assert all(f"#{anchor}" in page.links for anchor in anchors)


def test_a_citation_is_marked_word_for_word(client: TestClient, assistant: Assistant) -> None:
    for citation in assistant.ask("Quelles actions ciblent la maîtrise de stage ?").citations:
        assert citation.action_id
        page = read(client, fiche_url(citation.action_id, citation.span))
        assert squeeze(page.marked) == squeeze(citation.quote)
        assert page.ids.count("passage") == 1
        assert "#passage" in page.links


@pytest.mark.parametrize("place", ["debut=abc&fin=1", "debut=9&fin=3", "debut=&fin=", "debut=-1&fin=5", "fin=12"])
def test_a_place_that_makes_no_sense_marks_nothing(client: TestClient, place: str) -> None:
    page = read(client, f"/fiches/thur-doller-cls:2?{place}")

    assert page.marked == ""
    assert "Le passage" not in page.text


def test_a_place_outside_the_fiche_is_said(client: TestClient) -> None:
    page = read(client, "/fiches/thur-doller-cls:2?debut=99999999&fin=99999999999")

    assert page.marked == ""
    assert "Le passage demandé ne se trouve pas dans cette fiche" in page.text


def test_the_question_offered_is_answered_with_that_fiche(pages: tuple[TestClient, Assistant]) -> None:
    client, assistant = pages
    for action in assistant.actions():
        link = next(link for link in read(client, fiche_url(action.id)).links if link.startswith("/?q="))
        answer = assistant.ask(parse_qs(urlsplit(link).query)["q"][0])
        assert answer.status is AnswerStatus.ANSWERED
        assert action.id in {ref.id for ref in answer.actions}


def test_the_document_opens_at_the_page_of_the_fiche(demo_assistant: Assistant) -> None:
    client = client_of(demo_assistant)
    action = next(one for one in demo_assistant.actions() if one.page)
    path = demo_assistant.registry.documents[action.document_id].path

    assert f"/documents/{quote(path)}#page={action.page}" in read(client, fiche_url(action.id)).links
    assert (
        document_url("dossier à part/fiche n°1.docx", 3) == "/documents/dossier%20%C3%A0%20part/fiche%20n%C2%B01.docx"
    )


@pytest.mark.parametrize("path", ["/fiches/inconnue:1", "/fiches/%2e%2e%2fetc", "/fiches/inconnue:1/semblables"])
def test_an_unknown_fiche_is_a_french_404(client: TestClient, path: str) -> None:
    page = read(client, path, 404)

    assert "Aucune action ne porte l'identifiant" in page.text


def test_actions_alike_say_what_is_alike_and_lead_to_their_words(client: TestClient, assistant: Assistant) -> None:
    page = read(client, "/fiches/thur-doller-cls:1/semblables")

    assert "En commun" in page.text
    assert "Différent" in page.text
    marks = [link for link in page.links if "debut=" in link]
    assert marks
    for link in marks[:6]:
        assert read(client, link).marked
    assert any(link.startswith("/fiches/comparer?fiche=thur-doller-cls%3A1&fiche=") for link in page.links)


def test_a_fiche_like_no_other_is_said_so(other_assistant: Assistant) -> None:
    client = client_of(other_assistant)
    told = [read(client, f"{fiche_url(action.id)}/semblables").text for action in other_assistant.actions()]

    assert all("En commun" in text or "ne lui ressemble assez" in text for text in told)


# --- side by side


def test_two_fiches_side_by_side_are_judged_in_words(client: TestClient) -> None:
    page = read(client, "/fiches/comparer?fiche=thur-doller-cls:1&fiche=thur-doller-cls:2")

    for verdict in ("identique", "en partie commun", "différent"):
        assert verdict in page.text
    assert "9 partenaires communs" in page.text
    assert "champs sur" in page.text


def test_only_the_differences_may_be_shown(client: TestClient) -> None:
    address = "/fiches/comparer?fiche=thur-doller-cls:1&fiche=thur-doller-cls:2"
    whole, differences = read(client, address), read(client, f"{address}&ecarts=1")

    assert "identique" in whole.text
    assert "identique" not in differences.text
    assert "différent" in differences.text


def test_four_fiches_at_most_and_the_others_are_named(client: TestClient, assistant: Assistant) -> None:
    chosen = [action.id for action in assistant.actions()[:6]]
    page = read(client, f"/fiches/comparer?{urlencode([('fiche', one) for one in chosen])}")

    assert "Laissées de côté" in page.text
    assert assistant.registry.action(chosen[5]).title in page.text
    assert fiche_url(chosen[3]) in page.links
    assert fiche_url(chosen[4]) not in page.links


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Aucune fiche n'est choisie"),
        ("?fiche=thur-doller-cls:1", "Une seule fiche est choisie"),
        ("?fiche=thur-doller-cls:1&fiche=rien", "Aucune action ne porte l'identifiant « rien »"),
        ("?fiche=%3Cb%3E&fiche=", "« <b> »"),
    ],
)
def test_a_comparison_that_cannot_be_made_says_why(client: TestClient, query: str, said: str) -> None:
    page = read(client, f"/fiches/comparer{query}")

    assert said in page.text.replace("\u00a0", " ")
    assert "table" not in page.tags


def test_the_way_back_keeps_the_filters_and_the_choice(client: TestClient) -> None:
    page = read(client, "/fiches/comparer?q=&annee=2026&fiche=thur-doller-cls:1&fiche=thur-doller-cls:2")

    assert "/fiches?annee=2026&fiche=thur-doller-cls%3A1&fiche=thur-doller-cls%3A2" in page.links


def test_no_page_has_a_script_or_a_style_of_its_own(client: TestClient) -> None:
    for path in (
        "/fiches",
        "/fiches/thur-doller-cls:1",
        "/fiches/comparer?fiche=thur-doller-cls:1&fiche=thur-doller-cls:2",
    ):
        text = unescape(client.get(path).text)
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text)
