"""Scores over answers made up: each fault is seen, named, and brings its own score down."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from answers import make_answer, make_citation
from test_exports import make_row

from clsassist.errors import ConfigurationError
from clsassist.evaluation import (
    Case,
    find_shortfalls,
    load_cases,
    load_thresholds,
    mean_scores,
    resolve,
    results_to_text,
    run_cases,
)
from clsassist.records import ActionRef, AnswerStatus, Span

ROOT = Path(__file__).resolve().parent.parent
TEXT = "La MSA est partenaire."


class FakeAssistant:
    """Gives one answer to everything, over one document."""

    def __init__(self, answer):
        self.answer = answer

    def ask(self, question):
        return self.answer

    def actions(self):
        return (make_row().action,)

    def documents(self):
        return (SimpleNamespace(id=make_row().action.document_id, path="plan/thur.txt", text=TEXT),)


def judge(answer=None, **case):
    values = {"id": "une-question", "kind": "ensemble", "question": "Où ?", "status": AnswerStatus.ANSWERED}
    (result,) = run_cases(FakeAssistant(answer or right_answer()), [Case(**{**values, **case})])
    return result


def right_answer(**changes):
    values = {
        "actions": (ActionRef("saverne#15", "plan/thur.txt", "15", "Annuaire", "CLS de Saverne"),),
        "citations": (make_citation("MSA", span=Span(3, 6)),),
        "text": "Une action sur 12 [7].",
    }
    return make_answer(**{**values, **changes})


def test_a_right_answer_has_every_score_and_no_fault():
    result = judge(actions=("plan/thur.txt#15",), facts=("msa", "12"))

    assert result.faults == ()
    scores = result.scores
    assert (scores.status, scores.exact_set, scores.precision, scores.recall) == (1, 1, 1, 1)
    assert (scores.facts, scores.citations, scores.refusals) == (1, 1, 0)


def test_a_missing_action_costs_recall_and_an_extra_one_costs_precision():
    missing = judge(right_answer(actions=()), actions=("plan/thur.txt",))
    extra = judge(actions=())

    assert (missing.scores.exact_set, missing.scores.precision, missing.scores.recall) == (0, 1, 0)
    assert (extra.scores.exact_set, extra.scores.precision, extra.scores.recall) == (0, 0, 1)
    assert missing.faults == ("il manque saverne#15",)
    assert extra.faults == ("saverne#15 est en trop",)


def test_an_optional_action_may_be_there_or_not():
    assert judge(actions=(), optional=("plan/thur.txt",)).scores.exact_set == 1
    assert judge(right_answer(actions=()), actions=(), optional=("plan/thur.txt",)).scores.exact_set == 1


def test_a_set_that_is_not_judged_has_no_score():
    assert judge().scores.exact_set is None


def test_a_fact_is_a_whole_word_and_a_citation_mark_is_no_fact():
    result = judge(facts=("12", "1", "7"), forbidden=("CAF", "partenaire"))

    assert result.scores.facts == pytest.approx(3 / 5)
    assert result.faults == ("« 1 » n'est pas dit", "« 7 » n'est pas dit")


def test_a_forbidden_word_is_a_fault():
    assert judge(forbidden=("MSA",)).faults == ("« MSA » ne devait pas être dit",)


def test_a_quote_that_is_not_the_text_at_its_place_is_a_false_citation():
    shifted = make_citation("MSA", span=Span(4, 7))

    result = judge(right_answer(citations=(make_citation("MSA", span=Span(3, 6)), shifted)))

    assert result.scores.citations == 0.5
    assert result.faults == ("la citation [1] n'est pas le texte de « plan/thur.txt »",)


def test_a_wrong_status_is_a_fault():
    result = judge(status=AnswerStatus.NOT_FOUND)

    assert (result.scores.status, result.faults) == (0, ("answered au lieu de not_found",))


def test_references_are_ids_documents_numbers_or_beginnings_of_titles():
    for reference in ("saverne#15", "plan/thur.txt", "plan/thur.txt#15", "plan/thur.txt#annu"):
        assert resolve([reference], FakeAssistant(None)) == {"saverne#15"}, reference


@pytest.mark.parametrize("reference", ["thur.txt", "plan/thur.txt#1", "plan/thur.txt#acteurs"])
def test_a_reference_that_names_nothing_is_an_error_of_the_questions(reference):
    with pytest.raises(ConfigurationError, match="ne désigne aucune action"):
        resolve([reference], FakeAssistant(None))


def test_means_leave_out_the_questions_that_do_not_judge_a_score():
    results = [judge(), judge(actions=("plan/thur.txt",)), judge(actions=())]

    assert mean_scores(results).exact_set == 0.5
    assert mean_scores(results).facts is None


def test_a_score_under_its_threshold_or_never_measured_is_a_shortfall():
    results = [judge(actions=()), judge(kind="champ")]

    shortfalls = find_shortfalls(results, {"ensemble": {"exact_set": 0.5, "status": 1}, "champ": {"facts": 0.1}})

    assert shortfalls == [
        "ensemble › exact_set : 0.000, il faut au moins 0.500.",
        "champ › facts : non mesuré, il faut au moins 0.100.",
    ]


def test_the_report_has_one_line_a_kind_then_what_is_wrong():
    lines = results_to_text([judge(actions=()), judge(kind="champ")]).splitlines()

    assert [line.split()[0] for line in lines[1:4]] == ["ensemble", "champ", "total"]
    assert lines[4:] == ["✗ une-question « Où ? » : saverne#15 est en trop"]


def test_a_question_badly_written_is_said_with_its_file(tmp_path):
    path = tmp_path / "questions.yaml"
    for entry in (
        "{id: a}",
        "{id: a, kind: b, question: c, status: peut-être}",
        "{ide: a, status: answered}",
    ):
        path.write_text(f"- {entry}", encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"questions\.yaml.*mal écrite"):
            load_cases(path)


def test_a_threshold_on_an_unknown_score_is_refused(tmp_path):
    path = tmp_path / "expected.yaml"
    path.write_text("total: {exactitude: 1}", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="exactitude"):
        load_thresholds(path)


def test_an_absent_file_is_said_in_one_sentence(tmp_path):
    with pytest.raises(ConfigurationError, match=r"absent\.yaml.*n'a pas pu être lu"):
        load_cases(tmp_path / "absent.yaml")


def test_the_questions_of_the_project_are_well_written_and_each_kind_is_known():
    cases = load_cases(ROOT / "eval" / "questions.yaml")
    thresholds = load_thresholds(ROOT / "eval" / "expected.yaml")

    assert len({case.id for case in cases}) == len(cases) >= 40
    assert set(thresholds) == {case.kind for case in cases} | {"total"}
