"""Word files: every way of drawing a box, every way of nesting a table, every way of being no Word file."""

from __future__ import annotations

import io
import random
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from word_files import (
    box,
    cell,
    control,
    docx,
    field,
    item,
    legacy_box,
    level,
    numbering,
    p,
    package,
    part,
    row,
    run,
    table,
    text_box,
)

from clsassist.lexicon import load_lexicon
from clsassist.parsing.fiches import parse_document
from clsassist.readers.docx import read_docx
from clsassist.readers.transcript import Transcript
from clsassist.records import Action, BlockKind, Document, Status

WINGDINGS = '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'
BULLETS = level(0, "bullet", "\uf0b7", '<w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr>') + level(1, "bullet", "o")
ON, OFF = legacy_box("<w:checked/>"), legacy_box("")


def read(body: str, **parts: str) -> Transcript:
    return read_docx(docx(body, **parts))


def lines(body: str, **parts: str) -> list[str]:
    return [line for line in read(body, **parts).text.split("\n") if line.strip()]


def rows(body: str, **parts: str) -> list[list[str]]:
    """The cells of the first table, their lines joined by bars."""
    transcript = read(body, **parts)
    found: dict[int, list[str]] = {}
    for block in transcript.blocks:
        if block.kind is BlockKind.CELL and block.table == 0 and block.row is not None:
            found.setdefault(block.row, []).append(block.span.of(transcript.text).replace("\n", " | "))
    return [found[number] for number in sorted(found)]


def boxes(transcript: Transcript) -> list[tuple[str, bool | None]]:
    """The check boxes, by their labels."""
    return [
        (block.span.of(transcript.text).lstrip("☐☒[?] "), block.ticked)
        for block in transcript.blocks
        if block.kind is BlockKind.CHECKBOX
    ]


def messages(transcript: Transcript) -> str:
    return " / ".join(warning.message for warning in transcript.warnings)


# --- check boxes


@pytest.mark.parametrize(
    ("state", "ticked"),
    [
        ("<w:default w:val='0'/>", False),
        ("<w:default w:val='1'/>", True),
        ("<w:default/>", True),
        ("<w:default w:val='1'/><w:checked w:val='0'/>", False),
        ("<w:default w:val='0'/><w:checked/>", True),
        ("<w:checked w:val='1'/>", True),
        ("<w:checked w:val='true'/>", True),
        ("<w:checked w:val='on'/>", True),
        ("<w:checked w:val='false'/>", False),
        ("<w:default w:val='1'/><w:checked w:val='off'/>", False),
        ("", False),
    ],
)
def test_a_legacy_box_has_the_state_of_its_form_field(state, ticked):
    assert boxes(read(p(legacy_box(state), " Adultes"))) == [("Adultes", ticked)]


def test_a_legacy_box_without_its_data_is_unknown():
    assert boxes(read(p(field("FORMCHECKBOX"), " Adultes"))) == [("Adultes", None)]


def test_a_box_control_is_written_once():
    assert lines(p(box(True), " Adultes ", box(False), " Enfants")) == ["☒ Adultes ☐ Enfants"]


@pytest.mark.parametrize("value", ["true", "1"])
def test_a_box_control_may_say_true(value):
    state = f'<w14:checkbox><w14:checked w14:val="{value}"/></w14:checkbox>'
    assert lines(p(control(state, run("\uf0fe")), " Adultes")) == ["☒ Adultes"]


def test_a_box_control_without_a_state_is_told_by_its_glyph():
    assert lines(p(control("<w14:checkbox/>", run("☒")), " Adultes")) == ["☒ Adultes"]
    assert lines(p(control("<w14:checkbox/>", run("?")), " Adultes")) == ["[?] Adultes"]
    assert lines(p(control("<w:text/>", run("☑")), " Adultes")) == ["☒ Adultes"]


def test_a_box_control_that_its_glyph_denies_is_unknown():
    transcript = read(p(box(True, glyph="☐"), " Adultes"))

    assert boxes(transcript) == [("Adultes", None)]
    assert "1 case à cocher dont l'état ne se lit pas" in messages(transcript)


def test_a_box_control_with_glyphs_of_its_own_is_trusted():
    state = (
        '<w14:checkbox><w14:checked w14:val="1"/><w14:checkedState w14:val="2610" w14:font="X"/>'
        '<w14:uncheckedState w14:val="25CB" w14:font="X"/></w14:checkbox>'
    )
    assert boxes(read(p(control(state, run("☐")), " Adultes"))) == [("Adultes", True)]


