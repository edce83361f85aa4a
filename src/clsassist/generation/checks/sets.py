"""A sentence about the whole set neither adds a member, nor drops one, nor counts otherwise."""

from __future__ import annotations

import re

from clsassist.generation.claim import Claim, Evidence
from clsassist.generation.evidence import owner_of

# « Les actions qui se terminent en 2029 sont … »: all of them.
_THE_ACTIONS = re.compile(
    r"\bles (?:\w+ )?(?:actions|fiches|leviers|mesures)\b[^.]*\b(?:sont|figurent|relevent|visent)\b"
)


def check_sets(claim: Claim, evidence: Evidence) -> str | None:
    """Refuse a list said whole that is not, and « seul » or « tous » said of part of the set."""
    folded = claim.reading.folded
    whole = evidence.rules.sets["entier"].search(folded) or _THE_ACTIONS.search(folded)
    if not whole:
        return None
    cited = {owner_of(item) for item in evidence.items(claim.cited)}
    missing = [ref for ref in evidence.material.actions if ref.id not in cited]
    if missing and len(evidence.material.actions) > 1:
        return f"La liste se dit entière et oublie « {missing[0].title} »."
    return None
