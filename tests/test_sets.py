"""Sets of actions: the algebra of « et », « ou », « sauf », and the proof of each condition."""

import itertools

import pytest
from test_questions import SAVERNE, fiches, ids, leviers, quotes

from clsassist.records import AnswerStatus

LEADERS = ("l'ARS", "le CD", "la CPTS", "le PETR", "la CPAM")


def by(name):
    return name.replace("le ", "par le ").replace("la ", "par la ").replace("l'", "par l'")


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(LEADERS, 2)))
def test_et_ou_and_mais_pas_are_intersection_union_and_difference(assistant, first, second):
    one, other = (ids(assistant.ask(f"Quelles actions sont portées {by(name)} ?")) for name in (first, second))

    assert ids(assistant.ask(f"Quelles actions sont portées {by(first)} et {by(second)} ?")) == one & other
    assert ids(assistant.ask(f"Quelles actions sont portées {by(first)} ou {by(second)} ?")) == one | other
    assert ids(assistant.ask(f"Quelles actions sont portées {by(first)} mais pas {by(second)} ?")) == one - other


TOPICS = ("la télémédecine", "les addictions", "le logement", "les internes", "un annuaire")


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(TOPICS, 2)))
def test_topics_joined_by_ou_are_a_union(assistant, first, second):
    one, other = (ids(assistant.ask(f"Quelles actions portent sur {topic} ?")) for topic in (first, second))

    assert ids(assistant.ask(f"Quelles actions portent sur {first} ou sur {second} ?")) == one | other


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "quelles actions dont la MSA est partenaire et qui sont portées par le PETR ?",
            {"saverne-attractivite-stages:a1"} | fiches(2),
        ),
        (
            "actions où l'ARS est partenaire et le PETR porteur",
            {"saverne-exercices-coordonnes:a1"} | fiches(1, 2, 3, 5),
        ),
        ("actions dont la CPTS est partenaire mais pas porteuse", {"saverne-exercices-coordonnes:a1"} | fiches(5)),
        ("quelle fiche est portée par la CPTS seule ?", fiches(4)),
        ("quelles actions l'ARS ne porte pas à Thur Doller ?", fiches(1, 2, 3, 4, 5)),
        ("quelles fiches visent les professionnels du social ?", {"saverne-annuaire:15"} | fiches(5)),
        ("quelles fiches ne visent pas les professionnels ?", {"saverne-attractivite-stages:a1"}),
        ("Quelles actions visent les élus et les habitants ?", fiches(3)),
        ("Quelles actions ont pour déterminant l'intégration sociale ?", {"saverne-annuaire:15"}),
        ("fiches liées aux ressources humaines en santé du PRS", SAVERNE - {"saverne-annuaire:15"}),
        ("quelles actions ont plus de 10 partenaires ?", {"saverne-attractivite-stages:a1"} | fiches(1, 2, 3)),
        ("quelles actions ont au plus 4 partenaires ?", SAVERNE - {"saverne-attractivite-stages:a1"}),
        ("Quelles actions couvrent Mossig Vignoble ?", {"saverne-attractivite-stages:a1"}),
        ("les actions du PETR sauf celles de Saverne", fiches(1, 2, 3, 5)),
        ("quelles actions sont portees ou pilotees par la cpts a thur doller", fiches(1, 2, 3, 4)),
        ("Je suis élue à Saverne : quelles actions sont portées par la CeA ?", SAVERNE - {"saverne-annuaire:15"}),
        ("leviers pilotés par l'ordre des médecins", leviers(4, 17)),
    ],
)
def test_a_combination_is_exact(assistant, question, expected):
    assert ids(assistant.ask(question)) == expected


def test_each_condition_of_an_item_is_proved(assistant):
    answer = assistant.ask("quelles actions de 2025 dont la MSA est partenaire et qui sont portées par le PETR ?")

    for action in answer.actions:
        fields = {citation.field_key for citation in answer.citations if citation.action_id == action.id}
        assert {"calendrier", "partenaires", "porteur"} <= fields


def test_an_exclusion_is_proved_by_the_list_that_does_not_hold_the_name(assistant):
    answer = assistant.ask("quels leviers sont pilotés par les intercommunalités mais pas par le CD ?")

    assert ids(answer) == leviers(10, 17)
    assert "CDOM / MSP / CPTS" in quotes(answer)


def test_conditions_that_nothing_satisfies_together_are_told_apart(assistant):
    answer = assistant.ask("Quelles actions portées par le PETR visent les lycéens et courent en 2030 ?")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "7 actions : sont portées ou pilotées par « PETR »" in answer.text
    assert "0 action : couvre 2030" in answer.text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("la CPAM du Haut-Rhin", fiches(1, 2, 3, 5)),
        ("la cpam du haut-rhin", fiches(1, 2, 3, 5)),
        ("la CPTS Thur Doller", fiches(1, 2, 3, 4, 5)),
    ],
)
def test_an_organisation_of_a_territory_counts_where_the_territory_fits(assistant, name, expected):
    assert ids(assistant.ask(f"Où intervient {name} ?")) == expected


def test_an_organisation_of_another_territory_is_not_found(assistant):
    answer = assistant.ask("Où intervient la CPAM du Bas-Rhin ?")

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "Bas-Rhin" in answer.text


def test_commitments_are_grouped_by_role_and_say_what_is_only_named(assistant):
    answer = assistant.ask("Où intervient la CPAM ?")

    assert "porteur ou pilote de 9 actions, partenaire de 4" in answer.text
    assert (
        answer.text.index("Porteur ou pilote")
        < answer.text.index("Partenaire (4")
        < answer.text.index("Seulement cité")
    )
    assert "Noms rencontrés dans les documents" in answer.text


def test_who_is_only_named_is_not_engaged(assistant):
    engaged = ids(assistant.ask("Nous sommes la MSA, à quoi sommes-nous engagés ?"))

    assert engaged == {"saverne-attractivite-stages:a1"} | fiches(2)
    assert engaged < ids(assistant.ask("Où intervient la MSA ?"))


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("Quels leviers ont plusieurs pilotes ?", 25),
        ("leviers copilotés", 25),
        ("Quel levier n'est piloté que par le CD ?", 1),
        ("fiches sans numéro", 28),
        ("Quelles fiches n'ont pas de financeur renseigné ?", 2),
    ],
)
def test_how_many_a_condition_keeps(assistant, question, count):
    assert len(assistant.ask(question).actions) == count


@pytest.mark.parametrize("question", ["fiches rattachées à l'axe 6 Efficience du PRS", "fiches de l'axe 6 du PRS"])
def test_an_axe_of_the_prs_may_be_said_with_its_title(assistant, question):
    assert ids(assistant.ask(question)) == {"saverne-annuaire:15", "saverne-exercices-coordonnes:a1"}
