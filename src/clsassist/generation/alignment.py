"""A clause held against one segment of the evidence: what it says that the segment does not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from clsassist.generation.checks.order import is_finite, same_word
from clsassist.generation.claim import Evidence, Part
from clsassist.generation.clauses import Clause
from clsassist.generation.evidence import Segment, Source, owner_of
from clsassist.generation.reading import PERFECT, Counted, Word, is_year
from clsassist.generation.values import Kind
from clsassist.generation.verbs import is_misspelt, same_verb
from clsassist.text import fold

# What a clause may not say unless its source does.
_ADDED = ("egalite", "restriction", "faiblesse", "exception", "incertain", "cause", "comparaison", "fait", "agent")
# What a clause may not leave out when its source says it.
_DROPPED = ("restriction", "faiblesse", "exception", "incertain", "souhait")
_COMMA = re.compile(r"[,;:()\n]")
# « peut », « pourrait », « devrait »: what they weaken is the verb behind them.
_MAYBE = re.compile(r"p(?:eu(?:t|vent)|ourrai(?:en)?t)|devrai(?:en)?t|possible|eventuel\w*|eventuellement|potentiel\w*")
_MODAL = re.compile(r"p[eo]u|devr")
_PIECE = re.compile(r"[,;:()\n]|\bet\b")


class Kindred(IntEnum):
    """What is wrong, the plainest first."""

    VALUE = 0
    NAME = 1
    SIGN = 2
    MARKER = 3
    WORD = 4


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that a clause says and a segment does not."""

    kind: Kindred
    said: str


def gaps(clause: Clause, segment: Segment, part: Part, evidence: Evidence) -> list[Gap]:
    """Return what a segment does not bear out in a clause; nothing when it bears it all out."""
    found, held = _word_gaps(clause, segment, part, evidence)
    found += [
        Gap(Kindred.VALUE, one.value.said) for one in clause.values if not _bears_value(one, clause, segment, part)
    ]
    if not held and not clause.values:
        found.append(Gap(Kindred.WORD, clause.text.strip()))
    if found:
        return found
    found += _marker_gaps(clause, segment, part, evidence, held)
    return found


def _word_gaps(clause: Clause, segment: Segment, part: Part, evidence: Evidence) -> tuple[list[Gap], set[str]]:
    """Return the words without support or denied otherwise, and the stems of the segment that the clause leans on."""
    found: list[Gap] = []
    held: set[str] = set()
    allowed = _field_words(segment, part, evidence)
    covered, covering = _covered(clause, segment, evidence)
    aside = frozenset() if evidence.rules.roles["porteur"].search(part.reading.folded) else segment.aside
    maybe = evidence.rules.markers["incertain"].search(segment.reading.folded)
    for word in clause.needed:
        signs = covered.get(word.span.start, frozenset()).union(*(segment.signs.get(stem, ()) for stem in word.stems))
        signs = signs or _conjugated(word, segment)
        if signs and word.stem not in aside:
            held.update(word.stems, covering.get(word.span.start, ()))
            if "?" not in (word.sign, *signs) and word.sign not in signs:
                found.append(Gap(Kindred.SIGN, word.form))
        elif _is_only_one(word, part, evidence):
            continue
        elif not (maybe and _MAYBE.match(word.form)) and (word.form not in allowed or word.sign == "-"):
            found.append(Gap(Kindred.NAME if _is_name(word, clause) else Kindred.WORD, word.form))
    return found, held


def _covered(
    clause: Clause, segment: Segment, evidence: Evidence
) -> tuple[dict[int, frozenset[str]], dict[int, frozenset[str]]]:
    """Return, by the place of the words that an equivalent covers, what is denied of it and the stems that say it."""
    covered: dict[int, frozenset[str]] = {}
    covering: dict[int, frozenset[str]] = {}
    for group, words in evidence.same.said(clause.words, implied=False):
        for word in words if group in segment.groups else ():
            place = word.span.start
            covered[place] = covered.get(place, frozenset()) | segment.groups[group]
            covering[place] = covering.get(place, frozenset()) | segment.group_stems.get(group, frozenset())
    return covered, covering


