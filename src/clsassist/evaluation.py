"""Questions with known answers, asked through the assistant, and the scores that must not fall."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import fmean
from typing import Any

import yaml

from clsassist.assistant import Assistant
from clsassist.errors import ConfigurationError
from clsassist.records import Action, Answer, AnswerStatus
from clsassist.text import fold, squeeze

_CITATION_MARK = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Case:
    """One question and what a right answer holds.

    ``actions`` are references (see ``resolve``), exactly those of the answer; None when the set is not
    judged. ``optional`` are actions that a reader would accept or do without. Each of ``facts`` must be a
    whole word or words of the text or of a quote, none of ``forbidden`` may be.
    """

    id: str
    kind: str
    question: str
    status: AnswerStatus
    actions: tuple[str, ...] | None = None
    optional: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares between 0 and 1; None where no question of the kind judges it."""

    status: float | None
    exact_set: float | None
    precision: float | None
    recall: float | None
    facts: float | None
    citations: float | None
    refusals: float | None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One question asked: its scores, and in French what is wrong."""

    case: Case
    scores: Scores
    faults: tuple[str, ...]


def load_cases(path: Path) -> tuple[Case, ...]:
    """Read the questions.

    Raises ConfigurationError when the file is absent or a question is badly written.
    """
    entries = _read_yaml(path)
    try:
        return tuple(_entry_to_case(entry) for entry in entries)
    except (TypeError, KeyError, ValueError) as error:
        message = f"« {path} » contient une question mal écrite ({error}). Corrigez-la, puis recommencez."
        raise ConfigurationError(message) from error


def load_thresholds(path: Path) -> dict[str, dict[str, float]]:
    """Read the lowest score accepted, by kind of question then by score.

    Raises ConfigurationError when the file is absent or names an unknown score.
    """
    thresholds: dict[str, dict[str, float]] = _read_yaml(path)
    known = {field.name for field in fields(Scores)}
    unknown = {name for scores in thresholds.values() for name in scores} - known
    if unknown:
        named = f"« {path} » nomme des scores inconnus : {', '.join(sorted(unknown))}."
        raise ConfigurationError(f"{named} Choisissez parmi {', '.join(sorted(known))}.")
    return thresholds


def run_cases(assistant: Assistant, cases: Iterable[Case]) -> tuple[CaseResult, ...]:
    """Ask every question, each in a conversation of its own."""
    return tuple(_judge(assistant, case, assistant.ask(case.question)) for case in cases)


def mean_scores(results: Sequence[CaseResult]) -> Scores:
    """Return the mean of each score over the questions that judge it."""
    columns = [[getattr(result.scores, field.name) for result in results] for field in fields(Scores)]
    return Scores(*(_mean(column) for column in columns))


def results_by_kind(results: Sequence[CaseResult]) -> dict[str, list[CaseResult]]:
    """Group the results by kind of question, then all of them under « total »."""
    kinds = dict.fromkeys(result.case.kind for result in results)
    grouped = {kind: [result for result in results if result.case.kind == kind] for kind in kinds}
    return {**grouped, "total": list(results)}


def find_shortfalls(results: Sequence[CaseResult], thresholds: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return a French sentence for every score under its threshold."""
    grouped = results_by_kind(results)
    shortfalls = []
    for kind, minima in thresholds.items():
        scores = asdict(mean_scores(grouped.get(kind, [])))
        for name, minimum in minima.items():
            value = scores[name]
            if value is None or value < minimum - 1e-9:
                found = "non mesuré" if value is None else f"{value:.3f}"
                shortfalls.append(f"{kind} › {name} : {found}, il faut au moins {minimum:.3f}.")
    return shortfalls


def results_to_text(results: Sequence[CaseResult]) -> str:
    """Return the table of scores by kind, then what is wrong in each failed question."""
    names = [field.name for field in fields(Scores)]
    lines = [f"{'':<16}{'questions':>10}" + "".join(f"{name:>11}" for name in names)]
    for kind, group in results_by_kind(results).items():
        values = asdict(mean_scores(group)).values()
        cells = "".join(f"{'–' if value is None else format(value, '.3f'):>11}" for value in values)
        lines.append(f"{kind:<16}{len(group):>10}{cells}")
    for result in results:
        lines += [f"✗ {result.case.id} « {result.case.question} » : {fault}" for fault in result.faults]
    return "\n".join(lines)


