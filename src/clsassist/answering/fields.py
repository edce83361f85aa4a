"""One field of one or several actions: its value as read, cited, or « non renseigné »."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clsassist.answering.lines import MOST_SHOWN, rest_lines
from clsassist.answering.not_found import answer_not_found
from clsassist.citing import as_text, field_to_pieces, in_quotes
from clsassist.conditions import bearing_word
from clsassist.evidence import Evidence
from clsassist.parsing.labels import FAMILIES, field_name, is_asked
from clsassist.question import Question
from clsassist.records import Action, Answer, AnswerStatus, Field, Involvement, Role, Status
from clsassist.segments import Segment
from clsassist.selection import Selection, select
from clsassist.text import Stems, find_sequence, fold
from clsassist.topic_search import Match
from clsassist.wording import action_name, capitalised, counted, joined

# Fields whose value is a list of organisations, and the roles that their lists give.
_ORGANISATION_ROLES = {"porteur": {Role.PORTEUR, Role.PILOTE}, "partenaires": {Role.PARTENAIRE}}
# What a reader wants first of an action that is only named.
_OVERVIEW = (
    "objectif_general",
    "objectifs_operationnels",
    "etapes",
    "porteur",
    "public",
    "calendrier",
    "territoire",
)
# Beyond this many, actions without a field are counted, not named.
_FEW = 3
# A stem so short may be that of many words.
_SHORT = 4
# Choices beyond this many are no help.
_MOST_CHOICES = 8


def answer_field(evidence: Evidence) -> Answer:
    """Give the field asked for, of every action that the question names."""
    question = evidence.question
    to_contact = question.to_contact and "partenaires" in question.fields
    if not question.selects and not to_contact:
        return _ask_which(evidence)
    selection = _with_somebody_to_contact(evidence) if to_contact else _named_actions(evidence)
    if selection.unknown or not selection.matches:
        return answer_not_found(evidence)
    several = ask_which_plan(evidence)
    if several:
        return several
    lines: list[str] = []
    filled: list[Action] = []
    for match in selection.matches:
        if len(filled) >= MOST_SHOWN:
            filled.extend([match.action] if _has_value(match.action, question) else [])
            continue
        value = _field_lines(match, evidence)
        if value:
            filled.append(match.action)
            lines.extend([_name(match.action, evidence), *value, ""])
    unsaid = _unsaid(filled, evidence)
    if unsaid:
        lines.insert(0, f"**{capitalised(joined(unsaid))} n'est pas précisé** ; la rubrique demandée, en entier :\n")
    lines.extend([*rest_lines(len(filled)), ""] if len(filled) > MOST_SHOWN else [])
    found = {action.id for action in filled}
    missing = [match.action for match in selection.matches if match.action.id not in found]
    if not filled:
        lines.append("**Les documents ne le disent pas** :")
    lines.extend(_missing_lines(missing, evidence))
    if not filled:
        lines.extend(_elsewhere_lines(missing, evidence))
    coverage = evidence.coverage(len(filled), len(missing), len(selection.matches))
    status = AnswerStatus.ANSWERED if filled else AnswerStatus.NOT_FOUND
    return evidence.answer("\n".join(lines), tuple(filled), status=status, coverage=coverage)


def _has_value(action: Action, question: Question) -> bool:
    fields = (found for key in question.fields for found in action_fields(action, key))
    return "titre" in question.fields or any(found.filled for found in fields)


def _with_somebody_to_contact(evidence: Evidence) -> Selection:
    """Return the actions asked about that still have somebody to contact, all of those asked about when none has."""
    selection = _named_actions(evidence)
    kept = tuple(
        match
        for match in selection.matches
        if any(held.status is Status.TO_CONTACT for held in match.action.involvements)
    )
    return replace(selection, matches=kept or selection.matches)


def _named_actions(evidence: Evidence) -> Selection:
    """Return the actions that a question about a field is about: by title when a title says its topics."""
    question = evidence.question
    topics = [topic for topic in question.strong_topics if not topic.negated]
    if question.follows or not topics or any(not topic.known for topic in topics):
        return evidence.selection
    titled = []
    for identifier, stems in evidence.registry.title_stems.items():
        text = f" {' '.join(stems)} "
        if all(any(f" {' '.join(form)} " in text for form in topic.forms) for topic in topics):
            titled.append(identifier)
    if not titled:
        return evidence.selection
    # An action whose very field speaks of the topic answers too, whatever its title.
    keys = {key for name in question.fields for key in FAMILIES.get(name, (name,))}
    spoken = [
        match.action.id
        for match in (*evidence.selection.matches, *evidence.selection.nearby)
        if any(proof.field_key in keys for proof in match.proofs)
    ]
    narrowed = replace(question, topics=(), titles=(*titled, *spoken))
    selection = select(narrowed, evidence.registry, evidence.lexicon, evidence.worth)
    answered = any(
        found.filled
        for match in selection.matches
        for key in question.fields
        for found in action_fields(match.action, key)
    )
    # A title that has not the field leaves its place to actions that speak of the topic and have it.
    return selection if answered or set(titled) >= _ids(evidence.selection) else evidence.selection


def _ids(selection: Selection) -> set[str]:
    return {match.action.id for match in selection.matches}


def _name(action: Action, evidence: Evidence) -> str:
    return action_name(action, evidence.registry.plans[action.document_id])


def _ask_which(evidence: Evidence) -> Answer:
    """Offer the plans when a question names a field and no action."""
    names = sorted({plan.name for plan in evidence.registry.plans.values()})
    asked = evidence.question.text.rstrip(" ?")
    choices = tuple(f"{asked} dans {name} ?" for name in names)
    wanted = joined([field_name(key) for key in evidence.question.fields])
    text = f"**De quelle action ?** Vous demandez : {wanted}. Précisez la fiche (numéro ou titre), le sujet ou le plan."
    return evidence.answer(text, status=AnswerStatus.AMBIGUOUS, choices=choices)


def _unsaid(actions: Sequence[Action], evidence: Evidence) -> list[str]:
    """Return what the question says beside the field of a numbered fiche, and that field does not: « élu référent »."""
    question = evidence.question
    if not question.numbers or not actions:
        return []
    shown = [found for action in actions for key in question.fields for found in action_fields(action, key)]
    said = {stem for found in shown for stem in evidence.analyser.stems(f"{found.label} {found.text}")}
    topics = [topic for topic in question.strong_topics if not topic.negated and not topic.fields]
    return [f"« {topic.words} »" for topic in topics if not any(set(form) <= said for form in topic.forms)]


def ask_which_plan(evidence: Evidence) -> Answer | None:
    """Offer the plans when a number alone (« la fiche 1 ») is that of fiches of more plans than can be read at once."""
    question, matches = evidence.question, evidence.selection.matches
    numbers_of: dict[str, set[str | None]] = {}
    for match in matches:
        numbers_of.setdefault(evidence.registry.plans[match.action.document_id].name, set()).add(match.action.number)
    plans = sorted(numbers_of)
    if not question.numbers or question.documents or question.titles or len(plans) <= _FEW:
        return None
    asked = question.text.rstrip(" ?")
    # « compare les fiches 1 et 2 »: a plan that has both is what is meant.
    whole = [name for name in plans if numbers_of[name] >= set(question.numbers)] or plans
    choices = tuple(f"{asked} dans {name} ?" for name in whole[:_MOST_CHOICES])
    numbers = joined(question.numbers)
    text = f"**De quel plan ?** {counted(len(matches), 'fiche')} de {len(plans)} plans portent le numéro {numbers}."
    return evidence.answer(text, status=AnswerStatus.AMBIGUOUS, choices=choices)


def _field_lines(match: Match, evidence: Evidence) -> list[str]:
    lines: list[str] = []
    if "titre" in evidence.question.fields:
        title = evidence.registry.title_segment(match.action)
        lines.append(f"- {title.label} : {in_quotes(title.quote)} {evidence.book.cite(title)}")
    for key in evidence.question.fields:
        named = bearing_word(action_fields(match.action, key), evidence.question.text, evidence.analyser)
        for found in named:
            if key == "role_porteur" and not _is_role_of_asked(found, evidence):
                continue
            lines.extend(field_lines(match.action, found, evidence, evidence.question))
            lines.extend(_paired_lines(match, found, evidence))
    return lines


def _paired_lines(match: Match, found: Field, evidence: Evidence) -> list[str]:
    """Give the pilots of the one sub-action asked about, when a plan aligns both lists by their order only."""
    steps = match.action.field("etapes")
    asked = [proof for proof in match.proofs if proof.field_key == "etapes"]
    if found.key != "porteur" or steps is None or not asked:
        return []
    if not 1 < len(steps.items) == len(found.items):
        return _inline_pilot_lines(match, steps, asked[0], evidence)
    for item, pilots in zip(steps.items, found.items, strict=True):
        if any(span.start <= asked[0].span.start < span.end for span in item.spans):
            mark = evidence.book.cite_span(match.action.id, found.key, found.label, pilots.spans[0])
            said = evidence.book.cite(asked[0])
            return [
                f"- Pour {in_quotes(item.text)} {said} : {as_text(pilots.text)} {mark} "
                "(d'après l'ordre des lignes du plan)."
            ]
    return []


def _inline_pilot_lines(match: Match, steps: Field, asked: Segment, evidence: Evidence) -> list[str]:
    """Give the pilot written beside the sub-action asked about: « (pilote par CPTS) », or on the bullet above it."""
    position = next(
        (
            place
            for place, item in enumerate(steps.items)
            if any(span.start <= asked.span.start < span.end for span in item.spans)
        ),
        None,
    )
    while position is not None:
        item = steps.items[position]
        pilots = [
            one
            for one in match.involvements_of(Role.PILOTE, "etapes")
            if any(span.start <= one.span.start < span.end for span in item.spans)
        ]
        if pilots:
            said = evidence.book.cite_span(match.action.id, steps.key, steps.label, item.spans[0])
            return [f"- Pour cette étape, pilote : {joined([one.organisation for one in pilots])} {said}"]
        position = item.parent
    return []


def _is_role_of_asked(found: Field, evidence: Evidence) -> bool:
    """Keep « Rôle de la CPTS pilote » when the question names the CPTS, and every role when it names nobody."""
    asked = evidence.question.organisations
    stems = f" {' '.join(evidence.analyser.stems(found.label))} "
    return not asked or any(f" {' '.join(form)} " in stems for one in asked for form in one.forms)


def action_fields(action: Action, key: str) -> list[Field]:
    """Return the fields of an action that a key, or a family of keys, covers."""
    keys = FAMILIES.get(key, (key,))
    return [found for found in action.fields if is_asked(found, keys)]


def field_lines(action: Action, found: Field, evidence: Evidence, question: Question) -> list[str]:
    """Write one field: organisations with their status, boxes ticked, or its items; nothing when it is empty."""
    if not found.filled:
        return []
    if found.key in _ORGANISATION_ROLES:
        return _organisation_lines(action, found, evidence, question)
    lines = [f"- {found.label} :"]
    for option in found.options:
        if option.ticked:
            words = " : ".join(filter(None, (option.label, option.typed)))
            group = f" ({option.group})" if option.group else ""
            mark = evidence.book.cite_span(action.id, found.key, found.label, option.span)
            lines.append(f"  - {as_text(words)}{group} {mark}")
    lines.extend(_box_remarks(action, found, evidence))
    lines.extend(_item_lines(action, found, evidence))
    return [f"- {found.label} : {lines[1].strip(' -')}"] if len(lines) == 2 else lines


def _box_remarks(action: Action, found: Field, evidence: Evidence) -> list[str]:
    """Say what a form contradicts: words typed behind an empty box, a family unticked above ticked members."""
    remarks = []
    families = {option.group for option in found.options if option.group and option.ticked}
    for option in found.options:
        heads = any(fold(option.label) in fold(family) for family in families)
        mark = f"{in_quotes(option.label)} {{}}"
        if option.ticked is None:
            remark = f"La case devant {mark} est illisible : état indéterminé."
        elif not option.ticked and option.typed:
            remark = f"{in_quotes(option.typed)} est écrit derrière {mark}, case **non cochée** : non retenu."
        elif not option.ticked and heads:
            remark = f"La case {mark} elle-même n'est **pas cochée**."
        else:
            continue
        cited = evidence.book.cite_span(action.id, found.key, found.label, option.span)
        remarks.append(f"  - {remark.format(cited)}")
    return remarks


def _about_topics(found: Field, evidence: Evidence) -> Field:
    """Keep only the items that say a topic of the question, when some do: « le contexte sur l'alcool »."""
    forms = [form for topic in evidence.question.strong_topics for form in (*topic.forms, *topic.narrower)]
    said = [
        item for item in found.items if any(find_sequence(form, evidence.analyser.content(item.text)) for form in forms)
    ]
    if not said or len(said) == len(found.items):
        return found
    return replace(found, items=tuple(replace(item, level=0, parent=None) for item in said))


