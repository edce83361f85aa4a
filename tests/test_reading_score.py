"""Plans in layouts never seen are read at least as well as the floors kept on file, and the scorer sees each fault."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import score_reading as scorer
from clsassist.readers import CONVERTED
from clsassist.readers.office import find_libreoffice
from clsassist.records import (
    Action,
    Document,
    Field,
    Involvement,
    Item,
    Option,
    ParsedDocument,
    Plan,
    Role,
    Span,
    Status,
)
from reading_plans.comparing import Score

FLOORS = scorer.load_floors()

TEXT = "Action 1 – Marcher\nPilote : Ville\n☒ Adultes\nÉtapes : Baliser Inviter"
TRUTH = {
    "actions": [
        {
            "number": "1",
            "title": "Marcher",
            "axe": [2, "Bouger"],
            "years": [2025, 2026],
            "fields": [
                ["porteur", "Pilote", "Ville"],
                ["public", "Public", "", {"Adultes": True}],
                ["etapes", "Étapes", ["Baliser", "Inviter"]],
            ],
            "organisations": {"Ville": "pilote"},
        }
    ]
}


def _item(words: str) -> Item:
    start = TEXT.index(words)
    return Item(words, (Span(start, start + len(words)),))


def _field(key: str, label: str, *words: str, options: tuple[Option, ...] = ()) -> Field:
    return Field(key, label, "\n".join(words), tuple(map(_item, words)), options, Span(0, len(TEXT)))


ADULTS = Option("Adultes", True, Span(34, 43))
FIELDS = (
    _field("porteur", "Pilote", "Ville"),
    _field("public", "Public", options=(ADULTS,)),
    _field("etapes", "Étapes", "Baliser", "Inviter"),
)
VILLE = Involvement("Ville", Role.PILOTE, Status.ENGAGED, "d:1", "porteur", Span(28, 33))
ACTION = Action(
    "d:1", "d", 1, "1", "Marcher", Span(11, 18), "titre", "Bouger", 2, None, None, FIELDS, (VILLE,), 2025, 2026
)  # fmt: skip


def _score(*actions: Action) -> Score:
    document = Document("d", "d.txt", "", None, TEXT, ())
    return scorer.score_document("d", TRUTH, ParsedDocument(document, Plan("Plan"), None, actions, (), ()))


def _with_field(position: int, found: Field) -> Action:
    return replace(ACTION, fields=(*FIELDS[:position], found, *FIELDS[position + 1 :]))


def test_a_perfect_reading_scores_one_everywhere():
    score = _score(ACTION)
    assert set(score.values().values()) == {1.0}
    assert not score.faults


@pytest.mark.parametrize(
    ("aspect", "action"),
    [
        ("titles", replace(ACTION, title="Marchers")),
        ("titles", replace(ACTION, number="2")),
        ("axes", replace(ACTION, axe_number=1)),
        ("years", replace(ACTION, last_year=2027)),
        ("fields", _with_field(0, _field("partenaires", "Pilote", "Ville"))),
        ("fields", _with_field(2, replace(FIELDS[2], text="Baliser Inviter Page 3 sur 12"))),
        ("items", _with_field(2, _field("etapes", "Étapes", "Baliser Inviter"))),
        ("options", _with_field(1, _field("public", "Public", options=(replace(ADULTS, ticked=False),)))),
        ("options", _with_field(1, _field("public", "Public", options=(ADULTS, replace(ADULTS, label="Oui"))))),
        ("organisations", replace(ACTION, involvements=())),
        ("organisations", replace(ACTION, involvements=(replace(VILLE, role=Role.PARTENAIRE),))),
        ("organisations", replace(ACTION, involvements=(replace(VILLE, status=Status.TO_CONTACT),))),
        ("organisations", replace(ACTION, involvements=(VILLE, replace(VILLE, organisation="Page 3")))),
        ("quotes", _with_field(0, replace(FIELDS[0], items=(replace(FIELDS[0].items[0], spans=(Span(0, 6),)),)))),
    ],
)
def test_each_fault_lowers_its_own_aspect(aspect: str, action: Action):
    values = _score(action).values()
    assert values[aspect] < 1
    assert values["actions"] == 1


def test_an_action_read_twice_is_a_surplus():
    assert _score(ACTION, replace(ACTION, id="d:2")).values()["actions"] == 0.5


def test_a_document_that_cannot_be_read_scores_zero():
    score = scorer.score_document("d", TRUTH, "le fichier est vide")
    assert set(score.values().values()) == {0.0}


def test_floors_tell_the_document_that_fell_below_them():
    score = _score(replace(ACTION, axe_number=1))
    floors = scorer.scores_to_floors([_score(ACTION)])
    assert scorer.below_floors([_score(ACTION)], floors) == []
    assert scorer.below_floors([score], floors) == ["d : axes 0.000 < 1.0"]


@pytest.mark.parametrize("half", scorer.HALVES)
def test_every_document_has_its_truth_and_every_truth_its_document(half: str):
    folder = scorer.ROOT / half
    truths = {path.stem for path in folder.glob("*.yaml")}
    assert truths
    assert {path.stem for path in folder.iterdir() if path.suffix != ".yaml"} == truths


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_a_plan_never_seen_is_read_at_least_as_well_as_its_floor(name: str):
    half, _, document = name.partition("/")
    if Path(document).suffix in CONVERTED and find_libreoffice() is None:
        pytest.skip("LibreOffice is not installed")
    scores = list(scorer.score_half(half, document))
    assert scores
    assert scorer.below_floors(scores, FLOORS) == []
