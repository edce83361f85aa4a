"""Growth: time and memory of indexing and asking against the number of fiches, every exact answer checked."""

from __future__ import annotations

import json
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.asking import Warm, measure_served
from bench.indexing import as_json, folder_bytes
from bench.measuring import Run, at, run_clsassist
from bench.report import Target, measure, number, table, targets_table
from bench.worker import run_worker
from many_fiches.writing import write_corpus

# Where the vectors of an index are kept between its builds.
_CACHE = Path("cache")
_SAMPLE = 600
_DIMENSION_BYTES = 4 * 384
# The peer embeds everything again at each build: beyond, it would take hours.
_PEER_MOST = 100

MOST_P95_S, MOST_UNCHANGED_S, MOST_CHANGED_S, MOST_RESIDENT, MOST_OVERHEAD = 0.060, 20.0, 15.0, 1.5e9, 0.25


def measure_growth(sizes: Sequence[int], work: Path, peer: Path | None) -> list[dict[str, Any]]:
    """Measure each size in turn; vectors already met at a smaller size are not computed again."""
    found = []
    cache: Path | None = None
    for size in sizes:
        found.append(_measure_size(size, work, cache, peer if size <= _PEER_MOST else None))
        cache = work / f"index-{size}" / _CACHE
    return found


def _measure_size(size: int, work: Path, cache: Path | None, peer: Path | None) -> dict[str, Any]:
    corpus, index_dir = work / f"fiches-{size}", work / f"index-{size}"
    written = write_corpus(size, corpus)
    shutil.rmtree(index_dir, ignore_errors=True)
    print(f"{size} fiches : indexation…", flush=True)
    if cache:
        shutil.copytree(cache, index_dir / _CACHE)
    found: dict[str, Any] = {"fiches": written.fiches, "documents": written.papers}
    found["corpus_bytes"] = folder_bytes(corpus)
    found["first"] = as_json(run_clsassist("index", corpus, "--index-dir", index_dir))
    found["embedding"], _ = run_worker("embed", paths=[str(corpus)], most=_SAMPLE)
    found["rebuilt"] = as_json(_rebuild(corpus, index_dir))
    found["index_bytes"] = folder_bytes(index_dir)
    found["unchanged"] = as_json(run_clsassist("index", corpus, "--index-dir", index_dir))
    # Each change is then undone: a document removed comes back as an added one.
    for update, name in (("change", "change"), (None, "changed_back"), ("remove", "remove"), (None, "add")):
        write_corpus(size, corpus, update=update)
        found[name] = as_json(run_clsassist("index", corpus, "--index-dir", index_dir))
    print(f"{size} fiches : questions…", flush=True)
    known = json.loads(written.answers.read_text(encoding="utf-8"))["questions"]
    questions = [one["question"] for one in known]
    found["asking"], _ = run_worker("ask", index=str(index_dir), questions=questions, known=known)
    found["served"] = measure_served(index_dir, questions)
    found["cold"] = as_json(run_clsassist("ask", questions[0], "--index-dir", index_dir))
    if peer:
        store = work / f"peer-{size}"
        shutil.rmtree(store, ignore_errors=True)
        built, run = run_worker("peer_build", paths=[str(corpus)], model=str(peer), folder=str(store))
        asked, asked_run = run_worker("peer_ask", model=str(peer), folder=str(store), questions=questions[::2])
        found["peer"] = {**built, "run": as_json(run), "asking": asked, "peak": asked_run.peak}
    return found


def _rebuild(corpus: Path, index_dir: Path) -> Run:
    """Build a new index from the vectors of another: what indexing costs beside embedding."""
    again = index_dir.with_name(f"{index_dir.name}-again")
    shutil.rmtree(again, ignore_errors=True)
    shutil.copytree(index_dir / _CACHE, again / _CACHE)
    run = run_clsassist("index", corpus, "--index-dir", again)
    shutil.rmtree(again)
    return run