def _item_lines(action: Action, found: Field, evidence: Evidence) -> list[str]:
    text = evidence.registry.sources[action.document_id].text
    found = _about_topics(found, evidence)
    pieces = list(field_to_pieces(found, text))
    marks = [(span, evidence.book.cite_span(action.id, found.key, found.label, span)) for span in pieces]
    lines = []
    for item in found.items:
        held = [
            mark for span, mark in marks if any(span.start <= own.start and own.end <= span.end for own in item.spans)
        ]
        lines.append(f"{'  ' * (item.level + 1)}- {as_text(item.text)} {''.join(held)}")
    return lines


def _organisation_lines(action: Action, found: Field, evidence: Evidence, question: Question) -> list[str]:
    """List the organisations of a field, apart those still to contact, and quote the list."""
    held = [
        involvement
        for involvement in action.involvements
        if involvement.field_key == found.key and involvement.role in _ORGANISATION_ROLES[found.key]
    ]
    if question.to_contact is not None:
        held = [one for one in held if (one.status is Status.TO_CONTACT) is question.to_contact]
    if not held:
        return [f"- {found.label} : aucun {'à contacter' if question.to_contact else 'engagé'} n'y est marqué."]
    engaged = [one for one in held if one.status is Status.ENGAGED]
    to_contact = [one for one in held if one.status is Status.TO_CONTACT]
    lines = []
    if engaged:
        lines.append(f"- {found.label} : {_names(engaged)} {_marks(action, found, engaged, evidence)}")
    if to_contact:
        count = counted(len(to_contact), "organisation")
        head = f"À contacter ({count} marquée{'s' if len(to_contact) > 1 else ''} d'un astérisque)"
        lines.append(f"- {head} : {_names(to_contact)} {_marks(action, found, to_contact, evidence)}")
    if any(one.open for one in held):
        lines.append("- Le document laisse cette liste ouverte.")
    return lines


