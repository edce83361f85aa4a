"""Earlier actions to start from: those that do what is wanted, or those most like a given one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from clsassist.answering.fields import action_fields
from clsassist.answering.lines import name_of, quote_line, rest_lines
from clsassist.answering.not_found import answer_not_found, neighbour_lines
from clsassist.answering.organisation_names import common_names, names_held
from clsassist.citing import as_text
from clsassist.evidence import Evidence
from clsassist.proofs import whole_field_proof
from clsassist.records import Action, Answer, Role
from clsassist.registry import Registry
from clsassist.segments import Weight, field_weight
from clsassist.text import french, squeeze
from clsassist.topic_search import Match
from clsassist.wording import counted, joined

# What a coordinator wants to know of an action to copy, and what may differ from place to place.
_CARD = ("porteur", "public", "calendrier", "territoire")
_MOST_ALIKE = 3
_MOST_SHARED = 6
_MOST_STEPS = 3
_MOST_CARDS = 40
_TITLE_WEIGHT = 3
# A word that this share of the actions say does not make two of them alike.
_COMMON_SHARE = 1 / 3
_ELSEWHERE = french(r"\b(?:ailleurs|autres? (?:plans?|territoires?|contrats?))\b")


def answer_reuse(evidence: Evidence) -> Answer:
    """Give the actions most like a named one, or those that do what the question wants to do."""
    question = evidence.question
    if question.models:
        return _answer_alike(evidence)
    matches = evidence.selection.matches
    if evidence.selection.unknown or not matches:
        return answer_not_found(evidence)
    total = len(evidence.selection.scope)
    one, many = "le fait ou le prévoit", "le font ou le prévoient"
    lines = [f"**{counted(len(matches), 'action')} sur {total} {one if len(matches) == 1 else many}** :", ""]
    for place, match in enumerate(matches[:_MOST_CARDS], start=1):
        lines += [f"{place}. {name_of(match.action, evidence)}", *_card_lines(match, evidence)]
    lines += rest_lines(len(matches), _MOST_CARDS)
    lines += neighbour_lines(evidence)
    actions = tuple(match.action for match in matches)
    return evidence.answer("\n".join(lines), actions, coverage=evidence.coverage(len(actions), 0, total))


def _card_lines(match: Match, evidence: Evidence) -> Iterator[str]:
    """Yield what an action does about the subject, then who, for whom, when and where."""
    for proof in match.said[:_MOST_STEPS] or match.criteria[:1]:
        yield f"   - {quote_line(proof, evidence)}"
    yield from (f"   - {line}" for line in _context_lines(match.action, evidence))


def _context_lines(action: Action, evidence: Evidence) -> Iterator[str]:
    for key in _CARD:
        proofs = whole_field_proof(action, (key,), evidence.registry)
        yield from (quote_line(proof, evidence) for proof in proofs)


# --- likeness


@dataclass(frozen=True, slots=True)
class _Alike:
    """An action like the model, and the words they share, rarest first."""

    action: Action
    shared: tuple[str, ...]


def _answer_alike(evidence: Evidence) -> Answer:
    models = [evidence.registry.action(one) for one in evidence.question.models]
    model = models[0]
    others = [one for one in evidence.registry.actions.values() if one.id not in evidence.question.models]
    if _ELSEWHERE.search(evidence.question.text):
        others = [one for one in others if one.document_id != model.document_id]
    best = _rank(model, others, evidence)
    if not best:
        text = f"**Aucune action ne ressemble** à {name_of(model, evidence)} parmi {counted(len(others), 'action')}."
        return evidence.answer(text)
    many = "les plus proches" if len(best) > 1 else "la plus proche"
    head = f"**{counted(len(best), 'action')} {many} de {as_text(squeeze(model.title))}**, parmi {len(others)} :"
    lines = [head, ""]
    for place, one in enumerate(best, start=1):
        lines += [f"{place}. {name_of(one.action, evidence)}", *_likeness_lines(model, one, evidence)]
    actions = tuple(one.action for one in best)
    return evidence.answer("\n".join(lines), actions, coverage=evidence.coverage(len(actions), 0, len(others)))


def _rank(model: Action, others: Sequence[Action], evidence: Evidence) -> list[_Alike]:
    """Return the actions that share most rare words of what they do with a model, in proportion to all they say.

    The measure is a cosine over inverse document frequencies (Salton and Buckley, 1988).
    """
    table = _table_of(evidence)
    kept = np.array([table.places[action.id] for action in (model, *others)])
    counts = table.counts(kept)
    rare = (counts > 0) & (counts <= max(2, _COMMON_SHARE * len(kept)))
    weights = np.where(rare, np.log(len(kept) / np.maximum(counts, 1)), 0.0)
    held = _words(model, evidence)
    own = np.isin(table.stems, list(held)) & rare
    title = np.isin(table.stems, evidence.analyser.stems(model.title))
    # What the model is called is what it is about.
    scores = table.sums(own * weights * np.where(title, _TITLE_WEIGHT, 1)) / (np.sqrt(table.sums(weights)) + _NO_WORD)
    several = table.sums(own) > 1
    ranked = sorted(
        (-round(float(scores[place]), _DECIMALS), action.id, action)
        for place, action in zip(kept[1:].tolist(), others, strict=True)
        if several[place]
    )
    rarity = dict(zip(table.stems[own].tolist(), weights[own].tolist(), strict=True))
    return [_alike(action, rarity, evidence) for _, _, action in ranked[:_MOST_ALIKE]]


def _alike(action: Action, rarity: Mapping[str, float], evidence: Evidence) -> _Alike:
    words = _words(action, evidence)
    shared = sorted(rarity.keys() & words.keys(), key=lambda word: (-rarity[word], word))
    return _Alike(action, tuple(words[word] for word in shared))


# Actions alike to this many decimals are equal: sums made in another order differ beyond.
_DECIMALS = 9
_NO_WORD = 1e-12


@dataclass(frozen=True, slots=True)
class _WordTable:
    """The stems of what every action does, as numbers: ``held`` are places in ``stems``, those of the action beside."""

    stems: npt.NDArray[np.str_]
    places: Mapping[str, int]
    held: npt.NDArray[np.int32]
    action: npt.NDArray[np.int32]

    def counts(self, actions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return how many of some actions hold each stem."""
        return np.bincount(self.held[np.isin(self.action, actions)], minlength=len(self.stems))

    def sums(self, weights: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return the sum, for each action, of the weights of its stems."""
        summed = np.bincount(self.action, weights[self.held].astype(np.float64), minlength=len(self.places))
        return summed.astype(np.float64)


_TABLES: WeakKeyDictionary[Registry, _WordTable] = WeakKeyDictionary()


def _table_of(evidence: Evidence) -> _WordTable:
    """Return the words of all actions, analysed once for the registry in service."""
    if evidence.registry not in _TABLES:
        _TABLES[evidence.registry] = _make_table(evidence)
    return _TABLES[evidence.registry]


def _make_table(evidence: Evidence) -> _WordTable:
    stems: dict[str, int] = {}
    held: list[int] = []
    actions: list[int] = []
    places: dict[str, int] = {}
    # Fiches of one plan repeat each other.
    words_of = cache(partial(_text_words, evidence=evidence))
    for place, action in enumerate(evidence.registry.actions.values()):
        places[action.id] = place
        words = dict.fromkeys(stem for text in _texts(action) for stem in words_of(text))
        held += [stems.setdefault(stem, len(stems)) for stem in words]
        actions += [place] * len(words)
    return _WordTable(np.array(list(stems)), places, np.array(held, np.int32), np.array(actions, np.int32))


def _words(action: Action, evidence: Evidence) -> dict[str, str]:
    """Return the stems of what an action does, each with the word as written."""
    return {stem: word for text in _texts(action) for stem, word in _text_words(text, evidence).items()}


def _texts(action: Action) -> Iterator[str]:
    yield action.title
    for field in action.fields:
        if field_weight(field.key) is Weight.OBJECT:
            yield from (item.text for item in field.items)


def _text_words(text: str, evidence: Evidence) -> dict[str, str]:
    lexicon = evidence.lexicon
    return {
        token.stem: token.span.of(text)
        for token in evidence.analyser.content(text)
        if token.stem not in lexicon.tool_words
        and token.stem not in lexicon.weak_words
        and len(token.form) > 2
        and not token.form.isdigit()
    }


def _likeness_lines(model: Action, one: _Alike, evidence: Evidence) -> Iterator[str]:
    """Yield what is alike (words, partners, equal fields), then what is not."""
    yield f"   - En commun : {joined([f'« {as_text(word)} »' for word in one.shared[:_MOST_SHARED]])}."
    partners = common_names([names_held(action, Role.PARTENAIRE, evidence) for action in (model, one.action)])
    if partners:
        names = joined([as_text(group[1].involvement.organisation) for group in partners[:_MOST_SHARED]])
        marks = "".join(evidence.book.cite(group[1].proof) for group in partners[:_MOST_SHARED])
        yield f"   - Partenaires communs : {names} {marks}"
    for key in _CARD:
        texts = [
            " ".join(squeeze(f.text).lower() for f in action_fields(action, key)) for action in (model, one.action)
        ]
        proofs = whole_field_proof(one.action, (key,), evidence.registry)
        for proof in proofs:
            yield f"   - {'Identique' if texts[0] == texts[1] else 'Différent'} — {quote_line(proof, evidence)}"
