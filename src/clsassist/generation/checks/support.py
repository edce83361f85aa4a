"""Each clause of a sentence is said by one line of the evidence that it cites, about the action that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from clsassist.generation.alignment import Gap, Kindred, gaps
from clsassist.generation.checks.frames import frame_reason
from clsassist.generation.checks.nearness import nearness_reason
from clsassist.generation.checks.order import is_finite, order_reason, same_word
from clsassist.generation.checks.polarity import polarity_reason
from clsassist.generation.claim import Claim, Evidence, Part
from clsassist.generation.clauses import Clause, reading_to_clauses
from clsassist.generation.evidence import Segment, Source, owner_of
from clsassist.generation.naming import name_actions
from clsassist.generation.reading import Counted, Word
from clsassist.generation.verbs import is_infinitive

_NUMBERED = re.compile(r"\b(?:fiche|action)s?(?:[- ]actions?)?\s+(?:n\s?[°o]\s*|numero\s+)?(\d{1,3})\b")
_ALL_OF_THEM = re.compile(
    r"\b(?:toute?s(?: les)? (?:deux|trois|quatre|cinq|les)|tous (?:les|deux)|toutes les|les (?:deux|trois|quatre|cinq)"
    r"|ces (?:deux|trois|quatre|cinq)|chacune?|chaque|commune?s? aux?)\b"
)
# « L'action vise à… », « il est prévu de… »: the sentence tells an aim, as titles do.
_AIMS = re.compile(
    r"\b(?:prevoi\w+|prevue?s?|vise(?:nt|r)?|veu(?:t|lent)|entend(?:ent)?|cherche(?:nt)?|propose(?:nt)?|envisage\w*"
    r"|objectifs?|buts?|ambition\w*|s['’]agit|consiste(?:nt)?)\b"
)
# « Pour les nouveaux médecins, l'action prévoit… » names nobody.
_BESIDE_SUBJECT = re.compile(r"\W*(?:pour|avec|chez|par|sans|contre|aupres)\b", re.IGNORECASE)
# What joins another noun to a subject, and does not complete the one before.
_CONJUNCT = re.compile(r"\W*(?:par |pour |à |de )?(?:l['’]|(?:les?|la|une?|des|du|aux?)\b|[A-ZÀ-Ý])")
_BE = re.compile(r"\b(?:est|sont|a|ont|sera|seront)\b")
_OWN_SUBJECT = re.compile(r"\b(?:prevu\w*|fiche|celui|celle|plan|contrat|action)\b")
_PURPOSE = re.compile(r"\W*(?:afin\b|pour\s+(?:\w+\s+)?\w+(?:er|ir|re|oir)\b|puis\b|en\s+\w+ant\b)", re.IGNORECASE)
_LINKING = frozenset("de du des d a au aux".split())
_BEFORE_INFINITIVE = frozenset(("a", "de", "d", "pour", "et", "faire"))
# So many letters before a number tell whether it belongs to a name.
_BESIDE = 5
_THE_ONE = frozenset(("l", "le", "la", "cet", "cette", "ce"))
# Fields in whole sentences: what one sentence says of somebody, another does not say of the next.
_PROSE = frozenset({"contexte", "texte"})

_REASONS = {
    Kindred.VALUE: "La source citée ne donne pas « {} » à cet endroit.",
    Kindred.NAME: "« {} » n'est pas dans la source citée.",
    Kindred.SIGN: "La phrase nie, ou affirme, autrement que la source à propos de « {} ».",
    Kindred.MARKER: "« {} » change le sens de la source citée.",
    Kindred.WORD: "La source citée ne dit pas « {} ».",
}


@dataclass(frozen=True, slots=True)
class Support:
    """Why a sentence has no support, None when it has; ``idle`` are the marks of citations that say nothing of it."""

    reason: str | None
    idle: frozenset[int] = frozenset()


def find_support(claim: Claim, evidence: Evidence) -> Support:
    """Refuse a sentence of which some clause is said by no single line of its evidence."""
    idle: set[int] = set()
    for before, part in pairwise(claim.parts):
        if _goes_on_elsewhere(before, part):
            return Support("La phrase prolonge par une source ce qu'elle a commencé à dire d'une autre.")
    for part in claim.parts:
        found = _part_support(part, evidence)
        if found.reason:
            return found
        idle |= found.idle
    return Support(None, frozenset(idle))


def _goes_on_elsewhere(before: Part, part: Part) -> bool:
    """Say whether a part without a verb lends that of the part before to another field, or another action."""
    words = part.reading.words
    if _BE.search(part.reading.text) or _OWN_SUBJECT.search(part.reading.folded) or part.reading.values:
        return False
    if any(is_finite(words, place) and not word.capital for place, word in enumerate(words)):
        return False
    fields = [{item.field_key for item in one.items} for one in (before, part)]
    owners = [{owner_of(item) for item in one.items} for one in (before, part)]
    plans = [{item.plan for item in one.items} for one in (before, part)]
    if any(is_infinitive(word.form) and not word.capital for word in words):
        return not plans[1] <= plans[0]
    return not fields[1] <= fields[0] or not owners[1] <= owners[0]


def _part_support(part: Part, evidence: Evidence) -> Support:
    verbatim = _verbatim_marks(part)
    if verbatim:
        return Support(None, frozenset(part.marks) - verbatim)
    everyone = {owner_of(item) for item in part.items}
    found = _walk_through(part, evidence, everyone)
    if found.reason is None:
        return found
    named, owners = name_actions(part, evidence)
    again = _walk_through(named, evidence, everyone, owners) if owners else found
    return found if again.reason else again


def _walk_through(part: Part, evidence: Evidence, everyone: set[str], named: frozenset[str] = frozenset()) -> Support:
    walk = _Walk(part, evidence, everyone)
    if named:
        walk.speak_of(named)
    for clause in reading_to_clauses(part.reading, evidence.rules):
        reason = walk.take(clause)
        if reason:
            return Support(reason)
    reason = walk.end()
    return Support(reason, frozenset() if reason else walk.idle_marks())


def _verbatim_marks(part: Part) -> frozenset[int]:
    """Return the marks of the quotes of which a sentence is one whole line, word for word."""
    plain = {item.number for item in part.items if not item.empty and not item.unticked}
    said = part.reading.folded.strip(" .,;:«»")
    lines = [one for one in part.segments if one.source is Source.QUOTE]
    same = [one for one in lines if said == one.reading.folded.strip(" .,;:«»")]
    return frozenset().union(*(one.marks for one in same)) & plain


@dataclass
class _Walk:
    """The clauses of a part, one after the other: ``owners`` are the actions that the sentence now speaks of.

    ``scope`` are all those of the answer that its words name, None when they name none; ``subject`` waits for its
    verb, ``pieces`` are what « et » joins in it; ``titled`` are the actions named by their titles, ``waiting`` those
    named by a number of which nothing is said yet; ``lines`` are the
    clauses that the evidence says, with the lines that say them.
    """

    part: Part
    evidence: Evidence
    owners: set[str]
    subject: Clause | None = None
    pieces: list[Clause] = field(default_factory=list)
    titled: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)
    scope: set[str] | None = None
    lines: list[tuple[Clause, list[Segment]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.everyone = set(self.owners)
        plans = {self.evidence.lexicon.analyser.stem(noun) for noun in self.evidence.rules.plan_nouns}
        counted = any(one.after[:1] and one.after[0] in plans for one in self.part.reading.values)
        everybody = counted or bool(_ALL_OF_THEM.search(self.part.reading.folded))
        self.together = len(self.owners) > 1 and everybody

    def speak_of(self, owners: frozenset[str]) -> None:
        """Note that the sentence names actions; of several, it says what it says of each."""
        self._narrow(set(owners))
        self.owners = set(owners)
        self.together = self.together or len(owners) > 1

    def take(self, found: Clause) -> str | None:
        """Hold one clause against the evidence."""
        numbered = _numbered(found, self.part)
        if numbered is not None and not numbered:
            return "La source citée n'est pas de cette fiche."
        own = clause = _without_number(found) if numbered else found
        if self.subject:
            own = _asserting(clause, self.subject, self.part, self.evidence)
            clause, self.subject = _merged(self.subject, own), None
        planned: set[str] = set()
        if clause.opens or not _fitting(clause, self.part, self.evidence, self.owners, self.scope)[0]:
            clause, planned = _without_plan(clause, self.part, self.everyone, self.evidence)
            self._narrow(_of_plan(found, self.evidence) if planned else set())
        if self.together and planned and planned < self.everyone and not clause.opens:
            return "Toutes les actions citées ne le disent pas."
        self._narrow(numbered)
        named = [owners for owners in (planned, numbered) if owners]
        self.owners = set.intersection(*named) if named else self.owners
        self._wait(numbered)
        if not clause.needed and not clause.values:
            return None
        titled = _titled(clause, self.part, self.evidence, self.everyone)
        if not clause.quoted and len(clause.needed) == 1 and not _heads_title(clause.needed[0], clause, self.part):
            titled = {owner for owner in titled if planned}
        if clause.quoted:
            titled = {owner for owner in titled if _is_title(clause, owner, self.part)}
        titled = {owner for owner in titled if planned or _is_named(clause, owner, self.part)}
        if titled and ((clause.opens and not _BESIDE_SUBJECT.match(clause.text)) or clause.quoted):
            self.titled |= titled
            self._narrow(titled)
            self.owners = titled
        elif clause.opens:
            self.subject = clause
            self._add_piece(own)
        else:
            shares, self.pieces = [_merged(piece, own) for piece in self.pieces], []
            return self._hold(clause, shares)
        return None

    def _add_piece(self, clause: Clause) -> None:
        if self.pieces and not _CONJUNCT.match(clause.text):
            clause = _merged(self.pieces.pop(), clause)
        self.pieces.append(clause)

    def _wait(self, numbered: set[str] | None) -> None:
        """Note that a number names an action: « la fiche 5, comme la fiche 1, vise… » says it of both."""
        if numbered:
            self.together = self.together or bool(self.waiting - self.owners)
            self.waiting |= self.owners
            self.owners = set(self.waiting)

    def _narrow(self, owners: set[str] | None) -> None:
        """Note that the sentence now speaks of some actions: what is said of the whole set is not said of them."""
        if owners:
            self.scope = owners if self.scope is None else self.scope & owners
            if not {ref.id for ref in self.evidence.material.actions} <= self.scope:
                counts = {noun: held for noun, held in self.part.counts.items() if noun not in self.part.of_set}
                self.part = replace(self.part, counts=counts)

    def _hold(self, clause: Clause, shares: Sequence[Clause] = ()) -> str | None:
        """Hold a clause to one line, else each of its shares: « A et B sont visés » says it of A, and of B."""
        fitting, worst = _fitting(clause, self.part, self.evidence, self.owners, self.scope)
        if not fitting and len(shares) > 1:
            plain = [_without_plan(one, self.part, self.everyone, self.evidence)[0] for one in shares]
            return next((reason for one in plain if (reason := self._hold(one))), None)
        if not fitting:
            clause, named = _without_subject(clause, self.part, self.everyone)
            if named:
                self._narrow(named)
                self.owners = named
                fitting, worst = _fitting(clause, self.part, self.evidence, self.owners, self.scope)
        if not fitting:
            return _REASONS[worst.kind].format(worst.said)
        held = {one.owner for one in fitting}
        actions = {ref.id for ref in self.evidence.material.actions}
        general = _general(fitting) or _told_of_plan(fitting)
        if _counts_set(clause, self.part) and not general and not actions <= held:
            return "La source citée ne le dit pas de toutes les actions comptées."
        if self.together and not _general(fitting) and not self.owners <= held:
            return "Toutes les actions citées ne le disent pas."
        self.lines.append((clause, fitting))
        self.waiting = set()
        return None

    def idle_marks(self) -> frozenset[int]:
        """Return the marks of citations on which no clause leans; none when the exact answer says it of its own."""
        told = [[one for one in found if not one.label] for _, found in self.lines]
        # « Partenaires : l'ARS »: the label of a field is that of every item of it.
        by_clause = [
            frozenset().union(*(one.marks for one in found))
            for (clause, _), found in zip(self.lines, told, strict=True)
            if found and any(not word.neutral and word.form not in self._labels() for word in clause.needed)
        ]
        if not by_clause or not all(by_clause):
            return frozenset()
        named = {item.number for item in self.part.items if owner_of(item) in self.titled}
        return frozenset(self.part.marks) - frozenset().union(*by_clause) - named

    def _labels(self) -> frozenset[str]:
        tokens = self.evidence.lexicon.analyser.tokens
        return frozenset(token.form for item in self.part.items for token in tokens(item.label))

    def end(self) -> str | None:
        """Tell what the clauses together say that the evidence does not."""
        if self.subject:
            reason = self._hold(self.subject, self.pieces)
            if reason:
                return reason
        if all(one.label for _, found in self.lines for one in found):
            return "La phrase ne rapporte rien de la source citée."
        return (
            _joined_reason(self.lines, self.part)
            or order_reason(self.lines, self.evidence)
            or nearness_reason(self.lines, self.part.items, self.evidence)
            or frame_reason(self.lines, self.part, self.evidence)
            or polarity_reason(self.lines, self.part, self.evidence)
        )


def _is_named(clause: Clause, owner: str, part: Part) -> bool:
    """Say whether a clause names an action, and no noun of its title: « les soins de la population » are no action."""
    titles = [one for one in part.segments if one.source is Source.TITLE and one.owner == owner]
    heads = [next((word for word in one.reading.words if not word.tool), None) for one in titles]
    verbs = [head for head in heads if head is not None and is_infinitive(head.form)]
    said = {stem for word in clause.words for stem in word.stems}
    return not verbs or any(word.neutral for word in clause.words) or any(said & set(verb.stems) for verb in verbs)


def _is_title(clause: Clause, owner: str, part: Part) -> bool:
    """Say whether words between guillemets are most of a title, and no piece of it."""
    titles = [one for one in part.segments if one.source in (Source.TITLE, Source.PLAN) and one.owner == owner]
    lengths = [sum(not word.tool for word in one.reading.words) for one in titles]
    return any(length <= 2 * len(clause.needed) for length in lengths)


def _general(segments: Iterable[Segment]) -> bool:
    return any(not one.owner for one in segments)


def _asserting(clause: Clause, subject: Clause, part: Part, evidence: Evidence) -> Clause:
    """Make the verb one to be found: « propose » only reports when its subject is a document."""
    framed = {word for item in part.items for word in evidence.rules.fields.get(item.field_key, ())}
    labels = {token.form for item in part.items for token in evidence.lexicon.analyser.tokens(item.label)}
    if all(word.form in framed | labels for word in subject.needed) or not clause.words:
        return clause
    last = next((word for word in reversed(subject.words) if not word.tool), None)
    if last is not None and last.neutral:
        # « Pour la communication, la fiche prévoit… »: the document is the subject.
        return clause
    first = clause.words[0]
    if first.form not in evidence.rules.opening or first.form in framed or first.form in evidence.rules.light:
        return clause
    return replace(clause, words=(replace(first, neutral=False), *clause.words[1:]))


def _counts_set(clause: Clause, part: Part) -> bool:
    return any(one.after[:1] and one.after[0] in part.of_set for one in clause.values)


def _told_of_plan(segments: Iterable[Segment]) -> bool:
    """Say whether a column of the exact answer, that of a plan, gives the count."""
    return any(one.source is Source.EXACT and one.owner and not one.marks for one in segments)


def _merged(first: Clause, second: Clause) -> Clause:
    """Join a subject with what is said of it: both must stand in one line."""
    return replace(
        second,
        text=f"{first.text} {second.text}",
        words=(*first.words, *second.words),
        values=(*first.values, *second.values),
    )


def _joined_reason(lines: list[tuple[Clause, list[Segment]]], part: Part) -> str | None:
    """Refuse clauses that lean on lines that have nothing to do with each other."""
    prose = {item.number for item in part.items if item.field_key in _PROSE}
    in_prose = [found for _, found in lines if all(_is_of(one, prose) for one in found)]
    if len(in_prose) > 1 and not set.intersection(*({id(one) for one in found} for found in in_prose)):
        return "La phrase réunit ce que la source dit à des endroits différents."
    titled = [all(one.source is Source.TITLE for one in found) for _, found in lines]
    if any(titled) and not all(any(one.source is Source.TITLE for one in found) for _, found in lines):
        return "La phrase réunit le titre de l'action et ce que la source dit d'autre chose."
    for (_, before), (clause, found) in pairwise(lines):
        if _PURPOSE.match(clause.text) and not {id(one) for one in before} & {id(one) for one in found}:
            return "La phrase donne pour but, ou pour suite, ce que la source dit ailleurs."
    verb: str | None = None
    for clause, found in lines:
        own = _verb(clause, found)
        if verb and not own and not any(verb in one.signs for one in found):
            return "La phrase rapporte à l'un ce que la source dit de l'autre."
        verb = own or verb
    return None


def _is_of(segment: Segment, marks: set[int]) -> bool:
    return segment.source is Source.QUOTE and bool(segment.marks & marks)


def _verb(clause: Clause, found: list[Segment]) -> str | None:
    """Return the stem that a line of the evidence writes as an infinitive, the last of the clause."""
    said = {stem for word in clause.words if not word.tool for stem in word.stems}
    for segment in found:
        for word in _infinitives(segment):
            if not said.isdisjoint(word.stems):
                return word.stem
    return None


def _infinitives(segment: Segment) -> Iterator[Word]:
    """Yield the infinitives of a line: no noun before, as « partenaire » or « atelier » would have."""
    if segment.source is not Source.QUOTE:
        return
    before = None
    for word in segment.reading.words:
        if is_infinitive(word.form) and (before is None or before.form in _BEFORE_INFINITIVE):
            yield word
        before = word


def _numbered(clause: Clause, part: Part) -> set[str] | None:
    """Return the owners that the numbers of fiches in a clause name; None when it gives none."""
    said = [match.group(1) for match in _NUMBERED.finditer(clause.folded)]
    if not said:
        return None
    return {owner_of(item) for item in part.items if item.action and item.action.number in said}


def _without_number(clause: Clause) -> Clause:
    numbers = {match.group(1) for match in _NUMBERED.finditer(clause.folded)}
    return replace(clause, values=tuple(one for one in clause.values if one.value.said not in numbers))


def _without_plan(clause: Clause, part: Part, owners: set[str], evidence: Evidence) -> tuple[Clause, set[str]]:
    """Take off the proper names of a plan, and return the owners that it leaves."""
    plans = {one.owner: one for one in part.segments if one.source is Source.PLAN and one.owner in owners}
    said = {
        word.stem for word in clause.needed if word.capital and any(word.stem in one.signs for one in plans.values())
    }
    # « Le CLS Thur Doller » names the « Contrat local de santé du Pays Thur Doller ».
    short = {word.stem: _expanded(word, evidence) for word in clause.needed if word.acronym and said}
    names = {owner: set(one.signs) for owner, one in plans.items()}
    short = {stem: long for stem, long in short.items() if long and any(long <= name for name in names.values())}
    for owner, name in names.items():
        names[owner] = name | {stem for stem, long in short.items() if long <= name}
    said |= short.keys()
    said -= part.bodies | _completing(clause) | _places_of_nouns(clause)
    held = {owner for owner, name in names.items() if said and said <= name}
    # « Plan Santé 79 »: the number too is part of the name, and tells that plan from others.
    numbers = {
        one: {owner for owner in held if _is_in_name(one, part, plans[owner].reading.folded)} for one in clause.values
    }
    held = set.intersection(held, *filter(None, numbers.values()))
    if not held:
        return clause, set()
    words = tuple(word for word in clause.words if not (word.capital and word.stem in said))
    return replace(clause, words=words, values=tuple(one for one in clause.values if not numbers[one])), held


def _places_of_nouns(clause: Clause) -> set[str]:
    """Return the names that complete a noun: « la faculté du Pays Thur Doller » is a faculty of that place."""
    found: set[str] = set()
    held: Word | None = None
    linked = False
    for word in clause.words:
        if word.tool:
            linked = held is not None and (word.form in _LINKING or (linked and word.form in _THE_ONE | {"les"}))
            continue
        follows = held is not None and (linked or held.stem in found)
        if held is not None and follows and word.capital and (held.stem in found or _is_plain_noun(held)):
            found.add(word.stem)
        held, linked = word, False
    return found


def _is_plain_noun(word: Word) -> bool:
    return not (word.neutral or word.acronym or word.capital)


def _expanded(word: Word, evidence: Evidence) -> set[str]:
    """Return the stems of what an acronym stands for first, none when nobody knows."""
    known = evidence.lexicon.acronym(word.form)
    return set(evidence.lexicon.analyser.stems(known.long[0])) if known and known.long else set()


def _completing(clause: Clause) -> set[str]:
    """Return the acronyms that complete a noun: « la coordinatrice du CLS » speaks of her, not of the plan."""
    found: set[str] = set()
    for place, word in enumerate(clause.words[2:], start=2):
        link, noun = clause.words[place - 1], clause.words[place - 2]
        if word.acronym and link.form in ("du", "de", "d") and not noun.tool and not noun.neutral:
            found.add(word.stem)
        if word.acronym and "par" in (link.form, noun.form):
            found.add(word.stem)
    return found


def _is_in_name(one: Counted, part: Part, name: str) -> bool:
    """Say whether a number is part of a proper name: « Plan Santé 79 », « CLS 2023-2028 »."""
    span = one.value.span
    return part.reading.folded[max(0, span.start - _BESIDE) : span.end] in name


def _without_subject(clause: Clause, part: Part, owners: set[str]) -> tuple[Clause, set[str]]:
    """Take off the noun that names an action by its title: « L'annuaire recense… »."""
    before = [word for word in clause.words if clause.needed and word.span.start < clause.needed[0].span.start]
    if not before or before[-1].form not in _THE_ONE:
        return clause, set()
    noun = clause.needed[0]
    if not _heads_title(noun, clause, part):
        return clause, set()
    titles = [one for one in part.segments if one.source is Source.TITLE and one.owner in owners]
    named = {one.owner for one in titles if noun.stem in one.signs}
    words = tuple(word for word in clause.words if word is not noun)
    return (replace(clause, words=words), named) if named and len(clause.needed) > 1 else (clause, set())


