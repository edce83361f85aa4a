"""A sentence cut into clauses: what each says must be said by one line of the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from clsassist.generation.reading import Counted, Reading, Word, fold_same
from clsassist.generation.rules import Rules
from clsassist.generation.verbs import is_infinitive

_CUT = re.compile(
    r"[,;:()«»\"“”–—]|\s-\s"
    r"|\b(?:et|ou|mais|(?=puis\b)|tandis que|alors que|ainsi que|notamment|par exemple|comme)\b"
)
_TO_OBJECT = 2
# « est prévu », « seront aussi prévues » are one verb.
_PASSIVE = re.compile(r"\b(?:est|sont|sera|seront)\s+(?:\w+\s+)?$")
_FINITE = frozenset(
    "doit doivent veut veulent prevoit prevoient vise visent propose proposent concerne concernent".split()
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

    @cached_property
    def folded(self) -> str:
        """The text as the markers are looked for in it."""
        return fold_same(self.text)

    @cached_property
    def needed(self) -> tuple[Word, ...]:
        """The words that the evidence must hold."""
        return tuple(
            word
            for place, word in enumerate(self.words)
            if not word.tool and (not word.neutral or self._is_object(place))
        )

    def _is_object(self, place: int) -> bool:
        """Say whether a word that elsewhere only reports is what a verb acts on: « animer les actions »."""
        if place < _TO_OBJECT or not self.words[place - 1].tool or self.words[place].form in _FINITE:
            return False
        verb = self.words[place - _TO_OBJECT]
        return not verb.tool and not verb.neutral and is_infinitive(verb.form)


def _is_past(text: str, word: Word) -> bool:
    """Tell « commencé », of « a commencé », from « commence »."""
    return word.span.of(text).lower().endswith("é")


def reading_to_clauses(reading: Reading, rules: Rules) -> Iterator[Clause]:
    """Yield the clauses of a sentence, those that say nothing left out."""
    folded = reading.folded
    opening = [
        word
        for word in reading.words
        if word.form in rules.opening
        and not _is_past(reading.text, word)
        and not _PASSIVE.search(folded, 0, word.span.start)
    ]
    verb = min(
        [word.span.start for word in opening]
        + [match.start() for match in _BE.finditer(folded) if reading.text[match.start()].islower()],
        default=-1,
    )
    cuts = [match.span() for match in _CUT.finditer(folded)]
    # The verb stays with what it says of its subject.
    cuts += [(place, place) for place in {verb, *(word.span.start for word in opening)} if place > 0]
    start, depth = 0, 0
    for begin, end in [*sorted(cuts), (len(folded), len(folded))]:
        text = reading.text[start:begin]
        words = tuple(word for word in reading.words if start <= word.span.start < begin)
        values = tuple(one for one in reading.values if start <= one.value.span.start < begin)
        if words or values:
            yield Clause(text, words, values, begin <= verb, depth > 0)
        depth += folded[begin:end].count("«") - folded[begin:end].count("»")
        start = max(start, end)
