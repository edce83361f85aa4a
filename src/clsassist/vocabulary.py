"""The corpus's own words for understanding questions: plans and places, organisations, titles, spelling."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from clsassist.lexicon import Lexicon
from clsassist.parsing.labels import UNKNOWN
from clsassist.records import Field, Option
from clsassist.registry import Registry
from clsassist.text import Stems, Token, fold, says

# A capital inside a name: it names somebody in particular.
_PROPER = re.compile(r"[A-ZÀ-Ý]")
_CODE = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[\w.-]{2,12}")
_YEAR = re.compile(r"20\d\d")
_Named = TypeVar("_Named")
_BRACKETED = re.compile(r"\(([^()]+)\)")
# What parts a name: « Groupe hospitalier (GH) pour l'hôpital de… ».
_PARTS = re.compile(r"[(),/;]|\s[-–]\s|\bpour\b", re.IGNORECASE)
# Words that may stand between a noun and its place: « l'hôpital Saint-Jacques de… ».
_MOST_BETWEEN = 3


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the forms, as a question may say it.

    ``stems`` is one way to say its label; ``forms`` are the stems of the label itself, as ticked boxes are stored;
    ``family`` those of the heading it stands under, ``members`` the boxes under it when it is such a heading.
    """

    field_key: str
    label: str
    stems: Stems
    forms: tuple[Stems, ...]
    family: Stems = ()
    members: tuple[Stems, ...] = ()

    def also(self, words: str) -> tuple[str, ...]:
        """Return the label when the question says it otherwise."""
        return () if fold(words) == fold(self.label) else (self.label,)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a question may name, drawn from the registry and the lexicon.

    ``plan_words`` gives the documents that a word of a plan's name or territory points to, ``plan_names`` those of
    each whole name, the longest first; ``organisations``
    the stems of each organisation as written in the fiches; ``common_nouns`` are those that name nobody in
    particular (« professionnels de santé »). ``codes`` are the numbers of fiches that hold a letter: « FA-07 ».
    ``own_labels`` are the labels that no list knows, stop words included, each as one form writes it.
    ``plans_saying`` finds the documents of the plans that say a name. ``names_from``, ``titles_from`` and
    ``boxes_from`` give the organisations, the places of titles and the boxes that begin with a stem; ``titles_with``
    the ids of the actions whose title holds one; ``parts_from`` the names of organisations, and parts of them, that
    begin with it, ``seconds_from`` those whose second word it is.
    """

    lexicon: Lexicon
    stems: frozenset[str]
    forms: tuple[str, ...]
    plan_words: dict[str, frozenset[str]]
    plan_names: tuple[tuple[Stems, frozenset[str]], ...]
    organisations: tuple[tuple[Stems, str], ...]
    common_nouns: frozenset[Stems]
    titles: tuple[tuple[Stems, str], ...]
    codes: tuple[str, ...]
    boxes: tuple[Box, ...]
    publics: tuple[Stems, ...]
    territories: tuple[Stems, ...]
    label_stems: dict[str, frozenset[str]]
    own_labels: tuple[tuple[Stems, str], ...]
    plans_saying: Callable[[str], frozenset[str]]
    names_from: dict[str, tuple[Stems, ...]]
    titles_from: dict[str, tuple[int, ...]]
    titles_with: dict[str, tuple[str, ...]]
    boxes_from: dict[str, tuple[Box, ...]]
    parts_from: dict[str, tuple[Stems, ...]]
    seconds_from: dict[str, tuple[Stems, ...]]

    def is_public(self, ways: Sequence[Iterable[Stems]]) -> bool:
        """Say whether one public of the corpus says all of these, each in one of its ways."""
        return any(all(says(public, forms) for forms in ways) for public in self.publics)

    def is_territory(self, ways: Sequence[Iterable[Stems]]) -> bool:
        """Say whether the territory of some action says all of these, each in one of its ways."""
        return any(all(says(place, forms) for forms in ways) for place in self.territories)

    def placed_names(self, nouns: Sequence[Stems], place: Stems) -> tuple[Stems, ...]:
        """Return how names of organisations, or parts of them, begin with a noun and its place: « hôpital de… »."""
        ends = ((part, _place_end(part, noun, place)) for noun in nouns for part in self.parts_from.get(noun[0], ()))
        return tuple(dict.fromkeys(part[:end] for part, end in ends if end))

    def names_around(self, nouns: Sequence[Stems], place: Stems) -> tuple[Stems, ...]:
        """Return, in every wording, the names whose second word is a noun, then its place: « Groupe hospitalier… »."""
        begun = ((noun, part) for noun in nouns for part in self.seconds_from.get(noun[0], ()))
        held = (part for noun, part in begun if _place_end(part[1:], noun, place))
        return tuple(dict.fromkeys(way for part in held for way in self.lexicon.same_meaning(part)))

    def longer_boxes(self, box: Box) -> tuple[Stems, ...]:
        """Return the names of other boxes that hold the name of a box: « médico-social » for « social »."""
        names = {one.stems for one in self.boxes if one.field_key == box.field_key and one.label != box.label}
        return tuple(name for name in sorted(names) if len(name) > len(box.stems) and says(name, (box.stems,)))

    @staticmethod
    def from_registry(registry: Registry, lexicon: Lexicon) -> Vocabulary:
        """Gather the words of a whole registry."""
        known = {fold(word) for acronym in lexicon.acronyms for word in (acronym.short, *acronym.long)}
        places = _plan_words(registry, lexicon)
        names = dict.fromkeys(plan.name for plan in registry.plans.values())
        spelt = {token.form for name in names for token in lexicon.analyser.content(name)}
        forms = {
            *registry.terms,
            *(word for name in known for word in name.split()),
            *spelt,
            *_joined(registry, lexicon),
        }
        analyser = lexicon.analyser
        names = dict.fromkeys(held.organisation for _, held in registry.involvements())
        organisations = tuple((stems, name) for name in names for stems in _name_forms(name, lexicon))
        titles = tuple((stems, identifier) for identifier, stems in registry.title_stems.items())
        parts = tuple(dict.fromkeys(stems for name in names for stems in _name_parts(name, lexicon)))
        boxes = tuple(dict.fromkeys(box for field in _forms(registry) for box in _field_to_boxes(field, lexicon)))
        return Vocabulary(
            lexicon,
            frozenset({*registry.stems, *lexicon.stems, *lexicon.tool_words, *lexicon.weak_words, *places}),
            tuple(sorted(form for form in forms if len(form) >= 5)),
            places,
            _plan_names(registry, lexicon),
            organisations,
            frozenset(analyser.stems(name) for name in names if not _PROPER.search(name[1:])),
            titles,
            tuple({number for action in registry.actions.values() if _CODE.fullmatch(number := action.number or "")}),
            boxes,
            _values(registry, lexicon, "public"),
            _values(registry, lexicon, "territoire"),
            _label_stems(registry, lexicon),
            tuple(_own_labels(registry, lexicon)),
            registry.plans_saying,
            _by_first(dict.fromkeys((stems, stems) for stems, _ in organisations)),
            _by_first((stems, place) for place, (stems, _) in enumerate(titles)),
            registry.titles_with,
            _by_first((box.stems, box) for box in boxes),
            _by_first((stems, stems) for stems in parts),
            _by_first((stems[1:], stems) for stems in parts),
        )

    def correct(self, tokens: Sequence[Token]) -> tuple[dict[int, str], tuple[Token, ...]]:
        """Mend the words that neither the corpus nor the lexicon knows, when one known word is a slip away.

        Returns what was changed, by position, and the tokens to go on with.
        """
        changed: dict[int, str] = {}
        mended = list(tokens)
        for position, token in enumerate(tokens):
            if token.stop or token.stem in self.stems or token.form.isdigit() or len(token.form) < 5:
                continue
            better = self._nearest(token.form) or self._fitting(tokens, position)
            if better:
                changed[position] = better
                mended[position] = Token(better, self.lexicon.analyser.stem(better), token.span)
        return changed, tuple(mended)

    def _fitting(self, tokens: Sequence[Token], position: int) -> str | None:
        """Return the word that makes a known phrase with its neighbours: « metrise de stage »."""
        stems = {token.stem for token in tokens[max(0, position - 3) : position + 4]}
        form = tokens[position].form
        allowed = len(form) // 3
        for word, phrases in self.lexicon.phrase_words:
            near = OSA.distance(form, word.form, score_cutoff=allowed) <= allowed
            if near and any(rest <= stems for rest in phrases):
                return word.form
        return None

    def _nearest(self, form: str) -> str | None:
        """Return the one known word at the smallest distance, within what a slip of the finger makes."""
        allowed = 2 if len(form) >= 9 else 1
        # The forms are sorted: of two at the same distance, the first is found.
        near = extractOne(form, self.forms, scorer=OSA.distance, score_cutoff=allowed)
        if near is None:
            return None
        best, distance, _ = near
        # In a short word, one letter for another makes another word (chasse, classe).
        substituted = distance == 1 and len(best) == len(form) and sorted(best) != sorted(form)
        return None if substituted and len(form) < 7 else best


def _by_first(named: Iterable[tuple[Stems, _Named]]) -> dict[str, tuple[_Named, ...]]:
    found: dict[str, list[_Named]] = {}
    for stems, one in named:
        if stems:
            found.setdefault(stems[0], []).append(one)
    return {stem: tuple(held) for stem, held in found.items()}


def _place_end(part: Stems, noun: Stems, place: Stems) -> int:
    """Return where a place ends that follows, a few words further, a noun that begins a name; 0 when none does."""
    if part[: len(noun)] != noun:
        return 0
    starts = range(len(noun), min(len(noun) + _MOST_BETWEEN, len(part)))
    return next((start + len(place) for start in starts if part[start : start + len(place)] == place), 0)


def _joined(registry: Registry, lexicon: Lexicon) -> Iterator[str]:
    """Yield the names of places written in one word, as some people do: « thurdoller »."""
    for territoire in dict.fromkeys(plan.territoire or "" for plan in registry.plans.values()):
        yield from _joined_words(territoire, lexicon)


def _joined_words(territoire: str, lexicon: Lexicon) -> Iterator[str]:
    words = [token.form for token in lexicon.analyser.content(territoire)]
    yield from (first + second for first, second in itertools.pairwise(words))


def _documents_by_plan(registry: Registry) -> dict[tuple[str, str], list[str]]:
    """Return the documents of each name and territory of plans."""
    found: dict[tuple[str, str], list[str]] = {}
    for identifier, plan in registry.plans.items():
        found.setdefault((plan.name, plan.territoire or ""), []).append(identifier)
    return found


def _plan_words(registry: Registry, lexicon: Lexicon) -> dict[str, frozenset[str]]:
    """Index plans by the stems that tell them apart: territory, name, département and its number."""
    codes = {name: code for code, name in lexicon.departements}
    found: dict[str, set[str]] = {}
    common = {lexicon.analyser.stem(word) for word in lexicon.place_words} | lexicon.tool_words
    # One plan may be many documents.
    for (name, territoire), identifiers in _documents_by_plan(registry).items():
        names = [name, territoire, codes.get(territoire, "")]
        words = [word for one in names for word in _proper_words(one, lexicon, common)]
        for word in [*words, *_joined_words(territoire, lexicon)]:
            found.setdefault(lexicon.analyser.stem(word), set()).update(identifiers)
    shared = len({plan.name for plan in registry.plans.values()})
    return {word: frozenset(ids) for word, ids in found.items() if shared == 1 or len(ids) < len(registry.plans)}


def _plan_names(registry: Registry, lexicon: Lexicon) -> tuple[tuple[Stems, frozenset[str]], ...]:
    """Return the stems of each plan's whole name, of several words, with its documents."""
    found: dict[Stems, set[str]] = {}
    for (name, _), identifiers in _documents_by_plan(registry).items():
        found.setdefault(lexicon.analyser.stems(name), set()).update(identifiers)
    ordered = sorted(found.items(), key=lambda row: -len(row[0]))
    return tuple((stems, frozenset(ids)) for stems, ids in ordered if len(stems) > 1)


