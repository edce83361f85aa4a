"""A configured model tried on a plain question: does it answer, word by word, in French, and how fast."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from clsassist.errors import ModelEmptyError
from clsassist.generation.language import is_french
from clsassist.generation.model import Message, load_model
from clsassist.generation.prompts import Prompts
from clsassist.generation.sentences import Sentences
from clsassist.settings import Settings

_ASKED = (
    Message("system", "Tu réponds en français, en deux phrases simples et complètes."),
    Message("user", "À quoi sert un contrat local de santé ?"),
)
_MOST_WRITTEN = 200
# Below this a written answer takes minutes: nobody waits for it.
_SLOW = 2.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial shows: a French sentence, and what to look at, '' when all is well."""

    sentence: str
    doubt: str = ""


def try_model(settings: Settings) -> Trial:
    """Ask the configured model one question.

    Raises ModelError or ConfigurationError, each saying what to do.
    """
    Prompts.load(settings.prompts_dir)
    model = load_model(settings)
    if model is None:
        return Trial("aucun n'est configuré : les réponses exactes n'en demandent pas.")
    began = time.monotonic()
    first = 0.0
    pieces: list[str] = []
    for piece in model.stream(_ASKED, _MOST_WRITTEN, threading.Event()):
        first = first or time.monotonic()
        pieces.append(piece)
    seconds = time.monotonic() - first
    written = "".join(pieces)
    sentences = Sentences()
    said = " ".join([*sentences.feed(written), *sentences.close()]) or sentences.pending
    if not said.strip():
        raise ModelEmptyError("n'écrit que ses réflexions", "choisissez un modèle qui ne réfléchit pas à voix haute")
    rate = len(written.split()) / seconds if seconds > 0 and len(pieces) > 1 else 0.0
    speed = f"{_french(rate)} mots par seconde, " if rate else ""
    sentence = f"« {model.name} » répond : {speed}premier mot en {_french(first - began)} s."
    return Trial(sentence, _doubt(said, len(pieces), rate))


def _doubt(said: str, pieces: int, rate: float) -> str:
    if not is_french(said):
        return "Il ne répond pas en français : choisissez un modèle qui le parle, sinon ses phrases seront retirées."
    if pieces < 3:
        return "Tout arrive d'un coup : un relais retient la réponse, coupez sa mise en tampon."
    if 0 < rate < _SLOW:
        return "C'est lent : prenez un modèle plus petit, ou une machine plus rapide."
    return ""


def _french(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")
