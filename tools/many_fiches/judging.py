"""Whether an answer of the product is the known one."""

from __future__ import annotations

import re
from collections import Counter

from clsassist.records import Answer
from clsassist.text import fold
from many_fiches.questions import Known

_SPACES = re.compile(r"\s+")
_SHOWN = 3


def find_fault(known: Known, answer: Answer) -> str | None:
    """Say in French what is wrong with an answer, None when it is the known one."""
    if answer.status.value != known.status:
        return f"statut « {answer.status.value} » au lieu de « {known.status} »"
    if known.actions is not None and (fault := _set_fault(known, answer)):
        return fault
    if known.count is not None and not re.search(rf"(?<!\d){known.count}(?!\d)", _plain(answer.text)):
        return f"le nombre {known.count} n'est pas dit"
    said = _plain(" ".join([answer.text, *(citation.quote for citation in answer.citations)]))
    missing = [fact for fact in known.facts if _plain(fact) not in said]
    return f"pas dit : {' ; '.join(missing)}" if missing else None


def _set_fault(known: Known, answer: Answer) -> str | None:
    wanted = Counter(known.actions)
    given = Counter((action.document, action.number, action.title) for action in answer.actions)
    lost, wrong = wanted - given, given - wanted
    if not lost and not wrong:
        return None
    examples = [f"manque {key}" for key in list(lost)[:_SHOWN]] + [f"en trop {key}" for key in list(wrong)[:_SHOWN]]
    return (
        f"{lost.total()} actions manquent et {wrong.total()} sont de trop sur {wanted.total()} : {' ; '.join(examples)}"
    )


def _plain(words: str) -> str:
    """Fold accents and case, and the spaces of a thousand: « 12 000 » and « 12000 » are one."""
    return _SPACES.sub(" ", re.sub(r"(?<=\d)\s(?=\d{3}(?!\d))", "", fold(words)))
