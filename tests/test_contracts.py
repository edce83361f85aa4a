"""The JSON of an answer is read by other programs: its keys and their order are fixed here."""

import json

from answers import make_answer, make_citation

from clsassist.contracts import answer_to_line, failure_to_line


def test_an_answer_has_exactly_the_keys_of_the_contract():
    payload = json.loads(answer_to_line(make_answer()))

    assert list(payload) == [
        "question", "status", "text", "actions", "citations", "coverage", "elapsed_ms"
    ]  # fmt: skip
    assert payload["status"] == "answered"
    assert payload["elapsed_ms"] == 1.235
    assert payload["actions"] == [
        {
            "id": "thur#2",
            "document": "plan/thur.txt",
            "number": "2",
            "title": "Installer",
            "plan": "CLS Pays Thur Doller",
        }
    ]
    assert payload["coverage"] == {
        "actions": 9, "matching": 1, "field_missing": 4, "unreadable_documents": 2
    }  # fmt: skip


def test_a_citation_has_exactly_the_keys_of_the_contract():
    (citation,) = json.loads(answer_to_line(make_answer()))["citations"]

    assert citation == {
        "n": 1,
        "document": "plan/thur.txt",
        "action": "thur#2",
        "number": "2",
        "field": "objectifs_operationnels",
        "label": "Objectifs opérationnels",
        "page": 4,
        "start": 10,
        "end": 41,
        "quote": "Promouvoir la maîtrise\nde stage",
    }


def test_a_citation_of_a_section_has_a_null_action_and_number():
    section = make_citation(action_id=None, action_number=None, action_title=None, page=None)

    (citation,) = json.loads(answer_to_line(make_answer((section,))))["citations"]

    assert (citation["action"], citation["number"], citation["page"]) == (None, None, None)


def test_an_answer_is_one_line_with_its_accents():
    line = answer_to_line(make_answer())

    assert "\n" not in line
    assert "maîtrise\\nde stage" in line


def test_a_question_that_failed_still_gives_a_complete_line():
    payload = json.loads(failure_to_line("Quoi ?", "La question est trop longue."))

    assert list(payload) == list(json.loads(answer_to_line(make_answer())))
    assert (payload["status"], payload["text"]) == ("not_found", "La question est trop longue.")
    assert payload["actions"] == payload["citations"] == []
