"""Questions about the corpus itself: its documents, dates and territories, what it covers and what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from clsassist.answering.lines import MOST_SHOWN, name_of, rest_lines
from clsassist.citing import as_text, in_quotes
from clsassist.evidence import Evidence
from clsassist.parsing.labels import field_name
from clsassist.parsing.plans import document_status
from clsassist.records import Action, Answer, Field, Plan
from clsassist.text import squeeze
from clsassist.wording import counted, joined


def answer_about(evidence: Evidence) -> Answer:
    """Answer the aspect of the corpus that the question asks about; the list of documents when it says none."""
    aspect = evidence.question.aspect
    return next((answer for name, answer in _ANSWERS if name == aspect), _answer_documents)(evidence)


def _wanted(evidence: Evidence) -> list[str]:
    """Return the ids of the documents that the question is about, in order."""
    chosen = evidence.question.documents
    titled = {evidence.registry.action(one).document_id for one in evidence.question.titles}
    wanted = chosen or titled
    return [key for key in evidence.registry.documents if not wanted or key in wanted]


def _actions_of(document_id: str, evidence: Evidence) -> list[Action]:
    return evidence.registry.actions_of(document_id)


# --- documents


def _answer_documents(evidence: Evidence) -> Answer:
    registry = evidence.registry
    wanted = _wanted(evidence)
    plans = {registry.plans[key].name for key in wanted}
    total = sum(len(_actions_of(key, evidence)) for key in wanted)
    head = f"**{counted(len(wanted), 'document')}**, {counted(len(plans), 'plan')}, {counted(total, 'action')} :"
    lines = [head, "", *_document_lines(wanted, evidence)]
    lines += [f"- {path} : non lu ({reason})" for path, reason in registry.failures]
    return evidence.answer("\n".join(lines), coverage=evidence.coverage(total))


def _document_lines(wanted: Sequence[str], evidence: Evidence) -> list[str]:
    return [*(_document_line(key, evidence) for key in wanted[:MOST_SHOWN]), *_rest(len(wanted), "document")]


def _rest(total: int, noun: str) -> list[str]:
    """Say how many documents, or plans, are not listed; nothing when all are."""
    more = total - MOST_SHOWN
    return [f"- et {counted(more, f'autre {noun}', f'autres {noun}s')} : la rubrique Corpus les donne tous."] * (
        more > 0
    )


def _document_line(key: str, evidence: Evidence) -> str:
    registry = evidence.registry
    document, plan = registry.documents[key], registry.plans[key]
    details = [counted(len(_actions_of(key, evidence)), "action"), *_dating(key, evidence)]
    status = document_status(registry.documents[key])
    details += [f"état indiqué : {in_quotes(status)}"] if status else []
    return f"- {document.path} : {plan.name}, {', '.join(details)}"


def _dating(key: str, evidence: Evidence) -> Iterator[str]:
    dated, plan = evidence.registry.dates[key], evidence.registry.plans[key]
    if dated:
        yield f"daté de {dated.lower()}{_cite_words(key, dated, evidence)}"
    if plan.first_year and plan.last_year:
        yield f"actions de {plan.first_year} à {plan.last_year}{_cite_years(key, evidence)}"
    if not dated and not plan.first_year:
        yield "sans date"


def _cite_words(key: str, words: str, evidence: Evidence) -> str:
    """Cite the section where a document says some words, '' when none does."""
    found = evidence.registry.segments_of(key, [evidence.analyser.stems(words)])
    segment = next((one for one in found if words.lower() in one.quote.lower()), None)
    return f" {evidence.book.cite(segment)}" if segment else ""


def _cite_years(key: str, evidence: Evidence) -> str:
    """Cite the calendar of the first action of a document."""
    for action in _actions_of(key, evidence):
        field = action.field("calendrier")
        if field and field.filled:
            return f" {evidence.book.cite_span(action.id, field.key, field.label, field.span)}"
    return ""


# --- dates, territories, state


def _answer_dates(evidence: Evidence) -> Answer:
    lines = ["**Dates des documents** :", ""]
    wanted = _wanted(evidence)
    for key in wanted[:MOST_SHOWN]:
        lines.append(f"- {evidence.registry.paths[key]} : {', '.join(_dating(key, evidence))}")
    lines += _rest(len(wanted), "document")
    lines += ["", "Une réponse vaut à la date de son document : contacts et partenaires ont pu changer depuis."]
    return evidence.answer("\n".join(lines))


def _answer_territories(evidence: Evidence) -> Answer:
    plans: dict[str, Plan] = {
        evidence.registry.plans[key].name: evidence.registry.plans[key] for key in _wanted(evidence)
    }
    lines = [f"**{counted(len(plans), 'plan')}**, avec {'son' if len(plans) == 1 else 'leur'} territoire :", ""]
    documents: dict[str, list[str]] = {}
    for key in _wanted(evidence):
        documents.setdefault(evidence.registry.plans[key].name, []).append(key)
    for name, plan in islice(plans.items(), MOST_SHOWN):
        lines.append(f"- {name} : {plan.territoire or 'territoire non précisé'}")
        said: dict[str, str] = {}
        for key in documents[name]:
            for action in _actions_of(key, evidence):
                field = action.field("territoire")
                if field and field.text:
                    mark = evidence.book.cite_span(action.id, field.key, field.label, field.span)
                    said.setdefault(squeeze(field.text), mark)
        lines += [f"  - {as_text(text)} {mark}" for text, mark in said.items()]
    lines += _rest(len(plans), "plan")
    return evidence.answer("\n".join(lines))


def _answer_state(evidence: Evidence) -> Answer:
    lines = []
    wanted = _wanted(evidence)
    for key in wanted[:MOST_SHOWN]:
        status = document_status(evidence.registry.documents[key])
        path = evidence.registry.paths[key]
        said = f"le document porte la mention {in_quotes(status)} (en marge)" if status else "aucune mention d'état"
        lines.append(f"- {path} : {said}")
    lines += _rest(len(wanted), "document")
    return evidence.answer("\n".join(["**État des documents, tel qu'il y est écrit** :", "", *lines]))


# --- gaps


def _answer_gaps(evidence: Evidence) -> Answer:
    """List, action by action, the fields that stand in the form and are empty."""
    rows = []
    total = 0
    actions: list[Action] = []
    for key in _wanted(evidence):
        for action in _actions_of(key, evidence):
            empty = evidence.registry.empty_fields[action.id]
            total += len(empty)
            if empty:
                actions.append(action)
            if empty and len(actions) <= MOST_SHOWN:
                marks = [f"{_field_name(one.key, one.label)} {_cite_field(action, one, evidence)}" for one in empty]
                rows.append(f"| {name_of(action, evidence).replace('|', '/')} | {', '.join(marks)} |")
    if not rows:
        return evidence.answer("**Aucun champ présent dans les fiches n'est vide.**")
    head = f"**{counted(total, 'champ vide', 'champs vides')}** dans {counted(len(actions), 'action')} :"
    lines = [head, "", "| Action | Non renseigné |", "|---|---|", *rows]
    lines += rest_lines(len(actions))
    lines += ["", *_missing_numbers(evidence)]
    return evidence.answer("\n".join(lines), tuple(actions), coverage=evidence.coverage(len(actions), total))


def _cite_field(action: Action, field: Field, evidence: Evidence) -> str:
    return evidence.book.cite_span(action.id, field.key, field.label, field.span)


def _field_name(key: str, label: str) -> str:
    inner = label.split("›")[-1].strip()
    return f"{field_name(key)} (« {as_text(squeeze(inner))} »)"


def _missing_numbers(evidence: Evidence) -> Iterator[str]:
    """Say which plans have fiches that the corpus does not hold, as far as their numbers show it."""
    plans: dict[str, list[Action]] = {}
    wanted = set(_wanted(evidence))
    for action in evidence.registry.actions.values():
        if action.document_id in wanted:
            plans.setdefault(evidence.registry.plans[action.document_id].name, []).append(action)
    for name, held in plans.items():
        numbers = [int(action.number) for action in held if action.number and action.number.isdigit()]
        if numbers and max(numbers) > len(held):
            last = next(action for action in held if action.number == str(max(numbers)))
            mark = evidence.book.cite(evidence.registry.title_segment(last))
            count = counted(len(held), "fiche")
            last_one = f"dont une numérotée {max(numbers)} {mark}"
            yield f"- {name} : {count} dans le corpus, {last_one} : il en existe donc d'autres, qui ne sont pas ici."


def _answer_completeness(evidence: Evidence) -> Answer:
    lines = list(_missing_numbers(evidence))
    counts: dict[str, int] = {}
    for key in _wanted(evidence):
        name = evidence.registry.plans[key].name
        counts[name] = counts.get(name, 0) + len(_actions_of(key, evidence))
    if not lines:
        lines = ["- Les numéros des fiches ne montrent aucun manque ; rien d'autre ne dit si un plan est entier."]
    held = joined([f"{counted(count, 'action')} de « {name} »" for name, count in counts.items()])
    head = f"**Le corpus contient** {held}."
    return evidence.answer("\n".join([head, "", *lines]))


def _answer_unread(evidence: Evidence) -> Answer:
    failures = evidence.registry.failures
    if not failures:
        return evidence.answer(
            f"**Tous les fichiers ont été lus** : {counted(len(evidence.registry.documents), 'document')}."
        )
    lines = [f"- {path} : {reason}" for path, reason in failures]
    head = f"**{counted(len(failures), 'fichier non lu', 'fichiers non lus')}** :"
    return evidence.answer("\n".join([head, "", *lines]))


def _answer_origin(evidence: Evidence) -> Answer:
    text = (
        "**Mes réponses viennent des documents indexés, et d'eux seuls** : chaque phrase entre guillemets est leur "
        "texte même, à la place que donne sa source. Je n'invente ni ne complète rien ; le document officiel prévaut."
    )
    return evidence.answer(f"{text}\n\n" + "\n".join(_document_lines(_wanted(evidence), evidence)))


_ANSWERS: tuple[tuple[str, Callable[[Evidence], Answer]], ...] = (
    ("documents", _answer_documents),
    ("dates", _answer_dates),
    ("territoires", _answer_territories),
    ("état", _answer_state),
    ("manques", _answer_gaps),
    ("complétude", _answer_completeness),
    ("non lus", _answer_unread),
    ("origine", _answer_origin),
)