def resolve(references: Iterable[str], assistant: Assistant) -> frozenset[str]:
    """Return the ids of the actions that the references name.

    A reference is an id, a document (all its actions), or ``document#rest`` where the rest is a fiche number
    or the beginning of a title. Raises ConfigurationError when one names nothing.
    """
    return frozenset(found for reference in references for found in _resolve_one(reference, assistant))


def _resolve_one(reference: str, assistant: Assistant) -> list[str]:
    path, _, rest = reference.partition("#")
    documents = {document.id for document in assistant.documents() if document.path == path}
    found = [
        action.id
        for action in assistant.actions()
        if reference == action.id or (action.document_id in documents and _answers_to(action, rest))
    ]
    if not found:
        message = f"« {reference} » ne désigne aucune action de l'index. Corrigez les questions ou réindexez."
        raise ConfigurationError(message)
    return found


def _answers_to(action: Action, rest: str) -> bool:
    titled = not rest.isdigit() and fold(action.title).startswith(fold(rest))
    return titled or action.number == rest


def _judge(assistant: Assistant, case: Case, answer: Answer) -> CaseResult:
    expected = None if case.actions is None else resolve(case.actions, assistant)
    optional = resolve(case.optional, assistant)
    found = frozenset(action.id for action in answer.actions) - (optional - (expected or frozenset()))
    wrong_facts = _find_wrong_facts(case, answer)
    false_quotes = _find_false_quotes(assistant, answer)
    scores = Scores(
        float(answer.status is case.status),
        *_score_set(expected, found),
        _share_right(len(wrong_facts), len(case.facts) + len(case.forbidden)),
        _share_right(len(false_quotes), len(answer.citations)),
        float(answer.status is AnswerStatus.NOT_FOUND),
    )
    faults = [] if answer.status is case.status else [f"{answer.status} au lieu de {case.status}"]
    if expected is not None:
        faults += [f"il manque {action}" for action in sorted(expected - found)]
        faults += [f"{action} est en trop" for action in sorted(found - expected)]
    return CaseResult(case, scores, (*faults, *wrong_facts, *false_quotes))


def _score_set(
    expected: frozenset[str] | None, found: frozenset[str]
) -> tuple[float | None, float | None, float | None]:
    # Exact set, precision, recall. Naming nothing is never imprecise; asking for nothing is always complete.
    if expected is None:
        return None, None, None
    right = len(expected & found)
    precision = right / len(found) if found else 1.0
    recall = right / len(expected) if expected else 1.0
    return float(expected == found), precision, recall


def _find_wrong_facts(case: Case, answer: Answer) -> tuple[str, ...]:
    text = _CITATION_MARK.sub("", answer.text)
    said = _normalise("\n".join((text, *(cited.quote for cited in answer.citations))))
    missing = (f"« {fact} » n'est pas dit" for fact in case.facts if not _says(said, fact))
    present = (f"« {fact} » ne devait pas être dit" for fact in case.forbidden if _says(said, fact))
    return (*missing, *present)


def _find_false_quotes(assistant: Assistant, answer: Answer) -> tuple[str, ...]:
    texts = {document.path: document.text for document in assistant.documents()}
    return tuple(
        f"la citation [{cited.number}] n'est pas le texte de « {cited.document} »"
        for cited in answer.citations
        if cited.span.of(texts.get(cited.document, "")) != cited.quote
    )


def _says(said: str, fact: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(_normalise(fact))}(?!\w)", said) is not None


def _normalise(text: str) -> str:
    return squeeze(fold(text))


def _share_right(wrong: int, total: int) -> float | None:
    return 1 - wrong / total if total else None


def _mean(values: Iterable[float | None]) -> float | None:
    judged = [value for value in values if value is not None]
    return fmean(judged) if judged else None


def _read_yaml(path: Path) -> Any:  # noqa: ANN401 (what YAML holds is checked by each caller)
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        message = f"« {path} » n'a pas pu être lu ({error}). Donnez un fichier YAML existant."
        raise ConfigurationError(message) from error


def _entry_to_case(entry: Mapping[str, Any]) -> Case:
    # An unknown key or a missing one is a TypeError of the constructor, an unknown status a ValueError.
    values: dict[str, Any] = {
        name: tuple(map(str, value)) if isinstance(value, list) else value for name, value in entry.items()
    }
    values["status"] = AnswerStatus(entry["status"])
    return Case(**values)
