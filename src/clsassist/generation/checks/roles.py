"""An organisation is given only the part that the cited field gives it: porteur, partenaire, engaged, to contact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from clsassist.generation.claim import Claim, Evidence
from clsassist.generation.claim import Part as Run
from clsassist.generation.evidence import Source, owner_of
from clsassist.generation.material import Item, Part
from clsassist.generation.reading import Reading, fold_same, read
from clsassist.parsing.labels import ORGANISATION_FIELDS
from clsassist.records import Role, Status
from clsassist.text import Stems

_LEADING = frozenset({Role.PORTEUR, Role.PILOTE})
_ROLES = {
    "porteur": _LEADING,
    "partenaire": frozenset({Role.PARTENAIRE}),
    "financeur": frozenset({Role.FINANCEUR}),
}
_FIELDS = {"porteur": ("porteur", "role_porteur"), "partenaire": ("partenaires",), "financeur": ("financement",)}
# A role told as something that its subject does.
_SEVERAL = 2
# So many letters behind a role tell whom it is given to.
_AFTER_ROLE = 20
_VERB = re.compile(r"associ\w+|particip\w+|aux cotes")
_ACTIVE = re.compile(r"\b(?:port|pilot|copilot|financ|cofinanc|particip)e(?:nt)?\b")
_OF = re.compile(r"\s+(?:de la |de l['’]|du |des |de |d['’])$")
_BRACKETS = re.compile(r"\([^()]*\)")
_PIECE = re.compile(r"[,;:()]|\b(?:tandis que|alors que|mais|et)\b")


def check_roles(claim: Claim, evidence: Evidence) -> str | None:
    """Refuse a part that the cited evidence does not give to an organisation."""
    before: tuple[str, str] = ("", "")
    for run in claim.parts:
        if _has_document_act(run, evidence):
            return "La phrase dit d'une fiche ce que fait une organisation."
        for text, role in _pieces(run, evidence, before[0]):
            for alone in _by_owner(run, text, role, evidence):
                reason = _role_reason(text, role, alone, evidence)
                if reason:
                    return reason
            before = (role or before[0], text)
        reason = _status_reason(run, evidence) or _whole_reason(run, evidence)
        if reason:
            return reason
    return None


def _pieces(run: Run, evidence: Evidence, inherited: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a run with the role said there; a piece without one has that of the piece before."""
    folded, text = run.reading.folded, run.reading.text
    cuts = [0, *[match.start() for match in _PIECE.finditer(folded)], len(folded)]
    inside = [folded.count("(", 0, end) > folded.count(")", 0, end) for end in cuts[1:]]
    # « (pilote par …) » gives nobody outside its brackets a part.
    inside = [held or folded[start : start + 1] == "(" for held, start in zip(inside, cuts, strict=False)]
    roles = [_role(folded[start:end], evidence) for start, end in pairwise(cuts)]
    first = next((role for role, held in zip(roles, inside, strict=True) if role and not held), inherited)
    current = first
    for start, end, role, held in zip(cuts, cuts[1:], roles, inside, strict=False):
        current = current if held else role or current
        yield text[start:end], role if held else current


def _by_owner(run: Run, text: str, role: str, evidence: Evidence) -> Iterator[Run]:
    """Yield a run once for each action whose lists name the organisation of a piece: the part is told of every one."""
    owners: dict[str, list[Item]] = {}
    for item in run.items:
        owners.setdefault(owner_of(item), []).append(item)
    naming = [owner for owner, items in owners.items() if any(_named(text, [*_parts(items)], evidence))]
    if not role or len(naming) < _SEVERAL:
        yield run
        return
    for owner in naming:
        items = tuple(owners[owner])
        held = frozenset(item.number for item in items)
        segments = tuple(one for one in run.segments if one.marks <= held and one.owner in ("", owner))
        yield replace(run, items=items, segments=segments)


def _parts(items: Sequence[Item]) -> Iterator[Part]:
    yield from (part for item in items for part in item.parts)


def _role(folded: str, evidence: Evidence) -> str:
    return next((name for name in _ROLES if evidence.rules.roles[name].search(_bare(folded, evidence))), "")


def _bare(folded: str, evidence: Evidence) -> str:
    """Take off what only looks like a role: « porte sur »."""
    return evidence.rules.roles["sans_role"].sub(" ", folded)