def test_a_box_control_may_wrap_a_paragraph_or_a_cell():
    state = '<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>'

    assert lines(control(state, p(run("☒")))) == ["☒"]
    assert rows(table(row(control(state, cell(p("☒"))), "Adultes"))) == [["", "☒ Adultes"]]


@pytest.mark.parametrize(
    ("drawn", "ticked"),
    [
        ('<w:r><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>', False),
        ('<w:r><w:sym w:font="Wingdings" w:char="F06F"/></w:r>', False),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>', True),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FD"/></w:r>', True),
        ('<w:r><w:sym w:font="Wingdings" w:char="F078"/></w:r>', True),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>', True),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F0A3"/></w:r>', False),
        ('<w:r><w:sym w:font="Webdings" w:char="F063"/></w:r>', False),
        ('<w:r><w:sym w:font="Segoe UI Symbol" w:char="2610"/></w:r>', False),
        ('<w:r><w:sym w:font="MS Gothic" w:char="2612"/></w:r>', True),
        (run("\uf0a8"), False),
        (run("þ", WINGDINGS), True),
        (run("o", WINGDINGS), False),
        (run("¨", WINGDINGS), False),
        (field('SYMBOL 254 \\f "Wingdings"'), True),
        (run("☐"), False),
        (run("☑"), True),
        (run("☒"), True),
        (run("[x]"), True),
        (run("[ ]"), False),
        (run("□"), False),
    ],
)
def test_a_box_may_be_a_character(drawn, ticked):
    assert boxes(read(p(drawn, " Adultes"))) == [("Adultes", ticked)]


def test_words_set_in_a_symbol_font_by_mistake_stay_words():
    assert lines(p(run("Oxygène", WINGDINGS))) == ["Oxygène"]


@pytest.mark.parametrize(
    "drawn",
    [
        '<w:r><w:pict><v:rect style="position:absolute;width:9.75pt;height:9.75pt"/></w:pict></w:r>',
        '<w:r><w:object><v:shape><v:imagedata/></v:shape><w:control w:name="CheckBox1"/></w:object></w:r>',
        '<w:r><w:drawing><wp:inline><wp:extent cx="120000" cy="120000"/><a:graphic><a:graphicData uri="x"><wps:wsp>'
        '<wps:spPr><a:prstGeom prst="rect"/></wps:spPr></wps:wsp></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>",
    ],
)
def test_a_drawn_box_is_unknown_and_told(drawn):
    transcript = read(p(drawn, " Adultes"))

    assert boxes(transcript) == [("Adultes", None)]
    assert "1 case à cocher dont l'état ne se lit pas" in messages(transcript)


def test_a_drawn_rule_or_frame_is_no_box():
    rule = '<w:r><w:pict><v:rect style="width:0;height:1.5pt" o:hr="t"/></w:pict></w:r>'
    frame = '<w:r><w:pict><v:rect style="width:200pt;height:90pt"/></w:pict></w:r>'

    assert boxes(read(p(rule, "Contexte") + p(frame, "Objectifs"))) == []


def test_boxes_after_their_labels_come_before_them():
    assert lines(p("Oui ", ON, "   Non ", OFF)) == ["☒ Oui ☐ Non"]
    assert lines(p("Annuelle : ", OFF, "  Pluriannuelle : ", ON)) == ["☐ Annuelle : ☒ Pluriannuelle :"]
    assert lines(p("Oui ", ON, " Non ", OFF, " (précisez)")) == ["☒ Oui ☐ Non", "(précisez)"]
    assert lines(p("Démarche participative : Oui ", ON, " Non ", OFF)) == ["Démarche participative :", "☒ Oui ☐ Non"]


def test_words_before_the_first_box_are_no_option():
    assert lines(p("Public : ", ON, " Adultes ", OFF, " Enfants")) == ["Public :", "☒ Adultes ☐ Enfants"]
    assert lines(p("Public   ", ON, " Adultes   ", OFF, " Enfants")) == ["Public", "☒ Adultes ☐ Enfants"]


