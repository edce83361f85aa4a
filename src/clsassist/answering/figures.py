"""Figures, money and contacts found inside the documents: the sentence that gives them, quoted, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from clsassist.answering.lines import MOST_SHOWN, name_of, quote_line, rest_lines
from clsassist.answering.not_found import answer_not_found
from clsassist.citing import in_quotes, owner_title
from clsassist.evidence import Evidence, scope_words
from clsassist.money import Amount, amounts_of, find_amounts
from clsassist.proofs import whole_field_proof
from clsassist.question import Question, Topic
from clsassist.records import Action, Answer, AnswerStatus, Field
from clsassist.segments import Segment
from clsassist.text import Token, french, says
from clsassist.topic_search import topic_rows
from clsassist.understanding.figures import asks_contact, asks_money
from clsassist.wording import counted

_MOST_FIGURES = 3
_MOST_SOURCES = 5
_PERCENT = french(r"pourcentage|proportion|taux|\bparts? d(?:e|es|u)\b|quelle part")
_MORE_THAN = french(r"\b(?:plus|au moins|supérieurs?) (?:de|à)\b")
_LESS_THAN = french(r"\b(?:moins|au plus|inférieurs?) (?:de|à)\b")
_PHONE = re.compile(r"(?:\+33|0)\s?[1-9](?:[ .]?\d{2}){4}")
# « le numéro de téléphone de… » names what is wanted, not whose it is.
_MEANS = french(r"téléphone|\bnuméro\b|\btél\b|adresse|\bmail\b|courriel")
_MAIL = re.compile(r"\S@\S")
_POSTCODE = re.compile(r"\b\d{5} [A-ZÀ-Ý]")
# Patterns of SQLite for what may hold a number, an e-mail, a share.
_WITH_DIGITS, _WITH_AT, _WITH_PERCENT = "*[0-9]*", "*@*", "*%*"
# How each is asked for, what it looks like, and the pattern that finds the segments to look at.
_CONTACTS = (
    (french(r"t[ée]l"), _PHONE, _WITH_DIGITS),
    (french(r"mail|courriel|électronique|écrire"), _MAIL, _WITH_AT),
    (french(r"adresse(?! (?:e?-?mail|électronique))|écrire"), _POSTCODE, _WITH_DIGITS),
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_SUPERLATIVE = french(r"\bl[ae]s? (?:plus|moins) (?:chère?s?|coûteu\w+|gros|grand|petit)")
_LEAST = french(r"\b(?:moins|petits?)\b")
# An action, the field that gives an amount, and the amount.
_Found = tuple[Action, Field, Amount]
# Says whether an amount is one of those asked about.
_Wanted = Callable[[Amount], bool]
# « 90 personnes sur 154 », « 2,7 % »: how far before what it counts a number may stand, in words of content.
_NEAR = 3


# --- money


def answer_money(evidence: Evidence) -> Answer:
    """Give the amounts of the actions asked about; when there is none, say so and name the sources of money."""
    actions = [match.action for match in evidence.selection.matches] or list(evidence.selection.scope)
    if evidence.selection.unknown:
        return answer_not_found(evidence)
    found = [(action, field, amount) for action in actions for field, amount in amounts_of(action, evidence.registry)]
    wanted = _wanted_amounts(evidence.question)
    kept = _largest([row for row in found if wanted(row[2])], evidence.question.text)
    if kept:
        giving = counted(len({row[0].id for row in found}), "action")
        actions = list({row[0].id: row[0] for row in kept}.values())
        shown = {action.id for action in actions[:MOST_SHOWN]}
        head = f"**{counted(len(actions), 'action')} avec un montant**"
        if len(kept) < len(found) and _SUPERLATIVE.search(evidence.question.text):
            order = "faibles" if _LEAST.search(evidence.question.text) else "élevés"
            head = f"**Les montants les plus {order}**, parmi ceux que donnent {giving}"
        lines = [f"{head} :", ""]
        for action, field, amount in (row for row in kept if row[0].id in shown):
            span = amount.span
            mark = evidence.book.cite_span(action.id, field.key, field.label, span)
            text = evidence.registry.sources[action.document_id].text
            lines.append(f"- {name_of(action, evidence)} — {field.label} : {in_quotes(span.of(text))} {mark}")
        lines += rest_lines(len(actions))
        return evidence.answer("\n".join(lines), tuple(actions))
    examined = counted(len(actions), "action")
    where = name_of(actions[0], evidence) if len(actions) == 1 else f"{examined}{scope_words(evidence)}"
    asked = "Aucun montant en euros" if not found else "Aucun montant de cet ordre"
    lines = [f"**{asked} n'est indiqué** pour {where}."]
    lines += _source_lines(actions, evidence)
    coverage = evidence.coverage(0, len(actions), len(actions))
    return evidence.answer("\n".join(lines), status=AnswerStatus.NOT_FOUND, coverage=coverage)


def _largest(rows: list[_Found], question: str) -> list[_Found]:
    """Keep the largest amounts, or the smallest, when the question asks for them; all in their order else."""
    if not _SUPERLATIVE.search(question):
        return rows
    ordered = sorted(rows, key=lambda row: row[2].euros, reverse=not _LEAST.search(question))
    return ordered[:_MOST_FIGURES]


def _wanted_amounts(question: Question) -> _Wanted:
    """Return the test that « plus de 5 000 euros » makes; every amount passes when there is none."""
    limit = next((amount.euros for amount in find_amounts(question.text)), None)
    if limit is None:
        return lambda amount: True
    if _LESS_THAN.search(question.text):
        return lambda amount: amount.euros <= limit
    if _MORE_THAN.search(question.text):
        return lambda amount: amount.euros >= limit
    return lambda amount: amount.euros == limit


def _source_lines(actions: Sequence[Action], evidence: Evidence) -> list[str]:
    """Quote what the actions say of their financing, in place of amounts."""
    proofs = [
        (action, proof)
        for action in actions
        for proof in whole_field_proof(action, ("financement",), evidence.registry)
    ]
    if not proofs:
        return []
    shown = [
        f"- {name_of(action, evidence)} — {quote_line(proof, evidence)}" for action, proof in proofs[:_MOST_SOURCES]
    ]
    more = [f"- et {counted(len(proofs) - _MOST_SOURCES, 'autre')}."] if len(proofs) > _MOST_SOURCES else []
    return ["", "Ce que les fiches disent du financement :", *shown, *more]


# --- contacts


def answer_contact(evidence: Evidence) -> Answer:
    """Quote the telephone number, the e-mail or the address asked for, when the words around it name whose it is."""
    asked = [(pattern, form) for wanted, pattern, form in _CONTACTS if wanted.search(evidence.question.text)]
    found = [
        segment
        for pattern, form in asked or [(_POSTCODE, _WITH_DIGITS)]
        for segment in _whose(evidence, form)
        if pattern.search(segment.quote)
    ]
    if not found:
        return answer_not_found(evidence)
    lines = ["Voici ce que disent les documents :", ""]
    for segment in list({(one.document_id, one.quote): one for one in found}.values())[:_MOST_FIGURES]:
        owner = evidence.registry.owner(segment.owner)
        plan = evidence.registry.plans[segment.document_id].name
        lines.append(f"- {in_quotes(segment.quote)} {evidence.book.cite(segment)} — {owner_title(owner)} ({plan})")
    return evidence.answer("\n".join(lines))


def _whose(evidence: Evidence, form: str) -> Iterator[Segment]:
    """Yield the segments of a form, in the documents of the question, that name the one it is about."""
    fitting = [one.documents for one in evidence.question.organisations if one.documents]
    documents = evidence.question.documents or (frozenset().union(*fitting) if fitting else frozenset())
    named = [topic for topic in evidence.question.topics if topic.known and not _MEANS.search(topic.words)]
    segments = [
        segment
        for segment in evidence.registry.segments_like(form)
        if not documents or segment.document_id in documents
    ]
    forms = [form for topic in named for form in topic.forms]
    forms += [form for one in evidence.question.organisations for form in one.forms]
    plans = {
        key for key, plan in evidence.registry.plans.items() if _names(plan.name, plan.territoire, forms, evidence)
    }
    yield from (
        one
        for one in segments
        if not forms or says(one.stems, forms) or says(one.context, forms) or one.document_id in plans
    )


def _names(name: str, territoire: str | None, forms: Sequence[tuple[str, ...]], evidence: Evidence) -> bool:
    return says(evidence.analyser.stems(f"{name} {territoire or ''}"), forms)


# --- figures


def answer_figure(evidence: Evidence) -> Answer:
    """Quote the sentences where a number counts what is asked."""
    question = evidence.question
    if asks_contact(question):
        return answer_contact(evidence)
    if asks_money(question):
        return answer_money(evidence)
    topics = [topic for topic in question.topics if not topic.negated and not topic.fields]
    topics += [Topic(one.words, one.forms) for one in question.organisations]
    if not topics or any(not topic.known and not topic.weak for topic in topics[:1]):
        return answer_not_found(evidence)
    known = [topic for topic in topics if topic.known]
    said = [segment for segment in _about(known, evidence) if _has_figure(segment, question, known, evidence)]
    if not said:
        return answer_not_found(evidence)
    said.sort(key=lambda segment: (-_closeness(segment, known), -evidence.worth(segment)))
    best = _closeness(said[0], known)
    lines = ["Voici ce que disent les documents :", ""]
    actions: dict[str, Action] = {}
    for segment in [one for one in said if _closeness(one, known) == best][:_MOST_FIGURES]:
        owner = evidence.registry.owner(segment.owner)
        if isinstance(owner, Action):
            actions[owner.id] = owner
        plan = evidence.registry.plans[segment.document_id].name
        lines.append(f"- {in_quotes(segment.quote)} {evidence.book.cite(segment)} — {owner_title(owner)} ({plan})")
    return evidence.answer("\n".join(lines), tuple(actions.values()))


def _about(topics: Sequence[Topic], evidence: Evidence) -> list[Segment]:
    """Return the segments that say what is counted, with most of the other words asked about it."""
    documents = evidence.question.documents
    people = any(form[0] in evidence.lexicon.people_words for form in topics[0].forms)
    starts = topics[:2] if people else topics[:1]
    registry = evidence.registry
    # Of the thousands of segments that say a common word, few hold a number.
    figure = _WITH_PERCENT if _PERCENT.search(evidence.question.text) else _WITH_DIGITS
    found = (registry.rows.written(topic_rows([topic], registry), figure) for topic in starts)
    segments = {(one.owner, one.span): one for rows in found for one in registry.segments(rows)}
    return [one for one in segments.values() if not documents or one.document_id in documents]


def _closeness(segment: Segment, topics: Sequence[Topic]) -> int:
    """Return how many of the topics a segment, or what stands above it, says."""
    around = (*segment.stems, "|", *segment.context)
    return sum(1 for topic in topics if says(around, (*topic.forms, *topic.narrower)))


def _has_figure(segment: Segment, question: Question, topics: Sequence[Topic], evidence: Evidence) -> bool:
    """Say whether a number of the segment counts what is asked: a share when a share is asked, else just before it.

    The place asked about and half of the other words at least must be said around it.
    """
    if _closeness(segment, topics) * 2 < len(topics) or not _is_said([one for one in topics if one.place], segment):
        return False
    if _PERCENT.search(question.text):
        return "%" in segment.quote
    if _counts(segment, topics[0], evidence):
        return True
    people = evidence.lexicon.people_words
    others = [topic for topic in topics if not topic.weak and not any(form[0] in people for form in topic.forms)]
    asks_people = bool(people & {token.stem for token in evidence.analyser.tokens(question.text)})
    # « combien d'habitants ont du mal à… » is answered by « 90 personnes sur 154 », if the rest is said there.
    if not others or not asks_people or not _is_said(others, segment):
        return False
    return any(_counts(segment, Topic(word, ((word,),)), evidence) for word in people)


def _is_said(topics: Sequence[Topic], segment: Segment) -> bool:
    around = (*segment.stems, "|", *segment.context)
    return all(says(around, (*topic.forms, *topic.narrower)) for topic in topics)


def _counts(segment: Segment, topic: Topic, evidence: Evidence) -> bool:
    """Say whether a number stands just before the topic (« 5 MSP »), or the topic just before « n personnes »."""
    tokens = evidence.analyser.content(segment.quote)
    forms = (*topic.forms, *topic.narrower)
    return any(
        tuple(token.stem for token in tokens[place : place + len(form)]) == form
        and any(_is_count(token) for token in tokens[max(0, place - _NEAR) : place])
        for place in range(len(tokens))
        for form in forms
    )


def _is_count(token: Token) -> bool:
    return token.form[0].isdigit() and not _YEAR.fullmatch(token.form)
