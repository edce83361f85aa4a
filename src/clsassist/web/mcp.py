"""The assistant as tools for language models, through Gradio's own MCP server: an option, off by default."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import gradio as gr
from fastapi import FastAPI
from gradio.events import api as add_tool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from clsassist.errors import ClsAssistError, ConfigurationError
from clsassist.exports import answer_to_plain

if TYPE_CHECKING:
    from clsassist.web.site import Site

logger = logging.getLogger(__name__)

# The only address, and the only method: each call of the streamable HTTP transport is one POST.
MCP_PATH = "/mcp"
_INNER_PATH = "/gradio_api/mcp/"

_FAILED = "La réponse n'a pas pu être préparée, à cause d'un incident imprévu. Posez la question autrement."
_MISSING = (
    "Le serveur MCP est demandé, mais il ne peut pas démarrer ({reason}). Installez ce qu'il lui faut avec "
    "« pip install 'clsassist[mcp]' », ou retirez ce réglage."
)

# What a language model reads to choose a tool; what it reads of each parameter is in the tool's own docstring.
_ASK = (
    "Répond à une question en français sur les plans locaux de santé indexés (contrats, fiches). Lecture seule. "
    "La réponse est faite d'extraits, sans génération : chaque [n] renvoie à une source dont les mots sont cités à la "
    "lettre. Une réponse peut être « pas trouvé » : ne la complétez pas."
)
_SHOW = (
    "Affiche une fiche-action telle qu'elle a été lue, champ par champ, dans l'ordre du formulaire, champs vides "
    "compris. Lecture seule."
)


def mount_mcp(app: FastAPI, site: Site) -> None:
    """Add the MCP server to a service, at MCP_PATH; call it before anything is mounted at « / ».

    Gradio mounts a whole application of its own: it stays inside, and only its MCP endpoint is reached.
    Raises ConfigurationError when the « mcp » package is missing or unusable.
    """
    tools = build_tools(site)
    inner = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    try:
        gr.mount_gradio_app(
            inner,
            tools,
            path="/",
            show_error=False,
            enable_monitoring=False,
            run_history=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=True,
        )
    except ImportError as error:
        raise ConfigurationError(_MISSING.format(reason="le paquet « mcp » est absent")) from error
    if not tools.mcp_server:
        # Gradio goes on without its server when the package is of a version that it does not know.
        raise ConfigurationError(_MISSING.format(reason=tools.mcp_error))
    app.router.add_route(MCP_PATH, McpDoor(inner), include_in_schema=False)  # type: ignore[arg-type]
    _live_together(app, inner)


def build_tools(site: Site) -> gr.Blocks:
    """Return the tools, without a page: both only read."""
    tools = gr.Blocks(title="clsassist", analytics_enabled=False)
    with tools:
        for tool, description in ((_ask_tool(site), _ASK), (_show_tool(site), _SHOW)):
            # Outside the queue, Gradio calls the function itself. Through the queue, it would call its own
            # server at the address that the request names, whoever named it.
            add_tool(tool, queue=False, api_description=description)
    tools.queue(api_open=False)
    return tools


def _ask_tool(site: Site) -> Callable[[str], str]:
    def ask(question: str) -> str:
        """Répond à une question.

        Args:
            question: la question complète, en français courant, par exemple « Où la MSA est-elle partenaire ? ».

        Returns:
            str: la réponse et ses sources numérotées.
        """
        return _explained(lambda: _ask(site, question))

    return ask


def _show_tool(site: Site) -> Callable[[str], str]:
    def voir_fiche(fiche: str) -> str:
        """Affiche une fiche-action.

        Args:
            fiche: l'identifiant de la fiche, son numéro ou les mots de son titre.

        Returns:
            str: les champs de la fiche, dans l'ordre du formulaire.
        """
        return _explained(lambda: _show(site, fiche))

    return voir_fiche


def _ask(site: Site, question: str) -> str:
    with site.lend() as assistant:
        return answer_to_plain(assistant.ask(question))


def _show(site: Site, fiche: str) -> str:
    with site.live.use() as assistant:
        return assistant.show(fiche)


def _explained(work: Callable[[], str]) -> str:
    # The words of an exception are sent to the client: only those meant for people may leave.
    try:
        return work()
    except ClsAssistError:
        raise
    except Exception as error:
        logger.exception("MCP tool failed")
        raise ClsAssistError(_FAILED) from error


class McpDoor:
    """Lets MCP calls through to Gradio's endpoint and nothing else.

    Browsers say where a page comes from when it posts; MCP clients are programs and do not. Refusing the
    former keeps a page of another site from speaking to a server on the reader's own machine.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["method"] != "POST":
            refusal = JSONResponse({"detail": "Le serveur MCP ne reçoit que des POST."}, 405, {"Allow": "POST"})
            await refusal(scope, receive, send)
        elif "origin" in Headers(scope=scope):
            await JSONResponse({"detail": "Les pages web n'ont pas accès au serveur MCP."}, 403)(scope, receive, send)
        else:
            inner = {
                **scope,
                "path": _INNER_PATH,
                "raw_path": _INNER_PATH.encode(),
                "root_path": "",
                "query_string": b"",
            }
            await self.app(inner, receive, send)


def _live_together(app: FastAPI, inner: FastAPI) -> None:
    # A mounted application is not started by the one that holds it: its sessions would never open.
    outer_lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(started: FastAPI) -> AsyncIterator[object]:
        async with outer_lifespan(started) as state, inner.router.lifespan_context(inner):
            yield state

    app.router.lifespan_context = lifespan  # type: ignore[assignment]