def test_a_line_that_does_not_tell_follows_the_others():
    unclear = p("Adultes ", ON, " Enfants ", OFF, " Aînés")

    assert lines(p(ON, " Oui") + unclear)[1:] == ["Adultes", "☒ Enfants ☐ Aînés"]
    assert lines(p("Oui ", ON) + unclear)[1:] == ["☒ Adultes ☐ Enfants", "Aînés"]


def test_a_line_that_nothing_tells_has_unknown_boxes():
    transcript = read(p("Adultes ", ON, " Enfants ", OFF, " Aînés"))

    assert boxes(transcript) == [("Adultes", None), ("Enfants", None), ("Aînés", None)]
    assert "2 cases à cocher" in messages(transcript)


def test_lone_boxes_join_the_labels_of_the_next_cells():
    body = table(row("Public visé", cell(p(ON)), "Adultes"), row("", cell(p(OFF)), "Enfants"))

    assert rows(body) == [["Public visé", "", "☒ Adultes"], ["", "", "☐ Enfants"]]
    assert rows(table(row(cell(p(ON)), "Oui", cell(p(OFF)), "Non"))) == [["", "☒ Oui", "", "☐ Non"]]


def test_lone_boxes_join_the_labels_of_the_cells_before():
    body = table(row("Adultes", cell(p(ON))), row("Enfants", cell(p(OFF))))

    assert rows(body) == [["☒ Adultes", ""], ["☐ Enfants", ""]]


def test_a_column_with_a_head_belongs_to_the_labels_before_it():
    body = table(row("Milieu", "Coché", "Note"), row("Logement", cell(p(ON)), "neuf"), row("Travail", cell(p(OFF)), ""))

    assert rows(body)[1:] == [["☒ Logement", "", "neuf"], ["☐ Travail", "", ""]]


def test_boxes_in_a_grid_are_named_by_their_columns():
    body = table(
        row("Étape", "2024", "2025"),
        row("Lancer", cell(p(ON)), cell(p(OFF))),
        row("Suivre", "", cell(p(ON))),
    )
    assert rows(body)[1:] == [["Lancer", "☒ 2024", "☐ 2025"], ["Suivre", "", "☒ 2025"]]


def test_a_grid_may_stand_inside_a_form():
    body = table(
        row("Porteur", cell("PETR", span=3)),
        row("Calendrier", "2024", "2025", "2026"),
        row("", cell(p(ON)), cell(p(ON)), cell(p(OFF))),
        row("Public", cell("Habitants", span=3)),
    )
    assert rows(body)[2] == ["", "☒ 2024", "☒ 2025", "☐ 2026"]


def test_a_column_of_boxes_joins_the_lines_beside_it():
    body = table(row(cell(p(ON), p(OFF)), cell("Adultes", "Enfants")))

    assert rows(body) == [["", "☒ Adultes | ☐ Enfants"]]


def test_filled_squares_and_ticks_are_boxes_only_beside_empty_ones():
    assert rows(table(row("Public", "□ Adultes ■ Enfants"))) == [["Public", "☐ Adultes ☒ Enfants"]]
    assert rows(table(row("Public", "☐ Adultes ✓ Enfants"))) == [["Public", "☐ Adultes ☒ Enfants"]]
    assert boxes(read(table(row("Étapes", cell("✓ Recenser", "✓ Former"))))) == []
    assert boxes(read(table(row("Étapes", cell("■ Recenser", "■ Former"))))) == []


def test_round_boxes_are_read_where_they_are_clear():
    assert lines(p("● Oui ○ Non")) == ["☒ Oui ☐ Non"]
    assert lines(p("◉ Oui") + p("● Étape") + p("○ Détail")) == ["☒ Oui", "● Étape", "○ Détail"]


def test_boxes_drawn_by_a_list_need_company_to_be_told():
    squares = [
        level(0, "bullet", glyph, '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr>')
        for glyph in ("\uf06f", "\uf0fe", "\uf071", "\uf0fc")
    ]
    parts = {"numbering": numbering(*squares)}

    def states(*items: str) -> list[bool | None]:
        return [ticked for _, ticked in boxes(read(table(row("Public", cell(*items))), **parts))]

    assert states(item("Adultes", 2), item("Enfants", 1)) == [True, False]
    assert states(item("Adultes", 1), item("Enfants", 1)) == [None, None]
    assert states(item("Adultes", 3), item("Enfants", 3)) == []
    assert states(item("Adultes", 4), item("Enfants", 4)) == []


