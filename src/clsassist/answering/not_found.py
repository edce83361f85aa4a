"""Saying that one does not know: what was searched, what is missing, and what comes truly close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clsassist.citing import in_quotes, owner_title
from clsassist.evidence import Evidence
from clsassist.parsing.labels import ORGANISATION_FIELDS, field_name
from clsassist.proofs import whole_field_proof
from clsassist.question import STATED, Question, Topic
from clsassist.records import Answer, AnswerStatus
from clsassist.selection import select
from clsassist.topic_search import closest
from clsassist.wording import action_name, counted, joined, restriction, role_words

_MOST_CLOSE = 2
_MOST_SAID = 5


def answer_not_found(evidence: Evidence) -> Answer:
    """Say that the corpus does not answer, and how far the search went."""
    question, selection = evidence.question, evidence.selection
    topics = [topic for topic in question.strong_topics if not topic.negated]
    lines = [_opening(evidence, topics), "", _searched(evidence)]
    lines += _each_condition(evidence)
    lines += _said_instead(evidence)
    lines += _in_another_part(evidence)
    close = _close_lines(evidence, topics)
    if close:
        lines.extend(["", "Au plus proche :", *close])
    coverage = evidence.coverage(0, len(selection.missing), len(selection.scope))
    return evidence.answer(
        "\n".join(lines),
        status=AnswerStatus.NOT_FOUND,
        coverage=coverage,
        choices=() if close else evidence.starters,
    )


def _opening(evidence: Evidence, topics: list[Topic]) -> str:
    """Return the sentence of the first of these reasons that holds."""
    question, selection = evidence.question, evidence.selection
    left_out = question.exclusion.strong_topics if question.exclusion else ()
    unknown = [f"« {topic.words} »" for topic in (*topics, *left_out) if not topic.known]
    places = [f"« {topic.words} »" for topic in topics if topic.place]
    numbers = {action.number for action in selection.scope}
    absent = "n'apparaît" if len(unknown) == 1 else "n'apparaissent"
    keys = dict.fromkeys(key for topic in question.topics for key in topic.fields)
    wanted = joined([field_name(key) for key in keys])
    reasons = (
        (bool(unknown), f"**Je ne trouve pas cela dans les documents** : {joined(unknown)} {absent} dans aucun."),
        (
            bool(wanted) and len(selection.missing) == len(selection.scope),
            f"**Les documents ne le disent pas** : aucune action n'a de champ « {wanted} » renseigné.",
        ),
        (
            not question.selects,
            "**Je n'ai pas compris la question** : elle ne nomme ni sujet, ni fiche, ni organisation connue.",
        ),
        (
            bool(question.numbers) and not numbers & set(question.numbers),
            f"**Aucune fiche ne porte le numéro {joined(list(question.numbers))}** là où vous le cherchez.",
        ),
        (bool(question.exclusion), "**Aucune action ne reste** une fois cela laissé de côté."),
        (bool(places), f"**Aucune action n'a {joined(places)} pour territoire** dans les documents."),
        (
            len(topics) == 1 and not set(topics[0].fields) & set(ORGANISATION_FIELDS) and not question.restricts,
            f"**Aucune action ne porte sur {joined([f'« {topic.words} »' for topic in topics])}**.",
        ),
    )
    sought = restriction(question, many=True)
    otherwise = (
        f"**Aucune action ne correspond** : je cherchais celles qui {sought}."
        if sought and not sought.startswith("hors ")
        else "**Aucune action ne correspond** à tout ce que demande la question."
    )
    return next((sentence for holds, sentence in reasons if holds), otherwise)


def _searched(evidence: Evidence) -> str:
    question, registry = evidence.question, evidence.registry
    sought = [f"« {topic.words} »" for topic in question.topics]
    sought += [f"« {organisation.words} »" for organisation in question.organisations]
    what = f"Recherché : {joined(sought)}, " if sought else "Examiné : "
    documents = question.documents or frozenset(registry.documents)
    where = f"{counted(len(evidence.selection.scope), 'action')} de {counted(len(documents), 'document')}"
    return f"{what}{'dans ' if sought else ''}{where}."


def _each_condition(evidence: Evidence) -> list[str]:
    """Say how many actions satisfy each condition alone, when several together leave none."""
    question, selection = evidence.question, evidence.selection
    parts = _conditions_apart(question)
    if len(parts) < 2 or selection.unknown:
        return []
    lines = ["", "Prise une à une, chaque condition donne :"]
    for part in parts:
        found = select(part, evidence.registry, evidence.lexicon, evidence.worth).matches
        lines.append(f"- {counted(len(found), 'action')} : {restriction(part, many=len(found) > 1)}")
    return lines


def _in_another_part(evidence: Evidence) -> list[str]:
    """Say which other part the organisation asked about has in these actions: no partner, but pilot of nine."""
    question = evidence.question
    if len(question.organisations) != 1 or question.organisations[0].role is None or question.organisations[0].negated:
        return []
    one = question.organisations[0]
    asked = replace(question, organisations=(replace(one, role=None, assumed=False),))
    found = select(asked, evidence.registry, evidence.lexicon, evidence.worth).matches
    if not found:
        return []
    lines = ["", f"« {one.words} » y a une autre part, dans {counted(len(found), 'action')} :"]
    for match in found[:_MOST_SAID]:
        held, proof = match.parts[0]
        name = action_name(match.action, evidence.registry.plans[match.action.document_id])
        lines.append(f"- {name} : {role_words(held.role, held.status)} {evidence.book.cite(proof)}")
    left = len(found) - _MOST_SAID
    return [*lines, f"- et {counted(left, 'autre')}."] if left > 0 else lines


def _said_instead(evidence: Evidence) -> list[str]:
    """Quote what the field asked about does hold when it only says that there is nothing: « Hors PRSE 4 »."""
    keys = [STATED.get(key, key) for key, wanted in evidence.question.filled if wanted]
    if not keys:
        return []
    said = [
        proof
        for action in evidence.selection.scope
        for proof in whole_field_proof(action, keys, evidence.registry)
        if proof.kind != "empty"
    ]
    lines = [
        f"- {owner_title(evidence.registry.owner(one.owner))} : {in_quotes(one.quote)} {evidence.book.cite(one)}"
        for one in said[:_MOST_SAID]
    ]
    left = len(said) - len(lines)
    more = [f"- et {counted(left, 'autre')}."] if left > 0 else []
    return ["", "Ce que disent les fiches :", *lines, *more] if lines else []


def _conditions_apart(question: Question) -> list[Question]:
    """Return the question with one of its conditions at a time; the plan stays in all."""
    bare = replace(
        question, organisations=(), topics=(), numbers=(), axes=(), years=(), objectives=(), titles=(),
        answered_yes=(), filled=(),
    )  # fmt: skip
    free = tuple(topic for topic in question.topics if not topic.fields and not topic.negated)
    closed = (question.answered_yes, question.filled)
    others = (question.organisations, question.axes, question.years, question.objectives, *closed)
    alone = len(free) > 1 and len(free) == len(question.topics) and not any(others)
    parts = [
        *(replace(bare, organisations=(replace(one, joined=""),)) for one in question.organisations),
        *(replace(bare, topics=(replace(topic, joined=""),)) for topic in free if alone),
        replace(bare, topics=() if alone else free),
        *(replace(bare, topics=(replace(topic, joined=""),)) for topic in question.topics if topic.fields),
        replace(bare, axes=question.axes),
        replace(bare, years=question.years),
        replace(bare, objectives=question.objectives),
        replace(bare, answered_yes=question.answered_yes),
        replace(bare, filled=question.filled),
    ]
    return [part for part in parts if restriction(part, many=True)]


def neighbour_lines(evidence: Evidence) -> list[str]:
    """Offer what neighbouring ideas say, apart from the answer: never counted with it."""
    topics = [topic for topic in evidence.question.strong_topics if topic.related and not topic.negated]
    held = {match.action.id for match in evidence.selection.matches}
    lines: list[str] = []
    for segment in evidence.registry.segments_saying([form for topic in topics for form in topic.related]):
        if segment.owner in evidence.registry.actions and segment.owner not in held:
            held.add(segment.owner)
            title = owner_title(evidence.registry.owner(segment.owner))
            lines.append(f"- **{title}** : {in_quotes(segment.quote)} {evidence.book.cite(segment)}")
    return ["", "Sujets voisins :", *lines[:_MOST_CLOSE]] if lines else []


def _close_lines(evidence: Evidence, topics: list[Topic]) -> list[str]:
    """Quote what says most of the topics, or a neighbouring idea; a single shared word is not close."""
    lines, seen = [], set()
    alone = len(topics) == 1

    def is_near(said: Sequence[Topic]) -> bool:
        return any(topic.related or topic.place for topic in said) if alone else len(said) * 2 > len(topics)

    for segment, said in closest(topics, evidence.registry, is_near):
        in_scope = not evidence.question.documents or segment.document_id in evidence.question.documents
        if segment.owner in seen or not in_scope:
            continue
        seen.add(segment.owner)
        owner = evidence.registry.owner(segment.owner)
        plan = evidence.registry.plans[segment.document_id].name
        about = joined([f"« {topic.words} »" for topic in said])
        quote = f"{in_quotes(segment.quote)} {evidence.book.cite(segment)}"
        only = (
            ("où le mot est seulement cité" if any(topic.place for topic in said) else "sujet voisin")
            if alone
            else f"pour {about} seulement"
        )
        lines.append(f"- **{owner_title(owner)}** ({plan}), {only} : {quote}")
        if len(lines) == _MOST_CLOSE:
            break
    return lines
