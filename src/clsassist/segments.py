"""Segments: the smallest pieces that can be quoted as proof — a title, a sentence of an item, a ticked box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from clsassist.records import Action, Field, Item, Option, ParsedDocument, Section, Span
from clsassist.text import Analyser, Stems, sentence_spans, squeeze


class Weight(IntEnum):
    """How much a mention says about what an action does; the lowest number says most."""

    OBJECT = 1
    BACKGROUND = 2
    PERIPHERY = 3


# Fields that hold a title; one taken from another field is quoted there.
TITLE_FIELDS = frozenset({"titre", "leviers"})

# A topic named in these fields is what the action is about.
_OBJECT_FIELDS = frozenset(
    {
        "titre",
        "leviers",
        "objectif_general",
        "objectifs_specifiques",
        "objectifs_operationnels",
        "etapes",
        "description",
        "public",
        "texte",
    }
)
# Here it explains the action, or measures it.
_BACKGROUND_FIELDS = frozenset(
    {
        "contexte",
        "indicateurs",
        "indicateurs_processus",
        "indicateurs_resultat",
        "indicateurs_impact",
        "methode_evaluation",
        "politiques_publiques",
        "moyens",
        "autre",
        "typologie",
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
    stems: Stems
    context: Stems


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
        if action.title_field in TITLE_FIELDS:
            yield title_to_segment(action, text, title)
        for field in action.fields:
            yield from field_to_segments(action, field, text, title, analyser)
    for section in parsed.sections:
        for field in section.fields:
            yield from field_to_segments(section, field, text, analyser.stems(section.title), analyser)


def field_to_segments(
    owner: Action | Section, field: Field, text: str, title: Stems, analyser: Analyser
) -> Iterator[Segment]:
    """Yield the quotable pieces of one field: sentences of its items, and its ticked boxes only."""
    for item in field.items:
        context = (*title, *_above(field, item, analyser))
        # The sentences of one item share its subject.
        whole = analyser.stems(item.text)
        for piece in item.spans:
            for span in sentence_spans(text, piece.start, piece.end):
                stems = analyser.stems(span.of(text))
                yield _quote(owner, field, item, text, span, stems, (*context, *whole))
    for option in field.options:
        if option.ticked:
            words = " ".join(filter(None, (option.label, option.typed)))
            stems = analyser.stems(words)
            context = (*title, *analyser.stems(option.group or ""))
            yield _quote(owner, field, option, text, option.span, stems, context)


def _above(field: Field, item: Item, analyser: Analyser) -> Stems:
    stems: list[str] = []
    parent = item.parent
    while parent is not None:
        stems.extend(analyser.stems(field.items[parent].text))
        parent = field.items[parent].parent
    return tuple(stems)


def _quote(
    owner: Action | Section, field: Field, part: Item | Option, text: str, span: Span, stems: Stems, context: Stems
) -> Segment:
    kind = "item" if isinstance(part, Item) else "option"
    weight = field_weight(field.key)
    label = squeeze(field.label)
    return Segment(
        owner.id, owner.document_id, field.key, label, kind, weight, span.of(text), span, part.page, stems, context
    )


def title_to_segment(action: Action, text: str, stems: Stems = ()) -> Segment:
    """Return the title of an action as a quotable piece, under the label it was taken from."""
    held = [field.label for field in action.fields if field.key == action.title_field]
    label = held[0] if held else ("Levier" if action.title_field == "leviers" else "Titre")
    span = action.title_span
    return Segment(
        action.id,
        action.document_id,
        action.title_field,
        squeeze(label),
        "title",
        Weight.OBJECT,
        span.of(text),
        span,
        action.page,
        stems,
        (),
    )
