"""A sentence as models write it, made a sentence as readers expect it: only marks, points and elisions move."""

from __future__ import annotations

import re

_MARK = r"\[\d+\]"
_RUN = re.compile(rf"{_MARK}(?:\s*(?:,|et)?\s*{_MARK})*")
_END = re.compile(r"[.!?…]+$")
# Points that end no sentence: they stay before the mark.
_OPEN_LIST = re.compile(r"(?:\betc\.|\.\.\.|…)$")
# « de aider »: before these alone « de » is not elided.
_UNELIDED = re.compile(r"\b([dD])e (?=(?!onz|oui|un\b)[aàâeéèêiîoôuù])")
_STRAY = " ,;:"


def tidy(sentence: str) -> str:
    """Return a sentence whose only run of marks stands at its end, before the point, and whose « de » is elided.

    Several runs stay where they are: each closes what stands before it.

    >>> tidy("[1][2] : La CPTS porte l'action.")
    "La CPTS porte l'action [1][2]."
    >>> tidy("Le plan vise à [3] aider les internes,")
    'Le plan vise à aider les internes [3].'
    >>> tidy("Il est prévu de aider les internes, [1]. ")
    "Il est prévu d'aider les internes [1]."
    >>> tidy("La CPTS porte l'action [1] et la MSA l'aide [2].")
    "La CPTS porte l'action [1] et la MSA l'aide [2]."
    """
    said = _UNELIDED.sub(r"\1'", sentence.strip())
    runs = [*_RUN.finditer(said)]
    if len(runs) == 2 and _closes_as_it_opens(said, runs):
        said = said[runs[0].end() :]
        runs = [*_RUN.finditer(said)]
    if len(runs) != 1:
        return said
    before, after = said[: runs[0].start()].rstrip(_STRAY), said[runs[0].end() :].strip(_STRAY)
    words, end = _without_end(f"{before} {after}" if any(map(str.isalnum, after)) else before)
    end = end or "".join(_END.findall(after)) or "."
    marks = "".join(re.findall(_MARK, runs[0].group()))
    return f"{words} {marks}{end}" if words else said


def _closes_as_it_opens(said: str, runs: list[re.Match[str]]) -> bool:
    """Say whether a sentence begins and ends with the same marks."""
    first, last = runs
    same = re.findall(_MARK, first.group()) == re.findall(_MARK, last.group())
    return same and first.start() == 0 and not any(map(str.isalnum, said[last.end() :]))


def _without_end(words: str) -> tuple[str, str]:
    """Return words, and the signs that ended them as a sentence."""
    words = words.strip(_STRAY)
    found = _END.search(words)
    if found is None or _OPEN_LIST.search(words):
        return words, ""
    return words[: found.start()].rstrip(_STRAY), found.group()
