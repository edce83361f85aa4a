"""From the catalogue of fiches to an overview: the same values as the filters of the list, so that counts agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from clsassist.catalogue import Catalogue, Facet, Row, Value, slug
from clsassist.catalogue.names import OrganisationNames
from clsassist.conditions import LEADING
from clsassist.engagement_sheet.names import read_name
from clsassist.errors import ClsAssistError
from clsassist.overview.records import (
    NOT_SAID_KEY,
    ActionMark,
    Calendar,
    Distribution,
    FieldCount,
    FieldGrid,
    Member,
    Network,
    Overview,
    Pair,
    Period,
    PlanChoice,
    Share,
    Tie,
    fiches_link,
)
from clsassist.parsing.label_table import LABELS
from clsassist.parsing.labels import UNKNOWN
from clsassist.records import Field, Involvement, Role, Status
from clsassist.registry import Registry
from clsassist.text import squeeze
from clsassist.wording import capitalised

# From the strongest part to the weakest; an organisation that is only mentioned in a sentence takes none.
PARTS = (Role.PORTEUR, Role.PARTENAIRE, Role.FINANCEUR)


def catalogue_to_plans(catalogue: Catalogue, registry: Registry) -> tuple[PlanChoice, ...]:
    """Return every plan of the index, in alphabetical order."""
    documents = Counter(plan.name for plan in registry.plans.values())
    actions = Counter(row.plan for row in catalogue.rows)
    return tuple(PlanChoice(slug(name), name, count, actions[name]) for name, count in sorted(documents.items()))


def catalogue_to_overview(catalogue: Catalogue, registry: Registry, plan: str = "") -> Overview:
    """Count everything over the whole corpus, or over one plan, by its key or its name.

    Raises ClsAssistError when there is no such plan.
    """
    every = catalogue_to_plans(catalogue, registry)
    plans = tuple(choice for choice in every if plan in ("", choice.key, choice.name))
    if plan and not plans:
        raise ClsAssistError(f"Aucun plan ne s'appelle « {squeeze(plan)} ». Choisissez-en un dans la liste des plans.")
    by_name = {choice.name: choice for choice in plans}
    pairs = [
        (row, _mark(row, place, by_name[row.plan])) for place, row in enumerate(catalogue.rows) if row.plan in by_name
    ]
    chosen = plans[0] if plan else None
    organisations = tuple(_organisations(pairs, catalogue.names))
    return Overview(
        plan=chosen,
        documents=sum(choice.documents for choice in plans),
        unread=len(registry.failures),
        plans=plans,
        calendar=_calendar([mark for _, mark in pairs]),
        axes=_axes([mark for _, mark in pairs], plans),
        leaders=_leaders(organisations, len(pairs), chosen.key if chosen else ""),
        network=_network(organisations, [mark for _, mark in pairs]),
        fields=_fields(pairs, plans),
    )


def _mark(row: Row, place: int, plan: PlanChoice) -> ActionMark:
    action = row.action
    axe = next(iter(row.said(Facet.AXE)), Value("", ""))
    # With one year only, one cannot tell how long the action lasts.
    dated = action.first_year is not None and action.last_year is not None
    period = Period(action.first_year or 0, action.last_year or 0) if dated else None
    return ActionMark(action.id, place, squeeze(action.title), action.number, plan, axe.label, axe.key, period)


def _calendar(marks: Sequence[ActionMark]) -> Calendar:
    dated = [(mark.plan.name, mark.period.first, mark.period.last, mark) for mark in marks if mark.period]
    ordered = sorted(dated, key=lambda held: held[:3])
    return Calendar(tuple(held[3] for held in ordered), tuple(mark for mark in marks if mark.period is None))


# --- axes


def _axes(marks: Sequence[ActionMark], plans: Sequence[PlanChoice]) -> Distribution:
    return Distribution(len(marks), tuple(share for plan in plans for share in _plan_axes(plan, marks)))


def _plan_axes(plan: PlanChoice, marks: Sequence[ActionMark]) -> Iterator[Share]:
    """Yield the axes of one plan in the order of their numbers, then the actions that say none."""
    held = [mark for mark in marks if mark.plan == plan]
    counts = Counter(mark.axe_key for mark in held if mark.axe_key)
    names = {mark.axe_key: mark.axe for mark in reversed(held)}
    for key in sorted(counts, key=_axe_order):
        yield Share(names[key], counts[key], fiches_link(plan=plan.key, axe=key), plan)
    if missing := len(held) - counts.total():
        href = fiches_link(plan=plan.key, axe=NOT_SAID_KEY)
        yield Share("Axe non renseigné", missing, href, plan, missing=True)


def _axe_order(key: str) -> tuple[int, str]:
    number = key.rsplit(".", 1)[-1]
    return (int(number), "") if number.isdecimal() else (10**6, number)


# --- organisations


@dataclass(slots=True)
class _Organisation:
    """An organisation being counted: its wordings, its strongest tie to each action, the actions that it carries."""

    value: Value
    wordings: Counter[str] = field(default_factory=Counter)
    proper: set[frozenset[str]] = field(default_factory=set)
    ties: dict[str, Tie] = field(default_factory=dict)
    leads: set[str] = field(default_factory=set)
    carries: set[str] = field(default_factory=set)

    def join(self, mark: ActionMark, held: Involvement, *, inside: bool = False) -> None:
        """Keep the strongest tie; engaged is stronger than to contact."""
        role = Role.PORTEUR if held.role in LEADING else held.role
        tie = Tie(mark, role, held.status is Status.TO_CONTACT, inside)
        known = self.ties.get(mark.id)
        if known is None or _weakness(tie) < _weakness(known):
            self.ties[mark.id] = tie
        if role is Role.PORTEUR:
            self.leads.add(mark.id)
            # The porteur of an action stands in its own field; elsewhere a step has its pilote.
            self.carries |= {mark.id} if held.field_key == "porteur" else set()

    @property
    def name(self) -> str:
        """The name under which lists have it; an organisation written one way only keeps that wording."""
        only = next(iter(self.wordings)) if len(self.wordings) == 1 else ""
        return capitalised(only or self.value.label)

    @property
    def names(self) -> int:
        """How many proper names it stands for: « CCAS d'Arvel » and « CCAS d'Orvane » are two, « CCAS » is any."""
        proper = [one for one in self.proper if one]
        return max(1, sum(1 for one in proper if not any(other < one for other in proper)))

    @property
    def also(self) -> tuple[str, ...]:
        """The other wordings, the most usual first."""
        return tuple(said for said, _ in self.wordings.most_common() if said.lower() != self.name.lower())


def _weakness(tie: Tie) -> tuple[bool, int, bool]:
    return tie.to_contact, PARTS.index(tie.role), tie.inside


def _organisations(pairs: Sequence[tuple[Row, ActionMark]], names: OrganisationNames) -> Iterator[_Organisation]:
    """Yield the organisations that take part in the actions, wordings of one organisation together."""
    found: dict[str, _Organisation] = {}
    proper: dict[str, frozenset[str]] = {}
    taking = [(mark, held) for row, mark in pairs for held in row.action.involvements if held.role is not Role.CITE]
    for mark, held in taking:
        wording = squeeze(held.organisation)
        if wording not in proper:
            proper[wording] = read_name(wording, names.lexicon).own
        for value in names.shown(held.organisation):
            one = found.setdefault(value.key, _Organisation(value))
            one.wordings[wording] += 1
            one.proper.add(proper[wording])
            one.join(mark, held)
    # « Hôpitaux et ARS » counts for the ARS too, as it does in the list of fiches.
    for mark, held in taking:
        shown = {value.key for value in names.shown(held.organisation)}
        for key in names.keys(held.organisation) - shown:
            if key in found:
                found[key].join(mark, held, inside=True)
    yield from found.values()


def _leaders(organisations: Sequence[_Organisation], actions: int, plan: str) -> Distribution:
    leading = sorted((one for one in organisations if one.leads), key=lambda one: (-len(one.leads), one.name))
    shares = [
        Share(
            one.name,
            len(one.leads),
            fiches_link(plan=plan, porteur=one.value.key),
            part=len(one.leads - one.carries),
            also=one.also,
            names=one.names,
        )
        for one in leading
    ]
    if missing := actions - len({identifier for one in leading for identifier in one.leads}):
        href = fiches_link(plan=plan, porteur=NOT_SAID_KEY)
        shares.append(Share("Porteur non renseigné", missing, href, missing=True))
    return Distribution(actions, tuple(shares))


def _network(organisations: Sequence[_Organisation], marks: Sequence[ActionMark]) -> Network:
    members = sorted(
        (Member(one.value.key, one.name, one.also, one.names, tuple(one.ties.values())) for one in organisations),
        key=lambda member: (-len(member.ties), member.name),
    )
    tied = {tie.action.id for member in members for tie in member.ties}
    return Network(
        len(marks),
        tuple(members),
        tuple(_pairs(members)),
        tuple(mark for mark in marks if mark.id not in tied),
    )


def _pairs(members: Sequence[Member]) -> list[Pair]:
    """Return the organisations that meet in an action, most often first; one still to contact meets nobody yet."""
    by_action: dict[str, list[int]] = {}
    for place, member in enumerate(members):
        for tie in member.ties:
            if not tie.to_contact and not tie.inside:
                by_action.setdefault(tie.action.id, []).append(place)
    counts = Counter(pair for held in by_action.values() for pair in combinations(held, 2))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Pair(members[one], members[other], count) for (one, other), count in ordered]


# --- fields


def _fields(pairs: Sequence[tuple[Row, ActionMark]], plans: Sequence[PlanChoice]) -> FieldGrid:
    present = {held.key for row, _ in pairs for held in row.action.fields}
    keys = tuple(label.key for label in LABELS if label.key in present)
    keys += tuple(sorted(present - {*keys, UNKNOWN}))
    counts = {(plan.key, key): FieldCount() for plan in plans for key in keys}
    for row, mark in pairs:
        by_key = _fields_by_key(row.action.fields)
        for key in keys:
            counts[mark.plan.key, key] += _state(by_key.get(key, ()))
    own = sum(1 for row, _ in pairs for held in row.action.fields if held.key == UNKNOWN)
    return FieldGrid(tuple(plan for plan in plans if plan.actions), keys, counts, own)


def _fields_by_key(fields: Sequence[Field]) -> Mapping[str, Sequence[Field]]:
    found: dict[str, list[Field]] = {}
    for held in fields:
        found.setdefault(held.key, []).append(held)
    return found


def _state(held: Sequence[Field]) -> FieldCount:
    """Say in which state one action leaves a field; a form may ask it twice, and one answer is enough."""
    if not held:
        return FieldCount(absent=1)
    if any(one.filled for one in held):
        return FieldCount(filled=1)
    if any(option.ticked is None for one in held for option in one.options):
        return FieldCount(unclear=1)
    return FieldCount(empty=1)
