"""Nothing leaves this machine: every command and every page work where there is no network, and try none."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from offline import NO_NAMESPACE
from test_beir import write_collection

from clsassist.cli import main
from clsassist.model_hub import settle_hub
from clsassist.terminal import QUIET_ENVIRONMENT

TESTS = Path(__file__).parent
PROJECT = TESTS.parent
QUESTION = "Quelles actions ciblent la maîtrise de stage ?"
ACTION = "Rendre le territoire plus attractif"

# How each command is tried, by its path; « INDEX » stands for the folder of the index, « OUT » for an empty one. The
# page is opened apart. What is typed comes last, when something is.
COMMANDS = {
    ("index",): [
        ["index", "corpus/saverne-attractivite-stages.docx", "--index-dir", "INDEX"],
        ["index", "--if-stale", "corpus/saverne-attractivite-stages.docx", "--index-dir", "INDEX"],
    ],
    ("ask",): [
        ["ask", QUESTION, "--index-dir", "INDEX"],
        ["ask", "--json", "-", "--index-dir", "INDEX", f"{QUESTION}\nQu'est-ce que la CPTS ?\n"],
    ],
    ("chat",): [["chat", "--json", "--index-dir", "INDEX", f"{QUESTION}\nqui pilote la deuxième ?\n"]],
    ("serve",): [["serve", "--help"]],
    ("explain",): [["explain", QUESTION, "--index-dir", "INDEX"]],
    ("show",): [["show", ACTION, "--index-dir", "INDEX"], ["show", "--json", ACTION, "--index-dir", "INDEX"]],
    ("partners",): [["partners", "MSA", "--index-dir", "INDEX"]],
    ("export",): [
        ["export", "--format", form, "--output", f"OUT/actions.{form}", "--index-dir", "INDEX"]
        for form in ("json", "csv", "xlsx")
    ],
    ("eval",): [["eval", "--peer", "--questions", "OUT/questions.yaml", "--expected", "OUT/expected.yaml",
                 "--report", "OUT/report", "--index-dir", "INDEX"]],
    ("eval", "beir"): [["eval", "beir", "OUT/beir", "--index-dir", "INDEX"]],
    ("doctor",): [["doctor", "--index-dir", "INDEX"]],
}  # fmt: skip


def commands(group=main, path=()):
    """The path of every command."""
    for name, command in group.commands.items():
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def newcomer(home):
    """The environment of somebody who set nothing, and whose home holds no cache."""
    kept = {key: value for key, value in os.environ.items() if key not in QUIET_ENVIRONMENT}
    path = os.pathsep.join(filter(None, (str(TESTS), os.environ.get("PYTHONPATH"))))
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), "PYTHONPATH": path}


def run_offline(folder, *command, **environment):
    """Run a command without a network; the addresses that it tried to reach, and what it wrote."""
    journal = folder / "journal"
    done = subprocess.run(
        [sys.executable, TESTS / "offline.py", journal, sys.executable, *command],
        cwd=PROJECT,
        env={**newcomer(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == NO_NAMESPACE:
        reason = f"this system gives no network namespace: {journal.read_text()}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return journal.read_text().splitlines(), done


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Every command with its help, run in order by a newcomer without a network; the folder, and what came of it."""
    folder = tmp_path_factory.mktemp("offline")
    (folder / "questions.yaml").write_text(
        "- {id: a, kind: definition, question: 'CPTS ?', status: answered}", encoding="utf-8"
    )
    (folder / "expected.yaml").write_text("total: {status: 1.0}")
    write_collection(folder / "beir")
    tried = [tried for path in commands() for tried in ([*path, "--help"], *COMMANDS.get(path, ()))]
    typed = [(arguments[:-1], arguments[-1]) if "\n" in arguments[-1] else (arguments, "") for arguments in tried]
    places = {"INDEX": str(folder / "index"), "OUT": str(folder)}
    lines = [([_placed(word, places) for word in arguments], answer) for arguments, answer in typed]
    (folder / "asked.json").write_text(json.dumps(lines))
    strangers, done = run_offline(folder, TESTS / "offline_commands.py", folder / "asked.json", folder / "told.json")
    assert not done.returncode, done.stderr
    return folder, strangers, list(zip(tried, json.loads((folder / "told.json").read_text()), strict=True))


def _placed(word, places):
    first, slash, rest = word.partition("/")
    return places.get(first, first) + slash + rest


def test_what_is_meant_for_elsewhere_is_heard(tmp_path):
    attempt = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'?', ('192.0.2.1', 4500))"
    strangers, done = run_offline(tmp_path, "-c", attempt)
    assert (strangers, done.returncode) == (["192.0.2.1 port 4500"], 0)


def test_no_command_is_forgotten():
    assert set(COMMANDS) == set(commands())


def test_every_command_works_without_a_network(asked):
    _, _, told = asked
    assert {" ".join(arguments): one for arguments, one in told if one["code"]} == {}


def test_no_command_tries_to_reach_anything(asked):
    _, strangers, _ = asked
    assert strangers == []


def test_a_question_is_answered_without_a_network(asked):
    _, _, told = asked
    (text,) = [one["out"] for arguments, one in told if arguments[:2] == ["ask", QUESTION]]
    assert text.startswith("**1 action sur 1 porte sur « maîtrise de stage »**")


def test_every_page_is_served_without_a_network_and_fetches_nothing(indexed_demo, tmp_path):
    strangers, done = run_offline(tmp_path, TESTS / "offline_visit.py", "pages", indexed_demo)
    assert (done.returncode, strangers) == (0, []), done.stderr
    assert int(done.stdout.split()[0]) > 50, done.stdout


@pytest.mark.browser
def test_a_question_is_answered_in_a_browser_without_a_network(indexed_demo, tmp_path):
    # Whatever the browser itself looks for is its own affair: the visit fails if the page asks for anything elsewhere.
    _, done = run_offline(tmp_path, TESTS / "offline_visit.py", "browser", indexed_demo)
    assert not done.returncode, done.stderr


def test_a_model_that_is_not_on_the_machine_is_said_without_looking_for_it(tmp_path):
    (tmp_path / "plan.txt").write_text("Fiche action n°1 : Aider\n\nPilote : ARS\n", encoding="utf-8")
    index = ["-m", "clsassist", "index", str(tmp_path / "plan.txt"), "--index-dir", str(tmp_path / "index")]
    strangers, done = run_offline(tmp_path, *index, CLSASSIST_EMBEDDING_MODEL="intfloat/multilingual-e5-base")
    assert (done.returncode, strangers) == (1, [])
    assert "Erreur : Le modèle d'embedding « intfloat/multilingual-e5-base » n'a pas pu être chargé" in done.stderr
    assert "sans accès à Internet" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_hub_that_is_allowed_but_does_not_answer_is_asked_once(tmp_path, monkeypatch):
    # A deployer lets the libraries of models download: without a network they would try each file six times.
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "0")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{nobody.getsockname()[1]}")
    settle_hub(str(tmp_path))
    assert os.environ["HF_HUB_OFFLINE"] == "0", "a folder needs no hub"
    settle_hub("intfloat/multilingual-e5-base")
    assert (os.environ["HF_HUB_OFFLINE"], os.environ["TRANSFORMERS_OFFLINE"]) == ("1", "1")
