"""Which actions speak of a topic, with the words that say so: the postings of the registry, never a score."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from clsassist.question import Question, Topic
from clsassist.records import Action, Involvement, Role
from clsassist.registry import Registry
from clsassist.segments import Segment, Weight
from clsassist.text import Stems


@dataclass(frozen=True, slots=True)
class Match:
    """An action that satisfies the question, and its proofs, best first."""

    action: Action
    proofs: tuple[Segment, ...]
    weight: Weight = Weight.OBJECT
    involvements: tuple[Involvement, ...] = ()

    def involvements_of(self, role: Role, field_key: str) -> list[Involvement]:
        """Return the parts with this role that a field of the action names."""
        return [held for held in self.action.involvements if held.role is role and held.field_key == field_key]


# Gives the worth of quoting a segment, from the ranks of its passage: it only orders equal proofs.
Worth = Callable[[Segment], float]


def says(stems: Stems, forms: Iterable[Stems]) -> bool:
    """Say whether a name holds one of the forms as whole words in a row."""
    return any(
        stems[start : start + len(form)] == form for form in forms for start in range(len(stems) - len(form) + 1)
    )


def topic_segments(topics: Sequence[Topic], registry: Registry, *, either: bool = False) -> list[Segment]:
    """Return the segments that say one topic and stand with all the others, in their words or above them.

    With ``either``, one topic is enough.
    """
    ways = [(*topic.forms, *topic.narrower) for topic in topics]
    found: dict[int, Segment] = {}
    for said in ways:
        for row, segment in registry.segments_saying(said):
            around = (*segment.context, "|", *segment.stems)
            if either or all(other is said or says(around, other) for other in ways):
                found[row] = segment
    return [found[row] for row in sorted(found)]


def _proof_order(segment: Segment, topics: Sequence[Topic], worth: Worth) -> tuple[int, int, int, float]:
    """Order proofs: what the action is about first, then own words before narrower ones, sentences before titles."""
    own = all(says(segment.stems, topic.forms) for topic in topics)
    return int(segment.weight), int(not own), int(segment.kind == "title"), -worth(segment)


# --- topics


def speak_of(
    topics: Sequence[Topic], matches: Sequence[Match], registry: Registry, worth: Worth, *, either: bool = False
) -> list[Match]:
    """Return the matches that speak of all topics together, with the segments that say so, best first."""
    said = topic_segments(topics, registry, either=either)
    found = []
    for match in matches:
        proofs = [segment for segment in said if segment.owner == match.action.id]
        if proofs:
            ordered = sorted(proofs, key=lambda segment: _proof_order(segment, topics, worth))
            weight = ordered[0].weight
            found.append(replace(match, proofs=(*ordered, *match.proofs), weight=weight))
    return found


def speak_of_sides(
    question: Question, topics: Sequence[Topic], matches: Sequence[Match], registry: Registry, worth: Worth
) -> list[Match]:
    """Read « logement des stagiaires et des jeunes » as one public or the other; each side must have an action."""
    joint = re.search(r"\bet\b", question.text, re.IGNORECASE)
    if joint is None:
        return []
    before = [topic for topic in topics if question.text.find(topic.words) < joint.start()]
    after = [topic for topic in topics if topic not in before]
    if not before or not after:
        return []
    first = speak_of(before, matches, registry, worth)
    second = speak_of([*before[:-1], *after], matches, registry, worth)
    if not first or not second:
        return []
    by_weight = sorted((*first, *second), key=lambda match: -int(match.weight))
    found = {match.action.id: match for match in by_weight}
    return [found[match.action.id] for match in matches if match.action.id in found]


def speak_apart(
    question: Question, topics: Sequence[Topic], matches: Sequence[Match], registry: Registry, worth: Worth
) -> list[Match]:
    """For a bare list of key words (« bus navette »), accept an action that speaks of each one somewhere."""
    if not question.key_words or len(topics) < 2:
        return []
    alone = [{one.action.id: one for one in speak_of([topic], matches, registry, worth)} for topic in topics]
    found = []
    for match in matches:
        held = [one[match.action.id] for one in alone if match.action.id in one]
        if len(held) == len(topics):
            proofs = tuple(one.proofs[0] for one in held)
            found.append(replace(match, proofs=proofs, weight=max(one.weight for one in held)))
    return found


# A topic that this share of all actions speaks of tells them apart badly.
_COMMON_SHARE = 0.2


def is_common(topic: Topic, registry: Registry) -> bool:
    """Say whether so many actions speak of a topic that it tells them apart badly."""
    said = registry.segments_saying((*topic.forms, *topic.narrower))
    owners = {segment.owner for _, segment in said if segment.owner in registry.actions}
    return len(owners) >= _COMMON_SHARE * len(registry.actions)


def closest(topics: Sequence[Topic], registry: Registry) -> Iterator[tuple[Segment, tuple[Topic, ...]]]:
    """Yield what comes nearest when nothing says all topics: segments with the topics they do say, most first.

    The neighbouring ideas of a topic count only when it is alone.
    """
    said: dict[int, tuple[Segment, list[Topic]]] = {}
    for topic in topics:
        related = topic.related if len(topics) == 1 else ()
        for row, segment in registry.segments_saying((*topic.forms, *topic.narrower, *related)):
            said.setdefault(row, (segment, []))[1].append(topic)
    ordered = sorted(said.values(), key=lambda pair: (-len(pair[1]), int(pair[0].weight)))
    for segment, held in ordered:
        yield segment, tuple(held)
