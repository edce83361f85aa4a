"""Ways of asking that the words of a question could turn into another: names in parts, light verbs, complements."""

from __future__ import annotations

import pytest
from test_questions import fiches, ids, quotes

from clsassist.assistant import Assistant
from clsassist.records import AnswerStatus

ATTRACTIVE = "saverne-attractivite-stages:a1"


# --- a name given by its part and its place


@pytest.mark.parametrize(
    "question",
    [
        "Dans quelles actions l'hôpital de Thann est-il partenaire ?",
        "dans quelles actions l'hopital de thann est il partenaire",
        "À quoi l'hôpital de Thann est-il engagé ?",
        "Dans quelles actions le GHRMSA est-il partenaire ?",
        "Dans quelles actions l'hôpital de Rouffach est-il partenaire ?",
        "Dans quelles actions les hôpitaux de Mulhouse sont-ils partenaires ?",
        "Nous sommes l'hôpital de Thann, à quoi sommes-nous engagés ?",
    ],
)
def test_a_part_of_a_name_with_its_place_is_the_organisation(assistant: Assistant, question: str) -> None:
    assert ids(assistant.ask(question)) == fiches(1, 2, 3, 4, 5)


def test_a_hospital_is_not_that_of_another_town(assistant: Assistant) -> None:
    answer = assistant.ask("Dans quelles actions l'hôpital de Strasbourg est-il partenaire ?")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "« hôpital de Strasbourg »" in answer.text


def test_the_hospital_of_a_plan_is_one_that_the_plan_names(assistant: Assistant) -> None:
    answer = assistant.ask("Dans quelles actions l'hôpital de Saverne est-il partenaire ?")

    assert ids(answer) == {ATTRACTIVE}
    assert "hôpital du Neuenberg" in quotes(answer)


# --- the word of a field that completes a subject


@pytest.mark.parametrize("asked", ["Quels partenaires", "Quelles étapes", "Quelle durée"])
def test_a_territory_that_completes_a_noun_is_not_asked(assistant: Assistant, asked: str) -> None:
    answer = assistant.ask(f"{asked} de l'action de Saverne sur l'attractivité du territoire ?")

    assert ids(answer) == {ATTRACTIVE}
    assert "territoire" not in {citation.field_key for citation in answer.citations}


def test_a_territory_asked_beside_another_is_given(assistant: Assistant) -> None:
    answer = assistant.ask("Quelle durée et quel territoire pour l'action sur l'attractivité du territoire ?")

    assert {"calendrier", "territoire"} <= {citation.field_key for citation in answer.citations}


def test_a_comparison_is_of_all_fields_when_a_noun_has_a_complement(assistant: Assistant) -> None:
    answer = assistant.ask("Compare la fiche 2 et la fiche de Saverne sur l'attractivité du territoire")

    assert ids(answer) == {ATTRACTIVE} | fiches(2)
    assert {"partenaires", "calendrier", "territoire"} <= {citation.field_key for citation in answer.citations}


def test_a_complement_of_the_subject_is_no_field_to_fill(assistant: Assistant) -> None:
    assert ATTRACTIVE in ids(assistant.ask("Quelles actions portent sur l'attractivité du territoire ?"))


# --- verbs that say nothing by themselves


@pytest.mark.parametrize(
    "question",
    [
        "Quels engagements a pris la MSA ?",
        "Quels engagements la MSA a-t-elle pris ?",
        "Quels engagements ont été pris par la MSA ?",
        "Quels engagements prend la MSA ?",
        "Quels engagements s'est fixés la MSA ?",
        "Quels engagements a souscrits la MSA ?",
        "À quelles actions la MSA a-t-elle pris part ?",
    ],
)
def test_a_light_verb_is_no_subject(assistant: Assistant, question: str) -> None:
    expected = ids(assistant.ask("Quels sont les engagements de la MSA ?"))

    assert expected
    assert ids(assistant.ask(question)) == expected


def test_a_care_that_is_taken_is_a_subject(assistant: Assistant) -> None:
    assert ids(assistant.ask("Quelles actions portent sur la prise en charge des addictions ?")) == fiches(3)


# --- what plans say of a subject


