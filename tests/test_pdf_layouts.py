"""PDF files as offices make them: forms ruled or not, over several pages, columns, bands, margins."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    SimpleDocTemplate,
    Table,
)

from clsassist.lexicon import load_lexicon
from clsassist.parsing.fiches import parse_document
from clsassist.parsing.units import Row, document_to_units
from clsassist.readers.pdf import read_pdf
from clsassist.readers.plain import read_plain
from clsassist.readers.transcript import Transcript
from clsassist.records import Block, BlockKind, Document

_STYLES = getSampleStyleSheet()
_TEXT, _TITLE = _STYLES["Normal"], _STYLES["Heading1"]
_LABEL = ParagraphStyle("label", parent=_TEXT, fontName="Helvetica-Bold")
_TOP = ("VALIGN", (0, 0), (-1, -1), "TOP")
_RULED = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), _TOP]
_SENTENCE = "Le groupe de travail réunit les professionnels, les élus et les associations du territoire. "
_FORM = [
    ("Porteur de l'action", "Maison de santé de la vallée"),
    ("Contexte", _SENTENCE * 5),
    ("Partenaires", "ARS, CPAM, MSA"),
    ("Public cible", "Habitants de plus de 60 ans"),
    ("Calendrier", "2024 - 2026"),
]


def _table(
    rows: Sequence[Sequence[str]], style: Sequence[object], widths: Sequence[int] = (130, 320), **options
) -> Table:
    cells = [[Paragraph(text, _TEXT if column else _LABEL) for column, text in enumerate(row)] for row in rows]
    return Table(cells, colWidths=widths, style=list(style), **options)


def _read(
    story: list[Flowable], on_page: Callable[..., None] | None = None, size: tuple[float, float] = A4
) -> Transcript:
    file = io.BytesIO()
    decorate = on_page or (lambda canvas, document: None)
    SimpleDocTemplate(file, pagesize=size).build(story, onFirstPage=decorate, onLaterPages=decorate)
    return read_pdf(file.getvalue())


def _rows(read: Transcript, table: int = 0) -> list[list[str]]:
    """The cells of a table, row by row, as text."""
    rows: dict[int, list[str]] = {}
    for block in read.blocks:
        if block.table == table and block.kind is BlockKind.CELL:
            rows.setdefault(block.row, []).append(block.span.of(read.text))
    return list(rows.values())


def _lines(read: Transcript) -> list[str]:
    """What stands outside tables."""
    return [block.span.of(read.text) for block in read.blocks if block.table is None]


@pytest.mark.parametrize(
    "style",
    [
        _RULED,
        [("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.grey), _TOP],
        [("BACKGROUND", (0, 0), (0, -1), colors.lightblue), ("BACKGROUND", (1, 0), (1, -1), colors.whitesmoke),
         ("INNERGRID", (0, 0), (-1, -1), 2, colors.white), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
        [("ROWBACKGROUNDS", (0, 0), (-1, -1), (colors.whitesmoke, colors.lightgrey)), _TOP],
        [("BOX", (0, 0), (-1, -1), 1, colors.black), ("INNERGRID", (0, 0), (-1, -1), 0.25, colors.black)],
        [_TOP],
        [("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
    ],
    ids=["grid", "rules-below", "fills", "zebra", "centred", "no-rule", "no-rule-centred"],
)  # fmt: skip
def test_a_form_reads_the_same_however_its_cells_are_drawn(style: Sequence[object]) -> None:
    read = _read([Paragraph("Fiche-action n°1 : Former les aidants", _TITLE), _table(_FORM, style)])
    assert _rows(read) == [[label, value.strip()] for label, value in _FORM]
    assert _lines(read) == ["Fiche-action n°1 : Former les aidants"]


def test_a_row_cut_by_a_page_break_goes_on_in_the_same_table_under_an_empty_label() -> None:
    rows = [_FORM[0], ("Modalités d'actions", _SENTENCE * 60), *_FORM[2:]]
    read = _read([Paragraph("Fiche-action n°1 : Former les aidants", _TITLE), _table(rows, _RULED, splitInRow=1)])
    found = _rows(read)
    assert [row[0] for row in found] == [
        "Porteur de l'action", "Modalités d'actions", "", "Partenaires", "Public cible", "Calendrier"
    ]  # fmt: skip
    assert f"{found[1][1]} {found[2][1]}" == (_SENTENCE * 60).strip()
    pages = {block.page for block in read.blocks if block.table == 0 and block.kind is BlockKind.PARAGRAPH}
    assert pages == {1, 2}


@pytest.mark.parametrize("align", ["TOP", "MIDDLE"])
def test_a_form_without_rules_goes_on_over_the_page_break(align: str) -> None:
    rows = [*_FORM[:3], ("Modalités d'actions", _SENTENCE * 60), *_FORM[3:], ("Financement", "ARS, Région")]
    table = _table(rows, [("VALIGN", (0, 0), (-1, -1), align)], splitInRow=1)
    found = _rows(_read([Paragraph("Fiche-action n°1 : Former les aidants", _TITLE), table]))
    assert [row[0] for row in found if row[0]] == [label for label, _ in rows]
    assert sorted(" ".join(row[1] for row in found).split()) == sorted(" ".join(value for _, value in rows).split())


def test_values_beside_centred_labels_without_rules_are_theirs() -> None:
    rows = [(label, value) for label, value in _FORM if label != "Contexte"]
    rows.insert(1, ("Contexte et enjeux locaux de l'action, tels que vus", _SENTENCE * 4))
    read = _read([_table(rows, [("VALIGN", (0, 0), (-1, -1), "MIDDLE")])])
    assert _rows(read) == [[label, value.strip()] for label, value in rows]


def test_two_labels_beside_one_value_without_rules_share_its_row() -> None:
    roles = "<br/>".join(f"• {role}" for role in ("Maintenir le lien", "Animer les rencontres", "Rédiger", "Évaluer"))
    rows = [*_FORM, ("Rôle du pays<br/>Rôle de la maison", roles)]
    read = _read([_table(rows, [("VALIGN", (0, 0), (-1, -1), "MIDDLE")])])
    assert _rows(read)[-1][0].split() == "Rôle du pays Rôle de la maison".split()
    assert [row[0] for row in _rows(read)[:-1]] == [label for label, _ in _FORM]


def test_a_label_written_again_after_the_page_break_is_dropped() -> None:
    first, second = [_FORM[0], ("Contexte", _SENTENCE)], [("Contexte", "Suite du contexte."), _FORM[2]]
    read = _read([_table(first, _RULED), PageBreak(), _table(second, _RULED)])
    assert [row[0] for row in _rows(read)] == ["Porteur de l'action", "Contexte", "", "Partenaires"]


def test_the_header_of_a_list_of_actions_is_read_once() -> None:
    header = ("Leviers", "Actions concrètes envisagées", "Pilotes")
    actions = [(f"Levier {n}", f"Action {n} : {_SENTENCE * 2}".strip(), f"ARS / CD {n}") for n in range(30)]
    table = _table([header, *actions], _RULED, widths=(150, 400, 120), repeatRows=1)
    read = _read([table], size=landscape(A4))
    assert _rows(read) == [list(row) for row in [header, *actions]]


def test_a_label_over_several_rows_stands_in_the_first() -> None:
    rows = [("Porteur", "Structure : Ville"), ("", "Personne référente : coordination"), _FORM[2]]
    read = _read([_table(rows, [*_RULED, ("SPAN", (0, 0), (0, 1)), ("VALIGN", (0, 0), (0, 1), "MIDDLE")])])
    assert _rows(read) == [
        ["Porteur", "Structure : Ville"], ["", "Personne référente : coordination"], ["Partenaires", "ARS, CPAM, MSA"]
    ]  # fmt: skip


def test_a_band_over_all_columns_is_one_cell() -> None:
    rows = [("Évaluation", ""), ("Indicateurs", "Nombre de réunions"), _FORM[2]]
    read = _read([_table(rows, [*_RULED, ("SPAN", (0, 0), (1, 0)), ("BACKGROUND", (0, 0), (1, 0), colors.grey)])])
    assert _rows(read)[0] == ["Évaluation"]


def test_text_between_tables_keeps_its_place() -> None:
    story = [
        Paragraph("Fiche-action n°1", _TITLE), _table(_FORM, _RULED), Paragraph("Entre les deux.", _TEXT),
        Paragraph("Fiche-action n°2", _TITLE), _table(_FORM[:3], _RULED), Paragraph("À la fin.", _TEXT),
    ]  # fmt: skip
    read = _read(story)
    assert _lines(read) == ["Fiche-action n°1", "Entre les deux.", "Fiche-action n°2", "À la fin."]
    order = ["Fiche-action n°1", "2024 - 2026", "Entre les deux.", "Fiche-action n°2", "MSA\n", "À la fin."]
    places = [read.text.rindex(words) if words == "MSA\n" else read.text.index(words) for words in order]
    assert places == sorted(places)
    assert {block.table for block in read.blocks} == {None, 0, 1}


def test_newspaper_columns_are_read_one_after_the_other() -> None:
    file = io.BytesIO()
    frames = [Frame(50, 50, 235, 740), Frame(310, 50, 235, 740)]
    document = BaseDocTemplate(file, pagesize=A4)
    document.addPageTemplates([PageTemplate(frames=frames)])
    words = ["soins", "stages", "transports", "logements", "écoles", "familles", "aidants", "jeunes", "soignants"]
    texts = [f"Partie {n} sur les {words[n % 9]} : {_SENTENCE * 3}".strip() for n in range(1, 13)]
    document.build([Paragraph(text, _TEXT) for text in texts])
    assert _lines(read_pdf(file.getvalue())) == texts


def _margins(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.drawString(60, 815, "Contrat local de santé de la vallée")
    canvas.drawString(60, 20, "Projet voté")
    canvas.drawRightString(540, 20, f"Page {document.page}/9")


def test_headers_footers_and_page_numbers_are_no_content() -> None:
    parts = ["Les stages", "Les soins", "Les transports"]
    story = [Paragraph(f"{part}. {_SENTENCE * 3}", _TEXT) for part in parts]
    read = _read([piece for text in story for piece in (text, PageBreak())], _margins)
    assert read.margins == ("Contrat local de santé de la vallée", "Projet voté")
    assert "Projet" not in read.text
    assert "Page" not in read.text


def test_the_heading_of_a_fiche_at_the_top_of_every_page_stays() -> None:
    story: list[Flowable] = []
    for number in (1, 2, 3):
        story += [Paragraph(f"Fiche-action n°{number}", _TITLE), _table(_FORM[:3], _RULED), PageBreak()]
    assert _lines(_read(story)) == ["Fiche-action n°1", "Fiche-action n°2", "Fiche-action n°3"]


def test_headings_are_ranked_by_size_and_told_on_a_coloured_band() -> None:
    band = ParagraphStyle("band", parent=_TITLE, textColor=colors.white, backColor=colors.navy, fontSize=20, leading=26)
    small = ParagraphStyle("small", parent=_LABEL, textColor=colors.orangered, fontSize=13)
    story = [Paragraph("AXE 1 / FORMER", band), Paragraph("Les stages", small), Paragraph(_SENTENCE * 4, _TEXT)]
    read = _read(story)
    found = [(block.span.of(read.text), block.level) for block in read.blocks if block.kind is BlockKind.HEADING]
    assert found == [("AXE 1 / FORMER", 1), ("Les stages", 2)]


def _print(document: Document, align: str) -> bytes:
    """Print the fiches of a document as ruled tables, their check boxes typed."""
    tables: dict[int | None, list[list[list[Paragraph]]]] = {}
    for unit in document_to_units(document):
        if isinstance(unit, Row):
            cells = [[_paragraph(block, document.text) for block in cell.blocks] for cell in unit.cells]
            tables.setdefault(unit.table, []).append(cells)
        else:
            tables[-len(tables) - 1] = [[[_paragraph(unit, document.text)]]]
    story: list[Flowable] = []
    for rows in tables.values():
        width = max(map(len, rows))
        if width == 1 and len(rows) == 1:
            story += rows[0][0]
            continue
        rows = [row for row in rows if any(row)]
        spans = [("SPAN", (0, place), (-1, place)) for place, row in enumerate(rows) if len(row) == 1]
        filled = [row + [[]] * (width - len(row)) for row in rows]
        widths = {2: (130, 350), 3: (125, 245, 110)}.get(width)
        style = [*_RULED, ("VALIGN", (0, 0), (-1, -1), align), *spans]
        story.append(Table(filled, colWidths=widths, style=style, splitInRow=1))
    file = io.BytesIO()
    SimpleDocTemplate(file, leftMargin=50, rightMargin=50).build(story)
    return file.getvalue()


def _paragraph(block: Block, text: str) -> Paragraph:
    words = escape(block.span.of(text)).replace("☐", "|_|").replace("☑", "|X|")
    if block.kind is BlockKind.ITEM:
        return Paragraph(words, ParagraphStyle("item", parent=_TEXT, leftIndent=12 + 10 * block.level), bulletText="•")
    if block.kind is BlockKind.CHECKBOX and block.ticked is not None and "|" not in words:
        words = f"{'|X|' if block.ticked else '|_|'} {words}"
    return Paragraph(words, _TEXT)


def _document(read: Transcript) -> Document:
    return Document("fiches", "fiches.pdf", "0", read.title, read.text, read.blocks, read.warnings, read.margins)


# Left out: « saverne-attractivite-stages » at the top. A page break cuts its label in two halves that look whole.
@pytest.mark.parametrize(
    ("name", "align"),
    [
        ("thur-doller-cls", "TOP"),
        ("thur-doller-cls", "MIDDLE"),
        ("saverne-exercices-coordonnes", "TOP"),
        ("saverne-attractivite-stages", "MIDDLE"),
        ("plan-sante-79", "TOP"),
        ("plan-sante-79", "MIDDLE"),
    ],
)
def test_the_real_fiches_printed_as_pdf_give_the_same_fields(real_documents: Path, name: str, align: str) -> None:
    typed = _document(read_plain((real_documents / f"{name}.txt").read_bytes()))
    printed = _document(read_pdf(_print(typed, align)))
    lexicon = load_lexicon()
    expected, found = (parse_document(document, lexicon)[0] for document in (typed, printed))
    assert [[(field.key, field.text.split()) for field in action.fields] for action in found] == [
        [(field.key, field.text.split()) for field in action.fields] for action in expected
    ]
