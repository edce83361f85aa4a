"""The words of one paragraph as a reader of the page sees them, with marks for its boxes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from clsassist.readers.docx.controls import BOX, box_mark, symbol_text
from clsassist.readers.docx.drawings import is_drawn_box, is_picture, text_boxes, word_art
from clsassist.readers.docx.faint import is_faint
from clsassist.readers.docx.fields import Field, code_to_address
from clsassist.readers.docx.names import MC, Element, M, R, is_on, value_of, w
from clsassist.readers.docx.parts import Relationship
from clsassist.readers.docx.styles import Styles
from clsassist.readers.docx.symbols import PRIVATE_USE, UNKNOWN, decode_symbols, is_symbol_font, mark_boxes

# The style of strong emphasis, in English and in French versions of Word.
_STRONG = frozenset({"Strong", "lev"})
_SPACES = str.maketrans({"\n": " ", "\r": " ", "\t": " ", "\u2002": " "})
_SHOWN_SCHEMES = ("http://", "https://", "mailto:")
# How two ways of writing one address differ.
_ADDRESS_FRILLS = re.compile(r"^(?:https?://|mailto:)?(?:www\.)?|/$", re.IGNORECASE)


@dataclass(slots=True)
class Findings:
    """What is met on the way and told at the end; ``notes`` holds the ids of the foot-notes and end-notes in order.

    ``hidden`` are the words that the page does not show, which are left out; ``faint`` those that it shows so that
    nobody sees them, which are read.
    """

    notes: list[tuple[str, str]] = field(default_factory=list)
    pictures: int = 0
    struck: int = 0
    changes: int = 0
    foreign: int = 0
    hidden: list[str] = field(default_factory=list)
    faint: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph read: its text, with line ends and marks, and the text boxes that hang on it.

    ``bold`` is the length of the bold text that it begins with.
    """

    text: str
    bold: int = 0
    boxes: tuple[Element, ...] = ()


class InlineReader:
    """Reads paragraphs in order: a field may open in one and close in another.

    ``page_numbers`` tells whether those that fields draw are kept.
    """

    def __init__(
        self, styles: Styles, links: dict[str, Relationship], findings: Findings, *, page_numbers: bool = True
    ) -> None:
        self._styles = styles
        self._links = links
        self._findings = findings
        self._page_numbers = page_numbers
        self._fields: list[Field] = []
        self._pieces: list[str] = []
        self._boxes: list[Element] = []
        self._font: str | None = None
        self._in_bold = self._plain = False
        self._bold = self._length = 0

    def read(self, paragraph: Element) -> Words:
        """Read one paragraph."""
        self._pieces, self._boxes = [], []
        self._bold, self._length, self._plain = 0, 0, False
        if self._styles[value_of(paragraph.find(w("pPr")), "pStyle")].hidden:
            _note_words(paragraph, self._findings.hidden)
        else:
            self._read_children(paragraph)
        self._close_broken_fields()
        return Words("".join(self._pieces), self._bold, tuple(self._boxes))

    def _read_children(self, element: Element) -> None:
        for child in element:
            reader = _READERS.get(child.tag)
            if reader is None:
                self._read_children(child)
            else:
                reader(self, child)

    def _write(self, text: str) -> None:
        if text and not any(held.hides_result for held in self._fields):
            self._length += len(text)
            if self._in_bold and not self._plain:
                self._bold = self._length
            self._plain |= not self._in_bold and bool(text.strip())
            self._pieces.append(text)

    # --- runs

    def _read_run(self, run: Element) -> None:
        properties = run.find(_RUN_PROPERTIES)
        font, bold = None, False
        if properties is not None and len(properties):
            if self._is_hidden(properties):
                _note_words(run, self._findings.hidden)
                self._read_field_marks(run)
                return
            if is_faint(run, properties, self._styles):
                _note_words(run, self._findings.faint)
            bold = is_on(properties.find(_BOLD)) or value_of(properties, "rStyle") in _STRONG
            fonts = properties.find(_FONTS)
            font = None if fonts is None else _symbol_font(fonts)
            struck = is_on(properties.find(_STRIKE)) or is_on(properties.find(_DOUBLE_STRIKE))
            self._findings.struck += struck and run.find(_TEXT) is not None
        outer, self._font = (self._font, self._in_bold), font
        self._in_bold = bold
        self._read_children(run)
        self._font, self._in_bold = outer

    def _is_hidden(self, properties: Element) -> bool:
        vanish = properties.find(_VANISH)
        if vanish is not None:
            return is_on(vanish)
        style = value_of(properties, "rStyle")
        return style is not None and self._styles[style].hidden

    def _read_field_marks(self, run: Element) -> None:
        """Go on with the fields that a hidden run opens or closes."""
        for child in run:
            if child.tag == _FIELD_MARK:
                self._read_field_mark(child)
            elif child.tag == _FIELD_CODE:
                self._read_code(child)

    def _read_text(self, element: Element) -> None:
        text = (element.text or "").translate(_SPACES)
        if self._font is not None or PRIVATE_USE.search(text):
            text = decode_symbols(text, self._font)
        self._write(mark_boxes(text))

    def _read_math(self, element: Element) -> None:
        self._write(element.text or "")

    def _read_symbol(self, element: Element) -> None:
        self._write(symbol_text(element))

    def _read_box(self, element: Element) -> None:
        self._write(box_mark(element))

    def _read_break(self, _: Element) -> None:
        self._write("\n")

    def _read_tab(self, _: Element) -> None:
        self._write("\t")

    def _read_hyphen(self, _: Element) -> None:
        self._write("-")

    def _read_note(self, element: Element) -> None:
        kind = "footnote" if element.tag == _FOOTNOTE else "endnote"
        self._findings.notes.append((kind, element.get(w("id"), "")))
        self._write(f" (note {len(self._findings.notes)})")

    def _skip(self, _: Element) -> None:
        pass

    def _skip_change(self, element: Element) -> None:
        self._findings.changes += 1

    def _read_insertion(self, element: Element) -> None:
        self._findings.changes += 1
        self._read_children(element)

    # --- fields and links

    def _read_field_mark(self, element: Element) -> None:
        kind = element.get(_FIELD_KIND)
        if kind == "begin":
            self._fields.append(Field(element.find(_FIELD_DATA), start=len(self._pieces)))
        elif kind == "separate" and self._fields:
            self._fields[-1].in_result = True
            self._fields[-1].start = len(self._pieces)
        elif kind == "end" and self._fields:
            self._close_field()

    def _read_code(self, element: Element) -> None:
        if self._fields and not self._fields[-1].in_result:
            self._fields[-1].code.append(element.text or "")

    def _close_field(self) -> None:
        held = self._fields.pop()
        if held.is_page_number and not self._page_numbers:
            del self._pieces[held.start :]
        self._write(held.own_text())
        self._write_address(held.address(), held.start)

    def _close_broken_fields(self) -> None:
        """End the fields whose words would hide the rest of the document."""
        while any(held.hides_result for held in self._fields):
            self._close_field()
        for held in self._fields:
            held.start = 0

    def _read_simple_field(self, element: Element) -> None:
        code = element.get(w("instr"), "")
        held, start = Field(code=[code], in_result=True), len(self._pieces)
        self._read_children(element)
        if held.is_page_number and not self._page_numbers:
            del self._pieces[start:]
        self._write_address(code_to_address(code), start)

    def _read_link(self, element: Element) -> None:
        start = len(self._pieces)
        self._read_children(element)
        link = self._links.get(element.get(_LINK_ID, ""))
        self._write_address(link.target if link and link.external else None, start)

    def _write_address(self, address: str | None, start: int) -> None:
        """Write where a link leads behind its words, when they do not say so."""
        if address is None or not address.lower().startswith(_SHOWN_SCHEMES):
            return
        words = "".join(self._pieces[start:]).strip()
        if words and _plain_address(address) not in _plain_address(words):
            self._write(f" ({address.removeprefix('mailto:')})")

    # --- drawings

    def _read_alternatives(self, element: Element) -> None:
        """Read one version of what the file gives in two: the newer."""
        for chosen in _chosen_alternative(element):
            self._read_children(chosen)

    def _read_drawing(self, element: Element) -> None:
        if is_drawn_box(element):
            self._write(UNKNOWN)
            return
        boxes = list(text_boxes(element))
        self._boxes.extend(boxes)
        self._write("\n".join(word_art(element)))
        self._findings.pictures += not boxes and is_picture(element)


