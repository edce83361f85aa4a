"""Bad files: each is refused with its reason, or read, within the limits of the reading process; the rest is read."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from bad_files import (
    ENTITY,
    LAUGHS,
    docx,
    locked_pdf,
    locked_zip,
    nested,
    ole,
    pdf_bomb,
    pdf_cyclic_drawing,
    pdf_cyclic_fields,
    pdf_cyclic_pages,
    pdf_page,
    stream,
    xlsx,
    zipped,
)

from clsassist.corpus import read_corpus
from clsassist.errors import ReadingError
from clsassist.readers import ARCHIVES, CONVERTED, READERS
from clsassist.readers.documents import read_documents
from clsassist.readers.formats import EXPECTED
from clsassist.readers.isolation import ReadingProcess
from clsassist.readers.worker import MEMORY_LIMIT
from clsassist.settings import Settings

SANE = b"Fiche-action n\xc2\xb01 : Aider\n\nPorteur\tARS\n"
TOO_LONG = "avance plus"


def peak_memory(pid):
    """Return the most memory a process ever held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


@pytest.fixture(scope="module")
def reading():
    with ReadingProcess() as process:
        yield process


def read_file(folder, name, content, reading):
    """Read one file through the whole of reading; every outcome, and the peak memory of the process."""
    path = folder / name
    path.write_bytes(content)
    outcomes = list(read_documents(path, folder, Settings().max_file_bytes, reading))
    assert reading.pid is None or peak_memory(reading.pid) < MEMORY_LIMIT
    return outcomes


def paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


REFUSED = {
    # What the measures began with: 502 KB that cost two minutes and 2.8 GB.
    "bombe.docx": (lambda: docx(paragraph("Aider ") * 4_000_000), "une fois décompressé|piégée"),
    "bombe.xlsx": (lambda: xlsx('<row r="1"><c r="A1"><v>1</v></c></row>' * 2_000_000), "décompress"),
    "bombe.zip": (lambda: zipped({"a.txt": b" " * 300_000_000}), "piégée"),
    "poupée.zip": (lambda: zipped({"b.zip": zipped({"c.zip": zipped({"d.zip": b"x"})})}), "archive d'archive"),
    "profond.docx": (lambda: docx(nested(100_000, "<w:p>", "</w:p>", "")), "."),
    "profond.xlsx": (lambda: xlsx(nested(100_000, "<row>", "</row>", "")), "."),
    "dehors.docx": (lambda: docx(**{"../../etc/cron.d/x": "x"}), "sort du dossier"),
    "dehors.xlsx": (lambda: xlsx(**{"/etc/cron.d/x": "x"}), "sort du dossier"),
    "dehors.zip": (lambda: zipped({"../a.txt": SANE}), "sort du dossier"),
    "éléments.docx": (lambda: docx(**{f"word/{number}.xml": "" for number in range(2_500)}), "éléments"),
    "entité.docx": (lambda: docx(paragraph("&secret;"), ENTITY), "."),
    "entité.xlsx": (lambda: xlsx('<row r="1"><c r="A1"><v>&secret;</v></c></row>', ENTITY), "."),
    "rires.docx": (lambda: docx(paragraph("&j;"), LAUGHS), "."),
    "rires.xlsx": (lambda: xlsx('<row r="1"><c r="A1"><v>&j;</v></c></row>', LAUGHS), "."),
    "vide.txt": (lambda: b"", "vide"),
    "vide.docx": (lambda: b"", "vide"),
    "vide.pdf": (lambda: b"", "vide"),
    "blanc.txt": (lambda: b" \n\t\n", "vide"),
    "nul.docx": (lambda: bytes(10_000), "octets nuls"),
    "tronqué.docx": (lambda: docx()[:-200], "abîmé ou tronqué|archive zip"),
    "tronqué.xlsx": (lambda: xlsx()[:-200], "abîmé ou tronqué|archive zip"),
    "tronqué.zip": (lambda: zipped({"a.txt": SANE})[:-10], "abîmé ou tronqué"),
    "tronqué.pdf": (lambda: pdf_page()[:200], "abîmé"),
    "verrou.docx": (lambda: ole("EncryptedPackage"), "mot de passe"),
    "verrou.xlsx": (lambda: ole("EncryptedPackage"), "mot de passe"),
    "verrou.pdf": (locked_pdf, "mot de passe"),
    "verrou.zip": (lambda: locked_zip("a.txt"), "mot de passe"),
    "ancien.docx": (lambda: ole("WordDocument"), r"renommez-le en \.doc$"),
    "ancien.xlsx": (lambda: ole("Workbook"), "Excel ancien"),
    "inconnu.doc": (lambda: ole("Musique"), "rien n'identifie"),
    "pdf.docx": (pdf_page, r"PDF : renommez-le en \.pdf"),
    "pdf.txt": (pdf_page, r"PDF : renommez-le en \.pdf"),
    "word.pdf": (docx, r"Word : renommez-le en \.docx"),
    "word.xlsx": (docx, r"Word : renommez-le en \.docx"),
    "word.doc": (docx, r"Word : renommez-le en \.docx"),
    "word.zip": (docx, r"Word : renommez-le en \.docx"),
    "excel.csv": (xlsx, r"Excel : renommez-le en \.xlsx"),
    "archive.docx": (lambda: zipped({"a.txt": SANE}), r"archive zip : renommez-le en \.zip"),
    "page.pdf": (lambda: b"<!DOCTYPE html><p>Connectez-vous</p>", r"page web : renommez-le en \.html"),
    "texte.docx": (lambda: SANE, r"texte : renommez-le en \.txt"),
    "riche.txt": (lambda: b"{\\rtf1 x}", r"RTF : renommez-le en \.rtf"),
    "photo.pdf": (lambda: b"\x89PNG\r\n\x1a\n", "image"),
    "programme.txt": (lambda: b"\x7fELF\x02\x01\x01\x00", "binaire inconnu"),
    "sans extension": (pdf_page, r"pas d'extension.*PDF : renommez-le en \.pdf"),
    "musique.mp3": (lambda: b"ID3", r"« \.mp3 » n'est pas lu"),
    "long.txt": (lambda: b"Le territoire compte des infirmiers.\n" * 150_000, "millions de caractères"),
    "cellules.csv": (lambda: b"a;b;c;d;e;f;g;h;i;j\n" * 60_000, "plus de .* cellules"),
    "pages.pdf": (pdf_cyclic_pages, "abîmé|plus que la limite"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_with_its_reason(name, tmp_path, reading):
    build, reason = REFUSED[name]
    (refusal,) = read_file(tmp_path, name, build(), reading)
    assert isinstance(refusal, ReadingError), refusal
    assert name in str(refusal)
    assert TOO_LONG not in refusal.reason
    assert "erreur interne" not in refusal.reason
    assert re.search(reason, refusal.reason), refusal.reason


READ = {
    "dessin.pdf": pdf_cyclic_drawing,
    "champs.pdf": pdf_cyclic_fields,
    "page.html": lambda: b"<!DOCTYPE html [<!ENTITY s SYSTEM 'file:///etc/passwd'>]><p>Porteur : &s; ARS</p>",
    "profond.html": lambda: b"<div>" * 100_000 + b"Porteur : ARS",
    "profond.txt": lambda: b"> " * 50_000 + b"ARS",
    "bombe.pdf": pdf_bomb,
}


@pytest.mark.parametrize("name", READ)
def test_a_file_built_to_loop_is_read_or_refused_within_bounds(name, tmp_path, reading):
    (outcome,) = read_file(tmp_path, name, READ[name](), reading)
    if isinstance(outcome, ReadingError):
        assert TOO_LONG not in outcome.reason
        assert "erreur interne" not in outcome.reason
    else:
        assert "root:" not in outcome.text


@pytest.mark.parametrize("name", ["entité.docx", "entité.xlsx"])
def test_an_external_entity_is_never_opened(name, tmp_path, reading):
    (outcome,) = read_file(tmp_path, name, REFUSED[name][0](), reading)
    assert "root:" not in str(outcome)


def test_a_file_too_large_is_refused_without_being_read(tmp_path, monkeypatch):
    with (tmp_path / "gros.pdf").open("wb") as file:
        file.truncate(200_000_000)
    (tmp_path / "sain.txt").write_bytes(SANE)
    really = Path.read_bytes
    opened = []
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path.name) or really(path))
    corpus = read_corpus([tmp_path], Settings())
    assert corpus.failures == (("gros.pdf", "il pèse 200 Mo, plus que la limite de 50 Mo"),)
    assert opened == ["sain.txt"]


