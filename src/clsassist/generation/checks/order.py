"""Who acts on whom: the subject of a verb is not what the evidence makes its object."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clsassist.generation.claim import Evidence
from clsassist.generation.clauses import Clause
from clsassist.generation.evidence import Segment, Source
from clsassist.generation.reading import Word
from clsassist.generation.verbs import is_infinitive, root_of, same_verb

_FINITE = re.compile(r"(?:e|ent|it|issent|ra|ront|rait|raient|ait|aient|ut|ont|d|t)$")
_ADJECTIVE = re.compile(r"(?:ale|elle|ive|ique|aire|euse)$")
# Behind these, the same letters make a noun or a participle.
_BEFORE_NOUN = frozenset(
    "le la les l un une des du de d au aux a en par pour sur sans ce cet cette ces son sa ses leur leurs est sont sera "
    "seront ete etre et ou".split()
)
_NO_VERBS = frozenset(
    "ete etre avoir pendant avant devant durant suivant cependant maintenant ensuite notamment comme "
    "entre contre outre proche jeune pourrait pourraient peut peuvent devrait devraient local salarie "
    "sante chaque autre environ ensemble exemple sociale medicale generale commune libre simple".split()
)
# « Les patients font progresser… », « les médecins doivent repérer… »: the subject is theirs.
_AUXILIARIES = frozenset("font fait fera feront va vont peut peuvent doit doivent veut veulent devra devront".split())
# « Les médecins ont mené… » acts; « seront menés » does not.
_HAVE = frozenset("a ont avait avaient aura auront ayant".split())
_TOOL_VERBS = frozenset("est sont sera seront soit soient a ont aura auront fait font serait seraient".split())
_LINKS = frozenset(("de", "d", "du", "des", "a", "au", "aux"))
_AIMING = frozenset(
    "cherche cherchent vise visent souhaite souhaitent veut veulent peut peuvent doit doivent tente tentent essaie "
    "contribue contribuent participe participent entend entendent".split()
)
# To do these to an act is to do it.
# « L'hôpital local de Thann »: so many words lead from a noun to the name of its place.
_NEAR_NAME = 4
_PAIR = 2
# Verbs that only help or lead others to act; so many words further, what they are led to.
_HELPING = (
    "aid",
    "incit",
    "encourag",
    "convainc",
    "convaincr",
    "invit",
    "accompagn",
    "soutenir",
    "souten",
    "epaul",
    "appui",
)
_HELPED = 3
_PERFORMING = frozenset(
    "assurer organiser realiser mener conduire effectuer lancer mettre faire poursuivre tenir".split()
)
_PRONOUN = re.compile(r"\b(?:ils?|elles?|on)\b")
_AGENT = re.compile(r"\bpar (?:(?:le|la|les|des|un|une|du|de|l['’]) ?)*$")
_OF = frozenset(("de", "d", "du", "des"))
_ARTICLES = frozenset("le la les l un une des ce cet cette ces".split())
# « Soutenir le déploiement du partage de tâches » supports the sharing too.
_LIGHT = frozenset("deploiement developpement realisation essor lancement demarrage mise place oeuvre".split())
_COMPLEMENTS = frozenset(
    "de d du des a au aux en par pour sur dans avec chez vers entre qui que dont aupres sous lors parmi autour face "
    "via".split()
)
_NO_OBJECT_BEHIND = frozenset(("depuis", "pendant"))
_PARTITIVES = frozenset(("de", "d", "du", "des"))
_COMMA = re.compile(r"[,;:()]")


def order_reason(lines: Sequence[tuple[Clause, list[Segment]]], evidence: Evidence) -> str | None:
    """Refuse a clause whose subject is, in every line that bears it out, the object of the same verb."""
    for clause, found in lines:
        for first, second in _genitives(clause):
            if all(_reversed(first, second, segment, evidence) for segment in found):
                return f"La phrase rattache « {second.form} » à « {first.form} » ; la source ne le fait pas."
        for place in range(len(clause.words)):
            moved = _object(clause.words, place)
            if moved and all(_object_changed(clause.words[place], moved, segment, evidence) for segment in found):
                return f"La phrase change ce sur quoi porte « {clause.words[place].form} »."
        reasons = (_verb_reason(clause, place, found, evidence) for place in range(len(clause.words)))
        reason = next(filter(None, reasons), None)
        if reason:
            return reason
    return None


def _verb_reason(clause: Clause, place: int, found: Sequence[Segment], evidence: Evidence) -> str | None:
    """Refuse an act of which the evidence only speaks, or that somebody else does in it."""
    verb = clause.words[place]
    if is_infinitive(verb.form) and not verb.tool and all(_only_helped(verb, clause, one, evidence) for one in found):
        return f"La source citée ne dit que ce qui doit mener à « {verb.form} »."
    if not is_finite(clause.words, place):
        return None
    subject = [word for word in clause.words[:place] if not word.tool and not word.neutral]
    if all(_only_named(verb, segment, evidence) for segment in found):
        return f"La source citée ne dit pas que « {verb.form} » se fait."
    if all(_governed(verb, clause, segment, evidence) for segment in found):
        return f"La source citée ne dit pas que « {verb.form} » se fait, mais ce qui doit y mener."
    if subject and all(_inverted(subject, verb, segment, evidence) for segment in found):
        return f"La phrase change qui agit : « {subject[-1].form} », « {verb.form} »."
    return None


def _genitives(clause: Clause) -> Iterator[tuple[Word, Word]]:
    """Yield the nouns that « de » joins, no number between them: « un annuaire des professionnels »."""
    starts = [one.value.span.start for one in clause.values]
    held: Word | None = None
    linked = False
    for word in clause.words:
        if word.tool:
            linked = held is not None and (word.form in _OF or (linked and word.form in _ARTICLES))
        else:
            if held and linked and not any(held.span.start < start < word.span.start for start in starts):
                yield held, word
            held, linked = word, False


def _reversed(first: Word, second: Word, segment: Segment, evidence: Evidence) -> bool:
    """Say whether a segment has both words, the second before the first alone."""
    words = segment.reading.words
    firsts = [place for place, word in enumerate(words) if same_word(word, first, evidence)]
    seconds = [place for place, word in enumerate(words) if same_word(word, second, evidence)]
    same = [place for place in firsts if first.stem in words[place].stems]
    if second.capital and not second.acronym and same and seconds:
        # « Le groupe de Mulhouse, pour l'hôpital de Thann » has no hospital of Mulhouse.
        return not any(
            0 < _content_between(words, first_place, place) <= _NEAR_NAME for first_place in same for place in seconds
        )
    acts = [place for place in firsts if is_infinitive(words[place].form)]
    if acts and seconds and len(acts) == len(firsts):
        # « La promotion du territoire », where the evidence promotes something else.
        return all(
            (own := _noun_behind(words, place))
            and not all(word.neutral for word in own)
            and not any(same_word(word, second, evidence) for word in own)
            for place in acts
        )
    if not (firsts and seconds) or min(firsts) < max(seconds):
        return False
    # « Trouver un hébergement » for young people is theirs; « un annuaire des professionnels » is not the doctors'.
    if not any(word.form in _OF for first_place in firsts for word in words[first_place + 1 : first_place + 2]):
        return False
    # « Programme Leader, concours éventuel »: a comma is as good as « de ».
    between = segment.reading.folded[words[max(seconds)].span.end : words[min(firsts)].span.start]
    return not _COMMA.search(between)


def _content_between(words: Sequence[Word], start: int, end: int) -> int:
    """Return how many words that say something one goes, from one to the other; 0 when they come the other way."""
    return sum(not word.tool for word in words[start + 1 : end + 1])


def _object(words: Sequence[Word], place: int) -> list[Word]:
    """Return the words of the first noun behind a verb in the infinitive: « subventionner la coordination »."""
    if not is_infinitive(words[place].form) or words[place].tool or words[place].capital:
        return []
    if place and words[place - 1].tool and words[place - 1].form in _ARTICLES:
        return []
    return _noun_behind(words, place)


def _noun_behind(words: Sequence[Word], place: int) -> list[Word]:
    found: list[Word] = []
    for position, word in enumerate(words[place + 1 :]):
        if word.form in _NO_OBJECT_BEHIND:
            break
        if word.tool and word.form in _COMPLEMENTS and (position or word.form not in _PARTITIVES):
            break
        if not word.tool:
            found.append(word)
    return found


def _object_changed(verb: Word, moved: Sequence[Word], segment: Segment, evidence: Evidence) -> bool:
    """Say whether a segment has the verb, with another noun behind it and ours only further on."""
    if segment.source not in (Source.QUOTE, Source.EXACT, Source.TITLE):
        return False
    words = segment.reading.words
    places = [place for place, word in enumerate(words) if same_word(word, verb, evidence)]
    if not places:
        return False
    return not any(
        (not (own := _noun_behind(words, place)) and not _complement_is(moved[0], words, place, evidence))
        or (own and all(word.neutral or word.form in _LIGHT for word in own))
        or any(same_word(word, one, evidence) for word in own for one in moved)
        for place in places
    )


def _complement_is(noun: Word, words: Sequence[Word], place: int, evidence: Evidence) -> bool:
    """Say whether a verb is followed by a preposition and this noun: « promouvoir auprès des médecins l'attrait… »."""
    after = next((word for word in words[place + 1 :] if not word.tool), None)
    return after is not None and same_word(after, noun, evidence)


