"""Steps that read what a question is about: organisations, plans, titles, and what is left, its topics."""

from __future__ import annotations

from dataclasses import replace

from clsassist.question import Organisation, Topic
from clsassist.question_draft import Draft, first_set_noun, negated
from clsassist.question_patterns import (
    EITHER,
    LISTS_ALL,
    PLACE_PREPOSITIONS,
    TAKES_PART,
)
from clsassist.text import Stems, fold
from clsassist.vocabulary import Vocabulary


def read_plans(draft: Draft, vocabulary: Vocabulary) -> None:
    """« à Saverne », « dans les Deux-Sèvres », « Plan Santé 79 »."""
    found: set[str] = set()
    places = [place for place in sorted(draft.free) if draft.tokens[place].stem in vocabulary.plan_words]
    for place in places:
        found |= vocabulary.plan_words[draft.tokens[place].stem]
    if not found:
        return
    words = " ".join(draft.tokens[place].span.of(draft.question.text) for place in places)
    for place in places:
        draft.take(place, place + 1)
        _take_beside(draft, place, vocabulary.lexicon.place_words)
    if negated(draft, places[0], vocabulary):
        draft.question = replace(draft.question, excluded_documents=frozenset(found), plan_words=words)
    else:
        draft.question = replace(draft.question, documents=frozenset(found), plan_words=words)


def read_organisations(draft: Draft, vocabulary: Vocabulary) -> None:
    """« la MSA », « le Centre Hospitalier de Rouffach »: the longest name wins, whole words only."""
    content = [place for place in sorted(draft.free) if not draft.tokens[place].stop]
    position = 0
    while position < len(content):
        places, organisation = _organisation_at(draft, vocabulary, content, position)
        if organisation:
            draft.question = replace(draft.question, organisations=(*draft.question.organisations, organisation))
            for place in places:
                draft.take(place, place + 1)
        position += max(1, len(places))


def _organisation_at(
    draft: Draft, vocabulary: Vocabulary, content: list[int], position: int
) -> tuple[list[int], Organisation | None]:
    stems = [draft.tokens[place].stem for place in content]
    lexicon = vocabulary.lexicon
    actors = [(form, concept) for form, concept in lexicon.concepts_at(stems, position)]
    named = [form for form, _ in vocabulary.organisations if tuple(stems[position : position + len(form)]) == form]
    if not TAKES_PART.search(draft.question.text):
        named = [form for form in named if form not in vocabulary.common_nouns]
    longest_named = max(named, key=len, default=())
    if actors and len(actors[0][0]) >= len(longest_named):
        form, concept = next(((f, c) for f, c in actors if c.actor), actors[0])
        if not concept.actor:
            return [], None
        places = content[position : position + len(form)]
        forms = tuple(dict.fromkeys(way for f, c in actors if c.actor and f == form for way in c.stems))
        typed = draft.words(places[0], places[-1] + 1)
        words = concept.name if fold(concept.name) == fold(typed) else typed
        return places, Organisation(words, forms, negated(draft, places[0], vocabulary))
    if longest_named and (len(longest_named) > 1 or longest_named[0] not in lexicon.stems):
        places = content[position : position + len(longest_named)]
        return places, Organisation(_whole_name(draft, places), (longest_named,), negated(draft, places[0], vocabulary))
    return [], None


def _whole_name(draft: Draft, places: list[int]) -> str:
    """Return a name as typed, with the capitalised stop words that end it: « Région Grand Est »."""
    end = places[-1] + 1
    while end < len(draft.tokens) and draft.tokens[end].stop and draft.words(end, end + 1)[0].isupper():
        end += 1
    return draft.words(places[0], end)


def read_titles(draft: Draft, vocabulary: Vocabulary) -> None:
    """« l'annuaire des actions et des acteurs »: an action named by its whole title."""
    stems = tuple(token.stem for token in draft.tokens if not token.stop)
    # A short title is also a topic: « quelles actions sur l'exercice coordonné ? » asks for more than one fiche.
    shortest = 2 if first_set_noun(draft) is None else 3
    found = [
        (action, title) for title, action in vocabulary.titles if len(title) >= shortest and _runs_in(title, stems)
    ]
    if found:
        draft.question = replace(draft.question, titles=tuple(action for action, _ in found))
        held = {stem for _, title in found for stem in title}
        for place in list(draft.free):
            if draft.tokens[place].stem in held:
                draft.take(place, place + 1)


def _runs_in(inner: Stems, outer: Stems) -> bool:
    return any(outer[start : start + len(inner)] == inner for start in range(len(outer) - len(inner) + 1))


