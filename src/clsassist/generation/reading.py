"""A text read for comparison: its words with what is denied of them, its values with what they count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from clsassist.generation.rules import Rules
from clsassist.generation.values import Kind, Value, find_values
from clsassist.generation.verbs import lemma_of, root_of
from clsassist.lexicon import Lexicon
from clsassist.records import Span
from clsassist.text import Token, fold

# Where the reach of « ne … pas » ends, and that of « sans », « aucun », « hors ».
_WIDE_END = re.compile(
    r"[;:()\n]|\.\s|,\s*(?:afin|pour|de facon a|de maniere a|en vue)\b"
    r"|\b(?:mais|tandis|alors|cependant|toutefois|neanmoins|en revanche)\b"
)
_SUBJECT_END = re.compile(rf"{_WIDE_END.pattern}|,|\bet\b")
_NEAR_END = re.compile(r"[,;:()\n]|\.\s|\b(?:mais|et|ou|pour|afin|qui|dont|tandis|alors)\b")
_NE = re.compile(r"\bn(?:e\b|['’])")
_SECOND = re.compile(r"\b(?:pas|plus|jamais|rien|aucune?|ni|guere|personne|nulle?|point|nullement)\b")
_ALONE = re.compile(
    r"\b(?:sans|aucune?|ni|non|hors|hormis|sauf|excepte|pas|jamais|absence|manque|penurie|defaut|a l'exception"
    r"|a l'exclusion|faute|nulle? part|exclu(?:e|s|t|ent)?|loin)\b"
)
# An auxiliary and a participle, adverbs between them.
PERFECT = re.compile(
    r"\b(?:a|ont|avait|avaient|aura|auront|avoir|ayant|eut|eurent)\s+(?:(?:déjà|bien|aussi|également|\w+ment)\s+)?"
    r"(?:été|eu|fait|mis|pris|dit|vu|pu|dû|su|lu|\w{2,}(?:é|ée|és|ées|i|is|it|ie|ies|u|ue|us|ues|ert|erts|int|ints))\b"
)
_COMMA = re.compile(r"[,;()\n]|\.\s|\b(?:alors que|tandis que|contre|mais)\b")
# What is said of a value just before it; « plus d'un répondant sur deux » says it of « deux ».
_ABOUT = tuple(
    (name, re.compile(rf"\b(?:{words})\s*(?:une? [^\W\d_]+ sur )?$"))
    for name, words in (
        ("environ", r"environ|vers|pres d[e']|autour de|quelque|a peu pres|presque"),
        ("au moins", r"au moins|au minimum|minimum"),
        ("au plus", r"au plus|au maximum|maximum|jusqu'a|dans la limite de"),
        ("plus", r"plus d[e']|plus que|superieure?s? a|depass\w+|au-dessus de|au-dela de"),
        ("moins", r"moins d[e']|moins que|inferieure?s? a|au-dessous de|en dessous de|en deca de"),
    )
)
_STARTS = re.compile(r"\b(?:debut\w*|commenc\w*|demarr\w*|lanc\w*|des|depuis|partir|ouv\w+)\W*(?:\w+\W+){0,2}$")
_ENDS = re.compile(r"\b(?:fin\w*|termin\w*|achev\w*|jusqu\w*|echeance|ferm\w+)\W*(?:\w+\W+){0,2}$")
_PREFIXES = frozenset(("medico", "socio", "psycho"))
_PAST = ("é", "ée", "és", "ées")
# Shorter, it is an acronym.
_SHORTEST_IN_CAPITALS = 6
_HYPHEN = re.compile(r"\s*[-–—/]\s*")
_SPAN = re.compile(r"\s+a\s+|\s+et\s+|\s+(?:fin|et fin|et se termine en|et prend fin en|jusqu'en)\s*:?\s*")
_PIECE_END = re.compile(r"[,;:()\n]|\.\s|\b(?:et|ou|mais|puis)\b")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: ``sign`` is « - » where it is denied, « ? » before the denied verb, « + » elsewhere.

    ``stems`` are its stem, that of its lemma, and the root that a verb and its noun share; ``past`` says that it is
    written as a participle: « encouragé », which folds like « encourage ».
    """

    form: str
    stem: str
    stems: tuple[str, ...]
    span: Span
    past: bool
    capital: bool
    acronym: bool
    tool: bool
    neutral: bool
    sign: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A value with the words beside it, in its own piece of sentence: what it counts.

    ``about`` says « plus », « moins » or « environ » of it; ``side`` is « début » or « fin » of a year, in brackets
    when only a hyphen says so; ``piece`` are the stems between the commas around it, ``near`` those between any cuts.
    """

    value: Value
    after: tuple[str, ...]
    before: str
    about: str
    side: str
    piece: frozenset[str]
    near: frozenset[str]


@dataclass(frozen=True)
class Reading:
    """A text and everything that the checks compare in it."""

    text: str
    words: tuple[Word, ...]
    values: tuple[Counted, ...]
    denials: tuple[Span, ...]

    @cached_property
    def folded(self) -> str:
        """The text as the markers are looked for in it."""
        return fold_same(self.text)

    @cached_property
    def perfect(self) -> tuple[int, ...]:
        """The places where something is said to be done: « ont répondu », « a été créé »."""
        return tuple(match.start() for match in PERFECT.finditer(self.text.lower()))

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """The words that must be found in the evidence."""
        return tuple(word for word in self.words if not word.tool and not word.neutral)


def fold_same(text: str) -> str:
    """Fold a text letter by letter, so that places stay the same."""
    whole = fold(text)
    if len(whole) == len(text):
        return whole
    return "".join(folded if len(folded := fold(letter)) == 1 else letter.lower()[:1] for letter in text)


def read(text: str, rules: Rules, lexicon: Lexicon) -> Reading:
    """Return a text as words, values and denials."""
    folded = fold_same(text)
    values = find_values(text)
    tokens = [
        token
        for token in _compounds(lexicon.analyser.tokens(text), text)
        if not any(_inside(token, one) for one in values)
    ]
    denials = _denials(folded)
    words = tuple(_word(token, text, rules, lexicon, _sign(token.span.start, folded, denials)) for token in tokens)
    return Reading(text, words, tuple(_counted(one, words, values, folded) for one in values), denials)


def _compounds(tokens: Sequence[Token], text: str) -> list[Token]:
    """Join what a hyphen makes one word, the first of which is none: « médico-social » is not « social »."""
    joined: list[Token] = []
    for token in tokens:
        before = joined[-1] if joined else None
        if before and before.form in _PREFIXES and text[before.span.end : token.span.start] in ("-", " ", "‑"):
            span = Span(before.span.start, token.span.end)
            joined[-1] = Token(f"{before.form}{token.form}", f"{before.form}{token.stem}", span)
        else:
            joined.append(token)
    return joined


def _inside(token: Token, value: Value) -> bool:
    return token.span.start < value.span.end and value.span.start < token.span.end


def _word(token: Token, text: str, rules: Rules, lexicon: Lexicon, sign: str) -> Word:
    first = text[token.span.start]
    tool = token.form in rules.tools or (len(token.form) == 1 and not first.isupper())
    written = text[token.span.start : token.span.end]
    neutral = token.form in rules.neutral
    stems = (token.stem,) if tool or neutral else tuple(dict.fromkeys((token.stem, *_other_stems(written, lexicon))))
    return Word(
        token.form,
        token.stem,
        stems,
        token.span,
        past=written.lower().endswith(_PAST),
        capital=first.isupper(),
        acronym=len(written) > 1 and written.isupper(),
        tool=tool,
        neutral=neutral,
        sign=sign,
    )


def _other_stems(written: str, lexicon: Lexicon) -> Iterator[str]:
    """Yield the stem of a word's lemma, and what its root is."""
    if written.isupper() and len(written) < _SHORTEST_IN_CAPITALS:
        return
    lemma = fold(lemma_of(written.lower()))
    yield lexicon.analyser.stem(lemma)
    yield from (root for form in (lemma, fold(written)) if (root := root_of(form)))


