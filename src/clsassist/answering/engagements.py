"""The commitments of an organisation: every action where it appears, by role, engaged or still to contact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clsassist.answering.lines import MOST_SHOWN, quote_line, rest_lines
from clsassist.citing import as_text
from clsassist.evidence import Evidence, scope_words
from clsassist.proofs import part_proof
from clsassist.question import Question
from clsassist.records import Answer, Involvement, Role, Status
from clsassist.text import fold
from clsassist.topic_search import Match
from clsassist.wording import action_name, capitalised, counted, joined, role_words

# Headings, strongest part first: what an organisation leads, joins, pays for, or is only named in.
_HEADINGS: dict[tuple[Role, Status], tuple[str, str]] = {
    (Role.PORTEUR, Status.ENGAGED): ("Porteur ou pilote", "porteur ou pilote de {}"),
    (Role.PARTENAIRE, Status.ENGAGED): ("Partenaire", "partenaire de {}"),
    (Role.PARTENAIRE, Status.TO_CONTACT): ("Partenaire à contacter", "à contacter pour {}"),
    (Role.FINANCEUR, Status.ENGAGED): ("Cité dans le financement", "cité dans le financement de {}"),
    (Role.CITE, Status.ENGAGED): ("Seulement cité dans le texte", "seulement cité dans {}"),
}

_ORDER = {heading: place for place, heading in enumerate(_HEADINGS)}


@dataclass(frozen=True, slots=True)
class _Part:
    """The strongest part of the organisation in one action, and every part."""

    match: Match
    heading: tuple[Role, Status]
    parts: tuple[Involvement, ...]


def asks_engagements(question: Question) -> bool:
    """Say whether a question asks for all the parts of one organisation, and nothing else but a plan or years."""
    wanted = [one for one in question.organisations if not one.negated]
    if len(wanted) != 1 or len(question.organisations) != 1 or wanted[0].role or wanted[0].alone:
        return False
    return not (question.topics or question.numbers or question.titles or question.filled or question.yes_no)


def answer_engagements(evidence: Evidence) -> Answer:
    """List every action where the organisation takes part, grouped by its strongest role in each."""
    parts = [_match_to_part(match) for match in evidence.selection.matches]
    groups = {heading: [part for part in parts if part.heading == heading] for heading in _HEADINGS}
    lines = [_headline(groups, evidence)]
    place = 0
    for heading, held in groups.items():
        if held:
            lines += ["", f"{_HEADINGS[heading][0]} ({counted(len(held), 'action')}) :", ""]
        for part in held[: MOST_SHOWN - place]:
            place += 1
            lines += _part_lines(place, part, evidence)
    lines += rest_lines(len(parts))
    lines += _name_lines(parts)
    actions = tuple(part.match.action for held in groups.values() for part in held)
    coverage = evidence.coverage(len(actions), 0, len(evidence.selection.scope))
    return evidence.answer("\n".join(lines), actions, coverage=coverage)


def _match_to_part(match: Match) -> _Part:
    ordered = sorted(match.involvements, key=lambda held: _ORDER[_heading(held)])
    return _Part(match, _heading(ordered[0]), tuple(ordered))


def _heading(held: Involvement) -> tuple[Role, Status]:
    """Return the heading of a part; who carries an action also pilots it."""
    role = Role.PORTEUR if held.role is Role.PILOTE else held.role
    key = (role, held.status)
    return key if key in _HEADINGS else (role, Status.ENGAGED)


def _headline(groups: dict[tuple[Role, Status], list[_Part]], evidence: Evidence) -> str:
    name = evidence.question.organisations[0].words
    total = sum(map(len, groups.values()))
    verb = "apparaît dans" if evidence.question.to_contact is None else "s'engage dans"
    if evidence.question.to_contact:
        verb = "est à contacter pour"
    said = [
        _HEADINGS[key][1].format(counted(len(held), "action")) if place == 0 else _HEADINGS[key][1].format(len(held))
        for place, (key, held) in enumerate((key, held) for key, held in groups.items() if held)
    ]
    scope = f"{len(evidence.selection.scope)}{scope_words(evidence)}"
    return f"**« {as_text(name)} » {verb} {counted(total, 'action')} sur {scope}** : {joined(said)}."


def _part_lines(place: int, part: _Part, evidence: Evidence) -> Iterator[str]:
    action = part.match.action
    yield f"{place}. {action_name(action, evidence.registry.plans[action.document_id])}"
    seen: set[tuple[Role, Status]] = set()
    for held in part.parts:
        key = _heading(held)
        if key not in seen and not (held.role is Role.CITE and seen):
            proof = part_proof(action, held, evidence.registry)
            yield f"   - {capitalised(role_words(held.role, held.status))} — {quote_line(proof, evidence)}"
        seen.add(key)


def _name_lines(parts: Sequence[_Part]) -> list[str]:
    """Tell under which names the documents write the organisation, when there are several."""
    names = {fold(held.organisation): held.organisation for part in parts for held in part.parts}
    if len(names) < 2:
        return []
    return ["", f"Noms rencontrés dans les documents : {joined([f'« {as_text(name)} »' for name in names.values()])}."]
