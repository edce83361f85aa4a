"""The page itself: Gradio components, and which function each event calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from clsassist.errors import ClsAssistError
from clsassist.web.conversation import (
    Turn,
    abandon,
    converse,
    open_citation,
    refuse_question,
    render_welcome,
)
from clsassist.web.markdown import prose
from clsassist.web.site import Site

_HINT = "Cliquez sur un numéro dans une réponse : le passage s'ouvre ici, les mots cités surlignés."
_NO_SOURCE = f'<p class="cls-hint">{prose(_HINT)}</p>'
_LOG_TEMPLATE = '<div class="cls-log" role="log" aria-live="polite" aria-label="Conversation">${value}</div>'
_REMARK_TEMPLATE = '<div class="cls-remark" role="alert">${value}</div>'
_HERE = Path(__file__).parent

# Every event goes through the queue, is absent from the public interface and shows no loader of its own.
_EVENT: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

# What an event returns: one value for each component it changes, in the order given when it is bound.
Values = tuple[Any, ...]


def build_page(site: Site) -> gr.Blocks:
    """Return the whole page, not yet served; its header comes before it, in the document itself."""
    page = gr.Blocks(title=site.settings.page.title, analytics_enabled=False, fill_width=True)
    with page:
        add_conversation(site)
    return page


@dataclass(frozen=True, slots=True)
class _Parts:
    """The components that events read and change."""

    turns: gr.State
    log: gr.HTML
    remark: gr.HTML
    box: gr.Textbox
    send: gr.Button
    renew: gr.Button
    panel: gr.HTML


def add_conversation(site: Site) -> None:
    """Add the conversation, the question box and the source panel to the page being built."""
    welcome = render_welcome(_starters(site))
    parts = _lay_out(welcome)
    events = _Events(site, welcome)
    shown = [parts.turns, parts.log, parts.remark]
    typed = [*shown, parts.box]
    asked = [
        gr.on([parts.send.click, parts.box.submit], events.ask_typed, [parts.box, parts.turns], typed, **_EVENT),
        parts.log.select(events.ask_proposed, [parts.turns], shown, **_EVENT),
    ]
    for asking in asked:
        asking.failure(events.give_up, [parts.turns], shown, **_EVENT)
    parts.log.click(events.show_source, [parts.turns], [parts.panel], **_EVENT)
    parts.renew.click(events.start_again, None, [*typed, parts.panel], cancels=asked, **_EVENT)


def _starters(site: Site) -> tuple[str, ...]:
    try:
        with site.live.use() as assistant:
            return assistant.starters()
    except ClsAssistError:
        return ()


def _lay_out(welcome: str) -> _Parts:
    turns = gr.State(())
    with gr.Row(elem_id="contenu", elem_classes="cls-columns"):
        with gr.Column(scale=3, min_width=280, elem_classes="cls-main"):
            log = _html(welcome, _LOG_TEMPLATE, _read("log.js"))
            with gr.Column(elem_classes="cls-composer"):
                remark = _html("", _REMARK_TEMPLATE)
                with gr.Row(elem_classes="cls-entry"):
                    box = _question_box()
                    send = gr.Button("Envoyer", variant="primary", scale=0)
                    renew = gr.Button("Nouvelle conversation", scale=0, elem_classes="cls-new")
        with gr.Column(scale=2, min_width=280, elem_classes="cls-side"):
            panel = _html(_NO_SOURCE, script=_read("panel.js"), empty=_NO_SOURCE)
    return _Parts(turns, log, remark, box, send, renew, panel)


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
    welcome: str

    def ask_typed(self, question: str, past: tuple[Turn, ...]) -> Iterator[Values]:
        """Answer the question of the box, and empty the box once the question is accepted."""
        # The box is changed once: words typed while the answer comes must stay.
        box: Any = gr.skip() if refuse_question(question, past, self.site.settings) else ""
        for values in self._answer(question, past):
            yield *values, box
            box = gr.skip()

    def ask_proposed(self, past: tuple[Turn, ...], event: gr.EventData) -> Iterator[Values]:
        """Answer a question proposed by the page."""
        yield from self._answer(str(event.question), past)

    def _answer(self, question: str, past: tuple[Turn, ...]) -> Iterator[Values]:
        refusal = refuse_question(question, past, self.site.settings)
        if refusal:
            yield gr.skip(), gr.skip(), prose(refusal)
            return
        with self.site.live.use() as assistant:
            for step in converse(assistant, past, question):
                yield step.turns, step.log, ""

    def give_up(self, past: tuple[Turn, ...]) -> Values:
        """Replace the waiting turn by a sentence after an unexpected failure."""
        if not past:
            return gr.skip(), gr.skip(), ""
        step = abandon(past)
        return step.turns, step.log, ""

    def show_source(self, past: tuple[Turn, ...], event: gr.EventData) -> str:
        """Open one citation in the source panel."""
        with self.site.live.use() as assistant:
            return open_citation(assistant, past, event.turn, event.source)

    def start_again(self) -> Values:
        """Forget the conversation."""
        return (), self.welcome, "", "", _NO_SOURCE
