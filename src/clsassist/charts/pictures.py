"""From an overview to its pictures: which drawing suits how many actions, and what it leaves to the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from clsassist.catalogue import slug
from clsassist.charts.bars import Bar, Segment, draw_bars
from clsassist.charts.drawing import DASHED, HOLLOW, PALE, SOLID, Drawing, Mark, drawing_to_svg
from clsassist.charts.grid import draw_grid
from clsassist.charts.layout import NARROW, SHEETS, WIDE, Sheet
from clsassist.charts.matrix import PARTS, Grouping, by_action, by_axe, by_plan, draw_matrix
from clsassist.charts.network import draw_network, meeting
from clsassist.charts.timeline import draw_plan_years, draw_timeline
from clsassist.overview import (
    Calendar,
    Distribution,
    FieldGrid,
    Member,
    Network,
    Overview,
    PlanYears,
    Share,
)
from clsassist.overview.records import fiches_link, told
from clsassist.parsing.labels import field_name
from clsassist.records import Role
from clsassist.wording import capitalised, counted

# Beyond these a picture is a wall: what is left out is said, and stands in the table.
_MOST_ACTIONS = 40
_MOST_PLANS = 40
_MOST_ROWS = 40
_MOST_AXES = 24
_MOST_LEADERS = 15
_MOST_MEMBERS = 16
_MOST_DISCS, _MOST_DISCS_NARROW = 18, 9

NAMES = ("calendrier", "axes", "porteurs", "organisations", "liens", "champs")


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a legend: the name of a look, and what it means."""

    look: str
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its SVG for wide windows and for phones, its legend, what it leaves to the table.

    Both SVG are '' when there is nothing to draw.
    """

    name: str
    wide: str
    narrow: str
    legend: tuple[Key, ...] = ()
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two drawings of a picture, and what it shows in a sentence."""

    marks: tuple[Mark, ...]
    height: float
    said: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """A picture not drawn yet."""

    name: str
    title: str
    wide: _Side
    narrow: _Side
    legend: tuple[Key, ...] = ()
    left_out: str = ""


def overview_to_pictures(overview: Overview) -> dict[str, Picture]:
    """Draw every picture of an overview, by name."""
    return {plan.name: _draw(plan) for plan in _plans(overview)}


def overview_to_drawings(overview: Overview) -> dict[str, tuple[Drawing, ...]]:
    """Return the drawings of every picture, wide then narrow, not yet turned into SVG; none where all is empty."""
    return {plan.name: tuple(_drawings(plan)) for plan in _plans(overview)}


def _drawings(plan: _Plan) -> Iterator[Drawing]:
    for sheet, side in zip(SHEETS, (plan.wide, plan.narrow), strict=True):
        if side.marks:
            identifier = f"{plan.name}-{sheet.name}"
            hinted = sheet is WIDE
            yield Drawing(identifier, plan.title, side.said, sheet.width, side.height, side.marks, hinted)


def _draw(plan: _Plan) -> Picture:
    drawn = [drawing_to_svg(drawing) for drawing in _drawings(plan)]
    wide, narrow = drawn if len(drawn) == len(SHEETS) else ("", "")
    return Picture(plan.name, wide, narrow, plan.legend, plan.left_out)


def _plans(overview: Overview) -> Iterator[_Plan]:
    yield _calendar(overview.calendar, one_plan=overview.plan is not None)
    yield _axes(overview.axes)
    yield _leaders(overview.leaders)
    yield _matrix(overview.network)
    yield _network(overview.network)
    yield _fields(overview.fields)


def _both(draw: Callable[[Sheet], tuple[tuple[Mark, ...], float]], said: str) -> tuple[_Side, _Side]:
    """Draw the same thing on both sheets."""
    wide, narrow = (_Side(*draw(sheet), said) for sheet in SHEETS)
    return wide, narrow


def _left(total: int, shown: int, noun: str) -> str:
    """Say what a picture leaves out."""
    every = "tous" if noun in ("plan", "axe") else "toutes"
    said = f"Le dessin montre {counted(shown, noun)} sur {total} ; le tableau les donne {every}."
    return said if shown < total else ""


# --- timeline


def _calendar(calendar: Calendar, *, one_plan: bool) -> _Plan:
    title = "Calendrier des actions"
    period = calendar.period
    if period is None:
        return _Plan("calendrier", title, _Side((), 0, ""), _Side((), 0, ""))
    if one_plan or len(calendar.dated) <= _MOST_ACTIONS:
        shown = calendar.dated[:_MOST_ACTIONS]
        said = f"Une barre pour chaque action, de sa première à sa dernière année, entre {period.words()}."
        sides = _both(lambda sheet: draw_timeline(calendar, shown, sheet), said)
        return _Plan("calendrier", title, *sides, (), _left(len(calendar.dated), len(shown), "action"))
    rows = calendar.by_plan()
    kept = _largest(rows, _MOST_PLANS)
    said = f"Pour chaque plan, le nombre d'actions en cours chaque année, {period.words()}."
    sides = _both(lambda sheet: draw_plan_years(kept, period, sheet), said)
    legend = (Key("solid", "nombre d'actions en cours dans l'année"),)
    return _Plan("calendrier", title, *sides, legend, _left(len(rows), len(kept), "plan"))


