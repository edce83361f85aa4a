"""The assistant with a model: which answers are written, what the command line shows, what the doctor says."""

import json

import pytest
from click.testing import CliRunner
from fake_model import FakeModel, hangs, refuses, says

from clsassist.assistant import Assistant
from clsassist.cli import main
from clsassist.errors import ConfigurationError, ModelError
from clsassist.generation import Notice, try_model
from clsassist.settings import Settings

OPEN = "Comment les plans prévoient-ils de développer la maîtrise de stage ?"
COMPARISON = "Compare la fiche 1 et la fiche 2 du CLS Thur Doller"
FACTS = (
    "Quelles actions ciblent la maîtrise de stage ?",
    "Combien d'actions y a-t-il ?",
    "Qui porte la fiche 2 ?",
    "Que prévoient les plans pour les astronautes ?",
)


def opened(folder, server, **changes):
    return Assistant.open(folder, server.settings(index_dir=folder, **changes))


def quoting(answer):
    """A sentence that repeats the first evidence of an answer word for word."""
    first = answer.citations[0]
    return f"Il est prévu ceci : « {' '.join(first.quote.split())} » [{first.number}]."


@pytest.mark.parametrize(
    ("question", "plain", "task"),
    [(OPEN, False, "synthese"), (COMPARISON, False, "comparaison"), (OPEN, True, "langage-clair")],
)
def test_open_questions_and_comparisons_are_written_each_with_its_instructions(question, plain, task, indexed_corpus):
    with FakeModel(says("Rien.")) as server:
        assistant = opened(indexed_corpus, server)
        answer = assistant.ask(question)
        assert assistant.can_write(answer)
        *_, notice = assistant.write(answer, plain=plain)
        assistant.close()
    assert isinstance(notice, Notice)
    assert f"consigne {task}, version" in notice.trace[0]
    assert question in server.requests[0][2]["messages"][1]["content"]


@pytest.mark.parametrize("question", FACTS)
def test_a_fact_or_a_refusal_is_not_written(question, indexed_corpus):
    with FakeModel(says("Rien.")) as server:
        assistant = opened(indexed_corpus, server)
        answer = assistant.ask(question)
        assert not assistant.can_write(answer)
        assert list(assistant.write(answer)) == []
        assistant.close()
    assert server.requests == []


def test_without_a_model_nothing_is_written(assistant):
    answer = assistant.ask(OPEN)
    assert not assistant.can_write(answer)
    assert list(assistant.write(answer)) == []


def run(*arguments, server=None, **env):
    settings = server.settings() if server else None
    if settings:
        env |= {"CLSASSIST_LLM_URL": settings.llm_url, "CLSASSIST_LLM_MODEL": settings.llm_model}
    return CliRunner().invoke(main, list(arguments), env=env)


def test_ask_shows_the_exact_answer_then_what_was_proved(indexed_corpus, assistant):
    sentence = quoting(assistant.ask(OPEN))
    with FakeModel(says(f"{sentence} La MSA paie tout en 2031 [1].")) as server:
        result = run("ask", OPEN, "--index-dir", str(indexed_corpus), server=server)
    exact = run("ask", OPEN, "--index-dir", str(indexed_corpus)).stdout
    assert result.exit_code == 0
    assert result.stdout.startswith(exact)
    written = result.stdout.removeprefix(exact)
    assert written == (
        f"\nRédigé par un modèle, vérifié phrase par phrase :\n\n{sentence}\n\n"
        "1 phrase sur 2 a été retirée : les documents ne la prouvent pas.\n"
    )


def test_ask_says_in_one_line_why_the_exact_answer_stands_alone(indexed_corpus):
    exact = run("ask", OPEN, "--index-dir", str(indexed_corpus)).stdout
    with FakeModel(refuses(401)) as server:
        result = run("ask", OPEN, "--index-dir", str(indexed_corpus), server=server)
    assert result.exit_code == 0
    assert result.stdout == f"{exact}\n(La réponse exacte reste seule : le modèle de langue refuse l'accès.)\n"


