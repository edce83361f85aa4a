"""Scores as people read them: a table on the terminal, a Markdown report, and a picture."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from clsassist.evaluation.judging import SCORE_NAMES, Scores
from clsassist.evaluation.scores import CaseResult, group_results, group_scores, latency

# What each score is called in reports.
SCORE_LABELS = {
    "status": "statut",
    "exact_set": "ens. exact",
    "precision": "précision",
    "recall": "rappel",
    "facts": "champs",
    "count": "nombre",
    "citations": "citations",
    "proof": "preuve",
    "answered": "répondu",
    "near_miss": "refus proche",
    "out_of_scope": "refus hors s.",
    "wrong": "trompeur",
    "stability": "stabilité",
}
_MEANINGS = """
- *ens. exact* : part des questions dont l'ensemble d'actions est exactement le bon ; *précision*, *rappel* : du même
  ensemble.
- *champs* : faits attendus qui sont dits, champ attendu qui est cité ; *nombre* : le nombre juste dit d'abord.
- *citations* : part des citations qui sont, à leur position, le texte même du document.
- *preuve* : part des faits attendus dans une citation qui y sont.
- *répondu* : part des questions auxquelles le corpus répond qui ont une réponse.
- *refus proche*, *refus hors s.* : part des questions sans réponse qui sont refusées, qu'elles ressemblent au
  sujet ou y soient étrangères.
- *trompeur* : part des réponses qui tromperaient le lecteur (ensemble faux, fait faux, réponse là où il n'y en a pas) ;
  le plus bas est le meilleur.
- *stabilité* : part des autres formulations qui reçoivent la même réponse que la première.
""".strip()


def results_to_text(results: Sequence[CaseResult], *, show_held: bool = False) -> str:
    """Return the table of scores by kind, the latency, then what is wrong in each failed question.

    Faults of held questions stay hidden unless ``show_held``: nobody should mend an answer by looking at them.
    """
    scores, groups = group_scores(results), group_results(results)
    width = max(map(len, groups))
    lines = [" " * width + f"{'n':>5}" + "".join(f"{SCORE_LABELS[name]:>14}" for name in SCORE_NAMES)]
    for name, values in scores.items():
        cells = "".join(f"{_cell(getattr(values, score)):>14}" for score in SCORE_NAMES)
        lines.append(f"{name:<{width}}{len(groups[name]):>5}{cells}")
    median, slow = latency(results)
    lines.append(f"Temps d'une réponse : médiane {median:.0f} ms, 95e centile {slow:.0f} ms.")
    lines += list(_fault_lines(results, show_held=show_held))
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _fault_lines(results: Sequence[CaseResult], *, show_held: bool) -> Iterator[str]:
    for result in results:
        if result.faults and (show_held or not result.case.held):
            yield from (f"✗ {result.case.id} « {wording} » : {fault}" for wording, fault in result.faults)
    hidden = sum(1 for result in results if result.faults and result.case.held)
    if hidden and not show_held:
        yield f"{hidden} questions réservées ont un défaut (--held pour les voir)."


def write_report(
    folder: Path, results: Sequence[CaseResult], peers: dict[str, Scores], command: str, index_name: str
) -> Path:
    """Write evaluation.md and evaluation.png into a folder, made if absent; returns the path of the report."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "evaluation.md"
    path.write_text(_markdown(results, peers, command, index_name), encoding="utf-8")
    draw_scores(folder / "evaluation.png", group_scores(results), peers)
    return path


def _markdown(results: Sequence[CaseResult], peers: dict[str, Scores], command: str, index_name: str) -> str:
    scores, groups = group_scores(results), group_results(results)
    asked = sum(len(result.case.wordings) for result in results)
    median, slow = latency(results)
    lines = [
        "# Évaluation des réponses",
        "",
        f"{len(results)} questions en {asked} formulations, posées le {date.today():%d/%m/%Y} à l'index "
        f"« {index_name} » par `{command}`.",
        f"Machine : {os.cpu_count()} cœurs {platform.machine()}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in ("clsassist", "chromadb", "llama-index-core"))
        + ".",
        f"Temps d'une réponse, modèle chargé : médiane {median:.0f} ms, 95e centile {slow:.0f} ms.",
        "",
        "![Scores](evaluation.png)",
        "",
        *_table({name: (len(groups[name]), values) for name, values in scores.items()}),
        "",
        _MEANINGS,
    ]
    if peers:
        lines += ["", "## Un pair, dans la même exécution", ""]
        lines += [
            "llama-index et Chroma au plus simple, avec le même modèle d'embeddings : textes coupés par "
            "`SentenceSplitter` à ses valeurs par défaut, actions des 4 ou 10 passages les plus proches.",
            "",
            *_table({name: (len(results), values) for name, values in peers.items()}),
        ]
    faults = list(_fault_lines(results, show_held=False))
    lines += ["", "## Ce qui est faux", "", *(f"- {line}" for line in faults)] if faults else []
    return "\n".join(lines) + "\n"


def _table(rows: dict[str, tuple[int, Scores]]) -> list[str]:
    """Return a Markdown table, without the columns that no row measures."""
    names = [name for name in SCORE_NAMES if any(getattr(values, name) is not None for _, values in rows.values())]
    lines = ["| | n | " + " | ".join(SCORE_LABELS[name] for name in names) + " |", "|---|" + "---:|" * (len(names) + 1)]
    for row, (count, values) in rows.items():
        cells = " | ".join(_cell(getattr(values, name)) for name in names)
        lines.append(f"| {row} | {count} | {cells} |")
    return lines


def draw_scores(path: Path, scores: dict[str, Scores], peers: dict[str, Scores]) -> None:
    """Draw the share of exact sets, facts and refusals by group, the peers beside the total, as a PNG picture."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    drawn = ("exact_set", "facts", "near_miss", "out_of_scope")
    rows = {**scores, **peers}
    figure, axes = pyplot.subplots(figsize=(9, 0.55 * len(rows) + 1.5))
    for shift, name in enumerate(drawn):
        places = [place + 0.2 * shift for place in range(len(rows))]
        values = [getattr(values, name) or 0.0 for values in rows.values()]
        axes.barh(places, values, height=0.18, label=SCORE_LABELS[name])
    axes.set_yticks([place + 0.3 for place in range(len(rows))], list(rows))
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(drawn), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