def _is_covered(form: str, clause: Clause, segment: Segment, evidence: Evidence) -> bool:
    """Say whether a marker is part of what an equivalent says: « plus attractif », « l'attractivité »."""
    covered, _ = _covered(clause, segment, evidence)
    return any(word.form == form and word.span.start in covered for word in clause.words)


def _conjugated(word: Word, segment: Segment) -> frozenset[str]:
    """Return what is denied of a verb that a segment has in another form: « fournit », « fournir »."""
    return frozenset(
        other.sign
        for other in segment.reading.words
        if same_verb(word.form, other.form) or is_misspelt(word.form, other.form)
    )


def _is_only_one(word: Word, part: Part, evidence: Evidence) -> bool:
    """Say whether « seule » tells that the answer asserts one action alone."""
    said = evidence.rules.markers["restriction"].fullmatch(word.form)
    return bool(said) and _licensed("restriction", word.form, part, evidence)


def _field_words(segment: Segment, part: Part, evidence: Evidence) -> frozenset[str]:
    """Return the words that the field of the evidence lets a sentence use of it."""
    words: set[str] = set()
    if segment.source in (Source.TITLE, Source.PLAN):
        return frozenset()
    for item in part.items:
        if not item.empty and (item.number in segment.marks or (not segment.marks and segment.owner == owner_of(item))):
            words |= evidence.rules.fields.get(item.field_key, frozenset())
            # A heading is no name of a field: what it says is not said of every line below it.
            label = "" if item.label == item.title else item.label
            words |= {token.form for token in evidence.lexicon.analyser.tokens(label)}
    return frozenset(words)


def _is_name(word: Word, clause: Clause) -> bool:
    return word.capital and word.span.start > clause.words[0].span.start


def _bears_value(one: Counted, clause: Clause, segment: Segment, part: Part) -> bool:
    named = segment.source in (Source.TITLE, Source.PLAN)
    # The exact answer's own count of them, where it gives one, is the only one.
    told = [other for other in segment.reading.values if set(other.after[:1]) & set(one.after[:1])]
    answer = segment.source is Source.EXACT and not segment.marks and told
    if (
        not named
        and not answer
        and one.value.kind is Kind.NUMBER
        and any(one.value.said in part.counts.get(noun, ()) for noun in one.after[:1])
    ):
        return not one.about
    return any(_same_value(one, other, clause, segment) for other in segment.reading.values)


def _same_value(one: Counted, other: Counted, clause: Clause, segment: Segment) -> bool:
    if (one.value.kind, one.value.said, one.about) != (other.value.kind, other.value.said, other.about):
        return False
    if is_year(one.value):
        return one.side in ("", "(début)", "(fin)") or one.side == other.side.strip("()")
    if one.value.kind in (Kind.NUMBER, Kind.ORDINAL):
        answer = segment.source is Source.EXACT and not segment.marks
        if answer and _told_of_another(other, clause, segment, counted=True):
            return False
        if answer and other.before and not (one.after or other.after):
            # « PETR (3), ARS (2) »: whose number it is stands before it.
            return one.before == other.before
        beside = (other.after and other.after[0] in one.after) or (one.before and one.before == other.before)
        return bool(beside) or not (one.after or other.after)
    return not _told_of_another(other, clause, segment)


def _told_of_another(value: Counted, clause: Clause, segment: Segment, *, counted: bool = False) -> bool:
    """Say whether a clause says of a rate, an amount or a count what its line says of another one."""
    said = {one.value.said for one in clause.values}
    elsewhere = {
        stem
        for each in segment.reading.values
        if each.value.said not in said
        for stem in (each.near - value.near if counted else each.piece - value.piece)
    }
    return any(word.stem in elsewhere for word in clause.needed if not word.capital)


