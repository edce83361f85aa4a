"""How often one visitor may ask in the conversation's page."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from test_web import QUESTION, FakeAssistant

from clsassist.live import LiveAssistant
from clsassist.settings import PageSettings, Settings
from clsassist.web.page import _Events
from clsassist.web.site import Site


def _request(host: str) -> SimpleNamespace:
    return SimpleNamespace(client=SimpleNamespace(host=host))


def _events() -> _Events:
    settings = replace(Settings(), page=replace(PageSettings(), rate_per_minute=1))
    return _Events(Site(LiveAssistant.over(FakeAssistant()), settings))


def test_a_visitor_who_asks_too_often_is_told_when_to_come_back() -> None:
    events = _events()
    list(events.ask_typed(QUESTION, (), [], _request("203.0.113.5")))

    _, _, remark, _ = list(events.ask_typed(QUESTION, (), [], _request("203.0.113.5")))[-1]

    assert "réessayez dans" in remark


def test_another_visitor_is_answered_meanwhile() -> None:
    events = _events()
    list(events.ask_typed(QUESTION, (), [], _request("203.0.113.5")))

    turns, _, remark, _ = list(events.ask_typed(QUESTION, (), [], _request("203.0.113.6")))[-1]

    assert remark == ""
    assert turns[-1].answer is not None
