"""Sets of actions: each with its proof, out of how many; what is near, what the forms do not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clsassist.answering.check import answer_check, asks_check
from clsassist.answering.engagements import answer_engagements, asks_engagements
from clsassist.answering.fields import ask_which_plan, overview_lines
from clsassist.answering.lines import MOST_SHOWN, quote_line, rest_lines, unnamed
from clsassist.answering.not_found import answer_not_found
from clsassist.citing import in_quotes, owner_title
from clsassist.evidence import Evidence, scope_words
from clsassist.proofs import whole_field_proof
from clsassist.question import Question, Topic
from clsassist.records import Answer, Role, Status
from clsassist.segments import Segment
from clsassist.topic_search import Match, outside_segments
from clsassist.wording import action_name, capitalised, counted, joined, nouns, restriction, role_words, yes

_MOST_NEARBY = 5


def answer_set(evidence: Evidence) -> Answer:
    """List every action that satisfies the question, each with its proof, and say out of how many."""
    question, selection = evidence.question, evidence.selection
    names_one = bool(question.numbers or question.titles)
    leaves_out = question.exclusion or question.excluded_documents or (question.follows and question.asks_set)
    checked = answer_check(evidence) if asks_check(question) else None
    if checked:
        return checked
    if names_one and not question.strong_topics and not question.organisations and not leaves_out:
        return ask_which_plan(evidence) or _answer_overview(evidence)
    if not question.selects and not question.lists_all and not question.kind:
        return answer_not_found(evidence)
    if selection.unknown or not selection.matches:
        return _answer_any_part(evidence) or _answer_outside(evidence) or answer_not_found(evidence)
    if asks_engagements(question):
        return answer_engagements(evidence)
    lines = [_headline(evidence), ""]
    for place, match in enumerate(selection.matches[:MOST_SHOWN], start=1):
        lines.extend(_match_lines(place, match, evidence))
    lines.extend(rest_lines(len(selection.matches)))
    lines.extend(_missing_lines(evidence))
    lines.extend(_nearby_lines(evidence))
    lines.extend(_synonym_lines(evidence))
    actions = tuple(match.action for match in selection.matches)
    coverage = evidence.coverage(len(actions), len(selection.missing), len(selection.scope))
    return evidence.answer("\n".join(lines), actions, coverage=coverage)


def _answer_any_part(evidence: Evidence) -> Answer | None:
    """Read « les actions de la MSA » as all those where it takes part, when it leads none; None for other questions."""
    question = evidence.question
    if not any(one.assumed and not one.negated for one in question.organisations):
        return None
    organisations = tuple(replace(one, role=None, assumed=False) for one in question.organisations)
    return answer_set(replace(evidence, question=replace(question, organisations=organisations)))


def _headline(evidence: Evidence) -> str:
    question, selection = evidence.question, evidence.selection
    count, total = len(selection.matches), len(selection.scope)
    one, many = nouns(question)
    where = scope_words(evidence)
    left = replace_topics(question, selection.dropped)
    left = _as_alternatives(left) if selection.either else left
    said = restriction(left, many=count > 1, absent=selection.absent)
    if not said:
        return f"**{counted(total, one, many)}{where or ' dans le corpus'}.**"
    affirms = f"{yes(question)} : " if question.yes_no else ""
    general = joined([f"« {topic.words} »" for topic in selection.dropped])
    without = f" (sans tenir compte de {general}, trop général ici)" if general else ""
    comma = " restent," if said.startswith("hors ") else ""
    return f"**{affirms}{counted(count, one, many)} sur {total}{where}{comma} {said}**{without}."


def replace_topics(question: Question, dropped: tuple[Topic, ...]) -> Question:
    """Return the question without the topics that were left out."""
    return replace(question, topics=tuple(topic for topic in question.topics if topic not in dropped))


def _as_alternatives(question: Question) -> Question:
    """Return the question with « et » read as « ou »: no action spoke of both sides."""
    topics = tuple(replace(topic, joined="ou" if topic.joined == "et" else topic.joined) for topic in question.topics)
    return replace(question, topics=topics)


def _match_lines(place: int, match: Match, evidence: Evidence) -> list[str]:
    lines = [f"{place}. {action_name(match.action, evidence.registry.plans[match.action.document_id])}"]
    for words in _proof_lines(match, evidence):
        lines.append(f"   - {words}")
    return lines


def _proof_lines(match: Match, evidence: Evidence) -> list[str]:
    """Say what proves a match: the best sentence on its subject, each other criterion, each organisation's part."""
    proofs = dict.fromkeys((*match.said[: max(1, match.apart)], *match.criteria))
    lines = [*(quote_line(proof, evidence) for proof in proofs), *_part_lines(match, evidence)]
    return lines or [quote_line(_place_or_title(match, evidence), evidence)]


