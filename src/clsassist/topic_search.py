"""Which actions speak of a topic, with the words that say so: the postings of the registry, never a score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from clsassist.question import Question, Topic
from clsassist.records import Action, Involvement, Role
from clsassist.registry import Registry
from clsassist.segments import Segment, Weight
from clsassist.text import says


@dataclass(frozen=True, slots=True)
class Match:
    """An action that satisfies the question, with what proves it.

    ``said`` are the segments that speak of the subject, best first; ``criteria`` one for each other condition: years,
    a box, a filled field; ``parts`` the organisations asked about, each with its words. ``apart`` is how many of the
    first of ``said`` each say one side of the question, when no one place says all of it.
    """

    action: Action
    said: tuple[Segment, ...] = ()
    criteria: tuple[Segment, ...] = ()
    parts: tuple[tuple[Involvement, Segment], ...] = ()
    weight: Weight = Weight.OBJECT
    apart: int = 0

    @property
    def proofs(self) -> tuple[Segment, ...]:
        """Return every proof, those of the subject first."""
        return (*self.said, *self.criteria, *(proof for _, proof in self.parts))

    @property
    def involvements(self) -> tuple[Involvement, ...]:
        """Return the parts that the organisations of the question have."""
        return tuple(held for held, _ in self.parts)

    def involvements_of(self, role: Role, field_key: str) -> list[Involvement]:
        """Return the parts with this role that a field of the action names."""
        return [held for held in self.action.involvements if held.role is role and held.field_key == field_key]


# Gives the worth of quoting a segment, from the ranks of its passage: it only orders equal proofs.
Worth = Callable[[Segment], float]


def topic_segments(topics: Sequence[Topic], registry: Registry) -> list[Segment]:
    """Return the segments that say one topic and stand with all the others, in their words or above them."""
    ways = dict.fromkeys((*topic.forms, *topic.narrower) for topic in topics)
    found: dict[int, Segment] = {}
    for said in ways:
        for row, segment in registry.segments_saying(said):
            around = (*segment.context, "|", *segment.stems)
            if all(other is said or says(around, other) for other in ways):
                found[row] = segment
    return [found[row] for row in sorted(found)]


def topic_proofs(topic: Topic, registry: Registry, worth: Worth) -> dict[str, list[Segment]]:
    """Return the segments that say one topic, best first, by the action or section they belong to."""
    proofs: dict[str, list[Segment]] = {}
    for segment in topic_segments([topic], registry):
        proofs.setdefault(segment.owner, []).append(segment)
    for said in proofs.values():
        said.sort(key=lambda segment: _proof_order(segment, [topic], worth))
    return proofs


def _proof_order(segment: Segment, topics: Sequence[Topic], worth: Worth) -> tuple[int, int, int, float]:
    """Order proofs: what the action is about first, then own words before narrower ones, sentences before titles."""
    own = all(says(segment.stems, topic.forms) for topic in topics)
    return int(segment.weight), int(not own), int(segment.kind == "title"), -worth(segment)


# --- topics


@dataclass(frozen=True, slots=True)
class Found:
    """The matches that speak of the topics; ``dropped`` topics were too general to tell actions apart.

    ``either`` says that no action spoke of both sides of « et », so that one side was enough.
    """

    matches: tuple[Match, ...] = ()
    dropped: tuple[Topic, ...] = ()
    either: bool = False


def find_topics(
    question: Question, topics: Sequence[Topic], matches: Sequence[Match], registry: Registry, worth: Worth
) -> Found:
    """Return the matches that speak of the topics: all of them, or of one alternative of « ou »."""
    alternatives = split_topics(topics, "ou")
    if len(alternatives) > 1:
        known = [one for one in alternatives if all(topic.known for topic in one)]
        found = [_speak_of_all(question, one, matches, registry, worth) for one in known]
        return Found(_in_order(matches, *found))
    found_all = _speak_of_all(question, topics, matches, registry, worth)
    sides = [] if found_all else _speak_of_sides(topics, matches, registry, worth)
    found_first = found_all or sides
    if not question.mentions and not _has_object(found_first):
        wider, dropped = _without_common(topics, matches, registry, worth)
        if wider and (not found_first or _has_object(wider)):
            return Found(tuple(wider), dropped)
    return Found(tuple(found_first), (), bool(sides))


def split_topics(topics: Sequence[Topic], connector: str) -> list[list[Topic]]:
    """Cut a list of topics where they are joined by « et » or « ou »."""
    groups: list[list[Topic]] = []
    for topic in topics:
        if groups and topic.joined != connector:
            groups[-1].append(topic)
        else:
            groups.append([topic])
    return groups


def speak_of(topics: Sequence[Topic], matches: Sequence[Match], registry: Registry, worth: Worth) -> list[Match]:
    """Return the matches that speak of all topics together, with the segments that say so, best first."""
    by_owner: dict[str, list[Segment]] = {}
    for segment in topic_segments(topics, registry):
        by_owner.setdefault(segment.owner, []).append(segment)
    found = []
    for match in matches:
        proofs = by_owner.get(match.action.id)
        if proofs:
            ordered = sorted(proofs, key=lambda segment: _proof_order(segment, topics, worth))
            found.append(replace(match, said=tuple(ordered), weight=ordered[0].weight))
    return found


def _speak_of_all(
    question: Question, topics: Sequence[Topic], matches: Sequence[Match], registry: Registry, worth: Worth
) -> tuple[Match, ...]:
    """Return the matches that say all topics in one place, or each side of « et » somewhere.

    A bare list of key words (« bus navette ») may be said in several places too.
    """
    together = speak_of(topics, matches, registry, worth)
    sides = split_topics(topics, "et")
    if len(sides) == 1 and question.key_words and not together:
        sides = [[topic] for topic in topics]
    apart = _speak_of_each(sides, matches, registry, worth) if len(sides) > 1 else []
    return _in_order(matches, together, apart)


def _speak_of_each(
    sides: Sequence[Sequence[Topic]], matches: Sequence[Match], registry: Registry, worth: Worth
) -> list[Match]:
    """Return the matches that speak of every side, each with its own proof."""
    by_side = [{one.action.id: one for one in speak_of(side, matches, registry, worth)} for side in sides]
    found = []
    for match in matches:
        held = [side[match.action.id] for side in by_side if match.action.id in side]
        if len(held) == len(sides):
            said = tuple(dict.fromkeys(one.said[0] for one in held))
            weight = max(one.weight for one in held)
            found.append(replace(match, said=said, weight=weight, apart=len(said)))
    return found


def _speak_of_sides(
    topics: Sequence[Topic], matches: Sequence[Match], registry: Registry, worth: Worth
) -> tuple[Match, ...]:
    """Read « logement des stagiaires et des jeunes » as one public or the other; each side must have an action."""
    sides = split_topics(topics, "et")
    if len(sides) < 2:
        return ()
    head = sides[0][:-1]
    found = [speak_of([*(head if place else ()), *side], matches, registry, worth) for place, side in enumerate(sides)]
    return _in_order(matches, *found) if all(found) else ()


def _without_common(
    topics: Sequence[Topic], matches: Sequence[Match], registry: Registry, worth: Worth
) -> tuple[list[Match], tuple[Topic, ...]]:
    """Leave out the topics that so many actions speak of that they tell them apart badly."""
    common = tuple(topic for topic in topics if _is_common(topic, registry))
    left = [topic for topic in topics if topic not in common]
    return (speak_of(left, matches, registry, worth), common) if common and left else ([], ())


def _in_order(matches: Sequence[Match], *found: Sequence[Match]) -> tuple[Match, ...]:
    """Return what was found, each action once with its best weight, in the order of the matches."""
    best: dict[str, Match] = {}
    for one in (one for part in found for one in part):
        if one.action.id not in best or one.weight < best[one.action.id].weight:
            best[one.action.id] = one
    return tuple(best[match.action.id] for match in matches if match.action.id in best)


def _has_object(found: Sequence[Match]) -> bool:
    """Say whether some action is about the topic, rather than naming it in passing."""
    return any(match.weight is Weight.OBJECT for match in found)


# A topic that this share of all actions speaks of tells them apart badly.
_COMMON_SHARE = 0.2


def _is_common(topic: Topic, registry: Registry) -> bool:
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