def test_a_folder_of_bad_files_is_read_to_its_end(tmp_path):
    light = [name for name in REFUSED if "bombe" not in name]
    for name in light:
        (tmp_path / name).write_bytes(REFUSED[name][0]())
    (tmp_path / "zzz.txt").write_bytes(SANE)
    corpus = read_corpus([tmp_path], Settings())
    assert [parsed.document.path for parsed in corpus.documents] == ["zzz.txt"]
    assert {path.partition("/")[0] for path, _ in corpus.failures} == set(light)


def test_every_suffix_that_is_read_has_its_content_checked():
    assert set(EXPECTED) == {*READERS, *CONVERTED, *ARCHIVES}


class Office:
    """Stands for LibreOffice: gives a Word file, and remembers what it was asked."""

    def __init__(self):
        self.asked = []

    def convert_to_docx(self, raw, suffix):
        self.asked.append(suffix)
        return docx("<w:p><w:r><w:t>Porteur : MSA</w:t></w:r></w:p>")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ancien.doc", ole("WordDocument")),
        ("riche.rtf", b"{\\rtf1 Porteur}"),
        ("ouvert.ODT", zipped({"content.xml": b"x", "META-INF/manifest.xml": b"x"})),
    ],
)
def test_an_older_format_is_converted_before_it_is_read(name, content, tmp_path, monkeypatch, reading):
    office = Office()
    monkeypatch.setitem(sys.modules, "clsassist.readers.office", office)
    (document,) = read_file(tmp_path, name, content, reading)
    assert document.text.strip() == "Porteur : MSA"
    assert document.path == name
    assert office.asked == [Path(name).suffix.lower()]


def test_a_scanned_pdf_is_read_through_character_recognition_or_told(tmp_path, monkeypatch, reading):
    scan = pdf_page(
        stream(b"595 0 0 842 0 0 cm /I Do"),
        b"/XObject << /I 6 0 R >>",
        [stream(b"\x80", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
                b"/BitsPerComponent 8")],
    )  # fmt: skip
    monkeypatch.setenv("PATH", str(tmp_path))
    (refusal,) = read_file(tmp_path, "scan.pdf", scan, reading)
    assert isinstance(refusal, ReadingError)
    assert "OCR nécessaire" in refusal.reason
    recogniser = SimpleNamespace(ocr_pdf=lambda raw: pdf_page())
    monkeypatch.setitem(sys.modules, "clsassist.readers.pdf.ocr", recogniser)
    (document,) = read_file(tmp_path, "scan.pdf", scan, reading)
    assert "Aider" in document.text
    assert "OCR" in document.warnings[0].message
