"""Questions over forms that share no layout with the five documents."""

from __future__ import annotations

import pytest
from test_questions import ids, quotes

from clsassist.assistant import Assistant
from clsassist.records import Action, AnswerStatus, Plan


@pytest.mark.parametrize("question", ["quel est le public de la fiche FA-08 ?", "public de la fiche FA-08"])
def test_the_name_of_a_field_is_no_box(other_assistant: Assistant, question: str) -> None:
    answer = other_assistant.ask(question)

    assert answer.status is AnswerStatus.ANSWERED
    assert "Locataires et propriétaires de plus de 70 ans" in quotes(answer)


def test_a_box_is_found_by_its_whole_label(other_assistant: Assistant) -> None:
    answer = other_assistant.ask("quelles actions visent un tout public ?")

    assert "Accueillir les internes en médecine générale" in answer.text
    assert "Équiper les logements avant la chute" not in answer.text


def test_a_field_of_one_form_is_asked_by_its_own_label(other_assistant: Assistant) -> None:
    answer = other_assistant.ask("quels sont les points de vigilance de la fiche 1 ?")

    assert "Le recrutement des infirmiers reste difficile." in quotes(answer)


def test_actions_are_found_by_a_field_of_their_own(other_assistant: Assistant) -> None:
    answer = other_assistant.ask("quelles fiches ont des points de vigilance ?")

    assert "ont un champ « Points de vigilance » renseigné" in answer.text
    assert "Articulation avec les tutelles." in quotes(answer)


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("actions terminées ou réalisées", 3),
        ("actions en cours ou à venir", 9),
        ("quelles actions coûtent plus de 100 000 € ?", 8),
        ("actions de Vernaise sauf celles pilotées par le CCAS", 6),
    ],
)
def test_sets_of_plans_never_seen(many_assistant: Assistant, question: str, titles: int) -> None:
    assert len(many_assistant.ask(question).actions) == titles


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("Qui pilote le centre municipal de santé de Vernaise ?", "Direction de la santé"),
        ("Qui porte le café numérique ?", "Médiathèque municipale"),
        ("partenaires du relais petite enfance de l'Ardelle", "Mutualité sociale agricole"),
        ("Combien coûte l'action tabac ?", "2500"),
        ("Freins identifiés de la fiche 1.1.1 du Haut-Vernois", "Temps disponible des infirmiers"),
    ],
)
def test_an_action_is_named_by_its_title_even_like_an_organisation(
    many_assistant: Assistant, question: str, fact: str
) -> None:
    answer = many_assistant.ask(question)

    assert answer.status is AnswerStatus.ANSWERED
    assert fact in quotes(answer)


def test_a_number_that_many_plans_use_asks_which(many_assistant: Assistant) -> None:
    answer = many_assistant.ask("qui porte la fiche 1 ?")

    assert answer.status is AnswerStatus.AMBIGUOUS
    assert answer.choices
    assert many_assistant.ask(answer.choices[0]).status is AnswerStatus.ANSWERED


def test_the_largest_amounts_come_first(many_assistant: Assistant) -> None:
    answer = many_assistant.ask("quelle est l'action la plus chère ?")

    assert answer.citations[0].quote == "900 000 €"


def test_every_action_is_found_by_its_title(many_assistant: Assistant) -> None:
    lost = [
        action.id
        for action in many_assistant.actions()
        if action.id not in ids(many_assistant.ask(f"Que prévoit l'action « {action.title} » ?"))
    ]
    assert lost == []


def _place(action: Action, plans: dict[str, Plan]) -> str:
    return f"{action.number} du {plans[action.document_id].name}"


def test_every_fiche_is_found_by_its_number_and_plan(many_assistant: Assistant) -> None:
    plans = many_assistant.registry.plans
    lost = [
        action.id
        for action in many_assistant.actions()
        if action.number and action.id not in ids(many_assistant.ask(f"Que prévoit la fiche {_place(action, plans)} ?"))
    ]
    assert lost == []
