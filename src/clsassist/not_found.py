"""Saying that one does not know: what was searched, what is missing, and what comes truly close."""

from __future__ import annotations

from clsassist.citing import in_quotes, owner_title
from clsassist.evidence import Evidence
from clsassist.question import Topic
from clsassist.records import Answer, AnswerStatus
from clsassist.selection import closest
from clsassist.wording import counted, joined

_MOST_CLOSE = 2


def answer_not_found(evidence: Evidence) -> Answer:
    """Say that the corpus does not answer, and how far the search went."""
    question, selection = evidence.question, evidence.selection
    topics = [topic for topic in question.strong_topics if not topic.negated]
    lines = [_opening(evidence, topics), "", _searched(evidence)]
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
    question = evidence.question
    unknown = [f"« {topic.words} »" for topic in topics if not topic.known]
    if unknown:
        verb = "n'apparaît" if len(unknown) == 1 else "n'apparaissent"
        return f"**Je ne trouve pas cela dans les documents** : {joined(unknown)} {verb} dans aucun."
    if not question.selects:
        return (
            "**Je n'ai pas compris la question** : elle ne nomme ni sujet, ni fiche, ni organisation que je connaisse."
        )
    known = {action.number for action in evidence.selection.scope}
    if question.numbers and not known & set(question.numbers):
        return f"**Aucune fiche ne porte le numéro {joined(list(question.numbers))}** là où vous le cherchez."
    places = [f"« {topic.words} »" for topic in topics if topic.place]
    if places:
        return f"**Aucune action n'a {joined(places)} pour territoire** dans les documents."
    return "**Aucune action ne correspond** à tout ce que demande la question."


def _searched(evidence: Evidence) -> str:
    question, registry = evidence.question, evidence.registry
    sought = [f"« {topic.words} »" for topic in question.topics]
    sought += [f"« {organisation.words} »" for organisation in question.organisations]
    what = f"Recherché : {joined(sought)}, " if sought else "Examiné : "
    documents = question.documents or frozenset(registry.documents)
    where = f"{counted(len(evidence.selection.scope), 'action')} de {counted(len(documents), 'document')}"
    return f"{what}{'dans ' if sought else ''}{where}."


def _close_lines(evidence: Evidence, topics: list[Topic]) -> list[str]:
    """Quote what says most of the topics, or a neighbouring idea; a single shared word is not close."""
    lines, seen = [], set()
    for segment, said in closest(topics, evidence.registry):
        near_idea = any(topic.related or topic.place for topic in said) and len(topics) == 1
        mostly = len(said) * 2 > len(topics) and len(topics) > 1
        in_scope = not evidence.question.documents or segment.document_id in evidence.question.documents
        if segment.owner in seen or not in_scope or not (near_idea or mostly):
            continue
        seen.add(segment.owner)
        owner = evidence.registry.owner(segment.owner)
        plan = evidence.registry.plans[segment.document_id].name
        about = joined([f"« {topic.words} »" for topic in said])
        quote = f"{in_quotes(segment.quote)} {evidence.book.cite(segment)}"
        only = (
            ("où le mot est seulement cité" if any(topic.place for topic in said) else "sujet voisin")
            if near_idea
            else f"pour {about} seulement"
        )
        lines.append(f"- **{owner_title(owner)}** ({plan}), {only} : {quote}")
        if len(lines) == _MOST_CLOSE:
            break
    return lines
