"""The command line over an assistant that is made up: what is printed where, and the exit code."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from answers import make_answer, make_citation
from click.testing import CliRunner

from clsassist.assistant import Assistant
from clsassist.cli import main
from clsassist.errors import ClsAssistError, IndexMissingError, NothingToIndexError, UnknownActionError
from clsassist.exports import answer_to_plain
from clsassist.indexing import Indexing
from clsassist.records import AnswerStatus

TOO_LONG = "La question est trop longue : raccourcissez-la."


class FakeAssistant:
    """Answers every question with its own words, and remembers what it was given."""

    def __init__(self):
        self.asked = []
        self.written = ()
        self.closed = False

    def changed_source(self):
        return None

    def ask(self, question, previous=()):
        self.asked.append((question, tuple(answer.question for answer in previous)))
        if question == "trop longue":
            raise ClsAssistError(TOO_LONG)
        if question == "interrompue":
            raise KeyboardInterrupt
        return make_answer(question=question, text=f"Réponse à {question} [1].")

    def write(self, answer):
        return iter(self.written)

    def explain(self, question):
        return f"Je comprends : {question}"

    def show(self, reference):
        raise UnknownActionError(f"Aucune action ne répond à « {reference} ».")

    def partners(self, name):
        return make_answer(question=name)

    def close(self):
        self.closed = True


@pytest.fixture
def fake(monkeypatch):
    assistant = FakeAssistant()
    monkeypatch.setattr(Assistant, "open", lambda index_dir, settings: assistant)
    return assistant


def run(*args, **options):
    return CliRunner().invoke(main, args, **options)


def test_ask_prints_the_answer_then_its_numbered_sources(fake):
    result = run("ask", "Quelles actions ?")

    assert result.exit_code == 0
    assert result.stdout == (
        "Réponse à Quelles actions ? [1].\n"
        "\n"
        "Sources\n"
        "[1] plan/thur.txt › fiche 2 › Objectifs opérationnels (p. 4) : « Promouvoir la maîtrise de stage »\n"
        "\n"
    )
    assert fake.closed


def test_a_source_without_page_nor_number_names_the_action_by_its_title():
    untitled = make_citation(action_number=None, page=None)
    section = make_citation(action_id=None, action_number=None, action_title=None)

    plain = answer_to_plain(make_answer((untitled, section)))

    assert "] plan/thur.txt › Installer des médecins › Objectifs opérationnels : «" in plain
    assert "] plan/thur.txt › Objectifs opérationnels (p. 4) : «" in plain


def test_an_ambiguous_answer_offers_its_choices():
    plain = answer_to_plain(make_answer(status=AnswerStatus.AMBIGUOUS, text="Laquelle ?"))

    assert plain.startswith("Laquelle ?\n\n- Une suite ?\n")


def test_ask_joins_the_words_of_a_question_typed_without_quotation_marks(fake):
    run("ask", "Que", "veut", "dire", "CPTS", "?")

    assert fake.asked == [("Que veut dire CPTS ?", ())]


def test_ask_json_prints_one_line_and_nothing_else(fake):
    result = run("ask", "--json", "Où ?")

    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout)["question"] == "Où ?"
    assert result.stderr == ""


def test_ask_reads_independent_questions_on_standard_input(fake):
    result = run("ask", "-", "--json", input="﻿Première ?\n\n  Deuxième ?\r\n".encode())

    assert [json.loads(line)["question"] for line in result.stdout.splitlines()] == [
        "Première ?",
        "Deuxième ?",
    ]
    assert fake.asked == [("Première ?", ()), ("Deuxième ?", ())]


def test_chat_gives_the_earlier_answers_of_the_conversation(fake):
    run("chat", "--json", input="Première ?\nEt la deuxième ?\n")

    assert fake.asked == [("Première ?", ()), ("Et la deuxième ?", ("Première ?",))]


def test_a_question_that_fails_is_said_and_the_next_one_is_answered(fake):
    result = run("ask", "-", "--json", input="trop longue\nOù ?\n")

    failed, answered = map(json.loads, result.stdout.splitlines())
    assert (failed["question"], failed["status"], failed["text"]) == ("trop longue", "not_found", TOO_LONG)
    assert answered["status"] == "answered"
    assert result.stderr == f"Erreur : {TOO_LONG}\n"
    assert result.exit_code == 1


def test_chat_answers_each_line_before_it_reads_the_next():
    script = (
        "import test_cli; from clsassist.assistant import Assistant; from clsassist.cli import main;"
        "Assistant.open = lambda index_dir, settings: test_cli.FakeAssistant(); main(['chat', '--json'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as chat:
        for question in ("Première ?", "Deuxième ?"):
            chat.stdin.write(f"{question}\n".encode())
            chat.stdin.flush()
            assert json.loads(chat.stdout.readline())["question"] == question
        chat.stdin.close()
        assert chat.wait() == 0


def test_explain_and_partners_speak_for_the_assistant(fake):
    assert run("explain", "Où", "?").stdout == "Je comprends : Où ?\n"
    assert json.loads(run("partners", "Région", "Grand", "Est", "--json").stdout)["question"] == "Région Grand Est"


def test_an_error_is_one_sentence_on_stderr_without_traceback(fake):
    result = run("show", "fiche 99")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Erreur : Aucune action ne répond à « fiche 99 ».\n"


def test_a_missing_index_is_said_by_every_command_that_needs_it(monkeypatch):
    def open_nothing(index_dir, settings):
        raise IndexMissingError(f"Aucun index dans « {index_dir} ». Lancez : clsassist index")

    monkeypatch.setattr(Assistant, "open", open_nothing)

    for words in (["ask", "Où ?"], ["chat"], ["explain", "Où ?"], ["show", "1"], ["export"]):
        result = run(*words, "--index-dir", "ailleurs")
        assert (result.exit_code, result.stderr) == (
            1, "Erreur : Aucun index dans « ailleurs ». Lancez : clsassist index\n"
        ), words  # fmt: skip


def test_index_prints_the_reading_report(monkeypatch, tmp_path):
    built = []
    monkeypatch.setattr(
        "clsassist.indexing.index_corpus",
        lambda paths, settings, progress, anew: (
            built.append((paths, settings.index_dir, anew)) or Indexing("20261130t000000-00000000", "un corpus")
        ),
    )
    monkeypatch.setattr("clsassist.reading_report.report_to_text", lambda corpus: f"Rapport de {corpus}")

    result = run("index", "plans", "--index-dir", str(tmp_path))

    assert (result.exit_code, result.stdout) == (0, "Rapport de un corpus\n")
    ((paths, index_dir, anew),) = built
    assert ([path.name for path in paths], index_dir, anew) == (["plans"], tmp_path, False)


def test_index_fails_when_nothing_could_be_read(monkeypatch):
    def read_nothing(paths, settings, progress, anew):
        raise NothingToIndexError("Le dossier « vide » ne contient aucun document.")

    monkeypatch.setattr("clsassist.indexing.index_corpus", read_nothing)

    result = run("index", "vide")

    assert (result.exit_code, result.stderr) == (
        1,
        "Erreur : Le dossier « vide » ne contient aucun document.\n",
    )


def test_an_interrupted_command_ends_with_130_and_no_traceback(fake):
    result = run("ask", "interrompue")

    assert result.exit_code == 130
    assert result.stderr.endswith("Interrompu.\n")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["aks"], "la commande « aks » n'existe pas. Vouliez-vous dire « ask » ?"),
        (["ask", "--jsno", "Où ?"], "l'option « --jsno » n'existe pas. Vouliez-vous dire « --json » ?"),
        (["show"], "il manque ACTION."),
        (["serve", "--port", "abc"], "la valeur de --port ne convient pas : un nombre entier est attendu."),
        (
            ["export", "--format", "xml"],
            "la valeur de --format ne convient pas : choisissez entre json, csv, xlsx.",
        ),
        (["export", "--output"], "l'option « --output » attend une valeur."),
    ],
)
def test_a_badly_written_command_is_explained_in_french(words, sentence):
    result = run(*words)

    assert result.exit_code == 2
    assert result.stderr.startswith(f"Erreur : {sentence}\n")


def test_help_is_in_french_and_in_utf8_whatever_the_locale():
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    shown = subprocess.run([sys.executable, "-m", "clsassist", "--help"], capture_output=True, env=environment)

    text = shown.stdout.decode("utf-8")
    assert "Réponses exactes et sourcées" in text
    assert {"Options:", "Commands:", "Show this message and exit."}.isdisjoint(text.splitlines())


def test_a_closed_pipe_is_no_error_to_read_about():
    read_end, write_end = os.pipe()
    os.close(read_end)
    shown = subprocess.run(
        [sys.executable, "-m", "clsassist", "--help"], stdout=write_end, stderr=subprocess.PIPE, check=False
    )
    os.close(write_end)

    assert shown.stderr == b""


def test_every_quote_of_a_real_answer_is_the_text_of_the_document_at_its_place(indexed_demo, demo_corpus):
    texts = {parsed.document.path: parsed.document.text for parsed in demo_corpus.documents}

    result = run("ask", "--json", "Quelles actions ciblent la maîtrise de stage ?", "--index-dir", str(indexed_demo))

    answer = json.loads(result.stdout)
    assert answer["status"] == "answered"
    assert answer["citations"]
    for cited in answer["citations"]:
        assert texts[cited["document"]][cited["start"] : cited["end"]] == cited["quote"]


def test_export_writes_every_action_of_the_index(indexed_demo, demo_corpus, tmp_path):
    output = tmp_path / "actions.csv"

    result = run("export", "--format", "csv", "--output", str(output), "--index-dir", str(indexed_demo))

    expected = sum(len(parsed.actions) for parsed in demo_corpus.documents)
    with output.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert (result.exit_code, len(rows)) == (0, expected)
    assert {row["document"] for row in rows} == {parsed.document.path for parsed in demo_corpus.documents}


def test_an_up_to_date_index_is_not_built_again(indexed_demo):
    corpus = str(Path(__file__).resolve().parent.parent / "corpus")

    result = run("index", corpus, "--if-stale", "--index-dir", str(indexed_demo))

    assert (result.exit_code, result.stdout) == (0, f"L'index « {indexed_demo} » est à jour.\n")
