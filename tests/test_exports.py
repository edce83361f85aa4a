"""Exports are opened in spreadsheets: one line an action, accents kept, no formula run."""

import csv
import io
import json

import pytest

from clsassist.errors import ClsAssistError
from clsassist.exports import ActionRow, neutralise, rows_to_csv, rows_to_json, write_export
from clsassist.records import Action, Field, Option, Span


def make_row(title="Annuaire", fields=()):
    values = {
        "id": "saverne#15",
        "document_id": "saverne.txt",
        "ordinal": 1,
        "number": "15",
        "involvements": (),
    }
    place = {"axe": "Axe 3", "axe_number": 3, "objectif": None, "thematique": None}
    title_place = {"title_span": Span(0, 8), "title_field": "titre"}
    action = Action(title=title, fields=tuple(fields), **values, **place, **title_place)
    return ActionRow(action, "saverne.txt", "CLS de Saverne")


def make_field(key="public", text="", options=()):
    return Field(key, "Public visé", text, (), tuple(options), Span(0, 10))


def read_csv(written):
    return list(csv.DictReader(io.StringIO(written), delimiter=";"))


def test_a_csv_has_one_line_an_action_and_one_column_a_field():
    rows = [
        make_row(fields=[make_field("porteur", "PETR ; ARS"), make_field("contexte", "Deux\nlignes")]),
        make_row(),
    ]

    first, second = read_csv(rows_to_csv(rows))

    assert (first["numero"], first["titre"], first["plan"]) == ("15", "Annuaire", "CLS de Saverne")
    assert (first["porteur"], first["contexte"]) == ("PETR ; ARS", "Deux\nlignes")
    assert (second["porteur"], second["objectif"]) == ("", "")


def test_a_csv_has_one_column_for_what_is_both_a_field_and_known_of_every_action():
    header = rows_to_csv([make_row(fields=[make_field("axe", "Axe 3 : attractivité")])]).splitlines()[0]

    assert header.split(";").count("axe") == 1


def test_a_csv_says_which_boxes_are_ticked_and_only_those():
    boxes = [
        Option("Adultes", False, Span(0, 7)),
        Option("Médical", True, Span(8, 15)),
        Option("Autre", None, Span(16, 20)),
    ]

    (row,) = read_csv(rows_to_csv([make_row(fields=[make_field(options=boxes)])]))

    assert row["public"] == "Médical"


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+33 3 88", "-1+1", "@SUM(A1)", "\t=1", "\n=1", " =1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(cell):
    assert neutralise(cell) == f"'{cell}"
    (row,) = read_csv(rows_to_csv([make_row(title=cell)]))
    assert row["titre"] == f"'{cell}"


def test_a_json_export_is_one_array_with_every_field_and_its_label():
    (row,) = json.loads(rows_to_json([make_row(fields=[make_field(text="Professionnels")])]))

    assert row["document"] == "saverne.txt"
    assert row["fields"] == [
        {"field": "public", "label": "Public visé", "text": "Professionnels", "ticked": [], "page": None}
    ]


def test_an_empty_export_is_still_readable():
    assert json.loads(rows_to_json([])) == []
    assert read_csv(rows_to_csv([])) == []


def test_a_csv_file_begins_with_the_mark_that_excel_needs_for_accents(tmp_path):
    write_export(tmp_path / "actions.csv", "titre\nÉlus\n")
    write_export(tmp_path / "actions.json", "[]\n")

    assert (tmp_path / "actions.csv").read_bytes() == "\ufefftitre\nÉlus\n".encode()
    assert (tmp_path / "actions.json").read_bytes() == b"[]\n"


def test_a_file_that_cannot_be_written_is_said_in_one_sentence(tmp_path):
    with pytest.raises(ClsAssistError, match=r"absent.*n'a pas pu être écrit.*--output"):
        write_export(tmp_path / "absent" / "actions.csv", "")
