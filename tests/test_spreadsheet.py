"""Reading spreadsheets: the sheets of Territoires en Transitions, lists and forms of our own, and odd files."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from workbooks import LABELS, fields_of, make_workbook, parse, tet_row, tet_workbook, to_bytes

from clsassist.readers.spreadsheet import read_csv, read_xlsx
from clsassist.readers.spreadsheet_values import value_to_text

HEADER = ["Titre de l'action", "Structure pilote", "Partenaires", "Date de début"]


def actions_of(rows, shape=None):
    return parse(read_xlsx(make_workbook(rows, shape)))[0]


def warnings_of(raw):
    return [warning.message for warning in parse(read_xlsx(raw))[2]]


# --- Territoires en Transitions


@pytest.fixture(scope="module")
def tet():
    return parse(read_xlsx(tet_workbook()))


def test_each_row_of_the_import_sheet_is_one_action(tet):
    actions, _, _ = tet
    assert [(action.number, action.title, action.axe_number) for action in actions] == [
        ("1.1.1", "Ouvrir un centre de santé", 1),
        (None, "Recruter un médecin coordinateur", 1),
        ("2.1.1", "Former des secouristes en santé mentale", 2),
        (None, "Semaine du bien-être", None),
    ]
    assert [action.axe for action in actions] == [
        "Axe 1 : Accès aux soins",
        "Axe 1 : Accès aux soins",
        "Axe 2 : Santé mentale",
        None,
    ]


def test_the_cells_of_a_row_are_fields_under_their_labels(tet):
    first = tet[0][0]
    shown = fields_of(first)
    assert shown["Descriptif"] == "Étapes prévues :\nétude de besoins\nrecrutement de deux médecins"
    assert shown["Instances de gouvernance"] == "COPIL du CLS, deux fois l'an"
    assert shown["Statut"] == "A discuter"
    assert shown["Action en amélioration continue"] == "VRAI"
    assert {field.key for field in first.fields if field.label == "Notes de suivi"} == {"autre"}
    assert [held.organisation for held in first.involvements if held.field_key == "partenaires"] == [
        "ARS",
        "CPAM",
        "MSA",
    ]


def test_an_amount_stands_with_the_financeur_on_its_left_and_its_label(tet):
    shown = fields_of(tet[0][0])
    assert shown["Financeur 1 › Montant € HT"] == "ARS\n12 000 €"
    assert shown["Financeur 2 › Montant € HT"] == "Région\n3 500,50 €"
    assert shown["Budget prévisionnel total € HT"] == "15 500,50 €"


def test_dates_are_days_and_give_the_years_of_the_action(tet):
    first = tet[0][0]
    shown = fields_of(first)
    assert (shown["Date de début"], shown["Date de fin"]) == ("01/01/2025", "31/12/2025")
    assert (first.first_year, first.last_year) == (2025, 2025)


def test_an_empty_cell_is_a_field_that_nobody_filled(tet):
    last = tet[0][-1]
    field = last.field("partenaires")
    assert field is not None
    assert (field.text, field.filled) == ("", False)


def test_a_sub_action_has_its_own_record_and_tells_the_action_it_belongs_to(tet):
    assert fields_of(tet[0][1])["Titre de l'action"] == "1.1.1 Ouvrir un centre de santé"


def test_what_a_coordinator_should_check_is_told(tet):
    told = "\n".join(warning.message for warning in tet[2])
    assert "feuilles non lues, car leur cellule A2 n'est pas « Axe (x) » : Listes, Lisez-moi" in told
    assert "de AA5 à AA7, les dates avancent d'un jour par ligne" in told
    assert "numéros de jour) en AB5" in told
    assert "ligne 4 : consigne ou exemple" in told
    assert "« CPTS du Val Fictif » semble une organisation" in told
    assert "« Lancé » n'est pas une valeur connue" in told
    assert "A discuter" not in told


def test_the_name_of_the_plan_is_the_title_of_the_file():
    assert read_xlsx(tet_workbook()).title == "Contrat local de santé du Val Fictif 2025-2029"


def test_an_export_without_some_columns_and_with_a_merged_axe_is_read():
    rows = [
        ["Présentation de l'action", None, None, "Modalités de mise en oeuvre", None],
        ["Axe (x)", "Titre de l'action", "Descriptif", "Notes de suivi 2024", "Budget prévisionnel total € TTC"],
        ["Axe 1 : Soins", "Bus santé", "Louer un bus", "RAS", 12000],
        [None, "Dépistage", None, "ok", None],
        ["Axe 2 : Répit", "Café des aidants", None, None, None],
        [None, "Halte", None, None, None],
    ]

    actions = actions_of(rows, lambda sheet: [sheet.merge_cells(place) for place in ("A1:C1", "D1:E1", "A3:A4")])

    assert [(action.title, action.axe) for action in actions] == [
        ("Bus santé", "Axe 1 : Soins"),
        ("Dépistage", "Axe 1 : Soins"),
        ("Café des aidants", "Axe 2 : Répit"),
        ("Halte", None),
    ]
    assert fields_of(actions[0])["Notes de suivi 2024"] == "RAS"
    inherited = next(field for field in actions[1].fields if field.key == "axe")
    assert inherited.inherited


# --- lists of our own


def test_columns_are_found_by_label_in_any_order_and_unknown_ones_are_kept():
    rows = [
        ["Plan santé du Bocage 2024-2026"],
        ["Point de vigilance", "Partenaires", "Titre de l'action", "Calendrier"],
        ["Recrutement", "MSA", "Bus santé", "2024"],
    ]
    read = read_xlsx(make_workbook(rows))
    (action,), _, _ = parse(read)
    assert (read.title, action.title) == ("Plan santé du Bocage 2024-2026", "Bus santé")
    assert fields_of(action) == {"Point de vigilance": "Recrutement", "Partenaires": "MSA", "Calendrier": "2024"}


def test_a_second_row_of_labels_a_row_that_heads_and_a_total_are_no_actions():
    rows = [
        ["N°", "Intitulé de l'action", "Calendrier", None, "Coût"],
        [None, None, "Début", "Fin", None],
        ["Axe 1 : Prévention"],
        ["1.1", "Former", "2024", "2025", 10],
        [None, None, "2026", None, None],
        ["Axe 2 : Soins"],
        ["2.1", "Installer", "2024", None, 20],
        ["Total", None, None, None, 30],
    ]

    first, second = actions_of(rows, lambda sheet: [sheet.merge_cells(r) for r in ("A1:A2", "B1:B2", "C1:D1", "E1:E2")])

    assert (first.number, first.title, first.axe, first.axe_number) == ("1.1", "Former", "Prévention", 1)
    assert fields_of(first)["Calendrier › Début"] == "2024\n2026"
    assert (second.number, second.axe_number, fields_of(second)["Coût"]) == ("2.1", 2, "20")


def test_a_title_merged_over_several_rows_is_one_action():
    rows = [HEADER, ["Bus santé", "CCAS", "ARS"], [None, None, "CPAM"], ["Halte", "Ville", "MSA"]]

    first, second = actions_of(rows, lambda sheet: [sheet.merge_cells(r) for r in ("A2:A3", "B2:B3")])

    assert (fields_of(first)["Partenaires"], fields_of(first)["Structure pilote"]) == ("ARS\nCPAM", "CCAS")
    assert second.title == "Halte"


def test_two_sheets_of_actions_are_read_and_a_sheet_of_notes_is_kept_as_text():
    book = Workbook()
    for name in ("Soins", "Prévention"):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append([f"Action {name}", "CCAS"])
    book.create_sheet("Notes").append(["Rappel", "Le bureau se réunit en mai"])
    actions, sections, _ = parse(read_xlsx(to_bytes(book)))
    assert [action.title for action in actions] == ["Action Soins", "Action Prévention"]
    assert not any("mai" in field.text for action in actions for field in action.fields)
    assert any("mai" in field.text for section in sections for field in section.fields)


def test_a_hidden_sheet_and_hidden_rows_are_read_and_told():
    book = Workbook()
    sheet = book.active
    for row in (HEADER, ["Bus", "CCAS"], ["Halte", "Ville"]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    hidden = book.create_sheet("Archive")
    hidden.sheet_state = "hidden"
    hidden.append(HEADER)
    hidden.append(["Ancienne action", "PETR"])
    actions, _, warnings = parse(read_xlsx(to_bytes(book)))
    told = "\n".join(warning.message for warning in warnings)
    assert [action.title for action in actions] == ["Bus", "Halte", "Ancienne action"]
    assert "« Archive » : elle est masquée" in told
    assert "lignes masquées (ou filtrées) lues comme les autres : 3" in told
    assert "colonnes masquées lues comme les autres : B" in told


# --- forms


def test_a_workbook_that_is_one_form_is_one_fiche():
    rows = [
        ["Fiche-action n°3 : Prévenir les chutes"],
        ["Porteur", "CCAS de Fictif"],
        ["Objectif général", "Réduire les chutes"],
        ["Partenaires", "ARS\nCPAM"],
        ["Public visé", "Adultes", "x"],
        [None, "Enfants", None],
        [None, "Seniors", True],
        ["Calendrier", "2025-2026"],
    ]

    (action,) = actions_of(rows)

    assert (action.number, action.title) == ("3", "Prévenir les chutes")
    assert fields_of(action)["Partenaires"] == "ARS\nCPAM"
    public = action.field("public")
    assert public is not None
    assert [(option.label, option.ticked) for option in public.options] == [
        ("Adultes", True),
        ("Enfants", False),
        ("Seniors", True),
    ]


def test_a_mark_before_its_label_ticks_that_label():
    rows = [["Fiche-action n°1 : Essai"], ["Porteur", "ARS"], ["Public visé", "☒", "Adultes"], [None, "☐", "Enfants"]]
    (action,) = actions_of(rows)
    public = action.field("public")
    assert public is not None
    assert [(option.label, option.ticked) for option in public.options] == [("Adultes", True), ("Enfants", False)]


# --- cells


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0,3"),
        (12000, '#,##0\\ "€"', "12 000 €"),
        (1234.5, "#,##0.00\\ [$€-40C]", "1 234,50 €"),
        (0.25, "0%", "25 %"),
        (0.125, "0.0%", "12,5 %"),
        (7, "0.##", "7"),
        (True, "General", "VRAI"),
        (date(2025, 9, 1), "dd/mm/yyyy", "01/09/2025"),
        (datetime(2025, 9, 1, 14, 30), "dd/mm/yyyy hh:mm", "01/09/2025 14:30"),
        (date(2025, 9, 1), "mmm\\-yy", "septembre 2025"),
        (date(2025, 9, 1), "yyyy", "2025"),
        (12345678, "General", "12345678"),
    ],
)
def test_a_value_is_written_as_its_french_reader_sees_it(value, number_format, shown):
    assert value_to_text(value, number_format) == shown


def test_dates_counted_from_1904_are_the_same_days():
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEADER)
    book.active.append(["Bus", "CCAS", "ARS", date(2025, 1, 1)])
    book.active.append(["Halte", "CCAS", "ARS", 45658 - 1462])
    actions, _, _ = parse(read_xlsx(to_bytes(book)))
    assert [fields_of(action)["Date de début"] for action in actions] == ["01/01/2025", "01/01/2025"]


def test_a_number_outside_a_column_of_dates_stays_a_number():
    (action,) = actions_of([[*HEADER, "Coût"], ["Bus", "CCAS", "ARS", "01/09/2025", 45658]])
    assert fields_of(action)["Coût"] == "45658"
    assert fields_of(action)["Date de début"] == "01/09/2025"


def test_an_error_and_a_formula_without_result_are_told():
    def shape(sheet):
        sheet["B2"] = "=SUM(A1:A2)"
        sheet["C2"] = "#REF!"
        sheet["C2"].data_type = "e"

    told = "\n".join(warnings_of(make_workbook([HEADER, ["Bus"]], shape)))
    assert "formule sans résultat enregistré en B2" in told
    assert "la cellule C2 contient l'erreur #REF!" in told


def test_a_link_is_shown_with_its_address():
    def shape(sheet):
        sheet["B2"].hyperlink = "https://exemple.fr/ccas"

    (action,) = actions_of([HEADER, ["Bus", "CCAS"]], shape)
    assert fields_of(action)["Structure pilote"] == "CCAS (https://exemple.fr/ccas)"


def test_the_lines_of_a_cell_are_lines_and_bullets():
    (action,) = actions_of([["Titre de l'action", "Descriptif"], ["Bus", "Étapes :\n- louer\n   - conduire\n• rouler"]])
    field = action.field("description")
    assert field is not None
    assert [(item.text, item.level) for item in field.items] == [
        ("Étapes :", 0),
        ("louer", 1),
        ("conduire", 2),
        ("rouler", 1),
    ]


def test_every_quote_is_the_text_of_the_document():
    read = read_xlsx(tet_workbook())
    actions, _, _ = parse(read)
    for action in actions:
        assert action.title_span.of(read.text).strip() == action.title
        for field in action.fields:
            for item in field.items:
                assert " ".join(span.of(read.text) for span in item.spans).split() == item.text.split()


# --- CSV


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252", "utf-16"])
def test_a_csv_is_read_whatever_its_separator_and_encoding(delimiter, encoding):
    rows = ["Titre de l'action|Porteur|Date de début", '"Bus\r\nsanté"|Élus|45658', "Dépistage|Ville|01/09/2025"]
    raw = "\r\n".join(rows).replace("|", delimiter).encode(encoding)
    first, second = parse(read_csv(raw))[0]
    assert (first.title, fields_of(first)["Porteur"], fields_of(first)["Date de début"]) == (
        "Bus santé",
        "Élus",
        "01/01/2025",
    )
    assert second.title == "Dépistage"


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"a\x00b;\x00\x00\x01"])
def test_a_csv_that_is_no_text_is_refused(raw):
    with pytest.raises(ValueError, match=r"vide|nuls"):
        read_csv(raw)


# --- limits and damage


def test_an_old_workbook_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"enregistrez-le en \.xlsx"):
        read_xlsx(b"\xd0\xcf\x11\xe0" + b"\0" * 600)


def test_a_protected_workbook_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="mot de passe"):
        read_xlsx(b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))


@pytest.mark.parametrize("cut", [40, 2_000, -30])
def test_a_damaged_workbook_is_refused(cut):
    with pytest.raises(ValueError, match=r"abîmé|tronqué"):
        read_xlsx(tet_workbook()[:cut])


def edited(raw, name, edit):
    """Return a workbook one part of which was edited."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as package, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in package.namelist():
            content = package.read(entry)
            copy.writestr(entry, edit(content) if entry == name else content)
    return written.getvalue()


