"""A model's server that does what a test tells it: real HTTP on loopback, in the form of OpenAI's API.

A script is a function of the handler of one request. ``with FakeModel(says("Bonjour.")) as server`` answers every
request alike; several scripts are played in turn, the last for ever.
"""

import json
import re
import ssl
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from clsassist.settings import Settings


class FakeModel:
    """The server; ``requests`` holds what it was sent: path, headers and JSON."""

    def __init__(self, *scripts, certificate=None):
        self.requests = []
        self.scripts = list(scripts)
        # Set when the test is over, or lets a script go on: nothing waits for ever.
        self.release = threading.Event()
        # Set once an answer begins, and once its reader hung up.
        self.started = threading.Event()
        self.gone = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self):
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/v1"

    def settings(self, **changes):
        chosen = {"llm_url": self.url, "llm_model": "modele-test", "llm_timeout": 30, **changes}
        return replace(Settings(), **chosen)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(fake):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            server_fake = fake

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fake.requests.append((self.path, dict(self.headers), json.loads(body)))
                script = fake.scripts.pop(0) if len(fake.scripts) > 1 else fake.scripts[0]
                self.close_connection = True
                try:
                    script(self)
                except (BrokenPipeError, ConnectionResetError):
                    fake.gone.set()

            do_GET = do_POST

            def log_message(self, *_):
                pass

        return Handler


def chunk(text, finish=None, **more):
    """One event of a stream."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more}
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


def opens(handler, kind="text/event-stream", status=200, **headers):
    """Write the head of an answer whose end is the end of the connection."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.server_fake.started.set()


def writes(handler, data):
    handler.wfile.write(data)
    handler.wfile.flush()


def pieces_of(text):
    return re.findall(r"\s*\S+\s*", text) or [text]


def says(text, finish="stop", size=None):
    """Write a text piece by piece, then end well."""

    def script(handler):
        opens(handler)
        pieces = pieces_of(text) if size is None else [text[at : at + size] for at in range(0, len(text), size)]
        for piece in pieces:
            writes(handler, chunk(piece))
        writes(handler, chunk(None, finish))
        writes(handler, b"data: [DONE]\n\n")

    return script


def refuses(status, message="non", **more):
    """Answer an error, as servers write it."""

    def script(handler):
        body = json.dumps({"error": {"message": message, **more}}).encode()
        opens(handler, "application/json", status, Content_Length=str(len(body)))
        writes(handler, body)

    return script


def redirects(place, status=307):
    return lambda handler: opens(handler, "text/plain", status, Location=place, Content_Length="0")


def sends(*data, kind="text/event-stream", **headers):
    """Write these very bytes."""

    def script(handler):
        opens(handler, kind, **headers)
        for one in data:
            writes(handler, one)

    return script


def hangs(text="", before_head=False):
    """Write a text, then nothing until the test ends."""

    def script(handler):
        if not before_head:
            opens(handler)
            for piece in pieces_of(text) if text else ():
                writes(handler, chunk(piece))
        handler.server_fake.release.wait()

    return script


def comments_for_ever(handler):
    """Keep the connection busy without a word."""
    opens(handler)
    while not handler.server_fake.release.wait(0.01):
        writes(handler, b": patience\n\n")


def repeats(text):
    """Write the same thing until somebody hangs up."""

    def script(handler):
        opens(handler)
        while not handler.server_fake.release.is_set():
            writes(handler, chunk(text))

    return script


def cut_after(text):
    """Promise more bytes than are sent."""

    def script(handler):
        opens(handler, Content_Length="100000")
        for piece in pieces_of(text):
            writes(handler, chunk(piece))

    return script
