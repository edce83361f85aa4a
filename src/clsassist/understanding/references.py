"""A step that reads an action named by part of its title: « l'annuaire vise-t-il… », « la fiche attractivité »."""

from __future__ import annotations

import re
from dataclasses import replace

from clsassist.records import Span
from clsassist.text import french
from clsassist.understanding.draft import Draft, first_set_noun
from clsassist.understanding.patterns import YES_NO_FORM
from clsassist.vocabulary import Vocabulary

# « l'annuaire vise-t-il… »: what stands before the inverted verb is the subject.
_INVERTED = french(r"\b\w+(?:-t)?-(?:il|elle|ils|elles)\b")
# « est-ce que l'annuaire vise… »: up to the next verb of questions.
_IS_IT = french(r"^\W*est[- ]ce qu(?:e\s|['’])")
# « la fiche sur l'attractivité », « l'action annuaire ».
_THE_ACTION = french(
    r"\b(?:la |cette |l['’])(?:fiche(?:[- ]action)?|action|projet|levier|mesure)\s+"
    r"(?:(?:sur|de|du|des|d['’]|relative à|relative aux|intitulée?|nommée?|concernant|consacrée à)\s*)?"
    r"(?:l['’]|la |le |les )?"
)
# « une action semblable à l'annuaire »
_LIKE_ONE = french(
    r"\b(?:semblables?|ressembl\w+|similaires?|comparables?|analogues?|proches?)\s+(?:à |de |au |du )"
    r"(?:l['’]|la |le |celle d\w+ )?(?:(?:fiche|action)\s+)?"
)
# « le PETR pilote-t-il l'annuaire ? »
_PART_OF = french(
    r"\b(?:pilot\w+|port\w+|financ\w+|partenaires?|particip\w+|engag\w+|intervien\w+)(?:-t)?(?:-il|-elle|-ils"
    r"|-elles)?\s+"
    r"(?:de |à |dans |sur )?(?:l['’]|la |le |les )"
)
# « qui pilote le centre municipal de santé ? », « partenaires du relais petite enfance »: a title, not an organisation.
_OF_ONE = french(
    r"\b(?:qui (?:pilote|porte|finance|gère|anime|coordonne|s['’]occupe d[eu])\s+"
    r"|(?:partenaires?|porteurs?|pilotes?|financement|budget|coût|objectifs?|indicateurs?|public|calendrier|contacts?"
    r"|référente?s?|étapes?|durée)\s+(?:de |du |des |d['’]))(?:l['’]|la |le |les )?"
)
# Below this many words, a name of a title may be anything.
_LEAST_OF_ONE = 2
_MOST_NAMED = 2
# What is named so is known to both: « quel temps fera-t-il » names nothing.
_DEFINITE = french(r"\W*(?:(?:et|mais|donc|alors)\s+)?(?:l['’]|la |le |les |cette |ce )")


def read_references(draft: Draft, vocabulary: Vocabulary) -> None:
    """Take the words that name one action, or two, by part of a title; other words stay subjects."""
    if draft.question.titles or draft.question.numbers:
        return
    spans = [_after(_LIKE_ONE, draft)]
    if first_set_noun(draft) is None:
        spans += [_subject(draft, vocabulary), _after(_THE_ACTION, draft)]
    if first_set_noun(draft) is None and YES_NO_FORM.search(draft.question.text):
        spans.append(_after(_PART_OF, draft))
    spans = [span for span in spans if span]
    for span in spans:
        found = span and _titled(draft, span, vocabulary)
        if found:
            titles, places = found
            draft.question = replace(draft.question, titles=titles)
            for place in places:
                draft.take(place, place + 1)
            return
    _read_one(draft, vocabulary)


def _read_one(draft: Draft, vocabulary: Vocabulary) -> None:
    """Take several words of one title behind a field, or behind « qui pilote »."""
    span = _after(_OF_ONE, draft) if first_set_noun(draft) is None else None
    found = span and _titled(draft, span, vocabulary)
    if found and len(found[1]) >= _LEAST_OF_ONE and not draft.question.yes_no:
        titles, places = found
        draft.question = replace(draft.question, titles=titles)
        for place in places:
            draft.take(place, place + 1)


def _subject(draft: Draft, vocabulary: Vocabulary) -> Span | None:
    """Return where the grammatical subject of a closed question stands."""
    text = draft.question.text
    inverted = _INVERTED.search(text)
    if inverted and not _IS_IT.match(text):
        return Span(0, inverted.start()) if _DEFINITE.match(text) else None
    asked = _IS_IT.match(text)
    if asked is None:
        return None
    tools = vocabulary.lexicon.tool_words
    verbs = (token.span.start for token in draft.tokens if token.span.start > asked.end() and token.stem in tools)
    return Span(asked.end(), next(verbs, asked.end()))


def _after(pattern: re.Pattern[str], draft: Draft) -> Span | None:
    match = pattern.search(draft.question.text)
    return Span(match.end(), len(draft.question.text)) if match else None


def _titled(draft: Draft, span: Span, vocabulary: Vocabulary) -> tuple[tuple[str, ...], list[int]] | None:
    """Return the actions whose title holds the first words of a span, as many as it can, with their positions."""
    places = [
        place
        for place in sorted(draft.free)
        if span.start <= draft.tokens[place].span.start < span.end and not draft.tokens[place].stop
    ]
    places = [place for place in places if draft.tokens[place].stem not in vocabulary.lexicon.tool_words]
    for length in range(len(places), 0, -1):
        stems = {draft.tokens[place].stem for place in places[:length]}
        if stems <= vocabulary.lexicon.weak_words:
            continue
        rarest, *others = sorted((vocabulary.titles_with.get(stem, ()) for stem in stems), key=len)
        titles = tuple(action for action in rarest if all(action in held for held in map(frozenset, others)))
        if 0 < len(titles) <= _MOST_NAMED:
            return titles, places[:length]
    return None
