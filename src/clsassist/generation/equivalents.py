"""Several ways to say one thing: the concepts of the lexicon and the equivalents of verdicts.toml, found in a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clsassist.generation.reading import Word
from clsassist.generation.rules import Rules
from clsassist.lexicon import Lexicon
from clsassist.text import Stems


@dataclass(frozen=True)
class Equivalents:
    """Groups of runs of stems that say the same thing, by the first stem of each run.

    A run that only implies a group (« téléconsultation » implies télémédecine) counts in the evidence alone.
    """

    by_first: dict[str, tuple[tuple[Stems, str, bool], ...]]

    def said(self, words: Sequence[Word], *, implied: bool) -> Iterator[tuple[str, tuple[Word, ...]]]:
        """Yield each group that a text says, with the words that say it."""
        held = [word for word in words if not word.tool]
        for place, word in enumerate(held):
            for run, group, implies in (row for stem in word.stems for row in self.by_first.get(stem, ())):
                if implies and not implied:
                    continue
                said = _run(held[place:], run)
                if said:
                    yield group, said


# « Rendre le territoire plus attractif »: what these verbs act on stands inside the phrase.
_OPEN = ("rendr", "mettr", "faci")
_MOST_INSIDE = 3


def _run(words: Sequence[Word], run: Stems) -> tuple[Word, ...]:
    """Return the words that say a run, none when they do not."""
    most = _MOST_INSIDE if run[0].startswith(_OPEN) else 0
    said: list[Word] = []
    place = 0
    for stem in run:
        reach = words[place : place + 1 + (most if said else 0)]
        found = next((step for step, word in enumerate(reach) if stem in word.stems), None)
        if found is None:
            return ()
        said.append(reach[found])
        place += found + 1
    return tuple(said)


def load_equivalents(lexicon: Lexicon, rules: Rules) -> Equivalents:
    """Return the equivalents of a lexicon and of the tables."""
    found: dict[str, dict[tuple[Stems, str, bool], None]] = {}

    def add(runs: Sequence[Stems], group: str, implies: bool) -> None:
        for run in runs:
            found.setdefault(run[0], {})[run, group, implies] = None

    for number, concept in enumerate(lexicon.concepts):
        add(concept.stems, f"{concept.name} ({number})", False)
        add(concept.narrower, f"{concept.name} ({number})", True)
    for number, forms in enumerate(rules.same):
        runs = tuple(dict.fromkeys(stems for form in forms if (stems := _stems(form, lexicon, rules))))
        add(runs, f"= {forms[0]} ({number})", False)
    return Equivalents({first: tuple(rows) for first, rows in found.items()})


def _stems(form: str, lexicon: Lexicon, rules: Rules) -> Stems:
    return tuple(token.stem for token in lexicon.analyser.tokens(form) if token.form not in rules.tools)
