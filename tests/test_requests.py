"""Several requests in one message, and what people ask about what is done."""

from __future__ import annotations

import pytest
from test_questions import fiches, ids, quotes

from clsassist.assistant import Assistant
from clsassist.records import AnswerStatus

STAGES, COORDONNES = "saverne-attractivite-stages:a1", "saverne-exercices-coordonnes:a1"


def test_each_request_of_a_message_is_answered(assistant: Assistant) -> None:
    answer = assistant.ask("Quelles fiches parlent de stage et qui les porte ?")

    assert "portent sur « stage »" in answer.text
    assert "porteur" in {citation.field_key for citation in answer.citations}


def test_citations_of_joined_answers_are_numbered_once(assistant: Assistant) -> None:
    answer = assistant.ask("Qui porte la fiche 1 ? Quel est le calendrier de la fiche 2 ?")
    numbers = [citation.number for citation in answer.citations]

    assert numbers == list(range(1, len(numbers) + 1))
    assert all(f"[{number}]" in answer.text for number in numbers)
    assert ids(answer) == fiches(1, 2)


def test_a_message_of_two_requests_is_followed(assistant: Assistant) -> None:
    first = assistant.ask("Quelles actions sur la télémédecine et lesquelles sont pilotées par le CD ?")
    second = assistant.ask("et à Thur Doller ?", (first,))

    assert second.status is not AnswerStatus.AMBIGUOUS
    assert "Thur Doller" in second.text


def test_two_acronyms_are_both_defined(assistant: Assistant) -> None:
    answer = assistant.ask("IPA et MSP, ça veut dire quoi ?")

    assert "**IPA**" in answer.text
    assert "**MSP**" in answer.text


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("La fiche 3 est-elle encore valable en 2027 ?", "**Oui**"),
        ("L'annuaire est-il toujours d'actualité en 2028 ?", "**Oui**"),
        ("La fiche 4 est-elle terminée en 2026 ?", "**Non**"),
        ("La navette est-elle déjà en place ?", "**Prévu"),
        ("Le bus multifonction est-il décidé ?", "**Prévu"),
        ("Les offices de tourisme participent-ils déjà à la fiche 1 ?", "**Non**"),
        ("l'annuaire ne vise-t-il pas les adultes ?", "**Non**"),
    ],
)
def test_what_is_planned_is_not_said_to_be_done(assistant: Assistant, question: str, word: str) -> None:
    assert assistant.ask(question).text.startswith(word)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Quelle fiche de Thur Doller ne prévoit pas de financement Leader ?", fiches(4)),
        ("quelle fiche de Thur Doller n'a pas de financement Leader ?", fiches(4)),
        ("Quelles fiches de Thur Doller ont la CPAM parmi les partenaires ou les financeurs ?", fiches(1, 2, 3, 5)),
        (
            "quelles actions de la MSA ?",
            {"saverne-attractivite-stages:a1", "saverne-exercices-coordonnes:a1", *fiches(2)},
        ),
    ],
)
def test_sets_of_strangers(assistant: Assistant, question: str, expected: set[str]) -> None:
    assert ids(assistant.ask(question)) == expected


@pytest.mark.parametrize(
    "question", ["courriel de l'ARS Grand Est", "téléphone de Magali Narciso", "mail de la CPTS de Saverne"]
)
def test_the_address_of_another_is_not_given(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status is AnswerStatus.NOT_FOUND


def test_an_email_is_that_of_the_one_named(assistant: Assistant) -> None:
    answer = assistant.ask("l'email du CSAPA")

    assert "v.meyer@le-cap.org" in quotes(answer)
    assert "coordination@cptstd.fr" not in quotes(answer)


def test_why_something_does_not_happen_leaves_nothing_out(assistant: Assistant) -> None:
    answer = assistant.ask("Pourquoi les médecins ne s'installent pas dans les Deux-Sèvres ?")

    assert "hors Plan" not in answer.text


def test_partners_to_contact_are_listed_without_naming_a_fiche(assistant: Assistant) -> None:
    answer = assistant.ask("Quels partenaires restent à contacter ?")

    assert answer.status is AnswerStatus.ANSWERED
    assert ids(answer) == fiches(1, 2, 3, 4, 5)
