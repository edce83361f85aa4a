"""A booklet with Markdown tables, its line ends and most bullets lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sources import Node, cut, hint

LINE_END = "\n"
LIST_START = '<ul style="list-style-type: none">'


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
