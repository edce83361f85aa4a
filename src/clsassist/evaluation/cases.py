"""Questions with known answers, as people of the field write them in a YAML file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from clsassist.errors import ConfigurationError
from clsassist.records import Action, AnswerStatus
from clsassist.text import fold

if TYPE_CHECKING:
    from clsassist.assistant import Assistant


@dataclass(frozen=True, slots=True)
class Case:
    """One question and what a right answer holds.

    ``phrasings`` ask the same thing in other words; ``before`` are the earlier questions of the conversation.
    ``actions`` are references (see ``resolve``), exactly those of the answer; None when the set is not judged;
    ``optional`` are actions that a reader would accept or do without. Each of ``facts`` must be a whole word or words
    of the text or of a quote, each of ``quoted`` of a quote, none of ``forbidden`` of either. ``fields`` are keys of
    which one at least must be cited. ``unanswerable`` is « near_miss » or « out_of_scope ». A ``held`` question is
    scored, never looked at while developing.
    """

    id: str
    kind: str
    question: str
    status: AnswerStatus
    phrasings: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    unanswerable: str = ""
    actions: tuple[str, ...] | None = None
    optional: tuple[str, ...] = ()
    count: int | None = None
    facts: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    held: bool = False

    @property
    def wordings(self) -> tuple[str, ...]:
        """Return the question in all its phrasings, the first one first."""
        return (self.question, *self.phrasings)


def load_cases(path: Path) -> tuple[Case, ...]:
    """Read the questions.

    Raises ConfigurationError when the file is absent, a question is badly written, or two have the same id.
    """
    entries = read_yaml(path)
    try:
        cases = tuple(_entry_to_case(entry) for entry in entries)
    except (TypeError, KeyError, ValueError) as error:
        message = f"« {path} » contient une question mal écrite ({error}). Corrigez-la, puis recommencez."
        raise ConfigurationError(message) from error
    names = [case.id for case in cases]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigurationError(f"« {path} » donne plusieurs questions au même nom : {', '.join(twice)}.")
    return cases


def read_yaml(path: Path) -> Any:  # noqa: ANN401 (what YAML holds is checked by each caller)
    """Read a YAML file; raises ConfigurationError when it is absent or no YAML."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        message = f"« {path} » n'a pas pu être lu ({error}). Donnez un fichier YAML existant."
        raise ConfigurationError(message) from error


def _entry_to_case(entry: Mapping[str, Any]) -> Case:
    # An unknown key or a missing one is a TypeError of the constructor, an unknown status a ValueError.
    values: dict[str, Any] = {
        name: tuple(map(str, value)) if isinstance(value, list) else value for name, value in entry.items()
    }
    values["status"] = AnswerStatus(entry["status"])
    return Case(**values)


# --- references to actions


def resolve(references: Iterable[str], assistant: Assistant) -> frozenset[str]:
    """Return the ids of the actions that the references name.

    A reference is an id, a document (all its actions), or ``document#rest`` where the rest is a fiche number
    or the beginning of a title; a document is its path, with or without its extension. Raises ConfigurationError
    when one names nothing.
    """
    return frozenset(found for reference in references for found in _resolve_one(reference, assistant))


def _resolve_one(reference: str, assistant: Assistant) -> list[str]:
    path, _, rest = reference.partition("#")
    documents = {document.id for document in assistant.documents() if _is_path(path, document.path)}
    found = [
        action.id
        for action in assistant.actions()
        if reference == action.id or (action.document_id in documents and _answers_to(action, rest))
    ]
    if not found:
        message = f"« {reference} » ne désigne aucune action de l'index. Corrigez les questions ou réindexez."
        raise ConfigurationError(message)
    return found


def _is_path(name: str, path: str) -> bool:
    whole = PurePosixPath(path)
    return name in (path, str(whole.with_suffix("")))


def _answers_to(action: Action, rest: str) -> bool:
    titled = not rest.isdigit() and fold(action.title).startswith(fold(rest))
    return titled or action.number == rest
