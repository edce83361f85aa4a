"""An answer of a conversation as a file: its questions are asked again, in order, and answer the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from clsassist.answer_files import Provenance, answers_to_docx, answers_to_markdown
from clsassist.assistant import Assistant
from clsassist.engagement_files import Edition, build_day, file_name
from clsassist.errors import ClsAssistError, UnknownPageError
from clsassist.records import Answer
from clsassist.settings import Settings
from clsassist.web.access import visitor_of
from clsassist.web.asking import refuse_text
from clsassist.web.site import Site

# A file holds a conversation: beyond this it is no reading any more, and each question costs an answer.
MAX_QUESTIONS = 50
_KINDS = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def answers_router(site: Site) -> APIRouter:
    """Return the files under « /reponses »: Markdown and Word."""
    router = APIRouter()

    @router.post("/reponses/{kind}")
    async def answer_file(
        request: Request, kind: str, q: Annotated[Sequence[str], Form()] = (), tout: Annotated[str, Form()] = ""
    ) -> Response:
        if kind not in _KINDS:
            raise UnknownPageError("Une réponse s'exporte en Markdown (md) ou en Word (docx).")
        questions = _checked(q, site.settings)
        # The gate counted the request as one question; each is asked again.
        site.access.require_question(visitor_of(request).client, len(questions) - 1)
        content = await site.line.run(lambda: _write(site, kind, questions, whole=bool(tout)), request)
        name = file_name("conversation" if tout else f"réponse {questions[-1]}", kind=kind)
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(content, media_type=_KINDS[kind], headers=headers)

    return router


def _checked(questions: Sequence[str], settings: Settings) -> tuple[str, ...]:
    """Return the questions of a conversation.

    Raises ClsAssistError when there is none, when there are too many, or when one cannot be asked.
    """
    if not questions:
        raise ClsAssistError("Il manque la question dont la réponse est à exporter.")
    if len(questions) > MAX_QUESTIONS:
        raise ClsAssistError(
            f"La conversation compte {len(questions)} questions, un fichier en garde au plus {MAX_QUESTIONS} : "
            "exportez-la en plusieurs fois."
        )
    for place, question in enumerate(questions, start=1):
        if refusal := refuse_text(question, settings):
            raise ClsAssistError(f"La question {place} {refusal}.")
    return tuple(questions)


def _write(site: Site, kind: str, questions: Sequence[str], *, whole: bool) -> bytes:
    with site.live.use() as assistant:
        answers = _ask_again(assistant, questions)
        kept, earlier = (answers, ()) if whole else (answers[-1:], questions[:-1])
        provenance = _provenance(assistant)
    return (
        answers_to_docx(kept, provenance, earlier)
        if kind == "docx"
        else answers_to_markdown(kept, provenance, earlier).encode()
    )


def _ask_again(assistant: Assistant, questions: Sequence[str]) -> tuple[Answer, ...]:
    answers: tuple[Answer, ...] = ()
    for question in questions:
        answers = (*answers, assistant.ask(question, answers))
    return answers


def _provenance(assistant: Assistant) -> Provenance:
    registry = assistant.registry
    dates = {path: registry.dates[key] for key, path in registry.paths.items()}
    return Provenance(Edition(date.today(), build_day(assistant.build)), dates)
