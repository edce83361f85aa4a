"""A compact chat for the frame of another site: forms written by the server, no script needed, nothing remembered.

The page carries its conversation in hidden fields, as requests of the API do. Gradio's page would not do in a frame:
its session and its stored conversations are withheld by browsers from the frames of other sites, its policy lets
scripts compile code, and it weighs more than most town sites.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from clsassist.errors import ClsAssistError, UnknownPageError
from clsassist.records import Answer, AnswerStatus, Citation
from clsassist.web.access import visitor_of
from clsassist.web.asking import BUSY_SECONDS, MAX_PREVIOUS, LineFullError, refuse_text
from clsassist.web.markdown import markdown_blocks, plain
from clsassist.web.rendering import citation_place
from clsassist.web.site import NOTICE, Site

EMBED_PATH = "/integration"

_CLOSED = (
    "La conversation à intégrer n'est ouverte à aucun site. La personne qui gère ce service peut en autoriser avec "
    "le réglage CLSASSIST_EMBED_ORIGINS."
)
_CHOICES_TITLES = {
    AnswerStatus.ANSWERED: "Pour continuer",
    AnswerStatus.NOT_FOUND: "Les documents répondent, par exemple, à",
    AnswerStatus.AMBIGUOUS: "Précisez votre question",
}


@dataclass(frozen=True, slots=True)
class ShownSource:
    """One citation as listed under an answer; ``fiche`` is the address of its fiche, '' for what is in none."""

    anchor: str
    number: int
    place: str
    title: str
    document: str
    quote: str
    fiche: str


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A question and what is shown under it: an answer, else a notice."""

    question: str
    answer: str = ""
    sources: tuple[ShownSource, ...] = ()
    notice: str = ""
    choices_title: str = ""
    choices: tuple[str, ...] = ()

    @property
    def elsewhere(self) -> str:
        """The address of the same question on the whole page."""
        return f"/?{urlencode({'q': self.question})}"


def embed_router(site: Site) -> APIRouter:
    """Return the compact chat; it exists only when a site may show it."""
    router = APIRouter()

    @router.get(EMBED_PATH, include_in_schema=False)
    def begin(request: Request) -> Response:
        _require_open(site)
        with site.live.use() as assistant:
            starters = assistant.starters()
        return _render(site, request, (), starters)

    @router.post(EMBED_PATH, include_in_schema=False)
    async def go_on(
        request: Request,
        question: Annotated[str, Form()] = "",
        previous: Annotated[Sequence[str], Form()] = (),
    ) -> Response:
        _require_open(site)
        questions = (*previous[-MAX_PREVIOUS:], question)
        # The gate counted the request as one question; those before are asked again.
        site.access.require_question(visitor_of(request).client, len(questions) - 1)
        try:
            turns = await site.line.run(lambda: _converse(site, questions), request)
        except LineFullError as error:
            turns, busy = (ShownTurn(question, notice=str(error)),), {"Retry-After": str(BUSY_SECONDS)}
            return _render(site, request, turns, (), 503, busy)
        return _render(site, request, turns, ())

    return router


def _require_open(site: Site) -> None:
    if not site.settings.page.embed_origins:
        raise UnknownPageError(_CLOSED)


def _render(
    site: Site,
    request: Request,
    turns: Sequence[ShownTurn],
    starters: Sequence[str],
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    kept = [turn.question for turn in turns if not turn.notice][-MAX_PREVIOUS:]
    title = f"Réponse à « {turns[-1].question} »" if turns else "Poser une question"
    limit = site.settings.max_question_chars
    response = site.render(
        request,
        "embed.html",
        title=title,
        status=status,
        turns=turns,
        previous=kept,
        starters=starters,
        notice=NOTICE,
        limit=limit,
    )
    # The page repeats questions: neither the browser nor anything on the way keeps it.
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


def _converse(site: Site, questions: Sequence[str]) -> tuple[ShownTurn, ...]:
    answers: tuple[Answer, ...] = ()
    turns: list[ShownTurn] = []
    with site.live.use() as assistant:
        for place, question in enumerate(questions):
            reason = refuse_text(question, site.settings)
            if reason:
                turns.append(ShownTurn(question.strip()[:80], notice=f"Votre question {reason}."))
                continue
            try:
                answers = (*answers, assistant.ask(question, answers))
            except ClsAssistError as error:
                turns.append(ShownTurn(question.strip(), notice=str(error)))
            else:
                turns.append(answer_to_turn(answers[-1], place, is_last=place == len(questions) - 1))
    return tuple(turns)


def answer_to_turn(answer: Answer, place: int, *, is_last: bool) -> ShownTurn:
    """Return an answer ready to show: each [n] leads to its source below, questions are proposed under the last one."""
    marks = {citation.number: _mark(citation, place) for citation in answer.citations}
    return ShownTurn(
        answer.question,
        Markup("".join(markdown_blocks(answer.text, marks.get))),
        tuple(_source(citation, place) for citation in answer.citations),
        "",
        _CHOICES_TITLES[answer.status],
        answer.choices if is_last else (),
    )


def _anchor(citation: Citation, place: int) -> str:
    return f"source-{place}-{citation.number}"


def _mark(citation: Citation, place: int) -> str:
    name = plain(f"Source {citation.number} : {citation_place(citation)}")
    return (
        f'<a class="cls-embed-mark" href="#{_anchor(citation, place)}" aria-label="{name}" title="{name}">'
        f"{citation.number}</a>"
    )


def _source(citation: Citation, place: int) -> ShownSource:
    page = f", page {citation.page}" if citation.page is not None else ""
    return ShownSource(
        _anchor(citation, place),
        citation.number,
        citation_place(citation),
        citation.action_title or "",
        f"{citation.document}{page}",
        citation.quote,
        f"/fiches/{quote(citation.action_id, safe='')}" if citation.action_id else "",
    )
