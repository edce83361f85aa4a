"""Workbooks for tests, with invented content: an import sheet and an export of Territoires en Transitions, others."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from clsassist.lexicon import load_lexicon
from clsassist.parsing.fiches import parse_document
from clsassist.readers.transcript import Transcript
from clsassist.records import Action, Document, Section, Warning
from clsassist.tet import COLUMNS

LABELS = [column.label for column in COLUMNS]


def to_bytes(book: Workbook) -> bytes:
    """Return a workbook as the bytes of its file."""
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def make_workbook(rows: Sequence[Sequence[Any]], shape: Callable[[Worksheet], None] | None = None) -> bytes:
    """Return a workbook of one sheet that holds ``rows``."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Actions"
    for row in rows:
        sheet.append(list(row))
    if shape:
        shape(sheet)
    return to_bytes(book)


def tet_row(**values: Any) -> list[Any]:
    """Return a row of the import sheet; names are labels in short: « titre », « financeur_1 », « montant_1 »."""
    places = {
        "axe": 0,
        "sous_axe": 1,
        "titre": 3,
        "sous_action": 4,
        "descriptif": 5,
        "gouvernance": 6,
        "objectifs": 7,
        "indicateurs": 8,
        "pilote": 9,
        "moyens": 10,
        "partenaires": 11,
        "direction": 12,
        "personne": 13,
        "participation": 15,
        "financements": 16,
        "financeur_1": 17,
        "montant_1": 18,
        "financeur_2": 19,
        "montant_2": 20,
        "budget": 23,
        "statut": 24,
        "priorite": 25,
        "debut": 26,
        "fin": 27,
        "continue_": 28,
        "calendrier": 29,
        "notes": 32,
        "documents": 35,
    }
    row: list[Any] = [None] * len(LABELS)
    for name, value in values.items():
        row[places[name]] = value
    return row


TET_TYPES = ["Champ texte"] * 26 + ["Champ date"] * 2 + ["VRAI / FAUX"] + ["Champ texte"] * 7

TET_ROWS = [
    tet_row(
        axe="Axe 1 : Accès aux soins",
        sous_axe="1.1 Installer des professionnels",
        titre="1.1.1 Ouvrir un centre de santé ",
        descriptif="Étapes prévues :\n- étude de besoins\n- recrutement de deux médecins",
        gouvernance="COPIL du CLS, deux fois l'an",
        objectifs="Objectif général : améliorer l'accès aux soins",
        indicateurs="Nombre de patients suivis",
        pilote="Communauté de communes du Val Fictif",
        moyens="0,5 ETP",
        partenaires="ARS, CPAM, MSA",
        personne="CPTS du Val Fictif",
        participation="Concertation",
        financeur_1="ARS",
        montant_1=12000,
        financeur_2="Région",
        montant_2=3500.5,
        budget=15500.5,
        statut="A discuter ",
        priorite="Élevé",
        debut=date(2025, 1, 1),
        fin=46022,
        continue_=True,
        calendrier="2025 puis chaque année",
        notes="Réunion de lancement tenue",
        documents="https://exemple.fr/etude",
    ),
    tet_row(
        axe="Axe 1 : Accès aux soins",
        sous_axe="1.1 Installer des professionnels",
        titre="1.1.1 Ouvrir un centre de santé ",
        sous_action="Recruter un médecin coordinateur",
        statut="En cours",
        debut=date(2025, 1, 2),
    ),
    tet_row(
        axe="Axe 2 : Santé mentale",
        titre="2.1.1 Former des secouristes en santé mentale",
        pilote="CCAS de Bourg-Fictif",
        partenaires="Maison des adolescents ; Éducation nationale",
        statut="Lancé",
        debut=date(2025, 1, 3),
    ),
    tet_row(axe="(Fiche non classée)", titre="Semaine du bien-être", statut="À venir"),
]


def tet_workbook(extra: Callable[[Worksheet], None] | None = None) -> bytes:
    """Return an import sheet as the platform gives it: plan in A1, labels in row 2, types in row 3, two more sheets."""
    book = Workbook()
    lists = book.active
    assert lists is not None
    lists.title = "Listes"
    for value in ("Statut", "À venir", "En cours"):
        lists.append([value])
    sheet = book.create_sheet("Plan")
    sheet.append(["Contrat local de santé du Val Fictif 2025-2029"])
    sheet.append(["Partenaires " if label == "Partenaires" else label for label in LABELS])
    sheet.append(TET_TYPES)
    sheet.append(["Exemple : Axe 1", "Exemple", None, "Exemple : titre de l'action", None, "Exemple de descriptif"])
    for row in TET_ROWS:
        sheet.append(row)
    for row in range(5, 10):
        sheet.cell(row, 19).number_format = '#,##0\\ "€"'
        sheet.cell(row, 21).number_format = '#,##0.00\\ "€"'
        sheet.cell(row, 24).number_format = "#,##0.00\\ [$€-40C]"
    if extra:
        extra(sheet)
    book.create_sheet("Lisez-moi").append(["Comment remplir"])
    return to_bytes(book)


def parse(
    read: Transcript, name: str = "classeur.xlsx"
) -> tuple[tuple[Action, ...], tuple[Section, ...], list[Warning]]:
    """Return the actions and sections of what a reader gave, with all the warnings."""
    document = Document("classeur", name, "0", read.title, read.text, read.blocks, read.warnings)
    actions, sections, warnings = parse_document(document, load_lexicon())
    return actions, sections, [*read.warnings, *warnings]


def fields_of(action: Action) -> dict[str, str]:
    """Return the filled fields of an action by label."""
    return {field.label: field.text for field in action.fields if field.filled}
