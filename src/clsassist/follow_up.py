"""Follow-ups: a question that cannot stand alone is completed from the one before it."""

from __future__ import annotations

import re
from dataclasses import replace

from clsassist.question import Intent, Question

_FOLLOWS = re.compile(
    r"^\W*(?:et\b|mais\b|alors\b|ok\b|seulement|uniquement|parmi|celles?\b|ceux|lesquel\w+|pareil|idem|l[ae] même)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?:les|la|le|l['’])\s?(?:porte|pilote|finance|concerne)\b"
    r"|\b(?:son|sa|ses|leurs?|celles?|ceux|ces actions|cette (?:action|fiche)|celle-ci|y|en|elles?)\b",
    re.IGNORECASE,
)


def follow(question: Question, previous: Question) -> Question:
    """Complete a question from the one before it when it cannot stand alone; a new topic drops the old context."""
    follows = bool(_FOLLOWS.match(question.text) or _PRONOUN.search(question.text))
    if question.intent in (Intent.HELP, Intent.ABOUT, Intent.DEFINITION):
        return question
    if not follows and (question.selects or not question.fields):
        return question
    if question.selects and question.strong_topics and not _FOLLOWS.match(question.text):
        return question
    return _merge(question, previous)


def _merge(question: Question, previous: Question) -> Question:
    names_actions = bool(question.numbers or question.titles)
    keeps_topics = not question.topics and not names_actions
    narrows = bool(re.match(r"^\W*(?:seulement|uniquement|parmi|celles?|ceux|lesquel)", question.text, re.IGNORECASE))
    topics = (*previous.topics, *question.topics) if narrows else (previous.topics if keeps_topics else question.topics)
    fields = question.fields or (() if narrows else previous.fields)
    intent = Intent.FIELD if fields and not (previous.asks_set and not question.fields) else previous.intent
    merged = replace(
        question,
        intent=intent if question.intent is Intent.SET or question.fields else question.intent,
        fields=fields,
        topics=topics,
        numbers=question.numbers or (() if question.titles or question.documents else previous.numbers),
        titles=question.titles or (() if question.numbers or question.documents else previous.titles),
        axes=question.axes or previous.axes,
        years=question.years or previous.years,
        documents=question.documents or previous.documents,
        plan_words=question.plan_words or previous.plan_words,
        organisations=question.organisations or (() if names_actions else previous.organisations),
        role=question.role or previous.role,
        to_contact=question.to_contact if question.to_contact is not None else previous.to_contact,
        answered_yes=question.answered_yes or previous.answered_yes,
        asks_set=question.asks_set or (previous.asks_set and not question.fields),
        mentions=question.mentions or previous.mentions,
        kind=question.kind or previous.kind,
    )
    return replace(merged, follows=True, notes=(*question.notes, f"suite de « {previous.text} »"))
