"""Distributions: how many actions by axe, plan, leader, partner, territory or year, as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from weakref import WeakKeyDictionary

from clsassist.answering.fields import action_fields
from clsassist.answering.lines import MOST_SHOWN, name_of
from clsassist.answering.not_found import answer_not_found
from clsassist.answering.organisation_names import names_held, shared_name
from clsassist.citing import as_text
from clsassist.evidence import Evidence, scope_words
from clsassist.parsing.labels import field_name
from clsassist.proofs import part_proof
from clsassist.records import Action, Answer, Involvement, Role, Span
from clsassist.registry import Registry
from clsassist.text import squeeze
from clsassist.wording import capitalised, counted, joined, nouns

# A table whose lines have more marks than this, all together, gives only the first of each.
_MOST_MARKS = 600


# Where an action says that it is in a group: an organisation's part, or a field's key, label and place; its title when
# None.
Where: TypeAlias = Involvement | tuple[str, str, Span] | None


@dataclass(slots=True)
class Group:
    """One line of a distribution: its name, the actions in it, the mark that proves each or where it is to be found."""

    name: str
    actions: dict[str, Action] = field(default_factory=dict)
    proofs: list[str | tuple[Action, Where]] = field(default_factory=list)

    def marks(self, most: int, evidence: Evidence) -> str:
        """Return the marks of the first actions."""
        return "".join(one if isinstance(one, str) else _cite(*one, evidence) for one in self.proofs[:most])


def answer_distribution(evidence: Evidence) -> Answer:
    """Break the actions down by what the question says, as a table, the largest group first."""
    question = evidence.question
    actions = tuple(match.action for match in evidence.selection.matches)
    if question.per == "action" and actions:
        return _most_partners(actions, evidence)
    groups = list(group_actions(actions, question.per, evidence))
    if not groups:
        return answer_not_found(evidence)
    one, many = nouns(question)
    ordered = sorted(groups, key=lambda group: -len(group.actions))
    total = sum(len(group.actions) for group in ordered)
    placed = {identifier for group in ordered for identifier in group.actions}
    held = tuple(action for action in actions if action.id in placed)
    first = ordered[0]
    name = field_name(question.per)
    counted_first = f"{counted(len(actions), one, many)}{scope_words(evidence)}, par {name}"
    if not question.kind:
        # What is counted are the groups themselves: « combien de partenaires au total ? ».
        counted_first = f"{counted(len(ordered), name)} dans {counted(len(held), one, many)}{scope_words(evidence)}"
    lines = [
        f"**{counted_first}** : {as_text(first.name)} vient en tête avec {len(first.actions)}.",
        "",
        f"| {capitalised(name)} | {capitalised(many)} | |",
        "|---|---:|---|",
    ]
    shown = ordered[:MOST_SHOWN]
    most = total if total <= _MOST_MARKS else max(1, _MOST_MARKS // len(shown))
    lines += [f"| {as_text(g.name).replace('|', '/')} | {len(g.actions)} | {g.marks(most, evidence)} |" for g in shown]
    if len(ordered) > len(shown):
        lines += ["", f"Et {counted(len(ordered) - len(shown), 'autre ligne')}, de moins d'actions."]
    if total > len(actions):
        lines += [
            "",
            f"Une même action peut compter dans plusieurs lignes : leur somme ({total}) dépasse {len(actions)}.",
        ]
    missing = len(actions) - len(held)
    if missing:
        lines += ["", f"{capitalised(counted(missing, 'action n’a', 'actions n’ont'))} pas cette information."]
    return evidence.answer("\n".join(lines), held, coverage=evidence.coverage(len(held), missing, len(actions)))


def group_actions(actions: Sequence[Action], per: str, evidence: Evidence) -> Iterable[Group]:
    """Return the groups of actions, each action once a group, with what proves it is there."""
    found: dict[str, Group] = {}
    kept = _KEPT.setdefault(evidence.registry, {}).setdefault(per, {})
    grouper = _GROUPERS.get(per, _by_plan)
    # Sources are numbered in the order of the actions, as long as each gets one.
    early = len(actions) <= MOST_SHOWN
    for action in actions:
        places = kept.get(action.id)
        if places is None:
            places = kept[action.id] = tuple(grouper(action, evidence))
        for key, name, where in places:
            group = found.get(key)
            if group is None:
                group = found[key] = Group(name)
            told = _cite(action, where, evidence) if early else (action, where)
            if action.id not in group.actions:
                group.actions[action.id] = action
                group.proofs.append(told)
    return found.values()


# For one action: the key of each group it is in, the name of the group, where the action says so.
_Placed: TypeAlias = tuple[str, str, Where]
Grouper = Callable[[Action, Evidence], Iterator[_Placed]]
# Those of the registry in service, by what they are grouped by and by action, each found once.
_KEPT: WeakKeyDictionary[Registry, dict[str, dict[str, tuple[_Placed, ...]]]] = WeakKeyDictionary()


def _cite(action: Action, where: Where, evidence: Evidence) -> str:
    if where is None:
        return evidence.book.cite(evidence.registry.title_segment(action))
    if isinstance(where, Involvement):
        return evidence.book.cite(part_proof(action, where, evidence.registry))
    return evidence.book.cite_span(action.id, *where)


def _by_plan(action: Action, evidence: Evidence) -> Iterator[_Placed]:
    name = evidence.registry.plans[action.document_id].name
    yield name, name, None


def _by_heading(key: str) -> Grouper:
    def group(action: Action, evidence: Evidence) -> Iterator[_Placed]:
        value = action.axe if key == "axe" else action.thematique
        held = next((one for one in action.fields if one.key == key), None)
        if value and held:
            plan = evidence.registry.plans[action.document_id].name
            said = value.split(":", 1)[-1].strip() if key == "axe" else value
            number = f"axe {action.axe_number} : " if key == "axe" and action.axe_number else ""
            identity = f"{plan} {action.axe_number}" if number else f"{plan} {value}"
            yield identity, f"{capitalised(number + squeeze(said))} ({plan})", (held.key, held.label, held.span)

    return group


def _by_role(*given: Role) -> Grouper:
    roles = {*given, Role.PILOTE} if Role.PORTEUR in given else set(given)
    fields = {"porteur", "partenaires", "financement"}

    def group(action: Action, evidence: Evidence) -> Iterator[_Placed]:
        for held in action.involvements:
            if held.role in roles and held.field_key in fields:
                name = shared_name(held.organisation, evidence)
                shown = name if name.isupper() or name[:1].isupper() else squeeze(held.organisation)
                yield name, shown, held

    return group


def _by_field(key: str) -> Grouper:
    def group(action: Action, evidence: Evidence) -> Iterator[_Placed]:
        for one in action_fields(action, key):
            for option in one.options:
                if option.ticked:
                    yield option.label, option.label, (one.key, one.label, option.span)
            for item in one.items:
                text = squeeze(item.text)
                yield text.lower(), text, (one.key, one.label, item.spans[0])

    return group


def _by_year(action: Action, evidence: Evidence) -> Iterator[_Placed]:
    held = action.field("calendrier")
    if held and action.first_year and action.last_year:
        for year in range(action.first_year, action.last_year + 1):
            yield str(year), str(year), (held.key, held.label, held.span)


_GROUPERS: dict[str, Grouper] = {
    "plan": _by_plan,
    "document": _by_plan,
    "axe": _by_heading("axe"),
    "thematique": _by_heading("thematique"),
    "porteur": _by_role(Role.PORTEUR),
    "partenaire": _by_role(Role.PARTENAIRE),
    "organisation": _by_role(Role.PORTEUR, Role.PARTENAIRE, Role.FINANCEUR),
    "financeur": _by_role(Role.FINANCEUR),
    "territoire": _by_field("territoire"),
    "public": _by_field("public"),
    "annee": _by_year,
}


def _most_partners(actions: Sequence[Action], evidence: Evidence) -> Answer:
    """Say which action has most partners, then the five that follow."""
    counts = [(len(names_held(action, Role.PARTENAIRE, evidence)), action) for action in actions]
    ordered = sorted(counts, key=lambda pair: -pair[0])
    most = [action for count, action in ordered if count == ordered[0][0]]
    lines = [f"**{counted(ordered[0][0], 'partenaire')}** : {joined([name_of(one, evidence) for one in most])}.", ""]
    for count, action in ordered[:6]:
        field = action.field("partenaires")
        if field:
            mark = evidence.book.cite_span(action.id, field.key, field.label, field.span)
            lines.append(f"- {name_of(action, evidence)} : {count} {mark}")
    return evidence.answer("\n".join(lines), tuple(most), coverage=evidence.coverage(len(most)))
