"""The shapes of the HTTP API, described in French for the people who will read its documentation."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from clsassist.web.asking import MAX_PREVIOUS

# One page of a list.
DEFAULT_LIMIT = 50
MAX_LIMIT = 200

_QUESTION = "Où la MSA est-elle partenaire ?"
_FOLLOW_UP = "Et l'ARS ?"

_ACTION: dict[str, Any] = {
    "id": "annuaire:1",
    "document": "annuaire.docx",
    "number": "1",
    "title": "Annuaire des actions et des acteurs",
    "plan": "CLS du Pays d'exemple 2025-2029",
}
_SUMMARY: dict[str, Any] = {
    **_ACTION,
    "axe": "Axe 1 : Accès aux soins",
    "objectif": "Faire connaître les acteurs du territoire",
    "thematique": "Accès aux soins",
    "first_year": 2025,
    "last_year": 2029,
    "page": 3,
    "filters": {"plan": ["cls-du-pays-d-exemple-2025-2029"], "partenaire": ["msa", "cpam"], "public": []},
    "url": "/api/v1/actions/annuaire%3A1",
}
_CITATION: dict[str, Any] = {
    "n": 1,
    "document": "annuaire.docx",
    "action": "annuaire:1",
    "number": "1",
    "field": "partenaires",
    "label": "Partenaire(s)",
    "page": 3,
    "start": 1204,
    "end": 1207,
    "quote": "MSA",
}
_ANSWER: dict[str, Any] = {
    "question": _QUESTION,
    "status": "answered",
    "text": "**1 action sur 34 a « MSA » pour partenaire**.\n\n1. **Annuaire des actions et des acteurs** [1]",
    "actions": [_ACTION],
    "citations": [_CITATION],
    "coverage": {"actions": 34, "matching": 1, "field_missing": 4, "unreadable_documents": 0},
    "elapsed_ms": 24.318,
    "choices": ["Qui pilote cette action ?"],
}


class Problem(BaseModel):
    """Une erreur, dite en français."""

    model_config = ConfigDict(title="Erreur")

    detail: Annotated[str, Field(description="Ce qui s'est passé, et quoi faire.")]


class Asked(BaseModel):
    """Une question, et celles qui la précèdent dans la même conversation."""

    model_config = ConfigDict(
        title="Question",
        extra="forbid",
        json_schema_extra={"examples": [{"question": _FOLLOW_UP, "previous": [_QUESTION]}]},
    )

    question: Annotated[str, Field(description="La question, en français courant.")]
    previous: Annotated[
        tuple[str, ...],
        Field(
            max_length=MAX_PREVIOUS,
            description=f"Les questions précédentes, de la plus ancienne à la plus récente ({MAX_PREVIOUS} au plus). "
            "Elles sont reposées dans l'ordre, pour que « et l'ARS ? » soit compris ; seule la dernière réponse est "
            "donnée. Une question précédente qui ne peut pas être posée fait échouer la requête.",
        ),
    ] = ()


class ActionRefOut(BaseModel):
    """Une action de l'ensemble que la réponse affirme."""

    model_config = ConfigDict(title="Action citée")

    id: Annotated[str, Field(description="Identifiant, pour /api/v1/actions/{id}.")]
    document: Annotated[str, Field(description="Chemin du document, relatif au dossier indexé.")]
    number: Annotated[str | None, Field(description="Numéro de la fiche tel qu'écrit, ou null.")]
    title: Annotated[str, Field(description="Titre de l'action.")]
    plan: Annotated[str, Field(description="Plan ou contrat dont elle fait partie.")]


class CitationOut(BaseModel):
    """Une preuve : « quote » est le texte même du document, de « start » à « end »."""

    model_config = ConfigDict(title="Citation")

    n: Annotated[int, Field(description="Numéro de la citation : [n] dans le texte de la réponse.")]
    document: Annotated[str, Field(description="Chemin du document.")]
    action: Annotated[str | None, Field(description="Identifiant de l'action ; null pour une partie hors fiche.")]
    number: Annotated[str | None, Field(description="Numéro de la fiche.")]
    field: Annotated[str, Field(description="Clé de la rubrique, par exemple « partenaires ».")]
    label: Annotated[str, Field(description="Libellé de la rubrique tel qu'écrit.")]
    page: Annotated[int | None, Field(description="Page, pour les formats qui en ont.")]
    start: Annotated[int, Field(description="Début de la citation dans le texte du document, en caractères.")]
    end: Annotated[int, Field(description="Fin (exclue) de la citation.")]
    quote: Annotated[str, Field(description="Les mots cités, à la lettre.")]


