"""The labels that forms give to their fields, by canonical field: the only table of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """A canonical field, its French name for answers, and the labels that forms give it."""

    key: str
    name: str
    variants: tuple[str, ...]


def _label(key: str, name: str, variants: str) -> Label:
    return Label(key, name, tuple(variant.strip() for variant in variants.split("|")))


# Variants are compared by stems, so accents, case, plurals and punctuation do not matter here. They were met in
# published forms: contrats locaux de santé, projets territoriaux, plans of other policies, tracking sheets.
LABELS: tuple[Label, ...] = (
    _label(
        "titre",
        "titre",
        """
        titre de l'action | titre de la fiche action | titre de la fiche | titre | intitulé de l'action | intitulé
        de la fiche | intitulé | intitulé du projet | nom de l'action | nom du projet | titre du projet | libellé
        de l'action | intervention | action | mesure | engagement | intitulé de la mesure | libellé
        """,
    ),
    _label("leviers", "levier", "leviers | levier"),
    _label(
        "numero",
        "numéro",
        """
        numéro de la fiche | numéro de l'action | n° de la fiche | n° de l'action | n° | réf | référence | code |
        réf.
        """,
    ),
    _label(
        "axe",
        "axe",
        """
        axe stratégique du CLS | axe | axe (x) | axe stratégique | axe du CLS | axe du contrat | orientation
        stratégique | axe de travail | rattachement à l'axe | orientation
        """,
    ),
    _label("sous_axe", "sous-axe", "sous-axe (x.x) | sous-axe | sous-sous axe (x.x.x)"),
    _label(
        "objectif_strategique",
        "objectif stratégique",
        """
        objectif stratégique | objectif stratégique de rattachement
        """,
    ),
    _label(
        "thematique",
        "thématique",
        """
        thématique | thème | thématiques | thématique principale | sous-thématiques | thématique de santé |
        mots-clés | milieu d'intervention | domaine | champ d'action
        """,
    ),
    _label(
        "typologie",
        "typologie",
        """
        typologie de l'action | type d'action | nature de l'action | typologie | nature du projet | type de projet
        """,
    ),
    _label(
        "porteur",
        "porteur",
        """
        porteur | porteur(s) de l'action | pilote(s) | pilotes | structure | structure porteuse | structure pilote
        | direction ou service pilote | organisme porteur du projet | porteur du projet | co-porteur | co-porteurs
        | co-pilotes | copilotes | pilote de l'action | pilotage | pilotage de l'action | co-pilotage | pilote et
        co-pilotes | pilotes et copilotes | chef de file | cheffe de file | chefs de file | structure responsable
        | responsable de l'action | responsable | responsables | maître d'ouvrage | maîtrise d'ouvrage | opérateur
        | opérateurs | structure pilote de l'action | structure référente | organisme pilote | organisme porteur |
        service pilote | service porteur | service responsable | animateur de l'action | coordinateur de l'action
        | qui | par qui | qui pilote | qui porte l'action | qui est aux commandes | qui s'en occupe | qui fait
        quoi | service en charge | en charge | piloté par | porté par | qui mène l'action | association pilote |
        structure en charge | animation | structure animatrice | animateur | animation de l'action
        """,
    ),
    _label(
        "referent",
        "personne référente",
        """
        personne référente | personne pilote | élu·e référent·e | référent | référent de l'action | référents |
        référent technique | élu référent | contact | contacts | personne ressource | interlocuteur | élu de
        référence | élue de référence | élu référent | agent référent
        """,
    ),
    _label("role_porteur", "rôle du porteur", "rôle du porteur | rôle du pilote"),
    _label(
        "contexte",
        "contexte",
        """
        contexte et enjeux locaux | contexte | contexte et besoins | historique et contexte | constats | éléments
        de contexte | éléments de diagnostic | éléments du diagnostic | diagnostic | constats et enjeux | constat
        | enjeux | enjeu | problématique | problématiques identifiées | besoins identifiés | contexte et constats
        | contexte et enjeux | contexte local | contexte et justification | éléments de constat | état des lieux |
        pourquoi cette action | origine de l'action | pourquoi | ce que nous avons constaté | ce que l'on constate
        | le constat | d'où part-on | d'où vient l'idée | ce qui se passe aujourd'hui | pourquoi agir
        """,
    ),
    _label(
        "objectif_general",
        "objectif général",
        """
        objectif général | objectifs généraux | finalité | but | objectif principal | finalités | finalité de
        l'action
        """,
    ),
    _label("objectifs_specifiques", "objectifs spécifiques", "objectifs spécifiques | objectif spécifique"),
    _label(
        "objectifs_operationnels",
        "objectifs opérationnels",
        """
        objectifs opérationnels | objectifs | objectifs visés | objectifs poursuivis | objectifs de l'action | ce
        que nous voulons changer | ce que nous voulons | ce que l'on vise | but recherché | notre objectif | nos
        objectifs | que cherche-t-on | ce que l'on cherche | notre engagement | objectif poursuivi
        """,
    ),
    _label(
        "etapes",
        "étapes de mise en œuvre",
        """
        étapes de mise en œuvre – description | modalités d'actions | actions concrètes envisagées | étapes de
        mise en œuvre | étapes | modalités de mise en œuvre | étapes de la fiche action | modalités de réalisation
        | modalités opérationnelles | mise en œuvre | mise en œuvre de l'action | déroulement | déroulé |
        déroulement de l'action | déclinaison opérationnelle | déclinaison de l'action | étapes clés | principales
        étapes | actions à mener | actions à mettre en œuvre | actions prévues | actions envisagées | actions
        concrètes | actions opérationnelles | sous-actions | activités | activités prévues | comment | ce que nous
        ferons | ce que nous ferons concrètement | ce qui sera mis en place | ce que nous allons faire |
        concrètement | les étapes | ce qu'il faut faire | ce qui est prévu | plan d'action | déroulement |
        programme d'actions détaillé | programme d'actions | contenu opérationnel
        """,
    ),
    _label(
        "description",
        "description",
        """
        descriptif | descriptif de l'action | description | présentation de l'intervention | présentation de
        l'action | description de l'action | description synthétique | contenu | contenu de l'action | résumé |
        résumé de l'action | en quoi consiste l'action | quoi | de quoi s'agit-il
        """,
    ),
    _label(
        "calendrier",
        "calendrier",
        """
        durée de l'action | calendrier prévisionnel | calendrier | durée | période du projet | échéancier |
        échéance | date de début | date de fin | année de début de réalisation | année | années | fréquence |
        année de fin de réalisation | calendrier de réalisation | calendrier de mise en œuvre | calendrier
        d'exécution | calendrier prévisionnel de réalisation | planning | planning prévisionnel | période |
        période de réalisation | dates de réalisation | délai de réalisation | délais | échéances | date
        prévisionnelle | temporalité | démarrage | début | fin | quand | à quelle date | délai | fin prévue |
        début prévu | date prévue | période | démarrage | temps de réalisation | horizon de temps | horizon
        """,
    ),
    _label(
        "partenaires",
        "partenaires",
        """
        partenaires de l'action | partenaire(s) | principaux partenaires | partenaires | partenariats |
        partenariat | partenaires mobilisés | partenaires associés | partenaires à associer | partenaires à
        mobiliser | partenaires potentiels | partenaires impliqués | partenaires opérationnels | partenaires
        techniques | partenaires identifiés | partenaires concernés | partenaires pressentis | acteurs associés |
        acteurs mobilisés | acteurs concernés | acteurs impliqués | acteurs à mobiliser | acteurs et partenaires |
        structures associées | structures partenaires | avec qui | qui participe | ils participent | avec le
        concours de | avec l'appui de | appuis | en lien avec | concours attendus | concours | qui aide | ils
        s'engagent | avec | qui participe
        """,
    ),
    _label(
        "public",
        "public",
        """
        public visé | public cible | population cible | population ciblée | public | bénéficiaires | cibles |
        public et/ou territoire privilégié | publics | publics visés | publics cibles | publics bénéficiaires |
        public concerné | publics concernés | public bénéficiaire | bénéficiaires de l'action | bénéficiaire |
        cible | population visée | population concernée | population | destinataires | à qui s'adresse l'action |
        pour qui | à qui s'adresse cette action | qui est concerné | personnes visées | personnes concernées |
        pour quel public
        """,
    ),
    _label(
        "territoire",
        "territoire",
        """
        territoire d'intervention | territoire concerné | territoires concernés | territoire | territoires |
        territoire visé | territoire d'application | territoire de l'action | couverture géographique | périmètre
        | périmètre géographique | périmètre d'intervention | zone géographique | secteur géographique | échelle
        territoriale | localisation | lieu | lieux | lieu de réalisation | lieux d'intervention | où | où cela se
        passe | commune | communes | communes concernées
        """,
    ),
    _label(
        "financement",
        "financement",
        """
        financement | financements | budget global prévisionnel | financeurs et montants | co-financements |
        budget prévisionnel | budget prévisionnel total | budget total | montant | financeur | budget | plan de
        financement | coût | coût estimatif | coût estimé | coût prévisionnel | coûts | estimation financière |
        financeurs | financeurs potentiels | sources de financement | modalités de financement | financement
        prévisionnel | financements mobilisables | financements envisagés | moyens financiers | ressources
        financières | budget estimatif | budget de l'action | montant HT | montant TTC | combien | combien cela
        coûte | combien ça coûte | crédits | enveloppe | quel budget | subvention demandée | aide demandée
        """,
    ),
    _label(
        "moyens",
        "moyens",
        """
        autres ressources mobilisables | moyens humains et techniques | moyens humains et matériels | ressources
        humaines | ressources humaines et techniques | moyens | moyens humains | moyens mobilisés | moyens à
        mobiliser | moyens nécessaires | moyens matériels | moyens techniques | ressources | ressources mobilisées
        | ressources à mobiliser | ressources mobilisables | ressources nécessaires | moyens et ressources | avec
        quels moyens | effectifs nécessaires | effectifs | moyens alloués
        """,
    ),
    _label(
        "indicateurs",
        "indicateurs",
        """
        principaux indicateurs d'évaluation retenus | indicateurs liés | indicateurs | indicateurs d'évaluation |
        indicateurs de suivi et d'évaluation | suivi et évaluation | évaluation | évaluation de l'action |
        critères d'évaluation | indicateurs retenus | indicateurs clés | critères et indicateurs | comment
        saurons-nous que ça marche | comment saura-t-on que c'est réussi | on mesurera | comment mesurer | à quoi
        verra-t-on que c'est réussi | preuve de réussite | preuves de réussite | à quoi verra-t-on le résultat |
        évaluation chiffrée | mesure des effets
        """,
    ),
    _label(
        "indicateurs_processus",
        "indicateurs de processus",
        """
        indicateurs de processus | indicateurs de suivi | indicateurs de réalisation | indicateurs d'activité |
        indicateurs de moyens
        """,
    ),
    _label(
        "indicateurs_resultat",
        "indicateurs de résultat",
        """
        indicateurs de résultats | indicateurs de résultat | indicateurs d'efficacité
        """,
    ),
    _label("indicateurs_impact", "indicateurs d'impact", "indicateur d'impact"),
    _label(
        "methode_evaluation",
        "méthode d'évaluation",
        """
        méthode d'évaluation envisagée | méthode d'évaluation | modalités d'évaluation | outils d'évaluation
        """,
    ),
    _label("lien_prs", "lien avec le projet régional de santé", "lien avec le projet régional de santé"),
    _label(
        "lien_prse",
        "lien avec le plan régional santé environnement",
        """
        lien avec le plan régional santé environnement 4 | lien avec le plan régional santé environnement
        """,
    ),
    _label(
        "determinants",
        "déterminants de santé",
        """
        déterminants de santé visés | déterminants de santé | axe stratégique de la charte d'Ottawa visé
        """,
    ),
    _label(
        "inegalites",
        "lutte contre les inégalités sociales de santé",
        """
        les objectifs de l'action visent-ils directement la lutte contre les inégalités sociales de santé ? |
        inégalités sociales de santé | lutte contre les inégalités sociales de santé | lutte contre les inégalités
        | réduction des inégalités sociales de santé | l'action réduit-elle les inégalités sociales de santé
        """,
    ),
    _label(
        "participation",
        "démarche participative",
        """
        y-a-t-il une démarche participative associant les citoyens ? | participation citoyenne | démarche
        participative | participation des habitants | participation des usagers | les usagers ont-ils été associés
        | les habitants ont-ils été associés
        """,
    ),
    _label("politiques_publiques", "politiques publiques", "politiques publiques concernées"),
    _label(
        "statut",
        "statut",
        """
        statut | statut de l'action | état d'avancement | avancement | état de l'action | où en est-on | état |
        degré d'avancement
        """,
    ),
    _label("priorite", "priorité", "niveau de priorité | priorité | degré de priorité | priorisation"),
)
