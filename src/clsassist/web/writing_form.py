"""What stands under an exact answer where a model may write it anew: the written text's place and its commands."""

from __future__ import annotations

from clsassist.web.markdown import plain, prose

LABEL = "Rédigé par un modèle, vérifié phrase par phrase"
# What may be shown of an answer: the value that the page's script reads, and its name.
_VIEWS = (("exact", "Réponse exacte"), ("written", "Réponse rédigée"), ("both", "Les deux"))
_DOTS = '<span class="cls-dots" aria-hidden="true"><span></span><span></span><span></span></span>'


def render_writing(build: str, turn: int, *, fresh: bool) -> str:
    """Return the place of a written answer, empty: the page's script asks for its sentences.

    ``build`` names the index of the exact answer; ``fresh`` says that the answer was just asked for, and is to be
    written without waiting to be told.
    """
    views = "".join(
        f'<label><input type="radio" name="cls-view-{turn}" value="{value}"{" checked" if value == "exact" else ""}>'
        f"<span>{name}</span></label>"
        for value, name in _VIEWS
    )
    return (
        f'<section class="cls-writing" aria-label="Réponse rédigée" data-turn="{turn}" data-build="{plain(build)}"'
        f"{' data-fresh' if fresh else ''}>"
        f'<div class="cls-writing-text" hidden><p class="cls-writing-label">{prose(LABEL)}</p>'
        '<p class="cls-written"></p></div>'
        f'<p class="cls-writing-wait" hidden>Rédaction en cours{_DOTS}</p>'
        '<p class="cls-writing-note" hidden></p>'
        '<div class="cls-writing-tools">'
        f'<fieldset class="cls-views"><legend>Afficher</legend>{views}</fieldset>'
        '<button type="button" class="cls-writing-act cls-writing-plain" aria-pressed="false"'
        ' title="Phrases courtes et mots de tous les jours">En clair</button>'
        '<button type="button" class="cls-writing-act cls-writing-again" hidden>Rédiger de nouveau</button>'
        '<button type="button" class="cls-writing-act cls-writing-stop" hidden>Arrêter la rédaction</button>'
        "</div></section>"
    )
