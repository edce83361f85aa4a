"""Personal data of the documents: found by their shape, then taken out before anything else sees the text."""

from __future__ import annotations

from clsassist.personal_data.finding import Finding, Kind, find_personal_data
from clsassist.personal_data.hiding import hide_in_document, hide_in_text

__all__ = ["Finding", "Kind", "find_personal_data", "hide_in_document", "hide_in_text"]