# --- other controls


def test_a_chosen_value_is_text_and_a_prompt_is_nothing():
    chosen = control("<w:dropDownList/>", run("Axe 2"))
    prompt = control("<w:comboBox/>", run("Choisissez un élément."))
    flagged = control("<w:showingPlcHdr/><w:text/>", run("Nom de la structure"))
    dated = control('<w:date w:fullDate="2025-03-01T00:00:00Z"/>', run("01/03/2025"))

    assert lines(p("Axe : ", chosen)) == ["Axe : Axe 2"]
    assert lines(p("Axe : ", prompt)) == ["Axe :"]
    assert lines(p("Structure : ", flagged)) == ["Structure :"]
    assert lines(p("Début : ", dated)) == ["Début : 01/03/2025"]


def test_a_legacy_list_shows_the_chosen_entry_once():
    entries = '<w:listEntry w:val="À venir"/><w:listEntry w:val="En cours"/>'

    def shown(state: str) -> list[str]:
        return lines(p("Statut : ", field("FORMDROPDOWN", "En cours", f"<w:ddList>{state}{entries}</w:ddList>")))

    assert shown('<w:result w:val="1"/>') == ["Statut : En cours"]
    assert shown("") == ["Statut : À venir"]
    assert shown('<w:default w:val="1"/>') == ["Statut : En cours"]
    assert shown('<w:result w:val="9"/>') == ["Statut :"]


def test_a_legacy_text_field_is_empty_when_it_holds_wide_spaces():
    assert lines(p("Nom : ", field("FORMTEXT", "\u2002" * 5, "<w:textInput/>"))) == ["Nom :"]
    assert lines(p("Nom : ", field("FORMTEXT", "PETR", "<w:textInput/>"))) == ["Nom : PETR"]


def test_a_control_may_wrap_paragraphs_rows_and_cells():
    body = control("", p("Avant")) + table(
        row("A", control("", cell("B"))), control("", row(control("<w:text/>", cell("C")), "D"))
    )
    assert lines(body) == ["Avant", "A\tB", "C\tD"]


# --- lists and headings


def test_numbers_are_counted_as_word_does():
    levels = level(0, "decimal", "%1.") + level(1, "lowerLetter", "%2)") + level(2, "upperRoman", "%1.%2.%3")
    body = item("a", 1) + item("b", 1, 1) + item("c", 1, 1) + item("d", 1) + item("e", 1, 1) + item("f", 1, 2)

    assert lines(body, numbering=numbering(levels)) == ["1. a", "a) b", "b) c", "2. d", "a) e", "2.a.I f"]


def test_a_list_may_start_again():
    restart = (
        numbering(level(0, "decimal", "%1."))
        + '<w:num w:numId="2"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/>'
        '</w:lvlOverride></w:num><w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>'
    )
    body = item("a", 1) + item("b", 2) + item("c", 2) + item("d", 3)

    assert lines(body, numbering=restart) == ["1. a", "5. b", "6. c", "7. d"]


@pytest.mark.parametrize(
    ("form", "third"),
    [
        ("decimal", "3"),
        ("decimalZero", "03"),
        ("lowerLetter", "c"),
        ("upperLetter", "C"),
        ("lowerRoman", "iii"),
        ("upperRoman", "III"),
        ("ordinal", "3e"),
        ("somethingNew", "3"),
    ],
)
def test_numbers_have_many_forms(form, third):
    body = item("a", 1) + item("b", 1) + item("c", 1)

    assert lines(body, numbering=numbering(level(0, form, "%1")))[2] == f"{third} c"


def test_bullets_keep_their_depth():
    transcript = read(item("MSA", 1) + item("Antenne", 1, 1), numbering=numbering(BULLETS))
    items = [(block.span.of(transcript.text), block.level) for block in transcript.blocks]

    assert items == [("MSA", 0), ("Antenne", 1)]
    assert {block.kind for block in transcript.blocks} == {BlockKind.ITEM}


