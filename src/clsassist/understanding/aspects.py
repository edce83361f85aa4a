"""Understanding questions about the corpus itself, by the turn that asks them."""

from __future__ import annotations

from clsassist.text import french

# Aspect asked about, and how it is asked; the first that holds wins.
_ASPECTS: tuple[tuple[str, str], ...] = (
    (
        "complétude",
        r"\bpourquoi\b.*\bnuméro\b|\btoutes les (?:fiches|actions)\b.*\b(?:cls|plan|contrat)\b"
        r"|\bavez[- ]vous tou\w+\b"
        r"|\b(?:corpus|cls|contrat|plan)\b.*\b(?:complet|entier|intégral)\b|\bautres fiches existent\b",
    ),
    (
        "manques",
        r"\b(?:que|ce qui|qu['’]est-ce qui|quels champs|quelles informations"
        r"|quelles données)\b[^?]*\b(?:manqu\w+(?! (?:de|d['’]|sur|à|aux?|dans le (?:territoire|pays)))|vides?"
        r"|non renseign\w+|pas renseign\w+|incompl[eè]t\w+)\b|\bchamps (?:vides|non renseign\w+|manquants)\b"
        r"|\blacunes\b",
    ),
    ("non lus", r"\b(?:fichiers?|documents?)\b.*\b(?:pas|non|n['’]ont)\b.*\blus?\b|\billisibles?\b"),
    (
        "origine",
        r"\bd['’]o[uù] vien\w+\b.*\b(?:réponses?|informations?|données)\b|\b(?:quelles|tes|vos) sources\b"
        r"|\bbases?[- ]tu\b"
        r"|\bsur quoi (?:te|vous)\b|\bfiables?\b",
    ),
    (
        "état",
        r"\b(?:est|sont)[- ](?:il|elle|ils|elles)? ?(?:déjà )?(?:votée?s?|adoptée?s?|validée?s?|définitifs?"
        r"|officiels?)\b"
        r"|\bstatut d(?:u|es) (?:documents?|contrats?|plans?|cls)\b|\b(?:cls|plan|contrat)\b.*\b(?:voté|adopté"
        r"|validé)\b",
    ),
    (
        "dates",
        r"\bde quand date|\bquelle (?:est la )?date\b.*\b(?:document|plan|contrat|cls)|\b(?:documents?|plans?"
        r"|contrats?|données)\b.*"
        r"\b(?:à jour|récents?|anciens?)\b|\b(?:plan|contrat|cls|document)\b.*\bde quelle année\b"
        r"|\bquelles années\b.*\bcouv\w+"
        r"|\bcouv\w+\b.*\bquelles années\b|\bquelle période\b.*\b(?:plan|contrat|corpus|cls)s?\b"
        r"|\bquand\b.*\b(?:écrit|rédigé|publié)\b",
    ),
    (
        "territoires",
        r"\bquels (?:sont les )?territoires\b|\bterritoires (?:sont )?(?:couverts|concernés|du corpus)\b"
        r"|\bque couvre(?:nt)? (?:le|les|votre|ce) "
        r"(?:corpus|documents|plans)\b",
    ),
    (
        "documents",
        r"\b(?:quels|liste des|les|quel est le nombre de) (?:documents|plans|contrats"
        r"|fichiers)\b(?!.*\b(?:portent|parlent|traitent|prévoient"
        r"|concernent|ciblent|visent)\b)|\bque contient (?:le|ce|votre|ton) corpus\b|\bquels plans (?:connais"
        r"|as|avez)\b"
        r"|\bsur quels documents\b|\bwhich documents\b",
    ),
)
_PATTERNS = tuple((name, french(pattern)) for name, pattern in _ASPECTS)


def text_to_aspect(text: str) -> str:
    """Return what is asked about the corpus, '' when the question is about something else.

    >>> text_to_aspect("Quels champs sont vides ?"), text_to_aspect("Qui porte l'annuaire ?")
    ('manques', '')
    """
    return next((name for name, pattern in _PATTERNS if pattern.search(text)), "")