def _role_reason(text: str, role: str, run: Run, evidence: Evidence) -> str | None:
    """Tell why a piece of a sentence may not give this role; None when it may, or gives none."""
    if not role:
        return None
    wanted = evidence.rules.roles[role]
    said = any(wanted.search(one.reading.folded) for one in run.segments if one.source in (Source.QUOTE, Source.EXACT))
    by_field = any(item.field_key in _FIELDS[role] for item in run.items)
    word = wanted.search(_bare(fold_same(text), evidence))
    # A verb must be in the evidence like any other: « les habitants sont associés à l'élaboration » gives no part.
    if word and not _VERB.fullmatch(word.group()) and not said and not by_field:
        return f"La source citée ne dit pas qui est {role}."
    named = list(_named(text, [part for item in run.items for part in item.parts], evidence))
    refused = _without_role([part for part in named if not _only_completes(part, text, wanted)], role, evidence)
    stranger = refused.organisation if refused else "" if named else _stranger(text, role, run, evidence)
    if not stranger or _told(stranger, refused, role, run, evidence):
        return None
    return f"La source citée ne donne pas à « {stranger} » le rôle de {role}."


def _has_document_act(run: Run, evidence: Evidence) -> bool:
    """Say whether « la fiche porte : le PETR » makes a document act, where an organisation does."""
    text = run.reading.text
    found = _ACTIVE.search(_bare(run.reading.folded, evidence))
    if found is None:
        return False
    before = read(text[: found.start()], evidence.rules, evidence.lexicon)
    after = text[found.end() :]
    documents = any(word.neutral for word in before.words) and not before.content
    return documents and any(_named(after, [*_parts(run.items)], evidence))


def _only_completes(part: Part, text: str, wanted: re.Pattern[str]) -> bool:
    """Say whether an organisation only completes a noun that is no role: « les aides de la CPAM »."""
    folded = fold_same(text)
    place = folded.find(fold_same(part.organisation).split(" ")[0])
    before = _OF.search(folded[:place]) if place > 0 else None
    return before is not None and not any(found.end() == before.start() for found in wanted.finditer(folded))


def _without_role(named: list[Part], role: str, evidence: Evidence) -> Part | None:
    """Return an organisation that the citations name in another role only."""
    holders = [set(evidence.lexicon.analyser.stems(part.organisation)) for part in named if part.role in _ROLES[role]]
    return next(
        (
            part
            for part in named
            if part.role not in _ROLES[role]
            and not any(own & set(evidence.lexicon.analyser.stems(part.organisation)) for own in holders)
        ),
        None,
    )


def _told(stranger: str, part: Part | None, role: str, run: Run, evidence: Evidence) -> bool:
    """Say whether the exact answer itself gives, or denies, the role; « partenariat » may be a quote's own word."""
    wanted, denied = evidence.rules.roles[role], bool(run.reading.denials)
    for one in run.segments:
        answer = one.source is Source.EXACT and not one.marks
        if not answer and (part is None or one.source is not Source.QUOTE):
            continue
        if not answer and role != "partenaire" and not _in_same_words(one.reading, run.reading, wanted):
            continue
        if not wanted.search(_bare(one.reading.folded, evidence)) or bool(one.reading.denials) is not denied:
            continue
        if part is None and any(word.form == stranger for word in one.reading.words):
            return True
        if part is not None and _says_both(one.reading, [part], wanted, evidence):
            return True
    return False


def _role_phrases(folded: str, wanted: re.Pattern[str]) -> Iterator[str]:
    """Yield each role with the word before it and what follows: « actions menées par la CPTS »."""
    for found in wanted.finditer(folded):
        before = folded[: found.start()].split()[-1:]
        yield " ".join([*before, folded[found.start() : found.end() + _AFTER_ROLE].split(",")[0]])


def _in_same_words(one: Reading, other: Reading, wanted: re.Pattern[str]) -> bool:
    """Say whether two texts give a part by the same words to what follows: « menées par la CPTS »."""
    said = [set(_role_phrases(text.folded, wanted)) for text in (one, other)]
    return not said[0].isdisjoint(said[1])


