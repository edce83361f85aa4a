"""One conversation: the turns kept for a visitor, and the steps by which an answer reaches the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from clsassist.assistant import Assistant
from clsassist.errors import ClsAssistError
from clsassist.records import Answer, Citation
from clsassist.settings import Settings
from clsassist.web.markdown import prose
from clsassist.web.rendering import (
    render_answer,
    render_answer_blocks,
    render_questions,
    render_source,
    render_source_notice,
)

# A visitor's memory on the server is bounded: beyond this, the oldest turns leave the page.
MAX_TURNS = 50

EMPTY_QUESTION = "Écrivez une question avant de l'envoyer."
STILL_ANSWERING = "Une réponse est en préparation : attendez-la, ou commencez une nouvelle conversation."
UNEXPECTED_FAILURE = (
    "La réponse n'a pas pu être préparée, à cause d'un incident imprévu. Posez la question autrement, "
    "ou signalez-la à la personne qui gère ce service."
)
_WELCOME = (
    "Posez une question sur les actions, les porteurs, les partenaires, les publics ou le calendrier. Chaque "
    "réponse cite ses sources : un clic sur un numéro ouvre le passage du document."
)
LOST_SOURCE = "Cette conversation a expiré : posez de nouveau la question pour rouvrir ses sources."
_WAITING = (
    '<p class="cls-wait">Recherche dans les documents<span class="cls-dots" aria-hidden="true">'
    "<span></span><span></span><span></span></span></p>"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what came of it: an answer, else a notice, else nothing yet."""

    question: str
    answer: Answer | None = None
    notice: str = ""

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
    length = len(question.strip())
    if not length:
        return EMPTY_QUESTION
    if length > settings.max_question_chars:
        limit = settings.max_question_chars
        return f"Votre question compte {length} caractères, la limite est de {limit} : raccourcissez-la."
    return STILL_ANSWERING if turns and turns[-1].pending else ""


def converse(assistant: Assistant, turns: tuple[Turn, ...], question: str) -> Iterator[Step]:
    """Yield the conversation as it should be shown, from the question alone to the complete answer."""
    past = turns[1 - MAX_TURNS :]
    shown = "".join(_render_turn(turn, place) for place, turn in enumerate(past))
    pending = Turn(question.strip())
    waiting = (*past, pending)
    yield Step(waiting, shown + _render_turn(pending, len(past)))
    done = _ask(assistant, past, pending)
    if done.answer:
        for partial in _partial_answers(done.answer, len(past)):
            yield Step(waiting, shown + _frame(done, len(past), partial))
    yield Step((*past, done), shown + _render_turn(done, len(past)))


def _ask(assistant: Assistant, past: tuple[Turn, ...], pending: Turn) -> Turn:
    previous = tuple(turn.answer for turn in past if turn.answer)
    try:
        return replace(pending, answer=assistant.ask(pending.question, previous))
    except ClsAssistError as error:
        return replace(pending, notice=str(error))


def _partial_answers(answer: Answer, place: int) -> Iterator[str]:
    # The first words are on screen while the rest is still on its way.
    shown = ""
    for block in render_answer_blocks(answer, place)[:-1]:
        shown += block
        yield shown


def abandon(turns: tuple[Turn, ...]) -> Step:
    """Close the turn that an unexpected failure left without an answer."""
    if turns and turns[-1].pending:
        turns = (*turns[:-1], replace(turns[-1], notice=UNEXPECTED_FAILURE))
    return Step(turns, render_turns(turns))


def render_turns(turns: tuple[Turn, ...]) -> str:
    """Return the HTML of a whole conversation."""
    return "".join(_render_turn(turn, place) for place, turn in enumerate(turns))


def render_welcome(starters: tuple[str, ...]) -> str:
    """Return what stands in place of a conversation before it begins."""
    proposed = f"<p>{prose('Par exemple :')}</p>{render_questions(starters)}" if starters else ""
    title = prose("Que voulez-vous savoir ?")
    return f'<div class="cls-welcome"><h2>{title}</h2><p>{prose(_WELCOME)}</p>{proposed}</div>'


def _render_turn(turn: Turn, place: int) -> str:
    if turn.answer:
        return _frame(turn, place, render_answer(turn.answer, place))
    if turn.notice:
        return _frame(turn, place, f'<p class="cls-notice">{prose(turn.notice)}</p>')
    return _frame(turn, place, _WAITING)


def _frame(turn: Turn, place: int, body: str) -> str:
    return (
        f'<article class="cls-turn" id="turn-{place}"><h2 class="cls-question">'
        f'<span class="cls-hidden">Question : </span>{prose(turn.question)}</h2>'
        f'<div class="cls-answer">{body}</div></article>'
    )


def open_citation(assistant: Assistant, turns: tuple[Turn, ...], turn: object, number: object) -> str:
    """Return the source panel of one citation; ``turn`` and ``number`` come from the browser, unchecked."""
    citation = _find_citation(turns, turn, number)
    if citation is None or not isinstance(turn, int):
        return render_source_notice(LOST_SOURCE)
    try:
        return render_source(assistant.open_source(citation), turn)
    except ClsAssistError as error:
        return render_source_notice(str(error))


def _find_citation(turns: tuple[Turn, ...], turn: object, number: object) -> Citation | None:
    if not isinstance(turn, int) or not 0 <= turn < len(turns):
        return None
    answer = turns[turn].answer
    return next((found for found in answer.citations if found.number == number), None) if answer else None
