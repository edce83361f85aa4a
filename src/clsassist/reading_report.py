"""What a coordinator is told after a reading: what was found in each document, and what to check in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from clsassist.parsing.labels import UNKNOWN
from clsassist.records import Action, Corpus, ParsedDocument, Section, Warning
from clsassist.text import squeeze


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """The reading of one document, counted.

    ``known_fields`` have a label of the table of labels; ``own_labels`` are those kept as written because they are in
    no table. ``unknown_boxes`` are boxes whose state the file does not tell.
    """

    document: str
    plan: str
    dated: str | None
    status: str | None
    actions: int
    sections: int
    known_fields: int
    own_fields: int
    own_labels: tuple[str, ...]
    empty_fields: int
    boxes: int
    ticked_boxes: int
    unknown_boxes: int
    warnings: tuple[Warning, ...]


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """The reading of a folder: its documents, and the files that could not be read, with the reason."""

    documents: tuple[DocumentReport, ...]
    unread: tuple[tuple[str, str], ...]


def report_reading(corpus: Corpus) -> ReadingReport:
    """Count what was read in each document of a corpus."""
    return ReadingReport(tuple(map(report_document, corpus.documents)), corpus.failures)


def report_document(parsed: ParsedDocument) -> DocumentReport:
    """Count what was read in one document."""
    owners: list[Action | Section] = [*parsed.actions, *parsed.sections]
    fields = [field for owner in owners for field in owner.fields]
    own = [field for field in fields if field.key == UNKNOWN]
    boxes = [option.ticked for field in fields for option in field.options]
    return DocumentReport(
        document=parsed.document.path,
        plan=parsed.plan.name,
        dated=parsed.dated,
        status=parsed.status,
        actions=len(parsed.actions),
        sections=len(parsed.sections),
        known_fields=len(fields) - len(own),
        own_fields=len(own),
        own_labels=tuple(sorted({field.label for field in own})),
        empty_fields=sum(1 for action in parsed.actions for field in action.fields if not field.filled),
        boxes=len(boxes),
        ticked_boxes=boxes.count(True),
        unknown_boxes=boxes.count(None),
        warnings=parsed.warnings,
    )


def report_to_text(report: ReadingReport) -> str:
    """Return the report for a reader at a terminal, in French."""
    actions = sum(held.actions for held in report.documents)
    lines = [f"{_plural(len(report.documents), 'document lu', 'documents lus')}, {_plural(actions, 'action')}."]
    for held in report.documents:
        lines.extend(_document_lines(held))
    lines.extend(f"✗ {squeeze(path)} : non lu, {squeeze(reason)}" for path, reason in report.unread)
    return "\n".join(lines)


def report_to_payload(report: ReadingReport) -> dict[str, object]:
    """Return the report as JSON-ready values."""
    return {
        "documents": [asdict(held) for held in report.documents],
        "unread": [{"document": path, "reason": reason} for path, reason in report.unread],
    }


def _document_lines(held: DocumentReport) -> Iterator[str]:
    dated = f", daté de {held.dated.lower()}" if held.dated else ""
    status = f", « {held.status} »" if held.status else ""
    yield f"✓ {squeeze(held.document)} : {held.plan}{dated}{status}"
    counts = [
        _plural(held.actions, "action"),
        _plural(held.known_fields, "champ reconnu", "champs reconnus"),
        f"{_plural(held.ticked_boxes, 'case cochée', 'cases cochées')} sur {held.boxes}",
        _plural(held.empty_fields, "champ non renseigné", "champs non renseignés"),
    ]
    if held.unknown_boxes:
        counts.append(_plural(held.unknown_boxes, "case indéterminée", "cases indéterminées"))
    yield f"    {', '.join(counts)}"
    if held.own_labels:
        kept = _plural(held.own_fields, "champ gardé sous son propre libellé", "champs gardés sous leur propre libellé")
        yield f"    {kept} : {', '.join(held.own_labels)}"
    for warning in held.warnings:
        yield f"    ! {_place(warning)}{warning.message}"


def _place(warning: Warning) -> str:
    if warning.page:
        return f"page {warning.page} : "
    return f"ligne {warning.line} : " if warning.line else ""


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count < 2 else many or one + 's'}"
