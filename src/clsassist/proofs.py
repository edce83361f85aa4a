"""Pieces of an action's fields as proofs that can be quoted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from clsassist.citing import field_to_pieces
from clsassist.parsing.labels import is_asked
from clsassist.records import Action, Field, Involvement, Span
from clsassist.registry import Registry
from clsassist.segments import Segment, Weight, field_to_segments
from clsassist.text import Analyser


def field_proofs(action: Action, key: str, registry: Registry, analyser: Analyser) -> list[Segment]:
    """Return the quotable pieces of the fields of an action that have this key."""
    text = registry.sources[action.document_id].text
    fields = [field for field in action.fields if is_asked(field, (key,))]
    return [segment for field in fields for segment in field_to_segments(action, field, text, (), analyser)]


def whole_field_proof(action: Action, keys: Collection[str], registry: Registry) -> list[Segment]:
    """Return the first run of words, or ticked box, of a field; an empty field is proved by its place.

    The list is empty when the action has none of these fields.
    """
    return field_proof(action, [field for field in action.fields if is_asked(field, keys)], registry)


def field_proof(action: Action, fields: Sequence[Field], registry: Registry) -> list[Segment]:
    """Return the first run of words, or ticked box, of the first filled of some fields of an action, else a place."""
    filled = next((field for field in fields if field.filled), None)
    if filled is None:
        return [_span_proof(action, field, field.span, "empty", registry) for field in fields[:1]]
    text = registry.sources[action.document_id].text
    ticked = [option.span for option in filled.options if option.ticked]
    span = next(field_to_pieces(filled, text), None) or next(iter(ticked), filled.span)
    return [_span_proof(action, filled, span, "field", registry)]


def place_proof(action: Action, field: Field, span: Span, registry: Registry) -> Segment:
    """Return the words of a field that stand at a place."""
    return _span_proof(action, field, span, "field", registry)


def part_proof(action: Action, held: Involvement, registry: Registry) -> Segment:
    """Return the words that give an organisation its part."""
    field = next(field for field in action.fields if field.key == held.field_key)
    return _span_proof(action, field, held.span, "involvement", registry)


def _span_proof(action: Action, field: Field, span: Span, kind: str, registry: Registry) -> Segment:
    source = registry.sources[action.document_id]
    quote, page = span.of(source.text), source.page_at(span.start)
    weight = Weight.OBJECT
    return Segment(action.id, action.document_id, field.key, field.label, kind, weight, quote, span, page, (), ())
