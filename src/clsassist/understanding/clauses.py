"""The clauses of a question, each with its own role and its own denial."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clsassist.records import Span
from clsassist.text import french
from clsassist.understanding.patterns import CLAUSE, DENIED, OF_ORGANISATION

# « n'ont pas », « n'ont ni »: where a denied verb begins.
_DENIAL = french(r"\bn(?:e\s|['’])(?=[^,;]*?\b(?:pas|ni|jamais)\b)")
# What an organisation is the complement of stands before it, its article left out: it is no subject of the next verb.
_COMPLEMENT = french(r"(?:\b(?:par|avec|de|du|des|à|et|ou|est|sont)\b|\bd['’]|[,:])\s*$")
_ARTICLE = french(r"(?:\b(?:la|le|les)\s+|\bl['’])$")
# « … ou l'ars n'est pas partenaire »: « où », typed without its accent.
_WHERE = french(r"\bou\s+(?:la\s+|le\s+|les\s+|l['’])?$")
_THEN_VERB = french(r"\s+(?:n['’]|ne\s|est\b|sont\b)")
# What such a clause says is said by its own verb: it takes no role from the clause before.
_OWN_VERB = french(r"^\W*(?:mais\s+|et\s+)?(?:avec|sans|ont)\b")
# « dont la MSA est porteur mais où l'ARS ne l'est pas »
_SAME_ROLE = french(r"\bn(?:e l['’]est|e le sont|['’]en (?:est|sont|fait|font))\b")
# « sans partenariat avec l'ARS »
_WITHOUT_ROLE = french(r"^\W*(?:mais\s+)?sans\s+(?:aucun\s+)?(?:partenariats?|financements?)\b")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a question; ``denied`` says that its verb is, ``inherits`` that it may mean the role before it."""

    span: Span
    denied: bool
    inherits: bool


def split_clauses(text: str, named: Sequence[Span], roles: Sequence[Span]) -> list[Clause]:
    """Cut a question where another role, or another verb, begins; ``named`` are the places of organisations.

    The denial of a verb reaches what follows it, and its subject: in « portées par la MSA n'ont pas l'ARS comme
    partenaire », not the MSA.
    """
    starts = {match.start() for match in CLAUSE.finditer(text)} | set(_unaccented(text, named))
    for match in _DENIAL.finditer(text):
        start = max((place for place in starts if place <= match.start()), default=0)
        cut = _denial_start(text, Span(start, match.start()), named, roles)
        starts |= {cut} if cut is not None else set()
    bounds = sorted({0, *starts, len(text)})
    clauses: list[Clause] = []
    for start, end in itertools.pairwise(bounds):
        words = text[start:end]
        denied = bool(DENIED.search(words) or _WITHOUT_ROLE.match(words)) or _goes_on(clauses, words, named)
        same = bool(_SAME_ROLE.search(words))
        clauses.append(Clause(Span(start, end), denied, same or not (DENIED.search(words) or _OWN_VERB.match(words))))
    return clauses


def _denial_start(text: str, before: Span, named: Sequence[Span], roles: Sequence[Span]) -> int | None:
    """Return where the clause of a denied verb begins, None when all that stands before it is its subject."""
    inside = [one for one in named if before.start <= one.start < before.end]
    settled = any(before.start <= word.start < before.end for word in roles) or any(
        OF_ORGANISATION.search(text[: one.start]) for one in inside
    )
    if not inside or not settled:
        return None
    last = inside[-1]
    article = _ARTICLE.search(text[: last.start])
    start = article.start() if article else last.start
    is_subject = not text[last.end : before.end].strip(" )»") and not _COMPLEMENT.search(text[:start])
    return start if is_subject and not OF_ORGANISATION.search(text[: last.start]) else before.end


def _unaccented(text: str, named: Sequence[Span]) -> Iterator[int]:
    for one in named:
        where = _WHERE.search(text[: one.start])
        if where and _THEN_VERB.match(text, one.end):
            yield where.start()


def _goes_on(clauses: Sequence[Clause], words: str, named: Sequence[Span]) -> bool:
    """Say whether a clause only completes a denied verb: « ne sont pas menées | en partenariat avec l'ARS »."""
    if not clauses or not clauses[-1].denied or not re.match(r"\s*(?:en|avec)\b", words, re.IGNORECASE):
        return False
    return not any(clauses[-1].span.start <= one.start < clauses[-1].span.end for one in named)
