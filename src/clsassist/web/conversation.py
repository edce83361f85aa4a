"""One conversation: the turns kept for a visitor, and the steps by which an answer reaches the screen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from clsassist.errors import ClsAssistError, IndexDamagedError
from clsassist.records import Answer, Citation
from clsassist.settings import Settings
from clsassist.web.asking import Answering
from clsassist.web.markdown import plain, prose, tidy
from clsassist.web.rendering import (
    Neighbours,
    render_answer,
    render_answer_blocks,
    render_source,
    render_source_notice,
)
from clsassist.web.trace import follows
from clsassist.web.writing_form import render_writing

logger = logging.getLogger(__name__)

# A visitor's memory on the server is bounded: beyond this, the oldest turns leave the page.
MAX_TURNS = 50

EMPTY_QUESTION = "Écrivez une question avant de l'envoyer."
STILL_ANSWERING = "Une réponse est en préparation : attendez-la, ou commencez une nouvelle conversation."
UNEXPECTED_FAILURE = (
    "La réponse n'a pas pu être préparée, à cause d'un incident imprévu. Posez la question autrement, "
    "ou signalez-la à la personne qui gère ce service."
)
LOST_SOURCE = "Cette conversation a expiré : posez de nouveau la question pour rouvrir ses sources."
_DOTS = '<span class="cls-dots" aria-hidden="true"><span></span><span></span><span></span></span>'
_WAITING = f'<p class="cls-wait">Recherche dans les documents{_DOTS}</p>'
_REOPENING = f'<p class="cls-wait cls-reopening">Réouverture de la conversation{_DOTS}</p>'

# Lends the assistant for the time of one answer; raises ClsAssistError when there is no index.
Lender = Callable[[], AbstractContextManager[Answering]]


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what came of it: an answer, else a notice, else nothing yet.

    ``build`` names the index that answered; ``writable`` says whether a model could write the answer anew.
    """

    question: str
    answer: Answer | None = None
    notice: str = ""
    build: str = ""
    writable: bool = False

    @property
    def pending(self) -> bool:
        """Say whether the reader is still waiting."""
        return not self.answer and not self.notice


@dataclass(frozen=True, slots=True)
class Step:
    """What the page must show at one moment: the turns to remember, and the conversation."""

    turns: tuple[Turn, ...]
    log: str


def refuse_question(question: str, turns: tuple[Turn, ...], settings: Settings) -> str:
    """Return the sentence that refuses a question, or nothing when it can be asked."""
    length = len(tidy(question))
    if not length:
        return EMPTY_QUESTION
    if length > settings.max_question_chars:
        limit = settings.max_question_chars
        return f"Votre question compte {length} caractères, la limite est de {limit} : raccourcissez-la."
    return STILL_ANSWERING if turns and turns[-1].pending else ""


def read_questions(sent: object, settings: Settings) -> tuple[str, ...]:
    """Return the questions that a browser says it remembers: the last ones, and only those that could be asked."""
    if not isinstance(sent, list):
        return ()
    known = (tidy(one) for one in sent[-MAX_TURNS:] if isinstance(one, str))
    return tuple(one for one in known if one and len(one) <= settings.max_question_chars)


def asked_again(turns: tuple[Turn, ...], sent: object, settings: Settings) -> tuple[str, ...]:
    """Return the questions on the visitor's screen that the server does not remember so: each is asked again."""
    questions = read_questions(sent, settings)
    forgotten = isinstance(sent, list) and questions != tuple(turn.question for turn in turns)
    return questions if forgotten else ()


def recall(lend: Lender, turns: tuple[Turn, ...], sent: object, settings: Settings) -> tuple[Turn, ...]:
    """Return the turns of the conversation on the visitor's screen.

    The server forgets them when it restarts, or after a while; then each question is asked again. ``sent`` comes
    from the browser, unchecked; without a list, what the server remembers is right.
    """
    if not isinstance(sent, list):
        return turns
    questions = read_questions(sent, settings)
    if questions == tuple(turn.question for turn in turns):
        return turns
    return _continue(lend, (), questions)


def reopen(lend: Lender, questions: Sequence[str]) -> Iterator[Step]:
    """Yield the conversation made of these questions: that it is on its way, then whole."""
    # A turn that waits: nothing may be asked before the others are there.
    yield Step(tuple(Turn(question) for question in questions[-1:]), _REOPENING)
    turns = _continue(lend, (), questions)
    yield Step(turns, render_turns(turns))


