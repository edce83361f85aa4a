"""Files handed in: safe names, whole checks, nothing kept of what is refused, nothing overwritten without asking."""

from __future__ import annotations

import errno
import io
import os
import shutil
import time
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from word_files import docx, p, run

from clsassist.deposit import WAITING_ROOM, Deposit, DepositError, Deposits, Refusal, safe_name
from clsassist.readers.macros import holds_macros
from clsassist.readers.names import may_be_document
from clsassist.settings import Settings

FICHE = "Fiche action n°1 : Ouvrir une maison de santé\nPorteur : Commune de Valmore\nPartenaires : MSA\n".encode()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture
def deposits(corpus: Path) -> Deposits:
    return Deposits(replace(Settings(), corpus_dir=corpus))


@pytest.fixture
def hand_in(deposits: Deposits) -> Callable[..., Deposit]:
    def hand_in(known: dict[str, str] | None = None, **files: bytes) -> Deposit:
        deposit = deposits.open(sum(map(len, files.values())))
        for name, raw in files.items():
            (deposit.folder / name.replace("__", ".")).write_bytes(raw)
        return deposits.examine(deposit, (), known or {})

    return hand_in


def files_of(corpus: Path) -> set[str]:
    return {path.name for path in corpus.rglob("*") if path.is_file()}


def zipped(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, raw in files.items():
            package.writestr(name.replace("__", "."), raw)
    return written.getvalue()


# --- names


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\Windows\\fiche.docx", "fiche.docx"),
        ("/absolu/fiche.pdf", "fiche.pdf"),
        ("C:\\Users\\moi\\CLS.PDF", "CLS.PDF"),
        ("..cachée.txt", "cachée.txt"),
        ("fi\u202ecod.exe.pdf", "ficod.exe.pdf"),
        ("une\nligne\t\x00 de   trop.txt", "une-ligne-- de trop.txt"),
        ("re\u0301sume\u0301.odt", "résumé.odt"),
        ("<script>alert(1)</script>.txt", "script-.txt"),
        ("😀 fiche n°1 : l'été.docx", "😀 fiche n°1 - l'été.docx"),
        ("fiche.txt. . .", "fiche.txt"),
        ("a" * 400 + ".pdf", "a" * 176 + ".pdf"),
    ],
)
def test_a_name_keeps_what_is_safe_of_it(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@pytest.mark.parametrize("name", ["", "..", "/", "~$fiche.docx", "README.md", "Thumbs.db", ".", "x." + "a" * 300])
def test_a_name_that_no_document_may_bear_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="renommez-le"):
        safe_name(name)


@given(st.text(max_size=300))
@example("\ud800.txt")
@example("a/../../b")
def test_any_name_stays_in_its_folder(name: str) -> None:
    try:
        kept = safe_name(name)
    except ValueError:
        return
    assert Path("/corpus", kept).parent == Path("/corpus")
    assert Path("/corpus", kept).name == kept
    assert len(os.fsencode(kept)) <= 255
    assert kept.isprintable()
    assert may_be_document(kept)
    assert safe_name(kept) == kept == unicodedata.normalize("NFC", kept)


# --- what is kept, and what is refused


