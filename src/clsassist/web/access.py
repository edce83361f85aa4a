"""Who may read and who may change the corpus: passwords, signed cookies, a proxy's word, and how often one may ask."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import math
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from clsassist.errors import (
    AccessDeniedError,
    ConfigurationError,
    SignInNeededError,
    TooManyRequestsError,
)
from clsassist.settings import Settings
from clsassist.web.guard import MAX_BODY_BYTES

if TYPE_CHECKING:
    from clsassist.web.site import Site

SIGN_IN = "/connexion"
SIGN_OUT = "/deconnexion"
COOKIE = "clsassist_session"
# One working day: a coordinator signs in once each morning.
SESSION_SECONDS = 12 * 3600
# Wrong passwords that an address may give in a quarter of an hour: a person mistypes, a program guesses.
MAX_ATTEMPTS = 5
_ATTEMPTS_SECONDS = 15 * 60
_SECRET_BYTES = 32

# Open to all: what the sign-in page is made of, and what machines watch.
_OPEN = ("/statique", SIGN_IN, SIGN_OUT, "/healthz", "/readyz")
# Where a question comes as a whole request. The conversation's page counts its own, which come through a queue.
_ASKING = ("/api/v1/ask", "/integration", "/mcp", "/redaction", "/reponses")
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1", "[::1]")

_SIGN_IN_FIRST = "Connectez-vous pour continuer."
_NO_COORDINATOR = (
    "Cette page est réservée au coordinateur. Aucun mot de passe de coordinateur n'est réglé : la personne qui gère "
    "ce service peut en donner un par CLSASSIST_COORDINATOR_PASSWORD."
)
_NOT_COORDINATOR = (
    "Cette page est réservée au coordinateur. Votre nom n'est pas parmi ceux de CLSASSIST_COORDINATORS : demandez-le "
    "à la personne qui gère ce service."
)
_NO_NAME = (
    "Ce service s'ouvre par le portail de connexion de votre organisation, et votre demande n'en vient pas. Passez "
    "par l'adresse du portail."
)


class Role(StrEnum):
    """What a visitor may do: ask and read, or change the corpus as well."""

    READER = "lecteur"
    COORDINATOR = "coordinateur"


class Mode(StrEnum):
    """How visitors prove who they are."""

    OPEN = "none"
    PASSWORD = "password"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends a request: what they may do, their network address, their name when a proxy gives it.

    ``signed_in`` tells that a cookie of ours says so: there is something to sign out of.
    """

    role: Role | None
    client: str = ""
    name: str = ""
    signed_in: bool = False


def choose_mode(settings: Settings) -> Mode:
    """Return how visitors prove who they are.

    Raises ConfigurationError when the page would be open to a network and nobody chose that it be.
    """
    page = settings.page
    if page.auth:
        return Mode(page.auth)
    if page.password:
        return Mode.PASSWORD
    if is_loopback(settings.host):
        return Mode.OPEN
    raise ConfigurationError(
        f"La page serait ouverte à tout le réseau sur {settings.host}. Donnez un mot de passe par "
        "CLSASSIST_PASSWORD ou CLSASSIST_PASSWORD_FILE, ou confiez la connexion à un portail par "
        "CLSASSIST_AUTH=header, ou dites par CLSASSIST_AUTH=none qu'elle doit rester sans mot de passe."
    )


