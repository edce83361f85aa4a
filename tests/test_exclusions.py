"""What a question leaves out, whatever the condition: role, money, date, number, box, place."""

from __future__ import annotations

import pytest
from test_questions import fiches, ids, leviers, quotes

from clsassist.assistant import Assistant
from clsassist.records import AnswerStatus

ANNUAIRE = "saverne-annuaire:15"
STAGES = "saverne-attractivite-stages:a1"
COORDONNES = "saverne-exercices-coordonnes:a1"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Quelles actions sauf celles pilotées par le CD dans le 79 ?", leviers(10, 17, 22)),
        ("les leviers autres que ceux du CD", leviers(10, 17, 22)),
        ("leviers avec un porteur autre que le CD", leviers(10, 17, 22)),
        ("Actions sur la formation dans les Deux-Sèvres sauf celles pilotées par le CD", leviers(17)),
        ("Hormis les fiches pilotées par la CPTS, que reste-t-il à Thur Doller ?", fiches(5)),
        ("actions de Thur Doller sauf celles financées par la Région", fiches(4, 5)),
        ("fiches de Thur Doller sauf la fiche 3", fiches(1, 2, 4, 5)),
        ("les fiches de Saverne sauf la 15", {STAGES, COORDONNES}),
        ("sauf l'annuaire, quelles fiches à Saverne ?", {STAGES, COORDONNES}),
        ("fiches qui ne sont pas rattachées à l'axe 3 du PRS", {ANNUAIRE}),
        ("Quelles fiches n'associent pas les citoyens ?", {STAGES, COORDONNES}),
        ("fiches de Saverne hors plan 79", {ANNUAIRE, STAGES, COORDONNES}),
    ],
)
def test_what_is_left_out_is_exact(assistant: Assistant, question: str, expected: set[str]) -> None:
    answer = assistant.ask(question)
    assert ids(answer) == expected


@pytest.mark.parametrize(
    "part",
    ["pilotées par le CD", "que pilote l'ARS", "dont l'ARS est pilote", "portées par le PETR", "sur la formation"],
)
def test_a_set_and_what_is_left_out_of_it_make_the_whole(assistant: Assistant, part: str) -> None:
    kept = ids(assistant.ask(f"Quelles actions sauf celles {part} ?"))
    left_out = ids(assistant.ask(f"Quelles actions {part.replace('que pilote', 'pilotées par')} ?"))

    assert kept.isdisjoint(left_out)
    assert kept | left_out == {action.id for action in assistant.actions()}


def test_nothing_left_is_an_answer(assistant: Assistant) -> None:
    answer = assistant.ask("fiches de Saverne sauf celles qui finissent en 2029")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "ne reste" in answer.text


def test_a_place_that_no_document_names_is_not_left_out_in_silence(assistant: Assistant) -> None:
    answer = assistant.ask("actions hors Bretagne")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "« Bretagne »" in answer.text


def test_what_stays_is_proved_by_the_field_that_it_turns_on(assistant: Assistant) -> None:
    answer = assistant.ask("Quelles actions sauf celles pilotées par le CD dans le 79 ?")

    assert "ARS / CPAM / CPTS" in quotes(answer)


def test_a_box_that_says_outside_is_no_link(assistant: Assistant) -> None:
    answer = assistant.ask("fiches liées au PRSE 4")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "Hors PRSE 4" in quotes(answer)


def test_the_last_answer_loses_what_a_follow_up_leaves_out(assistant: Assistant) -> None:
    first = assistant.ask("Quelles actions du PETR ?")
    second = assistant.ask("hormis l'annuaire", (first,))

    assert ids(second) == ids(first) - {ANNUAIRE}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("quelles actions pour les habitants qui ne peuvent pas se déplacer ?", fiches(3)),
        ("quelles fiches de Saverne visent les jeunes adultes qui n'ont pas de stage ?", {STAGES}),
    ],
)
def test_what_is_denied_of_people_is_not_denied_of_actions(
    assistant: Assistant, question: str, expected: set[str]
) -> None:
    assert ids(assistant.ask(question)) == expected


@pytest.mark.parametrize("words", ["qui n'ont pas d'emploi", "sans emploi"])
def test_people_without_something_are_a_subject(assistant: Assistant, words: str) -> None:
    answer = assistant.ask(f"quelles actions pour les personnes {words} ?")

    assert "hors" not in answer.text.splitlines()[0]
    assert "« emploi »" in answer.text


def test_a_field_that_no_form_has_is_told_so_and_the_other_conditions_hold(assistant: Assistant) -> None:
    answer = assistant.ask("fiches portées par la CPTS sans indicateur d'impact")

    assert "n'ont pas de champ « indicateurs d'impact »" in answer.text
    assert ids(answer) == ids(assistant.ask("actions portées par la CPTS"))
