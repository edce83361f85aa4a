"""The page as a web server: the page behind its guard, a health check, and a port that really listens."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.routing import Mount

from clsassist.assistant import Assistant
from clsassist.errors import ClsAssistError
from clsassist.settings import Settings
from clsassist.web.guard import Guard
from clsassist.web.page import build_page

_STYLE = Path(__file__).with_name("style.css")

# Questions waiting in line; beyond this number the visitor is asked to try again.
_MAX_WAITING = 32
# Answers are computed in threads; more of them than this slow each other down on a small machine.
_CONCURRENT = 4

# Why a port is refused, in the reader's language.
_REASONS = {
    errno.EADDRINUSE: "un autre programme occupe déjà ce port",
    errno.EACCES: "ce port est réservé à l'administrateur de la machine",
}


def create_app(assistant: Assistant, settings: Settings) -> FastAPI:
    """Return the whole service: the page at « / » and « /healthz »."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    page = build_page(assistant, settings)
    page.queue(api_open=False, max_size=_MAX_WAITING, default_concurrency_limit=_CONCURRENT)
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
        css_paths=[_STYLE],
    )
    app.add_middleware(Guard)
    return app


def _theme() -> gr.themes.Base:
    # Fonts of the reader's machine only: nothing is fetched. The other colours are in style.css.
    fonts = [gr.themes.Font(name) for name in ("system-ui", "Segoe UI", "Roboto", "Arial", "sans-serif")]
    theme = gr.themes.Base(font=fonts, font_mono=[gr.themes.Font("monospace")])
    return theme.set(body_background_fill="#ffffff", body_background_fill_dark="#15171b")


def serve(assistant: Assistant, settings: Settings, announce: Callable[[str], object]) -> None:
    """Serve the page until interrupted; ``announce`` receives one line once the port listens.

    Raises ClsAssistError when the address cannot be used.
    """
    with _bind(settings) as listener:
        config = uvicorn.Config(
            create_app(assistant, settings),
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        url = f"http://{_display_host(settings.host)}:{listener.getsockname()[1]}"
        server = _AnnouncingServer(config, lambda: announce(f"Page prête : {url}"))
        # Ctrl+C is how one stops a server, not an incident.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


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
        """Stop at once: Gradio keeps a connection for each open page until it is told."""
        app = self.config.app
        for route in app.routes if isinstance(app, FastAPI) else ():
            if isinstance(route, Mount) and isinstance(route.app, gr.routes.App):
                route.app.stop_event.set()
        await super().shutdown(sockets)


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
