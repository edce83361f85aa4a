"""Engagement sheets as files, read back: every line with its source, one page when it fits, nothing that runs."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import docx
import openpyxl
import pytest
from engagement_plans import open_directory
from pypdf import PdfReader

from clsassist.assistant import Assistant
from clsassist.engagement_files import (
    NOTICE,
    Edition,
    sheet_file_name,
    sheet_to_docx,
    sheet_to_pdf,
    sheet_to_xlsx,
)
from clsassist.engagement_sheet import Directory, Sheet, build_sheet
from clsassist.lexicon import load_lexicon
from clsassist.text import squeeze

EDITION = Edition(date(2026, 12, 1), date(2026, 11, 30))
HOSTILE = "=cmd|'/c calc'!A0 <b>&amp;</b> {{ 7*7 }} \x00\x0b\u202e ]]> %s"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    return open_directory(tmp_path_factory.mktemp("plans"))


@pytest.fixture(scope="module")
def real_directory(assistant: Assistant) -> Directory:
    return Directory(assistant.registry, load_lexicon())


@pytest.fixture(scope="module")
def sheet(directory: Directory) -> Sheet:
    return build_sheet("CPAM", directory)


@pytest.fixture(scope="module")
def hostile(sheet: Sheet) -> Sheet:
    """The same sheet, whose every text is hostile."""
    commitments = tuple(
        replace(
            one,
            title=HOSTILE,
            plan=HOSTILE,
            document=HOSTILE,
            number=HOSTILE,
            mentions=tuple(replace(said, quote=HOSTILE, label=HOSTILE, organisation=HOSTILE) for said in one.mentions),
            calendar=tuple(replace(said, label=HOSTILE, text=HOSTILE) for said in one.calendar),
            contacts=tuple(replace(said, text=HOSTILE) for said in one.contacts),
        )
        for one in sheet.commitments
    )
    return replace(sheet, name=HOSTILE, asked=HOSTILE, long_form=HOSTILE, commitments=commitments)


def pdf_text(content: bytes) -> str:
    return squeeze(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def word_text(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for cell in table._cells]
    footer = [paragraph.text for paragraph in document.sections[0].footer.paragraphs]
    return squeeze(" ".join([*(paragraph.text for paragraph in document.paragraphs), *cells, *footer]))


def workbook(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


SAID = (
    "Fiche d'engagement",
    "CPAM",
    "caisse primaire d'assurance maladie",
    "3 actions sur 3 examinées, dans 2 plans : porteur ou pilote de 2 actions et partenaire de 1.",
    "Porteur ou pilote (2 actions)",
    "Former les jeunes",
    "Porteur, cité dans le financement",
    "2025-2026",
    "Partenaires : « CPAM du Loiret »",
    "Calendrier prévisionnel : De janvier 2024 à décembre 2026",
    "Communauté de communes de Valmont, Mme Anne Duval, coordinatrice : a.duval@valmont.example",
    "CPAM du Cher (1 action)",
    "valmont.md : Contrat local de santé du Pays de Valmont 2024-2028, sans date",
    NOTICE,
    "Établi le 1er décembre 2026, d'après l'index du 30 novembre 2026.",
)


@pytest.mark.parametrize("said", SAID)
def test_the_pdf_says(sheet: Sheet, said: str) -> None:
    assert squeeze(said) in pdf_text(sheet_to_pdf(sheet, EDITION))


@pytest.mark.parametrize("said", SAID)
def test_the_word_file_says(sheet: Sheet, said: str) -> None:
    assert squeeze(said) in word_text(sheet_to_docx(sheet, EDITION))


def test_a_row_of_the_workbook_holds_a_part_whole(sheet: Sheet) -> None:
    table = workbook(sheet_to_xlsx(sheet, EDITION))["Engagements"]
    heads = [cell.value for cell in table[1]]
    rows = [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in table.iter_rows(min_row=2)]
    assert len(rows) == sum(len(one.mentions) for one in sheet.commitments)
    found = next(row for row in rows if row["Citation"] == "CPAM du Loiret")
    assert found == {
        "Action": "Soutenir les aidants",
        "Fiche": "1",
        "Plan": "Contrat local de santé du Pays de Valmont 2024-2028",
        "Rôle": "partenaire",
        "État": "engagé",
        "Nom écrit dans le document": "CPAM du Loiret",
        "Première année": 2024,
        "Dernière année": 2026,
        "Calendrier publié": "Calendrier prévisionnel : De janvier 2024 à décembre 2026",
        "Rôle détaillé par la fiche": None,
        "Contacts publiés": (
            "Communauté de communes de Valmont, Mme Anne Duval, coordinatrice : a.duval@valmont.example"
        ),
        "Champ": "Partenaires",
        "Citation": "CPAM du Loiret",
        "Page": None,
        "Document": "valmont.md",
        "Identifiant de la fiche": "valmont:1",
    }


def test_the_workbook_says_why_names_were_taken_together(sheet: Sheet) -> None:
    table = workbook(sheet_to_xlsx(sheet, EDITION))["Noms réunis"]
    assert {row[0] for row in table.iter_rows(min_row=2, values_only=True)} == {one.written for one in sheet.names}
    about = dict(workbook(sheet_to_xlsx(sheet, EDITION))["À propos"].iter_rows(min_row=2, values_only=True))
    assert about["Avertissement"] == NOTICE


def test_no_cell_of_the_workbook_is_a_formula(hostile: Sheet) -> None:
    book = workbook(sheet_to_xlsx(hostile, EDITION))
    cells = [cell for table in book for row in table.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    dangerous = [cell for cell in cells if str(cell.value).startswith("=")]
    assert dangerous
    assert all(cell.quotePrefix for cell in dangerous)


def test_hostile_words_are_shown_as_text(hostile: Sheet) -> None:
    shown = "=cmd|'/c calc'!A0 <b>&amp;</b> {{ 7*7 }}"
    assert shown in word_text(sheet_to_docx(hostile, EDITION))
    assert shown in pdf_text(sheet_to_pdf(hostile, EDITION))


def test_a_pdf_opens_nothing(hostile: Sheet) -> None:
    content = sheet_to_pdf(hostile, EDITION)
    assert not [mark for mark in (b"/JavaScript", b"/Launch", b"/OpenAction", b"/URI") if mark in content]


@pytest.mark.parametrize("name", ["CPAM", "CPTS Thur Doller", "CD", "MSA", "PETR"])
def test_a_sheet_that_can_hold_on_one_page_does(real_directory: Directory, name: str) -> None:
    content = sheet_to_pdf(build_sheet(name, real_directory), EDITION)
    assert len(PdfReader(io.BytesIO(content)).pages) == 1


def test_a_longer_sheet_has_numbered_pages_and_every_action(real_directory: Directory) -> None:
    sheet = build_sheet("CD", real_directory)
    long = replace(sheet, commitments=sheet.commitments * 4)
    reader = PdfReader(io.BytesIO(sheet_to_pdf(long, EDITION)))
    total = len(reader.pages)
    assert total > 1
    for number, page in enumerate(reader.pages, start=1):
        assert f"page {number} sur {total}" in page.extract_text()
    told = squeeze(" ".join(page.extract_text() for page in reader.pages))
    assert told.count("Pilotes : «") == 4 * len(sheet.commitments)


def test_every_quote_of_every_sheet_is_in_its_files(real_directory: Directory) -> None:
    for one in real_directory.organisations:
        sheet = build_sheet(one.name, real_directory)
        cells = workbook(sheet_to_xlsx(sheet, EDITION))["Engagements"].iter_rows(min_row=2, values_only=True)
        quotes = [mention.quote for commitment in sheet.commitments for mention in commitment.mentions]
        assert [row[12] for row in cells] == quotes
        said = word_text(sheet_to_docx(sheet, EDITION))
        assert all(squeeze(quote) in said for quote in quotes), one.name


def test_an_endless_text_leaves_the_sheet_readable(sheet: Sheet) -> None:
    endless = "mot " * 9_000 + "x" * 40_000
    commitments = tuple(
        replace(
            one,
            title=endless[:5_000],
            mentions=tuple(replace(said, quote=endless) for said in one.mentions),
            calendar=tuple(replace(said, text=endless) for said in one.calendar),
        )
        for one in sheet.commitments
    )
    long = replace(sheet, commitments=commitments)
    assert "[…]" in pdf_text(sheet_to_pdf(long, EDITION))
    assert "[…]" in word_text(sheet_to_docx(long, EDITION))
    assert workbook(sheet_to_xlsx(long, EDITION))["Engagements"].max_row > 1


def test_a_sheet_without_commitment_says_so(directory: Directory) -> None:
    sheet = build_sheet("Ligue de rugby", directory)
    assert "0 action sur 3 examinées." in pdf_text(sheet_to_pdf(sheet, EDITION))
    assert "0 action sur 3 examinées." in word_text(sheet_to_docx(sheet, EDITION))


def test_files_say_their_language_and_title(sheet: Sheet) -> None:
    reader = PdfReader(io.BytesIO(sheet_to_pdf(sheet, EDITION)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Fiche d'engagement : CPAM"
    assert reader.trailer["/Root"]["/Lang"] == "fr-FR"
    properties = docx.Document(io.BytesIO(sheet_to_docx(sheet, EDITION))).core_properties
    assert (properties.title, properties.language) == ("Fiche d'engagement : CPAM", "fr-FR")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CPAM du Haut-Rhin", "fiche-d-engagement-cpam-du-haut-rhin.pdf"),
        ("../../etc/passwd\r\nX: y", "fiche-d-engagement-etc-passwd-x-y.pdf"),
        ("é" * 300, f"fiche-d-engagement-{'e' * 41}.pdf"),
        ("日本", "fiche-d-engagement.pdf"),
    ],
)
def test_file_names_hold_nothing_but_letters(sheet: Sheet, name: str, expected: str) -> None:
    assert sheet_file_name(replace(sheet, name=name), "pdf") == expected
