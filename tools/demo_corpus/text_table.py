"""Rows « label, tab, value » of a table whose cells keep scraps of HTML, cut where pages end."""

from __future__ import annotations

from dataclasses import dataclass, field

from sources import Node, cut, flag, hint, item_text, organisation_text

LIST_START = '<ul style="list-style-type: none">'
HTML_BOX = '<input checked="" type="checkbox"/>'
CHECK_MARK = "☑"


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
    cell.add_bullet(1, f"- {organisation_text(organisation)}")


def prepare_page(cell: Cell, node: Node) -> None:
    """Turn the page before a node that starts one."""
    if flag(node, "page_break"):
        cell.turn_page()
        cell.lists = cell.lists or flag(node, "ul")
