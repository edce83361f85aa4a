"""Greetings, thanks, and what can be asked."""

from __future__ import annotations

from clsassist.evidence import Evidence
from clsassist.records import Answer, AnswerStatus
from clsassist.understanding.patterns import CANNOT, LEAVE, THANKS
from clsassist.wording import counted


def answer_help(evidence: Evidence) -> Answer:
    """Greet, thank or take leave as asked; say what can be asked, with examples that have an answer."""
    text = evidence.question.text
    if THANKS.search(text):
        return evidence.answer("Avec plaisir. Une autre question ?", choices=evidence.starters)
    if CANNOT.match(text):
        said = "**Je ne sais pas faire cela** : je réponds avec les mots des documents, je n'écris ni n'envoie rien."
        return evidence.answer(said, status=AnswerStatus.NOT_FOUND, choices=evidence.starters)
    if LEAVE.search(text):
        return evidence.answer("Au revoir, et bon travail !")
    total, documents = len(evidence.registry.actions), len(evidence.registry.documents)
    plans = len({plan.name for plan in evidence.registry.plans.values()})
    lines = [
        f"Bonjour ! Je réponds aux questions sur {counted(total, 'action')} de {counted(plans, 'plan')} "
        f"({counted(documents, 'document')}), sans rien inventer : chaque réponse cite la fiche, le champ et les mots.",
        "",
        "- **Élus** : quelles actions portent sur un sujet, un public, un territoire ; combien ; jusqu'à quand.",
        "- **Coordinateurs** : comparer des fiches ou des plans, trouver une action semblable, voir les champs vides.",
        "- **Partenaires** : à quoi votre organisation est engagée, avec quel rôle, ce qui reste à contacter.",
        "",
        "Par exemple :",
        *[f"- {starter}" for starter in evidence.starters],
    ]
    return evidence.answer("\n".join(lines), choices=evidence.starters)
