"""PDF pages drawn line by line: stacks of blocks, colour bars, text on its side, rules across only."""

from __future__ import annotations

import io

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from clsassist.readers.pdf import read_pdf
from clsassist.readers.pdf.manner import is_figure
from clsassist.readers.transcript import Transcript
from clsassist.records import BlockKind

_WIDTH, _HEIGHT = A4
_BODY = ["Le groupe de travail réunit les soignants,", "les élus et les associations du pays."]


class _Sheet:
    """A page written from its top."""

    def __init__(self) -> None:
        self.file = io.BytesIO()
        self.canvas = Canvas(self.file, pagesize=A4)

    def write(
        self, x: float, y: float, text: str, size: float = 10, *, bold: bool = False, colour: colors.Color | None = None
    ) -> None:
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self.canvas.setFillColor(colour or colors.black)
        self.canvas.drawString(x, _HEIGHT - y, text)

    def bar(self, x: float, y: float, width: float, height: float) -> None:
        self.canvas.setFillColor(colors.navy)
        self.canvas.rect(x, _HEIGHT - y, width, height, stroke=0, fill=1)

    def side(self, x: float, y: float, text: str, size: float) -> None:
        self.canvas.saveState()
        self.canvas.translate(x, _HEIGHT - y)
        self.canvas.rotate(90)
        self.canvas.setFillColor(colors.teal)
        self.canvas.setFont("Helvetica-Bold", size)
        self.canvas.drawString(0, 0, text)
        self.canvas.restoreState()

    def read(self) -> Transcript:
        self.canvas.save()
        return read_pdf(self.file.getvalue())


def _blocks(read: Transcript) -> list[tuple[str, str]]:
    """The blocks outside tables: their kind and words."""
    return [(block.kind.value, block.span.of(read.text)) for block in read.blocks if block.table is None]


def _rows(read: Transcript) -> list[list[str]]:
    rows: dict[int | None, list[str]] = {}
    for block in read.blocks:
        if block.kind is BlockKind.CELL:
            rows.setdefault(block.row, []).append(block.span.of(read.text))
    return list(rows.values())


def _stack(sheet: _Sheet, x: float, y: float, blocks: list[tuple[str, list[str]]]) -> None:
    for label, values in blocks:
        sheet.write(x, y, label, 8, bold=True, colour=colors.orangered)
        for value in values:
            y += 13
            sheet.write(x, y, value)
        y += 21


def test_stacks_of_blocks_side_by_side_are_read_one_after_the_other() -> None:
    sheet = _Sheet()
    sheet.write(50, 60, "Action 1 : Planter un arbre pour chaque naissance", 16, bold=True)
    left = [("Contexte", _BODY), ("Objectifs", ["Planter cent arbres"]), ("Suivi", ["Arbres vivants"])]
    right = [
        ("Pilote", ["Service des parcs"]),
        ("Partenaires", ["Les Jardiniers", "La Maternité"]),
        ("Budget", ["9 €"]),
    ]
    _stack(sheet, 50, 100, left)
    _stack(sheet, 340, 107, right)
    expected = [("heading", "Action 1 : Planter un arbre pour chaque naissance")]
    for label, values in left:
        expected += [("heading", label), ("paragraph", " ".join(values))]
    assert _blocks(sheet.read())[: len(expected)] == expected


def test_labels_beside_their_values_are_no_stacks() -> None:
    sheet = _Sheet()
    for row, (label, value) in enumerate([("Pilote", "ARS"), ("Partenaires", "CPAM"), ("Budget", "9 €")]):
        sheet.write(50, 100 + 20 * row, label, bold=True)
        sheet.write(200, 100 + 20 * row, value)
    assert _rows(sheet.read()) == [["Pilote", "ARS"], ["Partenaires", "CPAM"], ["Budget", "9 €"]]


def test_the_number_of_a_badge_stands_before_its_title() -> None:
    sheet = _Sheet()
    sheet.write(50, 108, "4", 10, bold=True)
    sheet.write(75, 101, "Ouvrir les gymnases le dimanche", 14, bold=True)
    for row, text in enumerate(_BODY):
        sheet.write(50, 130 + 12 * row, text)
    assert _blocks(sheet.read())[0] == ("heading", "4 Ouvrir les gymnases le dimanche")


@pytest.mark.parametrize(("width", "kind"), [(500, "heading"), (90, "paragraph")], ids=["bar", "patch"])
def test_a_short_line_alone_on_a_bar_as_wide_as_the_text_is_a_heading(width: float, kind: str) -> None:
    sheet = _Sheet()
    sheet.bar(45, 106, width, 18)
    sheet.write(50, 101, "Qui participe", 9, colour=colors.white)
    for row, text in enumerate(
        ["Le groupe de travail réunit tous les soignants,", "les élus et les associations du pays."]
    ):
        sheet.write(50, 130 + 16 * row, text, 13)
    assert _blocks(sheet.read())[0] == (kind, "Qui participe")


def _with_side(sheet: _Sheet, size: float) -> None:
    for page in range(2):
        sheet.side(25, 500, "Axe 3 : Proximité", size)
        for row, (label, value) in enumerate([("Pilote", "ARS"), ("Partenaires", "CPAM"), ("Budget", "9 €")]):
            sheet.write(100, 200 + 20 * row, label, bold=True)
            sheet.write(250, 200 + 20 * row, f"{value} {page}")
        sheet.canvas.showPage()


