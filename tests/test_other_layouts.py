"""Forms laid out otherwise than one table of labels and values, and plans without any form."""

from __future__ import annotations

from collections.abc import Sequence

from clsassist.lexicon import load_lexicon
from clsassist.parsing.fiches import parse_document
from clsassist.readers.html import read_html
from clsassist.readers.layout import Line, Table, TableCell, write_layout
from clsassist.records import Action, Document, Section, Status


def cell(*lines: str) -> TableCell:
    return TableCell(tuple(Line(line) for line in lines if line))


def table(*rows: Sequence[str]) -> Table:
    """A table; a cell's paragraphs are parted by « / »."""
    return Table(tuple(tuple(cell(*words.split(" / ")) for words in row) for row in rows))


def parse(*parts: Line | Table | str) -> tuple[tuple[Action, ...], tuple[Section, ...]]:
    read = write_layout(Line(part) if isinstance(part, str) else part for part in parts)
    document = Document("plan", "plan.docx", "0", None, read.text, read.blocks)
    actions, sections, _ = parse_document(document, load_lexicon())
    for owner in (*actions, *sections):
        for field in owner.fields:
            for item in field.items:
                assert all(span.of(read.text).strip() for span in item.spans)
    return actions, sections


def fields(action: Action) -> list[tuple[str, str, str]]:
    return [(field.key, field.label, field.text) for field in action.fields]


FORM = (
    ("Pilote", "Commune de Valmore"),
    ("Objectifs", "Rapprocher les soins"),
    ("Partenaires", "ARS, CPAM"),
    ("Calendrier", "2025"),
)


def test_three_labels_close_together_without_a_title_are_a_fiche():
    (action,), _ = parse("Un texte d'introduction, assez long pour n'être pas un titre.", table(*FORM))

    assert action.title == "Rapprocher les soins"
    assert [key for key, _, _ in fields(action)] == ["porteur", "objectifs_operationnels", "partenaires", "calendrier"]


def test_a_title_page_is_no_fiche():
    actions, sections = parse(
        "Contrat local de santé de Valmore",
        table(("Territoire", "Valmore"), ("Période", "2025-2029"), ("Pilote", "CC")),
    )

    assert actions == ()
    assert any("2025-2029" in field.text for section in sections for field in section.fields)


def test_the_line_above_each_table_is_its_title():
    (first, second), _ = parse(
        Line("Former les aidants", heading=2), table(*FORM), Line("3.2 – Ouvrir un guichet", heading=2), table(*FORM)
    )

    assert (first.number, first.title) == (None, "Former les aidants")
    assert (second.number, second.title) == ("3.2", "Ouvrir un guichet")
    assert fields(first)[-1][2] == "2025"


def test_a_lone_row_above_the_labels_is_the_title():
    (first, second), _ = parse(table(("Former les aidants",), *FORM), table(("Ouvrir un guichet",), *FORM))

    assert (first.title, second.title) == ("Former les aidants", "Ouvrir un guichet")


def test_labels_stand_in_pairs_on_a_row():
    (action,), _ = parse(
        "Action 3 : Ouvrir un guichet",
        table(
            ("Pilote", "CCAS", "Partenaires", "CAF"),
            ("Public", "Familles", "Points de vigilance", "Le local"),
            ("Description", "Un accueil unique"),
        ),
    )

    assert fields(action) == [
        ("porteur", "Pilote", "CCAS"),
        ("partenaires", "Partenaires", "CAF"),
        ("public", "Public", "Familles"),
        ("autre", "Points de vigilance", "Le local"),
        ("description", "Description", "Un accueil unique"),
    ]


def test_each_label_stands_in_a_row_above_its_value():
    (action,), _ = parse(
        "Action 3 : Ouvrir un guichet",
        table(
            ("Contexte",),
            ("Peu d'accueil dans les bourgs.",),
            ("Points de vigilance",),
            ("Trouver un local.",),
            ("Partenaires",),
            ("CAF, MSA",),
        ),
    )

    assert fields(action) == [
        ("contexte", "Contexte", "Peu d'accueil dans les bourgs."),
        ("autre", "Points de vigilance", "Trouver un local."),
        ("partenaires", "Partenaires", "CAF, MSA"),
    ]


def test_a_cell_holds_its_label_and_its_value():
    (action,), _ = parse(
        "Action 3 : Ouvrir un guichet",
        table(("Contexte / Peu d'accueil dans les bourgs.",), ("Partenaires : CAF, MSA",)),
    )

    assert fields(action) == [
        ("contexte", "Contexte", "Peu d'accueil dans les bourgs."),
        ("partenaires", "Partenaires", "CAF, MSA"),
    ]


