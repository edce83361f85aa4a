"""The doctor says what is wrong in one line, and looks at everything else all the same."""

import shutil
from importlib import metadata
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from clsassist import doctor
from clsassist.assistant import Assistant
from clsassist.cli import main
from clsassist.errors import ConfigurationError, EmbeddingError, IndexMissingError
from clsassist.settings import Settings


@pytest.fixture(autouse=True)
def healthy(monkeypatch):
    embedder = SimpleNamespace(name="modèle", embed_query=lambda text: [0.0, 1.0])
    index = SimpleNamespace(actions=lambda: ("une", "deux"), close=lambda: None)
    monkeypatch.setattr("clsassist.embedding.load_embedder", lambda model, settings: embedder)
    monkeypatch.setattr(Assistant, "open", lambda index_dir, settings: index)
    # tests/test_damage.py examines real ones.
    monkeypatch.setattr(doctor, "_examine", lambda settings: None)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=5_000_000_000))


def failing(error):
    def fail(*_):
        raise error

    return fail


def failed_checks(read_settings=Settings):
    return [check.line() for check in doctor.run_checks(read_settings) if not check.passed]


def test_a_healthy_installation_has_a_tick_on_every_line():
    result = CliRunner().invoke(main, ["doctor"])

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert [line.split(" : ")[0] for line in lines] == [
        "✓ Configuration", "✓ Python", "✓ Bibliothèques", "✓ Modèle", "✓ Index", "✓ Disque"
    ]  # fmt: skip


def test_a_missing_index_gives_the_command_to_run_and_exit_code_1(monkeypatch):
    monkeypatch.setattr(Assistant, "open", failing(IndexMissingError("Aucun index. Lancez : clsassist index")))

    result = CliRunner().invoke(main, ["doctor"])

    assert result.exit_code == 1
    assert "✗ Index : Aucun index. Lancez : clsassist index" in result.stdout.splitlines()
    assert "✓ Disque" in result.stdout


def test_a_configuration_that_cannot_be_read_does_not_stop_the_other_checks():
    assert failed_checks(failing(ConfigurationError("CLSASSIST_PORT vaut « abc »."))) == [
        "✗ Configuration : CLSASSIST_PORT vaut « abc »."
    ]


def test_a_model_that_cannot_be_loaded_is_said(monkeypatch):
    monkeypatch.setattr("clsassist.embedding.load_embedder", failing(EmbeddingError("Modèle absent.")))

    assert failed_checks() == ["✗ Modèle : Modèle absent."]


def test_a_library_that_is_missing_or_of_another_version_is_named(monkeypatch):
    monkeypatch.setattr(metadata, "requires", lambda name: ["absente>=1", "click<1", "pytest; extra == 'dev'"])

    (line,) = failed_checks()

    assert line.startswith("✗ Bibliothèques : absente manque ; click est en version ")
    assert line.endswith("il faut <1. Lancez : make install")


def test_a_full_disk_is_said(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=100_000_000))

    (line,) = failed_checks()

    assert line.startswith("✗ Disque : 0,1 Go libres")


def test_an_old_python_is_said(monkeypatch):
    monkeypatch.setattr(doctor, "_OLDEST_PYTHON", (99, 0))

    (line,) = failed_checks()

    assert "trop ancienne" in line
