"""Elements of a page, as they come, to lines and tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

from lxml.html import HtmlElement

from clsassist.readers.html.flow import Flow, NumberedList
from clsassist.readers.html.grids import Definitions, Grid, rows_to_lines, rows_to_table
from clsassist.readers.html.shapes import DEPTH, is_named_label
from clsassist.readers.layout import Line, Table
from clsassist.text import squeeze

_BLOCKS = frozenset(
    "address article aside blockquote body center details dialog dir div dt dd fieldset figcaption figure footer form "
    "frameset header hgroup hr html legend main menu nav optgroup option p section summary caption tr thead tbody "
    "tfoot td th pre".split()
)
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_TITLES = {"MsoTitle": 1, "title": 1, "MsoSubtitle": 2, "subtitle": 2}
_ADDRESS = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
# What people leave out of an address.
_BARE = re.compile(r"^https?://(?:www\.)?|[/?#]+$", re.IGNORECASE)
_MAIL = re.compile(r"^mailto:([^?]*).*", re.IGNORECASE)
_INTEGER = re.compile(r"\s*(-?\d{1,6})")

_Frame = Grid | Definitions | None


class Writer:
    """What is open while a page is written: tables, cells, lists, links. ``struck`` gathers what is crossed out."""

    def __init__(self, body: HtmlElement) -> None:
        self.struck: list[str] = []
        self._flows = [Flow()]
        # None for a table that only lays out the page: its cells are blocks.
        self._frames: list[_Frame] = []
        self._cells: list[tuple[HtmlElement, _Frame]] = []
        self._links: list[tuple[Flow, int]] = []
        self._verbatim = 0
        self._holders = {outer for inner in body.iter("table") for outer in inner.iterancestors("table")}
        self._starts: dict[str, Callable[[HtmlElement], None]] = {
            "br": lambda _: self._flow.break_line(),
            "table": self._start_frame, "dl": self._start_frame, "tr": self._start_row,
            "thead": self._start_group, "tbody": self._start_group, "tfoot": self._start_group,
            "td": self._start_cell, "th": self._start_cell, "dt": self._start_cell, "dd": self._start_cell,
            "ul": self._start_list, "ol": self._start_list, "li": self._start_item,
            "a": self._start_link, "pre": self._start_verbatim, "p": self._start_paragraph,
            "s": self._start_struck, "del": self._start_struck, "strike": self._start_struck,
        }  # fmt: skip
        self._ends: dict[str, Callable[[HtmlElement], None]] = {
            "table": self._end_frame, "dl": self._end_frame, "tr": self._end_row,
            "thead": self._end_group, "tbody": self._end_group, "tfoot": self._end_group,
            "td": self._end_cell, "th": self._end_cell, "dt": self._end_cell, "dd": self._end_cell,
            "ul": self._end_list, "ol": self._end_list, "li": lambda _: self._flow.close_item(),
            "a": self._end_link, "pre": self._end_verbatim, "p": lambda _: self._end_block(),
        }  # fmt: skip

    @property
    def _flow(self) -> Flow:
        return self._flows[-1]

    def parts(self) -> list[Line | Table]:
        """Return what was written, the page being ended."""
        self._flow.close_heading()
        return self._flows[0].parts

    def close_heading(self) -> None:
        """End the line, and the heading, where another part of the page starts."""
        self._flow.close_heading()

    def text(self, text: str) -> None:
        """Write a piece of text."""
        if not self._verbatim:
            self._flow.write(text)
            return
        for position, line in enumerate(text.split("\n")):
            if position:
                self._flow.break_line()
            self._flow.write(line)

    def start(self, element: HtmlElement) -> None:
        """Start an element."""
        tag = str(element.tag)
        level = _heading_level(element)
        if level:
            self._flow.open_heading(level)
        elif tag in self._starts:
            self._starts[tag](element)
        else:
            self._edge(element)

    def end(self, element: HtmlElement) -> None:
        """End an element."""
        tag = str(element.tag)
        if _heading_level(element):
            self._flow.close_heading()
        elif tag in self._ends:
            self._ends[tag](element)
        else:
            self._edge(element)

    def _edge(self, element: HtmlElement) -> None:
        tag = str(element.tag)
        if tag in _BLOCKS or is_block(element):
            self._flow.break_line()
        elif "-" in tag:
            self._flow.write(" ")  # an element of the site's own making: its edges are likely to show

    # --- paragraphs, lists, links

    def _start_paragraph(self, element: HtmlElement) -> None:
        self._flow.break_line()
        depth = element.get(DEPTH)
        if depth:
            self._flow.open_bullet(int(depth))

    def _end_block(self) -> None:
        self._flow.break_line()

    def _start_list(self, element: HtmlElement) -> None:
        self._flow.close_heading()
        depth = _integer(element.get(DEPTH))
        if element.tag == "ul":
            self._flow.lists.append(NumberedList(depth=depth))
            return
        kind = element.get("type") or "1"
        reverse = element.get("reversed") is not None
        first = _integer(element.get("start"))
        if first is None:
            first = sum(1 for _ in element.iterchildren("li")) if reverse else 1
        self._flow.lists.append(NumberedList(kind if kind in "1aAiI" else "1", first, -1 if reverse else 1, depth))

    def _end_list(self, _: HtmlElement) -> None:
        self._flow.close_heading()
        if self._flow.lists:
            self._flow.lists.pop()

    def _start_item(self, element: HtmlElement) -> None:
        self._flow.open_item(_integer(element.get("value")))

    def _start_link(self, _: HtmlElement) -> None:
        self._links.append((self._flow, self._flow.written))

    def _end_link(self, element: HtmlElement) -> None:
        """Write the address behind the words of a link, unless they show it, or make a heading."""
        flow, since = self._links.pop()
        address = (element.get("href") or "").strip()
        words = squeeze(flow.pending(since) or "") if flow is self._flow and not flow.in_heading else ""
        if not words or not _ADDRESS.fullmatch(address):
            return
        shown = _shown_address(address)
        if _BARE.sub("", shown).lower() not in words.lower():
            flow.write(f" ({shown})")

    def _start_verbatim(self, _: HtmlElement) -> None:
        self._flow.break_line()
        self._verbatim += 1

    def _end_verbatim(self, _: HtmlElement) -> None:
        self._verbatim -= 1
        self._flow.break_line()

    def _start_struck(self, element: HtmlElement) -> None:
        self.struck.append(squeeze(element.text or ""))

    # --- tables

    def _start_frame(self, element: HtmlElement) -> None:
        self._flow.close_heading()
        if element.tag == "dl":
            self._frames.append(Definitions())
        else:
            self._frames.append(None if _is_layout(element, self._holders) else Grid())

    def _end_frame(self, _: HtmlElement) -> None:
        self._flow.close_heading()
        frame = self._frames.pop()
        if frame is None:
            return
        rows = frame.rows()
        self._flow.parts.extend(rows_to_lines(rows) if len(self._flows) > 1 else rows_to_table(rows))

    def _start_row(self, _: HtmlElement) -> None:
        self._flow.break_line()
        grid = self._open_grid()
        if grid:
            grid.open_row()

    def _end_row(self, _: HtmlElement) -> None:
        self._flow.break_line()
        grid = self._open_grid()
        if grid:
            grid.close_row()

    def _start_group(self, element: HtmlElement) -> None:
        grid = self._open_grid()
        if grid:
            grid.open_group(foot=element.tag == "tfoot")

    def _end_group(self, _: HtmlElement) -> None:
        grid = self._open_grid()
        if grid:
            grid.open_group()

    def _open_grid(self) -> Grid | None:
        """Return the table whose rows come next, unless one of its cells is open."""
        frame = self._frames[-1] if self._frames else None
        return frame if isinstance(frame, Grid) and not self._within_cell(frame) else None

    def _within_cell(self, frame: Grid | Definitions) -> bool:
        return bool(self._cells) and self._cells[-1][1] is frame

    def _start_cell(self, element: HtmlElement) -> None:
        """Open a cell, and so end one that lacks its end; a cell outside any table is only a block."""
        self._flow.close_heading()
        frame = self._frames[-1] if self._frames else None
        if not isinstance(frame, Definitions if element.tag in ("dt", "dd") else Grid):
            return
        if self._within_cell(frame):
            self._end_cell(self._cells[-1][0])
        self._cells.append((element, frame))
        self._flows.append(Flow(in_cell=True))

    def _end_cell(self, element: HtmlElement) -> None:
        self._flow.close_heading()
        if not self._cells or self._cells[-1][0] is not element:
            return
        _, frame = self._cells.pop()
        lines = self._flows.pop().lines
        if isinstance(frame, Grid):
            frame.add_cell(lines, _integer(element.get("colspan")) or 1, _rows(element))
        elif isinstance(frame, Definitions):
            (frame.add_label if element.tag == "dt" else frame.add_value)(lines)


def _heading_level(element: HtmlElement) -> int:
    """Return the depth of a heading, 0 for anything else."""
    level = _LEVELS.get(str(element.tag), 0)
    if level:
        return level
    if element.get("role") == "heading":
        return min(6, _integer(element.get("aria-level")) or 2)
    return _TITLES.get(element.get("class") or "", 0) if element.tag == "p" else 0


def is_block(element: HtmlElement) -> bool:
    """Say whether an element that is inline by nature stands on lines of its own."""
    if element.tag == "label":
        # The name of a field stands before its value; that of a box goes on after it.
        return not squeeze(element.text_content()).startswith(("☒", "☐", "["))
    return "display:block" in (element.get("style") or "").replace(" ", "") or is_named_label(element)


def _shown_address(address: str) -> str:
    """Return the address that people would write: without « mailto: », nor the detour that Google Docs adds."""
    parts = urlsplit(address)
    if parts.netloc == "www.google.com" and parts.path == "/url":
        address = parse_qs(parts.query).get("q", [address])[0]
    return unquote(_MAIL.sub(r"\1", address)) if parts.scheme.lower() == "mailto" else address


def _is_layout(table: HtmlElement, holders: set[HtmlElement]) -> bool:
    """Tell a table that only places things: a single column, or one row around tables or the title of the page."""
    if table.get("role") in ("presentation", "none"):
        return True
    rows = [
        row for group in (table, *table.iterchildren("thead", "tbody", "tfoot")) for row in group.iterchildren("tr")
    ]
    widest = max(sum(1 for _ in row.iterchildren("td", "th")) for row in (table, *rows))
    titled = next(table.iter("h1"), None) is not None
    return widest <= 1 or ((titled or table in holders) and len(rows) == 1)


def _integer(written: str | None) -> int | None:
    found = _INTEGER.match(written or "")
    return int(found.group(1)) if found else None


def _rows(cell: HtmlElement) -> int:
    rows = _integer(cell.get("rowspan"))
    return 1 if rows is None or rows < 0 else rows
