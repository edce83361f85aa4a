"""What a page draws without saying it: lists of Word and Google Docs, labels and values in a grid of blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from lxml.html import HtmlElement

from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED
from clsassist.readers.pdf.symbols import glyph_to_text
from clsassist.text import squeeze

# The attribute that gives the walk the depth of a bullet or of a list.
DEPTH = "data-clsassist-depth"

_SYMBOL_FONT = re.compile(r"font-family\s*:\s*[\"']?\s*(Wingdings(?:\s*[23])?|Symbol|Webdings|Zapf\s?Dingbats)", re.I)
_SYMBOL_FACE = re.compile(r"(Wingdings(?:\s*[23])?|Symbol|Webdings)$", re.IGNORECASE)
_BULLET_FONT = re.compile(r"font-family\s*:\s*[\"']?\s*(?:Wingdings|Symbol|Courier New|Noto Sans Symbols)", re.I)
_MARK_STYLE = re.compile(r"mso-list\s*:\s*Ignore", re.IGNORECASE)
_WORD_LEVEL = re.compile(r"mso-list\s*:\s*l\d+ level(\d)", re.IGNORECASE)
_LEFT_MARGIN = re.compile(r"margin(?:-left)?\s*:[^;]*?(\d+(?:\.\d+)?)(pt|cm|in)\b(?=\s*(?:;|$))", re.IGNORECASE)
_POINTS = {"pt": 1.0, "cm": 28.35, "in": 72.0}
_WORD_INDENT = 36.0  # points, by level
_DEEPEST = 8
_GOOGLE_LIST = re.compile(r"\blst-kix_\w+-(\d)\b")

_GLYPHS = (BOX_CLEAR, BOX_TICKED)

_LABEL = re.compile(r"(?:^|[-_ ])(?:label|labels|libell?e|intitule|term|field-?name|cle|key)(?:$|[-_ ])", re.IGNORECASE)
_LONGEST_LABEL = 80
_BLOCKS = frozenset({"div", "span", "p", "strong", "b", "section", "li"})


def shape_lists(root: HtmlElement) -> None:
    """Turn the marks of Word's and Google's lists into depths, and characters of symbol fonts into what they show."""
    for paragraph in root.iter("p"):
        style = paragraph.get("style") or ""
        if "mso-list" in style or (paragraph.get("class") or "").startswith("MsoListParagraph"):
            _shape_word_item(paragraph, style)
    for items in root.iter("ul", "ol"):
        google = _GOOGLE_LIST.search(items.get("class") or "")
        if google:
            items.set(DEPTH, google.group(1))
    for element in root.iter("span", "font"):
        font = _symbol_font(element)
        if font and element.text:
            element.text = "".join(glyph_to_text(ord(character), font) for character in element.text)


def _symbol_font(element: HtmlElement) -> str | None:
    font = _SYMBOL_FONT.search(element.get("style") or "") or _SYMBOL_FACE.match(element.get("face") or "")
    return font.group(1) if font else None


def _shape_word_item(paragraph: HtmlElement, style: str) -> None:
    """Drop the bullet that Word writes as text, and note its depth; a number is content, and stays."""
    mark = next(_marks(paragraph), None)
    if mark is None:
        return
    words = squeeze(mark.text_content())
    if len(words) > 1 or words.isdigit() or _is_box(mark, words):
        mark.tail = f" {mark.tail or ''}"
        return
    mark.clear(keep_tail=True)
    paragraph.set(DEPTH, str(_word_depth(style)))


def _is_box(mark: HtmlElement, words: str) -> bool:
    """Tell a box of Wingdings from a bullet; what Word itself calls a mark of list is one."""
    font = _symbol_font(mark)
    if font is None or not words or _MARK_STYLE.search(mark.get("style") or ""):
        return False
    return glyph_to_text(ord(words), font) in _GLYPHS


def _marks(paragraph: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the span that holds the mark of an item, when its paragraph opens with one."""
    for span in paragraph.iter("span"):
        style = span.get("style") or ""
        if _MARK_STYLE.search(style) or (_BULLET_FONT.search(style) and len(squeeze(span.text_content())) == 1):
            yield span
        if squeeze(span.text or ""):
            return


