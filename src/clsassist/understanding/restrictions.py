"""Steps that read numbers, years, axes, boxes, roles, fields and acronyms: what restricts or is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clsassist.question import Topic
from clsassist.text import Stems, french
from clsassist.understanding.draft import Draft, denied, first_set_noun, negated, overlaps, take_match
from clsassist.understanding.patterns import (
    ACRONYM_ALONE,
    AXE,
    DEFINITION,
    EITHER,
    EMPTY,
    ENDED,
    ENDS,
    LISTED_BOUND,
    NUMBER,
    NUMBER_RANGE,
    NUMBER_WORDS,
    NUMBERLESS,
    OBJECTIVE,
    QUESTION_WORD,
    SHORT_NUMBER,
    STARTS,
    TERM,
    YEAR,
    YEAR_AFTER,
    YEAR_BEFORE,
    YEAR_STRETCH,
    YES_NO,
    YES_NO_FORM,
)
from clsassist.vocabulary import Vocabulary


def read_axes(draft: Draft, vocabulary: Vocabulary) -> None:
    """« axe 1 »; « axe 3 du PRS » stays a topic of that field."""
    for match in AXE.finditer(draft.question.text):
        if match.group("scheme"):
            field_key = "lien_prse" if match.group("scheme").upper()[:4] in ("PRSE", "PLAN") else "lien_prs"
            place = next(place for place, token in enumerate(draft.tokens) if token.span.end > match.start())
            excluded = negated(draft, place, vocabulary) or denied(draft, place, vocabulary)
            forms = (("axe", match.group(1)),)
            draft.add_topic(Topic(match.group(), forms, fields=(field_key,), negated=excluded), *match.span())
        else:
            draft.question = replace(draft.question, axes=(*draft.question.axes, int(match.group(1))))
        take_match(draft, match)


def read_bounds(draft: Draft, vocabulary: Vocabulary) -> None:
    """« plus de 10 partenaires », « plusieurs pilotes »: a bound on how many organisations an action lists."""
    match = LISTED_BOUND.search(draft.question.text)
    if match:
        key = "partenaires" if (match.group("what") or "").lower().startswith("part") else "porteur"
        draft.question = replace(draft.question, listed=(key, *_bound(match)), asks_set=True)
        take_match(draft, match)


def _bound(match: re.Match[str]) -> tuple[str, int]:
    if match.group("one"):
        return "au plus", 1
    if match.group("several") or match.group("shared"):
        return "au moins", 2
    number = match.group("number").lower()
    return match.group("bound").lower(), NUMBER_WORDS.get(number) or int(number)


def read_objectives(draft: Draft, vocabulary: Vocabulary) -> None:
    """« objectif 1.1 »: the actions below that heading."""
    numbers = tuple(match.group(1) for match in OBJECTIVE.finditer(draft.question.text))
    for match in OBJECTIVE.finditer(draft.question.text):
        take_match(draft, match)
    draft.question = replace(draft.question, objectives=numbers)


def read_numbers(draft: Draft, vocabulary: Vocabulary) -> None:
    """« fiche 3 », « action n°15 », « F2 », or a code of the corpus: « FA-07 »."""
    text = draft.question.text
    for code in vocabulary.codes:
        match = re.search(rf"(?<![\w-]){re.escape(code)}(?![\w-])", text, re.IGNORECASE)
        if match and overlaps(draft, match):
            draft.question = replace(draft.question, numbers=(*draft.question.numbers, code))
            take_match(draft, match)
    numberless = NUMBERLESS.search(text)
    if numberless:
        take_match(draft, numberless)
        draft.question = replace(draft.question, filled=(("numero", False),), asks_set=True)
    matches = list(NUMBER.finditer(text)) or list(SHORT_NUMBER.finditer(text))
    for match in matches:
        if overlaps(draft, match) and match.groupdict().get("second") not in vocabulary.plan_words:
            numbers = tuple(_listed_numbers(match.groupdict()))
            draft.question = replace(draft.question, numbers=(*draft.question.numbers, *numbers))
            take_match(draft, match)


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
        ("ended", ENDED),
        ("end", ENDS),
        ("stretch", YEAR_STRETCH),
        ("any", EITHER),
    )
    bound = next((name for name, pattern in bounds if pattern.search(text)), "")
    draft.question = replace(draft.question, year_bound=bound)
    for match in YEAR.finditer(draft.question.text):
        if overlaps(draft, match):
            draft.question = replace(draft.question, years=(*draft.question.years, int(match.group())))
            take_match(draft, match)


def read_fields(draft: Draft, vocabulary: Vocabulary) -> None:
    """« qui porte », « jusqu'à quand », « quels partenaires »: the longest wording wins, then the one typed so.

    « À qui s'adresser » asks for a contact and « à qui s'adresse » for a public, on the same stems.
    """
    found = list(_fields_named(draft, vocabulary))
    draft.fields.extend((draft.tokens[one.start].span.start, one.key) for one in found)
    keys = tuple(dict.fromkeys(one.key for one in found))
    _take_labels(draft, [key for key in keys if key in YES_NO], vocabulary)
    yes_no = tuple((one.key, not one.denied) for one in found if one.key in YES_NO)
    first_noun = first_set_noun(draft)
    asks_set = first_noun is not None and all(one.start > first_noun for one in found)
    fields = tuple(key for key in keys if not (asks_set and key in YES_NO))
    draft.question = replace(
        draft.question,
        fields=(*draft.question.fields, *fields),
        asks_set=asks_set or draft.question.asks_set,
        answered_yes=yes_no if asks_set else (),
        yes_no=_is_yes_no(draft.question.text),
        filled=draft.question.filled
        + tuple(
            dict.fromkeys(
                (one.key, not (one.denied or EMPTY.search(draft.question.text)))
                for one in found
                if asks_set and one.key in fields
            )
        ),
    )


@dataclass(frozen=True, slots=True)
class _FieldNamed:
    """A field that the question names: from which word, its key, and whether it is denied there."""

    start: int
    key: str
    denied: bool


def _fields_named(draft: Draft, vocabulary: Vocabulary) -> Iterator[_FieldNamed]:
    """Yield the fields that the question names, and take their words; « pas » inside a wording denies it."""
    for place, token in enumerate(draft.tokens):
        if token.form == "territoire" and _leads_to_place(draft, place, vocabulary):
            draft.take(place, place + 1)
    places = [place for place in range(len(draft.tokens)) if not _is_between(draft, place)]
    stems = tuple(draft.tokens[place].stem for place in places)
    typed = tuple(draft.tokens[place].form for place in places)
    ideas = _ideas(draft, vocabulary)
    wordings = list(_wordings(draft, vocabulary))
    for first, start in enumerate(places):
        matches = [
            (len(form), typed[first : first + len(form)] == written, key)
            for form, written, key in wordings
            if stems[first : first + len(form)] == form
            and all(place in draft.free for place in places[first : first + len(form)])
            and (written == typed[first : first + len(form)] or not _is_purpose(draft, start, vocabulary))
        ]
        length, _, key = max(matches, key=lambda match: match[:2], default=(0, False, ""))
        # « exercice coordonné » is an idea, not a question about exercices.
        if not length or any(begin <= start < end and end - begin > length for begin, end in ideas):
            continue
        if _is_complement(draft, places[first : first + length], vocabulary):
            continue
        end = places[first + length - 1] + 1
        denied = any(token.form == "pas" for token in draft.tokens[start:end])
        draft.field_words.append((start, end))
        yield _FieldNamed(start, key, denied or negated(draft, start, vocabulary))
        draft.take(start, end)


# Between a noun and its complement: « l'attractivité du territoire ».
_OF = frozenset({"de", "du", "des", "d"})
_ARTICLES = frozenset({"la", "le", "les", "l", "ce", "cette", "ces", "notre", "votre", "leur", "leurs"})
_ABOUT = french(r"\b(?:sur|pour|contre|concernant)\s+(?:l['’]|la |les? |une? )?$")


def _is_complement(draft: Draft, wording: Sequence[int], vocabulary: Vocabulary) -> bool:
    """Say whether the word of a field only completes a subject: « l'accueil du public ».

    « territoire » completes any noun (« l'attractivité du territoire »); other words, one that « sur » or « pour »
    brings in.
    """
    if sum(not draft.tokens[place].stop for place in wording) != 1:
        return False
    noun = wording[0] - 1
    linked = False
    while noun >= 0 and draft.tokens[noun].form in _OF | _ARTICLES:
        linked = linked or draft.tokens[noun].form in _OF
        noun -= 1
    if not linked or noun not in draft.free or draft.tokens[noun].stop:
        return False
    stem = draft.tokens[noun].stem
    asked = {one for words in vocabulary.lexicon.fields for form in words.stems for one in form}
    if stem in asked or stem in vocabulary.lexicon.tool_words or not draft.tokens[noun].form.isalpha():
        return False
    return draft.tokens[wording[0]].form.startswith("territoire") or bool(_ABOUT.search(draft.before(noun)))


def _is_purpose(draft: Draft, place: int, vocabulary: Vocabulary) -> bool:
    """Say whether a word is a verb that tells what is to be done: « pour financer les études » asks for no budget.

    « pour financer la fiche 3 » does ask for it.
    """
    if not draft.tokens[place].form.endswith("er") or draft.tokens[max(0, place - 1)].form not in _BEFORE_PURPOSE:
        return False
    object_ = next((token for token in draft.tokens[place + 1 :] if not token.stop), None)
    named = draft.question.numbers or draft.question.titles
    return not named and object_ is not None and object_.stem not in vocabulary.lexicon.tool_words


_BEFORE_PURPOSE = frozenset({"pour", "de", "d", "comment"})


def _is_between(draft: Draft, place: int) -> bool:
    """Say whether a word only comes between those of a wording: « qui la porte », « n'associent pas les citoyens »."""
    form, before = draft.tokens[place].form, draft.tokens[place - 1].form if place else ""
    return form == "pas" or (before == "qui" and form in {"la", "le", "les", "l"})


def _wordings(draft: Draft, vocabulary: Vocabulary) -> Iterator[tuple[Stems, tuple[str, ...], str]]:
    """Yield every way to ask for a field: stems, words as written, and the key, or the label of a form's own field.

    A label of one word (« Observations ») asks for its field only beside a fiche.
    """
    for words in vocabulary.lexicon.fields:
        yield from ((form, written, words.key) for form, written in zip(words.stems, words.written, strict=True))
    named = bool(draft.question.numbers or draft.question.titles)
    for form, label in vocabulary.own_labels:
        if len(form) > 1 or named:
            yield form, (), label


def _leads_to_place(draft: Draft, start: int, vocabulary: Vocabulary) -> bool:
    """Say whether « territoire » only introduces a place: « sur le territoire de Saverne »."""
    before = draft.tokens[start - 1].form if start else ""
    after = [token for token in draft.tokens[start + 1 : start + 4] if not token.stop]
    named = bool(after) and after[0].stem in vocabulary.plan_words
    return before in {"le", "notre", "ce", "du", "au"} and named


def _take_labels(draft: Draft, keys: Sequence[str], vocabulary: Vocabulary) -> None:
    """Take the words of a closed question of the forms: « … associe-t-il les citoyens dans une démarche… »."""
    words = {stem for key in keys for stem in vocabulary.label_stems.get(key, ())}
    for place in list(draft.free):
        if draft.tokens[place].stem in words and not draft.tokens[place].stop:
            draft.take(place, place + 1)


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


def read_definition(draft: Draft, vocabulary: Vocabulary) -> None:
    """« que veut dire CPTS ? », or an acronym alone."""
    text = draft.question.text
    alone = ACRONYM_ALONE.match(re.sub(r"^(?:et|mais)\s+", "", text.strip(" ?!."), flags=re.IGNORECASE))
    if alone and (vocabulary.lexicon.acronym(alone.group(1)) or alone.group(1).isupper()):
        draft.question = replace(draft.question, acronym=alone.group(1))
        return
    if DEFINITION.search(text):
        draft.question = replace(
            draft.question, acronym=_defined_word(text, vocabulary) or _defined_term(text, vocabulary)
        )


def _defined_word(text: str, vocabulary: Vocabulary) -> str:
    """Return the acronym whose meaning is asked, '' when there is none."""
    for word in re.findall(r"[A-Za-zÀ-ÿ'.-]+", DEFINITION.sub(" ", text)):
        bare = re.sub(r"^(?:l|d|qu)['’]", "", word).strip(".'-")
        if len(bare) >= 2 and (vocabulary.lexicon.acronym(bare) or (bare.isupper() and len(bare) <= 10)):
            return bare
    return ""


def _defined_term(text: str, vocabulary: Vocabulary) -> str:
    """Return the acronym of a term asked about, or the term itself: « qu'est-ce qu'une maison de santé ? »."""
    match = TERM.match(DEFINITION.sub(" ", text))
    if match is None:
        return ""
    term = match.group("term")
    stems = vocabulary.lexicon.analyser.stems(term)
    if not 0 < len(stems) <= _LONGEST_TERM or set(stems) & vocabulary.lexicon.tool_words:
        return ""
    short = (
        one.short for one in vocabulary.lexicon.acronyms if stems in map(vocabulary.lexicon.analyser.stems, one.long)
    )
    return next(short, term)


# Words of content in a term whose meaning may be asked.
_LONGEST_TERM = 4
