"""Lines that answers share: an action's name, a proof with its label, its quote and its mark."""

from __future__ import annotations

from clsassist.citing import in_quotes
from clsassist.evidence import Evidence
from clsassist.records import Action
from clsassist.segments import Segment
from clsassist.wording import action_name


def quote_line(proof: Segment, evidence: Evidence) -> str:
    """Return « label : quote [n] »; an empty field has only its label to quote."""
    if proof.kind == "empty":
        return f"{proof.label} : non renseigné {evidence.book.cite(proof)}"
    return f"{proof.label} : {in_quotes(proof.quote)} {evidence.book.cite(proof)}"


def name_of(action: Action, evidence: Evidence) -> str:
    """Return an action as answers name it: title, plan, number."""
    return action_name(action, evidence.registry.plans[action.document_id])
