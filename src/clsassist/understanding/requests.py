"""Several requests in one message: each is a question of its own, the later ones following the first."""

from __future__ import annotations

import re

from clsassist.text import french, squeeze

_BETWEEN = french(
    r"\?+\s+(?=\S)"
    r"|\s*,?\s+(?:et|puis)\s+(?=(?:qui (?:l['’]|l[ae]s? )\w|qui (?:est|sont) (?:le|la|les|l['’])|quand\b"
    r"|jusqu['’]à quand\b|combien\b|lesquel\w+|quel(?:le)?s? (?:est|sont)\b|avec qui\b|pour qui\b|par qui\b|à qui\b))"
)
# « ZIP et ZAC, ça veut dire quoi ? »
_ACRONYMS = re.compile(r"^\W*(?P<first>[A-Z]{2,8}) et (?P<second>[A-Z]{2,8})\b(?P<rest>.*(?:dire|signifi|quoi).*)$")
_FEWEST_WORDS = 2
_MOST_REQUESTS = 3


def split_requests(text: str) -> tuple[str, ...]:
    """Return the requests of a message, in order: itself when it makes just one.

    >>> split_requests("Quelles fiches parlent de stage et qui les porte ?")
    ('Quelles fiches parlent de stage', 'qui les porte ?')
    >>> split_requests("Les actions qui visent les élus et qui sont portées par le PETR ?")
    ('Les actions qui visent les élus et qui sont portées par le PETR ?',)
    """
    acronyms = _ACRONYMS.match(text)
    if acronyms:
        return tuple(acronyms.group(name) + acronyms.group("rest") for name in ("first", "second"))
    # Long runs of spaces would be searched again from each of them.
    parts = [part.strip() for part in _BETWEEN.split(squeeze(text)) if part.strip(" ?!.,")]
    sound = 1 < len(parts) <= _MOST_REQUESTS and all(len(part.split()) >= _FEWEST_WORDS for part in parts)
    return tuple(parts) if sound else (text,)
