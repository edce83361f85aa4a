"""A coordinator who is writing says so first: what is being written is no subject, what it is about is one."""

import pytest
from test_questions import ids

from clsassist.assistant import Assistant
from clsassist.understanding.patterns import DRAFTING


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Je prépare une fiche sur la télésanté : que reprendre ?", " sur la télésanté : que reprendre ?"),
        ("Nous préparons notre prochain contrat : que fait-on ?", " : que fait-on ?"),
        ("je dois écrire une fiche-action mobilité", " mobilité"),
        ("On réfléchit à une action de repérage", " de repérage"),
        ("Je suis en train de rédiger le plan santé", ""),
        ("Je montre une fiche", "Je montre une fiche"),
        ("Qui prépare la fiche 3 ?", "Qui prépare la fiche 3 ?"),
    ],
)
def test_the_words_of_writing_are_left_out(text: str, left: str) -> None:
    assert DRAFTING.sub("", text) == left


@pytest.mark.parametrize(
    ("drafting", "plain"),
    [
        (
            "Je prépare une fiche sur la télésanté, qu'a-t-on déjà prévu ailleurs ?",
            "Quelles actions ont déjà prévu la télésanté ?",
        ),
        (
            "Je rédige une action sur la télésanté : qu'existe-t-il ailleurs ?",
            "Quelles actions portent sur la télésanté ?",
        ),
        (
            "Nous préparons notre contrat : quelles actions sur la mobilité existent ailleurs ?",
            "Quelles actions portent sur la mobilité ?",
        ),
        (
            "Je travaille sur la maîtrise de stage : quelles fiches réutiliser ?",
            "Quelles actions de maîtrise de stage réutiliser ?",
        ),
        ("Je dois écrire une fiche mobilité, avez-vous des exemples ?", "Des exemples d'actions sur la mobilité ?"),
    ],
)
def test_the_subject_is_what_is_being_written_about(assistant: Assistant, drafting: str, plain: str) -> None:
    assert ids(assistant.ask(drafting)) == ids(assistant.ask(plain)) != set()


@pytest.mark.parametrize(
    "question",
    [
        "Quelles actions existent sur la prévention ?",
        "Prévention : quelles actions existent ?",
        "Une action existe-t-elle sur la prévention ?",
    ],
)
def test_a_verb_is_no_box_of_a_form(assistant: Assistant, question: str) -> None:
    assert ids(assistant.ask(question)) == ids(assistant.ask("Quelles actions portent sur la prévention ?")) != set()
