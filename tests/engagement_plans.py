"""Two invented plans where names of organisations are easily mistaken, and their directory."""

from __future__ import annotations

from pathlib import Path

from clsassist.corpus import read_corpus
from clsassist.engagement_sheet import Directory
from clsassist.lexicon import load_lexicon
from clsassist.registry import Registry
from clsassist.registry_writing import write_registry
from clsassist.settings import Settings

VALMONT = """# Contrat local de santé du Pays de Valmont 2024-2028

Le contrat est signé dans le Loiret.

## Fiche-action n°1 : Soutenir les aidants

| | |
|---|---|
| Porteur de l'action | Communauté de communes de Valmont, Mme Anne Duval, coordinatrice : a.duval@valmont.example |
| Partenaires | - CPAM du Loiret<br>- Mutualité sociale agricole (MSA)<br>- GHRMSA pour l'hôpital *<br>- Région |
| Calendrier prévisionnel | De janvier 2024 à décembre 2026 |

\\* partenaires à contacter

## Fiche-action n°2 : Former les jeunes

| | |
|---|---|
| Porteur de l'action | CPAM |
| Partenaires | - Pôle emploi<br>- Lycées<br>- Fédération des MSP<br>- =1+1 |
| Financement | La Région Centre et la CPAM |
| Calendrier prévisionnel | 2025 |
"""

BRISAC = """# Contrat local de santé du Pays de Brisac 2025-2029

Le contrat est signé dans le Cher.

## Fiche-action n°1 : Ouvrir un lieu d'écoute

| | |
|---|---|
| Porteur de l'action | CPAM du Cher |
| Partenaires | - France Travail<br>- Lycée agricole de Brisac<br>- MSP de Brisac<br>- Groupe hospitalier de la \
Région de Mulhouse et Sud Alsace |
| Étapes | La mission locale accueille les jeunes avec la MSA. |
| Calendrier prévisionnel | 2025-2026 |
"""

VALMONT_PLAN = "Contrat local de santé du Pays de Valmont 2024-2028"


def open_directory(folder: Path) -> Directory:
    """Write the two plans in a folder, read them, and return their organisations."""
    (folder / "plans").mkdir()
    for name, text in (("valmont.md", VALMONT), ("brisac.md", BRISAC)):
        (folder / "plans" / name).write_text(text, encoding="utf-8")
    lexicon = load_lexicon()
    write_registry(folder / "registry.sqlite", read_corpus([folder / "plans"], Settings()), [], lexicon.analyser)
    return Directory(Registry.open(folder / "registry.sqlite", lexicon.analyser), lexicon)
