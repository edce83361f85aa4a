"""Partners say « nous »: their verbs are understood as those of anybody."""

import pytest
from test_questions import ids

from clsassist.assistant import Assistant
from clsassist.records import AnswerStatus
from clsassist.understanding.persons import to_third_person


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("que pilotons-nous ?", "que pilotent ?"),
        ("Quelles actions finançons-nous ?", "Quelles actions financent ?"),
        ("où intervenons-nous", "où interviennent"),
        ("les actions que nous partageons", "les actions que partagent"),
        ("les fiches dont nous ne faisons rien", "les fiches dont ne font rien"),
        ("que pouvons-nous faire ?", "que peuvent faire ?"),
    ],
)
def test_verbs_of_the_first_person_are_put_in_the_third(ours: str, theirs: str) -> None:
    assert to_third_person(ours) == theirs


@pytest.mark.parametrize(
    "text",
    [
        "sur quoi sommes-nous engagés ?",
        "qu'avons-nous prévu ?",
        "que devons-nous faire ?",
        "nous cherchons des actions",
        "",
    ],
)
def test_auxiliaries_and_lead_ins_are_left_as_they_are(text: str) -> None:
    assert to_third_person(text) == text


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Nous sommes la CPTS : que pilotons-nous ?", "Quelles actions sont pilotées par la CPTS ?"),
        ("Nous sommes la MSA, quelles actions portons-nous ?", "Quelles actions porte la MSA ?"),
        ("Nous sommes la CPAM : les actions que nous finançons ?", "Quelles actions la CPAM finance-t-elle ?"),
        ("Nous, l'URPS, où intervenons-nous ?", "Où intervient l'URPS ?"),
    ],
)
def test_a_partner_who_says_we_gets_the_answer_of_its_name(assistant: Assistant, ours: str, theirs: str) -> None:
    assert ids(assistant.ask(ours)) == ids(assistant.ask(theirs))
    assert assistant.ask(ours).status is assistant.ask(theirs).status


def test_a_closed_question_about_an_amount_looks_for_one(assistant: Assistant) -> None:
    answer = assistant.ask("Y a-t-il un budget chiffré pour les actions sur la santé mentale ?")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "donnent un montant" in answer.text
