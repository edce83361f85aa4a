"""The whole flow of a question on one screen: understand, retrieve, answer, verify. Start reading here."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from clsassist.answering import compose
from clsassist.citing import in_quotes
from clsassist.embedding import load_embedder, passage_to_text
from clsassist.errors import ClsAssistError, ConfigurationError, IndexDamagedError, UnknownActionError
from clsassist.evidence import Evidence
from clsassist.explaining import explain_hits, explain_question
from clsassist.generation import Author, Notice, Verdict, can_be_written
from clsassist.joining import join_answers
from clsassist.lexicon import load_lexicon
from clsassist.opening import REGISTRY_FILE, OpenIndex, open_index
from clsassist.question import Intent, Question
from clsassist.records import Action, ActionRef, Answer, AnswerStatus, Citation, Document, Passage, Source
from clsassist.registry import Registry
from clsassist.reranking import CrossEncoderReranker, Reranker, rerank
from clsassist.retrieval import Hit, merge_same, rank
from clsassist.settings import Settings
from clsassist.showing import action_to_payload, action_to_text, find_actions
from clsassist.sources import citation_to_source
from clsassist.starters import registry_to_starters
from clsassist.text import legible
from clsassist.understanding import understand
from clsassist.understanding.comparison import read_sides
from clsassist.understanding.requests import split_requests
from clsassist.understanding.reuse import read_reuse
from clsassist.verification import verify
from clsassist.vocabulary import Vocabulary

if TYPE_CHECKING:
    from clsassist.embedding import Embedder

logger = logging.getLogger(__name__)


class Assistant:
    """Answers questions over one index; several threads may share it."""

    def __init__(self, index: OpenIndex, settings: Settings) -> None:
        self._index = index
        self._settings = settings
        self._lexicon = load_lexicon()
        self._registry = Registry.open(index.folder / REGISTRY_FILE, self._lexicon.analyser)

    @staticmethod
    def open(index_dir: Path | str = "index", settings: Settings | None = None) -> Assistant:
        """Open the current build of an index.

        Raises IndexMissingError, IndexMismatchError or IndexDamagedError, each naming the command to run.
        """
        chosen = replace(settings or Settings(), index_dir=Path(index_dir))
        return Assistant(open_index(chosen.index_dir, chosen), chosen)

    def ask(self, question: str, previous: tuple[Answer, ...] = ()) -> Answer:
        """Answer one message; ``previous`` holds the answers of the same conversation, oldest first.

        A message that makes several requests gets one answer to them all. Raises IndexDamagedError when the registry
        was altered since it was opened.
        """
        self._check(question)
        if self._settings.log_questions:
            logger.info("Question : %s", question)
        answers: list[Answer] = []
        try:
            for request in split_requests(legible(question)):
                answers.append(self._answer(request, (*previous, *answers)))
        except sqlite3.DatabaseError as error:
            message = f"Le registre « {self._index.registry_path} » est abîmé ({error}). Lancez : clsassist index"
            raise IndexDamagedError(message) from error
        return replace(answers[0], question=question) if len(answers) == 1 else join_answers(question, answers)

    def _answer(self, question: str, previous: tuple[Answer, ...]) -> Answer:
        started = time.perf_counter()
        understood = self._understand(question, previous)
        hits = self._rank(understood)
        evidence = Evidence(understood, self._registry, self._lexicon, tuple(hits), self.starters)
        answer = verify(compose(evidence), self._registry)
        trace = (*explain_question(understood, self._registry), *explain_hits(hits, self._registry, most=5))
        elapsed_ms = (time.perf_counter() - started) * 1000
        answer = replace(answer, trace=trace, elapsed_ms=elapsed_ms, kind=understood.intent.value)
        if previous and answer.status is AnswerStatus.NOT_FOUND and not understood.selects:
            return self._answer_rewritten(answer, previous)
        return answer

    def _answer_rewritten(self, answer: Answer, previous: tuple[Answer, ...]) -> Answer:
        """Answer a follow-up that the rules did not understand as a model rewrites it, if there is a model."""
        try:
            author = self._author
        except ConfigurationError as error:
            return replace(answer, trace=(*answer.trace, f"Reformulation impossible : {error}"))
        if author is None:
            return answer
        rewriting = author.rewrite(answer.question, previous)
        again = self._answer(rewriting.question, ()) if rewriting.question else answer
        if again.status is not AnswerStatus.ANSWERED:
            return replace(answer, trace=(*answer.trace, rewriting.note))
        text = f"Question comprise ainsi : {in_quotes(rewriting.question)}\n\n{again.text}"
        trace = (rewriting.note, *again.trace)
        return replace(again, question=answer.question, text=text, trace=trace, rewritten=rewriting.question)

    def write(
        self, answer: Answer, *, plain: bool = False, stop: threading.Event | None = None
    ) -> Iterator[Verdict | Notice]:
        """Have the configured model write an answer anew: yield each sentence once judged, then one Notice.

        Only sentences without a reason against them are shown; ``plain`` is for residents; ``stop`` ends the writing.
        Nothing comes when there is no model, or when the answer is a fact that needs no writing. Raises
        ConfigurationError when the model's library or instructions are missing; what the model does raises nothing.
        """
        if self.can_write(answer) and self._author is not None:
            yield from self._author.write(answer, plain=plain, stop=stop or threading.Event())

    def can_write(self, answer: Answer) -> bool:
        """Say whether « write » has something to yield for an answer; nothing is loaded to know it."""
        return bool(self._settings.llm_url) and can_be_written(answer)

    def explain(self, question: str) -> str:
        """Return how a question is understood, and each rank behind each hit, as French lines."""
        self._check(question)
        understood = self._understand(legible(question), ())
        hits = self._rank(understood)
        lines = [
            *explain_question(understood, self._registry),
            "",
            *explain_hits(hits, self._registry, most=15),
        ]
        return "\n".join(lines)

    def partners(self, name: str) -> Answer:
        """Return every action where an organisation takes part, by role."""
        return self.ask(f"Dans quelles actions intervient {name} ?")

    def show(self, reference: str) -> str:
        """Return one action as read, by identifier, number or words of its title.

        Raises UnknownActionError when none, or several, answer to the reference.
        """
        return action_to_text(*self._find(reference))

    def show_payload(self, reference: str) -> dict[str, object]:
        """Return one action as JSON-ready values, with the place of each; raises as ``show`` does."""
        return action_to_payload(*self._find(reference))

    def _find(self, reference: str) -> tuple[Action, Evidence]:
        evidence = Evidence(Question(reference, Intent.FIELD), self._registry, self._lexicon, ())
        found = find_actions(reference, evidence) or find_actions(legible(reference), evidence)
        if len(found) == 1:
            return found[0], evidence
        if not found:
            raise UnknownActionError(f"Aucune action ne répond à « {reference} ». La liste : clsassist export")
        names = "\n".join(f"  {action.id} : {action.title}" for action in found)
        raise UnknownActionError(f"Plusieurs actions répondent à « {reference} », choisissez un identifiant :\n{names}")

    def search(self, question: str, k: int = 10) -> list[tuple[Passage, float]]:
        """Return the passages nearest to a question by the hybrid ranking, with their fused scores, best first."""
        self._check(question)
        hits = self._rank(self._understand(legible(question), ()))[:k]
        return [(self._registry.passages[hit.passage_id], hit.score) for hit in hits]

    def actions(self) -> tuple[Action, ...]:
        """Return every action of the index."""
        return tuple(self._registry.actions.values())

    def documents(self) -> tuple[Document, ...]:
        """Return every document of the index."""
        return tuple(self._registry.documents.values())

    def changed_source(self) -> str | None:
        """Return a French sentence on a document modified or removed since it was indexed, or None."""
        return self._index.changed_source()

    @property
    def registry(self) -> Registry:
        """The records behind the answers, read-only."""
        return self._registry

    @property
    def build(self) -> str:
        """The name of the build of the index that answers: it changes whenever the corpus does."""
        return self._index.manifest.build

    @property
    def root(self) -> Path:
        """The folder that the paths of documents are relative to, where they were when indexed."""
        return Path(self._index.manifest.root)

    def open_source(self, citation: Citation) -> Source:
        """Return the whole field around a quote."""
        return citation_to_source(citation, self._registry)

    def starters(self) -> tuple[str, ...]:
        """Return a few questions that this index can answer, for a newcomer."""
        return self._starters

    def close(self) -> None:
        """Release the files of the index."""
        self._registry.close()
        self._index.close()

    @cached_property
    def _starters(self) -> tuple[str, ...]:
        return registry_to_starters(self._registry, self._lexicon)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary.from_registry(self._registry, self._lexicon)

    @cached_property
    def _embedder(self) -> Embedder:
        embedder = load_embedder(self._settings.embedding_model, self._settings)
        self._index.require(embedder, self._lexicon.analyser)
        return embedder

    @cached_property
    def _author(self) -> Author | None:
        return Author.load(self._settings, self._registry, self._lexicon)

    @cached_property
    def _reranker(self) -> Reranker | None:
        return CrossEncoderReranker.load(self._settings.reranker) if self._settings.reranker else None

    def _understand(self, question: str, previous: tuple[Answer, ...]) -> Question:
        context: Question | None = None
        answered: tuple[ActionRef, ...] = ()
        for answer in previous:
            for request in split_requests(legible(answer.rewritten or answer.question)):
                context = self._read(request, context, answered)
            answered = answer.actions
        return self._read(question, context, answered)

    def _read(self, question: str, context: Question | None, answered: tuple[ActionRef, ...]) -> Question:
        understood = understand(question, self._vocabulary, context, answered)
        compared = read_sides(understood, self._registry, self._lexicon.subject_stems)
        return read_reuse(compared, self._registry)

    def _check(self, question: str) -> None:
        if not legible(question).strip():
            raise ClsAssistError("La question est vide : écrivez-la en quelques mots.")
        limit = self._settings.max_question_chars
        if len(question) > limit:
            raise ClsAssistError(f"La question dépasse {limit} caractères : posez-la plus brièvement.")

    def _rank(self, question: Question) -> list[Hit]:
        hits = rank(question, self._index, self._embedder, self._settings)
        merged = merge_same(hits, lambda passage_id: self._registry.passages[passage_id].text)
        if self._reranker is None:
            return merged
        return rerank(question.text, merged, lambda key: passage_to_text(self._registry.passages[key]), self._reranker)
