"""The HTTP API for programs: the same answers and records as the pages, as JSON, under a versioned address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clsassist.catalogue import catalogue_of
from clsassist.engagement_sheet import build_sheet, directory_of, search_words
from clsassist.errors import UnknownActionError, UnknownPageError
from clsassist.records import Answer
from clsassist.settings import Settings
from clsassist.text import fold
from clsassist.web.access import visitor_of
from clsassist.web.api_errors import FrenchRoute
from clsassist.web.api_lists import (
    BUILD_HEADER,
    PREFIX,
    Found,
    answer_to_json,
    cut_page,
    document_to_json,
    documents_to_json,
    organisation_to_summary,
    query_to_filters,
    row_to_summary,
    sheet_to_json,
)
from clsassist.web.api_models import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    ActionOut,
    ActionPage,
    ActionQuery,
    AnswerOut,
    Asked,
    DocumentList,
    DocumentOut,
    PartnerOut,
    PartnerPage,
    Problem,
)
from clsassist.web.api_page import schema_to_guide
from clsassist.web.asking import BUSY_SECONDS, MAX_PREVIOUS, LineFullError, answer_conversation, refuse_text
from clsassist.web.site import Site

OPENAPI_PATH = f"{PREFIX}/openapi.json"
VERSION = "1.0"

_SUMMARY = "Réponses exactes et sourcées sur les plans locaux de santé."
_DESCRIPTION = (
    "Les mêmes réponses, fiches et engagements que les pages, en JSON. Les réponses sont faites d'extraits des "
    "documents, sans génération ; le document officiel prévaut. Les clés ne changent qu'avec un nouveau numéro de "
    'version dans l\'adresse. Une erreur est un objet {"detail": "une phrase en français"}. Quand le service demande '
    "un mot de passe, il se donne par HTTP Basic (nom quelconque) ou comme jeton « Bearer »."
)
_TAGS = (
    {"name": "Questions", "description": "Poser une question et recevoir la réponse avec ses preuves."},
    {"name": "Fiches", "description": "Les fiches-actions telles qu'elles ont été lues."},
    {"name": "Partenaires", "description": "Les organisations et leurs engagements."},
    {"name": "Documents", "description": "Les documents indexés."},
)
_PROBLEMS = {
    400: "La requête n'est pas lisible.",
    401: "Le service demande un mot de passe.",
    404: "Ce qui est demandé n'existe pas.",
    413: "Le corps de la requête est trop long.",
    422: "Une valeur manque ou n'est pas acceptée ; la phrase dit laquelle.",
    429: "Trop de questions en une minute ; l'en-tête Retry-After dit combien de secondes attendre.",
    503: "L'index n'est pas prêt, ou trop de questions attendent ; réessayer après Retry-After.",
}
# An answer is made for one request and may repeat the words of its asker: nothing on the way keeps it.
_NOT_KEPT = {"Cache-Control": "no-store"}

_BUILD = {
    BUILD_HEADER: {
        "description": "Édition de l'index qui a répondu, en entier : elle change dès que le corpus change.",
        "schema": {"type": "string"},
    }
}

_Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Nombre d'éléments par page.")]
_Offset = Annotated[int, Query(ge=0, description="Rang du premier élément, depuis 0.")]


def api_router(site: Site) -> APIRouter:
    """Return the API, its description and the page that presents it."""
    router = APIRouter(prefix=PREFIX, route_class=FrenchRoute)
    _add_questions(router, site)
    _add_actions(router, site)
    _add_partners(router, site)
    _add_documents(router, site)
    schema = _describe(router)
    _answer_to_head(router)
    whole = APIRouter(route_class=FrenchRoute)
    _add_description(whole, site, schema)
    whole.include_router(router)
    _refuse_the_rest(whole, router)
    return whole


# --- questions


def _refuse(asked: Asked, settings: Settings) -> str:
    named = [("question", asked.question), *((f"previous[{n}]", one) for n, one in enumerate(asked.previous))]
    for name, question in named:
        if reason := refuse_text(question, settings):
            return f"« {name} » {reason}."
    return ""


async def _answer(site: Site, request: Request, asked: Asked) -> JSONResponse:
    refusal = _refuse(asked, site.settings)
    if refusal:
        return JSONResponse({"detail": refusal}, 422, _NOT_KEPT)
    # The questions before are asked again: they are work too.
    site.access.require_question(visitor_of(request).client, len(asked.previous))
    try:
        answer, build = await site.line.run(lambda: _converse(site, asked), request)
    except LineFullError as error:
        return JSONResponse({"detail": str(error)}, 503, {**_NOT_KEPT, "Retry-After": str(BUSY_SECONDS)})
    return JSONResponse(answer_to_json(answer), headers={**_NOT_KEPT, BUILD_HEADER: build})


def _count(site: Site, request: Request) -> None:
    # The gate counts what is posted; a question in an address is one too.
    site.access.require_question(visitor_of(request).client)


def _converse(site: Site, asked: Asked) -> tuple[Answer, str]:
    with site.live.use() as assistant:
        return answer_conversation(assistant, (*asked.previous, asked.question))[-1], assistant.build


def _add_questions(router: APIRouter, site: Site) -> None:
    about: dict[str, Any] = {
        "tags": ["Questions"],
        "response_model": AnswerOut,
        "responses": {**_problems(400, 401, 413, 422, 429, 503), 200: {"headers": _BUILD}},
        "response_description": "La réponse, ses preuves et son dénominateur.",
    }

    @router.post("/ask", summary="Poser une question", **about)
    async def ask(request: Request, asked: Asked) -> Response:
        """Répond à une question, seule ou à la suite d'autres : « et l'ARS ? » se comprend d'après « previous »."""
        return await _answer(site, request, asked)

    @router.get("/ask", summary="Poser une question, dans l'adresse", **about)
    async def ask_in_address(
        request: Request,
        question: Annotated[
            str,
            Query(
                description="La question, en français courant. Les adresses sont souvent gardées par les journaux des "
                "relais : pour l'éviter, employer POST.",
                examples=["Où la MSA est-elle partenaire ?"],
            ),
        ],
        previous: Annotated[
            list[str],
            Query(
                default_factory=list,
                max_length=MAX_PREVIOUS,
                description=f"Questions précédentes, répétable ({MAX_PREVIOUS} au plus).",
            ),
        ],
    ) -> Response:
        """Comme POST, pour un essai au navigateur ou un tableur."""
        _count(site, request)
        return await _answer(site, request, Asked(question=question, previous=tuple(previous)))


