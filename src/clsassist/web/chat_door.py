"""What stands before Gradio: the few demands of its page are checked whole, so that a forged one is only refused."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

import gradio as gr
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clsassist.web.asking import BUSY, BUSY_SECONDS

logger = logging.getLogger(__name__)

_JOIN, _DATA, _CANCEL, _RESET = (f"/gradio_api/{name}" for name in ("queue/join", "queue/data", "cancel", "reset"))
# As Gradio's script makes them, and with room to spare.
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNKNOWN_SESSION = "Cette conversation n'est pas connue du service : rechargez la page."
_MALFORMED = "Cette demande n'est pas de celles que la page envoie."


class ChatDoor:
    """An ASGI layer: lets through what the conversation's page sends, and tells in French that too many ask at once.

    A demand of another shape would end as an incident within Gradio: it is refused, and noted in one line.
    """

    def __init__(self, app: ASGIApp, page: gr.Blocks) -> None:
        self.app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http" or scope["path"] not in (_JOIN, _DATA, _CANCEL, _RESET):
            await self.app(scope, receive, send)
            return
        if scope["path"] == _DATA:
            session = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[-1]
            refusal = None if self._is_open(session) else _refuse(scope, 404, _UNKNOWN_SESSION)
            await (refusal or self.app)(scope, receive, send)
            return
        try:
            body = await Request(scope, receive).body()
        except ClientDisconnect:
            return
        if not self._is_sound(scope["path"], _read(body)):
            await _refuse(scope, 400, _MALFORMED)(scope, receive, send)
            return
        await self.app(scope, _again(body, receive), _when_busy(scope, receive, send))

    def _is_open(self, session: str) -> bool:
        """Say whether a session waits for something."""
        return session in self._page._queue.pending_messages_per_session

    def _is_sound(self, path: str, demand: object) -> bool:
        if path == _RESET:
            return isinstance(demand, dict) and isinstance(demand.get("event_id"), str)
        if not isinstance(demand, dict) or not _names_session(demand):
            return False
        if path == _CANCEL:
            return isinstance(demand.get("event_id"), str) and self._knows(demand.get("fn_index"))
        data, event = demand.get("data"), demand.get("event_data")
        trigger = demand.get("trigger_id")
        return (
            self._knows(demand.get("fn_index"))
            and isinstance(data, list)
            and len(data) == len(self._page.fns[demand["fn_index"]].inputs)
            and isinstance(event, dict | None)
            and isinstance(trigger, int | None)
        )

    def _knows(self, function: object) -> bool:
        return isinstance(function, int) and not isinstance(function, bool) and function in self._page.fns


def _names_session(demand: Mapping[str, object]) -> bool:
    session = demand.get("session_hash")
    return isinstance(session, str) and bool(_SESSION.fullmatch(session))


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _refuse(scope: Scope, status: int, sentence: str) -> JSONResponse:
    # Nothing of what was sent: it is the visitor's, or made to deceive whoever reads the log.
    logger.warning("Demande refusée sur %s (%d)", scope["path"], status)
    return JSONResponse({"detail": sentence}, status)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give once more a body that was read, then what comes after it."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


def _when_busy(scope: Scope, receive: Receive, send: Send) -> Send:
    """Replace the words by which Gradio says that its queue is full; its own script knows the status."""
    busy = False

    async def send_in_french(message: Message) -> None:
        nonlocal busy
        if message["type"] == "http.response.start" and message["status"] == 503:
            busy = True
            await JSONResponse({"detail": BUSY}, 503, {"Retry-After": str(BUSY_SECONDS)})(scope, receive, send)
        elif not busy:
            await send(message)

    return send_in_french
