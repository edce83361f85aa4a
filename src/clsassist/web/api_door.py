"""What a browser asks of the API before a page of another site may use it: OPTIONS, and CORS when it is allowed."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from clsassist.web.api_lists import PREFIX

_READ = "GET, HEAD, OPTIONS"
_ASK = "GET, HEAD, OPTIONS, POST"
# By these, the layer beneath would take an allowed site for a stranger.
_RELATION = (b"origin", b"sec-fetch-site")
_PREFLIGHT_SECONDS = 600


class ApiDoor:
    """An ASGI layer before everything else: other addresses than the API's pass unchanged.

    ``origins`` are the sites whose pages may call the API; with none, no CORS header is ever sent.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str] = ()) -> None:
        self.app = app
        self.origins = frozenset(origins)
        self._shared = CORSMiddleware(
            self._pass,
            allow_origins=sorted(self.origins),
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After"],
            max_age=_PREFLIGHT_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not scope["path"].startswith(f"{PREFIX}/"):
            await self.app(scope, receive, send)
        elif self.origins and "origin" in Headers(scope=scope):
            await self._shared(scope, receive, send)
        else:
            await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            allowed = _ASK if scope["path"] == f"{PREFIX}/ask" else _READ
            await Response(status_code=204, headers={"Allow": allowed})(scope, receive, send)
            return
        if Headers(scope=scope).get("origin") in self.origins:
            kept = [(name, value) for name, value in scope["headers"] if name not in _RELATION]
            scope = {**scope, "headers": kept}
        await self.app(scope, receive, send)