def is_finite(words: Sequence[Word], place: int) -> bool:
    """Say whether a word looks like a verb with a subject: its end, and no article before it."""
    before = words[place - 1] if place else None
    form = words[place].form
    return (
        not words[place].tool
        and (bool(_FINITE.search(form)) or is_infinitive(form))
        and (not is_infinitive(form) or (before is not None and before.form in _AUXILIARIES))
        and form not in _NO_VERBS
        and not _ADJECTIVE.search(form)
        and (not words[place].past or (before is not None and before.form in _HAVE))
        and not form.endswith("ement")
        and (before is None or before.form not in _BEFORE_NOUN)
    )


def has_verb(words: Sequence[Word]) -> bool:
    """Say whether some word may be a verb: doubt is in favour of the sentence."""
    return any(
        word.form in _TOOL_VERBS or word.neutral or is_infinitive(word.form) or is_finite(words, place)
        for place, word in enumerate(words)
    )


def _inverted(subject: Sequence[Word], verb: Word, segment: Segment, evidence: Evidence) -> bool:
    """Say whether a segment has the verb, and the subject only behind it or in another piece of its sentence."""
    if segment.source not in (Source.QUOTE, Source.EXACT):
        return False
    words = segment.reading.words
    # « Porteur : PETR » is no verb: who has which part is told by its own check.
    roles = evidence.rules.roles.values()
    verbs = [
        word
        for word in words
        if same_word(word, verb, evidence) and not any(role.fullmatch(word.form) for role in roles)
    ]
    if not verbs:
        return False
    return all(_not_subject(subject, one, segment, evidence) for one in verbs)


