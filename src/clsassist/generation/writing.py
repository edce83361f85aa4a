"""The evidence written by a model, sentence by sentence, each shown only once it is proved."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from clsassist.errors import ModelEmptyError, ModelError
from clsassist.generation.checking import Verdict, check_sentence
from clsassist.generation.language import is_french
from clsassist.generation.material import Material
from clsassist.generation.model import LanguageModel
from clsassist.generation.prompts import Prompts, Task
from clsassist.generation.sentences import Sentences
from clsassist.generation.sheet import Sheet, material_to_sheet
from clsassist.generation.tidying import tidy
from clsassist.lexicon import Lexicon
from clsassist.text import fold
from clsassist.wording import counted

# Six are asked for: more are a model that does not stop.
_MOST_KEPT = 8
_MOST_JUDGED = 20
_MOST_REPEATED = 2
_MOST_REFUSED_IN_A_ROW = 5
# A sentence of two hundred words is none.
_LONGEST = 1_200
# Below this share of what was written, what is left tells little of it.
_LEAST_KEPT = 1 / 3
_MARKS = re.compile(r"\[[\d\s,;]*\]|\W+")

REPEATED = "Cette phrase répète une phrase précédente."
FOREIGN = "Cette phrase n'est pas en français."
UNFINISHED = "Cette phrase est inachevée."
# How a Notice begins when what was written does not count.
ALONE = "La réponse exacte reste seule : "


@dataclass(frozen=True, slots=True)
class Notice:
    """How a written answer ended. ``text`` is for the reader, in one line, empty when there is nothing to say.

    ``alone`` says that the exact answer must be shown alone: what was written does not count. ``failure`` is the
    model's, None when it went to its end. ``trace`` tells everything, for ``Answer.trace``.
    """

    text: str
    kept: int
    removed: int
    alone: bool
    stopped: bool = False
    failure: ModelError | None = None
    trace: tuple[str, ...] = ()


class _Loop(Exception):
    """The model goes round in circles, or does not end; the message says so to the reader."""


def write(
    material: Material,
    task: Task,
    model: LanguageModel,
    prompts: Prompts,
    lexicon: Lexicon,
    stop: threading.Event,
) -> Iterator[Verdict | Notice]:
    """Yield each sentence of the model as soon as it is judged, refused ones too; then, always, one Notice.

    Only a Verdict without a reason may be shown. Whatever the model does, nothing is raised: the Notice says it.
    """
    verdicts: list[Verdict] = []
    failure: ModelError | None = None
    broken = ""
    left_out = 0
    try:
        sheet = material_to_sheet(material, prompts.of(task), model.context)
        left_out = sheet.left_out
        for sentence, complete in _sentences(sheet, model, stop):
            verdict = judge(sentence, complete, material, lexicon, verdicts)
            verdicts.append(verdict)
            yield verdict
            _require_progress(verdicts)
        if not verdicts and not stop.is_set():
            failure = ModelEmptyError("n'a rien écrit")
    except ModelError as error:
        failure = error
    except _Loop as loop:
        broken = str(loop)
    head = f"Rédaction : modèle « {model.name} », consigne {task.value}, version {prompts.of(task).version}"
    ends = [f"Fin de la rédaction : {said}" for said in (str(failure or ""), broken) if said]
    omitted = [f"Extraits non montrés au modèle, faute de place : {left_out}"] if left_out else []
    trace = (head, *omitted, *map(verdict_to_line, verdicts), *ends)
    yield _conclude(verdicts, failure, broken, stop.is_set(), trace)


def verdict_to_line(verdict: Verdict) -> str:
    """Return a verdict as one line of a trace."""
    if verdict.reason is None:
        idle = "".join(f"[{number}]" for number in verdict.idle)
        return f"Phrase gardée : {verdict.sentence}" + (f" — sans {idle}, qui n'en dit rien" if idle else "")
    return f"Phrase retirée : {verdict.sentence} — {verdict.reason}"


def _sentences(sheet: Sheet, model: LanguageModel, stop: threading.Event) -> Iterator[tuple[str, bool]]:
    """Yield what the model writes, and whether each sentence has its end."""
    sentences = Sentences()
    with closing(model.stream(sheet.messages, sheet.max_tokens, stop)) as stream:
        for characters in stream:
            for sentence in sentences.feed(characters):
                yield sentence, True
            if len(sentences.pending) > _LONGEST:
                yield sentences.pending[:_LONGEST], False
                raise _Loop("une phrase n'en finissait pas")
    if stop.is_set():
        return
    for sentence in sentences.close():
        yield sentence, True
    if any(character.isalnum() for character in sentences.pending):
        yield sentences.pending, False


def judge(sentence: str, complete: bool, material: Material, lexicon: Lexicon, said: Sequence[Verdict]) -> Verdict:
    """Judge what a model wrote after ``said``: a sentence, or a piece of one when it is not ``complete``."""
    if not complete:
        return Verdict(sentence.strip(), UNFINISHED, ())
    sentence = tidy(sentence)
    if _same(sentence) in {_same(verdict.sentence) for verdict in said}:
        return Verdict(sentence, REPEATED, ())
    if not is_french(sentence):
        return Verdict(sentence, FOREIGN, ())
    return check_sentence(sentence, material, lexicon, said)


def _same(sentence: str) -> str:
    return _MARKS.sub(" ", fold(sentence)).strip()


def _require_progress(verdicts: Sequence[Verdict]) -> None:
    """Raise _Loop once going on is useless."""
    if sum(verdict.reason == REPEATED for verdict in verdicts) >= _MOST_REPEATED:
        raise _Loop("le modèle se répétait")
    last = verdicts[-_MOST_REFUSED_IN_A_ROW:]
    if len(last) == _MOST_REFUSED_IN_A_ROW and all(verdict.reason for verdict in last):
        raise _Loop("cinq phrases de suite n'étaient pas prouvées")
    if sum(verdict.reason is None for verdict in verdicts) >= _MOST_KEPT or len(verdicts) >= _MOST_JUDGED:
        raise _Loop("le modèle écrivait plus que demandé")


def _conclude(
    verdicts: Sequence[Verdict], failure: ModelError | None, broken: str, stopped: bool, trace: tuple[str, ...]
) -> Notice:
    kept = sum(verdict.reason is None for verdict in verdicts)
    removed = len(verdicts) - kept
    # A reader who stopped the model keeps what was proved before.
    alone = not kept or (not stopped and kept < _LEAST_KEPT * len(verdicts))
    if alone and not stopped:
        text = f"{ALONE}{_why_alone(verdicts, failure, broken)}."
    else:
        text = " ".join(filter(None, (tell_removed(kept, removed), _why_ended(failure, broken, stopped))))
    return Notice(text, kept, removed, alone, stopped, failure, (*trace, text) if text else trace)


def _why_alone(verdicts: Sequence[Verdict], failure: ModelError | None, broken: str) -> str:
    kept = sum(verdict.reason is None for verdict in verdicts)
    if failure is not None and not kept:
        return f"le modèle de langue {failure.reason}"
    if 2 * sum(verdict.reason == FOREIGN for verdict in verdicts) > len(verdicts):
        return "le modèle de langue n'écrit pas en français"
    if broken and not kept:
        return f"{broken}, et rien n'était prouvé" if "prouvé" not in broken else broken
    if not kept:
        return "les documents ne prouvent rien de ce que le modèle a écrit"
    return f"les documents ne prouvent que {counted(kept, 'phrase')} sur {len(verdicts)} du modèle"


def tell_removed(kept: int, removed: int) -> str:
    """Tell a reader how many sentences were removed, '' when none was."""
    if not removed:
        return ""
    were = "phrase sur {} a été retirée : les documents ne la prouvent pas"
    many = "phrases sur {} ont été retirées : les documents ne les prouvent pas"
    return f"{removed} {(were if removed == 1 else many).format(kept + removed)}."


def _why_ended(failure: ModelError | None, broken: str, stopped: bool) -> str:
    if stopped:
        return "La rédaction a été arrêtée."
    if failure is not None:
        return f"La rédaction n'est pas allée au bout : le modèle de langue {failure.reason}."
    return f"La rédaction a été arrêtée : {broken}." if broken else ""
