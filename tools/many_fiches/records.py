"""What was invented, before any layout: plans, their documents, and fiches whose every field is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """A family of forms: its labels, the fields that it has, and how it writes a choice."""

    CONTRACT = "contrat"
    FORM = "formulaire"
    BOOKLET = "livret"
    SHEET = "tableur"


@dataclass(frozen=True, slots=True)
class Box:
    """One check box of a field."""

    label: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a fiche: its canonical key, its label, its lines (none when it is left empty), its boxes."""

    key: str
    label: str
    lines: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation of a list: the name asked about, how it is written, whether it is only « à contacter »."""

    name: str
    written: str
    to_contact: bool = False


@dataclass(frozen=True, slots=True)
class Fiche:
    """One invented fiche, with its truth; ``number`` is None where the layout has none."""

    number: str | None
    title: str
    axe: int
    leaders: tuple[Partner, ...]
    partners: tuple[Partner, ...]
    funders: tuple[str, ...]
    first_year: int | None
    last_year: int | None
    entries: tuple[Entry, ...]

    def entry(self, key: str) -> Entry | None:
        """Return the first field of a key, None when the fiche has none."""
        return next((entry for entry in self.entries if entry.key == key), None)

    def ticked(self, key: str) -> tuple[str, ...]:
        """Return the ticked boxes of a field."""
        return tuple(box.label for entry in self.entries if entry.key == key for box in entry.boxes if box.ticked)


@dataclass(frozen=True, slots=True)
class Plan:
    """One invented contract: ``of_place`` is the place behind its preposition, « du Val-de-Vermouse »."""

    name: str
    place: str
    of_place: str
    first_year: int
    last_year: int
    family: Family


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: its path in the corpus, whose suffix names its format, and its fiches."""

    path: str
    plan: Plan
    fiches: tuple[Fiche, ...]
