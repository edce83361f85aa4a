"""Odd files and odd questions: one French sentence or a plain reading, never a traceback, never a long wait."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clsassist.assistant import Assistant
from clsassist.cli import main
from clsassist.corpus import read_corpus
from clsassist.errors import ClsAssistError, NothingToIndexError
from clsassist.indexing import index_corpus
from clsassist.lexicon import load_lexicon
from clsassist.parsing.fiches import parse_document
from clsassist.readers.plain import read_plain
from clsassist.records import AnswerStatus, Document
from clsassist.settings import Settings

# Pieces of the layouts that are read, to be shuffled into odd documents.
PIECES = st.sampled_from(
    [
        "Fiche-action n°1 : Essai",
        "AXE 1 /",
        "Objectif 1.1 : Aider",
        "THÉMATIQUE : SOINS",
        "SOMMAIRE",
        "ABRÉVIATIONS",
        "| Leviers | Actions concrètes envisagées | Pilotes |",
        "|---|---|---|",
        "|  | faire | MSA |",
        "| A | x |",
        "|  | y | z |",
        "Partenaire(s)\t<ul> - CPAM * - MSA",
        "\tPorteur\n\tStructure :\n\tPETR",
        "\t<p>suite</p>",
        "|X| Oui |_| Non",
        "*",
        "-",
        "•",
        "☑ 2024",
        "--\t--",
        "<input checked>",
        "Porteur : ARS",
        "Public visé",
        "12",
        "61 %",
        "des médecins",
        "[12]",
        "\t",
        "",
        "**Titre**",
    ]
)


def parse(text: str) -> None:
    read = read_plain(text.encode())
    text, blocks = read.text, read.blocks
    document = Document("essai", "essai.txt", "0", None, text, blocks)
    actions, sections, _ = parse_document(document, load_lexicon())
    for owner in (*actions, *sections):
        for field in owner.fields:
            for item in field.items:
                assert all(span.of(text).strip() for span in item.spans)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=14))
def test_any_mixture_of_layouts_is_read(pieces: list[str]) -> None:
    parse("\n".join(pieces) + "\n.")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    if "\x00" not in text:
        parse(text.encode("utf-8", "ignore").decode() + "\n.")


@pytest.mark.parametrize("text", ["-" * 20_000 + "x", "• a " * 20_000, "- a\n" * 20_000, "a·e" * 20_000])
def test_a_repetitive_file_is_read_in_one_pass(text: str) -> None:
    # These took minutes when reading was quadratic: the test run itself would not end.
    parse(f"Fiche-action n°1 : Essai\n\nPartenaires\t{text}\n")


def test_a_line_that_no_person_wrote_is_refused(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("a" * 300_000, encoding="utf-8")
    with pytest.raises(NothingToIndexError, match="dépasse"):
        read_corpus([tmp_path], Settings())


def test_a_number_in_brackets_in_a_document_is_no_citation_mark(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    text = "Fiche-action n°1 : Aider les jeunes [1]\n\nContexte\tVoir la note [12] sur la télémédecine.\n"
    (corpus / "notes.txt").write_text(text, encoding="utf-8")
    index_corpus([corpus], replace(Settings(), index_dir=tmp_path / "index"))
    assistant = Assistant.open(tmp_path / "index")
    answer = assistant.ask("Quelles actions parlent de télémédecine ?")
    assert answer.status is AnswerStatus.ANSWERED
    assert "\\[12\\]" in answer.text
    assert answer.citations[0].quote == "Voir la note [12] sur la télémédecine."
    assistant.close()


@pytest.mark.parametrize(
    "question",
    ["?!…", "🙂🙂", "<script>alert(1)</script>", "le la les", "‮abc", "DROP TABLE action;", "a" * 900, "[1] [2]"],
)
def test_an_odd_question_is_answered_or_refused_in_a_sentence(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).text


@pytest.mark.parametrize("question", ["", "   ", "x" * 1_001])
def test_an_empty_or_endless_question_is_an_error_in_french(assistant: Assistant, question: str) -> None:
    with pytest.raises(ClsAssistError, match="question"):
        assistant.ask(question)


def test_threads_sharing_one_assistant_get_the_same_answers(assistant: Assistant) -> None:
    questions = ["Quelles actions ciblent la maîtrise de stage ?", "Où la MSA est-elle partenaire ?", "IPA ?"] * 8
    alone = {question: assistant.ask(question).text for question in set(questions)}
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda question: assistant.ask(question).text, questions))
    assert texts == [alone[question] for question in questions]


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("Qui porte les fiches 1, 2 et 5 ?", {"1", "2", "5"}),
        ("qui porte les fiches 1 à 3 ?", {"1", "2", "3"}),
    ],
)
def test_a_list_of_numbers_is_read_whole(assistant: Assistant, question: str, numbers: set[str]) -> None:
    assert {action.number for action in assistant.ask(question).actions} == numbers


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("Quelles actions couvrent 2024 ou 2029 ?", 8),
        ("Quelles actions entre 2024 et 2026 ?", 8),
        ("Quelles actions commencent avant 2024 ?", 5),
        ("Quelles actions vont après 2028 ?", 3),
    ],
)
def test_years_are_joined_as_the_question_says(assistant: Assistant, question: str, count: int) -> None:
    assert len(assistant.ask(question).actions) == count


def test_what_portent_sur_names_is_a_topic_not_a_porteur(assistant: Assistant) -> None:
    assert "portées ou pilotées" not in assistant.ask("Quelles actions portent sur la CPTS ?").text


def test_the_actions_of_a_count_are_those_counted(assistant: Assistant) -> None:
    answer = assistant.ask("Combien de partenaires ?")
    assert f"dans {len(answer.actions)} actions" in answer.text


@pytest.mark.parametrize(
    "question", ["Quelles actions relèvent de l'axe 12 ?", "Quelles sont les actions du CLS de Mulhouse ?"]
)
def test_an_axe_or_a_contract_that_is_not_there_is_not_found(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status is AnswerStatus.NOT_FOUND


def test_a_document_changed_since_it_was_indexed_is_said_and_the_answer_given(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    (corpus / "plan.txt").write_text("Fiche-action n°1 : Essai\n\nPorteur\tARS\n", encoding="utf-8")
    index_corpus([corpus], replace(Settings(), index_dir=index))
    ask = ["ask", "--index-dir", str(index), "Qui porte la fiche 1 ?"]
    fresh = CliRunner().invoke(main, ask)
    (corpus / "plan.txt").write_text("Fiche-action n°1 : Essai\n\nPorteur\tMSA\n", encoding="utf-8")
    stale = CliRunner().invoke(main, ask)
    assert (fresh.exit_code, fresh.stderr) == (0, "")
    assert stale.exit_code == 0
    assert "a été modifié" in stale.stderr
    assert stale.stdout == fresh.stdout
