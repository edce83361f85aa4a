"""The JSON form of an answer: what other programs read. Its keys change only with a new major version."""

from __future__ import annotations

import json
from typing import TypedDict

from clsassist.records import ActionRef, Answer, AnswerStatus, Citation, Coverage


class ActionPayload(TypedDict):
    """One action of the set that an answer asserts."""

    id: str
    document: str
    number: str | None
    title: str
    plan: str


class CitationPayload(TypedDict):
    """One proof: ``quote`` is the document's text from ``start`` to ``end``."""

    n: int
    document: str
    action: str | None
    number: str | None
    field: str
    label: str
    page: int | None
    start: int
    end: int
    quote: str


class CoveragePayload(TypedDict):
    """The denominator of an answer."""

    actions: int
    matching: int
    field_missing: int
    unreadable_documents: int


class AnswerPayload(TypedDict):
    """One answer, complete."""

    question: str
    status: str
    text: str
    actions: list[ActionPayload]
    citations: list[CitationPayload]
    coverage: CoveragePayload
    elapsed_ms: float


def answer_to_payload(answer: Answer) -> AnswerPayload:
    """Return the contract's form of an answer, keys in the contract's order."""
    return AnswerPayload(
        question=answer.question,
        status=answer.status.value,
        text=answer.text,
        actions=[_action_to_payload(action) for action in answer.actions],
        citations=[_citation_to_payload(citation) for citation in answer.citations],
        coverage=_coverage_to_payload(answer.coverage),
        elapsed_ms=round(answer.elapsed_ms, 3),
    )


def answer_to_line(answer: Answer) -> str:
    """Return an answer as one line of JSON, accents kept."""
    return json.dumps(answer_to_payload(answer), ensure_ascii=False)


def failure_to_line(question: str, message: str) -> str:
    """Return the line of a question that could not be treated, so that a line always answers a line."""
    nothing = Answer(question, AnswerStatus.NOT_FOUND, message, (), (), Coverage(0, 0, 0, 0))
    return answer_to_line(nothing)


def _action_to_payload(action: ActionRef) -> ActionPayload:
    return ActionPayload(
        id=action.id, document=action.document, number=action.number, title=action.title, plan=action.plan
    )


def _citation_to_payload(citation: Citation) -> CitationPayload:
    return CitationPayload(
        n=citation.number,
        document=citation.document,
        action=citation.action_id,
        number=citation.action_number,
        field=citation.field_key,
        label=citation.label,
        page=citation.page,
        start=citation.span.start,
        end=citation.span.end,
        quote=citation.quote,
    )


def _coverage_to_payload(coverage: Coverage) -> CoveragePayload:
    return CoveragePayload(
        actions=coverage.actions,
        matching=coverage.matching,
        field_missing=coverage.field_missing,
        unreadable_documents=coverage.unreadable_documents,
    )
