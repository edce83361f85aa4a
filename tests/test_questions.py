"""Questions of every kind over the five real documents: the exact set, the field, or an honest refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from clsassist.assistant import Assistant
from clsassist.exports import answer_to_plain
from clsassist.records import Answer, AnswerStatus

SAVERNE = {"saverne-annuaire:15", "saverne-attractivite-stages:a1", "saverne-exercices-coordonnes:a1"}
STAGES = {"plan-sante-79:a21", "saverne-attractivite-stages:a1", "thur-doller-cls:2"}


def fiches(*numbers: int) -> set[str]:
    return {f"thur-doller-cls:{number}" for number in numbers}


def leviers(*ordinals: int) -> set[str]:
    return {f"plan-sante-79:a{ordinal}" for ordinal in ordinals}


def ids(answer: Answer) -> set[str]:
    return {action.id for action in answer.actions}


def quotes(answer: Answer) -> str:
    return "\n".join(citation.quote for citation in answer.citations)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Quelles actions ciblent la maîtrise de stage ?", STAGES),
        ("which actions target maîtrise de stage?", STAGES),
        ("quelles actions ciblent la metrise de stage", STAGES),
        ("actions MSU", STAGES),
        ("Quelles actions parlent de télémédecine ?", leviers(12, 13) | fiches(3)),
        ("actions sur la telemedcine en deux sevres", leviers(12, 13)),
        ("Quelles actions concernent le logement ?", leviers(4) | fiches(2) | {"saverne-attractivite-stages:a1"}),
        ("Quelles actions luttent contre les addictions ?", fiches(3)),
        ("Quelles actions visent les lycéens ?", leviers(19) | fiches(1)),
        ("Quelle action prévoit un bus ?", fiches(3)),
        ("Quelles actions ciblent les médecins remplaçants ?", leviers(16)),
        ("Quelles actions concernent les infirmières en pratique avancée ?", leviers(14) | fiches(3)),
        ("Quelles actions mobilisent le programme Leader ?", fiches(1, 2, 3, 5)),
        ("Quelles actions visent les jeunes adultes ?", {"saverne-attractivite-stages:a1"}),
        ("Où la MSA est-elle partenaire ?", fiches(2) | {"saverne-attractivite-stages:a1"}),
        ("Dans quelles fiches la Mission locale est-elle partenaire ?", fiches(1) | {"saverne-attractivite-stages:a1"}),
        ("où intervient Pôle emploi ?", fiches(1) | {"saverne-attractivite-stages:a1"}),
        ("Quelles actions impliquent la plateforme territoriale d'appui ?", leviers(23) | fiches(1, 3, 4, 5)),
        ("actions portées par le PETR", SAVERNE | fiches(1, 2, 3, 5)),
        (
            "actions de 2025 portées par le PETR sauf l'annuaire",
            (SAVERNE - {"saverne-annuaire:15"}) | fiches(1, 2, 3, 5),
        ),
        ("actions portées par la CPTS Thur Doller", fiches(1, 2, 3, 4)),
        ("Quelles actions concernent le Centre Hospitalier de Rouffach ?", fiches(1, 2, 3, 4, 5)),
        ("fiches de Saverne sans démarche participative", SAVERNE - {"saverne-annuaire:15"}),
        ("fiches qui luttent contre les inégalités sociales de santé", SAVERNE - {"saverne-attractivite-stages:a1"}),
        ("Quelles fiches n'ont pas de personne référente ?", {"saverne-attractivite-stages:a1"}),
        ("Quelles actions visent l'axe 6 du PRS ?", SAVERNE - {"saverne-attractivite-stages:a1"}),
        ("Quelles actions commencent en 2023 ?", fiches(1, 2, 3, 4, 5)),
        ("Quelles actions sont pluriannuelles ?", SAVERNE),
        ("actions portées par la CPTS sauf celles des Deux-Sèvres", fiches(1, 2, 3, 4)),
        ("Quelles actions parlent de logement sauf celles de Saverne ?", leviers(4) | fiches(2)),
        ("Quelles actions sont nouvelles ?", SAVERNE),
        ("Quelles fiches sont hors PRSE 4 ?", SAVERNE),
        ("leviers de la thématique développer la recherche", leviers(22, 23, 24)),
        ("quelles actions relèvent de l'objectif 1.1 ?", fiches(1, 2)),
        ("actions bus navette", fiches(3)),
        ("conjoint médecin emploi", leviers(1)),
        ("Où retrouve-t-on le DAC comme partenaire ?", fiches(1, 3, 4, 5)),
        ("Quelles actions durent jusqu'en 2029 ?", SAVERNE),
        ("Bonjour, quelles actions ciblent la maîtrise de stage ?", STAGES),
        (
            "Nous sommes la MSA : sur quelles actions sommes-nous attendus ?",
            fiches(2) | {"saverne-attractivite-stages:a1", "saverne-exercices-coordonnes:a1"},
        ),
        ("Que fait-on pour les conjoints de médecins ?", leviers(1)),
    ],
)
def test_a_set_is_exact(assistant: Assistant, question: str, expected: set[str]) -> None:
    answer = assistant.ask(question)
    assert answer.status is AnswerStatus.ANSWERED
    assert ids(answer) == expected
    assert answer.coverage.matching == len(expected)
    assert {citation.action_id for citation in answer.citations} >= expected


def test_the_question_of_the_card_has_exactly_its_three_sources(assistant: Assistant) -> None:
    answer = assistant.ask("which actions target maîtrise de stage?")
    assert [citation.action_id for citation in answer.citations] == sorted(STAGES)
    said = [citation.quote.lower().replace("î", "i") for citation in answer.citations]
    assert all("maitrise de stage" in quote or "msu" in quote for quote in said)
    assert answer.coverage.actions == 34


@pytest.mark.parametrize(
    ("question", "expected", "fact"),
    [
        ("Qui porte la fiche 3 de Thur Doller ?", fiches(3), "CSAPA le CAP"),
        ("Jusqu'à quand court l'action annuaire ?", {"saverne-annuaire:15"}, "2029"),
        ("qui contacter pour la fiche 4 ?", fiches(4), "coordination@cptstd.fr"),
        ("Quel est le budget de l'annuaire ?", {"saverne-annuaire:15"}, "GT"),
        ("Quels partenaires de la fiche 5 ?", fiches(5), "Conseil Local de Santé Mentale (CLSM)"),
        (
            "Quel est le public visé par les exercices coordonnés ?",
            {"saverne-exercices-coordonnes:a1"},
            "|X| Paramédical",
        ),
        (
            "Quel territoire couvre l'action sur l'attractivité de Saverne ?",
            {"saverne-attractivite-stages:a1"},
            "Mossig",
        ),
        ("quels sont les objectifs de la fiche 4", fiches(4), "Faciliter la communication"),
        ("Que dit le contexte de la fiche 3 sur l'alcool ?", fiches(3), "2,7 %"),
        ("Qui pilote la cellule d'accompagnement des maires ?", leviers(25), "CD / Intercommunalités"),
        ("Qui pilote le guichet unique ?", leviers(5), "ARS / CPAM"),
        ("À qui s'adresser pour l'annuaire ?", {"saverne-annuaire:15"}, "Chargée de misson santé"),
        ("Quel est le rôle du PETR dans la fiche 4 ?", fiches(4), "Participer aux rencontres"),
    ],
)
def test_a_field_is_given_with_its_words(assistant: Assistant, question: str, expected: set[str], fact: str) -> None:
    answer = assistant.ask(question)
    assert answer.status is AnswerStatus.ANSWERED
    assert ids(answer) == expected
    assert fact in quotes(answer)


def test_partners_to_contact_are_told_apart(assistant: Assistant) -> None:
    answer = assistant.ask("Quels partenaires restent à contacter pour la fiche 2 ?")
    assert "2 organisations" in answer.text
    assert "Mutualité" not in answer.text


def test_words_behind_an_empty_box_are_told_as_such(assistant: Assistant) -> None:
    answer = assistant.ask("À qui s'adresse l'action exercices coordonnés ?")
    assert "non retenu" in answer.text
    assert "**pas cochée**" in answer.text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Combien d'actions dans le corpus ?", "34 actions"),
        ("combien de leviers ?", "26 leviers"),
        ("Combien de leviers dans l'axe 2 ?", "8 leviers sur 26"),
        ("combien de thématiques ?", "11 thématiques"),
        ("Combien de partenaires dans la fiche 3 ?", "22 partenaires, dont 9 à contacter"),
        ("Combien d'actions sur la télémédecine ?", "3 actions sur 34"),
    ],
)
def test_a_count_is_exact_and_shows_what_it_counted(assistant: Assistant, question: str, words: str) -> None:
    answer = assistant.ask(question)
    assert answer.status is AnswerStatus.ANSWERED
    assert words in answer.text
    assert answer.citations


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("combien d'usagers ont répondu ?", "1 830 usagers"),
        ("Combien d'entretiens ont été réalisés ?", "32 entretiens"),
        ("Quel pourcentage de médecins a obtenu son bac dans la région ?", "61 %"),
        ("combien d'habitants ont des difficultés à accéder aux soins ?", "90 personnes sur 154"),
    ],
)
def test_a_figure_is_quoted_in_its_sentence(assistant: Assistant, question: str, fact: str) -> None:
    assert fact in quotes(assistant.ask(question))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("IPA ?", "Infirmière en Pratique Avancée"),
        ("Que veut dire CPTS ?", "Communauté Professionnelle Territoriale de Santé"),
        ("c'est quoi le GHRMSA", "Groupe Hospitalier"),
        ("que signifie SANTEA ?", "n'y est pas défini"),
        ("que veut dire SASPAS", "lexique"),
    ],
)
def test_an_acronym_is_defined_from_the_corpus_or_said_undefined(
    assistant: Assistant, question: str, words: str
) -> None:
    assert words in assistant.ask(question).text


@pytest.mark.parametrize(
    "question",
    [
        "Quelles actions concernent la vaccination ?",
        "actions contre le diabète",
        "Quelles actions sont prévues à Strasbourg ?",
        "Quelles actions concernent la démographie médicale à Niort ?",
        "Quelles actions luttent contre le tabac ?",
        "Le plan prévoit-il des consultations avancées en cardiologie ?",
        "Quelles actions associent l'Éducation nationale ?",
        "Quel est le statut de la fiche 2 ?",
        "Qui est la personne référente de l'action sur l'attractivité à Saverne ?",
        "Quelle est la météo demain ?",
        "Qui porte la fiche 12 ?",
        "Quels déterminants de santé vise la fiche 3 de Thur Doller ?",
        "recette de la tarte aux pommes",
        "Quelles actions sont en cours ?",
        "Quelles actions sont existantes ?",
        "Quelles actions visent les adolescents de 12 à 15 ans ?",
        "Combien d'habitants compte le Pays Thur Doller ?",
        "Quelle action prévoit une navette pour les élus ?",
        "Quelles actions sont coûteuses ?",
    ],
)
def test_what_is_not_in_the_documents_is_said_not_found(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.status is AnswerStatus.NOT_FOUND
    assert answer.actions == ()
    assert answer.text


def test_a_field_without_an_action_is_asked_back(assistant: Assistant) -> None:
    answer = assistant.ask("Quels sont les partenaires ?")
    assert answer.status is AnswerStatus.AMBIGUOUS
    assert answer.choices
    assert all(assistant.ask(choice).status is not AnswerStatus.AMBIGUOUS for choice in answer.choices)


def test_an_empty_field_is_told_from_a_field_the_form_has_not(assistant: Assistant) -> None:
    empty = assistant.ask("Qui est la personne référente de l'action sur l'attractivité à Saverne ?")
    absent = assistant.ask("Quel est le statut de la fiche 2 ?")
    assert "non renseigné" in empty.text
    assert "pas de champ" in absent.text


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (["Quelles actions parlent de télémédecine ?", "et dans les Deux-Sèvres ?"], leviers(12, 13)),
        (
            ["Quelles actions parlent de télémédecine ?", "et dans les Deux-Sèvres ?", "qui les pilote ?"],
            leviers(12, 13),
        ),
        (["Qui porte la fiche 2 de Thur Doller ?", "et la 3 ?", "et son financement ?"], fiches(3)),
        (["Quelles actions sont portées par le PETR ?", "seulement celles de Saverne"], SAVERNE),
        (["Quel est le public de l'annuaire ?", "jusqu'à quand ?"], {"saverne-annuaire:15"}),
        (["Où la MSA est-elle partenaire ?", "et le CLSM ?"], fiches(3, 5)),
        (["Qui porte la fiche 2 ?", "Quelle action prévoit un bus ?"], fiches(3)),
    ],
)
def test_a_follow_up_is_read_from_the_turns_before(assistant: Assistant, turns: list[str], expected: set[str]) -> None:
    answers: tuple[Answer, ...] = ()
    for turn in turns:
        answers = (*answers, assistant.ask(turn, answers))
    assert ids(answers[-1]) == expected


def test_every_quote_is_the_text_of_its_document(assistant: Assistant) -> None:
    texts = {document.path: document.text for document in assistant.documents()}
    for question in (
        "actions portées par le PETR",
        "Qui porte la fiche 3 ?",
        "combien d'usagers ont répondu ?",
        "IPA ?",
    ):
        for citation in assistant.ask(question).citations:
            assert texts[citation.document][citation.span.start : citation.span.end] == citation.quote


def test_each_starter_has_an_answer(assistant: Assistant, demo_assistant: Assistant) -> None:
    for held in (assistant, demo_assistant):
        assert len(held.starters()) >= 4
        assert all(held.ask(starter).status is AnswerStatus.ANSWERED for starter in held.starters())


def test_an_opened_source_shows_the_quote_in_its_field(assistant: Assistant) -> None:
    for question in ("Quelles actions ciblent la maîtrise de stage ?", "Quels partenaires de la fiche 3 ?", "IPA ?"):
        for citation in assistant.ask(question).citations:
            source = assistant.open_source(citation)
            shown = "".join(line.quote for line in source.lines)
            for piece in (line.quote for line in source.lines if line.quote):
                assert piece in citation.quote
            assert shown
            assert source.plan


def test_the_shipped_corpus_answers_the_same_sets(assistant: Assistant, demo_assistant: Assistant) -> None:
    for question in (
        "Quelles actions ciblent la maîtrise de stage ?",
        "Où la MSA est-elle partenaire ?",
        "actions portées par le PETR",
        "Quelles actions parlent de télémédecine ?",
        "fiches de Saverne sans démarche participative",
        "Combien de leviers dans l'axe 2 ?",
    ):
        assert ids(demo_assistant.ask(question)) == ids(assistant.ask(question))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Le GHRMSA est-il partenaire de la fiche 5 ?", "Oui"),
        ("Le DAC est-il partenaire de la fiche 2 ?", "**Non**"),
        ("la CPTS pilote-t-elle la fiche 5 ?", "partenaire"),
        ("Le CIRDD est-il partenaire engagé de la fiche 3 ?", "à contacter"),
        ("L'action attractivité de Saverne est-elle participative ?", "Non"),
    ],
)
def test_a_yes_or_no_question_is_answered_yes_or_no(assistant: Assistant, question: str, words: str) -> None:
    answer = assistant.ask(question)
    assert answer.status is AnswerStatus.ANSWERED
    assert words in answer.text


@pytest.mark.parametrize(
    ("question", "pilot"),
    [("Qui pilote la navette ?", "CLS"), ("Qui pilote le livret d'accueil ?", "CPTS et CLS")],
)
def test_the_pilot_written_beside_a_step_is_given(assistant: Assistant, question: str, pilot: str) -> None:
    assert f"Pour cette étape, pilote : {pilot}" in assistant.ask(question).text


def test_an_answer_carries_the_question_as_it_was_typed(assistant: Assistant) -> None:
    typed = "Bonjour,  je suis élu, quelles actions ciblent la maîtrise de stage ?"
    assert assistant.ask(typed).question == typed


def test_partners_already_engaged_are_not_those_to_contact(assistant: Assistant) -> None:
    text = assistant.ask("quels partenaires déjà engagés (pas à contacter) dans la fiche 4 ?").text
    assert "Rouffach" in text
    assert "ESMS" not in text


def test_the_transcript_of_the_readme_is_what_the_command_prints(demo_assistant: Assistant) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    printed = answer_to_plain(demo_assistant.ask("Quelles actions ciblent la maîtrise de stage ?"))
    assert printed.strip() in readme


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        (
            "bonjour madame je suis maire d'une petite commune du pays de saverne et je voudrais savoir quelles sont "
            "les actions prévues pour attirer des médecins chez nous merci d'avance",
            "actions à Saverne pour attirer des médecins",
        ),
        (
            "Bonjour à tous, pouvez-vous me dire quelles actions concernent les internes ? Cordialement",
            "quelles actions concernent les internes ?",
        ),
        ("bonjour je cherche des actions sur la télémédecine svp", "actions sur la télémédecine"),
        ("quelles actions sont encore valables en 2027 ?", "quelles actions en 2027 ?"),
    ],
)
def test_politeness_changes_nothing(assistant: Assistant, typed: str, plain: str) -> None:
    asked = assistant.ask(typed)

    assert asked.status is AnswerStatus.ANSWERED
    assert ids(asked) == ids(assistant.ask(plain))


def test_a_denied_verb_does_not_reach_the_next_clause(assistant: Assistant) -> None:
    answer = assistant.ask("les actions qui ne sont pas portées par le PETR et qui visent les professionnels de santé")

    assert "vise « professionnels de santé » et n'est ni portée ni pilotée par « PETR »" in answer.text


def test_each_subject_is_looked_up_in_the_field_named_nearest(assistant: Assistant) -> None:
    answer = assistant.ask("quelles fiches ont les élus comme public et un déterminant sur le logement ?")

    assert "visent « élus » et ont « logement » dans le champ « déterminants de santé »" in answer.text


def test_who_does_what_gives_every_part(assistant: Assistant) -> None:
    answer = assistant.ask("qui fait quoi dans la fiche 2 ?")

    assert {"porteur", "partenaires", "role_porteur"} <= {citation.field_key for citation in answer.citations}


@pytest.mark.parametrize("question", ["écris-moi un mail pour la CPTS", "Rédige un courrier aux élus"])
def test_what_the_assistant_does_not_do_is_told(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)

    assert answer.status is AnswerStatus.NOT_FOUND
    assert "Je ne sais pas faire cela" in answer.text


def test_the_telephone_of_another_is_not_given(assistant: Assistant) -> None:
    assert assistant.ask("numéro de téléphone de la coordinatrice").status is AnswerStatus.NOT_FOUND
    assert "05 49 06 79 79" in quotes(assistant.ask("téléphone du département des Deux-Sèvres"))


@pytest.mark.parametrize(
    ("wished", "plain"),
    [
        (
            "Quelles actions pour que les médecins aient envie de s'installer ?",
            "Quelles actions pour installer les médecins ?",
        ),
        ("Que faire pour que les actions soient évaluées ?", "Que faire pour les actions évaluées ?"),
        ("Qu'est-ce qui est prévu pour que les gens aient une navette ?", "Qu'est-ce qui est prévu pour une navette ?"),
    ],
)
def test_verbs_of_a_wish_are_no_subject(assistant: Assistant, wished: str, plain: str) -> None:
    said, meant = assistant.ask(wished), assistant.ask(plain)

    assert (said.status, said.actions) == (meant.status, meant.actions)
