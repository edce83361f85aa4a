"""What visitors ask of a server, and the part of what comes back that must not change from one time to the next."""

from __future__ import annotations

import hashlib
import io
import json
import re
import secrets
import zipfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx
from gradio_client.utils import apply_diff  # type: ignore[import-untyped]

from clsassist.web.api_lists import BUILD_HEADER

BOX = "Votre question"
# The time that an answer took, and what the visit of a page makes new each time.
_CHANGING = re.compile(r"Réponse préparée en [\d,]+(?:\s|&nbsp;)seconde|nonce[-=]\"?[\w-]+|/envois/[\w-]+")
# When and by which run a PDF was written.
_CHANGING_PDF = re.compile(rb"/(?:CreationDate|ModDate) \([^)]*\)|/ID\s*\[[^\]]*\]|% ReportLab[^\n]*")
# What changes in the files of an Office document: the date of its writing.
_DATED_PARTS = ("docProps/core.xml",)
_BUSY = re.compile("Réessayez|réessayez|Queue is full")


@dataclass(frozen=True, slots=True)
class Visit:
    """One thing asked: of a kind, with the questions of a conversation or the address of a page."""

    kind: str
    questions: tuple[str, ...] = ()
    path: str = ""

    @property
    def name(self) -> str:
        """Return what tells it from the others."""
        return " | ".join((self.kind, self.path, *self.questions)).strip(" |")


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a visit.

    ``parts`` are digests, one for each thing shown, and ``texts`` what a conversation showed; ``build`` names the index
    where the server tells it. ``put_off`` is a refusal that says to try again; ``failure`` anything else that failed.
    """

    parts: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    build: str = ""
    put_off: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """What Gradio's page sends: the event of each action, and the component that fires it."""

    components: dict[int, Any]
    box: int
    log: int
    submit: dict[str, Any]
    click: dict[str, Any]

    @staticmethod
    def of(config: dict[str, Any]) -> Form:
        """Read Gradio's description of the page."""
        components = {one["id"]: one for one in config["components"]}
        box = next(key for key, one in components.items() if one["props"].get("label") == BOX)
        submit = next(one for one in config["dependencies"] if [box, "submit"] in one["targets"])
        log = next(key for key, one in components.items() if "cls-log" in str(one["props"].get("html_template", "")))
        click = next(one for one in config["dependencies"] if [log, "click"] in one["targets"])
        return Form(components, box, log, submit, click)


async def make(client: httpx.AsyncClient, form: Form, visit: Visit) -> Came:
    """Make a visit; whatever happens is told, not raised."""
    try:
        if visit.kind == "api":
            return await _ask_api(client, visit)
        if visit.kind == "conversation":
            return await _converse(client, form, visit)
        if visit.kind == "avis":
            return await _judge(client, visit)
        return await _read(client, visit)
    except (httpx.HTTPError, ValueError, KeyError, StopIteration, RuntimeError) as error:
        return Came(failure=f"{type(error).__name__} {error}".strip())


async def _ask_api(client: httpx.AsyncClient, visit: Visit) -> Came:
    sent = {"question": visit.questions[-1], "previous": list(visit.questions[:-1])}
    response = await client.post("/api/v1/ask", json=sent)
    if response.status_code != 200:
        return _refused(response)
    payload = {**response.json(), "elapsed_ms": 0}
    return Came((digest(json.dumps(payload, sort_keys=True)),), build=response.headers[BUILD_HEADER])


async def _judge(client: httpx.AsyncClient, visit: Visit) -> Came:
    response = await client.post("/avis", json={"rating": "plus", "question": visit.questions[-1]})
    return Came(("201",)) if response.status_code == 201 else _refused(response)


async def _read(client: httpx.AsyncClient, visit: Visit) -> Came:
    if visit.questions:
        response = await client.post(visit.path, data={"q": list(visit.questions)})
    else:
        response = await client.get(visit.path)
    if response.status_code not in (200, 404):
        return _refused(response)
    # A page of the document that comes and goes is there or not: both are right, each in its time.
    content = _steady(response.content, response.headers.get("content-type", ""))
    return Came((digest(f"{response.status_code} {content}"),))


