"""Who speaks says « nous »: verbs of the first person read as of the third, in which questions are understood."""

from __future__ import annotations

import re

from clsassist.text import french

# « que pilotons-nous ? », « les actions que nous portons »: not « nous cherchons… », a lead-in.
_OURS = french(
    r"\b(?P<inverted>\w{2,}ons)-nous\b"
    r"|(?P<link>\b(?:que|o[uù]|dont|auxquel(?:le)?s|lesquel(?:le)?s) )nous (?P<not>ne |n['’])?(?P<direct>\w{2,}ons)\b"
)
# Endings of the first person, and those of the third: the first that a verb has is its own.
_ENDINGS = (
    ("tenons", "tiennent"),
    ("venons", "viennent"),
    ("prenons", "prennent"),
    ("cevons", "çoivent"),
    ("pouvons", "peuvent"),
    ("voulons", "veulent"),
    ("faisons", "font"),
    ("allons", "vont"),
    ("voyons", "voient"),
    ("çons", "cent"),
    ("geons", "gent"),
    ("ons", "ent"),
)
# Auxiliaries are understood as they are: « sommes-nous engagés », « avons-nous », « devons-nous ».
_AUXILIARIES = frozenset({"avons", "devons"})


def to_third_person(text: str) -> str:
    """Return a question with the verbs of « nous » in the third person plural, and nothing else changed.

    >>> to_third_person("que finançons-nous ?"), to_third_person("les actions que nous portons")
    ('que financent ?', 'les actions que portent')
    """
    return _OURS.sub(_conjugate, text)


def _conjugate(match: re.Match[str]) -> str:
    verb = (match["inverted"] or match["direct"]).lower()
    if verb in _AUXILIARIES:
        return match.group()
    first, third = next(ending for ending in _ENDINGS if verb.endswith(ending[0]))
    return f"{match['link'] or ''}{match['not'] or ''}{verb.removesuffix(first)}{third}"
