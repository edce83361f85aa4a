"""One evaluation of the configured model, from the questions to the scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from clsassist.errors import ClsAssistError, ConfigurationError
from clsassist.evaluation.cases import Case
from clsassist.evaluation.hand_check import HandCheck, JudgedAnswer, hold_against, load_judged, write_to_judge
from clsassist.evaluation.tape import Tape, tape_path
from clsassist.evaluation.writing import Asked, WrittenAnswer, ask_all, spread, write_all
from clsassist.evaluation.writing_report import Run
from clsassist.evaluation.writing_scores import WritingScores, group_writings, score_writings
from clsassist.generation import Material, Prompts, Task, answer_to_material, load_model
from clsassist.lexicon import load_lexicon
from clsassist.settings import Settings

if TYPE_CHECKING:
    from clsassist.assistant import Assistant

StageProgress = Callable[[str, int, int], None]
# Where judged sentences are looked for when nobody says where.
JUDGED = Path("eval/written")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of an evaluation: at most so many answers, judged sentences, a file to fill, what to call it.

    ``plain`` has them written for residents.
    """

    most: int | None = None
    judged: Path | None = None
    to_judge: Path | None = None
    command: str = "clsassist eval --llm"
    plain: bool = False

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What the model is asked to do."""
        return (Task.CLAIR,) if self.plain else (Task.SYNTHESE, Task.COMPARAISON)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The scores. ``waiting`` sentences of the file to fill have no judgement, ``damaged`` lines were unreadable."""

    run: Run
    groups: dict[str, WritingScores]
    check: HandCheck
    waiting: int
    damaged: int
    tape: Path


def evaluate_writing(
    assistant: Assistant,
    settings: Settings,
    cases: Sequence[Case],
    wanted: Wanted,
    progress: StageProgress = lambda stage, done, total: None,
) -> Evaluated:
    """Have the configured model write the answers of the questions that need it, and score them.

    ``assistant`` gives the exact answers: it must have no model of its own. Raises ConfigurationError when no model is
    configured or a file is badly written, ClsAssistError when the file to fill exists or nobody answers.
    """
    model = load_model(settings)
    if model is None:
        raise ConfigurationError(
            "Aucun modèle de langue n'est configuré : donnez CLSASSIST_LLM_URL et CLSASSIST_LLM_MODEL."
        )
    if wanted.to_judge is not None and wanted.to_judge.exists():
        raise ClsAssistError(f"« {wanted.to_judge} » existe déjà : donnez un autre nom à --to-judge.")
    judged = _load_judged(wanted.judged)
    prompts = Prompts.load(settings.prompts_dir)
    tape = Tape(model, tape_path(settings.index_dir, assistant.build, model.name, prompts, wanted.tasks))
    asked = ask_all(assistant, cases, lambda done, total: progress("questions", done, total), plain=wanted.plain)
    chosen = spread(asked, wanted.most)
    written = write_all(assistant, chosen, tape, prompts, lambda done, total: progress("rédactions", done, total))
    check = hold_against(judged, _materials(assistant, asked), written, load_lexicon())
    waiting = write_to_judge(wanted.to_judge, written, judged) if wanted.to_judge is not None else 0
    run = Run(
        model=model.name,
        instructions=" et ".join(f"{task.value} (version {prompts.of(task).version})" for task in wanted.tasks),
        context=model.context,
        asked=sum(len(case.wordings) for case in cases),
        writable=len(asked),
        replayed=tape.replayed,
        command=wanted.command,
        index=str(settings.index_dir),
    )
    return Evaluated(run, _scores(written), check, waiting, tape.damaged, tape.path)


def _load_judged(folder: Path | None) -> tuple[JudgedAnswer, ...]:
    if folder is not None:
        return load_judged(folder)
    return load_judged(JUDGED) if JUDGED.is_dir() else ()


def _scores(written: Sequence[WrittenAnswer]) -> dict[str, WritingScores]:
    return {name: score_writings(group, load_lexicon()) for name, group in group_writings(written).items()}


def _materials(assistant: Assistant, asked: Sequence[Asked]) -> Callable[[str, str], Material | None]:
    answers = {(one.case.id, one.question): one.answer for one in asked}

    @cache
    def material_of(name: str, question: str) -> Material | None:
        answer = answers.get((name, question))
        return None if answer is None else answer_to_material(answer, assistant.registry, load_lexicon())

    return material_of
