"""One fiche whole, as it was read: its fields in order under their own labels, a quote marked when one is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clsassist.parsing.labels import UNKNOWN, field_name
from clsassist.parsing.plans import document_status
from clsassist.records import Action, Field, Involvement, Item, Option, Role, Span, Status
from clsassist.registry import Registry
from clsassist.text import fold, squeeze
from clsassist.wording import capitalised, role_words

_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters, inside the quote or not."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a field: a box, an item, or the heading of a family of boxes.

    ``box`` is "" on a line without a box, else « cochée », « non cochée » or « indéterminée ».
    """

    pieces: tuple[Piece, ...]
    level: int = 0
    box: str = ""
    heading: bool = False
    to_contact: bool = False
    page: int | None = None

    @property
    def text(self) -> str:
        """Return the whole line."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as shown; ``name`` is how answers call it when its label does not do, ``marked`` if quoted."""

    anchor: str
    label: str
    name: str
    page: int | None
    inherited: bool
    filled: bool
    lines: tuple[Line, ...]
    marked: bool = False


@dataclass(frozen=True, slots=True)
class PartView:
    """An organisation's part in a fiche: in words, whether only to contact, and the field that says so."""

    organisation: str
    role: str
    to_contact: bool
    open: bool
    anchor: str
    label: str
    page: int | None
    cited: bool


@dataclass(frozen=True, slots=True)
class FicheView:
    """One fiche whole. ``before`` and ``after`` are its neighbours in the document.

    ``quote`` says of the words asked for: None when none are, else whether they were found in this fiche.
    """

    action: Action
    plan: str
    document: str
    dated: str | None
    status: str | None
    title: tuple[Piece, ...]
    fields: tuple[FieldView, ...]
    parts: tuple[PartView, ...]
    before: Action | None
    after: Action | None
    quote: bool | None = None

    @property
    def quoted(self) -> tuple[FieldView, ...]:
        """Return the fields that the quote stands in."""
        return tuple(field for field in self.fields if field.marked)


def action_to_fiche(action: Action, registry: Registry, quoted: Span | None = None) -> FicheView:
    """Return a fiche ready to show, with the words at ``quoted`` marked wherever they stand."""
    document = registry.documents[action.document_id]
    anchors = field_anchors(action)
    fields = tuple(
        _field_view(field, action, anchors[place], document.text, quoted) for place, field in enumerate(action.fields)
    )
    title = _title_pieces(action, document.text, quoted)
    siblings = [one for one in registry.actions.values() if one.document_id == action.document_id]
    place = siblings.index(action)
    found = any(field.marked for field in fields) or any(piece.marked for piece in title)
    return FicheView(
        action,
        registry.plans[action.document_id].name,
        document.path,
        registry.dates[action.document_id],
        document_status(document),
        title,
        fields,
        tuple(_part_view(held, action, anchors) for held in _strongest_first(action.involvements)),
        siblings[place - 1] if place else None,
        siblings[place + 1] if place + 1 < len(siblings) else None,
        None if quoted is None else found,
    )


def field_anchors(action: Action) -> tuple[str, ...]:
    """Return the anchor of each field of a fiche, in order: « champ-porteur-1 »."""
    counts: Counter[str] = Counter()
    anchors = []
    for field in action.fields:
        counts[field.key] += 1
        anchors.append(f"champ-{field.key}-{counts[field.key]}")
    return tuple(anchors)


# --- fields


def _field_view(field: Field, action: Action, anchor: str, text: str, quoted: Span | None) -> FieldView:
    lines = tuple(_lines(field, text, quoted))
    marked = any(piece.marked for line in lines for piece in line.pieces)
    # An empty field is quoted by its label alone.
    marked = marked or (not field.filled and _overlap(field.span, quoted) is not None)
    return FieldView(
        anchor,
        squeeze(field.label).rstrip(" :"),
        _other_name(field, action),
        field.page,
        field.inherited,
        field.filled,
        lines,
        marked,
    )


