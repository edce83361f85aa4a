"""The title of a page, without the name of its site."""

from __future__ import annotations

import re

import lxml.html

from clsassist.text import fold, squeeze

_SEPARATOR = re.compile(r"\s+(?:[|–—·•-]|::)\s+|\s*\|\s*")
# How the part that names a site starts, or what it is.
_SITE = re.compile(
    r"(?:site (?:officiel|internet|web)|bienvenue|accueil|home|ville d|mairie|commune d|communaut[ée] |agglom[ée]ration"
    r"|m[ée]tropole|cc |ca |petr |pays d|pr[ée]fecture|r[ée]gion |conseil |d[ée]partement d|agence r[ée]gionale|ars "
    r"|intranet|portail )|(?:www\.)?[\w.-]+\.(?:fr|org|com|net|eu)$",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(
    r"(?:sans titre|untitled|document|(?:nouvelle )?page|.*\.(?:docx?|html?|pdf|odt|rtf))\s*\d*", re.IGNORECASE
)
_PROGRAM = re.compile(r"^Microsoft Word - ")


def page_title(root: lxml.html.HtmlElement) -> str | None:
    """Return what a page calls itself, None when that is a file name or nothing.

    « Fiche 3 | Ville de X » is « Fiche 3 »: the name of the site is the one that the page gives, or looks like one.
    """
    written = squeeze(_PROGRAM.sub("", squeeze(root.findtext(".//head/title") or "")))
    if not written or _NO_TITLE.fullmatch(written):
        return None
    headings = [squeeze(heading.text_content()) for heading in root.iter("h1")]
    if len(headings) == 1 and headings[0] and fold(written).startswith(fold(headings[0])):
        return headings[0]
    return _without_site(written, _site_names(root))


def _site_names(root: lxml.html.HtmlElement) -> frozenset[str]:
    names = root.xpath("//meta[@property='og:site_name' or @name='application-name']/@content")
    return frozenset(fold(squeeze(str(name))) for name in names)


def _without_site(written: str, names: frozenset[str]) -> str:
    start, end = 0, len(written)
    for cut in reversed(list(_SEPARATOR.finditer(written))):
        if not _names_site(written[cut.end() : end], names):
            break
        end = cut.start()
    for cut in _SEPARATOR.finditer(written, 0, end):
        if not _names_site(written[start : cut.start()], names):
            break
        start = cut.end()
    return written[start:end]


def _names_site(part: str, names: frozenset[str]) -> bool:
    return fold(part) in names or bool(_SITE.match(part))
