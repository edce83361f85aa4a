"""The instructions given to the model: Markdown files with named slots, checked when they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from clsassist.errors import ConfigurationError
from clsassist.generation.model import Message


class Task(StrEnum):
    """What a model is asked to do; its value is the name of its file."""

    SYNTHESE = "synthese"
    COMPARAISON = "comparaison"
    CLAIR = "langage-clair"
    REFORMULATION = "reformulation"


_WRITING = (frozenset({"question", "extraits"}), frozenset({"constat", "omis"}))
# Of each task, the slots that its file must have and those that it may have.
SLOTS: dict[Task, tuple[frozenset[str], frozenset[str]]] = {
    Task.SYNTHESE: _WRITING,
    Task.COMPARAISON: _WRITING,
    Task.CLAIR: _WRITING,
    Task.REFORMULATION: (frozenset({"question", "conversation"}), frozenset()),
}
_FILE = re.compile(
    r"\A---\n(?P<front>.*?)\n---\n\s*# Consigne\s*\n(?P<system>.*?)\n# Demande\s*\n(?P<user>.*)\Z", re.DOTALL
)
_SLOT = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Prompt:
    """The instructions of one task; ``path`` is said in errors."""

    task: Task
    version: int
    system: str
    user: str
    path: str

    def fill(self, values: Mapping[str, str]) -> tuple[Message, Message]:
        """Return the messages, each slot replaced once: braces in a value are only braces."""
        return Message("system", _fill(self.system, values)), Message("user", _fill(self.user, values))


@dataclass(frozen=True, slots=True)
class Prompts:
    """The instructions of every task."""

    by_task: Mapping[Task, Prompt]

    @staticmethod
    def load(folder: Path | None = None) -> Prompts:
        """Read the instructions of a folder; those that it lacks, or all without a folder, are the ones shipped.

        Raises ConfigurationError naming the file and what is wrong in it.
        """
        if folder is not None and not folder.is_dir():
            raise ConfigurationError(f"CLSASSIST_PROMPTS_DIR vaut « {folder} », qui n'est pas un dossier.")
        return Prompts({task: _read(task, folder) for task in Task})

    def of(self, task: Task) -> Prompt:
        """Return the instructions of a task."""
        return self.by_task[task]


def _read(task: Task, folder: Path | None) -> Prompt:
    name = f"{task.value}.md"
    own = folder / name if folder else None
    source: Path | Traversable = own if own is not None and own.exists() else files("clsassist") / "prompts" / name
    try:
        text = source.read_text(encoding="utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "ce n'est pas du texte UTF-8"
        raise ConfigurationError(f"La consigne « {source} » ne peut pas être lue ({reason}).") from error
    return text_to_prompt(text, task, str(source))


def text_to_prompt(text: str, task: Task, path: str) -> Prompt:
    """Return the instructions written in a file.

    Raises ConfigurationError naming the file and what is wrong in it.
    """
    found = _FILE.match(text)
    if found is None:
        raise ConfigurationError(
            f"La consigne « {path} » doit avoir un en-tête entre deux lignes « --- », "
            "puis « # Consigne » et « # Demande »."
        )
    version = _read_front(found["front"], task, path)
    prompt = Prompt(task, version, found["system"].strip(), found["user"].strip(), path)
    _check_slots(prompt)
    return prompt


def _read_front(front: str, task: Task, path: str) -> int:
    try:
        read: Any = yaml.safe_load(front)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"L'en-tête de la consigne « {path} » n'est pas du YAML.") from error
    values = read if isinstance(read, dict) else {}
    if values.get("task") != task.value:
        raise ConfigurationError(f"La consigne « {path} » doit avoir « task: {task.value} » dans son en-tête.")
    version = values.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise ConfigurationError(f"La consigne « {path} » doit avoir « version: », un nombre entier, dans son en-tête.")
    return version


def _check_slots(prompt: Prompt) -> None:
    required, optional = SLOTS[prompt.task]
    used = set()
    for match in _SLOT.finditer(f"{prompt.system}\n{prompt.user}"):
        name = match.group(1)
        if match.group() in ("{{", "}}"):
            continue
        if name is None:
            raise ConfigurationError(
                f"La consigne « {prompt.path} » a une accolade seule : doublez-la si elle n'ouvre pas un emplacement."
            )
        if name not in required | optional:
            known = ", ".join(f"{{{one}}}" for one in sorted(required | optional))
            raise ConfigurationError(
                f"La consigne « {prompt.path} » a un emplacement inconnu, {{{name}}} : les emplacements sont {known}."
            )
        used.add(name)
    if missing := sorted(required - used):
        raise ConfigurationError(f"Il manque à la consigne « {prompt.path} » l'emplacement {{{missing[0]}}}.")


def _fill(template: str, values: Mapping[str, str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        whole = match.group()
        return whole[0] if whole in ("{{", "}}") else values[match.group(1)]

    return _SLOT.sub(replaced, template)
