"""Lay out every invented plan of ``eval/reading`` from its truth file.

Run ``.venv/bin/python tools/reading_plans/build.py [NAME…]``; it needs LibreOffice, Chromium and reportlab.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reading_plans import (
    pdf_held,
    pdf_more,
    pdf_seen,
    sheets,
    sheets_more,
    third,
    web,
    web_more,
    word_held,
    word_more,
    word_seen,
)
from reading_plans.truth import Plan, load_plan

LAYOUTS: dict[tuple[str, str], Callable[[Plan], None]] = {
    ("seen", "cls-valmore"): word_seen.two_columns,
    ("seen", "ptsm-hautecombe"): word_seen.stacked_rows,
    ("seen", "tableau-brissane"): word_seen.one_row_an_action,
    ("seen", "clsm-orvane"): word_seen.four_columns,
    ("seen", "seniors-montclar"): pdf_seen.unruled_form,
    ("seen", "suivi-pat-lerins"): sheets.tracking_table,
    ("seen", "tet-sylvane"): sheets.platform_export,
    ("seen", "contrat-ville-aubray"): web.cards,
    ("seen", "prose-lande"): web.markdown_prose,
    ("seen", "prse-collines"): word_seen.open_document,
    ("seen", "boites-arvel"): word_seen.text_boxes,
    ("seen", "sidebar-corvane"): web.sidebar,
    ("seen", "cls-hautvernois"): word_seen.several_tables,
    ("seen", "petr-bocaine"): word_more.grouped_questions,
    ("seen", "hopital-seuvre"): word_more.inline_labels,
    ("seen", "autonomie-verdanne"): word_more.uneven_bands,
    ("seen", "reseau-tillane"): word_more.numbered_prose,
    ("seen", "cartes-auvrain"): web_more.pill_cards,
    ("seen", "cls-combraye"): word_more.tables_of_steps,
    ("seen", "synoptique-rivemont"): word_more.fiches_in_columns,
    ("seen", "schema-arcelle"): word_more.horizontal_rules,
    ("seen", "projet-oriane"): web_more.justified_prose,
    ("seen", "bande-ferrolle"): web_more.turned_band,
    ("seen", "plan-chaumette"): pdf_more.boxed_values,
    ("seen", "formulaire-ilette"): sheets_more.form_sheets,
    ("seen", "suivi-vauzelle"): sheets_more.sheet_an_axe,
    ("seen", "portail-lissac"): web_more.nested_boxes,
    ("seen", "cls-roncevaux"): third.banded_fiches,
    ("seen", "convention-ardelle"): third.one_table_of_fiches,
    ("seen", "encadres-sauline"): third.boxed_blocks,
    ("seen", "strategie-mirande"): third.labels_on_a_line,
    ("seen", "annexe-lauzelle"): third.exported_fiches,
    ("seen", "blocs-ternay"): third.two_columns_of_blocks,
    ("seen", "tableaux-vernaise"): third.numbered_rows,
    ("seen", "schema-brisol"): third.prose_and_frames,
    ("held", "fiches-marane"): word_held.one_column,
    ("held", "feuille-tarnois"): word_held.bold_labels,
    ("held", "ctg-valdor"): word_held.nested_tables,
    ("held", "schema-grandelle"): word_held.long_landscape_table,
    ("held", "alimentation-moriane"): web.printed_grid,
    ("held", "formulaire-lac"): pdf_held.filled_form,
    ("held", "strategie-ouche"): pdf_held.two_columns,
    ("held", "suivi-bessonne"): sheets.french_csv,
    ("held", "fiches-mauve"): web.row_headers,
    ("held", "compte-rendu-sauvagne"): web.pasted_text,
    ("held", "encadres-tourmal"): pdf_held.rounded_boxes,
    ("held", "schema-lussane"): word_held.grouped_labels,
    ("held", "cls-brenoise"): word_held.ruled_over_pages,
}


def main(names: list[str]) -> None:
    """Build the documents whose name is given, or all of them."""
    for (half, name), lay_out in LAYOUTS.items():
        if not names or name in names:
            lay_out(load_plan(half, name))
            print(f"{half}/{name}")


if __name__ == "__main__":
    main(sys.argv[1:])
