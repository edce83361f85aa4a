"""« clsassist eval --llm » from the question file to the report, with a scripted model."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from fake_model import FakeModel, hangs, refuses, says
from test_author import COMPARISON, OPEN

from clsassist.builds import current_build
from clsassist.cli import main
from clsassist.evaluation.tape import tape_path
from clsassist.evaluation.writing_run import Wanted
from clsassist.generation import Prompts, answer_to_material, check_sentence
from clsassist.indexing import index_corpus
from clsassist.lexicon import load_lexicon
from clsassist.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import score_writing
from small_plan import SPORT, ZYTHUM, write_plan

FACT = "Combien d'actions y a-t-il ?"
OTHER = "Comment développer la maîtrise de stage ?"
LIE = "La MSA paie tout en 2031 [1]."


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.yaml"
    entries = [
        {"id": "ouverte-1", "kind": "ouverte", "question": OPEN, "phrasings": [OTHER], "status": "answered"},
        {"id": "comparaison-1", "kind": "comparaison", "question": COMPARISON, "status": "answered", "held": True},
        {"id": "decompte-1", "kind": "decompte", "question": FACT, "status": "answered"},
    ]
    path.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture
def place(indexed_corpus, questions, tmp_path):
    """The arguments of every run; what is written is kept in a folder of the test's own."""
    index = tmp_path / "index"
    index.mkdir()
    for name in indexed_corpus.iterdir():
        (index / name.name).symlink_to(name)
    return ["--questions", str(questions), "--index-dir", str(index)]


def proved(assistant, question):
    """A sentence that repeats evidence of the answer word for word, in a form that a reader may be shown."""
    answer = assistant.ask(question)
    material = answer_to_material(answer, assistant.registry, load_lexicon())
    said = (f"Il est prévu ceci : « {' '.join(one.quote.split())} » [{one.number}]." for one in answer.citations)
    return next(one for one in said if check_sentence(one, material, load_lexicon()).reason is None)


def environment(server):
    return {"CLSASSIST_LLM_URL": server.url, "CLSASSIST_LLM_MODEL": "modele-test"}


def run(server, place, *arguments):
    return CliRunner().invoke(main, ["eval", "--llm", *place, *arguments], env=environment(server))


def total(text):
    return re.search(r"^total +(.*)$", text, re.MULTILINE)[1].split()


def test_the_answers_that_a_model_writes_are_scored(assistant, place, tmp_path):
    script = says(f"{proved(assistant, OPEN)} {LIE}")
    with FakeModel(script, script, says(proved(assistant, COMPARISON))) as server:
        done = run(server, place, "--report", str(tmp_path / "report"))
    assert done.exit_code == 0, done.output
    assert len(server.requests) == 3
    assert "4 questions posées, 3 dont la réponse se rédige, 3 réponses rédigées." in done.stdout
    assert total(done.stdout) == ["3", "5", "3", "2", "0,600", "0"]
    assert "Citations, toutes les phrases écrites : rappel 0,600 (3 sur 5), précision 0,600 (3 sur 5)" in done.stdout
    assert "Citations, phrases montrées : rappel 1,000 (3 sur 3), précision 1,000 (3 sur 3)" in done.stdout
    assert "Phrases que montre cette exécution : 3 ; jugées à la main : 0." in done.stdout
    report = (tmp_path / "report" / "generation.md").read_text(encoding="utf-8")
    assert "| total | 3 | 5 | 3 | 2 | 0,600 | 0 |" in report
    assert "Modèle « modele-test », consignes synthese (version " in report
    assert "## Pourquoi des phrases sont retirées" in report and "ALCE (Gao et al., 2023)" in report
    assert LIE not in report


def test_failures_of_the_model_are_told_and_counted(assistant, place):
    with FakeModel(refuses(503), says(""), says(proved(assistant, COMPARISON))) as server:
        done = run(server, place)
    assert done.exit_code == 0
    assert total(done.stdout)[-1] == "2"
    assert "Échecs du modèle :\n  1 × est surchargé\n  1 × n'a rien écrit\n" in done.stdout
    assert "Pourquoi la réponse exacte reste seule :\n  1 × le modèle de langue est surchargé\n" in done.stdout