class CoverageOut(BaseModel):
    """Le dénominateur de la réponse."""

    model_config = ConfigDict(title="Dénominateur")

    actions: Annotated[int, Field(description="Actions examinées.")]
    matching: Annotated[int, Field(description="Actions qui correspondent.")]
    field_missing: Annotated[int, Field(description="Actions sans la rubrique demandée.")]
    unreadable_documents: Annotated[int, Field(description="Documents qui n'ont pas pu être lus.")]


class AnswerOut(BaseModel):
    """Une réponse complète : la forme de « clsassist ask --json », et les questions proposées pour la suite."""

    model_config = ConfigDict(title="Réponse", json_schema_extra={"examples": [_ANSWER]})

    question: Annotated[str, Field(description="La question posée.")]
    status: Annotated[str, Field(description="« answered » (répondu), « not_found » (pas trouvé) ou « ambiguous ».")]
    text: Annotated[str, Field(description="La réponse en Markdown ; [n] renvoie à une citation.")]
    actions: Annotated[
        list[ActionRefOut], Field(description="L'ensemble d'actions que la réponse affirme, rien d'autre.")
    ]
    citations: Annotated[list[CitationOut], Field(description="Les preuves.")]
    coverage: Annotated[CoverageOut, Field(description="Le dénominateur.")]
    elapsed_ms: Annotated[float, Field(description="Temps de calcul, en millisecondes.")]
    choices: Annotated[
        list[str], Field(description="Questions proposées : précisions si l'état est « ambiguous », sinon suites.")
    ]


class ActionSummary(ActionRefOut):
    """Une action dans une liste."""

    model_config = ConfigDict(title="Action résumée", json_schema_extra={"examples": [_SUMMARY]})

    axe: Annotated[str | None, Field(description="Axe du plan.")]
    objectif: Annotated[str | None, Field(description="Objectif du plan.")]
    thematique: Annotated[str | None, Field(description="Thématique du plan.")]
    first_year: Annotated[int | None, Field(description="Première année, si elle est dite.")]
    last_year: Annotated[int | None, Field(description="Dernière année, si elle est dite.")]
    page: Annotated[int | None, Field(description="Page où commence la fiche.")]
    filters: Annotated[
        dict[str, list[str]], Field(description="Pour chaque filtre de la liste, les valeurs qui trouvent cette fiche.")
    ]
    url: Annotated[str, Field(description="Adresse de l'action entière dans cette interface.")]


class Page(BaseModel):
    """Une page d'une liste."""

    total: Annotated[int, Field(description="Nombre d'éléments en tout, une fois filtrés.")]
    limit: Annotated[int, Field(description="Nombre d'éléments par page.")]
    offset: Annotated[int, Field(description="Rang du premier élément de la page, depuis 0.")]
    next: Annotated[str | None, Field(description="Adresse de la page suivante ; null sur la dernière.")]


_Several = tuple[str, ...]


class ActionQuery(BaseModel):
    """Ce qu'une liste de fiches garde."""

    model_config = ConfigDict(title="Filtres", extra="forbid")

    q: Annotated[
        str, Field(max_length=200, description="Mots à trouver dans la fiche, tous.", examples=["télémédecine"])
    ] = ""
    plan: Annotated[_Several, Field(description="Plan, répétable.")] = ()
    axe: Annotated[_Several, Field(description="Axe, tel que donné par « filters », répétable.")] = ()
    porteur: Annotated[_Several, Field(description="Porteur ou pilote, alias compris, répétable.")] = ()
    partenaire: Annotated[_Several, Field(description="Partenaire, alias compris, répétable.", examples=["MSA"])] = ()
    public: Annotated[_Several, Field(description="Public visé, répétable.")] = ()
    territoire: Annotated[_Several, Field(description="Territoire, répétable.")] = ()
    annee: Annotated[_Several, Field(description="Année couverte, répétable.")] = ()
    statut: Annotated[_Several, Field(description="Statut, répétable.")] = ()
    vide: Annotated[_Several, Field(description="Rubrique non renseignée, répétable.")] = ()
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="Nombre d'éléments par page.")] = DEFAULT_LIMIT
    offset: Annotated[int, Field(ge=0, description="Rang du premier élément, depuis 0.")] = 0


