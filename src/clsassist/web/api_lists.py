"""Records to the JSON of the HTTP API. Pure functions over a registry."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

from clsassist.catalogue import Facet, Filters, Row, pairs_to_filters, slug
from clsassist.contracts import answer_to_payload
from clsassist.engagement_sheet import Commitment, Contact, Organisation, Part, Published, Sheet
from clsassist.parsing.plans import document_status
from clsassist.records import Answer, Document
from clsassist.registry import Registry
from clsassist.web.api_models import ActionQuery

PREFIX = "/api/v1"

# Which edition of the index answered: it changes whenever the corpus does.
BUILD_HEADER = "Clsassist-Index"

_KEY = re.compile(r"[a-z0-9.-]+")

Found = TypeVar("Found")


def answer_to_json(answer: Answer) -> dict[str, object]:
    """Return the contract's form of an answer, then the questions that it proposes."""
    return {**answer_to_payload(answer), "choices": list(answer.choices)}


def row_to_summary(row: Row) -> dict[str, object]:
    """Return what a list says of an action; ``filters`` are the values by which a filter finds it."""
    action = row.action
    return {
        "id": action.id,
        "document": row.document,
        "number": action.number,
        "title": action.title,
        "plan": row.plan,
        "axe": action.axe,
        "objectif": action.objectif,
        "thematique": action.thematique,
        "first_year": action.first_year,
        "last_year": action.last_year,
        "page": action.page,
        "filters": {facet.value: [value.key for value in row.said(facet)] for facet in Facet},
        "url": f"{PREFIX}/actions/{quote(action.id, safe='')}",
    }


def query_to_filters(query: ActionQuery) -> Filters:
    """Return the filters of the list of fiches; a value may be its key or the words shown for it.

    >>> query_to_filters(ActionQuery(public=("Élus", "personnes-agees"))).of(Facet.PUBLIC)
    ('elus', 'personnes-agees')
    """
    chosen = [(facet.value, _key(facet, value)) for facet in Facet for value in getattr(query, facet.value)]
    return pairs_to_filters([("q", query.q), *chosen])


def _key(facet: Facet, value: str) -> str:
    # Names of organisations are resolved as typed, and an axe is told by its plan too.
    as_typed = facet in (Facet.PORTEUR, Facet.PARTENAIRE, Facet.AXE) or _KEY.fullmatch(value)
    return value if as_typed else slug(value)


def organisation_to_summary(organisation: Organisation) -> dict[str, object]:
    """Return what a list says of an organisation."""
    return {
        "name": organisation.name,
        "long_form": organisation.long_form,
        "written": list(organisation.written),
        "actions": organisation.actions,
        "parts": {part.value: organisation.count(part) for part in Part if organisation.count(part)},
        "url": f"{PREFIX}/partners/{quote(organisation.name, safe='')}",
    }


def document_to_summary(
    document: Document, registry: Registry, actions: int, *, originals: bool = True
) -> dict[str, object]:
    """Return what a list says of a document; ``originals`` says whether its file may be opened."""
    plan = registry.plans[document.id]
    return {
        "path": document.path,
        "title": document.title,
        "plan": plan.name,
        "plan_deduced": plan.deduced,
        "territoire": plan.territoire,
        "first_year": plan.first_year,
        "last_year": plan.last_year,
        "dated": registry.dates[document.id],
        "status": document_status(document),
        "sha256": document.sha256,
        "actions": actions,
        "url": f"{PREFIX}/documents/{quote(document.path)}",
        "file": f"/documents/{quote(document.path)}" if originals else None,
    }


def document_to_json(
    document: Document, registry: Registry, rows: Iterable[Row], *, with_text: bool, originals: bool = True
) -> dict[str, object]:
    """Return everything of a document but its blocks; its text only when asked for."""
    own = [row_to_summary(row) for row in rows if row.action.document_id == document.id]
    warnings = [{"message": one.message, "line": one.line, "page": one.page} for one in document.warnings]
    return {
        **document_to_summary(document, registry, len(own), originals=originals),
        "warnings": warnings,
        "items": own,
        "text": document.text if with_text else None,
    }


def documents_to_json(registry: Registry, *, originals: bool = True) -> dict[str, object]:
    """Return every document, and the files that could not be read."""
    counts = Counter(action.document_id for action in registry.actions.values())
    items = [
        document_to_summary(one, registry, counts[one.id], originals=originals) for one in registry.documents.values()
    ]
    unreadable = [{"path": path, "reason": reason} for path, reason in registry.failures]
    return {"total": len(items), "items": items, "unreadable": unreadable}


def cut_page(
    found: Sequence[Found],
    to_item: Callable[[Found], Mapping[str, object]],
    limit: int,
    offset: int,
    address: str,
    asked: Sequence[tuple[str, str]],
) -> dict[str, object]:
    """Return one page of a list; ``asked`` are the parameters of the request, repeated in the next page's address.

    >>> cut_page("ab", lambda letter: {"letter": letter}, 1, 0, "/x", [("q", "a b")])["next"]
    '/x?q=a+b&limit=1&offset=1'
    """
    following = offset + limit
    kept = [pair for pair in asked if pair[0] not in ("limit", "offset")]
    query = urlencode([*kept, ("limit", str(limit)), ("offset", str(following))])
    return {
        "total": len(found),
        "limit": limit,
        "offset": offset,
        "next": f"{address}?{query}" if following < len(found) else None,
        "items": [to_item(one) for one in found[offset:following]],
    }


def sheet_to_json(sheet: Sheet) -> dict[str, object]:
    """Return the commitments of an organisation."""
    return {
        "asked": sheet.asked,
        "name": sheet.name,
        "long_form": sheet.long_form,
        "plan": sheet.plan,
        "examined": sheet.examined,
        "names": [{"written": one.written, "actions": one.actions, "reason": one.reason.value} for one in sheet.names],
        "choices": [
            {"label": one.label, "organisation": one.organisation, "plan": one.plan, "actions": one.actions}
            for one in sheet.choices
        ],
        "commitments": [_commitment_to_json(one) for one in sheet.commitments],
    }


def _commitment_to_json(commitment: Commitment) -> dict[str, object]:
    return {
        "part": commitment.part.value,
        "action": commitment.action_id,
        "number": commitment.number,
        "title": commitment.title,
        "plan": commitment.plan,
        "document": commitment.document,
        "first_year": commitment.first_year,
        "last_year": commitment.last_year,
        "mentions": [
            {
                "role": one.role.value,
                "status": one.status.value,
                "organisation": one.organisation,
                "label": one.label,
                "quote": one.quote,
                "start": one.span.start,
                "end": one.span.end,
                "page": one.page,
                "open": one.open,
            }
            for one in commitment.mentions
        ],
        "calendar": [_published_to_json(one) for one in commitment.calendar],
        "contacts": [_published_to_json(one) for one in commitment.contacts],
        "duties": [_published_to_json(one) for one in commitment.duties],
    }


def _published_to_json(published: Published | Contact) -> dict[str, object]:
    return {
        "label": published.label,
        "text": published.text,
        "start": published.span.start,
        "end": published.span.end,
        "page": published.page,
    }
