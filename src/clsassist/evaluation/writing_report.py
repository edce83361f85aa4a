"""The scores of written answers as people read them: on the terminal, and as a Markdown report."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from clsassist.evaluation.citations import Citations
from clsassist.evaluation.hand_check import Fault, HandCheck
from clsassist.evaluation.writing_scores import WritingScores
from clsassist.wording import counted

_COLUMNS = ("réponses", "phrases", "gardées", "retirées", "part gardée", "exacte seule")
_MEANINGS = """
- *phrases* : celles que le modèle a écrites ; *gardées* : celles que les documents prouvent, et que le lecteur voit ;
  *retirées* : les autres.
- *exacte seule* : réponses dont ce qui est écrit ne compte pas, pour la raison dite plus bas.
- *mots par seconde* : mots écrits, gardés ou non, depuis le premier ; *première phrase montrée* : depuis la demande.
- *rappel* et *précision des citations* sont ceux d'ALCE (Gao et al., 2023), sur l'ensemble des phrases. Rappel : part
  des phrases que soutient tout ce qu'elles citent. Précision : part des renvois qui servent : qui soutiennent la phrase
  à eux seuls, ou sans lesquels elle n'est plus soutenue ; ceux d'une phrase non soutenue ne servent pas. Le
  juge est la vérification même des phrases, non un modèle d'inférence : pour les phrases montrées, le rappel vaut 1.
- *contrôle à la main* : phrases de `eval/written/` qu'une personne a jugées, vérifiées à nouveau.
""".strip()


@dataclass(frozen=True, slots=True)
class Run:
    """What was run: how many wordings were asked, how many of their answers are for a model, how many were taken up."""

    model: str
    instructions: str
    context: int
    asked: int
    writable: int
    replayed: int
    command: str
    index: str


def writing_to_text(
    run: Run, groups: Mapping[str, WritingScores], check: HandCheck, *, hidden: frozenset[str] = frozenset()
) -> str:
    """Return the scores as lines; the sentences of the questions ``hidden`` are counted, not shown."""
    total = _last(groups)
    width = max(map(len, groups))
    lines = [*_head_lines(run, total), "", " " * width + "".join(f"{name:>14}" for name in _COLUMNS)]
    for name, scores in groups.items():
        lines.append(f"{name:<{width}}" + "".join(f"{cell:>14}" for cell in _cells(scores)))
    lines += ["", *_pace_lines(total), *_citation_lines(total)]
    for title, counts in _counts(total):
        lines += ["", f"{title} :", *(f"  {number} × {reason}" for reason, number in counts.items())]
    lines += ["", *_check_lines(check), *_fault_lines(check, hidden)]
    return "\n".join(lines)


def write_writing_report(
    folder: Path,
    run: Run,
    groups: Mapping[str, WritingScores],
    check: HandCheck,
    *,
    hidden: frozenset[str] = frozenset(),
    plain: bool = False,
) -> Path:
    """Write generation.md, generation-clair.md when ``plain``, into a folder, made if absent; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("generation-clair.md" if plain else "generation.md")
    path.write_text(_markdown(run, groups, check, hidden), encoding="utf-8")
    return path


def _markdown(run: Run, groups: Mapping[str, WritingScores], check: HandCheck, hidden: frozenset[str]) -> str:
    total = _last(groups)
    lines = [
        "# Réponses rédigées par un modèle",
        "",
        f"Mesuré le {date.today():%d/%m/%Y} sur l'index « {run.index} » par `{run.command}`.",
        f"Machine : {os.cpu_count()} cœurs {platform.machine()}, Python {platform.python_version()}, "
        f"clsassist {version('clsassist')}.",
        *_head_lines(run, total),
        "",
        "| | " + " | ".join(_COLUMNS) + " |",
        "|---|" + "---:|" * len(_COLUMNS),
        *(f"| {name} | {' | '.join(_cells(scores))} |" for name, scores in groups.items()),
        "",
        *(f"- {line}" for line in (*_pace_lines(total), *_citation_lines(total))),
    ]
    for title, counts in _counts(total):
        lines += ["", f"## {title}", "", "| raison | nombre |", "|---|---:|"]
        lines += [f"| {reason.replace('|', '/')} | {number} |" for reason, number in counts.items()]
    lines += ["", "## Contrôle à la main", "", *_check_lines(check)]
    if faults := list(_fault_lines(check, hidden)):
        lines += ["", *(f"- {line}" for line in faults)]
    return "\n".join([*lines, "", "## Ce que les mots veulent dire", "", _MEANINGS]) + "\n"


