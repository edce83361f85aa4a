"""Write the text files of the demonstration corpus from the structured sources.

Each file of ``source/`` holds one document as format-neutral fields; what belongs to a page rather than
to the content (glued boxes, page breaks, blank lines) stands in the ``layout`` table of the node it
touches. The output is deterministic: the same sources always give the same bytes.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Node = dict[str, Any]

SOURCE = Path(__file__).resolve().parent / "source"
CORPUS = Path(__file__).resolve().parents[2] / "corpus"

LINE_END = "\n"
EMPTY_CELL = "\t\n"
LIST_START = '<ul style="list-style-type: none">'
HTML_BOX = '<input checked="" type="checkbox"/>'
CHECK_MARK = "☑"


def hint(node: Node, key: str, default: str = "") -> str:
    """Return a textual layout hint of a node."""
    return str(node.get("layout", {}).get(key, default))


def flag(node: Node, key: str, *, default: bool = False) -> bool:
    """Return a yes or no layout hint of a node."""
    return bool(node.get("layout", {}).get(key, default))


def bookmark(node: Node) -> str:
    """Return the bookmark that a word processor left in front of a node."""
    name = hint(node, "bookmark")
    return f"[bookmark: {name}]" if name else ""


def listed_names(node: Node) -> list[str]:
    """Return the names of the organisations of a field."""
    return [str(organisation["name"]) for organisation in node.get("organisations", [])]


# ---------------------------------------------------------------------------------------------------
# Cells of a word processor's form, each one introduced by a tab.


def form_document(document: Node) -> str:
    """Render a document laid out as a word processor's form."""
    return hint({"layout": document["document"]}, "start") + "".join(map(form_action, document["actions"]))


def form_action(action: Node) -> str:
    """Render one fiche: its heading rows when it has some, then its fields."""
    title_end = hint(action, "title_end")
    rows = [action["heading"]] if "heading" in action else []
    rows += [action["title"] + title_end] if "title" in action else []
    heading = "".join(f"\t{row}\n" for row in rows)
    gap = f"\n{EMPTY_CELL}{EMPTY_CELL}\n" if rows else ""
    return heading + gap + "".join(map(form_field, action["fields"]))


def form_label(node: Node) -> str:
    """Render a label with the spaces and the bookmark around it."""
    return bookmark(node) + hint(node, "label_start") + str(node["label"]) + hint(node, "label_end")


def form_field(node: Node) -> str:
    """Render one row of the form, or several when the label has sub-labels."""
    label = f"\t{form_label(node)}\n"
    if "rows" in node:
        return label + EMPTY_CELL.join(form_row(row, node) for row in node["rows"])
    if "groups" in node:
        value = "".join(form_group(group) for group in node["groups"])
    elif "sections" in node:
        sections = "".join(form_section(section) for section in node["sections"])
        value = f"\t{node['intro_label']}{hint(node, 'intro_end')}{sections}"
    else:
        value = "\t" + (form_value(node) or "\n")
    return label + value + hint(node, "after", "\n")


def form_row(row: Node, parent: Node) -> str:
    """Render a sub-label and its value, in one cell or in two."""
    label = f"\t{form_label(row)}\n"
    value = form_value(row) if flag(parent, "same_cell") else "\t" + (form_value(row) or "\n")
    return label + value + hint(row, "after", "\n")


def form_group(group: Node) -> str:
    """Render a cell of options, under its own label when it has one."""
    label = f"{group['label']}\n" if "label" in group else ""
    return f"\t{label}{form_value(group)}"


def form_section(section: Node) -> str:
    """Render a sub-heading and its lines inside a cell."""
    return form_label(section) + form_value(section)


def form_value(node: Node) -> str:
    """Render whatever a cell holds, each part on lines of its own."""
    parts = [form_item(item) for item in node.get("items", [])]
    parts += [form_option(option) for option in node.get("options", [])]
    parts += [form_entry(entry) for entry in node.get("entries", [])]
    if "organisations" in node:
        parts.append(form_organisations(node))
    if "territories" in node:
        parts.append(", ".join(node["territories"]) + "\n")
    if "axis" in node:
        axis = node["axis"]
        parts.append(f"{axis['label']}{hint(axis, 'gap', ' ')}{axis['name']}\n")
    return "".join(parts)


