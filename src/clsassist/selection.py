"""Exact sets from the registry: which actions satisfy a question, with the words that prove it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from clsassist.parsing.labels import FAMILIES
from clsassist.question import Organisation, Question, Topic
from clsassist.records import Action, Field, Involvement, Role, Status
from clsassist.registry import Registry
from clsassist.segments import Segment, Weight, field_to_segments
from clsassist.text import Analyser
from clsassist.topic_search import Match, Worth, is_common, says, speak_apart, speak_of, speak_of_sides


@dataclass(frozen=True, slots=True)
class Selection:
    """The result of a question over the registry.

    ``scope`` are the actions examined, ``matches`` those that satisfy the question, ``nearby`` those that
    only mention the topic in passing, ``missing`` those that lack the field the question turns on. ``dropped``
    are topics that so many actions speak of that they were left out when no action was about all; ``either``
    says that an action spoke of one side or the other of « et ».
    """

    scope: tuple[Action, ...]
    matches: tuple[Match, ...]
    nearby: tuple[Match, ...] = ()
    missing: tuple[Action, ...] = ()
    unknown: tuple[Topic, ...] = ()
    dropped: tuple[Topic, ...] = ()
    either: bool = False


def select(question: Question, registry: Registry, analyser: Analyser, worth: Worth) -> Selection:
    """Apply every restriction of a question to every action."""
    scope = tuple(action for action in registry.actions.values() if _in_scope(action, question))
    kept = [action for action in scope if _is_named(action, question)]
    missing: dict[str, Action] = {}
    steps = [
        _covers_years(question, registry, analyser),
        _answers_yes(question, registry, analyser),
        _has_filled(question, registry, analyser),
        _involves(question, registry),
        _excludes(question, registry),
    ]
    matches = [Match(action, ()) for action in kept]
    for step in steps:
        matches = [after for match in matches if (after := step(match, missing)) is not None]
    strong = [topic for topic in question.strong_topics if not topic.negated]
    unknown = tuple(topic for topic in strong if not topic.known)
    if question.either and len(unknown) < len(strong):
        unknown = ()
    if not strong:
        return Selection(scope, tuple(matches), (), tuple(missing.values()))
    found = speak_of(strong, matches, registry, worth, either=question.either)
    dropped: tuple[Topic, ...] = ()
    if not found and not unknown:
        found = speak_apart(question, strong, matches, registry, worth)
    sides = speak_of_sides(question, strong, matches, registry, worth) if not found and not unknown else []
    found = found or sides
    if not unknown and not (found and (question.mentions or question.fields)) and not _has_object(found):
        common = tuple(topic for topic in strong if is_common(topic, registry))
        left = [topic for topic in strong if topic not in common]
        wider = speak_of(left, matches, registry, worth) if common and left else []
        if wider and (not found or _has_object(wider)):
            found, dropped = wider, common
    if question.strict_fields:
        missing.update({action.id: action for action in scope if action.field(*question.fields) is None})
    if any(topic.place for topic in strong):
        found = [match for match in found if _in_place(match)]
    best, nearby = _part_by_weight(question, found)
    return Selection(scope, best, nearby, tuple(missing.values()), unknown, dropped, bool(sides))


def _has_object(found: Sequence[Match]) -> bool:
    """Say whether some action is about the topic, rather than naming it in passing."""
    return any(match.weight is Weight.OBJECT for match in found)


def _in_scope(action: Action, question: Question) -> bool:
    """Keep the plans and the kind of actions that the question is about: they are its denominator."""
    if question.documents and action.document_id not in question.documents:
        return False
    if action.document_id in question.excluded_documents:
        return False
    if question.kind == "levier":
        return action.title_field == "leviers"
    return not (question.kind == "fiche" and action.title_field == "leviers")


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


_Step = Callable[[Match, dict[str, Action]], Match | None]


# How a calendar (first, last) stands to the years of the question.
_YEAR_TESTS: dict[str, Callable[[int, int, tuple[int, ...]], bool]] = {
    "": lambda first, last, years: all(first <= year <= last for year in years),
    "any": lambda first, last, years: any(first <= year <= last for year in years),
    "start": lambda first, _, years: first in years,
    "end": lambda _, last, years: last in years,
    "before": lambda first, _, years: first < min(years),
    "after": lambda _, last, years: last > max(years),
    "stretch": lambda first, last, years: first <= max(years) and last >= min(years),
}


def _covers_years(question: Question, registry: Registry, analyser: Analyser) -> _Step:
    def step(match: Match, missing: dict[str, Action]) -> Match | None:
        if not question.years:
            return match
        action = match.action
        if action.first_year is None or action.last_year is None:
            missing[action.id] = action
            return None
        if not _YEAR_TESTS[question.year_bound](action.first_year, action.last_year, question.years):
            return None
        dated = [proof for proof in _field_proofs(action, "calendrier", registry, analyser) if "20" in proof.quote]
        said = [proof for proof in dated if any(str(year) in proof.quote for year in question.years)]
        exact = [proof for proof in dated if all(str(year) in proof.quote for year in question.years)]
        return _add(match, (exact or said or dated)[:1])

    return step


def _answers_yes(question: Question, registry: Registry, analyser: Analyser) -> _Step:
    def step(match: Match, missing: dict[str, Action]) -> Match | None:
        for key, wanted in question.answered_yes:
            field = match.action.field(key)
            ticked = [option for option in field.options if option.ticked] if field else []
            if not ticked:
                missing[match.action.id] = match.action
                return None
            if (ticked[0].label.lower() == "oui") != wanted:
                return None
            match = _add(match, _field_proofs(match.action, key, registry, analyser)[:1])
        return match

    return step


def _has_filled(question: Question, registry: Registry, analyser: Analyser) -> _Step:
    """« sans personne référente »: an empty field is told from one that the form does not have."""

    def step(match: Match, missing: dict[str, Action]) -> Match | None:
        for key, wanted in question.filled:
            fields = [field for field in match.action.fields if field.key in FAMILIES.get(key, (key,))]
            if not fields:
                missing[match.action.id] = match.action
                return None
            if any(field.filled for field in fields) != wanted:
                return None
            proofs = _field_proofs(match.action, fields[0].key, registry, analyser)[:1]
            match = _add(match, proofs or [_empty_proof(match.action, fields[0], registry)])
        return match

    return step


def _empty_proof(action: Action, field: Field, registry: Registry) -> Segment:
    text = registry.documents[action.document_id].text
    return Segment(
        action.id,
        action.document_id,
        field.key,
        field.label,
        "empty",
        Weight.OBJECT,
        field.span.of(text),
        field.span,
        field.page,
        (),
        (),
    )


def _involves(question: Question, registry: Registry) -> _Step:
    wanted = [organisation for organisation in question.organisations if not organisation.negated]

    def step(match: Match, missing: dict[str, Action]) -> Match | None:
        for organisation in question.organisations:
            held = _involvements(match.action, organisation, question, registry)
            if organisation.negated:
                if held:
                    return None
                continue
            if not held and not question.either:
                return None
            proofs = [_involvement_proof(match.action, involvement, registry) for involvement in held]
            match = replace(_add(match, proofs), involvements=(*match.involvements, *held))
        return match if match.involvements or not wanted else None

    return step


# Who carries an action also pilots it: forms use either word for the same field.
_LEADING = {Role.PORTEUR, Role.PILOTE}


def _involvements(
    action: Action, organisation: Organisation, question: Question, registry: Registry
) -> list[Involvement]:
    found = []
    for held in action.involvements:
        if not says(registry.name_stems(held.organisation), organisation.forms):
            continue
        same_role = question.role is None or held.role is question.role or {held.role, question.role} <= _LEADING
        if not same_role:
            continue
        if question.to_contact is not None and (held.status is Status.TO_CONTACT) is not question.to_contact:
            continue
        found.append(held)
    return sorted(found, key=lambda held: list(Role).index(held.role))


def _involvement_proof(action: Action, held: Involvement, registry: Registry) -> Segment:
    text = registry.documents[action.document_id].text
    label = next((field.label for field in action.fields if field.key == held.field_key), held.field_key)
    return Segment(
        action.id,
        action.document_id,
        held.field_key,
        label,
        "involvement",
        Weight.OBJECT,
        held.span.of(text),
        held.span,
        held.page,
        (),
        (),
    )


def _excludes(question: Question, registry: Registry) -> _Step:
    """« sauf l'annuaire », « sans télémédecine »: leave out what has the topic as its object."""
    said = {
        segment.owner
        for topic in question.topics
        if topic.negated
        for _, segment in registry.segments_saying((*topic.forms, *topic.narrower))
        if segment.weight is Weight.OBJECT
    }

    def step(match: Match, missing: dict[str, Action]) -> Match | None:
        return None if match.action.id in said else match

    return step


def _add(match: Match, proofs: Sequence[Segment]) -> Match:
    return replace(match, proofs=(*match.proofs, *proofs))


def _field_proofs(action: Action, key: str, registry: Registry, analyser: Analyser) -> list[Segment]:
    text = registry.documents[action.document_id].text
    fields: list[Field] = [field for field in action.fields if field.key == key]
    return [segment for field in fields for segment in field_to_segments(action, field, text, (), analyser)]


def _part_by_weight(question: Question, found: list[Match]) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
    """Keep the actions about the topic; those that only mention it stand apart, unless mentions are asked for."""
    if question.asks_set and question.fields:
        in_fields = [_proved_in(match, question.fields) for match in found]
        kept = [match for match in in_fields if match is not None]
        if kept or question.strict_fields:
            return tuple(kept), ()
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


def _proved_in(match: Match, fields: tuple[str, ...]) -> Match | None:
    proofs = tuple(proof for proof in match.proofs if proof.field_key in fields)
    return replace(match, proofs=proofs) if proofs else None
