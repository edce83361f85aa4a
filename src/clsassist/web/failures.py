"""What a visitor is told when something fails: a page in French, or JSON for programs, with the right status."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from clsassist.errors import (
    AccessDeniedError,
    ClsAssistError,
    ConfigurationError,
    EmbeddingError,
    GonePageError,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    SignInNeededError,
    TooManyRequestsError,
    UnknownActionError,
    UnknownPageError,
)
from clsassist.web.access import sign_in_address
from clsassist.web.asking import BUSY_SECONDS, LineFullError
from clsassist.web.guard import SEALED
from clsassist.web.site import Site

# What programs read; a failure that is not here is one of the request.
_STATUS: dict[type[ClsAssistError], int] = {
    UnknownActionError: 404,
    UnknownPageError: 404,
    GonePageError: 410,
    AccessDeniedError: 403,
    TooManyRequestsError: 429,
    LineFullError: 503,
    IndexBusyError: 409,
    IndexMissingError: 503,
    IndexMismatchError: 503,
    IndexDamagedError: 503,
    EmbeddingError: 503,
    ConfigurationError: 503,
}
# Addresses that only scripts ask: the API, and what a model writes.
_FOR_SCRIPTS = ("/api/", "/redaction")
_TITLES = {
    400: "La demande n'a pas été comprise",
    401: "Connexion nécessaire",
    403: "Accès refusé",
    404: "Page inconnue",
    405: "Demande impossible ici",
    409: "Un instant",
    410: "Ce document n'est plus là",
    413: "Envoi trop lourd",
    422: "La demande n'a pas été comprise",
    429: "Trop de questions",
    503: "Le service n'est pas prêt",
}
_UNEXPECTED = (
    "Un incident imprévu a empêché de préparer cette page. Réessayez ; si cela recommence, signalez-le à la personne "
    "qui gère ce service."
)
_SENTENCES = {
    404: "Rien ne se trouve à cette adresse : elle est peut-être incomplète, ou la fiche a été retirée.",
    405: "Cette adresse n'accepte pas cette sorte de demande.",
    413: "Ce qui est envoyé est trop lourd.",
}
_ADVICE = {503: "La page revient d'elle-même dès que l'index est là : il suffit de la recharger."}


def status_of(error: ClsAssistError) -> int:
    """Return the HTTP status of a failure."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 400)


def fail(site: Site, request: Request, status: int, sentence: str) -> Response:
    """Return what the visitor is told: JSON where scripts ask, a page elsewhere."""
    if request.url.path.startswith(_FOR_SCRIPTS):
        return JSONResponse({"detail": sentence}, status)
    title = _TITLES.get(status, "Un incident imprévu" if status >= 500 else _TITLES[400])
    return site.render(
        request, "error.html", title=title, status=status, message=sentence, advice=_ADVICE.get(status, "")
    )


def add_failure_pages(app: FastAPI, site: Site) -> None:
    """Make every failure of our pages a sentence in French."""

    @app.exception_handler(SignInNeededError)
    def invite(request: Request, error: SignInNeededError) -> Response:
        if request.method == "GET":
            return RedirectResponse(sign_in_address(request.url.path, request.url.query), 303)
        return fail(site, request, 401, str(error))

    @app.exception_handler(ClsAssistError)
    def explain(request: Request, error: ClsAssistError) -> Response:
        response = fail(site, request, status_of(error), str(error))
        if isinstance(error, TooManyRequestsError):
            response.headers["Retry-After"] = str(error.retry_after)
        elif isinstance(error, LineFullError):
            response.headers["Retry-After"] = str(BUSY_SECONDS)
        return response

    @app.exception_handler(HTTPException)
    def explain_http(request: Request, error: HTTPException) -> Response:
        sentence = _SENTENCES.get(error.status_code, "La demande n'a pas pu être traitée.")
        return fail(site, request, error.status_code, sentence)

    @app.exception_handler(RequestValidationError)
    def explain_request(request: Request, error: RequestValidationError) -> Response:
        places = sorted({".".join(str(part) for part in one["loc"][1:]) for one in error.errors()} - {""})
        where = f" : {', '.join(places)}" if places else ""
        return fail(site, request, 422, f"Un renseignement manque ou n'a pas la forme attendue{where}.")

    @app.exception_handler(Exception)
    def explain_nothing(request: Request, error: Exception) -> Response:
        # The server's own log has the details; a visitor could do nothing with them.
        response = fail(site, request, 500, _UNEXPECTED)
        response.headers.update(SEALED)
        return response
