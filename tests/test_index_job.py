"""Indexing aside: one at a time, followed step by step, its failures told in French."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from browsing import serve_command, wait_for_url

from clsassist.assistant import Assistant
from clsassist.builds import current_build, only_builder
from clsassist.errors import ClsAssistError
from clsassist.index_job import KNOWN_STAGES, WORKER, IndexJobs, JobState, JobStatus
from clsassist.index_wish import IndexWish
from clsassist.index_worker import order_to_settings, settings_to_order
from clsassist.indexing import index_corpus
from clsassist.settings import Settings

# Far more than anything here takes; reached only by a failure.
PATIENCE = 120

FICHE = """Fiche action n°1 : Ouvrir une maison du zythum
Porteur : Commune de Valmore
Partenaires : MSA, CPAM
Objectifs opérationnels :
- Promouvoir la lecture anticonstitutionnelle
Public cible : jeunes médecins
"""
OTHER = FICHE.replace("zythum", "sport").replace("anticonstitutionnelle", "publique").replace("n°1", "n°2")

# What an indexing process may say, in place of the real one. It waits for a file to appear where its test must act
# meanwhile.
SCRIPT = """
import json, sys, time, pathlib
order = json.loads(sys.stdin.readline())
folder = pathlib.Path(order["index_dir"])
with (folder / "runs").open("a") as runs:
    runs.write("x")
def tell(**values):
    print(json.dumps(values), flush=True)
def wait_for(name):
    while not (folder / name).exists():
        time.sleep(0.01)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    index.mkdir()
    (corpus / "fiche.txt").write_text(FICHE, encoding="utf-8")
    # Chroma takes most of the time of a small build, and no part in this.
    return replace(Settings(), corpus_dir=corpus, index_dir=index, vector_store_url="aucun")


@pytest.fixture
def making(settings: Settings) -> Iterator[Callable[..., IndexJobs]]:
    made: list[IndexJobs] = []

    def make(script: str = "", refresh: Callable[[], None] | None = None) -> IndexJobs:
        command = [sys.executable, "-c", SCRIPT + script] if script else WORKER
        made.append(IndexJobs(settings, refresh, command))
        return made[-1]

    yield make
    for jobs in made:
        jobs.close()
        jobs.wait(PATIENCE)


def follow_until(jobs: IndexJobs, reached: Callable[[JobStatus], bool]) -> JobStatus:
    """The first status that is as wanted."""
    status = jobs.wait(PATIENCE, reached)
    assert reached(status), status
    return status


def runs_of(settings: Settings) -> int:
    return len((settings.index_dir / "runs").read_text())


# --- the real process


