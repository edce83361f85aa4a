"""The page without a browser: what reaches the HTML, what the server lets in and sends out."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient

from clsassist.assistant import Assistant
from clsassist.errors import ClsAssistError, IndexDamagedError, IndexMissingError
from clsassist.exports import answer_to_plain
from clsassist.records import (
    Action,
    ActionRef,
    Answer,
    AnswerStatus,
    Citation,
    Coverage,
    Plan,
    Source,
    SourceLine,
    Span,
)
from clsassist.registry import Registry
from clsassist.settings import Settings
from clsassist.starters import AudienceStarters
from clsassist.web.conversation import (
    EMPTY_QUESTION,
    LOST_SOURCE,
    MAX_TURNS,
    STILL_ANSWERING,
    UNEXPECTED_FAILURE,
    Lender,
    Turn,
    abandon,
    converse,
    open_citation,
    read_questions,
    recall,
    refuse_question,
    reopen,
)
from clsassist.web.rendering import (
    Neighbours,
    citation_place,
    render_answer,
    render_mark,
    render_source,
    render_starters,
)
from clsassist.web.server import create_app, serve

QUESTION = "Quelles actions ciblent la maîtrise de stage ?"
HOSTILE = (
    '<script>alert(1)</script> <img src=x onerror="alert(2)"> ![x](http://mechant.example/i.png) '
    "[lien](javascript:alert(3)) [lien][ref] <http://mechant.example> a < b ${alert(4)} {{value}} &amp; \"'"
)

# What the page shows of three documents: (document, number, title, label, page, lines around the quote).
_FIELDS = [
    (
        "saverne-attractivite-stages.txt",
        None,
        "Améliorer l’attractivité du territoire pour les professionnels médicaux et paramédicaux",
        "Objectifs opérationnels",
        None,
        (
            SourceLine("1.1 ", "Promouvoir la maitrise de stage", ""),
            SourceLine("1.2 Favoriser l’acceuil et l’installation des stagiaires", "", ""),
            SourceLine("2.1 Réalisation d’un diagnostic territorial", "", ""),
            SourceLine("2.2 élaborer une stratégie de communication", "", ""),
        ),
    ),
    (
        "thur-doller-cls.txt",
        "1",
        "Favoriser l'installation de nouveaux professionnels de santé",
        "Modalités d'actions",
        3,
        (
            SourceLine(
                "Développer les actions de sensibilisation et de communication auprès des médecins pour "
                "promouvoir leur installation sur le territoire : (pilote par CPTS)",
                "",
                "",
            ),
            SourceLine("", "Sensibiliser les médecins généralistes à la maîtrise de stage", " : (pilote par CPTS)"),
            SourceLine(
                "Organiser des échanges entre les médecins maîtres de stage et ceux non engagés dans cette "
                "démarche afin de promouvoir le dispositif.",
                "",
                "",
                level=1,
            ),
        ),
    ),
    (
        "plan-sante-79.txt",
        None,
        "Développer la maîtrise de stage et la formation médicale continue",
        "THÉMATIQUE",
        12,
        (
            SourceLine(
                "Pour accueillir de futurs médecins dans le département, ",
                "l'engagement des professionnels implantés dans la maîtrise de stage est cruciale",
                ". Il est aussi un levier intéressant contre la solitude de l'exercice.",
            ),
            SourceLine("Médical", "", "", ticked=True),
            SourceLine("Professionnels", "", "", ticked=False),
        ),
    ),
]


def make_citation(number: int = 1, **changes: object) -> Citation:
    document, action_number, title, label, page, lines = _FIELDS[(number - 1) % len(_FIELDS)]
    quote = next(line.quote for line in lines if line.quote)
    values: dict[str, object] = {
        "number": number,
        "document": document,
        "action_id": f"{document}#{number}",
        "action_number": action_number,
        "action_title": title,
        "plan": "CLS Pays de Saverne Plaine et Plateau",
        "field_key": "objectifs_operationnels",
        "label": label,
        "page": page,
        "span": Span(0, len(quote)),
        "quote": quote,
    }
    return Citation(**{**values, **changes})  # type: ignore[arg-type]


def make_answer(text: str = "**3 actions** sur 9 [1][2][3].", **changes: object) -> Answer:
    citations = tuple(make_citation(number) for number in (1, 2, 3))
    values: dict[str, object] = {
        "question": QUESTION,
        "status": AnswerStatus.ANSWERED,
        "text": text,
        "actions": tuple(
            ActionRef(c.action_id or "", c.document, c.action_number, c.action_title or "", c.plan) for c in citations
        ),
        "citations": citations,
        "coverage": Coverage(actions=34, matching=3, field_missing=4, unreadable_documents=0),
        "choices": ("Qui porte ces actions ?", "Et la télémédecine ?"),
        "trace": ("Thème reconnu : maîtrise de stage.", "Recherche dans tous les champs de 34 actions."),
        "elapsed_ms": 12.4,
    }
    return Answer(**{**values, **changes})  # type: ignore[arg-type]


_LONG_TEXT = """**3 actions** du corpus ciblent la maîtrise de stage, dans 3 plans différents.

