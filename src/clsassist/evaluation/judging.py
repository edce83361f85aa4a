"""One answer against what a right one holds: a verdict with its scores, and in French what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from clsassist.evaluation.cases import Case, resolve
from clsassist.records import Answer, AnswerStatus
from clsassist.text import fold, squeeze

if TYPE_CHECKING:
    from clsassist.assistant import Assistant

_CITATION_MARK = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares between 0 and 1; None where nothing judges it.

    ``precision`` and ``recall`` are those of the set. ``facts`` counts facts said, fields cited and forbidden words
    not said; ``count`` whether the number is said. ``citations`` is the share of quotes that are their document's own
    text; ``proof`` the share of facts asked for inside quotes that are found there (citation precision). ``answered``
    judges answerable questions only, ``near_miss`` and ``out_of_scope`` the refusals; ``wrong`` is 1 when the answer
    would mislead: a wrong set, a forbidden fact, an answer where there is none. ``stability`` is the share of
    phrasings answered as the first one.
    """

    status: float | None = None
    exact_set: float | None = None
    precision: float | None = None
    recall: float | None = None
    facts: float | None = None
    count: float | None = None
    citations: float | None = None
    proof: float | None = None
    answered: float | None = None
    near_miss: float | None = None
    out_of_scope: float | None = None
    wrong: float | None = None
    stability: float | None = None


SCORE_NAMES = tuple(field.name for field in fields(Scores))


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer is judged by, with the references resolved; None when the set is not judged."""

    case: Case
    actions: frozenset[str] | None
    optional: frozenset[str]

    @staticmethod
    def of(case: Case, assistant: Assistant) -> Expected:
        """Resolve the references of a case; raises ConfigurationError when one names nothing."""
        actions = None if case.actions is None else resolve(case.actions, assistant)
        if case.unanswerable and actions is None:
            actions = frozenset()
        return Expected(case, actions, resolve(case.optional, assistant))


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer judged: its scores, what is wrong with it, and the set it asserts without the optional actions."""

    scores: Scores
    faults: tuple[str, ...]
    status: AnswerStatus
    found: frozenset[str]
    elapsed_ms: float


def judge(answer: Answer, expected: Expected, texts: dict[str, str]) -> Verdict:
    """Compare an answer with what is expected; ``texts`` gives the text of each document by its path."""
    case = expected.case
    found = frozenset(action.id for action in answer.actions) - (expected.optional - (expected.actions or frozenset()))
    wrong_facts = (*_missing_facts(case, answer), *_missing_fields(case, answer))
    forbidden = tuple(_forbidden_facts(case, answer))
    wrong_count = tuple(_wrong_count(case, answer))
    unproved = tuple(_unproved_facts(case, answer))
    false_quotes = tuple(_false_quotes(answer, texts))
    set_faults = tuple(_set_faults(expected, found))
    exact, precision, recall = _set_scores(expected.actions, found)
    refused = answer.status is not AnswerStatus.ANSWERED
    misleads = bool(forbidden) or (not refused and (bool(case.unanswerable) or exact == 0))
    scores = Scores(
        status=float(answer.status is case.status),
        exact_set=exact,
        precision=precision,
        recall=recall,
        facts=_share_right(len(wrong_facts) + len(forbidden), _judged_facts(case)),
        count=None if case.count is None else float(not wrong_count),
        citations=_share_right(len(false_quotes), len(answer.citations)),
        proof=_share_right(len(unproved), len(case.quoted)),
        answered=None if case.unanswerable else float(answer.status is not AnswerStatus.NOT_FOUND),
        near_miss=float(refused) if case.unanswerable == "near_miss" else None,
        out_of_scope=float(refused) if case.unanswerable == "out_of_scope" else None,
        wrong=float(misleads),
    )
    status = () if answer.status is case.status else (f"{answer.status} au lieu de {case.status}",)
    faults = (*status, *set_faults, *wrong_facts, *forbidden, *wrong_count, *unproved, *false_quotes)
    return Verdict(scores, faults, answer.status, found, answer.elapsed_ms)


def _judged_facts(case: Case) -> int:
    return len(case.facts) + len(case.forbidden) + (1 if case.fields else 0)


def _set_scores(
    expected: frozenset[str] | None, found: frozenset[str]
) -> tuple[float | None, float | None, float | None]:
    """Return exact set, precision and recall; naming nothing is never imprecise, asking for nothing is complete."""
    if expected is None:
        return None, None, None
    right = len(expected & found)
    precision = right / len(found) if found else 1.0
    recall = right / len(expected) if expected else 1.0
    return float(expected == found), precision, recall


def _set_faults(expected: Expected, found: frozenset[str]) -> Iterator[str]:
    if expected.actions is not None:
        yield from (f"il manque {action}" for action in sorted(expected.actions - found))
        yield from (f"{action} est en trop" for action in sorted(found - expected.actions))


def _said(answer: Answer) -> str:
    text = _CITATION_MARK.sub("", answer.text)
    return normalise("\n".join((text, _quotes(answer))))


def _quotes(answer: Answer) -> str:
    return "\n".join(cited.quote for cited in answer.citations)


def _missing_facts(case: Case, answer: Answer) -> Iterator[str]:
    said = _said(answer) if case.facts else ""
    yield from (f"« {fact} » n'est pas dit" for fact in case.facts if not says_fact(said, fact))


def _missing_fields(case: Case, answer: Answer) -> Iterator[str]:
    cited = {citation.field_key for citation in answer.citations}
    if case.fields and not cited & set(case.fields):
        yield f"aucune citation du champ {' ou '.join(case.fields)}"


def _forbidden_facts(case: Case, answer: Answer) -> Iterator[str]:
    said = _said(answer) if case.forbidden else ""
    yield from (f"« {fact} » ne devait pas être dit" for fact in case.forbidden if says_fact(said, fact))


def _wrong_count(case: Case, answer: Answer) -> Iterator[str]:
    """Yield a fault when the number is not said at the beginning, where a reader looks for it."""
    head = normalise(" ".join(answer.text.split("\n")[:3]))
    if case.count is not None and not says_fact(head, str(case.count)):
        yield f"le nombre {case.count} n'est pas dit d'abord"


def _unproved_facts(case: Case, answer: Answer) -> Iterator[str]:
    quotes = normalise(_quotes(answer)) if case.quoted else ""
    yield from (f"« {fact} » n'est dans aucune citation" for fact in case.quoted if not says_fact(quotes, fact))


def _false_quotes(answer: Answer, texts: dict[str, str]) -> Iterator[str]:
    yield from (
        f"la citation [{cited.number}] n'est pas le texte de « {cited.document} »"
        for cited in answer.citations
        if cited.span.of(texts.get(cited.document, "")) != cited.quote
    )


def says_fact(said: str, fact: str) -> bool:
    """Say whether a normalised text holds a fact as whole words."""
    return re.search(rf"(?<!\w){re.escape(normalise(fact))}(?!\w)", said) is not None


def normalise(text: str) -> str:
    """Bring a text to the form in which facts are compared: no accents, no case, single spaces, plain apostrophes."""
    return squeeze(fold(text))


def _share_right(wrong: int, total: int) -> float | None:
    return 1 - wrong / total if total else None


def mean(values: Iterable[float | None]) -> float | None:
    """Return the mean of the values that are judged, None when none is."""
    judged = [value for value in values if value is not None]
    return sum(judged) / len(judged) if judged else None
