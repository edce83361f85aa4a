"""Comparisons, reuse, counts, the corpus itself, definitions, figures, syntheses and small talk."""

import pytest
from test_questions import SAVERNE, fiches, ids, leviers, quotes

from clsassist.records import AnswerStatus

# --- comparisons


def test_two_fiches_are_compared_field_by_field_with_proofs(assistant):
    answer = assistant.ask("Compare la fiche 1 et la fiche 2")

    assert ids(answer) == fiches(1, 2)
    assert "| **Public** |" in answer.text and "9 partenaires communs" in answer.text
    assert "Caisse Primaire d'Assurance Maladie du Haut-Rhin = " in answer.text, "one organisation, two wordings"


def test_common_partners_are_those_of_both_lists(assistant):
    answer = assistant.ask("partenaires communs aux fiches 3 et 5")

    assert "6 partenaires communs" in answer.text
    assert "SANTEA" not in answer.text


def test_the_partners_of_one_side_only(assistant):
    text = assistant.ask("Quels partenaires de la fiche 3 ne sont pas dans la fiche 5 ?").text

    assert "SANTEA" in text and "Pulsy" in text
    assert "partenaires communs" not in text


def test_who_has_most_is_said(assistant):
    assert (
        "en a le plus (22 partenaires)"
        in assistant.ask("Laquelle a le plus de partenaires, la fiche 2 ou la fiche 3 ?").text
    )


def test_only_the_field_asked_is_compared(assistant):
    text = assistant.ask("Les fiches 1 et 2 visent-elles le même public ?").text

    assert "| **Public** |" in text and "| **Porteur** |" not in text


def test_two_plans_are_compared_as_wholes(assistant):
    answer = assistant.ask("comparer Saverne et Thur Doller")

    assert ids(answer) == SAVERNE | fiches(1, 2, 3, 4, 5)
    assert "| **Actions** | 3 | 5 |" in answer.text


def test_a_side_that_is_nowhere_is_named(assistant):
    answer = assistant.ask("Compare la fiche 1 et la fiche 9")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "fiche 9" in answer.text


# --- reuse


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Un modèle d'annuaire à copier ?", {"saverne-annuaire:15"} | fiches(4)),
        ("Je voudrais monter une équipe mobile, qui l'a déjà prévu ?", fiches(3)),
        ("Une cellule pour accompagner les maires, ça existe déjà ?", leviers(25)),
    ],
)
def test_what_already_does_it_is_found_with_its_setting(assistant, question, expected):
    answer = assistant.ask(question)

    assert ids(answer) == expected
    fields = {citation.field_key for citation in answer.citations}
    assert "porteur" in fields


def test_the_most_alike_say_what_is_alike_and_what_is_not(assistant):
    answer = assistant.ask("Une action semblable à l'annuaire de Saverne ?")

    assert fiches(4) <= ids(answer)
    assert "saverne-annuaire:15" not in ids(answer)
    assert "En commun :" in answer.text and "Différent —" in answer.text and "parmi 33" in answer.text


def test_alike_elsewhere_leaves_the_plan_of_the_model_out(assistant):
    found = ids(assistant.ask("Existe-t-il ailleurs une action comparable à la fiche 2 ?"))

    assert found and not found & fiches(1, 2, 3, 4, 5)


def test_nothing_to_copy_is_a_refusal(assistant):
    assert assistant.ask("Un modèle de jardin thérapeutique à copier ?").status is AnswerStatus.NOT_FOUND


# --- counts


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Combien de partenaires restent à contacter dans la fiche 3 ?", "**9 partenaires à contacter**"),
        ("Combien d'axes dans le plan santé 79 ?", "**4 axes"),
        ("Combien de leviers par axe dans le plan santé 79 ?", "| 8 |"),
        ("répartition des actions par plan", "| Plan Santé 79 | 26 |"),
        ("Combien d'actions par porteur ?", "| CD | 23 |"),
        ("Qui pilote le plus de leviers ?", "CD vient en tête avec 23"),
        ("quelle fiche a le plus de partenaires ?", "**22 partenaires**"),
        ("combien d'objectifs dans la fiche 2 ?", "**4 objectifs**"),
        ("combien de fiches sans personne référente ?", "**1 fiche sur 8"),
        ("Combien d'actions ont une démarche participative ?", "**1 action sur 34"),
    ],
)
def test_a_number_comes_first_with_the_list_behind_it(assistant, question, words):
    answer = assistant.ask(question)

    assert words in answer.text
    assert answer.citations


