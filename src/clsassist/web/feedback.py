"""Opinions on the answers: received from any reader, looked through and exported by the coordinator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from clsassist.errors import ClsAssistError, GonePageError, TooManyRequestsError
from clsassist.feedback import (
    MAX_COMMENT_CHARS,
    FeedbackStore,
    Rating,
    Reason,
    Selection,
    Verdict,
    feedback_to_cases,
    feedback_to_csv,
    judge,
)
from clsassist.records import AnswerStatus
from clsassist.web.access import require_coordinator, visitor_of
from clsassist.web.asking import MAX_PREVIOUS, answer_conversation, refuse_text
from clsassist.web.moments import french_moment
from clsassist.web.site import Site

_PAGE = 20
_STATUS = {
    AnswerStatus.ANSWERED: "réponse donnée",
    AnswerStatus.NOT_FOUND: "rien trouvé",
    AnswerStatus.AMBIGUOUS: "question à préciser",
}
_NOT_UNDERSTOOD = "Cet avis est incomplet ou trop long : il n'a pas été enregistré."


class Opinion(BaseModel):
    """What a reader sends: the question that was asked, those before it in the conversation, and what they think.

    The answer is not sent: the server gives it again, so that nobody can put words in its mouth. ``key`` names the
    answer on the reader's page: sent again with the same one, an opinion replaces the first.
    """

    rating: Rating
    question: str = Field(min_length=1, max_length=20_000)
    previous: tuple[str, ...] = Field(default=(), max_length=100)
    reason: Reason | None = None
    comment: str = Field(default="", max_length=MAX_COMMENT_CHARS)
    key: str = Field(default="", max_length=64)


def feedback_router(site: Site) -> APIRouter:
    """Return « /avis », which receives opinions, and the coordinator's pages under « /corpus/avis »."""
    store = FeedbackStore(
        site.settings.page.data_dir,
        site.settings.page.feedback_days,
        hide_personal_data=site.settings.hide_personal_data,
    )
    router = APIRouter(include_in_schema=False)
    _add_receiving_pages(router, site, store)
    desk = APIRouter(prefix="/corpus/avis", dependencies=[Depends(require_coordinator(site))])
    _add_reading_pages(desk, site, store)
    _add_erasing_pages(desk, site, store)
    # One flat list of routes: whoever looks at it sees every address.
    router.routes.extend(desk.routes)
    return router


# --- what readers send


def _add_receiving_pages(router: APIRouter, site: Site, store: FeedbackStore) -> None:
    @router.post("/avis")
    def receive(request: Request, opinion: Annotated[Opinion, Depends(_read_opinion)]) -> Response:
        client = visitor_of(request).client
        if not site.access.allow_question(client):
            raise TooManyRequestsError(
                "Trop d'avis en peu de temps : attendez un instant.", site.access.question_wait(client)
            )
        identifier = _keep(site, store, opinion)
        if _is_program(request):
            return JSONResponse({"id": identifier}, 201)
        return RedirectResponse("/avis/merci", 303)

    @router.get("/avis/merci")
    def thank(request: Request) -> Response:
        return site.render(request, "avis_merci.html", title="Merci de votre avis")


async def _read_opinion(request: Request) -> Opinion:
    try:
        if _is_json(request):
            return Opinion.model_validate_json(await request.body())
        return Opinion.model_validate(_form_to_values(await request.form(max_files=0, max_fields=200)))
    except (ValidationError, HTTPException, ClientDisconnect) as error:
        raise ClsAssistError(_NOT_UNDERSTOOD) from error


def _form_to_values(form: FormData) -> dict[str, object]:
    values: dict[str, object] = {name: value for name, value in form.items() if not isinstance(value, UploadFile)}
    values["previous"] = form.getlist("previous")
    # The choice « aucune raison » of a form.
    if values.get("reason") == "":
        del values["reason"]
    return values


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _is_program(request: Request) -> bool:
    return _is_json(request) or "text/html" not in request.headers.get("accept", "")


def _keep(site: Site, store: FeedbackStore, opinion: Opinion) -> int:
    questions = (*opinion.previous[-MAX_PREVIOUS:], opinion.question)
    for question in questions:
        if refusal := refuse_text(question, site.settings):
            raise ClsAssistError(f"La question jugée {refusal}.")
    with site.lend() as assistant:
        *before, answer = answer_conversation(assistant, questions)
        verdict = Verdict(opinion.rating, opinion.reason, opinion.comment)
        said = judge(answer, verdict, assistant.build, tuple(one.question for one in before))
    return store.add(said, opinion.key)