def test_a_row_of_labels_heads_the_row_below():
    (action,), _ = parse(
        "Action 3 : Ouvrir un guichet",
        table(("Pilote", "Partenaires", "Calendrier"), ("CCAS", "CAF", "2026")),
    )

    assert fields(action) == [
        ("porteur", "Pilote", "CCAS"),
        ("partenaires", "Partenaires", "CAF"),
        ("calendrier", "Calendrier", "2026"),
    ]


def test_marks_under_years_are_boxes():
    (action,), _ = parse(
        "Action 3 : Ouvrir un guichet",
        table(("Calendrier", "2024", "2025", "2026"), ("", "", "X", "x"), ("Pilote", "CCAS", "", "")),
    )

    (found,) = [field for field in action.fields if field.key == "calendrier"]
    assert [(option.label, option.ticked) for option in found.options] == [
        ("2024", False),
        ("2025", True),
        ("2026", True),
    ]
    assert (action.first_year, action.last_year) == (2025, 2026)


def test_headings_inside_a_fiche_are_labels():
    (first, second), _ = parse(
        Line("Fiche action 1 : Ouvrir un guichet", heading=2),
        Line("Contexte", heading=3),
        "Peu d'accueil dans les bourgs.",
        Line("Points de vigilance", heading=3),
        "Trouver un local.",
        Line("Fiche action 2", heading=2),
        Line("Former les aidants", heading=3),
        Line("Partenaires", heading=3),
        Line("CAF", bullet=0),
    )

    assert fields(first) == [
        ("contexte", "Contexte", "Peu d'accueil dans les bourgs."),
        ("autre", "Points de vigilance", "Trouver un local."),
    ]
    assert (second.number, second.title) == ("2", "Former les aidants")
    assert fields(second) == [("partenaires", "Partenaires", "CAF")]


def test_two_labels_on_one_line():
    (action,), _ = parse("Action 3 : Ouvrir un guichet", "Pilote : CCAS – Partenaires : CAF, MSA", "Public : familles")

    assert fields(action) == [
        ("porteur", "Pilote", "CCAS"),
        ("partenaires", "Partenaires", "CAF, MSA"),
        ("public", "Public", "familles"),
    ]


def test_a_label_in_no_list_is_kept_where_labels_stand_before_colons():
    (action,), _ = parse(
        "Action 3 : Ouvrir un guichet", "Pilote : CCAS", "Partenaires : CAF", "Points de vigilance : le local"
    )

    assert fields(action)[-1] == ("autre", "Points de vigilance", "le local")


def test_contacts_and_objectives_inside_a_fiche_are_its_fields():
    (action,), _ = parse(
        "Action 3 : Ouvrir un guichet",
        "Contacts",
        "Service santé",
        "Objectifs",
        "Objectif 1 : accueillir",
        "Pilote : CCAS",
    )

    assert fields(action) == [
        ("referent", "Contacts", "Service santé"),
        ("objectifs_operationnels", "Objectifs", "Objectif 1 : accueillir"),
        ("porteur", "Pilote", "CCAS"),
    ]


def test_the_heading_of_a_fiche_printed_again_goes_on_with_it():
    actions, _ = parse(
        "Fiche action 3 : Ouvrir un guichet",
        table(("Pilote", "CCAS")),
        "Fiche action 3 : Ouvrir un guichet (suite)",
        table(("Partenaires", "CAF")),
    )

    assert [[key for key, _, _ in fields(action)] for action in actions] == [["porteur", "partenaires"]]


def test_a_table_of_contents_holds_no_fiche():
    actions, _ = parse(
        "Fiche action 1 : Ouvrir un guichet ........ 4",
        "Fiche action 2 : Former les aidants ........ 6",
        "Fiche action 1 : Ouvrir un guichet",
        table(("Pilote", "CCAS")),
        "Fiche action 2 : Former les aidants",
        table(("Pilote", "CAF")),
    )

    assert [(action.number, action.title) for action in actions] == [
        ("1", "Ouvrir un guichet"),
        ("2", "Former les aidants"),
    ]


