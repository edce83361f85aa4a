"""Scores over answers made up: each fault is seen, named, and brings its own score down."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from answers import make_answer, make_citation
from test_exports import make_row

from clsassist.errors import ConfigurationError
from clsassist.evaluation.cases import Case, load_cases, resolve
from clsassist.evaluation.judging import Scores
from clsassist.evaluation.report import results_to_text, write_report
from clsassist.evaluation.scores import find_shortfalls, latency, load_thresholds, mean_scores, run_cases
from clsassist.records import ActionRef, AnswerStatus, Span

ROOT = Path(__file__).resolve().parent.parent
TEXT = "La MSA est partenaire."


class FakeAssistant:
    """Gives one answer to everything, over one document."""

    def __init__(self, answer):
        self.answer = answer

    def ask(self, question, previous=()):
        if isinstance(self.answer, dict):
            return self.answer[question]
        return self.answer

    def actions(self):
        return (make_row().action,)

    def documents(self):
        return (SimpleNamespace(id=make_row().action.document_id, path="plan/thur.txt", text=TEXT),)


def judge(answer=None, **case):
    values = {"id": "une-question", "kind": "ensemble", "question": "Où ?", "status": AnswerStatus.ANSWERED}
    (result,) = run_cases(FakeAssistant(answer or right_answer()), [Case(**{**values, **case})])
    return result


def faults(result):
    return tuple(fault for _, fault in result.faults)


def right_answer(**changes):
    values = {
        "actions": (ActionRef("saverne#15", "plan/thur.txt", "15", "Annuaire", "CLS de Saverne"),),
        "citations": (make_citation("MSA", span=Span(3, 6)),),
        "text": "Une action sur 12 [7].",
    }
    return make_answer(**{**values, **changes})


def test_a_right_answer_has_every_score_and_no_fault():
    result = judge(actions=("plan/thur.txt#15",), facts=("msa", "12"))

    assert faults(result) == ()
    scores = result.scores
    assert (scores.status, scores.exact_set, scores.precision, scores.recall) == (1, 1, 1, 1)
    assert (scores.facts, scores.citations, scores.answered, scores.wrong) == (1, 1, 1, 0)


def test_a_missing_action_costs_recall_and_an_extra_one_costs_precision():
    missing = judge(right_answer(actions=()), actions=("plan/thur.txt",))
    extra = judge(actions=())

    assert (missing.scores.exact_set, missing.scores.precision, missing.scores.recall) == (0, 1, 0)
    assert (extra.scores.exact_set, extra.scores.precision, extra.scores.recall) == (0, 0, 1)
    assert faults(missing) == ("il manque saverne#15",)
    assert faults(extra) == ("saverne#15 est en trop",)


def test_an_optional_action_may_be_there_or_not():
    assert judge(actions=(), optional=("plan/thur.txt",)).scores.exact_set == 1
    assert judge(right_answer(actions=()), actions=(), optional=("plan/thur.txt",)).scores.exact_set == 1


def test_a_set_that_is_not_judged_has_no_score():
    assert judge().scores.exact_set is None


def test_a_fact_is_a_whole_word_and_a_citation_mark_is_no_fact():
    result = judge(facts=("12", "1", "7"), forbidden=("CAF", "partenaire"))

    assert result.scores.facts == pytest.approx(3 / 5)
    assert faults(result) == ("« 1 » n'est pas dit", "« 7 » n'est pas dit")


def test_a_forbidden_word_is_a_fault():
    assert faults(judge(forbidden=("MSA",))) == ("« MSA » ne devait pas être dit",)


def test_a_quote_that_is_not_the_text_at_its_place_is_a_false_citation():
    shifted = make_citation("MSA", span=Span(4, 7))

    result = judge(right_answer(citations=(make_citation("MSA", span=Span(3, 6)), shifted)))

    assert result.scores.citations == 0.5
    assert faults(result) == ("la citation [1] n'est pas le texte de « plan/thur.txt »",)


def test_a_wrong_status_is_a_fault():
    result = judge(status=AnswerStatus.NOT_FOUND)

    assert (result.scores.status, faults(result)) == (0, ("answered au lieu de not_found",))


def test_references_are_ids_documents_numbers_or_beginnings_of_titles():
    for reference in (
        "saverne#15",
        "plan/thur.txt",
        "plan/thur",
        "plan/thur.txt#15",
        "plan/thur#15",
        "plan/thur.txt#annu",
    ):
        assert resolve([reference], FakeAssistant(None)) == {"saverne#15"}, reference


@pytest.mark.parametrize("reference", ["thur.txt", "plan/thur.txt#1", "plan/thur.txt#acteurs", "plan/thu"])
def test_a_reference_that_names_nothing_is_an_error_of_the_questions(reference):
    with pytest.raises(ConfigurationError, match="ne désigne aucune action"):
        resolve([reference], FakeAssistant(None))


def test_means_leave_out_the_questions_that_do_not_judge_a_score():
    results = [one.scores for one in (judge(), judge(actions=("plan/thur.txt",)), judge(actions=()))]

    assert mean_scores(results).exact_set == 0.5
    assert mean_scores(results).facts is None


def test_a_score_under_its_threshold_or_never_measured_is_a_shortfall():
    results = [judge(actions=()), judge(kind="champ")]

    shortfalls = find_shortfalls(results, {"ensemble": {"exact_set": 0.5, "status": 1}, "champ": {"facts": 0.1}})

    assert shortfalls == [
        "ensemble › exact_set : 0.000, il faut au moins 0.500.",
        "champ › facts : non mesuré, il faut au moins 0.100.",
    ]


def test_the_table_has_one_line_a_kind_then_what_is_wrong():
    lines = results_to_text([judge(actions=()), judge(kind="champ")]).splitlines()

    assert [line.split()[0] for line in lines[1:5]] == ["ensemble", "champ", "seen", "total"]
    assert lines[-1] == "✗ une-question « Où ? » : saverne#15 est en trop"


def test_the_faults_of_a_held_question_are_hidden_unless_asked_for():
    results = [judge(actions=(), held=True), judge(kind="champ")]

    assert "saverne#15" not in results_to_text(results)
    assert "1 questions réservées ont un défaut" in results_to_text(results)
    assert "saverne#15 est en trop" in results_to_text(results, show_held=True)
    assert "held" in results_to_text(results)


def test_each_phrasing_is_asked_and_stability_compares_it_with_the_first():
    answers = {
        "Où ?": right_answer(),
        "Où donc ?": right_answer(),
        "Hein ?": right_answer(status=AnswerStatus.NOT_FOUND, actions=()),
    }

    result = judge(answers, phrasings=("Où donc ?", "Hein ?"), actions=("plan/thur",))

    assert result.scores.stability == 0.5
    assert result.scores.exact_set == pytest.approx(2 / 3)
    assert {wording for wording, _ in result.faults} == {"Hein ?"}


def test_a_follow_up_is_asked_after_the_questions_before_it():
    asked = []

    class Recorder(FakeAssistant):
        def ask(self, question, previous=()):
            asked.append((question, len(previous)))
            return right_answer()

    case = Case("suite", "suite", "et la 3 ?", AnswerStatus.ANSWERED, before=("Qui ?", "Où ?"))
    run_cases(Recorder(None), [case])

    assert asked[-3:] == [("Qui ?", 0), ("Où ?", 1), ("et la 3 ?", 2)]


def test_an_unanswerable_question_that_is_answered_is_wrong():
    near = judge(unanswerable="near_miss", status=AnswerStatus.NOT_FOUND)
    refused = judge(
        right_answer(status=AnswerStatus.NOT_FOUND, actions=()),
        unanswerable="out_of_scope",
        status=AnswerStatus.NOT_FOUND,
    )

    assert (near.scores.near_miss, near.scores.wrong, near.scores.answered) == (0, 1, None)
    assert (refused.scores.out_of_scope, refused.scores.wrong, refused.scores.exact_set) == (1, 0, 1)


def test_a_number_must_be_said_first_a_fact_quoted_and_a_field_cited():
    result = judge(count=34, quoted=("partenaire",), fields=("partenaires",))

    assert set(faults(result)) == {
        "le nombre 34 n'est pas dit d'abord",
        "« partenaire » n'est dans aucune citation",
        "aucune citation du champ partenaires",
    }
    assert (result.scores.count, result.scores.proof) == (0, 0)


def test_latency_is_the_median_and_the_95th_percentile():
    slow = judge(right_answer(elapsed_ms=100.0), phrasings=("a", "b", "c"))

    assert latency([slow]) == (100.0, 100.0)


def test_an_upper_bound_is_a_shortfall_when_passed():
    assert find_shortfalls([judge(actions=())], {"total": {"wrong": 0.5}}) == [
        "total › wrong : 1.000, il faut au plus 0.500."
    ]


def test_the_report_is_markdown_with_a_picture_and_its_peer(tmp_path):
    path = write_report(
        tmp_path / "neuf", [judge(actions=())], {"pair": Scores(exact_set=0.1)}, "clsassist eval", "index"
    )

    text = path.read_text(encoding="utf-8")
    assert "| ensemble | 1 |" in text and "| pair | 1 | 0.100 |" in text
    assert "`clsassist eval`" in text and "saverne#15 est en trop" in text
    assert (path.parent / "evaluation.png").read_bytes().startswith(b"\x89PNG")


def test_two_questions_of_one_name_are_refused(tmp_path):
    path = tmp_path / "questions.yaml"
    path.write_text("- {id: a, kind: b, question: c, status: answered}\n" * 2, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="au même nom : a"):
        load_cases(path)


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


def test_the_questions_of_the_project_cover_what_they_promise():
    cases = load_cases(ROOT / "eval" / "questions.yaml")
    thresholds = load_thresholds(ROOT / "eval" / "expected.yaml")
    kinds = {case.kind for case in cases}

    assert len(cases) >= 200 and len(kinds) == 13
    assert sum(len(case.wordings) >= 3 for case in cases) * 3 >= len(cases)
    assert sum(case.unanswerable == "near_miss" for case in cases) >= 20
    assert sum(bool(case.unanswerable) for case in cases) >= 40
    assert 0.3 <= sum(case.held for case in cases) / len(cases) <= 0.4
    assert set(thresholds) <= kinds | {"seen", "held", "total"}