@pytest.mark.parametrize("subject", ["pour l'exercice coordonné", "pour financer les études", "sur l'annuaire"])
def test_what_plans_say_of_a_subject_is_said_of_one_plan_or_of_all(assistant: Assistant, subject: str) -> None:
    answer = assistant.ask(f"Que prévoient les plans {subject} ?")

    assert ids(answer)
    assert ids(answer) == ids(assistant.ask(f"Que prévoit le plan {subject} ?"))


def test_a_verb_that_tells_what_to_do_asks_for_no_field(demo_assistant: Assistant) -> None:
    for question in ("Comment financer les études ?", "Quelles actions pour financer les études ?"):
        answer = demo_assistant.ask(question)

        assert [action.title for action in answer.actions] == ["FINANCER LES PARCOURS D'ÉTUDES"]
        assert "pas de champ" not in answer.text


def test_what_finances_a_fiche_asks_for_its_field(assistant: Assistant) -> None:
    answer = assistant.ask("Quels moyens pour financer la fiche 3 ?")

    assert ids(answer) == fiches(3)
    assert "financement" in {citation.field_key for citation in answer.citations}


def test_who_finances_an_action_called_so_asks_for_its_field(assistant: Assistant) -> None:
    answer = assistant.ask("Qui finance l'action « Financer les études » ?")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "pas de champ « financement »" in answer.text


# --- people who do a thing, and actions that do not name them


@pytest.mark.parametrize(
    "asked", ["aident-ils les médecins à s'installer", "comptent aider les médecins à s'installer"]
)
def test_help_to_settle_is_found_where_nobody_is_named(demo_assistant: Assistant, asked: str) -> None:
    answer = demo_assistant.ask(f"Comment les plans {asked} ?")

    titles = [action.title for action in answer.actions]
    assert titles[1:] == ["ACCOMPAGNER CEUX QUI S'INSTALLENT", "PÉRENNISER LES CARRIÈRES"]
    assert "dont 2 par une phrase qui ne nomme pas « médecins »" in answer.text
    # A committee, once « installé », helps nobody to settle; a student is no doctor yet.
    assert "comité" not in quotes(answer)
    assert "étudiant" not in quotes(answer)


def test_what_names_doctors_is_not_for_interns(assistant: Assistant) -> None:
    answer = assistant.ask("Comment les plans incitent-ils les internes à s'installer ?")

    titles = {action.title for action in answer.actions}
    assert {"ACCOMPAGNER DANS L'INSTALLATION", "PÉRENNISER LA CARRIÈRE"} < titles
    assert "médecins" not in quotes(answer)


def test_a_set_shows_apart_what_names_nobody(demo_assistant: Assistant) -> None:
    answer = demo_assistant.ask("Quelles actions aident les médecins à s'installer ?")

    assert ids(answer) == fiches(2)
    assert "Aussi, par une phrase qui ne nomme pas « médecins » :" in answer.text
    assert "ACCOMPAGNER CEUX QUI S'INSTALLENT" in answer.text


def test_people_who_are_the_object_of_help_stay_required(assistant: Assistant) -> None:
    asked = assistant.ask("Comment convaincre les médecins de venir ?")

    assert "ne nomme pas" not in asked.text


# --- turns that only link, or say in what form an answer is wanted


@pytest.mark.parametrize("opening", ["Synthèse de ce que", "Synthétise ce que", "En bref, que", "Résume ce que"])
def test_a_synthesis_is_an_open_question(assistant: Assistant, opening: str) -> None:
    expected = assistant.ask("Que prévoient les plans pour les stagiaires ?")
    answer = assistant.ask(f"{opening} prévoient les plans pour les stagiaires")

    assert answer.text == expected.text
    assert ids(answer)


@pytest.mark.parametrize("opening", ["Résume les", "Synthèse des", "Donne-moi un aperçu des", "Panorama des"])
def test_a_synthesis_of_actions_is_their_set(assistant: Assistant, opening: str) -> None:
    expected = ids(assistant.ask("Quelles actions portent sur le logement ?"))

    assert expected
    assert ids(assistant.ask(f"{opening} actions sur le logement")) == expected


