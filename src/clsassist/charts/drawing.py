"""From marks at known places to the text of an SVG that a page can hold: no script, no address elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import pi
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    import altair as alt

# Letters of pictures, in pixels of the drawing: never shown smaller than drawn.
FONT = 13
LINE = 17

# Vega makes relative addresses absolute with one of its own; these come back as they were.
_HOST = "http://picture.invalid"
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_DROPPED = (
    "aria-label",
    "aria-roledescription",
    "aria-hidden",
    "role",
    "font-family",
    "font-size",
    "class",
    "pointer-events",
)
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")

# Colours are those of the page, light or dark: the drawing only names them.
TEXT = "var(--cls-text)"
SOFT = "var(--cls-soft)"
RULE = "var(--cls-line)"
ACCENT = "var(--cls-accent)"


@dataclass(frozen=True, slots=True)
class Style:
    """How a shape looks, and the colour of what is written on it."""

    fill: str
    stroke: str
    ink: str = TEXT
    dash: tuple[int, ...] = ()


# Drawn by the page's style sheet under the letters: « paint-order » is none of Vega's attributes.
_HALO: dict[str, Any] = {"stroke": "var(--cls-ground)", "strokeWidth": 4}

SOLID = Style(ACCENT, ACCENT, "var(--cls-on-accent)")
PALE = Style("var(--cls-accent-pale)", ACCENT)
HOLLOW = Style("var(--cls-ground)", "var(--cls-field)")
DASHED = Style("var(--cls-ground)", "var(--cls-field)", dash=(4, 3))
WARN = Style("var(--cls-warn-pale)", "var(--cls-warn)", "var(--cls-warn)")


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text; ``x`` is its start, its end or its middle according to ``align``.

    ``halo`` surrounds the letters with the ground, over lines.
    """

    text: str
    x: float
    y: float
    href: str = ""
    tip: str = ""
    align: str = "left"
    colour: str = TEXT
    bold: bool = False
    angle: int = 0
    halo: bool = False

    @property
    def has_link(self) -> bool:
        """Say whether it leads somewhere."""
        return bool(self.href)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle from one corner to the other."""

    x: float
    y: float
    x2: float
    y2: float
    style: Style = SOLID
    href: str = ""
    tip: str = ""

    @property
    def has_link(self) -> bool:
        """Say whether it leads somewhere."""
        return bool(self.href)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x: float
    y: float
    x2: float
    y2: float
    colour: str = RULE
    thickness: float = 1


@dataclass(frozen=True, slots=True)
class Dot:
    """A disc around a place."""

    x: float
    y: float
    radius: float
    style: Style = SOLID
    href: str = ""
    tip: str = ""

    @property
    def has_link(self) -> bool:
        """Say whether it leads somewhere."""
        return bool(self.href)


Mark = Label | Box | Rule | Dot


@dataclass(frozen=True, slots=True)
class Drawing:
    """Marks on a sheet, and what the sheet is for those who do not see it.

    ``hinted`` gives each mark its hint under the mouse; fingers have none.
    """

    identifier: str
    title: str
    description: str
    width: int
    height: float
    marks: tuple[Mark, ...]
    hinted: bool = True


def drawing_to_svg(drawing: Drawing) -> str:
    """Return the SVG of a drawing, as one element of a page."""
    # Loaded with the first picture only: half a second, some 100 MB.
    import vl_convert

    written = vl_convert.vegalite_to_svg(drawing_to_spec(drawing), allowed_base_urls=[])
    return _finish(written, drawing)


def drawing_to_spec(drawing: Drawing) -> dict[str, Any]:
    """Return a drawing as Vega-Lite: layers from the back to the front, places in pixels."""
    import altair as alt
    from altair.utils.schemapi import disable_debug_mode

    # Checking each object, then the whole chart, against the schema takes longer than drawing; tests check it.
    disable_debug_mode()
    layers = _Layers()
    chart = alt.layer(*layers.of(drawing.marks)).properties(
        width=drawing.width, height=round(drawing.height), padding=0, autosize="none"
    )
    chart = chart.configure(background="transparent").configure_view(stroke=None)
    # Copying the rows from object to object would take longer than drawing.
    return {**chart.to_dict(validate=False), "datasets": layers.rows}


@dataclass(slots=True)
class _Layers:
    """Marks that look the same make one layer; their rows are kept apart, by name."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def of(self, marks: Sequence[Mark]) -> Iterator[alt.Chart]:
        """Yield the layers of a drawing."""
        yield from self._rules([mark for mark in marks if isinstance(mark, Rule)])
        yield from self._boxes([mark for mark in marks if isinstance(mark, Box)])
        yield from self._dots([mark for mark in marks if isinstance(mark, Dot)])
        yield from self._labels([mark for mark in marks if isinstance(mark, Label)])

    def _rules(self, rules: Sequence[Rule]) -> Iterator[alt.Chart]:
        for (colour, thickness), held in _alike(rules, "colour", "thickness"):
            chart = self._chart(held).mark_rule(color=colour, strokeWidth=thickness, aria=False)
            yield chart.encode(**_places("x", "y", "x2", "y2"))

    def _boxes(self, boxes: Sequence[Box]) -> Iterator[alt.Chart]:
        groups = _alike(boxes, "style", "has_link")
        # What is full stands over what is hollow.
        for (style, linked), held in sorted(groups, key=lambda group: group[0][0].fill != HOLLOW.fill):
            chart = self._chart(held).mark_rect(fill=style.fill, stroke=style.stroke, strokeDash=list(style.dash))
            yield chart.encode(**_places("x", "y", "x2", "y2"), **_links(linked=linked))

    def _dots(self, dots: Sequence[Dot]) -> Iterator[alt.Chart]:
        for (style, radius, linked), held in _alike(dots, "style", "radius", "has_link"):
            chart = self._chart(held).mark_point(
                shape="circle", size=pi * radius**2, opacity=1, fill=style.fill, stroke=style.stroke
            )
            yield chart.encode(**_places("x", "y"), **_links(linked=linked))

    def _labels(self, labels: Sequence[Label]) -> Iterator[alt.Chart]:
        import altair as alt

        looks = ("align", "colour", "bold", "angle", "halo", "has_link")
        for (align, colour, bold, angle, halo, linked), held in _alike(labels, *looks):
            chart = self._chart(held).mark_text(
                align=align, baseline="middle", color=colour, angle=angle % 360, fontSize=FONT,
                fontWeight="bold" if bold else "normal", **(_HALO if halo else {}),
            )  # fmt: skip
            text = alt.Text(field="text", type="nominal")
            yield chart.encode(text=text, **_places("x", "y"), **_links(linked=linked))

    def _chart(self, marks: Sequence[Mark]) -> alt.Chart:
        import altair as alt

        name = f"marks-{len(self.rows)}"
        self.rows[name] = [_row(mark) for mark in marks]
        return alt.Chart(alt.NamedData(name=name))


