"""The truth files of ``eval/reading``: what each invented plan says. The documents are laid out from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2] / "eval" / "reading"


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph of a value, or one bullet."""

    text: str
    bullet: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One labelled field as it stands in the document; ``boxes`` tells the ticked ones."""

    key: str
    label: str
    pieces: tuple[Piece, ...]
    boxes: dict[str, bool | None] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the value on one line."""
        return " ; ".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Fiche:
    """One action as it stands in the document; a field without a value is a grid, drawn from ``data``."""

    number: str | None
    title: str
    axe: tuple[int | None, str] | None
    entries: tuple[Entry, ...]
    data: dict[str, Any]

    def entry(self, label: str) -> Entry:
        """Return the field that bears a label."""
        return next(entry for entry in self.entries if entry.label == label)


@dataclass(frozen=True, slots=True)
class Plan:
    """One document to lay out; ``data`` holds what its layout alone needs."""

    half: str
    name: str
    title: str
    fiches: tuple[Fiche, ...]
    intro: tuple[Piece, ...]
    data: dict[str, Any]

    def path(self, suffix: str) -> Path:
        """Return where the document is written."""
        return ROOT / self.half / f"{self.name}{suffix}"


def load_plan(half: str, name: str) -> Plan:
    """Load the truth file of one document."""
    data = yaml.safe_load((ROOT / half / f"{name}.yaml").read_text(encoding="utf-8"))
    fiches = tuple(_fiche(action) for action in data["actions"])
    return Plan(half, name, data.get("plan", ""), fiches, _pieces(data.get("intro", [])), data)


def _fiche(action: dict[str, Any]) -> Fiche:
    axe = (action["axe"][0], action["axe"][1]) if action.get("axe") else None
    written = [entry for entry in action["fields"] if entry[2] is not None]
    entries = tuple(Entry(e[0], e[1], _pieces(e[2]), e[3] if len(e) > 3 else {}) for e in written)
    return Fiche(action.get("number"), action.get("title") or "", axe, entries, action)


def _pieces(value: str | list[str]) -> tuple[Piece, ...]:
    """Cut a value: a text is paragraphs; a list is bullets, but those that open with « = »."""
    if isinstance(value, list):
        return tuple(Piece(line.removeprefix("= "), not line.startswith("= ")) for line in value)
    return tuple(Piece(line, False) for line in str(value).split("\n") if line)