def form_item(item: Node) -> str:
    """Render a paragraph, a bullet, a numbered line or a person's function."""
    mark = item.get("bullet") or item.get("number")
    text = str(item["function"] if "function" in item else item["text"])
    return bookmark(item) + (f"{mark} " if mark else "") + text + hint(item, "end", "\n")


def form_option(option: Node) -> str:
    """Render a box and its label, with the prompt or the typing left behind it."""
    label = str(option["label"])
    if "ticked" in option:
        box = "|X|" if option["ticked"] else "|_|"
        label = box + hint(option, "gap", " ") + label
    if "typed" in option:
        label += f" {option['typed']}"
    if "placeholder" in option:
        label += hint(option, "placeholder_gap", " ") + option["placeholder"]
    return bookmark(option) + label + hint(option, "end", "\n")


def form_entry(entry: Node) -> str:
    """Render a small label followed by its value on the same line."""
    return f"{entry['label']}{hint(entry, 'gap', ' ')}{entry['value']}" + hint(entry, "end", "\n")


def form_organisations(node: Node) -> str:
    """Render organisations in one line, with the mark of an open list."""
    names = hint(node, "separator", ", ").join(listed_names(node))
    return names + (" …" if node.get("open_ended") else "") + hint(node, "tail") + "\n"


# ---------------------------------------------------------------------------------------------------
# Rows « label, tab, value » of a table whose cells keep scraps of HTML.


@dataclass
class Cell:
    """Collects the scraps of one cell, page by page."""

    lists: bool
    pages: list[list[str]] = field(default_factory=lambda: [[]])
    depth: int = 0

    def turn_page(self) -> None:
        """Start the next page: what follows goes to a row without a label."""
        self.pages.append([])
        self.depth = 0

    def add_text(self, text: str) -> None:
        """Add a scrap that belongs to no list."""
        self.pages[-1].append(text)
        self.depth = 0

    def add_bullet(self, level: int, text: str) -> None:
        """Add a bulleted scrap, opening a list that nothing ever closes when it goes deeper."""
        if self.lists and level > self.depth:
            self.pages[-1].append(LIST_START)
        self.pages[-1].append(text)
        self.depth = level

    def rows(self, label: str) -> str:
        """Return the row of each page, the first one alone with its label."""
        return "\n".join(f"{'' if number else label}\t{' '.join(page)}\n" for number, page in enumerate(self.pages))


def table_document(document: Node) -> str:
    """Render a document laid out as one table of rows per fiche."""
    shared = document["shared"]
    actions = "".join(table_action(action, shared) for action in document["actions"])
    return f"\n\n{actions}".removesuffix("\n")


def table_action(action: Node, shared: Node) -> str:
    """Render the headings, the fields and the page footer of one fiche."""
    headings = [f"{node['label']} {node.get('name') or node['title']}" for node in action.get("headings", [])]
    headings.append(f"{action['heading']} {action['title']}")
    footer = f"{action['footer']}\n\n" if "footer" in action else ""
    fields = "".join(table_field(node, shared) for node in action["fields"])
    return "".join(f"{heading}\n\n" for heading in headings) + fields + footer


def table_field(node: Node, shared: Node) -> str:
    """Render one field, on several rows when page breaks cut it."""
    cell = Cell(lists=flag(node, "ul", default=True))
    for item in shared[node["use"]] if "use" in node else node.get("items", []):
        add_item(cell, item, hint(node, "break_before"))
    for organisation in node.get("organisations", []):
        add_organisation(cell, organisation)
    for name in node.get("territories", []):
        cell.add_bullet(1, f"- {name}")
    if "legend" in node:
        legend = str(node["legend"])
        cell.add_text(f"<p><i>{legend}</i></p>" if flag(node, "p_legend", default=True) else legend)
    if "options" in node:
        cell.add_text(table_options(node))
    return cell.rows(table_label(node)) + hint(node, "after")


def table_label(node: Node) -> str:
    """Render the label cell, which may hold two labels for one value."""
    labels = [str(node[key]) for key in ("label", "second_label") if key in node]
    return " ".join(f"<p>{label}</p>" if flag(node, "p") else label for label in labels)


