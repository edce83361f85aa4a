"""The tools for language models: what a client of the protocol sees, and what never leaves."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from test_web import QUESTION, FakeAssistant

from clsassist.assistant import Assistant
from clsassist.errors import ConfigurationError, UnknownActionError
from clsassist.exports import answer_to_plain
from clsassist.web.mcp import MCP_PATH, mount_mcp

ACCEPTED = {"accept": "application/json, text/event-stream"}


class Shelf(FakeAssistant):
    """The fake assistant, with one fiche."""

    def show(self, reference: str) -> str:
        if reference == "fiche 1":
            return "Annuaire\n  non renseigné"
        raise UnknownActionError(f"Aucune action ne répond à « {reference} ».")


class Live:
    @contextmanager
    def use(self) -> Iterator[Assistant]:
        yield Shelf()


class FakeSite:
    live = Live()
    lend = live.use


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    pytest.importorskip("mcp")
    app = FastAPI()
    mount_mcp(app, FakeSite())  # type: ignore[arg-type]
    with TestClient(app) as client:
        yield client


def call(client: TestClient, method: str, **params: object) -> dict[str, Any]:
    """The result of one call of the protocol, sent as its streamable HTTP transport sends it."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    response = client.post(MCP_PATH, json=request, headers=ACCEPTED)
    assert response.status_code == 200
    line = next(line for line in response.text.splitlines() if line.startswith("data: {"))
    result: dict[str, Any] = json.loads(line.removeprefix("data: "))["result"]
    return result


def use_tool(client: TestClient, name: str, **arguments: object) -> tuple[bool, str]:
    """Whether the tool failed, and what it said."""
    result = call(client, "tools/call", name=name, arguments=arguments)
    return result["isError"], result["content"][0]["text"]


def test_exactly_two_tools_are_offered_and_described_in_french(client: TestClient) -> None:
    tools = call(client, "tools/list")["tools"]
    assert [tool["name"] for tool in tools] == ["ask", "voir_fiche"]
    assert all("Lecture seule" in tool["description"] for tool in tools)
    assert tools[0]["inputSchema"]["required"] == ["question"]
    assert "français" in tools[0]["inputSchema"]["properties"]["question"]["description"]


def test_asking_gives_the_direct_answer_with_its_sources(client: TestClient) -> None:
    failed, text = use_tool(client, "ask", question=QUESTION)
    assert not failed
    assert text == answer_to_plain(Shelf().ask(QUESTION))


def test_a_fiche_is_shown_as_read(client: TestClient) -> None:
    assert use_tool(client, "voir_fiche", fiche="fiche 1") == (False, "Annuaire\n  non renseigné")


def test_a_failure_meant_for_people_is_said(client: TestClient) -> None:
    failed, text = use_tool(client, "voir_fiche", fiche="fiche 99")
    assert failed
    assert "fiche 99" in text


def test_the_words_of_an_unexpected_failure_stay_inside(client: TestClient) -> None:
    failed, text = use_tool(client, "ask", question="imprévu")
    assert failed
    assert "secret" not in text
    assert "incident imprévu" in text


def test_a_web_page_cannot_call_the_tools(client: TestClient) -> None:
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    response = client.post(MCP_PATH, json=request, headers={**ACCEPTED, "origin": "http://testserver"})
    assert response.status_code == 403


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS"])
def test_only_posts_are_received(client: TestClient, method: str) -> None:
    response = client.request(method, MCP_PATH, headers=ACCEPTED)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "path", ["/mcp/gradio_api/call/ask", "/gradio_api/call/ask", "/gradio_api/mcp/", "/mcp/sse", "/mcp/config"]
)
def test_the_rest_of_gradio_is_out_of_reach(client: TestClient, path: str) -> None:
    assert client.post(path, json={"data": [QUESTION]}).status_code == 404


def test_without_its_package_the_server_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    # None is how Python marks a module that cannot be imported.
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'clsassist\[mcp\]'"):
        mount_mcp(FastAPI(), FakeSite())  # type: ignore[arg-type]