# --- what the coordinator looks through


@dataclass(frozen=True, slots=True)
class _View:
    """Which opinions are shown, as the address of the page says."""

    note: str = ""
    lus: str = ""
    page: int = 1

    @property
    def selection(self) -> Selection:
        """Return what to look for."""
        rating = Rating(self.note) if self.note in tuple(Rating) else None
        return Selection(rating, {"oui": True, "non": False}.get(self.lus))

    def query(self, page: int | None = None) -> str:
        """Return the end of an address that shows the same opinions, on another page or this one."""
        page = page or self.page
        said = {"note": self.note, "lus": self.lus, "page": "" if page == 1 else str(page)}
        kept = {name: value for name, value in said.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


def _read_view(
    note: Annotated[str, Query(max_length=10)] = "",
    lus: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> _View:
    return _View(note, lus, page)


# Numbers of opinions, as SQLite can hold them.
_Numbers = Annotated[list[Annotated[int, Field(ge=1, le=2**53)]], Form(max_length=1_000)]
_Viewed = Annotated[_View, Depends(_read_view)]


def _add_reading_pages(desk: APIRouter, site: Site, store: FeedbackStore) -> None:
    @desk.get("")
    def show_opinions(request: Request, view: _Viewed) -> Response:
        found = store.count(view.selection)
        pages = max(1, -(-found // _PAGE))
        view = replace(view, page=min(view.page, pages))
        return site.render(
            request,
            "corpus_avis.html",
            title="Avis des lecteurs",
            opinions=store.find(view.selection, most=_PAGE, skipped=_PAGE * (view.page - 1)),
            found=found,
            pages=pages,
            view=view,
            counts=_counts(store),
            days=site.settings.page.feedback_days,
            moment=french_moment,
            question_url=lambda question: f"/?{urlencode({'q': question})}",
            Rating=Rating,
            statuses=_STATUS,
        )

    @desk.get("/export.yaml")
    def export_cases(view: _Viewed) -> Response:
        written = feedback_to_cases(store.find(view.selection))
        return _download(written.encode("utf-8"), "application/yaml", "avis.yaml")

    @desk.get("/export.csv")
    def export_csv(view: _Viewed) -> Response:
        # The mark makes Excel read the accents.
        written = feedback_to_csv(store.find(view.selection))
        return _download(written.encode("utf-8-sig"), "text/csv; charset=utf-8", "avis.csv")

    @desk.post("/lus")
    def mark_seen(avis: _Numbers, retour: Annotated[str, Form(max_length=200)] = "") -> Response:
        store.mark_seen(avis)
        return _back(retour)

    @desk.post("/non-lus")
    def mark_unseen(avis: _Numbers, retour: Annotated[str, Form(max_length=200)] = "") -> Response:
        store.mark_seen(avis, seen=False)
        return _back(retour)


def _add_erasing_pages(desk: APIRouter, site: Site, store: FeedbackStore) -> None:
    @desk.post("/supprimer")
    def erase(avis: _Numbers, retour: Annotated[str, Form(max_length=200)] = "") -> Response:
        if not store.delete(avis):
            raise GonePageError("Cet avis n'est plus là : il a déjà été supprimé.")
        return _back(retour)

    @desk.get("/tout-supprimer")
    def ask_erasing(request: Request) -> Response:
        return site.render(
            request, "corpus_avis_supprimer.html", title="Supprimer tous les avis ?", found=store.count(Selection())
        )

    @desk.post("/tout-supprimer")
    def erase_all() -> Response:
        store.delete_all()
        return _back("")


def _counts(store: FeedbackStore) -> dict[str, int]:
    return {
        "all": store.count(Selection()),
        "down": store.count(Selection(rating=Rating.DOWN)),
        "up": store.count(Selection(rating=Rating.UP)),
        "unseen": store.count(Selection(seen=False)),
    }


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(
        content,
        media_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _back(query: str) -> Response:
    """Return to the list as it was; what a form says of it is only ever the end of our own address."""
    return RedirectResponse(f"/corpus/avis{query if query.startswith('?') and query.isprintable() else ''}", 303)
