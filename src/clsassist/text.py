"""The one French analyser: the same folding, tokens and stems serve the documents and the questions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from clsassist.records import Span

# The stems of a phrase, in order.
Stems = tuple[str, ...]

_STEMMER = Stemmer.Stemmer("french")

# Characters that word processors and PDF writers use for an ASCII one, and ligatures that NFKD leaves alone.
_LOOKALIKES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})

# Characters that show nothing: they hide instructions, or cut words in two. Soft hyphen, Mongolian vowel separator,
# zero width, direction marks, fillers, variation selectors, tags, controls other than the line end and the tab.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\ufff0-\ufffb\U000e0000-\U000e0fff\x00-\x08\x0e-\x1f\x7f-\x9f]"
)
# Letters of other scripts that nobody tells from a Latin one.
_DISGUISED = str.maketrans(
    "асԁеһіјӏмоорԛгѕтуѵԝхАВСЕНІЈКМОРЅТУХαικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "acdehijlmoopqrstuvwxABCEHIJKMOPSTYXaikvoptuxABEZHIKMNOPTYX",
)
# Letters drawn otherwise: full width, mathematical, and the holes of that block; ligatures; wide spaces.
_DRAWN_OTHERWISE = re.compile(
    "[\uff01-\uff5e\u3000\ufb00-\ufb06\u210a-\u2113\u2115\u2119-\u211d\u2124\u2128\u212c-\u2134\U0001d400-\U0001d7ff]+"
)

# A word; « C.P.A.M. » is one; so is « élu·e·s », « référent(e) », « agent.e.s » (inclusive writing).
_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}[^\W\d_]?"
    r"|[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*(?:[·•‧][^\W\d_]{1,6})*(?:\.e\b(?:\.s\b)?|\((?:e|ne|le|ve|trice)\)s?)?"
)
_INCLUSIVE = re.compile(r"(?:[·•‧]\w+)+$|\.e(?:\.s)?$|\(\w+\)s?$")

# Beyond this a word is none of those that inclusive writing marks.
_LONGEST_INCLUSIVE = 60

# Abbreviations that accents alone tell from another word: « Tél. » is not « tel ».
_ABBREVIATED = {"tél": "téléphone"}

# Words that carry no topic. Elided forms lose their apostrophe in tokens: « l' » is « l ».
STOP_WORDS = frozenset(
    """
    a ai aie ait alors apres as au aucun aucune aura aurait aussi autre autres aux avait avant avec avoir ayant
    c car ce ceci cela celle celles celui ces cet cette ceux chacun chaque chez ci comme comment d dans de deja
    depuis des desormais dont du durant elle elles en encore entre es est et etaient etait etant ete etre eu eux
    fait faut font furent ici il ils j je l la le les leur leurs lors lorsqu lorsque lui m ma mais me meme memes
    mes moi moins mon n ne ni nos notre nous on ont or ou par parce parmi pas pendant peu peut peuvent plus
    plusieurs plutot pour pourquoi puis puisque qu quand que quel quelle quelles quels qui quoi s sa sans se sera
    serait seront ses si sien soi soit son sont sous sur t ta tandis te tel telle telles tels tes toi ton tous
    tout toute toutes tres trop tu un une vers via voici voila vos votre vous y etc ainsi afin donc dun dune
    jusqu ca cf jusque avez avons avais auront aurez aurons etes sommes serez serons seraient etions suis es
    peut-etre vais va vont allez allons
    """.split()
)


# A letter with an accent, and how it is typed without.
_TYPED = {
    **dict.fromkeys("éèêë", "e"),
    **dict.fromkeys("àâ", "a"),
    **dict.fromkeys("îï", "i"),
    "ô": "o",
    "û": "u",
    "ç": "c",
}
_IN_PATTERN = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|[éèêëàâîïôûç]")


def french(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of French words that also matches them typed without accents, whatever the case.

    « ù » is left alone: « où » without its accent is another word.

    >>> bool(french("portées?").search("PORTEES"))
    True
    """

    def typed(match: re.Match[str]) -> str:
        found = match.group()
        if found.startswith("["):
            return found[:-1] + "".join(_TYPED.get(letter, "") for letter in found) + "]"
        return f"[{found}{_TYPED[found]}]" if found in _TYPED else found

    return re.compile(_IN_PATTERN.sub(typed, pattern), re.IGNORECASE)