def _not_subject(subject: Sequence[Word], verb: Word, segment: Segment, evidence: Evidence) -> bool:
    words = segment.reading.words
    cuts = [match.end() for match in _COMMA.finditer(segment.reading.folded, 0, verb.span.start)]
    start = max(cuts, default=0)
    before = [word for word in words if start <= word.span.start < verb.span.start and not word.tool]
    named = [word for word in words if any(same_word(word, one, evidence) for one in subject)]
    if not named or _ends_alike(before, subject, evidence):
        return False
    named = [word for word in named if not _is_complement(words, word, start)]
    if any(_AGENT.search(segment.reading.folded[: word.span.start]) for word in named):
        return False
    place = words.index(verb)
    if verb.form.endswith("ant") and place and words[place - 1].form == "en":
        # « … en valorisant »: who does it is the subject of the sentence.
        first = next((w.span.start for at, w in enumerate(words) if is_finite(words, at)), verb.span.start)
        return not any(word.span.start < first for word in named)
    if is_infinitive(verb.form):
        return not any(word.span.start < verb.span.start for word in named)
    if not before and _PRONOUN.search(segment.reading.folded[start : verb.span.start]):
        # « La formation continue compte : elle accompagne… »: the pronoun stands for the subject of the sentence.
        opening = next(word for word in words if not word.tool)
        return not any(word is opening for word in named)
    return (bool(before) and not any(word in before for word in named)) or not any(
        word.span.start < verb.span.start for word in named
    )