def is_loopback(host: str) -> bool:
    """Say whether an address is that of this machine only.

    >>> is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    with suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return host == "localhost"


class Access:
    """Decides what each request may do; one for a service, shared by its threads."""

    def __init__(self, settings: Settings) -> None:
        self.mode = choose_mode(settings)
        self._page = settings.page
        self._is_local = is_loopback(settings.host)
        self._passwords = {
            role: password
            for role, password in (
                (Role.READER, settings.page.password if self.mode is Mode.PASSWORD else ""),
                (Role.COORDINATOR, settings.page.coordinator_password if self.mode is not Mode.HEADER else ""),
            )
            if password
        }
        self._secret = load_secret(settings.page.data_dir) if self._passwords else b""
        # It forgets an address after two windows; a moving window keeps all, and goes through them at each question.
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._questions = RateLimitItemPerMinute(settings.page.rate_per_minute)
        self._attempts = RateLimitItemPerSecond(MAX_ATTEMPTS, _ATTEMPTS_SECONDS)

    @property
    def has_sign_in(self) -> bool:
        """Say whether there is a password to give."""
        return bool(self._passwords)

    def visitor(self, connection: HTTPConnection) -> Visitor:
        """Return who sends a request, from its cookie, its headers and its address.

        Raises TooManyRequestsError when its address gave too many wrong passwords.
        """
        client = connection.client.host if connection.client else ""
        if self.mode is Mode.HEADER:
            return self._visitor_of_proxy(connection, client)
        if role := self.read_cookie(connection.cookies.get(COOKIE, "")):
            return Visitor(role, client, signed_in=True)
        if password := _basic_password(connection.headers):
            return Visitor(self.check_password(password, client), client)
        if self.mode is Mode.PASSWORD:
            return Visitor(None, client)
        return Visitor(Role.COORDINATOR if self._is_at_home(connection) else Role.READER, client)

    def _visitor_of_proxy(self, connection: HTTPConnection, client: str) -> Visitor:
        # The header is worth what its sender is: anybody may write one.
        name = connection.headers.get(self._page.auth_header, "").strip()
        if not name or not is_trusted(peer_of(connection), self._page.trusted_proxies):
            return Visitor(None, client)
        role = Role.COORDINATOR if name in self._page.coordinators else Role.READER
        return Visitor(role, client, name)

    def _is_at_home(self, connection: HTTPConnection) -> bool:
        """Say whether the visitor sits at this machine, and no password tells them apart from a coordinator.

        A site elsewhere may give its name the address 127.0.0.1: then « Host » is that name. A proxy says that it
        is one.
        """
        host = connection.headers.get("host", "").rsplit(":", 1)[0] if connection.headers.get("host") else ""
        forwarded = {"x-forwarded-for", "x-forwarded-host", "forwarded"} & set(connection.headers.keys())
        return self._is_local and not self._passwords and host in _LOOPBACK_NAMES and not forwarded

    def check_password(self, password: str, client: str) -> Role | None:
        """Return what a password allows, or None when it is wrong.

        Raises TooManyRequestsError after too many wrong ones from the same address, whatever this one is.
        """
        key = client_key(client)
        if not self._counter.test(self._attempts, "password", key):
            wait = self._wait(self._attempts, "password", key)
            minutes = math.ceil(wait / 60)
            raise TooManyRequestsError(
                f"Trop de mots de passe erronés : attendez {minutes} minute{'s' if minutes > 1 else ''} avant "
                "de réessayer.",
                wait,
            )
        # Every password is compared, so that the time taken tells nothing.
        found = [role for role, expected in self._passwords.items() if _same(password, expected)]
        if not found:
            self._counter.hit(self._attempts, "password", key)
            return None
        return found[-1]

    def make_cookie(self, role: Role, now: float | None = None) -> str:
        """Return a cookie's value that says what its bearer may do, for a day, and that only we can write."""
        expiry = int(time.time() if now is None else now) + SESSION_SECONDS
        said = f"{role.name}.{expiry}"
        return f"{said}.{self._sign(said, role)}"

    def read_cookie(self, value: str, now: float | None = None) -> Role | None:
        """Return what a cookie allows, or None when it is not ours, altered, too old or of a former password."""
        name, _, rest = value.partition(".")
        expiry, _, signature = rest.partition(".")
        role = Role.__members__.get(name)
        if role not in self._passwords or not (expiry.isascii() and expiry.isdigit()):
            return None
        if not hmac.compare_digest(signature.encode(), self._sign(f"{name}.{expiry}", role).encode()):
            return None
        return role if int(expiry) > (time.time() if now is None else now) else None

    def _sign(self, said: str, role: Role) -> str:
        # With another password, every cookie given for the one before is void.
        key = hmac.digest(self._secret, self._passwords[role].encode(), "sha256")
        return hmac.digest(key, said.encode(), "sha256").hex()

    def allow_question(self, client: str, count: int = 1) -> bool:
        """Count the questions that a client asks at once, and say whether they may be answered.

        A long conversation prepared again takes all that may be asked in a minute, and no more.
        """
        cost = min(count, max(1, self._questions.amount - 1))
        return count < 1 or self._counter.hit(self._questions, "question", client_key(client), cost=cost)

    def require_question(self, client: str, count: int = 1) -> None:
        """Count the questions that a client asks at once; raises TooManyRequestsError when they are too many."""
        if not self.allow_question(client, count):
            raise TooManyRequestsError(self.put_off(client), self.question_wait(client))

    def put_off(self, client: str) -> str:
        """Return the sentence that puts a client off until it may ask again."""
        wait = self.question_wait(client)
        return f"Trop de questions en une minute : réessayez dans {wait} seconde{'s' if wait > 1 else ''}."

    def question_wait(self, client: str) -> int:
        """Return in how many seconds a client may ask again."""
        return self._wait(self._questions, "question", client_key(client))

    def _wait(self, item: RateLimitItemPerMinute | RateLimitItemPerSecond, kind: str, key: str) -> int:
        return max(1, math.ceil(self._counter.get_window_stats(item, kind, key).reset_time - time.time()))


