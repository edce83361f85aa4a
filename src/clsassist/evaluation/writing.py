"""The answers of the question set, written by the configured model: each sentence with its verdict and its second."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clsassist.errors import ClsAssistError, ModelDeniedError, ModelUnknownError, ModelUnreachableError
from clsassist.evaluation.cases import Case
from clsassist.evaluation.scores import Progress, converse
from clsassist.evaluation.tape import Outgrown, Recording, Tape
from clsassist.generation import (
    Material,
    Notice,
    Prompts,
    Verdict,
    answer_to_material,
    answer_to_task,
    can_be_written,
    write,
)
from clsassist.lexicon import Lexicon, load_lexicon
from clsassist.records import Answer

if TYPE_CHECKING:
    from clsassist.assistant import Assistant

# A server that answers nobody three times will not answer the hundred questions left.
_MOST_FAILED_IN_A_ROW = 3
_HOPELESS = (ModelUnreachableError, ModelDeniedError, ModelUnknownError)


@dataclass(frozen=True, slots=True)
class Asked:
    """One wording of a question whose exact answer is to be written, for residents when ``plain``."""

    case: Case
    question: str
    answer: Answer
    plain: bool = False


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """One answer as the model wrote it; ``seconds`` are those at which each verdict fell, from the request on.

    ``recording`` is None when the model was not asked.
    """

    case: Case
    question: str
    material: Material
    verdicts: tuple[Verdict, ...]
    seconds: tuple[float, ...]
    notice: Notice
    recording: Recording | None

    @property
    def first_shown(self) -> float | None:
        """The second of the first sentence shown, None when none was."""
        shown = (second for verdict, second in zip(self.verdicts, self.seconds, strict=True) if verdict.reason is None)
        return next(shown, None)


def ask_all(
    assistant: Assistant,
    cases: Sequence[Case],
    progress: Progress = lambda done, total: None,
    *,
    plain: bool = False,
) -> tuple[Asked, ...]:
    """Ask every question in every wording and return those whose answer a model writes, the same one once."""
    kept: list[Asked] = []
    seen: set[tuple[str, str]] = set()
    for place, case in enumerate(cases):
        for wording in case.wordings:
            answer = converse(assistant, wording, case.before)
            if can_be_written(answer) and (wording, answer.text) not in seen:
                seen.add((wording, answer.text))
                kept.append(Asked(case, wording, answer, plain))
        progress(place + 1, len(cases))
    return tuple(kept)


def spread(asked: Sequence[Asked], most: int | None) -> tuple[Asked, ...]:
    """Return at most so many of them, the kinds in equal parts as far as they go, first wordings first.

    The choice depends on nothing but the questions; the order is theirs.
    """
    if most is None or most >= len(asked):
        return tuple(asked)
    by_kind: dict[str, list[Asked]] = {}
    for one in asked:
        by_kind.setdefault(one.case.kind, []).append(one)
    parts = dict.fromkeys(by_kind, 0)
    while sum(parts.values()) < most:
        open_kinds = [kind for kind in by_kind if parts[kind] < len(by_kind[kind])]
        for kind in open_kinds[: most - sum(parts.values())]:
            parts[kind] += 1
    chosen = {id(one) for kind, held in by_kind.items() for one in _pick(held, parts[kind])}
    return tuple(one for one in asked if id(one) in chosen)


def _pick(asked: Sequence[Asked], count: int) -> list[Asked]:
    firsts = [one for one in asked if one.question == one.case.question]
    others = [one for one in asked if one.question != one.case.question]
    return [*_evenly(firsts, min(count, len(firsts))), *_evenly(others, max(0, count - len(firsts)))]


def _evenly(asked: Sequence[Asked], count: int) -> Iterator[Asked]:
    yield from (asked[place * len(asked) // count] for place in range(count))


def write_all(
    assistant: Assistant,
    asked: Sequence[Asked],
    tape: Tape,
    prompts: Prompts,
    progress: Progress = lambda done, total: None,
) -> tuple[WrittenAnswer, ...]:
    """Have every answer written, or read again from the tape.

    What the model does is in the notices. Raises ClsAssistError when nobody answers, three times in a row: what was
    written is kept.
    """
    lexicon = load_lexicon()
    written: list[WrittenAnswer] = []
    progress(0, len(asked))
    for one in asked:
        material = answer_to_material(one.answer, assistant.registry, lexicon)
        written.append(write_one(one, material, tape, prompts, lexicon))
        _require_hope(written)
        progress(len(written), len(asked))
    return tuple(written)


def write_one(one: Asked, material: Material, tape: Tape, prompts: Prompts, lexicon: Lexicon) -> WrittenAnswer:
    """Have one answer written, or read it again from the tape."""
    try:
        return _write_once(one, material, tape, prompts, lexicon)
    except Outgrown:
        # The tape forgot it: this time the model is asked.
        return _write_once(one, material, tape, prompts, lexicon)


def _write_once(one: Asked, material: Material, tape: Tape, prompts: Prompts, lexicon: Lexicon) -> WrittenAnswer:
    tape.last = None
    verdicts: list[Verdict] = []
    seconds: list[float] = []
    notice = Notice("", 0, 0, alone=True)
    for part in write(material, answer_to_task(one.answer, plain=one.plain), tape, prompts, lexicon, threading.Event()):
        if isinstance(part, Notice):
            notice = part
        else:
            verdicts.append(part)
            seconds.append(tape.heard)
    return WrittenAnswer(one.case, one.question, material, tuple(verdicts), tuple(seconds), notice, tape.last)


def _require_hope(written: Sequence[WrittenAnswer]) -> None:
    last = [one.notice.failure for one in written[-_MOST_FAILED_IN_A_ROW:]]
    if len(last) == _MOST_FAILED_IN_A_ROW and all(isinstance(failure, _HOPELESS) for failure in last):
        raise ClsAssistError(
            f"Trois rédactions de suite ont échoué. {last[-1]} Ce qui est déjà rédigé est gardé : relancez la même "
            "commande pour reprendre."
        )
