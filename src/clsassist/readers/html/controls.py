"""The controls of a form, written as text in their place: check boxes before their labels, values, choices."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED, BOX_UNKNOWN
from clsassist.records import Warning
from clsassist.text import squeeze

_BOXES = (BOX_TICKED, BOX_CLEAR, BOX_UNKNOWN)
_STATES = {"true": BOX_TICKED, "false": BOX_CLEAR}
_BOX_ROLES = ("checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio")
# A label encloses its box closely.
_NEAR = 6

# Input types whose value the page shows.
_SHOWN = frozenset(
    {"text", "search", "number", "date", "month", "week", "time", "datetime-local", "email", "tel", "url", "range"}
)
# Buttons that open a part of the page name it.
_OPENERS = ("aria-controls", "aria-expanded", "data-toggle", "data-bs-toggle", "data-target", "data-bs-target")

# Icons of the usual sets whose name says the state of a box.
_TICKED_ICONS = """
    fa-check-square fa-check-square-o fa-square-check glyphicon-check bi-check-square bi-check-square-fill
    fr-icon-checkbox-line fr-icon-checkbox-fill icon-checkbox-checked
"""
_CLEAR_ICONS = "fa-square-o glyphicon-unchecked bi-square fr-icon-checkbox-blank-line icon-checkbox-unchecked"
_ICONS = dict.fromkeys(_TICKED_ICONS.split(), BOX_TICKED) | dict.fromkeys(_CLEAR_ICONS.split(), BOX_CLEAR)
# What a picture of a box says of itself.
_CLEAR_PICTURE = re.compile(r"(?:case )?(?:non coch[ée]e?|d[ée]coch[ée]e?|unchecked|not checked)$", re.IGNORECASE)
_TICKED_PICTURE = re.compile(r"(?:case )?(?:coch[ée]e?|checked)$", re.IGNORECASE)
_FILE_NAME = re.compile(r"\S+\.(?:jpe?g|png|gif|svg|webp|bmp|tiff?)$", re.IGNORECASE)


def write_controls(root: HtmlElement) -> tuple[Warning, ...]:
    """Replace the controls of a page by what they show; the page is changed in place."""
    _write_boxes(root)
    _write_word_boxes(root)
    inputs = [*root.iter("input", "textarea", "button")]
    for element in inputs:
        _write_value(element)
    unchosen = sum(_write_choice(element) for element in [*root.iter("select")])
    for element in [*root.iter("img")]:
        _replace(element, _picture_text(element))
    for element in [*root.iter("i", "span")]:
        _write_icon(element)
    message = f"{unchosen} liste(s) déroulante(s) sans choix enregistré dans la page"
    return (Warning(message),) if unchosen else ()


def _write_boxes(root: HtmlElement) -> None:
    labels = {label.get("for"): label for label in root.iter("label") if label.get("for")}
    named: dict[str, HtmlElement] | None = None
    taken: set[HtmlElement] = set()
    for box in [*root.iter("input")]:
        if (box.get("type") or "").lower() not in ("checkbox", "radio"):
            continue
        label = labels.get(box.get("id")) if box.get("id") else None
        label = _enclosing_label(box) if label is None else label
        if label is None and box.get("aria-labelledby"):
            named = named or {str(element.get("id")): element for element in root.xpath("//*[@id]")}
            label = named.get(box.get("aria-labelledby", ""))
        _place_box(box, label if label not in taken else None)
        if label is not None:
            taken.add(label)
    for element in root.xpath("//*[@aria-checked]"):
        if element.get("role") in _BOX_ROLES:
            _prepend(element, _STATES.get(element.get("aria-checked"), BOX_UNKNOWN))


def _enclosing_label(box: HtmlElement) -> HtmlElement | None:
    parent = box.getparent()
    for _ in range(_NEAR):
        if parent is None or parent.tag == "label":
            return parent
        parent = parent.getparent()
    return None


def _place_box(box: HtmlElement, label: HtmlElement | None) -> None:
    """Write a box before its label; one without a label stays where it is, with the name it gives itself."""
    glyph = BOX_TICKED if box.get("checked") is not None else BOX_CLEAR
    if label is None:
        _replace(box, f" {glyph} {box.get('aria-label') or ''}")
        return
    _replace(box, "")
    _prepend(label, glyph)


def _write_word_boxes(root: HtmlElement) -> None:
    """Word writes an old check box as a picture; only a comment tells that there is one, and not its state."""
    for comment in root.xpath("//comment()[contains(., 'FORMCHECKBOX')]"):
        comment.tail = f" {BOX_UNKNOWN} {comment.tail or ''}"


def _write_value(element: HtmlElement) -> None:
    if element.tag == "textarea":
        element.tag = "pre"
    elif element.tag == "input":
        shown = (element.get("type") or "text").lower() in _SHOWN
        _replace(element, f" {element.get('value') or ''} " if shown else "")
    elif not _opens_a_part(element):
        _replace(element, "")


def _opens_a_part(button: HtmlElement) -> bool:
    if button.get("role") == "tab" or any(button.get(name) is not None for name in _OPENERS):
        return True
    parent = button.getparent()
    return parent is not None and parent.tag in ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "legend")


def _write_choice(element: HtmlElement) -> bool:
    """Write the options chosen; return whether there are some and none is."""
    options = [*element.iter("option")]
    chosen = [option for option in options if option.get("selected") is not None]
    several = element.get("multiple") is not None
    lines = [
        f"{BOX_TICKED if option in chosen else BOX_CLEAR} {_option_text(option)}" if several else _option_text(option)
        for option in (options if several else chosen[-1:])
    ]
    _replace(element, "\n".join(lines))
    element.tag = "pre" if several else "span"
    return bool(options) and not several and not chosen


def _option_text(option: HtmlElement) -> str:
    words = squeeze(option.text_content() or option.get("label") or "")
    # An option without a value is a prompt: « Choisissez un élément ».
    return "" if option.get("value") == "" else words


def _picture_text(picture: HtmlElement) -> str:
    described = squeeze(picture.get("alt") or "")
    if _CLEAR_PICTURE.match(described):
        return f" {BOX_CLEAR} "
    if _TICKED_PICTURE.match(described):
        return f" {BOX_TICKED} "
    return "" if not described or _FILE_NAME.match(described) else f" {described} "


def _write_icon(element: HtmlElement) -> None:
    glyph = next((_ICONS[name] for name in (element.get("class") or "").split() if name in _ICONS), None)
    if glyph and not len(element) and not (element.text or "").strip():
        element.text = f" {glyph} "


def _prepend(element: HtmlElement, glyph: str) -> None:
    words = squeeze(element.text or "")
    if not words.startswith(_BOXES):
        element.text = f" {glyph} {element.text or ''}"


def _replace(element: HtmlElement, text: str) -> None:
    # Taking it out of the tree would move its tail into the text before it: quadratic, over a row of pictures.
    element.clear(keep_tail=True)
    element.tag, element.text = "span", text
