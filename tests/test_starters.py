"""First questions: each audience has some, and each one has an answer, whatever the corpus."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clsassist.assistant import Assistant
from clsassist.indexing import index_corpus
from clsassist.lexicon import load_lexicon
from clsassist.records import AnswerStatus
from clsassist.settings import AUDIENCES, Settings
from clsassist.starters import AudienceStarters, audiences_to_starters

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def invented_assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant over invented plans of many layouts."""
    folder = tmp_path_factory.mktemp("invented-index")
    index_corpus([PROJECT / "eval/reading/seen"], replace(Settings(), index_dir=folder))
    return Assistant.open(folder)


CORPORA = ("assistant", "demo_assistant", "invented_assistant", "other_assistant")


def _draw(assistant: Assistant, *audiences: str) -> tuple[AudienceStarters, ...]:
    return audiences_to_starters(audiences, assistant.registry, load_lexicon(), assistant.ask)


@pytest.fixture(params=CORPORA)
def corpus(request: pytest.FixtureRequest) -> Assistant:
    """Each corpus in turn."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Assistant)
    return found


def test_every_audience_has_questions_that_are_answered(corpus: Assistant) -> None:
    groups = _draw(corpus, *AUDIENCES)
    assert [group.audience for group in groups] == list(AUDIENCES)
    for group in groups:
        assert len(group.questions) >= 2
        assert all(corpus.ask(question).status is AnswerStatus.ANSWERED for question in group.questions)


def test_no_question_is_proposed_twice(corpus: Assistant) -> None:
    questions = [question for group in _draw(corpus, *AUDIENCES) for question in group.questions]
    assert len(questions) == len(set(questions))


def test_only_the_audiences_of_the_settings_are_spoken_to(demo_assistant: Assistant) -> None:
    assert [group.audience for group in _draw(demo_assistant, "partenaire", "élu")] == ["partenaire", "élu"]
    assert _draw(demo_assistant, "astronaute") == ()


def test_a_question_without_an_answer_is_not_proposed(demo_assistant: Assistant) -> None:
    refused = demo_assistant.ask("zorglub")
    assert audiences_to_starters(AUDIENCES, demo_assistant.registry, load_lexicon(), lambda question: refused) == ()
