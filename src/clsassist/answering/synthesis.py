"""Open questions: a short synthesis grouped by action, each line quoted, with the denominator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clsassist.answering.fields import overview_lines
from clsassist.answering.lines import MOST_SHOWN, name_of, quote_line, rest_lines, unnamed
from clsassist.answering.not_found import answer_not_found, neighbour_lines
from clsassist.citing import as_text, in_quotes, owner_title
from clsassist.evidence import Evidence, scope_words
from clsassist.proofs import whole_field_proof
from clsassist.records import Action, Answer
from clsassist.segments import Segment, Weight
from clsassist.selection import Selection
from clsassist.text import french, squeeze
from clsassist.topic_search import Match, outside_segments
from clsassist.wording import counted

# Beyond this many, actions are counted, not detailed: a reader asked for a synthesis.
_MOST_DETAILED = 8
_MOST_LINES = 3
_MOST_OUTSIDE = 3
_WHY = french(r"\bpourquoi\b|\benjeux?\b|\bconstats?\b|\bproblèmes?\b|\bbesoins?\b|\bwhy\b")


def answer_open(evidence: Evidence) -> Answer:
    """Say what the actions do about a subject, or what a whole plan holds, in a few quoted lines each."""
    question, selection = evidence.question, evidence.selection
    if question.numbers or question.titles:
        return _answer_named(evidence)
    topics = [topic for topic in question.strong_topics if not topic.negated]
    if not topics and not question.organisations:
        return _answer_plan(evidence) if question.documents or question.axes else answer_not_found(evidence)
    if selection.unknown:
        return answer_not_found(evidence)
    if not selection.matches and not selection.implied:
        outside = _outside_lines(evidence)
        if not outside:
            return answer_not_found(evidence)
        head = "Aucune action ne porte là-dessus ; le texte des documents en dit :"
        return evidence.answer("\n".join([head, "", *outside]))
    return _answer_subject(evidence)


def _answer_subject(evidence: Evidence) -> Answer:
    selection = evidence.selection
    matches = (*selection.matches, *selection.implied)
    count, total = len(matches), len(selection.scope)
    verb = "en parle" if count == 1 else "en parlent"
    lines = [
        f"**{counted(count, 'action')} sur {total}{scope_words(evidence)} {verb}**{_implied_words(selection)} :",
        "",
    ]
    for place, match in enumerate(matches[:MOST_SHOWN]):
        if selection.matches and selection.implied and place == len(selection.matches):
            lines += ["", f"Par une phrase qui ne nomme pas {unnamed(selection)} :", ""]
        if place < _MOST_DETAILED:
            lines += [f"- {name_of(match.action, evidence)}", *_said_lines(match, evidence)]
        else:
            lines.append(f"- {name_of(match.action, evidence)} — {quote_line(match.proofs[0], evidence)}")
    lines += rest_lines(count)
    outside = _outside_lines(evidence)
    if outside:
        lines += ["", "Ailleurs dans les documents :", *outside]
    lines += neighbour_lines(evidence)
    actions = tuple(match.action for match in matches)
    coverage = evidence.coverage(len(actions), len(selection.missing), total)
    return evidence.answer("\n".join(lines), actions, coverage=coverage)


def _implied_words(selection: Selection) -> str:
    """Say how many of the actions do not name the people of the question, '' when all do."""
    if not selection.implied:
        return ""
    some = f"dont {len(selection.implied)} " if selection.matches else ""
    return f", {some}par une phrase qui ne nomme pas {unnamed(selection)}"


def _said_lines(match: Match, evidence: Evidence) -> Iterator[str]:
    """Yield what an action says of the subject: its context first when the reader asks why, else what it does."""
    proofs: Sequence[Segment] = match.proofs or (evidence.registry.title_segment(match.action),)
    if _WHY.search(evidence.question.text):
        proofs = sorted(proofs, key=lambda proof: proof.weight is not Weight.BACKGROUND)
    else:
        proofs = [proof for proof in proofs if proof.weight is match.weight and proof.kind != "title"] or proofs
    for proof in list(dict.fromkeys(proofs))[:_MOST_LINES]:
        yield f"  - {quote_line(proof, evidence)}"


def _outside_lines(evidence: Evidence) -> list[str]:
    """Return what documents say of the subject outside their actions: figures, testimonies, introductions."""
    topics = [topic for topic in evidence.question.strong_topics if not topic.negated]
    if not topics or any(not topic.known for topic in topics):
        return []
    documents = evidence.question.documents
    said = [
        segment
        for segment in outside_segments(topics, evidence.registry)
        if not documents or segment.document_id in documents
    ]
    said.sort(key=lambda segment: -evidence.worth(segment))
    lines = []
    for segment in said[:_MOST_OUTSIDE]:
        plan = evidence.registry.plans[segment.document_id].name
        title = owner_title(evidence.registry.owner(segment.owner))
        lines.append(f"- {title} ({plan}) : {in_quotes(segment.quote)} {evidence.book.cite(segment)}")
    return lines


def _answer_named(evidence: Evidence) -> Answer:
    actions = tuple(match.action for match in evidence.selection.matches)
    if not actions:
        return answer_not_found(evidence)
    lines = [line for action in actions[:MOST_SHOWN] for line in (*overview_lines(action, evidence), "")]
    lines += rest_lines(len(actions))
    return evidence.answer("\n".join(lines), actions, coverage=evidence.coverage(len(actions)))


# --- whole plans


def _answer_plan(evidence: Evidence) -> Answer:
    """Present a plan: its actions under their axe and thématique, each with its first objective or step."""
    actions = tuple(match.action for match in evidence.selection.matches)
    if not actions:
        return answer_not_found(evidence)
    lines = [f"**{counted(len(actions), 'action')}{scope_words(evidence)}** :"]
    heading: tuple[int | str | None, str | None] | None = None
    for action in actions[:MOST_SHOWN]:
        above = (action.axe_number or action.axe, action.thematique or action.objectif)
        if above != heading:
            lines += ["", _heading(action) or evidence.registry.plans[action.document_id].name, ""]
            heading = above
        lines.append(f"- **{as_text(squeeze(action.title))}** {_gist(action, evidence)}")
    lines += rest_lines(len(actions))
    return evidence.answer("\n".join(lines), actions, coverage=evidence.coverage(len(actions)))


def _heading(action: Action) -> str:
    axe = squeeze(action.axe or "")
    if action.axe_number and not axe.lower().startswith("axe"):
        axe = f"Axe {action.axe_number} : {axe}"
    under = squeeze(action.thematique or action.objectif or "")
    return as_text(" › ".join(filter(None, (axe, under))))


def _gist(action: Action, evidence: Evidence) -> str:
    """Return the first words of an action's objectives, or of its steps, quoted."""
    for key in ("objectif_general", "objectifs_operationnels", "etapes", "description"):
        proofs = whole_field_proof(action, (key,), evidence.registry)
        if proofs and proofs[0].kind != "empty":
            return f"— {quote_line(proofs[0], evidence)}"
    return evidence.book.cite(evidence.registry.title_segment(action))
