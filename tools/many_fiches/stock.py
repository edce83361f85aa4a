"""The bounded stock that fiches are composed from: subjects, organisations, publics, and the words of the rest.

A passage is embedded under its title and its label, so each distinct (title, label, text) costs one embedding. Forty
titles, four families of labels and a few values a field keep them below 10,000 however many fiches are asked for.
Nothing here names a person or a real place; national bodies (ARS, CPAM…) are real, associations are invented.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """What one fiche is about: ``marker`` is written in one of its two ways of working, and in no other subject."""

    axe: int
    title: str
    need: str
    gain: str
    activities: tuple[str, str]
    marker: str
    marked: str


def _subject(axe: int, *words: str) -> Subject:
    title, need, gain, first, second, marker, marked = words
    return Subject(axe, title, need, gain, (first, second), marker, marked)


AXES = (
    "Faciliter l'accès aux soins",
    "Développer la promotion de la santé",
    "Prendre soin de la santé mentale",
    "Accompagner chaque âge de la vie",
    "Agir sur le cadre de vie",
)

SUBJECTS: tuple[Subject, ...] = (
    _subject(
        1, "Accueillir les internes en médecine générale", "un nombre de médecins en baisse depuis dix ans",
        "Donner envie aux futurs médecins de rester", "Recenser les lieux d'accueil",
        "Organiser une soirée de bienvenue à chaque semestre", "covoiturage",
        "Proposer un covoiturage entre les lieux de stage",
    ),
    _subject(
        1, "Créer un guichet unique pour l'installation des soignants", "des démarches longues et dispersées",
        "Simplifier l'installation des soignants", "Désigner un interlocuteur unique",
        "Rédiger un livret des démarches", "conciergerie", "Ouvrir une conciergerie pour les conjoints",
    ),
    _subject(
        1, "Déployer la téléconsultation assistée", "des délais de rendez-vous de plusieurs mois",
        "Réduire les délais d'accès à un spécialiste", "Équiper trois salles", "Former les infirmières volontaires",
        "pharmacie", "Installer une borne dans chaque pharmacie volontaire",
    ),
    _subject(
        1, "Organiser les soins non programmés", "un recours élevé aux urgences en soirée",
        "Répondre aux demandes sans passer par les urgences", "Établir un planning partagé",
        "Réserver des créneaux chaque jour", "régulation", "Financer un temps de régulation libérale",
    ),
    _subject(
        1, "Rapprocher les soins des communes éloignées", "un tiers des habitants à plus de vingt minutes d'un cabinet",
        "Aller vers les habitants qui renoncent aux soins", "Repérer les communes prioritaires",
        "Programmer des permanences mensuelles", "médicobus", "Faire circuler un médicobus deux jours par semaine",
    ),
    _subject(
        1, "Coordonner les sorties d'hospitalisation", "des retours à domicile mal préparés",
        "Éviter les ruptures dans le parcours du patient", "Nommer une référente dans chaque service",
        "Prévenir le médecin traitant avant la sortie", "messagerie", "Généraliser la messagerie sécurisée",
    ),
    _subject(
        1, "Soutenir les maisons de santé", "des équipes nouvelles qui demandent un appui",
        "Consolider l'exercice à plusieurs", "Réunir les équipes deux fois par an", "Partager un modèle de projet",
        "tutorat", "Mettre en place un tutorat entre équipes",
    ),
    _subject(
        1, "Faire connaître les droits en santé", "un taux de non-recours élevé à la complémentaire santé",
        "Faire valoir les droits de chaque habitant", "Former les agents d'accueil",
        "Tenir un stand lors des forums", "médiateur", "Recruter un médiateur en santé",
    ),
    _subject(
        2, "Bouger plus chaque jour", "une sédentarité en hausse chez les adultes",
        "Faire de l'activité physique une habitude", "Former des éducateurs", "Ouvrir des séances d'essai gratuites",
        "pédibus", "Lancer un pédibus dans chaque école volontaire",
    ),
    _subject(
        2, "Mieux manger à petit prix", "une alimentation déséquilibrée chez les ménages modestes",
        "Rendre les repas équilibrés accessibles", "Animer des ateliers de cuisine",
        "Distribuer un livret de recettes", "glanage", "Organiser un glanage avec les maraîchers",
    ),
    _subject(
        2, "Développer le dépistage des cancers", "une participation au dépistage inférieure à la moyenne régionale",
        "Augmenter la participation au dépistage", "Relancer les personnes concernées",
        "Former des ambassadeurs", "mammobile", "Accueillir le mammobile sur les marchés",
    ),
    _subject(
        2, "Relancer la vaccination", "une couverture vaccinale insuffisante des plus fragiles",
        "Améliorer la couverture vaccinale", "Organiser des séances dans les quartiers",
        "Vérifier les carnets lors des forums", "rattrapage", "Proposer un rattrapage en collège",
    ),
    _subject(
        2, "Agir contre le tabac", "une part élevée de fumeurs quotidiens",
        "Aider chacun à arrêter de fumer", "Former des professionnels au repérage",
        "Participer au mois sans tabac", "plage", "Baliser une plage sans fumée au bord du lac",
    ),
    _subject(
        2, "Promouvoir la santé des dents", "des caries fréquentes à l'entrée en primaire",
        "Faire du brossage une habitude", "Intervenir dans les écoles", "Remettre des kits de brossage",
        "fluor", "Diffuser une information sur le fluor",
    ),
    _subject(
        2, "Éduquer à la vie affective", "des questions nombreuses chez les collégiens",
        "Aborder la vie affective sans tabou", "Former les infirmières scolaires",
        "Animer trois séances par an", "marionnettes", "Faire tourner un spectacle de marionnettes",
    ),
    _subject(
        2, "Former aux gestes qui sauvent", "peu d'habitants formés au secours",
        "Rendre chaque habitant capable d'agir", "Proposer des initiations gratuites",
        "Former les élus volontaires", "défibrillateur", "Signaler chaque défibrillateur",
    ),
    _subject(
        3, "Repérer la souffrance psychique des jeunes", "des demandes en hausse chez les lycéens",
        "Repérer plus tôt le mal-être", "Former les adultes qui les entourent",
        "Ouvrir une écoute sans rendez-vous", "podcast", "Produire un podcast avec les lycéens",
    ),
    _subject(
        3, "Prévenir le suicide", "une mortalité supérieure à la moyenne nationale",
        "Réduire le nombre de tentatives", "Former des sentinelles", "Faire connaître le 3114",
        "recontact", "Créer un dispositif de recontact après l'hôpital",
    ),
    _subject(
        3, "Réduire les consommations d'alcool", "des ivresses répétées lors des fêtes",
        "Retarder les premières consommations", "Intervenir dans les lycées",
        "Accompagner les organisateurs de fêtes", "éthylotest", "Prêter un éthylotest aux comités des fêtes",
    ),
    _subject(
        3, "Limiter les écrans chez les enfants", "un usage précoce et quotidien des écrans",
        "Retrouver un usage mesuré des écrans", "Informer les parents",
        "Proposer une semaine de défi", "ludothèque", "Ouvrir la ludothèque le mercredi",
    ),
    _subject(
        3, "Animer le conseil local en santé mentale", "des acteurs qui se connaissent peu",
        "Décloisonner les pratiques", "Réunir une assemblée par an", "Installer une cellule de situations complexes",
        "pair-aidance", "Soutenir la pair-aidance",
    ),
    _subject(
        3, "Changer le regard sur le handicap psychique", "des préjugés tenaces",
        "Faire reculer les préjugés", "Participer aux semaines d'information",
        "Recueillir des témoignages", "théâtre-forum", "Jouer un théâtre-forum dans les salles communales",
    ),
    _subject(
        3, "Accompagner les deuils", "des familles isolées après un décès",
        "Offrir une écoute aux endeuillés", "Créer un groupe de parole", "Former des bénévoles",
        "funéraire", "Informer par les services du funéraire",
    ),
    _subject(
        3, "Prendre soin des soignants", "un épuisement signalé par les équipes",
        "Préserver la santé des soignants", "Proposer une écoute confidentielle",
        "Former les encadrants", "sophrologie", "Offrir des séances de sophrologie",
    ),
    _subject(
        4, "Prévenir les chutes à domicile", "des hospitalisations fréquentes après une chute",
        "Réduire le nombre de chutes graves", "Repérer les logements à risque",
        "Animer des ateliers d'équilibre", "ergothérapeute", "Financer la visite d'un ergothérapeute",
    ),
    _subject(
        4, "Rompre l'isolement des personnes âgées", "une personne âgée sur quatre sans visite",
        "Recréer du lien autour des aînés", "Former des visiteurs bénévoles",
        "Organiser des repas partagés", "triporteur", "Proposer des sorties en triporteur",
    ),
    _subject(
        4, "Offrir un répit aux aidants", "des aidants épuisés et peu repérés",
        "Donner du répit aux proches", "Cartographier les solutions de répit",
        "Animer un groupe d'échange", "baluchonnage", "Expérimenter le baluchonnage",
    ),
    _subject(
        4, "Accompagner les mille premiers jours", "des parents isolés à la naissance",
        "Soutenir les parents dès la grossesse", "Coordonner les sages-femmes",
        "Proposer des visites à domicile", "portage", "Animer des ateliers de portage",
    ),
    _subject(
        4, "Repérer les troubles du développement", "un diagnostic souvent tardif",
        "Orienter les enfants plus tôt", "Former les assistantes maternelles",
        "Diffuser une grille de repérage", "orthoptiste", "Associer une orthoptiste aux bilans",
    ),
    _subject(
        4, "Bien vivre à la retraite", "un passage à la retraite mal préparé",
        "Préparer la retraite comme une étape de santé", "Animer des réunions",
        "Proposer un bilan de prévention", "généalogie", "Tenir un atelier de généalogie",
    ),
    _subject(
        4, "Soutenir les parents d'adolescents", "des parents démunis devant les conflits",
        "Outiller les parents", "Ouvrir un lieu d'écoute", "Organiser des conférences",
        "café", "Tenir un café des parents",
    ),
    _subject(
        4, "Faciliter la santé des personnes handicapées", "des cabinets difficiles d'accès",
        "Rendre les soins accessibles à tous", "Recenser les cabinets adaptés",
        "Former les secrétaires médicales", "pictogrammes", "Traduire les consignes en pictogrammes",
    ),
    _subject(
        5, "Améliorer la qualité de l'air intérieur", "des bâtiments anciens peu ventilés",
        "Protéger les occupants des polluants", "Mesurer l'air des écoles", "Former les agents d'entretien",
        "radon", "Distribuer des détecteurs de radon",
    ),
    _subject(
        5, "Lutter contre l'habitat indigne", "des logements dégradés dans les bourgs",
        "Sortir les occupants de l'insalubrité", "Former les élus au repérage",
        "Réunir une cellule de signalement", "punaises", "Accompagner les foyers touchés par les punaises",
    ),
    _subject(
        5, "Faire face aux fortes chaleurs", "des étés de plus en plus chauds",
        "Protéger les plus fragiles en été", "Tenir un registre des personnes fragiles",
        "Appeler chaque personne inscrite", "brumisateurs", "Installer des brumisateurs",
    ),
    _subject(
        5, "Lutter contre les plantes allergisantes", "des allergies en hausse",
        "Réduire l'exposition aux pollens", "Former des référents", "Organiser des chantiers d'arrachage",
        "ambroisie", "Cartographier les foyers d'ambroisie",
    ),
    _subject(
        5, "Repérer les violences intrafamiliales", "des signalements en hausse",
        "Mieux protéger les victimes", "Former les accueillants", "Réunir le réseau chaque trimestre",
        "vétérinaires", "Sensibiliser les vétérinaires au repérage",
    ),
    _subject(
        5, "Rendre les aliments locaux accessibles", "une production locale peu consommée",
        "Rapprocher producteurs et habitants", "Recenser les producteurs", "Approvisionner les cantines",
        "épicerie", "Ouvrir une épicerie solidaire",
    ),
    _subject(
        5, "Intégrer la santé dans l'urbanisme", "des projets conçus sans regard de santé",
        "Faire de la santé un critère des projets", "Former les services",
        "Évaluer un projet par an", "ombrières", "Planter des ombrières sur les places",
    ),
    _subject(
        5, "Réduire le bruit au quotidien", "des nuisances autour des grands axes",
        "Préserver des lieux calmes", "Mesurer le bruit", "Former les gérants de salles",
        "casques", "Prêter des casques aux écoles de musique",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation: the name asked about, and the ways it is written in lists."""

    name: str
    written: tuple[str, ...]


