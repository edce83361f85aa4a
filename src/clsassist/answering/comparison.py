"""Actions or plans side by side, field by field, as a table; then what is common and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clsassist.answering.fields import action_fields, ask_which_plan
from clsassist.answering.lines import name_of
from clsassist.answering.organisation_names import Held, common_names, names_held
from clsassist.citing import as_text, field_to_pieces
from clsassist.evidence import Evidence
from clsassist.parsing.labels import field_name
from clsassist.question import Side
from clsassist.records import Action, Answer, AnswerStatus, Field, Role, Status
from clsassist.text import french, squeeze
from clsassist.wording import counted, joined

# The fields that a comparison shows when none is asked for.
_COMPARED = (
    "objectif_general", "objectifs_operationnels", "porteur", "public", "calendrier", "territoire", "financement",
    "typologie", "participation", "inegalites",
)  # fmt: skip
_MOST_ITEMS = 4
_MOST_ACTIONS = 4
_ONLY_PARTNERS = french(r"\bpartenaires?\b")
_MOST = french(r"\ble plus\b")
_ONLY_COMMON = french(r"\bcommuns?\b|\bcommunes\b")
_DIFFERENCE = french(r"\bpas (?:dans|partenaires?|à)\b")


def answer_comparison(evidence: Evidence) -> Answer:
    """Compare the sides of the question: two to four actions field by field, or plans by what they hold."""
    sides = evidence.question.sides
    empty = [side for side in sides if not side.actions]
    if empty:
        names = joined([f"« {side.words} »" for side in empty])
        text = f"**Je ne trouve pas {names}** dans les documents : la comparaison n'est pas possible."
        return evidence.answer(text, status=AnswerStatus.NOT_FOUND)
    several_plans = ask_which_plan(evidence)
    if several_plans:
        return several_plans
    actions = [evidence.registry.action(one) for side in sides for one in side.actions]
    several = [side for side in sides if len(side.actions) > 1]
    if not several and len(actions) <= _MOST_ACTIONS:
        return _compare_actions(actions, evidence)
    if all(len(side.actions) > 1 for side in sides) or len(actions) > _MOST_ACTIONS:
        return _compare_plans(sides, evidence)
    return _ask_which(several, evidence)


def _ask_which(several: Sequence[Side], evidence: Evidence) -> Answer:
    """Offer the actions that a side may mean, each as a whole question."""
    asked = evidence.question.text
    choices = tuple(
        asked.replace(side.words, f"« {squeeze(evidence.registry.action(one).title)} »")
        for side in several
        for one in side.actions
    )
    names = joined([f"« {side.words} »" for side in several])
    text = f"**Quelle action voulez-vous comparer ?** {names} peut désigner plusieurs actions."
    return evidence.answer(text, status=AnswerStatus.AMBIGUOUS, choices=choices)


# --- actions


def _compare_actions(actions: Sequence[Action], evidence: Evidence) -> Answer:
    asked = tuple(key for key in evidence.question.fields if key != "partenaires")
    partners = not asked or "partenaires" in evidence.question.fields
    keys = asked or (() if _ONLY_PARTNERS.search(evidence.question.text) else _COMPARED)
    lines = [f"**Comparaison de {counted(len(actions), 'action')}**", ""]
    lines += _table(actions, keys, evidence) if keys else [f"- {name_of(action, evidence)}" for action in actions]
    if partners:
        lines += ["", *_partner_lines(actions, evidence)]
    return evidence.answer("\n".join(lines), tuple(actions), coverage=evidence.coverage(len(actions)))


def _table(actions: Sequence[Action], keys: Sequence[str], evidence: Evidence) -> Iterator[str]:
    """Yield a Markdown table: a row a field, a column an action; a field that no action has is left out."""
    yield "| | " + " | ".join(_cell_text(name_of(action, evidence)) for action in actions) + " |"
    yield "|---|" + "---|" * len(actions)
    for key in keys:
        if any(action_fields(action, key) for action in actions):
            cells = [_cell(action, key, evidence) for action in actions]
            yield f"| **{field_name(key).capitalize()}** | " + " | ".join(cells) + " |"


def _cell(action: Action, key: str, evidence: Evidence) -> str:
    fields = action_fields(action, key)
    if not fields:
        return "pas de champ"
    filled = [field for field in fields if field.filled]
    if not filled:
        field = fields[0]
        return f"non renseigné {evidence.book.cite_span(action.id, field.key, field.label, field.span)}"
    return " ; ".join(_value(action, field, evidence) for field in filled)


def _value(action: Action, field: Field, evidence: Evidence) -> str:
    """Return the organisations, ticked boxes or first items of a field, with their marks."""
    text = evidence.registry.sources[action.document_id].text
    ticked = [option for option in field.options if option.ticked]
    if ticked:
        spans = [option.span for option in ticked]
        words = [" : ".join(filter(None, (option.label, option.typed))) for option in ticked]
        words += [item.text for item in field.items]
    elif field.key == "porteur":
        held = [one for one in action.involvements if one.field_key == field.key]
        spans, words = list(field_to_pieces(field, text)), [one.organisation for one in held]
    else:
        spans, words = list(field_to_pieces(field, text)), [item.text for item in field.items]
    shown = list(dict.fromkeys(word.strip(" ,;") for word in words))
    more = f" … (+ {len(shown) - _MOST_ITEMS})" if len(shown) > _MOST_ITEMS else ""
    marks = "".join(evidence.book.cite_span(action.id, field.key, field.label, span) for span in spans[:_MOST_ITEMS])
    return f"{_cell_text(' ; '.join(shown[:_MOST_ITEMS]))}{more} {marks}"


def _cell_text(words: str) -> str:
    return as_text(squeeze(words)).replace("|", "/")


# --- partners


def _partner_lines(actions: Sequence[Action], evidence: Evidence) -> Iterator[str]:
    """Yield the partners that all the actions share, then those of each alone, each cited where it is written."""
    held = [names_held(action, Role.PARTENAIRE, evidence) for action in actions]
    for action, partners in zip(actions, held, strict=True):
        starred = sum(1 for one in partners if one.involvement.status is Status.TO_CONTACT)
        dont = f", dont {starred} à contacter" if starred else ""
        yield f"- {name_of(action, evidence)} : {counted(len(partners), 'partenaire')}{dont}"
    yield from _most_lines(actions, [len(partners) for partners in held], evidence)
    common = common_names(held)
    if not _DIFFERENCE.search(evidence.question.text):
        yield ""
        if common:
            yield f"**{counted(len(common), 'partenaire commun', 'partenaires communs')}** :"
            yield from (f"- {_said(group, evidence)}" for group in common)
        else:
            yield "**Aucun partenaire commun.**"
    shared = {id(one) for group in common for one in group}
    if _ONLY_COMMON.search(evidence.question.text):
        return
    for action, partners in zip(actions, held, strict=True):
        own = [one for one in partners if id(one) not in shared]
        if own:
            yield ""
            yield f"Seulement dans {name_of(action, evidence)} :"
            yield from (f"- {_said((one,), evidence)}" for one in own)


def _most_lines(actions: Sequence[Action], counts: Sequence[int], evidence: Evidence) -> Iterator[str]:
    """Say which action has most partners, when that is what is asked."""
    if _MOST.search(evidence.question.text):
        most = [action for action, count in zip(actions, counts, strict=True) if count == max(counts)]
        verb = "a" if len(most) == 1 else "ont"
        names = joined([name_of(action, evidence) for action in most])
        yield f"- {names} en {verb} le plus ({counted(max(counts), 'partenaire')})."


def _said(group: Sequence[Held], evidence: Evidence) -> str:
    names = list(dict.fromkeys(as_text(one.involvement.organisation) for one in group))
    marks = "".join(dict.fromkeys(evidence.book.cite(one.proof) for one in group))
    starred = " (à contacter)" if all(one.involvement.status is Status.TO_CONTACT for one in group) else ""
    return f"{' = '.join(names)}{starred} {marks}"


# --- plans


def _compare_plans(sides: Sequence[Side], evidence: Evidence) -> Answer:
    """Compare plans, or sets of actions, by what they hold: actions, years, leaders, publics, partners."""
    groups = [[evidence.registry.action(one) for one in side.actions] for side in sides]
    yields = [
        ("Actions", [str(len(group)) for group in groups]),
        ("Période", [_years(group) for group in groups]),
        ("Porteurs ou pilotes", [_most_named(group, (Role.PORTEUR, Role.PILOTE), evidence) for group in groups]),
        ("Partenaires les plus cités", [_most_named(group, (Role.PARTENAIRE,), evidence) for group in groups]),
        ("Axes", [_headings(group, evidence) for group in groups]),
    ]
    lines = [f"**Comparaison de {joined([side.words for side in sides])}**", ""]
    lines += ["| | " + " | ".join(_cell_text(side.words) for side in sides) + " |", "|---|" + "---|" * len(sides)]
    lines += [f"| **{name}** | " + " | ".join(cells) + " |" for name, cells in yields]
    for side, group in zip(sides, groups, strict=True):
        lines += ["", f"{side.words} :"]
        lines += [
            f"- {name_of(one, evidence)} {evidence.book.cite(evidence.registry.title_segment(one))}" for one in group
        ]
    actions = tuple(one for group in groups for one in group)
    return evidence.answer("\n".join(lines), actions, coverage=evidence.coverage(len(actions)))


def _years(group: Sequence[Action]) -> str:
    first = [one.first_year for one in group if one.first_year]
    last = [one.last_year for one in group if one.last_year]
    return f"{min(first)}-{max(last)}" if first and last else "non précisée dans les actions"


def _most_named(group: Sequence[Action], roles: Sequence[Role], evidence: Evidence) -> str:
    counts: dict[str, int] = {}
    for action in group:
        names = {one.name for role in roles for one in names_held(action, role, evidence)}
        counts.update({name: counts.get(name, 0) + 1 for name in names})
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_ITEMS]
    return ", ".join(f"{_cell_text(name)} ({count})" for name, count in ordered) or "–"


def _headings(group: Sequence[Action], evidence: Evidence) -> str:
    axes = dict.fromkeys(squeeze(one.axe) for one in group if one.axe)
    return _cell_text(" ; ".join(axes)) or "–"
