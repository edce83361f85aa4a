"""How a question was understood and searched, as French sentences for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clsassist.parsing.labels import field_name
from clsassist.question import Question, Topic
from clsassist.registry import Registry
from clsassist.retrieval import Hit
from clsassist.text import squeeze

_EXCERPT = 70


def explain_question(question: Question, registry: Registry) -> Iterator[str]:
    """Yield one line for each thing that was recognised in the question."""
    yield f"Type de réponse : {question.intent.value}"
    for note in question.notes:
        yield f"Lecture : {note}"
    if question.fields:
        yield f"Champ demandé : {', '.join(field_name(key) for key in question.fields)}"
    if question.numbers:
        yield f"Numéro de fiche : {', '.join(question.numbers)}"
    if question.documents:
        names = sorted({registry.plans[identifier].name for identifier in question.documents})
        yield f"Plan : {', '.join(names)} (d'après « {question.plan_words} »)"
    if question.titles:
        yield f"Titre reconnu : {', '.join(registry.action(identifier).title for identifier in question.titles)}"
    if question.axes or question.years:
        yield f"Axe ou année : {', '.join(map(str, (*question.axes, *question.years)))}"
    yield from _explain_organisations(question)
    for topic in question.topics:
        yield _explain_topic(topic)


def _explain_organisations(question: Question) -> Iterator[str]:
    for organisation in question.organisations:
        role = f", rôle : {organisation.role.value}" if organisation.role else ""
        role += ", exclue" if organisation.negated else ""
        forms = ", ".join(" ".join(form) for form in organisation.forms)
        yield f"Organisation : « {organisation.words} »{role} (racines cherchées : {forms})"


def _explain_topic(topic: Topic) -> str:
    forms = ", ".join(" ".join(form) for form in (*topic.forms, *topic.narrower))
    marks = [
        word
        for word, holds in (
            ("exclu", topic.negated),
            (f"dans le champ {', '.join(field_name(key) for key in topic.fields)}", bool(topic.fields)),
            ("trop général pour filtrer", topic.weak),
            ("absent des documents", not topic.known),
        )
        if holds
    ]
    return f"Sujet : « {topic.words} » (racines cherchées : {forms}){' — ' if marks else ''}{', '.join(marks)}"


def explain_hits(hits: Sequence[Hit], registry: Registry, most: int) -> Iterator[str]:
    """Yield the best passages with each rank behind them."""
    if hits:
        yield "Passages les plus proches (rang lexical, rang sémantique, score fusionné) :"
    for place, hit in enumerate(hits[:most], start=1):
        passage = registry.passages[hit.passage_id]
        lexical = f"{hit.lexical_rank} ({hit.lexical:.2f})" if hit.lexical_rank else "–"
        dense = f"{hit.dense_rank} ({hit.dense:.3f})" if hit.dense_rank else "–"
        excerpt = squeeze(passage.text)[:_EXCERPT]
        yield (
            f"{place}. {passage.document_id} › {squeeze(passage.title)[:50]} › {passage.label} : "
            f"lexical {lexical}, sémantique {dense}, fusion {hit.score:.3f}"
            f"{'' if hit.reranked is None else f', reclassement {hit.reranked:.3f}'} — {excerpt}"
        )
        if hit.same:
            elsewhere = dict.fromkeys(registry.passages[other].owner for other in hit.same)
            yield f"   Même texte dans : {', '.join(elsewhere)}"
