"""The form of a fiche as a Word table: labels and values, with boxes, bullets and numbered lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from sources import Node, flag, hint, listed_names
from word_controls import ContentControls, Controls, LegacyFields, Symbols, run
from word_package import BAND, BULLETS, FAMILY, LABEL, NAMESPACES, STEP, VALUE, write_package

# The grid in twentieths of a point: label, sub-label, rest of the first half, second half. 18 cm in all.
GRID = (2600, 2200, 1600, 3800)
LABEL_SHADE, SUB_LABEL_SHADE, BAND_SHADE = "DCE6F1", "F2F6FA", "1F4E79"
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="7F9DB9"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)

CONTROLS: dict[str, Callable[[], Controls]] = {
    "legacy": LegacyFields,
    "content": ContentControls,
    "symbols": Symbols,
}


@dataclass(frozen=True)
class Cell:
    """One cell: its paragraphs as XML, how many columns of the grid it takes, and its place in a merged label."""

    paragraphs: tuple[str, ...]
    columns: int
    shade: str = ""
    merge: str = ""  # "restart" in the first row of a merged cell, "continue" in the next ones


def form_to_word(document: Node) -> bytes:
    """Return the Word file of a fiche."""
    about = document["document"]
    form = Form(CONTROLS[about["controls"]]())
    rows = [row for action in document["actions"] for row in form.rows(action)]
    return write_package(table_xml(rows), form.lists, (about["plan"], about["periode"]))


def table_xml(rows: Iterable[Iterable[Cell]]) -> str:
    """Return the table as XML."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in GRID)
    lines = "".join(f"<w:tr>{cells_xml(row)}</w:tr>" for row in rows)
    properties = (
        f'<w:tblPr><w:tblW w:w="{sum(GRID)}" w:type="dxa"/><w:tblBorders>{BORDERS}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/></w:tblPr>'
    )
    return f"<w:tbl {NAMESPACES}>{properties}<w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>"


def cells_xml(cells: Iterable[Cell]) -> str:
    """Return the cells of a row as XML, from the left of the grid."""
    written, column = "", 0
    for cell in cells:
        width = sum(GRID[column : column + cell.columns])
        column += cell.columns
        properties = f'<w:tcW w:w="{width}" w:type="dxa"/>'
        properties += f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
        properties += f'<w:vMerge w:val="{cell.merge}"/>' if cell.merge else ""
        properties += f'<w:shd w:val="clear" w:color="auto" w:fill="{cell.shade}"/>' if cell.shade else ""
        content = "".join(cell.paragraphs) or paragraph("")
        written += f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"
    return written


def paragraph(runs: str, style: str = VALUE, list_number: int = 0) -> str:
    """Return a paragraph as XML, in a list when one is given."""
    numbering = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{list_number}"/></w:numPr>' if list_number else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{numbering}</w:pPr>{runs}</w:p>'


def label_cell(node: Node, columns: int = 1, shade: str = LABEL_SHADE) -> Cell:
    """Return the cell of a label."""
    return Cell((paragraph(run(node["label"]), LABEL),), columns, shade)


