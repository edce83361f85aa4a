"""The report of a load campaign: what is not held, tables in French, and a picture of it over time."""

from __future__ import annotations

import os
import platform
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from loading.visits import Came, Visit
from loading.watching import Sample

LIBRARIES = ("clsassist", "gradio", "fastapi", "starlette", "uvicorn", "anyio", "tantivy", "onnxruntime", "limits")
# What must hold: the memory of the second half against the second minute's, and the time to stop.
MOST_GROWTH = 0.05
_WARM_SECONDS = 120.0
_MOST_STOP = 10.0
_SLICES = 60


@dataclass(frozen=True, slots=True)
class Heard:
    """One visit under load: when it began, in seconds from the start, how long it took, what came."""

    at: float
    took: float
    visit: Visit
    came: Came


@dataclass(frozen=True, slots=True)
class Update:
    """One change of the corpus while visitors asked."""

    begin: float
    end: float
    said: str


@dataclass(frozen=True, slots=True)
class Campaign:
    """Everything heard and seen."""

    command: str
    corpus: str
    clients: int
    seconds: float
    visits: int
    differing: int
    judged: tuple[int, int]
    heard: tuple[Heard, ...]
    faults: tuple[tuple[Heard, str], ...]
    samples: tuple[Sample, ...]
    idle: Sample | None
    updates: tuple[Update, ...]
    stopped: float
    log_lines: int
    opinions: int

    @property
    def put_off(self) -> tuple[Heard, ...]:
        """Return the visits that were asked to try again."""
        return tuple(one for one in self.heard if one.came.put_off)

    @property
    def answered(self) -> tuple[Heard, ...]:
        """Return the visits that got what they asked for, right or wrong."""
        return tuple(one for one in self.heard if not one.came.put_off and not one.came.failure)