def _largest(rows: Sequence[PlanYears], most: int) -> list[PlanYears]:
    kept = {row.plan for row in sorted(rows, key=lambda row: -row.plan.actions)[:most]}
    return [row for row in rows if row.plan in kept]


# --- shares


def _axes(axes: Distribution) -> _Plan:
    title = "Actions par axe"
    missing = (Key("dashed", "axe non renseigné"),) if axes.missing else ()
    legend = (Key("solid", "actions d'un axe"), *missing) if missing else ()
    if len(axes.shares) <= _MOST_AXES:
        bars = list(_axe_bars(axes.shares))
        sides = _both(lambda sheet: draw_bars(bars, sheet), "Une barre pour chaque axe, plan par plan.")
        return _Plan("axes", title, *sides, legend)
    stacked = list(_stacked_axes(axes.shares))
    kept = sorted(stacked, key=lambda bar: -sum(one.count for one in bar.segments))[:_MOST_PLANS]
    shown = [bar for bar in stacked if bar in kept]
    said = "Une barre pour chaque plan, une part pour chaque axe, dans l'ordre des axes."
    sides = _both(lambda sheet: draw_bars(shown, sheet, numbered=True), said)
    legend = (Key("solid", "un pavé par axe du plan, dans leur ordre"), *missing)
    return _Plan("axes", title, *sides, legend, _left(len(stacked), len(shown), "plan"))


def _axe_bars(shares: Iterable[Share]) -> Iterator[Bar]:
    for plan, held in groupby(shares, key=lambda share: share.plan):
        if plan:
            yield Bar(plan.name, href=plan.href, heading=True)
            yield from (Bar(one.name, (_segment(one, f"{one.name} ({plan.name})"),), one.href) for one in held)


def _stacked_axes(shares: Iterable[Share]) -> Iterator[Bar]:
    for plan, held in groupby(shares, key=lambda share: share.plan):
        if plan:
            yield Bar(plan.name, tuple(_segment(share, share.name) for share in held), plan.href)


def _segment(share: Share, name: str) -> Segment:
    tip = f"{name} : {counted(share.count, 'action')}"
    return Segment(share.count, DASHED if share.missing else SOLID, share.href, tip)


def _leaders(leaders: Distribution) -> _Plan:
    named = leaders.named[:_MOST_LEADERS]
    missing = [share for share in leaders.shares if share.missing]
    bars = [Bar(told(share.name, share.names), _leader_segments(share), share.href) for share in (*named, *missing)]
    said = "Une barre pour chaque organisation qui porte ou pilote des actions, la plus présente d'abord."
    sides = _both(lambda sheet: draw_bars(bars, sheet), said)
    legend = [Key("solid", "porte ou pilote l'action")]
    legend += [Key("pale", "pilote une étape de l'action seulement")] if any(share.part for share in named) else []
    legend += [Key("dashed", "porteur non renseigné")] if missing else []
    left_out = _left(len(leaders.named), len(named), "organisation")
    return _Plan("porteurs", "Actions par porteur ou pilote", *sides, tuple(legend), left_out)


def _leader_segments(share: Share) -> tuple[Segment, ...]:
    if share.missing:
        return (_segment(share, share.name),)
    parts = ((share.count - share.part, SOLID, "porte ou pilote"), (share.part, PALE, "pilote une étape de"))
    name = told(share.name, share.names)
    return tuple(
        Segment(count, style, share.href, f"{name} {words} {counted(count, 'action')}") for count, style, words in parts
    )


# --- organisations


def _matrix(network: Network) -> _Plan:
    members = network.members[:_MOST_MEMBERS]
    ties = [tie for member in members for tie in member.ties]
    noun, group = _grouping(len({tie.action.id for tie in ties}), len({tie.action.plan for tie in ties}))
    marks, height, rows = draw_matrix(members, group, _MOST_ROWS)
    wide = f"Une colonne pour chaque organisation, une ligne par {noun}, un carré où l'organisation intervient."
    bars, bars_height = draw_bars([_member_bar(member) for member in members], NARROW)
    narrow = "Une barre pour chaque organisation : le nombre d'actions où elle intervient, selon son rôle."
    left_out = " ".join(filter(None, (_left_members(network, len(members)), _left(rows, min(rows, _MOST_ROWS), noun))))
    looks = [(PARTS[tie.role][0], tie.to_contact) for tie in ties]
    legend = [Key("solid", "porteur ou pilote")] if (SOLID, False) in looks else []
    legend += [Key("pale", "partenaire, ou cité dans le financement")] if (PALE, False) in looks else []
    legend += [Key("dashed", "à contacter")] if any(to_contact for _, to_contact in looks) else []
    return _Plan(
        "organisations",
        "Qui intervient où",
        _Side(marks if members else (), height, wide),
        _Side(bars, bars_height, narrow),
        tuple(legend),
        left_out,
    )


