"""Forms of one word that stems do not bring together: « fournit » and « fournir », a slip of the pen."""

from __future__ import annotations

import re

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


def is_infinitive(form: str) -> bool:
    """Say whether a folded word looks like a verb in the infinitive.

    >>> [word for word in "nombre mettre territoire metier former offre".split() if is_infinitive(word)]
    ['mettre', 'former']
    """
    if not _INFINITIVE.search(form) or form in _OTHER_NOUNS:
        return False
    return not _NOUN.search(form) or bool(_STILL_VERBS.search(form))


def is_misspelt(one: str, other: str) -> bool:
    """Say whether two long folded words differ by letters that changed places, as documents often have them.

    >>> is_misspelt("hospitalisation", "hopsitalisation"), is_misspelt("prescrire", "proscrire")
    (True, False)
    """
    return len(one) >= _LONG and one != other and one[:2] == other[:2] and sorted(one) == sorted(other)