1. **Saverne** : « Promouvoir la maitrise de stage » [1]
   - fiche sans numéro, 2025-2029
2. **Thur Doller**, fiche 1 : « Sensibiliser les médecins généralistes à la maîtrise de stage » [2]
3. **Deux-Sèvres** : « l'engagement des professionnels implantés dans la maîtrise de stage est cruciale » [3]

| Action | Porteur | Calendrier |
|---|---|---|
| Attractivité et stages [1] | CeA / PETR Pays de Saverne Plaine et Plateau / ARS | 2025-2029 |
| Fiche 1 [2] | PETR du Pays Thur Doller, CPTS Thur Doller | 2023-2028 |

Le plan des Deux-Sèvres date de janvier 2021."""


def _make_action(number: str) -> Action:
    return Action(
        f"thur-doller-cls:{number}", "thur-doller-cls", int(number), number, "Un titre", Span(0, 8), "titre",
        None, None, None, None, (), (), last_year=2028,
    )  # fmt: skip


_ACTIONS = {action.id: action for action in (_make_action("1"), _make_action("2"))}
_REGISTRY = SimpleNamespace(
    actions=_ACTIONS,
    paths={"thur-doller-cls": "thur-doller-cls.txt"},
    plans={"thur-doller-cls": Plan("CLS Pays Thur Doller 2023-2028", first_year=2023, last_year=2028)},
    involvements=tuple,
    segments_saying=lambda forms: [],
    owners_saying=lambda forms: frozenset(),
)


class FakeAssistant(Assistant):
    """An assistant whose answers are known in advance."""

    def __init__(self) -> None:
        self.previous: tuple[Answer, ...] = ()

    @property
    def build(self) -> str:
        return "1"

    @property
    def registry(self) -> Registry:
        return _REGISTRY  # type: ignore[return-value]

    def ask(self, question: str, previous: tuple[Answer, ...] = ()) -> Answer:
        self.previous = previous
        if "panne" in question:
            raise IndexDamagedError("L'index est abîmé : relancez « clsassist index ».")
        if "imprévu" in question:
            raise ZeroDivisionError("secret")
        if "lente" in question:
            time.sleep(2)
        if "inconnu" in question:
            status = AnswerStatus.NOT_FOUND
            return make_answer("Rien sur ce sujet.", status=status, citations=(), actions=(), question=question)
        if previous and question.startswith("Et "):
            trace = ("Type de réponse : ensemble", f"Lecture : suite de « {previous[-1].question} »")
            return make_answer(_LONG_TEXT, question=question, trace=trace)
        return make_answer(_LONG_TEXT, question=question)

    def can_write(self, answer: Answer) -> bool:
        return False

    def open_source(self, citation: Citation) -> Source:
        lines = _FIELDS[(citation.number - 1) % len(_FIELDS)][5]
        title = citation.action_title or ""
        return Source(citation, citation.plan, "2025-2029", title, citation.label, lines)

    def starters(self) -> tuple[str, ...]:
        return (QUESTION, "Où la MSA est-elle partenaire ?", "Combien d'actions en 2026 ?")

    def close(self) -> None:
        pass


class _Page(HTMLParser):
    """What a browser would make of some HTML: its elements, its text, the text under <mark>."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = self.marked = ""
        self._marking = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._marking = self._marking or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._marking = self._marking and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\u00a0", " ")
        self.marked += data if self._marking else ""

    def all(self, tag: str, css_class: str = "") -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and css_class in (attributes.get("class") or "")
        ]


