"""A question in plain French to a Question, against the corpus's own words: the steps, then what is wanted."""

from __future__ import annotations

from dataclasses import replace

from clsassist.question import STATED, Intent, Question
from clsassist.records import ActionRef
from clsassist.text import squeeze
from clsassist.understanding.aspects import text_to_aspect
from clsassist.understanding.draft import Draft
from clsassist.understanding.exclusion import split_exclusion
from clsassist.understanding.figures import asks_contact, asks_money, asks_stated, names_money
from clsassist.understanding.follow_up import follow
from clsassist.understanding.patterns import (
    ASKS_WHICH,
    CANNOT,
    DRAFTING,
    FIGURE,
    HELP,
    LEAD,
    NUMBER_OF,
    OPEN,
    PERSON,
    POSTAMBLE,
    PREAMBLE,
    PRESENTS,
    RHETORICAL,
    with_hyphens,
)
from clsassist.understanding.persons import to_third_person
from clsassist.understanding.steps import STEPS
from clsassist.vocabulary import Vocabulary


def understand(
    text: str, vocabulary: Vocabulary, previous: Question | None = None, answered: tuple[ActionRef, ...] = ()
) -> Question:
    """Return what a question asks.

    ``previous`` is the question before it in the same conversation, ``answered`` the actions that its
    answer asserted.
    """
    asked = with_hyphens(squeeze(text))
    asked = asked if ASKS_WHICH.match(asked) else RHETORICAL.sub(r"\g<verb>", asked)
    asked = LEAD.sub("", asked) if previous else asked
    preamble = "" if HELP.match(asked) or previous else _preamble(asked, vocabulary)
    asked = to_third_person(POSTAMBLE.sub("", asked[len(preamble) :]) or asked)
    asked = DRAFTING.sub("", asked) or asked
    question = _at_home(preamble, _recognise_with_exclusion(asked, vocabulary), vocabulary)
    question = replace(question, typed=text)
    if question.acronym and previous and previous.intent is not Intent.DEFINITION and text.lower().startswith("et "):
        # « et le CLSM ? » goes on with the question before it.
        question = replace(question, acronym="")
    bare = not any(token.stop for token in vocabulary.lexicon.analyser.tokens(asked))
    question = replace(question, aspect=text_to_aspect(asked))
    question = replace(question, intent=_intent(question, vocabulary), key_words=bare)
    return follow(question, previous, answered) if previous else question


def _recognise(asked: str, vocabulary: Vocabulary) -> Question:
    """Run every step over the words of a question."""
    typed = vocabulary.lexicon.analyser.tokens(asked)
    corrected, tokens = vocabulary.correct(typed)
    draft = Draft(tokens, set(range(len(tokens))), Question(asked, Intent.SET, typed=asked))
    draft.notes.extend(f"« {typed[position].span.of(asked)} » lu « {word} »" for position, word in corrected.items())
    for step in STEPS:
        step(draft, vocabulary)
    question = replace(draft.question, notes=tuple(draft.notes))
    if any(topic.fields for topic in question.topics):
        # « quelles actions ont pour public les lycéens » restricts where the topic stands, not whether it is filled.
        question = replace(question, filled=tuple(one for one in question.filled if one[0] in STATED))
    return question


def _recognise_with_exclusion(asked: str, vocabulary: Vocabulary) -> Question:
    """Recognise a question and, apart, what it leaves out: « sauf celles pilotées par l'ARS »."""
    main, readings = split_exclusion(asked)
    for reading in readings:
        left_out = _recognise(reading, vocabulary)
        if not (left_out.selects if reading is readings[-1] else left_out.titles or left_out.numbers):
            continue
        question = _recognise(main, vocabulary)
        if not _restricts_beyond_plan(left_out):
            return replace(question, excluded_documents=left_out.documents, plan_words=left_out.plan_words)
        if left_out.documents and not (question.documents or question.excluded_documents):
            # « … sauf celles du CD dans le 79 »: the place is said of the whole question.
            question = replace(question, documents=left_out.documents, plan_words=left_out.plan_words)
        return replace(question, exclusion=left_out, asks_set=True)
    return _recognise(asked, vocabulary)


def _restricts_beyond_plan(question: Question) -> bool:
    return replace(question, documents=frozenset()).selects


def _preamble(asked: str, vocabulary: Vocabulary) -> str:
    """Return a greeting and who is asking, '' when that names an organisation: « nous sommes la MSA » is a subject."""
    preamble = PREAMBLE.match(asked)
    if preamble is None:
        return ""
    if PERSON.search(preamble.group()):
        return preamble.group()
    named = vocabulary.lexicon.actors_in(vocabulary.lexicon.analyser.content(preamble.group()))
    if named or _recognise(preamble.group(), vocabulary).organisations:
        return ""
    return preamble.group()


def _at_home(preamble: str, question: Question, vocabulary: Vocabulary) -> Question:
    """Take « chez nous » from who is asking: « je suis élue à Saverne : … »."""
    stems = [token.stem for token in vocabulary.lexicon.analyser.content(preamble)]
    documents = frozenset(key for stem in stems for key in vocabulary.plan_words.get(stem, ()))
    if not documents or question.documents or question.excluded_documents:
        return question
    words = " ".join(token.span.of(preamble) for token in vocabulary.lexicon.analyser.content(preamble))
    return replace(question, documents=documents, plan_words=words)


def _intent(question: Question, vocabulary: Vocabulary) -> Intent:
    """Return what is wanted: the first of these readings that holds, a set when none does."""
    text = question.text
    asks_figure = asks_money(question) and not names_money(question, vocabulary)
    readings = (
        (Intent.HELP, bool(HELP.match(text) or CANNOT.match(text))),
        (Intent.DEFINITION, bool(question.acronym)),
        (Intent.ABOUT, bool(question.aspect) and not question.organisations and not _names_subject(question)),
        (Intent.COUNT, question.intent is Intent.COUNT),
        (Intent.FIGURE, (asks_figure or asks_contact(question)) and not asks_stated(question)),
        (Intent.OPEN, _is_open(question)),
        (Intent.FIGURE, bool(NUMBER_OF.match(text))),
        (Intent.SET, question.yes_no and bool(question.years) and bool(question.numbers or question.titles)),
        (Intent.FIELD, bool(question.fields) and not question.asks_set),
        (Intent.FIGURE, bool(FIGURE.search(text))),
    )
    return next((intent for intent, holds in readings if holds), Intent.SET)


def _names_subject(question: Question) -> bool:
    """Say whether a question about plans asks what they say of something: « IPA, dans quels plans ? »."""
    named = question.strong_topics or question.titles or question.numbers
    return question.aspect == "documents" and bool(named)


def _is_open(question: Question) -> bool:
    """Say whether a synthesis is wanted: « comment… », unless one field of a named action is asked."""
    if not OPEN.search(question.text) or question.asks_set:
        return False
    named = question.numbers or question.titles
    return bool(PRESENTS.search(question.text)) if named else not set(question.fields) - _WIDE_FIELDS


# Fields that an open question names without wanting just them: « pourquoi », « comment se déroule ».
_WIDE_FIELDS = frozenset({"contexte", "etapes", "objectifs"})
