"""Closed questions about actions that are named: « la MSA est-elle partenaire de la fiche 2 ? »."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clsassist.answering.lines import name_of, quote_line
from clsassist.conditions import LEADING
from clsassist.evidence import Evidence
from clsassist.parsing.labels import FAMILIES, ORGANISATION_FIELDS, field_name
from clsassist.proofs import field_proofs, whole_field_proof
from clsassist.question import STATED, Question
from clsassist.records import Action, Answer, AnswerStatus, Role
from clsassist.segments import Segment
from clsassist.selection import select
from clsassist.topic_search import Match
from clsassist.wording import capitalised, denial, joined, role_words, yes

_MOST_SHOWN = 8


def asks_check(question: Question) -> bool:
    """Say whether a question waits for « oui » or « non » about actions it names."""
    conditions = question.topics or question.organisations or question.years or question.answered_yes or question.filled
    return bool(question.yes_no and (question.numbers or question.titles) and conditions)


def answer_check(evidence: Evidence) -> Answer | None:
    """Answer « oui » or « non » for each action named, with the words that say so; None when none has that name."""
    question = evidence.question
    named = _select(_without_conditions(question), evidence)
    if not named:
        return None
    holding = {match.action.id: match for match in _select(question, evidence)}
    lines: list[str] = []
    shown: list[Action] = []
    for match in named:
        held = holding.get(match.action.id)
        said = list(_yes_lines(held, evidence)) if held else _no_lines(match.action, evidence)
        lines += [*said, ""]
        if held or len(said) > 1:
            shown.append(match.action)
    unknown = [topic for topic in question.topics if not topic.known and not topic.negated]
    status = AnswerStatus.NOT_FOUND if unknown and not holding else AnswerStatus.ANSWERED
    actions = () if status is AnswerStatus.NOT_FOUND else tuple(shown)
    return evidence.answer(
        "\n".join(lines), actions, status=status, coverage=evidence.coverage(len(holding), 0, len(named))
    )


def _select(question: Question, evidence: Evidence) -> tuple[Match, ...]:
    selection = select(question, evidence.registry, evidence.lexicon, evidence.worth)
    return (*selection.matches, *selection.nearby)


def _without_conditions(question: Question) -> Question:
    return replace(
        question, topics=(), organisations=(), years=(), answered_yes=(), filled=(), axes=(), to_contact=None
    )


def _yes_lines(match: Match, evidence: Evidence) -> Iterator[str]:
    yield f"**{yes(evidence.question)}** : {name_of(match.action, evidence)}"
    for proof in dict.fromkeys((*match.said[:1], *match.criteria)):
        yield f"- {quote_line(proof, evidence)}"
    for role in dict.fromkeys((held.role, held.status) for held in match.involvements):
        proof = next(proof for held, proof in match.parts if (held.role, held.status) == role)
        yield f"- {capitalised(role_words(*role))} — {quote_line(proof, evidence)}"


def _no_lines(action: Action, evidence: Evidence) -> list[str]:
    """Say no, then what the field that was looked at does hold, or which other part the organisation has."""
    question = evidence.question
    name = name_of(action, evidence)
    denied = denial(_failing(action, evidence))
    proofs = dict.fromkeys(_what_is_said(action, evidence))
    keys = tuple(dict.fromkeys(key for topic in question.topics for key in topic.fields))
    absent = [key for key in keys if not any(field.key == key for field in action.fields)]
    if absent:
        names = joined([f"« {field_name(key)} »" for key in absent])
        return [f"**Le document ne le dit pas** : {name} n'a pas de champ {names}."]
    head = f"**Non** : {name} {denied}."
    said = [f"- {line}" for line in (*_other_parts(action, evidence), *(quote_line(one, evidence) for one in proofs))]
    return [head, *said] if said else [f"{head} Rien dans cette fiche ne le dit."]


def _failing(action: Action, evidence: Evidence) -> Question:
    """Return the question with only the conditions that the action fails, all of them when it fails none alone."""
    question = evidence.question
    bare = _without_conditions(question)

    def fails(condition: Question) -> bool:
        return all(match.action.id != action.id for match in _select(condition, evidence))

    topics = tuple(one for one in question.topics if fails(replace(bare, topics=(replace(one, joined=""),))))
    parties = tuple(
        one for one in question.organisations if fails(replace(bare, organisations=(replace(one, joined=""),)))
    )
    return replace(question, topics=topics, organisations=parties) if topics or parties else question


def _other_parts(action: Action, evidence: Evidence) -> Iterator[str]:
    """Yield the parts that an organisation does have in the action."""
    parties = tuple(replace(one, role=None, alone=False, negated=False) for one in evidence.question.organisations)
    anything = replace(_without_conditions(evidence.question), organisations=parties)
    found = [match for match in _select(anything, evidence) if match.action.id == action.id]
    for held, proof in (part for match in found for part in match.parts[:1]):
        yield f"Sa part : {role_words(held.role, held.status)} — {quote_line(proof, evidence)}"


def _what_is_said(action: Action, evidence: Evidence) -> Iterator[Segment]:
    """Yield what the action says in the fields that the question turns on: its public, its partners, its years."""
    question = evidence.question
    keys = [key for topic in question.topics for key in topic.fields]
    filled = [STATED.get(key, key) for key, _ in question.filled]
    keys += [member for key in filled for member in FAMILIES.get(key, (key,))]
    keys += [key for key, _ in question.answered_yes]
    keys += ["calendrier"] if question.years else []
    for key in dict.fromkeys(keys):
        yield from field_proofs(action, key, evidence.registry, evidence.analyser)[:_MOST_SHOWN]
    roles = {Role.PORTEUR if one.role in LEADING else one.role for one in question.organisations}
    for key, role in ORGANISATION_FIELDS.items():
        if role in roles:
            yield from whole_field_proof(action, (key,), evidence.registry)