def client_key(client: str) -> str:
    """Return what counts as one client: an IPv4 address, or the network that one IPv6 subscriber has.

    >>> client_key("2001:db8:1:2:3:4:5:6"), client_key("192.0.2.7")
    ('2001:db8:1:2::/64', '192.0.2.7')
    """
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv4Address):
        return client
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _same(given: str, expected: str) -> bool:
    digests = (hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in (given, expected))
    return hmac.compare_digest(*digests)


def _basic_password(headers: Headers) -> str:
    # How programs sign in; the name they give with the password is free.
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def load_secret(data_dir: Path) -> bytes:
    """Return the key that signs cookies, made at first use and readable by this user alone.

    Raises ConfigurationError when it can be neither read nor written.
    """
    path = data_dir / "secret"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_secret(path)
        path.chmod(0o600)
        secret = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"La clé qui signe les connexions ne peut pas être gardée dans « {path} » ({error.strerror or error}). "
            "Donnez par CLSASSIST_DATA_DIR un dossier où ce service peut écrire."
        ) from error
    if len(secret) < _SECRET_BYTES:
        raise ConfigurationError(f"« {path} » est abîmé : effacez-le, une nouvelle clé sera faite.")
    return secret


def _write_secret(path: Path) -> None:
    # Two services may start at once: the first to give the whole file its name wins, the other reads it.
    own = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
        with suppress(FileExistsError):
            os.link(own, path)
    finally:
        own.unlink()


def safe_destination(path: str) -> str:
    r"""Return where to go after signing in: a page of ours, never another site.

    >>> safe_destination("/fiches?axe=1"), safe_destination("//mechant.example"), safe_destination("/\\mechant.example")
    ('/fiches?axe=1', '/', '/')
    """
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if is_ours else "/"


def sign_in_address(path: str, query: str = "") -> str:
    """Return the address of the sign-in page that leads back to a page."""
    back = f"{path}?{query}" if query else path
    return SIGN_IN if back == "/" else f"{SIGN_IN}?suite={quote(back, safe='')}"


def visitor_of(connection: HTTPConnection) -> Visitor:
    """Return who sends a request, as the gate found; nobody in particular without a gate."""
    found = connection.scope.get("state", {}).get("visitor")
    return found if isinstance(found, Visitor) else Visitor(None)


def peer_of(connection: HTTPConnection) -> str:
    """Return the address at the other end of the connection: a proxy's where there is one."""
    return str(connection.scope.get("state", {}).get("peer", ""))


