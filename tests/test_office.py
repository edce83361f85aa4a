"""Files that LibreOffice converts: refused when they are something else, read like Word files otherwise."""

from __future__ import annotations

import http.server
import os
import select
import stat
import threading
from pathlib import Path

import pytest
from word_files import docx, p, package

from clsassist.readers import office
from clsassist.readers.docx import read_docx
from clsassist.readers.office import convert_to_docx, find_libreoffice

needs_libreoffice = pytest.mark.skipif(find_libreoffice() is None, reason="LibreOffice is not installed")

MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</manifest:manifest>'
)
OPEN_DOCUMENT = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "META-INF/manifest.xml": MANIFEST.format(
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    ),
    "content.xml": (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.2"><office:body><office:text>'
        '<text:h text:outline-level="1">Fiche action 1 : Soins</text:h><table:table><table:table-column/>'
        "<table:table-column/><table:table-row><table:table-cell><text:p>Public visé</text:p></table:table-cell>"
        "<table:table-cell><text:p>☒ Adultes ☐ Enfants</text:p></table:table-cell></table:table-row></table:table>"
        "</office:text></office:body></office:document-content>"
    ),
}
LOCKED = OPEN_DOCUMENT | {"META-INF/manifest.xml": MANIFEST.format("<manifest:encryption-data/>")}
SHEET = OPEN_DOCUMENT | {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}


def rich_text_box(result: int, default: int, label: str) -> str:
    """A check box of a form as Word writes it in RTF: 25 stands for the default."""
    data = rf"{{\*\formfield{{\fftype1\ffres{result}\fftypetxt0\ffhps20{{\*\ffname Case}}\ffdefres{default}}}}}"
    return rf"{{\field{{\*\fldinst {{ FORMCHECKBOX {data}}}}}{{\fldrslt }}}} {label}\par "


def rich_text(*pieces: str) -> bytes:
    return (r"{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}\pard " + "".join(pieces) + "}").encode("ascii")


@pytest.fixture
def libreoffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for LibreOffice, a shell script that a test writes."""
    program = tmp_path / "bin" / "soffice"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return program


def test_without_libreoffice_the_reason_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ValueError, match=r"enregistrez-le en \.docx, ou installez LibreOffice"):
        convert_to_docx(rich_text("Texte"), ".rtf")


@pytest.mark.parametrize(
    ("raw", "suffix", "reason"),
    [
        (b"Bonjour", ".rtf", "pas un fichier RTF"),
        (b"Bonjour", ".doc", r"pas un document Word \(\.doc\)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), ".doc", r"pas un document Word \(\.doc\)"),
        (b"<html>", ".doc", r"pas un document Word \(\.doc\)"),
        (b"Bonjour", ".odt", "abîmé ou tronqué"),
        (docx(p("Texte")), ".odt", "OpenDocument"),
        (package(SHEET), ".odt", "texte OpenDocument"),
        (package(LOCKED), ".odt", "mot de passe"),
        (b"Bonjour", ".pages", "n'est pas converti"),
        (rich_text(r"{\field{\*\fldinst { FORMCHECKBOX }}{\fldrslt }} Oui"), ".rtf", "l'état de ses cases"),
        (rich_text(r"{\field{\*\fldinst { FORMCHECKBOX }}{\fldrslt }} Oui"), ".doc", "l'état de ses cases"),
    ],
)
def test_what_is_not_the_format_of_its_name_is_refused_before_any_conversion(raw, suffix, reason, libreoffice):
    libreoffice.write_text("#!/bin/sh\ntouch called\n", encoding="utf-8")

    with pytest.raises(ValueError, match=reason):
        convert_to_docx(raw, suffix)


def test_a_conversion_that_gives_nothing_is_told(libreoffice):
    with pytest.raises(ValueError, match="LibreOffice ne sait pas l'ouvrir"):
        convert_to_docx(rich_text("Texte"), ".rtf")


def _ends(pid: int) -> bool:
    """Whether a process that was killed is gone; the kernel may take a moment to end it."""
    try:
        ending = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([ending], [], [], 30)[0])
    finally:
        os.close(ending)


def test_a_conversion_that_never_ends_is_ended_with_all_it_started(libreoffice, monkeypatch, tmp_path):
    alive = tmp_path / "pid"
    libreoffice.write_text(f"#!/bin/sh\nsleep 300 &\necho $! > {alive}\nwait\n", encoding="utf-8")
    monkeypatch.setattr(office, "_PATIENCE_SECONDS", 1.0)

    with pytest.raises(ValueError, match=r"dépasse 1 s : enregistrez-le en \.docx"):
        convert_to_docx(rich_text("Texte"), ".rtf")

    assert _ends(int(alive.read_text(encoding="ascii")))


def test_a_conversion_runs_in_a_folder_of_its_own_that_is_then_removed(libreoffice, tmp_path):
    made = tmp_path / "made.docx"
    made.write_bytes(docx(p("Converti")))
    libreoffice.write_text(
        f"#!/bin/sh\nmkdir out\ncp {made} out/document.docx\npwd > {tmp_path}/place\n", encoding="utf-8"
    )

    assert read_docx(convert_to_docx(rich_text("Texte"), ".rtf")).text.strip() == "Converti"
    assert not Path((tmp_path / "place").read_text(encoding="utf-8").strip()).exists()


@needs_libreoffice
def test_an_opendocument_text_is_read():
    transcript = read_docx(convert_to_docx(package(OPEN_DOCUMENT), ".odt"))

    assert [line for line in transcript.text.split("\n") if line] == [
        "Fiche action 1 : Soins",
        "Public visé\t☒ Adultes ☐ Enfants",
    ]
    assert transcript.blocks[0].level == 1


@needs_libreoffice
def test_the_boxes_of_a_rich_text_form_keep_their_states():
    raw = rich_text(
        rich_text_box(1, 0, "Adultes"),
        rich_text_box(0, 1, "Enfants"),
        rich_text_box(25, 1, "Seniors"),
        rich_text_box(25, 0, "Soignants"),
    )
    assert read_docx(convert_to_docx(raw, ".rtf")).text.split("\n")[:4] == [
        "☒ Adultes",
        "☐ Enfants",
        "☒ Seniors",
        "☐ Soignants",
    ]


@needs_libreoffice
def test_a_file_that_libreoffice_cannot_open_is_told():
    broken = {**OPEN_DOCUMENT, "content.xml": "<office:document-content"}

    with pytest.raises(ValueError, match="LibreOffice ne sait pas"):
        convert_to_docx(package(broken), ".odt")


@needs_libreoffice
def test_nothing_that_a_document_points_to_is_fetched():
    asked: list[str] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/a.png"
        picture = (
            '<text:p><draw:frame xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
            'xmlns:xlink="http://www.w3.org/1999/xlink" '
            'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" svg:width="3cm" svg:height="3cm">'
            f'<draw:image xlink:href="{address}" xlink:type="simple"/></draw:frame></text:p><text:h '
        )
        content = OPEN_DOCUMENT["content.xml"].replace("<text:h ", picture, 1)
        transcript = read_docx(convert_to_docx(package(OPEN_DOCUMENT | {"content.xml": content}), ".odt"))
        server.shutdown()

    assert "☒ Adultes" in transcript.text
    assert asked == []