def test_a_folder_is_indexed_and_reported(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    jobs = making()

    assert jobs.request().state is JobState.RUNNING
    ended = jobs.wait(PATIENCE)

    assert (ended.number, ended.state, ended.failure, ended.percent) == (1, JobState.DONE, "", 100)
    assert ended.started_at is not None
    assert ended.ended_at is not None
    assert ended.report is not None
    assert [held["document"] for held in ended.report["documents"]] == ["fiche.txt"]
    with Assistant.open(settings.index_dir, settings)._index as index:
        assert index.manifest.counts["documents"] == 1


def test_a_removed_document_is_in_no_file_of_the_index(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    (settings.corpus_dir / "autre.txt").write_text(OTHER, encoding="utf-8")
    index_corpus([settings.corpus_dir], settings)
    (settings.corpus_dir / "fiche.txt").unlink()
    jobs = making()

    jobs.request(may_empty=True)

    assert jobs.wait(PATIENCE).state is JobState.DONE
    for path in settings.index_dir.rglob("*"):
        assert path.is_dir() or b"anticonstitutionnelle" not in path.read_bytes(), path


def test_the_last_document_goes_with_the_index(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    index_corpus([settings.corpus_dir], settings)
    (settings.corpus_dir / "fiche.txt").unlink()
    jobs = making()

    jobs.request(may_empty=True)

    assert jobs.wait(PATIENCE).state is JobState.DONE
    assert current_build(settings.index_dir) is None
    assert list(settings.index_dir.rglob("*.sqlite")) == []


def test_unreadable_leftovers_do_not_keep_a_removed_document(
    settings: Settings, making: Callable[..., IndexJobs]
) -> None:
    index_corpus([settings.corpus_dir], settings)
    (settings.corpus_dir / "fiche.txt").unlink()
    (settings.corpus_dir / "vide.pdf").write_bytes(b"")
    jobs = making()

    jobs.request(may_empty=True)

    assert jobs.wait(PATIENCE).state is JobState.DONE
    assert current_build(settings.index_dir) is None


def test_an_empty_folder_is_a_failure_where_nothing_was_removed(
    settings: Settings, making: Callable[..., IndexJobs]
) -> None:
    index_corpus([settings.corpus_dir], settings)
    (settings.corpus_dir / "fiche.txt").unlink()
    jobs = making()

    jobs.request()

    ended = jobs.wait(PATIENCE)
    assert ended.state is JobState.FAILED
    assert "Aucun document dans" in ended.failure
    assert current_build(settings.index_dir) is not None


def test_a_folder_that_is_gone_empties_nothing(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    index_corpus([settings.corpus_dir], settings)
    shutil.rmtree(settings.corpus_dir)
    jobs = making()

    jobs.request(may_empty=True)

    assert "n'existe pas" in jobs.wait(PATIENCE).failure
    assert current_build(settings.index_dir) is not None


def test_another_command_at_work_is_told(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    jobs = making()

    with only_builder(settings.index_dir):
        jobs.request()
        ended = jobs.wait(PATIENCE)

    assert ended.state is JobState.FAILED
    assert "Une autre commande construit déjà" in ended.failure


def test_every_stage_has_plain_words(settings: Settings) -> None:
    stages: list[str] = []
    index_corpus([settings.corpus_dir], settings, lambda stage, done, total: stages.append(stage))

    assert set(stages) <= KNOWN_STAGES


def test_the_order_carries_what_matters_to_a_build() -> None:
    wanted = replace(
        Settings(),
        index_dir=Path("/a/b"),
        corpus_dir=Path("é è"),
        embedding_model="autre",
        vector_store_url="chroma+http://127.0.0.1:1",
        max_file_bytes=7,
        cache_dir=Path("c"),
        threads=3,
    )

    assert order_to_settings(settings_to_order(wanted)) == wanted


# --- a process that says what its test wants


def test_steps_are_told_in_plain_words(making: Callable[..., IndexJobs]) -> None:
    jobs = making("tell(stage='Vecteurs', done=1, total=2); print('bavardage'); print(3); wait_for('fin')")

    jobs.request()
    status = follow_until(jobs, lambda status: status.stage == "Calcul du sens des passages")

    assert (status.state, status.done, status.total, status.percent) == (JobState.RUNNING, 1, 2, 69)


def test_the_bar_never_goes_back(making: Callable[..., IndexJobs]) -> None:
    jobs = making(
        "tell(stage='Vérification', done=1, total=1); tell(stage='Lecture', done=0, total=9); wait_for('fin')"
    )

    jobs.request()

    assert follow_until(jobs, lambda status: status.stage == "Lecture des documents").percent == 98


def test_asked_again_while_running_it_runs_once_more(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    jobs = making(
        "tell(stage='Lecture', done=0, total=1); wait_for('fin'); tell(report={'documents': [], 'unread': []})"
    )

    jobs.request()
    follow_until(jobs, lambda status: status.total == 1)
    assert jobs.request().state is JobState.WAITING
    assert jobs.request().state is JobState.WAITING
    (settings.index_dir / "fin").touch()

    ended = jobs.wait(PATIENCE)
    assert (ended.state, ended.number, runs_of(settings)) == (JobState.DONE, 2, 2)


def test_the_new_index_is_in_service_before_the_end_is_told(making: Callable[..., IndexJobs]) -> None:
    seen: list[JobState] = []
    jobs = making("tell(report={'documents': [], 'unread': []})", lambda: seen.append(jobs.status().state))

    jobs.request()

    assert jobs.wait(PATIENCE).state is JobState.DONE
    assert seen == [JobState.RUNNING]


def test_a_new_index_that_does_not_open_is_a_failure(making: Callable[..., IndexJobs]) -> None:
    def refuse() -> None:
        raise ClsAssistError("L'index est abîmé.")

    jobs = making("tell(report={'documents': [], 'unread': []})", refuse)
    jobs.request()

    assert jobs.wait(PATIENCE).failure == "L'index est abîmé."


def test_a_process_that_is_killed_is_told(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    jobs = making("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    jobs.request()

    assert "faute de mémoire" in jobs.wait(PATIENCE).failure


def test_a_process_that_crashes_is_told_and_can_be_run_again(
    settings: Settings, making: Callable[..., IndexJobs]
) -> None:
    jobs = making("raise SystemExit(3)")
    jobs.request()
    first = jobs.wait(PATIENCE)
    jobs.request()
    second = jobs.wait(PATIENCE)

    assert "code 3" in first.failure
    assert (first.number, second.number, second.state) == (1, 2, JobState.FAILED)


def test_what_the_process_complains_of_does_not_hold_it_up(making: Callable[..., IndexJobs]) -> None:
    jobs = making("sys.stderr.write('x' * 1_000_000); tell(report={'documents': [], 'unread': []})")
    jobs.request()

    assert jobs.wait(PATIENCE).state is JobState.DONE


def test_a_command_that_is_absent_is_told(settings: Settings) -> None:
    jobs = IndexJobs(settings, command=["/absent"])
    jobs.request()

    assert "n'a pas pu démarrer" in jobs.wait(PATIENCE).failure


def test_closing_ends_the_process(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    jobs = making("import os; tell(stage='x', done=os.getpid(), total=1); wait_for('fin')")
    jobs.request()
    process = follow_until(jobs, lambda status: status.stage == "x").done

    jobs.close()

    assert jobs.wait(PATIENCE).state is JobState.FAILED
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_the_process_does_not_outlive_who_watches_it(settings: Settings) -> None:
    worker = subprocess.Popen(
        WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert worker.stdin
    assert worker.stdout
    worker.stdout.close()
    worker.stdin.write(f"{settings_to_order(settings)}\n")
    worker.stdin.close()

    assert worker.wait(PATIENCE) not in (0, -signal.SIGKILL)


# --- what was asked outlives the service


def noted(settings: Settings) -> bool:
    return (settings.index_dir / "asked.json").exists()


def test_what_is_asked_is_noted_until_it_is_done(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    jobs = making(
        "tell(stage='Lecture', done=0, total=1); wait_for('fin'); tell(report={'documents': [], 'unread': []})"
    )

    jobs.request()
    assert noted(settings)
    (settings.index_dir / "fin").touch()

    assert jobs.wait(PATIENCE).state is JobState.DONE
    assert not noted(settings)


def test_what_failed_is_tried_again_by_the_next_service(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    first = making("raise SystemExit(3)")
    first.request()
    assert first.wait(PATIENCE).state is JobState.FAILED

    second = making("tell(report={'documents': [], 'unread': []})")
    second.resume()

    assert second.wait(PATIENCE).state is JobState.DONE
    third = making()
    third.resume()
    assert third.status().number == 0


def test_a_change_that_comes_to_nothing_leaves_no_note(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    jobs = making()

    with jobs.ahead():
        assert noted(settings)
        with pytest.raises(ClsAssistError), jobs.ahead(may_empty=True):
            raise ClsAssistError("refusé")
        assert noted(settings)

    assert not noted(settings)


def test_an_indexing_that_ends_while_the_corpus_changes_again_leaves_the_note(
    settings: Settings, making: Callable[..., IndexJobs]
) -> None:
    jobs = making("tell(report={'documents': [], 'unread': []})")

    with jobs.ahead():
        jobs.request()
        assert jobs.wait(PATIENCE).state is JobState.DONE
        assert noted(settings)

    assert not noted(settings)


def test_a_removal_cut_short_still_empties_the_index(settings: Settings, making: Callable[..., IndexJobs]) -> None:
    index_corpus([settings.corpus_dir], settings)
    with making().ahead(may_empty=True):
        # Another change does not take back what the first one allowed.
        IndexWish(settings.index_dir).note(may_empty=False)
        left = (settings.index_dir / "asked.json").read_bytes()
    (settings.corpus_dir / "fiche.txt").unlink()
    (settings.index_dir / "asked.json").write_bytes(left)
    jobs = making()

    jobs.resume()

    assert jobs.wait(PATIENCE).state is JobState.DONE
    assert current_build(settings.index_dir) is None


@pytest.mark.parametrize("content", ["", "[]", "null", "\x00" * 9])
def test_a_note_that_cannot_be_read_empties_nothing(
    settings: Settings, making: Callable[..., IndexJobs], content: str
) -> None:
    (settings.index_dir / "asked.json").write_text(content)
    jobs = making("tell(failure='Aucun document', kind='NothingToIndexError')")

    jobs.resume()

    assert jobs.wait(PATIENCE).failure == "Aucun document"


def test_a_service_that_only_reads_the_index_resumes_nothing(
    settings: Settings, making: Callable[..., IndexJobs], monkeypatch: pytest.MonkeyPatch
) -> None:
    IndexWish(settings.index_dir).note(may_empty=False)
    monkeypatch.setattr("clsassist.index_wish.os.access", lambda path, mode: False)
    jobs = making()

    jobs.resume()

    assert jobs.status().number == 0


def test_a_document_handed_in_before_a_service_is_killed_is_indexed_by_the_next_one(
    settings: Settings, tmp_path: Path
) -> None:
    index_corpus([settings.corpus_dir], settings)
    environment = {"CLSASSIST_CORPUS_DIR": str(settings.corpus_dir), "CLSASSIST_DATA_DIR": str(tmp_path / "data")}
    environment["CLSASSIST_VECTOR_STORE_URL"] = settings.vector_store_url
    journal = tmp_path / "journal"

    @contextmanager
    def service() -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
        with (
            journal.open("w", encoding="utf-8") as said,
            subprocess.Popen(
                serve_command(settings.index_dir), stdout=subprocess.PIPE, stderr=said, text=True,
                env={**os.environ, **environment},
            ) as process,
        ):  # fmt: skip
            try:
                with httpx.Client(base_url=wait_for_url(process), timeout=PATIENCE) as client:
                    yield process, client
            finally:
                process.kill()

    # As long as another command has the index, the indexing asked for cannot end.
    with only_builder(settings.index_dir), service() as (process, client):
        files = {"fichiers": ("autre.txt", OTHER.encode(), "text/plain")}
        assert client.post("/corpus/ajouter", files=files).status_code == 303
        process.kill()
        assert process.wait(PATIENCE) == -signal.SIGKILL
    assert (settings.corpus_dir / "autre.txt").exists()

    with service() as (_, client):
        while (state := client.get("/corpus/etat").json())["state"] not in ("done", "failed"):
            assert state["state"] in ("idle", "running")
        answer = client.post("/api/v1/ask", json={"question": "Combien d'actions compte le corpus ?"}).json()

    assert (state["state"], state["number"]) == ("done", 1)
    assert answer["coverage"]["actions"] == 2
    assert "elle est relancée" in journal.read_text(encoding="utf-8")
    assert not noted(settings)