def test_groups_that_overlap_are_said_to(assistant):
    assert "leur somme (98) dépasse 34" in assistant.ask("Combien d'actions par porteur ?").text


def test_nothing_to_count_is_a_refusal(assistant):
    assert assistant.ask("Combien d'actions à Strasbourg ?").status is AnswerStatus.NOT_FOUND


# --- the corpus


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Quels documents sont dans le corpus ?", "**5 documents**, 3 plans, 34 actions"),
        ("De quand date le plan santé 79 ?", "janvier 2021"),
        ("Quelles années couvrent les plans ?", "actions de 2025 à 2029"),
        ("Quels territoires couvre le corpus ?", "Mossig Vignoble"),
        ("Que manque-t-il dans les fiches ?", "**8 champs vides** dans 3 actions"),
        ("Pourquoi l'annuaire porte-t-il le numéro 15 ?", "3 fiches dans le corpus, dont une numérotée 15"),
        ("Le CLS de Thur Doller est-il voté ?", "Projet voté"),
        ("sur quels documents te bases-tu ?", "et d'eux seuls"),
    ],
)
def test_the_corpus_says_what_it_holds_and_lacks(assistant, question, words):
    assert words in assistant.ask(question).text


def test_plans_about_a_topic_are_a_set_not_a_list_of_documents(assistant):
    assert ids(assistant.ask("quels plans parlent de télémédecine ?")) == leviers(12, 13) | fiches(3)


# --- definitions


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Qu'est-ce qu'une maison de santé ?", "Maison de Santé Pluriprofessionnelle"),
        ("what does CPTS mean?", "Communauté Professionnelle Territoriale de Santé"),
        ("Que veut dire PTSM ?", "lexique ; source"),
        ("CTS ?", "contrat territorial de santé"),
        ("Que veut dire SANTEA ?", "n'y est pas défini"),
        ("qu'est-ce que la maîtrise de stage ?", "n'y est pas défini"),
    ],
)
def test_a_definition_says_where_it_comes_from(assistant, question, words):
    assert words in assistant.ask(question).text


# --- figures, money, contacts


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Combien d'usagers ont répondu ?", "1 830 usagers"),
        ("nombre de MSP dans le territoire de Saverne", "5 MSP"),
        ("Combien d'habitants disent avoir du mal à accéder aux soins à Thur Doller ?", "90 personnes sur 154"),
        ("Quel est le taux de dépendance à l'alcool ?", "2,7 %"),
        ("Quel est le numéro de téléphone du Département ?", "05 49 06 79 79"),
        ("Quelle part des dernières installations a suivi un stage ?", "100 %"),
    ],
)
def test_a_figure_is_the_sentence_that_gives_it(assistant, question, quote):
    assert quote in quotes(assistant.ask(question))


@pytest.mark.parametrize(
    "question",
    [
        "Combien de dentistes à Saverne ?",
        "Combien de pharmacies dans les Deux-Sèvres ?",
        "Combien d'habitants compte le Pays Thur Doller ?",
        "Combien de médecins généralistes à Saverne ?",
        "Quelles actions ont un budget de plus de 5 000 euros ?",
        "combien coûte l'annuaire ?",
    ],
)
def test_a_figure_that_is_not_given_is_refused(assistant, question):
    answer = assistant.ask(question)

    assert answer.status is AnswerStatus.NOT_FOUND
    assert answer.actions == ()


def test_without_an_amount_the_sources_of_money_are_quoted(assistant):
    answer = assistant.ask("Quel est le montant du budget de l'annuaire ?")

    assert "Aucun montant en euros" in answer.text
    assert "A définir en fonction des contours donnés suite au GT" in quotes(answer)


