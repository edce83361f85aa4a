"""One page: its characters and drawings become tables and lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pypdfium2 as pdfium

from clsassist.readers.pdf.bands import split_bands
from clsassist.readers.pdf.boxes import MOST_SHAPES, read_drawn_boxes
from clsassist.readers.pdf.drawings import read_drawings
from clsassist.readers.pdf.forms import Widget, widgets_to_words
from clsassist.readers.pdf.glyphs import ASKEW, Runs, read_glyphs, turned
from clsassist.readers.pdf.marking import find_side_heading, join_badges, mark_labels
from clsassist.readers.pdf.page import Box, Drawings, Grid, Page, TextLine, Word
from clsassist.readers.pdf.rules import drawings_to_frames, frame_to_grid
from clsassist.readers.pdf.turning import Turn, turn_upright
from clsassist.readers.pdf.words import drop_doubles, glyphs_to_words, pieces_to_rows, split_at_gaps, words_to_line
from clsassist.records import Warning

# Beyond this side, in points, no printer goes: the page is a trap, or a poster.
_LARGEST = 15_000.0
_TINY_TEXT = 1.5
# A watermark is this high, and this pale.
_WATERMARK_SIZE = 36.0
_PALE = 0xA8
_WHITE = 0xF7
# An image over this part of the page is a scan.
_SCAN = 0.5
_LEAST_FILLED = 0.25
# Cells are sorted by height in steps of so many points.
_LEVEL = 20.0
# So many small shapes, without a character, are letters turned into outlines.
_OUTLINES = 40


@dataclass(frozen=True, slots=True)
class Reading:
    """One page as read, what to tell about it, and whether it is only an image."""

    page: Page
    warnings: tuple[Warning, ...]
    scanned: bool


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The words of a page: to be read, marked across it, or hidden from its reader."""

    words: tuple[Word, ...]
    watermarks: tuple[str, ...]
    hidden: tuple[str, ...]


