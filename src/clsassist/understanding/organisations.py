"""Steps that read organisations and, clause by clause, the part each is asked to have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from clsassist.question import Organisation, Topic
from clsassist.records import Role, Span
from clsassist.text import Stems, Token, fold
from clsassist.understanding.clauses import Clause, split_clauses
from clsassist.understanding.draft import Draft, connector, negated, take_match
from clsassist.understanding.patterns import (
    ALONE,
    ASKS_WHO,
    COMMON_TO,
    ENGAGED,
    JUST_TARGETED,
    LACKED,
    LACKS,
    OF_ORGANISATION,
    ROLES,
    TAKES_PART,
    TO_CONTACT,
)
from clsassist.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class _Named:
    """An organisation and where the question names it."""

    organisation: Organisation
    span: Span


@dataclass(frozen=True, slots=True)
class _RoleWord:
    role: Role
    span: Span
    asked: bool


def read_organisations(draft: Draft, vocabulary: Vocabulary) -> None:
    """« portées par le PETR dont la MSA est partenaire »: longest names first, each with the role of its clause."""
    read_contact(draft)
    named = tuple(_name_organisations(draft, vocabulary))
    words = tuple(_role_words(draft.question.text))
    organisations = tuple(_with_roles(named, words, draft.question.text))
    draft.question = replace(draft.question, organisations=(*draft.question.organisations, *organisations))
    if organisations:
        for word in words:
            if not word.asked:
                _take_span(draft, word.span)
        for alone in ALONE.finditer(draft.question.text):
            take_match(draft, alone)


def read_contact(draft: Draft) -> None:
    """« à contacter », « engagés »: whether the organisations are committed or only to approach."""
    text = draft.question.text
    to_contact, engaged = TO_CONTACT.search(text), ENGAGED.search(text)
    for match in (to_contact, engaged):
        if match:
            take_match(draft, match)
    if bool(to_contact) is not bool(engaged):
        draft.question = replace(draft.question, to_contact=bool(to_contact))


def _take_span(draft: Draft, span: Span) -> None:
    for place, token in enumerate(draft.tokens):
        if token.span.start >= span.start and token.span.end <= span.end:
            draft.take(place, place + 1)


# --- names


def _name_organisations(draft: Draft, vocabulary: Vocabulary) -> Iterator[_Named]:
    """Yield the organisations that the question names, in order, and take their words."""
    shared = COMMON_TO.search(draft.question.text)
    if shared:
        take_match(draft, shared)
    content = [place for place in sorted(draft.free) if not draft.tokens[place].stop]
    position = 0
    while position < len(content):
        places, organisation = _placed_at(draft, vocabulary, content[position:])
        if organisation is None:
            places, organisation = _organisation_at(draft, vocabulary, content, position)
        if organisation:
            yield _Named(organisation, Span(draft.tokens[places[0]].span.start, draft.tokens[places[-1]].span.end))
            for place in places:
                draft.take(place, place + 1)
        position += max(1, len(places))


def _placed_at(draft: Draft, vocabulary: Vocabulary, content: list[int]) -> tuple[list[int], Organisation | None]:
    """Return an organisation said by what it is and where, as its name says it: « l'hôpital de Thann ».

    A noun that only names what organisations are (« les hôpitaux ») is not the one of a place that no name says.
    """
    stems = [draft.tokens[place].stem for place in content]
    ideas = list(vocabulary.lexicon.concepts_at(stems, 0))
    if any(concept.actor for _, concept in ideas):
        return [], None
    noun = ideas[0][0] if ideas else (stems[0],)
    places = content[: len(noun)]
    territory = _territory_after(draft, places[-1], vocabulary)
    place = tuple(draft.tokens[one].stem for one in territory if not draft.tokens[one].stop)
    is_of = bool(territory) and territory[0] > places[-1] + 1 and noun[0] not in vocabulary.plan_words
    if not is_of or not place or _follows_noun(draft, places[0], vocabulary) or _names_somebody(place, vocabulary):
        return [], None
    ways = (noun, *(way for form, concept in ideas if form == noun for way in concept.stems))
    forms = vocabulary.placed_names(ways, place)
    if not forms and TAKES_PART.search(draft.question.text):
        forms = vocabulary.names_around(ways, place)
    if not forms and noun in vocabulary.common_nouns and TAKES_PART.search(draft.question.text):
        elsewhere = set(place) <= vocabulary.stems and not any(stem in vocabulary.plan_words for stem in place)
        forms = ((*noun, *place),) if elsewhere else ()
    if not forms:
        return [], None
    words = draft.words(places[0], territory[-1] + 1)
    return [*places, *territory], Organisation(words, forms, negated(draft, places[0], vocabulary))


def _follows_noun(draft: Draft, place: int, vocabulary: Vocabulary) -> bool:
    """Say whether a word only says which noun stands before it: « groupe hospitalier de… »."""
    before = draft.tokens[place - 1] if place else None
    return before is not None and not before.stop and before.stem not in vocabulary.lexicon.tool_words


def _names_somebody(words: Stems, vocabulary: Vocabulary) -> bool:
    """Say whether what follows a noun is no place but an organisation: « les lycées de l'Éducation nationale »."""
    actors = (concept.actor for _, concept in vocabulary.lexicon.concepts_at(words, 0))
    return any(actors) or any(words[: len(name)] == name for name in vocabulary.names_from.get(words[0], ()))


