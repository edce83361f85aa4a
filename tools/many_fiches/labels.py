"""The labels of each family of forms, in their order: variants met in published plans."""

from __future__ import annotations

from many_fiches.records import Family

_KEYS = (
    "typologie", "porteur", "referent", "contexte", "lien_prs", "lien_prse", "objectif_general",
    "objectifs_specifiques", "objectifs_operationnels", "etapes", "calendrier", "partenaires", "public", "territoire",
    "financement", "moyens", "determinants", "inegalites", "politiques_publiques", "participation",
    "indicateurs_processus", "indicateurs_resultat", "indicateurs_impact", "methode_evaluation", "statut", "priorite",
)  # fmt: skip

_FORM = (
    "Typologie de l'action", "Porteur", "Personne référente", "Contexte et enjeux locaux",
    "Lien avec le Projet Régional de Santé", "Lien avec le Plan Régional Santé Environnement 4",
    "Objectif général (si indiqué)", "Objectifs spécifiques (si indiqué)", "Objectifs opérationnels",
    "Etapes de mise en œuvre – Description", "Durée de l'action", "Partenaires de l'action", "Public visé",
    "Territoire d'intervention", "Financement", "Autres ressources mobilisables", "Déterminants de santé visés",
    "Les objectifs de l'action visent-ils directement la lutte contre les inégalités sociales de santé ?",
    "Politiques Publiques concernées", "Y-a-t-il une démarche participative associant les citoyens ?",
    "Indicateurs de processus", "Indicateurs de résultat", "Indicateur d'impact", "Méthode d'évaluation envisagée",
    "", "",
)  # fmt: skip
_CONTRACT = (
    "Type d'action", "Porteur(s) de l'action", "Référent technique", "Contexte", "", "", "Objectif général",
    "Objectifs spécifiques", "Objectifs opérationnels", "Modalités d'actions", "Calendrier prévisionnel",
    "Partenaire(s)", "Public cible", "Territoire concerné", "Financement", "Moyens humains et matériels",
    "Déterminants de santé", "", "Politiques publiques concernées", "Participation des habitants",
    "Indicateurs de processus", "Indicateurs de résultats", "Indicateur d'impact", "Modalités d'évaluation",
    "", "Niveau de priorité",
)  # fmt: skip
_BOOKLET = (
    "Nature de l'action", "Pilote(s)", "Contact", "Constats et enjeux", "", "", "Finalité", "Objectifs spécifiques",
    "Objectifs visés", "Étapes de mise en œuvre", "Échéancier", "Principaux partenaires", "Publics concernés",
    "Territoire", "Financements", "Moyens mobilisés", "Déterminants de santé", "", "", "Démarche participative",
    "Indicateurs de suivi", "Indicateurs de résultat", "Indicateur d'impact", "Méthode d'évaluation", "Statut",
    "Priorité",
)  # fmt: skip
_SHEET = (
    "", "Structure pilote", "Personne pilote", "Contexte", "", "", "Objectif général", "", "Objectifs",
    "Etapes de la fiche action", "Calendrier", "Partenaires", "Cibles", "Territoire", "Financements",
    "Moyens humains et techniques", "Déterminants de santé", "", "Politiques publiques concernées",
    "Participation Citoyenne", "Indicateurs de processus", "Indicateurs de résultat", "Indicateur d'impact",
    "Méthode d'évaluation", "Statut", "Niveau de priorité",
)  # fmt: skip

# For each family, key to label; a family has no field whose label is empty above.
FAMILY_LABELS: dict[Family, dict[str, str]] = {
    family: {key: label for key, label in zip(_KEYS, labels, strict=True) if label}
    for family, labels in (
        (Family.FORM, _FORM),
        (Family.CONTRACT, _CONTRACT),
        (Family.BOOKLET, _BOOKLET),
        (Family.SHEET, _SHEET),
    )
}