def _names(held: list[Involvement]) -> str:
    return as_text(", ".join(dict.fromkeys(one.organisation for one in held)))


def _marks(action: Action, found: Field, held: list[Involvement], evidence: Evidence) -> str:
    """Cite the runs of the list that hold these organisations."""
    text = evidence.registry.sources[action.document_id].text
    marks = []
    # Asked for one kind of partners, quote only those; else quote the list as it stands.
    asked = evidence.question.to_contact
    wanted = None if asked is None else ("*",) if asked else ("",)
    for span in field_to_pieces(found, text, wanted):
        if any(span.start <= one.span.start and one.span.end <= span.end for one in held):
            marks.append(evidence.book.cite_span(action.id, found.key, found.label, span))
    return "".join(dict.fromkeys(marks))


def _missing_lines(missing: list[Action], evidence: Evidence) -> list[str]:
    """Tell an empty field, which is cited, from one that the form does not have."""
    wanted = joined([field_name(key) for key in evidence.question.fields])
    lines = []
    without = [a for a in missing if not any(action_fields(a, key) for key in evidence.question.fields)]
    if len(without) > _FEW:
        lines.append(f"- {counted(len(without), 'action')} n'ont pas de champ « {wanted} ».")
        kept = {action.id for action in without}
        missing = [action for action in missing if action.id not in kept]
    for action in missing[:MOST_SHOWN]:
        fields = [found for key in evidence.question.fields for found in action_fields(action, key)]
        if fields:
            mark = evidence.book.cite_span(action.id, fields[0].key, fields[0].label, fields[0].span)
            boxes = any(found.options for found in fields)
            reason = "aucune case cochée" if boxes else "non renseigné"
            lines.append(f"- {_name(action, evidence)} : {wanted}, **{reason}** {mark}")
        else:
            lines.append(f"- {_name(action, evidence)} : pas de champ « {wanted} » dans cette fiche.")
    if len(missing) > MOST_SHOWN:
        lines.append(
            f"- et {counted(len(missing) - MOST_SHOWN, 'autre action', 'autres actions')} sans cette information."
        )
    return lines