def growth_faults(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return every answer that is not the known one."""
    return [
        f"{size['fiches']} fiches : « {question} » : {fault}"
        for size in found
        for question, fault in size["asking"]["faults"]
    ]


def growth_targets(found: Sequence[dict[str, Any]], limits: dict[str, float]) -> list[Target]:
    """Compare the largest size with what is to be held at ten thousand fiches."""
    size = found[-1]
    passages, warm = size["embedding"]["passages"], Warm.of(size["asking"])
    embedding = statistics.median(warm.embedded)
    # An exact search reads every vector once.
    scan = passages * _DIMENSION_BYTES / limits["memory_bytes_per_s"]
    read = size["corpus_bytes"] / limits["memory_bytes_per_s"]
    vectors = passages * _DIMENSION_BYTES
    # The stock of texts is bounded: real fiches would have each passage embedded.
    pure = passages * size["embedding"]["seconds"] / size["embedding"]["drawn"]
    written = size["index_bytes"] / limits["disk_bytes_per_s"]
    where = f"{number(size['fiches'])} fiches"
    return [
        Target(f"question, 95e centile, {where}", 1000 * at(warm.asked, 0.95), 1000 * MOST_P95_S, "ms",
               1000 * (embedding + scan), "un embedding, et chaque vecteur lu une fois", 1000 * at(warm.worked, 0.95)),
        Target(f"question, médiane, {where}", 1000 * statistics.median(warm.asked), 1000 * MOST_P95_S, "ms",
               1000 * embedding, "un embedding", 1000 * statistics.median(warm.worked)),
        Target(f"serveur après 100 questions, {where}", size["served"]["resident"], MOST_RESIDENT, "octets",
               vectors, "les vecteurs en float32"),
        Target(f"indexation hors vecteurs, rapportée aux vecteurs de {number(passages)} passages",
               size["rebuilt"]["seconds"] / pure, MOST_OVERHEAD, "%", written / pure, "écrire l'index sur le disque"),
        Target(f"rien n'a changé, {where}", size["unchanged"]["seconds"], MOST_UNCHANGED_S, "s",
               0.1 + read, "démarrer Python, lire le corpus", size["unchanged"]["processor"]),
        *(
            Target(f"un document {said}, {where}", size[name]["seconds"], MOST_CHANGED_S, "s",
                   0.1 + read, "démarrer Python, lire le corpus", size[name]["processor"])
            for said, name in (("changé", "change"), ("retiré", "remove"), ("ajouté", "add"))
        ),
    ]  # fmt: skip


def growth_text(found: Sequence[dict[str, Any]], targets: Sequence[Target], machine: str) -> str:
    """Write the report."""
    faults = growth_faults(found)
    right = f"**{len(faults)} fausses** :\n" if faults else "toutes justes."
    wrong = "".join(f"\n- {fault}" for fault in faults)
    asked = sum(len(size["asking"]["rows"]) for size in found)
    most = found[-1]["fiches"]
    return f"""# Grandir : de {number(found[0]["fiches"])} à {number(most)} fiches

{machine}

Corpus : des fiches inventées (`python tools/many_fiches {most} DOSSIER`), en texte surtout, et en Word, Excel, HTML et
Markdown pour le reste ; vingt passages par fiche. Leurs textes viennent d'un stock borné, pour que l'embedding reste
abordable : moins de dix mille textes distincts (titre, libellé, texte), quelle que soit la taille. Les vecteurs d'une
taille servent à la suivante. Le surcoût de l'indexation est donc rapporté au temps qu'il faudrait pour vectoriser
chaque passage, comme pour de vraies fiches ; rapporté aux seuls textes distincts, il n'aurait pas de sens.

## Réponses exactes

{asked} questions dont la réponse est connue d'avance (ensembles, décomptes, champs, périodes, territoires, exclusions,
réponses vides), posées à chaque taille : {right}{wrong}

## À tenir, à la plus grande taille mesurée

{targets_table(targets)}

![Temps et mémoire selon le nombre de fiches](growth.png)

## Indexer

Durées en secondes ; entre parenthèses, les secondes de processeur.

{table(_INDEX_HEAD, [_index_row(size) for size in found])}

## Demander

À chaud : l'index ouvert comme le service l'ouvre, avec ce qui est calculé une fois pour toutes ; chaque question est
posée une fois. « Première question » : index ouvert et modèle chargé compris.