def _place_or_title(match: Match, evidence: Evidence) -> Segment:
    """Prove a match by its axe or objective when asked, by its territory when it says the place, else by its title."""
    question = evidence.question
    headings = ("objectif_strategique",) if question.objectives else ("axe",) if question.axes else ()
    for proof in whole_field_proof(match.action, headings, evidence.registry):
        return proof
    words = evidence.analyser.stems(question.plan_words)
    for proof in whole_field_proof(match.action, ("territoire",), evidence.registry):
        if words and all(stem in evidence.analyser.stems(proof.quote) for stem in words):
            return proof
    return evidence.registry.title_segment(match.action)


def _part_lines(match: Match, evidence: Evidence) -> list[str]:
    """Give each part that each organisation has, once; being named in passing only when it is the only part."""
    lines: dict[tuple[int, Role, Status], str] = {}
    wanted = evidence.question.organisations
    for held, proof in match.parts:
        names = evidence.registry.name_stems(held.organisation)
        whose = next(place for place, one in enumerate(wanted) if evidence.lexicon.is_named_in(names, one.forms))
        key = (whose, held.role, held.status)
        if key in lines or (held.role is Role.CITE and any(said[0] == whose for said in lines)):
            continue
        lines[key] = f"{capitalised(role_words(held.role, held.status))} — {quote_line(proof, evidence)}"
    return list(lines.values())


def _missing_lines(evidence: Evidence) -> list[str]:
    missing = evidence.selection.missing
    if not missing:
        return []
    verb = "ne le précise pas" if len(missing) == 1 else "ne le précisent pas"
    return [
        "",
        f"{capitalised(counted(len(missing), 'autre action', 'autres actions'))} {verb} (absent ou non renseigné).",
    ]


def _nearby_lines(evidence: Evidence) -> list[str]:
    selection = evidence.selection
    return [
        *_apart_lines(f"Aussi, par une phrase qui ne nomme pas {unnamed(selection)} :", selection.implied, evidence),
        *_apart_lines("Aussi évoqué, sans en être l'objet :", selection.nearby, evidence),
    ]


def _apart_lines(heading: str, nearby: Sequence[Match], evidence: Evidence) -> list[str]:
    """List matches that the set does not hold, a few of them quoted; nothing when there are none."""
    if not nearby:
        return []
    lines = ["", heading]
    for match in nearby[:_MOST_NEARBY]:
        name = action_name(match.action, evidence.registry.plans[match.action.document_id])
        lines.append(f"- {name} — {quote_line(match.proofs[0], evidence)}")
    if len(nearby) > _MOST_NEARBY:
        lines.append(f"- et {counted(len(nearby) - _MOST_NEARBY, 'autre action', 'autres actions')}.")
    return lines


def _synonym_lines(evidence: Evidence) -> list[str]:
    """Tell which other wordings were counted as the topic."""
    kept = (topic for topic in evidence.question.strong_topics if topic not in evidence.selection.dropped)
    topics = [topic for topic in kept if topic.also and not topic.negated]
    seen = {evidence.analyser.stems(topic.words) for topic in topics}
    wordings = []
    for word in (word for topic in topics for word in topic.also):
        stems = evidence.analyser.stems(word)
        if stems not in seen:
            wordings.append(f"« {word} »")
        seen.add(stems)
    return ["", f"Formulations cherchées aussi : {', '.join(wordings)}."] if wordings else []


def _answer_overview(evidence: Evidence) -> Answer:
    """Present the action or actions that a question names and asks nothing more precise of."""
    actions = tuple(match.action for match in evidence.selection.matches)
    if not actions:
        return answer_not_found(evidence)
    lines: list[str] = []
    for action in actions[:MOST_SHOWN]:
        lines.extend([*overview_lines(action, evidence), ""])
    lines.extend(rest_lines(len(actions)))
    return evidence.answer("\n".join(lines), actions, coverage=evidence.coverage(len(actions)))


def _answer_outside(evidence: Evidence) -> Answer | None:
    """Answer an open question from what documents say outside their actions."""
    question = evidence.question
    topics = [topic for topic in question.strong_topics if not topic.negated]
    if question.asks_set or not topics or any(not topic.known for topic in topics):
        return None
    topics += [Topic(organisation.words, organisation.forms) for organisation in question.organisations]
    documents = evidence.question.documents
    found = outside_segments(topics, evidence.registry)
    said = [segment for segment in found if not documents or segment.document_id in documents]
    if not said:
        return None
    said.sort(key=lambda segment: -evidence.worth(segment))
    lines = ["Aucune action ne porte là-dessus ; le texte des documents en dit :", ""]
    for segment in said[:_MOST_NEARBY]:
        owner = evidence.registry.owner(segment.owner)
        plan = evidence.registry.plans[segment.document_id].name
        lines.append(f"- **{owner_title(owner)}** ({plan}) : {in_quotes(segment.quote)} {evidence.book.cite(segment)}")
    return evidence.answer("\n".join(lines))
