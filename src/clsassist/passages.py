"""Fields to passages: what is embedded and searched, one field each, cut only when long."""

from __future__ import annotations

from collections.abc import Iterator

from clsassist.records import Action, Corpus, Field, Item, ParsedDocument, Passage, Section, Span
from clsassist.text import squeeze

# The model reads about 512 tokens; French runs at about 4 characters a token, and the context takes some.
MAX_CHARS = 1_200

# Fields that only place an action: they are context for the others, not passages of their own.
_CONTEXT_FIELDS = frozenset({"axe", "sous_axe", "objectif_strategique", "thematique"})


def corpus_to_passages(corpus: Corpus) -> tuple[Passage, ...]:
    """Return every passage of a corpus, in reading order."""
    return tuple(passage for parsed in corpus.documents for passage in document_to_passages(parsed))


def document_to_passages(parsed: ParsedDocument) -> Iterator[Passage]:
    """Yield the passages of one document: actions first, then sections."""
    for action in parsed.actions:
        context = _join(parsed.plan.name, action.axe, action.objectif, action.thematique)
        fields = [field for field in action.fields if field.key not in _CONTEXT_FIELDS]
        yield from _fields_to_passages(parsed, action, action.title, context, fields)
    for section in parsed.sections:
        context = _join(parsed.plan.name, section.axe, section.thematique)
        yield from _fields_to_passages(parsed, section, section.title, context, list(section.fields))


def _join(*parts: str | None) -> str:
    return " › ".join(squeeze(part) for part in parts if part)


def _fields_to_passages(
    parsed: ParsedDocument, owner: Action | Section, title: str, context: str, fields: list[Field]
) -> Iterator[Passage]:
    for position, field in enumerate(fields):
        for part, (text, span, page) in enumerate(_cut(field)):
            yield Passage(
                f"{owner.id}/{position}.{part}",
                parsed.document.id,
                owner.id,
                field.key,
                field.label,
                title,
                text,
                context,
                span,
                page,
            )


def _cut(field: Field) -> Iterator[tuple[str, Span, int | None]]:
    """Yield the pieces of a field: whole items up to the limit, then the ticked boxes."""
    ticked = [option for option in field.options if option.ticked]
    if ticked:
        text = " ; ".join(_join(option.group, option.label, option.typed) for option in ticked)
        yield text, Span(ticked[0].span.start, ticked[-1].span.end), ticked[0].page
    held: list[Item] = []
    for item in field.items:
        if held and sum(len(other.text) for other in held) + len(item.text) > MAX_CHARS:
            yield _piece(held)
            held = []
        held.append(item)
    if held:
        yield _piece(held)


def _piece(items: list[Item]) -> tuple[str, Span, int | None]:
    text = "\n".join(item.text for item in items)
    starts = [span.start for item in items for span in item.spans]
    ends = [span.end for item in items for span in item.spans]
    return text, Span(min(starts), max(ends)), items[0].page
