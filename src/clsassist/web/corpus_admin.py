"""The tab of the corpus, for the coordinator: what is read, adding, indexing, removing for good."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from clsassist.deposit import Deposit, DepositError, Deposits, Refusal, explaining
from clsassist.errors import ClsAssistError, GonePageError, IndexMissingError, UnknownPageError
from clsassist.feedback import FeedbackStore, Selection
from clsassist.holdings import FileState, HeldFile, Holdings, HoldingsReader, remove_file
from clsassist.index_job import IndexJobs, JobState, JobStatus
from clsassist.readers import ARCHIVES, CONVERTED, READERS
from clsassist.reading_report import DocumentReport
from clsassist.settings import Settings
from clsassist.web.access import require_coordinator
from clsassist.web.moments import french_moment, short_day
from clsassist.web.receiving import MOST_FILES, Limits, receive_files
from clsassist.web.site import Site

logger = logging.getLogger(__name__)

_TAGS = {
    FileState.INDEXED: "cls-tag-good",
    FileState.NEW: "",
    FileState.CHANGED: "",
    FileState.UNREAD: "cls-tag-warn",
    FileState.GONE: "cls-tag-warn",
}


class _Desk:
    """What the tab works with, for as long as the server runs."""

    def __init__(self, site: Site) -> None:
        settings = site.settings
        self._site = site
        self.settings: Settings = settings
        self.jobs = IndexJobs(settings, self._open_new_index)
        site.beginnings.append(self.jobs.resume)
        site.endings.append(self.jobs.close)
        self.deposits = Deposits(settings)
        self.feedback = FeedbackStore(settings.page.data_dir, settings.page.feedback_days)
        self._reader = HoldingsReader(settings.corpus_dir, settings.index_dir)
        # Documents removed since the index was built: it may still be quoted, and judged.
        self._removed: set[str] = set()

    def holdings(self) -> Holdings:
        """Return the corpus and its index as they are."""
        return self._reader.read()

    def managed(self) -> Holdings:
        """Return the corpus and its index, to be changed.

        Raises ClsAssistError when the index is of another folder: indexing this one would lose its documents.
        """
        held = self.holdings()
        if held.elsewhere:
            raise ClsAssistError(
                f"L'index vient du dossier « {held.elsewhere} », et non de « {self.settings.corpus_dir} » : relancez "
                "le serveur avec CLSASSIST_CORPUS_DIR sur ce dossier pour gérer ses documents ici."
            )
        return held

    def file(self, name: str) -> HeldFile:
        """Return a file of the corpus, to be changed.

        Raises GonePageError when it is no longer there, ClsAssistError when the index is of another folder.
        """
        held = self.managed().file(name)
        if held is None:
            raise GonePageError(f"« {name} » n'est plus dans le corpus : il a déjà été supprimé ou renommé.")
        return held

    def receive(self, deposit: Deposit, refused: Sequence[Refusal]) -> Deposit:
        """Keep what can be kept of a deposit, and index it."""
        with self.jobs.ahead():
            received = self.deposits.examine(deposit, refused, self.holdings().digests())
            if received.kept:
                self.jobs.request()
        return received

    def decide(self, token: str, replaced: Sequence[str]) -> None:
        """Put in place the documents of a deposit chosen among those whose name was taken, and index them."""
        with self.jobs.ahead():
            deposit = self.deposits.decide(token, replaced)
            if replaced and deposit.kept:
                self.jobs.request()

    def remove(self, held: HeldFile) -> None:
        """Remove a file for good, with the opinions that quote it, then whatever the index has of it."""
        with self.jobs.ahead(may_empty=True):
            remove_file(held, self.settings.corpus_dir)
            self._removed |= {document.path for document in held.documents}
            try:
                self.feedback.delete_quoting(self._removed)
            finally:
                self.jobs.request(may_empty=True)

    def _open_new_index(self) -> None:
        removed, self._removed = self._removed, set()
        # Whoever comes next finds it open, and the one before is closed, then erased, after its last user.
        try:
            self._site.live.warm()
        except IndexMissingError:
            logger.info("Le corpus est vide : il n'y a plus d'index")
        if removed:
            self.feedback.delete_quoting(removed)


def corpus_admin_router(site: Site) -> APIRouter:
    """Return the pages under « /corpus » that show and change the corpus; all are for the coordinator alone."""
    desk = _Desk(site)
    router = APIRouter(prefix="/corpus", dependencies=[Depends(require_coordinator(site))], include_in_schema=False)
    _add_reading_pages(router, site, desk)
    _add_receiving_pages(router, site, desk)
    _add_removing_pages(router, site, desk)
    return router


def _add_reading_pages(router: APIRouter, site: Site, desk: _Desk) -> None:
    @router.get("")
    def show_corpus(request: Request, supprime: Annotated[str, Query(max_length=1_000)] = "") -> Response:
        return site.render(
            request,
            "corpus.html",
            title="Corpus",
            holdings=desk.holdings(),
            removed=supprime,
            opinions=_count_opinions(desk.feedback),
            tags=_TAGS,
            accepted=",".join((*READERS, *CONVERTED, *ARCHIVES)),
            limits=_limits(desk.settings),
            most_files=MOST_FILES,
            **_common(desk),
        )

    @router.get("/document")
    def show_report(request: Request, chemin: Annotated[str, Query(max_length=4_000)]) -> Response:
        held = desk.holdings()
        found = held.document(chemin)
        if found is None or held.reading is None:
            raise UnknownPageError(f"L'index n'a pas de document « {chemin} ».")
        file, document = found
        return site.render(
            request,
            "corpus_document.html",
            title=f"Rapport de lecture : {chemin}",
            file=file,
            document=document,
            report=document.report,
            elsewhere=held.elsewhere,
            built_at=held.reading.built_at,
            **_common(desk),
        )

    @router.get("/etat")
    def tell_state() -> Response:
        status = desk.jobs.status()
        return JSONResponse(
            {
                "busy": status.busy,
                "state": status.state.value,
                "number": status.number,
                "percent": status.percent,
                "stage": _stage_to_text(status),
                "text": _status_to_text(status),
            },
            headers={"Cache-Control": "no-store"},
        )

    @router.post("/indexer")
    def index_now() -> Response:
        desk.managed()
        desk.jobs.request()
        return _see("/corpus")


def _add_receiving_pages(router: APIRouter, site: Site, desk: _Desk) -> None:
    @router.post("/ajouter")
    async def receive(request: Request) -> Response:
        await run_in_threadpool(desk.managed)
        try:
            deposit = await _receive(desk, request)
        except DepositError as error:
            return site.render(
                request, "corpus_refus.html", title="Les documents n'ont pas été reçus", status=400, message=str(error)
            )
        except ClientDisconnect:
            # Nobody is there to read it.
            return Response(status_code=400)
        return _see(f"/corpus/envois/{deposit.token}")

    @router.get("/envois/{token}")
    def show_deposit(request: Request, token: str) -> Response:
        deposit = desk.deposits.find(token)
        if deposit is None:
            raise GonePageError("Cet envoi n'est plus connu. La liste des documents dit ce qui a été gardé.")
        reports = {name: _reports_of(deposit, name) for name in (*deposit.kept, *deposit.pending)}
        return site.render(
            request,
            "corpus_envoi.html",
            title="Documents reçus",
            deposit=deposit,
            reports=reports,
            **_common(desk),
        )

    @router.post("/envois/{token}")
    def decide(token: str, remplacer: Annotated[list[str] | None, Form()] = None) -> Response:
        desk.decide(token, remplacer or [])
        return _see(f"/corpus/envois/{token}")


async def _receive(desk: _Desk, request: Request) -> Deposit:
    announced = int(request.headers.get("content-length", "0"))
    deposit = await run_in_threadpool(desk.deposits.open, announced)
    try:
        with explaining(desk.settings.corpus_dir):
            refused = await receive_files(
                request.stream(), request.headers.get("content-type", ""), deposit.folder, _limits(desk.settings)
            )
        return await run_in_threadpool(desk.receive, deposit, refused)
    except BaseException:
        # A visitor who leaves in the middle included.
        desk.deposits.abandon(deposit)
        raise


def _add_removing_pages(router: APIRouter, site: Site, desk: _Desk) -> None:
    @router.get("/supprimer")
    def ask_removal(request: Request, fichier: Annotated[str, Query(max_length=4_000)]) -> Response:
        held = desk.file(fichier)
        return site.render(
            request,
            "corpus_supprimer.html",
            title=f"Supprimer « {held.name} » ?",
            file=held,
            actions=sum(document.report.actions for document in held.documents),
            opinions=desk.feedback.count_quoting(document.path for document in held.documents),
            **_common(desk),
        )

    @router.post("/supprimer")
    def remove(fichier: Annotated[str, Form(max_length=4_000)]) -> Response:
        held = desk.file(fichier)
        desk.remove(held)
        return _see(f"/corpus?{urlencode({'supprime': held.name})}")


def _common(desk: _Desk) -> dict[str, Any]:
    status = desk.jobs.status()
    return {
        "job": status,
        "job_stage": _stage_to_text(status),
        "job_text": _status_to_text(status),
        "JobState": JobState,
        "FileState": FileState,
        "day": short_day,
        "moment": french_moment,
        "place": _place_of_warning,
        "document_url": lambda path: f"/documents/{quote(path)}",
        "report_url": lambda path: f"/corpus/document?{urlencode({'chemin': path})}",
        "removal_url": lambda name: f"/corpus/supprimer?{urlencode({'fichier': name})}",
        "megabytes": lambda count: f"{count / 1e6:.0f}",
    }


def _limits(settings: Settings) -> Limits:
    return Limits(min(settings.max_file_bytes, settings.page.max_upload_bytes), settings.page.max_upload_bytes)


def _reports_of(deposit: Deposit, name: str) -> tuple[DocumentReport, ...]:
    return tuple(
        report
        for report in deposit.report.documents
        if report.document == name or report.document.startswith(f"{name}/")
    )


def _count_opinions(store: FeedbackStore) -> int | None:
    """Count the opinions; None when their file cannot be read, which their own page explains."""
    try:
        return store.count(Selection())
    except ClsAssistError as error:
        logger.warning("%s", error)
        return None


def _place_of_warning(page: int | None, line: int | None) -> str:
    if page:
        return f"page {page}"
    return f"ligne {line}" if line else ""


def _stage_to_text(status: JobStatus) -> str:
    if not status.busy:
        return ""
    counted = f" ({status.done} sur {status.total})" if status.total > 1 else ""
    return f"{status.percent}\u00a0%{counted}"


def _status_to_text(status: JobStatus) -> str:
    """Return where the indexing stands as one French sentence, that changes little enough to be read aloud."""
    match status.state:
        case JobState.RUNNING:
            return f"Indexation en cours : {status.stage}."
        case JobState.WAITING:
            return f"Indexation en cours : {status.stage}. Une autre suivra, pour ce qui a été ajouté entre-temps."
        case JobState.DONE:
            return _done_to_text(status)
        case JobState.FAILED:
            return f"L'indexation a échoué. {status.failure}"
        case JobState.IDLE:
            return ""


def _done_to_text(status: JobStatus) -> str:
    report = status.report or {}
    documents, unread = len(report.get("documents", ())), len(report.get("unread", ()))
    if not documents:
        return "Le corpus est vide : il n'y a plus d'index."
    read = f"{documents} document lu" if documents == 1 else f"{documents} documents lus"
    if unread:
        read += f", {unread} fichier non lu" if unread == 1 else f", {unread} fichiers non lus"
    ended = f" ({french_moment(status.ended_at)})" if status.ended_at else ""
    return f"Indexation terminée{ended} : {read}."


def _see(address: str) -> Response:
    # The answer to a form is a page of its own: reloading it sends nothing again.
    return RedirectResponse(address, 303)
