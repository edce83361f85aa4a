"""Bytes of any French encoding must give the same text, and say so when it was supposed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clsassist.readers.encoding import decode
from clsassist.readers.plain import read_plain

FICHE = "Fiche-action n°3 : Améliorer l’accès aux soins – « Maîtrise de stage »\nPorteur : Communauté de communes\n"
PLAIN = "Objectif général : repérer la fragilité\nDurée : à préciser, où ça ?\n"


def misread(text: str) -> str:
    """The text as a program shows it that takes its UTF-8 for Windows-1252."""
    return "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in text.encode())


def messages(raw: bytes, declared: str | None = None) -> list[str]:
    return [warning.message for warning in decode(raw, declared)[1]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_an_encoding_that_says_its_name_needs_no_warning(encoding: str) -> None:
    assert decode(FICHE.encode(encoding)) == (FICHE, ())


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Windows-1252"),
        ("mac-roman", "Mac OS Roman"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
    ],
)
def test_a_supposed_encoding_is_told(encoding: str, name: str) -> None:
    text, warnings = decode(FICHE.encode(encoding))
    assert text == FICHE
    assert [name in warning.message for warning in warnings] == [True]


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15", "mac-roman", "cp850"])
def test_two_lines_are_enough_to_tell_an_encoding(encoding: str) -> None:
    assert decode(PLAIN.encode(encoding))[0] == PLAIN


def test_the_sign_of_the_euro_tells_latin_9() -> None:
    assert decode("Coût : 1 500 €, chœurs et sœurs\n".encode("iso8859-15"))[0] == "Coût : 1 500 €, chœurs et sœurs\n"


def test_a_declared_encoding_is_believed() -> None:
    assert decode(PLAIN.encode("cp850"), "IBM850") == (PLAIN, ())
    assert decode("l’été".encode("cp1252"), "ISO-8859-1") == ("l’été", ())


@pytest.mark.parametrize("declared", ["windows-1252", "utf-16", "inconnu", "rot13", "zip", "", "é"])
def test_a_file_that_is_wrong_about_itself_is_read(declared: str) -> None:
    assert decode(FICHE.encode(), declared) == (FICHE, ())
    assert decode(FICHE.encode("cp1252"), declared)[0] == FICHE


def test_accents_read_wrong_and_saved_are_mended() -> None:
    once = misread(FICHE)
    assert "AmÃ©liorer" in once
    assert decode(once.encode())[0] == FICHE
    assert decode(misread(once).encode())[0] == FICHE
    assert "rétablis" in messages(once.encode())[0]


def test_accents_that_are_only_partly_damaged_are_left_and_told() -> None:
    mixed = misread(FICHE) + "Été réussi"
    assert decode(mixed.encode())[0] == mixed
    assert "abîmés" in messages(mixed.encode())[0]


def test_windows_quotes_taken_for_controls_are_mended() -> None:
    assert decode("l\x92\x9cuvre".encode())[0] == "l’œuvre"


def test_every_line_end_is_one() -> None:
    assert decode("a\r\nb\rc\u2028d\u2029e\x0bf\x0cg\n".encode())[0] == "a\nb\nc\nd\ne\nf\ng\n"


def test_what_shows_nothing_is_dropped() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore")
    assert decode(f"Por\u00adteur\u200b : \u202eCPTS\ufeff{hidden}☑\ufe0f\ttab".encode())[0] == "Porteur : CPTS☑\ttab"


def test_null_bytes_are_no_text() -> None:
    with pytest.raises(ValueError, match="octets nuls"):
        decode(b"PK\x03\x04\x00\x00abc\x00")


def test_characters_already_lost_are_told() -> None:
    assert messages("Priorit\ufffd".encode()) == ["1 caractère(s) illisible(s), perdus dans le fichier lui-même"]


def test_a_file_cut_within_a_character_is_still_utf_8() -> None:
    text, warnings = decode("Santé, été".encode()[:-1])
    assert text == "Santé, ét\ufffd"
    assert "au milieu d'un caractère" in warnings[0].message


@given(st.text())
def test_any_text_in_utf_8_is_read(text: str) -> None:
    written, _ = decode(b"\xef\xbb\xbf" + text.encode("utf-8", errors="ignore"))
    assert "\r" not in written
    assert decode(written.encode())[0] == written


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        text, _ = decode(raw)
    except ValueError:
        assert b"\x00" in raw
    else:
        assert len(text) <= len(raw) or raw[:2] in (b"\xff\xfe", b"\xfe\xff")


def test_plain_text_says_which_encoding_it_took() -> None:
    read = read_plain("Porteur : CPTS, santé".encode("cp1252"))
    assert read.text == "Porteur : CPTS, santé"
    assert "Windows-1252" in read.warnings[0].message
