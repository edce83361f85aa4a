"""Evidence for the sentences of tests/generation: the exact answers to real questions, over both corpora."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clsassist.generation.material import Material, answer_to_material
from clsassist.lexicon import load_lexicon


@pytest.fixture(scope="session")
def material_of(assistant, demo_assistant) -> Callable[[str, str], Material]:
    """The evidence of the exact answer to a question, made once."""
    assistants = {"real": assistant, "demo": demo_assistant}
    made: dict[tuple[str, str], Material] = {}

    def material(corpus: str, question: str) -> Material:
        if (corpus, question) not in made:
            held = assistants[corpus]
            made[corpus, question] = answer_to_material(held.ask(question), held.registry, load_lexicon())
        return made[corpus, question]

    return material
