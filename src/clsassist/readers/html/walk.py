"""One pass down the tree of a page: its content is written, what surrounds or hides in it is set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import lxml.etree
from lxml.html import HtmlElement

from clsassist.readers.html.furniture import Furniture, Verdict
from clsassist.readers.html.writer import Writer
from clsassist.readers.layout import Line, Table
from clsassist.text import squeeze

_PARTS = frozenset({"header", "footer", "aside", "section", "form"})


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds: its content, and the texts that surround it, that it hides, that it strikes out."""

    parts: Sequence[Line | Table]
    around: tuple[str, ...]
    hidden: tuple[str, ...]
    struck: tuple[str, ...]


def tree_to_page(body: HtmlElement) -> Page:
    """Read the body of a page.

    Raises ValueError with a French reason when one of its tables is beyond the limits.
    """
    return _Walk(body).page


class _Walk:
    """The pass: which zone it is in, and the texts of those that are not content."""

    def __init__(self, body: HtmlElement) -> None:
        self._body = body
        self._furniture = Furniture(body)
        self._writer = Writer(body)
        # The elements where the content starts or stops, innermost last.
        self._zones: list[tuple[HtmlElement | None, bool]] = [(None, self._furniture.main is None)]
        self._around: list[list[str]] = [[]]
        self._hidden: list[str] = []
        self._run()
        around = tuple(words for pieces in self._around if (words := squeeze("".join(pieces))))
        self.page = Page(self._writer.parts(), around, tuple(filter(None, self._hidden)), tuple(self._writer.struck))

    @property
    def _in_content(self) -> bool:
        return self._zones[-1][1]

    def _run(self) -> None:
        # Events instead of recursion: a page may be two thousand elements deep.
        walker = lxml.etree.iterwalk(self._body, events=("start", "end", "comment", "pi"))
        left_out = False
        for event, element in walker:
            if event == "start":
                left_out = not self._enter(element)
                if left_out:
                    walker.skip_subtree()
                continue
            if event == "end" and not left_out:
                self._leave(element)
            left_out = False
            if element is not self._body:
                self._write(element.tail)

    def _enter(self, element: HtmlElement) -> bool:
        """Start an element; return False for one that is left out."""
        verdict = self._furniture.judge(element, in_content=self._in_content)
        if verdict in (Verdict.OUT, Verdict.HIDDEN):
            if verdict is Verdict.HIDDEN:
                self._hidden.append(squeeze(element.text_content()))
            return False
        if verdict in (Verdict.CONTENT, Verdict.AROUND):
            self._writer.close_heading()
            self._zones.append((element, verdict is Verdict.CONTENT))
            self._around.append([])
        if self._in_content:
            self._writer.start(element)
        self._write(element.text)
        return True

    def _leave(self, element: HtmlElement) -> None:
        if self._in_content:
            self._writer.end(element)
        else:
            self._around[-1].append(" ")
            if element.tag in _PARTS:
                self._around.append([])
        if self._zones[-1][0] is element:
            self._writer.close_heading()
            self._zones.pop()
            self._around.append([])

    def _write(self, text: str | None) -> None:
        if text and self._in_content:
            self._writer.text(text)
        elif text:
            self._around[-1].append(text)
