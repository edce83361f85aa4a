"""The actions of a registry as typed rows: what a list of fiches shows, filters and sorts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from clsassist.catalogue.names import OrganisationNames
from clsassist.catalogue.values import Value, slug
from clsassist.conditions import LEADING
from clsassist.exports import ActionRow
from clsassist.parsing.labels import UNKNOWN, field_name
from clsassist.records import Action, Field, Involvement, Plan, Role, Status
from clsassist.registry import Registry
from clsassist.text import squeeze
from clsassist.wording import capitalised

# « Axe 3 : », « 3. »: the number of an axe, which stands apart from its name.
_NUMBERED = re.compile(r"^\s*(?:axe\s*)?\d+\s*[:.)–-]\s*", re.IGNORECASE)
_OTHER = re.compile(r"^autres?\b", re.IGNORECASE)
# The fields that place a fiche in its plan are never to be filled by its author.
_NOT_TO_FILL = frozenset({"titre", "leviers", "numero", "axe", "sous_axe"})

_LONGEST_PERIOD = 30


class Facet(StrEnum):
    """What the list of fiches can be filtered by; the value is the name of the parameter in addresses."""

    PLAN = "plan"
    AXE = "axe"
    PORTEUR = "porteur"
    PARTENAIRE = "partenaire"
    PUBLIC = "public"
    TERRITOIRE = "territoire"
    ANNEE = "annee"
    STATUT = "statut"
    VIDE = "vide"


FACET_NAMES: dict[Facet, str] = {
    Facet.PLAN: "Plan",
    Facet.AXE: "Axe",
    Facet.PORTEUR: "Porteur ou pilote",
    Facet.PARTENAIRE: "Partenaire",
    Facet.PUBLIC: "Public",
    Facet.TERRITOIRE: "Territoire",
    Facet.ANNEE: "Année",
    Facet.STATUT: "Statut",
    Facet.VIDE: "Champ vide",
}

# The value of a facet for the fiches that say nothing there.
NOT_SAID = Value("non-precise", "Non précisé")

# A field whose absence is told apart from an empty one.
_FIELD_OF: dict[Facet, str] = {
    Facet.AXE: "axe",
    Facet.PORTEUR: "porteur",
    Facet.PARTENAIRE: "partenaires",
    Facet.PUBLIC: "public",
    Facet.TERRITOIRE: "territoire",
    Facet.ANNEE: "calendrier",
    Facet.STATUT: "statut",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One action as a line of the list.

    ``values`` are those of each facet, NOT_SAID when it says nothing. ``leaders`` are named in the field of the
    porteur, ``step_pilots`` only elsewhere; ``partners`` are those listed, ``to_contact`` how many of them are only to
    approach. ``own_territory`` is False when the territory is that of the plan. ``wordings`` are the organisations of a
    facet as the fiche writes them.
    """

    action: Action
    document: str
    plan: str
    values: dict[Facet, tuple[Value, ...]]
    leaders: tuple[Value, ...]
    step_pilots: tuple[Value, ...]
    partners: tuple[Value, ...]
    to_contact: int
    own_territory: bool
    wordings: dict[Facet, tuple[str, ...]]

    def said(self, facet: Facet) -> tuple[Value, ...]:
        """Return what the fiche says for a facet, nothing when it does not say."""
        return tuple(value for value in self.values[facet] if value != NOT_SAID)

    def absence(self, facet: Facet) -> str:
        """Say why a fiche gives nothing: the field is empty, or its form does not have it."""
        held = self.action.field(_FIELD_OF[facet])
        if held is None:
            return "rubrique absente"
        return "non daté" if facet is Facet.ANNEE and held.filled else "non renseigné"

    @property
    def period(self) -> str:
        """Return the years as shown: « 2025–2029 »."""
        first, last = self.action.first_year, self.action.last_year
        if first is None or last is None:
            return ""
        return str(first) if first == last else f"{first}–{last}"

    def exported(self) -> ActionRow:
        """Return the row as exports write it."""
        return ActionRow(self.action, self.document, self.plan)


def registry_to_catalogue_rows(registry: Registry, names: OrganisationNames) -> tuple[Row, ...]:
    """Return every action of a registry as a row, in the order of documents then of fiches."""
    several = len({plan.name for plan in registry.plans.values()}) > 1
    rows = tuple(
        _action_to_row(
            action,
            registry.paths[action.document_id],
            registry.plans[action.document_id],
            names,
            axe_note=registry.plans[action.document_id].name if several else "",
        )
        for action in registry.actions.values()
    )
    # No word of the documents outlives their index.
    slug.cache_clear()
    return rows


