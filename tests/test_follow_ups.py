"""Conversations: what a question takes from those before it, and when it takes nothing."""

import pytest
from test_questions import SAVERNE, fiches, ids, leviers

from clsassist.records import AnswerStatus

STAGES = "Quelles actions ciblent la maîtrise de stage ?"


def converse(assistant, *turns):
    previous = ()
    for turn in turns:
        previous = (*previous, assistant.ask(turn, previous))
    return previous[-1]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ((STAGES, "et dans le 79 ?"), leviers(21)),
        ((STAGES, "uniquement à Saverne"), {"saverne-attractivite-stages:a1"}),
        (("Qui porte la fiche 4 du CLS Thur Doller ?", "et la 3 ?"), fiches(3)),
        (("Où la MSA est-elle partenaire ?", "et la CPAM ?"), {"saverne-attractivite-stages:a1"} | fiches(1, 2, 5)),
        (("Quelles actions visent les lycéens ?", "et les élus ?"), fiches(3) | leviers(25)),
        (("Quelles actions portent sur la télémédecine ?", "qui pilote la deuxième ?"), leviers(13)),
        (("Quelles actions portent sur la télémédecine ?", "et la dernière ?"), fiches(3)),
        (("Quels leviers le CDOM pilote-t-il ?", "et le 2 ?"), leviers(17)),
        (
            ("Où la CPAM est-elle partenaire ?", "lesquelles sont portées par le PETR ?"),
            {"saverne-attractivite-stages:a1"} | fiches(1, 2, 5),
        ),
        (("actions portées par le PETR", "seulement celles qui vont jusqu'en 2029"), SAVERNE),
        (("Quelles actions visent les lycéens ?", "et les élus ?", "et leur calendrier ?"), fiches(3)),
        (("Qui porte l'annuaire ?", "Quelles actions luttent contre les addictions ?"), fiches(3)),
        (("Qui porte l'annuaire ?", "Où la MSA est-elle partenaire ?"), {"saverne-attractivite-stages:a1"} | fiches(2)),
        (("Quelles actions sont portées par la CeA ?", "compare-les"), SAVERNE - {"saverne-annuaire:15"}),
    ],
)
def test_the_last_turn_is_read_from_those_before(assistant, turns, expected):
    assert ids(converse(assistant, *turns)) == expected


def test_a_follow_up_keeps_the_field_asked_before(assistant):
    answer = converse(assistant, "Qui porte la fiche 4 du CLS Thur Doller ?", "et la 3 ?")

    assert {citation.field_key for citation in answer.citations} == {"porteur"}


def test_those_to_contact_are_asked_of_the_same_list(assistant):
    text = converse(assistant, "Quels sont les partenaires de la fiche 3 ?", "et ceux à contacter ?").text

    assert "Maison des adolescents" in text and "SANTEA" not in text


def test_a_part_of_the_last_answer_is_counted_out_of_it(assistant):
    answer = converse(assistant, "Où la CPAM est-elle partenaire ?", "lesquelles sont à Saverne ?")

    assert ids(answer) == {"saverne-attractivite-stages:a1"}


def test_a_thank_you_in_the_middle_changes_nothing(assistant):
    assert ids(converse(assistant, STAGES, "merci")) == set()


@pytest.mark.parametrize(
    ("questions", "count"),
    [
        (["quelles sont les fiches de Saverne ?", "laquelle n'a pas de personne référente ?"], 1),
        (["quelles actions sur la télémédecine ?", "bon alors laquelle est pilotée par le CD"], 2),
        (["que veut dire IPA ?", "elle est dans quelles fiches ?"], 2),
        (["quelles actions sur les internes ?", "merci, et dans le 79 ?"], 2),
        (["quelles actions à Thur Doller ?", "lesquelles ont un budget ?"], 5),
        (["Quelles actions visent les lycéens ?", "la deuxième", "qui la porte ?"], 1),
    ],
)
def test_a_conversation_goes_on(assistant, questions, count):
    answers = ()
    for question in questions:
        answers = (*answers, assistant.ask(question, answers))

    assert len(answers[-1].actions) == count


def test_after_an_empty_answer_a_whole_question_starts_afresh(assistant):
    first = assistant.ask("Combien d'actions concernent les personnes âgées ?")
    second = assistant.ask("quel est le budget total du plan ?", (first,))
    third = assistant.ask("Y a-t-il une maison de santé prévue à Saverne ?", (first, second))

    assert "personnes âgées" not in second.text
    assert third.text.startswith("**Oui")


def test_the_first_of_nothing_is_not_found(assistant):
    first = assistant.ask("quelles actions à Niort ?")

    assert assistant.ask("qui pilote la première ?", (first,)).status is AnswerStatus.NOT_FOUND


def test_another_part_is_told_when_the_one_asked_is_not_held(assistant):
    first = assistant.ask("Où la CPAM est-elle partenaire ?")
    second = assistant.ask("et dans les Deux-Sèvres ?", (first,))

    assert second.status is AnswerStatus.NOT_FOUND
    assert "y a une autre part, dans 9 actions" in second.text
