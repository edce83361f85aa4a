"""The actions most like one, as answers give them, cut action by action so that a page can show each with its links."""

from __future__ import annotations

import re
from dataclasses import dataclass

from clsassist.answering.reuse import answer_reuse
from clsassist.evidence import Evidence
from clsassist.lexicon import Lexicon
from clsassist.question import Intent, Question
from clsassist.records import Action, ActionRef, Answer
from clsassist.registry import Registry
from clsassist.verification import verify

_NUMBERED = re.compile(r"^\d+\. .*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Alike:
    """One action like the model; ``text`` is the Markdown of what is alike and what is not, with its [n] marks."""

    ref: ActionRef
    text: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """The answer to « quelles actions ressemblent à celle-ci ? »; ``actions`` is empty when none does."""

    answer: Answer
    actions: tuple[Alike, ...]


def actions_like(action: Action, registry: Registry, lexicon: Lexicon) -> Likeness:
    """Return the actions most like a given one, each claim cited and checked."""
    question = Question(f"Quelles actions ressemblent à « {action.title} » ?", Intent.SIMILAR, models=(action.id,))
    answer = verify(answer_reuse(Evidence(question, registry, lexicon, ())), registry)
    # Each action is a numbered line, then its own lines.
    texts = [text.strip("\n") for text in _NUMBERED.split(answer.text)[1:]]
    return Likeness(answer, tuple(Alike(ref, _unindent(text)) for ref, text in zip(answer.actions, texts, strict=True)))


def _unindent(text: str) -> str:
    return "\n".join(line.removeprefix("   ") for line in text.split("\n"))