def _refused(response: httpx.Response) -> Came:
    said = response.text[:300]
    if response.status_code in (429, 503) and _BUSY.search(said):
        return Came(put_off=f"{response.status_code} {said}")
    return Came(failure=f"{response.status_code} {said}")


def _steady(content: bytes, kind: str) -> str:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = sorted(name for name in archive.namelist() if name not in _DATED_PARTS)
            return " ".join(f"{name}:{hashlib.sha256(archive.read(name)).hexdigest()}" for name in names)
    if "pdf" in kind:
        return hashlib.sha256(_CHANGING_PDF.sub(b"", content)).hexdigest()
    return steady_text(content.decode("utf-8"))


def steady_text(text: str) -> str:
    """Return a page without what changes from one visit to the next."""
    return _CHANGING.sub("", text)


def digest(text: str) -> str:
    """Return a short name for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# --- the conversation's page, as a browser drives it


async def _converse(client: httpx.AsyncClient, form: Form, visit: Visit) -> Came:
    """Ask the questions of a conversation one after the other, open the first source of its last answer, then leave."""
    session = secrets.token_hex(8)
    texts: list[str] = []
    asked: list[str] = []
    async with client.stream("GET", f"/gradio_api/heartbeat/{session}") as page:
        page.raise_for_status()
        for question in visit.questions:
            values = [
                question if key == form.box else asked if one["type"] == "json" else one["props"].get("value")
                for key, one in ((key, form.components[key]) for key in form.submit["inputs"])
            ]
            shown = await _run(client, session, form.submit, form.box, values)
            if isinstance(shown, Came):
                return shown
            asked.append(question)
            log = next((one for one in shown if isinstance(one, str) and "cls-turn" in one), "")
            if "cls-wait" in log or "cls-notice" in log or f'id="turn-{len(asked) - 1}"' not in log:
                return Came(failure=f"conversation : {shown!r}"[:600])
            texts.append(steady_text(log))
        if number := re.search(r'data-source="(\d+)"', log[log.rindex("<article") :]):
            event = {"turn": len(asked) - 1, "source": int(number[1]), "sent": asked}
            shown = await _run(client, session, form.click, form.log, [None], event)
            if isinstance(shown, Came):
                return shown
            texts.append(str(next(one for one in shown if isinstance(one, str))))
    return Came(tuple(map(digest, texts)), tuple(texts))


async def _run(
    client: httpx.AsyncClient,
    session: str,
    event: dict[str, Any],
    trigger: int,
    values: Sequence[Any],
    data: dict[str, Any] | None = None,
) -> list[Any] | Came:
    """Send one event of the page and follow it to its end; return the values that it gives the components."""
    sent = {
        "data": list(values),
        "fn_index": event["id"],
        "trigger_id": trigger,
        "session_hash": session,
        "event_data": data,
    }
    response = await client.post("/gradio_api/queue/join", json=sent)
    if response.status_code != 200:
        return _refused(response)
    shown: list[Any] = []
    async with aclosing(_messages(client, session)) as messages:
        async for message in messages:
            if message["msg"] not in ("process_generating", "process_completed"):
                continue
            if not message.get("success", True):
                return Came(failure=f"file : {message}"[:600])
            given = message["output"].get("data", [])
            changes = message["msg"] == "process_generating" and shown
            shown = [apply_diff(old, new) for old, new in zip(shown, given, strict=True)] if changes else given
            if message["msg"] == "process_completed":
                return shown
    return Came(failure="file : la réponse n'est pas venue jusqu'à sa fin")


async def _messages(client: httpx.AsyncClient, session: str) -> AsyncGenerator[dict[str, Any]]:
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                yield json.loads(line.removeprefix("data:"))