def _other_name(field: Field, action: Action) -> str:
    """Return how answers call a field, where its label is also that of another field of the fiche."""
    twins = [one for one in action.fields if one is not field and fold(one.label) == fold(field.label)]
    if field.key == UNKNOWN or not any(one.key != field.key for one in twins):
        return ""
    return capitalised(field_name(field.key))


def _lines(field: Field, text: str, quoted: Span | None) -> Iterator[Line]:
    """Yield boxes and items in the order of the document, each family of boxes under its heading."""
    parts: list[tuple[int, Item | Option]] = [(option.span.start, option) for option in field.options]
    parts += [(item.spans[0].start if item.spans else field.span.end, item) for item in field.items]
    family: str | None = None
    for _, part in sorted(parts, key=lambda placed: placed[0]):
        if isinstance(part, Item):
            yield _item_line(part, text, quoted)
            continue
        if part.group and part.group != family and not _is_own_box(part.group, field):
            yield Line((Piece(squeeze(part.group)),), heading=True)
        family = part.group
        yield _box_line(part, quoted)


def _is_own_box(group: str, field: Field) -> bool:
    """Say whether the heading of a family is itself a box of the field, shown as such."""
    return any(fold(option.label) == fold(group) for option in field.options)


def _item_line(item: Item, text: str, quoted: Span | None) -> Line:
    overlaps = [_overlap(span, quoted) for span in item.spans]
    if not any(overlaps):
        pieces: tuple[Piece, ...] = (Piece(item.text),)
    else:
        pieces = tuple(
            piece for span, held in zip(item.spans, overlaps, strict=True) for piece in _cut(span, held, text)
        )
    return Line(pieces, min(item.level, _DEEPEST), to_contact=item.mark == "*", page=item.page)


def _box_line(option: Option, quoted: Span | None) -> Line:
    words = " : ".join(filter(None, (squeeze(option.label), squeeze(option.typed))))
    marked = _overlap(option.span, quoted) is not None
    state = {True: "cochée", False: "non cochée", None: "indéterminée"}[option.ticked]
    return Line((Piece(words, marked),), 1 if option.group else 0, state, page=option.page)


def _title_pieces(action: Action, text: str, quoted: Span | None) -> tuple[Piece, ...]:
    held = _overlap(action.title_span, quoted)
    return tuple(_cut(action.title_span, held, text)) if held else (Piece(squeeze(action.title)),)


def _overlap(span: Span, quoted: Span | None) -> Span | None:
    if quoted is None:
        return None
    start, end = max(span.start, quoted.start), min(span.end, quoted.end)
    return Span(start, end) if start < end else None


def _cut(span: Span, held: Span | None, text: str) -> Iterator[Piece]:
    """Yield a run of the document in up to three pieces, the one held marked."""
    if held is None:
        yield Piece(f"{text[span.start : span.end]} ")
        return
    pieces = (
        Piece(text[span.start : held.start]),
        Piece(text[held.start : held.end], marked=True),
        Piece(text[held.end : span.end]),
    )
    yield from (piece for piece in pieces if piece.text)


# --- organisations


def _strongest_first(parts: Sequence[Involvement]) -> list[Involvement]:
    """Order the parts by role, those only cited last; the same part said twice in a field counts once."""
    once = {(held.organisation, held.role, held.status, held.field_key): held for held in reversed(parts)}
    ordered = [held for held in parts if once[held.organisation, held.role, held.status, held.field_key] is held]
    return sorted(ordered, key=lambda held: (list(Role).index(held.role), held.status is Status.TO_CONTACT))


def _part_view(held: Involvement, action: Action, anchors: Sequence[str]) -> PartView:
    places = [place for place, field in enumerate(action.fields) if field.key == held.field_key]
    place = next(
        (one for one in places if _overlap(action.fields[one].span, held.span) is not None),
        places[0] if places else None,
    )
    return PartView(
        squeeze(held.organisation),
        capitalised(role_words(held.role, Status.ENGAGED)),
        held.status is Status.TO_CONTACT,
        held.open,
        "" if place is None else anchors[place],
        "" if place is None else squeeze(action.fields[place].label).rstrip(" :"),
        held.page,
        held.role is Role.CITE,
    )
