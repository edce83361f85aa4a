"""The numbers and bullets that Word draws before list items, counted as Word counts them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from clsassist.readers.docx.names import VAL, Element, is_on, number_of, to_number, value_of, w
from clsassist.readers.docx.symbols import listed_mark

_PLACEHOLDER = re.compile(r"%([1-9])")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_DEPTHS = 9


@dataclass(frozen=True, slots=True)
class Label:
    """What stands before a list item: a number in ``text``, or a bullet at a depth, or a box that the list draws."""

    text: str = ""
    bullet: int | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class _Level:
    """One depth of a list, as the file defines it."""

    start: int = 1
    form: str = "decimal"
    pattern: str = ""
    font: str | None = None
    glued: bool = False
    legal: bool = False
    restart: int | None = None


@dataclass(slots=True)
class _List:
    """A list being counted: the numbers of its depths, None before their first item."""

    counts: list[int | None] = field(default_factory=lambda: [None] * _DEPTHS)


class Numbering:
    """The lists of a document, counted as its paragraphs are met in order."""

    def __init__(self, root: Element | None) -> None:
        abstracts = () if root is None else root.iter(w("abstractNum"))
        numbers = () if root is None else root.iter(w("num"))
        self._abstracts = {element.get(w("abstractNumId"), ""): element for element in abstracts}
        self._numbers = {element.get(w("numId"), ""): element for element in numbers}
        self._style_links = {
            link: identifier
            for identifier, element in self._abstracts.items()
            if (link := value_of(element, "styleLink"))
        }
        self._lists: dict[str, _List] = {}
        self._levels: dict[str, dict[int, _Level]] = {}
        self._restarted: set[tuple[str, int]] = set()

    def label(self, number_id: str | None, depth: int) -> Label | None:
        """Count one more item, and return what stands before it; None when the paragraph is in no list."""
        if number_id is None or number_id not in self._numbers or not 0 <= depth < _DEPTHS:
            return None
        levels = self._levels_of(number_id)
        level = levels.get(depth)
        if level is None:
            return None
        if level.form == "bullet":
            return Label(bullet=depth, mark=listed_mark(level.pattern, level.font))
        counts = self._count(number_id, depth, levels)
        text = _PLACEHOLDER.sub(lambda match: _number(int(match.group(1)) - 1, counts, levels, level), level.pattern)
        return Label(text if level.glued else f"{text} ") if text.strip() else None

    def _count(self, number_id: str, depth: int, levels: dict[int, _Level]) -> list[int | None]:
        counts = self._lists.setdefault(self._abstract_id(number_id), _List()).counts
        override = self._start_override(number_id, depth)
        held = counts[depth]
        if override is not None and (number_id, depth) not in self._restarted:
            self._restarted.add((number_id, depth))
            counts[depth] = override
        else:
            counts[depth] = levels[depth].start if held is None else held + 1
        for deeper in range(depth + 1, _DEPTHS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or depth < restart:
                counts[deeper] = None
        return counts

    def _start_override(self, number_id: str, depth: int) -> int | None:
        for override in self._numbers[number_id].iterfind(w("lvlOverride")):
            if override.get(w("ilvl")) == str(depth):
                return number_of(override, "startOverride")
        return None

    def _abstract_id(self, number_id: str) -> str:
        identifier = value_of(self._numbers[number_id], "abstractNumId") or ""
        link = value_of(self._abstracts.get(identifier), "numStyleLink")
        return self._style_links.get(link or "", identifier)

    def _levels_of(self, number_id: str) -> dict[int, _Level]:
        if number_id not in self._levels:
            levels = _read_levels(self._abstracts.get(self._abstract_id(number_id)))
            for override in self._numbers[number_id].iterfind(w("lvlOverride")):
                levels |= _read_levels(override)
            self._levels[number_id] = levels
        return self._levels[number_id]


def _read_levels(parent: Element | None) -> dict[int, _Level]:
    found = () if parent is None else parent.iterfind(w("lvl"))
    return {depth: _read_level(level) for level in found if (depth := to_number(level.get(w("ilvl")))) is not None}


def _read_level(level: Element) -> _Level:
    fonts = level.find(f"{w('rPr')}/{w('rFonts')}")
    start = number_of(level, "start")
    return _Level(
        start=1 if start is None else start,
        form=value_of(level, "numFmt") or _alternate_form(level) or "decimal",
        pattern=value_of(level, "lvlText") or "",
        font=None if fonts is None else fonts.get(w("ascii")) or fonts.get(w("hAnsi")),
        glued=value_of(level, "suff") == "nothing",
        legal=is_on(level.find(w("isLgl"))),
        restart=number_of(level, "lvlRestart"),
    )


def _alternate_form(level: Element) -> str | None:
    """Read the form of a number that newer files give in two versions; the second is for all."""
    forms = list(level.iter(w("numFmt")))
    return forms[-1].get(VAL) if forms else None


def _number(depth: int, counts: list[int | None], levels: dict[int, _Level], shown: _Level) -> str:
    level = levels.get(depth, _Level())
    held = counts[depth]
    number = level.start if held is None else held
    form = "decimal" if shown.legal else level.form
    return _FORMS.get(form, str)(number)


def _letters(number: int) -> str:
    """Write 1 as a, 26 as z, 27 as aa, 28 as bb: Word doubles the letter.

    >>> _letters(2), _letters(28)
    ('b', 'bb')
    """
    if not 0 < number <= 780:
        return str(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    """Write a number in Roman figures, in lower case.

    >>> _roman(1994)
    'mcmxciv'
    """
    if not 0 < number < 4000:
        return str(number)
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def _nothing(_: int) -> str:
    return ""


_FORMS: dict[str, Callable[[int], str]] = {
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "ordinal": lambda number: f"{number}er" if number == 1 else f"{number}e",
    "decimalZero": lambda number: f"{number:02d}",
    "none": _nothing,
}