STYLES = (
    '<w:style w:styleId="Titre1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Axe"><w:name w:val="Axe du CLS"/><w:basedOn w:val="Titre1"/></w:style>'
    '<w:style w:styleId="Fiche"><w:name w:val="Fiche"/><w:pPr><w:outlineLvl w:val="2"/><w:numPr><w:numId w:val="1"/>'
    "</w:numPr></w:pPr></w:style>"
    '<w:style w:styleId="Loop1"><w:name w:val="x"/><w:basedOn w:val="Loop2"/></w:style>'
    '<w:style w:styleId="Loop2"><w:name w:val="y"/><w:basedOn w:val="Loop1"/></w:style>'
    '<w:style w:styleId="Cache"><w:name w:val="caché"/><w:rPr><w:vanish/></w:rPr></w:style>'
)


@pytest.mark.parametrize(
    ("style", "properties", "depth", "text"),
    [
        ("Titre1", "", 1, "Soins"),
        ("Axe", "", 1, "Soins"),
        ("Fiche", "", 3, "1 Soins"),
        ("Heading2", "", 2, "Soins"),
        ("", '<w:outlineLvl w:val="0"/>', 1, "Soins"),
        ("Titre1", '<w:outlineLvl w:val="9"/>', 0, "Soins"),
        ("Loop1", "", 0, "Soins"),
        ("Inconnu", "", 0, "Soins"),
    ],
)
def test_headings_come_from_styles_and_outline(style, properties, depth, text):
    body = p("Soins", style=style, properties=properties)
    transcript = read(body, styles=STYLES, numbering=numbering(level(0, "decimal", "%1")))
    (block,) = transcript.blocks

    assert transcript.text.strip() == text
    assert (block.kind is BlockKind.HEADING, block.level) == (depth > 0, depth)


# --- tables


def test_merged_cells_stand_once_at_their_place_in_the_grid():
    body = table(
        row(cell("Financement", merge="restart"), "Budget", "12 000 €"),
        row(cell(merge="continue"), cell("ARS", span=2)),
        row("X", properties='<w:gridBefore w:val="2"/>'),
    )
    transcript = read(body)
    cells = [(block.row, block.column) for block in transcript.blocks if block.kind is BlockKind.CELL]

    assert rows(body) == [["Financement", "Budget", "12 000 €"], ["", "ARS"], ["X"]]
    assert cells == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 2)]


def test_a_table_that_only_places_others_lets_them_out():
    form = table(row("Porteur", "PETR"), row("Public", "Habitants"))
    body = table(row(cell("Fiche action 1 : Soins", form, "Suite")))

    assert lines(body) == ["Fiche action 1 : Soins", "Porteur\tPETR", "Public\tHabitants", "Suite"]
    assert rows(table(row(cell(body)))) == [["Porteur", "PETR"], ["Public", "Habitants"]]


def test_a_table_inside_a_value_becomes_lines():
    inner = table(row("ARS", "8 000 €"), row("Public", cell(p(ON, " Adultes"))), row("a", "b", "c"), row("seul"))
    body = table(row("Financement", cell("Détail", inner)))

    assert rows(body) == [
        ["Financement", "Détail | ARS : 8 000 € | Public : | ☒ Adultes | a – b – c | seul"],
    ]


def test_the_labels_of_one_cell_stay_lines():
    body = table(row(cell("Porteur", "Structure :"), cell("PETR", "du Pays")))

    assert rows(body) == [["Porteur | Structure :", "PETR | du Pays"]]


# --- changes, notes, links


def change(kind: str, inside: str) -> str:
    return f'<w:{kind} w:id="1">{inside}</w:{kind}>'


def test_tracked_changes_are_read_as_accepted():
    body = (
        p(change("ins", run("nouveau ")), change("del", "<w:r><w:delText>ancien</w:delText></w:r>"), "texte")
        + p("Début", properties=f"<w:rPr>{change('del', '')}</w:rPr>")
        + p(" et fin")
        + p(change("moveFrom", run("parti")), change("moveTo", run("arrivé")))
        + table(row("gardé"), row("supprimé", properties=change("del", "")))
    )
    transcript = read(body)

    assert transcript.text.split() == "nouveau texte Début et fin arrivé gardé".split()
    assert messages(transcript) == "5 modifications suivies sont lues comme acceptées"


def test_a_field_deleted_halfway_does_not_hide_what_follows():
    broken = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'

    assert lines(p("Avant ", broken) + p("Après")) == ["Avant", "Après"]


def test_hidden_text_is_left_out():
    body = p("vu ", run("caché", "<w:vanish/>"), run("montré", '<w:vanish w:val="0"/>')) + p("x", style="Cache")

    assert lines(body, styles=STYLES) == ["vu montré"]


