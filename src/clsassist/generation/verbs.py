"""Forms of one word that stems do not bring together: « fournit » and « fournir », a slip of the pen."""

from __future__ import annotations

import re
from functools import lru_cache

_INFINITIVE = re.compile(r"(?:er|oir|ir|re)$")
# The same ends make nouns and adjectives: « territoire », « nombre », « métier ».
_NOUN = re.compile(r"(?:aire|oire|are|ere|ore|ure|tire|pire|eure|ture|sure|bre|fre|pre|dre|cre|vre|tre|ier|ière)$")
_STILL_VERBS = re.compile(
    r"(?:faire|plaire|croire|boire|mettre|naitre|paraitre|connaitre|croitre|battre|fier|tudier|blier|ssocier|relier"
    r"|concilier|pallier|former|animer|exprimer|informer|confirmer|estimer|fermer|nommer|consommer|aimer|affirmer"
    r"|programmer|trouver|arriver|lever|mener|conserver|innover|observer|reserver|prouver|activer|cultiver|motiver"
    r"|approuver|inscrire|prendre|rendre|attendre|vendre|etendre|defendre|joindre|suivre|vivre|poursuivre|construire"
    r"|ouvrir|offrir|decouvrir|exclure|inclure|conclure|apprecier|beneficier|negocier|initier|trier|copier)$"
)
_OTHER_NOUNS = frozenset(
    "avenir loisir plaisir desir leader cancer hiver cahier espoir pouvoir savoir devoir soir".split()
)
_ENDINGS = re.compile(
    r"e[es]?s?|ent|a|era|eront|ait|aient|ant|ants?|i[es]?s?|it|issent|issant|ira|iront|u|us|ues?|s|ts?|tes?|ra|ront|rait"
)
# What makes a noun of a verb, longest first: « accompagnement », « définition », « pilotage ».
_NOUN_ENDINGS = ("issement", "ification", "ation", "ition", "ement", "ution", "age", "ance", "ion")
_VERB_ENDINGS = ("ifier", "er", "ir", "re")
# These name a place, a thing or a care, no act; or the verb has another sense.
_NO_ACTS = frozenset(
    "etablissement departement appartement batiment medicament traitement reglement argument document mouvement "
    "parlement evenement gouvernement station nation relation action fonction region mission section option question "
    "profession situation partage village image stage avantage menage message page passage usage langage visage "
    "distance instance finance ordonnance experience presence agence urgence version pension portion ration potion "
    "condition position dimension fraction notion organisation station population convention direction association "
    "institution prestation administration commission edition nutrition tradition ambition munition".split()
)
_SHORTEST_ROOT = 4
_SHORTEST = 6
_LONG = 9


def same_verb(one: str, other: str) -> bool:
    """Say whether two folded words are one verb, one of them in the infinitive.

    >>> same_verb("fournit", "fournir"), same_verb("communes", "communiquer")
    (True, False)
    """
    return _is_form(one, other) or _is_form(other, one) or f"{one}nt" == other or f"{other}nt" == one


def _is_form(form: str, infinitive: str) -> bool:
    ending = _INFINITIVE.search(infinitive)
    if not ending or len(infinitive) < _SHORTEST or not is_infinitive(infinitive):
        return False
    root = infinitive[: ending.start()]
    return form.startswith(root) and bool(_ENDINGS.fullmatch(form[len(root) :]))


@lru_cache(maxsize=4_096)
def lemma_of(word: str) -> str:
    """Return the lemma of a word written with its accents, in lower case: « remis », « remettre » (simplemma)."""
    # Only those who have a model installed pay for the dictionary.
    from simplemma import lemmatize

    return lemmatize(word, "fr")


def root_of(form: str) -> str:
    """Return what a verb in the infinitive and the noun of its act share, '' for other words.

    >>> root_of("accompagnement") == root_of("accompagner"), root_of("definition") == root_of("definir")
    (True, True)
    >>> root_of("etablissement"), root_of("medecin")
    ('', '')
    """
    singular = form.removesuffix("s")
    if singular in _NO_ACTS:
        return ""
    endings = _VERB_ENDINGS if is_infinitive(form) else _NOUN_ENDINGS
    word = form if is_infinitive(form) else singular
    ending = next((one for one in endings if word.endswith(one)), None)
    if ending is None or len(word) - len(ending) < _SHORTEST_ROOT:
        return ""
    root = word[: len(word) - len(ending)]
    return f"√{root}ifi" if ending in ("ifier", "ification") else f"√{root}"


def is_infinitive(form: str) -> bool:
    """Say whether a folded word looks like a verb in the infinitive.

    >>> [word for word in "nombre mettre territoire metier former offre".split() if is_infinitive(word)]
    ['mettre', 'former']
    """
    if not _INFINITIVE.search(form) or form in _OTHER_NOUNS:
        return False
    return not _NOUN.search(form) or bool(_STILL_VERBS.search(form))


def is_misspelt(one: str, other: str) -> bool:
    """Say whether two long folded words differ by letters that changed places or were doubled, as documents have them.

    >>> is_misspelt("hospitalisation", "hopsitalisation"), is_misspelt("prescrire", "proscrire")
    (True, False)
    """
    if _once(one) == _once(other):
        return len(one) >= _SHORTEST
    return len(one) >= _LONG and one != other and one[:2] == other[:2] and sorted(one) == sorted(other)


def _once(word: str) -> str:
    """Return a word without its letters that repeat: « annnuaire »."""
    return re.sub(r"(.)\1+", r"\1", word)
