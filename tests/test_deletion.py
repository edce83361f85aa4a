"""A document taken away leaves nothing under the index folder: neither its words, nor its name, nor its vectors."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clsassist.assistant import Assistant
from clsassist.corpus import read_corpus
from clsassist.deposit import WAITING_ROOM
from clsassist.embedding import load_embedder, passage_to_text
from clsassist.holdings import HoldingsReader, remove_file
from clsassist.index import remove_index
from clsassist.index_job import WORKER, IndexJobs, JobState
from clsassist.index_worker import settings_to_order
from clsassist.indexing import index_corpus
from clsassist.passages import corpus_to_passages
from clsassist.settings import Settings
from clsassist.text import fold

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from small_plan import RIVAGE, SPORT, ZYTHUM, leftovers, write_plan

# Far more than an indexing takes; reached only by a failure.
PATIENCE = 300

SECRET = """Fiche action n°7 : Ouvrir l'hélioscope de Quimboiseau
Porteur : Association Xylonquette
Partenaires : Clinique Zéphyrande, MSA
Objectifs opérationnels :
- Dépister la phlogistique chez les éclusiers
Public cible : éclusiers
Contact : Odilon Vraquemont, odilon@xylonquette.example
"""
NAME = "trébuchage"
# As written, and as they become: folded, then cut to their stem.
WORDS = (
    "hélioscope", "Quimboiseau", "Xylonquette", "Zéphyrande", "phlogistique", "phlogist", "éclusiers", "éclusi",
    "Vraquemont", "odilon", NAME,
)  # fmt: skip


def traces() -> dict[str, bytes]:
    """The words in every form that a file may hold them."""
    found = {}
    for word in WORDS:
        for form in {word, word.lower(), word.upper(), fold(word)}:
            found[f"{form} (UTF-8)"] = form.encode()
            found[f"{form} (UTF-16)"] = form.encode("utf-16-le")
            found[f"{form} (Latin-1)"] = form.encode("latin-1")
            found[f"{form} (JSON)"] = json.dumps(form)[1:-1].encode()
    return found


def vectors_of(text: str, folder: Path) -> dict[str, bytes]:
    """The vectors of each passage of a document, as stored, whole and by their first half."""
    write_plan(folder, **{NAME: text})
    passages = corpus_to_passages(read_corpus([folder], Settings()))
    embedder = load_embedder(Settings().embedding_model)
    rows = embedder.embed_passages([passage_to_text(passage) for passage in passages])
    return {
        f"vector of {passage.id}, from {start}": row.astype("<f4").tobytes()[start : start + 256]
        for passage, row in zip(passages, rows, strict=True)
        for start in (0, 768)
    }


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return vectors_of(SECRET, tmp_path_factory.mktemp("alone"))


def found_in(folder: Path, wanted: dict[str, bytes]) -> Iterator[str]:
    """Every trace that any file below a folder holds, in its content or its name."""
    for path in sorted(folder.rglob("*")):
        content = str(path.relative_to(folder)).encode() + (path.read_bytes() if path.is_file() else b"")
        yield from (f"{told} in {path.relative_to(folder)}" for told, trace in wanted.items() if trace in content)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(Settings(), corpus_dir=tmp_path / "corpus", index_dir=tmp_path / "index")


def index_with_secret(settings: Settings) -> None:
    """Index the secret among others; what the tests look for is then found."""
    write_plan(settings.corpus_dir, zythum=ZYTHUM, sport=SPORT, **{NAME: SECRET})
    index_corpus([settings.corpus_dir], settings)


def assert_whole(settings: Settings, actions: int) -> None:
    assert not leftovers(settings.index_dir)
    with closing(Assistant.open(settings.index_dir, settings)) as assistant:
        assert len(assistant.actions()) == actions
        assert assistant.ask("Quelles actions portent sur le sport ?").actions


def test_an_indexing_without_a_document_leaves_nothing_of_it(settings: Settings, vectors: dict[str, bytes]) -> None:
    index_with_secret(settings)
    before = list(found_in(settings.index_dir, {**traces(), **vectors}))
    assert {trace.split(" in ")[0].split(" (")[0] for trace in before} >= {"hélioscope", "phlogistique", NAME}
    # In the cache, in the matrix and in Chroma.
    assert len({trace.rsplit("/", 1)[-1] for trace in before if trace.startswith("vector")}) >= 3

    write_plan(settings.corpus_dir, zythum=ZYTHUM, sport=SPORT)
    index_corpus([settings.corpus_dir], settings)

    assert list(found_in(settings.index_dir, {**traces(), **vectors})) == []
    assert_whole(settings, actions=2)


def test_a_document_replaced_or_cut_leaves_nothing_of_what_it_said(
    settings: Settings, vectors: dict[str, bytes]
) -> None:
    index_with_secret(settings)
    write_plan(settings.corpus_dir, zythum=ZYTHUM, sport=SPORT, **{NAME: RIVAGE})
    index_corpus([settings.corpus_dir], settings)
    wanted = {told: trace for told, trace in {**traces(), **vectors}.items() if not told.startswith(fold(NAME)[:3])}

    assert [trace for trace in found_in(settings.index_dir, wanted) if NAME not in trace.split(" in ")[0]] == []
    assert_whole(settings, actions=3)


def test_a_reader_still_there_keeps_it_until_it_ends(settings: Settings, vectors: dict[str, bytes]) -> None:
    index_with_secret(settings)
    with closing(Assistant.open(settings.index_dir, settings)):
        write_plan(settings.corpus_dir, zythum=ZYTHUM, sport=SPORT)
        index_corpus([settings.corpus_dir], settings)
        assert list(found_in(settings.index_dir, traces()))

    assert list(found_in(settings.index_dir, {**traces(), **vectors})) == []
    assert_whole(settings, actions=2)


def test_taking_a_document_away_from_the_page_leaves_nothing_of_it(
    settings: Settings, vectors: dict[str, bytes]
) -> None:
    index_with_secret(settings)
    held = HoldingsReader(settings.corpus_dir, settings.index_dir).read().file(f"{NAME}.txt")
    assert held is not None
    jobs = IndexJobs(settings)

    remove_file(held, settings.corpus_dir)
    jobs.request(may_empty=True)

    assert jobs.wait(PATIENCE).state is JobState.DONE
    for folder in (settings.index_dir, settings.corpus_dir):
        assert list(found_in(folder, {**traces(), **vectors})) == []
    assert not (settings.corpus_dir / WAITING_ROOM).exists()
    assert_whole(settings, actions=2)


def test_a_document_taken_away_after_its_indexing_was_killed_leaves_nothing(
    settings: Settings, vectors: dict[str, bytes]
) -> None:
    """Its vectors were kept already, and no build ever had it."""
    write_plan(settings.corpus_dir, zythum=ZYTHUM, sport=SPORT)
    index_corpus([settings.corpus_dir], settings)
    write_plan(settings.corpus_dir, zythum=ZYTHUM, sport=SPORT, **{NAME: SECRET})
    with subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as run:
        assert run.stdin and run.stdout
        run.stdin.write(f"{settings_to_order(settings)}\n")
        run.stdin.close()
        assert any("Base vectorielle" in json.loads(line).get("stage", "") for line in run.stdout)
        run.kill()
    assert list(found_in(settings.index_dir, vectors))

    write_plan(settings.corpus_dir, zythum=ZYTHUM, sport=SPORT)
    index_corpus([settings.corpus_dir], settings)

    assert list(found_in(settings.index_dir, {**traces(), **vectors})) == []
    assert_whole(settings, actions=2)


def test_a_removed_index_leaves_nothing_at_all(settings: Settings, vectors: dict[str, bytes]) -> None:
    index_with_secret(settings)
    # What a killed run leaves beside the vectors.
    (settings.index_dir / "cache" / "vectors.sqlite-journal").write_bytes(next(iter(vectors.values())))

    remove_index(settings.index_dir)

    assert list(found_in(settings.index_dir, {**traces(), **vectors})) == []
    assert [path.name for path in settings.index_dir.rglob("*") if path.is_file()] == ["build.lock"]


def test_the_same_words_in_another_document_stay(settings: Settings) -> None:
    """What two documents share is not forgotten with one of them."""
    write_plan(settings.corpus_dir, zythum=ZYTHUM, sport=SPORT, **{NAME: ZYTHUM.replace("n°1", "n°9")})
    index_corpus([settings.corpus_dir], settings)
    write_plan(settings.corpus_dir, zythum=ZYTHUM, sport=SPORT)
    index_corpus([settings.corpus_dir], settings)

    with closing(Assistant.open(settings.index_dir, settings)) as assistant:
        answer = assistant.ask("Qui porte l'action maison du zythum ?")
    assert [action.id for action in answer.actions] == ["zythum:1"]
    assert "Valmore" in answer.text
    assert np.all([NAME not in told for told in found_in(settings.index_dir, {NAME: NAME.encode()})])
