"""What the assistant knows of a model: whether an answer can be written, and the writing itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from clsassist.generation.checking import Verdict
from clsassist.generation.material import answer_to_material
from clsassist.generation.model import LanguageModel, load_model
from clsassist.generation.prompts import Prompts, Task
from clsassist.generation.rewriting import Rewriting, rewrite
from clsassist.generation.writing import Notice, write
from clsassist.lexicon import Lexicon
from clsassist.question import Intent
from clsassist.records import Answer, AnswerStatus
from clsassist.registry import Registry
from clsassist.settings import Settings

# A question that waits for its rewriting has no answer yet: beyond this the reader asks it again in other words.
_REWRITING_SECONDS = 12.0
# Of each kind of answer that reads better once written, the task; a fact needs no writing.
_TASKS = {Intent.OPEN.value: Task.SYNTHESE, Intent.COMPARE.value: Task.COMPARAISON}


class Author:
    """Writes answers with the model that the settings name; several threads may share it.

    Raises ConfigurationError at once when the instructions cannot be read, or the library is not installed.
    """

    def __init__(self, settings: Settings, model: LanguageModel, registry: Registry, lexicon: Lexicon) -> None:
        self._settings = settings
        self._model = model
        self._registry = registry
        self._lexicon = lexicon
        self._prompts = Prompts.load(settings.prompts_dir)
        self._rewriting = threading.BoundedSemaphore(settings.llm_concurrent)

    @staticmethod
    def load(settings: Settings, registry: Registry, lexicon: Lexicon) -> Author | None:
        """Return the author that the settings describe, None when they name no model."""
        model = load_model(settings)
        return Author(settings, model, registry, lexicon) if model is not None else None

    @staticmethod
    def require(settings: Settings) -> None:
        """Raise ConfigurationError when the settings name a model that no author could ask."""
        if load_model(settings) is not None:
            Prompts.load(settings.prompts_dir)

    @property
    def name(self) -> str:
        """The name of the model."""
        return self._model.name

    def write(self, answer: Answer, *, plain: bool, stop: threading.Event) -> Iterator[Verdict | Notice]:
        """Yield each sentence once judged, then a Notice; nothing for an answer that needs no writing."""
        if not can_be_written(answer):
            return
        material = answer_to_material(answer, self._registry, self._lexicon)
        yield from write(material, answer_to_task(answer, plain=plain), self._model, self._prompts, self._lexicon, stop)

    def rewrite(self, question: str, previous: Sequence[Answer]) -> Rewriting:
        """Return a follow-up as a question that stands alone, or why there is none."""
        # Who asks waits in the line of questions: a slow model may hold few of its places.
        if not self._rewriting.acquire(blocking=False):
            return Rewriting("", "Reformulation abandonnée : le modèle de langue récrit déjà d'autres questions.")
        try:
            return rewrite(question, previous, self._quick_model, self._prompts, self._lexicon)
        finally:
            self._rewriting.release()

    @cached_property
    def _quick_model(self) -> LanguageModel:
        seconds = min(self._settings.llm_timeout, _REWRITING_SECONDS)
        return load_model(replace(self._settings, llm_timeout=seconds)) or self._model


def can_be_written(answer: Answer) -> bool:
    """Say whether an answer reads better once written: a synthesis or a comparison that rests on evidence."""
    return answer.status is AnswerStatus.ANSWERED and bool(answer.citations) and answer.kind in _TASKS


def answer_to_task(answer: Answer, *, plain: bool = False) -> Task:
    """Return what a model is asked to make of an answer that can be written."""
    return Task.CLAIR if plain else _TASKS[answer.kind]
