"""Asking: warm, cold, and the memory of a server, on the real documents; beside the peer in the same run."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.measuring import OFFLINE, MemoryWatch, at, resident_bytes, run_clsassist
from bench.report import Target, measure, number, table, targets_table
from bench.worker import run_worker
from clsassist.evaluation.cases import load_cases

QUESTION = "Quelles actions ciblent la maîtrise de stage ?"
_COLD_RUNS, _PEER_COLD_RUNS = 5, 2
_SERVED = 100
# The peer takes as long for any question: some are enough.
_PEER_EVERY = 5

MOST_P50, MOST_P95_S, MOST_COLD_S, MOST_COLD_PART, MOST_RESIDENT = 2.5, 0.040, 3.0, 1 / 3, 800e6


@dataclass(frozen=True, slots=True)
class Warm:
    """Questions asked one after the other: seconds of each, of one embedding of it just after, and of processor."""

    asked: tuple[float, ...]
    embedded: tuple[float, ...]
    worked: tuple[float, ...]
    first: float

    @classmethod
    def of(cls, found: dict[str, Any]) -> Warm:
        """Gather what a worker measured."""
        rows = found["rows"]
        asked, embedded, worked = zip(*(row[1:] for row in rows), strict=True)
        return cls(asked, embedded, worked, found["first_s"])

    @property
    def ratio(self) -> float:
        """Return the median question as so many median embeddings."""
        return statistics.median(self.asked) / statistics.median(self.embedded)

    def cells(self) -> Sequence[str]:
        """Return the cells of a table, in milliseconds."""
        asked = [at(self.asked, part) for part in (0.5, 0.95, 1.0)]
        beside = (statistics.median(self.worked), statistics.median(self.embedded))
        return [str(len(self.asked)), *(number(1000 * value) for value in (*asked, *beside))]


def evaluation_questions(root: Path) -> list[str]:
    """Return every question of the evaluation, in its first wording, those of a conversation's middle left out."""
    cases = load_cases(root / "eval" / "questions.yaml")
    return [case.question for case in cases if not case.before]


def measure_served(index_dir: Path, questions: Sequence[str]) -> dict[str, float]:
    """Serve an index by the command that people type, ask a hundred questions, and tell the memory it then holds."""
    command = [sys.executable, "-m", "clsassist", "serve", "--port", "0", "--index-dir", str(index_dir)]
    settings = {**os.environ, **OFFLINE, "CLSASSIST_RATE_PER_MINUTE": "100000"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=settings) as process:
        watch = MemoryWatch(process.pid)
        try:
            assert process.stdout
            found = re.search(r"http://\S+", process.stdout.readline())
            if not found:
                sys.exit("Le serveur n'a pas démarré.")
            with httpx.Client(base_url=found.group().rstrip("/"), timeout=120) as client:
                for place in range(_SERVED):
                    question = questions[place % len(questions)]
                    client.post("/api/v1/ask", json={"question": question}).raise_for_status()
            return {"resident": resident_bytes(process.pid), "peak": watch.stop()}
        finally:
            process.terminate()


def measure_asking(root: Path, index_dir: Path, work: Path, peer: Path | None) -> dict[str, Any]:
    """Measure asking on an index of the real documents, and the peer's over the same texts."""
    questions = evaluation_questions(root)
    found: dict[str, Any] = {"questions": len(questions)}
    found["warm"], _ = run_worker("ask", index=str(index_dir), questions=questions, known=[])
    found["served"] = measure_served(index_dir, questions)
    cold = [run_clsassist("ask", QUESTION, "--index-dir", index_dir) for _ in range(_COLD_RUNS)]
    found["cold"] = [[run.seconds, run.processor, run.peak] for run in cold]
    if peer:
        store = str(work / "peer-five")
        found["peer_warm"], run = run_worker(
            "peer_ask", model=str(peer), folder=store, questions=questions[::_PEER_EVERY]
        )
        found["peer_peak"] = run.peak
        runs = []
        for _ in range(_PEER_COLD_RUNS):
            _, run = run_worker("peer_ask", model=str(peer), folder=store, questions=[QUESTION])
            runs.append([run.seconds, run.processor, run.peak])
        found["peer_cold"] = runs
    return found


def asking_targets(found: dict[str, Any]) -> list[Target]:
    """Compare what was measured with what is to be held."""
    warm, one = Warm.of(found["warm"]), "un embedding de la question"
    embedding = statistics.median(warm.embedded)
    cold = statistics.median(run[0] for run in found["cold"])
    targets = [
        Target("question à chaud, médiane", warm.ratio, MOST_P50, "embeddings", 1.0, one),
        Target(
            "question à chaud, 95e centile", 1000 * at(warm.asked, 0.95), 1000 * MOST_P95_S, "ms", 1000 * embedding, one
        ),
        Target(
            "question à froid, du shell à la réponse",
            cold,
            MOST_COLD_S,
            "s",
            _bare_python(),
            "Python qui importe numpy",
        ),
        Target("mémoire du serveur après 100 questions", found["served"]["resident"], MOST_RESIDENT, "octets"),
    ]  # fmt: skip
    if "peer_cold" in found:
        peer = statistics.median(run[0] for run in found["peer_cold"])
        targets.insert(3, Target("la même, rapportée au pair", cold / peer, MOST_COLD_PART, "%"))
    return targets


def _bare_python() -> float:
    """Return the seconds that Python takes to import numpy: no command that computes starts sooner."""
    from bench.measuring import run_command

    return statistics.median(run_command([sys.executable, "-c", "import numpy"]).seconds for _ in range(3))


def asking_text(found: dict[str, Any], targets: Sequence[Target], machine: str) -> str:
    """Write the report."""
    rows = [["clsassist", *Warm.of(found["warm"]).cells()]]
    if "peer_warm" in found:
        rows.append(["llama-index + Chroma (10 passages, sans réponse rédigée)", *Warm.of(found["peer_warm"]).cells()])
    warm = table(("", "questions", "médiane", "95e centile", "maximum", "processeur", "un embedding"), rows)
    runs = (("clsassist ask", found["cold"]), ("llama-index + Chroma", found.get("peer_cold", [])))
    cold_head = ("", "essais", "médiane (s)", "processeur (s)", "mémoire la plus haute")
    cold = table(cold_head, [_cold_row(name, measured) for name, measured in runs if measured])
    served = {key: measure(value, "octets") for key, value in found["served"].items()}
    return f"""# Poser une question : vitesse et mémoire

{machine}

Corpus : les cinq documents réels. Questions : les {found["questions"]} de `eval/questions.yaml`, dans leur première
formulation. Chacune est suivie d'un embedding d'elle-même par un second exemplaire du modèle : le rapport des deux ne
dépend pas de ce que la machine fait par ailleurs. Le pair est llama-index et Chroma au plus simple, avec les mêmes
poids en float32 par sentence-transformers (ce que fait son `HuggingFaceEmbedding`).

## À tenir

{targets_table(targets)}

## À chaud, en millisecondes

{warm}

Première question d'un processus, index ouvert et modèle chargé compris : {number(found["warm"]["first_s"])} s.

## À froid, du shell à la réponse

{cold}

Mémoire du serveur (`clsassist serve`) : {served["resident"]} après {_SERVED} questions, {served["peak"]} au plus haut.
"""


def _cold_row(name: str, runs: Sequence[Sequence[float]]) -> list[str]:
    seconds, processor, peak = (statistics.median(values) for values in zip(*runs, strict=True))
    return [name, str(len(runs)), number(seconds), number(processor), measure(peak, "octets")]
