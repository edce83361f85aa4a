"""A line of a fiche written without a table: « Label : value », a label alone, or what goes on with the line above."""

from __future__ import annotations

from clsassist.parsing.drafts import FieldDraft, is_legend
from clsassist.parsing.gathering import FicheDraft
from clsassist.parsing.labels import UNKNOWN, cell_to_key, clean_label
from clsassist.parsing.lines import cut_labels, is_group_heading, line_to_key, unknown_label
from clsassist.parsing.units import Row, block_after
from clsassist.records import Block, BlockKind
from clsassist.text import squeeze

_LONGEST_TITLE = 200
_LOOSE_LABEL = "Texte"  # of the lines that follow no label


def read_fiche_line(fiche: FicheDraft, block: Block, below: Row | Block | None, text: str) -> None:
    """Read one line into a fiche; ``below`` is the row or line that follows it."""
    if _is_missing_title(fiche, block, text):
        fiche.title, fiche.awaits_title = block.span, False
        return
    if is_legend(squeeze(block.span.of(text))):
        fiche.note = FieldDraft(UNKNOWN, "", block.span.start, block.span.end, block.page, [block])
        fiche.line_field = None  # what follows goes on with no field above the note
        return
    if isinstance(below, Row) and is_group_heading(block, text) and not _goes_on(fiche, block):
        fiche.group_heading = block
        return  # « Carte d'identité de l'action », above one of the tables of a fiche: no content
    for label, value in cut_labels(block, text):
        if label is None:
            _add_loose_line(fiche, value, text)
        else:
            _open_field(fiche, label, value, text)


def _is_missing_title(fiche: FicheDraft, block: Block, text: str) -> bool:
    words = block.span.of(text)
    fits = block.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING) and len(words) <= _LONGEST_TITLE
    return fiche.awaits_title and fits and line_to_key(words) is None


def _goes_on(fiche: FicheDraft, block: Block) -> bool:
    """Tell a value under a label alone on its line from the heading of a table: « Partenaires », then « ARS »."""
    open_label = fiche.line_field is not None and fiche.line_field is fiche.last()
    return open_label and block.kind is not BlockKind.HEADING


def _open_field(fiche: FicheDraft, label: Block, value: Block, text: str) -> None:
    words = label.span.of(text)
    key = cell_to_key(words) or UNKNOWN
    draft = FieldDraft(key, clean_label(words), label.span.start, max(label.span.end, value.span.end), label.page)
    if value.span.of(text).strip():
        draft.extend((block_after(value, 0, text),), value.span.end)
    fiche.awaits_title = False
    fiche.fields.append(draft)
    fiche.line_field = draft


def _add_loose_line(fiche: FicheDraft, block: Block, text: str) -> None:
    """Keep a line that follows no label, as text of the fiche: nothing is dropped."""
    if found := unknown_label(block, text, fiche.own()):
        _open_field(fiche, *found, text)
        return
    last = fiche.last()
    if last is None or (last is not fiche.line_field and last.label != _LOOSE_LABEL):
        key = "description" if not fiche.own() else UNKNOWN
        last = FieldDraft(key, _LOOSE_LABEL, block.span.start, block.span.end)
        fiche.fields.append(last)
    last.extend((block,), block.span.end)
