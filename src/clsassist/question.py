"""What a question in plain French asks: the record that understanding makes and answering reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clsassist.records import Role
from clsassist.text import Stems


class Intent(StrEnum):
    """What the answer must be."""

    HELP = "aide"
    ABOUT = "corpus"
    DEFINITION = "définition"
    COUNT = "nombre"
    FIELD = "champ"
    FIGURE = "chiffre"
    COMPARE = "comparaison"
    SIMILAR = "action semblable"
    OPEN = "synthèse"
    SET = "ensemble"


# What may be asked to be written in a field, beyond its being filled: an amount, a year.
STATED: Mapping[str, str] = {"montant": "financement", "date": "calendrier"}


@dataclass(frozen=True, slots=True)
class Topic:
    """One idea of the question: as typed, every way to say it, and whether an action may lack it.

    ``weak`` topics rank but do not filter; ``known`` is False when no document ever says it; ``place`` marks
    the name of a place, which a mention does not make the place of an action; ``also`` are its other wordings.
    ``joined`` is how it follows the topic before it: « et », « ou », or '' when both make one subject.
    ``fields`` are the only fields where it counts, when the question says so (« dont le public… », « axe 3 du PRS »);
    ``longer`` are other names that hold it and do not say it there (« médico-social » for « social »). ``ticked`` says
    that only a ticked box says it, not words written in the same field.
    """

    words: str
    forms: tuple[Stems, ...]
    narrower: tuple[Stems, ...] = ()
    related: tuple[Stems, ...] = ()
    weak: bool = False
    known: bool = True
    negated: bool = False
    place: bool = False
    also: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    longer: tuple[Stems, ...] = ()
    joined: str = ""
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation named in the question, every way to say it, and the part it must have.

    Without a ``role`` any part counts; ``assumed`` says that no word gave it (« les actions de la MSA »). ``alone``
    asks that nobody else leads; ``joined`` is how it follows the organisation named before it: « et », « ou » or ''.
    ``documents`` are those where its territory fits (« CPAM du Haut-Rhin »), all when empty.
    """

    words: str
    forms: tuple[Stems, ...]
    negated: bool = False
    role: Role | None = None
    alone: bool = False
    documents: frozenset[str] = frozenset()
    joined: str = ""
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its name as the reader knows it, and the ids of its actions."""

    words: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. Empty tuples and None mean: not restricted.

    ``typed`` is the question as received, ``text`` without its greeting. ``lists_all`` says that every action is
    asked for; ``filled`` which fields must be filled, or empty: a key, or one of STATED; ``listed`` how many
    organisations a field must list: its key, « plus », « moins », « au moins » or « au plus », and the number.
    ``exclusion`` is what the question leaves out, as a question: « sauf celles de
    l'ARS ». ``sides`` are what a comparison compares; ``models`` the ids of the actions to find the like of;
    ``per`` what a count is broken down by; ``aspect`` what is asked about the corpus itself.
    """

    text: str
    intent: Intent
    fields: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    axes: tuple[int, ...] = ()
    years: tuple[int, ...] = ()
    year_bound: str = ""
    objectives: tuple[str, ...] = ()
    documents: frozenset[str] = frozenset()
    excluded_documents: frozenset[str] = frozenset()
    plan_words: str = ""
    titles: tuple[str, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    to_contact: bool | None = None
    answered_yes: tuple[tuple[str, bool], ...] = ()
    filled: tuple[tuple[str, bool], ...] = ()
    listed: tuple[str, str, int] | None = None
    yes_no: bool = False
    topics: tuple[Topic, ...] = ()
    mentions: bool = False
    kind: str = ""
    acronym: str = ""
    asks_set: bool = False
    follows: bool = False
    lists_all: bool = False
    typed: str = ""
    key_words: bool = False
    sides: tuple[Side, ...] = ()
    models: tuple[str, ...] = ()
    per: str = ""
    aspect: str = ""
    notes: tuple[str, ...] = ()
    exclusion: Question | None = None

    @property
    def either(self) -> bool:
        """Say whether one of several topics is enough."""
        return any(topic.joined == "ou" for topic in self.topics)

    @property
    def selects(self) -> bool:
        """Say whether the question restricts the actions in any way."""
        return self.restricts or bool(self.strong_topics)

    @property
    def restricts(self) -> bool:
        """Say whether the question restricts the actions otherwise than by a topic."""
        return bool(
            self.numbers
            or self.axes
            or self.years
            or self.objectives
            or self.documents
            or self.excluded_documents
            or self.titles
            or self.exclusion
            or self.organisations
            or self.answered_yes
            or self.filled
            or self.listed
        )

    @property
    def strong_topics(self) -> tuple[Topic, ...]:
        """Return the topics that an action must speak of; general words count only when nothing else is asked."""
        strong = tuple(topic for topic in self.topics if not topic.weak)
        return strong or (() if self.restricts else self.topics)
