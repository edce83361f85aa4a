"""A language model that may only say what the documents say: evidence, prompt, stream, verdict on each sentence."""

from __future__ import annotations

from clsassist.generation.author import Author, can_be_written
from clsassist.generation.checking import Verdict
from clsassist.generation.trying import Trial, try_model
from clsassist.generation.writing import Notice, tell_removed, verdict_to_line

__all__ = ["Author", "Notice", "Trial", "Verdict", "can_be_written", "tell_removed", "try_model", "verdict_to_line"]