# The first ones are met most.
BODIES: tuple[Body, ...] = (
    Body("ARS", ("ARS", "Agence régionale de santé (ARS)")),
    Body("CPAM", ("CPAM", "Caisse primaire d'assurance maladie (CPAM)")),
    Body("Conseil départemental", ("Conseil départemental",)),
    Body("CCAS", ("CCAS", "Centre communal d'action sociale (CCAS)")),
    Body("MSA", ("MSA", "Mutualité sociale agricole (MSA)")),
    Body("CPTS", ("CPTS", "Communauté professionnelle territoriale de santé (CPTS)")),
    Body("Éducation nationale", ("Éducation nationale",)),
    Body("CAF", ("CAF", "Caisse d'allocations familiales (CAF)")),
    Body("Mission locale", ("Mission locale",)),
    Body("DAC", ("DAC", "Dispositif d'appui à la coordination (DAC)")),
    Body("Mutualité française", ("Mutualité française",)),
    Body("France Travail", ("France Travail",)),
    Body("Préfecture", ("Préfecture",)),
    Body("Association Les Passerelles", ("Association Les Passerelles",)),
    Body("Office de tourisme", ("Office de tourisme",)),
    Body("Association Le Fil bleu", ("Association Le Fil bleu",)),
    Body("Maison de l'emploi", ("Maison de l'emploi",)),
    Body("Association Santé Horizon", ("Association Santé Horizon",)),
    Body("Association Grain de sel", ("Association Grain de sel",)),
    Body("Association Clairvoie", ("Association Clairvoie",)),
    Body("Atelier Mille Pas", ("Atelier Mille Pas",)),
    Body("Réseau Vivance", ("Réseau Vivance",)),
    Body("Collectif Bel Âge", ("Collectif Bel Âge",)),
    Body("Association Tournesol", ("Association Tournesol",)),
)

