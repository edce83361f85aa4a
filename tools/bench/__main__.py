"""Measure speed and size beside plain llama-index and Chroma, and write the reports of docs/benchmarks.

Run ``python tools/bench [--only asking growth] [--sizes 100 1000 10000] [--no-peer]``. The process ends with 1 when an
answer whose truth is known was wrong; a missed target is told in the report.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import asking, growth, indexing
from bench.measuring import OFFLINE, describe_machine, measure_limits
from bench.reference import write_reference_model
from bench.report import Target, machine_lines, write_report

ROOT = Path(__file__).resolve().parents[2]
# The documents as they were published, where they are; their demonstration copies otherwise.
REAL = ROOT.parent / "shared" / "corpus"
PARTS = ("asking", "indexing", "growth")


_Report = Callable[[Sequence[Target]], str]


@dataclass(frozen=True, slots=True)
class _Bench:
    """Where reports go, where files are made, the peer's model, and what the machine is and can do."""

    output: Path
    work: Path
    peer: Path | None
    machine: dict[str, Any]
    limits: dict[str, float]

    def write(self, name: str, found: dict[str, Any], targets: Sequence[Target], text: Callable[[str], str]) -> None:
        """Write one report, and tell what is missed."""
        data = {"machine": self.machine, "limits": self.limits, **found}
        write_report(self.output, name, text(machine_lines(self.machine, self.limits)), data, targets)
        for target in targets:
            if not target.held:
                print(f"manqué : {' | '.join(target.row())}", flush=True)


def main() -> None:
    """Read the command line, measure, and write the reports."""
    parser = argparse.ArgumentParser(prog="python tools/bench", description="Mesure la vitesse et la taille.")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parties à mesurer (toutes)")
    parser.add_argument("--sizes", nargs="+", type=int, default=[100, 1_000], help="nombres de fiches (100 1000)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks", help="dossier des rapports")
    parser.add_argument("--work", type=Path, help="dossier de travail, gardé ; par défaut, effacé à la fin")
    parser.add_argument("--no-peer", action="store_true", help="sans le pair")
    options = parser.parse_args()
    os.environ.update(OFFLINE)
    options.output.mkdir(parents=True, exist_ok=True)
    with _working_in(options.work) as work:
        peer = None if options.no_peer else write_reference_model(work / "e5-float32")
        bench = _Bench(options.output, work, peer, describe_machine(), measure_limits(work))
        if {"asking", "indexing"} & set(options.only):
            _measure_real_documents(bench)
        faults = _measure_growth(bench, sorted(options.sizes)) if "growth" in options.only else []
    for fault in faults:
        print(f"faux : {fault}")
    sys.exit(1 if faults else 0)


def _measure_real_documents(bench: _Bench) -> None:
    """Measure the five documents: indexing first, since asking needs the index, and the peer's."""
    corpus = REAL if REAL.is_dir() else ROOT / "corpus"
    index_dir = bench.work / "index-five"
    indexed = indexing.measure_indexing(corpus, index_dir, bench.work, bench.peer)
    targets = indexing.indexing_targets(indexed)
    bench.write("indexing", indexed, targets, lambda machine: indexing.indexing_text(indexed, targets, machine))
    asked = asking.measure_asking(ROOT, index_dir, bench.work, bench.peer)
    held = asking.asking_targets(asked)
    bench.write("asking", asked, held, lambda machine: asking.asking_text(asked, held, machine))


def _measure_growth(bench: _Bench, sizes: Sequence[int]) -> list[str]:
    found = growth.measure_growth(sizes, bench.work, bench.peer)
    growth.draw_growth(found, bench.output / "growth.png")
    targets = growth.growth_targets(found, bench.limits)
    bench.write("growth", {"sizes": found}, targets, lambda machine: growth.growth_text(found, targets, machine))
    return growth.growth_faults(found)


@contextmanager
def _working_in(folder: Path | None) -> Iterator[Path]:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="clsassist-bench-") as made:
        yield Path(made)


if __name__ == "__main__":
    main()