def test_a_document_is_kept_with_its_reading(corpus: Path, hand_in: Callable[..., Deposit]) -> None:
    deposit = hand_in(fiche__txt=FICHE)

    assert deposit.kept == ("fiche.txt",)
    assert (corpus / "fiche.txt").read_bytes() == FICHE
    assert [held.actions for held in deposit.report.documents] == [1]
    assert not deposit.folder.exists()


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("faux.pdf", FICHE, "son contenu est celui d'un fichier texte"),
        ("faux.docx", b"%PDF-1.7 ...", "son contenu est celui d'un PDF"),
        ("faux.txt", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00", "octets nuls"),
        ("programme.exe", b"MZ\x90\x00", "le format « .exe » n'est pas lu"),
        ("vide.docx", b"", "vide"),
        ("abime.docx", docx(p(run("x")))[:200], "abîmé"),
        ("blanc.txt", b" \n ", "aucun texte"),
        ("photo.pdf", b"\x89PNG\r\n\x1a\n", "son contenu est celui d'une image"),
        ("chiffre.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        ("macros.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
        ("bombe.zip", zipped(**{"a.txt": b"0" * 20_000_000}), "piégée"),
        ("evasion.zip", zipped(**{"../../a.txt": FICHE}), "sort du dossier"),
        ("vide.zip", zipped(), "aucun document"),
        ("sans-extension", FICHE, "pas d'extension"),
    ],
)
def test_nothing_is_kept_of_what_is_no_document(
    corpus: Path, hand_in: Callable[..., Deposit], name: str, raw: bytes, reason: str
) -> None:
    deposit = hand_in(**{name: raw})

    (refused,) = deposit.refused
    assert refused.name == name
    assert reason in refused.reason
    assert (deposit.kept, deposit.pending, files_of(corpus)) == ((), (), set())
    assert deposit.report.unread == ()


def test_a_word_file_with_macros_is_refused_wherever_it_is(corpus: Path, hand_in: Callable[..., Deposit]) -> None:
    plain = docx(p(run("Fiche action 1 : Ouvrir une maison de santé")))
    written = io.BytesIO(plain)
    with zipfile.ZipFile(written, "a") as package:
        package.writestr("word/vbaProject.bin", b"Attribute VB_Name")
    infected = written.getvalue()

    deposit = hand_in(sain__docx=plain, infecte__docx=infected, paquet__zip=zipped(**{"dossier/f.docm": infected}))

    assert deposit.kept == ("sain.docx",)
    assert {refused.name for refused in deposit.refused} == {"infecte.docx", "paquet.zip"}
    assert all("macros" in refused.reason for refused in deposit.refused)
    assert files_of(corpus) == {"sain.docx"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (zipped(**{"xl/vbaProject.bin": b""}), True),
        (zipped(**{"xl/macrosheets/sheet1.xml": b""}), True),
        (zipped(**{"Basic/Standard/Module1.xml": b""}), True),
        (b"MIME-Version: 1.0\r\n\r\nQWN0aXZlTWltZQAA", True),
        (zipped(**{"word/document.xml": b""}), False),
        (FICHE, False),
    ],
)
def test_macros_are_told_from_the_content(raw: bytes, expected: bool) -> None:
    assert holds_macros(raw) is expected


def test_a_document_is_not_kept_twice(corpus: Path, hand_in: Callable[..., Deposit]) -> None:
    first = hand_in(a__txt=FICHE, b__txt=FICHE, c__txt=FICHE + b"Autre\n")

    assert first.kept == ("a.txt", "c.txt")
    assert "sous le nom « a.txt »" in first.refused[0].reason


def test_a_document_of_the_index_is_not_kept_under_another_name(hand_in: Callable[..., Deposit]) -> None:
    from hashlib import sha256

    deposit = hand_in({sha256(FICHE).hexdigest(): "plans/ancien.txt"}, a__txt=FICHE)

    assert deposit.kept == ()
    assert "« plans/ancien.txt »" in deposit.refused[0].reason


def test_an_archive_read_in_part_is_kept_and_the_rest_is_told(corpus: Path, hand_in: Callable[..., Deposit]) -> None:
    deposit = hand_in(paquet__zip=zipped(**{"f.txt": FICHE, "faux.pdf": FICHE}))

    assert deposit.kept == ("paquet.zip",)
    assert [path for path, _ in deposit.report.unread] == ["paquet.zip/faux.pdf"]


# --- names that are taken