def _heads_title(noun: Word, clause: Clause, part: Part) -> bool:
    """Say whether a noun alone can stand for an action: « l'annuaire », « l'action attractivité », no « conjoint »."""
    if any(word.neutral and word.span.start < noun.span.start for word in clause.words):
        return True
    titles = [one for one in part.segments if one.source is Source.TITLE]
    heads = [next((word for word in one.reading.words if not word.tool), None) for one in titles]
    return any(head is not None and head.stem == noun.stem for head in heads)


def _of_plan(clause: Clause, evidence: Evidence) -> set[str]:
    """Return every action or section of the answer whose plan a clause names."""
    plans = [one for one in evidence.segments if one.source is Source.PLAN]
    said = {word.stem for word in clause.needed if word.capital and any(word.stem in one.signs for one in plans)}
    return {one.owner for one in plans if said <= set(one.signs)}


def _titled(clause: Clause, part: Part, evidence: Evidence, owners: Iterable[str]) -> set[str]:
    """Return the owners whose title or plan says a clause whole."""
    named = [one for one in part.segments if one.source in (Source.TITLE, Source.PLAN)]
    return {one.owner for one in named if one.owner in owners and not gaps(clause, one, part, evidence)}


def _goes_along(clause: Clause, title: Segment, evidence: Evidence) -> bool:
    """Say whether a clause says a title from its beginning, or from an « et » in it, word after word."""
    words = [word for word in title.reading.words if not word.tool]
    starts = {0} | {
        sum(not word.tool for word in title.reading.words[:place])
        for place, word in enumerate(title.reading.words)
        if word.form == "et"
    }
    said = list(clause.needed)
    for start in starts:
        along = words[start : start + len(said)]
        if len(along) == len(said) and all(same_word(a, b, evidence) for a, b in zip(along, said, strict=True)):
            return True
    # A piece behind a comma goes on: « promouvoir la vie sportive, culturelle ».
    return not any(is_infinitive(word.form) for word in said)


