"""Which plan each document belongs to: its title page says it, or its fiches do, or its neighbours."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clsassist.lexicon import Lexicon
from clsassist.parsing.headings import line_to_heading
from clsassist.records import Action, BlockKind, Document, Plan, Section
from clsassist.text import fold, squeeze

_TITLE = re.compile(
    r"^(?:le\s+)?(?:plan|contrat|projet|programme|sch[ée]ma|strat[ée]gie|feuille de route|charte|cls|clsm|ptsm|prse?)\b"
    r"\s.{1,90}$",
    re.IGNORECASE,
)
_MONTHS = "janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre"
_DATE = re.compile(rf"^(?:le \d{{1,2}} )?(?:{_MONTHS}) (?:19|20)\d\d$", re.IGNORECASE)
# Not the end of a period: « de janvier 2024 à décembre 2026 ».
_CLOSING_DATE = re.compile(
    rf"^.{{0,70}}(?<!\bà)(?<!\ben)(?<!\bde)(?<!\bau)(?<!\bet)(?<!ici)(?<!fin)\s(?P<date>(?:{_MONTHS}) (?:19|20)\d\d)$",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"^(?:(?:projet|version|document)s?\s+(?:vot|adopt|valid|sign|approuv|provisoire|de travail|d[ée]finiti|final"
    r"|soumis|martyr|interm[ée]diaire|consolid)\w*\b.{0,40}"
    r"|brouillon|draft|provisoire|confidentiel|(?:version|v)\s?\d+(?:\.\d+)*.{0,30})$",
    re.IGNORECASE,
)
# The name of a plan inside a header: « Fiche action – Contrat local de santé du Pays de… ».
_NAMED = re.compile(
    r"(?:contrats? (?:local|locaux|territorial|de ville)|\bCLS(?:M|PD)?\b|\bPTSM\b|\bPRSE?\b"
    r"|projet (?:territorial|r[ée]gional|local)"
    r"|plan (?:sant[ée]|local|territorial|d[ée]partemental|r[ée]gional|communal|climat|d['’]actions?|alimentaire)"
    r"|programme (?:r[ée]gional|local|territorial)|conseil local de sant[ée])\b.{0,90}",
    re.IGNORECASE,
)
_NAMED_PLACE = re.compile(
    r"\b(?:CLS|CLSM|PTSM|sant[ée](?: mentale| publique)?)\s+(?:du |de la |de l['’]|des |de |d['’])?"
    r"(?P<place>[A-ZÀ-Ý][^–—|0-9]{2,60}?)\s*(?:[–—]|\s-\s|(?:19|20)\d\d|$)"
)
_GENERIC = re.compile(
    r"\([^()]*\)|\bterritoires? du cls\b|^(?:petr|pays du petr|territoire)\b(?: d[eu]s? )?", re.IGNORECASE
)
_HEAD_BLOCKS = 40
_HEAD_LINES = 12  # a title page holds its title among its first lines


@dataclass(frozen=True, slots=True)
class Reading:
    """What one document yielded, before its plan is known."""

    document: Document
    actions: tuple[Action, ...]
    sections: tuple[Section, ...]


def document_date(document: Document) -> str | None:
    """Return the date a document gives itself, such as « Janvier 2021 ».

    It stands alone on its line, or ends a short line of the title page, of the last lines or of a header.
    """
    outside = (block.span.of(document.text) for block in document.blocks if block.table is None)
    lines = [squeezed for line in outside if (squeezed := squeeze(line))]
    alone = next((line for line in reversed(lines) if _DATE.match(line)), None)
    edges = (*reversed(lines[-_HEAD_LINES:]), *lines[:_HEAD_LINES], *document.margins)
    closing = (match.group("date") for line in edges if (match := _CLOSING_DATE.match(line)))
    return alone or next(closing, None)


def document_status(document: Document) -> str | None:
    """Return how far a document says it has come, such as « Projet voté », in its margins or alone on a line."""
    lines = [*document.margins, *map(squeeze, document.text.splitlines())]
    return next((line for line in lines if _STATUS.match(line)), None)


def own_plan(reading: Reading, lexicon: Lexicon) -> Plan:
    """Return the plan of a document as it alone tells it."""
    years = [year for action in reading.actions for year in (action.first_year, action.last_year) if year]
    first, last = (min(years), max(years)) if years else (None, None)
    title = _title_page(reading.document)
    territoire = _territoire(reading) or _named_territoire(title) or _departement(reading.document.text, lexicon)
    if title:
        return Plan(title, territoire, first, last)
    return Plan(_name(reading, territoire, first, last), territoire, first, last, "fiches" if territoire else "")


def settle_plans(own: Sequence[tuple[str, Plan]]) -> list[Plan]:
    """Return the plan of each document, told by its id and its own plan; documents of one plan share its name."""
    identifiers = [identifier for identifier, _ in own]
    widened = _by_years([plan for _, plan in own])
    plans = [_widen(plan, widened[_years(plan)]) for _, plan in own]
    settled = _by_years(plans)
    return [
        _from_neighbours(plan, identifier, settled[_years(plan)])
        for identifier, plan in zip(identifiers, plans, strict=True)
    ]


def _years(plan: Plan) -> tuple[int | None, int | None]:
    return plan.first_year, plan.last_year


def _by_years(plans: Sequence[Plan]) -> Mapping[tuple[int | None, int | None], Sequence[Plan]]:
    """Gather the different plans of the same years, in their order: only these complete each other."""
    gathered: dict[tuple[int | None, int | None], dict[Plan, None]] = {}
    for plan in plans:
        gathered.setdefault(_years(plan), {})[plan] = None
    return {years: tuple(held) for years, held in gathered.items()}


def _name(reading: Reading, territoire: str | None, first: int | None, last: int | None) -> str:
    mentions_cls = re.search(r"\bCLS\b|contrat local de santé", reading.document.text, re.IGNORECASE)
    kind = "CLS" if mentions_cls else "Plan"
    years = f" {first}-{last}" if first and last else ""
    return f"{kind} {territoire or reading.document.id}{years}"


def _title_page(document: Document) -> str | None:
    """Return the name of the plan as its title page, its header or the properties of the file give it."""
    first = itertools.islice(document.blocks, _HEAD_BLOCKS)
    lines = [squeeze(block.span.of(document.text)) for block in first if block.table is None][:_HEAD_LINES]
    found = next((line for line in (document.title or "", *lines) if _is_plan_title(line)), None)
    named = (match.group() for line in (*document.margins, document.title or "") if (match := _NAMED.search(line)))
    found = found or next((name.rstrip(" .–—-|") for name in named if len(name.split()) >= 3), None)
    found = found or _first_heading(document)
    return found.title() if found and found.isupper() else found


def _territoire(reading: Reading) -> str | None:
    counts: Counter[str] = Counter()
    for action in reading.actions:
        for found in action.fields:
            if found.key == "territoire" and found.items:
                name = squeeze(_GENERIC.sub(" ", found.items[0].text))
                counts.update([name] if any(word[0].isupper() for word in name.split()) else [])
    return counts.most_common(1)[0][0] if counts else None


def _is_plan_title(line: str) -> bool:
    return _TITLE.match(line) is not None and line_to_heading(line) is None


def _first_heading(document: Document) -> str | None:
    """Return the heading that a document opens with, when it is as high as any and opens no fiche nor axe."""
    first = document.blocks[0] if document.blocks else None
    if first is None or first.kind is not BlockKind.HEADING or first.level != 1:
        return None
    words = squeeze(first.span.of(document.text))
    return words if len(words.split()) >= 3 and line_to_heading(words) is None else None


def _named_territoire(title: str | None) -> str | None:
    """Return the place that the name of a plan ends with: « Contrat local de santé du Pays de… 2025-2029 »."""
    match = _NAMED_PLACE.search(title) if title else None
    return match.group("place").strip(" –—-") if match else None


def _departement(text: str, lexicon: Lexicon) -> str | None:
    """Return the département that a text names most, when it names it at least three times."""
    folded = fold(text)
    counts = {name: len(re.findall(rf"\b{re.escape(fold(name))}\b", folded)) for _, name in lexicon.departements}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= 3 else None


def _widen(plan: Plan, others: Sequence[Plan]) -> Plan:
    """Give a fiche that reaches beyond its plan's territory the name of the plan."""
    for other in others if plan.deduced else ():
        if other.territoire and (plan.territoire or "").startswith(f"{other.territoire} "):
            return replace(other, deduced="fiches voisines")
    return plan


def _from_neighbours(plan: Plan, identifier: str, others: Sequence[Plan]) -> Plan:
    """Name the plan of a fiche that does not say its territory: the file name and the years may."""
    if plan.territoire or not plan.name.endswith(_suffix(plan, identifier)):
        return plan
    words = set(identifier.split("-"))
    for other in others:
        if other.territoire and words & set(fold(other.territoire).split()):
            return replace(other, deduced="nom du fichier")
    return plan


def _suffix(plan: Plan, identifier: str) -> str:
    years = f" {plan.first_year}-{plan.last_year}" if plan.first_year and plan.last_year else ""
    return f"{identifier}{years}"
