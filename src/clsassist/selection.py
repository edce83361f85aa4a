"""Exact sets from the registry: which actions satisfy a question, with the words that prove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from clsassist.conditions import fields_turned_on, question_to_conditions
from clsassist.implied import imply, split_people
from clsassist.lexicon import Lexicon
from clsassist.parsing.labels import FAMILIES, is_asked
from clsassist.proofs import whole_field_proof
from clsassist.question import STATED, Question, Topic
from clsassist.records import Action
from clsassist.registry import Registry
from clsassist.topic_search import Match, Worth, bare_matches, find_topics


@dataclass(frozen=True, slots=True)
class Selection:
    """The result of a question over the registry.

    ``scope`` are the actions examined, ``matches`` those that satisfy the question, ``nearby`` those that
    only mention the topic in passing, ``missing`` those that lack the field the question turns on. ``dropped``
    are topics that so many actions speak of that they were left out when no action was about all; ``either``
    says that an action spoke of one side or the other of « et »; ``absent`` that the actions lack a field because
    their form does not have it. ``implied`` are the actions that help ``people`` to do what the question says without
    naming them; they are not among the matches.
    """

    scope: tuple[Action, ...]
    matches: tuple[Match, ...]
    nearby: tuple[Match, ...] = ()
    missing: tuple[Action, ...] = ()
    unknown: tuple[Topic, ...] = ()
    dropped: tuple[Topic, ...] = ()
    either: bool = False
    absent: bool = False
    implied: tuple[Match, ...] = ()
    people: tuple[Topic, ...] = ()


def select(question: Question, registry: Registry, lexicon: Lexicon, worth: Worth) -> Selection:
    """Apply every restriction of a question to every action."""
    scope = _scope(question, registry)
    bare = bare_matches(registry)
    if _names_any(question):
        named = [bare[action.id] for action in scope if _is_named(action, question)]
    else:
        named = [bare[action.id] for action in scope] if len(scope) < len(bare) else list(bare.values())
    matches, missing = _satisfying(named, question, registry, lexicon, worth)
    absent = (
        not matches and bool(question.filled) and not any(wanted or key in STATED for key, wanted in question.filled)
    )
    if absent:
        # No form leaves the field empty: « sans indicateur d'impact » are those whose form does not have it.
        others, missing = _satisfying(named, replace(question, filled=()), registry, lexicon, worth)
        matches = [match for match in others if not _fills_any(match.action, question)]
    matches = _without_excluded(matches, question, registry, lexicon, worth)
    strong = [topic for topic in question.strong_topics if not topic.negated]
    unknown = (*_unknown(strong, question), *(_unknown_excluded(question)))
    free = [topic for topic in strong if not topic.fields]
    if unknown or not free:
        kept = () if unknown else tuple(matches)
        return Selection(scope, kept, (), tuple(missing.values()), unknown, absent=absent)
    found = find_topics(question, free, matches, registry, worth)
    placed = [match for match in found.matches if _in_place(match)] if any(one.place for one in free) else found.matches
    best, nearby = _part_by_weight(question, list(placed))
    selection = Selection(scope, best, nearby, tuple(missing.values()), (), found.dropped, found.either)
    people, done = split_people(question, free, lexicon)
    if not people or found.dropped:
        return selection
    held = {match.action.id for match in best}
    others = [match for match in matches if match.action.id not in held]
    return _with_implied(selection, people, tuple(imply(people, done, others, registry, lexicon, worth)))


def _with_implied(selection: Selection, people: Sequence[Topic], implied: tuple[Match, ...]) -> Selection:
    """Return a selection with the actions that do not name the people of the question, each said once."""
    held = {match.action.id for match in implied}
    nearby = tuple(match for match in selection.nearby if match.action.id not in held)
    return replace(selection, nearby=nearby, implied=implied, people=tuple(people))


def _satisfying(
    matches: list[Match], question: Question, registry: Registry, lexicon: Lexicon, worth: Worth
) -> tuple[list[Match], dict[str, Action]]:
    """Return the matches that satisfy every condition, and the actions that lack a field one of them turns on."""
    missing: dict[str, Action] = {}
    for condition in question_to_conditions(question, registry, lexicon, worth):
        matches = [after for match in matches if (after := condition(match, missing)) is not None]
    return matches, missing


def _fills_any(action: Action, question: Question) -> bool:
    keys = [key for name, _ in question.filled for key in FAMILIES.get(name, (name,))]
    return any(field.filled and is_asked(field, keys) for field in action.fields)


def _unknown(strong: Sequence[Topic], question: Question) -> tuple[Topic, ...]:
    """Return the topics that no document says; with « ou », one known topic is enough."""
    unknown = tuple(topic for topic in strong if not topic.known)
    return () if question.either and len(unknown) < len(strong) else unknown


def _unknown_excluded(question: Question) -> tuple[Topic, ...]:
    """Return what is left out and that no document says: leaving it out silently would mislead."""
    if question.exclusion is None:
        return ()
    return _unknown(question.exclusion.strong_topics, question.exclusion)


def _without_excluded(
    matches: list[Match], question: Question, registry: Registry, lexicon: Lexicon, worth: Worth
) -> list[Match]:
    """Take away the actions of the exclusion; those that stay are proved by the field that it turns on."""
    if question.exclusion is None:
        return matches
    left_out = {match.action.id for match in select(question.exclusion, registry, lexicon, worth).matches}
    keys = fields_turned_on(question.exclusion)
    return [
        match.proved_by(partial(whole_field_proof, match.action, keys, registry))
        for match in matches
        if match.action.id not in left_out
    ]


def _scope(question: Question, registry: Registry) -> tuple[Action, ...]:
    restricted = question.documents or question.excluded_documents or question.follows or question.kind
    actions = registry.actions.values()
    return tuple(action for action in actions if _in_scope(action, question)) if restricted else tuple(actions)


def _in_scope(action: Action, question: Question) -> bool:
    """Keep the plans and the kind of actions that the question is about: they are its denominator."""
    if question.documents and action.document_id not in question.documents:
        return False
    if question.follows and question.titles and action.id not in question.titles:
        return False
    if action.document_id in question.excluded_documents:
        return False
    if question.kind == "levier":
        return action.title_field == "leviers"
    return not (question.kind == "fiche" and action.title_field == "leviers")


def _names_any(question: Question) -> bool:
    return bool(question.numbers or question.titles or question.objectives or question.axes)


def _is_named(action: Action, question: Question) -> bool:
    if question.numbers and action.number not in question.numbers:
        return False
    if question.titles and action.id not in question.titles:
        return False
    if question.objectives and not any(
        field.key == "objectif_strategique" and field.label.split()[-1] in question.objectives
        for field in action.fields
    ):
        return False
    return not question.axes or action.axe_number in question.axes


def _part_by_weight(question: Question, found: list[Match]) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
    """Keep the actions about the topic; those that only mention it stand apart, unless mentions are asked for."""
    if question.mentions or not found:
        return tuple(found), ()
    best = min(match.weight for match in found)
    return (
        tuple(match for match in found if match.weight is best),
        tuple(match for match in found if match.weight is not best),
    )


def _in_place(match: Match) -> bool:
    """Say whether a place is where the action happens, not a word of its text (« la faculté de Strasbourg »)."""
    return any(proof.field_key == "territoire" or proof.kind == "title" for proof in match.proofs)
