"""Spreadsheet layouts."""

from __future__ import annotations

import csv
from datetime import date
from itertools import groupby

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from reading_plans.truth import Plan
from reading_plans.word import freeze


def tracking_table(plan: Plan) -> None:
    """Lay out a home-made table: title in A1, header in row 4, axes in merged cells, real dates, a sheet of lists."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Suivi"
    sheet["A1"] = plan.title
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = "Mise à jour : comité technique de mars 2025"
    header = ["Axe", "N°", "Intitulé de l'action", *[entry.label for entry in plan.fiches[0].entries]]
    for column, label in enumerate(header, start=1):
        cell = sheet.cell(4, column, label)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="375623")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = 30 if column in (1, 3) else 20
    row = 5
    for axe, group in groupby(plan.fiches, key=lambda fiche: fiche.axe):
        first = row
        for fiche in group:
            sheet.cell(row, 2, fiche.number)
            sheet.cell(row, 3, fiche.title).alignment = Alignment(wrap_text=True)
            for column, entry in enumerate(fiche.entries, start=4):
                sheet.cell(row, column, typed_cell(entry.text)).alignment = Alignment(wrap_text=True)
            row += 1
        sheet.cell(first, 1, f"Axe {axe[0]} : {axe[1]}" if axe else None)
        sheet.merge_cells(start_row=first, end_row=row - 1, start_column=1, end_column=1)
    lists = book.create_sheet("Listes")
    for position, state in enumerate(("À venir", "En cours", "Réalisé", "En retard"), start=1):
        lists.cell(position, 1, state)
    save(book, plan)


def typed_cell(text: str) -> str | int | date | None:
    """Give a cell what a person would have typed: a date, an integer, a text or nothing."""
    parts = text.split("/")
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        day, month, year = map(int, parts)
        return date(year, month, day)
    return int(text) if text.isdigit() else text or None


def save(book: Workbook, plan: Plan) -> None:
    """Save a workbook with fixed dates in its archive."""
    book.save(plan.path(".xlsx"))
    freeze(plan.path(".xlsx"))


def platform_export(plan: Plan) -> None:
    """Lay out a platform export: groups in row 1, labels in row 2, one row a fiche, every value a text."""
    book = Workbook()
    notice = book.active
    assert notice is not None
    notice.title = "Notice"
    notice["A1"] = "Ce fichier contient les fiches action de votre plan. Ne modifiez pas les intitulés de colonnes."
    sheet = book.create_sheet("Fiches action")
    labels = [entry.label for entry in plan.fiches[0].entries]
    header = [
        "Axe (x)",
        labels[0],
        "Titre de la fiche action",
        *labels[1:],
        "Action en amélioration continue",
        "Notes complémentaires",
    ]
    groups = {"Axe (x)": "Plan", "Titre de la fiche action": "Présentation", "Objectifs": "Objectifs et indicateurs"}
    groups |= {"Structure pilote": "Acteurs", "Statut": "Planning"}
    for column, label in enumerate(header, start=1):
        sheet.cell(1, column, groups.get(label))
        sheet.cell(2, column, f"{label} " if label in ("Statut", "Partenaires") else label).font = Font(bold=True)
    for row, fiche in enumerate(plan.fiches, start=3):
        values = [f"{fiche.axe[0]}. {fiche.axe[1]}" if fiche.axe else None, fiche.entries[0].text, fiche.title]
        values += [entry.text for entry in fiche.entries[1:]]
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column, False if value == "FAUX" else value or None)
    save(book, plan)


def french_csv(plan: Plan) -> None:
    """Write the CSV of a French spreadsheet: semicolons, Windows-1252, lists on several lines of one cell."""
    header = ["Axe", "N° action", "Action", *[entry.label for entry in plan.fiches[0].entries]]
    with plan.path(".csv").open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(header)
        for fiche in plan.fiches:
            axe = f"{fiche.axe[0]} - {fiche.axe[1]}" if fiche.axe else ""
            values = ["\n".join(f"- {p.text}" if p.bullet else p.text for p in entry.pieces) for entry in fiche.entries]
            writer.writerow([axe, fiche.number, fiche.title, *values])