def table_options(node: Node) -> str:
    """Render ticked boxes in one of the two ways found in the same document."""
    box = HTML_BOX if hint(node, "box") == "html" else CHECK_MARK
    boxes = " ".join(box + hint(option, "gap", " ") + option["label"] for option in node["options"])
    return f"<p>{boxes}</p>" if flag(node, "p_value") else boxes


def add_item(cell: Cell, item: Node, break_before: str) -> None:
    """Add a sub-heading, a paragraph or a bullet to a cell."""
    prepare_page(cell, item)
    if "subheading" in item:
        if item["subheading"] == break_before:
            cell.turn_page()
        cell.add_text(f"<p><i>{item['subheading']}</i></p>")
        return
    text, rest = cut(item_text(item), hint(item, "cut_before"))
    if "bullet" not in item:
        cell.add_text(f"<p>{text}</p>" if flag(item, "p", default=True) else text)
    elif flag(item, "p"):
        cell.add_text(f"<p>{item['bullet']} {text}</p>")
    else:
        cell.add_bullet(item["level"], f"{item['bullet']} {text}")
    if rest:
        cell.turn_page()
        cell.add_text(f"<p>{rest}</p>")


def add_organisation(cell: Cell, organisation: Node) -> None:
    """Add an organisation with its contact and the star of those not yet asked."""
    prepare_page(cell, organisation)
    text = str(organisation["name"])
    if "function" in organisation:
        text += f", {organisation['function']}"
    if "email" in organisation:
        text += hint(organisation, "email_gap") + organisation["email"]
    if organisation.get("starred"):
        text += hint(organisation, "star_gap", " ") + "*"
    cell.add_bullet(1, f"- {text}")


def prepare_page(cell: Cell, node: Node) -> None:
    """Turn the page before a node that starts one."""
    if flag(node, "page_break"):
        cell.turn_page()
        cell.lists = cell.lists or flag(node, "ul")


def item_text(item: Node) -> str:
    """Return the text of an item with the pilot written inside it."""
    text = str(item["text"])
    if "pilot" in item:
        text += hint(item, "pilot_gap", " ") + item["pilot"]["written"]
    return text


def cut(text: str, start: str) -> tuple[str, str]:
    """Split a text where a page break falls, or return it whole.

    >>> cut("faire connaître ces dispositifs aux élus", "dispositifs")
    ('faire connaître ces', 'dispositifs aux élus')
    >>> cut("faire connaître", "")
    ('faire connaître', '')
    """
    if not start:
        return text, ""
    before, found, after = text.partition(f" {start}")
    if not found:
        raise ValueError(f"no « {start} » to cut before in « {text} »")
    return before, start + after


# ---------------------------------------------------------------------------------------------------
# A booklet with Markdown tables.


def booklet_document(document: Node) -> str:
    """Render a document laid out as a booklet with Markdown tables."""
    parts = [booklet_opening(document), booklet_summary(document["axes"])]
    for axis in document["axes"]:
        parts.append(booklet_axis(axis))
        parts += [booklet_theme(theme, axis) for theme in axis["themes"]]
    parts.append(booklet_closing(document))
    return "".join(parts)


def booklet_opening(document: Node) -> str:
    """Render the cover and the introduction."""
    cover, introduction = document["cover"], document["introduction"]
    paragraphs = "\n".join(f"{text}\n" for text in introduction["names"] + introduction["paragraphs"])
    return f"\n\n{cover['name']}\n\n{cover['summary_name']}\n\n\n\n{paragraphs}"