def lend(assistant: Assistant | None = None) -> Lender:
    """Lend always the same assistant."""
    lent = assistant or FakeAssistant()
    return lambda: nullcontext(lent)


def _assert_harmless(html: str) -> None:
    page = _Page(html)
    assert not {name for name, _ in page.elements} & {"script", "img", "iframe", "svg", "style", "link"}
    addresses = [link["href"] or "" for link in page.all("a")]
    assert all(re.match(r"/(?:fiches|documents)/", address) for address in addresses)
    assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")]


# --- rendering ---------------------------------------------------------------------------------------------


def test_hostile_words_in_an_answer_show_as_text() -> None:
    citations = (make_citation(1, quote=HOSTILE, label=HOSTILE, document=HOSTILE, action_title=HOSTILE),)
    html = render_answer(
        make_answer(f"{HOSTILE} [1]", citations=citations, choices=(HOSTILE,), trace=(HOSTILE,)), turn=0
    )
    _assert_harmless(html)
    assert HOSTILE in _Page(html).text.replace("\n", " ")
    assert _Page(html).all("button", "cls-ask")[0]["data-question"] == HOSTILE


def test_hostile_words_in_a_source_show_as_text() -> None:
    citation = make_citation(1, document=HOSTILE)
    line = SourceLine(HOSTILE, HOSTILE, HOSTILE)
    html = render_source(Source(citation, HOSTILE, HOSTILE, HOSTILE, HOSTILE, (line,)), turn=0)
    _assert_harmless(html)
    assert _Page(html).marked == HOSTILE


def test_hostile_question_shows_as_text() -> None:
    last = list(converse(lend(), (), HOSTILE))[-1]
    _assert_harmless(last.log)
    assert HOSTILE in _Page(last.log).text


def test_invisible_and_reordering_characters_are_dropped() -> None:
    html = render_answer(make_answer("ca\u200bché \u202eesrevni\u202c \U000e0041fin", citations=()), turn=0)
    assert "caché esrevni fin" in _Page(html).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**gras**", "<strong>gras</strong>"),
        ("MSP* et CPTS*", "MSP* et CPTS*"),
        ("a_b_c __d__", "a_b_c __d__"),
        ("1. un\n   - deux", "<ol>\n<li>un\n<ul>\n<li>deux</li>\n</ul>\n</li>\n</ol>"),
        ("| a |\n|---|\n| b |", '<th scope="col">a</th>'),
        ("une\ndeux", "une<br>\ndeux"),
        ("# titre", "<p># titre</p>"),
    ],
)
def test_markdown_of_answers(text: str, expected: str) -> None:
    assert expected in render_answer(make_answer(text), turn=0)


def test_marks_open_the_citation_of_their_number() -> None:
    page = _Page(render_answer(make_answer("Deux [2], puis [1] et [9] ; \\[3\\]."), turn=4))
    marks = page.all("button", "cls-mark")
    assert [(mark["data-turn"], mark["data-source"]) for mark in marks] == [("4", "2"), ("4", "1")]
    assert marks[0]["aria-label"] == "Source 2 : fiche 1, Modalités d'actions"
    assert "[9]" in page.text
    assert "[3]" in page.text


def test_place_of_a_citation_without_number_or_action() -> None:
    assert citation_place(make_citation(2)) == "fiche 1, Modalités d'actions"
    assert citation_place(make_citation(3)).startswith("« Développer la maîtrise de stage")
    section = make_citation(3, action_id=None, action_title=None, label="Abréviations :")
    assert citation_place(section) == "plan-sante-79.txt, Abréviations"


def test_every_source_is_listed_with_its_quote() -> None:
    answer = make_answer()
    page = _Page(render_answer(answer, turn=0))
    assert len(page.all("button", "cls-source")) == 3
    for citation in answer.citations:
        assert citation.quote in page.text
        assert citation.document in page.text
    assert "page 3" in page.text


