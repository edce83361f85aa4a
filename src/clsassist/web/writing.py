"""An exact answer written by the model for a reader of the page: a stream of sentences, each already proved."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from clsassist.errors import ClsAssistError
from clsassist.generation import Notice, Verdict, tell_removed
from clsassist.records import Answer
from clsassist.web.access import visitor_of
from clsassist.web.asking import MAX_PREVIOUS, AssistantInLine, answer_conversation, refuse_text
from clsassist.web.markdown import prose
from clsassist.web.rendering import render_sentence
from clsassist.web.site import Site

logger = logging.getLogger(__name__)

WRITING_PATH = "/redaction"

BUSY = "La réponse exacte reste seule : le modèle de langue rédige déjà pour d'autres personnes. Réessayez plus tard."
CHANGED = "La réponse exacte reste seule : les documents ont changé depuis. Posez de nouveau la question."
_FAILED = "La réponse exacte reste seule : la rédaction a échoué, à cause d'un incident imprévu."
_NEEDLESS = "La réponse exacte se suffit : elle n'est pas rédigée autrement."
_NOT_UNDERSTOOD = "Cette demande de rédaction n'est pas de celles que la page envoie."
# Proxies close a connection that says nothing, some after half a minute; a small model reads longer than that.
_SILENCE = 15.0

# One thing told to the page: a sentence as HTML, or how the writing stands or ended, as text.
Event = Mapping[str, object]


class Wanted(BaseModel):
    """What the page asks for: its question, after those that it follows, and where the answer stands.

    The answer is not sent: the server gives it again, so that nobody can have words of their own written. ``build``
    names the index that it came from: another one might number its sources otherwise.
    """

    questions: tuple[str, ...] = Field(min_length=1, max_length=MAX_PREVIOUS + 1)
    turn: int = Field(ge=0, le=1_000)
    build: str = Field(max_length=200)
    plain: bool = False


def writing_router(site: Site) -> APIRouter:
    """Return the route that writes answers; it exists only when the settings name a model."""
    router = APIRouter()
    if site.settings.llm_url:

        @router.post(WRITING_PATH, include_in_schema=False)
        async def write(request: Request) -> Response:
            wanted = await _read_wanted(request, site)
            # The gate counted the request as one question; those before are asked again.
            site.access.require_question(visitor_of(request).client, len(wanted.questions) - 1)
            return _Stream(site, wanted)

    return router


async def _read_wanted(request: Request, site: Site) -> Wanted:
    try:
        wanted = Wanted.model_validate_json(await request.body())
    except (ValidationError, ClientDisconnect) as error:
        raise ClsAssistError(_NOT_UNDERSTOOD) from error
    for question in wanted.questions:
        if refusal := refuse_text(question, site.settings):
            raise ClsAssistError(f"La question {refusal}.")
    return wanted


class _Stream(StreamingResponse):
    """What is written, as it comes; a reader who leaves, or stops it, stops the model too."""

    def __init__(self, site: Site, wanted: Wanted) -> None:
        self._desk = site.desk
        self._stop = threading.Event()
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        content = _follow(_guarded(site, wanted, self._stop))
        super().__init__(content, headers=headers, media_type="text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream until its end, or until nobody listens."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._desk.stop(self._stop)


async def _follow(events: Iterator[Event]) -> AsyncIterator[bytes]:
    """Yield events as a thread of their own makes them, and a word of comment when nothing comes."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    def tell(said: bytes | None) -> None:
        # The service may have ended meanwhile.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(queue.put_nowait, said)

    def pump() -> None:
        try:
            for event in events:
                tell(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
        finally:
            tell(None)

    threading.Thread(target=pump, name="redaction", daemon=True).start()
    while True:
        try:
            said = await asyncio.wait_for(queue.get(), _SILENCE)
        except TimeoutError:
            yield b": patience\n\n"
            continue
        if said is None:
            return
        yield said


def _guarded(site: Site, wanted: Wanted, stop: threading.Event) -> Iterator[Event]:
    """Yield the events of a writing; whatever fails, the last one says so."""
    try:
        yield from _write(site, wanted, stop)
    except ClsAssistError as error:
        logger.warning("Rédaction impossible : %s", error)
        yield _end(f"La réponse exacte reste seule. {error}")
    except Exception:
        logger.exception("Une réponse n'a pas pu être rédigée")
        yield _end(_FAILED)


def _write(site: Site, wanted: Wanted, stop: threading.Event) -> Iterator[Event]:
    with site.desk.place(stop) as has_place:
        if not has_place:
            yield _end(BUSY)
            return
        # One loan for the answer and its writing: the index may be replaced between the two.
        with site.live.loan() as loan:
            if loan.assistant.build != wanted.build:
                yield _end(CHANGED)
                return
            answer = answer_conversation(AssistantInLine(loan, site.line), wanted.questions)[-1]
            yield from _tell(loan.assistant.write(answer, plain=wanted.plain, stop=stop), answer, wanted.turn)


def _tell(written: Iterator[Verdict | Notice], answer: Answer, turn: int) -> Iterator[Event]:
    kept = removed = 0
    for one in written:
        if isinstance(one, Notice):
            yield _end(one.text, alone=one.alone)
            return
        if one.reason is None:
            kept += 1
            yield {"kind": "sentence", "html": render_sentence(one.sentence, answer, turn)}
        else:
            removed += 1
        if removed:
            yield {"kind": "removed", "note": prose(tell_removed(kept, removed))}
    yield _end(_NEEDLESS)


def _end(note: str, *, alone: bool = True) -> Event:
    return {"kind": "end", "note": prose(note), "alone": alone}
