"""The small Markdown of answers to safe HTML: bold, lists, tables and [n] marks; the rest shows as typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from clsassist.text import INVISIBLE

# Only these constructions are read: links, images, HTML, code and headings stay plain text.
_RULES = ["newline", "escape", "emphasis", "list", "table"]
_MARK = re.compile(r"\[(\d{1,4})\]")

# What no reader types: control characters but tabs and line ends, and halves of characters.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

# French puts a space before these signs and inside « »: no line may break there.
_SPACE_BEFORE = re.compile(r" (?=[:;?!»])")

# Given the number of a citation, its HTML; None when the answer has no such citation.
MarkRenderer = Callable[[int], str | None]
Environment = MutableMapping[str, Any]


def plain(text: str) -> str:
    r"""Make any text harmless in HTML, whatever it holds.

    >>> plain('Élus <b>\u202e"actifs"</b>')
    'Élus &lt;b&gt;&quot;actifs&quot;&lt;/b&gt;'
    """
    return escape(INVISIBLE.sub("", text))


def tidy(text: str) -> str:
    r"""Return a text as it was meant: nothing that cannot be seen, nothing around it, one kind of line end.

    >>> tidy(" Qui\u200b porte\x00 la fiche 2 ?\r\n")
    'Qui porte la fiche 2 ?'
    """
    return _CONTROL.sub("", INVISIBLE.sub("", text)).replace("\r\n", "\n").replace("\r", "\n").strip()


def prose(text: str) -> str:
    r"""Make any text harmless, its French punctuation kept on the line of its word.

    Only the kind of space changes: this is for what is read, not for what is quoted or sent back.

    >>> prose("Le sigle « MSA » : où ?").split(" ")
    ['Le', 'sigle', '«\xa0MSA\xa0»\xa0:', 'où\xa0?']
    """
    return _SPACE_BEFORE.sub("\u00a0", plain(text)).replace("« ", "«\u00a0")


def markdown_blocks(text: str, render_mark: MarkRenderer) -> list[str]:
    r"""Return the HTML of each paragraph, list and table of an answer, in order.

    >>> markdown_blocks("**Oui** <i>\n\n![x](http://x)", lambda number: None)
    ['<p><strong>Oui</strong> &lt;i&gt;</p>\n', '<p>![x](http://x)</p>\n']
    """
    environment = {"mark": render_mark}
    tokens = _PARSER.parse(text, environment)
    return [_PARSER.renderer.render(block, _PARSER.options, environment) for block in _top_blocks(tokens)]


def _top_blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    block: list[Token] = []
    depth = 0
    for token in tokens:
        block.append(token)
        depth += token.nesting
        if depth == 0:
            yield block
            block = []


def _keep_together(text: str, mark: str) -> str:
    # A mark stays on the line of the word that it follows, unless that word could overflow the line.
    head, space, word = prose(text.rstrip(" ")).rpartition(" ")
    if not word or len(word) > 24:
        return prose(text) + mark
    return f'{head}{space}<span class="cls-keep">{word} {mark}</span>'


def marked_prose(text: str, render_mark: MarkRenderer) -> str:
    r"""Make any text harmless, the marks of known citations alone becoming buttons.

    >>> marked_prose("<b>Oui</b> [1] [2]", {1: "(1)"}.get)
    '<span class="cls-keep">&lt;b&gt;Oui&lt;/b&gt; (1)</span> [2]'
    """
    pieces: list[str] = []
    begin = 0
    for match in _MARK.finditer(text):
        mark = render_mark(int(match.group(1)))
        if mark is not None:
            pieces.append(_keep_together(text[begin : match.start()], mark))
            begin = match.end()
    return "".join([*pieces, prose(text[begin:])])


class _AnswerRenderer(RendererHTML):
    """Tokens to HTML; each method is named after the token it renders, as the library asks."""

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        """Escape the text and turn the marks of known citations into buttons."""
        return marked_prose(tokens[idx].content, env["mark"])

    def text_special(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        r"""Show an escaped character for itself: ``\[1\]`` is not a mark."""
        return plain(tokens[idx].content)

    def em_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        """Leave a single star on screen: it marks a partner still to contact, never italics."""
        return tokens[idx].markup

    em_close = em_open

    def strong_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        """Embolden between double stars only; double underscores are plain text."""
        token = tokens[idx]
        if token.markup != "**":
            return token.markup
        return "<strong>" if token.nesting == 1 else "</strong>"

    strong_close = strong_open

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        """Frame the table: a wide one scrolls in its frame, with the keyboard too.

        A comparison, whose first column names its rows, is read row by row on a narrow screen: each cell then says
        its column, and the roles hold whatever the style sheet makes of the table.
        """
        names = [inline.content.replace("**", "") for inline in _header_cells(tokens, idx)]
        env["columns"] = names if names and not names[0].strip() else []
        table = '<table class="cls-compare" role="table">' if env["columns"] else "<table>"
        return f'<div class="cls-scroll" role="region" tabindex="0" aria-label="Tableau">{table}\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        """Close the table and its frame."""
        env["columns"] = []
        return "</table></div>\n"

    def tr_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        """Begin a row, its cells counted anew."""
        env["column"] = -1
        return '<tr role="row">' if env["columns"] else "<tr>"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        """Tell screen readers that the header is the header of its column; nothing heads the names of rows."""
        env["column"] += 1
        if not env["columns"]:
            return '<th scope="col">'
        return '<th scope="col" role="columnheader">' if env["column"] else '<td role="cell">'

    def th_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        """Close what th_open began."""
        return "</td>" if env["columns"] and not env["column"] else "</th>"

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        """Begin a cell; the first of a comparison names its row."""
        env["column"] += 1
        if not env["columns"]:
            return super().renderToken(tokens, idx, options, env)
        if not env["column"]:
            return '<th scope="row" role="rowheader">'
        return f'<td role="cell" data-column="{plain(env["columns"][env["column"]])}">'

    def td_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Environment) -> str:
        """Close what td_open began."""
        return "</th>" if env["columns"] and not env["column"] else "</td>"


def _header_cells(tokens: Sequence[Token], start: int) -> Iterator[Token]:
    """Yield what stands in the cells of the header of the table that begins at ``start``."""
    for place in range(start, len(tokens)):
        if tokens[place].type == "thead_close":
            return
        if tokens[place].type == "th_open":
            yield tokens[place + 1]


def _build_parser() -> MarkdownIt:
    options = {"html": False, "linkify": False, "typographer": False, "breaks": True}
    parser = MarkdownIt("zero", options, renderer_cls=_AnswerRenderer)
    # Joining escaped characters to their neighbours would make marks of them again.
    return parser.enable(_RULES).disable("text_join")


_PARSER = _build_parser()
