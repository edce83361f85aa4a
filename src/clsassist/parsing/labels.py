"""The only table of labels: how forms name their fields, and what of a form is never content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from clsassist.records import Role
from clsassist.text import Analyser, fold, squeeze

# Canonical key of a field whose label is in no list: it is kept under its own label.
UNKNOWN = "autre"


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
        structure en charge
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
        concrètement | les étapes | ce qu'il faut faire | ce qui est prévu | plan d'action | déroulement
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

NAMES: dict[str, str] = {label.key: label.name for label in LABELS} | {
    "objectifs": "objectifs",
    "autre": "autre",
}

# What people call by one word and forms split into several fields.
FAMILIES: dict[str, tuple[str, ...]] = {
    "objectifs": ("objectif_general", "objectifs_specifiques", "objectifs_operationnels"),
    "indicateurs": ("indicateurs", "indicateurs_processus", "indicateurs_resultat", "indicateurs_impact"),
    "etapes": ("etapes", "description"),
    "porteur": ("porteur",),
}

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
