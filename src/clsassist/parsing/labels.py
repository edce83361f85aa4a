"""What a label names: how forms name their fields, and what of a form is never content."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from rapidfuzz import fuzz, process

from clsassist.parsing.label_table import LABELS
from clsassist.records import Field, Role
from clsassist.text import Analyser, fold, squeeze

# Canonical key of a field whose label is in no list: it is kept under its own label.
UNKNOWN = "autre"

NAMES: dict[str, str] = {label.key: label.name for label in LABELS} | {
    "objectifs": "objectifs",
    "evaluation": "évaluation et indicateurs",
    "acteurs": "porteur, rôles et partenaires",
    "autre": "autre",
}

# What people call by one word and forms split into several fields.
FAMILIES: dict[str, tuple[str, ...]] = {
    "objectifs": ("objectif_general", "objectifs_specifiques", "objectifs_operationnels"),
    "indicateurs": ("indicateurs", "indicateurs_processus", "indicateurs_resultat", "indicateurs_impact"),
    "etapes": ("etapes", "description"),
    "evaluation": (
        "methode_evaluation",
        "indicateurs",
        "indicateurs_processus",
        "indicateurs_resultat",
        "indicateurs_impact",
    ),
    "porteur": ("porteur",),
    "acteurs": ("porteur", "role_porteur", "partenaires"),
}


def field_name(key: str) -> str:
    """Return how a field is called in a sentence: the name of its key, or the label itself of a form's own field."""
    return NAMES.get(key, key)


def is_asked(field: Field, keys: Collection[str]) -> bool:
    """Say whether a field is one of those asked for: by its key, or by its own label when no list knows it."""
    return field.key in keys or (field.key == UNKNOWN and fold(field.label) in map(fold, keys))


# The columns that make a table a list of actions, one a row, rather than one form.
TITLE_COLUMNS = frozenset({"leviers", "titre"})

# Labels that stand inside the cell of another field, before a colon: field holding them -> keys found there.
INNER: dict[str, frozenset[str]] = {
    "indicateurs": frozenset(
        {"indicateurs_processus", "indicateurs_resultat", "indicateurs_impact", "methode_evaluation"}
    ),
}

# The first word of a longer label decides what it names, where its place shows that it is a label.
_HEADS: dict[str, str] = {
    "partenaire": "partenaires",
    "partenariat": "partenaires",
    "indicateur": "indicateurs",
    "objectif": "objectifs_operationnels",
    "calendrier": "calendrier",
    "echeancier": "calendrier",
    "echeance": "calendrier",
    "duree": "calendrier",
    "financement": "financement",
    "financeur": "financement",
    "budget": "financement",
    "cout": "financement",
    "porteur": "porteur",
    "pilote": "porteur",
    "copilote": "porteur",
    "pilotage": "porteur",
    "referent": "referent",
    "public": "public",
    "beneficiaire": "public",
    "territoire": "territoire",
    "contexte": "contexte",
    "constat": "contexte",
    "diagnostic": "contexte",
    "description": "description",
    "descriptif": "description",
    "etape": "etapes",
    "modalite": "etapes",
    "moyen": "moyens",
    "ressource": "moyens",
    "evaluation": "indicateurs",
}
_LONGEST_HEADED = 70

# Organisations are listed in these fields, with this role.
ORGANISATION_FIELDS: dict[str, Role] = {"porteur": Role.PORTEUR, "partenaires": Role.PARTENAIRE}

# Fields that say where a fiche stands, not what it does: no organisation takes part through them.
HEADING_FIELDS = frozenset({"axe", "sous_axe", "objectif_strategique", "thematique", "territoire", "referent"})

# Text that the form itself prints: removed from labels and values, never indexed.
_PROMPTS = re.compile(
    r"choisissez un [ée]l[ée]ment\s?\.?|\(\s?pr[ée]cisez\s?\)|\(\s?si indiqu[ée]\s?\)"
    r"|cliquez (?:ou appuyez )?ici[^.]*\."
    r"|^\s*[ée]valuation propre de l['’]action\s*$|^\s*autres?(?:\(s\))?\s*:?\s*$",
    re.IGNORECASE,
)

# Markdown marks of bold text.
_EMPHASIS = re.compile(r"\*\*|__")

_ROLE_LABEL = re.compile(
    r"^r[ôo]les? (?:du |de la |de l['’]|des )(?P<organisation>.+?) (?P<role>co-?pilote|pilote|partenaire|porteur)s?$",
    re.IGNORECASE,
)

_ANALYSER = Analyser()


