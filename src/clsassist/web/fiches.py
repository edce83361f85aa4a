"""The tab of fiches: the list and its filters, one fiche whole, several side by side, those alike."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from clsassist.catalogue import (
    FACET_NAMES,
    MOST_COMPARED,
    NOT_SAID,
    Column,
    Facet,
    Filters,
    Row,
    catalogue_of,
    pairs_to_filters,
)
from clsassist.catalogue.alike import Likeness, actions_like
from clsassist.catalogue.fiche import FicheView, action_to_fiche
from clsassist.catalogue.side_by_side import compare
from clsassist.export_xlsx import rows_to_xlsx
from clsassist.exports import rows_to_csv
from clsassist.lexicon import load_lexicon
from clsassist.records import Citation, Span
from clsassist.web.markdown import markdown_blocks, plain
from clsassist.web.site import Site

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADINGS: dict[Column, str] = {
    Column.TITRE: "Action",
    Column.PLAN: "Plan",
    Column.AXE: "Axe",
    Column.PORTEUR: "Porteur ou pilote",
    Column.PUBLIC: "Public",
    Column.TERRITOIRE: "Territoire",
    Column.PERIODE: "Période",
    Column.PARTENAIRES: "Partenaires",
    Column.STATUT: "Statut",
}
# The column that shows a facet goes when no fiche of the corpus says anything of it.
_SHOWS: dict[Column, Facet] = {
    Column.AXE: Facet.AXE,
    Column.PUBLIC: Facet.PUBLIC,
    Column.TERRITOIRE: Facet.TERRITOIRE,
    Column.PERIODE: Facet.ANNEE,
    Column.STATUT: Facet.STATUT,
}
_LONGEST_QUESTION_TITLE = 600


def fiches_router(site: Site) -> APIRouter:
    """Return the pages under « /fiches »."""
    router = APIRouter()

    @router.get("/fiches", response_class=HTMLResponse)
    def listing(request: Request) -> Response:
        with site.live.use() as assistant:
            found = catalogue_of(assistant).listing(_filters(request))
            columns = tuple(one for one in Column if _SHOWS.get(one) not in found.hidden)
            return site.render(
                request,
                "fiches.html",
                title="Fiches",
                listing=found,
                columns=columns,
                hidden=tuple(
                    FACET_NAMES[facet] for facet in Facet if facet in found.hidden and facet in _SHOWS.values()
                ),
                **_helpers(),
            )

    @router.get("/fiches/export.csv")
    def export_csv(request: Request) -> Response:
        written = rows_to_csv([row.exported() for row in _matching(site, request)])
        # The mark makes Excel read the accents.
        return _download(written.encode("utf-8-sig"), "text/csv; charset=utf-8", "fiches.csv")

    @router.get("/fiches/export.xlsx")
    def export_xlsx(request: Request) -> Response:
        written = rows_to_xlsx([row.exported() for row in _matching(site, request)])
        return _download(written.content, _XLSX, "fiches.xlsx")

    @router.get("/fiches/comparer", response_class=HTMLResponse)
    def comparing(request: Request) -> Response:
        filters = _filters(request)
        with site.live.use() as assistant:
            catalogue = catalogue_of(assistant)
            rows = catalogue.picked(filters)
            unknown = [one for one in filters.picked if one not in {row.action.id for row in rows}]
            kept = rows[:MOST_COMPARED]
            comparison = compare(kept, assistant.registry, load_lexicon()) if len(kept) > 1 else None
            return site.render(
                request,
                "comparer.html",
                title="Comparer des fiches",
                comparison=comparison,
                kept=kept,
                left_out=rows[MOST_COMPARED:],
                unknown=unknown,
                filters=filters,
                only_differences=request.query_params.get("ecarts") == "1",
                **_helpers(),
            )

    @router.get("/fiches/{identifier:path}/semblables", response_class=HTMLResponse)
    def alike(request: Request, identifier: str) -> Response:
        with site.live.use() as assistant:
            action = assistant.registry.action(identifier)
            likeness = actions_like(action, assistant.registry, load_lexicon())
            return site.render(
                request,
                "semblables.html",
                title=f"Actions semblables à : {action.title}",
                action=action,
                blocks=_likeness_blocks(likeness),
                total=len(assistant.registry.actions) - 1,
                **_helpers(),
            )

    @router.get("/fiches/{identifier:path}", response_class=HTMLResponse)
    def fiche(request: Request, identifier: str) -> Response:
        with site.live.use() as assistant:
            registry = assistant.registry
            action = registry.action(identifier)
            view = action_to_fiche(action, registry, _quoted(request))
            row = catalogue_of(assistant).row(identifier)
            return site.render(
                request, "fiche.html", title=action.title, fiche=view, row=row, question=_question(view), **_helpers()
            )

    return router


def _filters(request: Request) -> Filters:
    return pairs_to_filters(request.query_params.multi_items())


def _matching(site: Site, request: Request) -> tuple[Row, ...]:
    with site.live.use() as assistant:
        return catalogue_of(assistant).matching(_filters(request))


def _download(content: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def _quoted(request: Request) -> Span | None:
    """Return the place of a quote that an address asks to mark, or None when it makes no sense."""
    start, end = (request.query_params.get(name, "") for name in ("debut", "fin"))
    if not all(text.isascii() and text.isdigit() and len(text) < 12 for text in (start, end)):
        return None
    return Span(int(start), int(end)) if int(start) < int(end) else None


def _question(fiche: FicheView) -> str:
    """Return a question about a fiche that the assistant takes as such."""
    title = fiche.action.title
    return f"Que prévoit l'action « {title} » ?" if len(title) <= _LONGEST_QUESTION_TITLE else ""


# --- addresses


def fiche_url(identifier: str, span: Span | None = None) -> str:
    """Return the address of a fiche, or of the words of a fiche."""
    address = f"/fiches/{quote(identifier)}"
    return f"{address}?{urlencode({'debut': span.start, 'fin': span.end})}#passage" if span else address


def document_url(path: str, page: int | None = None) -> str:
    """Return the address of an original document; a PDF opens at its page."""
    at = f"#page={page}" if page is not None and path.lower().endswith(".pdf") else ""
    return f"/documents/{quote(path)}{at}"


def _list_url(filters: Filters) -> str:
    return f"/fiches{filters.query()}"


def _compare_url(*identifiers: str) -> str:
    return f"/fiches/comparer?{urlencode([('fiche', one) for one in identifiers])}"


def _helpers() -> dict[str, Any]:
    """Return what every template of this tab calls."""
    return {
        "Column": Column,
        "Facet": Facet,
        "NOT_SAID": NOT_SAID,
        "MOST_COMPARED": MOST_COMPARED,
        "headings": _HEADINGS,
        "fiche_url": fiche_url,
        "document_url": document_url,
        "list_url": _list_url,
        "compare_url": _compare_url,
        "ask_url": lambda question: f"/?{urlencode({'q': question})}",
        "partner_url": lambda name: f"/partenaires?{urlencode({'organisation': name})}",
    }


# --- likeness


def _likeness_blocks(likeness: Likeness) -> list[dict[str, object]]:
    marks = {citation.number: _mark(citation) for citation in likeness.answer.citations}
    return [{"ref": one.ref, "html": Markup("".join(markdown_blocks(one.text, marks.get)))} for one in likeness.actions]


def _mark(citation: Citation) -> str:
    """Return the link that stands for [n]: to the quoted words in their fiche."""
    name = plain(f"Source {citation.number} : {citation.label.rstrip(' :')}, dans la fiche")
    address = plain(fiche_url(citation.action_id or "", citation.span))
    return f'<a class="fiches-mark" href="{address}" aria-label="{name}" title="{name}">{citation.number}</a>'
