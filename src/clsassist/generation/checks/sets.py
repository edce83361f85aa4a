"""A sentence about the whole set neither adds a member, nor drops one, nor counts otherwise."""

from __future__ import annotations

import re

from clsassist.generation.claim import Claim, Evidence
from clsassist.generation.evidence import owner_of
from clsassist.parsing.labels import ORGANISATION_FIELDS

# « Les actions qui se terminent en 2029 sont … »: all of them.
_THE_ACTIONS = re.compile(
    r"(?<!\bque )\bles (?:\w+ )?(?:actions|fiches|leviers|mesures)\b(?! d[e'’])"
    r"[^.]*\b(?:sont|figurent|relevent|visent)\b"
)


def check_sets(claim: Claim, evidence: Evidence) -> str | None:
    """Refuse a list said whole that is not, and « seul » or « tous » said of part of the set."""
    folded = claim.reading.folded
    whole = evidence.rules.sets["entier"].search(folded) or _THE_ACTIONS.search(folded)
    if not whole:
        return _list_reason(claim, evidence)
    cited = {owner_of(item) for item in evidence.items(claim.cited)}
    missing = [ref for ref in evidence.material.actions if ref.id not in cited]
    if missing and len(evidence.material.actions) > 1:
        return f"La liste se dit entière et oublie « {missing[0].title} »."
    return _list_reason(claim, evidence)


# « Les partenaires de la fiche 2 sont… », « le porteur est… »: all of them.
_THE_BODIES = re.compile(
    r"\b(?:les (?:\w+ )?(?:partenaires|porteurs|pilotes|financeurs)|le (?:\w+ )?(?:porteur|pilote|partenaire))\b"
    r"(?:(?!\bfigur|\bparmi\b)[^.]){0,60}?\b(?:est|sont)\b(?! (?:a|au|aux) )"
)
_AMONG = re.compile(r"\b(?:notamment|entre autres|par exemple|dont|parmi|l'un|l'une|un des|une des)\b")
_STATUS = re.compile(r"\b(?:engage\w*|a contacter)\b")


def _list_reason(claim: Claim, evidence: Evidence) -> str | None:
    """Refuse « les partenaires sont A et B » when the list that is cited has more."""
    folded = claim.reading.folded
    counted = _STATUS.search(folded) and any(
        one.after[:1]
        and one.after[0] in part.counts
        and len(one.after) > 1
        and one.after[1] in part.counts
        and one.value.said not in part.counts[one.after[1]]
        for part in claim.parts
        for one in part.reading.values
    )
    if counted:
        return "Le nombre donné n'est pas celui des organisations engagées."
    if not _THE_BODIES.search(folded) or _AMONG.search(folded):
        return None
    analyser = evidence.lexicon.analyser
    said = set(analyser.stems(claim.bare))
    listed = [item for item in evidence.items(claim.cited) if item.field_key in ORGANISATION_FIELDS]
    names = {part.organisation for item in listed for part in item.parts}
    forgotten = sorted(name for name in names if not said & set(analyser.stems(name)))
    return f"La liste se dit entière et oublie « {forgotten[0]} »." if forgotten else None
