"""Questions as long as can be, made to be slow: each is still answered at once."""

from __future__ import annotations

import time

import numpy as np
import pytest

from clsassist.assistant import Assistant
from clsassist.embedding import BundledEmbedder, Vector
from clsassist.settings import Settings


@pytest.mark.parametrize(
    ("lead", "repeated"),
    [
        pytest.param("", "la MSA", id="words that nobody knows"),
        pytest.param("", "santé ", id="one subject again and again"),
        pytest.param("quelles actions", " " * 980 + "? ", id="spaces"),
        pytest.param("quelles actions ", "porteur ", id="one field again and again"),
    ],
)
def test_a_long_question_of_repeated_words_is_answered_at_once(
    lead: str, repeated: str, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The model's own time depends on the machine, and on the length alone.
    vector: Vector = np.full(384, 384**-0.5, dtype=np.float32)
    monkeypatch.setattr(BundledEmbedder, "embed_query", lambda _embedder, _text: vector)
    assistant.ask("annuaire")
    limit = Settings().max_question_chars
    question = (lead + repeated * limit)[:limit]

    started = time.thread_time()
    assistant.ask(question)

    assert time.thread_time() - started < 0.5
