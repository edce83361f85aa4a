"""Who takes part in what: a column for each organisation, a row for each action, a square where they meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from clsassist.charts.drawing import DASHED, PALE, SOLID, Box, Label, Mark, Rule, Style
from clsassist.charts.layout import WIDE, broken, row_name, text_width
from clsassist.overview import ActionMark, Member, PlanChoice, Tie, fiches_link
from clsassist.records import Role
from clsassist.wording import counted

_GAP = 8
_LONGEST_HEAD = 190
_BEFORE_HEADING = 12
_LARGEST = 20.0

# What an organisation is to an action, as drawn and as said.
PARTS: dict[Role, tuple[Style, str]] = {
    Role.PORTEUR: (SOLID, "porteur ou pilote"),
    Role.PARTENAIRE: (PALE, "partenaire"),
    Role.FINANCEUR: (PALE, "financement"),
}
TO_CONTACT = (DASHED, "à contacter")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: an action, or all those of a plan or of an axe; ``plan`` is the heading above it, if any."""

    key: str
    name: str
    href: str
    order: tuple[str, int, str]
    plan: PlanChoice | None = None


# Which row an action stands on.
Grouping = Callable[[ActionMark], Line]


def by_action(mark: ActionMark) -> Line:
    """Give each action its own row, under the name of its plan."""
    return Line(mark.id, mark.name, mark.href, (mark.plan.name, mark.place, ""), mark.plan)


def by_plan(mark: ActionMark) -> Line:
    """Give all the actions of a plan one row."""
    return Line(mark.plan.key, mark.plan.name, mark.plan.href, (mark.plan.name, 0, ""))


def by_axe(mark: ActionMark) -> Line:
    """Give all the actions of an axe one row, under the name of their plan."""
    href = fiches_link(plan=mark.plan.key, axe=mark.axe_key)
    order = (mark.plan.name, 0, mark.axe or "\uffff")
    return Line(f"{mark.plan.key} {mark.axe_key}", mark.axe or "Axe non renseigné", href, order, mark.plan)


def draw_matrix(members: Sequence[Member], group: Grouping, most: int) -> tuple[tuple[Mark, ...], float, int]:
    """Return the squares of some organisations on a wide sheet, the height, and how many rows it would take in all.

    No more than ``most`` rows are drawn, those with most squares.
    """
    ties: dict[Line, dict[str, list[Tie]]] = defaultdict(lambda: defaultdict(list))
    for member in members:
        for tie in member.ties:
            ties[group(tie.action)][member.key].append(tie)
    kept = sorted(ties, key=lambda line: -sum(map(len, ties[line].values())))[:most]
    shown = sorted(kept, key=lambda line: line.order)
    step = (WIDE.width - WIDE.start) / max(1, len(members))
    marks, head = _draw_heads(members, step)
    y = head
    plan: PlanChoice | None = None
    for line in shown:
        if line.plan and line.plan != plan:
            plan = line.plan
            heading = row_name(plan.name, WIDE, bold=True)
            y += _BEFORE_HEADING
            marks.extend(heading.labels(y, plan.href, plan.name))
            y += heading.height + 4
        name = row_name(line.name, WIDE)
        height = name.height + _GAP
        marks.append(Rule(0, y - 0.5, WIDE.width, y - 0.5))
        marks.extend(name.labels(y + _GAP / 2, line.href, line.name))
        for column, member in enumerate(members):
            place = (WIDE.start + step * (column + 0.5), y + height / 2)
            marks.extend(_draw_meeting(ties[line].get(member.key, []), member, line, place))
        y += height
    return tuple(marks), y + 2, len(ties)


def _draw_heads(members: Sequence[Member], step: float) -> tuple[list[Mark], float]:
    """Return the names of the organisations, upright above their columns, and the height they take."""
    heads = [broken(f"{member.told} · {len(member.ties)}", _LONGEST_HEAD, 1)[0] for member in members]
    height = max(map(text_width, heads), default=0.0) + _GAP
    marks: list[Mark] = []
    for column, (member, head) in enumerate(zip(members, heads, strict=True)):
        tip = f"{member.told} : {counted(len(member.ties), 'action')}"
        marks.append(Label(head, WIDE.start + step * (column + 0.5), height - _GAP, member.href, tip, angle=-90))
    return marks, height


def _draw_meeting(ties: Sequence[Tie], member: Member, line: Line, place: tuple[float, float]) -> Iterator[Mark]:
    if not ties:
        return
    strongest = min(ties, key=lambda tie: (tie.to_contact, list(PARTS).index(tie.role)))
    style, words = TO_CONTACT if strongest.to_contact else PARTS[strongest.role]
    x, y = place
    half = _LARGEST / 2
    tip = f"{member.told}, {words} : {line.name}"
    href = line.href
    if len(ties) > 1 or line.key != strongest.action.id:
        tip = f"{member.told} : {counted(len(ties), 'action')} ({line.name})"
    yield Box(x - half, y - half, x + half, y + half, style, href, tip)
    if len(ties) > 1:
        yield Label(str(len(ties)), x, y + 0.5, align="center", colour=style.ink)
