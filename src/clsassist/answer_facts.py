"""Answers that are not lists of actions: help, the corpus itself, definitions, counts, figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clsassist.citing import in_quotes, owner_title
from clsassist.evidence import Evidence, scope_words
from clsassist.lexicon import Acronym
from clsassist.not_found import answer_not_found
from clsassist.question import Question, Topic
from clsassist.records import Action, Answer, AnswerStatus, Role, Status
from clsassist.segments import Segment
from clsassist.text import find_sequence, fold
from clsassist.topic_search import topic_segments
from clsassist.wording import action_name, capitalised, counted, nouns, restriction

_MOST_FIGURES = 3
_MOST_USES = 3
_NUMBER = re.compile(r"\d")


def answer_help(evidence: Evidence) -> Answer:
    """Greet and say what can be asked, with examples that have an answer."""
    total = len(evidence.registry.actions)
    lines = [
        f"Bonjour ! Je réponds aux questions sur {counted(total, 'action')} de "
        f"{counted(len(evidence.registry.documents), 'document')}, et je cite toujours ma source. Par exemple :",
        "",
        *[f"- {starter}" for starter in evidence.starters],
    ]
    return evidence.answer("\n".join(lines), choices=evidence.starters)


def answer_about(evidence: Evidence) -> Answer:
    """List the documents: plan, date, number of actions."""
    registry = evidence.registry
    wanted = evidence.question.documents or frozenset(registry.documents)
    lines = [f"**{counted(len(wanted), 'document')} dans le corpus** :" if wanted else "", ""]
    for identifier, document in registry.documents.items():
        if identifier in wanted:
            plan = registry.plans[identifier]
            count = sum(1 for action in registry.actions.values() if action.document_id == identifier)
            dated = registry.dates[identifier]
            when = f", daté de {dated.lower()}" if dated else ""
            lines.append(f"- {document.path} : {plan.name}{when}, {counted(count, 'action')}")
    for path, reason in registry.failures:
        lines.append(f"- {path} : non lu ({reason})")
    return evidence.answer("\n".join(lines), coverage=evidence.coverage(len(registry.actions)))


# --- definitions


def answer_definition(evidence: Evidence) -> Answer:
    """Define an acronym from the corpus, else from the lexicon, else say that it is not defined."""
    short = evidence.question.acronym
    known = evidence.lexicon.acronym(short)
    uses = [segment for _, segment in evidence.registry.segments_saying([_stems(short, evidence)])]
    quoted = next(_definitions(short, known, uses, evidence), None)
    if quoted:
        lines = [f"**{short.upper() if known is None else known.short}** : {quoted}"]
    elif known and known.long and known.source:
        lines = [f"**{known.short}** : {known.long[0]} (lexique ; source : {known.source})."]
    elif uses:
        lines = [f"**{short.upper()}** est employé dans les documents, mais **n'y est pas défini**."]
    else:
        return answer_not_found(evidence)
    if known and known.note:
        lines.append(known.note)
    lines.extend(_use_lines(uses, evidence))
    return evidence.answer("\n".join(lines))


def _stems(words: str, evidence: Evidence) -> tuple[str, ...]:
    return evidence.analyser.stems(words)


def _definitions(short: str, known: Acronym | None, uses: list[Segment], evidence: Evidence) -> Iterator[str]:
    """Yield the sentences of the corpus that spell the acronym out: « long (SHORT) », « SHORT : long »."""
    name = re.escape(known.short if known else short)
    glossary = re.compile(rf"^(?:[-•o]\s*)?{name}\s*[:=]\s*\S", re.IGNORECASE)
    ordered = sorted(uses, key=lambda use: (not glossary.match(use.quote), len(use.quote)))
    for use in ordered:
        if glossary.match(use.quote) or _spells_out(short, known, use, evidence):
            yield f"{in_quotes(use.quote)} {evidence.book.cite(use)}"


def _spells_out(short: str, known: Acronym | None, use: Segment, evidence: Evidence) -> bool:
    tokens = evidence.analyser.content(use.quote)
    longs = [_stems(long, evidence) for long in known.long] if known else []
    if any(find_sequence(long, tokens) for long in longs):
        return True
    bracketed = re.search(rf"((?:[\w'’-]+\s+){{2,12}})\(\s?{re.escape(short)}\b", use.quote, re.IGNORECASE)
    if not bracketed:
        return False
    initials = "".join(token.form[0] for token in evidence.analyser.content(bracketed.group(1)))
    return initials.endswith(fold(short))


def _use_lines(uses: list[Segment], evidence: Evidence) -> list[str]:
    owners = dict.fromkeys(use.owner for use in uses if use.owner in evidence.registry.actions)
    if not owners:
        return []
    lines = [
        "",
        f"On le trouve dans {counted(len(owners), 'action')} :" if len(owners) > 1 else "On le trouve dans :",
    ]
    for owner in list(owners)[:_MOST_USES]:
        action = evidence.registry.actions[owner]
        use = min((use for use in uses if use.owner == owner), key=lambda use: int(use.weight))
        name = action_name(action, evidence.registry.plans[action.document_id])
        lines.append(f"- {name} — {use.label} : {in_quotes(use.quote)} {evidence.book.cite(use)}")
    if len(owners) > _MOST_USES:
        lines.append(f"- et {counted(len(owners) - _MOST_USES, 'autre')}.")
    return lines


# --- counts


def answer_count(evidence: Evidence) -> Answer:
    """Count actions, partners, axes or thématiques, with the list behind the number."""
    kind = evidence.question.kind
    if evidence.selection.unknown:
        return answer_not_found(evidence)
    if kind in ("partenaire", "organisation", "structure", "porteur", "pilote"):
        return _count_organisations(evidence)
    if kind in ("thematique", "axe"):
        return _count_headings(evidence)
    return _count_actions(evidence)


def _count_actions(evidence: Evidence) -> Answer:
    question, selection = evidence.question, evidence.selection
    one, many = nouns(question)
    actions = tuple(match.action for match in selection.matches)
    said = restriction(question, many=len(actions) > 1)
    where = scope_words(evidence)
    whole = " dans la réponse précédente" if question.follows and question.titles else " dans le corpus"
    out_of = f" sur {len(selection.scope)}{where} {said}" if said else where or whole
    lines = [f"**{counted(len(actions), one, many)}{out_of}**{' :' if actions else '.'}", ""]
    if said:
        for match in selection.matches:
            proof = match.proofs[0] if match.proofs else evidence.registry.title_segment(match.action)
            name = action_name(match.action, evidence.registry.plans[match.action.document_id])
            lines.append(f"- {name} — {proof.label} : {in_quotes(proof.quote)} {evidence.book.cite(proof)}")
    else:
        lines.extend(_distribution_lines(actions, evidence))
    coverage = evidence.coverage(len(actions), len(selection.missing), len(selection.scope))
    return evidence.answer("\n".join(lines), actions, coverage=coverage)


def _distribution_lines(actions: tuple[Action, ...], evidence: Evidence) -> list[str]:
    """Break a count down by plan then axe, with every title behind the number."""
    groups: dict[tuple[str, str], list[Action]] = {}
    for action in actions:
        # One axe may be written two ways (« Axe 3 :Faciliter »): its number tells.
        axe = str(action.axe_number or action.axe or "")
        groups.setdefault((evidence.registry.plans[action.document_id].name, axe), []).append(action)
    lines = []
    for (plan, axe), held in groups.items():
        number = f"axe {held[0].axe_number}" if axe and held[0].axe_number else axe
        lines.append(f"- {' — '.join(filter(None, (plan, number)))} : {len(held)}")
        for action in held:
            lines.append(f"  - {action.title} {evidence.book.cite(evidence.registry.title_segment(action))}")
    return lines


def _count_organisations(evidence: Evidence) -> Answer:
    leading = evidence.question.kind in ("porteur", "pilote")
    roles = {Role.PORTEUR, Role.PILOTE} if leading else {Role.PARTENAIRE}
    actions = tuple(match.action for match in evidence.selection.matches)
    lines: list[str] = []
    names: dict[str, None] = {}
    counted_actions: list[Action] = []
    for action in actions:
        held = [one for one in action.involvements if one.role in roles and one.field_key in ("porteur", "partenaires")]
        if not held:
            continue
        counted_actions.append(action)
        names.update(dict.fromkeys(fold(one.organisation) for one in held))
        starred = sum(1 for one in held if one.status is Status.TO_CONTACT)
        starred_words = f", dont {starred} à contacter" if starred else ""
        name = action_name(action, evidence.registry.plans[action.document_id])
        place = held[0]
        label = next(field.label for field in action.fields if field.key == place.field_key)
        mark = evidence.book.cite_span(action.id, place.field_key, label, place.span)
        lines.append(f"- {name} : {counted(len(held), evidence.question.kind)}{starred_words} {mark}")
    if not lines:
        return answer_not_found(evidence)
    noun = "nom différent" if len(names) < 2 else "noms différents"
    head = f"**{len(names)} {noun}** de {evidence.question.kind}s dans {counted(len(lines), 'action')} :"
    return evidence.answer("\n".join([head, "", *lines]), tuple(counted_actions))


def _count_headings(evidence: Evidence) -> Answer:
    attribute = evidence.question.kind
    found: dict[str, list[Action]] = {}
    for match in evidence.selection.matches:
        value = match.action.axe if attribute == "axe" else match.action.thematique
        if value:
            plan = evidence.registry.plans[match.action.document_id].name
            place = f"axe {match.action.axe_number} : " if attribute == "axe" and match.action.axe_number else ""
            found.setdefault(f"{place}{value.split(':', 1)[-1].strip() if place else value} ({plan})", []).append(
                match.action
            )
    if not found:
        return answer_not_found(evidence)
    name = "axe" if attribute == "axe" else "thématique"
    lines = [f"**{counted(len(found), name)}** :", ""]
    for title, actions in found.items():
        field = next(held for held in actions[0].fields if held.key == attribute)
        mark = evidence.book.cite_span(actions[0].id, field.key, field.label, field.span)
        lines.append(f"- {capitalised(title)} : {counted(len(actions), 'action')} {mark}")
    return evidence.answer("\n".join(lines))


# --- figures


def answer_figure(evidence: Evidence) -> Answer:
    """Quote the sentences that hold a number about what is asked."""
    question = evidence.question
    topics = [topic for topic in question.strong_topics if not topic.negated]
    topics += [Topic(one.words, one.forms) for one in question.organisations]
    known = [topic for topic in topics if topic.known]
    # What is counted must be known; of the rest (« au questionnaire »), two known words are enough to tell.
    if not known or not topics[0].known or (len(known) < len(topics) and len(known) < 2):
        return answer_not_found(evidence)
    said = [segment for segment in topic_segments(known, evidence.registry) if _has_figure(segment, question)]
    if len(known) == 1:
        said = [segment for segment in said if _counts(segment, known[0], evidence)]
    if not said:
        return answer_not_found(evidence)
    said.sort(key=lambda segment: -evidence.worth(segment))
    lines = ["Voici ce que disent les documents :", ""]
    actions: dict[str, Action] = {}
    for segment in said[:_MOST_FIGURES]:
        owner = evidence.registry.owner(segment.owner)
        if isinstance(owner, Action):
            actions[owner.id] = owner
        plan = evidence.registry.plans[segment.document_id].name
        lines.append(f"- {in_quotes(segment.quote)} {evidence.book.cite(segment)} — {owner_title(owner)} ({plan})")
    return evidence.answer("\n".join(lines), tuple(actions.values()), status=AnswerStatus.ANSWERED)


def _counts(segment: Segment, topic: Topic, evidence: Evidence) -> bool:
    """Say whether a number stands just before the topic: « 5 MSP », « 1 centre hospitalier »."""
    tokens = evidence.analyser.content(segment.quote)
    stems = [token.stem for token in tokens]
    return any(
        tuple(stems[place : place + len(form)]) == form
        and any(token.form[0].isdigit() for token in tokens[max(0, place - 2) : place])
        for form in topic.forms
        for place in range(len(stems))
    )


def _has_figure(segment: Segment, question: Question) -> bool:
    in_scope = not question.documents or segment.document_id in question.documents
    percent = re.search(r"pourcentage|proportion|taux|part des", question.text, re.IGNORECASE)
    return in_scope and bool(_NUMBER.search(segment.quote)) and (not percent or "%" in segment.quote)