class Form:
    """Makes the rows of one form; boxes and lists are numbered through the whole file."""

    def __init__(self, controls: Controls) -> None:
        self.lists: list[str] = []
        self._controls = controls

    def rows(self, action: Node) -> Iterator[list[Cell]]:
        """Yield the rows of a fiche: its title band when it has one, then its fields."""
        if "title" in action:
            title = paragraph(run(action["title"]), BAND)
            number = [Cell((paragraph(run(action["heading"]), BAND),), 1, BAND_SHADE)] if "heading" in action else []
            yield [*number, Cell((title,), len(GRID) - len(number), BAND_SHADE)]
        for node in action["fields"]:
            yield from self._field_rows(node)

    def _field_rows(self, node: Node) -> Iterator[list[Cell]]:
        """Yield one row, or several under one merged label."""
        label = label_cell(node)
        values = [self._row_cells(row, node) for row in node["rows"]] if "rows" in node else [self._value_cells(node)]
        for position, cells in enumerate(values):
            merge = "" if len(values) == 1 else "continue" if position else "restart"
            yield [replace(label, merge=merge, paragraphs=() if position else label.paragraphs), *cells]

    def _row_cells(self, row: Node, parent: Node) -> list[Cell]:
        """Return a sub-label and its value, in one cell or in two."""
        if flag(parent, "same_cell"):
            return [Cell((paragraph(run(row["label"], FAMILY)), *self._value(row)), 3)]
        return [label_cell(row, 1, SUB_LABEL_SHADE), Cell(tuple(self._value(row)), 2)]

    def _value_cells(self, node: Node) -> list[Cell]:
        if "groups" in node:
            first, second = ([*self._group_label(group), *self._value(group)] for group in node["groups"])
            return [Cell(tuple(first), 2), Cell(tuple(second), 1)]
        if "sections" in node:
            lines = [paragraph(run(node["intro_label"], STEP))]
            lines += [line for section in node["sections"] for line in self._section(section)]
            return [Cell(tuple(lines), 3)]
        return [Cell(tuple(self._value(node)), 3)]

    def _group_label(self, group: Node) -> Iterator[str]:
        if "label" in group:
            yield paragraph(run(group["label"], FAMILY))

    def _section(self, section: Node) -> Iterator[str]:
        """Yield a sub-heading and its lines; some are written behind the sub-heading."""
        heading = run(section["label"], FAMILY)
        items = section.get("items", [])
        if items and "\n" not in hint(section, "label_end"):
            heading += run(" " + items[0]["text"])
            items = items[1:]
        yield paragraph(heading)
        yield from (paragraph(run(item["text"])) for item in items)

    def _value(self, node: Node) -> Iterator[str]:
        """Yield the paragraphs of whatever a cell holds."""
        yield from self._items(node.get("items", []))
        yield from self._options(node.get("options", []))
        if "entries" in node:
            entries = (
                f"{entry['label']}{hint(entry, 'gap', ' ')}{entry['value']}{hint(entry, 'end')}"
                for entry in node["entries"]
            )
            yield paragraph(run("".join(entries)))
        if "organisations" in node:
            names = hint(node, "separator", ", ").join(listed_names(node))
            yield paragraph(run(names + (" …" if node.get("open_ended") else "")))
        if "territories" in node:
            yield paragraph(run(", ".join(node["territories"])))
        if "axis" in node:
            axis = node["axis"]
            yield paragraph(run(f"{axis['label']}{hint(axis, 'gap', ' ')}{axis['name']}"))

    def _items(self, items: Iterable[Node]) -> Iterator[str]:
        """Yield paragraphs, bullets, and lines that Word numbers; other numbers were typed by hand."""
        opened = 0
        for item in items:
            text = str(item["function"] if "function" in item else item["text"])
            number = str(item.get("number", ""))
            kind = "decimal" if re.fullmatch(r"\d\.", number) else "letter" if re.fullmatch(r"[A-Z]\.", number) else ""
            if kind and not opened:
                self.lists.append(kind)
                opened = BULLETS + len(self.lists)
            if number and not kind:
                text = f"{number} {text}"
            style = STEP if item.get("role") == "heading" else ""
            yield paragraph(run(text, style), list_number=BULLETS if "bullet" in item else opened if kind else 0)

    def _options(self, options: Iterable[Node]) -> Iterator[str]:
        """Yield boxes and their labels, several in one paragraph where the form has them on one line."""
        line = ""
        for option in options:
            end = hint(option, "end", "\n")
            line += self._option(option) + (run(end) if "\n" not in end else "")
            if "\n" in end:
                yield paragraph(line)
                line = ""
        if line:
            yield paragraph(line)

    def _option(self, option: Node) -> str:
        text = str(option["label"])
        text += f" {option['typed']}" if "typed" in option else ""
        # A text export may lose a box; the form it came from has one before each label.
        box = self._controls.box(option.get("ticked", False), preset=flag(option, "preset"))
        written = box + run(hint(option, "gap", " ") + text)
        if "placeholder" in option:
            written += run(hint(option, "placeholder_gap", " ")) + self._controls.menu(option["placeholder"])
        return written