# --- syntheses


def test_an_open_question_groups_what_is_said_by_action(assistant):
    answer = assistant.ask("Comment améliorer le lien entre la ville et l'hôpital ?")

    assert ids(answer) == fiches(4) | leviers(11)
    assert answer.text.startswith("**2 actions sur 34 en parlent**")
    assert "postes mixtes ville/hôpital" in quotes(answer)


def test_a_whole_plan_is_presented_under_its_headings(assistant):
    answer = assistant.ask("Quelles sont les grandes lignes du plan santé 79 ?")

    assert ids(answer) == leviers(*range(1, 27))
    assert "Axe 2 : Les collectivités partenaires des professionnels ›" in answer.text


def test_why_a_fiche_is_its_context(assistant):
    assert {citation.field_key for citation in assistant.ask("Pourquoi la fiche 3 ?").citations} == {"contexte"}


@pytest.mark.parametrize(
    "question", ["Que fait-on contre le diabète ?", "Comment attirer des vétérinaires ?", "comment réparer un vélo ?"]
)
def test_an_open_question_about_nothing_here_is_refused(assistant, question):
    assert assistant.ask(question).status is AnswerStatus.NOT_FOUND


# --- small talk


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Merci beaucoup", "Avec plaisir"),
        ("Au revoir", "Au revoir"),
        ("Bonjour !", "**Élus**"),
        ("Que sais-tu faire ?", "Par exemple"),
    ],
)
def test_politeness_has_its_own_words(assistant, question, words):
    answer = assistant.ask(question)

    assert words in answer.text and answer.actions == ()


def test_every_starter_has_an_answer(assistant, demo_assistant):
    for one in (assistant, demo_assistant):
        for starter in one.starters():
            assert one.ask(starter).status is AnswerStatus.ANSWERED, starter


@pytest.mark.parametrize(
    ("question", "leader", "count"),
    [
        ("Quelle organisation pilote le plus d'actions ?", "CD", 23),
        ("Qui pilote le plus de leviers ?", "CD", 23),
        ("Quelle structure porte le plus de fiches ?", "PETR", 7),
    ],
)
def test_who_does_most(assistant, question, leader, count):
    assert f"{leader} vient en tête avec {count}" in assistant.ask(question).text


@pytest.mark.parametrize("question", ["Combien de médecins généralistes à Thann ?", "Combien d'habitants à Niort ?"])
def test_a_figure_of_elsewhere_is_not_given(assistant, question):
    assert assistant.ask(question).status is AnswerStatus.NOT_FOUND


def test_a_territory_only_introduces_a_place(assistant):
    assert "5 MSP" in quotes(assistant.ask("Combien de MSP sur le territoire de Saverne ?"))


@pytest.mark.parametrize("question", ["merci bcp c parfait", "ok super", "tu peux m'aider ?", "t'es qui ?"])
def test_small_talk_is_no_question(assistant, question):
    answer = assistant.ask(question)

    assert answer.status is AnswerStatus.ANSWERED
    assert not answer.actions


def test_what_qualifies_a_field_and_is_not_there_is_told(assistant):
    assert "« élu » n'est pas précisé" in assistant.ask("Qui est l'élu référent de la fiche 3 ?").text


def test_a_missing_field_gives_what_the_text_says(assistant):
    answer = assistant.ask("Qui finance les assistants médicaux ?")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "Financer les assistants médicaux" in quotes(answer)


def test_three_plans_are_compared(assistant):
    assert "Comparaison de" in assistant.ask("Quels points communs entre les 3 plans ?").text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Combien d'actions concrètes compte le plan 79 ?", "**50 actions concrètes (Plan Santé 79) dans 26 actions**"),
        ("combien d'étapes dans la fiche 2 ?", "**4 étapes**"),
        ("combien de publics différents sont visés ?", "publics dans 8 actions**"),
    ],
)
def test_what_is_inside_fields_is_counted(assistant, question, words):
    answer = assistant.ask(question)

    assert words in answer.text
    assert answer.citations