def test_large_text_along_the_side_comes_before_the_pages_that_it_heads() -> None:
    sheet = _Sheet()
    _with_side(sheet, 20)
    read = sheet.read()
    assert [text for _, text in _blocks(read)].count("Axe 3 : Proximité") == 1
    assert _blocks(read)[0] == ("heading", "Axe 3 : Proximité")
    assert read.text.index("Axe 3") < read.text.index("Pilote")


def test_small_text_along_the_side_heads_nothing() -> None:
    sheet = _Sheet()
    _with_side(sheet, 7)
    assert _blocks(sheet.read())[0] != ("heading", "Axe 3 : Proximité")


def _rules(sheet: _Sheet, heights: list[float]) -> None:
    for height in heights:
        sheet.canvas.line(45, _HEIGHT - height, 550, _HEIGHT - height)


def test_columns_of_a_table_ruled_across_only_are_told_by_their_edges() -> None:
    sheet = _Sheet()
    _rules(sheet, [80, 100, 120, 160, 200])
    for x, text in [(50, "N°"), (90, "Action"), (230, "Horizon"), (280, "Partenaires")]:
        sheet.write(x, 94, text, bold=True)
    sheet.write(50, 114, "Axe 1 : Informer toutes les familles", bold=True)
    for y, number, horizon in [(134, "1.1", ("Printemp", "s 2026")), (174, "1.2", ("2027",))]:
        sheet.write(50, y, number)
        sheet.write(90, y, "Créer avec tous un annuaire")
        sheet.write(90, y + 13, "des offres de répit")
        sheet.write(280, y, "• Plateforme de répit")
        sheet.write(288, y + 13, "des aidants du territoire")
        for row, text in enumerate(horizon):
            sheet.write(230, y + 13 * row, text)
    action, partners = (
        "Créer avec tous un annuaire des offres de répit",
        "• Plateforme de répit des aidants du territoire",
    )
    assert _rows(sheet.read()) == [
        ["N°", "Action", "Horizon", "Partenaires"],
        ["Axe 1 : Informer toutes les familles"],
        ["1.1", action, "Printemps 2026", partners],
        ["1.2", action, "2027", partners],
    ]


def test_paragraphs_between_rules_are_no_table() -> None:
    sheet = _Sheet()
    _rules(sheet, [80, 120, 160, 200])
    for band in range(3):
        for row, text in enumerate(_BODY):
            sheet.write(50, 95 + 40 * band + 12 * row, text)
    assert _rows(sheet.read()) == []


def test_a_heading_in_small_capitals_over_two_lines_is_one() -> None:
    sheet = _Sheet()
    sheet.write(50, 100, "Orientation 1. Agir dès les premiers mois de la", 17, bold=True)
    sheet.write(50, 122, "vie", 12, bold=True)
    for row, text in enumerate(_BODY):
        sheet.write(50, 150 + 14 * row, text, 11)
    assert _blocks(sheet.read())[0] == ("heading", "Orientation 1. Agir dès les premiers mois de la vie")


def test_the_end_of_a_label_longer_than_its_value_stays_with_it() -> None:
    sheet = _Sheet()
    rows = [("Pilote", "ARS"), ("Partenaires", "CPAM"), ("Comment saura-t-on que", "Dix familles de plus")]
    for row, (label, value) in enumerate(rows):
        sheet.write(50, 100 + 20 * row, label, bold=True)
        sheet.write(200, 100 + 20 * row, value)
    sheet.write(50, 153, "c'est réussi ?", bold=True)
    assert _rows(sheet.read())[-1] == ["Comment saura-t-on que c'est réussi ?", "Dix familles de plus"]


def test_a_line_back_at_the_margin_after_a_hanging_item_is_a_new_paragraph() -> None:
    sheet = _Sheet()
    texts = [
        (60, "• Réunir chaque année les soignants du pays et tous les"),
        (68, "habitants pour faire vivre dans la durée les partenariats"),
        (50, "Information, communication et valorisation des travaux du groupe"),
    ]
    for row, (x, text) in enumerate(texts):
        sheet.write(x, 100 + 12 * row, text)
    read = sheet.read()
    assert [text for _, text in _blocks(read)][-1] == texts[2][1]


def test_a_large_figure_and_the_words_that_complete_it_are_one_paragraph() -> None:
    sheet = _Sheet()
    sheet.write(50, 100, "Plus de 50 %", 24, bold=True)
    for row, text in enumerate(["des médecins du territoire ont plus de", "cinquante-cinq ans cette année."]):
        sheet.write(50, 122 + 12 * row, text)
    words = "Plus de 50 % des médecins du territoire ont plus de cinquante-cinq ans cette année."
    assert _blocks(sheet.read()) == [("paragraph", words)]


@pytest.mark.parametrize(
    ("line", "following", "expected"),
    [
        ("Plus de 50 %", "des médecins", True),
        ("12 000", "habitants", True),
        ("85 000 €", "par an", True),
        ("Axe 2", "développer l'offre", False),
        ("2.1", "développer l'offre", False),
        ("3", "développer l'offre", False),
        ("Plus de 50 %", "Les médecins", False),
    ],
)
def test_a_figure_is_a_measure_that_words_complete(line: str, following: str, expected: bool) -> None:
    assert is_figure(line, following) is expected
