"""What the corpus holds beside what the index has read: nothing hidden, nothing told twice, nothing removed outside."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from clsassist.deposit import DepositError
from clsassist.holdings import FileState, HoldingsReader, remove_file
from clsassist.indexing import index_corpus
from clsassist.settings import Settings

FICHE = "Fiche action n°1 : Ouvrir une maison de santé\nPorteur : Commune de Valmore\nPartenaires : MSA\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A corpus of a document, an archive of two, and a file that is no document; indexed."""
    folder = tmp_path_factory.mktemp("holdings")
    chosen = replace(Settings(), corpus_dir=folder / "corpus", index_dir=folder / "index")
    (chosen.corpus_dir / "plans").mkdir(parents=True)
    (chosen.corpus_dir / "plans" / "fiche.txt").write_text(FICHE)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("un.txt", FICHE.replace("n°1", "n°2"))
        package.writestr("deux.txt", FICHE.replace("n°1", "n°3"))
        package.writestr("faux.pdf", FICHE)
    (chosen.corpus_dir / "paquet.zip").write_bytes(written.getvalue())
    (chosen.corpus_dir / "vide.pdf").write_bytes(b"")
    index_corpus([chosen.corpus_dir], chosen)
    return chosen


@pytest.fixture
def reader(settings: Settings) -> HoldingsReader:
    return HoldingsReader(settings.corpus_dir, settings.index_dir)


def test_every_file_stands_once_with_what_was_read_of_it(reader: HoldingsReader) -> None:
    held = reader.read()

    assert [(file.name, file.state, len(file.documents)) for file in held.files] == [
        ("paquet.zip", FileState.INDEXED, 2),
        ("plans/fiche.txt", FileState.INDEXED, 1),
        ("vide.pdf", FileState.UNREAD, 0),
    ]
    assert "paquet.zip/faux.pdf" in held.files[0].reason
    assert "vide" in held.files[2].reason
    assert (held.waiting, held.trouble, held.elsewhere) == (0, "", None)


def test_a_document_is_found_with_its_file(reader: HoldingsReader) -> None:
    held = reader.read()

    file, document = held.document("paquet.zip/un.txt") or pytest.fail("not found")

    assert (file.name, document.report.actions, document.pages) == ("paquet.zip", 1, None)
    assert held.document("../paquet.zip") is None
    assert set(held.digests().values()) == {"paquet.zip", "plans/fiche.txt"}


def test_changes_of_the_folder_are_seen_at_once(settings: Settings, reader: HoldingsReader) -> None:
    fiche, new = settings.corpus_dir / "plans" / "fiche.txt", settings.corpus_dir / "nouveau.txt"
    try:
        new.write_text(FICHE)
        fiche.write_text(FICHE + "Public cible : tous\n")
        states = {file.name: file.state for file in reader.read().files}
        assert (states["nouveau.txt"], states["plans/fiche.txt"]) == (FileState.NEW, FileState.CHANGED)
        fiche.unlink()
        assert {file.name: file.state for file in reader.read().files}["plans/fiche.txt"] is FileState.GONE
        assert reader.read().waiting == 2
    finally:
        new.unlink()
        fiche.write_text(FICHE)


def test_a_file_only_touched_has_not_changed(settings: Settings, reader: HoldingsReader) -> None:
    os.utime(settings.corpus_dir / "plans" / "fiche.txt", (1, 1))

    assert reader.read().waiting == 0


def test_an_index_built_from_another_folder_is_told(settings: Settings, tmp_path: Path) -> None:
    held = HoldingsReader(tmp_path, settings.index_dir).read()

    assert held.elsewhere == settings.corpus_dir.resolve()
    assert held.files[0].state is FileState.INDEXED


def test_without_index_every_file_is_to_be_indexed(settings: Settings, tmp_path: Path) -> None:
    held = HoldingsReader(settings.corpus_dir, tmp_path).read()

    assert {file.state for file in held.files} == {FileState.NEW}
    assert held.reading is None


def test_a_damaged_index_is_told_and_the_files_are_listed(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "current").write_text("abîmé")

    held = HoldingsReader(settings.corpus_dir, tmp_path).read()

    assert "clsassist index" in held.trouble
    assert len(held.files) == 3


def test_a_corpus_that_is_absent_holds_nothing(tmp_path: Path) -> None:
    assert HoldingsReader(tmp_path / "absent", tmp_path).read().files == ()


# --- removing


def test_a_file_is_removed(tmp_path: Path) -> None:
    (tmp_path / "fiche.txt").write_text(FICHE)
    (held,) = HoldingsReader(tmp_path, tmp_path / "index").read().files

    remove_file(held, tmp_path)

    assert not held.path.exists()


def test_of_a_link_only_the_link_is_removed(tmp_path: Path) -> None:
    corpus, original = tmp_path / "corpus", tmp_path / "original.txt"
    corpus.mkdir()
    original.write_text(FICHE)
    (corpus / "lien.txt").symlink_to(original)
    (held,) = HoldingsReader(corpus, tmp_path / "index").read().files

    remove_file(held, corpus)

    assert original.exists()
    assert list(corpus.iterdir()) == []


def test_nothing_is_removed_outside_the_corpus(tmp_path: Path) -> None:
    corpus, elsewhere = tmp_path / "corpus", tmp_path / "ailleurs"
    corpus.mkdir()
    elsewhere.mkdir()
    (elsewhere / "fiche.txt").write_text(FICHE)
    (corpus / "lien").symlink_to(elsewhere)
    (held,) = HoldingsReader(corpus, tmp_path / "index").read().files

    with pytest.raises(DepositError, match="hors du dossier des documents"):
        remove_file(held, corpus)

    assert (elsewhere / "fiche.txt").exists()
