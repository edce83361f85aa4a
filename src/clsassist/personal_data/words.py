"""The words that tell a person from a place or an organisation: data of ``personal_data.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from clsassist.lexicon import load_lexicon
from clsassist.text import fold


@dataclass(frozen=True, slots=True)
class PersonWords:
    """Every list folded; the words of labels of several words are joined by hyphens in the file, by spaces here."""

    first_names: frozenset[str]
    places: frozenset[str]
    honours: frozenset[str]
    public_figures: tuple[str, ...]
    common: frozenset[str]
    acronyms: frozenset[str]
    placeholders: frozenset[str]
    generic_mailboxes: frozenset[str]
    person_labels: tuple[str, ...]
    name_labels: tuple[str, ...]
    home_labels: tuple[str, ...]
    switchboards: tuple[str, ...]

    def is_first_name(self, word: str) -> bool:
        """Say whether a word is a first name, simple or compound."""
        return all(part in self.first_names for part in fold(word).split("-"))

    def ends_a_name(self, word: str) -> bool:
        """Say whether a word is a function, an organisation or a place-holder: a name stops before it."""
        folded = fold(word)
        return folded in self.common or folded in self.placeholders or (word.isupper() and folded in self.acronyms)


@lru_cache(maxsize=1)
def load_person_words() -> PersonWords:
    """Read the lists shipped with the package."""
    folder = files("clsassist.personal_data")
    data = tomllib.loads(folder.joinpath("personal_data.toml").read_text(encoding="utf-8"))
    names = folder.joinpath("first_names.txt").read_text(encoding="utf-8")
    lines = (line for line in names.splitlines() if not line.startswith("#"))
    return PersonWords(
        first_names=frozenset(word for line in lines for word in line.split()),
        places=frozenset(data["places"].split()),
        honours=frozenset(data["honours"].split()),
        public_figures=tuple(data["public_figures"]),
        common=frozenset(data["common"].split()),
        acronyms=frozenset(load_lexicon().analyser.acronyms),
        placeholders=frozenset(data["placeholders"].split()),
        generic_mailboxes=frozenset(data["generic_mailboxes"].split()),
        person_labels=_labels(data["person_labels"]),
        name_labels=_labels(data["name_labels"]),
        home_labels=_labels(data["home_labels"]),
        switchboards=_labels(data["switchboards"]),
    )


def _labels(words: str) -> tuple[str, ...]:
    return tuple(word.replace("-", " ") for word in words.split())
