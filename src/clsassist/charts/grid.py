"""Which fields are filled: a square for each plan and field, the fuller the larger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from clsassist.catalogue import slug
from clsassist.charts.drawing import HOLLOW, LINE, RULE, SOFT, SOLID, Box, Label, Mark, Rule
from clsassist.charts.layout import WIDE, broken, row_name, text_width
from clsassist.overview import FieldCount, FieldGrid, PlanChoice, fiches_link
from clsassist.parsing.labels import field_name
from clsassist.wording import capitalised, counted

# Up to so many plans, each is a column wide enough for its name; beyond, plans are rows.
_FEW_PLANS = 3
_GAP = 6
_LONGEST_HEAD = 210


@dataclass(frozen=True, slots=True)
class _Cell:
    """One plan and field: where it stands, how large it may be."""

    x: float
    y: float
    size: float


def draw_grid(grid: FieldGrid, plans: Sequence[PlanChoice]) -> tuple[tuple[Mark, ...], float]:
    """Return the squares of some plans on a wide sheet, and the height of the whole."""
    return _by_field(grid, plans) if len(plans) <= _FEW_PLANS else _by_plan(grid, plans)


def _by_field(grid: FieldGrid, plans: Sequence[PlanChoice]) -> tuple[tuple[Mark, ...], float]:
    """Draw fields as rows and plans as columns, with the numbers beside the squares."""
    step = (WIDE.width - WIDE.start) / len(plans)
    headings = [broken(plan.name, step - 10, 4, bold=True) for plan in plans]
    head = LINE * max(map(len, headings)) + _GAP
    height = LINE + _GAP
    marks: list[Mark] = []
    for column, (plan, lines) in enumerate(zip(plans, headings, strict=True)):
        x = WIDE.start + step * column
        for place, line in enumerate(lines):
            y = head - _GAP - LINE * (len(lines) - place - 0.5)
            marks.append(Label(line, x, y, plan.href, plan.name, bold=True))
    for row, key in enumerate(grid.keys):
        y = head + height * (row + 0.5)
        marks.append(Rule(0, y + height / 2, WIDE.width, y + height / 2))
        [written] = broken(capitalised(field_name(key)), WIDE.names, 1)
        marks.append(Label(written, 0, y))
        for column, plan in enumerate(plans):
            count = grid.count(plan, key)
            x = WIDE.start + step * column
            marks.extend(_draw_cell(count, _Cell(x + 8, y, 14), _told(plan, key, count)))
            marks.append(Label(_fraction(count), x + 24, y, colour=SOFT))
    return tuple(marks), head + height * len(grid.keys) + 1


def _by_plan(grid: FieldGrid, plans: Sequence[PlanChoice]) -> tuple[tuple[Mark, ...], float]:
    """Draw plans as rows and fields as columns, their names upright."""
    step = (WIDE.width - WIDE.start) / max(1, len(grid.keys))
    names = [broken(capitalised(field_name(key)), _LONGEST_HEAD, 1)[0] for key in grid.keys]
    head = max(map(text_width, names), default=0.0) + _GAP
    marks: list[Mark] = []
    for column, written in enumerate(names):
        marks.append(Label(written, WIDE.start + step * (column + 0.5), head - _GAP, angle=-90))
    y = head
    for plan in plans:
        name = row_name(plan.name, WIDE)
        height = name.height + _GAP
        marks.append(Rule(0, y - 0.5, WIDE.width, y - 0.5))
        marks.extend(name.labels(y + _GAP / 2, plan.href, plan.name))
        for column, key in enumerate(grid.keys):
            count = grid.count(plan, key)
            cell = _Cell(WIDE.start + step * (column + 0.5), y + height / 2, min(step - 4, 14.0))
            marks.extend(_draw_cell(count, cell, _told(plan, key, count)))
        y += height
    return tuple(marks), y + 1


def _draw_cell(count: FieldCount, cell: _Cell, told: tuple[str, str]) -> Iterator[Mark]:
    href, tip = told
    if count.absent == count.total:
        yield Rule(cell.x - 1.5, cell.y, cell.x + 1.5, cell.y, RULE)
        return
    half = cell.size / 2
    if count.empty or count.unclear:
        yield Box(cell.x - half, cell.y - half, cell.x + half, cell.y + half, HOLLOW, href, tip)
    side = half * sqrt(count.filled / count.total)
    if side:
        yield Box(cell.x - side, cell.y - side, cell.x + side, cell.y + side, SOLID, href, tip)


def _fraction(count: FieldCount) -> str:
    return "absent" if count.absent == count.total else f"{count.filled} sur {count.total}"


def _told(plan: PlanChoice, key: str, count: FieldCount) -> tuple[str, str]:
    """Return where a square leads, the fiches that leave the field empty if any, and what it says in words."""
    states = {
        "renseigné dans": count.filled,
        "non renseigné dans": count.empty,
        "case indéterminée dans": count.unclear,
        "absent du formulaire dans": count.absent,
    }
    said = ", ".join(f"{words} {counted(number, 'action')}" for words, number in states.items() if number)
    href = fiches_link(plan=plan.key, vide=slug(field_name(key))) if count.empty else plan.href
    return href, f"{plan.name}, {field_name(key)} : {said}"
