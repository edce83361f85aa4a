"""The pages as a web server: every tab behind one guard, and a port that really listens."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount

from clsassist.assistant import Assistant
from clsassist.catalogue import catalogue_of
from clsassist.errors import ClsAssistError, UnknownPageError
from clsassist.feedback import FeedbackStore
from clsassist.generation import Author
from clsassist.live import LiveAssistant
from clsassist.logs import configure_logging
from clsassist.memory import release_regularly
from clsassist.settings import Settings
from clsassist.web.access import Gate, Mode, Proxies
from clsassist.web.answers import answers_router
from clsassist.web.api import api_router
from clsassist.web.api_door import ApiDoor
from clsassist.web.chat_door import ChatDoor
from clsassist.web.corpus_admin import corpus_admin_router
from clsassist.web.documents import documents_router
from clsassist.web.embed import EMBED_PATH, embed_router
from clsassist.web.failures import add_failure_pages
from clsassist.web.feedback import feedback_router
from clsassist.web.fiches import fiches_router
from clsassist.web.guard import UNKNOWN, Guard, Rules
from clsassist.web.health import health_router
from clsassist.web.login import login_router
from clsassist.web.mcp import MCP_PATH, mount_mcp
from clsassist.web.overview import overview_router, warm_overview
from clsassist.web.page import build_page
from clsassist.web.partners import partners_router
from clsassist.web.punctual import PunctualBodies, PunctualProtocol
from clsassist.web.retention import retain_during
from clsassist.web.site import Site, asset, site_header, site_styles
from clsassist.web.statics import statics_router
from clsassist.web.writing import writing_router

logger = logging.getLogger(__name__)

_STYLE = Path(__file__).with_name("style.css")
_WRITING_STYLE = Path(__file__).with_name("writing.css")

# The tabs and services; of two that share an address, the first answers.
_ROUTERS = (
    health_router,
    statics_router,
    login_router,
    documents_router,
    fiches_router,
    partners_router,
    overview_router,
    feedback_router,
    corpus_admin_router,
    answers_router,
    api_router,
    embed_router,
    writing_router,
)

# Visitors whose conversation Gradio remembers, of some hundred kilobytes each; it forgets none before that number. The
# others' browsers send their questions with the next one, and it is prepared again.
_MOST_SESSIONS = 200

# How long the questions being answered or waiting in line have to end when the service stops: less than the ten seconds
# after which containers are killed.
_STOP_SECONDS = 8

# Why a port is refused, in the reader's language.
_REASONS = {
    errno.EADDRINUSE: "un autre programme occupe déjà ce port",
    errno.EACCES: "ce port est réservé à l'administrateur de la machine",
}


def create_app(assistant: LiveAssistant | Assistant, settings: Settings) -> FastAPI:
    """Return the whole service: the assistant at « / », and every other page at its own address."""
    live = LiveAssistant.over(assistant) if isinstance(assistant, Assistant) else assistant
    site = Site(live, settings)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    routers = [build(site) for build in _ROUTERS]
    for router in routers:
        app.include_router(router)
    paths = [route.path for router in routers for route in router.routes if isinstance(route, APIRoute)]
    own = frozenset(f"/{path.split('/')[1]}" for path in (*paths, UNKNOWN))
    if settings.page.mcp:
        mount_mcp(app, site)
        own |= {MCP_PATH}
    _add_endings(app, own - {MCP_PATH})
    add_failure_pages(app, site)
    page = _mount_assistant(app, site)
    retain_during(app, FeedbackStore(settings.page.data_dir, settings.page.feedback_days).enforce_retention)
    _add_layers(app, site, own, page)
    app.state.site = site
    return app


def _add_layers(app: FastAPI, site: Site, own: frozenset[str], assistant: gr.Blocks) -> None:
    # The last one added is the first that a request meets.
    page = site.settings.page
    app.add_middleware(ChatDoor, page=assistant)
    app.add_middleware(PunctualBodies)
    app.add_middleware(Gate, access=site.access)
    app.add_middleware(Guard, rules=_rules(site, own))
    app.add_middleware(Proxies, trusted=page.trusted_proxies)
    app.add_middleware(ApiDoor, origins=page.embed_origins)
    # Pages with tables and pictures weigh ten times less so; streams are left alone.
    app.add_middleware(GZipMiddleware, minimum_size=2_000)


def _add_endings(app: FastAPI, own: frozenset[str]) -> None:
    """Keep from Gradio the addresses under ours that lead nowhere."""

    def end(request: Request) -> Response:
        path = request.url.path
        if request.method == "GET" and path != "/" and path.endswith("/"):
            return RedirectResponse("/" + path.strip("/"), 308)
        raise UnknownPageError(
            "Rien ne se trouve à cette adresse : elle est peut-être incomplète, ou ce qu'elle montrait a été retiré."
        )

    for start in sorted(own):
        for path in (start, f"{start}/{{rest:path}}"):
            app.add_api_route(path, end, methods=["GET", "POST", "DELETE"], include_in_schema=False)


def _rules(site: Site, own: frozenset[str]) -> Rules:
    page = site.settings.page
    icon = f'<link rel="icon" href="{asset("icon.svg")}" type="image/svg+xml">'
    return Rules(
        own=own,
        body_limits={"/corpus/ajouter": page.max_upload_bytes},
        head=icon + site_styles(site.settings),
        header=site_header(site.settings, "/", signed_in=site.access.mode is Mode.PASSWORD),
        framed=frozenset({EMBED_PATH}),
        embed_origins=page.embed_origins,
    )


def _mount_assistant(app: FastAPI, site: Site) -> gr.Blocks:
    settings = site.settings
    page = build_page(site)
    page.state_session_capacity = _MOST_SESSIONS
    # Questions wait in our own line, which says so when one waits too long: Gradio's queue only bounds their number.
    held = settings.page.max_waiting + settings.page.max_concurrent
    page.queue(api_open=False, max_size=settings.page.max_waiting, default_concurrency_limit=held)
    _keep_no_statistics(page)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        show_error=False,
        allowed_paths=[],
        enable_monitoring=False,
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        footer_links=[],
        theme=_theme(),
        css_paths=[_STYLE, *([_WRITING_STYLE] if settings.llm_url else [])],
    )
    return page


def _keep_no_statistics(page: gr.Blocks) -> None:
    # After each event Gradio would draw up a table of the last ten thousand, for a view that is closed here: some ten
    # milliseconds a question on a server that has answered so many.
    page._queue.ANALYTICS_MAX_EVENTS = 0


def _theme() -> gr.themes.Base:
    # Fonts of the reader's machine only: nothing is fetched. The other colours are in style.css.
    fonts = [gr.themes.Font(name) for name in ("system-ui", "Segoe UI", "Roboto", "Arial", "sans-serif")]
    theme = gr.themes.Base(font=fonts, font_mono=[gr.themes.Font("monospace")])
    return theme.set(body_background_fill="#ffffff", body_background_fill_dark="#15171b")


def service_config(app: FastAPI) -> uvicorn.Config:
    """Return how a service speaks HTTP."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        # The journal is set up apart, for every library at once.
        log_config=None,
        server_header=False,
        http=PunctualProtocol,
        # Our own layer does it, for the proxies of the settings.
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
        # Longer than clients and proxies keep an idle connection (5 and 60 s): closed by us, it may be in use again.
        timeout_keep_alive=75,
    )


