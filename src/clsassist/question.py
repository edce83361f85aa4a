"""A question in plain French to a Question: what is asked, of which actions, against the corpus's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from clsassist.records import Role
from clsassist.text import Stems, Token, fold, squeeze
from clsassist.vocabulary import Vocabulary


class Intent(StrEnum):
    """What the answer must be."""

    HELP = "aide"
    ABOUT = "corpus"
    DEFINITION = "définition"
    COUNT = "nombre"
    FIELD = "champ"
    FIGURE = "chiffre"
    SET = "ensemble"


@dataclass(frozen=True, slots=True)
class Topic:
    """One idea of the question: as typed, every way to say it, and whether an action may lack it.

    ``weak`` topics rank but do not filter; ``known`` is False when no document ever says it; ``place`` marks
    the name of a place, which a mention does not make the place of an action; ``also`` are its other wordings.
    """

    words: str
    forms: tuple[Stems, ...]
    narrower: tuple[Stems, ...] = ()
    related: tuple[Stems, ...] = ()
    weak: bool = False
    known: bool = True
    negated: bool = False
    place: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation named in the question, and every way to say it."""

    words: str
    forms: tuple[Stems, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood. Empty tuples and None mean: not restricted."""

    text: str
    intent: Intent
    fields: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    axes: tuple[int, ...] = ()
    years: tuple[int, ...] = ()
    year_bound: str = ""
    documents: frozenset[str] = frozenset()
    plan_words: str = ""
    titles: tuple[str, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    role: Role | None = None
    to_contact: bool | None = None
    answered_yes: tuple[tuple[str, bool], ...] = ()
    topics: tuple[Topic, ...] = ()
    mentions: bool = False
    kind: str = ""
    acronym: str = ""
    asks_set: bool = False
    notes: tuple[str, ...] = ()

    @property
    def selects(self) -> bool:
        """Say whether the question restricts the actions in any way."""
        return self.restricts or bool(self.strong_topics)

    @property
    def restricts(self) -> bool:
        """Say whether the question restricts the actions otherwise than by a topic."""
        return bool(
            self.numbers or self.axes or self.years or self.documents or self.titles or self.organisations
            or self.answered_yes
        )

    @property
    def strong_topics(self) -> tuple[Topic, ...]:
        """Return the topics that an action must speak of; general words count only when nothing else is asked."""
        strong = tuple(topic for topic in self.topics if not topic.weak)
        return strong or (() if self.restricts else self.topics)


@dataclass(slots=True)
class _Draft:
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


_Step = Callable[[_Draft, Vocabulary], None]

_NUMBER = re.compile(
    r"\b(?:fiches?(?:[- ]actions?)?|actions?|leviers?)\s*(?:n\s?[°o]\s?|num[ée]ro\s)?(?P<first>\d{1,3}(?:\.\d+)*)"
    r"(?:\s*(?:,|et|ou|à)\s*(?:la |le )?(?:fiche |action )?(?P<second>\d{1,3}(?:\.\d+)*))?\b(?!\s*%)",
    re.IGNORECASE,
)
_SHORT_NUMBER = re.compile(r"\bF(?P<first>\d{1,2})\b|\b(?:la|le|n°)\s*(?P<second>\d{1,2})\b(?!\s*(?:%|ans|mois|actions|fiches))")
_AXE = re.compile(r"\baxes?\s+(?:strat[ée]giques?\s+)?(?:n°\s*)?(\d)\b(?:\s*(?:du|de la|de l['’]|des)\s*(?P<scheme>PRSE|PRS)\b)?", re.IGNORECASE)
_YEAR = re.compile(r"\b(20[0-4]\d)\b")
_STARTS = re.compile(r"\b(?:commenc|d[ée]but|d[ée]marr|lanc[ée])\w*", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:finiss|termin|ach[eè]v|prennent fin|jusqu)\w*", re.IGNORECASE)
_ACRONYM_ALONE = re.compile(r"^\W*(?:l['’]|la |le |les |un |une )?([A-Za-zÀ-ÿ.]{2,12}(?:-[A-Z]{2})?|\d{3} MG)\W*$")
_DEFINITION = re.compile(
    r"(?:que (?:veut|veulent) dire|c['’ ]?est quoi|qu['’ ]?est[- ]ce que?(?: c['’]est)?(?: que)?|signifi\w+|d[ée]finition|d[ée]finir"
    r"|sigle|acronyme|qu['’]entend-on par|correspond(?:ent)? (?:à|au)|what is|what does|mean\b)",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"^\W*(?:bonjour|bonsoir|salut|coucou|hello|merci|aide|help|au secours|qui es[- ]tu|que (?:sais|peux|pouvez|savez)[- ](?:tu|vous) faire"
    r"|comment (?:ça|ca) (?:marche|fonctionne)|à quoi (?:sers|servez)[- ](?:tu|vous))\b[\s,!.?]*(?:beaucoup|à tous|!|\.|\?)*\W*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:quels|combien de|liste des|les) (?:documents|plans|contrats|fichiers|sources|territoires)\b"
    r"|\bque contient (?:le|ce|votre) corpus\b|\bde quand date|\bque couvre(?:nt)? (?:le|les|votre)",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\b(?:combien|nombre|how many)\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"\b(?:combien (?:de |d['’]|des |y a[- ]t[- ]il (?:de |d['’]))?|nombre (?:de |d['’]|total de |total d['’])|how many )"
    r"(?:[a-zé]+ )?(?P<what>actions?|fiches?|leviers?|mesures?|projets?|partenaires?|th[ée]matiques?|axes?|porteurs?|pilotes?|organisations?|structures?)",
    re.IGNORECASE,
)
_SET_NOUN = re.compile(r"\b(?:actions|fiches|leviers|mesures|projets|dispositifs|initiatives)\b", re.IGNORECASE)
_SET_ONE = re.compile(
    r"\b(?:quelles?|quels?|which|une|un|d['’]|aucune?)\s+(?:autre\s+)?(?:action|fiche|levier|mesure|projet|initiative)s?\b", re.IGNORECASE
)
_FIGURE = re.compile(r"\b(?:combien|pourcentage|proportion|taux|part des|quel(?:le)? (?:nombre|chiffre|montant|somme)|how many)\b", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:sans|sauf|hors|except[ée]|pas|aucune?|ni|hormis)\b", re.IGNORECASE)
_TO_CONTACT = re.compile(r"\b(?:à|a|encore à|restant à|reste à) contacter\b|\bpas encore (?:engag|contact)\w+|\bidentifi[ée]s?\b", re.IGNORECASE)
_ENGAGED = re.compile(r"\b(?:d[ée]jà )?engag[ée]s?\b|\bconfirm[ée]s?\b", re.IGNORECASE)

# A capitalised word behind one of these names a place: « à Strasbourg ».
_PLACE_PREPOSITIONS = frozenset({"a", "en", "sur", "dans", "pres", "autour"})

# Words that give the role of the organisation beside them.
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (Role.PILOTE, re.compile(r"\b(?:co-?)?pilot(?:e|es|ée?s?|er|ent|age|es?-t-il)\b", re.IGNORECASE)),
    (Role.PORTEUR, re.compile(r"\bport(?:ées?|és?|eurs?|e|ent|er)\b", re.IGNORECASE)),
    (Role.FINANCEUR, re.compile(r"\bfinanc(?:e|ent|eurs?|ées?|és?|er)\b", re.IGNORECASE)),
    (Role.PARTENAIRE, re.compile(r"\bpartenaires?\b|\bpartenariats?\b|\bpartners?\b", re.IGNORECASE)),
)
# « qui pilote… », « quels sont les partenaires… »: the role is what is asked, not a restriction.
_ASKS_WHO = re.compile(r"(?:\bqui|\bquels? (?:est|sont) (?:le|la|les|l['’])|\bquels?)\s*(?:co-?)?$", re.IGNORECASE)
# Closed questions of the forms: field, and what in a question asks for a « yes ».
_YES_NO = {"participation", "inegalites"}


def understand(text: str, vocabulary: Vocabulary, previous: Question | None = None) -> Question:
    """Return what a question asks. ``previous`` is the question before it in the same conversation."""
    asked = squeeze(text)
    corrected, tokens = vocabulary.correct(vocabulary.lexicon.analyser.tokens(asked))
    draft = _Draft(tokens, set(range(len(tokens))), Question(asked, Intent.SET))
    for position, word in corrected.items():
        original = vocabulary.lexicon.analyser.tokens(asked)[position].span.of(asked)
        draft.notes.append(f"« {original} » lu « {word} »")
    for step in STEPS:
        step(draft, vocabulary)
    question = replace(draft.question, notes=tuple(draft.notes))
    question = replace(question, intent=_intent(question, draft))
    return follow(question, previous) if previous else question


# --- the steps, in order; each explains some words and takes them


def read_axes(draft: _Draft, vocabulary: Vocabulary) -> None:
    """« axe 1 »; « axe 3 du PRS » stays a topic of that field."""
    for match in _AXE.finditer(draft.question.text):
        if match.group("scheme"):
            field_key = "lien_prse" if match.group("scheme").upper() == "PRSE" else "lien_prs"
            topic = Topic(match.group(), (("axe", match.group(1)),))
            draft.question = replace(draft.question, fields=(field_key,), topics=(topic,))
        else:
            draft.question = replace(draft.question, axes=(*draft.question.axes, int(match.group(1))))
        _take_match(draft, match)


def read_numbers(draft: _Draft, vocabulary: Vocabulary) -> None:
    """« fiche 3 », « action n°15 », « F2 »."""
    text = draft.question.text
    matches = list(_NUMBER.finditer(text)) or list(_SHORT_NUMBER.finditer(text))
    for match in matches:
        if _overlaps(draft, match):
            numbers = tuple(number for number in match.groupdict().values() if number)
            draft.question = replace(draft.question, numbers=(*draft.question.numbers, *numbers))
            _take_match(draft, match)


def read_years(draft: _Draft, vocabulary: Vocabulary) -> None:
    """« en 2025 »: the actions whose calendar covers that year; « commencent en 2023 »: those it opens."""
    text = draft.question.text
    bound = "start" if _STARTS.search(text) else "end" if _ENDS.search(text) else ""
    draft.question = replace(draft.question, year_bound=bound)
    for match in _YEAR.finditer(draft.question.text):
        if _overlaps(draft, match):
            draft.question = replace(draft.question, years=(*draft.question.years, int(match.group())))
            _take_match(draft, match)


def read_plans(draft: _Draft, vocabulary: Vocabulary) -> None:
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
    draft.question = replace(draft.question, documents=frozenset(found), plan_words=words)


def read_organisations(draft: _Draft, vocabulary: Vocabulary) -> None:
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
    draft: _Draft, vocabulary: Vocabulary, content: list[int], position: int
) -> tuple[list[int], Organisation | None]:
    stems = [draft.tokens[place].stem for place in content]
    lexicon = vocabulary.lexicon
    actors = [(form, concept) for form, concept in lexicon.concepts_at(stems, position)]
    named = [form for form, _ in vocabulary.organisations if tuple(stems[position : position + len(form)]) == form]
    longest_named = max(named, key=len, default=())
    if actors and len(actors[0][0]) >= len(longest_named):
        form, concept = next(((f, c) for f, c in actors if c.actor), actors[0])
        if not concept.actor:
            return [], None
        places = content[position : position + len(form)]
        forms = tuple(dict.fromkeys(way for f, c in actors if c.actor and f == form for way in c.stems))
        return places, Organisation(draft.words(places[0], places[-1] + 1), forms, _negated(draft, places[0]))
    if longest_named and (len(longest_named) > 1 or longest_named[0] not in lexicon.stems):
        places = content[position : position + len(longest_named)]
        return places, Organisation(draft.words(places[0], places[-1] + 1), (longest_named,), _negated(draft, places[0]))
    return [], None


def read_roles(draft: _Draft, vocabulary: Vocabulary) -> None:
    """« portées par le PETR », « où la MSA est partenaire »: only beside an organisation."""
    text = draft.question.text
    if _TO_CONTACT.search(text) or _ENGAGED.search(text):
        match = _TO_CONTACT.search(text) or _ENGAGED.search(text)
        draft.question = replace(draft.question, to_contact=bool(_TO_CONTACT.search(text)))
        if match:
            _take_match(draft, match)
    if not draft.question.organisations:
        return
    for role, pattern in _ROLES:
        match = pattern.search(text)
        if match and not _ASKS_WHO.search(text[: match.start()]):
            draft.question = replace(draft.question, role=role)
            _take_match(draft, match)
            return


def read_fields(draft: _Draft, vocabulary: Vocabulary) -> None:
    """« qui porte », « jusqu'à quand », « quels partenaires »: the longest wording wins."""
    stems = draft.stems()
    found: list[tuple[int, int, str]] = []
    for start in range(len(stems)):
        matches = [
            (start, start + len(form), words.key)
            for words in vocabulary.lexicon.fields
            for form in words.stems
            if tuple(stems[start : start + len(form)]) == form and draft.is_free(start, start + len(form))
        ]
        if matches:
            best = max(matches, key=lambda match: match[1])
            found.append(best)
            draft.take(best[0], best[1])
    keys = tuple(dict.fromkeys(key for _, _, key in found))
    yes_no = tuple((key, not _negated(draft, start)) for start, _, key in found if key in _YES_NO)
    first_noun = _first_set_noun(draft)
    asks_set = first_noun is not None and all(start > first_noun for start, _, _ in found)
    fields = tuple(key for key in keys if not (asks_set and key in _YES_NO))
    draft.question = replace(
        draft.question, fields=(*draft.question.fields, *fields), asks_set=asks_set,
        answered_yes=yes_no if asks_set else (),
    )


def _first_set_noun(draft: _Draft) -> int | None:
    """Return the position of « actions » or the like when the question asks for actions."""
    text = draft.question.text
    match = _SET_ONE.search(text) or _SET_NOUN.search(text)
    if match is None or (draft.question.numbers and not _SET_ONE.search(text)):
        return None
    return next((place for place, token in enumerate(draft.tokens) if token.span.end >= match.end()), None)


def read_titles(draft: _Draft, vocabulary: Vocabulary) -> None:
    """« l'annuaire des actions et des acteurs »: an action named by its whole title, or by three words of it running."""
    stems = tuple(token.stem for token in draft.tokens if not token.stop)
    found = [(action, stems_) for stems_, action in vocabulary.titles if len(stems_) >= 2 and _runs_in(stems_, stems)]
    if found:
        draft.question = replace(draft.question, titles=tuple(action for action, _ in found))
        held = {stem for _, title in found for stem in title}
        for place in list(draft.free):
            if draft.tokens[place].stem in held:
                draft.take(place, place + 1)


def _runs_in(inner: Stems, outer: Stems) -> bool:
    return any(outer[start : start + len(inner)] == inner for start in range(len(outer) - len(inner) + 1))


def read_topics(draft: _Draft, vocabulary: Vocabulary) -> None:
    """What is left is the subject: known ideas of the lexicon first, then single words."""
    lexicon = vocabulary.lexicon
    content = [
        place
        for place in sorted(draft.free)
        if not draft.tokens[place].stop and not draft.tokens[place].form.isdigit()
    ]
    stems = [draft.tokens[place].stem for place in content]
    topics, position = list(draft.question.topics), 0
    while position < len(content):
        start = content[position]
        concepts = list(lexicon.concepts_at(stems, position))
        if concepts:
            form = concepts[0][0]
            same = [concept for other, concept in concepts if other == form]
            words = draft.words(start, content[position + len(form) - 1] + 1)
            topics.append(_concept_topic(words, form, same, _negated(draft, start), vocabulary))
            position += len(form)
        else:
            stem = stems[position]
            if stem not in lexicon.tool_words or stem in lexicon.mention_words:
                topics.extend(_word_topic(draft, start, stem, vocabulary))
            position += 1
    mentions = any(token.stem in lexicon.mention_words for token in draft.tokens)
    draft.question = replace(draft.question, topics=tuple(topics), mentions=mentions)


def _concept_topic(
    words: str, form: Stems, concepts: Iterable[object], negated: bool, vocabulary: Vocabulary
) -> Topic:
    lexicon = vocabulary.lexicon
    same = [concept for concept in lexicon.concepts if form in concept.stems]
    forms = tuple(dict.fromkeys([form, *(way for concept in same for way in concept.stems)]))
    narrower_forms = [way for concept in same for way in concept.narrower]
    narrower = tuple(dict.fromkeys(way for one in narrower_forms for way in lexicon.same_meaning(one)))
    related = tuple(way for concept in same for way in concept.related)
    weak = len(form) == 1 and form[0] in lexicon.weak_words
    known = any(way[0] in vocabulary.stems for way in forms)
    also = tuple(dict.fromkeys(word for concept in same for word in concept.words if fold(word) != fold(words)))
    return Topic(words, forms, narrower, related, weak, known, negated, also=also)


def _word_topic(draft: _Draft, place: int, stem: str, vocabulary: Vocabulary) -> list[Topic]:
    lexicon = vocabulary.lexicon
    if stem in lexicon.mention_words:
        return []
    known = stem in vocabulary.stems
    weak = stem in lexicon.weak_words
    token = draft.tokens[place]
    words = token.span.of(draft.question.text)
    is_place = words[0].isupper() and place > 0 and draft.tokens[place - 1].form in _PLACE_PREPOSITIONS
    return [Topic(words, ((stem,),), (), (), weak, known, _negated(draft, place), is_place)]


def read_kind(draft: _Draft, vocabulary: Vocabulary) -> None:
    """« leviers » are not « fiches »: keep the word when it restricts the count."""
    match = _COUNTED.search(draft.question.text)
    if match:
        what = fold(match.group("what")).rstrip("s")
        draft.question = replace(draft.question, kind=what)
        _take_match(draft, match)
    elif re.search(r"\bleviers?\b", draft.question.text, re.IGNORECASE):
        draft.question = replace(draft.question, kind="levier")


def read_definition(draft: _Draft, vocabulary: Vocabulary) -> None:
    """« que veut dire CPTS ? », or an acronym alone."""
    text = draft.question.text
    alone = _ACRONYM_ALONE.match(text.strip(" ?!."))
    if alone and (vocabulary.lexicon.acronym(alone.group(1)) or alone.group(1).isupper()):
        draft.question = replace(draft.question, acronym=alone.group(1))
        return
    if _DEFINITION.search(text):
        for word in re.findall(r"[A-Za-zÀ-ÿ'.-]+", _DEFINITION.sub(" ", text)):
            bare = re.sub(r"^(?:l|d|qu)['’]", "", word).strip(".'-")
            if len(bare) >= 2 and (vocabulary.lexicon.acronym(bare) or (bare.isupper() and len(bare) <= 10)):
                draft.question = replace(draft.question, acronym=bare)
                return


STEPS: tuple[_Step, ...] = (
    read_definition, read_axes, read_numbers, read_years, read_titles, read_organisations, read_plans, read_roles,
    read_kind, read_fields, read_topics,
)


def _intent(question: Question, draft: _Draft) -> Intent:
    text = question.text
    if _HELP.match(text):
        return Intent.HELP
    if question.acronym:
        return Intent.DEFINITION
    if _ABOUT.search(text) and not question.strong_topics:
        return Intent.ABOUT
    if _COUNTED.search(text):
        return Intent.COUNT
    if question.fields and not question.asks_set:
        return Intent.FIELD
    if _FIGURE.search(text):
        return Intent.FIGURE
    return Intent.SET


def _take_match(draft: _Draft, match: re.Match[str]) -> None:
    for place, token in enumerate(draft.tokens):
        if token.span.start >= match.start() and token.span.end <= match.end():
            draft.take(place, place + 1)


def _overlaps(draft: _Draft, match: re.Match[str]) -> bool:
    """Say whether a word of the match is still free."""
    return any(
        match.start() <= draft.tokens[place].span.start < match.end() for place in draft.free
    )


def _take_beside(draft: _Draft, place: int, words: frozenset[str]) -> None:
    """Take the common words around a place name: « Pays de », « Plaine et Plateau »."""
    for step in (-1, 1):
        near = place + step
        while 0 <= near < len(draft.tokens) and (draft.tokens[near].form in words or draft.tokens[near].stop):
            if draft.tokens[near].form in words:
                draft.take(near, near + 1)
            near += step


def _negated(draft: _Draft, place: int) -> bool:
    """Say whether « sans », « sauf », « pas »… stands among the three words before a place."""
    before = draft.tokens[max(0, place - 4) : place]
    return any(_NEGATION.fullmatch(token.form) for token in before)


# --- follow-ups

_FOLLOWS = re.compile(
    r"^\W*(?:et\b|mais\b|alors\b|ok\b|seulement|uniquement|parmi|celles?\b|ceux|lesquel\w+|pareil|idem|la même|le même)", re.IGNORECASE
)
_PRONOUN = re.compile(
    r"\b(?:les|la|le|l['’])\s?(?:porte|pilote|finance|concerne)\b|\b(?:son|sa|ses|leurs?|celles?|ceux|ces actions|cette (?:action|fiche)|celle-ci|y|en|elles?)\b",
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
    return replace(merged, notes=(*question.notes, f"suite de « {previous.text} »"))