def _organisation_at(
    draft: Draft, vocabulary: Vocabulary, content: list[int], position: int
) -> tuple[list[int], Organisation | None]:
    stems = [draft.tokens[place].stem for place in content]
    actors = list(vocabulary.lexicon.concepts_at(stems, position))
    named = _longest_named(draft, vocabulary, stems, position)
    if not TAKES_PART.search(draft.question.text) or JUST_TARGETED.search(draft.before(content[position])):
        named = () if named in vocabulary.common_nouns else named
    is_idea = bool(actors) and not any(concept.actor for _, concept in actors)
    as_named = is_idea and named in vocabulary.common_nouns and len(named) >= len(actors[0][0])
    if as_named:
        # « les lycées sont-ils à contacter ? »: an organisation here, an idea elsewhere.
        actors = []
    longer = actors and _is_proper(draft, content[position + len(actors[0][0]) :], named)
    if actors and (len(actors[0][0]) >= len(named) or longer):
        form = next((form for form, concept in actors if concept.actor), None)
        return _actor_at(draft, vocabulary, content[position:], form) if form else ([], None)
    if named and (len(named) > 1 or as_named or named[0] not in vocabulary.lexicon.stems):
        places = content[position : position + len(named)]
        return places, Organisation(_whole_name(draft, places), (named,), negated(draft, places[0], vocabulary))
    return [], None


def _longest_named(draft: Draft, vocabulary: Vocabulary, stems: list[str], position: int) -> Stems:
    """Return the longest name of the fiches that the question says from this position on, () when none."""
    begun = vocabulary.names_from.get(stems[position], ())
    named = [form for form in begun if tuple(stems[position : position + len(form)]) == form]
    return max(named, key=len, default=())


def _is_proper(draft: Draft, after: list[int], named: Stems) -> bool:
    """Say whether a longer name only adds proper nouns to an actor: « CPAM du Haut-Rhin »."""
    lower = _is_without_capitals(draft.question.text)
    return bool(after and named) and (lower or draft.words(after[0], after[0] + 1)[0].isupper())


def _actor_at(
    draft: Draft, vocabulary: Vocabulary, content: list[int], form: Stems
) -> tuple[list[int], Organisation | None]:
    """Return an actor of the lexicon, in every wording, with the territory that follows its name."""
    lexicon = vocabulary.lexicon
    stems = [draft.tokens[place].stem for place in content]
    same = [concept for said, concept in lexicon.concepts_at(stems, 0) if concept.actor and said == form]
    forms = tuple(dict.fromkeys(way for concept in same for way in concept.stems))
    places = content[: len(form)]
    typed = draft.words(places[0], places[-1] + 1)
    words = same[0].name if fold(same[0].name) == fold(typed) else typed
    one = Organisation(words, forms, negated(draft, places[0], vocabulary))
    code = _department_after(draft, places[-1], vocabulary)
    territory = [places[-1] + 1] if code else _territory_after(draft, places[-1], vocabulary)
    if not territory:
        return places, one
    name = code or draft.words(territory[0], territory[-1] + 1)
    documents = vocabulary.plans_saying(name)
    if not documents and name == name.lower():
        return places, one
    if not documents:
        topic = Topic(name, (lexicon.analyser.stems(name),), known=False)
        draft.add_topic(topic, draft.tokens[territory[0]].span.start, draft.tokens[territory[-1]].span.end)
    whole = draft.words(places[0], territory[-1] + 1)
    return [*places, *territory], replace(one, words=whole, documents=documents)


def _department_after(draft: Draft, place: int, vocabulary: Vocabulary) -> str:
    """Return the name of the département whose number follows an organisation: « CPAM 68 », '' when none does."""
    if place + 1 >= len(draft.tokens) or place + 1 not in draft.free:
        return ""
    return dict(vocabulary.lexicon.departements).get(draft.tokens[place + 1].form, "")


# Between an organisation and its territory: « CPAM du Haut-Rhin », « CPTS Thur Doller ».
_OF = frozenset({"de", "du", "des", "d", "la", "l"})


def _territory_after(draft: Draft, place: int, vocabulary: Vocabulary) -> list[int]:
    """Return the proper nouns that follow a name, common words of territories (« Pays ») included.

    In a question without capitals, they are the words behind « de » that documents write with one.
    """
    lower = _is_without_capitals(draft.question.text)
    first, last, after = None, place, place + 1
    while after < len(draft.tokens) and after in draft.free and not _ends_between(draft, after):
        word = draft.words(after, after + 1)
        if draft.tokens[after].form in _OF:
            after += 1
            continue
        if (_is_name(word) and (first is not None or not draft.tokens[after].stop)) or (
            lower and after > place + 1 and _is_free_noun(draft.tokens[after], vocabulary)
        ):
            first, last = after if first is None else first, after
        else:
            break
        after += 1
    return [] if first is None else list(range(first, last + 1))


