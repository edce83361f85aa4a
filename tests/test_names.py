"""An organisation is who it is: never a part of another's name, nor a common word."""

from __future__ import annotations

import pytest
from test_questions import fiches, ids

from clsassist.assistant import Assistant
from clsassist.lexicon import Lexicon, load_lexicon


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


@pytest.mark.parametrize(
    ("name", "organisation", "named"),
    [
        ("Groupe Hospitalier de la Région de Mulhouse et Sud Alsace (GHRMSA)", "Région", False),
        ("Groupe Hospitalier de la Région de Mulhouse et Sud Alsace (GHRMSA)", "MSA", False),
        ("Région Grand Est", "Région", True),
        ("Faculté de médecine - Département de Médecine Générale", "Conseil départemental", False),
        ("3 communautés de communes", "communes", False),
        ("Dispositif GEMINSTAL", "GEMINSTAL", True),
        ("Délégation territoriale de l'ARS", "ARS", True),
        ("café des aidants", "CAF", False),
        ("mai 2026", "DAC", False),
        ("MAIA", "DAC", True),
    ],
)
def test_a_name_is_not_found_inside_another(lexicon: Lexicon, name: str, organisation: str, named: bool) -> None:
    stems = lexicon.analyser.stems(organisation)
    forms = lexicon.same_meaning(stems)

    assert lexicon.is_named_in(lexicon.analyser.stems(name), forms) is named


def test_the_region_takes_part_where_it_is_named(assistant: Assistant) -> None:
    answer = assistant.ask("Nous sommes la Région Grand Est, sur quoi sommes-nous engagés ?")

    assert ids(answer) == {"saverne-attractivite-stages:a1"} | fiches(1, 2, 3)


def test_a_common_strategy_is_no_commune(assistant: Assistant) -> None:
    named = {held.organisation for action in assistant.actions() for held in action.involvements}

    assert "commune" not in named


def test_the_number_of_a_departement_names_its_territory(assistant: Assistant) -> None:
    answer = assistant.ask("dans quelles actions la CPAM 68 intervient-elle ?")

    assert ids(answer) <= fiches(1, 2, 3, 4, 5)
    assert ids(answer)


def test_the_organisation_that_asks_is_remembered(assistant: Assistant) -> None:
    first = assistant.ask("Nous sommes la MSA")
    second = assistant.ask("à quoi sommes-nous engagés ?", (first,))

    assert ids(second) == {"saverne-attractivite-stages:a1", *fiches(2)}
