"""Steps that read what a question is about: plans, titles, and what is left, its topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clsassist.question import Topic
from clsassist.text import Stems, Token, fold, french, says
from clsassist.understanding.boxes import bind_to_fields
from clsassist.understanding.draft import Draft, denied, denied_after, first_set_noun, negated
from clsassist.understanding.patterns import (
    DENIED,
    INVERTED_SUBJECT,
    LISTS_ALL,
    NUMBER_WORDS,
    PLACE_PREPOSITIONS,
    TAKES_PART,
)
from clsassist.vocabulary import Vocabulary


def read_plan_names(draft: Draft, vocabulary: Vocabulary) -> None:
    """« Stratégie santé de l'agglomération de Mirambel 2025-2030 »: a plan named in full, whatever its words mean."""
    content = [place for place in range(len(draft.tokens)) if not draft.tokens[place].stop]
    stems = [draft.tokens[place].stem for place in content]
    for name, documents in vocabulary.plan_names:
        start = next((at for at in range(len(stems)) if tuple(stems[at : at + len(name)]) == name), None)
        if start is None:
            continue
        first, last = content[start], content[start + len(name) - 1]
        excluded = negated(draft, first, vocabulary)
        words = draft.words(first, last + 1)
        draft.take(first, last + 1)
        draft.question = replace(
            draft.question,
            plan_words=words,
            documents=frozenset() if excluded else documents,
            excluded_documents=documents if excluded else frozenset(),
        )
        return


def read_plans(draft: Draft, vocabulary: Vocabulary) -> None:
    """« à Saverne », « dans les Deux-Sèvres », « Plan Santé 79 »."""
    found: set[str] = set()
    places = [place for place in sorted(draft.free) if draft.tokens[place].stem in vocabulary.plan_words]
    for place in places:
        found |= vocabulary.plan_words[draft.tokens[place].stem]
    if not found:
        return
    found |= draft.question.documents
    words = " ".join(draft.tokens[place].span.of(draft.question.text) for place in places)
    for place in places:
        draft.take(place, place + 1)
        _take_beside(draft, place, vocabulary.lexicon.place_words)
    # « que l'ARS ne porte pas à Saverne » denies the ARS, not the place.
    elsewhere = any(one.negated for one in draft.question.organisations) and DENIED.search(draft.question.text)
    if negated(draft, places[0], vocabulary) and not elsewhere:
        draft.question = replace(draft.question, excluded_documents=frozenset(found), plan_words=words)
    else:
        draft.question = replace(draft.question, documents=frozenset(found), plan_words=words)


def read_titles(draft: Draft, vocabulary: Vocabulary) -> None:
    """« l'annuaire des actions et des acteurs »: an action named by its whole title."""
    content = [place for place, token in enumerate(draft.tokens) if not token.stop]
    stems = tuple(draft.tokens[place].stem for place in content)
    # A short title is also a topic: « quelles actions sur l'exercice coordonné ? » asks for more than one fiche.
    shortest = 2 if first_set_noun(draft) is None else 3
    begun = sorted({place for stem in stems for place in vocabulary.titles_from.get(stem, ())})
    titles = (vocabulary.titles[place] for place in begun)
    found = [(action, title) for title, action in titles if len(title) >= shortest and says(stems, (title,))]
    if found:
        draft.question = replace(draft.question, titles=tuple(action for action, _ in found))
    # « qui finance l'action « Financer les études » ? » says a word twice: one asks for a field.
    asked = {form[-1] for words in vocabulary.lexicon.fields for form in words.stems}
    for _, title in found:
        starts = [start for start in range(len(stems)) if stems[start : start + len(title)] == title]
        inside = {place for start in starts for place in content[start : start + len(title)]}
        repeated = {place for place in content if stems[content.index(place)] in set(title) - asked}
        for place in inside | repeated:
            draft.take(place, place + 1)


