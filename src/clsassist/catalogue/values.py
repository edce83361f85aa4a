"""One value of a facet: how an address says it and how a page shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from clsassist.text import fold, squeeze

_LONGEST_KEY = 60


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: ``key`` stands in addresses, ``label`` is shown, ``note`` tells it from its namesakes."""

    key: str
    label: str = field(compare=False)
    note: str = field(default="", compare=False)


# The same few thousand words fill the fields of all fiches; who makes a list of them clears it.
@lru_cache(maxsize=20_000)
def slug(text: str) -> str:
    """Write a text as an address can hold it; two texts that differ by accents, case or punctuation are one.

    >>> slug("Plan Santé 79"), slug("Élus, habitants"), slug("★")
    ('plan-sante-79', 'elus-habitants', '★')
    """
    bare = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-") or squeeze(text)
    if len(bare) <= _LONGEST_KEY:
        return bare
    return f"{bare[:_LONGEST_KEY].rstrip('-')}-{sha256(bare.encode()).hexdigest()[:6]}"
