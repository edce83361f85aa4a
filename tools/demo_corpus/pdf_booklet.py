"""The plan of a département as a PDF booklet: cover, summary, a page an axe or a thématique, abbreviations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pdf_pages import (
    CELL_PADDING,
    LINE_COLOR,
    MARGIN,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_WIDTH,
    Row,
    band,
    paragraph,
    register_fonts,
    style,
    write_pdf,
)
from reportlab.lib.colors import Color, HexColor, white
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, PageBreak, Paragraph, Spacer, Table, TableStyle
from sources import Node

# One colour for the plan, then one for each axe.
PLAN = HexColor("#14506E")
AXES = (HexColor("#1F7A8C"), HexColor("#C0562B"), HexColor("#5B7B2E"), HexColor("#6A4C93"))
PALE = 0.12
GREY = HexColor("#555555")
COLUMNS = (150.0, 220.0, TEXT_WIDTH - 370.0)
SIZE = 11.0  # of the text of a thématique, in points


def booklet_to_pdf(document: Node) -> bytes:
    """Return the PDF of a booklet; each page of the source starts on the page that the summary says."""
    register_fonts()
    axes = document["axes"]
    pages = [cover_page(document["cover"]), introduction_page(document["introduction"]), summary_page(axes)]
    for axis, color in zip(axes, AXES, strict=True):
        pages.append(axis_page(axis, color))
        pages += [theme_page(theme, axis, color) for theme in axis["themes"]]
    pages += [abbreviations_page(document["abbreviations"]), contact_page(document["contact"])]
    story: list[Flowable] = []
    for page in pages:
        story += [*page, PageBreak()]
    return write_pdf(story[:-1], document["document"]["plan"], draw_page)


def draw_page(canvas: Canvas, document: BaseDocTemplate) -> None:
    """Colour the cover, and write the page number on the other pages."""
    canvas.saveState()
    number = canvas.getPageNumber()
    if number == 1:
        canvas.setFillColor(PLAN)
        canvas.rect(0, PAGE_HEIGHT * 0.42, PAGE_WIDTH, PAGE_HEIGHT * 0.58, stroke=0, fill=1)
        for position, color in enumerate(AXES):
            canvas.setFillColor(color)
            canvas.rect(position * PAGE_WIDTH / 4, PAGE_HEIGHT * 0.42 - 14, PAGE_WIDTH / 4, 14, stroke=0, fill=1)
    else:
        canvas.setFillColor(GREY)
        canvas.setFont("Text", 8)
        canvas.drawRightString(PAGE_WIDTH - MARGIN, MARGIN, str(number))
    canvas.restoreState()


def pale(color: Color) -> Color:
    """Return the light shade of a colour that text can stand on."""
    red, green, blue = (1 - PALE * (1 - part) for part in (color.red, color.green, color.blue))
    return Color(red, green, blue)


def cover_page(cover: Node) -> Iterator[Flowable]:
    """Yield the cover."""
    yield Spacer(0, 170)
    yield paragraph(cover["name"], style(38, bold=True, color=white))
    yield Spacer(0, 24)
    yield paragraph(cover["summary_name"], style(18, color=white))


def introduction_page(introduction: Node) -> Iterator[Flowable]:
    """Yield the introduction."""
    for name in introduction["names"]:
        yield paragraph(name, style(20, bold=True, color=PLAN))
    yield Spacer(0, 14)
    for text in introduction["paragraphs"]:
        yield paragraph(text, style(11, around=10))


def summary_page(axes: Iterable[Node]) -> Iterator[Flowable]:
    """Yield the table of contents."""
    yield paragraph("SOMMAIRE", style(20, bold=True, color=PLAN))
    for axis, color in zip(axes, AXES, strict=True):
        yield Spacer(0, 16)
        yield SummaryLine(f"Axe {axis['number']} : {axis['name']}", axis["page"], "Text-Bold", color)
        for theme in axis["themes"]:
            yield SummaryLine(theme["summary_name"], theme["page"], "Text", GREY)


def axis_page(axis: Node, color: Color) -> Iterator[Flowable]:
    """Yield the page that opens an axe."""
    yield Spacer(0, 60)
    heading = band(style(30, bold=True, color=white), color, 12)
    yield paragraph(f"AXE {axis['number']}", heading)
    yield Spacer(0, 34)
    yield paragraph(axis["name"], style(17, bold=True, color=color))
    yield Spacer(0, 14)
    yield paragraph(axis["motto_name"], style(11, bold=True, color=GREY))
    yield Spacer(0, 40)
    yield paragraph("OBJECTIF", style(13, bold=True, color=color))
    yield Spacer(0, 8)
    first, *others = [node["text"] for node in axis["objective"]]
    yield paragraph(first, style(11.5, indent=20, around=9), "➤")
    for text in others:
        yield paragraph(text, style(11.5, indent=20, around=9))


def theme_page(theme: Node, axis: Node, color: Color) -> Iterator[Flowable]:
    """Yield a thématique: its text, its testimonies and key figures, its table of leviers."""
    yield paragraph(f"AXE {axis['number']} /", style(12, bold=True, color=color))
    yield paragraph(f"THÉMATIQUE : {theme['name']}", style(16, bold=True, color=color))
    yield Spacer(0, 10)
    for block in theme["blocks"]:
        yield from block_story(block, color)
    yield Spacer(0, 10)
    yield levers_table(theme["rows"], color)


def block_story(block: Node, color: Color) -> Iterator[Flowable]:
    """Yield a paragraph, a testimony, a question, or a key figure above its words."""
    kind, text = block["kind"], block["text"]
    if kind == "figure":
        value = paragraph(block["value"], style(20, bold=True, color=color))
        yield Row([[value, paragraph(text, style(SIZE))]], [TEXT_WIDTH], [pale(color)], ruled=False)
        yield Spacer(0, 6)
    elif kind == "testimony":
        yield Spacer(0, 3)
        yield Row([[], [paragraph(text, style(SIZE, italic=True))]], [6, TEXT_WIDTH - 6], [color, white], ruled=False)
        yield Spacer(0, 6)
    elif kind == "paragraph":
        yield paragraph(text, style(SIZE, around=8))
    else:
        yield paragraph(text, style(SIZE, italic=True, color=GREY, around=8))


def levers_table(rows: Iterable[Node], color: Color) -> Table:
    """Return the table of leviers; actions with a pilot each have a line each, under one levier."""
    heads = ("Leviers", "Actions concrètes envisagées", "Pilotes")
    lines: list[list[list[Paragraph]]] = [[[paragraph(head, style(10, bold=True, color=white))] for head in heads]]
    merged = []
    start = 1
    for row in rows:
        if "title" in row:
            merged.append([start := len(lines), start])
        lines += lever_lines(row)
        merged[-1][1] = len(lines) - 1
    looks: list[Any] = [("SPAN", (0, first), (0, last)) for first, last in merged]
    looks += [
        ("BACKGROUND", (0, 0), (-1, 0), color),
        ("BACKGROUND", (0, 1), (0, -1), pale(color)),
        ("GRID", (0, 0), (-1, -1), 0.5, LINE_COLOR),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        *((f"{side}PADDING", (0, 0), (-1, -1), CELL_PADDING) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")),
    ]
    return Table(lines, COLUMNS, style=TableStyle(looks))


def lever_lines(row: Node) -> Iterator[list[list[Paragraph]]]:
    """Yield the lines of a levier: one an action when each has its pilot, else one for all of them."""
    levier = [paragraph(row["title"], style(9.5, bold=True))] if "title" in row else []
    actions = [paragraph(action, style(10, indent=13), "○") for action in row["actions"]]
    pilots = [paragraph(pilot, style(10)) for pilot in row["pilots"]]
    if len(actions) != len(pilots):
        yield [levier, actions, pilots]
        return
    for position, (action, pilot) in enumerate(zip(actions, pilots, strict=True)):
        yield [[] if position else levier, [action], [pilot]]


def abbreviations_page(abbreviations: Node) -> Iterator[Flowable]:
    """Yield the abbreviations."""
    yield paragraph(abbreviations["label"], style(20, bold=True, color=PLAN))
    yield Spacer(0, 14)
    for entry in abbreviations["entries"]:
        look = style(10.5, indent=14, around=8)
        yield paragraph(f"{entry['acronym']} : {entry['definition']}", look, "o")


def contact_page(contact: Node) -> Iterator[Flowable]:
    """Yield the coordinates of the institution."""
    yield Spacer(0, 300)
    for position, lines in enumerate(contact["names"]):
        for line in lines:
            look = style(10, bold=position == 0, color=PLAN if position == 0 else GREY, around=4)
            yield paragraph(line, look)
        yield Spacer(0, 14)


class SummaryLine(Flowable):
    """A line of the table of contents: words, dots, page number."""

    SIZE, LINE = 10.0, 17.0

    def __init__(self, words: str, page: int, face: str, color: Color) -> None:
        super().__init__()
        self.words, self.page, self.face, self.color = words, str(page), face, color

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return the size of one line over the whole width."""
        self.width, self.height = width, self.LINE
        return self.width, self.height

    def draw(self) -> None:
        """Draw the words, the dots between them and the number, and the number."""
        self.canv.setFont(self.face, self.SIZE)
        self.canv.setFillColor(self.color)
        self.canv.drawString(0, 4, self.words)
        self.canv.drawRightString(self.width, 4, self.page)
        dot = stringWidth(".", self.face, self.SIZE)
        room = self.width - stringWidth(self.words + self.page, self.face, self.SIZE) - 12
        self.canv.drawRightString(self.width - 24, 4, "." * int((room - 12) / dot))