def test_numbered_headings_of_a_prose_plan_are_its_actions():
    actions, _ = parse(
        Line("1. Prévenir", heading=1),
        Line("1.1 Ouvrir un guichet", heading=2),
        "La commune ouvrira un accueil. Pilote pressenti : le CCAS.",
        Line("1.2 Former les aidants", heading=2),
        "Deux sessions par an.",
        Line("2. Soigner", heading=1),
        Line("2.1 Installer un médecin", heading=2),
        "Un logement sera proposé.",
    )

    assert [(action.number, action.title) for action in actions] == [
        ("1.1", "Ouvrir un guichet"),
        ("1.2", "Former les aidants"),
        ("2.1", "Installer un médecin"),
    ]
    assert fields(actions[1]) == [("description", "Texte", "Deux sessions par an.")]


def test_numbered_items_of_a_prose_plan_are_its_actions():
    actions, _ = parse(
        "Le plan de santé de la commune",
        "Le diagnostic a montré des besoins.",
        "1. Ouvrir un guichet d'accueil",
        "Il sera tenu par le CCAS.",
        "2. Former les aidants",
        "3. Installer un médecin",
    )

    assert [(action.number, action.title) for action in actions] == [
        ("1", "Ouvrir un guichet d'accueil"),
        ("2", "Former les aidants"),
        ("3", "Installer un médecin"),
    ]


def test_a_value_above_a_table_goes_on_with_its_label():
    (action,), _ = parse(
        "Action 3 : Ouvrir un guichet", "PARTENAIRES", "ARS", table(("Calendrier", "2026"), ("Pilote", "CCAS"))
    )

    assert fields(action) == [
        ("partenaires", "PARTENAIRES", "ARS"),
        ("calendrier", "Calendrier", "2026"),
        ("porteur", "Pilote", "CCAS"),
    ]


def test_the_axe_written_as_a_label_of_a_fiche_does_not_close_it():
    (first, second), _ = parse(
        "Action 3 : Ouvrir un guichet",
        "Axe stratégique 1 : Accueillir",
        "Objectif stratégique 2 : Rapprocher les services",
        "Thématique : Accès aux droits",
        "Pilote : CCAS",
        "Partenaires : CAF",
        "Calendrier : 2026",
        "Axe 2 : Former",
        "Action 4 : Former les aidants",
        "Pilote : CCAS",
    )

    assert (first.axe, first.axe_number) == ("Accueillir", 1)
    assert (first.objectif, first.thematique) == ("Rapprocher les services", "Accès aux droits")
    assert [key for key, _, _ in fields(first)][-3:] == ["porteur", "partenaires", "calendrier"]
    assert (second.title, second.axe, second.axe_number) == ("Former les aidants", "Former", 2)


def test_an_axe_below_a_fiche_without_fields_heads_the_next_one():
    (first, second), _ = parse(
        "Axe 1 : Accueillir",
        "Action 3 : Ouvrir un guichet",
        "Axe 2 : Former",
        "Action 4 : Former les aidants",
        "Pilote : CCAS",
    )

    assert (first.axe, second.axe) == ("Accueillir", "Former")


def test_a_list_of_sub_actions_is_one_field_and_a_row_without_a_subject_goes_on():
    (action,), _ = parse(
        "Action 3 : Ouvrir un guichet",
        table(("Contexte", "Peu d'accueil"), ("Public", "Familles")),
        table(
            ("Action", "Pilote", "Année"),
            ("Trouver un local", "CCAS", "2026"),
            ("", "CAF", ""),
            ("Former l'équipe", "MSA", "2027"),
        ),
    )

    (steps,) = [field for field in action.fields if field.key == "etapes"]
    assert [item.text for item in steps.items] == ["Trouver un local CCAS 2026 CAF", "Former l'équipe MSA 2027"]
    assert [field.text for field in action.fields if field.key == "partenaires"] == ["CCAS\nCAF\nMSA"]


def test_an_empty_column_of_an_inner_list_makes_no_field():
    (action,), _ = parse(
        "Action 3 : Ouvrir un guichet",
        table(("Contexte", "Peu d'accueil"), ("Public", "Familles")),
        table(("Action", "Pilote", "Année"), ("Trouver un local", "CCAS", ""), ("Former l'équipe", "MSA", "")),
    )

    assert [key for key, _, _ in fields(action)] == ["contexte", "public", "etapes", "partenaires"]


def test_a_table_of_contents_opens_neither_axe_nor_section():
    (action,), sections = parse(
        "Sommaire",
        "Axe 1 :",
        "Ouvrir un guichet ........ 4",
        "Axe 2 : Former ........ 5",
        "Former les aidants ........ 6",
        "Axe 2 : Former",
        "Fiche action 2 : Former les aidants",
        table(("Pilote", "CAF")),
    )

    assert (action.title, action.axe, action.axe_number) == ("Former les aidants", "Former", 2)
    assert sections == ()


