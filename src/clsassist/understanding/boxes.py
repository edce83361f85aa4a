"""Steps that read the words of the boxes of forms, and those that count in one field only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from clsassist.parsing.labels import FAMILIES
from clsassist.question import Topic
from clsassist.records import Span
from clsassist.text import Stems, fold
from clsassist.understanding.draft import Draft, denied, first_set_noun, negated, take_match
from clsassist.understanding.patterns import COVERS, KIND, OUTSIDE, STATE, TARGETS, TICKED, TICKED_BREAK, UNTICKED
from clsassist.vocabulary import Box, Vocabulary


def read_boxes(draft: Draft, vocabulary: Vocabulary) -> None:
    """« les jeunes adultes », « l'intégration sociale »: a box of the forms is looked up in its own field.

    A label of one word (« Social », « Médical ») needs its field or its family beside it, or a verb that names a
    public; longer labels speak for themselves.
    """
    asked = _field_places(draft, vocabulary)
    content = [place for place in sorted(draft.free) if not draft.tokens[place].stop]
    position = 0
    while position < len(content):
        box = _box_at(draft, vocabulary, content, position)
        named = max(
            (asked.get(place, 0) for place in content[position : position + len(box.stems if box else ())]), default=0
        )
        if box is None or named >= len(box.stems) or _is_longer_idea(draft, vocabulary, content[position:], box):
            position += 1
            continue
        places = content[position : position + len(box.stems)]
        span = Span(draft.tokens[places[0]].span.start, _closed(draft, draft.tokens[places[-1]].span.end))
        words = span.of(draft.question.text)
        forms = tuple(dict.fromkeys((box.stems, *box.forms)))
        ticked = _is_ticked(draft.question.text, span)
        excluded = negated(draft, places[0], vocabulary) or denied(draft, places[0], vocabulary)
        excluded = excluded or (ticked and bool(UNTICKED.match(draft.question.text[span.end :])))
        topic = Topic(
            words,
            forms,
            box.members,
            negated=excluded,
            also=box.also(words),
            fields=(box.field_key,),
            longer=vocabulary.longer_boxes(box),
            ticked=ticked,
        )
        draft.add_topic(topic, span.start, span.end)
        for place in places:
            draft.take(place, place + 1)
        _take_family(draft, box)
        position += len(places)


def _closed(draft: Draft, end: int) -> int:
    """Return where a label ends: behind the bracket that its last word stands in, when it is typed."""
    after = draft.question.text[end:].lstrip()
    opened = draft.question.text.count("(", 0, end) > draft.question.text.count(")", 0, end)
    return draft.question.text.index(")", end) + 1 if opened and after.startswith(")") else end


def _is_ticked(text: str, label: Span) -> bool:
    """Say whether a label is asked about as a box: « la case X », « où X et Y sont cochées »."""
    between = (
        text[match.end() : label.start] if match.end() <= label.start else text[label.end : match.start()]
        for match in TICKED.finditer(text)
    )
    return any(not TICKED_BREAK.search(words) for words in between)


def _is_longer_idea(draft: Draft, vocabulary: Vocabulary, places: Sequence[int], box: Box) -> bool:
    """Say whether an idea goes further than a box: « professionnels de santé » for « Professionnels »."""
    stems = [draft.tokens[place].stem for place in places]
    ideas = [form for form, concept in vocabulary.lexicon.concepts_at(stems, 0) if not concept.actor]
    return any(len(form) > len(box.stems) for form in ideas)


def _field_places(draft: Draft, vocabulary: Vocabulary) -> dict[int, int]:
    """Return the positions of the words that name a field, each with how many words name it.

    « inégalités sociales » names no box « Social », but a box of three words may hold a name of two.
    """
    stems = draft.stems()
    found: dict[int, int] = {}
    for form in (form for words in vocabulary.lexicon.fields for form in words.stems if len(form) > 1):
        for start in range(len(stems) - len(form) + 1):
            if tuple(stems[start : start + len(form)]) == form:
                found.update({place: max(len(form), found.get(place, 0)) for place in range(start, start + len(form))})
    return found


def _box_at(draft: Draft, vocabulary: Vocabulary, content: list[int], position: int) -> Box | None:
    stems = tuple(draft.tokens[place].stem for place in content[position:])
    said = [box for box in vocabulary.boxes_from.get(stems[0], ()) if stems[: len(box.stems)] == box.stems]
    following = stems[1:]
    begun = vocabulary.boxes_from.get(following[0], ()) if following else ()
    if any(following[: len(box.stems)] == box.stems and box.family == stems[:1] for box in begun):
        # « les professionnels du social »: the family is named by one of its boxes.
        return None
    fitting = [
        box
        for box in said
        if (len(box.stems) > 1 or _is_called_for(draft, box, vocabulary))
        and not any(_is_verb(draft, place, box) for place in content[position : position + len(box.stems)])
    ]
    return max(fitting, key=lambda box: len(box.stems), default=None)


def _is_verb(draft: Draft, place: int, box: Box) -> bool:
    """Say whether a word is a verb where the label has a noun or an adjective: « quelles actions existent »."""
    token, text = draft.tokens[place], draft.question.text
    conjugated = token.form.endswith("ent") or text.startswith(("-t-", "-elle", "-il"), token.span.end)
    return conjugated and token.form not in fold(box.label)


def _is_called_for(draft: Draft, box: Box, vocabulary: Vocabulary) -> bool:
    """Say whether a box of one word is meant: its field, its family or its kind of verb stands in the question."""
    if TICKED.search(draft.question.text):
        return True
    if first_set_noun(draft) is None and not (draft.question.titles or draft.question.numbers):
        return False
    names = [form for words in vocabulary.lexicon.fields if words.key == box.field_key for form in words.stems]
    if box.stems in names:
        # « Tout public » is not « le public ».
        return fold(box.label) in fold(draft.question.text)
    stems = f" {' '.join(draft.stems())} "
    beside = bool(set(draft.stems()) & set(box.family)) or any(f" {' '.join(form)} " in stems for form in names)
    return beside or (box.field_key == "public" and bool(TARGETS.search(draft.question.text)))


def _take_family(draft: Draft, box: Box) -> None:
    """Take « professionnels » beside « du social »: the family of the box, not another subject."""
    for place in list(draft.free):
        if draft.tokens[place].stem in box.family:
            draft.take(place, place + 1)


def read_closed_words(draft: Draft, vocabulary: Vocabulary) -> None:
    """« hors PRSE », « en cours », « les nouvelles actions »: the words of a box or of a closed list."""
    text = draft.question.text
    outside, kind = OUTSIDE.search(text), KIND.search(text)
    if outside and not any(start <= outside.start() < end for start, end, _ in draft.topics):
        scheme = "lien_prse" if re.search(r"PRSE|plan", outside.group("scheme"), re.IGNORECASE) else "lien_prs"
        _restrict_to_field(draft, outside, scheme, (("hor",),))
    elif kind and any(start < kind.end() and kind.start() < end for start, end, topic in draft.topics if topic.fields):
        return
    elif kind:
        word = kind.group("after") or kind.group("one") or kind.group("before")
        _restrict_to_field(draft, kind, "typologie", (vocabulary.lexicon.analyser.stems(word),))
    elif not draft.question.years and (first_set_noun(draft) is not None or draft.question.numbers):
        for state in STATE.finditer(text):
            _restrict_to_field(draft, state, "statut", (vocabulary.lexicon.analyser.stems(state.group()),))


def _restrict_to_field(draft: Draft, match: re.Match[str], key: str, forms: tuple[Stems, ...]) -> None:
    word = next((group for group in match.groups() if group), "")
    words = match.group() if key.startswith("lien") else word or match.group()
    draft.add_topic(Topic(words, forms, fields=(key,)), *match.span())
    take_match(draft, match)


def bind_to_fields(draft: Draft, vocabulary: Vocabulary) -> None:
    """Say in which fields the topics count: « dont le public est… les élus » only in the public.

    With a verb that names a public (« visent », « s'adressent à »), a subject that some form gives as a public is
    looked up there.
    """
    question = draft.question
    named = question.yes_no and bool(question.titles or question.numbers)
    if not question.asks_set and not named and first_set_noun(draft) is None:
        return
    keys = tuple(member for key in question.fields for member in FAMILIES.get(key, (key,)))
    phrases = _phrases(question.topics)
    if not keys and TARGETS.search(question.text):
        phrases = [_bind(phrase, "public", vocabulary.is_public) for phrase in phrases]
    if not keys and COVERS.search(question.text):
        phrases = [_bind(phrase, "territoire", vocabulary.is_territory) for phrase in phrases]
    topics = tuple(topic for phrase in phrases for topic in phrase)
    if keys:
        starts = [start for start, _, _ in sorted(draft.topics, key=lambda placed: placed[0])]
        topics = tuple(
            topic if topic.fields else replace(topic, fields=_nearest_field(draft, start, keys))
            for topic, start in zip(topics, starts, strict=True)
        )
    draft.question = replace(question, topics=topics)


def _nearest_field(draft: Draft, start: int, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the field named nearest to a subject: « … les élus comme public et un déterminant sur le logement »."""
    if not draft.fields:
        return keys
    _, nearest = min(draft.fields, key=lambda named: abs(named[0] - start))
    return FAMILIES.get(nearest, (nearest,))


def _phrases(topics: tuple[Topic, ...]) -> list[list[Topic]]:
    """Group the topics that make one subject: « jeunes » and « médecins »."""
    groups: list[list[Topic]] = []
    for topic in topics:
        if groups and not topic.joined:
            groups[-1].append(topic)
        else:
            groups.append([topic])
    return groups


def _bind(phrase: list[Topic], key: str, holds: Callable[[Sequence[Iterable[Stems]]], bool]) -> list[Topic]:
    """Bind a subject to a field when one value of that field in the corpus says all of it."""
    free = [topic for topic in phrase if not topic.fields]
    if not free or not holds([topic.forms for topic in free]):
        return phrase
    return [topic if topic.fields else replace(topic, fields=(key,)) for topic in phrase]
