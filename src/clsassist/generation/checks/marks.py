"""Each sentence says where it comes from, by marks that exist."""

from __future__ import annotations

import re

from clsassist.generation.claim import Claim, Evidence

_GLUED = re.compile(r"\[\d+\](?=\w)|\\\[")
_ODD = re.compile(r"[\[\]]")


def check_marks(claim: Claim, evidence: Evidence) -> str | None:
    """Refuse a sentence without a mark, with a mark of nothing, or with a mark inside a word."""
    if not claim.cited:
        return "La phrase ne renvoie à aucune source."
    known = {item.number for item in evidence.material.items}
    unknown = [str(mark) for mark in claim.cited if mark not in known]
    if unknown:
        return f"La phrase renvoie à une source qui n'existe pas : [{unknown[0]}]."
    if _GLUED.search(claim.sentence) or _ODD.search(claim.bare):
        return "Un renvoi à une source est mal écrit."
    return None
