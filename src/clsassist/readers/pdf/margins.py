"""Headers, footers and page numbers: what comes back at the same place from page to page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clsassist.readers.pdf.page import Grid, Page, TextLine
from clsassist.text import fold

# Part of the height of a page, at its top and at its bottom, where headers and footers stand.
_ZONE = 0.14
# They come back on this part of the pages, at a height that moves by no more than so many points.
_SHARE = 0.5
_SHIFT = 4.0
_PAGE_NUMBER = re.compile(
    r"[-–—\s|]*(?:page|p\.)?\s*\d{1,4}\s*(?:(?:/|sur|de|of)\s*\d{1,4})?[-–—\s|]*", re.IGNORECASE
)
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
    counts: Counter[tuple[str, int]] = Counter()
    for page in pages:
        counts.update(set(_signatures(page)))
    kept, margins = [], [mark for page in pages for mark in page.watermarks]
    before: frozenset[str] = frozenset()
    for page in pages:
        lines, out = [], []
        for line in page.lines:
            (out if _is_margin(line, page, counts, len(pages), before) else lines).append(line)
        grids = [grid for grid in page.grids if not _is_margin_grid(grid, page, counts, len(pages))]
        out_grids = [grid for grid in page.grids if grid not in grids]
        margins += [line.text for line in out if not _PAGE_NUMBER.fullmatch(line.text)]
        margins += [_grid_text(grid) for grid in out_grids]
        before = frozenset(line.text for line in page.lines if _in_zone(line.box.middle, page))
        kept.append(replace(page, lines=tuple(lines), grids=tuple(grids)))
    return Cleaned(tuple(kept), tuple(_once(margins)))


def _once(margins: Sequence[str]) -> Iterator[str]:
    """Yield each margin once, whatever the page number it carries."""
    seen = set()
    for margin in margins:
        key = _without_numbers(margin)
        if key not in seen:
            seen.add(key)
            yield margin


def _in_zone(middle: float, page: Page) -> bool:
    return middle < _ZONE * page.height or middle > (1 - _ZONE) * page.height


def _signatures(page: Page) -> Iterator[tuple[str, int]]:
    for line in page.lines:
        if _in_zone(line.box.middle, page):
            yield _without_numbers(line.text), round(line.box.middle / _SHIFT)
    for grid in page.grids:
        if _is_margin_place(grid, page):
            yield _without_numbers(_grid_text(grid)), round(grid.box.middle / _SHIFT)


def _without_numbers(text: str) -> str:
    """Return a text with a mark for each number that may be that of the page."""
    folded = fold(text)

    def mark(number: re.Match[str]) -> str:
        return number.group() if _PART.search(folded[: number.start()]) or len(number.group()) > 3 else "#"

    return _NUMBER.sub(mark, folded)


def _is_margin(
    line: TextLine, page: Page, counts: Counter[tuple[str, int]], pages: int, before: frozenset[str]
) -> bool:
    if not _in_zone(line.box.middle, page):
        return False
    if _OPENS_PART.match(fold(line.text)):
        return line.text in before  # written again on each page of the part that it opens
    alone = _PAGE_NUMBER.fullmatch(line.text) and line.box.middle > 0.9 * page.height
    return bool(alone) or _comes_back(_without_numbers(line.text), line.box.middle, counts, pages)


def _comes_back(key: str, middle: float, counts: Counter[tuple[str, int]], pages: int) -> bool:
    level = round(middle / _SHIFT)
    count = sum(counts[key, level + step] for step in (-1, 0, 1))
    return count >= 2 and count >= _SHARE * pages


def _is_margin_place(grid: Grid, page: Page) -> bool:
    return grid.box.bottom < 2 * _ZONE * page.height or grid.box.top > (1 - _ZONE) * page.height


def _is_margin_grid(grid: Grid, page: Page, counts: Counter[tuple[str, int]], pages: int) -> bool:
    return _is_margin_place(grid, page) and _comes_back(
        _without_numbers(_grid_text(grid)), grid.box.middle, counts, pages
    )


def _grid_text(grid: Grid) -> str:
    return " ".join(line.text for cell in grid.cells for line in cell.lines)
