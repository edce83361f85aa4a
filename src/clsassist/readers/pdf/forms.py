"""What was typed or ticked in the fields of a form, which the text of a page does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject

from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED, BOX_UNKNOWN
from clsassist.readers.pdf.page import Box, Word
from clsassist.readers.pdf.turning import Turn

_MAX_PARENTS = 20
_PUSH_BUTTON = 1 << 16
_HIDDEN = 0b10 | 1 << 5
# A label stands this near to its field, in points.
_LABEL_LEFT, _LABEL_ABOVE = 250.0, 16.0
_USUAL_SIZE = 10.0


class Kind(StrEnum):
    """What a person does with a field."""

    TYPED = "typed"
    TICKED = "ticked"


@dataclass(frozen=True, slots=True)
class Widget:
    """One field at its place on a page, in the coordinates of the file; ``name`` is what the form calls it."""

    kind: Kind
    box: Box
    text: str
    name: str = ""


def page_to_widgets(reader: pypdf.PdfReader, index: int) -> tuple[Widget, ...]:
    """Return the fields of a page, counted from 0, and the notes typed on it."""
    held = reader.pages[index].get("/Annots")
    annotations = held.get_object() if held is not None else None
    if not isinstance(annotations, ArrayObject):
        return ()
    found = (_widget(item.get_object()) for item in annotations)
    return tuple(widget for widget in found if widget is not None)


def page_to_notes(reader: pypdf.PdfReader, index: int) -> tuple[str, ...]:
    """Return what is written in the notes of a page that it does not show: closed notes, hidden fields."""
    held = reader.pages[index].get("/Annots")
    annotations = held.get_object() if held is not None else None
    if not isinstance(annotations, ArrayObject):
        return ()
    found = (_note(item.get_object()) for item in annotations)
    return tuple(words for note in found if (words := " ".join(note.split())))


def _note(annotation: Any) -> str:  # noqa: ANN401 - a PDF object is of any type
    if not isinstance(annotation, DictionaryObject):
        return ""
    kind = annotation.get("/Subtype")
    hidden = bool(int(annotation.get("/F", 0)) & _HIDDEN)
    if kind == "/Widget":
        return _value(annotation) if hidden and _inherited(annotation, "/FT") in ("/Tx", "/Ch") else ""
    # The words of a free text stand on the page; a link's tell where it leads.
    is_shown = kind == "/Link" or (kind == "/FreeText" and not hidden)
    return "" if is_shown else str(annotation.get("/Contents", ""))


def _widget(annotation: Any) -> Widget | None:  # noqa: ANN401 - a PDF object is of any type
    if not isinstance(annotation, DictionaryObject) or int(annotation.get("/F", 0)) & _HIDDEN:
        return None
    corners = annotation["/Rect"].get_object()
    if not isinstance(corners, ArrayObject):
        return None
    left, bottom, right, top = (float(number) for number in corners)
    box = Box(min(left, right), min(bottom, top), max(left, right), max(bottom, top))
    if annotation.get("/Subtype") == "/FreeText":
        return Widget(Kind.TYPED, box, str(annotation.get("/Contents", "")))
    return _field(annotation, box) if annotation.get("/Subtype") == "/Widget" else None


def _field(annotation: DictionaryObject, box: Box) -> Widget | None:
    """Return a field of the form; None for a push button or a signature, which hold no answer."""
    kind = _inherited(annotation, "/FT")
    name = str(_inherited(annotation, "/TU") or _inherited(annotation, "/T") or "")
    if kind == "/Btn" and not int(_inherited(annotation, "/Ff") or 0) & _PUSH_BUTTON:
        return Widget(Kind.TICKED, box, _state(annotation), name)
    if kind in ("/Tx", "/Ch"):
        return Widget(Kind.TYPED, box, _value(annotation), name)
    return None


def _inherited(annotation: DictionaryObject, key: str) -> Any:  # noqa: ANN401 - a PDF object is of any type
    """Return an entry of a field, which may stand in the field above it."""
    node: Any = annotation
    for _ in range(_MAX_PARENTS):
        if not isinstance(node, DictionaryObject):
            return None
        if key in node:
            return node[key].get_object()
        node = node["/Parent"].get_object() if "/Parent" in node else None
    return None


def _state(annotation: DictionaryObject) -> str:
    """Return the box of a field: its shown state, or its value where it does not say."""
    shown = annotation.get("/AS")
    value = shown if shown is not None else _inherited(annotation, "/V")
    if value is None:
        return BOX_CLEAR
    if not str(value).startswith("/"):
        return BOX_UNKNOWN
    return BOX_CLEAR if str(value) == "/Off" else BOX_TICKED


def _value(annotation: DictionaryObject) -> str:
    value = _inherited(annotation, "/V")
    if value is None or (isinstance(value, str) and value.startswith("/")):
        return ""
    if isinstance(value, ArrayObject):
        return ", ".join(str(part.get_object()) for part in value)
    if hasattr(value, "get_data"):  # a long text may stand in a stream
        return str(value.get_data().decode("utf-8", errors="replace"))
    return _shown_choice(annotation, str(value))


def _shown_choice(annotation: DictionaryObject, value: str) -> str:
    """Return the words shown for a choice, whose stored value may be a code."""
    options = _inherited(annotation, "/Opt")
    for option in options if isinstance(options, ArrayObject) else ():
        pair = option.get_object()
        if isinstance(pair, ArrayObject) and len(pair) == 2 and str(pair[0]) == value:
            return str(pair[1])
    return value


def widgets_to_words(widgets: Sequence[Widget], turn: Turn, words: Sequence[Word]) -> Iterator[Word]:
    """Yield what the fields hold as words at their place, on the line of the text at their left."""
    for widget in widgets:
        box = turn.box(widget.box)
        lines = [line.strip() for line in widget.text.replace("\r", "\n").split("\n")]
        lines = [line for line in lines if line]
        if not lines:
            continue
        beside = _beside(box, words)
        if beside is None and widget.name and widget.kind is Kind.TYPED and not _above(box, words):
            lines[0] = f"{widget.name} : {lines[0]}"
        elif beside is None and widget.name and widget.kind is Kind.TICKED and not _after(box, words):
            lines[0] = f"{lines[0]} {widget.name}"
        size = beside.size if beside else _USUAL_SIZE
        top = beside.box.top if beside else box.top
        height = beside.box.height if beside else min(size * 1.2, box.height)
        step = max((box.bottom - top) / len(lines), 0.9 * size)
        for position, line in enumerate(lines):
            start = top + position * step
            yield Word(line, Box(box.x0, start, max(box.x1, box.x0 + 1), start + height), size)


def _beside(box: Box, words: Sequence[Word]) -> Word | None:
    """Return the nearest word on the left, on the first line of the field."""
    near = [
        word
        for word in words
        if 0 <= box.x0 + 2 - word.box.x1 <= _LABEL_LEFT and box.top - 2 <= word.box.middle <= box.bottom + 2
    ]
    return min(near, key=lambda word: (box.x0 - word.box.x1, word.box.top), default=None)


def _above(box: Box, words: Sequence[Word]) -> bool:
    return any(
        0 <= box.top + 2 - word.box.bottom <= _LABEL_ABOVE and word.box.x0 < box.x1 and word.box.x1 > box.x0
        for word in words
    )


def _after(box: Box, words: Sequence[Word]) -> bool:
    return any(
        0 <= word.box.x0 + 2 - box.x1 <= 2 * _USUAL_SIZE and box.top - 2 <= word.box.middle <= box.bottom + 2
        for word in words
    )