def test_many_sources_are_folded() -> None:
    citations = tuple(make_citation(number) for number in range(1, 21))
    (details,) = _Page(render_answer(make_answer(citations=citations), turn=0)).all("details", "cls-sources")
    assert "open" not in details


def test_highlight_is_the_quote() -> None:
    assistant = FakeAssistant()
    for number in (1, 2, 3):
        citation = make_citation(number)
        assert _Page(render_source(assistant.open_source(citation), 0)).marked == citation.quote


def test_boxes_of_a_source_are_said() -> None:
    html = render_source(FakeAssistant().open_source(make_citation(3)), 0)
    assert 'aria-label="case cochée"' in html
    assert 'aria-label="case non cochée"' in html


def test_drawn_boxes_leave_the_screen_but_not_the_text() -> None:
    lines = (
        SourceLine("", "|X| Professionnels*", "", ticked=True),
        SourceLine("|_|Autre (Précisez) : Adultes", "", "", ticked=False),
    )
    citation = make_citation(1, quote="|X| Professionnels*")
    html = render_source(Source(citation, "CLS", None, "Titre", "Public visé", lines), 0)
    assert _Page(html).marked == citation.quote
    assert '<span class="cls-hidden" aria-hidden="true">|X| </span>Professionnels*' in html
    assert '<span class="cls-hidden" aria-hidden="true">|_|</span>Autre' in html


def test_mark_name_cannot_break_out_of_its_attribute() -> None:
    _assert_harmless(render_mark(0, make_citation(2, label='" onclick="alert(1)')))


# --- conversation ------------------------------------------------------------------------------------------


def test_answer_comes_by_blocks_after_the_question() -> None:
    steps = list(converse(lend(), (), QUESTION))
    assert "Recherche dans les documents" in steps[0].log
    assert "3 actions" in steps[1].log
    assert "cls-sources" not in steps[1].log
    assert "cls-sources" in steps[-1].log
    lengths = [len(step.log) for step in steps[1:]]
    assert lengths == sorted(lengths)


def test_follow_up_sees_previous_answers() -> None:
    assistant = FakeAssistant()
    first = list(converse(lend(assistant), (), QUESTION))[-1]
    second = list(converse(lend(assistant), first.turns, "Et en 2026 ?"))[-1]
    assert [answer.question for answer in assistant.previous] == [QUESTION]
    assert len(second.turns) == 2


def test_error_is_a_sentence_and_the_conversation_goes_on() -> None:
    steps = list(converse(lend(), (), "panne"))
    assert "abîmé" in steps[-1].log
    assert "Traceback" not in steps[-1].log
    assert "cls-sources" in list(converse(lend(), steps[-1].turns, QUESTION))[-1].log


def test_unexpected_failure_closes_the_waiting_turn() -> None:
    step = abandon((Turn("Une question"),))
    assert step.turns[-1].notice == UNEXPECTED_FAILURE
    assert "Recherche" not in step.log


def test_memory_of_a_conversation_is_bounded() -> None:
    turns: tuple[Turn, ...] = ()
    for _ in range(MAX_TURNS + 5):
        turns = list(converse(lend(), turns, QUESTION))[-1].turns
    assert len(turns) == MAX_TURNS


def test_refused_questions() -> None:
    settings = Settings(max_question_chars=20)
    assert refuse_question(" \n ", (), settings) == EMPTY_QUESTION
    assert "20" in refuse_question("x" * 21, (), settings)
    assert refuse_question("x" * 20, (), settings) == ""
    assert refuse_question("oui", (Turn(QUESTION),), settings) == STILL_ANSWERING
    assert refuse_question("oui", (Turn(QUESTION, make_answer()),), settings) == ""


@pytest.mark.parametrize(("turn", "number"), [(0, 9), (1, 1), (-1, 1), ("0", 1), (None, None), (True, 1)])
def test_unknown_citation_is_said(turn: object, number: object) -> None:
    turns = (Turn(QUESTION, make_answer()),)
    assert LOST_SOURCE in _Page(open_citation(lend(), turns, turn, number)).text


