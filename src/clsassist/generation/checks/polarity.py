"""What is denied, restricted or left open in the evidence is so in the sentence, and the reverse."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clsassist.generation.claim import Evidence, Part
from clsassist.generation.clauses import Clause
from clsassist.generation.evidence import Segment

_ONLY = re.compile(r"\bn(?:e\s|['’])(?:(?:s['’]|se\s)?(?!pas\b|plus\b|jamais\b|rien\b)[\w-]+\s){1,3}qu(?:e\b|['’])")
# « plus d'actions que », « aussi longtemps que »: two things are measured against each other.
_MORE_THAN = re.compile(
    r"\b(?:aussi \w+ qu(?=e\b|['’])"
    r"|(?:plus|moins|autant|davantage|mieux)\b(?:(?!\bafin\b|\bpour\b)[^,;:.]){0,60}?\bqu(?:e\b|['’]))"
)
_ONLY_ACTION = re.compile(r"\b(?:seule?|unique) (?:action|fiche|levier|plan|mesure)\b")
# « A, à savoir B » says that they are one.
_THAT_IS = re.compile(r"\b(?:a savoir|c['’]est-a-dire|autrement dit|consideree?s? comme)\b")
_THAT_IS_SOURCE = re.compile(r"\b(?:savoir|c['’]est-a-dire|autrement dit|consider\w+)\b|[:(]")
_OR = re.compile(r"\bou\b")
# « Des formations comme la MSU ou la FMC » leaves nothing open.
_EXAMPLES = re.compile(r"\b(?:tel(?:le)?s? que|comme|par exemple)\b[^.;:]*\bou\b")
_OR_SOURCE = re.compile(r"\bou\b|/|\bsoit\b")


def polarity_reason(lines: Sequence[tuple[Clause, list[Segment]]], part: Part, evidence: Evidence) -> str | None:
    """Refuse a denial of nothing that the evidence denies, a choice where it has none, a restriction of one's own."""
    for span in part.reading.denials:
        if not any(_denied(clause, found) for clause, found in lines):
            words = part.reading.text[span.start : span.end].strip()
            return f"La source citée ne nie pas « {words or part.reading.text.strip()} »."
    sources = [segment.reading.folded for _, found in lines for segment in found]
    examples = _EXAMPLES.search(part.reading.folded)
    if not examples and _OR.search(part.reading.folded) and not any(_OR_SOURCE.search(source) for source in sources):
        return "La source citée ne donne pas le choix que dit « ou »."
    if _THAT_IS.search(part.reading.folded) and not any(_THAT_IS_SOURCE.search(source) for source in sources):
        return "La source citée ne dit pas que l'un est l'autre."
    more = _MORE_THAN.search(part.reading.folded)
    if more and not any(_MORE_THAN.search(source) for source in sources):
        return f"La source citée ne fait pas la comparaison « {more.group()} »."
    only = evidence.rules.markers["restriction"].search(part.reading.folded) or _ONLY.search(part.reading.folded)
    # « La seule action » says that the set has one; « ne s'adresse qu'aux… » says something else.
    alone = len(evidence.material.actions) == 1 and bool(_ONLY_ACTION.search(part.reading.folded))
    if (
        only
        and not alone
        and not any(evidence.rules.markers["restriction"].search(source) or _ONLY.search(source) for source in sources)
    ):
        return f"« {only.group()} » change le sens de la source citée."
    return None


def _denied(clause: Clause, found: Sequence[Segment]) -> bool:
    """Say whether a word that the clause denies is denied by a line that bears it out, in its own words or others."""
    denied = [word for word in clause.words if word.sign == "-"]
    return bool(denied) and any(
        "-" in signs
        for segment in found
        for signs in (
            *(segment.signs.get(stem, ()) for word in denied for stem in word.stems),
            *segment.groups.values(),
        )
    )
