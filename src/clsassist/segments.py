"""Segments: the smallest pieces that can be quoted as proof — a title, a sentence of an item, a ticked box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from clsassist.records import Action, Field, Item, ParsedDocument, Section, Span
from clsassist.text import Analyser, sentence_spans, squeeze


class Weight(IntEnum):
    """How much a mention says about what an action does; the lowest number says most."""

    OBJECT = 1
    BACKGROUND = 2
    PERIPHERY = 3


# A topic named in these fields is what the action is about.
_OBJECT_FIELDS = frozenset(
    {
        "titre", "leviers", "objectif_general", "objectifs_specifiques", "objectifs_operationnels", "etapes",
        "description", "public", "texte",
    }
)
# Here it explains the action, or measures it.
_BACKGROUND_FIELDS = frozenset(
    {
        "contexte", "indicateurs", "indicateurs_processus", "indicateurs_resultat", "indicateurs_impact",
        "methode_evaluation", "politiques_publiques", "moyens", "autre", "typologie",
    }
)
# Elsewhere (partners, money, heading above, official axes) it only stands nearby.


@dataclass(frozen=True, slots=True)
class Segment:
    """One quotable piece. ``stems`` are its own words; ``context`` those of the bullets and title above it.

    ``owner`` is the id of an action or section. ``quote`` is the text of the document at ``span``.
    """

    owner: str
    document_id: str
    field_key: str
    label: str
    kind: str
    weight: Weight
    quote: str
    span: Span
    page: int | None
    stems: tuple[str, ...]
    context: tuple[str, ...]


def field_weight(key: str) -> Weight:
    """Return how much a mention in this field says about the action."""
    if key in _OBJECT_FIELDS:
        return Weight.OBJECT
    return Weight.BACKGROUND if key in _BACKGROUND_FIELDS else Weight.PERIPHERY


def document_to_segments(parsed: ParsedDocument, analyser: Analyser) -> Iterator[Segment]:
    """Yield every quotable piece of a document, in reading order."""
    text = parsed.document.text
    for action in parsed.actions:
        title = analyser.stems(action.title)
        if action.title_field in ("titre", "leviers"):
            label = "Titre" if action.title_field == "titre" else "Levier"
            yield _segment(action, action.title_field, label, "title", text, action.title_span, action.page, title, ())
        for field in action.fields:
            yield from field_to_segments(action, field, text, title, analyser)
    for section in parsed.sections:
        for field in section.fields:
            yield from field_to_segments(section, field, text, analyser.stems(section.title), analyser)


def field_to_segments(
    owner: Action | Section, field: Field, text: str, title: tuple[str, ...], analyser: Analyser
) -> Iterator[Segment]:
    """Yield the quotable pieces of one field: sentences of its items, and its ticked boxes only."""
    for item in field.items:
        context = (*title, *_above(field, item, analyser))
        whole = analyser.stems(item.text) if len(item.spans) > 1 else ()
        for piece in item.spans:
            for span in sentence_spans(text, piece.start, piece.end):
                stems = analyser.stems(span.of(text))
                yield _segment(
                    owner, field.key, field.label, "item", text, span, item.page, stems, (*context, *whole)
                )
    for option in field.options:
        if option.ticked:
            words = " ".join(filter(None, (option.label, option.typed)))
            stems = analyser.stems(words)
            context = (*title, *analyser.stems(option.group or ""))
            yield _segment(owner, field.key, field.label, "option", text, option.span, option.page, stems, context)


def _above(field: Field, item: Item, analyser: Analyser) -> tuple[str, ...]:
    stems: list[str] = []
    parent = item.parent
    while parent is not None:
        stems.extend(analyser.stems(field.items[parent].text))
        parent = field.items[parent].parent
    return tuple(stems)


def _segment(
    owner: Action | Section, key: str, label: str, kind: str, text: str, span: Span, page: int | None,
    stems: tuple[str, ...], context: tuple[str, ...],
) -> Segment:
    return Segment(
        owner.id, owner.document_id, key, squeeze(label), kind, field_weight(key), span.of(text), span, page,
        stems, context,
    )
