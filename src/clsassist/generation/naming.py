"""A sentence that names actions: « Le PETR porte l'annuaire », « l'action sur les internes », « les fiches 1 et 2 »."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from clsassist.generation.checks.order import same_word
from clsassist.generation.claim import Evidence, Part
from clsassist.generation.evidence import Source, owner_of
from clsassist.generation.reading import Word, read

# Alone, this share of a title names it; behind « l'action sur », one word of it does.
_ENOUGH = 0.6
_FEWEST = 2
_ACTION = re.compile(
    r"\b(?:actions?|fiches?|leviers?|projets?|mesures?|volets?)(?:\s+\d{1,3})?,?\s+(?:qui\s+)?"
    r"(?:consacree?s?\s+(?:a|aux?)|relati(?:f|ve)s?\s+(?:a|aux?)|dediee?s?\s+(?:a|aux?)|portante?\s+sur|portent?\s+sur"
    r"|sur|concernant)\s*(?:(?:l['’]|la|le|les|une?|des)\s*)?$"
)
# What may stand between two words of a title: no verb, no denial.
_INSIDE = frozenset(
    "l la le les d de du des un une et ou a au aux en par pour sur dans vers son sa ses leur leurs".split()
)
_ROW = re.compile(
    r"(?:\b(?:l[ae]s?|des|aux)\s+)?\b(?:fiche|action)s?\s+\d{1,3}(?:\s*,\s*\d{1,3})*\s+et\s+\d{1,3}\b(?!\s*%)"
)
# Behind a title that stands first, a verb says something of the action.
_VERB = re.compile(r"\b(?:est|sont|a|ont|sera|seront|vise|visent|prévoit|porte|compte|associe|mobilise|concerne)\b")
_ARTICLE = re.compile(r"(?:l['’]|\b(?:la|le|les|une?|des|du|aux?)\s+)$")


def name_actions(part: Part, evidence: Evidence) -> tuple[Part, frozenset[str]]:
    """Return a part where names are replaced by « l'action », and the actions that they name, none when none does.

    A title is said by most of its words in a row, or by some of them behind « l'action sur »; several numbers in a row
    (« les fiches 1, 2 et 3 ») name several actions.
    """
    found = sorted([*_runs(part, evidence), *_numbers(part)], key=lambda run: (run[0], -run[1]))
    text, end, owners = "", 0, set[str]()
    for start, stop, owner in found:
        if start >= end:
            text += f"{part.reading.text[end:start]}l'action "
            end = stop
        if stop == end:
            owners.add(owner)
    if not owners:
        return part, frozenset()
    text += part.reading.text[end:]
    return replace(part, reading=read(text, evidence.rules, evidence.lexicon)), frozenset(owners)


def _runs(part: Part, evidence: Evidence) -> Iterator[tuple[int, int, str]]:
    """Yield the place of each run of words that names an action, and the action."""
    for segment in part.segments:
        if segment.source is not Source.TITLE:
            continue
        title = [word for word in segment.reading.words if not word.tool]
        for run in _longest_runs(part.reading.words, title, evidence):
            start, stop = run[0].span.start, run[-1].span.end
            action = _ACTION.search(part.reading.folded[:start])
            said = {place for place, word in enumerate(title) if any(same_word(word, one, evidence) for one in run)}
            if action:
                yield _with_article(part, action.start()), stop, segment.owner
            elif (
                0 in said
                and _VERB.search(part.reading.text.lower(), stop)
                and len(said) >= _FEWEST
                and len(said) >= _ENOUGH * len(title)
                and _may_name(part, start, evidence)
            ):
                yield _with_article(part, start), stop, segment.owner


def _numbers(part: Part) -> Iterator[tuple[int, int, str]]:
    """Yield the place of each row of numbers all of which are of cited actions."""
    owners = {item.action.number: owner_of(item) for item in part.items if item.action and item.action.number}
    for row in _ROW.finditer(part.reading.folded):
        said = re.findall(r"\d+", row.group())
        if all(number in owners for number in said):
            yield from ((row.start(), row.end(), owners[number]) for number in said)


def _may_name(part: Part, start: int, evidence: Evidence) -> bool:
    """Say whether what stands there is spoken of: « développer l'annuaire » says it, « porte l'annuaire » names it."""
    before = [word for word in part.reading.words if word.span.start < start and not word.tool]
    return not before or any(role.fullmatch(before[-1].form) for role in evidence.rules.roles.values())


def _with_article(part: Part, start: int) -> int:
    found = _ARTICLE.search(part.reading.folded[:start])
    return found.start() if found else start


def _longest_runs(words: Sequence[Word], title: Sequence[Word], evidence: Evidence) -> Iterator[list[Word]]:
    """Yield the runs of words of a title, function words between them, that begin and end with one of its words."""
    run: list[Word] = []
    for word in words:
        if word.form in _INSIDE:
            continue
        if not word.tool and any(same_word(word, one, evidence) for one in title):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run
