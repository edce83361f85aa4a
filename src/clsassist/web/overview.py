"""The tab of the overview: key figures, then pictures drawn by the server, each with its table and its export."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from clsassist.assistant import Assistant
from clsassist.catalogue import catalogue_of
from clsassist.charts import Picture, overview_to_pictures
from clsassist.errors import UnknownPageError
from clsassist.overview import (
    Overview,
    PlanChoice,
    Table,
    catalogue_to_overview,
    catalogue_to_plans,
    overview_to_chapters,
    overview_to_figures,
    overview_to_tables,
    table_to_csv,
)
from clsassist.web.site import Site

_ADDRESS = "/vue-d-ensemble"
# Beyond so many rows a table in the page helps nobody: the rest is in the export.
_MOST_ROWS = 200
# Overviews kept drawn, of some hundred kilobytes each.
_MOST_KEPT = 40


@dataclass(frozen=True, slots=True)
class _Drawn:
    """An overview with its pictures, ready to be shown again."""

    overview: Overview
    tables: dict[str, Table]
    pictures: dict[str, Picture]


class Gallery:
    """The overviews already drawn, by index and plan: a second visit costs nothing. Several threads may share it."""

    def __init__(self) -> None:
        # An index never changes under its assistant: its overviews go when the assistant does.
        self._kept: WeakKeyDictionary[Assistant, OrderedDict[str, _Drawn]] = WeakKeyDictionary()
        self._keeping = threading.Lock()
        # One drawing at a time: it takes a whole core, and the next visitor most often wants the same.
        self._drawing = threading.Lock()

    def drawn(self, assistant: Assistant, plan: str) -> _Drawn:
        """Return an overview with its pictures; raises as ``catalogue_to_overview`` does."""
        found = self._find(assistant, plan)
        if found is None:
            with self._drawing:
                found = self._find(assistant, plan) or self._draw(assistant, plan)
        return found

    def _find(self, assistant: Assistant, plan: str) -> _Drawn | None:
        with self._keeping:
            kept = self._kept.get(assistant)
            if kept is None or plan not in kept:
                return None
            kept.move_to_end(plan)
            return kept[plan]

    def _draw(self, assistant: Assistant, plan: str) -> _Drawn:
        overview = catalogue_to_overview(catalogue_of(assistant), assistant.registry, plan)
        drawn = _Drawn(overview, overview_to_tables(overview), overview_to_pictures(overview))
        with self._keeping:
            kept = self._kept.setdefault(assistant, OrderedDict())
            kept[plan] = drawn
            if len(kept) > _MOST_KEPT:
                kept.popitem(last=False)
        return drawn


_GALLERY = Gallery()


def warm_overview(assistant: Assistant) -> None:
    """Load the libraries of drawing and draw the whole corpus: what the first visitor would wait for."""
    _GALLERY.drawn(assistant, "")


def overview_router(site: Site) -> APIRouter:
    """Return the page of the overview and its exports."""
    router = APIRouter()

    @router.get(_ADDRESS, response_class=HTMLResponse)
    def show(request: Request, plan: str = "") -> Response:
        with site.live.use() as assistant:
            plans = catalogue_to_plans(catalogue_of(assistant), assistant.registry)
            drawn = _GALLERY.drawn(assistant, _key(plans, plan))
        return site.render(
            request,
            "overview.html",
            title="Vue d'ensemble",
            overview=drawn.overview,
            choices=plans,
            figures=overview_to_figures(drawn.overview),
            chapters=overview_to_chapters(drawn.overview),
            pictures=drawn.pictures,
            tables=drawn.tables,
            most_rows=_MOST_ROWS,
            svg=Markup,
        )

    @router.get(_ADDRESS + "/{name}.csv")
    def export(name: str, plan: str = "") -> Response:
        with site.live.use() as assistant:
            catalogue = catalogue_of(assistant)
            plans = catalogue_to_plans(catalogue, assistant.registry)
            key = _key(plans, plan)
            tables = overview_to_tables(catalogue_to_overview(catalogue, assistant.registry, key))
        if name not in tables:
            raise UnknownPageError(f"Aucun tableau ne s'appelle « {name} ». Les tableaux sont sous chaque dessin.")
        file = f"{name}-{key}.csv" if key else f"{name}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return Response(table_to_csv(tables[name]), media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _key(plans: tuple[PlanChoice, ...], asked: str) -> str:
    """Return the key of a plan asked for by its key or its name, '' for all; raises UnknownPageError for another."""
    if not asked:
        return ""
    found = next((plan.key for plan in plans if asked in (plan.key, plan.name)), None)
    if found is None:
        raise UnknownPageError(
            f"Aucun plan ne s'appelle « {asked[:80]} » : il a peut-être été retiré. La liste est sur la vue d'ensemble."
        )
    return found
