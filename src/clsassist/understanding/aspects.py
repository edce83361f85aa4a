"""Understanding questions about the corpus itself, by the turn that asks them."""

from __future__ import annotations

from clsassist.text import french

# Aspect asked about, and how it is asked; the first that holds wins.
_ASPECTS: tuple[tuple[str, str], ...] = (
    (
        "complétude",
        r"\bpourquoi\b.*\bnum[ée]ro\b|\btoutes les (?:fiches|actions)\b.*\b(?:cls|plan|contrat)\b|\bavez[- ]vous tou\w+\b"
        r"|\b(?:corpus|cls|contrat|plan)\b.*\b(?:complet|entier|int[ée]gral)\b|\bautres fiches existent\b",
    ),
    (
        "manques",
        r"\b(?:que|quoi|ce qui|qu['’]est-ce qui|quels champs|quelles informations|quelles donn[ée]es)\b.*\b(?:manqu\w+|vides?"
        r"|non renseign\w+|pas renseign\w+|incompl[eè]t\w+)\b|\bchamps (?:vides|non renseign\w+|manquants)\b|\blacunes\b",
    ),
    ("non lus", r"\b(?:fichiers?|documents?)\b.*\b(?:pas|non|n['’]ont)\b.*\blus?\b|\billisibles?\b"),
    (
        "origine",
        r"\bd['’]o[uù] vien\w+\b.*\b(?:r[ée]ponses?|informations?|donn[ée]es)\b|\b(?:quelles|tes|vos) sources\b|\bbases?[- ]tu\b"
        r"|\bsur quoi (?:te|vous)\b|\bfiables?\b",
    ),
    (
        "état",
        r"\b(?:est|sont)[- ](?:il|elle|ils|elles)? ?(?:d[ée]j[àa] )?(?:vot[ée]e?s?|adopt[ée]e?s?|valid[ée]e?s?|d[ée]finitifs?|officiels?)\b"
        r"|\bstatut d(?:u|es) (?:documents?|contrats?|plans?|cls)\b|\b(?:cls|plan|contrat)\b.*\b(?:vot[ée]|adopt[ée]|valid[ée])\b",
    ),
    (
        "dates",
        r"\bde quand date|\bquelle (?:est la )?date\b.*\b(?:document|plan|contrat|cls)|\b(?:documents?|plans?|contrats?|donn[ée]es)\b.*"
        r"\b(?:[àa] jour|r[ée]cents?|anciens?)\b|\b(?:plan|contrat|cls|document)\b.*\bde quelle ann[ée]e\b|\bquelles ann[ée]es\b.*\bcouv\w+"
        r"|\bcouv\w+\b.*\bquelles ann[ée]es\b|\bquelle p[ée]riode\b.*\b(?:plan|contrat|corpus|cls)s?\b|\bquand\b.*\b(?:[ée]crit|r[ée]dig[ée]|publi[ée])\b",
    ),
    (
        "territoires",
        r"\bquels (?:sont les )?territoires\b|\bterritoires (?:sont )?(?:couverts|concern[ée]s|du corpus)\b|\bque couvre(?:nt)? (?:le|les|votre|ce) "
        r"(?:corpus|documents|plans)\b",
    ),
    (
        "documents",
        r"\b(?:quels|liste des|les|quel est le nombre de) (?:documents|plans|contrats|fichiers)\b(?!.*\b(?:portent|parlent|traitent|pr[ée]voient"
        r"|concernent|ciblent|visent)\b)|\bque contient (?:le|ce|votre|ton) corpus\b|\bquels plans (?:connais|as|avez)\b"
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
