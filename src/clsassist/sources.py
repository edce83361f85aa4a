"""A citation opened: the whole field, line by line, with the quoted words marked."""

from __future__ import annotations

from collections.abc import Iterator

from clsassist.errors import GonePageError
from clsassist.parsing.plans import document_status
from clsassist.records import Action, Citation, Field, Section, Source, SourceLine, Span
from clsassist.registry import Registry
from clsassist.text import squeeze


def citation_to_source(citation: Citation, registry: Registry) -> Source:
    """Return the field around a quote, ready to show.

    Raises GonePageError when the document was removed, or changed, since the answer was given.
    """
    identifier = registry.documents_at.get(citation.document)
    if identifier is None:
        raise GonePageError(f"« {citation.document} » a été retiré du corpus depuis cette réponse.")
    document = registry.documents[identifier]
    if citation.span.of(document.text) != citation.quote:
        message = f"« {citation.document} » a changé depuis cette réponse : posez de nouveau la question."
        raise GonePageError(message)
    owner = _owner(citation, document.id, registry)
    plan = registry.plans[document.id]
    found = _field(owner, citation) if owner else None
    lines = tuple(_lines(found, citation.span, document.text)) if found else ()
    if not any(line.quote for line in lines):
        lines = (*lines, SourceLine("", citation.quote, ""))
    title = citation.action_title or (owner.title if owner else document.path)
    dated, status = registry.dates[document.id], document_status(document)
    return Source(citation, plan.name, dated, title, citation.label, lines, status)


def _owner(citation: Citation, document_id: str, registry: Registry) -> Action | Section | None:
    if citation.action_id:
        return registry.action(citation.action_id)
    sections = registry.sections_of(document_id)
    return next((section for section in sections if _field(section, citation)), None)


def _field(owner: Action | Section, citation: Citation) -> Field | None:
    return next(
        (
            field
            for field in owner.fields
            if field.key == citation.field_key
            and field.span.start <= citation.span.start
            and citation.span.end <= field.span.end
        ),
        None,
    )


def _lines(field: Field, quoted: Span, text: str) -> Iterator[SourceLine]:
    """Yield items and boxes in the order of the document."""
    lines = [(span.start, span, item.level, None) for item in field.items for span in item.spans]
    boxes = [(option.span.start, option.span, 0, option.ticked) for option in field.options]
    for _, span, level, ticked in sorted([*lines, *boxes], key=lambda line: line[0]):
        yield _line(span, quoted, text, level, ticked)


def _line(span: Span, quoted: Span, text: str, level: int, ticked: bool | None) -> SourceLine:
    start, end = max(span.start, quoted.start), min(span.end, quoted.end)
    if start >= end:
        return SourceLine(squeeze(span.of(text)), "", "", level, ticked)
    return SourceLine(text[span.start : start], text[start:end], text[end : span.end], level, ticked)
