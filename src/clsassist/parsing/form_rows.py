"""A row of the form of a fiche: a label and its values, a label over sub-labels, or what goes on with the row above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from clsassist.parsing.drafts import FieldDraft
from clsassist.parsing.fiche_lines import read_fiche_line
from clsassist.parsing.gathering import FicheDraft
from clsassist.parsing.headings import Part, line_to_heading
from clsassist.parsing.labels import UNKNOWN, cell_to_key, clean_label, label_to_key
from clsassist.parsing.lines import is_label_like, line_to_key
from clsassist.parsing.units import Cell, Row, is_merged_title
from clsassist.records import Block, BlockKind

_SHORT_LABEL = 3  # words


def read_form_row(fiche: FicheDraft, row: Row, below: Row | Block | None, text: str) -> None:
    """Read one row into a fiche; ``below`` is the row or line that follows it."""
    first, *values = row.cells
    if not values or row.empty or (fiche.awaits_title and is_merged_title(row)):
        _read_lone_cell(fiche, first, below, text)
    elif first.empty:
        _read_continuation(fiche, values, below, text)
    else:
        for label, key, shared in _labels_of(first, values, text):
            _open_field(fiche, label, key, shared, text)


def _read_lone_cell(fiche: FicheDraft, cell: Cell, below: Row | Block | None, text: str) -> None:
    """Read a cell alone in its row: a title, labels over their values, or what goes on with the row above."""
    if cell.empty:
        return
    if fiche.awaits_title and len(cell.blocks) == 1 and line_to_key(cell.text(text)) is None:
        fiche.title, fiche.awaits_title = cell.written, False
    elif fiche.own() and not any(_heads_lines(block, text) for block in cell.blocks):
        fiche.fields[-1].extend(cell.blocks, cell.span.end)
    else:
        for block in cell.blocks:
            read_fiche_line(fiche, block, below, text)


def _heads_lines(block: Block, text: str) -> bool:
    return block.kind is BlockKind.HEADING or is_label_like(block, text)


def _read_continuation(fiche: FicheDraft, values: list[Cell], below: Row | Block | None, text: str) -> None:
    """Read a row without a label: a sub-label of the row above, or the rest of its value."""
    last = fiche.last()
    if last is None:
        for block in (block for cell in values for block in cell.blocks):
            read_fiche_line(fiche, block, below, text)
    elif len(values) >= 2 and _opens_sub_field(values[0].text(text)):
        _open_sub_field(fiche, values[0], values[1:], text)
    else:
        last.add_row(values)


def _labels_of(label: Cell, values: list[Cell], text: str) -> Iterator[tuple[Cell, str | None, Sequence[Cell]]]:
    """Yield each label of a cell with its key and its values."""
    keys = [label_to_key(block.span.of(text)) for block in label.blocks]
    if len(keys) == 1 or None in keys:
        yield label, cell_to_key(label.text(text)), values
        return
    for block, key, shared in _share(label, keys, values, text):
        yield Cell(block.span, (block,)), key, shared


def _share(
    label: Cell, keys: list[str | None], values: list[Cell], text: str
) -> Iterator[tuple[Block, str | None, Sequence[Cell]]]:
    """Share the value of a cell that holds several labels: line by line when there is one for each.

    « Rôle du PETR co-pilote » and « Rôle de la CPTS co-pilote » have one value between them; « Structure : »,
    « Personne référente : » have each their line.
    """
    lines = [block for cell in values for block in cell.blocks]
    labels = list(zip(label.blocks, keys, strict=True))
    if len(set(keys)) == 1:
        yield from ((block, key, values) for block, key in labels)
        return
    # « Porteur », alone on its line, may head « Structure : » and « Personne référente : ».
    named = labels if len(labels) == len(lines) else [held for held in labels if ":" in held[0].span.of(text)]
    if len(named) == len(lines):
        for (block, key), line in zip(named, lines, strict=True):
            yield block, key, [Cell(line.span, (line,))]
    else:
        yield replace(label.blocks[0], span=label.written), keys[0], values


def _open_field(fiche: FicheDraft, label: Cell, key: str | None, values: Sequence[Cell], text: str) -> None:
    fiche.awaits_title = False
    name = clean_label(label.text(text))
    fiche.row_label = (key or UNKNOWN, name)
    if len(values) >= 2 and _is_sub_label(values[0], text):
        _open_sub_field(fiche, values[0], values[1:], text)
        return
    if key == "objectifs_operationnels" and _names_objective(values, text):
        key = "objectif_strategique"
    draft = FieldDraft(key or UNKNOWN, name, label.span.start, label.span.end, label.blocks[0].page)
    draft.add_row(values)
    fiche.fields.append(draft)


def _names_objective(values: Sequence[Cell], text: str) -> bool:
    """Tell « Objectif | Objectif 1.1 : … », the heading that the fiche stands under, from objectives of its own."""
    words = [cell.text(text) for cell in values if not cell.empty]
    heading = line_to_heading(words[0]) if len(words) == 1 else None
    return heading is not None and heading.part is Part.OBJECTIF


def _open_sub_field(fiche: FicheDraft, label: Cell, values: Sequence[Cell], text: str) -> None:
    last = fiche.last()
    parent_key, parent = fiche.row_label or ((last.key, last.label) if last else (UNKNOWN, ""))
    name = clean_label(label.text(text))
    # « Financement › Global » is about the financing; a longer label says by itself what it is about.
    key = cell_to_key(name) or (parent_key if len(name.split()) <= _SHORT_LABEL else UNKNOWN)
    draft = FieldDraft(key, f"{parent} › {name}", label.span.start, label.span.end)
    draft.add_row(values)
    fiche.fields.append(draft)


def _is_sub_label(cell: Cell, text: str) -> bool:
    words = cell.text(text)
    return len(cell.blocks) == 1 and cell.blocks[0].ticked is None and label_to_key(words) is not None


def _opens_sub_field(words: str) -> bool:
    """Tell a sub-label from the end of a value cut by a page: « territoire. »."""
    return label_to_key(words) is not None and words[:1].isupper() and not words.endswith(".")