def read_topics(draft: Draft, vocabulary: Vocabulary) -> None:
    """Take what is left as the subject: known ideas of the lexicon first, then single words."""
    lexicon = vocabulary.lexicon
    content = [
        place for place in sorted(draft.free) if not (draft.tokens[place].stop or _is_number(draft.tokens[place]))
    ]
    stems = [draft.tokens[place].stem for place in content]
    position = 0
    while position < len(content):
        start = content[position]
        concepts = list(lexicon.concepts_at(stems, position))
        form = concepts[0][0] if concepts else _proper_name(draft, content[position:])
        last = content[position + len(form) - 1]
        topic: Topic | None = None
        if concepts:
            words = draft.words(start, last + 1)
            topic = _concept_topic(words, form, _is_left_out(draft, start, last, vocabulary), vocabulary)
        elif _is_verb_of_organisation(draft, start) or (
            _is_unknown_verb(draft, start, vocabulary) and _is_anchored(draft)
        ):
            draft.notes.append(f"« {draft.words(start, start + 1)} » pris pour un verbe, non cherché")
        elif form[0] not in lexicon.tool_words and form[0] not in lexicon.mention_words:
            topic = _word_topic(draft, start, form, vocabulary)
            topic = replace(topic, negated=_is_left_out(draft, start, last, vocabulary))
        if topic:
            draft.add_topic(topic, draft.tokens[start].span.start, draft.tokens[last].span.end)
        position += len(form)
    mentions = any(token.stem in lexicon.mention_words or token.form == "avec" for token in draft.tokens)
    draft.question = replace(
        draft.question,
        topics=draft.joined_topics(),
        mentions=mentions,
        lists_all=bool(LISTS_ALL.match(draft.question.text)),
    )
    bind_to_fields(draft, vocabulary)


def _is_left_out(draft: Draft, first: int, last: int, vocabulary: Vocabulary) -> bool:
    """Say whether the actions must not have a subject: « sans… », « ne cite pas… », « … n'apparaît pas »."""
    if negated(draft, first, vocabulary):
        return True
    # « que l'ARS ne porte pas » denies the ARS, not the subject.
    set_asked = first_set_noun(draft) is not None and not draft.question.organisations
    return set_asked and (denied(draft, first, vocabulary) or denied_after(draft, last))


def _is_number(token: Token) -> bool:
    return token.form.isdigit() or token.form in NUMBER_WORDS


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


def _is_verb_of_organisation(draft: Draft, place: int) -> bool:
    """Tell the verb of « les actions que la MSA accompagne-t-elle »: what an organisation does is no subject."""
    following = draft.question.text[draft.tokens[place].span.end :]
    return bool(draft.question.organisations) and bool(INVERTED_SUBJECT.match(following))


def _is_anchored(draft: Draft) -> bool:
    """Say whether the question is plainly about actions: it names some, a field, a plan or an organisation."""
    question = draft.question
    return first_set_noun(draft) is not None or bool(question.restricts or question.fields)


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


# Between two words of one name: « Conseil de l'Ordre », « Croix-Rouge ».
_IN_NAME = french(r"(?:[ -]|\s(?:de la|du|des|de)\s|\s(?:de l|d)['’])")


def _proper_name(draft: Draft, content: Sequence[int]) -> Stems:
    """Return the capitalised words that make one name, where who takes part is asked; else the first word alone."""
    last = 0
    if TAKES_PART.search(draft.question.text) and content[0] > 0:
        while last + 1 < len(content) and _is_name_with(draft, content[last], content[last + 1]):
            last += 1
    return tuple(draft.tokens[place].stem for place in content[: last + 1])


def _is_name_with(draft: Draft, place: int, following: int) -> bool:
    text = draft.question.text
    first, second = draft.tokens[place].span, draft.tokens[following].span
    is_proper = all(span.of(text)[0].isupper() and not span.of(text).isupper() for span in (first, second))
    return is_proper and bool(_IN_NAME.fullmatch(text[first.end : second.start]))


def _word_topic(draft: Draft, place: int, form: Stems, vocabulary: Vocabulary) -> Topic:
    stem = form[0]
    last = next(end for end in range(place, len(draft.tokens)) if draft.tokens[end].stem == form[-1])
    words = draft.words(place, last + 1)
    of_plan = place > 1 and draft.tokens[place - 1].form in _OF and draft.tokens[place - 2].form in _PLAN_WORDS
    behind = place > 0 and draft.tokens[place - 1].form in PLACE_PREPOSITIONS
    return Topic(
        words,
        (form,),
        related=_broader(form, vocabulary),
        weak=len(form) == 1 and stem in vocabulary.lexicon.weak_words,
        known=all(one in vocabulary.stems for one in form),
        place=words[0].isupper() and (behind or of_plan),
    )


def _take_beside(draft: Draft, place: int, words: frozenset[str]) -> None:
    """Take the common words around a place name: « Pays de », « Plaine et Plateau »."""
    for step in (-1, 1):
        near = place + step
        while 0 <= near < len(draft.tokens) and (draft.tokens[near].form in words or draft.tokens[near].stop):
            if draft.tokens[near].form in words:
                draft.take(near, near + 1)
            near += step