# Bodies that lead actions, a few that only pay, and one that never takes part: its questions have no answer.
LEADERS = ("Conseil départemental", "CPTS", "CCAS", "MSA", "Mutualité française", "Association Les Passerelles",
           "Association Le Fil bleu", "Association Clairvoie", "Réseau Vivance", "Collectif Bel Âge")  # fmt: skip
FUNDERS = ("ARS", "CPAM", "Conseil départemental", "CAF")
ABSENT_BODY = "Chambre d'agriculture"

PUBLICS = (
    "Jeunes enfants (0 à 6 ans)", "Enfants (7 à 11 ans)", "Adolescents (12 à 15 ans)",
    "Jeunes adultes (16 à 25 ans)", "Adultes (26 à 65 ans)", "Personnes âgées (>65 ans)", "Professionnels",
)  # fmt: skip
TYPES = ("Nouvelle action", "Action expérimentale", "Action innovante", "Action existante (adaptation, extension)")
PRS = (
    "Axe 1 : Prévention", "Axe 2 : Soins de proximité", "Axe 3 : Ressources humaines en santé",
    "Axe 5 : Autonomie et social", "Axe 7 : Innovation", "Hors objectifs PRS",
)  # fmt: skip
PRSE = (
    "Axe 1 : Des modes de vie favorables à la santé", "Axe 2 : Un aménagement favorable à la santé",
    "Axe 3 : Une seule santé", "Hors PRSE 4",
)  # fmt: skip
DETERMINANTS = (
    "Accessibilité (géographique, financière, socio-culturelle)", "Acquisition de comportements favorables à la santé",
    "Utilisation des services de santé", "Environnement physique", "Intégration sociale", "Niveau d'éducation",
)  # fmt: skip
TERRITORIES = ("Territoire du CLS", "Communes rurales du territoire", "Quartiers prioritaires du territoire")
REFERENTS = ("Coordinatrice du contrat", "Chargée de mission santé")
BUDGETS = (4_500, 12_000, 27_500, 60_000)
RESOURCES = ("Temps de coordination et salle prêtée", "Un mi-temps de chargée de mission")
POLICIES = ("Pacte territoire santé", "Politique de la ville")
STATES = ("À venir", "En cours", "Réalisé")
PRIORITIES = ("Élevé", "Moyen", "Bas")
METHODS = ("Questionnaire de satisfaction et feuilles de présence", "Bilan annuel présenté au comité de pilotage")
CONTEXTS = (
    "Les acteurs rencontrés demandent une réponse commune.",
    "Cette action prolonge une première expérience jugée utile.",
)
PROCESS = ("Nombre de réunions tenues", "Typologie des participants", "Nombre de supports diffusés")
IMPACT = "Évolution constatée à la fin du contrat"

# Pieces of places: « Val-de-Vermouse », « Pays de Talmière ».
ONSETS = ("Ver", "Tal", "Bro", "Cha", "Fon", "Gri", "Lor", "Mal", "Nau", "Pri", "Que", "Ros", "Sau", "Tré",
          "Uzé", "Bel", "Dam", "Épi", "Fla", "Gué", "Har", "Jou", "Lan", "Mir", "Oli", "Pla", "Rié", "Sem", "Tur",
          "Vau")  # fmt: skip
MIDDLES = ("mou", "ti", "la", "ve", "do", "ni", "gué", "ra", "si", "bo", "che", "lan")
ENDINGS = ("se", "lle", "mière", "nac", "zon", "court", "vigne", "ssac", "rain", "dre", "tal", "quay")
KINDS = ("Val-de-{}", "Pays de {}", "Haut-{}", "Plaine de {}", "Vallée de {}", "Grand-{}")