def test_source_that_cannot_be_opened_is_said() -> None:
    class Broken(FakeAssistant):
        def open_source(self, citation: Citation) -> Source:
            raise ClsAssistError("Le document a été retiré de l'index.")

    html = open_citation(lend(Broken()), (Turn(QUESTION, make_answer()),), 0, 1)
    assert "retiré" in html


def test_first_questions_are_buttons_under_their_audience() -> None:
    page = _Page(render_starters((AudienceStarters("élu", (QUESTION,)), AudienceStarters("partenaire", ("Qui ?",)))))
    assert [button["data-question"] for button in page.all("button", "cls-ask")] == [QUESTION, "Qui ?"]
    assert "Vous êtes élu ou élue" in page.text
    assert "Vous êtes partenaire" in page.text


# --- the tools of an answer, the source and its neighbours ---------------------------------------------------


def test_copied_text_is_the_answer_with_its_sources() -> None:
    answer = make_answer('**3 actions** : « dire "oui" » [1].')
    (copy,) = _Page(render_answer(answer, turn=0)).all("button", "cls-tool-copy")
    assert copy["data-copy"] == answer_to_plain(answer).replace("**", "")
    for citation in answer.citations:
        assert citation.quote in (copy["data-copy"] or "")


def test_answer_is_downloaded_by_a_form_that_holds_its_question() -> None:
    page = _Page(render_answer(make_answer(question=HOSTILE), turn=0))
    (form,) = page.all("form", "cls-download")
    assert (form["method"], form["action"]) == ("post", "/reponses/docx")
    assert [field["value"] for field in page.all("input") if field["name"] == "q"] == [HOSTILE]
    assert page.all("button", "cls-tool-md")[0]["formaction"] == "/reponses/md"


def test_source_leads_to_its_fiche_and_to_its_document_at_its_page() -> None:
    citation = make_citation(1, document="dossier/plan à lire.pdf", action_id="plan:a1", page=3, span=Span(40, 52))
    html = render_source(Source(citation, "CLS", None, "Titre", "Libellé", ()), 0)
    fiche, document = _Page(html).all("a")
    assert fiche["href"] == "/fiches/plan%3Aa1?debut=40&fin=52#passage"
    assert document["href"] == "/documents/dossier/plan%20%C3%A0%20lire.pdf#page=3"
    assert document["target"] == "_blank"
    assert "nouvel onglet" in html


def test_word_file_is_downloaded_and_a_section_has_no_fiche() -> None:
    citation = make_citation(1, document="cls.docx", action_id=None, action_title=None)
    (document,) = _Page(render_source(Source(citation, "CLS", None, "Titre", "Libellé", ()), 0)).all("a")
    assert document["href"] == "/documents/cls.docx"
    assert "download" in document


def test_source_names_its_neighbours() -> None:
    source = FakeAssistant().open_source(make_citation(2))
    page = _Page(render_source(source, 4, Neighbours(make_citation(1), make_citation(3), 3)))
    before, after = page.all("button", "cls-step")
    assert (before["data-turn"], before["data-source"], after["data-source"]) == ("4", "1", "3")
    assert (after["aria-label"] or "").startswith("Source suivante : « Développer la maîtrise de stage")
    assert "sur 3" in page.text


def test_first_source_has_none_before_it() -> None:
    turns = (Turn(QUESTION, make_answer()),)
    before, after = _Page(open_citation(lend(), turns, 0, 1)).all("button", "cls-step")
    assert "disabled" in before
    assert "disabled" not in after


# --- what the browser remembers ------------------------------------------------------------------------------


def test_questions_of_a_browser_are_not_trusted() -> None:
    settings = Settings(max_question_chars=20)
    assert read_questions(None, settings) == ()
    assert read_questions({"0": "Qui ?"}, settings) == ()
    assert read_questions(["Qui ?", 4, None, ["Quoi ?"], "", " \n", "x" * 21, "Où\u200b ?\x00"], settings) == (
        "Qui ?",
        "Où ?",
    )
    assert read_questions([str(place) for place in range(80)], settings)[0] == "30"


def test_reopened_conversation_is_the_one_that_was_left() -> None:
    turns: tuple[Turn, ...] = ()
    for question in (QUESTION, "Et en 2026 ?", "inconnu", "panne"):
        left = list(converse(lend(), turns, question))[-1]
        turns = left.turns
    first, last = reopen(lend(), [turn.question for turn in turns])
    assert first.turns[-1].pending
    assert "Réouverture" in first.log
    assert last.log == left.log


