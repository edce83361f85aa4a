"""A language model that may only say what the documents say: evidence, prompt, stream, verdict on each sentence."""

from __future__ import annotations

from clsassist.generation.author import Author, answer_to_task, can_be_written
from clsassist.generation.checking import Verdict, check_sentence
from clsassist.generation.material import Item, Material, answer_to_material
from clsassist.generation.model import LanguageModel, Message, load_model
from clsassist.generation.prompts import Prompts, Task
from clsassist.generation.trying import Trial, try_model
from clsassist.generation.writing import (
    ALONE,
    REPEATED,
    UNFINISHED,
    Notice,
    judge,
    tell_removed,
    verdict_to_line,
    write,
)

__all__ = [
    "ALONE",
    "REPEATED",
    "UNFINISHED",
    "Author",
    "Item",
    "LanguageModel",
    "Material",
    "Message",
    "Notice",
    "Prompts",
    "Task",
    "Trial",
    "Verdict",
    "answer_to_material",
    "answer_to_task",
    "can_be_written",
    "check_sentence",
    "judge",
    "load_model",
    "tell_removed",
    "try_model",
    "verdict_to_line",
    "write",
]
