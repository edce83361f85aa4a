"""Lines that answers share: an action's name, a proof with its label, its quote and its mark."""

from __future__ import annotations

from clsassist.citing import in_quotes
from clsassist.evidence import Evidence
from clsassist.records import Action
from clsassist.segments import Segment
from clsassist.selection import Selection
from clsassist.wording import action_name, capitalised, counted, joined

# Beyond this many, actions are told by their number: nobody reads further, and the set itself stays whole.
MOST_SHOWN = 120


def quote_line(proof: Segment, evidence: Evidence) -> str:
    """Return « label : quote [n] »; an empty field has only its label to quote."""
    if proof.kind == "empty":
        return f"{proof.label} : non renseigné {evidence.book.cite(proof)}"
    return f"{proof.label} : {in_quotes(proof.quote)} {evidence.book.cite(proof)}"


def name_of(action: Action, evidence: Evidence) -> str:
    """Return an action as answers name it: title, plan, number."""
    return action_name(action, evidence.registry.plans[action.document_id])


def rest_lines(total: int, shown: int = MOST_SHOWN) -> list[str]:
    """Say how many actions of a set are not shown, and where they are; nothing when all are."""
    if total <= shown:
        return []
    rest = capitalised(counted(total - shown, "autre action y répond", "autres actions y répondent"))
    return ["", f"{rest} aussi. La rubrique Fiches filtre et exporte toute la liste."]


def unnamed(selection: Selection) -> str:
    """Return the people of the question that the implied actions do not name."""
    return joined([f"« {topic.words} »" for topic in selection.people])
