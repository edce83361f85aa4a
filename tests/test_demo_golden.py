"""The records of each shipped document, kept: a change of reading shows here, field by field."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from clsassist.corpus import read_corpus
from clsassist.records import Action, Corpus, Field, ParsedDocument, Section
from clsassist.settings import Settings

GOLDEN = Path(__file__).parent / "golden" / "corpus"
CORPUS = Path(__file__).parents[1] / "corpus"
NAMES = sorted(path.name for path in CORPUS.iterdir() if path.suffix in (".docx", ".pdf"))
_BOXES = {True: "☒", False: "☐", None: "[?]"}


def field_to_golden(field: Field) -> dict[str, object]:
    items = [f"{'  ' * item.level}{item.text}{item.mark}" for item in field.items]
    boxes = [f"{_BOXES[box.ticked]} {box.label} {box.typed}".rstrip() for box in field.options]
    golden: dict[str, object] = {"field": field.key, "label": field.label, "page": field.page}
    return golden | ({"items": items} if items else {}) | ({"boxes": boxes} if boxes else {})


def action_to_golden(action: Action) -> dict[str, object]:
    return {
        "id": action.id,
        "number": action.number,
        "title": action.title,
        "axe": action.axe,
        "years": [action.first_year, action.last_year],
        "page": action.page,
        "fields": [field_to_golden(field) for field in action.fields],
        "organisations": [
            f"{held.organisation} : {held.role.value}, {held.status.value}{' …' if held.open else ''}"
            for held in action.involvements
        ],
    }


def section_to_golden(section: Section) -> dict[str, object]:
    return {"title": section.title, "axe": section.axe, "fields": [field_to_golden(field) for field in section.fields]}


def document_to_golden(parsed: ParsedDocument) -> dict[str, object]:
    return {
        "plan": parsed.plan.name,
        "dated": parsed.dated,
        "status": parsed.status,
        "warnings": [warning.message for warning in parsed.warnings],
        "actions": [action_to_golden(action) for action in parsed.actions],
        "sections": [section_to_golden(section) for section in parsed.sections],
    }


@pytest.fixture(scope="module")
def shipped() -> Corpus:
    return read_corpus([CORPUS], Settings())


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_document_is_read_as_kept(shipped: Corpus, name: str) -> None:
    parsed = next(held for held in shipped.documents if held.document.path == name)
    found = json.loads(json.dumps(document_to_golden(parsed)))
    path = GOLDEN / f"{name}.json"
    if os.environ.get("CLSASSIST_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(path.read_text(encoding="utf-8"))


def test_every_item_and_box_stands_at_its_place(shipped: Corpus) -> None:
    for held in shipped.documents:
        text = held.document.text
        for owner in (*held.actions, *held.sections):
            for field in owner.fields:
                for box in field.options:
                    assert box.label.split()[0] in box.span.of(text)
                for item in field.items:
                    written = "".join(" ".join(span.of(text) for span in item.spans).split())
                    assert "".join(item.text.split()).rstrip("*") in written
