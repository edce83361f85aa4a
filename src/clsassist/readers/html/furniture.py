"""What of a page is its content, and what is the site around it, or hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

import lxml.etree
from lxml.html import HtmlElement

from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED


class Verdict(Enum):
    """What to do with an element: as its parent, leave out, tell that it is hidden, enter or leave the content."""

    AS_PARENT = auto()
    OUT = auto()
    HIDDEN = auto()
    CONTENT = auto()
    AROUND = auto()


@dataclass(slots=True)
class _Held:
    """What an element holds: words outside links, and structures that a form is made of."""

    words: int
    structures: int


# Never content.
_MACHINERY = frozenset(
    {"head", "script", "style", "template", "noscript", "noframes", "svg", "canvas", "iframe", "object", "embed"}
    | {"audio", "video", "map", "datalist", "xml", "dialog"}
)
_FRAMES = ("iframe", "object", "embed", "frame")
_NAVIGATION = frozenset({"nav", "menu"})
_NAVIGATION_ROLES = frozenset({"navigation", "search", "menu", "menubar", "toolbar", "dialog", "alertdialog"})
_AROUND = {"banner": "header", "contentinfo": "footer", "complementary": "aside"}
_STRUCTURES = frozenset({"table", "dl", "h1"})
# What an element may be called that is furniture as a rule, unless it holds text or structures.
_CALLED = re.compile(
    r"(?:^|[\s_-])(?:breadcrumbs?|fil-?d?-?ariane|filariane|skip-?links?|share|sharing|partage|partager|reseaux-sociaux|"
    r"social|addtoany|pagination|pager|navbar|navigation|menu|print|imprimer|back-to-top|toolbar|sidebar-nav)(?:$|[\s_-])",
    re.IGNORECASE,
)
# The usual consent managers, and their like: they hold headings and boxes of their own.
_CONSENT = re.compile(
    r"tarteaucitron|axeptio|didomi|onetrust|cookiebot|klaro|complianz|orejime|cmplz-|"
    r"(?:^|[\s_-])(?:cookies?|consent|rgpd|gdpr)(?:[\s_-]*(?:banner|bandeau|notice|bar|popup|modal|law|manager|wrapper))?(?:$|\s)",
    re.IGNORECASE,
)
_MOST_WORDS = 40  # more than this outside links is no furniture

_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|"
    r"(?:font-size|opacity)\s*:\s*0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:!important\s*)?(?:;|$)",
    re.IGNORECASE,
)
_RULE = re.compile(r"([^{}@<>]{1,400})\{([^{}]*)\}")
_NAMED = re.compile(r"[\w-]*([.#][\w-]+)$")
_MOST_STYLE = 200_000
_OPENED_BY = ("aria-controls", "data-target", "data-bs-target", "href")


class Furniture:
    """The page looked over once: what may be furniture, and what that holds."""

    def __init__(self, body: HtmlElement) -> None:
        self._hiding = _hiding_names(body.getroottree().getroot())
        self._opened = _opened(body)
        self._held: dict[HtmlElement, _Held] = {}
        self._survey(body)
        self.main = _main(body)

    def judge(self, element: HtmlElement, *, in_content: bool) -> Verdict:
        """Say what an element is, from its name and what it holds."""
        if element.tag in _MACHINERY and not _is_shadow_root(element):
            return Verdict.OUT
        held = self._held.get(element)
        if held is not None:
            if self._hides(element, held):
                return Verdict.HIDDEN
            if self._is_furniture(element, held):
                return Verdict.OUT
        if element is self.main or (not in_content and element.tag in _STRUCTURES):
            return Verdict.CONTENT
        if in_content and _around(element) and not self._within_content(element):
            return Verdict.AROUND
        return Verdict.AS_PARENT

    def _survey(self, body: HtmlElement) -> None:
        """Count, in one pass, what each doubtful element holds."""
        words = structures = links = 0
        for event, element in lxml.etree.iterwalk(body, events=("start", "end")):
            tag = element.tag
            if event == "start":
                links += tag in ("a", "button")
                structures += tag in _STRUCTURES
                if self._is_doubtful(element):
                    self._held[element] = _Held(-words, -structures)
                text = element.text if tag not in _MACHINERY else None
            else:
                links -= tag in ("a", "button")
                if element in self._held:
                    self._held[element].words += words
                    self._held[element].structures += structures
                text = element.tail
            if text and not links:
                words += len(text.split())
                structures += BOX_CLEAR in text or BOX_TICKED in text

    def _is_doubtful(self, element: HtmlElement) -> bool:
        names = _names(element)
        return (
            element.tag in _NAVIGATION
            or (element.get("role") or "") in _NAVIGATION_ROLES
            or bool(names.strip() and (_CALLED.search(names) or _CONSENT.search(names)))
            or element.get("hidden") is not None
            or element.get("aria-hidden") == "true"
            or "style" in element.attrib
            or not self._hiding.isdisjoint(_css_names(element))
        )

    def _hides(self, element: HtmlElement, held: _Held) -> bool:
        if element.get("aria-hidden") == "true" and not held.structures and held.words <= _MOST_WORDS:
            return True  # a picture or a repetition: a whole page is marked so below an open window
        hidden = (
            element.get("hidden", "until-found") != "until-found"
            or bool(_HIDDEN_STYLE.search(element.get("style") or ""))
            or not self._hiding.isdisjoint(_css_names(element))
        )
        # What a visitor can open, a tab or an accordion, is content.
        opened = element.get("role") == "tabpanel" or element.get("id") in self._opened
        return hidden and not opened

    def _is_furniture(self, element: HtmlElement, held: _Held) -> bool:
        names = _names(element)
        if element.get("role") in ("dialog", "alertdialog") or _CONSENT.search(names):
            return element.tag not in ("html", "body", "main", "article")
        if held.structures or element.tag in ("html", "body", "main", "article"):
            return False
        if element.tag in _NAVIGATION or element.get("role") in _NAVIGATION_ROLES:
            return True
        return bool(_CALLED.search(names)) and held.words <= _MOST_WORDS

    def _within_content(self, element: HtmlElement) -> bool:
        if _around(element) == "aside" and self.main is None:
            return True
        return next(element.iterancestors("article", "section", "main", "td", "li", "blockquote"), None) is not None


def embedded(body: HtmlElement) -> list[str]:
    """List the addresses of the documents that a page shows within itself."""
    found = (element.get("src") or element.get("data") or "" for element in body.iter(*_FRAMES))
    return [address for address in found if address and not address.startswith(("about:", "javascript:"))]


def _main(body: HtmlElement) -> HtmlElement | None:
    """Return the one main part that a page declares, or its one article."""
    for query in (".//main | .//*[@role='main']", ".//article"):
        found = body.xpath(query)
        outer = [element for element in found if not any(parent in found for parent in element.iterancestors())]
        if len(outer) == 1:
            return outer[0]
        if outer:
            return None
    return None


def _around(element: HtmlElement) -> str | None:
    tag = str(element.tag)
    return tag if tag in _AROUND.values() else _AROUND.get(element.get("role") or "")


def _is_shadow_root(element: HtmlElement) -> bool:
    return (element.tag == "template" and element.get("shadowrootmode") is not None) or (
        element.tag == "dialog" and element.get("open") is not None
    )


def _names(element: HtmlElement) -> str:
    return f"{element.get('id') or ''} {element.get('class') or ''}".strip()


def _css_names(element: HtmlElement) -> set[str]:
    names = {f".{name}" for name in (element.get("class") or "").split()}
    return names | {f"#{element.get('id')}"} if element.get("id") else names


def _opened(body: HtmlElement) -> frozenset[str]:
    """List the parts that a link or a button opens."""
    values = (element.get(name) or "" for name in _OPENED_BY for element in body.xpath(f".//*[@{name}]"))
    return frozenset(value.lstrip("#") for value in values if value.lstrip("#") and (" " not in value))


def _hiding_names(root: HtmlElement) -> frozenset[str]:
    """List the classes and names that the page's own style sheets hide, by a rule for them alone, last rule first."""
    hiding: set[str] = set()
    sheet = "\n".join(style.text or "" for style in root.iter("style"))[:_MOST_STYLE].replace("<!--", "")
    for rule in _RULE.finditer(_without_media(sheet)):
        hides = bool(_HIDDEN_STYLE.search(rule.group(2)))
        for selector in rule.group(1).split(","):
            named = _NAMED.fullmatch(selector.strip())
            if named and hides:
                hiding.add(named.group(1))
            elif named and "display" in rule.group(2):
                hiding.discard(named.group(1))
    return frozenset(hiding)


def _without_media(sheet: str) -> str:
    return "".join(_outer_rules(sheet))


def _outer_rules(sheet: str) -> Iterator[str]:
    """Yield a style sheet without its blocks of rules for other media: paper, small screens."""
    depth = 0
    for piece in re.split(r"(@[^{};]*\{|[{}])", sheet):
        if piece.startswith("@") or (depth and piece == "{"):
            depth += 1
        elif depth and piece == "}":
            depth -= 1
        elif not depth:
            yield piece
