"""Check boxes and bullets that are drawn instead of written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED, BOX_UNKNOWN
from clsassist.readers.pdf.page import Box, Drawings, Shape, Word

# The side of a check box, in points, and how far from a square it may be.
_LEAST_SIDE, _MOST_SIDE, _UNEVEN = 5.0, 17.0, 2.0
_MOST_BULLET = 6.5
# Shapes nearer than this are drawn together.
_TOUCH = 1.5
_TICKS = frozenset("xX✓✔✗×✕●■✘•")
# Part of the outer square that what stands inside fills: a frame drawn twice, or a filled square.
_FRAME = 0.8
_TINY = 0.12
_LIGHT = 0xE0
# A page with more small shapes is a chart or a map, and no form.
MOST_SHAPES = 1_500


@dataclass(frozen=True, slots=True)
class Drawn:
    """Small drawings read as words, and what is left of the words of the page once their ticks are taken out."""

    words: tuple[Word, ...]
    unknown: int


def read_drawn_boxes(drawings: Drawings, words: Sequence[Word]) -> Drawn:
    """Write each drawn box as a word, and each drawn bullet; ``unknown`` counts the boxes that cannot be told."""
    clusters = _clusters(drawings.shapes) if len(drawings.shapes) <= MOST_SHAPES else []
    boxes = [(cluster, _hull(cluster)) for cluster in clusters if _is_box(cluster)]
    emptied = any(_state(cluster, hull, ()) == BOX_CLEAR for cluster, hull in boxes)
    kept, found, unknown = list(words), [], 0
    told: list[Box] = []
    for cluster, hull in boxes:
        inside = [word for word in kept if hull.holds(word.box, 1.0) and word.box.width < 1.6 * hull.width]
        state = _state(cluster, hull, tuple(word.text for word in inside))
        if state is None or (state == BOX_TICKED and not emptied and _plain(cluster)):
            continue
        unknown += state == BOX_UNKNOWN
        told.append(hull)
        kept = [word for word in kept if word not in inside]
        found.append(_symbol(state, hull, kept))
    found += [
        _symbol("•", _hull(cluster), kept)
        for cluster in clusters
        if _hull(cluster) not in told and _is_bullet(cluster, kept)
    ]
    return Drawn((*kept, *found), unknown)


def _clusters(shapes: Sequence[Shape]) -> list[list[Shape]]:
    """Group the shapes that touch: a square and its tick."""
    clusters: list[tuple[Box, list[Shape]]] = []
    for shape in sorted(shapes, key=lambda shape: (shape.box.top, shape.box.x0)):
        near = next((held for held in reversed(clusters[-12:]) if _touch(held[0], shape.box)), None)
        if near is None:
            clusters.append((shape.box, [shape]))
        else:
            near[1].append(shape)
            clusters[clusters.index(near)] = (_hull(near[1]), near[1])
    return [cluster for _, cluster in clusters]


def _touch(first: Box, second: Box) -> bool:
    return (
        first.x0 - _TOUCH < second.x1
        and second.x0 < first.x1 + _TOUCH
        and first.top - _TOUCH < second.bottom
        and second.top < first.bottom + _TOUCH
    )


def _hull(shapes: Sequence[Shape]) -> Box:
    boxes = [shape.box for shape in shapes]
    return Box(
        min(box.x0 for box in boxes),
        min(box.top for box in boxes),
        max(box.x1 for box in boxes),
        max(box.bottom for box in boxes),
    )


def _is_box(cluster: Sequence[Shape]) -> bool:
    outer = max(cluster, key=lambda shape: shape.box.width * shape.box.height).box
    even = abs(outer.width - outer.height) <= _UNEVEN and not all(shape.slanted for shape in cluster)
    return even and _LEAST_SIDE <= outer.width <= _MOST_SIDE and (_has_frame(cluster) or _plain(cluster))


def _has_frame(cluster: Sequence[Shape]) -> bool:
    return any(shape.stroked and shape.box.width >= _LEAST_SIDE for shape in cluster) or len(cluster) > 1


def _plain(cluster: Sequence[Shape]) -> bool:
    """Say whether the drawing is one full shape: a ticked box among empty ones, or a mere bullet."""
    only = cluster[0]
    return len(cluster) == 1 and only.filled and _dark(only)


def _dark(shape: Shape) -> bool:
    return min(shape.colour >> shift & 0xFF for shift in (0, 8, 16)) < _LIGHT


def _state(cluster: Sequence[Shape], hull: Box, inside: tuple[str, ...]) -> str | None:
    """Return the box that a drawing shows, or None when it frames ordinary text."""
    text = "".join(inside)
    if text:
        return BOX_TICKED if set(text) <= _TICKS or text in ("4", "8") else None
    if _plain(cluster):
        return BOX_TICKED
    area = hull.width * hull.height
    inner = [shape for shape in cluster if shape.slanted or shape.box.width * shape.box.height < _FRAME * area]
    marks = [shape for shape in inner if not (shape.filled and shape.square and not _dark(shape))]
    if not marks:
        return BOX_CLEAR
    mark = _hull(marks)
    return BOX_TICKED if mark.width * mark.height > _TINY * area else BOX_UNKNOWN


def _is_bullet(cluster: Sequence[Shape], words: Sequence[Word]) -> bool:
    """Tell a drawn bullet: small, full, with text close to its right."""
    hull = _hull(cluster)
    small = max(hull.width, hull.height) <= _MOST_BULLET and abs(hull.width - hull.height) <= _UNEVEN
    if not small or not hull.width > 1.0:
        return False
    return any(
        0 < word.box.x0 - hull.x1 < 2.5 * word.size and word.box.top < hull.middle < word.box.bottom for word in words
    )


def _symbol(text: str, hull: Box, words: Sequence[Word]) -> Word:
    """Write a drawing as a word as high as the text at its side, so that it stands on its line."""
    beside = [word for word in words if word.box.top - 2 < hull.middle < word.box.bottom + 2]
    nearest = min(beside, key=lambda word: abs(word.box.x0 - hull.x1), default=None)
    if nearest is None:
        return Word(text, hull, hull.height)
    box = replace(nearest.box, x0=hull.x0, x1=hull.x1)
    return Word(text, box, nearest.size, nearest.bold, nearest.colour)