def _last(groups: Mapping[str, WritingScores]) -> WritingScores:
    """Return the scores of all the answers: the last group."""
    return list(groups.values())[-1]


def _head_lines(run: Run, total: WritingScores) -> Iterator[str]:
    yield f"Modèle « {run.model} », consignes {run.instructions}, contexte de {run.context} tokens."
    again = f" (reprises d'une exécution antérieure : {run.replayed})" if run.replayed else ""
    yield (
        f"{counted(run.asked, 'question posée', 'questions posées')}, {run.writable} dont la réponse se rédige, "
        f"{counted(total.answers, 'réponse rédigée', 'réponses rédigées')}{again}."
    )


def _cells(scores: WritingScores) -> tuple[str, ...]:
    written = scores.kept + scores.removed
    numbers = (scores.answers, written, scores.kept, scores.removed)
    return (*map(str, numbers), _share(scores.share_kept), str(sum(scores.alone.values())))


def _pace_lines(scores: WritingScores) -> Iterator[str]:
    yield f"Mots par seconde : {_decimal(scores.words_per_second, 1)}."
    yield f"Premier mot : {_seconds(scores.first_word)}."
    yield f"Première phrase montrée : {_seconds(scores.first_shown)}."


def _citation_lines(scores: WritingScores) -> Iterator[str]:
    for name, counts in (("toutes les phrases écrites", scores.written), ("phrases montrées", scores.shown)):
        yield f"Citations, {name} : {_citations(counts)}."


def _citations(counts: Citations) -> str:
    recall = f"rappel {_share(counts.recall)} ({counts.supported} sur {counts.sentences})"
    return f"{recall}, précision {_share(counts.precision)} ({counts.precise} sur {counts.citations})"


def _counts(scores: WritingScores) -> Iterator[tuple[str, Mapping[str, int]]]:
    titles = (
        ("Pourquoi la réponse exacte reste seule", scores.alone),
        ("Échecs du modèle", scores.failures),
        ("Pourquoi des phrases sont retirées", scores.reasons),
    )
    yield from ((title, counts) for title, counts in titles if counts)


def _check_lines(check: HandCheck) -> Iterator[str]:
    yield f"Phrases que montre cette exécution : {check.run_shown} ; jugées à la main : {check.run_judged}."
    if check.checked:
        yield (
            f"Phrases jugées et vérifiées à nouveau : {check.checked} ; montrées à bon droit : {check.shown}, "
            f"retirées à bon droit : {check.removed}, "
            f"non soutenues mais montrées : {len(check.false_shown)} (il en faut 0), "
            f"retirées à tort : {len(check.wrongly_removed)}."
        )
    else:
        yield "Aucune phrase jugée à la main ne peut être vérifiée."
    if check.stale:
        yield f"Phrases jugées dont les extraits ne sont plus ceux de l'index : {check.stale}."
    if check.waiting:
        yield f"Phrases qui attendent un jugement : {check.waiting}."


def _fault_lines(check: HandCheck, hidden: frozenset[str]) -> Iterator[str]:
    kinds = (("Non soutenue mais montrée", check.false_shown), ("Retirée à tort", check.wrongly_removed))
    faults: list[tuple[str, Fault]] = [(kind, fault) for kind, held in kinds for fault in held]
    for kind, fault in faults:
        if fault.id not in hidden:
            yield f"✗ {kind} : {fault.id}, {fault.said} — {fault.detail}"
    if kept := sum(fault.id in hidden for _, fault in faults):
        yield f"Fautes de questions réservées : {kept} (--held pour les voir)."


def _share(value: float | None) -> str:
    return _decimal(value, 3)


def _decimal(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}".replace(".", ",")


def _seconds(times: tuple[float, float] | None) -> str:
    if times is None:
        return "jamais"
    return f"médiane {_decimal(times[0], 1)} s, 95e centile {_decimal(times[1], 1)} s"
