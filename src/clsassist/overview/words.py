"""What each picture shows, in a sentence or two that say its denominator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clsassist.overview.records import (
    NOT_SAID_KEY,
    Calendar,
    Distribution,
    FieldGrid,
    Network,
    Overview,
    fiches_link,
)
from clsassist.wording import counted


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure: the number in words, what it counts, what is to be known of it, where it leads."""

    value: str
    label: str
    note: str
    href: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """One picture in words: its title, what it shows, and the fiches that it cannot show, if any."""

    name: str
    title: str
    said: str
    missing: str = ""
    missing_href: str = ""


def overview_to_figures(overview: Overview) -> tuple[Figure, ...]:
    """Return the key figures, each with the list that it counts."""
    plan = overview.plan.key if overview.plan else ""
    period = overview.calendar.period
    dated = len(overview.calendar.dated)
    unread = f"{counted(overview.unread, 'fichier')} du corpus non lu{'s' if overview.unread > 1 else ''}"
    members = len(overview.network.members)
    figures = [
        _figure(overview.documents, "document", unread if overview.unread and not plan else "", fiches_link(plan=plan)),
        *([] if plan else [_figure(len(overview.plans), "plan", "", "/fiches")]),
        _figure(overview.actions, "action", "", fiches_link(plan=plan)),
        _figure(members, "organisation", "porteuses, partenaires ou financeuses", "/partenaires"),
    ]
    if period:
        said = f"{counted(dated, 'action datée', 'actions datées')} sur {overview.actions}"
        figures.append(Figure(period.words(), "Période", said, "#calendrier"))
    return tuple(figures)


def _figure(number: int, noun: str, note: str, href: str) -> Figure:
    return Figure(f"{number:,}".replace(",", "\u202f"), noun.capitalize() + ("s" if number > 1 else ""), note, href)


def overview_to_chapters(overview: Overview) -> tuple[Chapter, ...]:
    """Return what each picture shows, in the order of the page."""
    plan = overview.plan.key if overview.plan else ""
    return tuple(_chapters(overview, plan))


def _chapters(overview: Overview, plan: str) -> Iterator[Chapter]:
    yield _calendar(overview.calendar, plan)
    yield _axes(overview.axes, plan)
    yield _leaders(overview.leaders, plan)
    yield Chapter("organisations", "Qui intervient où", _members(overview.network))
    yield Chapter("liens", "Qui travaille avec qui", _pairs(overview.network))
    yield Chapter("champs", "Champs renseignés", _fields(overview.fields, overview.actions))


def _calendar(calendar: Calendar, plan: str) -> Chapter:
    if calendar.period is None:
        said = f"Aucune des {calendar.actions} actions ne dit ses années." if calendar.actions else _NOTHING
        return Chapter("calendrier", "Calendrier des actions", said)
    dated = len(calendar.dated)
    verb = "dit ses années" if dated < 2 else "disent leurs années"
    said = f"{counted(dated, 'action')} sur {calendar.actions} {verb}, {_between(calendar)}."
    without = len(calendar.undated)
    missing = counted(without, "action sans années", "actions sans années") if without else ""
    href = fiches_link(plan=plan, annee=NOT_SAID_KEY)
    return Chapter("calendrier", "Calendrier des actions", said, missing, href if missing else "")


def _between(calendar: Calendar) -> str:
    period = calendar.period
    if period is None:
        return ""
    return f"en {period.first}" if period.first == period.last else f"entre {period.first} et {period.last}"


def _axes(axes: Distribution, plan: str) -> Chapter:
    said = _said(axes, "relève d'un axe de son plan", "relèvent d'un axe de leur plan")
    missing = counted(axes.missing, "action sans axe", "actions sans axe") if axes.missing else ""
    href = fiches_link(plan=plan, axe=NOT_SAID_KEY) if missing else ""
    return Chapter("axes", "Actions par axe", f"{said}.", missing, href)


def _leaders(leaders: Distribution, plan: str) -> Chapter:
    said = _said(leaders, "dit qui la porte ou la pilote", "disent qui les porte ou les pilote")
    if leaders.named:
        said += (
            f" : {counted(len(leaders.named), 'organisation')} en tout. Une action qui a plusieurs porteurs compte "
            "pour chacun."
        )
    else:
        said += "."
    missing = counted(leaders.missing, "action sans porteur", "actions sans porteur") if leaders.missing else ""
    href = fiches_link(plan=plan, porteur=NOT_SAID_KEY) if missing else ""
    return Chapter("porteurs", "Actions par porteur ou pilote", said, missing, href)


_NOTHING = "Aucune action n'a été lue."


def _said(distribution: Distribution, one: str, many: str) -> str:
    number = distribution.actions - distribution.missing
    return f"{counted(number, 'action')} sur {distribution.actions} {one if number < 2 else many}"


def _members(network: Network) -> str:
    number = network.actions - len(network.alone)
    verb = "intervient" if len(network.members) < 2 else "interviennent"
    members = counted(len(network.members), "organisation")
    said = (
        f"{members} {verb} dans {counted(number, 'action')} sur {network.actions}. "
        "Celles qui sont seulement citées dans une phrase ne sont pas comptées."
    )
    several = next((member for member in network.members if member.names > 1), None)
    if several:
        said += f" Un même sigle peut compter plusieurs organisations : « {several.told} »."
    return said


def _pairs(network: Network) -> str:
    if not network.pairs:
        return "Aucune action n'engage deux organisations à la fois."
    met = {end.key for pair in network.pairs for end in (pair.one, pair.other)}
    top = network.pairs[0]
    together = f"{top.one.name} et {top.other.name} sont les plus souvent ensemble : {counted(top.actions, 'action')}."
    return (
        f"{counted(len(met), 'organisation')} sur {len(network.members)} en rencontrent une autre dans une action au "
        f"moins. {together} Un partenaire encore à contacter n'y compte pas."
    )


def _fields(grid: FieldGrid, actions: int) -> str:
    total = sum((grid.overall(key) for key in grid.keys[1:]), grid.overall(grid.keys[0])) if grid.keys else None
    if total is None:
        return _NOTHING
    said = (
        f"{counted(len(grid.keys), 'champ connu', 'champs connus')} dans {counted(actions, 'action')}. Un champ que le "
        "formulaire d'un plan n'a pas est absent, non vide : "
        f"{counted(total.empty, 'champ non renseigné', 'champs non renseignés')} en tout."
    )
    if grid.own_labels:
        said += f" {counted(grid.own_labels, 'champ')} sous un libellé propre à un plan n'y figurent pas."
    return said
