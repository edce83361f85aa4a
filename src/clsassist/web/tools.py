"""What is asked of a reader who did not find an answer useful."""

from __future__ import annotations

from clsassist.feedback import MAX_COMMENT_CHARS, Reason
from clsassist.web.markdown import prose

_NOTICE = (
    "Votre avis est gardé sur ce serveur avec la question et la réponse, sans votre nom. N'écrivez rien de personnel."
)


def _render_dialog() -> str:
    reasons = "".join(
        f'<label><input type="radio" name="reason" value="{reason.value}" required> {prose(reason.label)}</label>'
        for reason in Reason
    )
    return (
        '<dialog class="cls-feedback" aria-labelledby="cls-feedback-title"><form method="dialog">'
        '<h2 id="cls-feedback-title">Pourquoi cette réponse n\'est-elle pas utile&nbsp;?</h2>'
        f"<fieldset><legend>Raison</legend>{reasons}</fieldset>"
        '<label class="cls-feedback-comment" for="cls-feedback-comment">Commentaire (facultatif)</label>'
        f'<textarea id="cls-feedback-comment" name="comment" rows="3" maxlength="{MAX_COMMENT_CHARS}"></textarea>'
        f'<p class="cls-feedback-note">{prose(_NOTICE)}</p>'
        '<div class="cls-feedback-end"><button type="button" class="cls-feedback-cancel">Annuler</button>'
        '<button type="submit" class="cls-feedback-send">Envoyer</button></div></form></dialog>'
    )


FEEDBACK_DIALOG = _render_dialog()
