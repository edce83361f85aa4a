"""Markdown files: rendered to a page, which is read as pages are.

The text of the document is written out, without the marks of emphasis, tables and links: a quote then reads as the
page that people see, where one cut out of the source would be full of asterisks and bars.
"""

from __future__ import annotations

import re
from dataclasses import replace

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin

from clsassist.readers.encoding import decode
from clsassist.readers.html import text_to_transcript
from clsassist.readers.transcript import Transcript
from clsassist.text import squeeze

# Ten times the longest contract; rendering and reading this much takes 8 s.
MAX_BYTES = 1_000_000
# A line beyond this is no line that a person wrote.
_LONGEST_LINE = 200_000
_MOST_NESTED = 100
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_BAR = re.compile(r"(?<!\\)\|")
# Properties that some editors write above the text.
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?:[\w-]+[ \t]*:.*\n|[ \t]+.*\n|#.*\n)*---[ \t]*(?:\n|$)")
_TITLE = re.compile(r"^title[ \t]*:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)


def read_markdown(raw: bytes) -> Transcript:
    """Read a Markdown file: headings, lists, tables, boxes.

    Raises ValueError with a French reason when the bytes are no text, or are beyond the limits.
    """
    if len(raw) > MAX_BYTES:
        raise ValueError(f"il pèse plus de {MAX_BYTES / 1e6:.0f} Mo, la limite des fichiers Markdown : découpez-le")
    text, warnings = decode(raw)
    if max(map(len, text.split("\n"))) > _LONGEST_LINE:
        raise ValueError(f"une de ses lignes dépasse {_LONGEST_LINE} caractères")
    front = _FRONT_MATTER.match(text)
    title = _TITLE.search(front.group()) if front else None
    page = _renderer().render(complete_tables(text[front.end() :] if front else text))
    transcript = text_to_transcript(page, warnings, title.group(1) if title else None)
    properties = front.group().strip("-\n ").split("\n") if front else []
    return replace(transcript, margins=(*filter(None, map(squeeze, properties)), *transcript.margins))


def _renderer() -> MarkdownIt:
    """Return a reader of tables, definitions and HTML, which ends lines where the file does.

    Forms are indented and numbered freely: an indented line is no code.
    """
    options = {"breaks": True, "html": True, "maxNesting": _MOST_NESTED}
    return MarkdownIt("commonmark", options).enable(["table", "strikethrough"]).disable("code").use(deflist_plugin)


def complete_tables(text: str) -> str:
    """Give tables what Markdown asks for: a rule below the first row, and a first row as wide as the widest.

    Without the rule a table would be a paragraph; the cells beyond the first row's would be lost.
    """
    lines, written = text.split("\n"), []
    position = 0
    while position < len(lines):
        end = position
        while end < len(lines) and _ROW.match(lines[end]):
            end += 1
        if end > position:
            written.extend(_complete_table(lines[position:end]))
            position = end
        else:
            written.append(lines[position])
            position += 1
    return "\n".join(written)


def _complete_table(rows: list[str]) -> list[str]:
    width = max(len(_BAR.findall(row)) - 1 for row in rows)
    head, *others = rows
    if others and _RULE.match(others[0]):
        others = others[1:]
    missing = width - (len(_BAR.findall(head)) - 1)
    return ["", head.rstrip() + " |" * missing, "|" + "---|" * width, *others, ""]
