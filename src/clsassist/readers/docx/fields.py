"""Word fields as they unfold over the runs of a text: check boxes, lists to choose from, links, page numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from clsassist.readers.docx.names import VAL, Element, is_on, number_of, w
from clsassist.readers.docx.symbols import CLEAR, TICKED, UNKNOWN, decode_symbol

# Fields that hold no words of the document.
_PAGE_FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION"})
_DRAWN_FIELDS = frozenset({"FORMCHECKBOX", "FORMDROPDOWN", "SYMBOL"})
_LINK = re.compile(r'HYPERLINK\s+"([^"]+)"', re.IGNORECASE)
_SYMBOL = re.compile(r'SYMBOL\s+(0x[0-9a-f]{1,4}|\d{1,5})\b(?:.*\\f\s*"?([^"\\]+))?', re.IGNORECASE)


@dataclass(slots=True)
class Field:
    """One field being read: its code, then its result, which starts at the piece number ``start``."""

    data: Element | None = None
    code: list[str] = field(default_factory=list)
    in_result: bool = False
    start: int = 0

    @property
    def kind(self) -> str:
        """The first word of the code: « HYPERLINK »."""
        words = "".join(self.code).split(maxsplit=1)
        return words[0].upper() if words else ""

    @property
    def hides_result(self) -> bool:
        """Say whether the words between code and end are drawn by the field, and told by ``own_text``."""
        return not self.in_result or self.kind in _DRAWN_FIELDS or self._data_of("checkBox") is not None

    @property
    def is_page_number(self) -> bool:
        """Say whether the result is a number of page."""
        return self.kind in _PAGE_FIELDS

    def own_text(self) -> str:
        """Return what the field itself shows: a box, the chosen value, a symbol."""
        box = self._data_of("checkBox")
        if box is not None:
            return _legacy_state(box)
        if self.kind == "FORMCHECKBOX":
            return UNKNOWN
        if self.kind == "FORMDROPDOWN":
            return _chosen(self._data_of("ddList"))
        symbol = _SYMBOL.match("".join(self.code).strip())
        if symbol:
            return decode_symbol(int(symbol.group(1), 0), (symbol.group(2) or "").strip() or None)
        return ""

    def address(self) -> str | None:
        """Return where a link leads, or None."""
        return code_to_address("".join(self.code))

    def _data_of(self, name: str) -> Element | None:
        return None if self.data is None else self.data.find(w(name))


def code_to_address(code: str) -> str | None:
    """Return the address in the code of a link field, or None."""
    link = _LINK.match(code.strip())
    return link.group(1) if link else None


def _legacy_state(box: Element) -> str:
    checked = box.find(w("checked"))
    return TICKED if is_on(box.find(w("default")) if checked is None else checked) else CLEAR


def _chosen(choices: Element | None) -> str:
    """Return the chosen entry of a list; Word shows the first when none was chosen."""
    if choices is None:
        return ""
    result = number_of(choices, "result")
    chosen = number_of(choices, "default") if result is None else result
    entries = [entry.get(VAL, "") for entry in choices.iterfind(w("listEntry"))]
    position = chosen or 0
    return entries[position] if 0 <= position < len(entries) else ""
