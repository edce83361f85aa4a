"""Ranks of passages: lexical and dense scores, fused; they order and explain, they never decide a set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clsassist.question import Question
from clsassist.settings import Settings

if TYPE_CHECKING:
    from clsassist.embedding import Embedder
    from clsassist.opening import OpenIndex

# How many passages each ranking gives: min-max fusion ranks better with the long tail of both than with their tops
# (nDCG@10 0.876 against 0.873 for 50 on French public-service questions), and it stays instant.
DEPTH = 200

# A synonym from the lexicon counts less than the word that was typed.
_SYNONYM_WEIGHT = 0.7
_WEAK_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage with every part of its score: ranks start at 1 and are None where a ranking lacks it.

    ``same`` are the ids of other passages that say the very same text elsewhere. ``reranked`` is the score that the
    optional cross-encoder gives, None where it was not asked.
    """

    passage_id: str
    score: float
    lexical: float
    lexical_rank: int | None
    dense: float
    dense_rank: int | None
    same: tuple[str, ...] = ()
    reranked: float | None = None


def rank(question: Question, index: OpenIndex, embedder: Embedder, settings: Settings) -> list[Hit]:
    """Return the passages of an index by fused score, best first."""
    lexical = dict(index.lexical.search(question_weights(question), DEPTH))
    dense = dict(index.vectors.search(embedder.embed_query(question.text), DEPTH))
    return fuse(lexical, dense, settings.dense_weight)


def fuse(lexical: Mapping[str, float], dense: Mapping[str, float], dense_weight: float) -> list[Hit]:
    """Return everything that either ranking found, by fused score, best first, then by id.

    Scores are brought to 0-1 in each ranking (min-max) and added, the dense one weighing ``dense_weight``: it ranked
    French public-service questions better than reciprocal rank fusion (see docs/decisions.md).
    """
    lexical_part, dense_part = _min_max(lexical), _min_max(dense)
    lexical_ranks, dense_ranks = _ranks(lexical), _ranks(dense)
    hits = [
        Hit(
            key,
            dense_weight * dense_part.get(key, 0.0) + (1 - dense_weight) * lexical_part.get(key, 0.0),
            lexical.get(key, 0.0),
            lexical_ranks.get(key),
            dense.get(key, 0.0),
            dense_ranks.get(key),
        )
        for key in {**lexical, **dense}
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))


def merge_same(hits: Sequence[Hit], text_of: Callable[[str], str]) -> list[Hit]:
    """Return each text once, at its best rank, with the other places that say the very same."""
    places: dict[str, list[Hit]] = {}
    for hit in hits:
        places.setdefault(text_of(hit.passage_id), []).append(hit)
    return [
        replace(first, same=tuple(other.passage_id for other in rest)) if rest else first
        for first, *rest in places.values()
    ]


def question_weights(question: Question) -> dict[str, float]:
    """Return the stems to search for, each with its weight; synonyms and weak words count less."""
    weights: dict[str, float] = {}
    for topic in question.topics:
        if topic.negated:
            continue
        for position, form in enumerate((*topic.forms, *topic.narrower)):
            weight = (1.0 if position == 0 else _SYNONYM_WEIGHT) * (_WEAK_WEIGHT if topic.weak else 1.0)
            for stem in form:
                weights[stem] = max(weight, weights.get(stem, 0.0))
    for organisation in question.organisations:
        for form in organisation.forms:
            weights.update(dict.fromkeys(form, 1.0))
    return weights


def _min_max(scores: Mapping[str, float]) -> dict[str, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {key: (score - low) / (high - low) if high > low else 1.0 for key, score in scores.items()}


def _ranks(scores: Mapping[str, float]) -> dict[str, int]:
    ordered = sorted(scores, key=lambda key: (-scores[key], key))
    return {key: place for place, key in enumerate(ordered, start=1)}
