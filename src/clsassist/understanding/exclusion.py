"""What a question leaves out: « sauf celles pilotées par l'ARS » is a question of its own, taken from the first."""

from __future__ import annotations

import re

from clsassist.text import french
from clsassist.understanding.patterns import OUTSIDE

_EXCEPT = french(
    r"\b(?:sauf|hormis|except(?:é+s?|ion faite)|mis(?:es?)? à part|à part(?! enti)|en dehors|sans compter"
    r"|à l['’]exception|à l['’]exclusion|hors|autres? que)\b(?:\s*(?:de\b|d['’])|(?=\s*(?:des|du)\b))?\s*"
)
# « celles », « les actions » : what is left out is said of actions too.
_ACTIONS = french(
    r"^(?:(?:de |toutes? )?(?:celles?|ceux|celui)(?:-ci|-là)?|(?:les |des |toutes les |d['’])?"
    r"(?P<noun>actions|fiches|leviers|mesures|projets))\b\s*"
)
# « la 15 », « la fiche 3 »
_NUMBERED = french(r"^(?:l[ae] |les |n°\s*)?(?=\d)")
# « l'annuaire »: one action is named.
_ONE = french(r"^(?:de )?(?:l['’]|la |le |du )")
# « un porteur autre que le CD »: whoever is left out has that part.
_ROLE_BEFORE = french(r"\b(?P<role>porteurs?|pilotes?|partenaires?|financeurs?)\s*$")
_WORDS_BEFORE = 2


def split_exclusion(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a question without what it leaves out, and the ways to read what it leaves out as a question.

    >>> split_exclusion("quelles actions à Saverne sauf celles pilotées par l'ARS ?")
    ('quelles actions à Saverne', ("actions pilotées par l'ARS",))
    >>> split_exclusion("hormis l'annuaire, que reste-t-il ?")
    ('que reste-t-il ?', ('la fiche annuaire', "actions l'annuaire"))
    """
    match = next((found for found in _EXCEPT.finditer(text) if not OUTSIDE.match(text, found.start())), None)
    if match is None:
        return text, ()
    before, rest = text[: match.start()].rstrip(" ,("), text[match.end() :].rstrip(" ?!.)")
    after = ""
    if len(before.split()) < _WORDS_BEFORE and "," in rest:
        # The question itself comes after: « sauf la 3, quelles fiches… ».
        left_out, _, after = text[match.end() :].partition(",")
        rest = left_out.strip()
    whole = f"{before} {after.strip()}".strip()
    return (whole, _readings(rest, before)) if rest else (text, ())


def _readings(rest: str, before: str) -> tuple[str, ...]:
    actions, role = _ACTIONS.match(rest), _ROLE_BEFORE.search(before)
    if actions:
        return (f"{actions.group('noun') or 'actions'} {rest[actions.end() :]}",)
    if role:
        return (f"actions dont {rest} est {role.group('role')}",)
    if re.match(r"(?:que|qui|dont|où)\b", rest):
        return (f"actions {rest}",)
    number, one = _NUMBERED.match(rest), _ONE.match(rest)
    if number:
        return (f"fiches {rest[number.end() :]}",)
    whole = f"actions {rest}"
    return (f"la fiche {rest[one.end() :]}", whole) if one else (whole,)
