"""Questions asked outside the conversation page: each request carries its whole conversation, and waits its turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from clsassist.assistant import Assistant
from clsassist.errors import ClsAssistError
from clsassist.records import Answer
from clsassist.settings import Settings

# Earlier questions that a request may carry: each is asked again, so that it stays one short piece of work.
MAX_PREVIOUS = 10
# How long to wait when too many questions wait already.
BUSY_SECONDS = 2
BUSY = "Trop de questions arrivent en même temps. Réessayez dans quelques secondes."

Result = TypeVar("Result")


class LineFullError(ClsAssistError):
    """So many questions wait that one more had better come back later."""


class Line:
    """Where questions wait: a few are answered at once, since more slow each other down."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = CapacityLimiter(settings.page.max_concurrent)
        self._most_waiting = settings.page.max_waiting

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn."""
        return self._limiter.statistics().tasks_waiting

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do one piece of work in a thread, in its turn.

        Raises LineFullError when too many wait already.
        """
        if self.waiting >= self._most_waiting:
            raise LineFullError(BUSY)
        return await to_thread.run_sync(work, limiter=self._limiter)


def refuse_text(question: str, settings: Settings) -> str:
    """Return why a question cannot be asked, or nothing."""
    if not question.strip():
        return "est vide : écrivez la question en quelques mots"
    if any("\ud800" <= char <= "\udfff" for char in question):
        return "contient la moitié d'un caractère : envoyez-la en UTF-8"
    limit = settings.max_question_chars
    if len(question) > limit:
        return f"compte {len(question)} caractères, la limite est de {limit} : posez la question plus brièvement"
    return ""


def answer_conversation(assistant: Assistant, questions: Sequence[str]) -> tuple[Answer, ...]:
    """Ask questions in order, each following those before it; the last answer is the one that was asked for."""
    answers: tuple[Answer, ...] = ()
    for question in questions:
        answers = (*answers, assistant.ask(question, answers))
    return answers