def read_page(source: pdfium.PdfPage, number: int, widgets: Sequence[Widget]) -> Reading:
    """Read one page; ``number`` counts from 1."""
    runs = read_glyphs(source)
    turn = Turn(runs.main_direction() if runs.marks else source.get_rotation() // 90, *source.get_cropbox())
    width, height = turn.size
    if max(width, height) > _LARGEST:
        warning = Warning("cette page est démesurée : elle n'a pas été lue", page=number)
        return Reading(Page(number, width, height, (), ()), (warning,), scanned=False)
    drawings = read_drawings(source, turn)
    scan = any(box.width * box.height > _SCAN * width * height for box in drawings.images)
    sorted_words = _sort_words(runs, turn, drawings, scan=scan)
    drawn = read_drawn_boxes(drawings, sorted_words.words)
    words = (*drawn.words, *widgets_to_words(widgets, turn, drawn.words))
    page = _lay_out(words, drawings, number, width, height)
    page = replace(page, watermarks=sorted_words.watermarks)
    warnings = tuple(_warnings(number, runs, drawings, sorted_words, drawn.unknown))
    return Reading(page, warnings, scanned=not words and _is_picture(drawings))


def _is_picture(drawings: Drawings) -> bool:
    """Say whether a page without characters shows something: an image, or letters turned into outlines."""
    return bool(drawings.images) or len(drawings.shapes) > _OUTLINES


def _warnings(number: int, runs: Runs, drawings: Drawings, sorted_words: _Sorted, unknown: int) -> Iterator[Warning]:
    if runs.cut:
        yield Warning("cette page porte un nombre démesuré de caractères : la fin n'a pas été lue", page=number)
    if drawings.cut or len(drawings.shapes) > MOST_SHAPES:
        message = "cette page porte trop de tracés : ses tableaux ou ses cases peuvent être mal lus"
        yield Warning(message, page=number)
    if sorted_words.hidden:
        start = " ".join(sorted_words.hidden)[:60]
        yield Warning(f"du texte invisible à l'œil a été écarté : « {start} »", page=number)
    if unknown:
        yield Warning(f"l'état de {unknown} case(s) à cocher dessinée(s) n'a pas pu être déterminé", page=number)


# --- which words are read


def _sort_words(runs: Runs, turn: Turn, drawings: Drawings, *, scan: bool) -> _Sorted:
    words, hidden, watermarks = [], [], []
    candidates = [word for direction in runs.marks for word in _direction_words(runs, direction, turn)]
    layer = list(glyphs_to_words(turned(runs.hidden, turn)))
    width, height = turn.size
    sheet = Box(0, 0, width, height)
    areas = (*drawings.fills, *drawings.areas)
    coloured = [sheet] if drawings.cut else [fill.box for fill in areas if not _white(fill.colour)]
    coloured += drawings.images
    for word in drop_doubles(candidates):
        if not _visible(word, sheet, coloured):
            hidden.append(word.text)
        elif word.size >= _WATERMARK_SIZE and _pale(word.colour) and not _behind(word, coloured):
            watermarks.append(word.text)
        else:
            words.append(word)
    if scan:  # the text of a scan, laid over its image by character recognition
        words += drop_doubles(layer)
    else:
        hidden += [word.text for word in layer]
    askew = "".join(mark[0] or " " for mark in runs.marks.get(ASKEW, []))
    marks = [mark for mark in (" ".join(watermarks), " ".join(askew.split())) if mark]
    return _Sorted(tuple(words), tuple(marks), tuple(hidden))


def _direction_words(runs: Runs, direction: int, turn: Turn) -> Iterator[Word]:
    """Yield the words written in one direction; a line on its side becomes one word."""
    if direction == ASKEW:
        return
    words = glyphs_to_words(turned(runs.marks[direction], turn))
    quarters = (direction - turn.quarters) % 4
    if quarters == 0:
        yield from words
        return
    _width, _height = turn.size
    own = Turn(direction, turn.left, turn.bottom, turn.right, turn.top)
    upright = list(glyphs_to_words(turned(runs.marks[direction], own)))
    own_width, own_height = own.size
    for row in pieces_to_rows(upright):
        for piece in split_at_gaps(row):
            line = words_to_line(piece, 0)
            box = turn_upright(line.box, (4 - quarters) % 4, own_width, own_height)
            yield Word(line.text, box, line.size, line.bold, line.colour, turned=True)


def _visible(word: Word, sheet: Box, coloured: Sequence[Box]) -> bool:
    if word.size < _TINY_TEXT or not sheet.holds(word.box, 2.0):
        return False
    white = all((word.colour >> shift & 0xFF) >= _WHITE for shift in (0, 8, 16))
    return not white or _behind(word, coloured)


def _behind(word: Word, coloured: Sequence[Box]) -> bool:
    """Say whether a coloured area or an image lies behind a word."""
    return any(box.holds(word.box, 2.0) for box in coloured)


def _white(colour: int) -> bool:
    return all((colour >> shift & 0xFF) >= _WHITE for shift in (0, 8, 16))


def _pale(colour: int) -> bool:
    return all((colour >> shift & 0xFF) >= _PALE for shift in (0, 8, 16))


# --- where they stand


def _lay_out(words: Sequence[Word], drawings: Drawings, number: int, width: float, height: float) -> Page:
    frames = drawings_to_frames(drawings, width, height)
    grids = _outer([grid for frame in frames if (grid := frame_to_grid(frame))])
    filled = []
    free = list(words)
    for grid in sorted(grids, key=lambda grid: grid.box.top):
        laid = _fill(grid, [word for word in free if grid.box.holds(word.box)], number)
        if laid is not None:
            filled.append(laid)
            free = [word for word in free if not grid.box.holds(word.box)]
    side = find_side_heading(free, number)
    if side:
        free = [word for word in free if not word.turned]
    lines = [words_to_line(piece, number) for row in pieces_to_rows(free) for piece in split_at_gaps(row)]
    marked = mark_labels(join_badges(lines), drawings.fills)
    return Page(number, width, height, tuple(marked), tuple(filled), side=side)


def _outer(grids: Sequence[Grid]) -> list[Grid]:
    """Leave out the grids drawn inside a cell of another one: their text is that of the cell."""
    by_size = sorted(grids, key=lambda grid: grid.box.width * grid.box.height, reverse=True)
    outer: list[Grid] = []
    for grid in by_size:
        if not any(cell.box.covers(grid.box, 2.0) for other in outer for cell in other.cells):
            outer.append(grid)
    return outer


def _fill(grid: Grid, words: Sequence[Word], number: int) -> Grid | None:
    """Put words into the cells of a grid; None when this shows that it is no table."""
    if len(grid.edges) < 3:
        found = split_bands(grid, words)
        if found is None:
            return None
        grid = found
    cells = []
    for cell, held in zip(grid.cells, _share(grid, words), strict=True):
        lines = tuple(words_to_line(row, number) for row in pieces_to_rows(held))
        cells.append(replace(cell, lines=lines))
    filled = [cell for cell in cells if cell.lines]
    sparse = len(cells) > 8 and len(filled) < _LEAST_FILLED * len(cells)
    if not filled or sparse:
        return None
    return replace(grid, cells=tuple(cells))


def _share(grid: Grid, words: Sequence[Word]) -> list[list[Word]]:
    """Share words between the cells of a grid; a word belongs where it starts."""
    shares: list[list[Word]] = [[] for _ in grid.cells]
    by_row = sorted(range(len(grid.cells)), key=lambda index: grid.cells[index].box.top)
    levels: dict[int, list[int]] = {}  # the cells at each height, so that a word is tried in few
    for index in by_row:
        box = grid.cells[index].box
        for level in range(int((box.top - 1) // _LEVEL), int((box.bottom + 1) // _LEVEL) + 1):
            levels.setdefault(level, []).append(index)
    for word in words:
        x = min(max(word.box.x0 + min(word.box.width, word.size) / 2, grid.box.x0), grid.box.x1)
        point = Box(x, word.box.middle, x, word.box.middle)
        near = levels.get(int(point.middle // _LEVEL), ())
        holding = (index for index in near if grid.cells[index].box.holds(point, 0.5))
        shares[next(holding, by_row[-1])].append(word)
    return shares


def page_lines(page: Page) -> Iterator[TextLine]:
    """Yield every line of a page, those of its tables included."""
    yield from page.side
    yield from page.lines
    for grid in page.grids:
        for cell in grid.cells:
            yield from cell.lines
