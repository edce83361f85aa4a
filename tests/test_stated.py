"""What must be written in a field, beyond its being filled: an amount, a date."""

from __future__ import annotations

import pytest
from test_questions import fiches, ids, quotes

from clsassist.assistant import Assistant
from clsassist.records import AnswerStatus

_SAVERNE = {"saverne-annuaire:15", "saverne-attractivite-stages:a1", "saverne-exercices-coordonnes:a1"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Quelles fiches n'ont pas de budget chiffré ?", fiches(1, 2, 3, 4, 5) | _SAVERNE),
        ("fiches sans montant indiqué", fiches(1, 2, 3, 4, 5) | _SAVERNE),
        ("actions dont le coût n'est pas chiffré", fiches(1, 2, 3, 4, 5) | _SAVERNE),
        ("les fiches non chiffrées", fiches(1, 2, 3, 4, 5) | _SAVERNE),
        ("Quelles actions portées par la CPTS n'ont pas de budget chiffré ?", fiches(1, 2, 3, 4)),
        ("Combien de fiches de Saverne n'ont pas de montant précisé ?", _SAVERNE),
        ("Quelles fiches ont une échéance précise ?", fiches(1, 2, 3, 4, 5) | _SAVERNE),
        ("fiches de Saverne avec un calendrier daté", _SAVERNE),
        # « renseigné » is said of words too.
        ("Quelles actions ont un financement renseigné ?", fiches(1, 2, 3, 4, 5) | _SAVERNE),
    ],
)
def test_words_in_the_field_of_money_are_no_amount(assistant: Assistant, question: str, expected: set[str]) -> None:
    assert ids(assistant.ask(question)) == expected


@pytest.mark.parametrize(
    "question", ["Quelles fiches ont un budget chiffré ?", "Quelles actions ont un montant précisé ?"]
)
def test_when_no_fiche_gives_an_amount_what_they_say_is_quoted(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "A définir en fonction des contours" in quotes(answer)


def test_one_fiche_is_said_to_give_no_amount(assistant: Assistant) -> None:
    answer = assistant.ask("Le budget de la fiche 3 est-il chiffré ?")

    assert answer.text.startswith("**Non**")
    assert "ne donne pas de montant" in answer.text
