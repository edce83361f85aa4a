"""Indexing by what changed: the index is the one that reading everything again would give, whatever happened."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clsassist import indexing, probing, vectors
from clsassist.builds import build_folder, current_build
from clsassist.corpus import read_corpus
from clsassist.errors import IndexDamagedError, NothingToIndexError
from clsassist.indexing import index_corpus
from clsassist.opening import open_index
from clsassist.registry_recall import RecalledRegistry
from clsassist.settings import Settings

SEEN = Path(__file__).parents[1] / "eval" / "reading" / "seen"
# Tables whose rows are numbered as they are written.
_NUMBERED = ("segment", "failure")


class CharacterEmbedder:
    """Embeds a text by its characters: any two texts differ, and no model is loaded."""

    name = "characters-1"
    dimension = 64

    def __init__(self) -> None:
        self.embedded = 0

    def embed_passages(self, texts: list[str], progress: object = None) -> np.ndarray:
        self.embedded += len(texts)
        rows = np.ones((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            np.add.at(row, np.frombuffer(text.encode(), dtype=np.uint8) % self.dimension, 1)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def embed_query(self, text: str) -> np.ndarray:
        return self.embed_passages([text])[0]


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> CharacterEmbedder:
    made = CharacterEmbedder()
    monkeypatch.setattr(indexing, "load_embedder", lambda model, settings: made)
    # What is checked here is what a build holds; that Chroma is filled, and opens, is checked elsewhere, at some cost.
    monkeypatch.setattr(probing, "_COMMAND", (sys.executable, "-c", "import sys; sys.stdin.readline()"))
    return made


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Some plans of several formats, in folders, with an archive and a file that cannot be read."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    chosen = [path for path in sorted(SEEN.iterdir()) if path.suffix in (".txt", ".md", ".docx", ".html", ".csv")][:7]
    for number, path in enumerate(chosen):
        place = folder / ("plans" if number % 2 else "")
        place.mkdir(exist_ok=True)
        shutil.copy(path, place)
    (folder / "vide.txt").write_text("", encoding="utf-8")
    return folder


def settings_of(tmp_path: Path, name: str = "index") -> Settings:
    return replace(Settings(), index_dir=tmp_path / name, embedding_model="characters")


def fiche(title: str, territoire: str = "Canton de Valmontoire", porteur: str = "Mairie") -> str:
    return (
        f"Fiche action n°1 : {title}\nPorteur : {porteur}\nTerritoire : {territoire}\nCalendrier : 2025-2027\n"
        f"Objectif général : {title} sur tout le territoire.\nPublic : Habitants\n"
    )


def contents(index_dir: Path) -> dict[str, Any]:
    """Return all that the index in service holds, apart from how its files are laid out."""
    folder = build_folder(index_dir, str(current_build(index_dir)))
    with closing(sqlite3.connect(folder / "registry.sqlite")) as registry:
        tables = {name: _rows(registry, name) for (name,) in registry.execute(_TABLES)}
    order = [row[0] for row in sorted(tables["document"], key=lambda row: row[1])]
    written = sorted(tables["segment"], key=lambda row: (order.index(row[2]), row[0]))
    # Segments are told by their place, since their numbers differ.
    places = {row[0]: place for place, row in enumerate(written)}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    ids = [passage_id.decode() for passage_id in np.load(folder / "passage_ids.npy")]
    return {
        **{name: sorted(rows) for name, rows in tables.items() if name not in (*_NUMBERED, "posting")},
        "segment": [row[1:] for row in written],
        "failure": [row[1:] for row in tables["failure"]],
        "posting": sorted((stem, places[segment]) for stem, segment in tables["posting"]),
        "sources": manifest["sources"],
        "counts": manifest["counts"],
        "vectors": dict(zip(ids, np.load(folder / "vectors.npy").tolist(), strict=True)),
    }


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"


def _rows(registry: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    return registry.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


def assert_as_if_built_anew(corpus: Path, tmp_path: Path) -> None:
    index_corpus([corpus], settings_of(tmp_path, "anew"), anew=True)
    updated, anew = contents(tmp_path / "index"), contents(tmp_path / "anew")
    for name, held in anew.items():
        assert updated[name] == held, name


def change_at_random(corpus: Path, chance: random.Random) -> None:
    """Add, change, touch, rename or remove some files."""
    files = [path for path in sorted(corpus.rglob("*")) if path.is_file()]
    for _ in range(chance.randint(1, 4)):
        path = chance.choice(files)
        match chance.choice(["add", "change", "touch", "rename", "remove", "twin", "mend"]):
            case "add":
                name = f"ajout-{chance.randint(1, 9)}.txt"
                (corpus / name).write_text(
                    fiche(f"Développer le sport numéro {chance.randint(1, 99)}"), encoding="utf-8"
                )
            case "change" if path.suffix in (".txt", ".md") and path.exists():
                text = path.read_text(encoding="utf-8")
                path.write_text(f"{text}\nPartenaires : CPAM, association {chance.randint(1, 99)}\n", encoding="utf-8")
            case "touch" if path.exists():
                path.touch()
            case "rename" if path.exists():
                path.rename(path.with_stem(f"{chance.choice('amz')}-{path.stem}"))
            case "remove" if path.exists() and len(list(corpus.rglob("*.*"))) > 3:
                path.unlink()
            case "twin" if path.exists():
                # Two names that give one identifier: which one has the suffix is told by their order.
                shutil.copy(path, path.with_stem(f"{path.stem} !"))
            case "mend":
                (corpus / "vide.txt").write_text(chance.choice(["", fiche("Rompre l'isolement")]), encoding="utf-8")


@pytest.mark.parametrize("seed", range(6))
def test_an_index_brought_up_to_date_is_the_one_that_would_be_built_anew(
    seed: int, corpus: Path, tmp_path: Path, embedder: CharacterEmbedder
) -> None:
    chance = random.Random(seed)
    index_corpus([corpus], settings_of(tmp_path))
    for _ in range(3):
        change_at_random(corpus, chance)
        index_corpus([corpus], settings_of(tmp_path))
    assert_as_if_built_anew(corpus, tmp_path)


def test_a_new_neighbour_may_name_the_plan_of_a_document_that_did_not_change(
    corpus: Path, tmp_path: Path, embedder: CharacterEmbedder
) -> None:
    shutil.rmtree(corpus)
    corpus.mkdir()
    (corpus / "valmontoire-2.txt").write_text(fiche("Bouger plus").replace("Territoire : Canton de Valmontoire\n", ""))
    first = index_corpus([corpus], settings_of(tmp_path))
    (corpus / "autre.txt").write_text(fiche("Mieux dormir", territoire="Valmontoire"), encoding="utf-8")

    second = index_corpus([corpus], settings_of(tmp_path))

    plans = [{told.document: told.plan for told in done.report.documents} for done in (first, second)]
    assert plans[0]["valmontoire-2.txt"] != plans[1]["valmontoire-2.txt"] == plans[1]["autre.txt"]
    assert_as_if_built_anew(corpus, tmp_path)


def test_only_what_changed_is_read_and_embedded(
    corpus: Path, tmp_path: Path, embedder: CharacterEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_corpus([corpus], settings_of(tmp_path))
    (corpus / "nouvelle.txt").write_text(fiche("Lutter contre les moustiques"), encoding="utf-8")
    embedder.embedded = 0
    opened: list[str] = []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path.name) or read(path))

    done = index_corpus([corpus], settings_of(tmp_path))

    assert [name for name in opened if (corpus / name).exists() or name in _names(corpus)] == ["nouvelle.txt"]
    assert 0 < embedder.embedded == done.embedded < 10


def _names(corpus: Path) -> set[str]:
    return {path.name for path in corpus.rglob("*") if path.is_file()}


def test_nothing_is_done_when_nothing_changed(corpus: Path, tmp_path: Path, embedder: CharacterEmbedder) -> None:
    first = index_corpus([corpus], settings_of(tmp_path))
    for path in corpus.rglob("*"):
        path.touch()

    second = index_corpus([corpus], settings_of(tmp_path))

    assert (second.build, second.changed, second.report) == (first.build, False, first.report)


def test_everything_is_built_again_when_asked(corpus: Path, tmp_path: Path, embedder: CharacterEmbedder) -> None:
    first = index_corpus([corpus], settings_of(tmp_path))

    second = index_corpus([corpus], settings_of(tmp_path), anew=True)

    assert second.changed
    assert second.build != first.build


def test_a_damaged_index_is_no_base_for_the_next(corpus: Path, tmp_path: Path, embedder: CharacterEmbedder) -> None:
    index_corpus([corpus], settings_of(tmp_path))
    registry = build_folder(tmp_path / "index", str(current_build(tmp_path / "index"))) / "registry.sqlite"
    content = registry.read_bytes()
    registry.write_bytes(content[: len(content) // 2])

    assert index_corpus([corpus], settings_of(tmp_path)).changed
    assert_as_if_built_anew(corpus, tmp_path)


def test_vectors_that_cannot_be_taken_over_are_made_again(
    corpus: Path, tmp_path: Path, embedder: CharacterEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise IndexDamagedError("Les vecteurs sont illisibles.")

    index_corpus([corpus], settings_of(tmp_path))
    (corpus / "nouvelle.txt").write_text(fiche("Rafraîchir les écoles"), encoding="utf-8")
    monkeypatch.setattr(vectors, "update", refuse)

    index_corpus([corpus], settings_of(tmp_path))

    assert_as_if_built_anew(corpus, tmp_path)


def test_another_model_makes_everything_again(corpus: Path, tmp_path: Path, embedder: CharacterEmbedder) -> None:
    index_corpus([corpus], settings_of(tmp_path))
    (corpus / "nouvelle.txt").write_text(fiche("Planter des haies"), encoding="utf-8")
    embedder.embedded = 0
    embedder.name = "characters-2"

    done = index_corpus([corpus], settings_of(tmp_path))

    with open_index(tmp_path / "index", settings_of(tmp_path)) as opened:
        assert opened.manifest.embedder == "characters-2"
        assert embedder.embedded == done.embedded > 10


def test_a_corpus_of_which_nothing_can_be_read_any_longer_leaves_the_index_in_service(
    corpus: Path, tmp_path: Path, embedder: CharacterEmbedder
) -> None:
    first = index_corpus([corpus], settings_of(tmp_path))
    shutil.rmtree(corpus)
    corpus.mkdir()
    (corpus / "vide.txt").write_text("", encoding="utf-8")

    with pytest.raises(NothingToIndexError, match=r"vide\.txt"):
        index_corpus([corpus], settings_of(tmp_path))
    assert current_build(tmp_path / "index") == first.build


def test_a_document_is_recalled_as_it_was_written(corpus: Path, tmp_path: Path, embedder: CharacterEmbedder) -> None:
    index_corpus([corpus], settings_of(tmp_path))
    folder = build_folder(tmp_path / "index", str(current_build(tmp_path / "index")))

    with RecalledRegistry(folder / "registry.sqlite") as registry:
        recalled = [registry.recall(known.id) for known in registry.documents()]

    assert tuple(recalled) == read_corpus([corpus], settings_of(tmp_path)).documents
