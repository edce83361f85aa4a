"""Names, addresses and telephone numbers of persons in a text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from clsassist.personal_data.names import find_names, find_repeats
from clsassist.personal_data.words import PersonWords, load_person_words
from clsassist.records import Span
from clsassist.text import fold

__all__ = ["Finding", "Kind", "find_personal_data"]

_MAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.+])(?:\+33|0033|0)[\s.]?(?:\(0\)\s?)?[1-79](?:[\s.\-/]?\d{2}){4}(?![\w])")
_MOBILE = re.compile(r"(?:\+33|0033|0)\D{0,3}[67]")
_PART = re.compile(r"[^\W\d_]+")
# A number stands with a person within this many lines.
_NEAR = 2


class Kind(StrEnum):
    """What was found; its value is what a reader sees instead."""

    NAME = "[nom masqué]"
    MAIL = "[courriel masqué]"
    PHONE = "[téléphone masqué]"
    HOME = "[adresse masquée]"


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of personal data, within one line of the text."""

    span: Span
    kind: Kind


def find_personal_data(text: str, labelled: Sequence[tuple[Span, str]] = ()) -> tuple[Finding, ...]:
    """Return what tells who a person is or where to reach them, in order, without overlap.

    ``labelled`` are the values that the layout puts under a label, as table cells are, with that label.
    """
    words = load_person_words()
    values = (*_labelled_lines(text), *labelled)
    mails = tuple(match for match in _MAIL.finditer(text) if _is_personal(match.group(), words))
    named = tuple(find_names(text, _under(words.person_labels, values), _under(words.name_labels, values), words))
    repeated = find_repeats(text, named, [match.group().partition("@")[0] for match in mails], words)
    found = [
        *(Finding(Span(*match.span()), Kind.MAIL) for match in mails),
        *(Finding(span, Kind.HOME) for span in _under(words.home_labels, values)),
        *(Finding(span, Kind.NAME) for span in (*named, *repeated)),
    ]
    found.extend(_phones(text, [one.span for one in found], words))
    return tuple(_without_overlap(found))


def _is_personal(address: str, words: PersonWords) -> bool:
    box, _, domain = fold(address).partition("@")
    parts = _PART.findall(box)
    owner = set(_PART.findall(domain.rpartition(".")[0]))
    if not parts or owner & set(parts):
        # A number alone, or the name of the organisation itself.
        return False
    return not any(part in words.generic_mailboxes for part in parts)


def _phones(text: str, persons: Sequence[Span], words: PersonWords) -> Iterator[Finding]:
    """Yield mobile telephones, and any number that stands with a person, unless it is said to be a switchboard's."""
    lines = text.split("\n")
    named = {text.count("\n", 0, span.start) for span in persons}
    for match in _PHONE.finditer(text):
        line = text.count("\n", 0, match.start())
        said = fold(lines[line][: match.start() - text.rfind("\n", 0, match.start()) - 1])
        if any(word in said for word in words.switchboards):
            continue
        if _MOBILE.match(match.group()) or any(near in named for near in _near(lines, line)):
            yield Finding(Span(*match.span()), Kind.PHONE)


def _near(lines: Sequence[str], line: int) -> Iterator[int]:
    """Yield the lines that may tell whose a number is: the same, and the next ones up to a blank line."""
    yield line
    for step in (-1, 1):
        for distance in range(1, _NEAR + 1):
            place = line + step * distance
            if not 0 <= place < len(lines) or not lines[place].strip():
                break
            yield place


# A label, a colon, and what stands behind it up to the end of the line or cell.
_LABELLED = re.compile(
    r"(?:^|(?<=[\t|•·;–(]))[ \t•◦▪*\-–]*([^\n\t:|]{2,60}?)[ \u00a0]*:[ \u00a0]*([^\n\t|]+)", re.MULTILINE
)


def _labelled_lines(text: str) -> Iterator[tuple[Span, str]]:
    for match in _LABELLED.finditer(text):
        yield Span(match.start(2), match.start(2) + len(match.group(2).rstrip())), match.group(1)


def _under(labels: Iterable[str], values: Iterable[tuple[Span, str]]) -> tuple[Span, ...]:
    return tuple(span for span, label in values if _is_label(label, labels))


def _is_label(written: str, labels: Iterable[str]) -> bool:
    # « Référent(e) », « Contacts ARS », « Chef·fe de projet CLS »
    folded = " ".join(re.sub(r"[(·.\-/][a-z]{1,3}\b[)]?", "", fold(written)).split())
    return any(folded == label or folded.startswith(f"{label} ") for label in labels)


def _without_overlap(found: Sequence[Finding]) -> Iterator[Finding]:
    end = 0
    for finding in sorted(found, key=lambda one: (one.span.start, -one.span.end)):
        if finding.span.start >= end:
            yield finding
            end = finding.span.end
        elif finding.span.end > end:
            yield Finding(Span(end, finding.span.end), finding.kind)
            end = finding.span.end
