"""How long a client may take to send what it announces: one that drips its bytes frees its place."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from clsassist.errors import ClsAssistError

# A request's head is one packet or two: half a minute forgives the worst of telephones.
HEAD_SECONDS = 30.0
# An address that holds twenty questions, cookies, and what proxies add.
MAX_HEAD_BYTES = 64_000
# A body has half a minute, and more when it is long: at least so many bytes a second.
BODY_SECONDS = 30.0
_SLOWEST = 10_000


class PunctualProtocol(HttpToolsProtocol):
    """Uvicorn's connection, which closes when the head of a request does not come in time, or never ends."""

    head_seconds = HEAD_SECONDS
    _late: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take some bytes, of a next request perhaps."""
        if self._late is None and self._is_idle():
            self._expect_head()
        super().data_received(data)
        if self._late is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._give_up()

    def on_headers_complete(self) -> None:
        """Take a request whose head is whole."""
        self._head_came()
        super().on_headers_complete()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _expect_head(self) -> None:
        self._head_bytes = 0
        self._late = self.loop.call_later(self.head_seconds, self._give_up)

    def _head_came(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._head_came()
        if not self.transport.is_closing():
            self.transport.close()


class SlowClientError(ClsAssistError):
    """The body of a request did not come in time."""


class PunctualBodies:
    """An ASGI layer: answers by a refusal when the body of a request does not come in time."""

    body_seconds = BODY_SECONDS

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        length = Headers(scope=scope).get("content-length", "0") if scope["type"] == "http" else "0"
        if not length.isdigit() or not int(length):
            await self.app(scope, receive, send)
            return
        body = _TimedBody(receive, send, self.body_seconds + int(length) / _SLOWEST)
        with suppress(SlowClientError):
            await self.app(scope, body.receive, body.send)
        if body.is_late:
            headers = {"Connection": "close"}
            sentence = "La demande n'est pas arrivée en entier à temps. Réessayez."
            await JSONResponse({"detail": sentence}, 408, headers)(scope, receive, send)


class _TimedBody:
    """One body on its way, and the response to it, which is dropped when the body is late."""

    def __init__(self, receive: Receive, send: Send, seconds: float) -> None:
        self._receive, self._send = receive, send
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._whole = self._begun = False
        self.is_late = False

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            self.is_late = not self._begun
            raise SlowClientError("La demande n'est pas arrivée en entier à temps.") from error
        self._whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if not self.is_late:
            self._begun = True
            await self._send(message)
