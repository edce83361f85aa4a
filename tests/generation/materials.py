"""Evidence made up for the tests of writing: three fields of two actions of one plan."""

from clsassist.generation.material import Item, Material
from clsassist.records import ActionRef, Coverage

INTERNS = ActionRef("lac#1", "lac.docx", "1", "Accueillir des internes", "CLS du Lac 2024-2028")
SPORT = ActionRef("lac#2", "lac.docx", "2", "Bouger en famille", "CLS du Lac 2024-2028")
QUOTES = (
    "Le plan organise des formations de maîtres de stage pour les médecins généralistes.",
    "La CPTS du Lac met un logement à disposition des internes.",
    "Les écoles proposent des séances de sport adapté.",
)


def make_item(number, quote, action=INTERNS, **changes):
    values = {
        "number": number,
        "quote": quote,
        "label": "Modalités",
        "field_key": "etapes",
        "action": action,
        "plan": "CLS du Lac 2024-2028",
        "title": action.title if action else "Introduction",
        **changes,
    }
    return Item(**values)


def make_material(items=None, **changes):
    first, second, third = QUOTES
    values = {
        "question": "Que prévoit le plan pour les internes ?",
        "exact": "**2 actions sur 9 en parlent** :\n\n- une [1][2]\n- deux [3]",
        "items": items or (make_item(1, first), make_item(2, second), make_item(3, third, SPORT)),
        "actions": (INTERNS, SPORT),
        "coverage": Coverage(actions=9, matching=2, field_missing=0, unreadable_documents=0),
        **changes,
    }
    return Material(**values)