def test_one_question_that_fails_does_not_lose_the_others() -> None:
    last = list(reopen(lend(), [QUESTION, "imprévu", "Et en 2026 ?"]))[-1]
    assert [bool(turn.answer) for turn in last.turns] == [True, False, True]
    assert last.turns[1].notice == UNEXPECTED_FAILURE
    assert "secret" not in last.log


def test_server_that_forgot_asks_again_what_is_on_the_screen() -> None:
    settings = Settings()
    turns = recall(lend(), (), [QUESTION, "Et en 2026 ?"], settings)
    assert [turn.question for turn in turns] == [QUESTION, "Et en 2026 ?"]
    assert all(turn.answer for turn in turns)
    assert recall(lend(), turns, [QUESTION, "Et en 2026 ?"], settings) is turns
    assert recall(lend(), turns, None, settings) is turns
    assert recall(lend(), turns, [], settings) == ()


def test_question_is_kept_as_the_page_can_give_it_back() -> None:
    (turn,) = list(converse(lend(), (), " Où\u202e est\x00\r\nla MSA ?\ud800 "))[-1].turns
    assert turn.question == "Où est\nla MSA ?"


def test_a_turn_says_whether_it_follows_the_one_before() -> None:
    turns = list(reopen(lend(), [QUESTION, "Et en 2026 ?"]))[-1]
    first, second = _Page(turns.log).all("article")
    assert "data-follows" not in first
    assert "data-follows" in second
    assert second["data-asked"] == "Et en 2026 ?"


# --- what goes wrong -----------------------------------------------------------------------------------------


def test_missing_index_is_a_sentence_and_the_page_recovers() -> None:
    is_there = False

    def lend_later() -> AbstractContextManager[Assistant]:
        if not is_there:
            raise IndexMissingError("Aucun index. Lancez : clsassist index")
        return nullcontext(FakeAssistant())

    lost = list(converse(lend_later, (), QUESTION))[-1]
    assert "clsassist index" in lost.log
    is_there = True
    assert "cls-sources" in list(converse(lend_later, lost.turns, QUESTION))[-1].log
    assert list(reopen(lend_later, [QUESTION]))[-1].turns[0].answer


class NextAssistant(FakeAssistant):
    """The same over the next build of the index."""

    @property
    def build(self) -> str:
        return "2"


def test_answers_of_a_replaced_index_are_given_again() -> None:
    turns = list(reopen(lend(), [QUESTION, "imprévu"]))[-1].turns
    first, _, _ = list(converse(lend(), turns, "Et en 2026 ?"))[-1].turns
    assert first is turns[0]
    renewed = list(converse(lend(NextAssistant()), turns, "Et en 2026 ?"))[-1].turns
    assert [turn.question for turn in renewed] == [QUESTION, "imprévu", "Et en 2026 ?"]
    assert [turn.build for turn in renewed if turn.answer] == ["2", "2"]


def test_an_index_replaced_while_a_question_waits_answers_the_whole_conversation() -> None:
    lent: list[Assistant] = [FakeAssistant()]
    turns = list(reopen(lambda: nullcontext(lent[-1]), [QUESTION]))[-1].turns
    steps = converse(lambda: nullcontext(lent[-1]), turns, "Et en 2026 ?")
    assert next(steps).turns[-1].pending
    lent.append(NextAssistant())
    assert [turn.build for turn in list(steps)[-1].turns] == ["2", "2"]


def test_source_of_a_document_removed_or_changed_since_is_not_shown(demo_assistant: Assistant) -> None:
    citation = demo_assistant.ask(QUESTION).citations[0]
    removed = replace(citation, document="parti.pdf")
    changed = replace(citation, quote=citation.quote[1:])
    for stale, words in ((removed, "a été retiré du corpus"), (changed, "a changé depuis cette réponse")):
        turns = (Turn(QUESTION, make_answer(citations=(replace(stale, number=1),))),)
        html = open_citation(lend(demo_assistant), turns, 0, 1)
        assert words in html
        assert "<mark>" not in html


