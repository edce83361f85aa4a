"""The conditions of a question other than its subject: each keeps an action, with its proof, or drops it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from clsassist.lexicon import Lexicon
from clsassist.parsing.labels import FAMILIES, ORGANISATION_FIELDS, is_asked
from clsassist.placing import either_groups, says_in_field
from clsassist.proofs import field_proof, field_proofs, part_proof, whole_field_proof
from clsassist.question import STATED, Organisation, Question
from clsassist.records import Action, Field, Involvement, Role, Status
from clsassist.registry import Registry
from clsassist.segments import Segment, Weight
from clsassist.stating import states
from clsassist.text import Analyser, french
from clsassist.topic_search import Condition, Match, Worth


def question_to_conditions(
    question: Question, registry: Registry, lexicon: Lexicon, worth: Worth
) -> Iterator[Condition]:
    """Yield every condition that the question sets, the cheapest first."""
    if question.years:
        yield covers_years(question, registry, lexicon.analyser)
    if question.answered_yes:
        yield answers_yes(question, registry, lexicon.analyser)
    if question.filled:
        yield has_filled(question, registry, lexicon.analyser)
    if any(key in STATED for key, _ in question.filled):
        yield states(question, registry)
    if question.listed:
        yield lists_as_many(question.listed, registry)
    if question.organisations:
        yield involves(question, registry, lexicon)
    if any(topic.negated and not topic.fields for topic in question.topics):
        yield excludes(question, registry)
    if any(topic.fields for topic in question.topics):
        yield says_in_field(question, registry, worth)


# How a calendar (first, last) stands to the years of the question.
_YEAR_TESTS: dict[str, Callable[[int, int, tuple[int, ...]], bool]] = {
    "": lambda first, last, years: all(first <= year <= last for year in years),
    "any": lambda first, last, years: any(first <= year <= last for year in years),
    "start": lambda first, _, years: first in years,
    "end": lambda _, last, years: last in years,
    "ended": lambda _, last, years: last <= max(years),
    "before": lambda first, _, years: first < min(years),
    "after": lambda _, last, years: last > max(years),
    "stretch": lambda first, last, years: first <= max(years) and last >= min(years),
}


def covers_years(question: Question, registry: Registry, analyser: Analyser) -> Condition:
    """« en 2025 », « jusqu'en 2028 »: the calendar of the action, with the words that give the year."""

    def condition(match: Match, missing: dict[str, Action]) -> Match | None:
        action = match.action
        if action.first_year is None or action.last_year is None:
            missing[action.id] = action
            return None
        if not _YEAR_TESTS[question.year_bound](action.first_year, action.last_year, question.years):
            return None
        return match.proved_by(partial(proof, action))

    def proof(action: Action) -> Sequence[Segment]:
        dated = [proof for proof in field_proofs(action, "calendrier", registry, analyser) if "20" in proof.quote]
        said = [proof for proof in dated if any(str(year) in proof.quote for year in question.years)]
        exact = [proof for proof in dated if all(str(year) in proof.quote for year in question.years)]
        return (exact or said or dated)[:1]

    return condition


def answers_yes(question: Question, registry: Registry, analyser: Analyser) -> Condition:
    """« sans démarche participative »: the box ticked at a closed question of the form."""

    def condition(match: Match, missing: dict[str, Action]) -> Match | None:
        for key, wanted in question.answered_yes:
            field = match.action.field(key)
            ticked = [option for option in field.options if option.ticked] if field else []
            if not ticked:
                missing[match.action.id] = match.action
                return None
            if (ticked[0].label.lower() == "oui") != wanted:
                return None
            match = match.proved_by(partial(_first_proof, match.action, key, registry, analyser))
        return match

    return condition


def has_filled(question: Question, registry: Registry, analyser: Analyser) -> Condition:
    """« sans personne référente »: an empty field is told from one that the form does not have.

    When one of several fields bears the very word of the question (« Financeurs et montants »), it alone counts.
    """

    def condition(match: Match, missing: dict[str, Action]) -> Match | None:
        for key, wanted in question.filled:
            if key in STATED:
                continue
            if key == "numero":
                if bool(match.action.number) is not wanted:
                    return None
                continue
            keys = FAMILIES.get(key, (key,))
            fields = [field for field in match.action.fields if is_asked(field, keys)]
            fields = bearing_word(fields, question.text, analyser)
            if not fields:
                missing[match.action.id] = match.action
                return None
            if any(field.filled and not _says_none(field) for field in fields) != wanted:
                return None
            match = match.proved_by(partial(field_proof, match.action, fields, registry))
        return match

    return condition


def bearing_word(fields: list[Field], text: str, analyser: Analyser) -> list[Field]:
    """Keep, of several fields, those whose label bears a word of the question as typed; all of them when none does."""
    if len(fields) < 2:
        return fields

    def words(said: str) -> set[str]:
        return {token.form.removesuffix("s") for token in analyser.content(said)}

    asked = words(text)
    return [field for field in fields if asked & words(field.label)] or fields


# « Hors PRSE », « Aucun », « Sans objet »: a box ticked, or a word written, to say that there is nothing.
_NONE = french(r"^\W*(?:hors|aucune?s?|néant|sans objet|non concernée?s?)\b")


def _says_none(field: Field) -> bool:
    said = [option.label for option in field.options if option.ticked] + [item.text for item in field.items]
    return bool(said) and all(_NONE.match(words) for words in said)


def _first_proof(action: Action, key: str, registry: Registry, analyser: Analyser) -> Sequence[Segment]:
    return field_proofs(action, key, registry, analyser)[:1]


# How a number of partners stands to the bound of the question.
_BOUNDS: dict[str, Callable[[int, int], bool]] = {
    "plus": lambda count, bound: count > bound,
    "moins": lambda count, bound: count < bound,
    "au moins": lambda count, bound: count >= bound,
    "au plus": lambda count, bound: count <= bound,
}


