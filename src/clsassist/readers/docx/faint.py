"""Words that a Word file holds and its page hardly shows: white on white, or too small to be read."""

from __future__ import annotations

from clsassist.readers.docx.names import Element, value_of, w
from clsassist.readers.docx.styles import Styles

_WHITE = "FFFFFF"
# Sizes are in half-points: nobody reads two points.
_TINY = 4


def is_faint(run: Element, properties: Element, styles: Styles) -> bool:
    """Say whether a run is written in white on white, or in tiny letters.

    What stands in a drawing counts as written on its colour, which the file tells in too many ways.
    """
    size = value_of(properties, "sz")
    if size is not None and size.isdigit() and int(size) <= _TINY:
        return True
    colour = value_of(properties, "color")
    return colour is not None and colour.upper() == _WHITE and not _is_shaded(run, properties, styles)


def _is_shaded(run: Element, properties: Element, styles: Styles) -> bool:
    if value_of(properties, "highlight") is not None or _fill(properties):
        return True
    return any(_shades(ancestor, styles) for ancestor in run.iterancestors())


def _shades(ancestor: Element, styles: Styles) -> bool:
    if ancestor.tag == w("txbxContent"):
        return True
    properties = next((found for name in _PROPERTIES if (found := ancestor.find(w(name))) is not None), None)
    return _fill(properties) or styles.shades(value_of(properties, "tblStyle"))


def _fill(properties: Element | None) -> bool:
    shading = None if properties is None else properties.find(w("shd"))
    return shading is not None and (shading.get(w("fill")) or "").upper() not in {"", "AUTO", _WHITE}


_PROPERTIES = ("pPr", "tcPr", "tblPr")