def read_topics(draft: Draft, vocabulary: Vocabulary) -> None:
    """Take what is left as the subject: known ideas of the lexicon first, then single words."""
    lexicon = vocabulary.lexicon
    content = [
        place for place in sorted(draft.free) if not draft.tokens[place].stop and not draft.tokens[place].form.isdigit()
    ]
    stems = [draft.tokens[place].stem for place in content]
    topics, position = list(draft.question.topics), 0
    while position < len(content):
        start = content[position]
        concepts = list(lexicon.concepts_at(stems, position))
        if concepts:
            form = concepts[0][0]
            words = draft.words(start, content[position + len(form) - 1] + 1)
            topics.append(_concept_topic(words, form, negated(draft, start, vocabulary), vocabulary))
            position += len(form)
        else:
            stem = stems[position]
            if _is_unknown_verb(draft, start, vocabulary):
                draft.notes.append(f"« {draft.words(start, start + 1)} » pris pour un verbe, non cherché")
            elif stem not in lexicon.tool_words or stem in lexicon.mention_words:
                topics.extend(_word_topic(draft, start, stem, vocabulary))
            position += 1
    draft.question = replace(
        draft.question,
        either=bool(EITHER.search(draft.question.text)),
        lists_all=bool(LISTS_ALL.match(draft.question.text)),
    )
    mentions = any(token.stem in lexicon.mention_words or token.form == "avec" for token in draft.tokens)
    draft.question = replace(draft.question, topics=tuple(topics), mentions=mentions)


# « le CLS de Mulhouse »: what follows is a place.
_OF = frozenset({"de", "du", "des", "d"})


_PLAN_WORDS = frozenset({"cls", "plan", "contrat", "sante"})


# What stands before a verb, and after it when it is inverted.
_BEFORE_VERB = frozenset({"se", "s", "on", "il", "elle", "ils", "elles", "ne", "n", "nous", "vous"})


_AFTER_VERB = frozenset({"t", "on", "il", "elle", "ils", "elles"})


def _is_unknown_verb(draft: Draft, place: int, vocabulary: Vocabulary) -> bool:
    """Tell a verb that no document holds (« cochent », « se rattache ») from a subject that none treats."""
    token = draft.tokens[place]
    if token.stem in vocabulary.stems:
        return False
    before = draft.tokens[place - 1].form if place else ""
    after = draft.tokens[place + 1].form if place + 1 < len(draft.tokens) else ""
    plural = token.form.endswith("ent") and not token.form.endswith("ment") and len(token.form) >= 5
    return plural or before in _BEFORE_VERB or after in _AFTER_VERB


def _concept_topic(words: str, form: Stems, negated: bool, vocabulary: Vocabulary) -> Topic:
    lexicon = vocabulary.lexicon
    same = [concept for concept in lexicon.concepts if form in concept.stems]
    forms = tuple(dict.fromkeys([form, *(way for concept in same for way in concept.stems)]))
    narrower_forms = [way for concept in same for way in concept.narrower]
    narrower = tuple(dict.fromkeys(way for one in narrower_forms for way in lexicon.same_meaning(one)))
    related = tuple(way for concept in same for way in concept.related)
    weak = len(form) == 1 and form[0] in lexicon.weak_words
    known = any(way[0] in vocabulary.stems for way in forms)
    related += _broader(form, vocabulary)
    also = tuple(dict.fromkeys(word for concept in same for word in concept.words if fold(word) != fold(words)))
    return Topic(words, forms, narrower, related, weak, known, negated, also=also)


def _broader(form: Stems, vocabulary: Vocabulary) -> tuple[Stems, ...]:
    """Return the ideas that a form is a case of: « tabac » is one of the addictions."""
    return tuple(way for concept in vocabulary.lexicon.concepts if form in concept.narrower for way in concept.stems)


def _word_topic(draft: Draft, place: int, stem: str, vocabulary: Vocabulary) -> list[Topic]:
    lexicon = vocabulary.lexicon
    if stem in lexicon.mention_words:
        return []
    known = stem in vocabulary.stems
    weak = stem in lexicon.weak_words
    token = draft.tokens[place]
    words = token.span.of(draft.question.text)
    of_plan = place > 1 and draft.tokens[place - 1].form in _OF and draft.tokens[place - 2].form in _PLAN_WORDS
    behind = place > 0 and draft.tokens[place - 1].form in PLACE_PREPOSITIONS
    is_place = words[0].isupper() and (behind or of_plan)
    return [
        Topic(
            words,
            ((stem,),),
            (),
            _broader((stem,), vocabulary),
            weak,
            known,
            negated(draft, place, vocabulary),
            is_place,
        )
    ]


def _take_beside(draft: Draft, place: int, words: frozenset[str]) -> None:
    """Take the common words around a place name: « Pays de », « Plaine et Plateau »."""
    for step in (-1, 1):
        near = place + step
        while 0 <= near < len(draft.tokens) and (draft.tokens[near].form in words or draft.tokens[near].stop):
            if draft.tokens[near].form in words:
                draft.take(near, near + 1)
            near += step