def strip_prompts(text: str) -> str:
    """Remove what the form prints and squeeze the spaces.

    >>> strip_prompts("Axe 1 : Prévention   Choisissez un élément.")
    'Axe 1 : Prévention'
    """
    return squeeze(_EMPHASIS.sub("", _PROMPTS.sub(" ", text)))


def clean_label(text: str) -> str:
    """Make a label readable: no prompt, no final colon.

    >>> clean_label("Structure : ")
    'Structure'
    """
    return strip_prompts(text).rstrip(" :")


@lru_cache(maxsize=20_000)
def label_to_key(text: str) -> str | None:
    """Return the canonical key of a label as written, or None when it is no known label.

    >>> label_to_key("Objectifs spécifiques (si indiqué)"), label_to_key("PARTENAIRE DE L’ACTION :")
    ('objectifs_specifiques', 'partenaires')
    """
    label = clean_label(text)
    if not label or len(label) > 160:
        return None
    if role_label(label):
        return "role_porteur"
    if written := _AS_WRITTEN.get(_plain(label)):
        return written
    stems = _label_stems(label)
    if stems in _EXACT:
        return _EXACT[stems]
    if "(" in label:
        stems = _label_stems(re.sub(r"\([^()]*\)", " ", label.replace("(s)", "s").replace("(e)", "")))
    return _EXACT.get(stems) or _long_label(stems) or _misspelt(label)


@lru_cache(maxsize=20_000)
def cell_to_key(text: str) -> str | None:
    """Return the key of a label that its place shows to be one (a label cell, a colon, a heading).

    Beyond the known labels, its first word decides: « Partenaires techniques et financiers », « Moyens / ressources ».

    >>> cell_to_key("Indicateurs de réussite"), cell_to_key("Points de vigilance")
    ('indicateurs', None)
    """
    key = label_to_key(text)
    label = clean_label(text)
    # A number makes it a heading or an item: « Objectif 2 : ».
    if key is None and len(label) <= _LONGEST_HEADED and not any(map(str.isdigit, label)):
        first = next(iter(_plain(label).split()), "")
        key = _HEADS.get(first) or _HEADS.get(first.rstrip("s"))
    return key


def role_label(text: str) -> tuple[str, str] | None:
    """Return (organisation, role word) of a label such as « Rôle de la CPTS co-pilote », or None."""
    match = _ROLE_LABEL.match(clean_label(text))
    return (match.group("organisation"), fold(match.group("role")).replace("-", "")) if match else None


def inner_label(parent: str, line: str) -> tuple[str, int] | None:
    """Find a label that stands inside the cell of ``parent``: its key and the length of the label with its colon."""
    head, colon, _ = line.partition(":")
    key = label_to_key(head) if colon and parent in INNER else None
    return (key, len(head) + 1) if key and key in INNER[parent] else None


def _label_stems(label: str) -> tuple[str, ...]:
    return _ANALYSER.stems(label)


def _plain(label: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in fold(label)).split())


# Words tell « sous-axe » from « axe » and « action » from « actions », which have the same stems: the first keeps them.
_AS_WRITTEN: dict[str, str] = {_plain(variant): label.key for label in LABELS for variant in label.variants}
_EXACT: dict[tuple[str, ...], str] = {
    stems: label.key
    for label in reversed(LABELS)
    for variant in reversed(label.variants)
    if (stems := _label_stems(variant))  # « pour qui » has none: only its words tell it
}


# Labels that a longer one may start with, by their first words.
_LONG_WORDS = 4
_LONG: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
for _variant in _EXACT:
    if len(_variant) >= _LONG_WORDS:
        _LONG.setdefault(_variant[:_LONG_WORDS], []).append(_variant)


def _long_label(stems: tuple[str, ...]) -> str | None:
    """Accept a label that starts with a known one of at least four words: forms add explanations behind."""
    known = [variant for variant in _LONG.get(stems[:_LONG_WORDS], ()) if stems[: len(variant)] == variant]
    return _EXACT[max(known, key=len)] if known else None


def _misspelt(label: str) -> str | None:
    """Accept a known label with a slip of the finger: at least 92 % alike, and not a short word."""
    folded = " ".join(token.form for token in _ANALYSER.content(label))
    if not _SHORTEST_MISSPELT <= len(folded) <= _LONGEST_MISSPELT:
        return None
    found = process.extractOne(folded, _FOLDED.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return _FOLDED[found[0]] if found else None


_FOLDED: dict[str, str] = {
    " ".join(token.form for token in _ANALYSER.content(variant)): label.key
    for label in LABELS
    for variant in label.variants
}
_ALIKE = 92  # per cent
_SHORTEST_MISSPELT = 8
# A text longer than this is alike to no label.
_LONGEST_MISSPELT = max(map(len, _FOLDED)) * 200 // _ALIKE
