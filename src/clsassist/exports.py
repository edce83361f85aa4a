"""Answers and actions for people and spreadsheets: plain text, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clsassist.errors import ClsAssistError
from clsassist.records import Action, Answer, AnswerStatus, Citation, Field
from clsassist.text import INVISIBLE, squeeze

if TYPE_CHECKING:
    from clsassist.registry import Registry

# A cell that begins with one of these is a formula for a spreadsheet: a document must not be able to run one.
# Spreadsheets set to an Asian language take the full-width signs for it.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

_FIXED_COLUMNS = ("id", "document", "plan", "numero", "titre", "axe", "objectif", "thematique")


def answer_to_plain(answer: Answer) -> str:
    """Return an answer for a reader at a terminal: the text, then the numbered sources."""
    parts = [answer.text.strip()]
    if answer.status is AnswerStatus.AMBIGUOUS and answer.choices:
        parts.append("\n".join(f"- {choice}" for choice in answer.choices))
    if answer.citations:
        parts.append("Sources\n" + "\n".join(citation_to_plain(cited) for cited in answer.citations))
    return INVISIBLE.sub("", "\n\n".join(parts)) + "\n"


def citation_to_plain(citation: Citation) -> str:
    """Return one source line: where the words stand, then the words."""
    fiche = f"fiche {citation.action_number}" if citation.action_number else citation.action_title
    place = " › ".join(squeeze(part) for part in (citation.document, fiche, citation.label) if part)
    page = f" (p. {citation.page})" if citation.page is not None else ""
    return f"[{citation.number}] {place}{page} : « {squeeze(citation.quote)} »"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action with the names of the document and plan that it comes from."""

    action: Action
    document: str
    plan: str

    def fixed(self) -> tuple[str | None, ...]:
        """Return the values that every action has, in the order of the fixed columns."""
        action = self.action
        return (
            action.id,
            self.document,
            self.plan,
            action.number,
            action.title,
            action.axe,
            action.objectif,
            action.thematique,
        )


def registry_to_rows(registry: Registry) -> tuple[ActionRow, ...]:
    """Return every action of a registry, in the order of documents then of fiches."""
    return tuple(
        ActionRow(action, registry.paths[action.document_id], registry.plans[action.document_id].name)
        for action in registry.actions.values()
    )


def rows_to_csv(rows: Sequence[ActionRow]) -> str:
    """Return the actions as a French spreadsheet reads them: one line each, semicolons, no formula."""
    found = dict.fromkeys(field.key for row in rows for field in row.action.fields)
    keys = tuple(key for key in found if key not in _FIXED_COLUMNS)
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\n")
    writer.writerow((*_FIXED_COLUMNS, *keys))
    for row in rows:
        cells = (*row.fixed(), *(_fields_to_cell(row.action.fields, key) for key in keys))
        writer.writerow([neutralise(cell or "") for cell in cells])
    return written.getvalue()


def rows_to_json(rows: Sequence[ActionRow]) -> str:
    """Return the actions as one JSON array, an action a line."""
    lines = (json.dumps(_row_to_payload(row), ensure_ascii=False) for row in rows)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def write_export(path: Path, written: str | bytes) -> None:
    """Write an export to a file; a CSV begins with the mark that makes Excel read its accents.

    Raises ClsAssistError when the file cannot be written.
    """
    try:
        if isinstance(written, bytes):
            path.write_bytes(written)
        else:
            path.write_text(written, encoding="utf-8-sig" if path.suffix.lower() == ".csv" else "utf-8")
    except OSError as error:
        message = f"« {path} » n'a pas pu être écrit ({error.strerror}). Choisissez un autre fichier avec --output."
        raise ClsAssistError(message) from error


def neutralise(cell: str) -> str:
    """Make a cell plain text for every spreadsheet.

    >>> neutralise("=1+1"), neutralise(" @SOMME"), neutralise("2025")
    ("'=1+1", "' @SOMME", '2025')
    """
    return f"'{cell}" if cell.lstrip().startswith(FORMULA_STARTS) else cell


def _row_to_payload(row: ActionRow) -> dict[str, object]:
    fields = [
        {
            "field": field.key,
            "label": field.label,
            "text": field.text,
            "ticked": list(_ticked(field)),
            "page": field.page,
        }
        for field in row.action.fields
    ]
    return {**dict(zip(_FIXED_COLUMNS, row.fixed(), strict=True)), "fields": fields}


def _fields_to_cell(fields: Iterable[Field], key: str) -> str:
    return "\n".join(_field_to_cell(field) for field in fields if field.key == key and field.filled)


def _field_to_cell(field: Field) -> str:
    return field.text or " ; ".join(_ticked(field))


def _ticked(field: Field) -> tuple[str, ...]:
    return tuple(option.label for option in field.options if option.ticked)
