"""Engagement sheets: what the documents say of an organisation, by part, with dates, contacts and proofs."""

from clsassist.engagement_sheet.directory import (
    Directory,
    Organisation,
    Part,
    closest,
    search_words,
)
from clsassist.engagement_sheet.names import Reason
from clsassist.engagement_sheet.sheet import (
    Choice,
    Commitment,
    Contact,
    Mention,
    Published,
    Sheet,
    SheetDocument,
    TakenName,
    build_sheet,
)
from clsassist.engagement_sheet.words import (
    action_place,
    field_place,
    gathered_contacts,
    mention_place,
    period_words,
    quoted,
    roles_words,
    shortened,
    summary_words,
)

__all__ = [
    "Choice",
    "Commitment",
    "Contact",
    "Directory",
    "Mention",
    "Organisation",
    "Part",
    "Published",
    "Reason",
    "Sheet",
    "SheetDocument",
    "TakenName",
    "action_place",
    "build_sheet",
    "closest",
    "field_place",
    "gathered_contacts",
    "mention_place",
    "period_words",
    "quoted",
    "roles_words",
    "search_words",
    "shortened",
    "summary_words",
]