def is_trusted(peer: str, proxies: tuple[str, ...]) -> bool:
    """Say whether an address is among those of the proxies, given one by one or as networks.

    >>> is_trusted("10.0.0.7", ("10.0.0.0/8",)), is_trusted("192.0.2.1", ("10.0.0.0/8",))
    (True, False)
    """
    try:
        address = ipaddress.ip_address(peer)
        return any(address in ipaddress.ip_network(proxy, strict=False) for proxy in proxies)
    except ValueError:
        return peer != "" and peer in proxies


def require_coordinator(site: Site) -> Callable[[Request], Visitor]:
    """Return a dependency for routes that change the corpus: the coordinator, else the way to sign in."""

    def check(request: Request) -> Visitor:
        visitor = visitor_of(request)
        if visitor.role is Role.COORDINATOR:
            return visitor
        if site.access.mode is Mode.HEADER:
            raise AccessDeniedError(_NOT_COORDINATOR)
        if not site.settings.page.coordinator_password:
            raise AccessDeniedError(_NO_COORDINATOR)
        raise SignInNeededError("Cette page est réservée au coordinateur : donnez le mot de passe de coordinateur.")

    return check


def _is_heavy(connection: HTTPConnection) -> bool:
    # Forms are received before a route may look at who sends them: what weighs is stopped here.
    length = connection.headers.get("content-length", "0")
    return length.isdigit() and int(length) > MAX_BODY_BYTES


def _is_under(path: str, starts: tuple[str, ...]) -> bool:
    return any(path == start or path.startswith(f"{start}/") for start in starts)


class Proxies:
    """An ASGI layer: keeps who really connects, then believes the trusted proxies on who they speak for."""

    def __init__(self, app: ASGIApp, trusted: tuple[str, ...] = ()) -> None:
        self._app = ProxyHeadersMiddleware(app, trusted_hosts=list(trusted))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            client = scope.get("client")
            scope.setdefault("state", {})["peer"] = client[0] if client else ""
        await self._app(scope, receive, send)  # type: ignore[arg-type]


class Gate:
    """An ASGI layer: says who each visitor is, and stops those who may not even read."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        refusal = self._admit(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    def _admit(self, scope: Scope) -> Response | None:
        connection = HTTPConnection(scope)
        path = scope["path"]
        is_open = _is_under(path, _OPEN)
        try:
            visitor = self.access.visitor(connection)
        except TooManyRequestsError as error:
            if not is_open:
                return JSONResponse({"detail": str(error)}, 429, {"Retry-After": str(error.retry_after)})
            visitor = Visitor(None, connection.client.host if connection.client else "")
        scope.setdefault("state", {})["visitor"] = visitor
        if visitor.role is None and not is_open:
            return self._refuse(connection, scope)
        if _is_heavy(connection) and visitor.role is not Role.COORDINATOR:
            return JSONResponse({"detail": "Seul le coordinateur peut envoyer des fichiers."}, 403)
        if scope["method"] == "POST" and _is_under(path, _ASKING) and not self.access.allow_question(visitor.client):
            return self._put_off(visitor.client)
        return None

    def _put_off(self, client: str) -> Response:
        wait = {"Retry-After": str(self.access.question_wait(client))}
        return JSONResponse({"detail": self.access.put_off(client)}, 429, wait)

    def _refuse(self, connection: HTTPConnection, scope: Scope) -> Response:
        if self.access.mode is Mode.HEADER:
            return Response(_NO_NAME, 403, media_type="text/plain; charset=utf-8")
        is_page = scope["method"] == "GET" and "text/html" in connection.headers.get("accept", "")
        if is_page:
            back = sign_in_address(scope["path"], scope["query_string"].decode("latin-1"))
            return RedirectResponse(back, 303)
        # No « WWW-Authenticate: Basic »: browsers would ask with a window of their own.
        return JSONResponse({"detail": _SIGN_IN_FIRST}, 401)
