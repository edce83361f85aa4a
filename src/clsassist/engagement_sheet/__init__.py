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
    "build_sheet",
    "closest",
    "search_words",
]