@pytest.mark.parametrize("link", ["auprès des", "envers les", "à l'égard des", "à l'attention des", "au profit des"])
def test_a_turn_that_links_is_no_condition(assistant: Assistant, link: str) -> None:
    expected = ids(assistant.ask("Quelles actions portent sur les internes ?"))

    assert expected
    assert ids(assistant.ask(f"Quelles actions sont menées {link} internes ?")) == expected


def test_whom_to_communicate_with_is_found(assistant: Assistant) -> None:
    assert ids(assistant.ask("Comment communiquer auprès des professionnels de santé ?")) == fiches(3)


def test_the_breast_is_a_subject(assistant: Assistant) -> None:
    answer = assistant.ask("Quelles actions portent sur le cancer du sein ?")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "sein" in answer.text


# --- plans at hand, their fiches, their axes


@pytest.mark.parametrize(
    "question",
    [
        "Quels plans sont disponibles ?",
        "Quels documents sont consultables ?",
        "Quels plans peut-on consulter ?",
        "Quels plans connaissez-vous ?",
    ],
)
def test_the_plans_at_hand_are_listed(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).text == assistant.ask("Quels sont les plans ?").text


def test_what_is_available_stays_a_subject(assistant: Assistant) -> None:
    answer = assistant.ask("Quels plans prévoient des logements accessibles ?")

    assert "accessibles" in answer.text


@pytest.mark.parametrize(
    "question",
    ["Quelles sont les fiches du plan ?", "Liste des actions des plans", "Quelles mesures contient le plan ?"],
)
def test_the_fiches_of_the_plan_are_all_of_them(assistant: Assistant, question: str) -> None:
    assert ids(assistant.ask(question)) == {action.id for action in assistant.actions()}


@pytest.mark.parametrize(
    "groups",
    [
        "comptent les axes du",
        "compte chaque axe du",
        "ont les axes du",
        "dans chaque axe du",
        "contiennent les axes du",
    ],
)
def test_what_is_counted_in_each_group_is_broken_down(assistant: Assistant, groups: str) -> None:
    expected = assistant.ask("Combien d'actions par axe dans le plan Santé 79 ?")

    assert assistant.ask(f"Combien d'actions {groups} plan Santé 79 ?").text == expected.text


# --- words of answers


@pytest.mark.parametrize("who", ["le PETR", "la MSA", "le Dispositif d'Appui à la Coordination"])
def test_an_organisation_engages_whatever_its_gender(assistant: Assistant, who: str) -> None:
    answer = assistant.ask(f"À quoi {who} est-il engagé ?")

    assert "s'engage dans" in answer.text
    assert "est engagée" not in answer.text


def test_one_plan_has_its_territory(assistant: Assistant) -> None:
    answer = assistant.ask("Quels territoires sont couverts par le plan Santé 79 ?")

    assert answer.text.startswith("**1 plan**, avec son territoire :")


def test_a_name_that_nobody_has_is_said_whole(assistant: Assistant) -> None:
    answer = assistant.ask("Quelles actions ont pour porteur le Conseil de l'Ordre ?")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "« Conseil de l'Ordre » dans le champ « porteur »" in answer.text
    assert "« Conseil »" not in answer.text


# --- who is asking, and who waits to be contacted


@pytest.mark.parametrize(
    "who", ["Je coordonne un CLS", "J'anime notre contrat local de santé", "Nous pilotons un plan santé"]
)
def test_who_runs_a_plan_is_no_subject(assistant: Assistant, who: str) -> None:
    asked = "quelles actions parlent de télémédecine ?"

    assert ids(assistant.ask(f"{who} : {asked}")) == ids(assistant.ask(asked))


@pytest.mark.parametrize(
    "question",
    [
        "Quels partenaires doivent encore être contactés pour la fiche 1 ?",
        "quels partenaires doivent etre contactes pour la fiche 1",
    ],
)
def test_being_contacted_is_what_awaits_a_partner(assistant: Assistant, question: str) -> None:
    assert quotes(assistant.ask(question)) == quotes(
        assistant.ask("Quels partenaires restent à contacter pour la fiche 1 ?")
    )


def test_an_organisation_asks_where_it_waits_to_be_contacted(assistant: Assistant) -> None:
    answer = assistant.ask("Nous sommes la CPAM : dans quelles fiches devons-nous encore être contactés ?")

    assert "« CPAM » (à contacter)" in answer.text
    assert "personne référente" not in answer.text