def _fitting(
    clause: Clause, part: Part, evidence: Evidence, owners: set[str], scope: set[str] | None
) -> tuple[list[Segment], Gap]:
    """Return the lines that say a clause whole, and what the best line lacks when there is none."""
    # « L'action vise à… » may tell what her title does.
    aims = not clause.opens and bool(_AIMS.search(part.reading.folded))
    aims = aims and any(is_infinitive(word.form) for word in part.reading.words)
    whole = scope is None or {ref.id for ref in evidence.material.actions} <= scope
    fitting: list[Segment] = []
    lacks: list[Gap] = []
    for segment in part.segments:
        if segment.source is Source.PLAN or (segment.source is Source.TITLE and not aims):
            continue
        if segment.owner and segment.owner not in owners:
            continue
        if not segment.owner and not segment.marks and clause.values and not whole:
            continue
        if segment.source is Source.ASKED and not clause.values:
            continue
        found = gaps(clause, segment, part, evidence)
        if not found and segment.source is Source.TITLE and not _goes_along(clause, segment, evidence):
            continue
        if not found:
            fitting.append(segment)
        elif not lacks or len(found) < len(lacks):
            lacks = found
    return fitting, min(lacks, default=Gap(Kindred.WORD, clause.text.strip()), key=lambda gap: gap.kind)
