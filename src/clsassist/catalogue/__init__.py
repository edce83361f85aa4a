"""The catalogue of fiches: the actions of a registry to list, filter, search, read whole and compare."""

from __future__ import annotations

from threading import Lock
from weakref import WeakKeyDictionary

from clsassist.assistant import Assistant
from clsassist.catalogue.filters import MOST_COMPARED, Column, Filters, pairs_to_filters
from clsassist.catalogue.rows import FACET_NAMES, NOT_SAID, Facet, Row
from clsassist.catalogue.table import Catalogue, Listing
from clsassist.catalogue.values import Value, slug
from clsassist.lexicon import load_lexicon

__all__ = [
    "FACET_NAMES",
    "MOST_COMPARED",
    "NOT_SAID",
    "Catalogue",
    "Column",
    "Facet",
    "Filters",
    "Listing",
    "Row",
    "Value",
    "catalogue_of",
    "pairs_to_filters",
    "slug",
]

# The index under an assistant never changes: its catalogue is read once, and goes when the assistant does.
_CATALOGUES: WeakKeyDictionary[Assistant, Catalogue] = WeakKeyDictionary()
_LOCK = Lock()


def catalogue_of(assistant: Assistant) -> Catalogue:
    """Return the catalogue of an assistant's index, read the first time and kept as long as the assistant."""
    with _LOCK:
        found = _CATALOGUES.get(assistant)
        if found is None:
            found = _CATALOGUES[assistant] = Catalogue.from_registry(assistant.registry, load_lexicon())
        return found
