"""From proofs to numbered citations: the only place where a quote enters an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from clsassist.records import Action, Citation, Field, Section, Span
from clsassist.registry import Registry
from clsassist.segments import Segment
from clsassist.text import squeeze

# Between two items of one list, in the same run of text, stand only spaces and bullets.
_LIST_GAP = re.compile(r"[ \t\u00a0\n\-–•○◦·➤➢▪*o]*")
_LOOKS_LIKE_A_MARK = re.compile(r"\[(\d+)\]")
_LONGEST_QUOTE = 1_500


@dataclass(slots=True)
class CitationBook:
    """Numbers the citations of one answer in the order of the text; the same place keeps its number."""

    registry: Registry
    _numbers: dict[tuple[str, str, Span], int] = field(default_factory=dict)
    _citations: list[Citation] = field(default_factory=list)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Return the citations given so far."""
        return tuple(self._citations)

    def cite(self, proof: Segment) -> str:
        """Return the mark « [n] » of a proof."""
        return self.cite_span(proof.owner, proof.field_key, proof.label, proof.span)

    def cite_span(self, owner_id: str, key: str, label: str, span: Span) -> str:
        """Return the mark « [n] » of a place in the document of an action or section."""
        place = (owner_id, key, span)
        if place not in self._numbers:
            self._numbers[place] = len(self._citations) + 1
            self._citations.append(self._build(owner_id, key, label, span))
        return f"[{self._numbers[place]}]"

    def _build(self, owner_id: str, key: str, label: str, span: Span) -> Citation:
        owner = self.registry.owner(owner_id)
        source = self.registry.sources[owner.document_id]
        action = owner if isinstance(owner, Action) else None
        return Citation(
            len(self._citations) + 1,
            source.path,
            action.id if action else None,
            action.number if action else None,
            action.title if action else None,
            self.registry.plans[owner.document_id].name,
            key,
            label,
            source.page_at(span.start),
            span,
            span.of(source.text),
        )


def field_to_pieces(found: Field, text: str, marks: Iterable[str] | None = None) -> Iterator[Span]:
    """Yield the longest verbatim runs of a field's items: items of one list make one quote.

    ``marks`` keeps only the items with one of these marks (« * » for partners to contact).
    """
    wanted = None if marks is None else set(marks)
    pieces: list[Span] = []
    for item in found.items:
        if wanted is not None and item.mark not in wanted:
            continue
        for span in item.spans:
            if pieces and _joins(pieces[-1], span, text):
                pieces[-1] = Span(pieces[-1].start, span.end)
            else:
                pieces.append(span)
    yield from pieces


def _joins(before: Span, after: Span, text: str) -> bool:
    gap = text[before.end : after.start]
    return bool(_LIST_GAP.fullmatch(gap)) and after.end - before.start <= _LONGEST_QUOTE


def in_quotes(text: str) -> str:
    """Put words between French quotation marks, on one line."""
    return f"« {as_text(squeeze(text))} »"


def as_text(words: str) -> str:
    r"""Escape what a document writes like a citation mark, so that it is none.

    >>> as_text("voir la note [12]")
    'voir la note \\[12\\]'
    """
    return _LOOKS_LIKE_A_MARK.sub(r"\\[\1\\]", words)


def owner_title(owner: Action | Section) -> str:
    """Return how an answer names an action or a section."""
    return as_text(squeeze(owner.title))