{table(_ASK_HEAD, [_ask_row(size) for size in found])}
{_peer_text(found)}"""


_INDEX_HEAD = (
    "fiches", "documents", "passages", "textes distincts", "première fois", "sans vecteur à calculer",
    "rien n'a changé", "un changé", "un retiré", "un ajouté", "mémoire la plus haute", "sur le disque",
)  # fmt: skip
_ASK_HEAD = (
    "fiches", "questions", "médiane (ms)", "95e centile (ms)", "maximum (ms)", "processeur (ms)",
    "un embedding (ms)", "première question (s)", "à froid, du shell (s)",
    "serveur après 100 questions",
)  # fmt: skip
_PEER_HEAD = ("fiches", "morceaux", "indexer (s)", "médiane (ms)", "95e centile (ms)", "mémoire la plus haute")


def _index_row(size: dict[str, Any]) -> list[str]:
    runs = [size[key] for key in ("first", "rebuilt", "unchanged", "change", "remove", "add")]
    seconds = [f"{number(run['seconds'])} ({number(run['processor'])})" for run in runs]
    counts = [number(size["embedding"][key]) for key in ("passages", "distinct")]
    peak = max(size[key]["peak"] for key in ("first", "rebuilt"))
    return [number(size["fiches"]), number(size["documents"]), *counts, *seconds,
            measure(peak, "octets"), measure(size["index_bytes"], "octets")]  # fmt: skip


def _ask_row(size: dict[str, Any]) -> list[str]:
    warm = Warm.of(size["asking"])
    return [number(size["fiches"]), *warm.cells(), number(warm.first), number(size["cold"]["seconds"]),
            measure(size["served"]["resident"], "octets")]  # fmt: skip


def _peer_text(found: Sequence[dict[str, Any]]) -> str:
    rows = []
    for size in found:
        if "peer" in size:
            warm = Warm.of(size["peer"]["asking"])
            rows.append([number(size["fiches"]), number(size["peer"]["chunks"]), number(size["peer"]["run"]["seconds"]),
                         number(1000 * statistics.median(warm.asked)), number(1000 * at(warm.asked, 0.95)),
                         measure(size["peer"]["peak"], "octets")])  # fmt: skip
    if not rows:
        return ""
    return f"""
## Le pair, dans la même mesure

llama-index et Chroma au plus simple, mêmes poids en float32 : dix passages par question, sans réponse rédigée ni
ensemble exact. Il n'est mesuré que jusqu'à {_PEER_MOST} fiches : il vectorise tout à chaque indexation.

{table(_PEER_HEAD, rows)}
"""


def draw_growth(found: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw time and memory against size, on logarithmic axes, with the targets as dotted lines."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    sizes = [size["fiches"] for size in found]
    figure, ((index, update), (ask, memory)) = plt.subplots(2, 2, figsize=(11, 8), layout="constrained")
    served = [size["served"]["resident"] / 1e6 for size in found]
    building = [size["first"]["peak"] / 1e6 for size in found]
    first, rebuilt = _series(found, "first"), _series(found, "rebuilt")
    unchanged, changed = _series(found, "unchanged"), _series(found, "change")
    asked = {"médiane": _asked(found, 0.5), "95e centile": _asked(found, 0.95), "un embedding": _embedded(found)}
    for axes, title, unit, curves, most in (
        (index, "Indexer", "s", {"première fois": first, "sans vecteur à calculer": rebuilt}, None),
        (update, "Mettre à jour", "s", {"rien n'a changé": unchanged, "un document changé": changed}, MOST_CHANGED_S),
        (ask, "Demander", "ms", asked, 1000 * MOST_P95_S),
        (memory, "Mémoire", "Mo", {"serveur": served, "indexation": building}, MOST_RESIDENT / 1e6),
    ):
        for name, values in curves.items():
            axes.plot(sizes, values, marker="o", label=name)
        if most:
            axes.axhline(most, linestyle=":", color="grey", label="à tenir à 10 000 fiches")
        axes.set(title=title, xlabel="fiches", ylabel=unit, xscale="log", yscale="log")
        axes.legend(fontsize=8)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _series(found: Sequence[dict[str, Any]], key: str) -> list[float]:
    return [size[key]["seconds"] for size in found]


def _asked(found: Sequence[dict[str, Any]], part: float) -> list[float]:
    return [1000 * at(Warm.of(size["asking"]).asked, part) for size in found]


def _embedded(found: Sequence[dict[str, Any]]) -> list[float]:
    return [1000 * statistics.median(Warm.of(size["asking"]).embedded) for size in found]