def _alike(marks: Sequence[Any], *names: str) -> list[tuple[tuple[Any, ...], list[Any]]]:
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for mark in marks:
        groups.setdefault(tuple(getattr(mark, name) for name in names), []).append(mark)
    return list(groups.items())


def _row(mark: Mark) -> dict[str, Any]:
    row = {name: getattr(mark, name) for name in ("x", "y", "x2", "y2", "text", "tip") if hasattr(mark, name)}
    href = getattr(mark, "href", "")
    return {**row, "href": _HOST + href} if href else row


def _places(*names: str) -> dict[str, Any]:
    """Return the channels of places, which are pixels of the sheet already."""
    import altair as alt

    kinds: dict[str, Any] = {"x": alt.X, "y": alt.Y, "x2": alt.X2, "y2": alt.Y2}
    starts = {"type": "quantitative", "scale": None, "axis": None}
    return {name: kinds[name](field=name, **({} if name.endswith("2") else starts)) for name in names}


def _links(*, linked: bool) -> dict[str, Any]:
    """Return the channels of hints and addresses; without an address, a mark must not become a link."""
    import altair as alt

    channels: dict[str, Any] = {"description": alt.Description(field="tip", type="nominal")}
    if linked:
        channels["href"] = alt.Href(field="href", type="nominal")
    return channels


# --- what Vega wrote, made fit for the page


def _finish(written: str, drawing: Drawing) -> str:
    """Name the picture, hide its pieces from screen readers (the table says them), and give each its hint.

    The picture is no « img »: its links are there for the mouse and the finger, and an image may not hold any.
    """
    root = etree.fromstring(written.encode())
    for element in list(root.iter(f"{_SVG}*")):
        _clean(element, hinted=drawing.hinted)
    for link in root.iter(f"{_SVG}a"):
        link.set("href", str(link.attrib.pop(_XLINK)).removeprefix(_HOST))
        # The table has the same links, one after the other: the keyboard does not go through both.
        link.set("tabindex", "-1")
    names = {"title": drawing.title, "desc": drawing.description}
    view_box = str(root.get("viewBox", ""))
    root.attrib.clear()
    root.set("viewBox", view_box)
    root.set("class", "cls-drawing")
    root.set("role", "group")
    root.set("font-size", str(FONT))
    root.set("aria-labelledby", " ".join(f"{drawing.identifier}-{name}" for name in names))
    for child in root:
        child.set("aria-hidden", "true")
    for place, (name, text) in enumerate(names.items()):
        element = etree.Element(f"{_SVG}{name}", id=f"{drawing.identifier}-{name}")
        element.text = text
        root.insert(place, element)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="unicode")


def _clean(element: etree._Element, *, hinted: bool) -> None:
    """Drop Vega's English descriptions, its font and its decimals; a description of ours becomes a hint."""
    hint = str(element.get("aria-label", ""))
    for name in _DROPPED:
        if name in element.attrib:
            del element.attrib[name]
    for name in ("d", "transform", "x2", "y2"):
        if name in element.attrib:
            written = str(element.get(name))
            element.set(name, _LONG_NUMBER.sub(lambda number: f"{float(number.group()):.1f}", written))
    if hint and hinted:
        title = etree.SubElement(element, f"{_SVG}title")
        title.text = hint
