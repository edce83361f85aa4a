"""Every question asked, its verdicts, the means by kind, and the scores that must not fall."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from clsassist.errors import ConfigurationError
from clsassist.evaluation.cases import Case, read_yaml
from clsassist.evaluation.judging import SCORE_NAMES, Expected, Scores, Verdict, judge, mean
from clsassist.records import Answer

if TYPE_CHECKING:
    from clsassist.assistant import Assistant

# Where the lower the better.
LOWER_IS_BETTER = frozenset({"wrong"})
TOTAL, SEEN, HELD = "total", "seen", "held"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One question asked in all its phrasings: mean scores, and the faults of each phrasing."""

    case: Case
    scores: Scores
    faults: tuple[tuple[str, str], ...]
    elapsed_ms: tuple[float, ...]


Progress = Callable[[int, int], None]


def run_cases(
    assistant: Assistant, cases: Sequence[Case], progress: Progress = lambda done, total: None
) -> tuple[CaseResult, ...]:
    """Ask every question in every phrasing, each in a conversation of its own.

    Raises ConfigurationError when a reference of a case names no action.
    """
    texts = {document.path: document.text for document in assistant.documents()}
    expected = [Expected.of(case, assistant) for case in cases]
    if cases:
        # The first question pays for opening files and loading the model: it is not one of those timed.
        converse(assistant, cases[0].question, cases[0].before)
    results = []
    for place, one in enumerate(expected):
        answers = [(wording, converse(assistant, wording, one.case.before)) for wording in one.case.wordings]
        results.append(_result(one, answers, texts))
        progress(place + 1, len(cases))
    return tuple(results)


def converse(assistant: Assistant, question: str, before: Iterable[str]) -> Answer:
    """Return the answer to a question asked after others, in a conversation of its own."""
    previous: tuple[Answer, ...] = ()
    for earlier in before:
        previous = (*previous, assistant.ask(earlier, previous))
    return assistant.ask(question, previous)


def _result(expected: Expected, answers: Sequence[tuple[str, Answer]], texts: dict[str, str]) -> CaseResult:
    verdicts = [judge(answer, expected, texts) for _, answer in answers]
    scores = mean_scores([verdict.scores for verdict in verdicts])
    faults = tuple(
        (wording, fault) for (wording, _), verdict in zip(answers, verdicts, strict=True) for fault in verdict.faults
    )
    times = tuple(verdict.elapsed_ms for verdict in verdicts)
    return CaseResult(expected.case, replace(scores, stability=_stability(verdicts)), faults, times)


def _stability(verdicts: Sequence[Verdict]) -> float | None:
    first, *others = verdicts
    same = [float((one.status, one.found) == (first.status, first.found)) for one in others]
    return mean(same)


def mean_scores(scores: Sequence[Scores]) -> Scores:
    """Return the mean of each score over those that judge it."""
    return Scores(**{name: mean(getattr(one, name) for one in scores) for name in SCORE_NAMES})


def group_results(results: Sequence[CaseResult]) -> dict[str, list[CaseResult]]:
    """Group the results by kind of question, then those seen and held, then all of them."""
    kinds = dict.fromkeys(result.case.kind for result in results)
    groups = {kind: [result for result in results if result.case.kind == kind] for kind in kinds}
    held = [result for result in results if result.case.held]
    groups[SEEN] = [result for result in results if not result.case.held]
    return {**groups, **({HELD: held} if held else {}), TOTAL: list(results)}


def group_scores(results: Sequence[CaseResult]) -> dict[str, Scores]:
    """Return the mean scores of each group."""
    return {name: mean_scores([result.scores for result in group]) for name, group in group_results(results).items()}


def latency(results: Sequence[CaseResult]) -> tuple[float, float]:
    """Return the median and the 95th percentile of the time of an answer, in milliseconds."""
    times = sorted(time for result in results for time in result.elapsed_ms)
    if len(times) < 2:
        return (times[0], times[0]) if times else (0.0, 0.0)
    cuts = quantiles(times, n=20, method="inclusive")
    return cuts[9], cuts[18]


def load_thresholds(path: Path) -> dict[str, dict[str, float]]:
    """Read the scores to keep, by group then by score.

    Raises ConfigurationError when the file is absent or names an unknown score.
    """
    thresholds: dict[str, dict[str, float]] = read_yaml(path)
    unknown = {name for scores in thresholds.values() for name in scores} - {*SCORE_NAMES, "p95_ms"}
    if unknown:
        named = f"« {path} » nomme des scores inconnus : {', '.join(sorted(unknown))}."
        raise ConfigurationError(f"{named} Choisissez parmi {', '.join((*SCORE_NAMES, 'p95_ms'))}.")
    return thresholds


def find_shortfalls(results: Sequence[CaseResult], thresholds: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return a French sentence for every score on the wrong side of its threshold."""
    scores = group_scores(results)
    shortfalls = []
    for group, limits in thresholds.items():
        for name, limit in limits.items():
            value = latency(results)[1] if name == "p95_ms" else getattr(scores.get(group, Scores()), name)
            upper = name in LOWER_IS_BETTER or name == "p95_ms"
            if value is None or (value > limit + 1e-9 if upper else value < limit - 1e-9):
                found = "non mesuré" if value is None else f"{value:.3f}"
                bound = "au plus" if upper else "au moins"
                shortfalls.append(f"{group} › {name} : {found}, il faut {bound} {limit:.3f}.")
    return shortfalls