def test_a_sheet_that_defines_entities_is_refused():
    raw = edited(tet_workbook(), "xl/worksheets/sheet2.xml", lambda xml: b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml)
    with pytest.raises(ValueError, match="entités"):
        read_xlsx(raw)


def test_a_broken_sheet_is_refused():
    raw = edited(tet_workbook(), "xl/worksheets/sheet2.xml", lambda xml: xml.replace(b"</row>", b""))
    with pytest.raises(ValueError, match="abîmé"):
        read_xlsx(raw)


def test_a_package_that_is_no_workbook_is_refused():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("a.txt", "a")
    with pytest.raises(ValueError, match="classeur"):
        read_xlsx(written.getvalue())


def test_rows_that_only_have_a_style_cost_nothing_and_are_no_rows():
    styled = b"".join(b'<row r="%d" s="1"><c r="A%d" s="0"/></row>' % (row, row) for row in range(50, 60_000))
    raw = edited(
        make_workbook([HEADER, ["Bus", "CCAS"]]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", styled + b"</sheetData>"),
    )
    read = read_xlsx(raw)
    assert len(read.text) < 200
    assert [action.title for action in parse(read)[0]] == ["Bus"]


def test_a_sheet_beyond_the_limits_is_refused():
    with pytest.raises(ValueError, match="dépasse 20000 lignes"):
        read_xlsx(make_workbook([HEADER], lambda sheet: sheet.cell(30_000, 1, "Bus")))
    with pytest.raises(ValueError, match="dépasse 200 colonnes"):
        read_xlsx(make_workbook([HEADER], lambda sheet: sheet.cell(2, 300, "Bus")))


def test_an_empty_workbook_has_no_text():
    assert not read_xlsx(make_workbook([])).text.strip()


def test_the_import_sheet_has_as_many_columns_as_its_rows():
    assert len(tet_row()) == len(LABELS)


LIST = "N°;Action;Pilote;Budget\n2,3;Marcher;Ville;\n2,4;Rouler;CAF;12;oublié\n"


def test_an_empty_cell_is_proved_by_the_label_of_its_column():
    actions, _, _ = parse(read_csv(LIST.encode()))

    empty = next(field for field in actions[0].fields if field.label == "Budget")
    assert (empty.text, LIST[empty.span.start : empty.span.end] or None) != ("", None)
    assert empty.span.end > empty.span.start


def test_a_number_that_the_sheet_writes_with_a_comma_is_that_of_the_fiche():
    actions, _, _ = parse(read_csv(LIST.encode()))

    assert [action.number for action in actions] == ["2.3", "2.4"]


def test_a_value_beyond_the_columns_is_kept():
    actions, _, _ = parse(read_csv(LIST.encode()))

    assert ("Colonne sans titre", "oublié") in [(field.label, field.text) for field in actions[1].fields]