def _ends_between(draft: Draft, place: int) -> bool:
    """Say whether a sentence or a clause ends just before a word."""
    between = draft.question.text[draft.tokens[place - 1].span.end : draft.tokens[place].span.start]
    return any(mark in between for mark in ".,;:!?()")


def _is_without_capitals(text: str) -> bool:
    """Say whether a question is typed without capitals, its first letter aside."""
    return text[1:] == text[1:].lower()


def _is_free_noun(token: Token, vocabulary: Vocabulary) -> bool:
    return not token.stop and token.stem not in vocabulary.lexicon.tool_words and not token.form.isdigit()


def _is_name(word: str) -> bool:
    """Tell a proper noun from an acronym, which is another organisation."""
    return word[0].isupper() and not (word.isupper() and len(word) > 1)


def _whole_name(draft: Draft, places: list[int]) -> str:
    """Return a name as typed, with the capitalised stop words that end it: « Région Grand Est »."""
    end = places[-1] + 1
    while end < len(draft.tokens) and draft.tokens[end].stop and draft.words(end, end + 1)[0].isupper():
        end += 1
    return draft.words(places[0], end)


# --- roles


def _role_words(text: str) -> Iterator[_RoleWord]:
    """Yield the words that give a role; one that is itself asked for (« qui pilote… ») is marked so."""
    for role, pattern in ROLES:
        for match in pattern.finditer(text):
            before = text[: match.start()]
            asked = ASKS_WHO.search(before) or (LACKS.search(before) and LACKED.fullmatch(match.group()))
            yield _RoleWord(role, Span(match.start(), match.end()), bool(asked))


def _with_roles(named: tuple[_Named, ...], words: tuple[_RoleWord, ...], text: str) -> Iterator[Organisation]:
    """Yield each organisation with the role of its clause, else that of the clause before.

    A clause that gives a role and names nobody (« … mais pas porteur ») says it of the organisations before it.
    """
    before: tuple[_Named, ...] = ()
    inherited: Role | None = None
    given = [word.span for word in words if not word.asked]
    for clause in split_clauses(text, [one.span for one in named], given):
        inside = tuple(one for one in named if clause.span.start <= one.span.start < clause.span.end)
        roles = tuple(w for w in words if not w.asked and clause.span.start <= w.span.start < clause.span.end)
        yield from _in_clause(clause, inside, roles, inherited, text)
        if roles and not inside:
            excluded = clause.denied or _opens_with_refusal(clause.span, text)
            yield from (
                replace(one.organisation, role=word.role, negated=excluded, joined="")
                for one in before
                for word in roles
            )
        before = inside or before
        inherited = roles[-1].role if roles else inherited


def _in_clause(
    clause: Clause, inside: tuple[_Named, ...], roles: tuple[_RoleWord, ...], inherited: Role | None, text: str
) -> Iterator[Organisation]:
    """Yield the organisations that a clause names, each with its role."""
    either = _either_role(inside, roles, text)
    if either:
        yield from either
        return
    for place, one in enumerate(inside):
        role = _nearest_role(one, roles, inside) or (inherited if clause.inherits else None)
        assumed = role is None and bool(OF_ORGANISATION.search(text[: one.span.start]))
        yield replace(
            one.organisation,
            role=Role.PORTEUR if assumed else role,
            assumed=assumed,
            negated=one.organisation.negated or clause.denied,
            alone=bool(ALONE.search(clause.span.of(text))),
            joined=connector(text[inside[place - 1].span.end : one.span.start]) if place else "",
        )


def _either_role(named: tuple[_Named, ...], roles: tuple[_RoleWord, ...], text: str) -> list[Organisation]:
    """Return one organisation in each of two parts: « la CPAM parmi les partenaires ou les financeurs »."""
    if len(named) != 1 or len(roles) != 2:
        return []
    first, second = sorted(roles, key=lambda word: word.span.start)
    if connector(text[first.span.end : second.span.start]) != "ou":
        return []
    one = named[0].organisation
    return [replace(one, role=first.role, joined=""), replace(one, role=second.role, joined="ou")]


def _opens_with_refusal(clause: Span, text: str) -> bool:
    return bool(re.match(r"[\s,]*(?:mais\s+)?(?:sans|sauf|hors|pas|non|ni)\b", clause.of(text), re.IGNORECASE))


def _nearest_role(one: _Named, roles: tuple[_RoleWord, ...], inside: tuple[_Named, ...]) -> Role | None:
    """Return the role word nearest to an organisation, none other of the clause standing between when several are."""

    def distance(word: _RoleWord) -> int:
        return one.span.start - word.span.end if word.span.end <= one.span.start else word.span.start - one.span.end

    def apart(word: _RoleWord) -> bool:
        low, high = sorted((word.span.start, one.span.start))
        return any(low < other.span.start < high for other in inside if other is not one)

    ordered = sorted(roles, key=lambda word: (apart(word) and len(roles) > 1, distance(word)))
    return ordered[0].role if ordered else None
