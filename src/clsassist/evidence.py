"""What an answer is composed from: the question, the registry, what was selected, and the ranks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from clsassist.citing import CitationBook
from clsassist.lexicon import Lexicon
from clsassist.question import Question
from clsassist.records import Action, Answer, AnswerStatus, Coverage
from clsassist.registry import Registry
from clsassist.retrieval import Hit
from clsassist.segments import Segment
from clsassist.selection import Selection, select
from clsassist.text import Analyser


@dataclass
class Evidence:
    """Everything known when an answer is written; selecting is done once, when first needed."""

    question: Question
    registry: Registry
    lexicon: Lexicon
    hits: tuple[Hit, ...]
    draw_starters: Callable[[], tuple[str, ...]] = tuple
    book: CitationBook = field(init=False)

    def __post_init__(self) -> None:
        """Open the book of citations of this answer."""
        self.book = CitationBook(self.registry)

    @property
    def analyser(self) -> Analyser:
        """The one French analyser."""
        return self.lexicon.analyser

    @property
    def starters(self) -> tuple[str, ...]:
        """A few questions that the index can answer; drawn when an answer offers them."""
        return self.draw_starters()

    @cached_property
    def _worth(self) -> dict[tuple[str, str], float]:
        worth: dict[tuple[str, str], float] = {}
        for hit in self.hits:
            passage = self.registry.passages[hit.passage_id]
            key = (passage.owner, passage.field_key)
            worth[key] = max(hit.score, worth.get(key, 0.0))
        return worth

    def worth(self, segment: Segment) -> float:
        """Return the best fused score among the passages of the segment's field."""
        return self._worth.get((segment.owner, segment.field_key), 0.0)

    @cached_property
    def selection(self) -> Selection:
        """The exact set of the question."""
        return select(self.question, self.registry, self.lexicon, self.worth)

    def answer(
        self,
        text: str,
        actions: tuple[Action, ...] = (),
        *,
        status: AnswerStatus = AnswerStatus.ANSWERED,
        coverage: Coverage | None = None,
        choices: tuple[str, ...] = (),
    ) -> Answer:
        """Close the answer with the citations given while its text was written."""
        refs = tuple(self.registry.refs[action.id] for action in actions)
        return Answer(
            self.question.typed or self.question.text,
            status,
            text.strip(),
            refs,
            self.book.citations,
            coverage or self.coverage(len(actions)),
            choices,
        )

    def coverage(self, matching: int, field_missing: int = 0, examined: int | None = None) -> Coverage:
        """Return the denominator of the answer; ``examined`` defaults to the whole corpus."""
        total = len(self.registry.actions) if examined is None else examined
        return Coverage(total, matching, field_missing, len(self.registry.failures))


def scope_words(evidence: Evidence) -> str:
    """Return which plans were kept or left out, between brackets with a space before; '' for the whole corpus."""
    question, plans = evidence.question, evidence.registry.plans
    if question.follows and question.titles and not question.documents:
        return " de la réponse précédente"
    kept = sorted({plans[identifier].name for identifier in question.documents})
    left_out = sorted({plans[identifier].name for identifier in question.excluded_documents})
    words = [*kept, *(f"hors {name}" for name in left_out)]
    return f" ({', '.join(words)})" if words else ""