def test_a_taken_name_waits_for_a_decision(corpus: Path, deposits: Deposits, hand_in: Callable[..., Deposit]) -> None:
    (corpus / "Fiche.TXT").write_bytes(b"avant")

    deposit = hand_in(fiche__txt=FICHE, autre__txt=FICHE + b"!")

    assert (deposit.kept, deposit.pending) == (("autre.txt",), ("fiche.txt",))
    assert (corpus / "Fiche.TXT").read_bytes() == b"avant"
    decided = deposits.decide(deposit.token, ["fiche.txt"])
    assert (corpus / "Fiche.TXT").read_bytes() == FICHE
    assert files_of(corpus) == {"Fiche.TXT", "autre.txt"}
    assert (decided.kept, decided.pending) == (("autre.txt", "fiche.txt"), ())


def test_a_replacement_that_is_not_wanted_leaves_the_old_document(
    corpus: Path, deposits: Deposits, hand_in: Callable[..., Deposit]
) -> None:
    (corpus / "fiche.txt").write_bytes(b"avant")
    deposit = hand_in(fiche__txt=FICHE)

    decided = deposits.decide(deposit.token, ["../fiche.txt", "absent.txt"])

    assert (corpus / "fiche.txt").read_bytes() == b"avant"
    assert files_of(corpus) == {"fiche.txt"}
    assert decided.refused == (Refusal("fiche.txt", "le document déjà présent a été gardé"),)


def test_a_file_that_appears_meanwhile_is_not_overwritten(
    corpus: Path, deposits: Deposits, monkeypatch: pytest.MonkeyPatch
) -> None:
    deposit = deposits.open(0)
    (deposit.folder / "fiche.txt").write_bytes(FICHE)
    monkeypatch.setattr("clsassist.deposit._bearer", lambda *_: None)
    (corpus / "fiche.txt").write_bytes(b"avant")

    with pytest.raises(DepositError):
        deposits.examine(deposit, (), {})

    assert (corpus / "fiche.txt").read_bytes() == b"avant"


def test_a_deposit_that_is_not_known_is_told(deposits: Deposits) -> None:
    assert deposits.find("inconnu") is None
    with pytest.raises(DepositError, match="envoyez de nouveau"):
        deposits.decide("inconnu", [])


# --- the disk


def test_a_full_disk_is_told_before_anything_is_received(
    deposits: Deposits, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(corpus)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000))

    with pytest.raises(DepositError, match="est plein : libérez de la place"):
        deposits.open(5_000)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, "est plein"),
        (errno.EDQUOT, "est plein"),
        (errno.EROFS, "n'accepte pas d'écriture"),
        (errno.EACCES, "n'accepte pas d'écriture"),
        (errno.EIO, "n'a pas pu être modifié"),
    ],
)
def test_what_the_disk_refuses_is_a_sentence(
    deposits: Deposits, monkeypatch: pytest.MonkeyPatch, code: int, sentence: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(DepositError, match=sentence):
        deposits.open(0)


def test_a_corpus_that_is_absent_is_told(tmp_path: Path) -> None:
    with pytest.raises(DepositError, match="ce dossier n'existe pas"):
        Deposits(replace(Settings(), corpus_dir=tmp_path / "absent")).open(0)


def test_what_nobody_decided_on_is_removed_after_a_while(corpus: Path, deposits: Deposits) -> None:
    old, recent = deposits.open(0), deposits.open(0)
    long_ago = time.time() - 10_000
    os.utime(old.folder, (long_ago, long_ago))

    deposits.open(0)

    assert not old.folder.exists()
    assert recent.folder.exists()


def test_what_waits_is_not_indexed(corpus: Path, deposits: Deposits) -> None:
    from clsassist.corpus import list_files

    (corpus / "fiche.txt").write_bytes(FICHE)
    (deposits.open(0).folder / "autre.txt").write_bytes(FICHE)

    assert list_files([corpus])[1] == [corpus / "fiche.txt"]


def test_an_abandoned_deposit_leaves_nothing(corpus: Path, deposits: Deposits) -> None:
    deposit = deposits.open(0)
    (deposit.folder / "fiche.txt").write_bytes(FICHE)

    deposits.abandon(deposit)

    assert files_of(corpus) == set()
    assert list((corpus / WAITING_ROOM).iterdir()) == []
