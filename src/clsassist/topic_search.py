"""Which actions speak of a topic, with the words that say so: the postings of the registry, never a score."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from clsassist.question import Question, Topic
from clsassist.records import Action, Involvement, Role
from clsassist.registry import Registry
from clsassist.segment_rows import Rows, join_rows
from clsassist.segments import Segment, Weight
from clsassist.text import says

# Gives proofs when they are wanted: of thousands of matches, only those shown to a reader need theirs.
Proofs = Callable[[], Sequence[Segment]]


class Match(NamedTuple):
    """An action that satisfies the question, with what proves it.

    ``saying`` gives the segments that speak of the subject, best first; ``grounds`` those of each other condition:
    years, a box, a filled field; ``involvements`` are the parts that the organisations of the question have, and
    ``prove`` gives the words of one. ``is_apart`` marks that each of ``said`` says one side of the question, when no
    one place says all of it.
    """

    action: Action
    saying: Proofs = tuple
    grounds: tuple[Proofs, ...] = ()
    involvements: tuple[Involvement, ...] = ()
    prove: Callable[[Action, Involvement], Segment] | None = None
    weight: Weight = Weight.OBJECT
    is_apart: bool = False

    @property
    def said(self) -> tuple[Segment, ...]:
        """Return the segments that speak of the subject, best first."""
        return tuple(self.saying())

    @property
    def criteria(self) -> tuple[Segment, ...]:
        """Return what proves each other condition."""
        return tuple(proof for ground in self.grounds for proof in ground())

    @property
    def parts(self) -> tuple[tuple[Involvement, Segment], ...]:
        """Return the parts of the organisations asked about, each with its words."""
        return tuple((held, self.prove(self.action, held)) for held in self.involvements if self.prove)

    @property
    def apart(self) -> int:
        """Return how many of the first of ``said`` each say one side of the question."""
        return len(self.said) if self.is_apart else 0

    @property
    def proofs(self) -> tuple[Segment, ...]:
        """Return every proof, those of the subject first."""
        return (*self.said, *self.criteria, *(proof for _, proof in self.parts))

    def proved_by(self, ground: Proofs) -> Match:
        """Return the match with one more ground."""
        # « _replace » takes four times as long, for thousands of matches.
        action, saying, grounds, involvements, prove, weight, is_apart = self
        return Match(action, saying, (*grounds, ground), involvements, prove, weight, is_apart)

    def involvements_of(self, role: Role, field_key: str) -> list[Involvement]:
        """Return the parts with this role that a field of the action names."""
        return [held for held in self.action.involvements if held.role is role and held.field_key == field_key]


# Returns the match with its proof, or None when the action fails; actions that lack the field are noted in the dict.
Condition = Callable[[Match, dict[str, Action]], Match | None]

_BARE: WeakKeyDictionary[Registry, dict[str, Match]] = WeakKeyDictionary()


def bare_matches(registry: Registry) -> dict[str, Match]:
    """Return each action as a match with no proof yet, by its id; made once for the registry in service."""
    if registry not in _BARE:
        _BARE[registry] = {identifier: Match(action) for identifier, action in registry.actions.items()}
    return _BARE[registry]


# Gives the worth of quoting a segment, from the ranks of its passage: it only orders equal proofs.
Worth = Callable[[Segment], float]


def topic_rows(topics: Sequence[Topic], registry: Registry) -> Rows:
    """Return the segments that say one topic and stand with all the others, in their words or above them."""
    ways = list(dict.fromkeys((*topic.forms, *topic.narrower) for topic in topics))
    found = []
    for said in ways:
        rows = registry.rows.saying(said)
        for other in ways:
            rows = rows if other is said else registry.rows.standing_with(rows, other)
        found.append(rows)
    return join_rows(found)


def topic_segments(topics: Sequence[Topic], registry: Registry) -> list[Segment]:
    """Return the segments of topic_rows, in reading order."""
    return registry.segments(topic_rows(topics, registry))


def outside_segments(topics: Sequence[Topic], registry: Registry) -> list[Segment]:
    """Return those of topic_segments that are of sections, not of actions."""
    rows = topic_rows(topics, registry)
    return registry.segments(rows[registry.is_outside[registry.rows.columns.owner[rows]]])


class TopicProofs:
    """The segments that say topics, by the action or section they belong to; read when wanted, best first."""

    def __init__(self, topics: Sequence[Topic], registry: Registry, worth: Worth) -> None:
        self._topics = topics
        self._registry = registry
        self._worth = worth
        columns = registry.rows.columns
        self._rows = topic_rows(topics, registry)
        self._by_owner = rows = self._rows[np.argsort(columns.owner[self._rows], kind="stable")]
        places, starts = np.unique(columns.owner[rows], return_index=True)
        # Where the rows of each owner begin and end: thousands of slices that nobody may want are not made.
        self._held: dict[str, tuple[int, int]] = {}
        self.weights: dict[str, Weight] = {}
        if len(rows):
            weights = np.minimum.reduceat(columns.weight[rows], starts).tolist()
            owners = [columns.owners[place] for place in places.tolist()]
            bounds = [*starts.tolist(), len(rows)]
            self._held = dict(zip(owners, itertools.pairwise(bounds), strict=True))
            self.weights = {owner: _WEIGHTS[weight] for owner, weight in zip(owners, weights, strict=True)}

    def of(self, owner: str) -> list[Segment]:
        """Return what an action or section says, best first; nothing when it says nothing of all the topics."""
        if owner not in self._held:
            return []
        start, end = self._held[owner]
        found = self._registry.segments(self._by_owner[start:end])
        return sorted(found, key=lambda segment: _proof_order(segment, self._topics, self._worth))

    def owners_in(
        self, keys: Collection[str], apart_from: Rows | None = None, *, ticked: bool = False
    ) -> frozenset[str]:
        """Return the owners that say the topics in a field of one of these keys, elsewhere than in some rows.

        With ``ticked``, a ticked box must say them.
        """
        columns = self._registry.rows.columns
        wanted = [place for place, key in enumerate(columns.fields) if key in keys]
        rows = self._rows
        if apart_from is not None and len(apart_from):
            rows = np.setdiff1d(rows, apart_from, assume_unique=True)
        rows = rows[columns.option[rows]] if ticked else rows
        return self._registry.rows.owners(rows[np.isin(columns.field[rows], wanted)])


_WEIGHTS = {int(weight): weight for weight in Weight}


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
    proofs = TopicProofs(topics, registry, worth)
    weights = proofs.weights
    return [
        Match(
            match.action,
            partial(proofs.of, match.action.id),
            match.grounds,
            match.involvements,
            match.prove,
            weights[match.action.id],
            match.is_apart,
        )
        for match in matches
        if match.action.id in weights
    ]


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
            weight = max(one.weight for one in held)
            found.append(match._replace(saying=partial(_first_of_each, held), weight=weight, is_apart=True))
    return found


def _first_of_each(sides: Sequence[Match]) -> Sequence[Segment]:
    """Return the best proof of each side, each once."""
    return tuple(dict.fromkeys(side.said[0] for side in sides))


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
    said = registry.owners_saying((*topic.forms, *topic.narrower))
    return sum(owner in registry.actions for owner in said) >= _COMMON_SHARE * len(registry.actions)


def closest(
    topics: Sequence[Topic], registry: Registry, is_near: Callable[[Sequence[Topic]], bool]
) -> Iterator[tuple[Segment, tuple[Topic, ...]]]:
    """Yield what comes nearest when nothing says all topics: segments with the topics they do say, most first.

    The neighbouring ideas of a topic count only when it is alone; ``is_near`` judges what a segment says.
    """
    said: dict[int, list[Topic]] = {}
    for topic in topics:
        related = topic.related if len(topics) == 1 else ()
        for row in registry.rows.saying((*topic.forms, *topic.narrower, *related)).tolist():
            said.setdefault(row, []).append(topic)
    weights = registry.rows.columns.weight
    near = [row for row, held in said.items() if is_near(held)]
    ordered = sorted(near, key=lambda row: (-len(said[row]), weights[row]))
    for start in range(0, len(ordered), _READ_AT_ONCE):
        rows = ordered[start : start + _READ_AT_ONCE]
        found = registry.segments(np.sort(np.array(rows, dtype=np.int32)))
        by_row = dict(zip(sorted(rows), found, strict=True))
        yield from ((by_row[row], tuple(said[row])) for row in rows)


_READ_AT_ONCE = 50
