"""The one way to a language model's server: what is sent is listed, what comes back is bounded, and it can be cut."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

import certifi
import httpx

from clsassist.errors import ModelUnreachableError, ModelUnreadableError
from clsassist.settings import Settings

# What reaches the server of a request: libraries add the system, their versions and the environment's OPENAI_*.
_SENT = ("content-length", "transfer-encoding")
_STREAM = "text/event-stream"


class Channel(httpx.BaseTransport):
    """Carries requests to the configured server and to no other.

    Redirections are not followed, proxies of the environment are not asked, and the key is written here alone, so that
    no library has it. ``cut`` may be called by any thread, at any moment. ``most_bytes`` bounds each answer.
    """

    def __init__(self, settings: Settings, most_bytes: int) -> None:
        self._base = httpx.URL(settings.llm_url)
        self._key = settings.llm_api_key
        self._most_bytes = most_bytes
        self._inner = httpx.HTTPTransport(
            verify=trust() if self._base.scheme == "https" else True, trust_env=False, retries=0
        )
        self._lock = threading.Lock()
        self._streams: list[Any] = []
        self._cut = threading.Event()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request.

        Raises ModelUnreachableError for another server or a redirection, ModelUnreadableError for an answer that is no
        stream of events.
        """
        if _origin(request.url) != _origin(self._base):
            raise ModelUnreachableError(f"voulait répondre d'ailleurs ({request.url.host})")
        kept = {name: value for name, value in request.headers.items() if name in _SENT}
        headers = {
            **kept,
            "host": request.url.netloc.decode("ascii"),
            "content-type": "application/json",
            "accept": _STREAM,
            "accept-encoding": "identity",
            "user-agent": "clsassist",
        }
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        sent = httpx.Request(
            request.method,
            request.url,
            headers=headers,
            stream=request.stream,
            extensions={**request.extensions, "trace": self._follow},
        )
        response = self._inner.handle_request(sent)
        try:
            _require_stream(response)
        except BaseException:
            response.close()
            raise
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Bounded(response.stream, self._most_bytes, self._cut.is_set)
        return response

    def cut(self) -> None:
        """End at once whatever is being sent or awaited."""
        with self._lock:
            self._cut.set()
            streams = tuple(self._streams)
        for stream in streams:
            _shut(stream)

    def close(self) -> None:
        """Release the connections."""
        self._inner.close()

    def _follow(self, event: str, told: dict[str, Any]) -> None:
        # httpcore tells each connection that it opens: « cut » needs the socket behind.
        if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        with self._lock:
            self._streams.append(told["return_value"])
            cut = self._cut.is_set()
        if cut:
            _shut(told["return_value"])


class _Bounded(httpx.SyncByteStream):
    """An answer that ends in an error rather than fill the memory."""

    def __init__(self, stream: httpx.SyncByteStream, most_bytes: int, is_cut: Callable[[], bool]) -> None:
        self._stream = stream
        self._left = most_bytes
        self._is_cut = is_cut

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            # Linux still gives what a server goes on sending after its socket was shut.
            if self._is_cut():
                raise ModelUnreadableError("a été interrompu")
            self._left -= len(chunk)
            if self._left < 0:
                raise ModelUnreadableError("répond sans fin")
            yield chunk

    def close(self) -> None:
        """Release the connection."""
        self._stream.close()


@lru_cache(maxsize=1)
def trust() -> ssl.SSLContext:
    """Return whom a server's certificate may come from: the machine's authorities, with those added, and the usual."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _shut(stream: Any) -> None:  # noqa: ANN401 - httpcore's own
    found = stream.get_extra_info("socket")
    with suppress(OSError):
        if found is not None:
            found.shutdown(socket.SHUT_RDWR)


def _require_stream(response: httpx.Response) -> None:
    if response.is_redirect:
        place = response.headers.get("location", "")
        raise ModelUnreachableError(
            f"renvoie vers une autre adresse, « {place[:200]} », qui n'est pas suivie", "corrigez CLSASSIST_LLM_URL"
        )
    if response.is_error:
        return
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _STREAM:
        raise ModelUnreadableError(
            f"ne répond pas mot à mot (type « {kind[:60] or 'absent'} »)",
            "vérifiez que CLSASSIST_LLM_URL est celle d'un serveur compatible OpenAI",
        )
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise ModelUnreadableError("répond sous une forme comprimée, qui n'est pas lue")
