"""A question while its words are being recognised: what is understood so far, and which words are still free."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from clsassist.question import Question, Topic
from clsassist.text import Token
from clsassist.understanding.patterns import (
    BOTH,
    CLAUSE_BREAK,
    DENIED,
    DENIED_AFTER,
    EITHER,
    NEGATION,
    SET_NOUN,
    SET_ONE,
    WHY,
)
from clsassist.vocabulary import Vocabulary


@dataclass(slots=True)
class Draft:
    """The question while its words are being recognised; ``free`` holds the positions still unexplained.

    ``topics`` and ``fields`` keep where each is said, in characters; ``field_words`` from which word to which a field
    is named.
    """

    tokens: tuple[Token, ...]
    free: set[int]
    question: Question
    notes: list[str] = field(default_factory=list)
    topics: list[tuple[int, int, Topic]] = field(default_factory=list)
    fields: list[tuple[int, str]] = field(default_factory=list)
    field_words: list[tuple[int, int]] = field(default_factory=list)

    def take(self, start: int, end: int) -> None:
        """Mark the words from start to end as explained."""
        self.free -= set(range(start, end))

    def add_topic(self, topic: Topic, start: int, end: int) -> None:
        """Add the subject said from character start to end; one bound to a field asks for a set of actions."""
        self.topics.append((start, end, topic))
        if topic.fields:
            self.question = replace(self.question, asks_set=True)

    def joined_topics(self) -> tuple[Topic, ...]:
        """Return the subjects in the order of the question, each with how it is joined to the one before it."""
        ordered = sorted(self.topics, key=lambda placed: placed[0])
        ends = [0, *(end for _, end, _ in ordered)]
        return tuple(
            replace(topic, joined=connector(self.question.text[ends[place] : start]) if place else "")
            for place, (start, _, topic) in enumerate(ordered)
        )

    def stems(self) -> list[str]:
        """Return the stem of every word, explained or not."""
        return [token.stem for token in self.tokens]

    def is_free(self, start: int, end: int) -> bool:
        """Say whether no word from start to end is explained yet."""
        return all(place in self.free for place in range(start, end))

    def before(self, place: int) -> str:
        """Return the text before a word."""
        return self.question.text[: self.tokens[place].span.start]

    def words(self, start: int, end: int) -> str:
        """Return the words from start to end as typed."""
        return self.question.text[self.tokens[start].span.start : self.tokens[end - 1].span.end]


def first_set_noun(draft: Draft) -> int | None:
    """Return the position of « actions » or the like when the question asks for actions."""
    text = draft.question.text
    match = SET_ONE.search(text) or SET_NOUN.search(text)
    if match is None or (draft.question.numbers and not SET_ONE.search(text)):
        return None
    return next((place for place, token in enumerate(draft.tokens) if token.span.end >= match.end()), None)


def take_match(draft: Draft, match: re.Match[str]) -> None:
    """Mark the words that a pattern matched as explained."""
    for place, token in enumerate(draft.tokens):
        if token.span.start >= match.start() and token.span.end <= match.end():
            draft.take(place, place + 1)


def overlaps(draft: Draft, match: re.Match[str]) -> bool:
    """Say whether a word of the match is still free."""
    return any(match.start() <= draft.tokens[place].span.start < match.end() for place in draft.free)


_DETERMINERS = frozenset({"le", "la", "les", "l", "un", "une", "des", "celle", "celles", "ceux"})
# What stands before one of these is said of something else: « pas portées par le PETR et qui visent… ».
_OPENS_CLAUSE = frozenset({"qui", "dont", "mais"})


def negated(draft: Draft, place: int, vocabulary: Vocabulary) -> bool:
    """Say whether « sans », « sauf », « pas »… stands before a place, with only words of no topic between."""
    lexicon = vocabulary.lexicon
    if WHY.match(draft.question.text):
        return False
    for before in range(place - 1, -1, -1):
        token = draft.tokens[before]
        if NEGATION.fullmatch(token.form):
            return not _is_said_of_people(draft, before, vocabulary)
        if token.form in _OPENS_CLAUSE:
            return False
        named = any(start <= before < end for start, end in draft.field_words)
        if not (token.stop or named or token.stem in lexicon.tool_words or token.form in lexicon.place_words):
            return False
    return False


def _is_said_of_people(draft: Draft, negation: int, vocabulary: Vocabulary) -> bool:
    """Say whether a negation is of people, not of actions: « les gens qui n'ont pas de voiture », « sans emploi »."""
    people = vocabulary.lexicon.public_words
    tokens = draft.tokens
    if tokens[negation].form == "sans":
        # « sans les élus » leaves somebody out; « les jeunes sans emploi » says who they are.
        after = tokens[negation + 1].form if negation + 1 < len(tokens) else ""
        return negation > 0 and tokens[negation - 1].stem in people and after not in _DETERMINERS
    who = next((place for place in range(negation, -1, -1) if tokens[place].form == "qui"), 0)
    return who > 0 and tokens[who - 1].stem in people


def denied_after(draft: Draft, place: int) -> bool:
    """Say whether what a word is the subject of is denied: « Madame Gharbi n'apparaît pas »."""
    return bool(DENIED_AFTER.match(draft.question.text[draft.tokens[place].span.end :]))


def denied(draft: Draft, place: int, vocabulary: Vocabulary) -> bool:
    """Say whether the verb of a place's clause is denied: « qui ne visent pas les professionnels médicaux »."""
    if WHY.match(draft.question.text):
        return False
    start = draft.tokens[place].span.start
    text = draft.question.text
    return any(
        match.end() <= start
        and not CLAUSE_BREAK.search(text[match.end() : start])
        and not _is_said_of_people(draft, _last_word(draft, match.end()), vocabulary)
        for match in DENIED.finditer(text)
    )


def _last_word(draft: Draft, end: int) -> int:
    return max(place for place, token in enumerate(draft.tokens) if token.span.end <= end)


def connector(between: str) -> str:
    """Return how two things are joined by the words between them: « et », « ou », or '' when neither is said.

    >>> connector(" ou la "), connector(" et aux "), connector(" des ")
    ('ou', 'et', '')
    """
    if EITHER.search(between):
        return "ou"
    return "et" if BOTH.search(between) else ""
