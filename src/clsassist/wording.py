"""The French of the answers: numbers with their nouns, and what a question restricted, said in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from clsassist.citing import as_text
from clsassist.parsing.labels import field_name
from clsassist.question import STATED, Question, Topic
from clsassist.records import Action, Plan, Role, Status
from clsassist.understanding.patterns import DONE

_NOUNS = {"levier": ("levier", "leviers"), "fiche": ("fiche", "fiches")}

_YEAR_VERBS = {
    "": ("couvre", "couvrent"),
    "start": ("commence en", "commencent en"),
    "end": ("se termine en", "se terminent en"),
    "before": ("commence avant", "commencent avant"),
    "after": ("va au-delà de", "vont au-delà de"),
    "ended": ("est terminée en", "sont terminées en"),
    "stretch": ("a lieu entre", "ont lieu entre"),
    "any": ("couvre", "couvrent"),
}

# Singular and plural of what an organisation is to the actions; {} is its name.
_INVOLVED: dict[Role | None, tuple[str, str]] = {
    Role.PORTEUR: ("est portée ou pilotée par {}", "sont portées ou pilotées par {}"),
    Role.PILOTE: ("est portée ou pilotée par {}", "sont portées ou pilotées par {}"),
    Role.PARTENAIRE: ("a {} pour partenaire", "ont {} pour partenaire"),
    Role.FINANCEUR: ("cite {} dans son financement", "citent {} dans leur financement"),
    None: ("associe ou cite {}", "associent ou citent {}"),
}


# What an organisation must not be to the actions.
_NOT_INVOLVED: dict[Role, tuple[str, str]] = {
    Role.PORTEUR: ("n'est ni portée ni pilotée par {}", "ne sont ni portées ni pilotées par {}"),
    Role.PILOTE: ("n'est ni portée ni pilotée par {}", "ne sont ni portées ni pilotées par {}"),
    Role.PARTENAIRE: ("n'a pas {} pour partenaire", "n'ont pas {} pour partenaire"),
    Role.FINANCEUR: ("ne cite pas {} dans son financement", "ne citent pas {} dans leur financement"),
    Role.CITE: ("ne cite pas {}", "ne citent pas {}"),
}


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number and its noun.

    >>> counted(0, "action"), counted(1, "action"), counted(2, "action")
    ('0 action', '1 action', '2 actions')
    """
    return f"{count} {one if count < 2 else many or one + 's'}"


def joined(words: Sequence[str]) -> str:
    """Return an enumeration.

    >>> joined(["a", "b", "c"])
    'a, b et c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}" if words else ""


def nouns(question: Question) -> tuple[str, str]:
    """Return what the question calls actions, singular and plural."""
    return _NOUNS.get(question.kind, ("action", "actions"))


def restriction(question: Question, *, many: bool, absent: bool = False) -> str:
    """Say in one verb phrase what the question restricted actions to; '' when nothing.

    ``absent`` says that the fields asked to be empty are not in the forms at all.
    """
    form = int(many)
    parts = list(_organisation_restrictions(question, form))
    wanted = [topic for topic in question.strong_topics if not topic.negated and not topic.fields]
    if wanted:
        verb = ("mentionne", "mentionnent") if question.mentions else ("porte sur", "portent sur")
        parts.append(f"{verb[form]} {_joined_topics(wanted)}")
    parts.extend(_field_restrictions(question, form))
    parts.extend(_closed_restrictions(question, form, absent))
    parts.extend(_refusals(question, form))
    excluded = [f"« {topic.words} »" for topic in question.topics if topic.negated and not topic.fields]
    excluded += [f"« {one.words} »" for one in question.organisations if one.negated and one.role is None]
    excluded += [_left_out(question.exclusion, question.kind)] if question.exclusion else []
    text = joined(parts)
    if question.kind == "levier":
        text = text.replace("portée", "porté").replace("pilotée", "piloté")
    return f"{text}{', ' if text else ''}hors {joined(excluded)}" if excluded else text


def _left_out(exclusion: Question, kind: str) -> str:
    """Say what a question leaves out: « celles qui sont portées par l'ARS », or the words that name it."""
    said = restriction(exclusion, many=True)
    if said:
        return f"{'ceux' if kind == 'levier' else 'celles'} qui {said}"
    if exclusion.numbers:
        return f"{'la fiche' if len(exclusion.numbers) == 1 else 'les fiches'} {joined(exclusion.numbers)}"
    return f"« {exclusion.text.removeprefix('la fiche ')} »"


def _refusals(question: Question, form: int) -> Iterator[str]:
    """Yield what the actions must not be: « ne visent pas », « ne sont pas portées par »."""
    for topic in question.topics:
        if topic.negated and topic.ticked:
            yield f"n'{('a', 'ont')[form]} pas la case « {topic.words} » cochée"
        elif topic.negated and topic.fields == ("public",):
            yield f"ne {('vise', 'visent')[form]} pas « {topic.words} »"
        elif topic.negated and topic.fields:
            name = field_name(topic.fields[0])
            yield f"n'{('a', 'ont')[form]} pas « {topic.words} » dans le champ « {name} »"
    for one in question.organisations:
        if one.negated and one.role:
            yield _NOT_INVOLVED[one.role][form].format(f"« {one.words} »")


