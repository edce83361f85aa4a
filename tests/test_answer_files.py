"""Answers as files, read back: what was asked and answered, every citation, and nothing that runs."""

from __future__ import annotations

import io
import re
from datetime import date

import docx
import pytest
from answers import make_answer, make_citation
from docx.document import Document as WordDocument
from markdown_it import MarkdownIt

from clsassist.answer_files import Provenance, answers_to_docx, answers_to_markdown
from clsassist.assistant import Assistant
from clsassist.engagement_files import NOTICE, Edition
from clsassist.records import Answer, AnswerStatus
from clsassist.text import squeeze

PROVENANCE = Provenance(Edition(date(2026, 12, 1), date(2026, 11, 30)), {"plan/thur.txt": "Janvier 2021"})
HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ![x](http://ailleurs.example/x.png) "
    "[clic](javascript:alert(1)) [1]: http://ailleurs.example `code` & _a_ \x00\u202e"
)
QUESTIONS = (
    "Quelles actions ciblent la maîtrise de stage ?",
    "À quoi la CPAM est-elle engagée ?",
    "Compare la fiche 1 et la fiche 2",
    "Qui porte la fiche 3 ?",
)


def word(content: bytes) -> WordDocument:
    return docx.Document(io.BytesIO(content))


def word_text(document: WordDocument) -> str:
    cells = [paragraph.text for table in document.tables for cell in table._cells for paragraph in cell.paragraphs]
    return squeeze(" ".join([*(paragraph.text for paragraph in document.paragraphs), *cells]))


def harmful(markdown: str) -> list[str]:
    """The kinds of tokens that link, show or run something, as an ordinary reader of Markdown finds them."""
    parser = MarkdownIt("commonmark").enable("table")
    kinds = ("link_open", "image", "html_inline", "html_block", "code_inline", "fence", "code_block")
    tokens = [child for token in parser.parse(markdown) for child in (token, *(token.children or ()))]
    return [token.type for token in tokens if token.type in kinds]


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> list[Answer]:
    asked: list[Answer] = []
    for question in QUESTIONS:
        asked.append(assistant.ask(question, tuple(asked)))
    return asked


def test_markdown_holds_question_text_citations_and_dates() -> None:
    written = answers_to_markdown([make_answer()], PROVENANCE)
    assert written.startswith("# Réponse de l'assistant\n")
    assert "## Quelles actions ?" in written
    assert "Une action sur 9 [1]." in written
    assert "- [1] plan/thur.txt › fiche 2, Installer des médecins › Objectifs opérationnels › page 4" in written
    assert "« Promouvoir la maîtrise de stage »" in written
    assert NOTICE in written
    assert "Établi le 1er décembre 2026, d'après l'index du 30 novembre 2026." in written
    assert "- plan/thur.txt : CLS Pays Thur Doller, daté de « Janvier 2021 »" in written


def test_word_holds_question_text_citations_and_dates() -> None:
    document = word(answers_to_docx([make_answer()], PROVENANCE))
    said = word_text(document)
    for wanted in (
        "Quelles actions ?",
        "Une action sur 9 [1].",
        "[1] plan/thur.txt › fiche 2, Installer des médecins › Objectifs opérationnels › page 4",
        "« Promouvoir la maîtrise de stage »",
        NOTICE,
        "daté de « Janvier 2021 »",
    ):
        assert wanted in said
    assert document.core_properties.language == "fr-FR"
    assert NOTICE in document.sections[0].footer.paragraphs[0].text


def test_several_answers_are_one_conversation_in_order() -> None:
    conversation = [make_answer(question=f"Question {name} ?") for name in "abc"]
    markdown = answers_to_markdown(conversation, PROVENANCE)
    headings = [line for line in markdown.splitlines() if line.startswith("## ")]
    assert headings[:3] == ["## 1. Question a ?", "## 2. Question b ?", "## 3. Question c ?"]
    assert markdown.count("### Sources") == 3
    found = [one.text for one in word(answers_to_docx(conversation, PROVENANCE)).paragraphs if "Question" in one.text]
    assert found == ["1. Question a ?", "2. Question b ?", "3. Question c ?"]


