"""Web pages: saved from a browser, exported from Word or Google Docs, archived (.mht)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from clsassist.readers.html.controls import write_controls
from clsassist.readers.html.furniture import embedded
from clsassist.readers.html.shapes import shape_lists, shape_pairs
from clsassist.readers.html.source import bytes_to_tree, text_to_tree
from clsassist.readers.html.title import page_title
from clsassist.readers.html.walk import Page, tree_to_page
from clsassist.readers.layout import write_layout
from clsassist.readers.transcript import Transcript
from clsassist.records import Warning

__all__ = ["read_html", "text_to_transcript"]

# A text around the content that is shorter than this tells what the document is; a longer one is told.
_MARGIN_WORDS = 40
# Fewer hidden words are the names of buttons.
_FEW_WORDS = 5
_EXCERPT = 80


def read_html(raw: bytes) -> Transcript:
    """Read a web page: its content as lines and tables, without the site around it.

    Raises ValueError with a French reason when there is no page in the bytes, or when it is beyond the limits.
    """
    root, warnings = bytes_to_tree(raw)
    title = page_title(root)
    return _tree_to_transcript(root, warnings, title)


def text_to_transcript(page: str, warnings: Sequence[Warning], title: str | None) -> Transcript:
    """Read a page that is text already; ``title`` is that of the file it was made from.

    Raises ValueError as read_html does.
    """
    return _tree_to_transcript(text_to_tree(page), warnings, title)


def _tree_to_transcript(root: HtmlElement, warnings: Sequence[Warning], title: str | None) -> Transcript:
    told = write_controls(root)
    shape_lists(root)
    shape_pairs(root)
    body = root.find("body")
    body = root if body is None else body
    page = tree_to_page(body)
    margins = [words for words in page.around if len(words.split()) <= _MARGIN_WORDS]
    found = [Warning(message) for message in _messages(page, embedded(body))]
    return write_layout(page.parts, [*warnings, *told, *found], margins, title)


def _messages(page: Page, frames: Sequence[str]) -> Iterator[str]:
    around = [words for words in page.around if len(words.split()) > _MARGIN_WORDS]
    if around:
        yield f"{_count(around)} mots hors du contenu de la page n'ont pas été gardés : « {_excerpt(around)} »"
    if _count(page.hidden) > _FEW_WORDS:
        yield f"{_count(page.hidden)} mots cachés dans la page n'ont pas été gardés : « {_excerpt(page.hidden)} »"
    if page.struck:
        yield f"des mots barrés sont gardés comme les autres : « {_excerpt(page.struck)} »"
    for address in frames[:3]:
        yield f"un document incorporé à la page n'est pas lu : {address[:_EXCERPT]}"


def _count(texts: Sequence[str]) -> int:
    return sum(len(text.split()) for text in texts)


def _excerpt(texts: Sequence[str]) -> str:
    whole = max(texts, key=len)
    return whole if len(whole) <= _EXCERPT else f"{whole[:_EXCERPT].rstrip()}…"
