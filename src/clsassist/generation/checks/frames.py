"""A sentence says of a field what the field is: an indicator is no result, a plan no state of things."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clsassist.generation.checks.order import is_finite, same_word
from clsassist.generation.claim import Evidence, Part
from clsassist.generation.clauses import Clause
from clsassist.generation.evidence import Segment, Source
from clsassist.generation.reading import Word
from clsassist.generation.verbs import is_infinitive

_FRAMED = {
    "objectif_general": "objectifs",
    "objectifs_specifiques": "objectifs",
    "objectifs_operationnels": "objectifs",
    "etapes": "objectifs",
    "description": "objectifs",
    "indicateurs": "indicateurs",
    "indicateurs_processus": "indicateurs",
    "indicateurs_resultat": "indicateurs",
    "indicateurs_impact": "indicateurs",
}
# « La fiche 2 facilite… » tells what the fiche sets out to do; « les médecins viennent » does not.
_STEPS = frozenset(("etapes", "description"))
_DOCUMENT = re.compile(
    r"^\W*(?:(?:l['’]|la |le |cette |ce )(?:fiche|action|plan|levier|contrat|cls|document|mesure)\b|(?:elle|il)\s)"
)
_UNFRAMED = {
    "objectifs": "La source citée dit ce qui est visé (« {} »), pas ce qui est.",
    "indicateurs": "La source citée est un indicateur (« {} »), pas un résultat.",
}
# « X est lisible »: what a line without such a verb does not say of anything.
_STATE = re.compile(
    r"\b(?:est|sont|reste|restent|demeure|demeurent|devient|deviennent)\s+(?:(?:pas|tres|bien|aussi|plus|une?|la|le|des)\s+|l['’])*"
)
# So many words behind a verb, a noun is its object.
_OBJECT = 3
# An indicator measures: nothing was shown yet.
_RESULT = re.compile(
    r"\b(?:montr\w+|revel\w+|constat\w+|signal\w+|releve(?:nt)?|note(?:nt)?|compte(?:nt)? (?!parmi|au nombre|dans))\b"
    r"|\bimpact\b[^.]*\best (?:la |le |l['’])"
)
_TOLD = re.compile(r"\b(?:est|sont|sera|seront|a|ont|aura|auront)\b")
_PIECE = re.compile(r"[;:.]")
_APPOSED = re.compile(r"(?:[,:(]|\bnon|\bsavoir)\s*(?:l['’]|la|les?|une?|des)?$")
_ARTICLE = re.compile(r"(?:l['’]|\b(?:la|les?|des)\s+)$")
_WORDS = re.compile(r"[^\W\d_]{3,}")
_HAS_STATE = re.compile(
    r"\b(?:est|sont|était|étaient|être|soit|soient|reste\w*|sera|seront|existe\w*|constitu\w+|représent\w+)\b"
)


def frame_reason(lines: Sequence[tuple[Clause, list[Segment]]], part: Part, evidence: Evidence) -> str | None:
    """Refuse an indicator told as a result, and a state of things that the evidence only aims at."""
    folded = part.reading.folded
    used = {mark for _, found in lines for one in found for mark in one.marks}
    for item in part.items:
        kind = _FRAMED.get(item.field_key, "")
        if kind == "objectifs" and (item.field_key in _STEPS and _DOCUMENT.search(folded)):
            continue
        if kind == "objectifs" and (_told_as_it_is(lines, item.number) or _only_infinitives(part)):
            continue
        if kind == "indicateurs" and item.number in used and _RESULT.search(folded):
            return _UNFRAMED[kind].format(item.label)
        if kind and item.number in used and not evidence.rules.frames[kind].search(folded):
            return _UNFRAMED[kind].format(item.label)
    return None if any(item.empty or item.unticked for item in part.items) else _state_reason(lines, part, evidence)


def _state_reason(lines: Sequence[tuple[Clause, list[Segment]]], part: Part, evidence: Evidence) -> str | None:
    allowed = frozenset().union(*(evidence.rules.fields.get(item.field_key, frozenset()) for item in part.items))
    for clause, found in lines:
        for match in _STATE.finditer(clause.folded):
            before = [word for word in clause.needed if word.span.start < clause.words[0].span.start + match.start()]
            if before and all(word.form in allowed for word in before):
                # « Le public visé est médical » tells what the field holds.
                continue
            after = next((word for word in clause.words if word.form == _next(clause.folded, match.end())), None)
            if not after or _only_reports(after, allowed, evidence) or _is_passive(after, before, found, evidence):
                continue
            named = bool(_ARTICLE.search(match.group()))
            if not any(_bears(after, one, named=named) for one in found):
                return f"La source citée ne dit pas que c'est « {after.form} »."
    return None


def _only_reports(word: Word, allowed: frozenset[str], evidence: Evidence) -> bool:
    """Say whether « est prévu », « est portée » tells no state of things, or has a check of its own."""
    rules = evidence.rules
    patterns = (*rules.roles.values(), rules.markers["incertain"], rules.frames["indicateurs"])
    plain = word.tool or word.neutral or word.capital or word.form in allowed
    return plain or any(pattern.fullmatch(word.form) for pattern in patterns)


def _is_passive(word: Word, subject: Sequence[Word], found: Sequence[Segment], evidence: Evidence) -> bool:
    """Say whether « une copie est transmise » is the passive of « transmettre une copie »: other checks judge it."""
    return any(
        is_infinitive(other.form)
        and other.form != word.form
        and not set(word.stems).isdisjoint(other.stems)
        and any(
            same_word(noun, one, evidence) for noun in segment.reading.words[place : place + _OBJECT] for one in subject
        )
        for segment in found
        for place, other in enumerate(segment.reading.words, start=1)
    )


def _bears(word: Word, segment: Segment, *, named: bool) -> bool:
    """Say whether a segment tells a state of things, or is the exact answer's own.

    ``named`` says that the sentence says what something is: « l'étape est la constitution » reads both ways.
    """
    told = segment.source in (Source.QUOTE, Source.EXACT) and (
        _is_told(word, segment) or (named and bool(_HAS_STATE.search(segment.reading.text.lower())))
    )
    ticked = not _WORDS.sub("", segment.reading.folded, count=1).strip(" x|:.") and "|" in segment.reading.text
    return not segment.marks or bool(told) or ticked or _in_apposition(word, segment)


def _is_told(word: Word, segment: Segment) -> bool:
    """Say whether a segment says by a verb of state, in the same piece of its sentence, that something is so."""
    text = segment.reading.text.lower()
    places = [one.span.start for one in segment.reading.words if not set(word.stems).isdisjoint(one.stems)]
    states = [match.end() for match in _HAS_STATE.finditer(text)]
    near = any(end <= place and not _PIECE.search(text, end, place) for place in places for end in states)
    return near or (not places and bool(states))


def _in_apposition(word: Word, segment: Segment) -> bool:
    """Say whether a segment says « X, hôpital de proximité »: a comma is as good as « est »."""
    before = [
        segment.reading.folded[: one.span.start].rstrip() for one in segment.reading.words if word.stem in one.stems
    ]
    return any(_APPOSED.search(text) for text in before)


def _told_as_it_is(lines: Sequence[tuple[Clause, list[Segment]]], mark: int) -> bool:
    """Say whether a line tells in the present, by the same verb, what the sentence tells: « la CPTS met… »."""
    return any(
        word.form == verb.form and is_finite(segment.reading.words, place)
        for clause, found in lines
        for position, verb in enumerate(clause.words)
        if is_finite(clause.words, position)
        for segment in found
        if mark in segment.marks
        for place, word in enumerate(segment.reading.words)
    )


def _only_infinitives(part: Part) -> bool:
    """Say whether a sentence has no verb but in the infinitive: « Modalités : ouvrir des consultations »."""
    words = part.reading.words
    finite = any(is_finite(words, place) for place in range(len(words))) or _TOLD.search(part.reading.folded)
    return not finite and any(is_infinitive(word.form) for word in words)


def _next(folded: str, place: int) -> str:
    found = re.compile(r"\w+").search(folded, place)
    return found.group() if found else ""