def _ends_alike(before: Sequence[Word], subject: Sequence[Word], evidence: Evidence) -> bool:
    """Say whether the same two nouns stand right before the verb: « des actions de sensibilisation qui incitent »."""
    pairs = [*zip(before[-_PAIR:], subject[-_PAIR:], strict=False)]
    return len(pairs) == _PAIR and all(same_word(one, other, evidence) for one, other in pairs)


def _governed(verb: Word, clause: Clause, segment: Segment, evidence: Evidence) -> bool:
    """Say whether a segment has the act only behind another: « s'assurer de », « cherche à améliorer »."""
    if segment.source not in (Source.QUOTE, Source.EXACT):
        return False
    words = segment.reading.words
    places = [place for place, word in enumerate(words) if same_word(word, verb, evidence)]
    return bool(places) and all(_has_governor(words, place, clause, evidence) for place in places)


def _only_helped(verb: Word, clause: Clause, segment: Segment, evidence: Evidence) -> bool:
    """Say whether a segment only helps, or incites, to do it: « aider à gérer » is not « gérer »."""
    if segment.source not in (Source.QUOTE, Source.EXACT, Source.TITLE):
        return False
    words = segment.reading.words
    places = [place for place, word in enumerate(words) if same_word(word, verb, evidence)]
    helped = [place for place in places if _helper(words, place)]
    return (
        bool(places) and len(helped) == len(places) and not any(word.stem.startswith(_HELPING) for word in clause.words)
    )


def _helper(words: Sequence[Word], place: int) -> bool:
    before = words[max(0, place - _HELPED) : place]
    return (
        any(word.stem.startswith(_HELPING) for word in before)
        and bool(before)
        and before[-1].form in ("a", "de", "d", "se", "s")
    )


def _only_named(verb: Word, segment: Segment, evidence: Evidence) -> bool:
    """Say whether a segment has, for a verb, only a noun that acts on nothing: « logement disponible », « loge »."""
    if segment.source not in (Source.QUOTE, Source.EXACT):
        return False
    words = segment.reading.words
    places = [place for place, word in enumerate(words) if same_word(word, verb, evidence)]
    return bool(places) and all(_names_no_act(words, place) for place in places)


def _names_no_act(words: Sequence[Word], place: int) -> bool:
    word = words[place]
    if word.past or word.neutral or is_infinitive(word.form) or is_finite(words, place) or not root_of(word.form):
        return False
    after = words[place + 1].form if place + 1 < len(words) else ""
    return after not in _OF


def _has_governor(words: Sequence[Word], place: int, clause: Clause, evidence: Evidence) -> bool:
    start = place
    while start and words[start - 1].tool:
        start -= 1
    links = {word.form for word in words[start:place]}
    # « Accompagner la formation » is not to train.
    act = not is_infinitive(words[place].form) and bool(links) and links <= _ARTICLES
    if not start or not (links & _LINKS or act):
        return False
    governor = words[start - 1]
    if not (is_infinitive(governor.form) or governor.form in _AIMING):
        return False
    if act and (governor.neutral or governor.form in _PERFORMING):
        return False
    return not any(same_word(word, governor, evidence) or word.form in _AIMING for word in clause.words)


def _is_complement(words: Sequence[Word], noun: Word, start: int) -> bool:
    """Say whether a noun only completes another before it: « des partenaires de la CPTS proposent »."""
    before = [word for word in words if start <= word.span.start < noun.span.start]
    while before and before[-1].form in ("la", "l", "le", "les"):
        before.pop()
    return bool(before) and before[-1].form in _OF and any(not word.tool for word in before)


def same_word(one: Word, other: Word, evidence: Evidence) -> bool:
    """Say whether two words are one, or equivalents."""
    if not set(one.stems).isdisjoint(other.stems) or same_verb(one.form, other.form):
        return True
    return not _groups(one, evidence).isdisjoint(_groups(other, evidence))


def _groups(word: Word, evidence: Evidence) -> set[str]:
    """Return the equivalents that a word alone says."""
    rows = (row for stem in word.stems for row in evidence.same.by_first.get(stem, ()))
    return {group for run, group, implies in rows if len(run) == 1 and not implies}
