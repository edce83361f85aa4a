"""Content controls, rewritten in the tree as what they show: a box, the chosen value, or nothing."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from clsassist.readers.docx.names import VAL, W14, Element, is_on, w
from clsassist.readers.docx.symbols import CLEAR, MARK, TICKED, UNKNOWN, decode_symbol, decode_symbols, mark_boxes

# An element of our own, in the place of a control: XML cannot hold the marks themselves.
BOX: Final = "box"
_STATE: Final = "state"
_NAMES = {TICKED: "ticked", CLEAR: "clear", UNKNOWN: "unknown"}
_MARKS = {name: mark for mark, name in _NAMES.items()}

_CHECKBOX = f"{{{W14}}}checkbox"
_CHECKED = f"{{{W14}}}checked"
_TEXT, _SYMBOL, _RUN = w("t"), w("sym"), w("r")

# What Word shows in a control that nobody filled.
_PROMPT = re.compile(
    r"\s*(?:(?:choisissez|choisir|sélectionnez) un élément|(?:cliquez|appuyez|cliquez ou appuyez) ici pour [^.]{0,60}"
    r"|choose an item|(?:click or tap|click) here to enter [^.]{0,40})\s*\.?\s*",
    re.IGNORECASE,
)


def rewrite_controls(root: Element) -> None:
    """Put a box in the place of each check-box control, and empty the controls that only show their prompt."""
    for control in list(root.iter(w("sdt"))):
        properties, content = control.find(w("sdtPr")), control.find(w("sdtContent"))
        if properties is None or content is None:
            continue
        box = properties.find(_CHECKBOX)
        if box is not None:
            _replace_by_box(content, _box_state(box, content))
        elif is_on(properties.find(w("showingPlcHdr"))) or _PROMPT.fullmatch(_shown(content)):
            _empty(content)


def box_mark(box: Element) -> str:
    """Return the mark of a box that stands in the place of a control."""
    return _MARKS[box.get(_STATE, "unknown")]


def _box_state(box: Element, content: Element) -> str:
    """Read the state of a control; one that its glyph denies is not known."""
    checked = box.find(_CHECKED)
    drawn = MARK.findall(_shown(content))
    if checked is None:
        return drawn[0] if len(drawn) == 1 else UNKNOWN
    state = TICKED if _is_checked(checked) else CLEAR
    return UNKNOWN if drawn and drawn[0] != state and not _custom_glyphs(box) else state


def _is_checked(checked: Element) -> bool:
    return checked.get(f"{{{W14}}}val", checked.get(VAL, "1")).lower() in ("1", "true", "on")


def _custom_glyphs(box: Element) -> bool:
    """Say whether the control draws its two states otherwise than everybody does."""
    drawn = [
        decode_symbol(int(code, 16), state.get(f"{{{W14}}}font"))
        for state in (box.find(f"{{{W14}}}checkedState"), box.find(f"{{{W14}}}uncheckedState"))
        if state is not None and re.fullmatch("[0-9A-Fa-f]{1,5}", code := state.get(f"{{{W14}}}val", ""))
    ]
    return bool(drawn) and drawn != [TICKED, CLEAR]


def _shown(content: Element) -> str:
    """Return the text of a control, its boxes as marks."""
    return "".join(_drawn(piece) for piece in content.iter(_TEXT, _SYMBOL))


def _drawn(piece: Element) -> str:
    if piece.tag == _TEXT:
        return decode_symbols(mark_boxes(piece.text or ""), None)
    return symbol_text(piece)


def symbol_text(symbol: Element) -> str:
    """Return what a ``w:sym`` element draws."""
    code = symbol.get(w("char"), "")
    if not re.fullmatch("[0-9A-Fa-f]{1,5}", code):
        return ""
    return decode_symbol(int(code, 16), symbol.get(w("font")))


def _replace_by_box(content: Element, mark: str) -> None:
    runs = [run for run in content.iter(_RUN) if any(child.tag in (_TEXT, _SYMBOL) for child in run)]
    _empty(content)
    place = runs[0] if runs else next(content.iter(w("p")), content)
    etree.SubElement(place, BOX, {_STATE: _NAMES[mark]})


def _empty(content: Element) -> None:
    for run in content.iter(_RUN):
        for piece in list(run.iterchildren(_TEXT, _SYMBOL)):
            run.remove(piece)