def _left_members(network: Network, shown: int) -> str:
    if shown >= len(network.members):
        return ""
    return (
        f"Le dessin montre {counted(shown, 'organisation')}, parmi celles qui sont dans le plus d'actions, sur "
        f"{len(network.members)} ; le tableau les donne toutes."
    )


def _grouping(actions: int, plans: int) -> tuple[str, Grouping]:
    if actions <= _MOST_ACTIONS:
        return "action", by_action
    return ("plan", by_plan) if plans > 1 else ("axe", by_axe)


def _member_bar(member: Member) -> Bar:
    parts = (
        (member.count(Role.PORTEUR), SOLID, "porteur ou pilote"),
        (member.count(Role.PARTENAIRE) + member.count(Role.FINANCEUR), PALE, "partenaire ou financement"),
        (member.to_contact, DASHED, "à contacter"),
    )
    segments = tuple(
        Segment(count, style, member.href, f"{member.told}, {words} : {counted(count, 'action')}")
        for count, style, words in parts
    )
    return Bar(member.told, segments, member.href)


def _network(network: Network) -> _Plan:
    said = "Chaque organisation est un disque ; un trait relie celles qui sont engagées dans les mêmes actions."
    sides = []
    drawn = 0
    for sheet, most, height in ((WIDE, _MOST_DISCS, 560.0), (NARROW, _MOST_DISCS_NARROW, 480.0)):
        members, pairs = meeting(network, most)
        drawn = max(drawn, len(members))
        sides.append(_Side(draw_network(members, pairs, sheet, height) if members else (), height, said))
    legend = (
        Key("disc", "porte ou pilote des actions : plus il est grand, plus il y a d'actions"),
        Key("disc-pale", "n'en porte aucune"),
        Key("line", "actions en commun : plus il est épais, plus il y en a"),
    )
    left_out = (
        f"Le dessin ne garde que les liens les plus forts, entre {counted(drawn, 'organisation')} au plus sur "
        f"{len(network.members)} ; le tableau les donne tous."
    )
    return _Plan("liens", "Qui travaille avec qui", sides[0], sides[1], legend, left_out if drawn else "")


# --- fields


def _fields(grid: FieldGrid) -> _Plan:
    title = "Champs renseignés"
    bars = [_field_bar(grid, key) for key in grid.keys]
    said = "Une barre pour chaque champ : les actions où il est renseigné, puis celles où il est vide."
    unclear = any(count.unclear for count in grid.counts.values())
    legend = (
        Key("solid", "renseigné"),
        Key("hollow", "présent dans la fiche, non renseigné"),
        *((Key("dashed", "case indéterminée"),) if unclear else ()),
    )
    wide, narrow = _both(lambda sheet: draw_bars(bars, sheet), said)
    if len(grid.plans) <= 1:
        return _Plan("champs", title, wide, narrow, legend)
    kept = sorted(grid.plans, key=lambda plan: -plan.actions)[:_MOST_PLANS]
    shown = [plan for plan in grid.plans if plan in kept]
    said = "Un carré pour chaque plan et chaque champ, d'autant plus grand que le champ est plus souvent renseigné."
    wide = _Side(*draw_grid(grid, shown), said)
    return _Plan("champs", title, wide, narrow, legend, _left(len(grid.plans), len(shown), "plan"))


def _field_bar(grid: FieldGrid, key: str) -> Bar:
    count = grid.overall(key)
    plan = grid.plans[0].key if len(grid.plans) == 1 else ""
    name = capitalised(field_name(key))
    # The fiches that leave a field empty have a list of their own; those that fill it have none.
    empty = fiches_link(plan=plan, vide=slug(field_name(key)))
    parts = (
        (count.filled, SOLID, "renseigné", ""),
        (count.empty, HOLLOW, "non renseigné", empty),
        (count.unclear, DASHED, "case indéterminée", ""),
    )
    segments = tuple(
        Segment(number, style, href, f"{name}, {words} : {counted(number, 'action')}")
        for number, style, words, href in parts
    )
    return Bar(name, segments, note=f"{count.filled} sur {count.total}")