def test_a_follow_up_tells_the_questions_before_it() -> None:
    earlier = ("Où la MSA est-elle partenaire ?", "et [la](http://x) CPAM ?")
    said = "Question posée à la suite de : « Où la MSA est-elle partenaire ? » et « et [la](http://x) CPAM ? »."
    markdown = answers_to_markdown([make_answer()], PROVENANCE, earlier)
    assert harmful(markdown) == []
    assert said in squeeze(re.sub(r"\\(.)", r"\1", markdown))
    assert said in word_text(word(answers_to_docx([make_answer()], PROVENANCE, earlier)))


@pytest.mark.parametrize(
    ("status", "said"), [(AnswerStatus.NOT_FOUND, "ne répondent pas"), (AnswerStatus.AMBIGUOUS, "ambiguë")]
)
def test_a_refusal_says_that_it_is_one(status: AnswerStatus, said: str) -> None:
    answer = make_answer(status=status, text="Rien sur ce sujet.")
    assert said in answers_to_markdown([answer], PROVENANCE)
    assert said in word_text(word(answers_to_docx([answer], PROVENANCE)))


def test_hostile_words_make_nothing_in_markdown() -> None:
    cited = make_citation(HOSTILE, document=HOSTILE, action_title=HOSTILE, label=HOSTILE, plan=HOSTILE)
    answer = make_answer((cited,), question=HOSTILE, text=f"{HOSTILE}\n\n# titre\n===\n\n- {HOSTILE}\n\n> suite [1][1]")
    written = answers_to_markdown([answer], PROVENANCE)
    assert harmful(written) == []
    assert "\x00" not in written
    assert "\u202e" not in written


def test_hostile_words_are_shown_as_text_in_word() -> None:
    cited = make_citation(HOSTILE, document=HOSTILE, action_title=HOSTILE, label=HOSTILE, plan=HOSTILE)
    document = word(answers_to_docx([make_answer((cited,), question=HOSTILE, text=HOSTILE)], PROVENANCE))
    assert "<script>alert(1)</script>" in word_text(document)
    assert not [one for one in document.part.rels.values() if one.is_external]


def test_markdown_of_real_answers_makes_no_link(answers: list[Answer]) -> None:
    assert harmful(answers_to_markdown(answers, PROVENANCE)) == []


def test_every_citation_of_real_answers_is_written_in_full(answers: list[Answer]) -> None:
    markdown = re.sub(r"\\(.)", r"\1", answers_to_markdown(answers, PROVENANCE))
    said = word_text(word(answers_to_docx(answers, PROVENANCE)))
    count = 0
    for answer in answers:
        for one in answer.citations:
            assert f"[{one.number}] {one.document}" in markdown
            assert squeeze(one.quote) in markdown
            assert squeeze(one.quote) in said
            count += 1
    assert count > 20


def test_every_mark_of_a_word_answer_leads_to_its_source(answers: list[Answer]) -> None:
    body = word(answers_to_docx(answers, PROVENANCE)).element.body
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    links = {one.get(f"{name}anchor") for one in body.iter(f"{name}hyperlink")}
    marks = list(body.iter(f"{name}bookmarkStart"))
    assert links == {one.get(f"{name}name") for one in marks}
    assert len(marks) == sum(len(answer.citations) for answer in answers)
    assert len({one.get(f"{name}id") for one in marks}) == len(marks)


def test_a_mark_without_citation_stays_text() -> None:
    document = word(answers_to_docx([make_answer(text="Voir [9] et \\[1\\].")], PROVENANCE))
    assert not [one for paragraph in document.paragraphs for one in paragraph.hyperlinks]
    assert "Voir [9] et [1]." in word_text(document)


def test_lists_tables_and_bold_of_an_answer_are_kept_in_word() -> None:
    text = "**Deux** actions, MSP* et CPTS* :\n\n1. une\n   - détail\n2. deux\n\n| a | b |\n|---|---|\n| c [1] | d |"
    document = word(answers_to_docx([make_answer(text=text)], PROVENANCE))
    said = word_text(document)
    assert "Deux actions, MSP* et CPTS* :" in said
    assert "1. une • détail 2. deux" in said
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["a", "b"], ["c [1]", "d"]]
    assert [run.text for one in document.paragraphs for run in one.runs if run.bold and run.text == "Deux"] == ["Deux"]


def test_the_same_answers_make_the_same_markdown(answers: list[Answer]) -> None:
    assert answers_to_markdown(answers, PROVENANCE) == answers_to_markdown(answers, PROVENANCE)