def _proper_words(name: str, lexicon: Lexicon, common: Collection[str]) -> Iterator[str]:
    """Yield the proper nouns and numbers of a plan's name: « action » in « Plan d'action santé… » names no plan."""
    for token in lexicon.analyser.content(name):
        proper = not token.span.of(name)[:1].islower()
        if proper and not _YEAR.fullmatch(token.form) and token.stem not in common:
            yield token.form


def _name_forms(name: str, lexicon: Lexicon) -> Iterator[Stems]:
    """Yield the ways to say an organisation: its name, its name without brackets, what is in brackets."""
    acronyms = [held for held in _BRACKETED.findall(name) if len(_PROPER.findall(held)) >= 2]
    for form in (name, _BRACKETED.sub(" ", name), *acronyms):
        stems = lexicon.analyser.stems(form)
        if stems:
            yield stems


def _name_parts(name: str, lexicon: Lexicon) -> Iterator[Stems]:
    """Yield a name, and each of its parts: what is in brackets, behind a comma, behind « pour »."""
    for part in (name, *_PARTS.split(name)):
        yield lexicon.analyser.stems(part)


# --- boxes

_BRACKETS = re.compile(r"\s*\([^()]*\)?")
# « Axe 6 : Efficience » is also said « Efficience ».
_NUMBERED = re.compile(r"^\s*(?:axe|objectif|priorit[ée])\s*\d+\s*[:.–-]\s*", re.IGNORECASE)
# Answers of closed questions, and calendars, have steps of their own.
_NOT_BOXES = frozenset({"calendrier", "participation", "inegalites"})
_LONGEST_NAME = 6