# --- fiches


def _add_actions(router: APIRouter, site: Site) -> None:
    @router.get(
        "/actions",
        summary="Lister les fiches",
        tags=["Fiches"],
        response_model=ActionPage,
        responses=_problems(401, 422, 429, 503),
        response_description="Une page de fiches.",
    )
    def list_actions(request: Request, query: Annotated[ActionQuery, Query()]) -> Response:
        """Donne les fiches que les filtres gardent, dans l'ordre des documents.

        Les filtres sont ceux de la page « Fiches ». Plusieurs valeurs d'un même filtre s'ajoutent ; des filtres
        différents se combinent.
        """
        with site.live.use() as assistant:
            rows = catalogue_of(assistant).matching(query_to_filters(query))
        return _page(request, rows, row_to_summary, query.limit, query.offset)

    @router.get(
        "/actions/{identifier:path}",
        summary="Lire une fiche entière",
        tags=["Fiches"],
        response_model=ActionOut,
        responses=_problems(401, 404, 422, 429, 503),
        response_description="La fiche, chaque valeur avec sa place dans le document.",
    )
    def read_action(
        identifier: Annotated[str, InPath(description="Identifiant de la fiche.", examples=["annuaire:1"])],
    ) -> Response:
        """Donne une fiche telle qu'elle a été lue : rubriques dans l'ordre, vides comprises, cases et organisations."""
        with site.live.use() as assistant:
            if identifier not in assistant.registry.actions:
                raise UnknownActionError(
                    f"Aucune fiche ne porte l'identifiant « {identifier} ». Liste : {PREFIX}/actions"
                )
            return JSONResponse(assistant.show_payload(identifier))


# --- partenaires


def _add_partners(router: APIRouter, site: Site) -> None:
    @router.get(
        "/partners",
        summary="Lister les organisations",
        tags=["Partenaires"],
        response_model=PartnerPage,
        responses=_problems(401, 422, 429, 503),
        response_description="Une page d'organisations.",
    )
    def list_partners(
        request: Request,
        q: Annotated[str, Query(description="Mots de l'un de ses noms.", max_length=200)] = "",
        limit: _Limit = DEFAULT_LIMIT,
        offset: _Offset = 0,
    ) -> Response:
        """Donne les organisations des documents, chacune une fois, avec le nombre de ses fiches par rôle."""
        words = fold(q).split()
        with site.live.use() as assistant:
            found = directory_of(assistant).organisations
        kept = [one for one in found if all(word in search_words(one) for word in words)]
        return _page(request, kept, organisation_to_summary, limit, offset)

    @router.get(
        "/partners/{name:path}",
        summary="Lire les engagements d'une organisation",
        tags=["Partenaires"],
        response_model=PartnerOut,
        responses=_problems(401, 404, 422, 429, 503),
        response_description="Les engagements, par part, avec leurs preuves.",
    )
    def read_partner(
        name: Annotated[str, InPath(description="Nom ou sigle, alias compris.", examples=["MSA"], max_length=300)],
        plan: Annotated[str, Query(description="Se limiter à ce plan (son nom exact).", max_length=300)] = "",
    ) -> Response:
        """Donne les fiches où l'organisation intervient, engagée ou à contacter, avec dates et contacts publiés."""
        with site.live.use() as assistant:
            sheet = build_sheet(name, directory_of(assistant), plan)
        if not sheet.commitments:
            near = ", ".join(f"« {one.name} »" for one in sheet.closest)
            hint = f" Noms proches : {near}." if near else f" Liste : {PREFIX}/partners"
            raise UnknownPageError(f"Aucune fiche ne nomme « {name} ».{hint}")
        return JSONResponse(sheet_to_json(sheet))


