"""What stands in place of a conversation before it begins: a sentence, and questions that have an answer."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from clsassist.assistant import Assistant
from clsassist.errors import ClsAssistError
from clsassist.lexicon import load_lexicon
from clsassist.starters import AudienceStarters, audiences_to_starters
from clsassist.web.markdown import prose
from clsassist.web.rendering import render_starters
from clsassist.web.site import Site

_TITLE = "Que voulez-vous savoir ?"
_WELCOME = (
    "Posez une question sur les actions, les porteurs, les partenaires, les publics ou le calendrier. Chaque "
    "réponse cite ses sources : un clic sur un numéro ouvre le passage du document."
)


class Welcome:
    """Draws the first questions once for each build of the index."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._drawn: WeakKeyDictionary[Assistant, tuple[AudienceStarters, ...]] = WeakKeyDictionary()
        self._drawing = threading.Lock()

    def first(self) -> str:
        """Return what to show at once, before any question has been tried."""
        return self._frame("")

    def render(self) -> str:
        """Return the welcome with questions of the index in service, or with what prevents answering."""
        try:
            with self._site.live.use() as assistant:
                return self._frame(render_starters(self._starters(assistant)))
        except ClsAssistError as error:
            return self._frame(f'<p class="cls-notice">{prose(str(error))}</p>')

    def _starters(self, assistant: Assistant) -> tuple[AudienceStarters, ...]:
        with self._drawing:
            if assistant not in self._drawn:
                audiences = self._site.settings.page.audiences
                drawn = audiences_to_starters(audiences, assistant.registry, load_lexicon(), assistant.ask)
                self._drawn[assistant] = drawn
            return self._drawn[assistant]

    def _frame(self, proposed: str) -> str:
        sentence = self._site.settings.page.welcome or _WELCOME
        return f'<div class="cls-welcome"><h2>{prose(_TITLE)}</h2><p>{prose(sentence)}</p>{proposed}</div>'
