"""The files of our pages: styles, scripts, pictures, the deployer's logo and colours."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clsassist.errors import UnknownPageError
from clsassist.web.site import ASSETS, LOGO, STATIC, THEME, Site, asset, asset_url, logo_bytes, theme_css

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}
# An address carries the digest of its content: what it names never changes.
_FOR_EVER = "public, max-age=31536000, immutable"


def statics_router(site: Site) -> APIRouter:
    """Return the route of the files of our pages."""
    router = APIRouter()

    @router.get(STATIC + "/{name}", include_in_schema=False)
    def send_file(request: Request, name: str) -> Response:
        content, kind = _find(site, name)
        is_versioned = asset_url(name, content).endswith(f"?{request.url.query}")
        return Response(content, media_type=kind, headers={"Cache-Control": _FOR_EVER if is_versioned else "no-cache"})

    @router.get("/favicon.ico", include_in_schema=False)
    def send_icon() -> Response:
        # Asked for by browsers where no page names an icon, as beside a PDF.
        return RedirectResponse(asset("icon.svg"), 308)

    return router


def _find(site: Site, name: str) -> tuple[bytes, str]:
    page = site.settings.page
    if name == THEME:
        return theme_css(page).encode(), _TYPES[".css"]
    if name == LOGO and page.logo:
        return logo_bytes(page), _TYPES[page.logo.suffix.lower()]
    # Only a name that the folder lists: what comes from the address never makes a path.
    for path in ASSETS.iterdir():
        if path.name == name and path.suffix in _TYPES:
            return path.read_bytes(), _TYPES[path.suffix]
    raise UnknownPageError("Ce fichier n'existe pas.")
