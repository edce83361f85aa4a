"""Reports in French: what was to be held, what was measured, held or missed, and how far the machine's own limit is."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_BUSY = (
    " **La machine faisait autre chose au même moment : les durées en sont gonflées d'autant ; les rapports à une"
    " référence mesurée en même temps restent bons.**"
)


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to hold: ``most`` is the highest value allowed, in ``unit``; ``limit`` what no program can go below.

    ``processor`` is the time of processor spent, in ``unit``: it owes little to what else the machine does.
    """

    what: str
    value: float
    most: float
    unit: str
    limit: float | None = None
    limit_reason: str = ""
    processor: float | None = None

    @property
    def held(self) -> bool:
        """Say whether the target is held."""
        return self.value <= self.most

    def row(self) -> Sequence[str]:
        """Return the cells of the table of targets."""
        said = "tenu" if self.held else "**manqué**"
        far = f"{number(self.value / self.limit)} fois" if self.limit else ""
        limit = f"{measure(self.limit, self.unit)} ({self.limit_reason})" if self.limit else ""
        worked = "" if self.processor is None else f" ({measure(self.processor, self.unit)} de processeur)"
        return (
            self.what,
            f"≤ {measure(self.most, self.unit)}",
            f"{measure(self.value, self.unit)}{worked}",
            said,
            limit,
            far,
        )


def number(value: float) -> str:
    """Write a number the French way, with as many digits as it deserves.

    >>> number(12345.6), number(3.14159), number(0.0421)
    ('12 346', '3,1', '0,042')
    """
    if abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    digits = 1 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}".replace(".", ",")


def measure(value: float, unit: str) -> str:
    """Write a number and its unit; bytes as Mo or Go, a share as a percentage.

    >>> measure(1_500_000_000, "octets"), measure(0.25, "%"), measure(40.0, "ms")
    ('1,5 Go', '25,0 %', '40,0 ms')
    """
    if unit == "octets":
        return f"{number(value / 1e9)} Go" if value >= 1e9 else f"{number(value / 1e6)} Mo"
    if unit == "%":
        return f"{number(100 * value)} %"
    return f"{number(value)} {unit}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is words and the others figures."""
    ruled = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ruled, *rows))


def targets_table(targets: Sequence[Target]) -> str:
    """Return the table of what was to be held."""
    head = ("", "à tenir", "mesuré", "", "limite physique", "à quelle distance")
    return table(head, [target.row() for target in targets])


def machine_lines(machine: dict[str, Any], limits: dict[str, float]) -> str:
    """Tell where and with what the figures were measured."""
    versions = ", ".join(f"{name} {found}" for name, found in machine["versions"].items())
    copied, written = (measure(limits[f"{what}_bytes_per_s"], "octets") for what in ("memory", "disk"))
    busy = machine["load"] > machine["cores"]
    return "\n".join(
        (
            f"Mesuré le {machine['date']} par `{command()}`.",
            f"Machine : {machine['cores']} cœurs ({machine['processor']}), {measure(machine['memory'], 'octets')} de"
            f" mémoire, {machine['system']}, Python {machine['python']}.",
            f"Charge moyenne au début : {number(machine['load'])}.{_BUSY if busy else ''}",
            f"Versions : {versions}.",
            f"Ce que la machine peut au mieux, mesuré au même moment : {copied} lus et écrits par seconde en mémoire,"
            f" {written} écrits et assurés (fsync) par seconde sur le disque, {number(1000 * limits['fsync_s'])} ms"
            " pour assurer une page.",
        )
    )


def command() -> str:
    """Return the command that was typed."""
    return " ".join(["python tools/bench", *sys.argv[1:]])


def write_report(folder: Path, name: str, text: str, data: dict[str, Any], targets: Sequence[Target]) -> None:
    """Write a report for people and, beside it, the same figures for programs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(text.rstrip() + "\n", encoding="utf-8")
    kept = {**data, "targets": [{**asdict(target), "held": target.held} for target in targets]}
    (folder / f"{name}.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