def _marker_gaps(clause: Clause, segment: Segment, part: Part, evidence: Evidence, held: set[str]) -> list[Gap]:
    markers = evidence.rules.markers
    found: list[Gap] = []
    folded, source = clause.folded, segment.reading.folded
    for name in _ADDED:
        said = markers[name].search(folded)
        if (
            said
            and not markers[name].search(source)
            and not _may_add(name, said.group(), clause, segment, part, evidence)
        ):
            found.append(Gap(Kindred.MARKER, said.group()))
    every = _EVERY.search(folded)
    if every and not _EVERY.search(source) and not _WHOLE.search(source):
        found.append(Gap(Kindred.MARKER, every.group()))
    must = _MUST.search(folded)
    if must and not _MUST_SOURCE.search(source) and _has_subject(clause):
        found.append(Gap(Kindred.MARKER, must.group()))
    found += _tense_gaps(clause, segment, held)
    if segment.source in (Source.QUOTE, Source.EXACT):
        labels = fold(" ".join(item.label for item in part.items))
        for name in _DROPPED:
            for match in markers[name].finditer(source):
                if segment.source is Source.EXACT and match.group() in labels:
                    continue
                touched = _next_held(match.end(), segment, held) if _MODAL.match(match.group()) else None
                where = "conditionnel" if match.group().endswith(("rait", "raient")) else name
                touched = _touches(match.start(), segment, held, where) if touched is None else touched
                if touched and not _kept(name, part.reading.folded, evidence):
                    found.append(Gap(Kindred.MARKER, match.group()))
    return found


def _kept(name: str, folded: str, evidence: Evidence) -> bool:
    """Say whether a sentence says too what its source restricts or wishes; a wish may be told as planned."""
    markers = evidence.rules.markers
    if name != "souhait":
        return bool(markers[name].search(folded))
    return bool(markers[name].search(folded) or markers["incertain"].search(folded) or _LATER.search(folded))


def _may_add(name: str, said: str, clause: Clause, segment: Segment, part: Part, evidence: Evidence) -> bool:
    """Say whether a marker that the line has not changes nothing of what it says."""
    if _licensed(name, said, part, evidence):
        return True
    if name == "comparaison":
        return _is_covered(said, clause, segment, evidence)
    return name == "agent" and (bool(_MEANS.search(segment.reading.folded)) or _agent_acts(clause, segment, evidence))


def _has_subject(clause: Clause) -> bool:
    """Say whether something else than a document stands before « doit »."""
    place = next((at for at, word in enumerate(clause.words) if word.form.startswith(("doi", "devr"))), 0)
    return any(not word.tool and not word.neutral for word in clause.words[:place])


def _licensed(name: str, said: str, part: Part, evidence: Evidence) -> bool:
    """Say whether a marker is the label's own, or the exact answer's: « une seule action » when there is one."""
    if name == "agent":
        return bool(_BY.search(part.reading.folded)) or any(
            evidence.rules.roles[role].search(part.reading.folded) for role in ("porteur", "financeur")
        )
    if name == "restriction" and len(evidence.material.actions) == 1 == evidence.material.coverage.matching:
        return bool(re.search(r"\b(?:seule|unique) (?:action|fiche)\b|\bseul levier\b", part.reading.folded))
    analyser = evidence.lexicon.analyser
    labels = " ".join(item.label for item in part.items)
    return said in fold(labels) or analyser.stem(said) in {token.stem for token in analyser.tokens(labels)}


