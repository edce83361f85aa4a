"""A follow-up that the rules do not understand, rewritten by a model so that it stands alone; nothing may be added."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from clsassist.errors import ModelError
from clsassist.generation.language import is_french
from clsassist.generation.model import LanguageModel
from clsassist.generation.prompts import Prompts, Task
from clsassist.generation.sheet import as_data, shorten
from clsassist.lexicon import Lexicon
from clsassist.records import Answer
from clsassist.text import fold, squeeze

# A question is one line; a model that writes more is answering.
_MOST_WRITTEN = 80
_LONGEST = 300
# What a follow-up refers to was said just before.
_TURNS = 2
_SAID = 600
_THOUGHT = re.compile(r"<think>.*?</think>|^.*</think>", re.DOTALL | re.IGNORECASE)
_LABEL = re.compile(r"^(?:question(?: r[ée]crite)?\s*:)?[\s«\"“*]*|[\s»\"”*]*$", re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:ne|n|pas|sans|sauf|hors|non|aucune?s?|jamais|ni|excepte|hormis)\b")
_MARKS = re.compile(r"\s*\[\d+\]|[*_`#|]+")


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What became of a follow-up: the question to answer instead, '' when there is none, and why, for the trace."""

    question: str
    note: str


def rewrite(
    question: str, previous: Sequence[Answer], model: LanguageModel, prompts: Prompts, lexicon: Lexicon
) -> Rewriting:
    """Return a follow-up as a question that stands alone; never raises for what a model does."""
    turns = previous[-_TURNS:]
    messages = prompts.of(Task.REFORMULATION).fill(
        {"question": as_data(question), "conversation": "\n".join(map(_turn, turns))}
    )
    try:
        with closing(model.stream(messages, _MOST_WRITTEN, threading.Event())) as stream:
            written = "".join(stream)
    except ModelError as error:
        return Rewriting("", f"Reformulation abandonnée : {error}")
    found = _clean(written)
    conversation = " ".join(f"{turn.question} {turn.rewritten} {turn.text}" for turn in turns)
    asked = " ".join(turn.question for turn in turns)
    if reason := refuse_rewriting(found, question, asked, conversation, lexicon):
        return Rewriting("", f"Reformulation écartée : « {found[:_LONGEST]} » — {reason}")
    return Rewriting(found, f"Question récrite par le modèle « {model.name} » : « {found} »")


def refuse_rewriting(rewritten: str, question: str, asked: str, conversation: str, lexicon: Lexicon) -> str:
    """Return why a rewritten question must be dropped, '' when it says nothing new.

    ``asked`` are the questions before it, ``conversation`` those and their answers.
    """
    return next(_faults(rewritten, question, asked, conversation, lexicon), "")


def _faults(rewritten: str, question: str, asked: str, conversation: str, lexicon: Lexicon) -> Iterator[str]:
    if not rewritten or len(rewritten) > _LONGEST or "\n" in rewritten:
        yield "ce n'est pas une question d'une ligne"
    if not is_french(rewritten):
        yield "elle n'est pas en français"
    yield from _new_words(rewritten, f"{conversation} {question}", lexicon)
    negated = bool(_NEGATION.search(fold(rewritten)))
    if _NEGATION.search(fold(question)) and not negated:
        yield "elle perd une négation"
    if negated and not _NEGATION.search(fold(f"{asked} {question}")):
        yield "elle ajoute une négation"


def _new_words(rewritten: str, said: str, lexicon: Lexicon) -> Iterator[str]:
    """Yield a sentence for each word, number or organisation that nobody said; words that only serve to ask pass."""
    analyser = lexicon.analyser
    neutral = lexicon.tool_words | {stem for words in lexicon.fields for form in words.stems for stem in form}
    known = {token.stem for token in analyser.tokens(said)}
    for token in analyser.content(rewritten):
        written = token.span.of(rewritten)
        is_number = any(character.isdigit() for character in written)
        if token.stem not in known and (is_number or token.stem not in neutral):
            yield f"« {written} » n'est pas dans la conversation"
    actors = lexicon.actors_in(analyser.content(said))
    for actor in lexicon.actors_in(analyser.content(rewritten)):
        if actor not in actors:
            yield f"« {actor.name} » n'est pas dans la conversation"


def _turn(answer: Answer) -> str:
    said = shorten(as_data(_MARKS.sub("", answer.text)), _SAID)
    return f"- Question : {as_data(answer.rewritten or answer.question)}\n  Réponse : {said}"


def _clean(written: str) -> str:
    lines = [line for line in _THOUGHT.sub("", written).strip().splitlines() if line.strip()]
    if len(lines) != 1:
        return "\n".join(lines)
    return _LABEL.sub("", squeeze(lines[0]))