def _whole_reason(run: Run, evidence: Evidence) -> str | None:
    """Refuse « pilote la fiche » of who is written to pilot one step of it."""
    if not evidence.rules.roles["porteur"].search(_bare(run.reading.folded, evidence)):
        return None
    if any(item.field_key in _FIELDS["porteur"] for item in run.items) or any(
        item.action is None for item in run.items
    ):
        return None
    if any(_gives_roles(one.reading, evidence) for one in run.segments if one.source is Source.EXACT and not one.marks):
        return None
    stems = evidence.lexicon.analyser.stems
    names = {stem for item in run.items for part in item.parts for stem in stems(part.organisation)}
    names |= {stem for item in run.items for stem in stems(f"{item.title} {item.plan}")}
    wanted = evidence.rules.roles["porteur"]
    left = [word for word in run.reading.content if word.stem not in names and not wanted.fullmatch(word.form)]
    return None if left else "La source citée ne dit que le pilote d'une étape, pas celui de l'action."


def _gives_roles(reading: Reading, evidence: Evidence) -> bool:
    return bool(evidence.rules.roles["porteur"].search(_bare(reading.folded, evidence)))


def _stranger(text: str, role: str, run: Run, evidence: Evidence) -> str:
    """Return the subject of « pilotent » that no list of organisations names, '' when there is none."""
    found = _ACTIVE.search(_bare(fold_same(text), evidence))
    if not found:
        return ""
    known = {stem for item in run.items for stem in evidence.lexicon.analyser.stems(f"{item.title} {item.plan}")}
    allowed = frozenset().union(*(evidence.rules.fields.get(key, frozenset()) for key in _FIELDS[role]))
    reading = read(text[: found.start()], evidence.rules, evidence.lexicon)
    words = [word for word in reading.content if word.form not in allowed and word.stem not in known]
    return words[0].form if words else ""


def _says_both(reading: Reading, named: list[Part], wanted: re.Pattern[str], evidence: Evidence) -> bool:
    """Say whether a line of the exact answer gives, or denies, this role to this organisation."""
    others = [one for one in (evidence.rules.roles[role] for role in _ROLES) if one is not wanted]
    alone = not any(other.search(reading.folded) for other in others)
    return alone and bool(wanted.search(reading.folded)) and bool(list(_named(reading.text, named, evidence)))


def _named(text: str, parts: list[Part], evidence: Evidence) -> Iterator[Part]:
    """Yield the parts whose organisation a piece of text names."""
    lexicon = evidence.lexicon
    tokens = lexicon.analyser.content(text)
    stems = tuple(token.stem for token in tokens)
    actors = lexicon.actors_in(tokens)
    for part in parts:
        own = lexicon.analyser.stems(part.organisation)
        if not own:
            continue
        said = _holds(stems, own) or any(lexicon.is_named_in(own, actor.stems) for actor in actors)
        if said:
            yield part


def _mentioned(text: str, parts: list[Part], evidence: Evidence) -> Iterator[Part]:
    """Yield the parts that a text names, if only by half of the name: « le service Fluo »."""
    analyser = evidence.lexicon.analyser
    stems = set(analyser.stems(text))
    names = [(part, set(analyser.stems(_BRACKETS.sub(" ", part.organisation)))) for part in parts]
    whole = {id(part) for part in _named(text, parts, evidence)}
    for part, own in names:
        others = set().union(*(other for one, other in names if one.organisation != part.organisation), ())
        common = own & stems
        if id(part) in whole or (len(common) * 2 >= len(own) > 0 and common - others):
            yield part


def _holds(stems: Stems, own: Stems) -> bool:
    return any(stems[start : start + len(own)] == own for start in range(len(stems) - len(own) + 1))


def _status_reason(run: Run, evidence: Evidence) -> str | None:
    """Refuse « est engagé » of who is only to contact, and the reverse."""
    listed = [item for item in run.items if item.field_key in ORGANISATION_FIELDS]
    parts = [part for item in listed for part in item.parts]
    to_contact = bool(evidence.rules.roles["contacter"].search(run.reading.folded))
    named = list(_mentioned(run.reading.text, parts, evidence))
    if len({part.status for part in named}) > 1 and to_contact:
        return "La phrase mêle des organisations engagées et d'autres à contacter."
    for part in named:
        if part.status is Status.TO_CONTACT and not to_contact:
            return f"« {part.organisation} » est à contacter, et n'est pas encore engagé."
        if part.status is Status.ENGAGED and to_contact:
            return f"« {part.organisation} » n'est pas à contacter : il est engagé."
    return None
