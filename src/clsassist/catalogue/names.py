"""The organisations of a corpus under the names people give them: aliases by the lexicon, never a part of a word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from clsassist.catalogue.values import Value, slug
from clsassist.lexicon import Lexicon
from clsassist.registry import Registry
from clsassist.text import Stems, Token, fold, squeeze
from clsassist.wording import capitalised

_BRACKETED = re.compile(r"\s*\([^()]*\)")
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")
_CAPITAL = re.compile(r"[A-ZÀ-Ý]")
# Below this likeness, out of 100, a name is no plausible slip for another.
_ALIKE = 80
_MOST_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Named:
    """What a typed name designates: keys of organisations, in these documents only when it names a territory too.

    ``keys`` is empty when no fiche names it.
    """

    words: str
    keys: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()


@dataclass(slots=True)
class OrganisationNames:
    """Every organisation of the fiches, by wording, as answers understand them.

    An organisation that the lexicon knows has its name there, whatever the fiche calls it. Any other has its own, and
    is named too by the longer names that hold it: « Lycées » in « Lycées agricoles ».
    """

    registry: Registry
    lexicon: Lexicon
    _by_wording: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    _by_stems: dict[Stems, Value] = field(default_factory=dict)
    _by_key: dict[str, Value] = field(default_factory=dict)

    @staticmethod
    def from_registry(registry: Registry, lexicon: Lexicon) -> OrganisationNames:
        """Gather the organisations of a whole registry."""
        names = OrganisationNames(registry, lexicon)
        for wording in dict.fromkeys(held.organisation for _, held in registry.involvements()):
            names._gather(wording)
        return names

    def _gather(self, wording: str) -> None:
        own = Value(slug(wording), squeeze(wording))
        for form in _forms(wording):
            if stems := self.lexicon.analyser.stems(form):
                own = self._by_stems.setdefault(stems, own)
        actors = self.lexicon.actors_in(self.lexicon.analyser.content(wording))
        shown = tuple(Value(slug(actor.name), capitalised(actor.name), self._meaning(actor.name)) for actor in actors)
        self._by_wording[wording] = shown or (self._by_stems.get(self.registry.name_stems(wording), own),)
        self._by_key.update({value.key: value for value in (own, *self._by_wording[wording])})

    def _meaning(self, name: str) -> str:
        """Return what an acronym stands for, when a source says so."""
        acronym = self.lexicon.acronym(name)
        return acronym.long[0] if acronym and acronym.long and acronym.source else ""

    def shown(self, wording: str) -> tuple[Value, ...]:
        """Return the organisations that stand for a wording of the fiches in lists."""
        return self._by_wording[wording]

    def keys(self, wording: str) -> frozenset[str]:
        """Return every organisation that a wording of the fiches names, itself first."""
        shown = (value.key for value in self.shown(wording))
        return frozenset((*shown, *self._held(self.registry.name_stems(wording))))

    def _held(self, stems: Stems) -> Iterator[str]:
        """Yield the names that a longer name holds, by the rule of ``Lexicon.is_named_in``, for all names at once."""
        position = 0
        while position < len(stems):
            actors = self._actors_at(stems, position)
            longest = max((len(form) for form, _ in actors), default=0)
            for end in range(position + max(1, longest), len(stems) + 1):
                run = stems[position:end]
                if not (position == 0 or len(run) > 1 or run[0] in self.lexicon.analyser.acronyms):
                    continue
                if run in self._by_stems:
                    yield self._by_stems[run].key
                # One wording may be that of several: an organisation that took the place of another.
                yield from (slug(name) for form, name in actors if form == run)
            position += max(1, longest)

    def _actors_at(self, stems: Stems, position: int) -> list[tuple[Stems, str]]:
        return [(form, concept.name) for form, concept in self.lexicon.concepts_at(stems, position) if concept.actor]

    def resolve(self, typed: str) -> Named:
        """Return what a name designates, as typed by a person or written in an address."""
        if typed in self._by_key:
            return Named(self._by_key[typed].label, frozenset({typed}))
        tokens = self.lexicon.analyser.content(typed)
        stems = tuple(token.stem for token in tokens)
        actors = self.lexicon.actors_in(tokens)
        if stems in self._by_stems and not self._begins_with_actor(stems, tokens, typed):
            return Named(squeeze(typed), frozenset({self._by_stems[stems].key}))
        if not actors:
            return Named(squeeze(typed))
        keys = frozenset((*(slug(actor.name) for actor in actors), *self._same_actors(stems)))
        territory = self._territory(typed, tokens) if len(actors) == 1 else ""
        documents = self.registry.plans_saying(territory) if territory else frozenset()
        # « CPAM de la Lune »: a proper noun that no plan says makes another organisation.
        unknown = not documents and territory != territory.lower()
        return Named(squeeze(typed), frozenset() if unknown else keys, documents)

    def _same_actors(self, stems: Stems) -> Iterator[str]:
        """Yield every organisation of the lexicon that a whole name is a wording of."""
        yield from (slug(name) for form, name in (self._actors_at(stems, 0) if stems else ()) if form == stems)

    def _begins_with_actor(self, stems: Stems, tokens: Sequence[Token], typed: str) -> bool:
        """Tell an actor, alone or with its territory (« CPAM du Haut-Rhin »), from a longer name that begins so."""
        actors = self._actors_at(stems, 0) if stems else []
        if not actors:
            return False
        after = tokens[len(actors[0][0]) :]
        return not after or _is_lower(typed) or bool(_CAPITAL.match(after[0].span.of(typed)))

    def _territory(self, typed: str, tokens: Sequence[Token]) -> str:
        """Return the words that follow an actor's name: « Haut-Rhin » in « CPAM du Haut-Rhin »."""
        told = self._actor_places(tokens)
        after = [token for place, token in enumerate(tokens) if place > min(told) and place not in told]
        words = [token for token in after if self._may_be_place(token, typed)]
        if not words:
            return ""
        start = words[0].span.start
        # A stop word may end a proper noun: « Grand Est ».
        ends = [
            token.span.end
            for token in self.lexicon.analyser.tokens(typed)
            if token in words or (token.stop and token.span.start > start and _CAPITAL.match(token.span.of(typed)))
        ]
        return typed[start : max(ends)]

    def _may_be_place(self, token: Token, typed: str) -> bool:
        """Tell a proper noun from an acronym, which is another organisation; without capitals, from common words."""
        word = token.span.of(typed)
        if _is_lower(typed):
            return token.stem not in self.lexicon.tool_words and not token.form.isdigit()
        return word[0].isupper() and not (word.isupper() and len(word) > 1)

    def _actor_places(self, tokens: Sequence[Token]) -> frozenset[int]:
        stems = [token.stem for token in tokens]
        return frozenset(
            place
            for start in range(len(stems))
            for form, concept in self.lexicon.concepts_at(stems, start)
            if concept.actor
            for place in range(start, start + len(form))
        )

    def nearest(self, typed: str, among: Iterable[Value]) -> tuple[Value, ...]:
        """Return the few names most like one that no fiche has."""
        choices = {value.key: value.label for value in among}
        found = process.extract(
            typed, choices, scorer=fuzz.token_sort_ratio, processor=fold, score_cutoff=_ALIKE, limit=_MOST_OFFERED
        )
        return tuple(Value(key, label) for label, _, key in found)


def _is_lower(typed: str) -> bool:
    """Say whether a name is typed without capitals, its first letter aside."""
    return typed[1:] == typed[1:].lower()


def _forms(wording: str) -> Iterator[str]:
    """Yield the ways to write a name: whole, without its brackets, what the brackets hold when it is an acronym."""
    yield wording
    yield _BRACKETED.sub(" ", wording)
    yield from (held for held in _IN_BRACKETS.findall(wording) if len(_CAPITAL.findall(held)) >= 2)
