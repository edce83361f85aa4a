"""Zip archives and folder trees: every document found and named, every one refused told, and staleness exact."""

import io
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from clsassist.corpus import list_files, read_corpus
from clsassist.errors import NothingToIndexError
from clsassist.index import is_stale
from clsassist.indexing import index_corpus
from clsassist.manifest import describe_sources
from clsassist.opening import open_index
from clsassist.readers.archive import ARCHIVE
from clsassist.settings import Settings

FICHE = "Fiche-action n°{} : Aider\n\nPorteur\tARS\n"


def make_fiche(number=1):
    return FICHE.format(number).encode()


def make_zip(members, compression=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def make_raw_zip(names):
    """Make an archive whose names are bytes that nothing marks as UTF-8."""
    # Written under names of the same length, in which no byte has another meaning, then renamed.
    stand_ins = [f"{position:03}".ljust(len(name), "n") for position, name in enumerate(names)]
    packed = make_zip({stand_in: make_fiche(position) for position, stand_in in enumerate(stand_ins)})
    for stand_in, name in zip(stand_ins, names, strict=True):
        packed = packed.replace(stand_in.encode(), name)
    return packed


def read(folder):
    return read_corpus([folder], Settings())


def paths(corpus):
    return [parsed.document.path for parsed in corpus.documents]


def test_an_archive_is_a_tree_of_documents(tmp_path):
    packed = make_zip({"CLS/fiche 2.txt": make_fiche(2), "CLS/fiche 1.txt": make_fiche(), "CLS/": b""})
    (tmp_path / "plans.zip").write_bytes(packed)
    (tmp_path / "seule.txt").write_bytes(make_fiche(3))
    corpus = read(tmp_path)
    assert paths(corpus) == ["plans.zip/CLS/fiche 1.txt", "plans.zip/CLS/fiche 2.txt", "seule.txt"]
    assert corpus.failures == ()
    assert corpus.documents[0].document.id == "plans-zip-cls-fiche-1"


def test_an_archive_may_be_given_as_the_path(tmp_path):
    archive = tmp_path / "plans.ZIP"
    archive.write_bytes(make_zip({"a.txt": make_fiche()}))
    assert paths(read(archive)) == ["plans.ZIP/a.txt"]


def test_what_systems_leave_in_an_archive_is_no_document(tmp_path):
    names = ["__MACOSX/._a.txt", "CLS/.DS_Store", "CLS/~$fiche.docx", "Thumbs.db", "CLS/README.md", ".git/config"]
    packed = make_zip({**dict.fromkeys(names, b"x"), "CLS/a.txt": make_fiche()})
    (tmp_path / "plans.zip").write_bytes(packed)
    corpus = read(tmp_path)
    assert paths(corpus) == ["plans.zip/CLS/a.txt"]
    assert corpus.failures == ()


def test_an_archive_inside_the_archive_is_read_and_a_third_one_told(tmp_path):
    third = make_zip({"c.txt": make_fiche(3)})
    second = make_zip({"b.txt": make_fiche(2), "profond.zip": third})
    (tmp_path / "plans.zip").write_bytes(make_zip({"a.txt": make_fiche(), "axe 1.zip": second}))
    corpus = read(tmp_path)
    assert paths(corpus) == ["plans.zip/a.txt", "plans.zip/axe 1.zip/b.txt"]
    ((path, reason),) = corpus.failures
    assert path == "plans.zip/axe 1.zip/profond.zip"
    assert "décompressez-la" in reason


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Évaluation santé.txt".encode("cp850"), "Évaluation santé.txt"),
        ("À l'école.txt".encode("cp850"), "À l'école.txt"),
        ("Évaluation santé.txt".encode(), "Évaluation santé.txt"),
        ("E\u0301valuation.txt".encode(), "Évaluation.txt"),
        (b"CLS\\fiche.txt", "CLS/fiche.txt"),
    ],
    ids=["windows", "windows capital", "macos", "macos decomposed", "backslash"],
)
def test_the_accents_of_a_name_survive_whatever_made_the_archive(tmp_path, raw, name):
    (tmp_path / "plans.zip").write_bytes(make_raw_zip([raw]))
    assert paths(read(tmp_path)) == [f"plans.zip/{name}"]


def test_a_marked_name_is_taken_as_it_is(tmp_path):
    (tmp_path / "plans.zip").write_bytes(make_zip({"Évaluation – œuvre.txt": make_fiche()}))
    assert paths(read(tmp_path)) == ["plans.zip/Évaluation – œuvre.txt"]


