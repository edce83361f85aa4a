"""Understanding questions about money, telephone numbers and addresses."""

from __future__ import annotations

import re
from dataclasses import replace

from clsassist.question import STATED, Question
from clsassist.text import french
from clsassist.understanding.draft import Draft, denied, first_set_noun, negated, take_match
from clsassist.understanding.patterns import YES_NO_FORM
from clsassist.vocabulary import Vocabulary

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


# « un budget chiffré », « un montant précisé »: a number is written, not only who pays.
_AMOUNT = french(
    r"\b(?:budgets?|financements?|moyens financiers|montants?|co[uû]ts?|dépenses?)\b[^,;.?]{0,40}?"
    r"\bchiffr(?:ée?s?|able)\b"
    r"|\b(?:montants?|co[uû]ts?)\b[^,;.?]{0,20}?\b(?:précis|indiqu|renseign|mentionn|connu|écrit)(?:ée?|e)?s?\b"
    r"|\b(?:actions|fiches|leviers) (?:qui )?(?:ne )?(?:sont )?(?:pas )?(?:non )?chiffrée?s\b"
)
_DATE = french(
    r"\b(?:échéances?|échéanciers?|calendriers?)\b[^,;.?]{0,20}?\b(?:précise?s?|datée?s?)\b"
    r"|\b(?:actions|fiches|leviers) (?:qui )?(?:ne )?(?:sont )?(?:pas )?(?:non )?datée?s\b"
)
_NOT = french(r"\b(?:pas|non|ni|jamais)\b")


def read_stated(draft: Draft, vocabulary: Vocabulary) -> None:
    """« ont un budget chiffré », « n'ont pas d'échéance précise »: what must be written in a field."""
    text, noun = draft.question.text, first_set_noun(draft)
    closed = bool(YES_NO_FORM.search(text))
    named = closed and bool(draft.question.numbers or draft.question.titles)
    for key, pattern in (("montant", _AMOUNT), ("date", _DATE)):
        match = pattern.search(text)
        place = next((one for one, token in enumerate(draft.tokens) if match and token.span.end > match.start()), None)
        if match is None or place is None or not (named or (noun is not None and (closed or place >= noun))):
            continue
        lacking = _NOT.search(match.group()) or negated(draft, place, vocabulary) or denied(draft, place, vocabulary)
        filled = (*draft.question.filled, (key, not lacking))
        draft.question = replace(draft.question, filled=filled, asks_set=noun is not None)
        take_match(draft, match)


def asks_stated(question: Question) -> bool:
    """Say whether a question asks which actions write an amount, or a date, rather than which it is."""
    return any(key in STATED for key, _ in question.filled)


def asks_money(question: Question) -> bool:
    """Say whether a question is about amounts, rather than about who pays."""
    return bool(_MONEY.search(_QUOTED.sub(" ", question.text)))


def names_money(question: Question, vocabulary: Vocabulary) -> bool:
    """Say whether the only money of a question is in the title of the action that it names."""
    titled = {stem for title, action in vocabulary.titles if action in question.titles for stem in title}
    said = [vocabulary.lexicon.analyser.stems(match.group()) for match in _MONEY.finditer(question.text)]
    return bool(titled) and all(stems and set(stems) <= titled for stems in said)


def asks_contact(question: Question) -> bool:
    """Say whether a question is about a telephone number or an address."""
    return bool(_CONTACT.search(question.text))
