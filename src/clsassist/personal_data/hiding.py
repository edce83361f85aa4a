"""A document without its personal data: its text says where something was hidden, its blocks follow."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clsassist.personal_data.finding import Finding, find_personal_data
from clsassist.records import Block, BlockKind, Document, Span, Warning

__all__ = ["hide_in_document", "hide_in_text"]


def hide_in_text(text: str) -> str:
    """Return a text without the personal data found in it."""
    return _written(text, find_personal_data(text))


def hide_in_document(document: Document) -> Document:
    """Return a document as if its personal data had never been written in it, places included.

    Done before anything is parsed: every quote is then the very text of the document, and nothing that is hidden
    can be stored, searched or shown. The name of the file, by which it is found, stays: a warning says so when it
    seems to name somebody.
    """
    found = find_personal_data(document.text, tuple(_labelled_cells(document)))
    pieces = tuple(_within_blocks(found, document.blocks))
    moved = _Moves.of(pieces)
    return replace(
        document,
        text=_written(document.text, pieces),
        blocks=tuple(replace(block, span=moved.span(block.span)) for block in document.blocks),
        title=document.title and hide_in_text(document.title),
        margins=tuple(map(hide_in_text, document.margins)),
        warnings=(*map(_hidden, document.warnings), *_name_warnings(document.path)),
    )


def _name_warnings(path: str) -> Iterator[Warning]:
    if find_personal_data(path.replace("_", " ")):
        yield Warning("le nom de ce fichier semble nommer une personne : renommez-le, il n'est pas masqué")


def _hidden(warning: Warning) -> Warning:
    return replace(warning, message=hide_in_text(warning.message))


def _written(text: str, pieces: Sequence[Finding]) -> str:
    parts: list[str] = []
    end = 0
    for piece in pieces:
        parts.extend((text[end : piece.span.start], piece.kind.value))
        end = piece.span.end
    return "".join((*parts, text[end:]))


def _within_blocks(found: Sequence[Finding], blocks: Sequence[Block]) -> Iterator[Finding]:
    """Cut what is hidden where a block starts or ends inside it: each block keeps its own part."""
    bounds = sorted({bound for block in blocks for bound in (block.span.start, block.span.end)})
    for finding in found:
        start, end = finding.span.start, finding.span.end
        inner = bounds[bisect_right(bounds, start) : bisect_right(bounds, end - 1)]
        for bound in (*inner, end):
            yield Finding(Span(start, bound), finding.kind)
            start = bound


@dataclass(frozen=True, slots=True)
class _Moves:
    """Where each offset of a text goes: ``shifts[n]`` is added after the end of the n-th piece hidden."""

    ends: tuple[int, ...]
    shifts: tuple[int, ...]

    @staticmethod
    def of(pieces: Sequence[Finding]) -> _Moves:
        shifts = [0]
        for piece in pieces:
            shifts.append(shifts[-1] + len(piece.kind.value) - (piece.span.end - piece.span.start))
        return _Moves(tuple(piece.span.end for piece in pieces), tuple(shifts))

    def span(self, span: Span) -> Span:
        return Span(self._place(span.start), self._place(span.end))

    def _place(self, offset: int) -> int:
        # No bound of a block falls within a piece.
        return offset + self.shifts[bisect_right(self.ends, offset)]


def _labelled_cells(document: Document) -> Iterator[tuple[Span, str]]:
    """Yield each line of a table cell with what labels it: the cell to its left, and the first of its column."""
    cells = {
        (block.table or 0, block.row or 0, block.column or 0): block.span
        for block in document.blocks
        if block.kind is BlockKind.CELL
    }
    for (table, row, column), span in cells.items():
        for place in ((table, row, column - 1), (table, 0, column)):
            label = cells.get(place)
            if label and label != span:
                yield from ((line, label.of(document.text)) for line in _lines(document.text, span))


def _lines(text: str, span: Span) -> Iterator[Span]:
    start = span.start
    for line in span.of(text).split("\n"):
        yield Span(start, start + len(line.rstrip()))
        start += len(line) + 1
