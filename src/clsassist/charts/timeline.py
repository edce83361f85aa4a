"""Actions in time: a bar from the first year to the last, or how many are under way each year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from clsassist.charts.drawing import RULE, SOFT, SOLID, Box, Label, Mark, Rule
from clsassist.charts.layout import Sheet, row_name, text_width
from clsassist.overview import ActionMark, Calendar, Period, PlanYears, fiches_link
from clsassist.wording import counted

_HEAD = 26
_THICK = 14
_GAP = 10
_BEFORE_HEADING = 16
_COLUMN_HEIGHT = 30


def draw_timeline(calendar: Calendar, shown: Sequence[ActionMark], sheet: Sheet) -> tuple[tuple[Mark, ...], float]:
    """Return a bar for each of some dated actions, plan by plan, and the height of the whole."""
    period = calendar.period
    if period is None:
        return (), 0.0
    marks: list[Mark] = []
    y = float(_HEAD)
    for plan, held in groupby(shown, key=lambda mark: mark.plan):
        name = row_name(plan.name, sheet, bold=True, whole_width=True)
        y += _BEFORE_HEADING if y > _HEAD else 0
        marks.extend(name.labels(y, plan.href, plan.name))
        y += name.height + _GAP / 2
        for action in held:
            drawn, height = _draw_action(action, period, sheet, y)
            marks.extend(drawn)
            y += height + _GAP
    return (*_draw_years(period, sheet, y - _GAP / 2), *marks), y


def _draw_action(action: ActionMark, period: Period, sheet: Sheet, top: float) -> tuple[list[Mark], float]:
    name = row_name(action.name, sheet)
    years = action.period.words() if action.period else ""
    tip = f"{action.name} : {years}"
    y = top + name.height + 2 if sheet.stacked else top + 2
    step = _step(period, sheet)
    marks: list[Mark] = [*name.labels(top, action.href, tip)]
    if action.period:
        start = sheet.start + step * (action.period.first - period.first)
        end = start + step * len(action.period.years())
        marks.append(Box(start + 1, y, end - 1, y + _THICK, SOLID, action.href, tip))
    return marks, name.height + _THICK + 2 if sheet.stacked else max(name.height, _THICK + 4)


def _step(period: Period, sheet: Sheet) -> float:
    return (sheet.width - sheet.start - 1) / len(period.years())


def _draw_years(period: Period, sheet: Sheet, bottom: float) -> Iterator[Mark]:
    """Yield a line at the start of each year, and the years that hold above."""
    step = _step(period, sheet)
    every = next((every for every in (1, 2, 5, 10, 20, 50) if text_width("2026") + 6 <= step * every), 100)
    for year in range(period.first, period.last + 2):
        x = sheet.start + step * (year - period.first) + 0.5
        yield Rule(x, _HEAD - 6, x, bottom, RULE)
        if year <= period.last and (year - period.first) % every == 0:
            yield Label(str(year), x + step / 2, _HEAD / 2 - 3, align="center", colour=SOFT)


def draw_plan_years(rows: Sequence[PlanYears], period: Period, sheet: Sheet) -> tuple[tuple[Mark, ...], float]:
    """Return a row of columns for each plan, one a year, and the height of the whole."""
    tallest = max((count for row in rows for count in row.counts.values()), default=1)
    marks: list[Mark] = []
    y = float(_HEAD)
    for row in rows:
        name = row_name(row.plan.name, sheet)
        without = f", dont {row.undated} sans années" if row.undated else ""
        tip = f"{row.plan.name} : {counted(row.plan.actions, 'action')}{without}"
        marks.extend(name.labels(y if sheet.stacked else y + 8, row.plan.href, tip))
        y += name.height if sheet.stacked else 0
        marks.extend(_draw_columns(row, period, sheet, y, tallest))
        y += max(_COLUMN_HEIGHT + 18, 0 if sheet.stacked else name.height + 8) + _GAP
    return (*_draw_years(period, sheet, y - _GAP / 2), *marks), y


def _draw_columns(row: PlanYears, period: Period, sheet: Sheet, top: float, tallest: int) -> Iterator[Mark]:
    step = _step(period, sheet)
    foot = top + _COLUMN_HEIGHT + 16
    yield Rule(sheet.start, foot + 0.5, sheet.width, foot + 0.5)
    for year, count in row.counts.items():
        x = sheet.start + step * (year - period.first)
        height = max(2.0, _COLUMN_HEIGHT * count / tallest)
        href = fiches_link(plan=row.plan.key, annee=str(year))
        tip = f"{row.plan.name}, {year} : {counted(count, 'action')}"
        yield Box(x + step * 0.2, foot - height, x + step * 0.8, foot, SOLID, href, tip)
        if text_width(str(count)) <= step:
            yield Label(str(count), x + step / 2, foot - height - 8, align="center")
