"""Understanding questions about money, telephone numbers and addresses."""

from __future__ import annotations

import re

from clsassist.question import Question
from clsassist.text import french

_MONEY = french(
    r"\b(?:plus|moins) (?:chère?s?|coûteu\w+)\b|\b(?:gros|petits?|plus grand) budgets?\b"
    r"|\b(?:montants?|euros?|argent|sommes? d|prix)\b|€|\bco[uû]t\w*|\bcombien\b.*\bbudget\w*"
    r"|\bbudget\w*\b.*\bcombien\b"
    r"|\bquel (?:est le )?budget total\b"
)
_CONTACT = french(
    r"\b(?:e?-?mails?|courriels?|adresses? (?:e?-?mail|électronique))\b(?! (?:de|du) (?:la |l['’])?(?:fiche|action))"
    r"|\b(?:téléphones?|numéro de tél\w*|adresses? (?:postale|du|de la|de l['’])|(?:o[uù]|à qui) écrire)"
)


# A title between quotation marks names an action: « Des paniers à prix solidaire » asks for no price.
_QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"|“[^”]*”")


def asks_money(question: Question) -> bool:
    """Say whether a question is about amounts, rather than about who pays."""
    return bool(_MONEY.search(_QUOTED.sub(" ", question.text)))


def asks_contact(question: Question) -> bool:
    """Say whether a question is about a telephone number or an address."""
    return bool(_CONTACT.search(question.text))
