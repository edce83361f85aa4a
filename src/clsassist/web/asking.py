"""Questions asked outside the conversation page: each request carries its whole conversation, and waits its turn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FuturesTimeoutError
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from starlette.requests import Request

from clsassist.errors import ClsAssistError
from clsassist.generation import can_be_written
from clsassist.live import Loan
from clsassist.records import Answer, Citation, Source
from clsassist.settings import Settings

# Earlier questions that a request may carry: each is asked again, so that it stays one short piece of work.
MAX_PREVIOUS = 10
# How long to wait when too many questions wait already.
BUSY_SECONDS = 2
BUSY = "Trop de questions arrivent en même temps. Réessayez dans quelques secondes."

Result = TypeVar("Result")


class LineFullError(ClsAssistError):
    """So many questions wait that one more had better come back later, or one waited too long."""


class Line:
    """Where questions wait, however they are asked: a few are answered at once, since more slow each other down.

    Only so many may wait, and each only so long: beyond, its asker is told to try again. One that nobody waits for any
    more leaves the line; one that has begun keeps its place until it is done.
    """

    def __init__(self, settings: Settings) -> None:
        page = settings.page
        self._pool = ThreadPoolExecutor(page.max_concurrent, thread_name_prefix="question")
        self._most = page.max_concurrent + page.max_waiting
        self._concurrent = page.max_concurrent
        self._patience = page.answer_seconds
        self._lock = threading.Lock()
        self._held = 0

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn."""
        return max(0, self._held - self._concurrent)

    async def run(self, work: Callable[[], Result], request: Request | None = None) -> Result:
        """Do one piece of work in a thread, in its turn; it leaves the line when the sender of ``request`` is gone.

        Raises LineFullError when too many wait already, or when this one waited too long.
        """
        future = self._enter(work)
        done = asyncio.wrap_future(future)
        watched: list[asyncio.Future[Any]] = [done]
        if request is not None:
            watched.append(asyncio.ensure_future(_left(request)))
        try:
            await asyncio.wait(watched, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                raise LineFullError(BUSY)
            return done.result()
        finally:
            future.cancel()
            for one in watched:
                one.cancel()

    def wait(self, work: Callable[[], Result]) -> Result:
        """Do one piece of work in its turn, for a thread that waits; raises as ``run`` does."""
        future = self._enter(work)
        try:
            return future.result(self._patience)
        except FuturesTimeoutError as error:
            if future.done():  # the work itself ran into a time limit
                raise
            future.cancel()
            raise LineFullError(BUSY) from error

    def close(self) -> None:
        """Let nobody in any more, and nobody wait."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _enter(self, work: Callable[[], Result]) -> Future[Result]:
        with self._lock:
            if self._held >= self._most:
                raise LineFullError(BUSY)
            self._held += 1
        future = self._pool.submit(work)
        future.add_done_callback(self._leave)
        return future

    def _leave(self, _: Future[Any]) -> None:
        with self._lock:
            self._held -= 1


class Answering(Protocol):
    """What a conversation needs of an assistant."""

    @property
    def build(self) -> str:
        """The name of the build of the index that answers."""

    def ask(self, question: str, previous: tuple[Answer, ...] = ()) -> Answer:
        """Answer a question, which may follow others."""

    def can_write(self, answer: Answer) -> bool:
        """Say whether a model is there that could write an answer anew."""

    def open_source(self, citation: Citation) -> Source:
        """Return the whole field around a quote."""


@dataclass(frozen=True, slots=True)
class AssistantInLine:
    """An assistant whose every question waits in line; an answer given up keeps the index open by itself.

    ``writes`` says whether the settings name a model; whether it works is found when it writes.
    """

    loan: Loan
    line: Line
    writes: bool = False

    @property
    def build(self) -> str:
        """The name of the build of the index that answers."""
        return self.loan.assistant.build

    def ask(self, question: str, previous: tuple[Answer, ...] = ()) -> Answer:
        """Answer a question in its turn; raises LineFullError when that does not come in time."""
        return self.line.wait(lambda: self._ask(question, previous))

    def _ask(self, question: str, previous: tuple[Answer, ...]) -> Answer:
        with self.loan.extend() as assistant:
            return assistant.ask(question, previous)

    def can_write(self, answer: Answer) -> bool:
        """Say whether a model is there that could write an answer anew."""
        return self.writes and can_be_written(answer)

    def open_source(self, citation: Citation) -> Source:
        """Return the whole field around a quote."""
        return self.loan.assistant.open_source(citation)


async def _left(request: Request) -> None:
    """Wait until the sender of a request, whose body is read, hangs up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


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


def answer_conversation(assistant: Answering, questions: Sequence[str]) -> tuple[Answer, ...]:
    """Ask questions in order, each following those before it; the last answer is the one that was asked for."""
    answers: tuple[Answer, ...] = ()
    for question in questions:
        answers = (*answers, assistant.ask(question, answers))
    return answers
