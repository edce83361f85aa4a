"""The steps of understanding, in order: each recognises one kind of words in a question and takes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from clsassist.question import Organisation, Question, Topic
from clsassist.question_patterns import (
    ACRONYM_ALONE,
    ASKS_WHO,
    AXE,
    COUNTED,
    DEFINITION,
    EITHER,
    ENDS,
    ENGAGED,
    KIND,
    LISTS_ALL,
    NEGATION,
    NUMBER,
    NUMBER_RANGE,
    OBJECTIVE,
    OUTSIDE,
    PLACE_PREPOSITIONS,
    QUESTION_WORD,
    ROLES,
    SET_NOUN,
    SET_ONE,
    SHORT_NUMBER,
    STARTS,
    STATE,
    TAKES_PART,
    TO_CONTACT,
    YEAR,
    YEAR_AFTER,
    YEAR_BEFORE,
    YEAR_STRETCH,
    YES_NO,
    YES_NO_FORM,
)
from clsassist.text import Stems, Token, fold
from clsassist.vocabulary import Vocabulary


@dataclass(slots=True)
class Draft:
    """The question while its words are being recognised; ``free`` holds the positions still unexplained."""

    tokens: tuple[Token, ...]
    free: set[int]
    question: Question
    notes: list[str] = field(default_factory=list)

    def take(self, start: int, end: int) -> None:
        """Mark the words from start to end as explained."""
        self.free -= set(range(start, end))

    def stems(self) -> list[str]:
        """Return the stem of every word, explained or not."""
        return [token.stem for token in self.tokens]

    def is_free(self, start: int, end: int) -> bool:
        """Say whether no word from start to end is explained yet."""
        return all(place in self.free for place in range(start, end))

    def words(self, start: int, end: int) -> str:
        """Return the words from start to end as typed."""
        return self.question.text[self.tokens[start].span.start : self.tokens[end - 1].span.end]


def read_axes(draft: Draft, vocabulary: Vocabulary) -> None:
    """« axe 1 »; « axe 3 du PRS » stays a topic of that field."""
    for match in AXE.finditer(draft.question.text):
        if match.group("scheme"):
            field_key = "lien_prse" if match.group("scheme").upper() == "PRSE" else "lien_prs"
            topic = Topic(match.group(), (("axe", match.group(1)),))
            draft.question = replace(draft.question, fields=(field_key,), topics=(topic,))
        else:
            draft.question = replace(draft.question, axes=(*draft.question.axes, int(match.group(1))))
        _take_match(draft, match)


def read_objectives(draft: Draft, vocabulary: Vocabulary) -> None:
    """« objectif 1.1 »: the actions below that heading."""
    numbers = tuple(match.group(1) for match in OBJECTIVE.finditer(draft.question.text))
    for match in OBJECTIVE.finditer(draft.question.text):
        _take_match(draft, match)
    draft.question = replace(draft.question, objectives=numbers)


def read_ticked_words(draft: Draft, vocabulary: Vocabulary) -> None:
    """« hors PRSE », « en cours », « les nouvelles actions »: the words of a box or of a closed list."""
    text = draft.question.text
    outside, state, kind = OUTSIDE.search(text), STATE.search(text), KIND.search(text)
    if outside:
        scheme = "lien_prse" if re.search(r"PRSE|plan", outside.group("scheme"), re.IGNORECASE) else "lien_prs"
        _restrict_to_field(draft, outside, scheme, (("hor",),))
    elif kind:
        word = kind.group("after") or kind.group("before")
        _restrict_to_field(draft, kind, "typologie", (vocabulary.lexicon.analyser.stems(word),))
    elif state and not draft.question.years and (_first_set_noun(draft) is not None or draft.question.numbers):
        stems = vocabulary.lexicon.analyser.stems(state.group())
        _restrict_to_field(draft, state, "statut", (stems,))


def _restrict_to_field(draft: Draft, match: re.Match[str], key: str, forms: tuple[Stems, ...]) -> None:
    word = next((group for group in match.groups() if group), "")
    topic = Topic(match.group() if key.startswith("lien") else word or match.group(), forms)
    draft.question = replace(
        draft.question, fields=(key,), topics=(*draft.question.topics, topic), strict_fields=True, asks_set=True
    )
    _take_match(draft, match)


def read_numbers(draft: Draft, vocabulary: Vocabulary) -> None:
    """« fiche 3 », « action n°15 », « F2 »."""
    text = draft.question.text
    matches = list(NUMBER.finditer(text)) or list(SHORT_NUMBER.finditer(text))
    for match in matches:
        if _overlaps(draft, match):
            numbers = tuple(_listed_numbers(match.groupdict()))
            draft.question = replace(draft.question, numbers=(*draft.question.numbers, *numbers))
            _take_match(draft, match)


def _listed_numbers(groups: dict[str, str | None]) -> Iterator[str]:
    """Yield the numbers of « 1, 2 et 5 » or « 1 à 3 »."""
    written = groups.pop("list", None) or " ".join(number for number in groups.values() if number)
    for first, last in NUMBER_RANGE.findall(written):
        yield from (str(number) for number in range(int(first), int(last) + 1))
    yield from re.findall(r"\d+(?:\.\d+)*", NUMBER_RANGE.sub(" ", written))


def read_years(draft: Draft, vocabulary: Vocabulary) -> None:
    """« en 2025 », « commencent en 2023 », « entre 2024 et 2026 », « avant 2025 »."""
    text = draft.question.text
    bounds = (
        ("before", YEAR_BEFORE),
        ("after", YEAR_AFTER),
        ("start", STARTS),
        ("end", ENDS),
        ("stretch", YEAR_STRETCH),
        ("any", EITHER),
    )
    bound = next((name for name, pattern in bounds if pattern.search(text)), "")
    draft.question = replace(draft.question, year_bound=bound)
    for match in YEAR.finditer(draft.question.text):
        if _overlaps(draft, match):
            draft.question = replace(draft.question, years=(*draft.question.years, int(match.group())))
            _take_match(draft, match)


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
    if _negated(draft, places[0], vocabulary):
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
        return places, Organisation(words, forms, _negated(draft, places[0], vocabulary))
    if longest_named and (len(longest_named) > 1 or longest_named[0] not in lexicon.stems):
        places = content[position : position + len(longest_named)]
        return places, Organisation(
            _whole_name(draft, places), (longest_named,), _negated(draft, places[0], vocabulary)
        )
    return [], None


def _whole_name(draft: Draft, places: list[int]) -> str:
    """Return a name as typed, with the capitalised stop words that end it: « Région Grand Est »."""
    end = places[-1] + 1
    while end < len(draft.tokens) and draft.tokens[end].stop and draft.words(end, end + 1)[0].isupper():
        end += 1
    return draft.words(places[0], end)


def read_roles(draft: Draft, vocabulary: Vocabulary) -> None:
    """« portées par le PETR », « où la MSA est partenaire »: only beside an organisation."""
    text = draft.question.text
    if TO_CONTACT.search(text) or ENGAGED.search(text):
        match = TO_CONTACT.search(text) or ENGAGED.search(text)
        draft.question = replace(draft.question, to_contact=bool(TO_CONTACT.search(text)))
        if match:
            _take_match(draft, match)
    if not draft.question.organisations:
        return
    for role, pattern in ROLES:
        match = pattern.search(text)
        if match and not ASKS_WHO.search(text[: match.start()]):
            draft.question = replace(draft.question, role=role)
            _take_match(draft, match)
            return


def read_fields(draft: Draft, vocabulary: Vocabulary) -> None:
    """« qui porte », « jusqu'à quand », « quels partenaires »: the longest wording wins."""
    stems = draft.stems()
    found: list[tuple[int, int, str]] = []
    ideas = _ideas(draft, vocabulary)
    for start in range(len(stems)):
        matches = [
            (start, start + len(form), words.key)
            for words in vocabulary.lexicon.fields
            for form in words.stems
            if tuple(stems[start : start + len(form)]) == form and draft.is_free(start, start + len(form))
        ]
        best = max(matches, key=lambda match: match[1], default=None)
        # « exercice coordonné » is an idea, not a question about exercices.
        if best and not any(begin <= start < end and end - begin > best[1] - best[0] for begin, end in ideas):
            found.append(best)
            draft.take(best[0], best[1])
    keys = tuple(dict.fromkeys(key for _, _, key in found))
    yes_no = tuple((key, not _negated(draft, start, vocabulary)) for start, _, key in found if key in YES_NO)
    first_noun = _first_set_noun(draft)
    asks_set = first_noun is not None and all(start > first_noun for start, _, _ in found)
    fields = tuple(key for key in keys if not (asks_set and key in YES_NO))
    draft.question = replace(
        draft.question,
        fields=(*draft.question.fields, *fields),
        asks_set=asks_set or draft.question.strict_fields,
        answered_yes=yes_no if asks_set else (),
        yes_no=_is_yes_no(draft.question.text),
        filled=tuple(
            (key, not _negated(draft, start, vocabulary)) for start, _, key in found if asks_set and key in fields
        ),
    )


