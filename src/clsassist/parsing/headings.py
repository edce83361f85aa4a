"""Lines that open a part of a plan: axe, objectif, thématique, fiche, and those that are page furniture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from clsassist.records import Span


class Part(StrEnum):
    """What a heading opens."""

    AXE = "axe"
    OBJECTIF = "objectif"
    THEMATIQUE = "thematique"
    FICHE = "fiche"
    SUMMARY = "sommaire"
    SECTION = "section"
    FURNITURE = "furniture"


# The parts that say where a fiche stands, and the fields that they make.
PLACES = {Part.AXE: "axe", Part.OBJECTIF: "objectif_strategique", Part.THEMATIQUE: "thematique"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line: ``number`` and ``title`` are None when absent; ``title_start`` is an offset in the line."""

    part: Part
    number: str | None
    title: str | None
    title_start: int


# The number itself (15, 3.1.2, 2-1, A2, B.3, IV), and the separator between it and a title.
_NUMBER = r"(?P<number>\d+(?:[.-]\d+)*|[A-Z]\.?\d+(?:\.\d+)*|[IVX]+\b)"
_SEPARATOR = r"\s*[:.–/—|•-]?\s*"
_MARK = r"\s*[:.–—|•-]\s*"
_TITLE = r"(?P<title>\S.*)?$"
_NO = r"(?:n\s?°|n°|nº|no\.?|n)"

_PATTERNS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    (
        Part.FICHE,
        re.compile(rf"fiches?[- ]?(?:actions?|projets?|mesures?)\s*{_NO}?\s*{_NUMBER}{_SEPARATOR}{_TITLE}", re.I),
    ),
    (
        Part.FICHE,
        re.compile(
            rf"(?:fiche|action|mesure|projet|engagement|proposition|op[ée]ration)\s*(?:n\s?°|nº|no\.?)\s*{_NUMBER}{_SEPARATOR}{_TITLE}",
            re.I,
        ),
    ),
    (Part.FICHE, re.compile(rf"(?:fiche|action|mesure)\s+{_NUMBER}(?:{_MARK}{_TITLE}|\s*(?P<none>)$)", re.I)),
    # A fiche without a number: « Fiche action : Animer le contrat ».
    (Part.FICHE, re.compile(r"fiches?[- ]?(?:actions?|projets?|mesures?)\s*[:–—]\s*(?P<title>[^\W\d_].*)$", re.I)),
    # Nothing but a space: only before a title that starts with a capital, see _is_title.
    (Part.FICHE, re.compile(rf"(?:fiche|action|mesure)\s+{_NUMBER}\s+(?P<title>[^\W\d_].*)$", re.I)),
    (Part.AXE, re.compile(rf"axe(?:\s+strat[ée]gique)?\s*(?:n\s?°)?\s*{_NUMBER}{_SEPARATOR}{_TITLE}", re.I)),
    (
        Part.AXE,
        re.compile(
            rf"(?:orientation(?:\s+strat[ée]gique)?|priorit[ée]|enjeu|volet|ambition|d[ée]fi|pilier)"
            rf"\s*(?:n\s?°)?\s*{_NUMBER}{_MARK}(?P<title>\S.*)$",
            re.I,
        ),
    ),
    (Part.OBJECTIF, re.compile(rf"objectif(?:\s+strat[ée]gique)?\s+(?:n\s?°\s?)?{_NUMBER}{_MARK}{_TITLE}", re.I)),
    (Part.THEMATIQUE, re.compile(rf"th[ée]matique\s*(?:n\s?°)?\s*(?:{_NUMBER})?\s*:\s*{_TITLE}", re.I)),
    (Part.SUMMARY, re.compile(r"(?P<title>sommaire|table des mati[èe]res)\s*$", re.I)),
    (Part.FURNITURE, re.compile(r"(?P<title>projet vot?[ée]?|page \d+(?: ?(?:/|sur) ?\d+)?|page)\s*$", re.I)),
    (
        Part.SECTION,
        re.compile(
            r"(?P<title>abr[ée]viations|glossaire|sigles(?: et acronymes)?|"
            r"contacts?|annexes?|introduction|pr[ée]ambule|objectifs?)\s*:?\s*$",
            re.I,
        ),
    ),
)


def line_to_heading(line: str) -> Heading | None:
    """Return what a line opens, or None for ordinary text.

    >>> line_to_heading("Fiche-action n°3 : Renforcer l'accès aux soins").number
    '3'
    """
    for part, pattern in _PATTERNS:
        match = pattern.match(line)
        if match and _is_title(part, match):
            title = match.groupdict().get("title")
            return Heading(part, match.groupdict().get("number"), title, match.start("title") if title else len(line))
    return None


def _is_title(part: Part, match: re.Match[str]) -> bool:
    """Tell « Action 1 Aménager… », a heading, from « Action 1 du plan »."""
    groups = match.groupdict()
    if part is not Part.FICHE or not groups.get("title") or not groups.get("number"):
        return True
    spaced = match.string[match.end("number") : match.start("title")].isspace()
    return not spaced or groups["title"][0].isupper()


_TITLE_NUMBER = (
    r"(?:(?:fiche|action|mesure|projet)\s*(?:n\s?°)?\s*)?(?P<number>\d+(?:[.-]\d+)*|[A-Z]\.?\d+(?:\.\d+)*)"
    r"{mark}(?=[^\W\d_]{{2}})"
)
_MARKED = re.compile(_TITLE_NUMBER.format(mark=r"\s*[–—:.)|-]+\s*"), re.IGNORECASE)
_SPACED = re.compile(_TITLE_NUMBER.format(mark=r"\s+"), re.IGNORECASE)


def split_number(span: Span, text: str, *, heading: bool = False) -> tuple[str | None, Span]:
    """Part the number from a title such as « 3.1 – Développer… »: (number or None, span of the title).

    A mark stands between them, or a mere space in a heading.
    """
    match = _MARKED.match(text, span.start, span.end) or (
        _SPACED.match(text, span.start, span.end) if heading else None
    )
    if match is None or re.fullmatch(r"(?:19|20)\d\d", match.group("number")):
        return None, span
    return match.group("number"), Span(match.end(), span.end)
