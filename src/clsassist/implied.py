"""Actions that help people to do a thing without naming them: « accompagner ceux qui s'installent », for doctors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from clsassist.lexicon import Lexicon
from clsassist.question import Question, Topic
from clsassist.registry import Registry
from clsassist.segments import Segment, Weight
from clsassist.text import fold, french
from clsassist.topic_search import Match, Worth, speak_of

# « aider les médecins à s'installer », « les médecins qui s'installent »: people do the thing themselves.
_DO_IT = french(
    r"\s+(?:[a-zà-ÿ-]+\s+){0,2}?(?:à|pour|de|qui|(?:veulent|souhaitent|peuvent)(?:-ils|-elles)?)\s+"
    r"(?:ne pas\s+|mieux\s+)?(?:se\s+|s['’])$"
)


def split_people(question: Question, topics: Sequence[Topic], lexicon: Lexicon) -> tuple[list[Topic], list[Topic]]:
    """Return the people that a question says do a thing, and what they do; nobody when it says no such thing."""
    people = [topic for topic in topics if set(topic.forms[0]) & lexicon.public_words]
    rest = [topic for topic in topics if topic not in people]
    if not people or not rest or not all(topic.known for topic in topics):
        return [], []
    said = re.escape(people[-1].words), re.escape(rest[0].words)
    between = re.search(rf"\b{said[0]}\b(?P<words>[^,;.?]*?)\b{said[1]}\b", question.text)
    return (people, rest) if between and _DO_IT.search(between["words"]) else ([], [])


def imply(
    people: Sequence[Topic],
    rest: Sequence[Topic],
    matches: Sequence[Match],
    registry: Registry,
    lexicon: Lexicon,
    worth: Worth,
) -> Iterator[Match]:
    """Yield the matches whose object is what people do, in words that name nobody else in particular."""
    # « interne en médecine » does not make doctors of interns.
    named = [form for topic in people for form in topic.forms if form == topic.forms[0] or len(form) == 1]
    own = {stem for form in named for stem in form}
    others = lexicon.public_words - lexicon.general_people - own
    for match in speak_of(rest, matches, registry, worth):
        proofs = tuple(one for one in match.said if _is_theirs(one, rest, others, lexicon))
        if proofs:
            yield match._replace(saying=partial(_given, proofs))


def _is_theirs(segment: Segment, rest: Sequence[Topic], others: frozenset[str], lexicon: Lexicon) -> bool:
    """Say whether what a segment does is for anybody: it names nobody else, nor says a thing once done.

    « un comité, une fois installé » helps nobody to settle.
    """
    if segment.weight is not Weight.OBJECT or segment.kind == "option" or set(segment.stems) & others:
        return False
    said = {stem for topic in rest for form in (*topic.forms, *topic.narrower) for stem in form}
    verbs = {word for topic in rest for words in (topic.words, *topic.also) for word in fold(words).split()}
    tokens = lexicon.analyser.content(segment.quote)
    words = [token.span.of(segment.quote).lower() for token in tokens if token.stem in said]
    return not all(_DONE.search(word) and fold(_DONE.sub("er", word)) in verbs for word in words)


_DONE = re.compile(r"ée?s?$")


def _given(proofs: tuple[Segment, ...]) -> tuple[Segment, ...]:
    return proofs
