"""Who acts on whom: the subject of a verb is not what the evidence makes its object."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clsassist.generation.claim import Evidence
from clsassist.generation.clauses import Clause
from clsassist.generation.evidence import Segment, Source
from clsassist.generation.reading import Word

_FINITE = re.compile(r"(?:e|ent|it|issent|ra|ront|rait|raient|ait|aient|ut|ont|d|t)$")
_INFINITIVE = re.compile(r"(?:er|ir|re)$")
# Behind these, the same letters make a noun or a participle.
_BEFORE_NOUN = frozenset(
    "le la les l un une des du de d au aux a en par pour sur sans ce cet cette ces son sa ses leur leurs est sont sera "
    "seront ete etre et ou".split()
)
_NO_VERBS = frozenset(
    "pendant avant devant durant suivant cependant maintenant ensuite notamment comme entre contre outre proche jeune "
    "local salarie sante chaque autre environ ensemble exemple sociale medicale generale commune libre simple".split()
)
_AGENT = re.compile(r"\bpar (?:(?:le|la|les|des|un|une|du|de|l['’]) ?)*$")
_COMMA = re.compile(r"[,;:()]")


def order_reason(lines: Sequence[tuple[Clause, list[Segment]]], evidence: Evidence) -> str | None:
    """Refuse a clause whose subject is, in every line that bears it out, the object of the same verb."""
    for clause, found in lines:
        for place, verb in enumerate(clause.words):
            subject = [word for word in clause.words[:place] if not word.tool and not word.neutral]
            if not subject or not _is_finite(clause.words, place):
                continue
            if all(_inverted(subject, verb, segment, evidence) for segment in found):
                return f"La phrase change qui agit : « {subject[-1].form} », « {verb.form} »."
    return None


def _is_finite(words: Sequence[Word], place: int) -> bool:
    before = words[place - 1] if place else None
    form = words[place].form
    return (
        not words[place].tool
        and bool(_FINITE.search(form))
        and not _INFINITIVE.search(form)
        and form not in _NO_VERBS
        and not form.endswith("ement")
        and (before is None or before.form not in _BEFORE_NOUN)
    )


def _inverted(subject: Sequence[Word], verb: Word, segment: Segment, evidence: Evidence) -> bool:
    """Say whether a segment has the verb, and the subject only behind it or in another piece of its sentence."""
    if segment.source not in (Source.QUOTE, Source.EXACT):
        return False
    words = segment.reading.words
    verbs = [word for word in words if _same(word, verb, evidence)]
    if not verbs:
        return False
    return all(_not_subject(subject, one, segment, evidence) for one in verbs)


def _not_subject(subject: Sequence[Word], verb: Word, segment: Segment, evidence: Evidence) -> bool:
    words = segment.reading.words
    cuts = [match.end() for match in _COMMA.finditer(segment.reading.folded, 0, verb.span.start)]
    start = max(cuts, default=0)
    before = [word for word in words if start <= word.span.start < verb.span.start and not word.tool]
    named = [word for word in words if any(_same(word, one, evidence) for one in subject)]
    if not named:
        return False
    if any(_AGENT.search(segment.reading.folded[: word.span.start]) for word in named):
        return False
    if not _FINITE.search(verb.form) or _INFINITIVE.search(verb.form):
        return not any(word.span.start < verb.span.start for word in named)
    return (bool(before) and not any(word in before for word in named)) or not any(
        word.span.start < verb.span.start for word in named
    )


def _same(one: Word, other: Word, evidence: Evidence) -> bool:
    if one.stem == other.stem:
        return True
    rows = evidence.same.by_first
    mine = {group for run, group, _ in rows.get(one.stem, ()) if len(run) == 1}
    return any(group in mine for run, group, _ in rows.get(other.stem, ()) if len(run) == 1)
