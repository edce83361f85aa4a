"""Forms laid out otherwise than one table of labels and values, and plans without any form."""

from __future__ import annotations

from collections.abc import Sequence

from clsassist.lexicon import load_lexicon
from clsassist.parsing.fiches import parse_document
from clsassist.readers.layout import Line, Table, TableCell, write_layout
from clsassist.records import Action, Document, Section


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
