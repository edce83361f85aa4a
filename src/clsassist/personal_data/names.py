"""Names of persons: by their civility, by the shape « Prénom NOM », under a label, and wherever they come again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from clsassist.personal_data.words import PersonWords
from clsassist.records import Span
from clsassist.text import fold

_LETTER = r"[^\W\d_]"
_CAPITAL = r"[A-ZÀ-ÖØ-ÞŸŒ]"
_SPACE = r"[ \u00a0\u202f]"
_WORD = rf"{_CAPITAL}(?:{_LETTER}|['’](?={_LETTER}))*(?:-(?:{_LETTER}|['’](?={_LETTER}))+)*"
_INITIAL = rf"{_CAPITAL}\.(?:{_SPACE}?-?{_SPACE}?{_CAPITAL}\.)*"
_PARTICLE = rf"(?:(?:de{_SPACE}la|de|du|des|von|van|der|den|ben|bin|el|al|da|dos|la|le){_SPACE}+){{1,2}}|d['’]"
_TOKEN = re.compile(rf"{_INITIAL}|(?:{_PARTICLE})?{_WORD}")
_NAME = rf"(?:{_INITIAL}|{_WORD})(?:{_SPACE}*(?:(?<=\.)|{_SPACE})(?:{_INITIAL}|(?:{_PARTICLE})?{_WORD})){{0,3}}"

_ONE = (
    r"M\.|Mr\.?|Mme\.?|MME|Mlle\.?|MLLE|[Mm]onsieur|MONSIEUR|[Mm]adame|MADAME|[Mm]ademoiselle|Me|[Mm]aître|"
    r"[Dd]r\.?|[Dd]re\.?|[Dd]octeure?|DOCTEUR|Pr\.?|[Pp]rofesseure?"
)
_MANY = r"MM\.|Mmes\.?|Mlles\.?|[Mm]essieurs|[Mm]esdames|Drs\.?|[Dd]octeure?s|Prs\.?|[Pp]rofesseure?s"
# A particle comes first after « M. » or « Mme » only: « professeur de SVT » names nobody.
_CIVIL = re.compile(
    rf"(?<![\w.])(?:{_ONE}|{_MANY})(?:{_SPACE}*(?:(?<=\.)|{_SPACE})|(?<=[Me]\.){_SPACE}*)"
    rf"((?:(?<=M\.{_SPACE})(?:{_PARTICLE})|(?<=Mme{_SPACE})(?:{_PARTICLE}))?{_NAME})"
)
_NEXT = re.compile(rf"{_SPACE}*(?:,|/|&|{_SPACE}et{_SPACE}){_SPACE}*({_NAME})")
_PLURAL = re.compile(rf"(?:{_MANY})")
# Only these are given to streets and buildings: « rue Docteur X », never « rue Madame X ».
_LEARNED = re.compile(r"[DdPp]")
_ANY = re.compile(rf"(?<![\w.'’@/-]){_NAME}")
_SEQUENCE = re.compile(_NAME)
_BEFORE = re.compile(r"[^\s«»\"“”'’(]+")
_LINKS = frozenset(("de", "du", "des", "d", "la", "le", "les", "l", "et"))
# A surname alone is looked for elsewhere only when it is long enough not to be met by chance.
_LONE = 4


def find_names(text: str, in_person: Sequence[Span], in_name: Sequence[Span], words: PersonWords) -> Iterator[Span]:
    """Yield every name, those under a label that announces one read with less demand; they may overlap."""
    yield from _with_civility(text, words)
    for match in _ANY.finditer(text):
        yield from _bare(text, match, words)
    for value in in_name:
        if _WORDS_OF_NAME.fullmatch(value.of(text)):
            yield value
    for value in in_person:
        yield from _announced(text, value, words)


# Up to five words with a capital: a sentence is no name.
_WORDS_OF_NAME = re.compile(rf"(?:{_NAME})(?:{_SPACE}*[,/&]?{_SPACE}*(?:et{_SPACE})?(?:{_NAME}))?")


def _with_civility(text: str, words: PersonWords) -> Iterator[Span]:
    for match in _CIVIL.finditer(text):
        if _LEARNED.match(match.group()) and _names_a_place(text, match.start(), words):
            continue
        yield from _cut(text, match.span(1), words)
        if not _PLURAL.match(match.group()):
            continue
        after = _NEXT.match(text, match.end())
        while after:
            yield from _cut(text, after.span(1), words)
            after = _NEXT.match(text, after.end())


def _cut(text: str, place: tuple[int, int], words: PersonWords, least: int = 1) -> Iterator[Span]:
    """Yield a name up to the first word that is none, when it keeps ``least`` words."""
    start, end = place
    last, kept = start, 0
    for token in _TOKEN.finditer(text, start, end):
        word = token.group().split()[-1]
        if words.ends_a_name(word):
            break
        last, kept = token.end(), kept + 1
    if kept >= least and not _is_placeholder(text[start:last], words):
        yield Span(start, last)


def _is_placeholder(name: str, words: PersonWords) -> bool:
    return fold(name).rstrip(".") in words.placeholders


def _bare(text: str, match: re.Match[str], words: PersonWords) -> Iterator[Span]:
    """Yield the name that starts a run of words with capitals: « Prénom NOM », « NOM Prénom », « P. NOM »."""
    tokens = list(_TOKEN.finditer(text, *match.span()))
    for position, token in enumerate(tokens[:-1]):
        following = tokens[position + 1 :]
        if not _opens_a_name(text, token, following[0], words, alone=len(following) == 1):
            continue
        if _names_a_place(text, token.start(), words) or _is_public_figure(text, token.start(), words):
            return
        yield from _cut(text, (token.start(), match.end()), words, least=2)
        return


def _opens_a_name(text: str, token: re.Match[str], after: re.Match[str], words: PersonWords, *, alone: bool) -> bool:
    first, second = token.group(), after.group().split()[-1]
    if words.ends_a_name(first) or words.ends_a_name(second):
        return False
    if first.endswith("."):
        # « A. OBJECTIFS » at the start of a line numbers a part.
        return second.isupper() and len(second) >= 3 and not _starts_line(text, token.start())
    if words.is_first_name(first) and not first.isupper():
        return True
    surname = first.isupper() and len(first) >= 3 and fold(first) not in words.places
    return (
        surname
        and alone
        and words.is_first_name(second)
        and not second.isupper()
        and not _follows_capitals(text, token)
    )


def _starts_line(text: str, place: int) -> bool:
    return not text[text.rfind("\n", 0, place) + 1 : place].strip("\t |-•*")


def _follows_capitals(text: str, token: re.Match[str]) -> bool:
    before = text[max(0, token.start() - 40) : token.start()].rpartition("\n")[2].split()
    return bool(before) and before[-1].isupper() and len(before[-1]) > 1


def _names_a_place(text: str, place: int, words: PersonWords) -> bool:
    """Say whether the words just before make what follows the name of a street, a building or an organisation."""
    before = text[max(0, place - 60) : place]
    before = re.split(r"[\n\t|:;.,!?]", re.sub(r"\b([Dd]r|[Pp]r|[Ss]te?|bd)\.", r"\1", before))[-1]
    for word in reversed(_BEFORE.findall(before.replace("’", " ").replace("'", " "))):
        folded = fold(word)
        if folded in words.places or folded.rstrip("s") in words.places:
            return True
        if folded not in words.honours and folded not in _LINKS:
            return False
    return False


def _is_public_figure(text: str, place: int, words: PersonWords) -> bool:
    folded = fold(" ".join(text[place : place + 40].replace("-", " ").split())).replace("’", "'")
    return folded.startswith(words.public_figures)


def _announced(text: str, value: Span, words: PersonWords) -> Iterator[Span]:
    """Yield the names in a value that a label announces: unknown first names and lines in capitals are taken too."""
    for match in _SEQUENCE.finditer(text, value.start, value.end):
        tokens = [token.group().split()[-1] for token in _TOKEN.finditer(text, *match.span())]
        if len(tokens) < 2 or any(words.ends_a_name(word) or fold(word) in words.places for word in tokens[:2]):
            continue
        if _names_a_place(text, match.start(), words) or _is_public_figure(text, match.start(), words):
            continue
        if any(map(words.is_first_name, tokens[:2])) or _is_shaped(tokens) or match.start() == value.start:
            yield from _cut(text, match.span(), words, least=2)


def _is_shaped(tokens: Sequence[str]) -> bool:
    # « Prénom NOM » or « NOM Prénom », whatever the first name; short capitals are an acronym.
    return any(word.isupper() and len(word) > 3 for word in tokens) and not all(word.isupper() for word in tokens)


# --- the same persons elsewhere


def find_repeats(text: str, named: Iterable[Span], boxes: Iterable[str], words: PersonWords) -> Iterator[Span]:
    """Yield the places where a person already found is named otherwise: without civility, by surname, in a link.

    ``boxes`` are the left parts of personal addresses, which spell a name too.
    """
    names = {_split(span.of(text)) for span in named} | {name for box in boxes if _is_spelt(name := _split(box), words)}
    patterns = {pattern for name in names for pattern in _sequences(name)}
    for pattern in sorted(patterns):
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield Span(*match.span())
    for surname in sorted({word for name in names for word in _surnames(name, words)}):
        yield from _lone(text, surname, words)


def _is_spelt(box: tuple[str, ...], words: PersonWords) -> bool:
    # « prenom.nom » or « p.nom »: any other address spells a service as well as a person.
    return len(box) > 1 and (len(box[0]) == 1 or words.is_first_name(box[0]) or words.is_first_name(box[-1]))


def _split(name: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[\s.\-_'’\d]+", name) if part)


def _sequences(name: tuple[str, ...]) -> Iterator[str]:
    if len(name) < 2 or max(map(len, name)) < 3:
        return
    for order in (name, name[::-1], (*name[1:], name[0])):
        parts = (re.escape(part) if len(part) > 1 else rf"{re.escape(part)}\.?" for part in order)
        yield rf"(?<!\w){_BETWEEN.join(map(_any_accent, parts))}(?!\w)"


# In a text, an address or a link.
_BETWEEN = r"[ \u00a0.\-_’]{1,2}"
_ACCENTED = {"a": "aàâä", "c": "cç", "e": "eéèêë", "i": "iîï", "o": "oôö", "u": "uùûü"}


def _any_accent(pattern: str) -> str:
    return "".join(f"[{_ACCENTED[letter]}]" if (letter := fold(char)) in _ACCENTED else char for char in pattern)


def _surnames(name: tuple[str, ...], words: PersonWords) -> Iterator[str]:
    """Yield what of a name may stand alone for the person: its words in capitals, else its last one."""
    capitals = [word for word in name if word.isupper()]
    for word in capitals or name[-1:]:
        if len(word) >= _LONE and not words.is_first_name(word) and not words.ends_a_name(word):
            yield fold(word)


def _lone(text: str, surname: str, words: PersonWords) -> Iterator[Span]:
    pattern = re.compile(rf"(?<![\w-]){_any_accent(re.escape(surname))}(?![\w-])", re.IGNORECASE)
    places = [match for match in pattern.finditer(text) if match.group()[0].isupper()]
    if any(_LOCATED.search(text, max(0, match.start() - 30), match.start()) for match in places):
        # The surname of somebody is the name of a town here.
        return
    for match in places:
        if not _names_a_place(text, match.start(), words):
            yield Span(*match.span())


_LOCATED = re.compile(
    r"(?<!\w)(?:à|vers|pays(?: de)?|(?:ville|commune|canton|vallée|secteur|bassin|région|agglomération) de)[ \u00a0]$",
    re.IGNORECASE,
)
