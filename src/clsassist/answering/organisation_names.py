"""Organisations of actions under one name: « CPAM », « Caisse Primaire d'Assurance Maladie »."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from clsassist.evidence import Evidence
from clsassist.proofs import part_proof
from clsassist.records import Action, Involvement, Role
from clsassist.registry import Registry
from clsassist.segments import Segment

# The fields that list the organisations of a role.
_LISTS = {Role.PORTEUR: "porteur", Role.PILOTE: "porteur", Role.PARTENAIRE: "partenaires"}


@dataclass(frozen=True, slots=True)
class Held:
    """An organisation that an action lists, the name it shares with its other wordings, and its words."""

    name: str
    involvement: Involvement
    proof: Segment


def shared_name(organisation: str, evidence: Evidence) -> str:
    """Return the name of the lexicon's actor that a name says, when it says just one; else its own stems."""
    kept = _KEPT.setdefault(evidence.registry, {})
    if organisation not in kept:
        kept[organisation] = _find_name(organisation, evidence)
    return kept[organisation]


# The names of the registry in service, each found once.
_KEPT: WeakKeyDictionary[Registry, dict[str, str]] = WeakKeyDictionary()


def _find_name(organisation: str, evidence: Evidence) -> str:
    actors = evidence.lexicon.actors_in(evidence.analyser.content(organisation))
    names = {actor.name for actor in actors}
    # « Groupe Hospitalier … pour l'hôpital de Thann » is one organisation; « ARS et CPAM » would be two.
    return next(iter(names)) if len(names) == 1 else " ".join(evidence.registry.name_stems(organisation))


def names_held(action: Action, role: Role, evidence: Evidence) -> list[Held]:
    """Return the organisations that an action lists with a role, each once, in order."""
    found: dict[str, Held] = {}
    for held in action.involvements:
        if held.role is role and held.field_key == _LISTS[role]:
            name = shared_name(held.organisation, evidence)
            found.setdefault(name, Held(name, held, part_proof(action, held, evidence.registry)))
    return list(found.values())


def common_names(lists: Sequence[Sequence[Held]]) -> list[tuple[Held, ...]]:
    """Return the organisations that every list holds, each with its wording in every list."""
    by_name = [{one.name: one for one in held} for held in lists]
    return [
        tuple(names[name] for names in by_name)
        for name in (by_name[0] if by_name else {})
        if all(name in names for names in by_name)
    ]
