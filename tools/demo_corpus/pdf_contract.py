"""The contract as a PDF: one table of labels and values a fiche, whose cells go on from page to page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pdf_pages import (
    FOOTER_HEIGHT,
    MARGIN,
    PAGE_WIDTH,
    TEXT_WIDTH,
    Row,
    band,
    paragraph,
    register_fonts,
    style,
    write_pdf,
)
from reportlab.lib.colors import HexColor, black, white
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, PageBreak, Paragraph, Spacer
from sources import Node, hint, item_text, organisation_text

LABEL_WIDTH = 128.0
LABEL_FILL = HexColor("#E2EFDA")
DARK = HexColor("#375623")
# The bullets of the public document, by level: a dash, then the letter « o » or a circle.
LEVEL_INDENT, BULLET_SPACE = 14.0, 10.0


def contract_to_pdf(document: Node) -> bytes:
    """Return the PDF of a contract."""
    register_fonts()
    shared = document["shared"]
    story: list[Flowable] = []
    for action in document["actions"]:
        if story:
            story.append(PageBreak())
        story += fiche_story(action, shared)
    about = document["document"]
    return write_pdf(story, f"{about['plan']} {about['periode']}", draw_footer)


def draw_footer(canvas: Canvas, document: BaseDocTemplate) -> None:
    """Write the status of the contract and the page number under the text."""
    canvas.saveState()
    canvas.setStrokeColor(DARK)
    canvas.line(MARGIN, MARGIN + FOOTER_HEIGHT / 2, PAGE_WIDTH - MARGIN, MARGIN + FOOTER_HEIGHT / 2)
    canvas.setFont("Text-Italic", 8)
    canvas.drawString(MARGIN, MARGIN, "Projet voté")
    canvas.setFont("Text", 8)
    canvas.drawRightString(PAGE_WIDTH - MARGIN, MARGIN, str(canvas.getPageNumber()))
    canvas.restoreState()


def fiche_story(action: Node, shared: Node) -> Iterator[Flowable]:
    """Yield the headings and the rows of a fiche."""
    for node in action.get("headings", []):
        size = 14 if node["key"] == "axe" else 11.5
        yield paragraph(f"{node['label']} {node.get('name') or node['title']}", style(size, bold=True, color=DARK))
        yield Spacer(0, 8)
    heading = band(style(11.5, bold=True, color=white), DARK, 5)
    yield paragraph(f"{action['heading']} {action['title']}", heading)
    yield Spacer(0, 10)
    for node in action["fields"]:
        labels = [str(node[key]) for key in ("label", "second_label") if key in node]
        label = [paragraph(text, style(bold=True, color=DARK, around=6)) for text in labels]
        value = list(field_story(node, shared))
        yield Row([label, value], [LABEL_WIDTH, TEXT_WIDTH - LABEL_WIDTH], [LABEL_FILL, white])


def field_story(node: Node, shared: Node) -> Iterator[Flowable]:
    """Yield what the cell of a field holds."""
    for item in shared[node["use"]] if "use" in node else node.get("items", []):
        yield item_story(item)
    for organisation in node.get("organisations", []):
        yield bulleted("-", organisation_text(organisation), 1)
    for name in node.get("territories", []):
        yield bulleted("-", name, 1)
    if "legend" in node:
        yield paragraph(node["legend"], style(8.5, italic=True))
    if "options" in node:
        yield boxes_story(node)


def item_story(item: Node) -> Paragraph:
    """Return a sub-heading, a paragraph or a bullet."""
    if "subheading" in item:
        return paragraph(item["subheading"], style(italic=True, around=4))
    if "bullet" not in item:
        return paragraph(item_text(item), style(around=4))
    return bulleted(item["bullet"], item_text(item), item["level"])


def bulleted(bullet: str, text: str, level: int) -> Paragraph:
    """Return a bulleted line; level 1 is the outermost."""
    indent = LEVEL_INDENT * (level - 1)
    return paragraph(text, style(indent=indent + BULLET_SPACE, bullet_at=indent), bullet)


def boxes_story(node: Node) -> Flowable:
    """Return boxes in one of the two ways found in the same document: drawn, or characters of a font."""
    options = node["options"]
    if hint(node, "box") == "html":
        return DrawnBoxes(options)
    return paragraph(
        "\u00a0\u00a0 ".join("☑" + hint(option, "gap", " ") + option["label"] for option in options), style()
    )


class DrawnBoxes(Flowable):
    """Boxes drawn with lines, each before its label, as drawing software does; a tick is a stroke inside."""

    SIDE, LINE, SIZE = 8.0, 14.0, 9.0

    def __init__(self, options: Sequence[Node]) -> None:
        super().__init__()
        self.options = options

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return the size of as many lines of boxes as the width asks for."""
        step = max(stringWidth(option["label"], "Text", self.SIZE) for option in self.options) + self.SIDE + 14
        self.columns = max(1, int(width // step))
        self.step = step
        self.width, self.height = width, self.LINE * -(-len(self.options) // self.columns)
        return self.width, self.height

    def draw(self) -> None:
        """Draw each box, its tick and its label."""
        for position, option in enumerate(self.options):
            line, column = divmod(position, self.columns)
            left, base = column * self.step, self.height - self.LINE * (line + 1) + 4
            self.canv.setStrokeColor(black)
            self.canv.setLineWidth(0.7)
            self.canv.rect(left, base - 1, self.SIDE, self.SIDE)
            if option["ticked"]:
                tick = self.canv.beginPath()
                tick.moveTo(left + 1.5, base + 3)
                tick.lineTo(left + 3.2, base + 0.8)
                tick.lineTo(left + 6.8, base + 5.6)
                self.canv.setLineWidth(1.1)
                self.canv.drawPath(tick)
            self.canv.setFillColor(black)
            self.canv.setFont("Text", self.SIZE)
            self.canv.drawString(left + self.SIDE + 4, base, option["label"])
