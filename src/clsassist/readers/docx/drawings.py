"""Drawings in a Word file: the text boxes they hold, the shapes that draw a check box, the pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clsassist.readers.docx.names import PIC, WP, WPS, A, Element, O, V, to_number, w

_TEXT_BOX = w("txbxContent")
_CONTROL = w("control")
_EMU_PER_POINT = 12_700
# A shape up to 30 points (one centimetre) high and wide, with no words in it, is a box to tick.
_LARGEST_BOX = 30
_BOX_SHAPES = frozenset({"rect", "roundRect", "ellipse", "flowChartProcess", "flowChartConnector"})
_VML_SHAPES = (f"{{{V}}}rect", f"{{{V}}}roundrect", f"{{{V}}}oval")
_RULE = f"{{{O}}}hr"
_LENGTH = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*(\d{1,5}(?:\.\d{0,6})?)\s*(pt|mm|cm|in|px)?")
_POINTS = {"pt": 1.0, "mm": 2.835, "cm": 28.35, "in": 72.0, "px": 0.75, "": 0.75}


def text_boxes(drawing: Element) -> Iterator[Element]:
    """Yield the contents of the text boxes of a drawing; those inside another belong to it."""
    for box in drawing.iter(_TEXT_BOX):
        if not any(parent.tag == _TEXT_BOX for parent in _parents(box, drawing)):
            yield box


def word_art(drawing: Element) -> Iterator[str]:
    """Yield the words drawn along a path: watermarks, ornate titles."""
    for path in drawing.iter(f"{{{V}}}textpath"):
        if words := path.get("string", "").strip():
            yield words


def is_picture(drawing: Element) -> bool:
    """Say whether a drawing shows something that is not read: a picture, a diagram, an embedded object."""
    shown = (f"{{{PIC}}}pic", f"{{{V}}}imagedata", f"{{{O}}}OLEObject", f"{{{A}}}graphicData")
    for found in drawing.iter(*shown):
        if not found.get("uri", "").endswith(("wordprocessingShape", "wordprocessingGroup", "wordprocessingCanvas")):
            return True
    return False


def is_drawn_box(drawing: Element) -> bool:
    """Say whether a drawing is a check box whose state the file does not tell: a small shape, an ActiveX control."""
    if next(drawing.iter(_CONTROL), None) is not None:
        return True
    return _is_drawn_square(drawing) and len(_words(drawing)) <= 1


def _is_drawn_square(drawing: Element) -> bool:
    for shape in drawing.iter(*_VML_SHAPES):
        return shape.get(_RULE) is None and _is_small_vml(shape.get("style", ""))
    extent = next(drawing.iter(f"{{{WP}}}extent"), None)
    shapes = [shape.get("prst") for shape in drawing.iter(f"{{{A}}}prstGeom")]
    is_shape = next(drawing.iter(f"{{{WPS}}}wsp"), None) is not None
    if extent is None or not is_shape or len(shapes) != 1 or shapes[0] not in _BOX_SHAPES:
        return False
    sides = [to_number(extent.get(side)) for side in ("cx", "cy")]
    return all(side is not None and 0 < side <= _LARGEST_BOX * _EMU_PER_POINT for side in sides)


def _is_small_vml(style: str) -> bool:
    sides = {name: float(length) * _POINTS[unit] for name, length, unit in _LENGTH.findall(style)}
    return len(sides) == 2 and all(0 < side <= _LARGEST_BOX for side in sides.values())


def _words(drawing: Element) -> str:
    return "".join(piece.text or "" for piece in drawing.iter(w("t"))).strip()


def _parents(element: Element, top: Element) -> Iterator[Element]:
    for parent in element.iterancestors():
        if parent is top:
            return
        yield parent
