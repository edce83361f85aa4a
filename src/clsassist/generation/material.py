"""What a language model may be given: the numbered evidence of one exact answer, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clsassist.errors import GonePageError
from clsassist.lexicon import Lexicon
from clsassist.parsing.labels import ORGANISATION_FIELDS
from clsassist.records import Action, ActionRef, Answer, Citation, Coverage, Role, Span, Status
from clsassist.registry import Registry
from clsassist.sources import citation_to_source

# A field up to this long is shown whole around its quote: what stands beside a sentence explains it.
_WHOLE_FIELD = 600


@dataclass(frozen=True, slots=True)
class Part:
    """An organisation that a quote names, and the part that its field gives it."""

    organisation: str
    role: Role
    status: Status


@dataclass(frozen=True, slots=True)
class Item:
    """One numbered piece of evidence: one citation of the answer.

    ``number`` is the [n] of the answer's text; ``quote`` is verbatim, the whole field when that is short; ``label`` is
    as written in the fiche. ``unticked`` are the pieces of the quote that stand behind boxes that nobody ticked;
    ``empty`` says that the field is not filled: the quote is then its label alone. ``years`` are the first and last
    of the action, for a field of dates. ``title`` names the action, or the section when there is none.
    """

    number: int
    quote: str
    label: str
    field_key: str
    action: ActionRef | None
    plan: str
    title: str = ""
    parts: tuple[Part, ...] = ()
    unticked: tuple[str, ...] = ()
    empty: bool = False
    years: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Material:
    """One answer as evidence: ``exact`` is its text, marks included; ``actions`` is the set that it asserts."""

    question: str
    exact: str
    items: tuple[Item, ...]
    actions: tuple[ActionRef, ...]
    coverage: Coverage

    def item(self, number: int) -> Item | None:
        """Return the item of a mark, None when there is none."""
        return next((item for item in self.items if item.number == number), None)


def answer_to_material(answer: Answer, registry: Registry, lexicon: Lexicon) -> Material:
    """Return the evidence of an answer, field by field.

    Raises GonePageError when a document was removed, or changed, since the answer was given.
    """
    fields = [(one.document, one.action_id, one.field_key) for one in answer.citations]
    refs = {ref.id: ref for ref in answer.actions}
    items = tuple(
        _citation_to_item(one, registry, refs, alone=fields.count(field) == 1)
        for one, field in zip(answer.citations, fields, strict=True)
    )
    return Material(answer.question, answer.text, items, answer.actions, answer.coverage)


def _citation_to_item(citation: Citation, registry: Registry, refs: dict[str, ActionRef], *, alone: bool) -> Item:
    quote, span = citation.quote, citation.span
    unticked: tuple[str, ...] = ()
    empty = False
    action = registry.actions.get(citation.action_id or "")
    if citation.document not in registry.documents_at:
        raise GonePageError(f"« {citation.document} » a été retiré du corpus depuis cette réponse.")
    if action:
        empty = _is_empty(action, citation)
        unticked = tuple(_unticked(action, span, registry.sources[action.document_id].text))
    if alone and not unticked and not empty and citation.field_key not in ORGANISATION_FIELDS:
        quote = _whole_field(citation, registry) or quote
    return Item(
        citation.number,
        quote,
        citation.label,
        citation.field_key,
        (refs.get(action.id) or _ref(action, citation)) if action else None,
        citation.plan,
        citation.action_title or citation_to_source(citation, registry).title,
        tuple(_parts(action, span)) if action else (),
        unticked,
        empty,
        (action.first_year, action.last_year) if action and citation.field_key == "calendrier" else (None, None),
    )


def _ref(action: Action, citation: Citation) -> ActionRef:
    return ActionRef(action.id, citation.document, action.number, action.title, citation.plan)


def _whole_field(citation: Citation, registry: Registry) -> str:
    """Return the field around a quote, '' when it is long or made of boxes."""
    lines = citation_to_source(citation, registry).lines
    if any(line.ticked is not None for line in lines):
        return ""
    whole = "\n".join(line.before + line.quote + line.after for line in lines)
    return whole if len(citation.quote) < len(whole) <= _WHOLE_FIELD else ""


def _is_empty(action: Action, citation: Citation) -> bool:
    around = [
        field for field in action.fields if field.key == citation.field_key and _overlaps(field.span, citation.span)
    ]
    return bool(around) and not any(field.filled for field in around)


def _overlaps(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _parts(action: Action, span: Span) -> Iterable[Part]:
    for held in action.involvements:
        if _overlaps(held.span, span):
            yield Part(held.organisation, held.role, held.status)


def _unticked(action: Action, span: Span, text: str) -> Iterable[str]:
    for field in action.fields:
        for option in field.options:
            if option.ticked is not True and _overlaps(option.span, span):
                start, end = max(option.span.start, span.start), min(option.span.end, span.end)
                yield text[start:end]
