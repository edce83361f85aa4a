"""A sentence about the whole set neither adds a member, nor drops one, nor counts otherwise."""

from __future__ import annotations

from clsassist.generation.claim import Claim, Evidence
from clsassist.generation.evidence import owner_of


def check_sets(claim: Claim, evidence: Evidence) -> str | None:
    """Refuse a list said whole that is not, and « seul » or « tous » said of part of the set."""
    whole = evidence.rules.sets["entier"].search(claim.reading.folded)
    if not whole:
        return None
    cited = {owner_of(item) for item in evidence.items(claim.cited)}
    missing = [ref for ref in evidence.material.actions if ref.id not in cited]
    if missing and len(evidence.material.actions) > 1:
        return f"La liste se dit entière et oublie « {missing[0].title} »."
    return None