def _elsewhere_lines(actions: Sequence[Action], evidence: Evidence) -> list[str]:
    """Quote what the same fiches say of the matter outside the field that they lack: « Financer … : CPAM / ARS »."""
    keys = evidence.question.fields
    asked = [form for words in evidence.lexicon.fields if words.key in keys for form in words.stems]
    forms: list[Stems] = [form for form in asked if len(form) == 1 and len(form[0]) > _SHORT]
    forms += [form for one in evidence.question.organisations for form in one.forms]
    ids = {action.id for action in actions}
    if len(ids) > _FEW:
        return []
    said = [one for one in evidence.registry.segments_saying(forms) if one.owner in ids]
    said.sort(key=lambda one: -evidence.worth(one))
    lines = [f"- {one.label} : {in_quotes(one.quote)} {evidence.book.cite(one)}" for one in said[:_FEW]]
    return ["", "Ailleurs dans la fiche :" if len(ids) == 1 else "Ailleurs dans ces fiches :", *lines] if lines else []


def overview_lines(action: Action, evidence: Evidence) -> list[str]:
    """Present an action in a few fields."""
    lines = [_name(action, evidence)]
    if action.title_field in ("titre", "leviers"):
        lines[0] += f" {evidence.book.cite(evidence.registry.title_segment(action))}"
    for key in _OVERVIEW:
        for found in action_fields(action, key) if key != "etapes" else [f for f in action.fields if f.key == key]:
            lines.extend(field_lines(action, found, evidence, evidence.question))
    return lines
