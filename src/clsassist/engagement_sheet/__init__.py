"""Engagement sheets: what the documents say of an organisation, by part, with dates, contacts and proofs."""

from __future__ import annotations

from threading import Lock
from weakref import WeakKeyDictionary

from clsassist.assistant import Assistant
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
from clsassist.lexicon import load_lexicon

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
    "directory_of",
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

# The index under an assistant never changes: its organisations are read once, and go when the assistant does.
_DIRECTORIES: WeakKeyDictionary[Assistant, Directory] = WeakKeyDictionary()
_LOCK = Lock()


def directory_of(assistant: Assistant) -> Directory:
    """Return the organisations of an assistant's index, read the first time and kept as long as the assistant."""
    with _LOCK:
        found = _DIRECTORIES.get(assistant)
        if found is None:
            found = _DIRECTORIES[assistant] = Directory(assistant.registry, load_lexicon())
        return found