def _word_depth(style: str) -> int:
    level = _WORD_LEVEL.search(style)
    if level:
        return int(level.group(1)) - 1
    margin = _LEFT_MARGIN.search(style)
    points = float(margin.group(1)) * _POINTS[margin.group(2).lower()] if margin else _WORD_INDENT
    return min(_DEEPEST, max(0, round(points / _WORD_INDENT) - 1))


def shape_pairs(root: HtmlElement) -> None:
    """Turn blocks that pair labels and values into definition lists.

    Two shapes count: rows of two blocks each, the first of which is called a label or is a short text of the same
    class down several rows; and labels and values in turn, side by side.
    """
    for container in [*root.iter("div", "section", "ul", "article", "main", "fieldset", "form", "body")]:
        children = [child for child in container if isinstance(child.tag, str)]
        for rows in [*_runs_of_rows(children)]:
            _wrap(rows)
            for label, value in rows:
                label.tag, value.tag = "dt", "dd"
        for blocks in [*_runs_in_turn([child for child in children if child.getparent() is container])]:
            _wrap(blocks)
            for label, value in zip(blocks[::2], blocks[1::2], strict=True):
                label.tag, value.tag = "dt", "dd"


def _runs_of_rows(children: list[HtmlElement]) -> Iterator[list[HtmlElement]]:
    """Yield the neighbouring rows of a label and a value."""
    run: list[HtmlElement] = []
    signature: tuple[str, str] | None = None
    for child in [*children, None]:
        found = _row_signature(child) if child is not None else None
        if run and found != signature:
            if len(run) > 1 or (signature and _LABEL.search(signature[0])):
                yield run
            run = []
        if found and child is not None:
            run.append(child)
        signature = found


def _row_signature(row: HtmlElement) -> tuple[str, str] | None:
    """Return the classes of the label and of the value, when a block holds just these."""
    if row.tag not in ("div", "li", "p") or squeeze(row.text or "") or len(row) != 2:
        return None
    label, value = row
    if label.tag not in _BLOCKS or value.tag not in _BLOCKS or squeeze(label.tail or "") or squeeze(value.tail or ""):
        return None
    classes = (label.get("class") or "", value.get("class") or "")
    words = _short_text(label)
    named = bool(_LABEL.search(classes[0])) and not _LABEL.search(classes[1])
    unlike = classes[0] != classes[1] and "div" in (label.tag, value.tag)
    return classes if words and (named or unlike) else None


def _runs_in_turn(children: list[HtmlElement]) -> Iterator[list[HtmlElement]]:
    """Yield the runs of neighbours where each block called a label is followed by one that is not."""
    run: list[HtmlElement] = []
    for first, second in zip_longest(children, children[1:]):
        if is_named_label(first) and second is not None and second.tag == first.tag and not is_named_label(second):
            run.extend((first, second))
        elif run and first is not run[-1]:
            yield run
            run = []
    if run:
        yield run


def is_named_label(element: HtmlElement) -> bool:
    """Say whether a block or a span is called a label, and reads like one."""
    named = element.tag in ("div", "span", "p", "strong", "b") and _LABEL.search(element.get("class") or "")
    return bool(named) and bool(_short_text(element))


def _short_text(element: HtmlElement) -> str:
    """Return the words of a label; empty when there are too many, or none."""
    words = ""
    for piece in element.itertext():
        words += piece
        if len(words) > 4 * _LONGEST_LABEL:
            return ""
    words = squeeze(words)
    return words if len(words) <= _LONGEST_LABEL and not words.startswith(_GLYPHS) else ""


def _wrap(blocks: list[HtmlElement]) -> None:
    """Put neighbours in a definition list of their own, in their place."""
    definitions = blocks[0].makeelement("dl")
    blocks[0].addprevious(definitions)
    definitions.extend(blocks)  # each with the text after it
    definitions.tail, blocks[-1].tail = blocks[-1].tail, None
