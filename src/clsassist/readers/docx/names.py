"""The XML names of a Word file, and how its attributes say yes and no."""

from __future__ import annotations

from typing import Final

from lxml import etree

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14: Final = "http://schemas.microsoft.com/office/word/2010/wordml"
R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MC: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
M: Final = "http://schemas.openxmlformats.org/officeDocument/2006/math"
A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
WP: Final = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
WPS: Final = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
PIC: Final = "http://schemas.openxmlformats.org/drawingml/2006/picture"
V: Final = "urn:schemas-microsoft-com:vml"
O: Final = "urn:schemas-microsoft-com:office:office"  # noqa: E741 - the prefix that these files use

Element = etree._Element

_OFF = frozenset({"0", "false", "off"})


def w(name: str) -> str:
    """Return the qualified name of a WordprocessingML element or attribute."""
    return f"{{{W}}}{name}"


VAL: Final = w("val")


def is_on(switch: Element | None) -> bool:
    """Say whether an on/off element is on: present without a value means yes."""
    return switch is not None and switch.get(VAL, "1").lower() not in _OFF


def value_of(parent: Element | None, name: str) -> str | None:
    """Return the ``w:val`` of the child ``w:name``, or None."""
    child = None if parent is None else parent.find(w(name))
    return None if child is None else child.get(VAL)


def number_of(parent: Element | None, name: str) -> int | None:
    """Return the ``w:val`` of the child ``w:name`` when it is a whole number, or None."""
    return to_number(value_of(parent, name))


def to_number(text: str | None) -> int | None:
    """Return a short whole number, or None for anything else."""
    return int(text) if text and len(text) <= 9 and text.isascii() and text.removeprefix("-").isdigit() else None