def _denials(folded: str) -> tuple[Span, ...]:
    """Return the reach of each denial: the words that it denies."""
    spans = []
    for match in _NE.finditer(folded):
        end = _end(_WIDE_END, folded, match.end())
        clause = max((found.end() for found in _WIDE_END.finditer(folded, 0, match.start())), default=0)
        if _SECOND.search(folded, match.end(), end) or re.search(
            r"\b(?:aucune?|rien|personne|nulle?|ni)\b", folded[clause : match.start()]
        ):
            spans.append(Span(match.end(), end))
    for match in _ALONE.finditer(folded):
        if not any(span.start <= match.start() < span.end for span in spans):
            spans.append(Span(match.end(), _end(_NEAR_END, folded, match.end() + 1)))
    return tuple(spans)


def _end(pattern: re.Pattern[str], folded: str, start: int) -> int:
    found = pattern.search(folded, min(start, len(folded)))
    return found.start() if found else len(folded)


def _sign(place: int, folded: str, denials: tuple[Span, ...]) -> str:
    if any(span.start <= place < span.end for span in denials):
        return "-"
    # The subject of a denied verb is neither denied nor affirmed.
    for span in denials:
        if (
            place < span.start
            and not _SUBJECT_END.search(folded, place, span.start)
            and _NE.search(folded[max(0, span.start - 3) : span.start + 1])
        ):
            return "?"
    return "+"


