"""What stands between the network and Gradio: routes, sizes, headers and the language of the page."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The only requests the page needs. Gradio has many more routes (uploads, files, proxies, direct calls that
# skip the queue, monitoring): what is not here is refused, whatever a later version adds.
_ROUTES = {
    "GET": re.compile(
        r"/(?:healthz|robots\.txt|theme\.css|config"
        r"|(?:static|assets)/.*"
        r"|gradio_api/(?:queue/data|heartbeat/\w+|startup-events|app_id|info))?"
    ),
    "POST": re.compile(r"/gradio_api/(?:queue/join|cancel|reset)"),
}

# A question is at most a few kilobytes; the rest of a request is Gradio's own bookkeeping.
MAX_BODY_BYTES = 256_000

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self' data:; "
    "frame-src 'none'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)

_FRENCH = f"<script>{Path(__file__).with_name('french.js').read_text(encoding='utf-8')}</script>"
_NO_SCRIPT = (
    "<noscript><p>Cette page a besoin de JavaScript. Sans lui, la commande "
    "<code>clsassist ask</code> donne les mêmes réponses.</p></noscript>"
)
# An icon of its own, inside the document: a number as in the answers.
_ICON = (
    "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='5' fill='%231d4a8f'/%3E%3Ctext x='16' y='23' font-family='sans-serif' "
    "font-size='20' font-weight='700' fill='white' text-anchor='middle'%3E1%3C/text%3E%3C/svg%3E\">"
)
# What presents Gradio rather than this page: addresses of its site, its name and logo for home screens.
_FOREIGN = re.compile(r'<(?:meta\s+(?:property|name)="(?:og|twitter):|link\s+rel="manifest")[^>]*>\s*')


class Guard:
    """An ASGI layer: refuses what the page does not need and signs what it sends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        signed = _signed(send, nonce)
        refusal = _refuse(scope)
        if refusal:
            await refusal(scope, receive, signed)
        elif scope["path"] == "/":
            await self.app(_uncompressed(scope), receive, _in_french(signed, nonce))
        else:
            await self.app(scope, receive, signed)


def _refuse(scope: Scope) -> JSONResponse | None:
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    route = _ROUTES.get(method)
    if route is None or not route.fullmatch(scope["path"]):
        return _refusal(404, "Page inconnue.")
    # The server reads no more than the announced length; a body that announces none is refused.
    length = Headers(scope=scope).get("content-length", "0" if method == "GET" else "")
    if not length.isdigit():
        return _refusal(411, "La longueur de la requête est absente.")
    if int(length) > MAX_BODY_BYTES:
        return _refusal(413, "La requête est trop longue.")
    return None


def _refusal(status: int, sentence: str) -> JSONResponse:
    # Gradio shows « detail » to the visitor.
    return JSONResponse({"detail": sentence}, status)


def _signed(send: Send, nonce: str) -> Send:
    async def send_signed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
        await send(message)

    return send_signed


def _uncompressed(scope: Scope) -> Scope:
    kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": kept}


def _in_french(send: Send, nonce: str) -> Send:
    # The document is short and comes whole: it is held back, rewritten, then sent.
    start: Message = {}
    body = bytearray()

    async def send_french(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        if message["type"] != "http.response.body":
            return
        body.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        document = rewrite_document(body.decode("utf-8"), nonce).encode("utf-8")
        headers = MutableHeaders(scope=start)
        headers["Content-Length"] = str(len(document))
        headers["Cache-Control"] = "no-store"
        await send(start)
        await send({**message, "body": document})

    return send_french


def rewrite_document(document: str, nonce: str) -> str:
    """Make Gradio's document French, free of addresses elsewhere, its scripts allowed by ``nonce`` alone."""
    document = _FOREIGN.sub("", document)
    document = document.replace('lang="en"', 'lang="fr"', 1)
    document = document.replace("<head>", f"<head>{_FRENCH}{_ICON}", 1)
    document = document.replace("<gradio-app", f"{_NO_SCRIPT}<gradio-app", 1)
    return document.replace("<script", f'<script nonce="{nonce}"')