def lists_as_many(listed: tuple[str, str, int], registry: Registry) -> Condition:
    """« plus de 10 partenaires », « plusieurs pilotes »: how many organisations the field of an action lists."""
    key, bound, number = listed

    def condition(match: Match, missing: dict[str, Action]) -> Match | None:
        names = {one.organisation for one in match.action.involvements if one.field_key == key}
        if match.action.field(key) is None or not names:
            missing[match.action.id] = match.action
            return None
        if not _BOUNDS[bound](len(names), number):
            return None
        return match.proved_by(partial(whole_field_proof, match.action, (key,), registry))

    return condition


def involves(question: Question, registry: Registry, lexicon: Lexicon) -> Condition:
    """« portées par le PETR dont la MSA est partenaire »: each organisation has the part asked for, or has not."""
    parts = {one: _Parts(one, question, registry, lexicon) for one in question.organisations}
    groups = either_groups([one for one in question.organisations if not one.negated])
    unwanted = [one for one in question.organisations if one.negated]
    prove = partial(_prove_part, registry)
    naming = [frozenset().union(*(parts[one].actions for one in group)) for group in groups]
    possible = frozenset.intersection(*naming) if naming else None

    left_out = frozenset().union(*(parts[one].actions for one in unwanted))
    lists = [_listed_in(one.role) for one in unwanted]

    def condition(match: Match, missing: dict[str, Action]) -> Match | None:
        action = match.action
        if (possible is not None and action.id not in possible) or action.id in left_out:
            return None
        for keys in lists:
            match = match.proved_by(partial(whole_field_proof, action, keys, registry))
        if groups:
            held = [part for group in groups for one in group for part in parts[one].of(action)]
            match = match._replace(involvements=(*match.involvements, *held), prove=prove)
        return match

    return condition


def _prove_part(registry: Registry, action: Action, held: Involvement) -> Segment:
    return part_proof(action, held, registry)


def _listed_in(role: Role | None) -> tuple[str, ...]:
    """Return the fields whose list proves that an organisation has not a role."""
    wanted = Role.PORTEUR if role in LEADING else role
    return tuple(key for key, given in ORGANISATION_FIELDS.items() if given is wanted)


def fields_turned_on(question: Question) -> tuple[str, ...]:
    """Return the fields by which an action shows that a question does not hold of it."""
    keys = [key for one in question.organisations for key in _listed_in(one.role)]
    keys += ["calendrier"] if question.years else []
    keys += [STATED[key] for key, _ in question.filled if key in STATED]
    keys += [key for topic in question.topics for key in topic.fields]
    return tuple(dict.fromkeys(keys))


# Who carries an action also pilots it: forms use either word for the same field.
LEADING = {Role.PORTEUR, Role.PILOTE}


class _Parts:
    """The parts that one organisation of a question has in actions; only those that name it are looked at."""

    def __init__(self, organisation: Organisation, question: Question, registry: Registry, lexicon: Lexicon) -> None:
        self._organisation = organisation
        self._roles = LEADING if organisation.role in LEADING else {organisation.role}
        self._to_contact = question.to_contact
        self._names = registry.names_said_in(organisation.forms, lexicon.is_named_in)
        fitting = dict.fromkeys(key for key, held in registry.parts_of(self._names) if self._fits(held))
        self.actions = frozenset(key for key in fitting if self._counts(registry.actions[key]))

    def of(self, action: Action) -> list[Involvement]:
        """Return the parts in one action, the strongest role first."""
        if action.id not in self.actions:
            return []
        found = [held for held in action.involvements if held.organisation in self._names and self._fits(held)]
        return sorted(found, key=lambda held: _ROLE_ORDER[held.role]) if len(found) > 1 else found

    def _counts(self, action: Action) -> bool:
        """Say whether an action is where the organisation is asked about, and led by it alone when that is asked."""
        organisation = self._organisation
        if organisation.documents and action.document_id not in organisation.documents:
            return False
        return not organisation.alone or self._leads_alone(action)

    def _fits(self, held: Involvement) -> bool:
        to_contact = self._to_contact
        return (
            (self._organisation.role is None or held.role in self._roles)
            and (to_contact is None or (held.status is Status.TO_CONTACT) is to_contact)
            # An organisation that the text only names has committed itself to nothing.
            and not (to_contact is False and held.role is Role.CITE)
        )

    def _leads_alone(self, action: Action) -> bool:
        """Say whether the field of the leaders names this organisation and nobody else."""
        leaders = [held for held in action.involvements if held.role in LEADING and held.field_key == "porteur"]
        return all(held.organisation in self._names for held in leaders)


_ROLE_ORDER = {role: place for place, role in enumerate(Role)}


def excludes(question: Question, registry: Registry) -> Condition:
    """« sauf l'annuaire », « sans télémédecine »: leave out what has the topic as its object.

    Words that make one subject (« le temps de travail de la coordinatrice ») are left out only together; a question
    about mentions (« ne cite pas ») leaves out any.
    """
    groups: list[list[frozenset[str]]] = []
    for topic in question.topics:
        if topic.negated and not topic.fields and not topic.weak:
            rows = registry.rows.saying((*topic.forms, *topic.narrower))
            if not question.mentions:
                rows = rows[registry.rows.columns.weight[rows] == Weight.OBJECT]
            if topic.joined or not groups:
                groups.append([])
            groups[-1].append(registry.rows.owners(rows))
    left_out = {owner for group in groups for owner in frozenset.intersection(*group)}

    def condition(match: Match, missing: dict[str, Action]) -> Match | None:
        return None if match.action.id in left_out else match

    return condition
