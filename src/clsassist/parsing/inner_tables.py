"""Lists inside a fiche: its sub-actions, its indicators with their targets; each row is one item of one field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clsassist.parsing.columns import row_to_header
from clsassist.parsing.drafts import FieldDraft
from clsassist.parsing.labels import cell_to_key, clean_label
from clsassist.parsing.units import Row
from clsassist.records import Block, BlockKind, Span

# Columns that hold what a row is about, by what the list then is.
_SUBJECTS = {"titre": "etapes", "etapes": "etapes", "description": "etapes", "leviers": "etapes"}
# Who does a step takes part in the action, without carrying it.
_TOLD = {"porteur": "partenaires", "partenaires": "partenaires", "calendrier": "calendrier"}
_LISTED = frozenset({"indicateurs", "indicateurs_resultat", "indicateurs_processus", "financement", "etapes"})
_LONGEST_HEAD = 40


@dataclass(frozen=True, slots=True)
class InnerTable:
    """A list being read into the one field that it makes, and into those of its columns that tell who and when.

    ``subject`` is the column that says what each row is about: a row where it is empty goes on with the one above.
    """

    table: int
    draft: FieldDraft
    subject: int | None = None
    columns: tuple[tuple[int | None, FieldDraft], ...] = ()

    @staticmethod
    def open(row: Row, key: str, heading: Block | None, text: str) -> InnerTable:
        """Open the field of a list: under the heading above the table, else under the label of its first column."""
        first = next(cell for cell in row.cells if not cell.empty)
        label = heading.span if heading else first.written
        named = cell_to_key(_unnumbered(label.of(text))) if heading else None
        name = clean_label(_unnumbered(label.of(text)))
        draft = FieldDraft(named or key, name, label.start, row.cells[-1].span.end)
        return InnerTable(row.table, draft, _subject(row, text), tuple(_columns(row, name, text)))

    def read(self, row: Row, fields: list[FieldDraft]) -> None:
        """Add a row: one item, from its first word to its last; ``fields`` of the fiche grow with what it tells."""
        blocks = list(row.blocks())
        if not blocks:
            return
        first = blocks[0]
        span = Span(min(block.span.start for block in blocks), max(block.span.end for block in blocks))
        whole = Block(BlockKind.ITEM, span, first.page, first.table, first.row, first.column)
        if self.draft.blocks and any(cell.column == self.subject and cell.empty for cell in row.cells):
            above = self.draft.blocks.pop()
            whole = replace(above, span=Span(above.span.start, span.end))
        self.draft.extend((whole,), span.end)
        columns = dict(self.columns)
        for cell in row.cells:
            if cell.column in columns and not cell.empty:
                draft = columns[cell.column]
                if not draft.blocks:
                    fields.append(draft)
                draft.extend(cell.blocks, cell.span.end)


def inner_header(row: Row, below: Row | Block | None, text: str, *, begun: bool) -> str | None:
    """Return the key of the field that a list inside a fiche makes, or None when the row heads no such list.

    It has three columns or more; a list of actions is one only inside a fiche that has begun.
    """
    cells = [cell for cell in row.cells if not cell.empty]
    words = [cell.text(text) for cell in cells]
    if len(cells) < 3 or any(len(label) > _LONGEST_HEAD or label.endswith((".", ";", ",")) for label in words):
        return None
    keys = [cell_to_key(label) for label in words]
    if begun and row_to_header(row, text) is not None:
        return next((_SUBJECTS[key] for key in keys if key in _SUBJECTS), "etapes")
    # A label merged over rows leaves its cell empty below; a list has a subject in each row.
    listed = isinstance(below, Row) and below.table == row.table and len(below.cells) == len(row.cells)
    if listed and isinstance(below, Row) and not below.cells[0].empty and not cell_to_key(below.cells[0].text(text)):
        return keys[0] if keys[0] in _LISTED else None
    return None


def _subject(row: Row, text: str) -> int | None:
    """Return the column of what each row is about: the one so named, else the first."""
    named = (cell for cell in row.cells if cell_to_key(cell.text(text)) in _SUBJECTS)
    return next(named, row.cells[0]).column


def _columns(row: Row, name: str, text: str) -> Iterator[tuple[int | None, FieldDraft]]:
    for cell in row.cells:
        key = _TOLD.get(cell_to_key(cell.text(text)) or "")
        if key:
            label = f"{name} › {clean_label(cell.text(text))}"
            yield cell.column, FieldDraft(key, label, cell.span.start, cell.span.end)


def _unnumbered(heading: str) -> str:
    return heading.lstrip("0123456789.) –-") or heading
