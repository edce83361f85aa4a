"""The styles of a Word file: which ones are headings, hide their text, or number their paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from clsassist.readers.docx.names import Element, is_on, number_of, value_of, w

_HEADING_NAME = re.compile(r"(?:heading|titre|überschrift)\s*([1-9])", re.IGNORECASE)
_TITLE_NAMES = frozenset({"title", "titre"})
_BODY_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Style:
    """What a style gives to its text. ``level`` is the depth of a heading, 0 for ordinary text."""

    level: int = 0
    hidden: bool = False
    number_id: str | None = None
    number_level: int | None = None


class Styles:
    """The styles by their id, each with what it takes from the style that it is based on."""

    def __init__(self, root: Element | None) -> None:
        found = () if root is None else root.iter(w("style"))
        self._elements = {element.get(w("styleId"), ""): element for element in found}
        self._known: dict[str, Style] = {}

    def __getitem__(self, identifier: str | None) -> Style:
        """Return a style; one that the file does not define is an ordinary one."""
        if identifier is None or identifier not in self._elements:
            return _heading_by_id(identifier)
        if identifier not in self._known:
            # Held before it is resolved: two styles based on one another end here.
            self._known[identifier] = Style()
            self._known[identifier] = self._resolve(self._elements[identifier])
        return self._known[identifier]

    def shades(self, identifier: str | None) -> bool:
        """Say whether a style, of tables above all, paints a ground somewhere."""
        element = None if identifier is None else self._elements.get(identifier)
        return element is not None and element.find(f".//{w('shd')}") is not None

    def _resolve(self, element: Element) -> Style:
        chain, seen = [element], {element.get(w("styleId"))}
        while (base := value_of(chain[-1], "basedOn")) in self._elements and base not in seen:
            seen.add(base)
            chain.append(self._elements[base or ""])
        level: int | None = None
        hidden: bool | None = None
        number_id: str | None = None
        number_level: int | None = None
        for style in chain:
            properties, runs = style.find(w("pPr")), style.find(w("rPr"))
            numbering = None if properties is None else properties.find(w("numPr"))
            level = _level(style, properties) if level is None else level
            vanish = None if runs is None else runs.find(w("vanish"))
            hidden = is_on(vanish) if hidden is None and vanish is not None else hidden
            number_id = number_id or value_of(numbering, "numId")
            number_level = number_of(numbering, "ilvl") if number_level is None else number_level
        return Style(level or 0, bool(hidden), number_id, number_level)


def _level(style: Element, properties: Element | None) -> int | None:
    name = value_of(style, "name") or ""
    heading = _HEADING_NAME.fullmatch(name)
    if heading:
        return int(heading.group(1))
    if name.lower() in _TITLE_NAMES:
        return 1
    return outline_level(properties)


def outline_level(properties: Element | None) -> int | None:
    """Return the depth of a heading that paragraph properties give, 0 for body text, None when they say nothing."""
    outline = number_of(properties, "outlineLvl")
    return None if outline is None else (outline + 1 if 0 <= outline < _BODY_LEVEL else 0)


def _heading_by_id(identifier: str | None) -> Style:
    """Read « Heading1 », « Titre2 » where the file does not carry its styles."""
    heading = _HEADING_NAME.fullmatch(identifier or "")
    return Style(int(heading.group(1))) if heading else Style()
