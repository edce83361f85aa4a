"""A form as a word processor exports it to text: each cell is introduced by a tab, boxes are ``|X|`` and ``|_|``."""

from __future__ import annotations

from sources import Node, flag, hint, listed_names

EMPTY_CELL = "\t\n"


def bookmark(node: Node) -> str:
    """Return the bookmark that a word processor left in front of a node."""
    name = hint(node, "bookmark")
    return f"[bookmark: {name}]" if name else ""


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
