"""The workbook that is exported: the platform's columns, no formula run, and the same actions when read again."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from workbooks import parse, tet_workbook

from clsassist.cli import main
from clsassist.corpus import read_corpus
from clsassist.export_xlsx import LONGEST_CELL, rows_to_workbooks, rows_to_xlsx
from clsassist.exports import ActionRow
from clsassist.readers.spreadsheet import read_xlsx
from clsassist.records import Action, Corpus, Field, Option, ParsedDocument, Role, Span, Status
from clsassist.settings import Settings
from clsassist.tet import COLUMNS


def rows_of(corpus: Corpus) -> list[ActionRow]:
    return [
        ActionRow(action, parsed.document.path, parsed.plan.name)
        for parsed in corpus.documents
        for action in parsed.actions
    ]


def make_row(title="Annuaire", fields=(), plan="CLS du Val Fictif 2025-2029", **changes):
    action = Action("a", "a", 1, None, title, Span(0, 1), "titre", None, None, None, None, tuple(fields), ())
    return ActionRow(replace(action, **changes), "a.txt", plan)


def make_field(key, label, text="", options=()):
    return Field(key, label, text, (), tuple(options), Span(0, 10))


def sheet_of(content: bytes):
    return load_workbook(io.BytesIO(content)).worksheets[0]


# --- the round trip


def field_to_content(field: Field):
    items = [(item.text, item.level, item.parent, item.mark) for item in field.items]
    boxes = [(option.label, option.ticked, option.group, option.typed) for option in field.options]
    return field.key, field.label, field.text, items, boxes


def action_to_content(action: Action):
    place = (action.number, action.title, action.title_field, action.axe, action.axe_number)
    above = (action.objectif, action.thematique, action.first_year, action.last_year)
    parts = Counter(
        (held.organisation, held.role, held.status, held.field_key, held.open) for held in action.involvements
    )
    return place, above, [field_to_content(field) for field in action.fields], parts


def assert_same_again(actions: tuple[Action, ...], plan: str) -> None:
    read = read_xlsx(rows_to_xlsx([ActionRow(action, "a.txt", plan) for action in actions]).content)
    again, _, _ = parse(read)
    assert read.title == plan
    assert [action.title for action in again] == [action.title for action in actions]
    for before, after in zip(actions, again, strict=True):
        assert action_to_content(after) == action_to_content(before)


STEMS = ("plan-sante-79", "saverne-annuaire", "saverne-attractivite-stages", "saverne-exercices-coordonnes")


@pytest.mark.parametrize("stem", [*STEMS, "thur-doller-cls"])
def test_a_real_plan_makes_the_round_trip_without_loss(real_corpus: Corpus, stem: str) -> None:
    parsed: ParsedDocument = next(held for held in real_corpus.documents if held.document.path == f"{stem}.txt")
    assert_same_again(parsed.actions, parsed.plan.name)


def test_the_shipped_corpus_makes_the_round_trip_without_loss(demo_corpus: Corpus) -> None:
    for parsed in demo_corpus.documents:
        if parsed.actions:
            assert_same_again(parsed.actions, parsed.plan.name)


def test_an_import_sheet_makes_the_round_trip_without_loss() -> None:
    actions, _, _ = parse(read_xlsx(tet_workbook()))
    assert_same_again(actions, "Contrat local de santé du Val Fictif 2025-2029")


def test_the_real_plans_hold_what_the_round_trip_must_keep(real_corpus: Corpus) -> None:
    actions = [row.action for row in rows_of(real_corpus)]
    boxes = {option.ticked for action in actions for field in action.fields for option in field.options}
    parts = [held for action in actions for held in action.involvements]
    assert boxes == {True, False, None}
    assert {held.status for held in parts} == set(Status)
    assert {held.role for held in parts} >= {Role.PORTEUR, Role.PILOTE, Role.PARTENAIRE}


def test_the_name_of_the_plan_is_found_again_by_indexing_the_workbook(demo_corpus: Corpus, tmp_path: Path) -> None:
    for name, book in rows_to_workbooks(rows_of(demo_corpus)).items():
        (tmp_path / f"{name}.xlsx").write_bytes(book.content)
    again = read_corpus([tmp_path], Settings())
    expected = Counter(row.plan for row in rows_of(demo_corpus))
    assert Counter(row.plan for row in rows_of(again)) == expected


# --- the sheet


def test_the_columns_are_those_of_the_platform_in_their_order_then_the_others():
    fields = [make_field("territoire", "Territoire d'intervention", "Val"), make_field("statut", "Statut", "En cours")]
    sheet = sheet_of(rows_to_xlsx([make_row(fields=fields)]).content)
    labels = [cell.value for cell in sheet[2]]
    assert labels[: len(COLUMNS)] == [column.label for column in COLUMNS]
    assert labels[len(COLUMNS) :] == [
        "Numéro de la fiche",
        "Numéro de l'axe",
        "Territoire d'intervention",
        "Champs de la fiche",
    ]
    assert (sheet["A1"].value, sheet["B1"].value) == ("CLS du Val Fictif 2025-2029", "Présentation de l'action")


def test_the_sheet_is_ready_to_work_in():
    sheet = sheet_of(rows_to_xlsx([make_row()]).content)
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert sheet.freeze_panes == "E3"
    assert sheet.auto_filter.ref.startswith("A2:")
    assert any("En cours" in values for values in lists.values())
    assert any("Moyen" in values for values in lists.values())
    assert sheet["D3"].alignment.wrap_text
    assert sheet.column_dimensions["F"].width == 60


@pytest.mark.parametrize("title", ["=1+1", "+33 3 88", "-1", "@SOMME(A1)", "=HYPERLINK(1)"])
def test_a_text_that_a_spreadsheet_would_run_stays_text(title):
    content = rows_to_xlsx([make_row(title)]).content
    cell = sheet_of(content)["D3"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (title, "s", True)
    assert [action.title for action in parse(read_xlsx(content))[0]] == [title]


def test_a_box_says_its_state_in_its_line():
    boxes = [
        Option("Adultes", True, Span(0, 1)),
        Option("Enfants", False, Span(1, 2)),
        Option("Annuelle", None, Span(2, 3)),
    ]
    sheet = sheet_of(rows_to_xlsx([make_row(fields=[make_field("public", "Public visé", options=boxes)])]).content)
    places = {cell.value: cell.column for cell in sheet[2]}
    assert sheet.cell(3, places["Public visé"]).value == "☒ Adultes\n☐ Enfants\n[?] Annuelle"


def test_each_plan_has_its_sheet_even_when_names_are_long_or_odd():
    plans = ["Contrat local de santé du Val Fictif, nord", "Contrat local de santé du Val Fictif, sud", "Plan [a/b]:*?"]
    book = load_workbook(io.BytesIO(rows_to_xlsx([make_row(plan=plan) for plan in plans]).content))
    assert book.sheetnames == ["Contrat local de santé du Val F", "Contrat local de santé du V (2)", "Plan  a b"]
    assert [sheet["A1"].value for sheet in book.worksheets] == plans


def test_a_workbook_of_several_plans_says_so_when_it_is_read():
    read = read_xlsx(rows_to_xlsx([make_row(plan="CLS du Nord"), make_row(plan="CLS du Sud")]).content)
    assert any("plusieurs plans (« CLS du Nord », « CLS du Sud »)" in warning.message for warning in read.warnings)
    assert len(parse(read)[0]) == 2


def test_a_text_longer_than_excel_accepts_is_counted():
    book = rows_to_xlsx([make_row("a" * (LONGEST_CELL + 1))])
    assert book.shortened == 1


def test_nothing_to_export_is_still_a_workbook():
    assert load_workbook(io.BytesIO(rows_to_xlsx([]).content)).worksheets


# --- the command


def export(index: Path, *words: str):
    return CliRunner().invoke(main, ["export", *words, "--index-dir", str(index)])


def test_the_name_of_the_file_tells_the_format(indexed_demo: Path, demo_corpus: Corpus, tmp_path: Path):
    output = tmp_path / "actions.xlsx"
    result = export(indexed_demo, "--output", str(output))
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"{len(rows_of(demo_corpus))} actions écrites" in result.stderr
    assert load_workbook(output).worksheets


def test_a_workbook_may_be_sent_to_another_program(indexed_demo: Path):
    result = export(indexed_demo, "--format", "xlsx")
    assert result.exit_code == 0
    assert load_workbook(io.BytesIO(result.stdout_bytes)).worksheets


def test_a_folder_gets_one_workbook_a_plan(indexed_demo: Path, demo_corpus: Corpus, tmp_path: Path):
    result = export(indexed_demo, "--format", "xlsx", "--output", str(tmp_path))
    assert result.exit_code == 0
    assert len(list(tmp_path.glob("*.xlsx"))) == len({row.plan for row in rows_of(demo_corpus)})
