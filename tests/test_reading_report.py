"""What a coordinator is told after a reading, and one action shown as it was read."""

from __future__ import annotations

import json
from pathlib import Path

from clsassist.assistant import Assistant
from clsassist.corpus import read_corpus
from clsassist.reading_report import report_reading, report_to_payload, report_to_text
from clsassist.records import Corpus
from clsassist.settings import Settings

FICHE = """Fiche action 4 : Ouvrir un guichet

Pilote : CCAS
Calendrier : 2025
Public visé
Familles   [?] Aînés   [x] Enfants
Points de vigilance : le local
Partenaires :
"""


def report_of(folder: Path, text: str):
    (folder / "fiche.txt").write_text(text, encoding="utf-8")
    (folder / "abimee.docx").write_bytes(b"PK\x03\x04 tronqu")
    return report_reading(read_corpus([folder], Settings()))


def test_the_report_counts_what_was_read_and_what_is_to_check(tmp_path):
    report = report_of(tmp_path, FICHE)
    (held,) = report.documents

    assert (held.document, held.actions, held.own_fields, held.own_labels) == (
        "fiche.txt", 1, 1, ("Points de vigilance",)
    )  # fmt: skip
    assert (held.boxes, held.ticked_boxes, held.unknown_boxes, held.empty_fields) == (3, 1, 2, 1)
    assert [path for path, _ in report.unread] == ["abimee.docx"]


def test_the_report_is_written_for_people(tmp_path):
    text = report_to_text(report_of(tmp_path, FICHE))

    assert "1 document lu, 1 action." in text
    assert "1 champ gardé sous son propre libellé : Points de vigilance" in text
    assert "2 cases indéterminées" in text
    assert "✗ abimee.docx : non lu, " in text


def test_the_report_is_written_for_programs(tmp_path):
    payload = json.loads(json.dumps(report_to_payload(report_of(tmp_path, FICHE))))

    assert payload["documents"][0]["unknown_boxes"] == 2
    assert payload["unread"][0]["document"] == "abimee.docx"


def test_the_state_that_a_document_gives_itself_is_told(demo_corpus: Corpus):
    states = {held.document: held.status for held in report_reading(demo_corpus).documents}

    assert states["thur-doller-cls.pdf"] == "Projet voté"
    assert states["plan-sante-79.pdf"] is None


def test_an_action_shown_as_json_holds_the_place_of_each_value(demo_assistant: Assistant, demo_corpus: Corpus):
    texts = {held.document.path: held.document.text for held in demo_corpus.documents}
    shown = json.loads(json.dumps(demo_assistant.show_payload("thur-doller-cls:2")))
    text = texts[shown["document"]]

    assert (shown["number"], shown["page"]) == ("2", 4)
    for field in shown["fields"]:
        for option in field["options"]:
            assert option["label"] in text[option["start"] : option["end"]]
    stars = [held["name"] for held in shown["organisations"] if held["status"] == "à contacter"]
    assert len(stars) == 2


def test_citations_of_a_pdf_carry_their_page(demo_assistant: Assistant, demo_corpus: Corpus):
    documents = {held.document.path: held.document for held in demo_corpus.documents}
    answer = demo_assistant.ask("Quels sont les partenaires de la fiche 2 du Pays Thur Doller ?")

    assert answer.citations
    for citation in answer.citations:
        document = documents[citation.document]
        pages = {block.page for block in document.blocks if block.span.start <= citation.span.start < block.span.end}
        assert citation.page in pages
