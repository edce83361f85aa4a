"""The verdict on one sentence that a language model wrote: kept only if the evidence that it cites bears it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clsassist.generation.checks.form import check_form
from clsassist.generation.checks.marks import check_marks
from clsassist.generation.checks.names import check_names
from clsassist.generation.checks.roles import check_roles
from clsassist.generation.checks.sets import check_sets
from clsassist.generation.checks.support import find_support
from clsassist.generation.checks.values import check_values
from clsassist.generation.claim import prepare, sentence_to_claim
from clsassist.generation.material import Material
from clsassist.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence as to be shown, and why it was removed: one French sentence, None when it is kept.

    ``idle`` are the marks taken off a sentence that is kept: their citations say nothing of it.
    """

    sentence: str
    reason: str | None
    cited: tuple[int, ...]
    idle: tuple[int, ...] = ()


def check_sentence(sentence: str, material: Material, lexicon: Lexicon, said: Sequence[Verdict] = ()) -> Verdict:
    """Judge one sentence against the evidence; ``said`` are the verdicts on the sentences before it.

    It never raises on what a model may write, and a sentence that no check understands is refused.
    """
    shown = sentence.strip()
    evidence = prepare(material, lexicon)
    if len(shown) > _MOST_READ:
        return Verdict(shown[:_MOST_READ], "La phrase n'en finit pas.", ())
    claim = sentence_to_claim(shown, evidence)
    before = tuple(one.sentence for one in said if one.reason is None)
    reason = check_marks(claim, evidence) or check_form(claim, evidence, before)
    for check in (check_values, check_names, check_roles, check_sets):
        reason = reason or check(claim, evidence)
    if reason:
        return Verdict(shown, reason, claim.cited)
    support = find_support(claim, evidence)
    cited = tuple(number for number in claim.cited if number not in support.idle)
    # A citation that says nothing of the sentence is no proof of it: it is not shown.
    return Verdict(_without_marks(shown, support.idle), support.reason, cited, tuple(sorted(support.idle)))


def _without_marks(sentence: str, marks: frozenset[int]) -> str:
    for number in marks:
        sentence = re.sub(rf"\s?\[{number}\](?=\s?\[|[.!?…]*$)|\[{number}\]", "", sentence)
    return sentence


# Beyond this a sentence is refused unread.
_MOST_READ = 2_000
