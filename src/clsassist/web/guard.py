"""What stands between the network and the pages: routes, sizes, headers, and the language of Gradio's document."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The only requests that Gradio's page needs. Gradio has many more routes (uploads, files, proxies, direct calls
# that skip the queue, monitoring): what is not here is refused, whatever a later version adds.
_GRADIO = {
    "GET": re.compile(
        r"/(?:theme\.css|config"
        r"|(?:static|assets)/.*"
        r"|gradio_api/(?:queue/data|heartbeat/\w+|startup-events|app_id|info))?"
    ),
    "POST": re.compile(r"/gradio_api/(?:queue/join|cancel|reset)"),
}
# What a page of ours may be asked; each route says which of them it answers.
_METHODS = ("GET", "POST", "DELETE")

# A question is at most a few kilobytes; the rest of a request is Gradio's own bookkeeping, or a short form.
MAX_BODY_BYTES = 256_000

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Gradio compiles templates in the browser, hence « unsafe-eval », and styles its elements one by one.
_GRADIO_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self' data:; "
    "frame-src 'none'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors {framing}"
)
# The pictures drawn by the server carry style attributes; no style sheet stands in a page.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors {framing}"
)
# What a page carries that is sent from outside this layer: nothing may frame it, nothing foreign may run in it.
SEALED = {**_HEADERS, "Content-Security-Policy": _POLICY.format(framing="'none'")}
# Where a browser that asks for an unknown address is led: a page that says so.
UNKNOWN = "/introuvable"
# The original files of the corpus were written by others: nothing in them may run or be fetched. Browsers show a
# PDF as an object of its own page.
_DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; object-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)

_FRENCH = f"<script>{Path(__file__).with_name('french.js').read_text(encoding='utf-8')}</script>"
_NO_SCRIPT = (
    '<noscript><p class="cls-no-script">Cette page a besoin de JavaScript pour répondre aux questions. Les autres '
    "rubriques s'en passent.</p></noscript>"
)
# What presents Gradio rather than this page: addresses of its site, its name and logo for home screens. Without its
# base address, a link to a place of the page stays in the page.
_FOREIGN = re.compile(r'<(?:meta\s+(?:property|name)="(?:og|twitter):|link\s+rel="manifest"|base\s)[^>]*>\s*')
# Which Gradio this is, and so which holes it may have, is nobody's business; its script compares it with nothing.
_VERSION = re.compile(r'"version":\s*"[^"]*"')


@dataclass(frozen=True, slots=True)
class Rules:
    """What the guard lets through for this service.

    ``own`` are the first parts of the addresses of our own pages; ``body_limits`` says which of them take more than
    a short form. ``head`` and ``header`` are added to Gradio's document. ``framed`` are the addresses that the
    sites ``embed_origins`` may show in a frame.
    """

    own: frozenset[str] = frozenset()
    body_limits: Mapping[str, int] = field(default_factory=dict)
    head: str = ""
    header: str = ""
    framed: frozenset[str] = frozenset()
    embed_origins: tuple[str, ...] = ()

    def is_own(self, path: str) -> bool:
        """Say whether an address is one of our pages rather than Gradio's."""
        return _first_part(path) in self.own

    def body_limit(self, path: str) -> int:
        """Return how long the body of a request may be."""
        return next((limit for start, limit in self.body_limits.items() if _is_under(path, start)), MAX_BODY_BYTES)

    def policy(self, path: str, nonce: str) -> str:
        """Return the Content-Security-Policy of an address."""
        framing = " ".join(("'self'", *self.embed_origins)) if self.may_be_framed(path) else "'none'"
        if path.startswith("/documents/"):
            return _DOCUMENT_POLICY
        return (_POLICY if self.is_own(path) else _GRADIO_POLICY).format(nonce=nonce, framing=framing)

    def may_be_framed(self, path: str) -> bool:
        """Say whether another site may show an address in a frame."""
        return bool(self.embed_origins) and any(_is_under(path, start) for start in self.framed)


def _first_part(path: str) -> str:
    return "/" + path.removeprefix("/").partition("/")[0]