class ActionPage(Page):
    """Une page d'actions, dans l'ordre des documents puis des fiches."""

    model_config = ConfigDict(title="Page d'actions")

    items: Annotated[list[ActionSummary], Field(description="Les actions de la page.")]


class ItemOut(BaseModel):
    """Une phrase, une puce ou une ligne d'une rubrique."""

    model_config = ConfigDict(title="Élément")

    text: Annotated[str, Field(description="Le texte, nettoyé pour la lecture.")]
    level: Annotated[int, Field(description="Niveau de la puce : 0 pour la plus à gauche.")]
    mark: Annotated[str, Field(description="« * » pour un partenaire à contacter, sinon vide.")]
    page: Annotated[int | None, Field(description="Page.")]
    spans: Annotated[list[tuple[int, int]], Field(description="Morceaux de texte du document : [début, fin].")]


class OptionOut(BaseModel):
    """Une case à cocher."""

    model_config = ConfigDict(title="Case")

    label: Annotated[str, Field(description="Le libellé de la case.")]
    ticked: Annotated[bool | None, Field(description="Cochée, non cochée, ou null si le fichier ne le dit pas.")]
    group: Annotated[str | None, Field(description="Le groupe de cases dont elle fait partie.")]
    typed: Annotated[str, Field(description="Ce qui est écrit derrière la case (« Autre : … »).")]
    page: Annotated[int | None, Field(description="Page.")]
    start: Annotated[int, Field(description="Début dans le texte du document.")]
    end: Annotated[int, Field(description="Fin (exclue) dans le texte du document.")]


class FieldOut(BaseModel):
    """Une rubrique d'une fiche, telle que lue."""

    model_config = ConfigDict(title="Rubrique")

    field: Annotated[str, Field(description="Clé de la rubrique ; « autre » pour un libellé inconnu.")]
    label: Annotated[str, Field(description="Libellé tel qu'écrit.")]
    text: Annotated[str, Field(description="Le texte ; vide quand la rubrique n'est pas renseignée.")]
    page: Annotated[int | None, Field(description="Page.")]
    inherited: Annotated[bool, Field(description="Écrite une fois, au-dessus de plusieurs fiches.")]
    start: Annotated[int, Field(description="Début dans le texte du document.")]
    end: Annotated[int, Field(description="Fin (exclue) dans le texte du document.")]
    items: Annotated[list[ItemOut], Field(description="Les éléments de la rubrique.")]
    options: Annotated[list[OptionOut], Field(description="Les cases de la rubrique.")]


class InvolvedOut(BaseModel):
    """La part d'une organisation dans une action."""

    model_config = ConfigDict(title="Implication")

    name: Annotated[str, Field(description="Nom tel qu'écrit.")]
    role: Annotated[str, Field(description="« porteur », « pilote », « partenaire », « financeur » ou « cité ».")]
    status: Annotated[str, Field(description="« engagé » ou « à contacter ».")]
    open: Annotated[bool, Field(description="La liste est laissée ouverte par le document (« les CPTS … »).")]
    field: Annotated[str, Field(description="Clé de la rubrique où elle est nommée.")]
    page: Annotated[int | None, Field(description="Page.")]
    start: Annotated[int, Field(description="Début dans le texte du document.")]
    end: Annotated[int, Field(description="Fin (exclue) dans le texte du document.")]


class ActionOut(BaseModel):
    """Une action entière : la forme de « clsassist show --json »."""

    model_config = ConfigDict(title="Action")

    id: Annotated[str, Field(description="Identifiant.")]
    document: Annotated[str, Field(description="Chemin du document.")]
    plan: Annotated[str, Field(description="Plan ou contrat.")]
    number: Annotated[str | None, Field(description="Numéro de la fiche tel qu'écrit.")]
    title: Annotated[str, Field(description="Titre.")]
    axe: Annotated[str | None, Field(description="Axe.")]
    objectif: Annotated[str | None, Field(description="Objectif.")]
    thematique: Annotated[str | None, Field(description="Thématique.")]
    first_year: Annotated[int | None, Field(description="Première année.")]
    last_year: Annotated[int | None, Field(description="Dernière année.")]
    page: Annotated[int | None, Field(description="Page où commence la fiche.")]
    fields: Annotated[list[FieldOut], Field(description="Les rubriques, dans l'ordre du formulaire.")]
    organisations: Annotated[list[InvolvedOut], Field(description="Les organisations et leur part.")]


