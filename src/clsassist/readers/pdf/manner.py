"""How a whole document is set: its usual size, its line spacing, its words, its headings."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clsassist.readers.pdf.page import TextLine
from clsassist.text import STOP_WORDS, fold

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# The last word of a line, cut by a hyphen, and the first of the next.
_CUT = re.compile(r"(?P<head>[^\W\d_]+(?:-[^\W\d_]+)*)-$")
_TAIL = re.compile(r"[^\W\d_]+")
# What takes a hyphen in French wherever the line ends: « co-pilote », « rendez-vous », « médico-social ».
_KEEPS_AFTER = frozenset(
    "co non ex mi semi demi vice socio médico psycho rendez quelques celui celle ceux celles".split()
)
_KEEPS_BEFORE = frozenset("vous même mêmes ci là dessus dessous delà elle elles il ils on nous être".split())
# A figure set large, with the words that go with it on the lines below.
_FIGURE = re.compile(
    r"(?:(?:plus|moins|près|presque|environ|soit|de|d['’]|à|un|une|sur|jusqu['’]à)\s?)*"
    r"\d[\d\s.,/]*(?:[%€‰]|ans?|mois|jours|k€|m€|km|h)?",
    re.IGNORECASE,
)
_MEASURE = re.compile(r"[%€‰]|^[^\W\d]|\d\s?\d{2}|[^\W\d]$")
# Words of one or two letters that may start a line.
_SHORTEST = frozenset("a à y ô en et de du la le au ou un se si on ce sa ne".split())
_UNIT = re.compile("[%€‰]")
_HEADING_LENGTH = 160
_DARK = 0x50
# A heading is set in letters at least this much larger than the text, unless it stands out otherwise.
_LARGER = 1.12
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Manner:
    """What most of a document does. ``leading`` is the distance between lines, in parts of the size.

    ``words`` are its words in lower case, ``common`` those that it writes so: no proper names.
    """

    size: float
    leading: float
    words: frozenset[str]
    common: frozenset[str] = frozenset()

    def opens_sentence(self, before: str, line: str) -> bool:
        """Tell a line whose first word has a capital only because a paragraph starts there."""
        last, first = before.split()[-1], line.split()[0]
        plain = last[-1].isalpha() and not last[0].isupper() and fold(last) not in STOP_WORDS
        return plain and first[:1].isupper() and first[1:].islower() and first.lower() in self.common

    def join(self, lines: Sequence[str]) -> str:
        """Join the lines of one paragraph, and the words that a hyphen cuts between them."""
        pieces = [lines[0]]
        for before, line in itertools.pairwise(lines):
            if self._overflows(before, line):
                pieces.append(line)
                continue
            if not self._goes_on(before, line):
                pieces.append(" ")
            elif not self._keeps(before, line):
                pieces[-1] = pieces[-1][:-1]
            pieces.append(line)
        return "".join(pieces)

    def _goes_on(self, before: str, line: str) -> bool:
        """Say whether a word or a number goes on over the line end."""
        if not before.endswith(("-", "/")) or len(before) < 2:
            return False
        letters = before.endswith("-") and before[-2].isalpha() and line[0].isalpha()
        return letters or (before[-2].isdigit() and line[0].isdigit())

    def _overflows(self, before: str, line: str) -> bool:
        """Tell a word too long for its cell, cut without a hyphen: « Printemp », « s 2026 »."""
        tail = line.split()[0]
        if not (before.isalpha() and tail.isalpha() and tail.islower()):
            return False
        known = f"{before}{tail}".lower() in self.words and tail not in _SHORTEST
        return (len(tail) == 1 and tail not in _SHORTEST) or (known and before.lower() not in self.common)

    def _keeps(self, before: str, line: str) -> bool:
        cut, tail = _CUT.search(before.split()[-1]), _TAIL.match(line)
        return not cut or not tail or self._keeps_hyphen(cut.group("head"), tail.group())

    def _keeps_hyphen(self, head: str, rest: str) -> bool:
        if rest[0].isupper():
            return True
        whole, compound = f"{head}{rest}".lower(), f"{head}-{rest}".lower()
        if whole in self.words:
            return False
        return compound in self.words or head.lower() in _KEEPS_AFTER or rest.lower() in _KEEPS_BEFORE


def lines_to_manner(lines: Iterable[TextLine]) -> Manner:
    """Measure how the lines of a document are set."""
    sizes: Counter[float] = Counter()
    leadings: Counter[float] = Counter()
    words: set[str] = set()
    common: set[str] = set()
    last: TextLine | None = None
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
        found = _WORD.findall(line.text)
        words.update(word.lower() for word in found)
        common.update(word for word in found if word.islower())
        if last is not None and last.page == line.page and abs(last.size - line.size) < 0.2:
            step = (line.box.middle - last.box.middle) / line.size
            if 0.9 < step < 2.2:
                leadings[round(step * 20) / 20] += 1
        last = line
    size = max(sizes, key=lambda held: (sizes[held], -held)) if sizes else 10.0
    leading = max(leadings, key=lambda held: (leadings[held], -held)) if leadings else 1.2
    return Manner(size, leading, frozenset(words), frozenset(common))


def stands_out(line: TextLine, text: str, manner: Manner) -> bool:
    """Say whether a paragraph is a heading: larger, or short and bold, coloured or in capitals."""
    if len(text) > _HEADING_LENGTH or not any(char.isalpha() for char in text):
        return False
    if _FIGURE.fullmatch(text) and _UNIT.search(text):
        return False
    if text != line.text and is_figure(line.text, text[len(line.text) :].strip()):
        return False
    if line.label or line.size >= _LARGER * manner.size:
        return True
    capitals = text.isupper() and sum(char.isalpha() for char in text) >= 4
    return (
        (line.bold or capitals or _coloured(line.colour))
        and not text.endswith((".", ";", ","))
        and (line.size >= 0.95 * manner.size)
    )


def is_figure(line: str, following: str) -> bool:
    """Tell a measure that the words after it complete: « Plus de 50 % », « des médecins ont plus de 55 ans »."""
    return following[:1].islower() and bool(_FIGURE.fullmatch(line)) and bool(_MEASURE.search(line))


def _coloured(colour: int) -> bool:
    channels = [colour >> shift & 0xFF for shift in (16, 8, 0)]
    return max(channels) - min(channels) > _DARK or min(channels) > 0xF0


def heading_key(line: TextLine, text: str) -> tuple[float, bool, bool]:
    """Return what ranks a heading among the others: size, then capitals, then bold."""
    return -round(line.size), not text.isupper(), not line.bold


def keys_to_depths(keys: Iterable[tuple[float, bool, bool]]) -> dict[tuple[float, bool, bool], int]:
    """Return the depth of each way in which headings are set, 1 for the highest."""
    return {key: min(rank, _DEEPEST) for rank, key in enumerate(sorted(set(keys)), start=1)}
