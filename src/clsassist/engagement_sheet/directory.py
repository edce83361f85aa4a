"""Every organisation of the documents, each once under the name it shares with its other wordings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from rapidfuzz import fuzz

from clsassist.engagement_sheet.names import Name, read_name
from clsassist.lexicon import Lexicon
from clsassist.records import Action, Involvement, Role, Status
from clsassist.registry import Registry
from clsassist.text import fold, squeeze

# Below this likeness (of 100), two names have too little in common to offer one for the other.
_LEAST_LIKENESS = 70
# That of a name whose words begin with those typed.
_BEGUN = 95


# What names of one organisation share: the name of an actor of the lexicon, else their own stems.
Key = str | tuple[str, ...]


class Part(StrEnum):
    """What an organisation is to an action, the strongest first; who carries an action also pilots it."""

    LEADS = "Porteur ou pilote"
    PARTNER = "Partenaire"
    TO_CONTACT = "Partenaire à contacter"
    FUNDS = "Cité dans le financement"
    CITED = "Seulement cité dans le texte"


_PARTS = {
    Role.PORTEUR: Part.LEADS,
    Role.PILOTE: Part.LEADS,
    Role.PARTENAIRE: Part.PARTNER,
    Role.FINANCEUR: Part.FUNDS,
    Role.CITE: Part.CITED,
}


_STRENGTH = {part: place for place, part in enumerate(Part)}


def part_of(held: Involvement) -> Part:
    """Return what an involvement makes of its organisation."""
    part = _PARTS[held.role]
    return Part.TO_CONTACT if part is Part.PARTNER and held.status is Status.TO_CONTACT else part


def strongest(parts: Iterable[Part]) -> Part:
    """Return the strongest of several parts in one action."""
    return min(parts, key=_STRENGTH.__getitem__)


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation of the documents: its names as written, most frequent first, and its actions by part.

    ``long_form`` spells out an acronym when its source is known; ``aliases`` are its names in the lexicon.
    """

    name: str
    long_form: str
    written: tuple[str, ...]
    aliases: tuple[str, ...]
    counts: tuple[tuple[Part, int], ...]

    @property
    def actions(self) -> int:
        """The number of actions where it appears."""
        return sum(count for _, count in self.counts)

    def count(self, part: Part) -> int:
        """Return the number of actions where this is its strongest part."""
        return dict(self.counts).get(part, 0)

    @property
    def other_names(self) -> tuple[str, ...]:
        """The names of the documents other than the one it is listed under, each once whatever its case."""
        names = {fold(written): written for written in reversed(self.written)}
        return tuple(name for folded, name in reversed(names.items()) if folded != fold(self.name))