def _chosen_alternative(element: Element) -> Iterator[Element]:
    choice = element.find(f"{{{MC}}}Choice")
    chosen = element.find(f"{{{MC}}}Fallback") if choice is None else choice
    if chosen is not None:
        yield chosen


def _note_words(element: Element, noted: list[str]) -> None:
    words = "".join(text.text or "" for text in element.iter(_TEXT)).strip()
    if words:
        noted.append(words)


def _symbol_font(fonts: Element) -> str | None:
    named = (fonts.get(w("ascii")), fonts.get(w("hAnsi")))
    return next((font for font in named if is_symbol_font(font)), None)


def _plain_address(address: str) -> str:
    return _ADDRESS_FRILLS.sub("", address.strip()).lower().rstrip("/")


_RUN_PROPERTIES, _FONTS, _VANISH, _TEXT = w("rPr"), w("rFonts"), w("vanish"), w("t")
_BOLD: Final = w("b")
_STRIKE, _DOUBLE_STRIKE = w("strike"), w("dstrike")
_FIELD_MARK, _FIELD_CODE, _FIELD_KIND, _FIELD_DATA = w("fldChar"), w("instrText"), w("fldCharType"), w("ffData")
_FOOTNOTE = w("footnoteReference")
_LINK_ID = f"{{{R}}}id"

_READERS: Final[dict[str, Callable[[InlineReader, Element], None]]] = {
    w("r"): InlineReader._read_run,
    _TEXT: InlineReader._read_text,
    f"{{{M}}}t": InlineReader._read_math,
    w("sym"): InlineReader._read_symbol,
    BOX: InlineReader._read_box,
    w("br"): InlineReader._read_break,
    w("cr"): InlineReader._read_break,
    w("tab"): InlineReader._read_tab,
    w("ptab"): InlineReader._read_tab,
    w("noBreakHyphen"): InlineReader._read_hyphen,
    _FOOTNOTE: InlineReader._read_note,
    w("endnoteReference"): InlineReader._read_note,
    _FIELD_MARK: InlineReader._read_field_mark,
    _FIELD_CODE: InlineReader._read_code,
    w("fldSimple"): InlineReader._read_simple_field,
    w("hyperlink"): InlineReader._read_link,
    w("ins"): InlineReader._read_insertion,
    w("moveTo"): InlineReader._read_insertion,
    w("del"): InlineReader._skip_change,
    w("moveFrom"): InlineReader._skip_change,
    f"{{{MC}}}AlternateContent": InlineReader._read_alternatives,
    w("drawing"): InlineReader._read_drawing,
    w("pict"): InlineReader._read_drawing,
    w("object"): InlineReader._read_drawing,
    w("pPr"): InlineReader._skip,
    _RUN_PROPERTIES: InlineReader._skip,
    w("sdtPr"): InlineReader._skip,
    w("sdtEndPr"): InlineReader._skip,
    w("delText"): InlineReader._skip,
    w("delInstrText"): InlineReader._skip,
    w("rt"): InlineReader._skip,
}
