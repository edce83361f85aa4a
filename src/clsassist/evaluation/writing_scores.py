"""What a model's writings are worth: sentences kept and removed, answers left alone, pace, citations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from clsassist.evaluation.citations import Citations, add_citations, count_citations
from clsassist.evaluation.scores import HELD, SEEN, TOTAL
from clsassist.evaluation.writing import WrittenAnswer
from clsassist.generation import ALONE
from clsassist.lexicon import Lexicon

_QUOTED = re.compile(r"« .*? »|\[\d+\]")
_COUNTED = re.compile(r"\b\d+ phrases?\b")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class WritingScores:
    """Over some answers. ``alone`` counts why the exact answer stands alone, ``failures`` what the model failed at.

    ``reasons`` counts why sentences were removed, what the sentences themselves say put aside. ``written`` judges the
    citations of all sentences, ``shown`` those of the sentences kept. Seconds are the median and the 95th percentile,
    None when nothing was timed.
    """

    answers: int
    kept: int
    removed: int
    alone: Mapping[str, int]
    failures: Mapping[str, int]
    reasons: Mapping[str, int]
    words_per_second: float | None
    first_word: tuple[float, float] | None
    first_shown: tuple[float, float] | None
    written: Citations
    shown: Citations

    @property
    def share_kept(self) -> float | None:
        """The share of sentences kept, None when none was written."""
        return self.kept / (self.kept + self.removed) if self.kept + self.removed else None


def group_writings(written: Sequence[WrittenAnswer]) -> dict[str, list[WrittenAnswer]]:
    """Group the answers by kind of question, then those seen and held, then all of them."""
    groups: dict[str, list[WrittenAnswer]] = {}
    for one in written:
        groups.setdefault(one.case.kind, []).append(one)
    held = [one for one in written if one.case.held]
    if held:
        groups[SEEN] = [one for one in written if not one.case.held]
        groups[HELD] = held
    return {**groups, TOTAL: list(written)}


def score_writings(written: Sequence[WrittenAnswer], lexicon: Lexicon) -> WritingScores:
    """Return the scores of some answers."""
    verdicts = [verdict for one in written for verdict in one.verdicts]
    notices = [one.notice for one in written]
    kept = sum(verdict.reason is None for verdict in verdicts)
    return WritingScores(
        answers=len(written),
        kept=kept,
        removed=len(verdicts) - kept,
        alone=_count(_family(one.text.removeprefix(ALONE)) for one in notices if one.alone),
        failures=_count(one.failure.reason for one in notices if one.failure is not None),
        reasons=_count(_family(verdict.reason) for verdict in verdicts if verdict.reason is not None),
        words_per_second=_pace(written),
        first_word=_middle_and_slow(one.recording.first for one in written if one.recording is not None),
        first_shown=_middle_and_slow(one.first_shown for one in written),
        written=add_citations(count_citations(one, lexicon, shown_only=False) for one in written),
        shown=add_citations(count_citations(one, lexicon, shown_only=True) for one in written),
    )


def _family(reason: str) -> str:
    """Return a reason without what is particular to one sentence.

    >>> _family("Les sources citées ne disent pas « hôpital ».")
    'Les sources citées ne disent pas ….'
    >>> _family("les documents ne prouvent que 1 phrase sur 4 du modèle.")
    'les documents ne prouvent que … phrase(s) sur … du modèle'
    """
    bare = _NUMBER.sub("…", _COUNTED.sub("… phrase(s)", _QUOTED.sub("…", reason)))
    return bare if bare[0].isupper() else bare.removesuffix(".")


def _count(reasons: Iterable[str]) -> dict[str, int]:
    """Count, the most frequent first."""
    return dict(Counter(reasons).most_common())


def _pace(written: Sequence[WrittenAnswer]) -> float | None:
    """Return how many words come in a second once the first one is there, over all the answers."""
    timed = [one.recording for one in written if one.recording is not None]
    seconds = sum(one.seconds - one.first for one in timed if one.first is not None)
    return sum(one.words for one in timed) / seconds if seconds > 0 else None


def _middle_and_slow(seconds: Iterable[float | None]) -> tuple[float, float] | None:
    known = sorted(second for second in seconds if second is not None)
    if len(known) < 2:
        return (known[0], known[0]) if known else None
    cuts = quantiles(known, n=20, method="inclusive")
    return cuts[9], cuts[18]