class PartnerSummary(BaseModel):
    """Une organisation, et le nombre d'actions où elle intervient."""

    model_config = ConfigDict(
        title="Organisation",
        json_schema_extra={
            "examples": [
                {
                    "name": "MSA",
                    "long_form": "Mutualité sociale agricole",
                    "written": ["MSA", "MSA d'Alsace"],
                    "actions": 4,
                    "parts": {"Partenaire": 3, "Partenaire à contacter": 1},
                    "url": "/api/v1/partners/MSA",
                }
            ]
        },
    )

    name: Annotated[str, Field(description="Nom sous lequel elle est rangée.")]
    long_form: Annotated[str, Field(description="Ce que veut dire le sigle, s'il est connu ; sinon vide.")]
    written: Annotated[list[str], Field(description="Ses noms tels qu'écrits, le plus fréquent d'abord.")]
    actions: Annotated[int, Field(description="Nombre d'actions où elle intervient.")]
    parts: Annotated[dict[str, int], Field(description="Ce nombre, selon sa part la plus forte dans chaque action.")]
    url: Annotated[str, Field(description="Adresse de ses engagements dans cette interface.")]


class PartnerPage(Page):
    """Une page d'organisations, par ordre alphabétique."""

    model_config = ConfigDict(title="Page d'organisations")

    items: Annotated[list[PartnerSummary], Field(description="Les organisations de la page.")]


class WarningOut(BaseModel):
    """Un point à vérifier dans un document."""

    model_config = ConfigDict(title="Remarque de lecture")

    message: Annotated[str, Field(description="La remarque.")]
    line: Annotated[int | None, Field(description="Ligne du fichier.")]
    page: Annotated[int | None, Field(description="Page.")]


class DocumentSummary(BaseModel):
    """Un document lu."""

    model_config = ConfigDict(title="Document")

    path: Annotated[str, Field(description="Chemin, relatif au dossier indexé.")]
    title: Annotated[str | None, Field(description="Titre du document.")]
    plan: Annotated[str, Field(description="Plan ou contrat dont il fait partie.")]
    plan_deduced: Annotated[str, Field(description="D'où le plan est déduit, quand aucune page de titre ne le dit.")]
    territoire: Annotated[str | None, Field(description="Territoire du plan.")]
    first_year: Annotated[int | None, Field(description="Première année du plan.")]
    last_year: Annotated[int | None, Field(description="Dernière année du plan.")]
    dated: Annotated[str | None, Field(description="Date que le document se donne (« Janvier 2021 »).")]
    status: Annotated[str | None, Field(description="État imprimé (« Projet voté »).")]
    sha256: Annotated[str, Field(description="Empreinte du fichier lu.")]
    actions: Annotated[int, Field(description="Nombre d'actions.")]
    url: Annotated[str, Field(description="Adresse du document dans cette interface.")]
    file: Annotated[
        str | None,
        Field(description="Adresse du fichier d'origine ; null quand le service masque les données personnelles."),
    ]


class UnreadOut(BaseModel):
    """Un fichier qui n'a pas pu être lu."""

    model_config = ConfigDict(title="Fichier illisible")

    path: Annotated[str, Field(description="Chemin.")]
    reason: Annotated[str, Field(description="Pourquoi.")]


class DocumentList(BaseModel):
    """Les documents lus, et les fichiers qui n'ont pas pu l'être."""

    model_config = ConfigDict(title="Documents")

    total: Annotated[int, Field(description="Nombre de documents lus.")]
    items: Annotated[list[DocumentSummary], Field(description="Les documents, par chemin.")]
    unreadable: Annotated[list[UnreadOut], Field(description="Les fichiers illisibles, avec la raison.")]


class DocumentOut(DocumentSummary):
    """Un document lu, avec ses actions et le texte où les positions des citations se vérifient."""

    model_config = ConfigDict(title="Document entier")

    warnings: Annotated[list[WarningOut], Field(description="Ce qu'il faut vérifier, d'après la lecture.")]
    items: Annotated[list[ActionSummary], Field(description="Ses actions, dans l'ordre.")]
    text: Annotated[
        str | None,
        Field(description="Le texte lu, si « text=true » : « text[start:end] » est la citation ; sinon null."),
    ]


