"""What comes to programs before anything else: OPTIONS, the sites whose pages may call, a password given as a token."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from clsassist.web.api_lists import BUILD_HEADER, PREFIX
from clsassist.web.mcp import MCP_PATH

_READ = "GET, HEAD, OPTIONS"
_ASK = "GET, HEAD, OPTIONS, POST"
# By these, the layer beneath would take an allowed site for a stranger.
_RELATION = (b"origin", b"sec-fetch-site")
_PREFLIGHT_SECONDS = 600
_TOKEN = "bearer "


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
            expose_headers=["Retry-After", BUILD_HEADER],
            max_age=_PREFLIGHT_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif not scope["path"].startswith(f"{PREFIX}/"):
            await self.app(_signed(scope) if scope["path"] == MCP_PATH else scope, receive, send)
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
        await self.app(_signed(scope), receive, send)


def _signed(scope: Scope) -> Scope:
    """Return a request whose token is a password by HTTP Basic: many programs can only send the former."""
    given = Headers(scope=scope).get("authorization", "")
    if not given.lower().startswith(_TOKEN):
        return scope
    basic = b64encode(b":" + given[len(_TOKEN) :].strip().encode("latin-1"))
    kept = [(name, value) for name, value in scope["headers"] if name != b"authorization"]
    return {**scope, "headers": [*kept, (b"authorization", b"Basic " + basic)]}