def denial(question: Question) -> str:
    """Say in one verb phrase that an action does not answer to the question.

    >>> from clsassist.question import Intent, Organisation
    >>> msa = Organisation("MSA", (("msa",),), role=Role.PARTENAIRE)
    >>> denial(Question("", Intent.FIELD, organisations=(msa,)))
    "n'a pas « MSA » pour partenaire"
    """
    topics = tuple(replace(topic, negated=not topic.negated) for topic in question.topics)
    organisations = tuple(replace(one, negated=not one.negated) for one in question.organisations)
    parts = list(_refusals(replace(question, topics=topics, organisations=organisations), 0))
    parts += [f"ne parle pas de « {topic.words} »" for topic in question.topics if not topic.fields]
    status = {None: "ne cite pas", True: "n'a pas à contacter", False: "n'a pas engagé"}[question.to_contact]
    parts += [f"{status} « {one.words} »" for one in question.organisations if not one.role]
    if question.years:
        parts.append(f"ne {_YEAR_VERBS[question.year_bound][0]} pas {joined([str(year) for year in question.years])}")
    parts += [_filled_words(key, not wanted, 0, absent=False) for key, wanted in question.filled if key in STATED]
    parts += [f"répond « {'Non' if wanted else 'Oui'} »" for _, wanted in question.answered_yes]
    return joined(parts) or "ne le dit pas"


def _organisation_restrictions(question: Question, form: int) -> Iterator[str]:
    """Yield what organisations are to the actions, those of one role together."""
    wanted = [one for one in question.organisations if not one.negated]
    if len(wanted) > 1 and len({one.words for one in wanted}) == 1 and wanted[-1].joined == "ou":
        name = f"« {wanted[0].words} »"
        yield " ou ".join(_INVOLVED[one.role][form].format(name) for one in wanted)
        return
    for role in dict.fromkeys(one.role for one in wanted):
        held = [one for one in wanted if one.role is role]
        names = [f"« {one.words} »" + (" seul" if one.alone else "") for one in held]
        either = any(one.joined == "ou" for one in held)
        said = _INVOLVED[role][form].format(" ou ".join(names) if either else joined(names))
        yield said + ("" if question.to_contact is None else " (à contacter)" if question.to_contact else " (engagé)")


def _joined_topics(topics: Sequence[Topic]) -> str:
    """Return topics with the words that join them: « jeunes » « médecins » ou « internes »."""
    said = ""
    for topic in topics:
        link = f" {topic.joined} " if topic.joined else ", "
        said += f"{link if said else ''}« {topic.words} »"
    return said


def _field_restrictions(question: Question, form: int) -> Iterator[str]:
    """Yield what must stand in a field: « ont « lycéens » pour public visé »."""
    bound = [topic for topic in question.topics if topic.fields and not topic.negated]
    boxes = [topic for topic in bound if topic.ticked]
    if boxes:
        box = ("la case", "cochée") if len(boxes) == 1 else ("les cases", "cochées")
        yield f"{('a', 'ont')[form]} {box[0]} {_joined_topics(boxes)} {box[1]}"
    written = [topic for topic in bound if not topic.ticked]
    for keys in dict.fromkeys(topic.fields for topic in written):
        held = [topic for topic in written if topic.fields == keys]
        if keys == ("public",):
            yield f"{('vise', 'visent')[form]} {_joined_topics(held)}"
        else:
            yield f"{('a', 'ont')[form]} {_joined_topics(held)} dans le champ « {field_name(keys[0])} »"


def _filled_words(key: str, wanted: bool, form: int, *, absent: bool) -> str:
    has = ("a", "ont")[form]
    if key in STATED:
        gives, one = ("donne", "donnent")[form], ("un montant" if key == "montant" else "une date")
        return f"{gives} {one}" if wanted else f"ne {gives} pas de {key}"
    if key == "numero":
        return ("porte un numéro", "portent un numéro")[form] if wanted else f"n'{has} pas de numéro"
    if absent:
        return f"n'{has} pas de champ « {field_name(key)} »"
    return f"{has} un champ « {field_name(key)} » {'renseigné' if wanted else 'non renseigné'}"


def _closed_restrictions(question: Question, form: int, absent: bool) -> list[str]:
    parts = []
    if question.years:
        verb = _YEAR_VERBS[question.year_bound][form]
        years = [str(year) for year in question.years]
        parts.append(f"{verb} {' ou '.join(years) if question.year_bound == 'any' else joined(years)}")
    for key, wanted in question.answered_yes:
        verb = ("répond", "répondent")[form]
        parts.append(f"{verb} « {'Oui' if wanted else 'Non'} » à la question « {field_name(key)} »")
    parts.extend(_filled_words(key, wanted, form, absent=absent) for key, wanted in question.filled)
    if question.listed:
        key, bound, number = question.listed
        names = ("partenaire", "partenaires") if key == "partenaires" else ("pilote ou porteur", "pilotes ou porteurs")
        noun = counted(number, *names)
        parts.append(f"{('a', 'ont')[form]} {bound} {'de ' if bound in ('plus', 'moins') else ''}{noun}")
    if question.objectives:
        parts.append(f"{('relève', 'relèvent')[form]} de l'objectif {joined(list(question.objectives))}")
    if question.axes:
        verb = ("relève", "relèvent")[form]
        parts.append(f"{verb} de l'axe {joined([str(axe) for axe in question.axes])}")
    return parts


def action_name(action: Action, plan: Plan) -> str:
    """Return an action as answers name it: title, plan, number."""
    number = f", fiche {action.number}" if action.number else ""
    return f"**{as_text(action.title)}** ({plan.name}{number})"


def role_words(role: Role, status: Status) -> str:
    """Return an organisation's part, in words."""
    words = {Role.FINANCEUR: "cité dans le financement", Role.CITE: "cité"}.get(role, role.value)
    return f"{words}, à contacter" if status is Status.TO_CONTACT else words


def yes(question: Question) -> str:
    """Return « Oui », or what a plan can only say when asked whether a thing is done: that it is planned."""
    return "Prévu, sans que le document dise si c'est fait" if DONE.search(question.text) else "Oui"


def capitalised(sentence: str) -> str:
    """Return a sentence with a capital first letter."""
    return sentence[:1].upper() + sentence[1:]