def test_a_table_of_contents_laid_out_as_a_table_is_not_read():
    (action,), sections = parse(
        "Table des matières",
        table(("Axe 1 : Accueillir", "3"), ("Ouvrir un guichet", "4"), ("Axe 2 : Former", "5")),
        "Axe 1 : Accueillir les familles",
        "Fiche action 1 : Ouvrir un guichet",
        table(("Pilote", "CAF")),
    )

    assert (action.title, action.axe) == ("Ouvrir un guichet", "Accueillir les familles")
    assert sections == ()


def test_foot_notes_close_the_last_fiche():
    (action,), (section,) = parse(
        "Fiche action 1 : Ouvrir un guichet",
        table(("Pilote", "CAF")),
        Line("Notes", heading=1),
        "Note 1 : Enquête de 2024.",
        "Note 2 : Source interne.",
    )

    assert fields(action) == [("porteur", "Pilote", "CAF")]
    assert (section.title, section.fields[0].text) == ("Notes", "Note 1 : Enquête de 2024.\nNote 2 : Source interne.")


def test_a_note_on_asterisks_swallows_nothing_and_tells_who_is_still_to_come():
    (action,), _ = parse(
        "Fiche action 1 : Ouvrir un guichet",
        table(("Pilote", "CAF"), ("Partenaires", "CPAM* / MSA")),
        "* Partenaires à contacter",
        "Version provisoire du comité.",
    )

    assert fields(action) == [
        ("porteur", "Pilote", "CAF"),
        ("partenaires", "Partenaires", "CPAM\nMSA"),
        ("autre", "Texte", "Version provisoire du comité."),
    ]
    statuses = {held.organisation: held.status for held in action.involvements}
    assert (statuses["CPAM"], statuses["MSA"]) == (Status.TO_CONTACT, Status.ENGAGED)


def test_a_title_merged_over_the_table_is_no_label():
    (action,), _ = parse(table(("Ouvrir un guichet", "", ""), *((label, value, "") for label, value in FORM)))

    assert action.title == "Ouvrir un guichet"
    assert [key for key, _, _ in fields(action)] == ["porteur", "objectifs_operationnels", "partenaires", "calendrier"]


def test_a_field_gives_both_number_and_title_as_written():
    (action,), _ = parse(table(("N° de la fiche", "3.1 - OUVRIR UN GUICHET"), *FORM))

    assert (action.number, action.title) == ("3.1", "OUVRIR UN GUICHET")


def test_the_axe_stands_behind_the_name_of_the_plan():
    (action,), _ = parse(
        Line("Ville de Valmore – Suivi du plan – Axe 1 - Prévenir", heading=1),
        table(("Réf.", "Action", "Pilote"), ("P1", "Vacciner", "CCAS")),
    )

    assert (action.title, action.axe, action.axe_number) == ("Vacciner", "Prévenir", 1)


def test_the_blank_form_beside_filled_ones_is_no_action():
    labels = ("Intitulé", "Porteur", "Contexte", "Objectifs", "Nature du projet", "Partenaires")
    blank = table(
        *((label, "Commune" if label == "Porteur" else "Neuf" if label[0] == "N" else "") for label in labels)
    )
    filled = table(*((label, f"{label} du guichet / Commune / Neuf") for label in labels))

    actions, _ = parse(blank, filled)

    assert [action.title for action in actions] == ["Intitulé du guichet"]


def test_amounts_in_a_table_outside_fiches_are_kept():
    _, (section,) = parse("Bilan", "12", table(("Budget voté", "45000"), ("Budget dépensé", "38000")))

    assert [item.text for item in section.fields[0].items if item.text.isdigit()] == ["45000", "38000"]


def test_a_filled_field_is_found_behind_an_empty_one():
    (action,), _ = parse("Action 3 : Ouvrir un guichet", table(("Pilote", ""), ("Porteur de l'action", "CCAS")))

    found = action.field("porteur")
    assert found is not None
    assert found.text == "CCAS"


def test_an_empty_definition_keeps_its_term_to_itself():
    read = read_html(
        b"<html><body><h1>Action 3 : Ouvrir un guichet</h1><dl><dt>Financement</dt><dd></dd>"
        b"<dt>Partenaires</dt><dd>CAF</dd></dl></body></html>"
    )
    (action,), _, _ = parse_document(Document("plan", "plan.html", "0", None, read.text, read.blocks), load_lexicon())

    assert fields(action) == [("financement", "Financement", ""), ("partenaires", "Partenaires", "CAF")]
