"""What the checks know of French, read from verdicts.toml: function words, words that report, markers, equivalents."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from clsassist.text import fold


@dataclass(frozen=True, slots=True)
class Rules:
    """The tables of verdicts.toml, ready to compare.

    ``same`` are the groups of equivalents; ``fields`` are the words that a field of its own lets a sentence use.
    """

    tools: frozenset[str]
    neutral: frozenset[str]
    phrases: re.Pattern[str]
    opening: frozenset[str]
    light: frozenset[str]
    markers: dict[str, re.Pattern[str]]
    self_talk: re.Pattern[str]
    orders: re.Pattern[str]
    english: frozenset[str]
    same: tuple[tuple[str, ...], ...]
    fields: dict[str, frozenset[str]]
    roles: dict[str, re.Pattern[str]]
    sets: dict[str, re.Pattern[str]]
    searched: re.Pattern[str]
    frames: dict[str, re.Pattern[str]]
    set_nouns: tuple[str, ...]
    plan_nouns: tuple[str, ...]
    body_nouns: tuple[str, ...]


@lru_cache(maxsize=1)
def load_rules() -> Rules:
    """Read the tables shipped with the package."""
    data = tomllib.loads(files("clsassist").joinpath("verdicts.toml").read_text(encoding="utf-8"))
    return _data_to_rules(data)


def _data_to_rules(data: dict[str, Any]) -> Rules:
    words = data["mots"]
    return Rules(
        frozenset(fold(words["outils"]).split()),
        frozenset(fold(words["neutres"]).split()),
        re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words['locutions']))})(?!\w),?", re.IGNORECASE),
        frozenset(fold(data["ordre"]["verbes"]).split()),
        frozenset(fold(data["ordre"]["legers"]).split()),
        {name: _pattern(forms) for name, forms in data["marqueurs"].items()},
        _pattern(data["refus"]["soi"]),
        _pattern(data["refus"]["consigne"]),
        frozenset(data["refus"]["anglais"].split()),
        tuple(tuple(group) for group in data["memes"]["groupes"]),
        {key: frozenset(fold(said).split()) for key, said in data["champs"].items()},
        {name: _pattern(forms) for name, forms in data["roles"].items()},
        {name: _pattern(forms) for name, forms in data["ensembles"].items()},
        _pattern(data["reponse"]["recherche"]),
        {name: _pattern(forms) for name, forms in data["cadre"].items()},
        tuple(words["ensembles"].split()),
        tuple(words["plans"].split()),
        tuple(words["organismes"].split()),
    )


def _pattern(forms: list[str]) -> re.Pattern[str]:
    """Compile folded phrases; « * » stands for the rest of a word."""
    said = "|".join(re.escape(form).replace(r"\*", r"\w*") for form in sorted(forms, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{said})(?!\w)")