def _fields(registry: Registry) -> Iterator[Field]:
    for action in registry.actions.values():
        yield from action.fields


def _forms(registry: Registry) -> Iterator[Field]:
    """Yield the fields with boxes, one for each way that forms lay them: most fiches fill in the same form."""
    seen: set[tuple[str, tuple[tuple[str, str | None], ...]]] = set()
    for field in _fields(registry):
        if not field.options:
            continue
        form = (field.key, tuple((option.label, option.group) for option in field.options))
        if form not in seen:
            seen.add(form)
            yield field


def _field_to_boxes(field: Field, lexicon: Lexicon) -> Iterator[Box]:
    """Yield every way to say each box of a field: whole, without brackets, without its number."""
    if field.key in _NOT_BOXES:
        return
    for option in field.options:
        whole = lexicon.analyser.stems(option.label)
        bare = _BRACKETS.sub("", option.label)
        family = lexicon.analyser.stems(option.group or "")
        for name in dict.fromkeys((option.label, bare, _NUMBERED.sub("", bare))):
            stems = lexicon.analyser.stems(name)
            if whole and 0 < len(stems) <= _LONGEST_NAME and not _is_catch_all(option):
                yield Box(field.key, option.label, stems, (whole,), family, _members(field, stems, lexicon))


def _members(field: Field, heading: Stems, lexicon: Lexicon) -> tuple[Stems, ...]:
    """Return the labels of the boxes under a heading: « Médical » under « Professionnels »."""
    return tuple(
        lexicon.analyser.stems(option.label)
        for option in field.options
        if option.group and lexicon.analyser.stems(option.group) == heading and not _is_catch_all(option)
    )