def test_two_members_of_one_name_are_one_read_and_one_told(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a.txt", make_fiche(1))
            archive.writestr("a.txt", make_fiche(2))
    (tmp_path / "plans.zip").write_bytes(packed.getvalue())
    corpus = read(tmp_path)
    assert paths(corpus) == ["plans.zip/a.txt"]
    assert [path for path, _ in corpus.failures] == ["plans.zip/a.txt"]


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (make_zip({"../a.txt": b"x"}), "sort du dossier"),
        (make_zip({"/etc/a.txt": b"x"}), "sort du dossier"),
        (make_zip({"C:/a.txt": b"x"}), "sort du dossier"),
        (make_zip({"..\\a.txt": b"x"}), "sort du dossier"),
        (make_zip({"a.txt": b"0" * 2_000_000}), "archive piégée"),
        (make_zip({f"{number}.txt": b"" for number in range(ARCHIVE.entries + 1)}), "éléments, plus que la limite"),
        (make_zip({"a.txt": make_fiche()})[:-30], "abîmé ou tronqué"),
        (make_zip({"a.txt": make_fiche()}, zipfile.ZIP_LZMA), "façon inhabituelle"),
        (make_zip({}), "aucun document"),
        (make_zip({".DS_Store": b"x"}), "aucun document"),
        (make_zip({"[Content_Types].xml": b"x", "word/document.xml": b"x"}), "renommez-le en .docx"),
        (b"%PDF-1.7", "renommez-le en .pdf"),
        (b"", "vide"),
    ],
    ids=[
        "parent", "absolute", "drive", "backslash", "bomb", "entries", "truncated", "method", "empty", "only junk",
        "docx", "pdf", "0 bytes",
    ],
)  # fmt: skip
def test_an_archive_that_is_refused_is_told_and_the_rest_read(tmp_path, packed, reason):
    (tmp_path / "piège.zip").write_bytes(packed)
    (tmp_path / "sain.txt").write_bytes(make_fiche())
    corpus = read(tmp_path)
    assert paths(corpus) == ["sain.txt"]
    ((path, told),) = corpus.failures
    assert path == "piège.zip"
    assert reason in told


def test_an_archive_that_opens_with_a_document_is_not_taken_for_it(tmp_path):
    members = {"1.odt": b"mimetypeapplication/vnd.oasis.opendocument.text", "2.pdf": b"%PDF-", "3.txt": make_fiche()}
    (tmp_path / "plans.zip").write_bytes(make_zip(members, zipfile.ZIP_STORED))
    corpus = read(tmp_path)
    assert paths(corpus) == ["plans.zip/3.txt"]
    assert [path for path, _ in corpus.failures] == ["plans.zip/1.odt", "plans.zip/2.pdf"]


def test_a_member_that_is_refused_is_told_and_the_others_read(tmp_path):
    packed = bytearray(make_zip({"abîmé.txt": b"contenu", "sain.txt": make_fiche()}, zipfile.ZIP_STORED))
    packed[packed.index(b"contenu")] ^= 1
    (tmp_path / "plans.zip").write_bytes(packed)
    corpus = read(tmp_path)
    assert paths(corpus) == ["plans.zip/sain.txt"]
    ((path, reason),) = corpus.failures
    assert path == "plans.zip/abîmé.txt"
    assert "abîmé" in reason


def test_a_member_beyond_the_size_of_a_file_is_told(tmp_path):
    (tmp_path / "plans.zip").write_bytes(make_zip({"gros.txt": os.urandom(3_000), "sain.txt": make_fiche()}))
    corpus = read_corpus([tmp_path], replace(Settings(), max_file_bytes=2_000))
    assert paths(corpus) == ["plans.zip/sain.txt"]
    assert [path for path, _ in corpus.failures] == ["plans.zip/gros.txt"]


