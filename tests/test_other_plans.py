"""Questions over forms that share no layout with the five documents."""

from __future__ import annotations

import pytest
from test_questions import quotes

from clsassist.assistant import Assistant
from clsassist.records import AnswerStatus


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
