"""Answers to the several requests of one message, made one answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from clsassist.records import Answer, AnswerStatus, Citation

_MARK = re.compile(r"(?<!\\)\[(\d+)\]")


def join_answers(question: str, answers: Sequence[Answer]) -> Answer:
    """Return one answer: texts one below the other, citations numbered anew, each action once.

    It is answered as soon as one request is; its coverage is that of the first.
    """
    texts: list[str] = []
    citations: list[Citation] = []
    for answer in answers:
        shift = len(citations)
        texts.append(_renumber(answer.text, shift))
        citations.extend(replace(one, number=one.number + shift) for one in answer.citations)
    answered = any(answer.status is AnswerStatus.ANSWERED for answer in answers)
    return replace(
        answers[0],
        question=question,
        status=AnswerStatus.ANSWERED if answered else answers[0].status,
        text="\n\n".join(texts),
        actions=tuple({action.id: action for answer in answers for action in answer.actions}.values()),
        citations=tuple(citations),
        choices=answers[-1].choices,
        trace=tuple(step for answer in answers for step in answer.trace),
        elapsed_ms=sum(answer.elapsed_ms for answer in answers),
    )


def _renumber(text: str, shift: int) -> str:
    return _MARK.sub(lambda mark: f"[{int(mark.group(1)) + shift}]", text)
