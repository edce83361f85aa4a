"""How a whole document is set: its usual size, its line spacing, its words, its headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from clsassist.readers.pdf.page import TextLine

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# The last word of a line, cut by a hyphen, and the first of the next.
_CUT = re.compile(r"(?P<head>[^\W\d_]+(?:-[^\W\d_]+)*)-$")
_RANGE = re.compile(r"\d[-/]$")
_TAIL = re.compile(r"[^\W\d_]+")
# What takes a hyphen in French wherever the line ends: « co-pilote », « rendez-vous », « médico-social ».
_KEEPS_AFTER = frozenset(
    "co non ex mi semi demi vice socio médico psycho rendez quelques celui celle ceux celles".split()
)
_KEEPS_BEFORE = frozenset("vous même mêmes ci là dessus dessous delà elle elles il ils on nous être".split())
_HEADING_LENGTH = 160
_DARK = 0x50
# A heading is set in letters at least this much larger than the text, unless it stands out otherwise.
_LARGER = 1.12
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Manner:
    """What most of a document does. ``leading`` is the distance between lines, in parts of the size."""

    size: float
    leading: float
    words: frozenset[str]

    def join(self, first: str, second: str) -> str:
        """Join two lines of one paragraph, and the word that a hyphen cuts between them."""
        if _RANGE.search(first) and second[0].isdigit():
            return f"{first}{second}"
        cut, tail = _CUT.search(first), _TAIL.match(second)
        if not cut or not tail:
            return f"{first} {second}"
        head, rest = cut.group("head"), tail.group()
        return f"{first}{second}" if self._keeps_hyphen(head, rest) else f"{first[:-1]}{second}"

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
    last: TextLine | None = None
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
        words.update(_WORD.findall(line.text.lower()))
        if last is not None and last.page == line.page and abs(last.size - line.size) < 0.2:
            step = (line.box.middle - last.box.middle) / line.size
            if 0.9 < step < 2.2:
                leadings[round(step * 20) / 20] += 1
        last = line
    size = max(sizes, key=lambda held: (sizes[held], -held)) if sizes else 10.0
    leading = max(leadings, key=lambda held: (leadings[held], -held)) if leadings else 1.2
    return Manner(size, leading, frozenset(words))


def stands_out(line: TextLine, text: str, manner: Manner) -> bool:
    """Say whether a paragraph is a heading: larger, or short and bold, coloured or in capitals."""
    if len(text) > _HEADING_LENGTH or not any(char.isalpha() for char in text):
        return False
    if line.size >= _LARGER * manner.size:
        return True
    capitals = text.isupper() and sum(char.isalpha() for char in text) >= 4
    return (
        (line.bold or capitals or _coloured(line.colour))
        and not text.endswith((".", ";", ","))
        and (line.size >= 0.95 * manner.size)
    )


def _coloured(colour: int) -> bool:
    channels = [colour >> shift & 0xFF for shift in (16, 8, 0)]
    return max(channels) - min(channels) > _DARK or min(channels) > 0xF0


def heading_key(line: TextLine, text: str) -> tuple[float, bool, bool]:
    """Return what ranks a heading among the others: size, then capitals, then bold."""
    return -round(line.size), not text.isupper(), not line.bold


def keys_to_depths(keys: Iterable[tuple[float, bool, bool]]) -> dict[tuple[float, bool, bool], int]:
    """Return the depth of each way in which headings are set, 1 for the highest."""
    return {key: min(rank, _DEEPEST) for rank, key in enumerate(sorted(set(keys)), start=1)}