def fold(text: str) -> str:
    """Lower the case and drop the accents.

    >>> fold("Élus de l’Œuvre")
    "elus de l'oeuvre"
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_LOOKALIKES)).translate(_DISGUISED)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


def legible(text: str) -> str:
    r"""Return words as their reader sees them: nothing invisible, each letter the one that it looks like.

    For what is understood, never for what is quoted.

    >>> legible("mа\u00eetri\u200bse\x1b de ｓｔａｇｅ")
    'maîtrise de stage'
    """
    if text.isascii() and text.isprintable():
        return text
    plain = _DRAWN_OTHERWISE.sub(lambda found: unicodedata.normalize("NFKC", found.group()), INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", plain.translate(_DISGUISED))


def squeeze(text: str) -> str:
    r"""Make every run of white space, no-break spaces included, one space.

    >>> squeeze(" Début :\u00a0   2025 ")
    'Début : 2025'
    """
    return " ".join(text.split())


# The months as French writes them, from January.
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: ``form`` is folded, ``stem`` is what search compares, ``span`` is its place."""

    form: str
    stem: str
    span: Span

    @property
    def stop(self) -> bool:
        """Say whether the word carries no topic."""
        return self.form in STOP_WORDS


@dataclass(frozen=True, slots=True)
class Analyser:
    """Texts to stems. ``acronyms`` (folded) are kept whole, so that ESPS never becomes ESP."""

    acronyms: frozenset[str] = frozenset()

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Return every word of ``text``, stop words included, in order."""
        return tuple(self._token(match) for match in _WORD.finditer(text))

    def content(self, text: str) -> tuple[Token, ...]:
        """Return the words of ``text`` that carry a topic."""
        return tuple(token for token in self.tokens(text) if not token.stop)

    def stems(self, text: str) -> tuple[str, ...]:
        """Return the stems of the words that carry a topic.

        >>> Analyser().stems("Les médecins maîtres de stage")
        ('medecin', 'maitr', 'stag')
        """
        return tuple(token.stem for token in self.content(text))

    def _token(self, match: re.Match[str]) -> Token:
        word = _ABBREVIATED.get(match.group().lower(), match.group())
        if len(word) <= _LONGEST_INCLUSIVE:
            word = _INCLUSIVE.sub("", word)
        form = fold(word).replace(".", "")
        return Token(form, self.stem(form), Span(match.start(), match.end()))

    def stem(self, form: str) -> str:
        """Return the stem of one folded word; acronyms lose nothing but a plural s.

        >>> Analyser(frozenset({"cpts", "esp", "esps"})).stem("cptss")
        'cpts'

        A word never becomes an acronym by losing its end: « café » is not the CAF.

        >>> Analyser(frozenset({"caf"})).stem("cafe")
        'cafe'
        """
        if form in self.acronyms:
            return form
        if form.endswith("s") and form[:-1] in self.acronyms:
            return form[:-1]
        stem = _snowball(form)
        return stem if stem not in self.acronyms else form.removesuffix("s")


@lru_cache(maxsize=100_000)
def _snowball(form: str) -> str:
    # Folding first makes the stem the same with or without accents. Snowball looks for some of them, so the
    # feminine participle is taken off by hand and « -ite » is given its accent back (attractivité, qualité); the
    # plural of verbs, « luttent », is taken off too.
    if form.isdigit() or len(form) < 4:
        return form
    singular = form[:-1] if form.endswith("s") and not form.endswith("ss") else form
    singular = singular[:-1] if singular.endswith("ee") else singular
    if singular.endswith("ent") and not singular.endswith("ment") and len(singular) >= 7:
        singular = singular[:-3] + "e"
    accented = singular[:-1] + "é" if singular.endswith("ite") else singular
    return fold(_STEMMER.stemWord(accented))


# A sentence ends with a mark followed by white space and something that opens a sentence.
_SENTENCE_END = re.compile(r"(?<=[.!?…])[»\")]?\s+(?=[«\"“(]?\s?[A-ZÀ-ÝŒ0-9])")
_ABBREVIATION = re.compile(r"(?:\b(?:cf|etc|art|p|n|M|Mme|Dr|Pr|St|Ste|tél|Tél|ex|env|min|max)|\b[A-ZÀ-Ý])\.$")


def sentence_spans(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the trimmed sentences of ``text[start:end]``, as spans into ``text``.

    >>> sample = "Un plan. Deux axes, etc. sont prévus."
    >>> [span.of(sample) for span in sentence_spans(sample, 0, len(sample))]
    ['Un plan.', 'Deux axes, etc. sont prévus.']
    """
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if _ABBREVIATION.search(text[begin : match.start()]):
            continue
        yield from trimmed(text, begin, match.start())
        begin = match.end()
    yield from trimmed(text, begin, end)


def trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the span of ``text[start:end]`` without white space at its ends, or nothing when it is blank."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)


def says(stems: Stems, forms: Iterable[Stems]) -> bool:
    """Say whether a name holds one of the forms as whole words in a row."""
    return any(
        stems[start : start + len(form)] == form for form in forms for start in range(len(stems) - len(form) + 1)
    )


def find_sequence(stems: tuple[str, ...], tokens: Iterable[Token]) -> Span | None:
    """Return the place of the first run of ``tokens`` whose stems are ``stems``, or None."""
    held = tuple(tokens)
    width = len(stems)
    for first in range(len(held) - width + 1):
        if all(held[first + shift].stem == stem for shift, stem in enumerate(stems)):
            return Span(held[first].span.start, held[first + width - 1].span.end)
    return None
