"""A sentence cut into clauses: what each says must be said by one line of the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clsassist.generation.reading import Counted, Reading, Word
from clsassist.generation.rules import Rules

_CUT = re.compile(
    r"[,;:()«»\"“”–—]|\s-\s"
    r"|\b(?:et|ou|mais|puis|tandis que|alors que|ainsi que|qui|dont|afin de|afin d|notamment|comme)\b"
)
_BE = re.compile(r"\b(?:est|sont|sera|seront)\b")


@dataclass(frozen=True)
class Clause:
    """A run of a sentence: ``opens`` says that it stands before the verb, ``quoted`` that it is between guillemets."""

    text: str
    words: tuple[Word, ...]
    values: tuple[Counted, ...]
    opens: bool
    quoted: bool

    @property
    def needed(self) -> tuple[Word, ...]:
        """The words that the evidence must hold."""
        return tuple(word for word in self.words if not word.tool and not word.neutral)


def reading_to_clauses(reading: Reading, rules: Rules) -> Iterator[Clause]:
    """Yield the clauses of a sentence, those that say nothing left out."""
    folded = reading.folded
    opening = [word for word in reading.words if word.form in rules.opening]
    verb = min([word.span.start for word in opening] + [match.start() for match in _BE.finditer(folded)], default=-1)
    cuts = [match.span() for match in _CUT.finditer(folded)]
    cuts += [(word.span.start, word.span.end) for word in opening]
    start, depth = 0, 0
    for begin, end in [*sorted(cuts), (len(folded), len(folded))]:
        text = reading.text[start:begin]
        words = tuple(word for word in reading.words if start <= word.span.start < begin)
        values = tuple(one for one in reading.values if start <= one.value.span.start < begin)
        if words or values:
            yield Clause(text, words, values, begin <= verb, depth > 0)
        depth += folded[begin:end].count("«") - folded[begin:end].count("»")
        start = max(start, end)
