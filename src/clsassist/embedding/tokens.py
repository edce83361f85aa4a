"""Text to the tokens of the model: the most likely cut of each word into pieces of a unigram vocabulary (Kudo, 2018).

The package « tokenizers » gives the same cuts, which a test checks; it takes half a second and 275 MB to load these
250,000 pieces, where this takes a tenth of a second and 60 MB (docs/benchmarks/embedding.md).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clsassist.embedding.container import Vocabulary

# Stands for the space before a word (SentencePiece).
_SPACE = "\u2581"
_WORD = re.compile(r" [^ ]*")
_SPACES = re.compile(" {2,}")
# Words whose pieces are remembered: those of a large corpus.
_REMEMBERED_WORDS = 100_000
# What one character that no piece knows costs, below the least likely piece: the penalty of SentencePiece.
_UNKNOWN_PENALTY = 10.0


class Tokenizer:
    """Cuts texts into tokens of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        # The special tokens have no likelihood (0): « </s> » written in a text is not the end of it.
        scored = enumerate(zip(vocabulary.pieces, vocabulary.scores, strict=True))
        self._ids = {piece: number for number, (piece, score) in scored if score < 0}
        self._longest = max(map(len, vocabulary.pieces))
        self._unknown_score = min(vocabulary.scores) - _UNKNOWN_PENALTY
        self._cut = lru_cache(_REMEMBERED_WORDS)(self._cut_word)

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of a text, without the first and the last that the model expects around them."""
        spaced = _SPACES.sub(" ", " " + text.translate(self._vocabulary.replacements))
        return [token for word in _WORD.findall(spaced) for token in self._cut(word[1:])]

    def _cut_word(self, word: str) -> tuple[int, ...]:
        # Viterbi: the best cut of each beginning of the word, from those of shorter ones.
        word = _SPACE + word
        scores = [0.0, *[-float("inf")] * len(word)]
        last: list[tuple[int, int]] = [(0, 0)] * (len(word) + 1)
        for start in range(len(word)):
            self._extend(word, start, scores, last)
        found: list[int] = []
        end = len(word)
        while end:
            end, token = last[end]
            # Characters that no piece knows are one unknown token when they touch.
            if not (found and token == found[-1] == self._vocabulary.unknown):
                found.append(token)
        return tuple(reversed(found))

    def _extend(self, word: str, start: int, scores: list[float], last: list[tuple[int, int]]) -> None:
        so_far = scores[start]
        for end in range(start + 1, min(len(word), start + self._longest) + 1):
            token = self._ids.get(word[start:end])
            if token is not None and so_far + self._vocabulary.scores[token] > scores[end]:
                scores[end], last[end] = so_far + self._vocabulary.scores[token], (start, token)
        if so_far + self._unknown_score > scores[start + 1]:
            scores[start + 1], last[start + 1] = so_far + self._unknown_score, (start, self._vocabulary.unknown)