def _is_catch_all(option: Option) -> bool:
    return fold(option.label).startswith("autre")


def _label_stems(registry: Registry, lexicon: Lexicon) -> dict[str, frozenset[str]]:
    """Return the words of the labels that forms give each field."""
    labels: dict[str, set[str]] = {}
    for field in _fields(registry):
        labels.setdefault(field.key, set()).add(field.label)
    return {
        key: frozenset(stem for label in held for stem in lexicon.analyser.stems(label)) for key, held in labels.items()
    }


def _own_labels(registry: Registry, lexicon: Lexicon) -> Iterator[tuple[Stems, str]]:
    """Yield what forms of this corpus call the fields that no other form has: « Points de vigilance »."""
    folded = cache(fold)
    labels = {folded(field.label): field.label for field in _fields(registry) if field.key == UNKNOWN}
    for label in labels.values():
        stems = tuple(token.stem for token in lexicon.analyser.tokens(label))
        if lexicon.analyser.stems(label):
            yield stems, label


def _values(registry: Registry, lexicon: Lexicon, key: str) -> tuple[Stems, ...]:
    """Return what forms give in a field, each once: labels of boxes, ticked or not, and items."""
    fields = [field for field in _fields(registry) if field.key == key]
    texts = dict.fromkeys(text for field in fields for text in _field_to_values(field))
    return tuple(dict.fromkeys(map(lexicon.analyser.stems, texts)))


def _field_to_values(field: Field) -> Iterator[str]:
    yield from (option.label for option in field.options)
    yield from (item.text for item in field.items)
