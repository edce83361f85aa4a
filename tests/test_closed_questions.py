"""Oui, non, or the document does not say."""

import pytest
from test_questions import ids, quotes

from clsassist.records import AnswerStatus


@pytest.mark.parametrize(
    ("question", "word", "proof"),
    [
        ("la MSA est-elle partenaire de la fiche 2 ?", "**Oui**", "Mutualité Sociale Agricole (MSA)"),
        ("la fiche 3 concerne-t-elle les élus ?", "**Oui**", "Elus"),
        ("la fiche 2 vise-t-elle les lycéens ?", "**Non**", "Professionnels de santé"),
        ("l'annuaire s'adresse-t-il aux professionnels du social ?", "**Oui**", "|X| Social"),
        ("l'annuaire vise-t-il les habitants ?", "**Non**", "|X| Médical"),
        ("est-ce que le PETR pilote l'annuaire ?", "**Oui**", "PETR"),
        ("est-ce que l'annuaire est une action nouvelle ?", "**Oui**", "Nouvelle action"),
        ("la CPAM est-elle partenaire de la fiche 3 ?", "**Non**", "CPAM du Haut-Rhin"),
        ("la CPTS est elle pilote de la fiche 5 ?", "**Non**", "PETR du Pays Thur Doller"),
        ("la CPTS pilote t elle la fiche 2 ?", "**Oui**", "CPTS"),
        ("La Région est-elle partenaire de la fiche 4 ?", "**Non**", "Région de Mulhouse"),
    ],
)
def test_the_answer_is_yes_or_no_with_its_proof(assistant, question, word, proof):
    answer = assistant.ask(question)

    assert answer.text.startswith(word)
    assert proof in quotes(answer)


def test_no_says_what_the_organisation_does_have(assistant):
    assert "Sa part : cité dans le financement" in assistant.ask("la CPAM est-elle partenaire de la fiche 3 ?").text


def test_a_field_that_the_form_does_not_have_is_no_no(assistant):
    answer = assistant.ask("l'orchestration de la formation vise-t-elle les lycéens ?")

    assert "**Non**" not in answer.text or answer.status is AnswerStatus.NOT_FOUND


def test_both_actions_that_a_name_fits_are_answered(assistant):
    answer = assistant.ask("la fiche sur l'accès aux soins prévoit-elle un bus ?")

    assert "**Oui**" in answer.text and "**Non**" in answer.text
    assert ids(answer) >= {"thur-doller-cls:3"}


def test_no_denies_only_what_fails(assistant):
    answer = assistant.ask("L'Office de tourisme a-t-il donné son accord pour la fiche 1 ?")

    assert "ne cite pas" not in answer.text
    assert "Sa part : partenaire, à contacter" in answer.text
