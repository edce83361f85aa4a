"""The drawings of a page, as PDFium gives them: rules, coloured areas, small shapes, images."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from clsassist.readers.pdf.page import Box, Drawings, Fill, Shape
from clsassist.readers.pdf.turning import Turn

# Maps and charts draw hundreds of thousands of strokes; a page of forms, a few hundred. Beyond, it is told.
MAX_OBJECTS = 15_000
MAX_POINTS = 60_000
_MAX_DEPTH = 6
# A drawing as thin as this, and so many times longer, is a rule.
_THIN = 3.0
_LONG = 2.5
# Between a rule and an area: what is smaller may be a check box, or what ticks one.
_SMALL = 17.0
_STRAIGHT = 0.6

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class _Found:
    """What is gathered while the objects of a page are walked through."""

    turn: Turn
    horizontal: list[Box] = field(default_factory=list)
    vertical: list[Box] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    areas: list[Fill] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    images: list[Box] = field(default_factory=list)
    objects: int = 0
    points: int = 0

    @property
    def full(self) -> bool:
        return self.objects >= MAX_OBJECTS or self.points >= MAX_POINTS


def read_drawings(page: pdfium.PdfPage, turn: Turn) -> Drawings:
    """Read the drawings of a page, at the place where they are seen."""
    found = _Found(turn)
    count = pdfium_c.FPDFPage_CountObjects(page.raw)
    objects = (pdfium_c.FPDFPage_GetObject(page.raw, index) for index in range(count))
    _walk(objects, _IDENTITY, found, 0)
    return Drawings(
        tuple(found.horizontal),
        tuple(found.vertical),
        tuple(found.fills),
        tuple(found.areas),
        tuple(found.shapes),
        tuple(found.images),
        cut=found.full,
    )


def _walk(objects: Iterator[pdfium_c.FPDF_PAGEOBJECT], matrix: Matrix, found: _Found, depth: int) -> None:
    for item in objects:
        found.objects += 1
        if found.full:
            return
        kind = pdfium_c.FPDFPageObj_GetType(item)
        if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
            _read_path(item, matrix, found)
        elif kind in (pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_SHADING):
            found.images.append(found.turn.box(_corners(_bounds(item), matrix)))
        elif kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _MAX_DEPTH:
            inner = (
                pdfium_c.FPDFFormObj_GetObject(item, index) for index in range(pdfium_c.FPDFFormObj_CountObjects(item))
            )
            _walk(inner, _multiply(_matrix(item), matrix), found, depth + 1)


def _bounds(item: pdfium_c.FPDF_PAGEOBJECT) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium_c.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    return Box(left.value, bottom.value, right.value, top.value)


def _matrix(item: pdfium_c.FPDF_PAGEOBJECT) -> Matrix:
    found = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFPageObj_GetMatrix(item, found)
    return found.a, found.b, found.c, found.d, found.e, found.f


def _multiply(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _corners(box: Box, matrix: Matrix) -> Box:
    if matrix == _IDENTITY:
        return box
    points = [_apply(matrix, x, y) for x in (box.x0, box.x1) for y in (box.top, box.bottom)]
    across, up = [x for x, _ in points], [y for _, y in points]
    return Box(min(across), min(up), max(across), max(up))


def _read_path(item: pdfium_c.FPDF_PAGEOBJECT, matrix: Matrix, found: _Found) -> None:
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDFPath_GetDrawMode(item, mode, stroke)
    filled, stroked = mode.value != 0, bool(stroke.value)
    if not (filled or stroked):  # it only clips
        return
    whole = _multiply(_matrix(item), matrix)
    colour = _colour(item, filled=filled)
    for points in _subpaths(item, whole, found):
        _sort(points, found, stroked=stroked, filled=filled, colour=colour)


def _colour(item: pdfium_c.FPDF_PAGEOBJECT, *, filled: bool) -> int:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    read = pdfium_c.FPDFPageObj_GetFillColor if filled else pdfium_c.FPDFPageObj_GetStrokeColor
    read(item, red, green, blue, alpha)
    return red.value << 16 | green.value << 8 | blue.value


def _subpaths(item: pdfium_c.FPDF_PAGEOBJECT, matrix: Matrix, found: _Found) -> Iterator[list[tuple[float, float]]]:
    """Yield the points of each part of a path; the control points of a curve stand for it."""
    points: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(pdfium_c.FPDFPath_CountSegments(item)):
        found.points += 1
        if found.full:
            break
        segment = pdfium_c.FPDFPath_GetPathSegment(item, index)
        pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
        if pdfium_c.FPDFPathSegment_GetType(segment) == pdfium_c.FPDF_SEGMENT_MOVETO and points:
            yield points
            points = []
        points.append(found.turn.point(*_apply(matrix, x.value, y.value)))
        if pdfium_c.FPDFPathSegment_GetClose(segment) and points[0] != points[-1]:
            points.append(points[0])
    if points:
        yield points


def _sort(points: list[tuple[float, float]], found: _Found, *, stroked: bool, filled: bool, colour: int) -> None:
    """Put one part of a path where it belongs: rule, coloured area, small shape."""
    across, down = [x for x, _ in points], [y for _, y in points]
    box = Box(min(across), min(down), max(across), max(down))
    upright = _is_rectangle(points)
    if box.height <= _THIN and box.width > _LONG * box.height:
        found.horizontal.append(box)
    elif box.width <= _THIN and box.height > _LONG * box.width:
        found.vertical.append(box)
    elif box.width <= _SMALL and box.height <= _SMALL:
        found.shapes.append(Shape(box, upright, _is_slanted(points, box), stroked, filled, colour))
    else:
        if filled:
            (found.fills if upright else found.areas).append(Fill(box, colour))
        if stroked:
            _add_edges(points, found)


def _is_rectangle(points: list[tuple[float, float]]) -> bool:
    straight = all(
        abs(first[0] - second[0]) < _STRAIGHT or abs(first[1] - second[1]) < _STRAIGHT
        for first, second in itertools.pairwise(points)
    )
    return 4 <= len(points) <= 6 and straight


def _is_slanted(points: list[tuple[float, float]], box: Box) -> bool:
    """Tell a stroke across a box from its rounded corners, by its length."""
    longest = max(
        (
            math.hypot(first[0] - second[0], first[1] - second[1])
            for first, second in itertools.pairwise(points)
            if min(abs(first[0] - second[0]), abs(first[1] - second[1])) >= _STRAIGHT
        ),
        default=0.0,
    )
    return longest >= 0.5 * math.hypot(box.width, box.height)


def _add_edges(points: list[tuple[float, float]], found: _Found) -> None:
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        if box.height < _STRAIGHT and box.width > _THIN:
            found.horizontal.append(box)
        elif box.width < _STRAIGHT and box.height > _THIN:
            found.vertical.append(box)
