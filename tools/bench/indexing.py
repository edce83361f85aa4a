"""Indexing the real documents: over pure embedding, when nothing changed, and beside the peer in the same run."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.measuring import Run, run_clsassist
from bench.report import Target, measure, number, table, targets_table
from bench.worker import run_worker

MOST_OVERHEAD, MOST_UNCHANGED_S = 0.25, 2.0
_ALL = 1_000_000


def measure_indexing(corpus: Path, index_dir: Path, work: Path, peer: Path | None) -> dict[str, Any]:
    """Index from nothing, then again, and embed the same texts alone; the index stays for what is measured next."""
    shutil.rmtree(index_dir, ignore_errors=True)
    before, _ = run_worker("embed", paths=[str(corpus)], most=_ALL)
    from_nothing = run_clsassist("index", corpus, "--index-dir", index_dir)
    # Embedding alone is measured on both sides of indexing: what else the machine does weighs on all three.
    alone, alone_run = run_worker("embed", paths=[str(corpus)], most=_ALL)
    for key in ("load_s", "seconds", "seconds_for_all"):
        alone[key] = (before[key] + alone[key]) / 2
    found: dict[str, Any] = {
        "documents": sum(1 for path in corpus.iterdir() if path.is_file()),
        "embedding": {**alone, "run": as_json(alone_run)},
        "from_nothing": as_json(from_nothing),
        "unchanged": as_json(run_clsassist("index", corpus, "--index-dir", index_dir)),
        "bytes": folder_bytes(index_dir),
    }
    if peer:
        store = work / "peer-five"
        shutil.rmtree(store, ignore_errors=True)
        built, run = run_worker("peer_build", paths=[str(corpus)], model=str(peer), folder=str(store))
        found["peer"] = {**built, "run": as_json(run), "bytes": folder_bytes(store)}
    return found


def as_json(run: Run) -> dict[str, float]:
    """Keep the figures of a run."""
    return {"seconds": run.seconds, "processor": run.processor, "peak": run.peak}


def folder_bytes(folder: Path) -> int:
    """Return what a folder weighs."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def indexing_targets(found: dict[str, Any]) -> list[Target]:
    """Compare what was measured with what is to be held."""
    pure = found["embedding"]["load_s"] + found["embedding"]["seconds_for_all"]
    overhead = found["from_nothing"]["seconds"] / pure - 1
    worked = found["from_nothing"]["processor"] / found["embedding"]["run"]["processor"] - 1
    again = found["unchanged"]
    return [
        Target("surcoût sur l'embedding seul, chargement du modèle compris", overhead, MOST_OVERHEAD, "%"),
        Target("le même, en temps de processeur (lecture comprise des deux côtés)", worked, MOST_OVERHEAD, "%"),
        Target("rien n'a changé, cinq documents", again["seconds"], MOST_UNCHANGED_S, "s",
               0.1, "démarrer Python", again["processor"]),
    ]  # fmt: skip


def indexing_text(found: dict[str, Any], targets: Sequence[Target], machine: str) -> str:
    """Write the report."""
    embedding = found["embedding"]
    rows = [
        _row("clsassist index, depuis rien", found["from_nothing"], found["bytes"]),
        _row("clsassist index, rien n'a changé", found["unchanged"], found["bytes"]),
        _row("lecture et embedding seuls", embedding["run"], 0),
    ]
    peer = ""
    if "peer" in found:
        rows.append(_row("llama-index + Chroma, depuis rien", found["peer"]["run"], found["peer"]["bytes"]))
        rate = found["peer"]["chunks"] / found["peer"]["seconds"]
        peer = f" Le pair découpe les mêmes textes en {found['peer']['chunks']} morceaux, {number(rate)} par seconde."
    detail = table(("", "durée (s)", "processeur (s)", "mémoire la plus haute", "sur le disque"), rows)
    return f"""# Indexer : vitesse et mémoire

{machine}

{found["documents"]} documents, {embedding["passages"]} passages, dont {embedding["distinct"]} textes distincts, seuls
à être vectorisés : {number(embedding["drawn"] / embedding["seconds"])} par seconde.{peer}

## À tenir

{targets_table(targets)}

{_where_it_holds(found)}

## Détail

{detail}
"""


def _where_it_holds(found: dict[str, Any]) -> str:
    """Tell from how many texts on what does not depend on their number weighs less than what is allowed."""
    embedding = found["embedding"]
    fixed = found["from_nothing"]["processor"] - embedding["run"]["processor"]
    each = embedding["run"]["processor"] / embedding["distinct"]
    texts = fixed / MOST_OVERHEAD / each
    documents = texts * found["documents"] / embedding["distinct"]
    return f"""Presque tout ce surcoût ne dépend pas du nombre de passages : {number(fixed)} s de processeur, dont
1,7 s pour charger Chroma et llama-index (`python -X importtime`). Il passe sous
{measure(MOST_OVERHEAD, "%")} dès {texts:.0f} textes environ, soit {documents:.0f} documents comme ceux-ci ;
`growth.md` donne ce qu'il devient avec la taille."""


def _row(name: str, run: dict[str, float], weight: int) -> list[str]:
    on_disk = measure(weight, "octets") if weight else ""
    return [name, number(run["seconds"]), number(run["processor"]), measure(run["peak"], "octets"), on_disk]
