"""Definitions: from the corpus when it gives one, else from the lexicon, else said to be missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clsassist.answering.not_found import answer_not_found
from clsassist.citing import in_quotes
from clsassist.evidence import Evidence
from clsassist.lexicon import Acronym
from clsassist.records import Answer
from clsassist.segments import Segment
from clsassist.text import fold, says
from clsassist.wording import action_name, counted

_MOST_FIGURES = 3
_MOST_USES = 3
# Beyond this many letters a word is no acronym.
_LONGEST_ACRONYM = 10
_NUMBER = re.compile(r"\d")


def answer_definition(evidence: Evidence) -> Answer:
    """Define an acronym from the corpus, else from the lexicon, else say that it is not defined."""
    short = evidence.question.acronym
    known = evidence.lexicon.acronym(short)
    uses = evidence.registry.segments_saying([_stems(short, evidence)])
    quoted = next(_definitions(short, known, uses, evidence), None)
    name = (
        known.short
        if known
        else short.upper()
        if " " not in short and len(short) <= _LONGEST_ACRONYM
        else f"« {short} »"
    )
    if quoted:
        lines = [f"**{name}** : {quoted}"]
    elif known and known.long and known.source:
        lines = [f"**{known.short}** : {known.long[0]} (lexique ; source : {known.source})."]
    elif uses:
        lines = [f"**{name}** est employé dans les documents, mais **n'y est pas défini**."]
    else:
        return answer_not_found(evidence)
    if known and known.note:
        lines.append(known.note)
    lines.extend(_use_lines(uses, evidence))
    return evidence.answer("\n".join(lines))


def _stems(words: str, evidence: Evidence) -> tuple[str, ...]:
    return evidence.analyser.stems(words)


def _definitions(short: str, known: Acronym | None, uses: list[Segment], evidence: Evidence) -> Iterator[str]:
    """Yield the sentences of the corpus that spell the acronym out: « long (SHORT) », « SHORT : long »."""
    name = re.escape(known.short if known else short)
    glossary = re.compile(rf"^(?:[-•o]\s*)?{name}\s*[:=]\s*\S", re.IGNORECASE)
    ordered = sorted(uses, key=lambda use: (not glossary.match(use.quote), len(use.quote)))
    longs = [_stems(long, evidence) for long in known.long] if known else []
    for use in ordered:
        if glossary.match(use.quote) or says(use.stems, longs) or _spells_out(short, use, evidence):
            yield f"{in_quotes(use.quote)} {evidence.book.cite(use)}"


def _spells_out(short: str, use: Segment, evidence: Evidence) -> bool:
    bracketed = re.search(rf"((?:[\w'’-]+\s+){{2,12}})\(\s?{re.escape(short)}\b", use.quote, re.IGNORECASE)
    if not bracketed:
        return False
    initials = "".join(token.form[0] for token in evidence.analyser.content(bracketed.group(1)))
    return initials.endswith(fold(short))


def _use_lines(uses: list[Segment], evidence: Evidence) -> list[str]:
    owners = dict.fromkeys(use.owner for use in uses if use.owner in evidence.registry.actions)
    if not owners:
        return []
    lines = [
        "",
        f"On le trouve dans {counted(len(owners), 'action')} :" if len(owners) > 1 else "On le trouve dans :",
    ]
    for owner in list(owners)[:_MOST_USES]:
        action = evidence.registry.actions[owner]
        use = min((use for use in uses if use.owner == owner), key=lambda use: int(use.weight))
        name = action_name(action, evidence.registry.plans[action.document_id])
        lines.append(f"- {name} — {use.label} : {in_quotes(use.quote)} {evidence.book.cite(use)}")
    if len(owners) > _MOST_USES:
        lines.append(f"- et {counted(len(owners) - _MOST_USES, 'autre')}.")
    return lines
