"""Whether the service lives, and whether it can answer: for the machines that watch it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse

from clsassist.errors import ClsAssistError
from clsassist.web.site import Site


def health_router(site: Site) -> APIRouter:
    """Return « /healthz » and « /readyz »."""
    router = APIRouter()

    @router.get("/healthz", include_in_schema=False)
    async def live() -> dict[str, str]:
        # In the loop itself: it must answer while every thread is taken by a question.
        return {"status": "ok"}

    @router.get("/readyz", include_in_schema=False)
    def ready() -> JSONResponse:
        # The whole way of a question: pointer of the index, records, words and vectors.
        try:
            site.live.warm()
        except ClsAssistError as error:
            return JSONResponse({"status": "unavailable", "detail": str(error)}, 503)
        return JSONResponse({"status": "ok"})

    return router