def test_a_server_that_refuses_everything_ends_the_run_with_one_sentence(place):
    with FakeModel(refuses(401)) as server:
        done = run(server, place)
    assert done.exit_code == 1
    assert "Trois rédactions de suite ont échoué. Le modèle de langue refuse l'accès" in done.stderr
    assert "relancez la même commande pour reprendre" in done.stderr


def test_a_run_that_was_killed_goes_on_where_it_was(place):
    with FakeModel(says("Rien ici."), hangs("Rien")) as server:
        command = [sys.executable, "-m", "clsassist", "eval", "--llm", *place]
        with subprocess.Popen(
            command, env={**os.environ, **environment(server)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            # The second answer has begun once its request is there.
            while len(server.requests) < 2 and process.poll() is None:
                server.started.wait(0.05)
                server.started.clear()
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        server.release.set()
        server.scripts[:] = [says("Rien ici.")]
        done = run(server, place)
    assert done.exit_code == 0
    assert len(server.requests) == 4
    assert "3 réponses rédigées (reprises d'une exécution antérieure : 1)." in done.stdout


def test_a_line_that_cannot_be_read_is_told(place):
    with FakeModel(says("Rien ici.")) as server:
        run(server, place)
        [kept] = (Path(place[-1]) / "written").glob("*/*")
        assert re.fullmatch(r"modele-test-synthese\d+-comparaison\d+\.jsonl", kept.name)
        kept.write_bytes(kept.read_bytes()[:-9])
        done = run(server, place)
    assert "Attention : 1 ligne illisible dans « " in done.stderr
    assert len(server.requests) == 4


def test_what_was_written_goes_with_the_build_that_it_quotes(tmp_path):
    settings = replace(Settings(), index_dir=tmp_path / "index")
    write_plan(tmp_path / "corpus", zythum=ZYTHUM)
    index_corpus([tmp_path / "corpus"], settings)
    kept = tape_path(
        settings.index_dir, current_build(settings.index_dir), "modele-test", Prompts.load(), Wanted().tasks
    )
    kept.parent.mkdir(parents=True)
    kept.write_text("{}\n")
    write_plan(tmp_path / "corpus", sport=SPORT)
    index_corpus([tmp_path / "corpus"], settings)
    assert list((settings.index_dir / "written").iterdir()) == []


def test_the_same_question_with_the_same_answer_is_written_once(place, questions):
    entries = yaml.safe_load(questions.read_text(encoding="utf-8"))
    entries.append({**entries[0], "id": "suite-1", "kind": "suite", "before": [FACT]})
    questions.write_text(yaml.safe_dump(entries), encoding="utf-8")
    with FakeModel(says("Rien ici.")) as server:
        done = run(server, place)
    assert len(server.requests) == 3
    assert "6 questions posées, 3 dont la réponse se rédige" in done.stdout


def test_at_most_so_many_answers_are_written(place):
    with FakeModel(says("Rien ici.")) as server:
        done = run(server, place, "--most", "2")
    asked = [request[2]["messages"][1]["content"] for request in server.requests]
    assert [question in one for question, one in zip((OPEN, COMPARISON), asked, strict=True)] == [True, True]
    assert total(done.stdout)[0] == "2"


def judge_all(path, judgement, why=""):
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in entries:
        for sentence in entry["sentences"]:
            sentence.update(judgement=judgement, why=why)
    path.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")


def test_judged_sentences_are_read_back_and_one_false_sentence_shown_is_a_failure(assistant, place, tmp_path):
    shown, held = proved(assistant, OPEN), proved(assistant, COMPARISON)
    folder = tmp_path / "written"
    with FakeModel(says(f"{shown} {LIE}"), says("Rien ici."), says(held)) as server:
        exported = run(server, place, "--to-judge", str(folder / "a.yaml"))
        judge_all(folder / "a.yaml", "non soutenue", "Pour l'épreuve.")
        false = run(server, place, "--written", str(folder))
        with_held = run(server, place, "--written", str(folder), "--held")
        judge_all(folder / "a.yaml", "soutenue")
        right = run(server, place, "--written", str(folder), "--report", str(tmp_path))
        again = run(server, place, "--to-judge", str(folder / "a.yaml"))
    assert exported.exit_code == 0 and "4 phrases à juger" in exported.stderr
    assert len(server.requests) == 3
    assert false.exit_code == 1
    assert "non soutenues mais montrées : 2 (il en faut 0)" in false.stdout
    assert f"✗ Non soutenue mais montrée : ouverte-1, {shown} — Pour l'épreuve." in false.stdout
    assert "Fautes de questions réservées : 1 (--held pour les voir)." in false.stdout
    assert held not in false.stdout and held in with_held.stdout
    assert right.exit_code == 0
    assert "Phrases que montre cette exécution : 2 ; jugées à la main : 2." in right.stdout
    assert "non soutenues mais montrées : 0 (il en faut 0), retirées à tort : 2." in right.stdout
    assert f"- ✗ Retirée à tort : ouverte-1, {LIE} — " in (tmp_path / "generation.md").read_text(encoding="utf-8")
    assert again.exit_code == 1 and "existe déjà" in again.stderr


def test_without_a_model_it_says_what_to_set(place):
    done = CliRunner().invoke(main, ["eval", "--llm", *place])
    assert done.exit_code == 1
    assert "donnez CLSASSIST_LLM_URL et CLSASSIST_LLM_MODEL" in done.stderr


def test_options_of_a_model_s_evaluation_go_with_it():
    done = CliRunner().invoke(main, ["eval", "--most", "3"])
    assert done.exit_code == 2
    assert "--most ne va qu'avec --llm." in done.stderr


# --- the tool behind « make test-llm »


def test_a_configured_model_is_used_as_it_is():
    given = {"CLSASSIST_LLM_URL": "http://127.0.0.1:1/v1"}
    with score_writing.model_environment(["/nowhere"], given) as found:
        assert found == given


def test_a_local_server_lives_as_long_as_the_evaluation(tmp_path):
    gone = tmp_path / "gone"
    code = (
        "import os, signal, sys, threading\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (open({str(gone)!r}, 'w').close(), os._exit(0)))\n"
        "print('Le modèle charge')\n"
        "print(\"  export CLSASSIST_LLM_URL='http://127.0.0.1:9/v1' CLSASSIST_LLM_MODEL=petit\", flush=True)\n"
        "threading.Event().wait()\n"
    )
    with score_writing.model_environment([sys.executable, "-c", code], {"PATH": "x"}) as found:
        assert not gone.exists()
        assert found == {
            "PATH": "x",
            "CLSASSIST_LLM_URL": "http://127.0.0.1:9/v1",
            "CLSASSIST_LLM_MODEL": "petit",
            "CLSASSIST_LLM_TIMEOUT": score_writing.PATIENCE_SECONDS,
        }
    assert gone.exists()


def test_a_local_server_that_does_not_start_is_said():
    with (
        pytest.raises(SystemExit, match="n'a pas démarré"),
        score_writing.model_environment([sys.executable, "-c", "print('oups')"], {}),
    ):
        pass


def test_the_tool_indexes_evaluates_and_writes_the_report(place, real_documents, tmp_path, monkeypatch):
    with FakeModel(says("Rien ici.")) as server:
        for name, value in environment(server).items():
            monkeypatch.setenv(name, value)
        places = ["--corpus", str(real_documents), "--report", str(tmp_path / "report")]
        code = score_writing.main(["--most", "1", *places, *place])
    assert code == 0
    assert (tmp_path / "report" / "generation.md").is_file()
    assert len(server.requests) == 1


def test_answers_for_residents_are_scored_apart(place, tmp_path):
    with FakeModel(says("Rien ici.")) as server:
        done = run(server, place, "--plain", "--report", str(tmp_path / "r"))
    [kept] = (Path(place[-1]) / "written").glob("*/*")
    assert re.fullmatch(r"modele-test-langage-clair\d+\.jsonl", kept.name)
    assert "langage-clair (version" in (tmp_path / "r" / "generation-clair.md").read_text(encoding="utf-8")
    assert done.exit_code == 0
