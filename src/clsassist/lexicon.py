"""Knowledge of the field, read from lexicon.toml: acronyms, actors, synonyms, words of questions."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from clsassist.errors import ConfigurationError
from clsassist.text import Analyser, Stems, Token, fold


@dataclass(frozen=True, slots=True)
class Acronym:
    """An acronym: what it stands for, and the source that lets it be shown ('' when for search only)."""

    short: str
    long: tuple[str, ...]
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Concept:
    """One idea and all the ways to say it.

    ``stems`` are equivalent; ``narrower`` imply it (a téléconsultation is télémédecine, not the reverse);
    ``related`` are close but different: they are offered, never counted. ``words`` are the equivalents as
    people write them.
    """

    name: str
    stems: tuple[Stems, ...]
    narrower: tuple[Stems, ...] = ()
    related: tuple[Stems, ...] = ()
    actor: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldWords:
    """The words by which a question asks for a field, stop words included: stems, and the same words as written."""

    key: str
    stems: tuple[Stems, ...]
    written: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Lexicon:
    """The whole lexicon, indexed for matching."""

    analyser: Analyser
    acronyms: tuple[Acronym, ...]
    concepts: tuple[Concept, ...]
    fields: tuple[FieldWords, ...]
    tool_words: frozenset[str]
    weak_words: frozenset[str]
    mention_words: frozenset[str]
    place_words: frozenset[str]
    people_words: frozenset[str]
    common_names: frozenset[str]
    public_words: frozenset[str]
    general_people: frozenset[str]
    departements: tuple[tuple[str, str], ...]
    _by_first: dict[str, tuple[tuple[Stems, Concept], ...]] = field(default_factory=dict)

    def concepts_at(self, stems: Sequence[str], position: int) -> Iterator[tuple[Stems, Concept]]:
        """Yield the concepts said from ``position`` on, the longest form first."""
        for form, concept in self._by_first.get(stems[position], ()):
            if tuple(stems[position : position + len(form)]) == form:
                yield form, concept

    def is_named_in(self, stems: Sequence[str], forms: Sequence[Stems]) -> bool:
        """Say whether a name is, or holds, an organisation said in one of ``forms``.

        The longest name wins: « Région » is not named in « Groupe hospitalier de la Région de Mulhouse ». A common
        noun (« communes ») must begin the name.
        """
        position = 0
        while position < len(stems):
            said = [form for form in forms if tuple(stems[position : position + len(form)]) == form]
            actors = [form for form, concept in self.concepts_at(stems, position) if concept.actor]
            longest = max((*said, *actors), key=len, default=())
            if longest in said and (position == 0 or len(longest) > 1 or longest[0] not in self.common_names):
                return True
            position += max(1, len(longest))
        return False

    def actors_in(self, tokens: Sequence[Token]) -> tuple[Concept, ...]:
        """Return the organisations that a text names, each once, in order."""
        stems = [token.stem for token in tokens]
        found: dict[Concept, None] = {}
        position = 0
        while position < len(stems):
            # The longest name wins: the « conseil départemental de l'ordre » is no « conseil départemental ».
            longest = next(((form, who) for form, who in self.concepts_at(stems, position) if who.actor), None)
            if longest:
                found[longest[1]] = None
            position += len(longest[0]) if longest else 1
        return tuple(found)

    def subject_stems(self, text: str) -> Stems:
        """Return the stems of a text without the words that only serve to ask."""
        return tuple(stem for stem in self.analyser.stems(text) if stem not in self.tool_words)

    @property
    def stems(self) -> frozenset[str]:
        """Every stem of the lexicon: a word found here is spelt right."""
        forms = [form for concept in self.concepts for form in (*concept.stems, *concept.narrower, *concept.related)]
        asked = [form for words in self.fields for form in words.stems]
        return frozenset(stem for form in (*forms, *asked) for stem in form)

    @cached_property
    def phrase_words(self) -> tuple[tuple[Token, tuple[frozenset[str], ...]], ...]:
        """Every word of the concepts' phrases as people write it, with the stems that complete each phrase."""
        return tuple(
            (word, tuple(frozenset(phrase) - {word.stem} for phrase in phrases))
            for concept in self.concepts
            for words in concept.words
            for word in self.analyser.content(words)
            if (phrases := [phrase for phrase in concept.stems if word.stem in phrase and len(phrase) > 1])
        )

    def acronym(self, short: str) -> Acronym | None:
        """Return what is known of an acronym, whatever its case, dots or plural."""
        form = self.analyser.stem(fold(short).replace(".", ""))
        return next((known for known in self.acronyms if fold(known.short) == form), None)

    def same_meaning(self, stems: Stems) -> tuple[Stems, ...]:
        """Return every way to say ``stems``, itself first."""
        ways = [stems]
        for concept in self.concepts:
            if stems in concept.stems:
                ways.extend([*concept.stems, *concept.narrower])
        return tuple(dict.fromkeys(ways))


