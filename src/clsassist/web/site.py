"""What every page of ours is made with: the settings, the assistant on loan, the templates and the common header."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from clsassist.live import LiveAssistant
from clsassist.settings import PageSettings, Settings, luminance
from clsassist.web.access import Access, visitor_of
from clsassist.web.asking import Answering, AssistantInLine, Line
from clsassist.web.desk import Desk
from clsassist.web.markdown import plain, prose

ASSETS = Path(__file__).with_name("assets")
TEMPLATES = Path(__file__).with_name("templates")

NOTICE = "Réponses automatiques : extraits des documents, sans génération. Le document officiel prévaut."
# Where a model may write too.
WRITTEN_NOTICE = (
    "Réponses automatiques : extraits des documents ; ce qu'un modèle rédige est signalé. Le document officiel prévaut."
)
# The tabs: what each is called, and its address.
TABS = (
    ("Assistant", "/"),
    ("Fiches", "/fiches"),
    ("Partenaires", "/partenaires"),
    ("Vue d'ensemble", "/vue-d-ensemble"),
    ("Corpus", "/corpus"),
)
# Where our pictures, styles and scripts are served.
STATIC = "/statique"
THEME = "theme.css"
LOGO = "logo"


@dataclass(frozen=True, slots=True)
class Site:
    """What a page needs to answer: the assistant on loan, the settings, and who may do what.

    Raises ConfigurationError when the settings would open the page to a network by accident.
    """

    live: LiveAssistant
    settings: Settings = field(default_factory=Settings)
    access: Access = field(init=False, repr=False, compare=False)
    line: Line = field(init=False, repr=False, compare=False)
    desk: Desk = field(init=False, repr=False, compare=False)
    # What is begun once the service listens, and what it must end with itself, in order.
    beginnings: list[Callable[[], None]] = field(default_factory=list, init=False, repr=False, compare=False)
    endings: list[Callable[[], None]] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Build what follows from the settings, once for the service."""
        object.__setattr__(self, "access", Access(self.settings))
        object.__setattr__(self, "line", Line(self.settings))
        object.__setattr__(self, "desk", Desk(self.settings.llm_concurrent))
        self.endings.extend((self.desk.close, self.line.close))

    def begin(self) -> None:
        """Begin what the service does by itself, without being asked."""
        for begin in self.beginnings:
            begin()

    def close(self) -> None:
        """End what was started for the service, then release the index."""
        for end in self.endings:
            end()
        self.live.close()

    def put_off(self, client: str, count: int = 1) -> str:
        """Count questions of a client; return the sentence that puts it off, '' when they may be answered.

        For the conversation's page: the gate counts by itself what is asked through the API and the other doors.
        """
        return "" if self.access.allow_question(client, count) else self.access.put_off(client)

    @contextmanager
    def lend(self) -> Iterator[Answering]:
        """Lend the assistant of the build in service; each question asked of it waits in line. Raises as « use »."""
        with self.live.loan() as loan:
            yield AssistantInLine(loan, self.line, writes=bool(self.settings.llm_url))

    def render(
        self, request: Request, template: str, *, title: str, status: int = 200, **context: object
    ) -> HTMLResponse:
        """Return a page: ``title`` is its own, said before that of the site in the browser's tab."""
        html = (
            _environment().get_template(template).render(self._common(request), title=title, request=request, **context)
        )
        return HTMLResponse(html, status, headers={"Cache-Control": "private, no-cache"})

    def _common(self, request: Request) -> Mapping[str, Any]:
        header = site_header(self.settings, request.url.path, signed_in=visitor_of(request).signed_in)
        originals = not self.settings.hide_personal_data
        return {"site": self.settings.page, "originals": originals, "header": Markup(header), **_head(self.settings)}


def site_header(settings: Settings, current: str, *, signed_in: bool = False) -> str:
    """Return the header of every page as HTML: skip link, title, permanent notice, tabs and the way out.

    ``current`` is the path of the page: its tab is marked, and on the assistant the title is the page's own.
    """
    return (
        _environment()
        .get_template("header.html")
        .render(
            site=settings.page,
            logo=asset_url(LOGO, logo_bytes(settings.page)) if settings.page.logo else "",
            notice=WRITTEN_NOTICE if settings.llm_url and current == "/" else NOTICE,
            tabs=[(name, address, _is_under(current, address)) for name, address in TABS],
            home=current == "/",
            signed_in=signed_in,
        )
    )


def site_styles(settings: Settings) -> str:
    """Return the links to the common style sheets, for a page that is not made from our templates."""
    return "".join(f'<link rel="stylesheet" href="{address}">' for address in _head(settings)["styles"])


def _head(settings: Settings) -> dict[str, Any]:
    return {"styles": (asset("base.css"), asset_url(THEME, theme_css(settings.page).encode()))}


def _is_under(path: str, address: str) -> bool:
    return path == address or (address != "/" and path.startswith(f"{address}/"))


def asset(name: str) -> str:
    """Return the address of a file of ours, which changes with its content so that browsers may keep it.

    >>> asset("base.css").startswith("/statique/base.css?v=")
    True
    """
    return asset_url(name, (ASSETS / name).read_bytes())


def asset_url(name: str, content: bytes) -> str:
    """Return the address of some content served under a name."""
    return f"{STATIC}/{name}?v={sha256(content).hexdigest()[:12]}"


def logo_bytes(page: PageSettings) -> bytes:
    """Return the deployer's logo, or nothing when there is none or it cannot be read."""
    try:
        return page.logo.read_bytes() if page.logo else b""
    except OSError:
        return b""


def theme_css(page: PageSettings) -> str:
    """Return the style sheet of the deployer's accent: on white, and lightened until it reads on a dark ground."""
    if page.accent == PageSettings().accent:
        return ""
    light, dark = _accent_tokens(page.accent, dark=False), _accent_tokens(page.accent, dark=True)
    return f":root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}"


def _accent_tokens(accent: str, *, dark: bool) -> str:
    red, green, blue = (int(accent[place : place + 2], 16) / 255 for place in (1, 3, 5))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    if not dark:
        shades = {"accent": accent, "accent-strong": _darkened(accent), "accent-pale": _shade(hue, 0.94, saturation)}
    else:
        # Seven times the contrast of black: what a pale blue has on the dark ground of base.css.
        steps = (_shade(hue, step / 100, saturation) for step in range(60, 101))
        readable = next(shade for shade in steps if (luminance(shade) + 0.05) / 0.05 >= 9)
        shades = {"accent": readable, "accent-strong": "#ffffff", "accent-pale": _shade(hue, 0.22, saturation * 0.6)}
    return ";".join(f"--cls-{name}:{value}" for name, value in shades.items())


def _darkened(colour: str) -> str:
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part * 0.72):02x}" for part in parts)


def _shade(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))


def _number(value: float) -> str:
    r"""Write a number as French does.

    >>> _number(1234567), _number(0.5)
    ('1\u202f234\u202f567', '0,5')
    """
    return f"{value:,}".replace(",", "\u202f").replace(".", ",")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        prose=lambda text: Markup(prose(str(text))), plain=lambda text: Markup(plain(str(text))), nombre=_number
    )
    environment.globals.update(asset=asset)
    return environment