def serve(assistant: LiveAssistant | Assistant, settings: Settings, announce: Callable[[str], object]) -> None:
    """Serve the page until interrupted; ``announce`` receives one line once the port listens.

    Raises ClsAssistError when the address cannot be used, or when the settings name a model that cannot be asked.
    """
    live = LiveAssistant.over(assistant) if isinstance(assistant, Assistant) else assistant
    configure_logging(settings)
    Author.require(settings)
    with _bind(settings) as listener:
        app = create_app(live, settings)
        config = service_config(app)
        url = f"http://{_display_host(settings.host)}:{listener.getsockname()[1]}"
        server = _AnnouncingServer(config, lambda: announce(f"Page prête : {url}"))
        # Visitors are let in at once; the first of them finds the model loaded, or nearly.
        threading.Thread(target=_begin, args=(live, app.state.site), daemon=True).start()
        stopped = threading.Event()
        threading.Thread(target=release_regularly, args=(stopped,), daemon=True).start()
        # Ctrl+C is how one stops a server, not an incident.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
        stopped.set()


def _begin(live: LiveAssistant, site: Site) -> None:
    try:
        _warm(live)
    finally:
        site.begin()


def _warm(live: LiveAssistant) -> None:
    """Load what the first visitors would wait for: the model, the list of fiches, the pictures, the first questions."""
    try:
        live.warm()
        with live.use() as assistant:
            assistant.starters()
            catalogue_of(assistant)
            warm_overview(assistant)
    except ClsAssistError as error:
        logger.warning("%s", error)


class _AnnouncingServer(uvicorn.Server):
    """A server that says when it listens, and stops without waiting for open pages."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], object]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let go of the open pages, which Gradio would keep until they leave; answer who asked, then end the rest."""
        app = self.config.app
        for route in app.routes if isinstance(app, FastAPI) else ():
            if isinstance(route, Mount) and isinstance(route.app, gr.routes.App):
                route.app.stop_event.set()
        if isinstance(app, FastAPI):
            app.state.site.desk.close()
        await super().shutdown(sockets)
        if isinstance(app, FastAPI):
            app.state.site.close()


def _bind(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        reason = _REASONS.get(error.errno or 0, "ce n'est pas une adresse de cette machine")
        raise ClsAssistError(
            f"La page ne peut pas s'ouvrir sur {settings.host}:{settings.port} : {reason}. "
            "Changez d'adresse ou de port avec « clsassist serve --host ADRESSE --port NUMÉRO »."
        ) from error
    return listener


def _display_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
