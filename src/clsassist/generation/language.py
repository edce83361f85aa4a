"""Whether words are French: by the small words that no sentence does without."""

from __future__ import annotations

from clsassist.text import Analyser

_FRENCH = frozenset(
    "le la les l un une des du de d et en dans pour par sur avec est sont a ont qui que qu au aux ce cette ces se s il "
    "elle ils elles ne pas plus leur leurs sa son ses ou ainsi deux notamment".split()
)
# Of the small words of English, German, Spanish and Italian, those that French does not have.
_FOREIGN = frozenset(
    "the of and to is are was were for with from by this that these it its their has have be as which an at will can "
    "should who not been also into such more than between other der die das und ist sind mit von zu el los las y para "
    "con por una il gli e di che per sono della".split()
) - frozenset(("il", "die", "a"))
_WORDS = Analyser()


def is_french(text: str) -> bool:
    """Say whether a text is French; names and numbers alone are of no language, and pass.

    >>> is_french("La CPTS porte l'action."), is_french("The CPTS leads the action."), is_french("CPTS [1]")
    (True, False, True)
    """
    forms = [token.form for token in _WORDS.tokens(text)]
    foreign = sum(form in _FOREIGN for form in forms)
    if any(not letter.isascii() and not _is_latin(letter) for letter in text if letter.isalpha()):
        return False
    return foreign <= sum(form in _FRENCH for form in forms)


def _is_latin(letter: str) -> bool:
    # Latin letters with accents, ligatures, and the rest of Europe's stand below this point.
    return letter < "\u0250"