def booklet_summary(axes: Iterable[Node]) -> str:
    """Render the table of contents with its page numbers."""
    rows = [["", ""]]
    for axis in axes:
        rows.append([f"Axe {axis['number']} :", ""])
        rows.append([axis["name"], str(axis["page"])])
        rows += [[theme["summary_name"], str(theme["page"])] for theme in axis["themes"]]
    return "\n\n\nSOMMAIRE\n\n" + markdown_table(rows)


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Render rows as a Markdown table, the first one as its header.

    >>> print(markdown_table([["A", "B"], ["", "deux"]]), end="")
    | A | B |
    |---|------|
    | | deux |
    """
    widths = [max(len(cell) for cell in column) + 2 for column in zip(*rows, strict=True)]
    lines = ["".join(f"| {cell} " if cell else "| " for cell in row) + "|" for row in rows]
    lines.insert(1, "".join("|" + "-" * width for width in widths) + "|")
    return "".join(f"{line}\n" for line in lines)


def booklet_axis(axis: Node) -> str:
    """Render the page that opens an axe."""
    numeral = f"\n{axis['numeral']}\n" if "numeral" in axis else ""
    first, *others = [booklet_paragraph(paragraph) for paragraph in axis["objective"]]
    heading = f"{hint(axis, 'before', LINE_END)}AXE {axis['number']}\n\n{axis['name']}\n"
    motto = f"{hint(axis, 'motto_before', LINE_END)}{axis['motto_name']}\n"
    objective = f"\nOBJECTIF\n\n➤ {first}" + "".join(f"\n{paragraph}" for paragraph in others)
    return numeral + heading + motto + objective


def booklet_paragraph(paragraph: Node) -> str:
    """Render a paragraph, cut in two where a column ends."""
    parts = cut(paragraph["text"], hint(paragraph, "break_before"))
    return "\n".join(f"{part}\n" for part in parts if part)


def booklet_theme(theme: Node, axis: Node) -> str:
    """Render a thématique: its text, its loose paragraphs and its table of leviers."""
    heading = f"{hint(theme, 'before', LINE_END)}AXE {axis['number']} /\n\nTHÉMATIQUE : {theme['name']}\n"
    blocks = "".join(hint(block, "before", "\n") + booklet_block(block) for block in theme["blocks"])
    rows = [["Leviers", "Actions concrètes envisagées", "Pilotes"]]
    for row in theme["rows"]:
        actions = booklet_actions(row["actions"], hint(theme, "bullets"))
        rows.append([row.get("title", ""), actions, " ".join(row["pilots"])])
    return heading + blocks + hint(theme, "table_before", "\n") + markdown_table(rows)


def booklet_block(block: Node) -> str:
    """Render a paragraph, a testimony or a key figure."""
    lines = [block[key] for key in ("value", "text") if key in block]
    return "\n".join(f"{line}\n" for line in lines)


def booklet_actions(actions: Sequence[str], bullets: str) -> str:
    """Render the actions of a row, with glued bullets or with none at all.

    >>> booklet_actions(["Aider", "Former"], "glued")
    '<ul style="list-style-type: none">○ Aider○ Former'
    """
    if bullets == "glued":
        return LIST_START + "".join(f"○ {action}" for action in actions)
    return LIST_START + ("" if bullets == "tight" else " ") + " ".join(actions)


def booklet_closing(document: Node) -> str:
    """Render the abbreviations and the contact block."""
    abbreviations = document["abbreviations"]
    entries = "".join(f"- o {node['acronym']} : {node['definition']}\n" for node in abbreviations["entries"])
    contact = "".join("\n" + "".join(f"{line}\n" for line in lines) for lines in document["contact"]["names"])
    return f"\n{abbreviations['label']}\n\n{entries}{contact}\n"


# ---------------------------------------------------------------------------------------------------

LAYOUTS: dict[str, Callable[[Node], str]] = {
    "saverne": form_document,
    "thur-doller": table_document,
    "plan-79": booklet_document,
}


def render(source: Path) -> str:
    """Return the text file of one structured source."""
    document = tomllib.loads(source.read_text(encoding="utf-8"))
    return LAYOUTS[document["document"]["layout"]](document)


def write_corpus(output: Path) -> list[Path]:
    """Write the text file of every source into a folder."""
    output.mkdir(parents=True, exist_ok=True)
    written = []
    for source in sorted(SOURCE.glob("*.toml")):
        target = output / f"{source.stem}.txt"
        target.write_text(render(source), encoding="utf-8", newline="\n")
        written.append(target)
    return written


def main() -> None:
    """Read the command line and write the corpus."""
    parser = argparse.ArgumentParser(description="Écrit les fichiers du corpus de démonstration.")
    parser.add_argument("--output", type=Path, default=CORPUS, help="dossier d'arrivée (par défaut : corpus)")
    for path in write_corpus(parser.parse_args().output):
        print(path)


if __name__ == "__main__":
    main()