def _is_under(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")


class Guard:
    """An ASGI layer: refuses what the pages do not need and signs what it sends."""

    def __init__(self, app: ASGIApp, rules: Rules | None = None) -> None:
        self.app = app
        self.rules = rules or Rules()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope = _led(scope, self.rules)
        signed = _signed(send, self.rules, scope["path"], nonce)
        refusal = _refuse(scope, self.rules)
        if refusal:
            await refusal(scope, receive, signed)
        elif scope["method"] == "HEAD" and self.rules.is_own(scope["path"]):
            await self.app({**scope, "method": "GET"}, receive, _headers_only(signed))
        elif scope["path"] in ("/", "/config"):
            await self.app(_uncompressed(scope), receive, _rewritten(signed, scope["path"], nonce, self.rules))
        else:
            await self.app(scope, receive, signed)


def _led(scope: Scope, rules: Rules) -> Scope:
    # A person gets a page; a program, a refusal.
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    if scope["method"] != "GET" or not wants_page or not rules.is_own(UNKNOWN) or _is_known(scope, rules):
        return scope
    return {**scope, "path": UNKNOWN, "raw_path": UNKNOWN.encode(), "query_string": b""}


def _headers_only(send: Send) -> Send:
    async def send_headers(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_headers


def _refuse(scope: Scope, rules: Rules) -> JSONResponse | None:
    headers = Headers(scope=scope)
    if not _is_known(scope, rules):
        return _refusal(404, "Page inconnue.")
    if scope["method"] not in ("GET", "HEAD") and not is_same_origin(headers):
        return _refusal(403, "Cette demande vient d'un autre site : elle n'est pas acceptée.")
    return _refuse_body(scope, headers, rules)


def _is_known(scope: Scope, rules: Rules) -> bool:
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    if rules.is_own(scope["path"]):
        return method in _METHODS
    route = _GRADIO.get(method)
    return route is not None and bool(route.fullmatch(scope["path"]))


def is_same_origin(headers: Headers) -> bool:
    """Say whether a request comes from our own pages, or from a program that is no browser.

    Browsers tell it in « Sec-Fetch-Site », and in « Origin » for every request that changes something.
    """
    if relation := headers.get("sec-fetch-site"):
        return relation in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def _refuse_body(scope: Scope, headers: Headers, rules: Rules) -> JSONResponse | None:
    # The server reads no more than the announced length; a body that announces none is refused.
    length = headers.get("content-length", "0" if scope["method"] in ("GET", "HEAD", "DELETE") else "")
    if not (length.isascii() and length.isdigit()):
        return _refusal(411, "La longueur de la requête est absente.")
    if "transfer-encoding" in headers:
        return _refusal(411, "La longueur de la requête doit être annoncée.")
    limit = rules.body_limit(scope["path"])
    if int(length) > limit:
        most = f" : {limit // 1_000_000} Mo au plus" if limit >= 1_000_000 else ""
        return _refusal(413, f"La requête est trop longue{most}.")
    return None


def _refusal(status: int, sentence: str) -> JSONResponse:
    # Gradio shows « detail » to the visitor.
    return JSONResponse({"detail": sentence}, status)


def _signed(send: Send, rules: Rules, path: str, nonce: str) -> Send:
    async def send_signed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers["Content-Security-Policy"] = rules.policy(path, nonce)
            if rules.may_be_framed(path):
                del headers["X-Frame-Options"]
            # What depends on who asks is for nobody else; files that say their edition are checked by it.
            if "etag" not in headers:
                headers.setdefault("Cache-Control", "private, no-cache")
        await send(message)

    return send_signed


def _uncompressed(scope: Scope) -> Scope:
    kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return {**scope, "headers": kept}


def _rewritten(send: Send, path: str, nonce: str, rules: Rules) -> Send:
    # The document is short and comes whole: it is held back, rewritten, then sent.
    start: Message = {}
    body = bytearray()

    async def send_rewritten(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        if message["type"] != "http.response.body":
            return
        body.extend(message.get("body", b""))
        if message.get("more_body"):
            return
        written = _VERSION.sub('"version":""', body.decode("utf-8"), count=1)
        if path == "/":
            written = rewrite_document(written, nonce, rules.head, rules.header)
        document = written.encode("utf-8")
        headers = MutableHeaders(scope=start)
        headers["Content-Length"] = str(len(document))
        if path == "/":
            headers["Cache-Control"] = "no-store"
        await send(start)
        await send({**message, "body": document})

    return send_rewritten


def rewrite_document(document: str, nonce: str, head: str = "", header: str = "") -> str:
    """Make Gradio's document French, free of addresses elsewhere, its scripts allowed by ``nonce`` alone.

    ``head`` and ``header`` are HTML of ours, which comes before anything of Gradio's is drawn.
    """
    document = _FOREIGN.sub("", document)
    document = document.replace('lang="en"', 'lang="fr"', 1)
    document = document.replace("<head>", f"<head>{_FRENCH}{head}", 1)
    document = document.replace("<gradio-app", f"{header}{_NO_SCRIPT}<gradio-app", 1)
    return document.replace("<script", f'<script nonce="{nonce}"')