def _action_to_row(action: Action, document: str, plan: Plan, names: OrganisationNames, *, axe_note: str) -> Row:
    leading = _wordings(action, lambda held: held.role in LEADING)
    leaders = names_of(names, _wordings(action, lambda held: held.role in LEADING and held.field_key == "porteur"))
    partners = _wordings(action, lambda held: held.role is Role.PARTENAIRE)
    listed = names_of(names, _wordings(action, _is_listed_partner))
    engaged = names_of(
        names, _wordings(action, lambda held: _is_listed_partner(held) and held.status is Status.ENGAGED)
    )
    territories = _field_values(action, "territoire")
    values = {
        Facet.PLAN: (Value(slug(plan.name), plan.name),),
        Facet.AXE: tuple(_axe(action, plan, axe_note)),
        Facet.PORTEUR: names_of(names, leading),
        Facet.PARTENAIRE: names_of(names, partners),
        Facet.PUBLIC: _field_values(action, "public"),
        Facet.TERRITOIRE: territories or _plan_territory(plan),
        Facet.ANNEE: tuple(_years(action)),
        Facet.STATUT: _field_values(action, "statut"),
        Facet.VIDE: tuple(_empty_fields(action)),
    }
    return Row(
        action,
        document,
        plan.name,
        {facet: held or (() if facet is Facet.VIDE else (NOT_SAID,)) for facet, held in values.items()},
        leaders,
        tuple(value for value in values[Facet.PORTEUR] if value not in leaders),
        listed,
        len(listed) - len(engaged),
        bool(territories),
        {Facet.PORTEUR: leading, Facet.PARTENAIRE: partners},
    )


def _is_listed_partner(held: Involvement) -> bool:
    return held.role is Role.PARTENAIRE and held.field_key == "partenaires"


def _wordings(action: Action, wanted: Callable[[Involvement], bool]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(held.organisation for held in action.involvements if wanted(held)))


def names_of(names: OrganisationNames, wordings: Iterable[str]) -> tuple[Value, ...]:
    """Return the organisations of some wordings, each once."""
    return tuple(dict.fromkeys(value for wording in wordings for value in names.shown(wording)))


def _field_values(action: Action, key: str) -> tuple[Value, ...]:
    """Return what a field says, each once: its ticked boxes and its lines."""
    fields = [field for field in action.fields if field.key == key]
    words = [text for field in fields for text in _field_words(field)]
    return tuple(dict.fromkeys(Value(slug(text), text) for text in words if text))


def _field_words(field: Field) -> Iterator[str]:
    for option in field.options:
        if option.ticked:
            # « Autre : étudiants »: what is typed is what is meant.
            yield squeeze(option.typed if option.typed and _OTHER.match(option.label) else option.label)
    yield from (squeeze(item.text).strip(" ;,") for item in field.items)


def _axe(action: Action, plan: Plan, note: str) -> Iterator[Value]:
    if not action.axe:
        return
    name = capitalised(squeeze(_NUMBERED.sub("", action.axe)) or squeeze(action.axe))
    number = f"{action.axe_number}. " if action.axe_number else ""
    identity = f"{slug(plan.name)}.{action.axe_number or slug(name)}"
    yield Value(identity, f"{number}{name}", note)


def _plan_territory(plan: Plan) -> tuple[Value, ...]:
    return (Value(slug(plan.territoire), squeeze(plan.territoire)),) if plan.territoire else ()


def _years(action: Action) -> Iterator[Value]:
    if action.first_year is not None and action.last_year is not None:
        # A slip of the pen may make a period of centuries.
        last = min(action.last_year, action.first_year + _LONGEST_PERIOD)
        yield from (Value(str(year), str(year)) for year in range(action.first_year, last + 1))


def _empty_fields(action: Action) -> Iterable[Value]:
    """Return the fields of the form that nobody filled; one that is filled elsewhere in the fiche is not empty."""
    unfilled = [field for field in action.fields if not field.filled and field.key not in _NOT_TO_FILL]
    if not unfilled:
        return ()
    filled = {_identity(field) for field in action.fields if field.filled}
    empty = [field for field in unfilled if _identity(field) not in filled]
    return dict.fromkeys(Value(slug(_identity(field)), capitalised(_identity(field))) for field in empty)


def _identity(field: Field) -> str:
    return squeeze(field.label).rstrip(" :") if field.key == UNKNOWN else field_name(field.key)