# What is measured by something is not done by somebody; « par exemple » names nobody.
_BY = re.compile(
    r"\b(?:mesur|evalu|suivi|verifi|apprecie|juge)\w*\s+(?:\w+\s+)?par\b|\bpar (?:exemple|rapport|ailleurs)\b"
    r"|\bpar (?:la |le |les |cette |ce |ces |l['’])?(?:\w+ )?(?:fiche|action|plan|levier|contrat|document|mesure)s?\b"
)
# « Les médecins doivent s'installer » is not « leur donner envie de s'installer »; « doit être créé » is « créer ».
_MUST = re.compile(r"\b(?:doi(?:t|vent)|devr(?:a|ont))\b(?!\s+(?:\w+\s+)?etre\b)")
_MUST_SOURCE = re.compile(r"\b(?:doi(?:t|vent)|devr\w+|faut|faudra|obligat\w+|charge a|a charge|tenue?s?)\b")
# « Toutes les formations » is not « la formation compte tout autant »; of actions it is told by another check.
_EVERY = re.compile(
    r"\b(?:toute?s? (?:les?|la|l['’])|tous(?: les)?|toutes|l['’]ensemble des?)\b"
    r"(?! ?(?:les )?(?:actions|fiches|plans|contrats|leviers|mesures|deux|trois|quatre|cinq|jours|mois|ans|semaines)\b)"
)
_WHOLE = re.compile(
    r"\b(?:l'ensemble d|la totalite|chaque (?!mois|an\b|annee|jour|semaine)|chacune?|l'integralite"
    r"|quel(?:le)?s? que soi)"
)
# So many words before its verb, a noun is its subject.
_SUBJECT_REACH = 4
_MEANS = re.compile(r"\b(?:via|au moyen|par le biais|a travers)\b")
_LATER = re.compile(
    r"\b(?:\w{2,}(?:era|eront|ira|iront|dra|dront|ttra|ttront|vra|vront|rra|rront|ura|uront)|sera|seront|va|vont|doit|doivent|prevus?|prevues?|prevoi\w+|prevoit"
    r"|envisage\w*|compte\w*|souhait\w+|vise|visent|veut|veulent|cherche|cherchent|entend|entendent)\b"
)


def _agent_acts(clause: Clause, segment: Segment, evidence: Evidence) -> bool:
    """Say whether who stands behind « par » is the subject of that verb in the evidence: « les habitants citent »."""
    words = segment.reading.words
    for place, verb in enumerate(clause.words[:-1]):
        if not verb.past or clause.words[place + 1].form != "par":
            continue
        agent = next((word for word in clause.words[place + 2 :] if not word.tool), None)
        return agent is not None and any(
            same_word(word, verb, evidence)
            and is_finite(words, position)
            and any(same_word(one, agent, evidence) for one in words[max(0, position - _SUBJECT_REACH) : position])
            for position, word in enumerate(words)
        )
    return False


_ALREADY = re.compile(r"\b(?:deja|desormais|en cours)\b")


def _tense_gaps(clause: Clause, segment: Segment, held: set[str]) -> list[Gap]:
    """Return what is told as done and is only planned, or the reverse."""
    done = PERFECT.search(clause.text.lower())
    if done and not segment.reading.perfect:
        return [Gap(Kindred.MARKER, clause.text.strip())]
    if done or not _LATER.search(clause.folded) or _LATER.search(segment.reading.folded):
        return []
    places = [*segment.reading.perfect, *(match.start() for match in _ALREADY.finditer(segment.reading.folded))]
    touched = any(_touches(place, segment, held) for place in places)
    return [Gap(Kindred.MARKER, clause.text.strip())] if touched else []


def _next_held(place: int, segment: Segment, held: set[str]) -> bool:
    """Say whether a clause leans on the verb that a modal verb governs."""
    after = next((word for word in segment.reading.words if word.span.start >= place and not word.tool), None)
    return after is not None and not held.isdisjoint(after.stems)


def _touches(place: int, segment: Segment, held: set[str], name: str = "") -> bool:
    """Say whether the clause leans on words of the line, or of the brackets, that a marker stands in."""
    folded = segment.reading.folded
    opened, closed = folded.rfind("(", 0, place), folded.rfind(")", 0, place)
    start, end = (opened, (folded.find(")", place) + 1) or len(folded)) if opened > closed else (0, len(folded))
    if name == "conditionnel":
        start = max((match.end() for match in _COMMA.finditer(folded, 0, place)), default=0)
        after = _COMMA.search(folded, place)
        end = after.start() if after else len(folded)
    if name in ("restriction", "faiblesse"):
        start = max((match.end() for match in _PIECE.finditer(folded, 0, place)), default=0)
        after = _PIECE.search(folded, place)
        end = after.start() if after else len(folded)
    return any(start <= word.span.start < end and not held.isdisjoint(word.stems) for word in segment.reading.words)
