"""The sheet of Territoires en Transitions: its columns in order, its groups, its closed lists.

Source: the public import template of the platform (ADEME). The sheet is found by its cell A2, « Axe (x) ».
"""

from __future__ import annotations

from dataclasses import dataclass

from clsassist.text import fold, squeeze

# The label of the first column, which stands in A2 of the data sheet.
FIRST_LABEL = "Axe (x)"


@dataclass(frozen=True, slots=True)
class TetColumn:
    """One column: its label, the canonical field it holds (None when it holds none), its group, its width."""

    label: str
    key: str | None
    group: str
    width: int = 24


_ACTION, _AIMS = "Présentation de l'action", "Objectifs et indicateurs"
_MEANS, _LINKED = "Modalités de mise en oeuvre", "Actions liées"

COLUMNS: tuple[TetColumn, ...] = (
    TetColumn(FIRST_LABEL, "axe", _ACTION),
    TetColumn("Sous-axe (x.x)", "sous_axe", _ACTION),
    TetColumn("Sous-sous axe (x.x.x)", None, _ACTION),
    TetColumn("Titre de l'action", "titre", _ACTION, 40),
    TetColumn("Titre de la sous-action", None, _ACTION),
    TetColumn("Descriptif", "description", _ACTION, 60),
    TetColumn("Instances de gouvernance", None, _ACTION),
    TetColumn("Objectifs", "objectifs_operationnels", _AIMS, 50),
    TetColumn("Indicateurs liés", "indicateurs", _AIMS, 40),
    TetColumn("Structure pilote", "porteur", _MEANS),
    TetColumn("Moyens humains et techniques", "moyens", _MEANS, 40),
    TetColumn("Partenaires", "partenaires", _MEANS, 40),
    TetColumn("Direction ou service pilote", None, _MEANS),
    TetColumn("Personne pilote", "referent", _MEANS),
    TetColumn("Élu·e référent·e", None, _MEANS),
    TetColumn("Participation Citoyenne", "participation", _MEANS),
    TetColumn("Financements", "financement", _MEANS, 40),
    TetColumn("Financeur 1", None, _MEANS),
    TetColumn("Montant € HT", None, _MEANS, 14),
    TetColumn("Financeur 2", None, _MEANS),
    TetColumn("Montant € HT", None, _MEANS, 14),
    TetColumn("Financeur 3", None, _MEANS),
    TetColumn("Montant € HT", None, _MEANS, 14),
    TetColumn("Budget prévisionnel total € HT", None, _MEANS),
    TetColumn("Statut", "statut", _MEANS, 14),
    TetColumn("Niveau de priorité", "priorite", _MEANS, 14),
    TetColumn("Date de début", None, _MEANS, 14),
    TetColumn("Date de fin", None, _MEANS, 14),
    TetColumn("Action en amélioration continue", None, _MEANS, 14),
    TetColumn("Calendrier", "calendrier", _MEANS, 40),
    TetColumn("Actions liées", None, _LINKED),
    TetColumn("Fiches des plans liées", None, _LINKED),
    TetColumn("Notes de suivi", None, _LINKED, 40),
    TetColumn("Etapes de la fiche action", "etapes", _LINKED, 60),
    TetColumn("Notes complémentaires", None, _LINKED, 40),
    TetColumn("Documents et liens", None, _LINKED),
)

# What the platform accepts in a closed column.
CLOSED_LISTS: dict[str, tuple[str, ...]] = {
    "statut": ("À venir", "À discuter", "En cours", "Réalisé", "En retard", "En pause", "Bloqué", "Abandonné"),
    "priorite": ("Élevé", "Moyen", "Bas"),
}

_GROUPS = frozenset(fold(column.group) for column in COLUMNS)


def is_group(text: str) -> bool:
    """Say whether a cell is the heading of a group of columns.

    >>> is_group("Modalités de mise en œuvre")
    True
    """
    return fold(squeeze(text)) in _GROUPS


def closed_value(key: str, text: str) -> str | None:
    """Return the value of a closed list that a text writes, accents and case aside, or None.

    >>> closed_value("statut", "A discuter ")
    'À discuter'
    """
    folded = fold(squeeze(text))
    return next((value for value in CLOSED_LISTS.get(key, ()) if fold(value) == folded), None)