def test_comments_are_counted_and_left_out():
    comments = "<w:comment>" + p("À revoir") + "</w:comment><w:comment>" + p("Idem") + "</w:comment>"
    transcript = read(p("Texte"), comments=comments)

    assert transcript.text.strip() == "Texte"
    assert messages(transcript) == "2 commentaires de relecture ne sont pas lus"


def test_notes_stand_at_the_end():
    notes = (
        '<w:footnote w:id="0" w:type="separator">' + p("---") + "</w:footnote>"
        '<w:footnote w:id="7">' + p("<w:r><w:footnoteRef/></w:r>", " Source : ORS") + "</w:footnote>"
    )
    body = p("90 répondants", '<w:r><w:footnoteReference w:id="7"/></w:r>')

    assert lines(body, footnotes=notes) == ["90 répondants (note 1)", "Notes", "Note 1 : Source : ORS"]


def test_a_link_shows_its_address_when_the_words_do_not():
    addresses = {"a": "https://www.ars.sante.fr/", "b": "mailto:cls@exemple.fr", "c": "file:///C:/x.docx"}
    body = (
        p('<w:hyperlink r:id="a">' + run("le site") + "</w:hyperlink>")
        + p('<w:hyperlink r:id="a">' + run("ars.sante.fr") + "</w:hyperlink>")
        + p('<w:hyperlink r:id="b">' + run("la coordination") + "</w:hyperlink>")
        + p('<w:hyperlink r:id="b">' + run("cls@exemple.fr") + "</w:hyperlink>")
        + p('<w:hyperlink r:id="c">' + run("fichier") + "</w:hyperlink>")
        + p('<w:hyperlink w:anchor="x">' + run("plus haut") + "</w:hyperlink>")
        + p(field('HYPERLINK "https://exemple.fr/plan"', "le plan"))
        + p(f'<w:fldSimple w:instr="HYPERLINK &quot;https://exemple.fr/plan&quot;">{run("le plan")}</w:fldSimple>')
    )
    assert [line for line in read_docx(docx(body, links=addresses)).text.split("\n") if line] == [
        "le site (https://www.ars.sante.fr/)",
        "ars.sante.fr",
        "la coordination (cls@exemple.fr)",
        "cls@exemple.fr",
        "fichier",
        "plus haut",
        "le plan (https://exemple.fr/plan)",
        "le plan (https://exemple.fr/plan)",
    ]


def test_breaks_hyphens_and_wrappers_keep_the_words():
    body = p(
        "un",
        "<w:r><w:br/></w:r>",
        '<w:smartTag w:element="x">' + run("deux") + "</w:smartTag>",
        "<w:r><w:tab/></w:r>",
        '<w:customXml w:element="y">' + run("trois") + "</w:customXml>",
        "<w:r><w:noBreakHyphen/><w:softHyphen/></w:r>",
        "<m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath>",
    )
    assert lines(body) == ["un", "deux trois-x+1"]


def test_a_text_box_is_read_once():
    assert lines(p("Avant", text_box(p("Encadré") + table(row("A", "B"))))) == ["Avant", "Encadré", "A\tB"]


def test_what_is_not_read_is_told():
    picture = "<w:r><w:drawing><a:graphic><a:graphicData><pic:pic/></a:graphicData></a:graphic></w:drawing></w:r>"
    transcript = read(p("Texte", picture, run("barré", "<w:strike/>")) + '<w:altChunk r:id="z"/>')

    assert transcript.text.strip() == "Textebarré"
    assert [warning.message for warning in transcript.warnings] == [
        "1 image, schéma ou objet n'est pas lu",
        "1 document incorporé n'est pas lu",
        "1 passage barré est lu comme du texte ordinaire",
    ]


# --- margins and title


def section(more: str = "") -> str:
    references = "".join(
        f'<w:{name.rstrip("12")}Reference w:type="{shown}" r:id="{name}"/>'
        for name, shown in (("header1", "default"), ("header2", "first"), ("footer1", "default"))
    )
    return f"<w:sectPr>{references}{more}</w:sectPr>"


