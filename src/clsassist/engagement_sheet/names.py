"""An organisation's name understood: which actor of the lexicon it says, and of which place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clsassist.lexicon import Concept, Lexicon
from clsassist.text import Stems, Token, fold, squeeze

# Before an actor's name, these words make it the complement of another: « Fédération des MSP » is no MSP.
_COMPLEMENT = re.compile(
    r"(?:^|[\s('’])(?:d[eu]s?|d['’]|à|aux?|pour|avec|par|chez|sur)\s*(?:(?:la|le|les)\s+|l['’]\s*)?$", re.IGNORECASE
)
# A part of a body speaks for it: « Direction de la santé du Département ».
_PART_OF_A_BODY = re.compile(
    r"\W*(?:service|direction|pôle|unité|antenne|cellule|délégation|agence|représentant|élu)e?s?\b", re.IGNORECASE
)


class Reason(StrEnum):
    """Why a name found in a document is taken for the organisation asked for."""

    SAME = "nom demandé"
    SPELT = "même nom, écrit autrement"
    ALIAS = "autre nom de la même organisation"
    FULLER = "même organisation, nom plus précis"
    PLACE = "même organisation, écrite sans précision dans un plan qui cite ce lieu"
    SEVERAL = "nom qui réunit plusieurs organisations, dont celle-ci"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as read. ``actors`` are those of the lexicon; ``place`` is what the name adds to them, as written.

    ``units`` are the words of the place, hyphenated ones whole; ``own`` the stems of the same words.
    """

    written: str
    actors: tuple[str, ...]
    stems: Stems
    words: tuple[str, ...]
    place: str = ""
    units: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    begins_with_actor: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """What names of one organisation share when no actor of the lexicon is said."""
        return self.stems or (fold(squeeze(self.written)),)

    @property
    def names_a_place(self) -> bool:
        """Say whether the name adds proper nouns to its actor: « CPAM du Haut-Rhin »."""
        return any(word[:1].isupper() and not word.isupper() for word in re.split(r"[\s(]+", self.place))


def read_name(written: str, lexicon: Lexicon) -> Name:
    """Read a name: its actors, the longest first, then its place.

    >>> from clsassist.lexicon import load_lexicon
    >>> name = read_name("Caisse Primaire d'Assurance Maladie du Haut-Rhin (CPAM)", load_lexicon())
    >>> name.actors, name.place
    (('CPAM',), 'Haut-Rhin')
    """
    tokens = lexicon.analyser.tokens(written)
    content = tuple(token for token in tokens if not token.stop)
    actors: dict[str, None] = {}
    told: set[int] = set()
    first_end: int | None = None
    leads = False
    for place, form, actor in _actors(written, content, lexicon):
        actors[actor.name] = None
        told |= {token.span.start for token in content[place : place + len(form)]}
        leads = leads or place == 0
        if first_end is None:
            first_end = content[place + len(form) - 1].span.end
    own = [] if first_end is None else list(_own_tokens(written, tokens, told, first_end))
    return Name(
        written,
        tuple(actors),
        tuple(token.stem for token in content),
        tuple(map(_singular, content)),
        written[own[0].span.start : own[-1].span.end] if own else "",
        frozenset(_units(written, own)),
        frozenset(token.stem for token in own),
        leads,
    )


def _actors(written: str, content: Sequence[Token], lexicon: Lexicon) -> Iterator[tuple[int, Stems, Concept]]:
    """Yield each actor that the name says of its own, with its position and its form."""
    stems = [token.stem for token in content]
    position = 0
    found = False
    while position < len(stems):
        said = next(_said_at(content, stems, position, lexicon), None)
        if said and not _is_complement(written, content[position].span.start, found=found):
            found = True
            yield position, *said
        position += len(said[0]) if said else 1


def _said_at(
    content: Sequence[Token], stems: Sequence[str], position: int, lexicon: Lexicon
) -> Iterator[tuple[Stems, Concept]]:
    for form, concept in lexicon.concepts_at(stems, position):
        written = tuple(map(_singular, content[position : position + len(form)]))
        # Stems alone would find a CAF in « Cafés associatifs ».
        if concept.actor and written in _ways(concept, lexicon):
            yield form, concept


def _ways(concept: Concept, lexicon: Lexicon) -> set[tuple[str, ...]]:
    return {tuple(map(_singular, lexicon.analyser.content(way))) for way in concept.words} | {
        tuple(map(_singular, lexicon.analyser.content(concept.name)))
    }


def _singular(token: Token) -> str:
    form = token.form
    if form.endswith("aux") and len(form) > 4:
        return f"{form[:-3]}al"
    return form.rstrip("sx") if len(form) > 3 else form


def _is_complement(written: str, start: int, *, found: bool) -> bool:
    """Say whether the name only belongs to what stands before it."""
    before = written[:start]
    return bool(_COMPLEMENT.search(before)) and (found or not _PART_OF_A_BODY.match(before))


def _own_tokens(written: str, tokens: Sequence[Token], told: set[int], first_end: int) -> Iterator[Token]:
    """Yield the words behind the first actor that name none, capitalised stop words (« Grand Est ») included."""
    started = False
    for token in tokens:
        if token.span.start < first_end or token.span.start in told:
            continue
        proper = written[token.span.start].isupper() or token.span.end == len(written.rstrip(" .)"))
        if not token.stop or (started and proper):
            started = True
            yield token


def _units(written: str, own: Sequence[Token]) -> Iterator[str]:
    """Yield the words of a place; those that a hyphen joins are one."""
    unit = ""
    for place, token in enumerate(own):
        joined = place and written[own[place - 1].span.end : token.span.start] == "-"
        if unit and not joined:
            yield unit
        unit = f"{unit}-{token.form}" if joined else token.form
    if unit:
        yield unit


def same_place(asked: Name, held: Name) -> bool:
    """Say whether two places may be one: the same words, or one says more than the other.

    « Vernois » is not « Haut-Vernois »; « Thur Doller » is « Pays Thur Doller ».
    """
    return asked.own == held.own or asked.units <= held.units or held.units <= asked.units


def reason_to_take(asked: Name, held: Name, *, plan_says_place: bool) -> Reason | None:
    """Return why a name of the documents is the organisation asked for, None when it is another.

    ``plan_says_place`` tells that the plan which holds the name says the place asked for.
    """
    if not asked.actors:
        return _reason_without_actor(asked, held)
    if not set(asked.actors) <= set(held.actors):
        return None
    if asked.units and not held.units:
        return Reason.PLACE if plan_says_place else None
    return _reason_of_actor(asked, held) if not asked.units or same_place(asked, held) else None


def _reason_of_actor(asked: Name, held: Name) -> Reason:
    """Say how a name that says the actor asked for, and no other place, says it."""
    if len(held.actors) > len(asked.actors):
        return Reason.SEVERAL
    if asked.words == held.words:
        return _same_words(asked, held)
    return Reason.FULLER if held.units - asked.units else Reason.ALIAS


def _reason_without_actor(asked: Name, held: Name) -> Reason | None:
    """Compare names that no lexicon knows: word for word, or a name that begins with the one asked for."""
    if asked.key == held.key and not held.actors:
        return _same_words(asked, held)
    begins = bool(asked.stems) and held.stems[: len(asked.stems)] == asked.stems
    # The actor that begins a name is longer than its first words: « Centres » is not in « Centre hospitalier ».
    return Reason.FULLER if begins and not held.begins_with_actor else None


def _same_words(asked: Name, held: Name) -> Reason:
    same = fold(squeeze(asked.written)) == fold(squeeze(held.written))
    return Reason.SAME if same else Reason.SPELT
