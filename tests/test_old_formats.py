"""Files written by another version: brought up to date or refused with a sentence, never misread."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from clsassist.assistant import Assistant
from clsassist.builds import build_folder, current_build
from clsassist.errors import ClsAssistError, IndexMismatchError
from clsassist.feedback import FeedbackStore, Selection
from clsassist.index import is_stale
from clsassist.indexing import index_corpus
from clsassist.manifest import FORMAT
from clsassist.settings import Settings
from clsassist.vector_cache import VectorCache

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from small_plan import SPORT, leftovers, write_plan


class CountingEmbedder:
    """Gives each text a vector of its length, and counts what it was asked."""

    name = "lengths"
    dimension = 4

    def __init__(self) -> None:
        self.asked = 0

    def embed_passages(self, texts: list[str], progress: object = None) -> np.ndarray:
        self.asked += len(texts)
        rows = np.array([[len(text), 1, 2, 3] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


# --- the index


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("built")
    write_plan(place / "corpus", sport=SPORT)
    index_corpus([place / "corpus"], replace(Settings(), index_dir=place / "index"))
    return place


def as_written_by(index_dir: Path, form: int) -> None:
    """What another version writes: another number, and fields that this one does not know."""
    path = build_folder(index_dir, current_build(index_dir) or "") / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({"format": form, "model": values["model"], "other": {}}), encoding="utf-8")


@pytest.mark.parametrize("form", [1, FORMAT + 1])
def test_an_index_of_another_version_is_refused_then_made_anew(built: Path, tmp_path: Path, form: int) -> None:
    index_dir = tmp_path / "index"
    shutil.copytree(built / "index", index_dir)
    as_written_by(index_dir, form)
    settings = replace(Settings(), index_dir=index_dir)

    with pytest.raises(IndexMismatchError, match=r"autre version\. Lancez : clsassist index"):
        Assistant.open(index_dir, settings)
    assert "autre version" in str(is_stale(index_dir, [built / "corpus"], settings))

    index_corpus([built / "corpus"], settings)
    with closing(Assistant.open(index_dir, settings)) as assistant:
        assert len(assistant.actions()) == 1
    assert not leftovers(index_dir)


# --- the vectors kept between builds


def write_first_cache(path: Path, texts: list[str]) -> None:
    """The file as it was before rows had a seal."""
    vectors = CountingEmbedder().embed_passages(texts)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE vectors (embedder TEXT NOT NULL, text_hash BLOB NOT NULL, vector BLOB NOT NULL, "
            "PRIMARY KEY (embedder, text_hash))"
        )
        rows = [
            ("lengths", sha256(text.encode()).digest(), vector.tobytes())
            for text, vector in zip(texts, vectors, strict=True)
        ]
        connection.executemany("INSERT INTO vectors VALUES (?, ?, ?)", rows)


def test_vectors_kept_by_an_older_version_are_kept(tmp_path: Path) -> None:
    write_first_cache(tmp_path / "vectors.sqlite", ["budget", "nombre de stages"])
    embedder = CountingEmbedder()

    for _ in range(2):
        with VectorCache.open(tmp_path / "vectors.sqlite") as cache:
            found = cache.embed(embedder, ["nombre de stages", "budget", "porteur"]).vectors
    assert embedder.asked == 1
    assert np.array_equal(found[0], CountingEmbedder().embed_passages(["nombre de stages"])[0])


def test_an_older_file_brought_up_to_date_still_forgets(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    texts = [f"texte {'x' * number}" for number in range(60)]
    write_first_cache(path, texts)
    gone = CountingEmbedder().embed_passages(texts[50:51])[0].tobytes()
    assert gone in path.read_bytes()

    with VectorCache.open(path) as cache:
        cache.purge(texts[:5])

    assert gone not in path.read_bytes()


def test_vectors_kept_by_a_newer_version_are_made_anew_and_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "vectors.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE vectors (packed BLOB)")
        connection.execute("PRAGMA user_version = 99")

    with VectorCache.open(path) as cache:
        assert cache.embed(CountingEmbedder(), ["budget"]).embedded == 1
    assert "version plus récente" in caplog.text


@pytest.mark.parametrize("place", ["vector", "text_hash"])
def test_one_bit_of_a_kept_vector_or_of_its_key_is_enough_to_make_it_again(tmp_path: Path, place: str) -> None:
    path = tmp_path / "vectors.sqlite"
    with VectorCache.open(path) as cache:
        right = cache.embed(CountingEmbedder(), ["budget", "porteur"]).vectors
    with closing(sqlite3.connect(path)) as connection, connection:
        ((value, row),) = connection.execute(f"SELECT {place}, rowid FROM vectors LIMIT 1").fetchall()
        altered = value[:-4] + bytes([value[-4] ^ 1]) + value[-3:]
        connection.execute(f"UPDATE vectors SET {place} = ? WHERE rowid = ?", (altered, row))

    with VectorCache.open(path) as cache:
        again = cache.embed(CountingEmbedder(), ["budget", "porteur"])
    assert again.embedded == 1
    assert np.array_equal(again.vectors, right)


# --- the opinions


def write_first_opinions(folder: Path) -> None:
    """The file as it was before versions were told: one opinion."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "avis.sqlite")) as connection:
        connection.executescript("""
            CREATE TABLE feedback (
                id INTEGER PRIMARY KEY, key TEXT UNIQUE, given_at TEXT NOT NULL, rating TEXT NOT NULL,
                reason TEXT NOT NULL, comment TEXT NOT NULL, question TEXT NOT NULL, previous TEXT NOT NULL,
                status TEXT NOT NULL, answer TEXT NOT NULL, actions TEXT NOT NULL, citations TEXT NOT NULL,
                build TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT 0
            );
            CREATE TABLE quoted (
                feedback INTEGER NOT NULL REFERENCES feedback ON DELETE CASCADE, document TEXT NOT NULL,
                PRIMARY KEY (feedback, document)
            ) WITHOUT ROWID;
            INSERT INTO feedback VALUES (1, NULL, '2026-11-02T10:00:00+00:00', 'moins', 'faux', 'Non.', 'Qui ?', '[]',
                'answered', 'La MSA.', '[]', '[]', 'b', 0);
            INSERT INTO quoted VALUES (1, 'plan.docx');
        """)


def test_opinions_kept_by_an_older_version_are_read_and_noted_as_of_this_one(tmp_path: Path) -> None:
    write_first_opinions(tmp_path / "data")
    store = FeedbackStore(tmp_path / "data")

    (kept,) = store.find(Selection())

    assert (kept.feedback.question, kept.feedback.documents) == ("Qui ?", ("plan.docx",))
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert store.delete_quoting(["plan.docx"]) == 1


def test_opinions_kept_by_a_newer_version_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    write_first_opinions(tmp_path / "data")
    store = FeedbackStore(tmp_path / "data")
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = store.path.read_bytes()

    with pytest.raises(ClsAssistError, match=r"version plus récente : mettez clsassist à jour"):
        store.count(Selection())

    assert store.path.read_bytes()[100:] == before[100:]
