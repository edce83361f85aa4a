"""Numbers, years, amounts, ordinals, fractions, addresses of a French text: what a sentence may not invent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from clsassist.money import find_amounts
from clsassist.records import Span
from clsassist.text import fold


class Kind(StrEnum):
    """What a value is: two values of different kinds are never the same."""

    NUMBER = "number"
    PERCENT = "percent"
    EUROS = "euros"
    ORDINAL = "ordinal"
    FRACTION = "fraction"
    QUARTER = "quarter"
    LABEL = "label"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Value:
    """One value, in a form that does not depend on how it is written, and its place."""

    kind: Kind
    said: str
    span: Span


_DIGITS = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?|\d+(?:,\d+)?"
_CONTACT = re.compile(
    r"\S+@\S+|(?:https?:|ftp:|www\.)\S+"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:fr|com|org|net|eu|info|gouv|io|co|html?|php|pdf|docx?|example)\b(?:/\S*)?"
    r"|(?<!\d)(?:\+33 ?|0)[1-9](?:[ .\u00a0-]?\d{2}){4}(?!\d)",
    re.IGNORECASE,
)
_QUARTER = re.compile(r"\b[TS]([1-4])\b")
_PERCENT = re.compile(rf"(?<![\d,.])({_DIGITS}|\d+\.\d+)\s*(?:%|pour\s?cent\b)", re.IGNORECASE)
_LABEL = re.compile(r"\b\d+\s?(?:\.\s?(?:\d{1,2}|[A-Z])\b)+(?!\s*%)")
_RANGE = re.compile(r"(?<!\d)(20\d\d)\s?[-–—/]\s?(20\d\d|\d\d)(?!\d)")
_NUMBER = re.compile(rf"(?<![\w,.])({_DIGITS})(?![\w])")
_ORDINAL = re.compile(r"\b(\d{1,3}) ?(?:ers?|[eè]res?|èmes?|emes?|e|nde?s?)\b", re.IGNORECASE)

_UNITS = {
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11,
    "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20, "trente": 30,
    "quarante": 40, "cinquante": 50, "soixante": 60, "zero": 0,
}  # fmt: skip
_ONE = {"un": 1, "une": 1}
_SCALES = {"cent": 100, "cents": 100, "mille": 1_000, "million": 1_000_000, "millions": 1_000_000,
           "milliard": 1_000_000_000, "milliards": 1_000_000_000}  # fmt: skip
_ABOUT = {"dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
          "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "millier": 1_000}  # fmt: skip
_ORDINAL_WORDS = {
    "premier": 1, "deuxieme": 2, "second": 2, "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "sixieme": 6,
    "septieme": 7, "huitieme": 8, "neuvieme": 9, "dixieme": 10,
}  # fmt: skip
_FRACTIONS = {"moitie": "1/2", "demi": "1/2", "tiers": "1/3", "quart": "1/4", "quarts": "1/4", "double": "x2",
              "triple": "x3"}  # fmt: skip
_PARTS = {"quart": 4, "quarts": 4, "tiers": 3, "cinquieme": 5, "cinquiemes": 5}
_WORD = re.compile(r"[^\W\d_]+")
_JOINS = re.compile(r"[\s-]+(?:et[\s-]+)?")


def find_values(text: str) -> tuple[Value, ...]:
    """Return the values of a text in order, none inside another.

    >>> [(value.kind.value, value.said) for value in find_values("vingt mille euros, 2,5 % et trois quarts en 2025")]
    [('euros', '20000'), ('percent', '2.5'), ('fraction', '3/4'), ('number', '2025')]
    """
    taken: list[Value] = []
    for value in _candidates(text):
        if all(value.span.end <= one.span.start or one.span.end <= value.span.start for one in taken):
            taken.append(value)
    return tuple(sorted(taken, key=lambda value: value.span))


def _candidates(text: str) -> Iterator[Value]:
    """Yield what may be a value, the surest first."""
    for match in _CONTACT.finditer(text):
        said = match.group().strip(".,;:)»\"'(").lower()
        yield Value(Kind.CONTACT, re.sub(r"(?<=\d)[ .\u00a0-](?=\d)", "", said), Span(*match.span()))
    for amount in find_amounts(text):
        yield Value(Kind.EUROS, _plain(amount.euros), amount.span)
    for match in _QUARTER.finditer(text):
        yield Value(Kind.QUARTER, match.group(), Span(*match.span()))
    for match in _PERCENT.finditer(text):
        yield Value(Kind.PERCENT, _plain(_digits(match.group(1))), Span(*match.span()))
    yield from _words(text)
    for match in _LABEL.finditer(text):
        yield Value(Kind.LABEL, re.sub(r"\s", "", match.group()).upper(), Span(*match.span()))
    for match in _RANGE.finditer(text):
        first, last = match.groups()
        yield Value(Kind.NUMBER, first, Span(*match.span(1)))
        yield Value(Kind.NUMBER, last if len(last) == len(first) else first[:2] + last, Span(*match.span(2)))
    for match in _ORDINAL.finditer(text):
        yield Value(Kind.ORDINAL, match.group(1), Span(*match.span()))
    for match in _NUMBER.finditer(text):
        yield Value(Kind.NUMBER, _plain(_digits(match.group(1))), Span(*match.span()))


def _digits(said: str) -> float:
    return float(re.sub(r"[ \u00a0\u202f]", "", said).replace(",", "."))


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.10g}"


def _words(text: str) -> Iterator[Value]:
    """Yield the values written in words."""
    words = [(fold(match.group()), match) for match in _WORD.finditer(text)]
    place = 0
    while place < len(words):
        length, value = _words_at(text, words, place)
        if value:
            yield value
        place += max(1, length)


def _words_at(text: str, words: list[tuple[str, re.Match[str]]], place: int) -> tuple[int, Value | None]:
    """Return how many words from this one make a value, and the value."""
    form, match = words[place]
    alone = _alone(form)
    if alone:
        return 1, Value(*alone, Span(*match.span()))
    run = _run(text, words, place)
    if not run:
        return 1, None
    number = str(_run_to_number([word for word, _ in words[place : place + run]]))
    after = [word for word, _ in words[place + run : place + run + 2]]
    kind, said, more = Kind.NUMBER, number, 0
    if after and after[0] in _PARTS and _JOINS.fullmatch(text[words[place + run - 1][1].end() :][:1]):
        kind, said, more = Kind.FRACTION, f"{number}/{_PARTS[after[0]]}", 1
    elif after[:1] in (["euro"], ["euros"]):
        kind, more = Kind.EUROS, 1
    elif after == ["pour", "cent"]:
        kind, more = Kind.PERCENT, 2
    return run + more, Value(kind, said, Span(match.start(), words[place + run + more - 1][1].end()))


def _alone(form: str) -> tuple[Kind, str] | None:
    """Return the value of one word: a fraction, an ordinal, a round number."""
    singular = form.removesuffix("s")
    masculine = {"premiere": "premier", "seconde": "second"}.get(singular, singular)
    if form in _FRACTIONS:
        return Kind.FRACTION, _FRACTIONS[form]
    if masculine in _ORDINAL_WORDS:
        return Kind.ORDINAL, str(_ORDINAL_WORDS[masculine])
    return (Kind.NUMBER, f"~{_ABOUT[singular]}") if singular in _ABOUT else None


def _run(text: str, words: list[tuple[str, re.Match[str]]], place: int) -> int:
    """Return how many words from this one make one number; « un » alone is an article."""
    length = 0
    while place + length < len(words):
        form = words[place + length][0]
        before = words[place + length - 1][1].end() if length else 0
        joined = not length or _JOINS.fullmatch(text[before : words[place + length][1].start()])
        if not joined:
            break
        if form == "et" and length and place + length + 1 < len(words) and words[place + length + 1][0] in (
            *_ONE, "onze",
        ):  # fmt: skip
            length += 1
            continue
        if form not in _UNITS and form not in _SCALES and not (length and form in _ONE):
            break
        length += 1
    return length


def _run_to_number(forms: list[str]) -> int:
    total = part = 0
    for form in forms:
        if form in _SCALES and _SCALES[form] >= 1_000:
            total, part = total + max(1, part) * _SCALES[form], 0
        elif form in _SCALES:
            part = max(1, part) * 100
        elif form in ("vingt", "vingts") and part % 100 == 4:
            part += 76
        else:
            part += _UNITS.get(form, _ONE.get(form, 0))
    return total + part
