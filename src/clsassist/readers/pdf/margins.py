"""Headers, footers and page numbers: what comes back at the same place from page to page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from clsassist.readers.pdf.page import Grid, Page, TextLine
from clsassist.readers.pdf.words import pieces_to_rows
from clsassist.text import fold

# Part of the height of a page, at its top and at its bottom, where headers and footers stand.
_ZONE = 0.14
# They come back on this part of the pages, at a height that moves by no more than so many points.
_SHARE = 0.5
_SHIFT = 4.0
# A number alone is that of the page only below this part of its height.
_LOWEST = 0.9
_PAGE_NUMBER = re.compile(r"[-–—\s|]*(?:page|p\.)?\s*\d{1,4}\s*(?:(?:/|sur|de|of)\s*\d{1,4})?[-–—\s|]*", re.IGNORECASE)
_NUMBER = re.compile(r"\d+")
# A number behind these words is that of a part of the plan, and no page number.
_PART = re.compile(
    r"(?:fiche|action|axe|objectif|levier|mesure|thematique|priorite|orientation|n\s?°|n°|no)\W*(?:n\W*)?$"
)
_OPENS_PART = re.compile(r"(?:fiche|action|axe|objectif|levier|mesure|thematique|priorite|orientation)\b.*\d")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The pages without their margins, and the margins, each once."""

    pages: tuple[Page, ...]
    margins: tuple[str, ...]


def strip_margins(pages: Sequence[Page]) -> Cleaned:
    """Take headers, footers and page numbers out of the body of a document."""
    places: Counter[tuple[str, int]] = Counter()
    for page in pages:
        places.update(set(_signatures(page)))
    seen = _Seen(places, len(pages))
    kept, margins = [], [mark for page in pages for mark in page.watermarks]
    before: frozenset[str] = frozenset()
    side: tuple[str, ...] = ()
    for page in pages:
        out = _margin_lines(page, seen, before)
        out_grids = [grid for grid in page.grids if _is_margin_place(grid, page) and seen.again(_grid_keys(grid, page))]
        margins += [line.text for line in out if not _PAGE_NUMBER.fullmatch(line.text)]
        margins += [_grid_text(grid) for grid in out_grids]
        before = frozenset(line.text for line in page.lines if _in_zone(line.box.middle, page))
        lines = tuple(line for line in page.lines if line not in out)
        grids = tuple(grid for grid in page.grids if grid not in out_grids)
        fresh = tuple(line.text for line in page.side) != side  # else the part that it opens goes on
        side = tuple(line.text for line in page.side)
        kept.append(replace(page, lines=lines, grids=grids, side=page.side if fresh else ()))
    return Cleaned(tuple(kept), tuple(_once(margins)))


@dataclass(frozen=True, slots=True)
class _Seen:
    """On how many pages each text stands at each height."""

    places: Counter[tuple[str, int]]
    pages: int

    def again(self, keys: Iterable[tuple[str, int]]) -> bool:
        """Say whether one of these comes back on most pages."""
        counts = [sum(self.places[text, level + step] for step in (-1, 0, 1)) for text, level in keys]
        most = max(counts, default=0)
        return most >= 2 and most >= _SHARE * self.pages


def _margin_lines(page: Page, seen: _Seen, before: frozenset[str]) -> list[TextLine]:
    """Return the lines at the top, then at the bottom, that come back, up to the first that does not."""
    rows = pieces_to_rows(line for line in page.lines if _in_zone(line.box.middle, page))
    above = [row for row in rows if row[0].box.middle < page.height / 2]
    below = [row for row in reversed(rows) if row[0].box.middle >= page.height / 2]
    out: list[TextLine] = []
    for ordered in (above, below):
        for row in ordered:
            found = [line for line in row if _is_margin(line, page, seen, before)]
            out += found
            if len(found) < len(row):
                break
    return out


def _once(margins: Sequence[str]) -> Iterator[str]:
    """Yield each margin once, whatever the page number it carries."""
    seen = set()
    for margin in margins:
        key = _NUMBER.sub("#", fold(margin))
        if key not in seen:
            seen.add(key)
            yield margin


def _in_zone(middle: float, page: Page) -> bool:
    return middle < _ZONE * page.height or middle > (1 - _ZONE) * page.height


def _signatures(page: Page) -> Iterator[tuple[str, int]]:
    for line in page.lines:
        if _in_zone(line.box.middle, page):
            yield from _keys(line.text, line.box.middle, page)
    for grid in page.grids:
        if _is_margin_place(grid, page):
            yield from _grid_keys(grid, page)


def _keys(text: str, middle: float, page: Page) -> Iterator[tuple[str, int]]:
    """Yield a text at its height: as written, and with each number that may be that of the page counted from it."""
    folded, level = fold(text), round(middle / _SHIFT)
    yield folded, level
    for number in _NUMBER.finditer(folded):
        if len(number.group()) <= 4 and not _PART.search(folded[: number.start()]):
            since = f"#{int(number.group()) - page.number}"
            yield folded[: number.start()] + since + folded[number.end() :], level


def _grid_keys(grid: Grid, page: Page) -> Iterator[tuple[str, int]]:
    return _keys(_grid_text(grid), grid.box.middle, page)


def _is_margin(line: TextLine, page: Page, seen: _Seen, before: frozenset[str]) -> bool:
    if _OPENS_PART.match(fold(line.text)):
        return line.text in before  # written again on each page of the part that it opens
    alone = _PAGE_NUMBER.fullmatch(line.text) and line.box.middle > _LOWEST * page.height
    return bool(alone) or seen.again(_keys(line.text, line.box.middle, page))


def _is_margin_place(grid: Grid, page: Page) -> bool:
    return grid.box.bottom < 2 * _ZONE * page.height or grid.box.top > (1 - _ZONE) * page.height


def _grid_text(grid: Grid) -> str:
    return " ".join(line.text for cell in grid.cells for line in cell.lines)