class MentionOut(BaseModel):
    """Une part de l'organisation dans une action, et les mots du document qui la donnent."""

    model_config = ConfigDict(title="Mention")

    role: Annotated[str, Field(description="« porteur », « pilote », « partenaire », « financeur » ou « cité ».")]
    status: Annotated[str, Field(description="« engagé » ou « à contacter ».")]
    organisation: Annotated[str, Field(description="Nom tel qu'écrit.")]
    label: Annotated[str, Field(description="Rubrique où elle est nommée.")]
    quote: Annotated[str, Field(description="Les mots cités, à la lettre.")]
    start: Annotated[int, Field(description="Début dans le texte du document.")]
    end: Annotated[int, Field(description="Fin (exclue) dans le texte du document.")]
    page: Annotated[int | None, Field(description="Page.")]
    open: Annotated[bool, Field(description="La liste est laissée ouverte par le document.")]


class PublishedOut(BaseModel):
    """Ce qu'une rubrique dit, tel que publié."""

    model_config = ConfigDict(title="Publié")

    label: Annotated[str, Field(description="Libellé de la rubrique.")]
    text: Annotated[str, Field(description="Ce qui y est écrit.")]
    start: Annotated[int, Field(description="Début dans le texte du document.")]
    end: Annotated[int, Field(description="Fin (exclue) dans le texte du document.")]
    page: Annotated[int | None, Field(description="Page.")]


class CommitmentOut(BaseModel):
    """Une action où l'organisation apparaît."""

    model_config = ConfigDict(title="Engagement")

    part: Annotated[str, Field(description="Sa part la plus forte dans cette action.")]
    action: Annotated[str, Field(description="Identifiant de l'action.")]
    number: Annotated[str | None, Field(description="Numéro de la fiche.")]
    title: Annotated[str, Field(description="Titre de l'action.")]
    plan: Annotated[str, Field(description="Plan ou contrat.")]
    document: Annotated[str, Field(description="Chemin du document.")]
    first_year: Annotated[int | None, Field(description="Première année.")]
    last_year: Annotated[int | None, Field(description="Dernière année.")]
    mentions: Annotated[list[MentionOut], Field(description="Toutes ses parts, avec leurs preuves.")]
    calendar: Annotated[list[PublishedOut], Field(description="Le calendrier de l'action, tel que publié.")]
    contacts: Annotated[list[PublishedOut], Field(description="Les contacts de l'action, tels que publiés.")]
    duties: Annotated[list[PublishedOut], Field(description="Ce que la fiche dit de son rôle.")]


class NameOut(BaseModel):
    """Un nom des documents pris pour l'organisation demandée."""

    model_config = ConfigDict(title="Nom retenu")

    written: Annotated[str, Field(description="Le nom tel qu'écrit.")]
    actions: Annotated[int, Field(description="Nombre d'actions où il figure.")]
    reason: Annotated[str, Field(description="Pourquoi il est retenu.")]


class ChoiceOut(BaseModel):
    """Une des organisations que le nom peut désigner."""

    model_config = ConfigDict(title="Précision possible")

    label: Annotated[str, Field(description="Le choix, en clair.")]
    organisation: Annotated[str, Field(description="Le nom à demander.")]
    plan: Annotated[str, Field(description="Le plan auquel se limiter ; vide pour tous.")]
    actions: Annotated[int, Field(description="Nombre d'actions.")]


class PartnerOut(BaseModel):
    """Les engagements d'une organisation."""

    model_config = ConfigDict(title="Engagements")

    asked: Annotated[str, Field(description="Le nom demandé.")]
    name: Annotated[str, Field(description="Le nom sous lequel elle est connue.")]
    long_form: Annotated[str, Field(description="Ce que veut dire le sigle, s'il est connu ; sinon vide.")]
    plan: Annotated[str, Field(description="Le plan auquel la recherche est limitée ; vide pour tous.")]
    examined: Annotated[int, Field(description="Nombre d'actions examinées.")]
    names: Annotated[list[NameOut], Field(description="Les noms des documents retenus, et pourquoi.")]
    choices: Annotated[list[ChoiceOut], Field(description="Les précisions possibles, si le nom est ambigu.")]
    commitments: Annotated[list[CommitmentOut], Field(description="Ses engagements, la part la plus forte d'abord.")]