def at(values: Sequence[float], part: float) -> float:
    """Return the value that this part of the others does not exceed, by the nearest rank; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def growth(campaign: Campaign) -> tuple[float, float, float]:
    """Return the server's median memory at the beginning, once warm, and at the end, and how much it grew.

    The beginning is the minute around the second one; the end is the last minute (a fifth of shorter campaigns).
    """
    warm = min(_WARM_SECONDS, campaign.seconds / 5)
    span = min(60.0, campaign.seconds / 5)
    begin = at([one.resident for one in campaign.samples if warm <= one.at < warm + span], 0.5)
    end = at([one.resident for one in campaign.samples if one.at >= campaign.seconds - span], 0.5)
    return begin, end, (end - begin) / begin if begin else 0.0


def shortcomings(campaign: Campaign) -> list[str]:
    """Return what is not held, one French line each."""
    return [*_wrong_answers(campaign), *_leaks(campaign)]


def _wrong_answers(campaign: Campaign) -> Iterator[str]:
    kinds = Counter((one.visit.kind, re.sub(r"\d+", "…", fault)[:200]) for one, fault in campaign.faults)
    for (kind, fault), count in kinds.most_common(20):
        names = [one.visit.name for one, found in campaign.faults if one.visit.kind == kind and fault[:30] in found]
        yield f"{count} × {kind} : {fault}" + (f" (par exemple « {names[0][:120]} »)" if names else "")
    if campaign.put_off:
        yield f"{len(campaign.put_off)} demandes remises à plus tard."
    given = sum(one.visit.kind == "avis" for one in campaign.answered)
    if given and not campaign.opinions:
        yield f"{given} avis donnés, aucun gardé."


def _leaks(campaign: Campaign) -> Iterator[str]:
    grown = growth(campaign)[2]
    if abs(grown) > MOST_GROWTH:
        yield f"Mémoire : {_percent(grown)} entre la deuxième minute et la fin."
    last = campaign.idle
    if last is None:
        yield "Le serveur s'est arrêté de lui-même."
        return
    if last.zombies or any(one.zombies for one in campaign.samples[-10:]):
        yield "Des processus finis ne sont pas relevés."
    if last.children:
        yield f"{last.children} processus restent après la charge."
    if last.lost:
        yield f"Fichiers supprimés encore ouverts : {', '.join(last.lost)}"
    if campaign.stopped > _MOST_STOP:
        yield f"Arrêt en {campaign.stopped:.1f} s."


def _percent(share: float) -> str:
    return f"{share * 100:+.1f}".replace(".", ",") + " %"


def report_to_markdown(campaign: Campaign, output: Path | None) -> str:
    """Return the report, in French; with ``output``, write it there and draw the picture beside it."""
    lines = list(_lines(campaign, f"{output.stem}.png" if output else ""))
    written = "\n".join(lines).rstrip() + "\n"
    if output:
        output.write_text(written, encoding="utf-8")
        draw(campaign, output.with_suffix(".png"))
    return written


def _lines(campaign: Campaign, picture: str) -> Iterator[str]:
    loads = [one.load for one in campaign.samples] or [os.getloadavg()[0]]
    answered = campaign.answered
    yield from (
        "# Charge et endurance",
        "",
        f"Mesuré le {datetime.now().astimezone():%d/%m/%Y à %H h %M} par `{campaign.command}` (ou `make bench-load`).",
        f"Machine : {os.cpu_count()} cœurs {platform.machine()} ({_processor()}), Python {platform.python_version()} ; "
        f"{', '.join(f'{name} {version(name)}' for name in LIBRARIES)}.",
        f"Index : {campaign.corpus}. Le serveur et les {campaign.clients} clients partagent les mêmes cœurs, et la "
        f"machine avec d'autres travaux : charge moyenne de {min(loads):.1f} à {max(loads):.1f} pendant la mesure.",
        "",
        f"{campaign.clients} clients, chacun à son adresse, posent sans pause une demande après l'autre pendant "
        f"{campaign.seconds:.0f} s, réglages par défaut : questions de `eval/questions.yaml` par l'interface pour "
        "programmes, conversations de la page par la file de Gradio (suites, sources ouvertes), pages, fichiers à "
        "emporter, avis. Chaque chose reçue est comparée, en entier, à ce que la même demande donne seule, avant la "
        "charge, dans l'état du corpus que nomme la réponse (`Clsassist-Index`), ou dans l'un des deux, jamais un "
        "mélange.",
        "",
        f"{campaign.visits} demandes différentes, dont {campaign.differing} ne donnent pas la même chose avec et sans "
        f"le document qui va et vient. Seules, {campaign.judged[0]} questions de l'évaluation sur {campaign.judged[1]} "
        "sont répondues comme attendu.",
        "",
        "## Résultats",
        "",
        f"- Demandes : {len(campaign.heard)}, soit {len(answered) / campaign.seconds:.1f} par seconde.",
        f"- Erreurs ou réponses fausses : {len(campaign.faults)}.",
        f"- Remises à plus tard (« réessayez ») : {len(campaign.put_off)}.",
        f"- Avis gardés : {campaign.opinions}. Lignes au journal du serveur : {campaign.log_lines}.",
        f"- Arrêt (SIGTERM) : {campaign.stopped:.1f} s.",
        "",
    )
    yield from _latencies(campaign)
    yield from _resources(campaign)
    yield from ("## Changements du corpus", "", "| quand | durée (s) | quoi |", "|---:|---:|---|")
    yield from (f"| {one.begin:.0f} s | {one.end - one.begin:.1f} | {one.said} |" for one in campaign.updates)
    yield ""
    if picture:
        yield from (f"![Durées, mémoire, fichiers et fils au cours du temps]({picture})", "")
    found = shortcomings(campaign)
    yield from ["Ce qui n'est pas tenu :", "", *(f"- {one}" for one in found)] if found else ["Tout est tenu."]


def _latencies(campaign: Campaign) -> Iterator[str]:
    yield from (
        "Durées en millisecondes, du départ de la demande à la fin de la réponse (une conversation : toutes ses "
        "questions) :",
        "",
        "| demande | nombre | médiane | 95e centile | 99e centile | maximum |",
        "|---|---:|---:|---:|---:|---:|",
    )
    kinds = sorted({one.visit.kind for one in campaign.answered})
    for kind in (*kinds, ""):
        took = [one.took * 1000 for one in campaign.answered if not kind or one.visit.kind == kind]
        if took:
            cells = " | ".join(f"{value:.0f}" for value in (at(took, 0.5), at(took, 0.95), at(took, 0.99), max(took)))
            yield f"| {kind or 'ensemble'} | {len(took)} | {cells} |"
    yield ""


def _resources(campaign: Campaign) -> Iterator[str]:
    begin, end, grown = growth(campaign)
    peak = max((one.tree for one in campaign.samples), default=0)
    most = max((one.resident for one in campaign.samples), default=0)
    own = [one.own for one in campaign.samples if one.own]
    yield from (
        f"Mémoire résidente du serveur : {begin / 1e6:.0f} Mo à la deuxième minute, {end / 1e6:.0f} Mo à la fin "
        f"({_percent(grown)} ; à tenir : ± 5 %), {most / 1e6:.0f} Mo au plus ; "
        f"{peak / 1e6:.0f} Mo au plus avec l'indexation qu'il lance ; "
        f"{own[-1] / 1e6 if own else 0:.0f} Mo à lui seul (USS) à la fin.",
        "",
        "| moment | mémoire (Mo) | fichiers ouverts | fils | processus lancés | finis non relevés "
        "| fichiers supprimés encore ouverts |",
        "|---|---:|---:|---:|---:|---:|---:|",
    )
    step = max(1, len(campaign.samples) // 10)
    for one in campaign.samples[::step]:
        yield _row(f"{one.at:.0f} s", one)
    if campaign.idle:
        yield _row("après la charge", campaign.idle)
    yield ""


def _row(name: str, one: Sample) -> str:
    return (
        f"| {name} | {one.resident / 1e6:.0f} | {one.files} | {one.threads} | {one.children} | {one.zombies} "
        f"| {len(one.lost)} |"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", info.read_text(encoding="utf-8")) if info.exists() else None
    return found.group(1).strip() if found else platform.processor() or "inconnu"


def draw(campaign: Campaign, path: Path) -> None:
    """Draw durations, memory, open files and threads over time."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (top, middle, bottom) = pyplot.subplots(3, 1, figsize=(9, 10), sharex=True, layout="constrained")
    width = campaign.seconds / _SLICES
    slices: list[list[float]] = [[] for _ in range(_SLICES)]
    for one in campaign.answered:
        slices[min(_SLICES - 1, int(one.at / width))].append(one.took * 1000)
    times = [(place + 0.5) * width for place, took in enumerate(slices) if took]
    for part, name in ((0.5, "médiane"), (0.95, "95e centile"), (0.99, "99e centile")):
        top.plot(times, [at(took, part) for took in slices if took], label=name)
    top.set(ylabel="durée (ms)", ylim=(0, None), title=f"{campaign.clients} clients simultanés")
    seen = [one.at for one in campaign.samples]
    middle.plot(seen, [one.resident / 1e6 for one in campaign.samples], label="serveur")
    middle.plot(seen, [one.tree / 1e6 for one in campaign.samples], label="avec l'indexation", linestyle=":")
    middle.set(ylabel="mémoire résidente (Mo)", ylim=(0, None))
    bottom.plot(seen, [one.files for one in campaign.samples], label="fichiers ouverts")
    bottom.plot(seen, [one.threads for one in campaign.samples], label="fils")
    bottom.set(xlabel="secondes", ylim=(0, None))
    for axes in (top, middle, bottom):
        for place, update in enumerate(campaign.updates):
            label = "corpus en train de changer" if not place else None
            axes.axvspan(update.begin, update.end, color="0.88", label=label)
        axes.legend(loc="upper right", fontsize="small")
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
