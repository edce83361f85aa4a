"""Citation recall and precision of written sentences, in the sense of ALCE (Gao et al., 2023)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from clsassist.evaluation.writing import WrittenAnswer
from clsassist.generation import REPEATED, Material, Verdict, check_sentence
from clsassist.lexicon import Lexicon

_MARK = re.compile(r"\s*\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Citations:
    """Over some sentences: how many are supported by all that they cite, and how many of their citations serve."""

    sentences: int = 0
    supported: int = 0
    citations: int = 0
    precise: int = 0

    @property
    def recall(self) -> float | None:
        """The share of sentences fully supported by what they cite, None when there is no sentence."""
        return self.supported / self.sentences if self.sentences else None

    @property
    def precision(self) -> float | None:
        """The share of citations that serve, None when there is none."""
        return self.precise / self.citations if self.citations else None


def add_citations(counts: Iterable[Citations]) -> Citations:
    """Return the sum of some counts: every sentence, and every citation, weighs the same."""
    held = tuple(counts)
    return Citations(
        sum(one.sentences for one in held),
        sum(one.supported for one in held),
        sum(one.citations for one in held),
        sum(one.precise for one in held),
    )


def count_citations(written: WrittenAnswer, lexicon: Lexicon, *, shown_only: bool) -> Citations:
    """Count over the sentences of one answer, or those shown.

    A citation serves when the sentence is supported and it either supports it alone or cannot be taken away. The judge
    is ``check_sentence``, the very check that lets sentences through, where ALCE has a model of inference.
    """
    verdicts = [one for one in written.verdicts if one.reason is None or not shown_only]
    return add_citations(_count(one, written.material, lexicon, shown_only=shown_only) for one in verdicts)


def _count(verdict: Verdict, material: Material, lexicon: Lexicon, *, shown_only: bool) -> Citations:
    # What the model cited for nothing is not shown.
    idle = 0 if shown_only else len(verdict.idle)
    numbers = sentence_to_marks(verdict.sentence)
    # A sentence removed because it was said already is supported as much as the first time.
    supported = verdict.reason is None or (
        verdict.reason == REPEATED and _supports(verdict.sentence, numbers, material, lexicon)
    )
    if not supported:
        return Citations(1, 0, len(numbers), 0)
    serving = [one for one in numbers if _serves(one, verdict.sentence, numbers, material, lexicon)]
    return Citations(1, 1, len(numbers) + idle, len(serving))


def _serves(number: int, sentence: str, numbers: Collection[int], material: Material, lexicon: Lexicon) -> bool:
    others = [one for one in numbers if one != number]
    alone = not others or _supports(sentence, (number,), material, lexicon)
    return alone or not _supports(sentence, others, material, lexicon)


def _supports(sentence: str, numbers: Collection[int], material: Material, lexicon: Lexicon) -> bool:
    return check_sentence(keep_marks(sentence, numbers), material, lexicon).reason is None


def sentence_to_marks(sentence: str) -> tuple[int, ...]:
    """Return the numbers that a sentence cites, each once.

    >>> sentence_to_marks("La CPTS forme [1][3] et loge [1].")
    (1, 3)
    """
    return tuple(dict.fromkeys(int(mark) for mark in _MARK.findall(sentence)))


def keep_marks(sentence: str, numbers: Collection[int]) -> str:
    """Return a sentence with these marks only.

    >>> keep_marks("La CPTS forme [1][3] et loge [2].", (2,))
    'La CPTS forme et loge [2].'
    """
    return _MARK.sub(lambda mark: mark[0] if int(mark[1]) in numbers else "", sentence)
