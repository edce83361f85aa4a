"""Follow-ups: a question that cannot stand alone is completed from the one before it."""

from __future__ import annotations

import re
from dataclasses import replace

from clsassist.question import Intent, Question

_FOLLOWS = re.compile(
    r"^\W*(?:et\b|mais\b|alors\b|ok\b|seulement|uniquement|parmi|celles?\b|ceux|lesquel\w+|pareil|idem|l[ae] même)",
    re.IGNORECASE,
)
_NARROWS = re.compile(r"^\W*(?:seulement|uniquement|parmi|celles?|ceux|lesquel)", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:les|la|le|l['’])\s?(?:porte|pilote|finance|concerne)\b"
    r"|\b(?:son|sa|ses|leurs?|celles?|ceux|ces actions|cette (?:action|fiche)|celle-ci|y|en|elles?)\b",
    re.IGNORECASE,
)


def follow(question: Question, previous: Question, answered: tuple[str, ...]) -> Question:
    """Complete a question from the one before it when it cannot stand alone; a new topic drops the old context.

    ``answered`` are the ids of the actions in the answer to ``previous``.
    """
    if question.intent in (Intent.HELP, Intent.ABOUT, Intent.DEFINITION):
        return question
    linked = bool(_FOLLOWS.match(question.text))
    if not linked and question.selects:
        return question
    counts = bool(re.match(r"^\W*combien\W*$", question.text, re.IGNORECASE))
    if not linked and not counts and not question.fields and not _PRONOUN.search(question.text):
        return question
    if question.to_contact is not None and not question.selects and previous.fields:
        completed = replace(_ask_of_same(question, previous, answered), fields=previous.fields, intent=Intent.FIELD)
    elif _NARROWS.match(question.text):
        completed = _narrow(question, previous, answered)
    elif question.selects:
        completed = _put_in_place(question, previous)
    else:
        completed = _ask_of_same(question, previous, answered)
    return replace(
        completed, typed=question.typed, follows=True, notes=(*question.notes, f"suite de « {previous.text} »")
    )


def _ask_of_same(question: Question, previous: Question, answered: tuple[str, ...]) -> Question:
    """« qui les pilote ? », « et son financement ? »: another thing about the actions of the last answer."""
    if not answered:
        return replace(previous, text=question.text, fields=question.fields or previous.fields)
    intent = Intent.FIELD if question.fields else question.intent
    if re.match(r"^\W*(?:et\s+)?combien\b", question.text, re.IGNORECASE) and not question.fields:
        intent = Intent.COUNT
    return replace(question, titles=answered, intent=intent)


def _narrow(question: Question, previous: Question, answered: tuple[str, ...]) -> Question:
    """« seulement celles de Saverne »: a part of the last answer; its proofs stay those of the first question."""
    return replace(
        question,
        intent=Intent.SET,
        asks_set=True,
        fields=(),
        filled=(),
        titles=answered,
        topics=(*previous.topics, *question.topics),
        organisations=(*previous.organisations, *question.organisations),
        mentions=previous.mentions or question.mentions,
    )


def _put_in_place(question: Question, previous: Question) -> Question:
    """« et la 3 ? », « et dans les Deux-Sèvres ? », « et la CPAM ? »: the last question with one thing changed."""
    names_actions = bool(question.numbers or question.titles)
    new_subject = names_actions or bool(question.topics)
    elsewhere = new_subject or bool(question.documents)
    return replace(
        previous,
        text=question.text,
        intent=Intent.FIELD if question.fields else previous.intent,
        fields=question.fields or previous.fields,
        numbers=question.numbers if elsewhere else previous.numbers,
        titles=question.titles if elsewhere else previous.titles,
        topics=question.topics if new_subject else previous.topics,
        organisations=question.organisations or (() if names_actions else previous.organisations),
        documents=question.documents or previous.documents,
        plan_words=question.plan_words or previous.plan_words,
        axes=question.axes or previous.axes,
        years=question.years or previous.years,
        to_contact=question.to_contact if question.to_contact is not None else previous.to_contact,
        answered_yes=question.answered_yes or previous.answered_yes,
        asks_set=question.asks_set or (previous.asks_set and not question.fields),
    )