MARGINS = {
    "header1": p("CLS du Pays 2025-2029")
    + p('<w:r><w:pict><v:shape><v:textpath string="PROJET"/></v:shape></w:pict></w:r>'),
    "header2": p("Couverture"),
    "footer1": p("Page ", field("PAGE", "2"), " sur ", field("NUMPAGES", "5")) + p("Version votée"),
}


def test_margins_hold_headers_footers_and_watermarks_without_page_numbers():
    transcript = read(p("Texte") + section(), **MARGINS)

    assert transcript.margins == ("CLS du Pays 2025-2029", "PROJET", "Version votée")
    assert transcript.text.strip() == "Texte"


def test_the_header_of_a_first_page_counts_when_it_is_shown():
    assert "Couverture" in read(p("Texte") + section("<w:titlePg/>"), **MARGINS).margins


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Contrat local de santé du Pays", "Contrat local de santé du Pays"),
        ("  Plan   santé 2021 ", "Plan santé 2021"),
        ("Document1", None),
        ("Microsoft Word - fiche 3.doc", None),
        ("fiche v3.docx", None),
        ("CLS_fiche_3", None),
        ("Sans titre", None),
        ("", None),
    ],
)
def test_only_a_real_title_is_one(written, kept):
    assert read_docx(docx(p("Texte"), title=written)).title == kept


def test_strict_files_are_read_like_the_others():
    strict = part("document", f"<w:body>{p(ON, ' Adultes')}</w:body>").replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert read_docx(package({"word/document.xml": strict})).text.strip() == "☒ Adultes"


