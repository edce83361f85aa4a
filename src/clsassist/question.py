"""What a question in plain French asks: the record that understanding makes and answering reads."""

from __future__ import annotations

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
    SET = "ensemble"


@dataclass(frozen=True, slots=True)
class Topic:
    """One idea of the question: as typed, every way to say it, and whether an action may lack it.

    ``weak`` topics rank but do not filter; ``known`` is False when no document ever says it; ``place`` marks
    the name of a place, which a mention does not make the place of an action; ``also`` are its other wordings.
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


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation named in the question, and every way to say it."""

    words: str
    forms: tuple[Stems, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. Empty tuples and None mean: not restricted.

    ``typed`` is the question as received, ``text`` without its greeting. ``either`` says that one of several
    topics or organisations is enough; ``strict_fields`` that a topic counts only in ``fields``; ``lists_all``
    that every action is asked for.
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
    role: Role | None = None
    to_contact: bool | None = None
    answered_yes: tuple[tuple[str, bool], ...] = ()
    filled: tuple[tuple[str, bool], ...] = ()
    yes_no: bool = False
    topics: tuple[Topic, ...] = ()
    mentions: bool = False
    kind: str = ""
    acronym: str = ""
    asks_set: bool = False
    follows: bool = False
    strict_fields: bool = False
    either: bool = False
    lists_all: bool = False
    typed: str = ""
    key_words: bool = False
    notes: tuple[str, ...] = ()

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
            or self.organisations
            or self.answered_yes
            or self.filled
        )

    @property
    def strong_topics(self) -> tuple[Topic, ...]:
        """Return the topics that an action must speak of; general words count only when nothing else is asked."""
        strong = tuple(topic for topic in self.topics if not topic.weak)
        return strong or (() if self.restricts else self.topics)
