"""The assistant's page: Gradio components, and which function each event calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from clsassist.web.conversation import (
    Turn,
    abandon,
    asked_again,
    converse,
    open_citation,
    read_questions,
    recall,
    refuse_question,
    reopen,
)
from clsassist.web.markdown import plain, prose
from clsassist.web.rendering import render_source_notice
from clsassist.web.site import Site
from clsassist.web.tools import FEEDBACK_DIALOG
from clsassist.web.welcome import Welcome

_HINT = "Cliquez sur un numéro dans une réponse : le passage s'ouvre ici, les mots cités surlignés."
_NO_SOURCE = f'<p class="cls-hint">{prose(_HINT)}</p>'
_LOG_TEMPLATE = '<div class="cls-log" role="log" aria-live="polite" aria-label="Conversation">${value}</div>'
_REMARK_TEMPLATE = '<div class="cls-remark" role="alert">${value}</div>'
_HISTORY = (
    '<details class="cls-history"><summary><span class="cls-history-title">Mes conversations</span>'
    f'<span class="cls-history-where">{prose("gardées dans ce navigateur seulement")}</span></summary>'
    f'<div class="cls-history-body"><p class="cls-history-note">{prose("{note}")}</p>'
    '<ul class="cls-history-list"></ul>'
    '<p><button type="button" class="cls-history-clear">Tout supprimer</button></p></div></details>'
    '<p class="cls-history-status" role="status"></p>'
)
_HISTORY_NOTE = (
    "Seules vos questions sont gardées, dans ce navigateur et nulle part ailleurs : les réponses sont préparées de "
    "nouveau à chaque ouverture. Une conversation s'efface {days} jours après sa dernière question. Sur un "
    "ordinateur partagé, supprimez-les avant de partir."
)
_HERE = Path(__file__).parent

# Every event goes through the queue, is absent from the public interface and shows no loader of its own.
_EVENT: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# A typed question goes with those on the screen, which the server may have forgotten.
_WITH_QUESTIONS = "(question, turns, sent) => [question, turns, window.clsQuestions?.() ?? null]"

# What an event returns: one value for each component it changes, in the order given when it is bound.
Values = tuple[Any, ...]


def build_page(site: Site) -> gr.Blocks:
    """Return the whole page, not yet served; its header comes before it, in the document itself."""
    page = gr.Blocks(title=site.settings.page.title, analytics_enabled=False, fill_width=True)
    with page:
        add_conversation(site, page)
    return page


@dataclass(frozen=True, slots=True)
class _Parts:
    """The components that events read and change."""

    turns: gr.State
    sent: gr.JSON
    history: gr.HTML
    welcome: gr.HTML
    log: gr.HTML
    remark: gr.HTML
    box: gr.Textbox
    send: gr.Button
    renew: gr.Button
    panel: gr.HTML


def add_conversation(site: Site, page: gr.Blocks) -> None:
    """Add the conversation, the question box and the source panel to the page being built."""
    welcome = Welcome(site)
    parts = _lay_out(site, welcome)
    events = _Events(site)
    shown = [parts.turns, parts.log, parts.remark]
    typed = [*shown, parts.box]
    asked = [
        gr.on(
            [parts.send.click, parts.box.submit],
            events.ask_typed,
            [parts.box, parts.turns, parts.sent],
            typed,
            js=_WITH_QUESTIONS,
            **_EVENT,
        ),
        gr.on([parts.log.select, parts.welcome.select], events.ask_proposed, [parts.turns], shown, **_EVENT),
        parts.history.select(events.reopen, None, [*shown, parts.panel], **_EVENT),
    ]
    for asking in asked:
        asking.failure(events.give_up, [parts.turns], shown, **_EVENT)
    gr.on([parts.log.click, parts.panel.click], events.show_source, [parts.turns], [parts.turns, parts.panel], **_EVENT)
    gr.on(
        [parts.renew.click, parts.history.clear],
        events.start_again,
        None,
        [*typed, parts.panel],
        cancels=asked,
        **_EVENT,
    )
    page.load(welcome.render, None, [parts.welcome], **_EVENT)


def _lay_out(site: Site, welcome: Welcome) -> _Parts:
    turns = gr.State((), time_to_live=site.settings.page.conversation_minutes * 60)
    sent = gr.JSON(visible=False)
    with gr.Row(elem_id="contenu", elem_classes="cls-columns"):
        with gr.Column(scale=3, min_width=280, elem_classes="cls-main"):
            history = _html(_render_history(site), script=_read("history.js"))
            greeting = _html(welcome.first(), script=_read("welcome.js"))
            log = _html("", _LOG_TEMPLATE, _read("log.js"))
            with gr.Column(elem_classes="cls-composer"):
                remark = _html("", _REMARK_TEMPLATE)
                with gr.Row(elem_classes="cls-entry"):
                    box = _question_box()
                    send = gr.Button("Envoyer", variant="primary", scale=0)
                    renew = gr.Button("Nouvelle conversation", scale=0, elem_classes="cls-new")
        with gr.Column(scale=2, min_width=280, elem_classes="cls-side"):
            panel = _html(_NO_SOURCE, script=_read("panel.js"), empty=_NO_SOURCE)
    _html(FEEDBACK_DIALOG, script=_read("tools.js"))
    if site.settings.llm_url:
        _html("<span hidden></span>", script=_read("writing.js"))
    return _Parts(turns, sent, history, greeting, log, remark, box, send, renew, panel)


def _render_history(site: Site) -> str:
    days = site.settings.page.conversation_days
    limits = {"days": days, "characters": site.settings.max_question_chars}
    html = _HISTORY.replace("{note}", prose(_HISTORY_NOTE.replace("{days}", str(days))))
    return html.replace("<details ", f'<details data-limits="{plain(json.dumps(limits))}" ', 1)


def _html(value: str, template: str = "${value}", script: str | None = None, empty: str = "") -> gr.HTML:
    # « empty » is for the script: what to show once the reader closed what is shown.
    return gr.HTML(value, html_template=template, js_on_load=script, apply_default_css=False, empty=empty)


def _question_box() -> gr.Textbox:
    # Longer texts are cut by the browser so that they reach the server, which refuses them with a sentence.
    return gr.Textbox(
        label="Votre question", max_lines=4, max_length=20_000, min_width=200, elem_classes="cls-box-entry"
    )


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Events:
    """What the page does when the visitor acts; the conversation itself is in conversation.py."""

    site: Site

    def ask_typed(self, question: str, past: tuple[Turn, ...], sent: object, request: gr.Request) -> Iterator[Values]:
        """Answer the question of the box, and empty the box once the question is accepted."""
        refusal = self._refusal(question, past, sent, request)
        # The box is changed once: words typed while the answer comes must stay.
        box: Any = gr.skip() if refusal else ""
        for values in self._answer(question, past, sent, refusal):
            yield *values, box
            box = gr.skip()

    def ask_proposed(self, past: tuple[Turn, ...], event: gr.EventData, request: gr.Request) -> Iterator[Values]:
        """Answer a question proposed by the page, or brought by its address."""
        question, sent = _told(event, "question"), _told(event, "sent")
        question = question if isinstance(question, str) else ""
        yield from self._answer(question, past, sent, self._refusal(question, past, sent, request))

    def _refusal(self, question: str, past: tuple[Turn, ...], sent: object, request: gr.Request) -> str:
        settings = self.site.settings
        count = 1 + len(asked_again(past, sent, settings))
        return refuse_question(question, past, settings) or self.site.put_off(_client(request), count)

    def _answer(self, question: str, past: tuple[Turn, ...], sent: object, refusal: str) -> Iterator[Values]:
        settings = self.site.settings
        if refusal:
            yield gr.skip(), gr.skip(), prose(refusal)
            return
        lend = self.site.lend
        for step in converse(lend, recall(lend, past, sent, settings), question):
            yield step.turns, step.log, ""

    def reopen(self, event: gr.EventData, request: gr.Request) -> Iterator[Values]:
        """Show a conversation that the browser kept, or that its address brings."""
        sent = _told(event, "questions")
        questions = read_questions(sent, self.site.settings)
        put_off = self.site.put_off(_client(request), max(1, len(questions)))
        remark = put_off or ("" if questions else self._refuse_first(sent))
        for step in reopen(self.site.lend, () if put_off else questions):
            yield step.turns, step.log, prose(remark), _NO_SOURCE

    def _refuse_first(self, sent: object) -> str:
        first = sent[0] if isinstance(sent, list) and sent else ""
        return refuse_question(str(first), (), self.site.settings)

    def give_up(self, past: tuple[Turn, ...]) -> Values:
        """Replace the waiting turn by a sentence after an unexpected failure."""
        if not past:
            return gr.skip(), gr.skip(), ""
        step = abandon(past)
        return step.turns, step.log, ""

    def show_source(self, past: tuple[Turn, ...], event: gr.EventData, request: gr.Request) -> Values:
        """Open one citation in the source panel."""
        sent = _told(event, "sent")
        if put_off := self.site.put_off(_client(request), len(asked_again(past, sent, self.site.settings))):
            return past, render_source_notice(put_off)
        lend = self.site.lend
        turns = recall(lend, past, sent, self.site.settings)
        return turns, open_citation(
            lend,
            turns,
            _told(event, "turn"),
            _told(event, "source"),
            originals=not self.site.settings.hide_personal_data,
        )

    def start_again(self) -> Values:
        """Forget the conversation."""
        return (), "", "", "", _NO_SOURCE


def _told(event: gr.EventData, name: str) -> object:
    """Return what a browser says of an event, unchecked; None when it does not say it."""
    return getattr(event, name, None)


def _client(request: gr.Request) -> str:
    """Return the address of who asks, as the proxies of the settings say it."""
    return request.client.host if request.client else ""
