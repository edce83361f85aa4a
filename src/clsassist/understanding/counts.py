"""Understanding counts: what is counted, and what it is broken down by."""

from __future__ import annotations

import re
from dataclasses import replace

from clsassist.question import Intent
from clsassist.text import fold, french
from clsassist.understanding.draft import Draft, take_match
from clsassist.vocabulary import Vocabulary

_THINGS = (
    r"actions?(?: concr[èe]tes)?|fiches?(?:[- ]actions?)?|leviers?|mesures?|projets?|partenaires?"
    r"|th[ée]matiques?|axes?"
    r"|porteurs?|pilotes?|organisations?|organismes?|structures?|financeurs?|territoires?|plans?|contrats?|documents?"
    r"|fichiers?|objectifs?|indicateurs?|[ée]tapes?|publics?"
)
_COUNTED = french(
    r"\b(?:combien (?:y a[- ]t[- ]il )?(?:de |d['’]|des )?|how many |quel(?:le)? (?:est le )?nombre (?:de "
    r"|d['’])|nombre (?:de |d['’]|total de |total d['’]))"
    rf"(?:(?!par\b|(?:{_THINGS})\b)[a-zéè]+ )?(?P<what>{_THINGS})\b"
)
# « quels sont les axes du plan ? »: they are counted and listed.
_LISTED = french(r"\bquel(?:le)?s sont les (?:grands |différents )?(?P<what>axes|thématiques|plans|documents)\b")
_GROUPS = (
    r"axes?|porteurs?|pilotes?|plans?|contrats?|documents?|territoires?|thématiques?|partenaires?|années?|publics?"
    r"|financeurs?|organisations?|structures?"
)
# « répartition des actions par axe », « combien de leviers dans chaque plan », « combien d'actions comptent les axes ».
_PER = french(
    rf"\b(?:par|(?:dans |pour |à )?(?:chaque|chacun(?:e)? des)) (?P<per>{_GROUPS})\b"
    r"|(?<=combien )d['’]actions (?:compt\w+|ont|contien\w+|comport\w+|compren\w+|regroup\w+|rassembl\w+|dans|pour)"
    r" (?:les|l['’]ensemble des) (?:différents |quatre |trois |deux |cinq )?(?P<each>axes|thématiques)\b"
)
_SPREAD = french(rf"\b(?:répartition|ventilation|distribution|liste|nombre) (?:des|de|d['’])\s?(?P<what>{_THINGS})\b")
# « qui pilote le plus de leviers ? », « le partenaire le plus présent ».
_MOST = french(
    r"\b(?P<a>pilote|porte|finance)\w* le plus\b"
    r"|\bquel(?:le)?s? (?:organisation|structure|acteur|partenaire)s? (?P<c>pilote|porte|finance)\w* le plus\b"
    r"|\bquel(?:le)?s? (?:est le |est la |sont les )?"
    r"(?P<b>pilote|porteur|partenaire|financeur|organisation|structure)s?\b"
    r".*\ble plus\b(?: souvent| présents?| fréquents?| cités?)?"
)
_WHAT = french(r"\b(?:leviers?|fiches?)\b")
_MOST_PARTNERS = french(r"\b(?:fiche|action|levier)\w*\b.*\ble plus de partenaires\b")
_ROLES = {"pilote": "porteur", "porte": "porteur", "finance": "financeur"}
_SINGULAR = {
    "fiche-action": "fiche",
    "organisme": "organisation",
    "structure": "organisation",
    "contrat": "plan",
    "fichier": "document",
    "action concrete": "etape",
    "pilote": "porteur",
}


def read_counts(draft: Draft, vocabulary: Vocabulary) -> None:
    """« combien de partenaires », « répartition des actions par axe », « qui pilote le plus »: kind and breakdown."""
    text = draft.question.text
    match = _COUNTED.search(text) or _LISTED.search(text)
    per, spread, most = _PER.search(text), _SPREAD.search(text), _MOST.search(text)
    if _MOST_PARTNERS.search(text):
        draft.question = replace(draft.question, intent=Intent.COUNT, kind="partenaire", per="action")
    elif most:
        role = fold(most.group("a") or most.group("c") or most.group("b"))
        noun = _WHAT.search(text)
        kind = _singular(noun.group()) if noun else "action"
        take_match(draft, most)
        draft.question = replace(draft.question, intent=Intent.COUNT, kind=kind, per=_ROLES.get(role, role))
    elif match or (per and spread):
        counted = match or spread
        what = counted.group("what") if counted else "action"
        if counted:
            take_match(draft, counted)
        draft.question = replace(draft.question, intent=Intent.COUNT, kind=_singular(what))
    elif re.search(r"\bleviers?\b", text, re.IGNORECASE):
        draft.question = replace(draft.question, kind="levier")
    if per and draft.question.intent is Intent.COUNT:
        take_match(draft, per)
        draft.question = replace(draft.question, per=_singular(per.group("per") or per.group("each")))


def _singular(word: str) -> str:
    one = fold(word).replace("fiches-actions", "fiche").replace("fiche-action", "fiche")
    one = re.sub(r"s\b", "", one)
    return _SINGULAR.get(one, one)
