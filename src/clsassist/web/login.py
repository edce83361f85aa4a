"""The sign-in page, and the way out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clsassist.errors import TooManyRequestsError
from clsassist.web.access import (
    COOKIE,
    SESSION_SECONDS,
    SIGN_IN,
    SIGN_OUT,
    Role,
    safe_destination,
    visitor_of,
)
from clsassist.web.site import Site

_WRONG = "Ce mot de passe n'est pas le bon. Vérifiez les majuscules, ou demandez-le à la personne qui gère ce service."
_EMPTY = "Écrivez le mot de passe."


def login_router(site: Site) -> APIRouter:
    """Return « /connexion » and « /deconnexion »."""
    router = APIRouter()

    @router.get(SIGN_IN, include_in_schema=False)
    def show(request: Request, suite: str = "/") -> Response:
        if not site.access.has_sign_in:
            return RedirectResponse("/", 303)
        return _show_form(site, request, suite)

    @router.post(SIGN_IN, include_in_schema=False)
    def sign_in(
        request: Request, mot_de_passe: Annotated[str, Form()] = "", suite: Annotated[str, Form()] = "/"
    ) -> Response:
        if not mot_de_passe:
            return _show_form(site, request, suite, _EMPTY, 400)
        try:
            role = site.access.check_password(mot_de_passe, visitor_of(request).client)
        except TooManyRequestsError as error:
            response = _show_form(site, request, suite, str(error), 429)
            response.headers["Retry-After"] = str(error.retry_after)
            return response
        if role is None:
            return _show_form(site, request, suite, _WRONG, 401)
        return _let_in(site, request, role, suite)

    @router.post(SIGN_OUT, include_in_schema=False)
    def sign_out() -> Response:
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    return router


def _show_form(site: Site, request: Request, suite: str, problem: str = "", status: int = 200) -> Response:
    for_coordinator = safe_destination(suite).startswith("/corpus")
    return site.render(
        request,
        "login.html",
        title="Connexion",
        status=status,
        suite=safe_destination(suite),
        problem=problem,
        for_coordinator=for_coordinator,
    )


def _let_in(site: Site, request: Request, role: Role, suite: str) -> Response:
    response = RedirectResponse(safe_destination(suite), 303)
    response.set_cookie(
        COOKIE,
        site.access.make_cookie(role),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response
