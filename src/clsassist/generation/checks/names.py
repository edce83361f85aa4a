"""Every acronym and proper name of a sentence stands in the evidence that it cites, or in its fiche's title or plan."""

from __future__ import annotations

from clsassist.generation.claim import Claim, Evidence, Part
from clsassist.generation.reading import Word


def check_names(claim: Claim, evidence: Evidence) -> str | None:
    """Refuse a name that the cited evidence does not hold; an acronym and its long form are one name."""
    for part in claim.parts:
        groups = {group for segment in part.segments for group in segment.groups}
        stems = {stem for segment in part.segments for stem in segment.signs}
        named = {
            word.span.start
            for group, words in evidence.same.said(part.reading.words, implied=False)
            if group in groups
            for word in words
        }
        for word in _names(part):
            if word.stem not in stems and word.span.start not in named:
                return f"« {word.span.of(part.reading.text)} » n'est pas dans la source citée."
    return None


def _names(part: Part) -> list[Word]:
    """Return the capitalised words, the first of the sentence left out unless it is an acronym."""
    first = part.reading.words[0].span.start if part.reading.words else 0
    return [
        word
        for word in part.reading.words
        if word.capital
        and not word.tool
        and not word.neutral
        and (word.span.start > first or word.span.of(part.reading.text)[1:2].isupper())
    ]
