"""Answers made up for tests: complete, and each test says only what matters to it."""

from clsassist.records import ActionRef, Answer, AnswerStatus, Citation, Coverage, Span


def make_citation(quote="Promouvoir la maîtrise\nde stage", **changes):
    values = {
        "number": 1,
        "document": "plan/thur.txt",
        "action_id": "thur#2",
        "action_number": "2",
        "action_title": "Installer des médecins",
        "plan": "CLS Pays Thur Doller",
        "field_key": "objectifs_operationnels",
        "label": "Objectifs opérationnels",
        "page": 4,
        "span": Span(10, 10 + len(quote)),
        "quote": quote,
    }
    return Citation(**{**values, **changes})


def make_answer(citations=(), **changes):
    values = {
        "question": "Quelles actions ?",
        "status": AnswerStatus.ANSWERED,
        "text": "Une action sur 9 [1].",
        "actions": (ActionRef("thur#2", "plan/thur.txt", "2", "Installer", "CLS Pays Thur Doller"),),
        "citations": citations or (make_citation(),),
        "coverage": Coverage(actions=9, matching=1, field_missing=4, unreadable_documents=2),
        "choices": ("Une suite ?",),
        "trace": ("Une étape.",),
        "elapsed_ms": 1.23456,
    }
    return Answer(**{**values, **changes})
