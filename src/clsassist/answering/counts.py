"""Counts and distributions: the number first, then the list behind it, each item cited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from clsassist.answering.distributions import answer_distribution, group_actions
from clsassist.answering.fields import action_fields
from clsassist.answering.lines import MOST_SHOWN, name_of, quote_line, rest_lines
from clsassist.answering.not_found import answer_not_found
from clsassist.answering.organisation_names import names_held
from clsassist.citing import as_text
from clsassist.evidence import Evidence, scope_words
from clsassist.records import Action, Answer, Role, Status
from clsassist.text import french, squeeze
from clsassist.wording import counted, nouns, restriction

# Parts of a field that can be counted one by one.
_ITEMS = {"objectif": "objectifs", "indicateur": "indicateurs", "etape": "etapes", "public": "public"}
_CONCRETE = french(r"\bconcrètes?\b")
# Beyond this many actions, organisations are counted by name, not action by action.
_MOST_LISTED = 8
_ROLE_OF = {"partenaire": Role.PARTENAIRE, "porteur": Role.PORTEUR, "financeur": Role.FINANCEUR}


def answer_count(evidence: Evidence) -> Answer:
    """Count what the question counts, over the actions it selects."""
    question = evidence.question
    if evidence.selection.unknown:
        return answer_not_found(evidence)
    if question.kind == "public" and not (question.numbers or question.titles):
        question = replace(question, per="public", kind="")
    if question.per:
        return answer_distribution(replace(evidence, question=question))
    if question.kind in _ROLE_OF or question.kind == "organisation":
        return _count_organisations(evidence)
    if question.kind in ("thematique", "axe", "plan", "territoire", "document"):
        return _count_groups(evidence)
    if question.kind in _ITEMS:
        return _count_items(evidence)
    return _count_actions(evidence)


def _actions(evidence: Evidence) -> tuple[Action, ...]:
    return tuple(match.action for match in evidence.selection.matches)


# --- actions


def _count_actions(evidence: Evidence) -> Answer:
    question, selection = evidence.question, evidence.selection
    one, many = nouns(question)
    actions = _actions(evidence)
    if not actions:
        return answer_not_found(evidence)
    said = restriction(question, many=len(actions) > 1, absent=selection.absent)
    where = scope_words(evidence)
    out_of = f" sur {len(selection.scope)}{where} {said}" if said else where or " dans le corpus"
    lines = [f"**{counted(len(actions), one, many)}{out_of}** :", ""]
    if said:
        for match in selection.matches[:MOST_SHOWN]:
            proof = match.proofs[0] if match.proofs else evidence.registry.title_segment(match.action)
            lines.append(f"- {name_of(match.action, evidence)} — {quote_line(proof, evidence)}")
        lines += rest_lines(len(actions))
    else:
        lines += _plan_lines(actions, evidence)
    coverage = evidence.coverage(len(actions), len(selection.missing), len(selection.scope))
    return evidence.answer("\n".join(lines), actions, coverage=coverage)


def _plan_lines(actions: Sequence[Action], evidence: Evidence) -> Iterator[str]:
    """Yield a count by plan and axe, with every title behind the number; of many actions, one title as its proof."""
    groups: dict[tuple[str, str], list[Action]] = {}
    for action in actions:
        groups.setdefault((evidence.registry.plans[action.document_id].name, _axe(action)), []).append(action)
    if len(actions) > MOST_SHOWN:
        yield from _group_lines(groups, evidence)
        return
    for (plan, axe), held in groups.items():
        yield f"- {' — '.join(filter(None, (plan, axe)))} : {len(held)}"
        for action in held:
            yield f"  - {as_text(action.title)} {evidence.book.cite(evidence.registry.title_segment(action))}"


def _group_lines(groups: dict[tuple[str, str], list[Action]], evidence: Evidence) -> Iterator[str]:
    for names, held in islice(groups.items(), MOST_SHOWN):
        mark = evidence.book.cite(evidence.registry.title_segment(held[0]))
        yield f"- {' — '.join(filter(None, names))} : {len(held)} {mark}"
    if len(groups) > MOST_SHOWN:
        yield f"- et {counted(len(groups) - MOST_SHOWN, 'autre ligne')}."


def _axe(action: Action) -> str:
    """Name an axe by its number: one axe may be written two ways (« Axe 3 :Faciliter »)."""
    return f"axe {action.axe_number}" if action.axe_number else squeeze(action.axe or "")


# --- organisations


def _count_organisations(evidence: Evidence) -> Answer:
    """Count the organisations that the actions list with a role: those starred apart, those of several actions once."""
    question = evidence.question
    role = _ROLE_OF.get(question.kind, Role.PARTENAIRE)
    roles = (Role.PORTEUR, Role.PILOTE) if role is Role.PORTEUR else (role,)
    if len(_actions(evidence)) > _MOST_LISTED and question.to_contact is None:
        return answer_distribution(replace(evidence, question=replace(question, per=question.kind, kind="")))
    names: dict[str, None] = {}
    lines: list[str] = []
    holding: list[Action] = []
    to_contact = 0
    for action in _actions(evidence):
        held = [one for part in roles for one in names_held(action, part, evidence)]
        if question.to_contact is not None:
            held = [one for one in held if (one.involvement.status is Status.TO_CONTACT) is question.to_contact]
        if not held:
            continue
        holding.append(action)
        names.update(dict.fromkeys(one.name for one in held))
        starred = sum(1 for one in held if one.involvement.status is Status.TO_CONTACT)
        to_contact += starred
        dont = f", dont {starred} à contacter" if starred and question.to_contact is None else ""
        lines.append(f"- {name_of(action, evidence)} : {len(held)}{dont}")
        lines += [f"  - {as_text(one.involvement.organisation)} {evidence.book.cite(one.proof)}" for one in held]
    if not lines:
        return answer_not_found(evidence)
    kind = {"organisation": "organisation partenaire"}.get(question.kind, question.kind)
    status = {None: "", True: " à contacter", False: " engagé"}[question.to_contact]
    many = " ".join(f"{word}s" for word in kind.split())
    plural = status + "s" if status == " engagé" and len(names) > 1 else status
    plural += f", dont {to_contact} à contacter" if to_contact and question.to_contact is None else ""
    where = "" if len(holding) == 1 else f" dans {counted(len(holding), 'action')}"
    head = f"**{counted(len(names), kind, many)}{plural}{where}** :"
    return evidence.answer("\n".join([head, "", *lines]), tuple(holding), coverage=evidence.coverage(len(holding)))


# --- headings, plans, items


def _count_groups(evidence: Evidence) -> Answer:
    """Count axes, thématiques, plans, territories or documents, with how many actions each has."""
    kind = evidence.question.kind
    if kind == "document":
        return _count_documents(evidence)
    actions = _actions(evidence)
    groups = list(group_actions(actions, kind, evidence))
    if not groups:
        return answer_not_found(evidence)
    many = {"thematique": "thématiques"}.get(kind, f"{kind}s")
    one = {"thematique": "thématique"}.get(kind, kind)
    lines = [f"**{counted(len(groups), one, many)}{scope_words(evidence)}** :", ""]
    lines += [
        f"- {as_text(g.name)} : {counted(len(g.actions), 'action')} {g.marks(1, evidence)}" for g in groups[:MOST_SHOWN]
    ]
    if len(groups) > MOST_SHOWN:
        lines.append(f"- et {counted(len(groups) - MOST_SHOWN, 'autre')}.")
    return evidence.answer("\n".join(lines), actions, coverage=evidence.coverage(len(actions)))


def _count_documents(evidence: Evidence) -> Answer:
    documents = [
        (key, path)
        for key, path in evidence.registry.paths.items()
        if not evidence.question.documents or key in evidence.question.documents
    ]
    lines = [f"**{counted(len(documents), 'document')}{scope_words(evidence) or ' dans le corpus'}** :", ""]
    lines += [f"- {path} : {evidence.registry.plans[key].name}" for key, path in documents[:MOST_SHOWN]]
    if len(documents) > MOST_SHOWN:
        lines.append(f"- et {counted(len(documents) - MOST_SHOWN, 'autre')} : la rubrique Corpus les donne tous.")
    return evidence.answer("\n".join(lines))


def _count_items(evidence: Evidence) -> Answer:
    """Count the items of one field of the actions asked about; of many actions, only the number of each is listed."""
    question = evidence.question
    key = _ITEMS[question.kind]
    actions = _actions(evidence)
    lines: list[str] = []
    total = 0
    holding: list[Action] = []
    for action in actions:
        items = [(one, item) for one in action_fields(action, key) for item in one.items if item.level == 0]
        total += len(items)
        if items and len(holding) >= MOST_SHOWN:
            holding.append(action)
            continue
        marks = [evidence.book.cite_span(action.id, one.key, one.label, item.spans[0]) for one, item in items]
        if items:
            holding.append(action)
            many = len(actions) > _MOST_LISTED
            lines.append(f"- {name_of(action, evidence)} : {len(items)}{' ' + ''.join(marks) if many else ''}")
            if not many:
                lines += [f"  - {as_text(item.text)} {mark}" for (_, item), mark in zip(items, marks, strict=True)]
    if not lines:
        return answer_not_found(evidence)
    noun = ("étape", "étapes") if question.kind == "etape" else (question.kind, f"{question.kind}s")
    noun = ("action concrète", "actions concrètes") if _CONCRETE.search(question.text) else noun
    where = scope_words(evidence) if len(holding) < 2 else f"{scope_words(evidence)} dans {len(holding)} actions"
    head = f"**{counted(total, *noun)}{where}** :"
    lines += rest_lines(len(holding))
    return evidence.answer("\n".join([head, "", *lines]), tuple(holding), coverage=evidence.coverage(len(holding)))