@lru_cache(maxsize=4)
def load_lexicon(path: Path | None = None) -> Lexicon:
    """Read a lexicon; without a path, the one shipped with the package.

    Raises ConfigurationError when the file cannot be read.
    """
    source = path or files("clsassist").joinpath("lexicon.toml")
    try:
        data = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"Le lexique « {source} » ne peut pas être lu : {error}.") from error
    return _data_to_lexicon(data)


def _data_to_lexicon(data: dict[str, Any]) -> Lexicon:
    acronyms = tuple(
        Acronym(row["sigle"], tuple(row.get("formes", ())), row.get("source", ""), row.get("note", ""))
        for row in data["sigle"]
    )
    words = data["mots"]
    # An alias in capitals is kept whole too: cut to its stem, MAIA would be the month of May.
    aliases = [alias for row in data["sigle"] for alias in row.get("alias", ()) if alias.isupper() and " " not in alias]
    shorts = [part for short in (*(acronym.short for acronym in acronyms), *aliases) for part in fold(short).split("-")]
    analyser = Analyser(frozenset([*shorts, *map(fold, words["entiers"])]))
    concepts = (*_acronym_concepts(data, analyser), *_concepts(data, analyser))
    return Lexicon(
        analyser,
        acronyms,
        concepts,
        tuple(
            FieldWords(
                key,
                tuple(_all_stems(analyser, form) for form in forms),
                tuple(_all_forms(analyser, form) for form in forms),
            )
            for key, forms in data["champs"].items()
        ),
        frozenset(stem for word in words["outils"] for stem in _all_stems(analyser, word)),
        frozenset(stem for word in words["faibles"] for stem in _all_stems(analyser, word)),
        frozenset(stem for word in words["mention"] for stem in _all_stems(analyser, word)),
        frozenset(map(fold, words["lieux"])),
        frozenset(stem for word in words["gens"] for stem in _all_stems(analyser, word)),
        frozenset(stem for word in words["noms_communs"] for stem in _all_stems(analyser, word)),
        frozenset(stem for word in words["publics"] for stem in _all_stems(analyser, word)),
        frozenset(stem for word in words["publics_generaux"] for stem in _all_stems(analyser, word)),
        tuple(data["departements"].items()),
        _index(concepts),
    )


def _all_stems(analyser: Analyser, words: str) -> tuple[str, ...]:
    return tuple(token.stem for token in analyser.tokens(words))


def _all_forms(analyser: Analyser, words: str) -> tuple[str, ...]:
    return tuple(token.form for token in analyser.tokens(words))


def _forms(analyser: Analyser, forms: Sequence[str]) -> tuple[Stems, ...]:
    return tuple(dict.fromkeys(stems for form in forms if (stems := analyser.stems(form))))


def _acronym_concepts(data: dict[str, Any], analyser: Analyser) -> Iterator[Concept]:
    for row in data["sigle"]:
        forms = [row["sigle"], *row.get("formes", ()), *row.get("alias", ())]
        yield Concept(row["sigle"], _forms(analyser, forms), actor=row.get("acteur", False), words=tuple(forms))


def _concepts(data: dict[str, Any], analyser: Analyser) -> Iterator[Concept]:
    for row in data["concept"]:
        words = (row["nom"], *row.get("formes", ()))
        narrower, related = row.get("precis", ()), row.get("proches", ())
        yield Concept(
            row["nom"],
            _forms(analyser, words),
            _forms(analyser, narrower),
            _forms(analyser, related),
            words=(*words, *narrower),
        )
    for row in data["acteur"]:
        words = (row["nom"], *row.get("formes", ()))
        yield Concept(row["nom"], _forms(analyser, words), actor=True, words=words)


def _index(concepts: Sequence[Concept]) -> dict[str, tuple[tuple[Stems, Concept], ...]]:
    index: dict[str, list[tuple[Stems, Concept]]] = {}
    for concept in concepts:
        for form in concept.stems:
            index.setdefault(form[0], []).append((form, concept))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in index.items()}
