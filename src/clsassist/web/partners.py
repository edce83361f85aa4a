"""The tab of partners: every organisation, the commitments of one, and its engagement sheet as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from clsassist.assistant import Assistant
from clsassist.engagement_files import (
    SHEET_WRITERS,
    Edition,
    build_day,
    document_words,
    part_heading,
    sheet_file_name,
)
from clsassist.engagement_sheet import (
    Organisation,
    Part,
    Sheet,
    action_place,
    build_sheet,
    directory_of,
    field_place,
    gathered_contacts,
    mention_place,
    period_words,
    search_words,
    shortened,
    summary_words,
)
from clsassist.errors import ClsAssistError, UnknownPageError
from clsassist.settings import Settings
from clsassist.web.fiches import fiche_url
from clsassist.web.site import Site
from clsassist.wording import role_words

_KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What each part is called in an address, above a column, and among the filters.
_PARTS = {
    "porteur": (Part.LEADS, "Porteur ou pilote", "Porteurs ou pilotes"),
    "partenaire": (Part.PARTNER, "Partenaire", "Partenaires"),
    "a-contacter": (Part.TO_CONTACT, "À contacter", "À contacter"),
    "financement": (Part.FUNDS, "Financement", "Cités dans un financement"),
    "cite": (Part.CITED, "Seulement cité", "Seulement cités"),
}
# The names given as examples under the field.
_EXAMPLES = 3
# Beyond this number, what an ambiguous name may say is folded.
_MOST_CHOICES = 12
# The role that a fiche details may be a page long: the fiche itself shows it whole.
_LONGEST_DUTY = 400


def partners_router(site: Site) -> APIRouter:
    """Return the pages and files under « /partenaires »."""
    router = APIRouter()

    @router.get("/partenaires", response_class=HTMLResponse)
    def partners(request: Request, organisation: str = "", plan: str = "", part: str = "") -> Response:
        with site.live.use() as assistant:
            directory = directory_of(assistant)
            organisations = directory.organisations
            sheet = _sheet(assistant, organisation, plan, site.settings) if organisation.strip() else None
            found = sheet is not None and bool(sheet.commitments)
            return site.render(
                request,
                "partners.html",
                title=f"{sheet.name} : engagements" if sheet and found else "Partenaires",
                sheet=sheet,
                organisations=organisations,
                listed=_listed(organisations, part),
                part=part if part in _PARTS else "",
                examples=_examples(organisations),
                edition=_edition(assistant),
                total=len(assistant.registry.actions),
                **_helpers(sheet),
            )

    @router.get("/partenaires/fiche-d-engagement.{kind}")
    def export(kind: str, organisation: str = "", plan: str = "") -> Response:
        if kind not in SHEET_WRITERS:
            raise UnknownPageError(
                "Une fiche d'engagement s'exporte en Word (docx), en PDF (pdf) ou en tableur (xlsx)."
            )
        with site.live.use() as assistant:
            sheet = _sheet(assistant, organisation, plan, site.settings)
            if not sheet.commitments:
                raise UnknownPageError(
                    f"Les documents ne disent rien de « {shortened(sheet.asked, 80)} » : choisissez une organisation "
                    "dans la liste des partenaires."
                )
            content = SHEET_WRITERS[kind](sheet, _edition(assistant))
        headers = {
            "Content-Disposition": f'attachment; filename="{sheet_file_name(sheet, kind)}"',
            "Cache-Control": "no-store",
        }
        return Response(content, media_type=_KINDS[kind], headers=headers)

    return router


def _sheet(assistant: Assistant, organisation: str, plan: str, settings: Settings) -> Sheet:
    most = settings.max_question_chars
    if max(len(organisation), len(plan)) > most:
        raise ClsAssistError(f"Ce nom dépasse {most} caractères : écrivez-le plus brièvement.")
    return build_sheet(organisation, directory_of(assistant), plan)


def _edition(assistant: Assistant) -> Edition:
    return Edition(date.today(), build_day(assistant.build))


def _listed(organisations: tuple[Organisation, ...], part: str) -> tuple[Organisation, ...]:
    """Return the organisations that have a part somewhere; all of them when none is asked for."""
    if part not in _PARTS:
        return organisations
    return tuple(one for one in organisations if one.count(_PARTS[part][0]))


def _examples(organisations: tuple[Organisation, ...]) -> list[str]:
    """Return the organisations that have most actions."""
    return [one.name for one in sorted(organisations, key=lambda one: -one.actions)[:_EXAMPLES]]


def _helpers(sheet: Sheet | None) -> dict[str, Any]:
    """Return what the template calls."""

    def export_url(kind: str) -> str:
        asked = sheet.asked if sheet else ""
        return f"/partenaires/fiche-d-engagement.{kind}?{_query(asked, sheet.plan if sheet else '')}"

    functions: dict[str, Callable[..., Any]] = {
        "action_place": action_place,
        "document_words": document_words,
        "export_url": export_url,
        "field_place": field_place,
        "fiche_url": fiche_url,
        "gathered_contacts": gathered_contacts,
        "mention_place": mention_place,
        "organisation_url": _organisation_url,
        "part_heading": part_heading,
        "period_words": period_words,
        "question_url": lambda name: f"/?{urlencode({'q': f'Dans quelles actions intervient {name} ?'})}",
        "role_words": role_words,
        "search_words": search_words,
        "summary_words": summary_words,
    }
    return {
        **functions,
        "PARTS": _PARTS,
        "Part": Part,
        "MOST_CHOICES": _MOST_CHOICES,
        "longest_duty": _LONGEST_DUTY,
        "shortened": shortened,
    }


def _query(organisation: str, plan: str) -> str:
    return urlencode({"organisation": organisation, **({"plan": plan} if plan else {})})


def _organisation_url(organisation: str, plan: str = "") -> str:
    return f"/partenaires?{_query(organisation, plan)}"