BAD_QUESTIONS = [
    "😀",
    "👩‍⚕️ et les médecins ?",
    "<b>gras</b><script>alert(1)</script>",
    "![x](http://mechant.example/i.png) [lien](http://mechant.example)",
    "'; DROP TABLE action; -- \" OR 1=1",
    "a\x00b\x07c\x1b[31m",
    "\u202eegats ed esirtîam\u202c",
    "\ud800",
    "((((((((((((((((",
    "* * * ** __ `` ~~ # | |---|",
    "% _ ? \\ ${x} {{y}} {0} %s",
    "０１２３ Ⅳ ﬁche ²",
    "?" * 1_000,
    "mot " * 250,
]


@pytest.mark.parametrize("question", BAD_QUESTIONS, ids=range(len(BAD_QUESTIONS)))
def test_odd_question_is_answered_or_refused_in_words(demo_assistant: Assistant, question: str) -> None:
    settings = Settings()
    refusal = refuse_question(question, (), settings)
    if refusal:
        assert refusal == EMPTY_QUESTION
        return
    step = list(converse(lend(demo_assistant), (), question))[-1]
    _assert_harmless(step.log)
    assert UNEXPECTED_FAILURE not in step.log
    # A page is sent as UTF-8, whatever was typed.
    step.log.encode("utf-8")
    assert len(_Page(step.log).text) > 40


def test_ten_thousand_characters_are_refused_in_one_sentence() -> None:
    assert refuse_question("x" * 10_000, (), Settings()).startswith("Votre question compte 10000 caractères")


# --- server ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(FakeAssistant(), Settings()), base_url="http://127.0.0.1:7860") as client:
        yield client


def test_page_is_french_and_names_no_other_site(client: TestClient) -> None:
    response = client.get("/", headers={"accept-language": "en", "accept-encoding": "gzip, br"})
    assert response.status_code == 200
    assert '<html\n\tlang="fr"' in response.text
    assert not re.findall(r"(?:src|href|content)=\"https?://", response.text)


def test_security_headers(client: TestClient) -> None:
    for path in ("/", "/healthz", "/nulle-part"):
        headers = client.get(path).headers
        assert re.match("default-src '(self|none)'", headers["content-security-policy"])
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_scripts_are_allowed_by_nonce_only(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    policy = first.headers["content-security-policy"]
    script_policy = next(part for part in policy.split(";") if "script-src" in part)
    assert "unsafe-inline" not in script_policy
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    scripts = re.findall(r"<script[^>]*>", first.text)
    assert scripts
    assert all(f'nonce="{nonce.group(1)}"' in script for script in scripts)
    assert nonce.group(1) not in second.text


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("POST", "/upload"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1/"),
        ("POST", "/gradio_api/call/ask_typed"),
        ("POST", "/gradio_api/run/predict"),
        ("POST", "/gradio_api/api/predict"),
        ("GET", "/monitoring"),
        ("GET", "/gradio_api/openapi.json"),
        ("POST", "/gradio_api/vibe-edit"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("DELETE", "/"),
        ("OPTIONS", "/gradio_api/upload"),
    ],
)
def test_other_routes_are_closed(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path)
    assert response.status_code == 404
    assert response.json() == {"detail": "Page inconnue."}


def test_no_event_is_public(client: TestClient) -> None:
    assert client.get("/gradio_api/info").json()["named_endpoints"] == {}


def test_large_bodies_are_refused(client: TestClient) -> None:
    assert client.post("/gradio_api/queue/join", content=b"x" * 300_000).status_code == 413
    pieces = (b"x" * 10_000 for _ in range(40))
    assert client.post("/gradio_api/queue/join", content=pieces).status_code == 411


def test_port_in_use_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(port=taken.getsockname()[1])
        with pytest.raises(ClsAssistError, match="--port"):
            serve(FakeAssistant(), settings, lambda line: None)


def test_file_is_not_read_outside_static(client: TestClient) -> None:
    for path in (
        "/static/%2e%2e/%2e%2e/%2e%2e/package.json",
        "/assets/..%2f..%2findex.html",
        "/static//etc/passwd",
    ):
        assert client.get(path).status_code in {403, 404}