def _continue(lend: Lender, past: tuple[Turn, ...], questions: Sequence[str]) -> tuple[Turn, ...]:
    """Ask questions after some turns, all of one index: turns that another one answered are asked again first."""
    asked = (*(turn.question for turn in past), *questions)
    turns = past
    try:
        # One loan for them all: the index may be replaced between two questions.
        with lend() as assistant:
            if any(turn.build != assistant.build for turn in past if turn.answer):
                turns = ()
            for question in asked[len(turns) :]:
                turns = (*turns, _ask(assistant, turns, Turn(question)))
    except ClsAssistError as error:
        lost = tuple(Turn(question, notice=str(error)) for question in asked[len(turns) :])
        return (*turns, *lost)
    return turns


def converse(lend: Lender, turns: tuple[Turn, ...], question: str) -> Iterator[Step]:
    """Yield the conversation as it should be shown, from the question alone to the complete answer."""
    past = turns[1 - MAX_TURNS :]
    shown = render_turns(past)
    pending = Turn(tidy(question))
    waiting = (*past, pending)
    yield Step(waiting, shown + _render_turn(pending, len(past)))
    *known, done = _continue(lend, past, (pending.question,))
    if tuple(known) != past:
        past = tuple(known)
        waiting, shown = (*past, pending), render_turns(past)
    if done.answer and (words := _first_words(done.answer, len(past))):
        yield Step(waiting, shown + _frame(pending, len(past), words))
    yield Step((*past, done), shown + _render_turn(done, len(past), fresh=True))


def _ask(assistant: Answering, past: tuple[Turn, ...], pending: Turn) -> Turn:
    previous = tuple(turn.answer for turn in past if turn.answer)
    try:
        answer = assistant.ask(pending.question, previous)
        return replace(pending, answer=answer, build=assistant.build, writable=assistant.can_write(answer))
    except IndexDamagedError:
        # Whoever lends the index has to know.
        raise
    except ClsAssistError as error:
        return replace(pending, notice=str(error))
    except Exception:
        # A question that no other met must not take the rest of the conversation with it.
        logger.exception("Une question n'a pas pu recevoir de réponse")
        return replace(pending, notice=UNEXPECTED_FAILURE)


def _first_words(answer: Answer, place: int) -> str:
    # On screen while the rest is on its way: one step only, since each takes its turn among those of all visitors.
    first, *rest = render_answer_blocks(answer, place)
    return first if rest else ""


def abandon(turns: tuple[Turn, ...]) -> Step:
    """Close the turn that an unexpected failure left without an answer."""
    if turns and turns[-1].pending:
        turns = (*turns[:-1], replace(turns[-1], notice=UNEXPECTED_FAILURE))
    return Step(turns, render_turns(turns))


def render_turns(turns: tuple[Turn, ...]) -> str:
    """Return the HTML of a whole conversation."""
    return "".join(_render_turn(turn, place) for place, turn in enumerate(turns))


def _render_turn(turn: Turn, place: int, *, fresh: bool = False) -> str:
    if turn.answer:
        writing = render_writing(turn.build, place, fresh=fresh) if turn.writable else ""
        return _frame(turn, place, render_answer(turn.answer, place, writing))
    if turn.notice:
        return _frame(turn, place, f'<p class="cls-notice">{prose(turn.notice)}</p>')
    return _frame(turn, place, _WAITING)


def _frame(turn: Turn, place: int, body: str) -> str:
    # The script of the page reads the questions here: to keep them in the browser, to share an answer.
    after = " data-follows" if turn.answer and follows(turn.answer) else ""
    return (
        f'<article class="cls-turn" id="turn-{place}" data-asked="{plain(turn.question)}"{after}>'
        f'<h2 class="cls-question"><span class="cls-hidden">Question : </span>{prose(turn.question)}</h2>'
        f'<div class="cls-answer">{body}</div></article>'
    )


def open_citation(
    lend: Lender, turns: tuple[Turn, ...], turn: object, number: object, *, originals: bool = True
) -> str:
    """Return the source panel of one citation; ``turn`` and ``number`` come from the browser, unchecked.

    ``originals`` says whether the original files may be opened.
    """
    citations = _citations(turns, turn)
    place = next((place for place, found in enumerate(citations) if found.number == number), None)
    if place is None or not isinstance(turn, int):
        return render_source_notice(LOST_SOURCE)
    around = Neighbours(
        citations[place - 1] if place else None,
        citations[place + 1] if place + 1 < len(citations) else None,
        len(citations),
    )
    try:
        with lend() as assistant:
            return render_source(assistant.open_source(citations[place]), turn, around, originals=originals)
    except ClsAssistError as error:
        return render_source_notice(str(error))


def _citations(turns: tuple[Turn, ...], turn: object) -> tuple[Citation, ...]:
    if not isinstance(turn, int) or not 0 <= turn < len(turns):
        return ()
    answer = turns[turn].answer
    return answer.citations if answer else ()