def test_archives_inside_an_archive_share_its_limits(tmp_path):
    inner = make_zip({f"{number}.txt": b"x" for number in range(ARCHIVE.entries // 2)})
    (tmp_path / "plans.zip").write_bytes(make_zip({"1.zip": inner, "2.zip": inner, "sain.txt": make_fiche()}))
    corpus = read(tmp_path)
    refused = [(path, reason) for path, reason in corpus.failures if path.endswith(".zip")]
    assert [path for path, _ in refused] == ["plans.zip/2.zip"]
    assert "plus que la limite" in refused[0][1]
    assert "plans.zip/sain.txt" in paths(corpus)


@pytest.fixture
def indexed_archive(tmp_path):
    corpus, index = tmp_path / "corpus", replace(Settings(), index_dir=tmp_path / "index")
    corpus.mkdir()
    archive = corpus / "plans.zip"
    archive.write_bytes(make_zip({"a.txt": make_fiche(1), "b.txt": make_fiche(2), "image.jpg": b"x"}))
    index_corpus([corpus], index)
    return archive, index


def test_an_archive_unchanged_is_up_to_date_one_changed_is_not(indexed_archive):
    archive, settings = indexed_archive
    folder = archive.parent
    assert is_stale(settings.index_dir, [folder], settings) is None
    with open_index(settings.index_dir, settings) as index:
        assert [source.path for source in index.manifest.sources] == ["plans.zip"]
        assert index.changed_source() is None
        os.utime(archive, ns=(1, 1))
        assert index.changed_source() is None
        archive.write_bytes(make_zip({"a.txt": make_fiche(1), "b.txt": make_fiche(3)}))
        assert index.changed_source() == f"« {archive} » a été modifié"
        archive.unlink()
        assert index.changed_source() == f"« {archive} » a été supprimé"


def test_an_archive_changed_while_it_was_indexed_is_noticed(tmp_path):
    archive = tmp_path / "plans.zip"
    archive.write_bytes(make_zip({"a.txt": make_fiche(1)}))
    corpus = read(tmp_path)
    archive.write_bytes(make_zip({"a.txt": make_fiche(2)}))
    (source,) = describe_sources(corpus)
    assert source.modified_ns == 0
    assert source.sha256 == corpus.documents[0].document.sha256


# Folder trees


def test_links_are_followed_once_and_loops_end(tmp_path):
    plan = tmp_path / "plan"
    plan.mkdir()
    (plan / "a.txt").write_bytes(make_fiche(1))
    (plan / "boucle").symlink_to(tmp_path)
    (tmp_path / "raccourci").symlink_to(plan)
    outside = tmp_path.parent / f"{tmp_path.name}-ailleurs"
    outside.mkdir()
    (outside / "b.txt").write_bytes(make_fiche(2))
    (tmp_path / "ailleurs").symlink_to(outside)
    corpus = read(tmp_path)
    assert paths(corpus) == ["ailleurs/b.txt", "plan/a.txt"]
    assert corpus.failures == ()


def test_what_cannot_be_opened_is_told(tmp_path, monkeypatch):
    closed = tmp_path / "fermé"
    closed.mkdir()
    (tmp_path / "rompu.txt").symlink_to(tmp_path / "absent.txt")
    (tmp_path / "tourne.txt").symlink_to(tmp_path / "tourne.txt")
    os.mkfifo(tmp_path / "tube.txt")
    (tmp_path / "sain.txt").write_bytes(make_fiche())
    refuse_folder(monkeypatch, closed)
    corpus = read(tmp_path)
    assert paths(corpus) == ["sain.txt"]
    assert dict(corpus.failures) == {
        "fermé": "le système en refuse l'accès : vérifiez ses droits",
        "rompu.txt": "c'est un lien vers un fichier qui n'existe plus",
        "tourne.txt": "c'est un lien qui tourne en rond",
        "tube.txt": "ce n'est pas un fichier ordinaire",
    }


def test_what_could_not_be_opened_does_not_make_an_index_stale(tmp_path, monkeypatch):
    corpus, settings = tmp_path / "corpus", replace(Settings(), index_dir=tmp_path / "index")
    (corpus / "fermé").mkdir(parents=True)
    (corpus / "rompu.txt").symlink_to(corpus / "absent.txt")
    (corpus / "sain.txt").write_bytes(make_fiche())
    refuse_folder(monkeypatch, corpus / "fermé")
    index_corpus([corpus], settings)
    assert is_stale(settings.index_dir, [corpus], settings) is None
    with open_index(settings.index_dir, settings) as index:
        assert index.changed_source() is None
    (corpus / "absent.txt").write_bytes(make_fiche(2))
    assert "absent.txt" in is_stale(settings.index_dir, [corpus], settings)


def refuse_folder(monkeypatch, folder):
    """Make the system refuse a folder, which it never does to an administrator."""
    really = {name: getattr(os, name) for name in ("scandir", "listdir")}

    def refusing(name):
        def call(path="."):
            if Path(path) == folder:
                raise PermissionError(13, "Permission denied", str(path))
            return really[name](path)

        return call

    for name in really:
        monkeypatch.setattr(os, name, refusing(name))


def test_a_name_that_is_not_utf8_is_shown_read_and_kept_apart(tmp_path):
    corpus, settings = tmp_path / "corpus", replace(Settings(), index_dir=tmp_path / "index")
    corpus.mkdir()
    for raw in (b"sant\xe9.txt", b"sant\xe8.txt", b"deux\nlignes.txt"):
        Path(os.fsdecode(os.fsencode(corpus) + b"/" + raw)).write_bytes(make_fiche())
    index_corpus([corpus], settings)
    read_back = read(corpus)
    assert sorted(paths(read_back)) == [r"deux\x0alignes.txt", r"sant\xe8.txt", r"sant\xe9.txt"]
    assert len({parsed.document.id for parsed in read_back.documents}) == 3
    assert is_stale(settings.index_dir, [corpus], settings) is None
    changed = Path(os.fsdecode(os.fsencode(corpus) + b"/sant\xe9.txt"))
    changed.write_bytes(make_fiche(2))
    assert is_stale(settings.index_dir, [corpus], settings) == rf"« {corpus}/sant\xe9.txt » a été modifié"


def test_ten_thousand_files_are_listed_and_named_in_one_pass(tmp_path):
    for number in range(10_000):
        folder = tmp_path / str(number % 100)
        folder.mkdir(exist_ok=True)
        (folder / f"fiche {number}.txt").touch()
    root, files = list_files([tmp_path])
    assert root == tmp_path
    assert len(files) == len(set(files)) == 10_000
    with pytest.raises(NothingToIndexError, match="vide"):
        read(tmp_path)


def test_a_file_of_another_kind_is_told_and_watched(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "a.txt").write_bytes(make_fiche())
    corpus = read(tmp_path)
    assert [path for path, _ in corpus.failures] == ["photo.jpg"]
    sources = {source.path: source for source in describe_sources(corpus)}
    assert sources["photo.jpg"].sha256
