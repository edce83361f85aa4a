"""Understanding questions of reuse: an action like another, or one that already does something."""

from __future__ import annotations

from dataclasses import replace

from clsassist.question import Intent, Question
from clsassist.registry import Registry
from clsassist.text import french

_LIKE = french(
    r"\b(?:semblables?|ressembl\w+|similaires?|comparables?|analogues?|proches? (?:de|d['’]|du)"
    r"|du même (?:genre|type)"
    r"|similar|like)\b"
)
_TO_COPY = french(
    r"\bmodèles?\b|\binspir\w+|\bcopier\b|\bréutilis\w+|\breprendre\b|(?<!par )\bexemples?\b"
    r"|\bdéjà (?:fait|mis|mont|prévu|cré+|lanc|organis|exist)\w*|\b[çc]a existe déjà"
    r"|\b(?:je|nous|on) (?:veux|voudrais|voulons|souhait\w+|cherch\w+) (?:à )?(?:créer|monter|lancer|faire|mettre)"
)
_NOT_REUSE = frozenset({Intent.COMPARE, Intent.COUNT, Intent.HELP, Intent.DEFINITION, Intent.ABOUT})


def read_reuse(question: Question, registry: Registry) -> Question:
    """Return a question about actions to reuse as such: like the actions it names, or about a subject."""
    if question.intent in _NOT_REUSE:
        return question
    models = _named(question, registry) if _LIKE.search(question.text) else ()
    if models or (_TO_COPY.search(question.text) and question.strong_topics):
        return replace(question, intent=Intent.SIMILAR, models=models)
    return question


def _named(question: Question, registry: Registry) -> tuple[str, ...]:
    """Return the actions that the question names, by number or title."""
    if question.titles:
        return question.titles
    return tuple(
        action.id
        for action in registry.actions.values()
        if action.number in question.numbers and (not question.documents or action.document_id in question.documents)
    )