@dataclass
class Directory:
    """The organisations of one registry; what is read of it is kept."""

    registry: Registry
    lexicon: Lexicon

    @cached_property
    def names(self) -> dict[str, Name]:
        """Every organisation's name of the documents, understood, by its wording."""
        written = dict.fromkeys(held.organisation for _, held in self.registry.involvements())
        return {one: read_name(one, self.lexicon) for one in written}

    @cached_property
    def actions_naming(self) -> dict[Key, tuple[Action, ...]]:
        """The actions that hold each organisation of the list."""
        found: dict[Key, dict[str, Action]] = {}
        for action, held in self.registry.involvements():
            for key in self._keys(held.organisation):
                found.setdefault(key, {})[action.id] = action
        return {key: tuple(actions.values()) for key, actions in found.items()}

    def candidates(self, name: Name) -> tuple[Action, ...]:
        """Return the actions where a name may be found: far fewer than all of them when it is one of the list."""
        key = name.actors[0] if name.actors else name.key
        return self.actions_naming.get(key) or (() if name.actors else tuple(self.registry.actions.values()))

    @cached_property
    def organisations(self) -> tuple[Organisation, ...]:
        """Every organisation, in alphabetical order; a name that says two actors counts for both."""
        written: dict[Key, Counter[str]] = {}
        parts: dict[Key, dict[str, Part]] = {}
        for action, held in self.registry.involvements():
            for key in self._keys(held.organisation):
                written.setdefault(key, Counter())[held.organisation] += 1
                known = parts.setdefault(key, {})
                own = part_of(held)
                known[action.id] = strongest((own, known.get(action.id, own)))
        found = (self._organisation(key, written[key], parts[key]) for key in written)
        return tuple(sorted(found, key=lambda one: fold(one.name)))

    @cached_property
    def _own_keys(self) -> frozenset[tuple[str, ...]]:
        return frozenset(name.key for name in self.names.values() if not name.actors)

    def _keys(self, written: str) -> Iterator[Key]:
        """Yield the organisations that a name counts for: its actors, else every known name that it begins with."""
        name = self.names[written]
        yield from name.actors
        if not name.actors:
            yield name.key
        if not name.begins_with_actor:
            beginnings = (name.stems[:length] for length in range(1, len(name.stems) + 1))
            yield from (one for one in beginnings if one in self._own_keys and (name.actors or one != name.key))

    def _organisation(self, key: Key, written: Counter[str], parts: Mapping[str, Part]) -> Organisation:
        ordered = tuple(one for one, _ in written.most_common())
        actor = key if isinstance(key, str) else ""
        aliases = tuple(word for one in self.lexicon.concepts if one.actor and one.name == actor for word in one.words)
        # Longer names that begin with this one count for it, and do not name it.
        own = next((one for one in ordered if self.names[one].key == key), "")
        held = Counter(parts.values())
        counts = tuple((part, held[part]) for part in Part if held[part])
        return Organisation(actor or squeeze(own), self.long_form(actor), ordered, aliases, counts)

    def long_form(self, actor: str) -> str:
        """Return what an acronym stands for, '' when the lexicon gives no source for it."""
        acronym = self.lexicon.acronym(actor) if actor else None
        return acronym.long[0] if acronym and acronym.long and acronym.source else ""


def search_words(one: Organisation) -> str:
    """Return every word by which an organisation may be looked for, folded."""
    return " ".join(dict.fromkeys(fold(" ".join((one.name, one.long_form, *one.written, *one.aliases))).split()))


def closest(asked: str, directory: Directory, most: int = 6) -> tuple[Organisation, ...]:
    """Return the organisations whose names look most like the one asked for, the likeliest first."""
    organisations = directory.organisations
    wanted = _content(asked, directory)
    if not wanted:
        return ()
    likeness: dict[Organisation, tuple[float, float]] = {}
    for one in organisations:
        names = {_content(name, directory) for name in (one.name, one.long_form, *one.written, *one.aliases)}
        likeness[one] = max(_likeness(wanted, name) for name in names)
        if likeness[one][0] < _BEGUN and _begins(wanted, one):
            likeness[one] = (_BEGUN, likeness[one][1])
    ordered = sorted(organisations, key=lambda one: likeness[one], reverse=True)
    return tuple(one for one in ordered[:most] if likeness[one][0] >= _LEAST_LIKENESS)


def _content(name: str, directory: Directory) -> str:
    return " ".join(token.form for token in directory.lexicon.analyser.content(name))


def _likeness(wanted: str, name: str) -> tuple[float, float]:
    """Compare two names letter by letter and, when several words are typed, as sets of words; then by letters alone."""
    letters = fuzz.ratio(wanted, name)
    words = 0.9 * fuzz.token_set_ratio(wanted, name) if " " in wanted else 0.0
    return max(letters, words), letters


def _begins(wanted: str, one: Organisation) -> bool:
    """Say whether each word typed begins a word of the organisation's names."""
    known = re.split(r"[\s'’()/-]+", search_words(one))
    return len(wanted) > 1 and all(any(word.startswith(start) for word in known) for start in wanted.split())