@pytest.mark.parametrize("option", ["--no-llm", "--json"])
def test_the_model_is_left_alone_when_it_is_not_wanted(option, indexed_corpus):
    with FakeModel(says("Rien.")) as server:
        result = run("ask", option, OPEN, "--index-dir", str(indexed_corpus), server=server)
    assert result.exit_code == 0
    assert server.requests == []
    if option == "--json":
        assert list(json.loads(result.stdout)) == [
            "question", "status", "text", "actions", "citations", "coverage", "elapsed_ms",
        ]  # fmt: skip


def test_explain_tells_every_verdict(indexed_corpus):
    with FakeModel(says("La MSA paie tout en 2031 [1].")) as server:
        result = run("explain", OPEN, "--index-dir", str(indexed_corpus), server=server)
    assert "Rédaction : modèle « modele-test », consigne synthese" in result.stdout
    assert "Phrase retirée : La MSA paie tout en 2031 [1]. — " in result.stdout


def test_instructions_that_cannot_be_read_leave_the_exact_answer(indexed_corpus, tmp_path):
    (tmp_path / "synthese.md").write_text("Bonjour", encoding="utf-8")
    exact = run("ask", OPEN, "--index-dir", str(indexed_corpus)).stdout
    with FakeModel(says("Rien.")) as server:
        result = run(
            "ask", OPEN, "--index-dir", str(indexed_corpus), server=server, CLSASSIST_PROMPTS_DIR=str(tmp_path)
        )
        talking = opened(indexed_corpus, server, prompts_dir=tmp_path)
        followed = talking.ask("qu'est-ce que ça implique ?", (talking.ask(OPEN),))
        talking.close()
    assert (result.exit_code, result.stdout) == (1, exact)
    assert "synthese.md" in result.stderr
    assert followed.trace[-1].startswith("Reformulation impossible : La consigne ")
    assert server.requests == []


FRENCH = "Un contrat local de santé réunit les acteurs d'un territoire. Il sert à mieux soigner les habitants."


def test_the_doctor_s_trial_tells_the_speed_of_a_model():
    with FakeModel(says(FRENCH)) as server:
        trial = try_model(server.settings())
    assert trial.sentence.startswith("« modele-test » répond : ")
    assert "mots par seconde, premier mot en" in trial.sentence
    assert trial.doubt == ""


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (says("A local health contract is for the people of the area. It is useful."), "pas en français"),
        (says(FRENCH, size=1_000), "Tout arrive d'un coup"),
    ],
)
def test_the_doctor_says_what_to_look_at(script, said):
    with FakeModel(script) as server:
        assert said in try_model(server.settings()).doubt


@pytest.mark.parametrize(
    ("script", "advice"),
    [
        (refuses(401), "vérifiez CLSASSIST_LLM_API_KEY"),
        (refuses(404), "vérifiez CLSASSIST_LLM_MODEL"),
        (refuses(503), "réessayez"),
        (hangs(), "CLSASSIST_LLM_TIMEOUT"),
        (says("<think>Voyons.</think>"), "choisissez un modèle"),
    ],
)
def test_each_failure_of_the_trial_says_what_to_do(script, advice):
    with FakeModel(script) as server, pytest.raises(ModelError) as raised:
        try_model(server.settings(llm_timeout=0.5 if advice == "CLSASSIST_LLM_TIMEOUT" else 30))
    assert advice in str(raised.value)


def test_the_doctor_reads_the_instructions_too(tmp_path):
    (tmp_path / "synthese.md").write_text("Bonjour", encoding="utf-8")
    with FakeModel(says(FRENCH)) as server, pytest.raises(ConfigurationError, match=r"synthese\.md"):
        try_model(server.settings(prompts_dir=tmp_path))


def test_without_a_model_the_doctor_is_content():
    assert "aucun n'est configuré" in try_model(Settings()).sentence
