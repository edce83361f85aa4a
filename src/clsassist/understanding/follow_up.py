"""Follow-ups: a question that cannot stand alone is completed from the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clsassist.question import Intent, Organisation, Question, Side, Topic
from clsassist.records import ActionRef
from clsassist.text import french

_FOLLOWS = french(
    r"^\W*(?:et\b|mais\b|alors\b|ok\b|donc\b|seulement|uniquement|parmi|celles?\b|ceux|lesquel\w+|laquelle|lequel"
    r"|pareil|idem|l[ae] même|dans ces|de ces|sur ces|what about|and\b|only\b)"
)
_NARROWS = french(
    r"^\W*(?:et |ok |mais )?(?:seulement|uniquement|juste|parmi|celles?\b|ceux|lesquel|laquelle|lequel"
    r"|dans ces|de ces"
    r"|only\b)"
)
_PRONOUN = french(
    r"\b(?:les|la|le|l['’])\s?(?:porte|pilote|finance|concerne|anime|mène)\b|-(?:les|la|le)\b"
    r"|\b(?:son|sa|ses|leurs?|celles?|ceux|ces actions|ces fiches|cette (?:action|fiche)|celles?-ci)\b"
    r"|(?<!-)\b(?:elles?|ils?)\b"
    r"|\b(?:y|en)\s(?:sont|est|a\b(?![- ]t[- ])|participe\w*|intervien\w*)\b|\ben (?=\w+(?:e|ent) ?\?)"
)
# « plus de détails », « résume-la »: the actions of the last answer, presented.
_DETAILS = french(r"\b(?:détail\w*|résum\w+|présente\w*|en dire plus|dis[- ]m['’]en plus|décri\w+)\b")
_COMPARES = french(r"\bcompar\w+[- ]les\b|\bles comparer\b|\bcomparer? (?:ces|les deux|tout)")
# « à quoi sommes-nous engagés ? »: the organisation that asks is the one named before.
_WE = french(r"\b(?:sommes|serions|avons|devons)-nous\b|\bnos engagements\b")
_SHARED = french(r"\bcommune?s?\b|\bdifféren\w+|\bressembl\w+")
_FILLER = french(r"^\W*(?:et|mais|ok|alors)\b")
_HOW_MANY = french(r"^\W*(?:et\s+)?(?:[çc]a fait |il y en a |y en a[- ]t[- ]il )?combien\b")
# « combien de fiches dans le corpus ? » stands alone, whatever came before.
_WHOLE = french(r"\b(?:corpus|en tout|au total|documents?)\b")
_ORDINALS = (
    r"premi[eè]re?|1(?:re|er|ère)", r"deuxi[eè]me|seconde?|2e|2[eè]me", r"troisi[eè]me|3e|3[eè]me",
    r"quatri[eè]me|4e|4[eè]me", r"cinqui[eè]me|5e|5[eè]me", r"sixi[eè]me|6e|6[eè]me", r"septi[eè]me|7e|7[eè]me",
    r"huiti[eè]me|8e|8[eè]me",
)  # fmt: skip
_ORDINAL = french(rf"\bl[ae] (?:{'|'.join(f'(?P<o{n}>{word})' for n, word in enumerate(_ORDINALS))})\b")
_LAST = french(r"\bl[ae] derni[eè]re?\b(?! ann)")


def follow(question: Question, previous: Question, answered: Sequence[ActionRef]) -> Question:
    """Complete a question from the one before it when it cannot stand alone; a new topic drops the old context.

    ``answered`` are the actions of the answer to ``previous``, in its order.
    """
    if question.intent in (Intent.HELP, Intent.ABOUT, Intent.DEFINITION):
        return question
    pointed = _pointed_at(question, answered)
    ordinal = _ORDINAL.search(question.text) or _LAST.search(question.text)
    if ordinal and not answered:
        # The last answer has no first, nor last.
        nothing = Topic(ordinal.group(), ((ordinal.group(),),), known=False)
        return replace(question, intent=Intent.SET, topics=(nothing,))
    if not pointed and not _leans(question, answered):
        return question
    completed = _complete(question, previous, answered, pointed)
    note = f"suite de « {previous.text} »"
    return replace(completed, typed=question.typed, follows=True, notes=(*question.notes, note))


def _leans(question: Question, answered: Sequence[ActionRef]) -> bool:
    """Say whether a question needs the one before it."""
    if _FOLLOWS.match(question.text) or _only_leaves_out(question) or _WE.search(question.text):
        return True
    if question.selects:
        return bool(_PRONOUN.search(question.text)) and not _names_actions(question) and not question.asks_set
    counts = bool(_HOW_MANY.match(question.text)) and not _WHOLE.search(question.text) and not question.per
    # After an answer that found nothing, a question that points at nothing starts afresh.
    asks = bool(answered and (question.fields or counts)) or bool(_PRONOUN.search(question.text))
    return asks or bool(answered and (_DETAILS.search(question.text) or _COMPARES.search(question.text)))


def _same_matter(question: Question, previous: Question, answered: Sequence[ActionRef]) -> Question | None:
    """Go on with what the last answer was about: its actions compared, its sides, its organisation, part of it."""
    alone = not question.selects
    if _COMPARES.search(question.text) and len(answered) > 1:
        sides = tuple(Side(action.title, (action.id,)) for action in answered)
        return replace(question, intent=Intent.COMPARE, sides=sides)
    if previous.sides and _SHARED.search(question.text) and alone:
        return replace(question, intent=Intent.COMPARE, sides=previous.sides)
    if _WE.search(question.text) and previous.organisations and alone:
        return replace(previous, text=question.text, intent=Intent.SET, to_contact=question.to_contact)
    if previous.intent is Intent.DEFINITION and previous.topics and alone:
        return replace(question, intent=Intent.SET, topics=previous.topics, asks_set=True)
    if _only_leaves_out(question) and answered:
        return _narrow(question, tuple(action.id for action in answered))
    return None


def _only_leaves_out(question: Question) -> bool:
    """Say whether a question is nothing but « sauf celles du plan 79 »."""
    return not _FILLER.sub("", question.text).strip(" ?!.,")


def _complete(
    question: Question, previous: Question, answered: Sequence[ActionRef], pointed: tuple[str, ...]
) -> Question:
    if pointed:
        topics = tuple(topic for topic in question.topics if not _ORDINAL.search(f"la {topic.words}"))
        return _ask_of(replace(question, numbers=(), topics=topics), previous, pointed)
    ids = tuple(action.id for action in answered)
    again = _same_matter(question, previous, answered)
    if again:
        return again
    if question.to_contact is not None and not question.selects and previous.fields:
        fields = question.fields or previous.fields
        return replace(_ask_of(question, previous, ids), fields=fields, intent=Intent.FIELD)
    if _NARROWS.match(question.text) and ids:
        return _narrow(question, ids)
    if question.selects and not (_PRONOUN.search(question.text) and ids and not _FOLLOWS.match(question.text)):
        return _change_one_thing(question, previous)
    return _ask_of(question, previous, ids)


def _pointed_at(question: Question, answered: Sequence[ActionRef]) -> tuple[str, ...]:
    """Return the action that an ordinal names in the last answer: « la deuxième », « la 3 » of an unnumbered list."""
    if not answered:
        return ()
    if _LAST.search(question.text):
        return (answered[-1].id,)
    match = _ORDINAL.search(question.text)
    places = [int(name[1:]) for name, word in match.groupdict().items() if word] if match else []
    if not places and len(answered) > 1 and not any(action.number for action in answered):
        places = [int(number) - 1 for number in question.numbers if number.isdigit()]
    return tuple(answered[place].id for place in places if 0 <= place < len(answered))


def _ask_of(question: Question, previous: Question, ids: tuple[str, ...]) -> Question:
    """« qui les pilote ? », « et son financement ? »: another thing about the actions of the last answer."""
    if not ids:
        return replace(previous, text=question.text, fields=question.fields or previous.fields)
    intent = question.intent
    status = previous.to_contact if question.to_contact is None else question.to_contact
    if _HOW_MANY.match(question.text) and not question.fields:
        intent = Intent.COUNT
    elif question.fields and intent is not Intent.COUNT:
        intent = Intent.FIELD
    elif not question.selects and not _DETAILS.search(question.text) and previous.intent is Intent.FIELD:
        # « et la deuxième ? »: the field asked for before.
        return replace(question, titles=ids, intent=Intent.FIELD, fields=previous.fields, to_contact=status)
    return replace(question, titles=ids, intent=intent)


def _narrow(question: Question, ids: tuple[str, ...]) -> Question:
    """« seulement celles de Saverne », « lesquelles sont portées par le PETR ? »: a part of the last answer."""
    return replace(question, intent=Intent.SET, asks_set=True, titles=ids, lists_all=False)


def _names_actions(question: Question) -> bool:
    return bool(question.numbers or question.titles)


def _change_one_thing(question: Question, previous: Question) -> Question:
    """« et la 3 ? », « et dans les Deux-Sèvres ? », « et la CPAM ? »: the last question with one thing changed."""
    names = _names_actions(question)
    new_subject = names or bool(question.topics)
    elsewhere = new_subject or bool(question.documents)
    return replace(
        previous,
        text=question.text,
        intent=Intent.FIELD if question.fields and not question.asks_set else previous.intent,
        fields=question.fields or previous.fields,
        numbers=question.numbers if elsewhere else previous.numbers,
        titles=question.titles if elsewhere else previous.titles,
        topics=_like(question.topics, previous.topics) if new_subject else previous.topics,
        organisations=_in_same_role(question, previous) or (() if names else previous.organisations),
        documents=question.documents or previous.documents,
        excluded_documents=question.excluded_documents or previous.excluded_documents,
        plan_words=question.plan_words or previous.plan_words,
        axes=question.axes or previous.axes,
        years=question.years or previous.years,
        year_bound=question.year_bound if question.years else previous.year_bound,
        to_contact=question.to_contact if question.to_contact is not None else previous.to_contact,
        answered_yes=question.answered_yes or previous.answered_yes,
        filled=question.filled or (() if new_subject else previous.filled),
        asks_set=question.asks_set or (previous.asks_set and not question.fields),
    )


def _like(topics: tuple[Topic, ...], before: tuple[Topic, ...]) -> tuple[Topic, ...]:
    """Look new topics up where the old ones were: « … visent les lycéens ? » « et les élus ? »."""
    fields = {topic.fields for topic in before}
    if len(fields) != 1:
        return topics
    return tuple(topic if topic.fields else replace(topic, fields=next(iter(fields))) for topic in topics)


def _in_same_role(question: Question, previous: Question) -> tuple[Organisation, ...]:
    """Give a new organisation the part asked of the old one: « où la MSA est-elle partenaire ? » « et la CPAM ? »."""
    roles = {one.role for one in previous.organisations}
    if len(roles) != 1:
        return question.organisations
    role = next(iter(roles))
    return tuple(one if one.role else replace(one, role=role) for one in question.organisations)
