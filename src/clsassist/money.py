"""Amounts of money in French texts, and in what actions say of their financing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from clsassist.parsing.labels import FAMILIES, is_asked
from clsassist.records import Action, Field, Span
from clsassist.registry import Registry
from clsassist.text import french

_AMOUNT = re.compile(
    r"(?<![\d,.])(?P<number>\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?:,\d+)?|\d+(?:[,.]\d+)?)\s*"
    r"(?P<unit>k€|K€|M€|(?:milliers?|millions?)(?: d['’]euros|\s*€)|€|euros?\b|EUR\b)"
)


_BARE = re.compile(r"\s*(?P<number>\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?:,\d+)?|\d+(?:[,.]\d+)?)\s*")


# A column that says what its numbers are: « Budget (€) », « Crédits › Votés ».
_LABEL = french(r"€|euros?\b|\bTTC\b|\bHT\b|montant|budget|coût|crédit|dépens|voté|subvention")


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum in euros, and its place in the text it was read in."""

    euros: float
    span: Span


def find_amounts(text: str, *, bare: bool = False) -> Iterator[Amount]:
    """Yield the amounts of a text; with ``bare``, a text that is nothing but a number is one too.

    >>> [amount.euros for amount in find_amounts("190000", bare=True)]
    [190000.0]

    >>> [amount.euros for amount in find_amounts("12 000 € puis 1,5 M€, 50 k€ et 300 euros ; 2023 n'en est pas un")]
    [12000.0, 1500000.0, 50000.0, 300.0]
    """
    alone = _BARE.fullmatch(text) if bare else None
    for match in [alone] if alone else _AMOUNT.finditer(text):
        digits = re.sub(r"[ \u00a0\u202f]|\.(?=\d{3})", "", match.group("number")).replace(",", ".")
        yield Amount(float(digits) * _factor(match.groupdict().get("unit") or "€"), Span(match.start(), match.end()))


Given = tuple[tuple[Field, Amount], ...]
# Those of the registry in service, each read once.
_KEPT: WeakKeyDictionary[Registry, dict[str, Given]] = WeakKeyDictionary()


def amounts_of(action: Action, registry: Registry) -> Given:
    """Return the amounts that an action gives of its financing, each with its field and its place in the document."""
    kept = _KEPT.setdefault(registry, {})
    if action.id not in kept:
        kept[action.id] = tuple(_read_amounts(action, registry))
    return kept[action.id]


def _read_amounts(action: Action, registry: Registry) -> Iterator[tuple[Field, Amount]]:
    keys = FAMILIES.get("financement", ("financement",))
    for field in (one for one in action.fields if is_asked(one, keys)):
        bare = bool(_LABEL.search(field.label))
        for span in (span for item in field.items for span in item.spans):
            for amount in find_amounts(span.of(registry.sources[action.document_id].text), bare=bare):
                start = span.start + amount.span.start
                yield field, Amount(amount.euros, Span(start, span.start + amount.span.end))


def _factor(unit: str) -> float:
    folded = unit.lower()
    if folded.startswith("million") or folded.startswith("m€"):
        return 1_000_000.0
    return 1_000.0 if folded.startswith(("k", "millier")) else 1.0