def _is_yes_no(text: str) -> bool:
    """Say whether a question waits for « oui » or « non »: inverted, and without a question word."""
    return bool(YES_NO_FORM.search(text)) and not QUESTION_WORD.search(text)


def _ideas(draft: Draft, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """Return where the question says ideas of the lexicon that are several words long, as token positions."""
    content = [place for place, token in enumerate(draft.tokens) if not token.stop]
    stems = [draft.tokens[place].stem for place in content]
    return [
        (content[position], content[position + len(form) - 1] + 1)
        for position in range(len(content))
        for form, concept in vocabulary.lexicon.concepts_at(stems, position)
        if len(form) > 1 and not concept.actor
    ]


def _first_set_noun(draft: Draft) -> int | None:
    """Return the position of « actions » or the like when the question asks for actions."""
    text = draft.question.text
    match = SET_ONE.search(text) or SET_NOUN.search(text)
    if match is None or (draft.question.numbers and not SET_ONE.search(text)):
        return None
    return next((place for place, token in enumerate(draft.tokens) if token.span.end >= match.end()), None)


def read_titles(draft: Draft, vocabulary: Vocabulary) -> None:
    """« l'annuaire des actions et des acteurs »: an action named by its whole title."""
    stems = tuple(token.stem for token in draft.tokens if not token.stop)
    # A short title is also a topic: « quelles actions sur l'exercice coordonné ? » asks for more than one fiche.
    shortest = 2 if _first_set_noun(draft) is None else 3
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
            topics.append(_concept_topic(words, form, _negated(draft, start, vocabulary), vocabulary))
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
            _negated(draft, place, vocabulary),
            is_place,
        )
    ]


