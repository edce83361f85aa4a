"""More spreadsheet layouts: a form on each sheet, a follow-up with a sheet for each axe."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from reading_plans.sheets import save, typed_cell
from reading_plans.truth import Entry, Fiche, Plan

_LABEL = PatternFill("solid", fgColor="DDEBF7")
# Two fields on one row of the form, when their labels follow each other.
_PAIRED = {"Porteur du projet", "Démarrage", "Coût total (€)"}


def form_sheets(plan: Plan) -> None:
    """Lay out a form on each sheet, every label and value in merged cells, choices with a cross beside, and a model."""
    book = Workbook()
    model = book.active
    assert model is not None
    model.title = "Modèle vierge"
    _form(model, plan, None)
    for fiche in plan.fiches:
        _form(book.create_sheet(f"Fiche {fiche.number}"), plan, fiche)
    save(book, plan)


def _form(sheet: Worksheet, plan: Plan, fiche: Fiche | None) -> None:
    _put(sheet, 1, 1, 8, plan.title).font = Font(italic=True)
    _put(sheet, 2, 1, 8, f"FICHE PROJET N° {fiche.number if fiche else '…'}").font = Font(bold=True, size=14)
    _put(sheet, 3, 1, 2, "Intitulé du projet").fill = _LABEL
    _put(sheet, 3, 3, 8, fiche.title if fiche else None)
    _put(sheet, 4, 1, 2, "Axe du contrat").fill = _LABEL
    _put(sheet, 4, 3, 8, f"Axe {fiche.axe[0]} : {fiche.axe[1]}" if fiche and fiche.axe else None)
    row, second = 6, False
    for entry in plan.fiches[0].entries:
        filled = fiche.entry(entry.label) if fiche else None
        if entry.boxes:
            _choices(sheet, row, entry, filled)
        elif entry.label in _PAIRED or second:
            start = 5 if second else 1
            _put(sheet, row, start, start + 1, entry.label).fill = _LABEL
            _put(sheet, row, start + 2, start + 3, typed_cell(filled.text) if filled else None)
        else:
            _put(sheet, row, 1, 2, entry.label).fill = _LABEL
            _put(sheet, row, 3, 8, typed_cell(filled.text) if filled else None)
        second = entry.label in _PAIRED
        row += not second


def _choices(sheet: Worksheet, row: int, entry: Entry, filled: Entry | None) -> None:
    _put(sheet, row, 1, 2, entry.label).fill = _LABEL
    for position, name in enumerate(entry.boxes):
        sheet.cell(row, 3 + 2 * position, name)
        sheet.cell(row, 4 + 2 * position, "X" if filled and filled.boxes[name] else None)


def _put(sheet: Worksheet, row: int, first: int, last: int, value: str | int | date | None) -> Cell:
    sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    cell = sheet.cell(row, first)
    assert isinstance(cell, Cell)
    cell.value = value
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def sheet_an_axe(plan: Plan) -> None:
    """Lay out a sheet an axe, headers on two rows with merged groups, a subtotal, a notice and a summary in figures."""
    book = Workbook()
    notice = book.active
    assert notice is not None
    notice.title = "Lisez-moi"
    notice["A1"] = plan.title
    notice["A3"] = "Chaque service met à jour sa ligne avant le 15 du mois. Ne pas ajouter de colonne."
    totals = []
    for axe, group in groupby(plan.fiches, key=lambda fiche: fiche.axe):
        fiches = list(group)
        name = f"Axe {axe[0]} - {axe[1]}" if axe else "Hors axe"
        _axe_sheet(book.create_sheet(name), f"{plan.title} – {name}", fiches, plan.data["grouped"])
        totals.append((name, len(fiches)))
    summary = book.create_sheet("Bilan")
    for row, values in enumerate([("Axe", "Nombre d'actions"), *totals], start=1):
        for column, value in enumerate(values, start=1):
            summary.cell(row, column, value)
    save(book, plan)


def _axe_sheet(sheet: Worksheet, title: str, fiches: list[Fiche], groups: dict[str, str]) -> None:
    sheet["A1"] = title
    sheet["A1"].font = Font(bold=True, size=13)
    labels = ["Réf.", "Engagement", *[entry.label for entry in fiches[0].entries]]
    for column, label in enumerate(labels, start=1):
        group = groups.get(label)
        if group is None:
            sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
        elif groups.get(labels[column - 2]) != group:
            width = sum(held == group for held in groups.values())
            sheet.merge_cells(start_row=3, end_row=3, start_column=column, end_column=column + width - 1)
        top = sheet.cell(3, column)
        if isinstance(top, Cell):
            top.value = group or label
        if group:
            sheet.cell(4, column, label)
        sheet.cell(3, column).font = Font(bold=True)
    for row, fiche in enumerate(fiches, start=5):
        values = [fiche.number, fiche.title, *[typed_cell(entry.text) for entry in fiche.entries]]
        for column, value in enumerate(values, start=1):
            sheet.cell(row, column, value)
    end = 5 + len(fiches)
    sheet.cell(end, 2, "Sous-total de l'axe").font = Font(bold=True)
    for column, letter in ((len(labels) - 1, "I"), (len(labels), "J")):
        sheet.cell(end, column, f"=SUM({letter}5:{letter}{end - 1})")