def _counted(value: Value, words: tuple[Word, ...], values: tuple[Value, ...], folded: str) -> Counted:
    ends = [found.start() for found in _PIECE_END.finditer(folded, value.span.end)]
    ends += [other.span.start for other in values if other.span.start >= value.span.end]
    end = min(ends, default=len(folded))
    starts = [found.end() for found in _PIECE_END.finditer(folded, 0, value.span.start)]
    start = max([*starts, *(other.span.end for other in values if other.span.end <= value.span.start)], default=0)
    after = [word.stem for word in words if value.span.end <= word.span.start < end and not word.tool]
    before = [word.stem for word in words if start <= word.span.start < value.span.start and not word.tool]
    if not before and folded[: value.span.start].rstrip().endswith("("):
        earlier = [word for word in words if word.span.end <= value.span.start and not word.tool]
        named = earlier and folded[earlier[-1].span.end : value.span.start].strip() == "("
        before = [earlier[-1].stem] if named else []
    low = max((found.end() for found in _COMMA.finditer(folded, 0, value.span.start)), default=0)
    found = _COMMA.search(folded, value.span.end)
    high = found.start() if found else len(folded)
    piece = frozenset(word.stem for word in words if low <= word.span.start < high and not word.tool)
    about = next((name for name, pattern in _ABOUT if pattern.search(folded[: value.span.start])), "")
    side = _side(value, folded, values)
    near = frozenset([*after, *before])
    return Counted(value, tuple(after[:2]), before[-1] if before else "", about, side, piece, near)


def _side(value: Value, folded: str, values: tuple[Value, ...]) -> str:
    """Tell whether a year begins or ends something: « de 2025 à 2029 », « Fin : 2029 »."""
    if not is_year(value):
        return ""
    years = [other for other in values if is_year(other)]
    before = folded[: value.span.start]
    for first, last in pairwise(years):
        between = folded[first.span.end : last.span.start]
        if value in (first, last) and _HYPHEN.fullmatch(between):
            told = "début" if _STARTS.search(folded[: first.span.start]) else ""
            told = told or ("fin" if _ENDS.search(folded[: first.span.start]) else "")
            return told or ("(début)" if value is first else "(fin)")
        if value in (first, last) and _SPAN.fullmatch(between):
            return "début" if value is first else "fin"
    return "début" if _STARTS.search(before) else "fin" if _ENDS.search(before) else ""


def is_year(value: Value) -> bool:
    """Say whether a value is written like a year of our time."""
    return value.kind is Kind.NUMBER and value.said.isdigit() and 1900 <= int(value.said) <= 2099