def read_kind(draft: Draft, vocabulary: Vocabulary) -> None:
    """« leviers » are not « fiches »: keep the word when it restricts the count."""
    match = COUNTED.search(draft.question.text)
    if match:
        what = fold(match.group("what")).rstrip("s")
        draft.question = replace(draft.question, kind=what)
        _take_match(draft, match)
    elif re.search(r"\bleviers?\b", draft.question.text, re.IGNORECASE):
        draft.question = replace(draft.question, kind="levier")


def read_definition(draft: Draft, vocabulary: Vocabulary) -> None:
    """« que veut dire CPTS ? », or an acronym alone."""
    text = draft.question.text
    alone = ACRONYM_ALONE.match(re.sub(r"^(?:et|mais)\s+", "", text.strip(" ?!."), flags=re.IGNORECASE))
    if alone and (vocabulary.lexicon.acronym(alone.group(1)) or alone.group(1).isupper()):
        draft.question = replace(draft.question, acronym=alone.group(1))
        return
    if DEFINITION.search(text):
        for word in re.findall(r"[A-Za-zÀ-ÿ'.-]+", DEFINITION.sub(" ", text)):
            bare = re.sub(r"^(?:l|d|qu)['’]", "", word).strip(".'-")
            if len(bare) >= 2 and (vocabulary.lexicon.acronym(bare) or (bare.isupper() and len(bare) <= 10)):
                draft.question = replace(draft.question, acronym=bare)
                return


def _take_match(draft: Draft, match: re.Match[str]) -> None:
    for place, token in enumerate(draft.tokens):
        if token.span.start >= match.start() and token.span.end <= match.end():
            draft.take(place, place + 1)


def _overlaps(draft: Draft, match: re.Match[str]) -> bool:
    """Say whether a word of the match is still free."""
    return any(match.start() <= draft.tokens[place].span.start < match.end() for place in draft.free)


def _take_beside(draft: Draft, place: int, words: frozenset[str]) -> None:
    """Take the common words around a place name: « Pays de », « Plaine et Plateau »."""
    for step in (-1, 1):
        near = place + step
        while 0 <= near < len(draft.tokens) and (draft.tokens[near].form in words or draft.tokens[near].stop):
            if draft.tokens[near].form in words:
                draft.take(near, near + 1)
            near += step


def _negated(draft: Draft, place: int, vocabulary: Vocabulary) -> bool:
    """Say whether « sans », « sauf », « pas »… stands before a place, with only words of no topic between."""
    lexicon = vocabulary.lexicon
    for token in reversed(draft.tokens[:place]):
        if NEGATION.fullmatch(token.form):
            return True
        if not (token.stop or token.stem in lexicon.tool_words or token.form in lexicon.place_words):
            return False
    return False


Step = Callable[[Draft, Vocabulary], None]

STEPS: tuple[Step, ...] = (
    read_definition,
    read_axes,
    read_objectives,
    read_numbers,
    read_years,
    read_titles,
    read_organisations,
    read_plans,
    read_roles,
    read_ticked_words,
    read_kind,
    read_fields,
    read_topics,
)