# --- what is no Word file


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "abîmé ou tronqué"),
        (b"PK\x03\x04", "abîmé ou tronqué"),
        (docx(p("Texte"))[:400], "abîmé ou tronqué"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "ancien .doc"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        (b"{\\rtf1 x}", "RTF"),
        (package({"content.xml": "<x/>"}), "n'est pas un document Word"),
        (package({"word/document.xml": "<w:document>"}), "mal formé"),
        (package({"word/document.xml": "<document/>"}), "n'est pas un document Word"),
        (package({"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "DTD"),
        (package({"word/document.xml": "<a>" * 400 + "</a>" * 400}), "imbriqués"),
    ],
)
def test_what_is_no_word_file_is_refused(raw, reason):
    with pytest.raises(ValueError, match=reason):
        read_docx(raw)


def test_tables_nested_beyond_reason_are_refused():
    body = "<w:tbl><w:tr><w:tc>" * 60 + p("x") + "</w:tc></w:tr></w:tbl>" * 60

    with pytest.raises(ValueError, match="imbriqués"):
        read(body)


def test_a_bomb_is_refused_from_its_directory():
    bomb = package({"word/document.xml": b"<w:p/>" * 12_000_000})

    with pytest.raises(ValueError, match="décompress"):
        read_docx(bomb)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_damaged_files_are_read_or_refused_but_nothing_else(seed):
    chance = random.Random(seed)
    source = zipfile.ZipFile(io.BytesIO(SAMPLE))
    entries = {name: bytearray(source.read(name)) for name in source.namelist()}
    damaged = entries[chance.choice(sorted(entries))]
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(damaged))
        damaged[start : start + chance.randrange(40)] = chance.randbytes(chance.randrange(3)).hex().encode()
    try:
        transcript = read_docx(package({name: bytes(content) for name, content in entries.items()}))
    except ValueError:
        return
    assert all(block.span.end <= len(transcript.text) for block in transcript.blocks)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_shuffled_elements_are_read_or_refused_but_nothing_else(seed):
    chance = random.Random(seed)
    source = zipfile.ZipFile(io.BytesIO(SAMPLE))
    entries: dict[str, str | bytes] = {name: source.read(name) for name in source.namelist()}
    xml = entries["word/document.xml"]
    assert isinstance(xml, bytes)
    names = sorted(set(re.findall(rb"w:[a-zA-Z]+", xml)))
    first, second = chance.sample(names, 2)
    entries["word/document.xml"] = re.sub(rb"(?<=[<\s/])%s(?=[\s/>=])" % first, second, xml)
    try:
        read_docx(package(entries))
    except ValueError:
        return


# --- whole fiches


def form(*more: str) -> str:
    """A fiche in the layout of a common form: a table of labels and values."""
    return (
        p("Axe stratégique 1 : Agir sur l’accès aux soins", style="Titre1")
        + p("Fiche-action n°3 : Développer l’exercice coordonné", style="Titre1")
        + table(
            row("Typologie de l’action", cell(p(box(True), " Nouvelle action   ", box(False), " Action existante"))),
            row("Objectif général (si indiqué)", cell(p(control("<w:showingPlcHdr/>", run("Cliquez ici."))))),
            row("Objectifs spécifiques", cell(item("Former les aidants", 2), item("Informer les élus", 2))),
            row("Durée de l’action", cell(p("Annuelle : ", OFF, "   Pluriannuelle : ", ON), p("Début : 2025"))),
            row(
                "Partenaires de l’action",
                cell(
                    item("MSA", 1), item("CPAM*", 1), p("* partenaires identifiés à contacter lors de la mise en œuvre")
                ),
            ),
            row("Public visé", cell(p(box(True), " Tout public"), p(box(False), " Autre (Précisez) : Adultes"))),
            row(cell("Financement", merge="restart"), "Budget global prévisionnel", "12 000 €"),
            row(cell(merge="continue"), "Financeurs et montants", "ARS : 8 000 €"),
            *more,
        )
    )


FORM_PARTS = {"styles": STYLES, "numbering": numbering(BULLETS, level(0, "decimal", "%1."))}
SAMPLE = docx(form() + p(text_box(p("Encadré"))) + section(), **FORM_PARTS, **MARGINS)


def actions_of(transcript: Transcript) -> tuple[Action, ...]:
    document = Document("d", "d.docx", "0", transcript.title, transcript.text, transcript.blocks)
    actions, _, _ = parse_document(document, load_lexicon())
    return actions


def test_a_form_becomes_a_fiche():
    (action,) = actions_of(read(form(), **FORM_PARTS))
    options = {option.label: option.ticked for found in action.fields for option in found.options}
    partners = {held.organisation: held.status for held in action.involvements if held.field_key == "partenaires"}

    assert (action.number, action.title) == ("3", "Développer l’exercice coordonné")
    assert action.axe == "Agir sur l’accès aux soins"
    assert options == {
        "Nouvelle action": True,
        "Action existante": False,
        "Annuelle": False,
        "Pluriannuelle": True,
        "Tout public": True,
        "Autre": False,
    }
    assert partners == {"MSA": Status.ENGAGED, "CPAM": Status.TO_CONTACT}
    assert action.field("objectif_general") is not None
    assert not action.field("objectif_general").filled
    assert [held.text for held in action.field("objectifs_specifiques").items] == [
        "1. Former les aidants",
        "2. Informer les élus",
    ]
    assert action.field("financement").text == "12 000 €"


# --- against an independent reader

_MARKDOWN_BOX = re.compile(r"\[([x ])\]\s+([^\[\]|]+?)(?=\s*(?:\[[x ]\]|\||$))", re.MULTILINE)


def words_of(text: str) -> list[str]:
    return sorted(re.findall(r"[^\W_]+", text))


def test_markitdown_finds_the_same_boxes_and_words():
    markitdown = pytest.importorskip("markitdown")
    options = [f"Option {letter}" for letter in "ABCDEFGH"]
    body = table(
        row("Public visé", cell(*(p(box(position % 3 == 0), f" {name}") for position, name in enumerate(options)))),
        row(
            "Durée",
            cell(p(ON, " Pluriannuelle"), p(legacy_box('<w:default w:val="1"/>'), " Annuelle"), p(OFF, " Une fois")),
        ),
        row("Contexte", cell("Le territoire compte 12 médecins.", item("dont 4 à temps plein", 1))),
        row(cell("Financement", merge="restart"), "Budget", "12 000 €"),
        row(cell(merge="continue"), "ARS", control("<w:dropDownList/>", cell("Accordé"))),
    ) + p(change("ins", run("Ajouté")), change("del", "<w:r><w:delText>Retiré</w:delText></w:r>"))
    raw = docx(body, **FORM_PARTS)

    markdown = markitdown.MarkItDown().convert_stream(io.BytesIO(raw), file_extension=".docx").text_content
    transcript = read_docx(raw)

    assert len(boxes(transcript)) == 11
    assert boxes(transcript) == [(label, mark == "x") for mark, label in _MARKDOWN_BOX.findall(markdown)]
    assert words_of(transcript.text) == words_of(re.sub(r"\[x\]", "", markdown))
