"""Check boxes brought before their labels: inside a line, and across the cells of a row."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from clsassist.readers.docx.symbols import (
    CLEAR,
    LISTED,
    LISTED_CLEAR,
    LISTED_ORNAMENT,
    LISTED_TICKED,
    MARK,
    TICKED,
    UNKNOWN,
)
from clsassist.readers.layout import BOX_CLEAR, BOX_TICKED, BOX_UNKNOWN, Line, TableCell

_GLYPHS = {TICKED: BOX_TICKED, CLEAR: BOX_CLEAR, UNKNOWN: BOX_UNKNOWN}
_STATES = {" ": CLEAR, "_": CLEAR, "x": TICKED, "X": TICKED}

# Boxes typed with letters.
_TYPED = re.compile(r"\[([ _xX])\]")
_HOLLOW = re.compile("[□◻▢❏❐❑❒⬜]")
_FILLED = re.compile("[■◼⬛]")
_TICK = re.compile("[✓✔✅✗✘]")
_OPENING_TICK = re.compile(r"\s*[✓✔✅✗✘]\s+(?=\S)")
_RADIO_CLEAR, _RADIO_TICKED = re.compile("[○◯]"), re.compile("[◉⦿🔘]")
_DISC = re.compile("[●⬤]")
_UNSETTLED = re.compile("|".join(
    pattern.pattern for pattern in (_TYPED, _HOLLOW, _FILLED, _TICK, _RADIO_CLEAR, _RADIO_TICKED, LISTED)
))  # fmt: skip
# What may follow the last label of a line whose boxes stand after their labels.
_AFTERTHOUGHT = re.compile(r"\(|précise|si oui|si non|lequel|laquelle|lesquel", re.IGNORECASE)


class Side(Enum):
    """Where the boxes of a line stand."""

    BEFORE = auto()
    AFTER = auto()


# --- glyphs that are boxes only among others


def settle_glyphs(lines: Sequence[Line]) -> list[Line]:
    """Decide, for the lines of one cell, which squares, ticks and list bullets are check boxes.

    A hollow square is a box; a filled one, or a tick, is one only beside an empty box: alone, they are bullets.
    """
    whole = "\n".join(line.text for line in lines)
    if not _UNSETTLED.search(whole):
        return list(lines)
    hollow = CLEAR in whole or bool(_HOLLOW.search(whole)) or bool(_TYPED.search(whole))
    alone = bool(_TICK.fullmatch(whole.strip()))
    listed = _listed_states(whole)
    return [_settle_line(line, listed, hollow=hollow, alone=alone) for line in lines]


def _settle_line(line: Line, listed: dict[str, str], *, hollow: bool, alone: bool) -> Line:
    text, bullet = line.text, line.bullet
    drawn = LISTED.match(text)
    if drawn:
        mark = listed[drawn.group()]
        text = f"{mark} {text[1:]}" if mark else text[1:]
    text = _TYPED.sub(lambda typed: _STATES[typed.group(1)], _HOLLOW.sub(CLEAR, text))
    text = _settle_radio(text)
    if hollow or alone:
        text = _FILLED.sub(TICKED, text) if hollow else text
        text = _TICK.sub(TICKED, text)
    elif bullet is None and _OPENING_TICK.match(text):
        text, bullet = _OPENING_TICK.sub("", text, count=1), 0
    if text == line.text and bullet == line.bullet:
        return line
    return replace(line, text=text, bullet=bullet)


def _settle_radio(text: str) -> str:
    """Read « ● Oui ○ Non », when both signs stand in one line: on lines of their own, they are bullets."""
    if _RADIO_TICKED.search(text):
        return _RADIO_CLEAR.sub(CLEAR, _RADIO_TICKED.sub(TICKED, text))
    if len(_DISC.findall(text)) == 1 and _RADIO_CLEAR.search(text):
        return _RADIO_CLEAR.sub(CLEAR, _DISC.sub(TICKED, text))
    return text


def _listed_states(whole: str) -> dict[str, str]:
    """Say what the boxes drawn by lists are in one cell: '' stands for a plain bullet."""
    kinds = set(LISTED.findall(whole))
    others = bool(MARK.search(whole))
    both = others or (LISTED_TICKED in kinds and len(kinds) > 1)
    return {
        LISTED_TICKED: TICKED if both else "",
        LISTED_CLEAR: CLEAR if both else UNKNOWN,
        LISTED_ORNAMENT: CLEAR if both else "",
    }


# --- across the cells of a row


@dataclass(frozen=True, slots=True)
class _Bond:
    """A box cell and the cell that holds its label, by their positions in the row."""

    box: int
    label: int


def bind_rows(rows: Sequence[tuple[TableCell, ...]]) -> list[tuple[TableCell, ...]]:
    """Bring the boxes that stand alone in a cell to their labels: the next cell, the one before, or the column's head.

    In a grid, each row has several boxes and the head of their columns is their label.
    """
    if not any(_is_boxes(cell) for row in rows for cell in row):
        return list(rows)
    # Rows cut in as many cells are one grid; a form may hold one between rows that are cut otherwise.
    return [row for _, group in itertools.groupby(rows, key=len) for row in _bind_group(list(group))]


def _bind_group(rows: list[tuple[TableCell, ...]]) -> Iterator[tuple[TableCell, ...]]:
    heads = _grid_heads(rows)
    headed = {cell.column for cell in rows[0] if cell.lines and not _has_mark(cell)}
    yield _bind_row(rows[0], set())
    for row in rows[1:]:
        yield _bind_row(tuple(_name_by_head(cell, heads) for cell in row), headed)


def _grid_heads(rows: Sequence[tuple[TableCell, ...]]) -> dict[int | None, str]:
    """Return the heads of the columns that hold nothing but boxes, when there are several."""
    heads = {cell.column: _words(cell) for cell in rows[0][1:] if cell.lines and not _has_mark(cell)}
    boxed: set[int | None] = set()
    for row in rows[1:]:
        for cell in row:
            if _is_boxes(cell):
                boxed.add(cell.column)
            elif cell.lines:
                heads.pop(cell.column, None)
    grid = {column: head for column, head in heads.items() if column in boxed}
    # The columns where no row has a box yet count too: « 2024 | 2025 | 2026 » with one box a row.
    return grid if len(heads) > 1 else {}


def _name_by_head(cell: TableCell, heads: dict[int | None, str]) -> TableCell:
    if cell.column in heads and _is_boxes(cell):
        first, *others = cell.lines
        return replace(cell, lines=(replace(first, text=f"{first.text.strip()} {heads[cell.column]}"), *others))
    return cell


def _bind_row(row: tuple[TableCell, ...], headed: set[int | None]) -> tuple[TableCell, ...]:
    cells = list(row)
    for bond in _bonds(row, headed):
        boxes, label = cells[bond.box], cells[bond.label]
        joined = _join(boxes.lines, label.lines)
        if joined:
            cells[bond.label] = replace(label, lines=joined)
            cells[bond.box] = replace(boxes, lines=())
    return tuple(cells)


def _bonds(row: tuple[TableCell, ...], headed: set[int | None]) -> Iterator[_Bond]:
    """Pair box cells with label cells; ``headed`` are the columns that have a head of their own."""
    filled = [position for position, cell in enumerate(row) if cell.lines]
    lone = [_is_boxes(row[position]) for position in filled]
    if True not in lone or any(first and second for first, second in itertools.pairwise(lone)):
        return
    after = lone[-1] or (not lone[0] and any(row[filled[at]].column in headed for at, box in enumerate(lone) if box))
    for at, box in enumerate(lone):
        label = at - 1 if after and not lone[0] else at + 1
        if box and 0 <= label < len(filled):
            yield _Bond(filled[at], filled[label])


def _join(boxes: tuple[Line, ...], labels: tuple[Line, ...]) -> tuple[Line, ...]:
    """Put one box before each label; a box alone goes before the first. Empty when they do not pair."""
    if len(boxes) == 1:
        labels, rest = labels[:1], labels[1:]
    elif len(boxes) == len(labels):
        rest = ()
    else:
        return ()
    pairs = zip(boxes, labels, strict=True)
    return (*(replace(label, text=f"{box.text.strip()} {label.text}", bullet=None) for box, label in pairs), *rest)


def _is_boxes(cell: TableCell) -> bool:
    """Say whether a cell holds boxes without a word, one a line."""
    return bool(cell.lines) and all(bool(MARK.fullmatch(line.text.strip())) for line in cell.lines)


def _has_mark(cell: TableCell) -> bool:
    return any(MARK.search(line.text) for line in cell.lines)


def _words(cell: TableCell) -> str:
    return " ".join(line.text.strip() for line in cell.lines)


# --- inside a line


def usual_side(lines: Iterable[Line]) -> Side | None:
    """Return where the boxes of a document stand, when all the lines that tell it agree."""
    sides = {_line_side(MARK.split(line.text)) for line in lines if MARK.search(line.text)} - {None}
    return sides.pop() if len(sides) == 1 else None


def bind_line(line: Line, usual: Side | None) -> list[Line]:
    """Write a line with each box before its label, and what stands before the first box on a line of its own."""
    if not MARK.search(line.text):
        return [line]
    pieces, marks = MARK.split(line.text), MARK.findall(line.text)
    # A heading or a bullet with a box is an option.
    plain = Line("", line.page)
    return [replace(plain, text=text) for text in _bind_text(pieces, marks, usual)]


def _bind_text(pieces: list[str], marks: list[str], usual: Side | None) -> list[str]:
    side = _line_side(pieces) or usual
    words = [piece.strip() for piece in pieces]
    if side is Side.BEFORE:
        return [*words[:1], _options(marks, words[1:])] if words[0] else [_options(marks, words[1:])]
    if side is Side.AFTER:
        prefix, label = _split_prefix(words[0])
        return [*prefix, _options(marks, [label, *words[1:-1]]), *([words[-1]] if words[-1] else [])]
    # Nobody can tell which label each box belongs to.
    return [" ".join([words[0], _options([UNKNOWN] * len(marks), words[1:])])]


def _options(marks: Iterable[str], labels: Iterable[str]) -> str:
    return " ".join(f"{_GLYPHS[mark]} {label}".strip() for mark, label in zip(marks, labels, strict=True))


def _split_prefix(label: str) -> tuple[list[str], str]:
    """Cut « Démarche participative : Oui » before its last words."""
    head, colon, tail = label.rpartition(":")
    return ([f"{head}{colon}"], tail.strip()) if tail.strip() and colon else ([], label)


def _line_side(pieces: list[str]) -> Side | None:
    """Tell where the boxes of a line stand from the words around them; None when they do not tell."""
    head, *inner, tail = (piece.strip() for piece in pieces)
    colons = [piece.endswith(":") for piece in inner]
    if not head:
        return Side.BEFORE
    if not tail:
        # « Public : ☐ Adultes ☐ » may be a head and two boxes, or two labels.
        return None if head.endswith(":") and inner and not all(colons) else Side.AFTER
    if head.endswith(":"):
        return None if inner and all(colons) and not tail.endswith(":") else Side.BEFORE
    if _AFTERTHOUGHT.match(tail):
        return Side.AFTER
    return _side_by_spaces(pieces)


def _side_by_spaces(pieces: list[str]) -> Side | None:
    """Tell the side from the gaps: a box stands closer to its own label."""
    before = [_width(piece[len(piece.rstrip()) :]) for piece in pieces[:-1]]
    after = [_width(piece[: len(piece) - len(piece.lstrip())]) for piece in pieces[1:]]
    gaps = list(zip(before, after, strict=True))
    if all(left > right for left, right in gaps):
        return Side.BEFORE
    return Side.AFTER if all(left < right for left, right in gaps) else None


def _width(space: str) -> int:
    return sum(4 if char == "\t" else 1 for char in space)
