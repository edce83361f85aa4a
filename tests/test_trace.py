"""« Comment ai-je cherché ? »: the trace of an answer, in words that need no explanation."""

from __future__ import annotations

import re

import pytest

from clsassist.assistant import Assistant
from clsassist.web.trace import follows, tell_trace

QUESTIONS = [
    "Quelles actions ciblent la maîtrise de stage ?",
    "Qui pilote la fiche 2 ?",
    "Compare la fiche 1 et la fiche 2",
    "Combien d'actions par porteur ?",
    "Dans quelles actions l'ARS est-elle partenaire, sauf la MSA ?",
    "Quelles actions portent sur les jeunes mais pas sur les addictions en 2026 ?",
    "Quels champs sont vides ?",
    "Un modèle d'annuaire à copier ?",
    "Que veut dire CPTS ?",
    "Comment attirer de jeunes médecins ?",
    "Quelles actons portent sur la télémedecine ?",
    "blabla zorglub",
    "aide",
]
# What only somebody who made the search would understand.
TECHNICAL = re.compile(r"racine|lexical|sémantique|fusion|score|rang\b|\d\.\d|tantivy|vect", re.IGNORECASE)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_step_is_a_plain_sentence(demo_assistant: Assistant, question: str) -> None:
    told = tell_trace(demo_assistant.ask(question))
    assert told.steps[0].startswith("J'ai compris que vous demandez ")
    for step in told.steps:
        assert step.endswith("."), step
        assert not TECHNICAL.search(step), step
    for passage in told.passages:
        assert not TECHNICAL.search(passage), passage


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_that_was_understood_is_left_out(demo_assistant: Assistant, question: str) -> None:
    answer = demo_assistant.ask(question)
    understood = [line for line in answer.trace if not re.match(r"Passages|\d+\. |   ", line)]
    assert len(tell_trace(answer).steps) >= len(dict.fromkeys(understood))


def test_passages_are_named_only_where_they_were_read_first(demo_assistant: Assistant) -> None:
    assert not tell_trace(demo_assistant.ask("Qui pilote la fiche 2 ?")).passages
    assert tell_trace(demo_assistant.ask("blabla zorglub")).passages


def test_a_follow_up_says_so(demo_assistant: Assistant) -> None:
    first = demo_assistant.ask("Quelles actions ciblent la maîtrise de stage ?")
    second = demo_assistant.ask("et dans les Deux-Sèvres ?", (first,))
    assert not follows(first)
    assert follows(second)
    assert any("comme la suite de « Quelles actions" in step for step in tell_trace(second).steps)


@pytest.mark.parametrize("first", ["Compare la fiche 1 et la fiche 2", "Qui pilote la fiche 2 ?"])
@pytest.mark.parametrize(
    "second",
    [
        "Combien d'actions par porteur ?",
        "Qui pilote la deuxième ?",
        "et ceux à contacter ?",
        "Quel est le budget ?",
        "Quelles actions portent sur les addictions ?",
        "Jusqu'à quand ?",
        "aide",
        "Que veut dire CPTS ?",
    ],
)
def test_a_question_follows_exactly_when_the_one_before_changes_its_answer(
    demo_assistant: Assistant, first: str, second: str
) -> None:
    after = demo_assistant.ask(second, (demo_assistant.ask(first),))
    assert follows(after) == (after.text != demo_assistant.ask(second).text)
