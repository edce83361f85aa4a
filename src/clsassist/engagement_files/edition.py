"""What every exported file says of itself: when it was made, from which index, and that documents prevail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from clsassist.text import MONTHS, fold

NOTICE = "Extraits automatiques des documents, sans génération. Le document officiel prévaut."

# What no file may hold: control characters, which break XML, and marks that reorder what is read.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Edition:
    """When a file was made, and when the index that it was made from was built."""

    issued: date
    indexed: date | None = None

    @property
    def sentence(self) -> str:
        """The two dates in one sentence."""
        built = f", d'après l'index du {french_date(self.indexed)}" if self.indexed else ""
        return f"Établi le {french_date(self.issued)}{built}."


def build_day(build: str) -> date | None:
    """Return the day when a build of the index was made, which its name begins with.

    >>> build_day("20261130t022522-015b0670"), build_day("essai")
    (datetime.date(2026, 11, 30), None)
    """
    found = re.match(r"(\d{4})(\d{2})(\d{2})t", build)
    return date(*map(int, found.groups())) if found else None


def french_date(day: date) -> str:
    """Write a date as French does.

    >>> french_date(date(2026, 12, 1)), french_date(date(2027, 1, 15))
    ('1er décembre 2026', '15 janvier 2027')
    """
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"


def writable(text: str) -> str:
    r"""Drop the characters that no file may hold.

    >>> writable("a\x00b\u202ec")
    'abc'
    """
    return _UNWRITABLE.sub("", text)


def file_name(*words: str, kind: str) -> str:
    """Return a name that every system accepts.

    >>> file_name("fiche d'engagement", "CPAM du Haut-Rhin", kind="pdf")
    'fiche-d-engagement-cpam-du-haut-rhin.pdf'
    """
    plain = re.sub(r"[^a-z0-9]+", "-", fold(" ".join(words))).strip("-")
    return f"{plain[:_LONGEST_NAME].rstrip('-')}.{kind}"
