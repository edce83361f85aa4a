"""A sentence is one sentence, in plain French, about the documents, and new."""

from __future__ import annotations

import re

from clsassist.generation.checks.order import has_verb
from clsassist.generation.claim import Claim, Evidence
from clsassist.generation.evidence import MARK
from clsassist.text import fold, legible, sentence_spans

MOST_CHARACTERS = 400
_FEWEST_WORDS = 3
_FUNCTION_SHARE = 0.12
# « Un mi-temps en cabinet, un mi-temps en clinique » says four words twice.
_RUN = 5
_SAME_SHARE = 0.9
# Letters, figures and the punctuation of French prose: what draws, marks up or programs is not there.
_ALLOWED = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿŒœ0-9\s.,;:!?…'’«»\"“”()/%€°²&+\-–—\[\]@*·>\u00a0\u202f]*")
# A piece in brackets, « l'action promouvoir… », « la fiche 4 compte : »: models write them, nobody says them.
_BROKEN = re.compile(
    r"\W*\(|\W*(?:l['’]action|la fiche|le plan|le contrat)\s+(?:\d+\s+)?(?:[a-z]+(?:er|ir|oir|re)\b|compte\s*:)"
)
_MARKUP = re.compile(r"<|</|!\[|\]\(|\*\*|__|`|^\s*(?:[-*•>]|#+|\d+[.)])\s|\||[{}\\^~=]|\w\(\)|://|www\.")


def check_form(claim: Claim, evidence: Evidence, said: tuple[str, ...]) -> str | None:
    """Refuse what is no plain French sentence, or was said already."""
    for reason in (_written(claim), _about(claim, evidence), _language(claim, evidence), _repeated(claim, said)):
        if reason:
            return reason
    return None


def _written(claim: Claim) -> str | None:
    if len(claim.sentence) > MOST_CHARACTERS:
        return f"La phrase dépasse {MOST_CHARACTERS} caractères."
    if "\n" in claim.sentence or len(list(sentence_spans(claim.bare, 0, len(claim.bare)))) > 1:
        return "Il y a plus d'une phrase."
    if legible(claim.sentence) != claim.sentence.replace("\u202f", "\u202f") or not _ALLOWED.fullmatch(claim.sentence):
        return "La phrase contient des caractères cachés ou étrangers au français."
    letters = [letter for letter in claim.bare if letter.isalpha()]
    if 2 * sum(map(str.isupper, letters)) > len(letters) or not _is_sentence(claim):
        return "Ce n'est pas une phrase, mais un titre ou un morceau de liste."
    if _MARKUP.search(claim.sentence):
        return "La phrase contient une mise en forme, un lien ou du code."
    return None


def _is_sentence(claim: Claim) -> bool:
    return has_verb(claim.reading.words) and not _BROKEN.match(claim.reading.folded)


def _about(claim: Claim, evidence: Evidence) -> str | None:
    told = " ".join(segment.reading.folded for part in claim.parts for segment in part.segments)
    ordered = evidence.rules.orders.search(claim.reading.folded)
    found = evidence.rules.self_talk.search(claim.reading.folded) or (ordered and ordered.group() not in told)
    return "La phrase ne parle pas des documents mais d'elle-même ou de son lecteur." if found else None


def _language(claim: Claim, evidence: Evidence) -> str | None:
    words = claim.reading.words
    if len(words) < _FEWEST_WORDS:
        return "La phrase est trop courte pour dire quelque chose."
    english = sum(word.form in evidence.rules.english for word in words)
    french = sum(word.tool or word.neutral for word in words)
    if french < _FUNCTION_SHARE * len(words) or english >= french:
        return "La phrase n'est pas en français."
    return None


def _repeated(claim: Claim, said: tuple[str, ...]) -> str | None:
    forms = [word.form for word in claim.reading.words]
    runs = [tuple(forms[start : start + _RUN]) for start in range(len(forms) - _RUN + 1)]
    content = [word.form for word in claim.reading.words if not word.tool]
    stutters = any(one == two == three for one, two, three in zip(content, content[1:], content[2:], strict=False))
    if stutters or len(set(runs)) < len(runs):
        return "La phrase se répète."
    if any(_same(_words(claim.sentence), _words(one)) for one in said):
        return "La phrase a déjà été dite."
    return None


def _same(own: frozenset[str], other: frozenset[str]) -> bool:
    figures, others = ({word for word in words if word.isdigit()} for words in (own, other))
    return figures == others and len(own & other) >= _SAME_SHARE * max(len(own), len(other))


def _words(sentence: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", fold(MARK.sub("", sentence))))
