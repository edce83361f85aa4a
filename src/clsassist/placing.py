"""What must stand in a field of an action: ticked or written, in the fields that the question names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from clsassist.proofs import whole_field_proof
from clsassist.question import Organisation, Question, Topic
from clsassist.records import Action, Field
from clsassist.registry import Registry
from clsassist.segments import Segment, Weight
from clsassist.text import Stems, says
from clsassist.topic_search import Condition, Match, TopicProofs, Worth

_Named = TypeVar("_Named", Organisation, Topic)


def either_groups(named: Sequence[_Named]) -> list[list[_Named]]:
    """Group the organisations, or the topics, of which one is enough: « la CPAM ou la MSA »."""
    groups: list[list[_Named]] = []
    for one in named:
        if groups and one.joined == "ou":
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def says_in_field(question: Question, registry: Registry, worth: Worth) -> Condition:
    """« qui visent les lycéens », « axe 3 du PRS »: the topic must stand in its field, ticked or written.

    Where a form has no field for the public, what the action does tells whom it is for. « la case… est cochée » is
    said of boxes alone.
    """
    bound = [topic for topic in question.topics if topic.fields]
    groups = [[_FieldProofs(topic, registry, worth) for topic in group] for group in either_groups(bound)]

    def condition(match: Match, missing: dict[str, Action]) -> Match | None:
        action = match.action
        for group in groups:
            told = [said.holds(action) for said in group]
            if not any(told) and not any(action.id in said.settled for said in group):
                missing[action.id] = action
                return None
            holding = [said for said, tells in zip(group, told, strict=True) if tells is not said.topic.negated]
            if not holding:
                return None
            match = match.proved_by(partial(proofs, action, holding))
        return match

    def proofs(action: Action, holding: Sequence[_FieldProofs]) -> Sequence[Segment]:
        found = [proof for said in holding for proof in said.of(action)[:1]]
        denied = [said.topic for said in holding if said.topic.negated]
        return [*found, *(one for topic in denied for one in whole_field_proof(action, topic.fields, registry))]

    return condition


def is_there(field: Field) -> bool:
    """Say that a field is in the form, whatever it holds."""
    return True


def is_filled(field: Field) -> bool:
    """Say whether somebody wrote or ticked something in a field."""
    return field.filled


def has_known_boxes(field: Field) -> bool:
    """Say whether a field has boxes whose state the file tells."""
    return any(option.ticked is not None for option in field.options)


class _FieldProofs:
    """What actions say of a topic in its fields; without a field for the public, in what the action does.

    ``settled`` are the actions that deny a topic that they do not say: their field is filled, or has boxes when only
    these count.
    """

    def __init__(self, topic: Topic, registry: Registry, worth: Worth) -> None:
        self.topic = topic
        self.settled = registry.actions_having(topic.fields, has_known_boxes if topic.ticked else is_filled)
        self._with_public = registry.actions_having(("public",), is_there)
        self._proofs = TopicProofs([topic], registry, worth)
        # A longer name can hide the topic: « médico-social » does not say « social ».
        hidden = registry.rows.saying(topic.longer)
        self._sure = self._proofs.owners_in(topic.fields, apart_from=hidden, ticked=topic.ticked)
        self._doubtful = self._proofs.owners_in(topic.fields, ticked=topic.ticked) - self._sure

    def holds(self, action: Action) -> bool:
        """Say whether an action says the topic there."""
        if action.id not in self._proofs.weights:
            return False
        if action.id in self._doubtful or not self._has_public(action):
            return bool(self.of(action))
        return action.id in self._sure

    def of(self, action: Action) -> list[Segment]:
        """Return the words that say it, best first."""
        topic = self.topic
        ways = (*topic.forms, *topic.narrower)
        own = [one for one in self._proofs.of(action.id) if says(_without(one.stems, topic.longer), ways)]
        if not self._has_public(action):
            return [proof for proof in own if proof.weight is Weight.OBJECT]
        placed = [proof for proof in own if proof.field_key in topic.fields]
        return [proof for proof in placed if proof.kind == "option"] if topic.ticked else placed

    def _has_public(self, action: Action) -> bool:
        topic = self.topic
        return topic.ticked or topic.fields != ("public",) or action.id in self._with_public


def _without(stems: Stems, longer: Sequence[Stems]) -> Stems:
    """Take longer names out: « médico-social » does not say « social »."""
    left = f" {' '.join(stems)} "
    for form in longer:
        left = left.replace(f" {' '.join(form)} ", " | ")
    return tuple(left.split())
