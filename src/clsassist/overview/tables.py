"""The figures behind each picture, as tables to read and to export."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from clsassist.catalogue import slug
from clsassist.exports import neutralise
from clsassist.overview.counting import PARTS
from clsassist.overview.records import (
    Calendar,
    Distribution,
    FieldGrid,
    Network,
    Overview,
    PlanChoice,
    fiches_link,
)
from clsassist.parsing.labels import field_name
from clsassist.wording import capitalised, counted

# Beyond these the other wordings of a name are in the export.
_MOST_WORDINGS = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what is read, and where it leads; ``amount`` is a number, to align as one.

    ``brief`` is what a page shows of a long text, '' when it shows it whole.
    """

    text: str
    href: str = ""
    amount: bool = False
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The figures behind a picture, under the name that it has in addresses; the first cell of a row names the row."""

    name: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def overview_to_tables(overview: Overview) -> dict[str, Table]:
    """Return the table behind each picture, by name."""
    scope = overview.scope
    tables = (
        _calendar_table(overview.calendar, scope),
        _axes_table(overview.axes, scope),
        _leaders_table(overview.leaders, scope),
        _members_table(overview.network, scope),
        _pairs_table(overview.network, scope),
        _fields_table(overview.fields, scope),
    )
    return {table.name: table for table in tables}


def table_to_csv(table: Table) -> bytes:
    """Return a table as a French spreadsheet reads it: semicolons, accents, no formula."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow([neutralise(name) for name in table.head])
    writer.writerows([neutralise(cell.text) for cell in row] for row in table.rows)
    # The mark at the start makes Excel read the accents.
    return written.getvalue().encode("utf-8-sig")


def _number(number: int, href: str = "") -> Cell:
    return Cell(str(number), href if number else "", amount=True)


def _plan_cell(plan: PlanChoice) -> Cell:
    return Cell(plan.name, plan.href)


def _several(words: Sequence[str]) -> Cell:
    left = len(words) - _MOST_WORDINGS
    shown = " ; ".join(words[:_MOST_WORDINGS])
    return Cell(" ; ".join(words), brief=f"{shown} et {counted(left, 'autre')}" if left > 0 else "")


def _calendar_table(calendar: Calendar, scope: str) -> Table:
    rows = []
    for mark in (*calendar.dated, *calendar.undated):
        years = (mark.period.first, mark.period.last) if mark.period else ("non renseigné",) * 2
        rows.append((Cell(mark.name, mark.href), _plan_cell(mark.plan), *(Cell(str(year)) for year in years)))
    caption = f"Première et dernière année de chaque action ({scope})"
    return Table("calendrier", caption, ("Action", "Plan", "Début", "Fin"), tuple(rows))


def _axes_table(axes: Distribution, scope: str) -> Table:
    rows = [
        (Cell(share.name, share.href), _plan_cell(share.plan), _number(share.count))
        for share in axes.shares
        if share.plan
    ]
    return Table("axes", f"Nombre d'actions par axe ({scope})", ("Axe", "Plan", "Actions"), tuple(rows))


def _leaders_table(leaders: Distribution, scope: str) -> Table:
    rows = [
        (
            Cell(share.name, share.href),
            _number(share.count),
            _number(share.count - share.part if not share.missing else 0),
            _number(share.part),
            _several(share.also),
        )
        for share in leaders.shares
    ]
    head = ("Organisation", "Actions", "Porte ou pilote l'action", "Pilote une étape seulement", "Écrit aussi")
    return Table("porteurs", f"Nombre d'actions par porteur ou pilote ({scope})", head, tuple(rows))


def _members_table(network: Network, scope: str) -> Table:
    rows = [
        (
            Cell(member.name, member.href),
            _number(len(member.ties)),
            *(_number(member.count(role)) for role in PARTS),
            _number(member.to_contact),
            _several(member.also),
        )
        for member in network.members
    ]
    head = ("Organisation", "Actions", "Porteur ou pilote", "Partenaire", "Financement", "À contacter", "Écrit aussi")
    caption = f"Nombre d'actions de chaque organisation, par rôle ; chaque action compte une fois ({scope})"
    return Table("organisations", caption, head, tuple(rows))


def _pairs_table(network: Network, scope: str) -> Table:
    rows = [
        (Cell(pair.one.name, pair.one.href), Cell(pair.other.name, pair.other.href), _number(pair.actions))
        for pair in network.pairs
    ]
    caption = f"Organisations engagées dans les mêmes actions ({scope})"
    return Table("liens", caption, ("Organisation", "Avec", "Actions en commun"), tuple(rows))


def _fields_table(grid: FieldGrid, scope: str) -> Table:
    rows = [_field_row(plan, key, grid) for plan in grid.plans for key in grid.keys]
    head = ("Champ", "Plan", "Renseigné", "Non renseigné", "Case indéterminée", "Absent du formulaire", "Actions")
    return Table("champs", f"Nombre d'actions selon l'état de chaque champ ({scope})", head, tuple(rows))


def _field_row(plan: PlanChoice, key: str, grid: FieldGrid) -> tuple[Cell, ...]:
    count = grid.count(plan, key)
    empty = fiches_link(plan=plan.key, vide=slug(field_name(key)))
    return (
        Cell(capitalised(field_name(key))),
        _plan_cell(plan),
        _number(count.filled),
        _number(count.empty, empty),
        _number(count.unclear),
        _number(count.absent),
        _number(count.total),
    )