# --- documents


def _add_documents(router: APIRouter, site: Site) -> None:
    @router.get(
        "/documents",
        summary="Lister les documents",
        tags=["Documents"],
        response_model=DocumentList,
        responses=_problems(401, 429, 503),
        response_description="Les documents lus, et les fichiers illisibles.",
    )
    def list_documents() -> Response:
        """Donne les documents indexés, leur plan, leur date, et les fichiers qui n'ont pas pu être lus."""
        with site.live.use() as assistant:
            return JSONResponse(documents_to_json(assistant.registry, originals=not site.settings.hide_personal_data))

    @router.get(
        "/documents/{path:path}",
        summary="Lire un document",
        tags=["Documents"],
        response_model=DocumentOut,
        responses=_problems(401, 404, 422, 429, 503),
        response_description="Le document, ses remarques de lecture et ses fiches.",
    )
    def read_document(
        path: Annotated[str, InPath(description="Chemin du document.", examples=["annuaire.docx"])],
        text: Annotated[bool, Query(description="Donner aussi le texte lu, pour vérifier les citations.")] = False,
    ) -> Response:
        """Donne un document : ce qui en a été lu et, sur demande, le texte dont les citations sont des extraits."""
        with site.live.use() as assistant:
            registry = assistant.registry
            identifier = registry.documents_at.get(path)
            document = registry.documents[identifier] if identifier else None
            if document is None:
                raise UnknownPageError(f"Aucun document indexé n'a le chemin « {path} ». Liste : {PREFIX}/documents")
            rows = catalogue_of(assistant).rows
            return JSONResponse(
                document_to_json(
                    document, registry, rows, with_text=text, originals=not site.settings.hide_personal_data
                )
            )


# --- description


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Problem, "description": _PROBLEMS[status]} for status in statuses}


def _page(
    request: Request,
    found: Sequence[Found],
    to_item: Callable[[Found], Mapping[str, object]],
    limit: int,
    offset: int,
) -> JSONResponse:
    asked = request.query_params.multi_items()
    return JSONResponse(cut_page(found, to_item, limit, offset, request.url.path, asked))


def _describe(router: APIRouter) -> dict[str, Any]:
    schema = get_openapi(
        title="clsassist",
        version=VERSION,
        summary=_SUMMARY,
        description=_DESCRIPTION,
        routes=router.routes,
        tags=[dict(tag) for tag in _TAGS],
    )
    schema["components"]["securitySchemes"] = {
        "basic": {"type": "http", "scheme": "basic", "description": "Mot de passe du service ; nom quelconque."},
        "bearer": {"type": "http", "scheme": "bearer", "description": "Mot de passe du service, comme jeton."},
    }
    # Whether a password is asked depends on the service: without one, requests need none.
    schema["security"] = [{}, {"basic": []}, {"bearer": []}]
    return schema


def _add_description(router: APIRouter, site: Site, schema: dict[str, Any]) -> None:
    guide = schema_to_guide(schema)

    @router.api_route(OPENAPI_PATH, methods=["GET", "HEAD"], include_in_schema=False)
    def openapi() -> Response:
        return JSONResponse(schema)

    @router.api_route("/api", methods=["GET", "HEAD"], include_in_schema=False)
    def present(request: Request) -> Response:
        base = f"{request.url.scheme}://{request.url.netloc}"
        return site.render(
            request,
            "api.html",
            title="Interface pour programmes",
            guide=guide,
            names=guide.names,
            base=base,
            openapi_path=OPENAPI_PATH,
        )


def _answer_to_head(router: APIRouter) -> None:
    # Programs check an address with HEAD before they read it; the server sends the headers alone.
    for route in router.routes:
        if isinstance(route, APIRoute) and route.methods and "GET" in route.methods:
            route.methods.add("HEAD")


def _refuse_the_rest(router: APIRouter, known: APIRouter) -> None:
    """Say of any other request under the prefix whether its address or its method is unknown."""

    def refuse(request: Request) -> Response:
        allowed = {
            method
            for route in known.routes
            if isinstance(route, APIRoute) and route.path_regex.match(request.url.path)
            for method in route.methods or ()
        }
        if not allowed:
            raise UnknownPageError(
                f"Cette adresse n'existe pas dans l'interface. La liste des adresses : {OPENAPI_PATH}"
            )
        names = ", ".join(sorted(allowed))
        sentence = f"Cette adresse n'accepte pas {request.method} : employez {names}."
        return JSONResponse({"detail": sentence}, 405, {"Allow": names})

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    router.add_api_route(f"{PREFIX}/{{rest:path}}", refuse, methods=methods, include_in_schema=False)
