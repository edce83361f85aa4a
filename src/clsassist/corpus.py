"""A folder to a Corpus: read every file, parse it, deduce its plan; and the report a coordinator reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from clsassist.errors import NothingToIndexError, ReadingError
from clsassist.lexicon import load_lexicon
from clsassist.parsing.fiches import parse_document
from clsassist.parsing.plans import Reading, deduce_plans, document_date
from clsassist.readers import READERS, read_document
from clsassist.records import Action, Corpus, Document, ParsedDocument, Section, Warning
from clsassist.settings import Settings

Progress = Callable[[str, int, int], None]

# Files that accompany a corpus and are no document of it.
_IGNORED_NAMES = frozenset({"readme.md", "readme.txt", "license", "licence.md"})


def list_files(paths: Sequence[Path]) -> tuple[Path, list[Path]]:
    """Return the folder that paths are told from, and the files below them, sorted.

    Raises NothingToIndexError when a path does not exist or holds no file.
    """
    for path in paths:
        if not _exists(path):
            message = (
                f"« {path} » n'existe pas ou n'est pas accessible : vérifiez le chemin donné à « clsassist index »."
            )
            raise NothingToIndexError(message)
    root = paths[0] if len(paths) == 1 and paths[0].is_dir() else _common_root(paths)
    files = sorted({file for path in paths for file in _files_below(path)})
    if not files:
        where = ", ".join(f"« {path} »" for path in paths)
        formats = ", ".join(sorted(READERS))
        message = (
            f"Aucun document dans {where} : déposez-y des fichiers ({formats}), puis relancez « clsassist index »."
        )
        raise NothingToIndexError(message)
    return root, files


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True


def _common_root(paths: Sequence[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in paths]
    first = folders[0].resolve()
    return next(
        parent
        for parent in (first, *first.parents)
        if all(folder.resolve().is_relative_to(parent) for folder in folders)
    )


def _files_below(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = [file for file in path.rglob("*") if file.is_file()]
    return [file for file in found if file.name.lower() not in _IGNORED_NAMES and not file.name.startswith((".", "~$"))]


def read_corpus(paths: Sequence[Path], settings: Settings, progress: Progress | None = None) -> Corpus:
    """Read and parse every file; those that cannot be read are told, the others are kept.

    Raises NothingToIndexError when there is nothing to read, or nothing could be read.
    """
    root, files = list_files(paths)
    lexicon = load_lexicon()
    readings: list[Reading] = []
    warnings: list[tuple[Warning, ...]] = []
    failures: list[tuple[str, str]] = []
    for done, file in enumerate(files):
        if progress:
            progress("Lecture", done, len(files))
        try:
            absolute = file if file.is_relative_to(root) else file.parent.resolve() / file.name
            document = read_document(absolute, root, settings)
        except ReadingError as error:
            failures.append((error.path, error.reason))
            continue
        document = _with_own_identifier(document, readings)
        actions, sections, found = parse_document(document, lexicon)
        readings.append(Reading(document, actions, sections))
        warnings.append(found)
    if progress:
        progress("Lecture", len(files), len(files))
    if not readings:
        reasons = " ; ".join(f"« {path} » : {reason}" for path, reason in failures)
        raise NothingToIndexError(f"Aucun document n'a pu être lu. {reasons}.")
    plans = deduce_plans(readings, lexicon)
    parsed = tuple(
        ParsedDocument(
            reading.document,
            plan,
            document_date(reading.document),
            reading.actions,
            reading.sections,
            (*reading.document.warnings, *found, *_plan_warnings(plan.deduced, plan.name, reading)),
        )
        for reading, plan, found in zip(readings, plans, warnings, strict=True)
    )
    return Corpus(str(root), parsed, tuple(failures))


def _with_own_identifier(document: Document, readings: Sequence[Reading]) -> Document:
    """Tell apart two files whose names give one identifier: « Fiche 1.txt » and « fiche-1.txt »."""
    taken = {reading.document.id for reading in readings}
    numbered = (f"{document.id}-{number}" for number in count(2))
    identifier = document.id if document.id not in taken else next(one for one in numbered if one not in taken)
    return replace(document, id=identifier)


def _plan_warnings(deduced: str, name: str, reading: Reading) -> tuple[Warning, ...]:
    found = []
    if deduced:
        found.append(Warning(f"plan non écrit dans le document : « {name} », déduit d'après : {deduced}"))
    if not reading.actions:
        found.append(Warning("aucune action reconnue : le document n'est cherché que comme texte"))
    return tuple(found)


def reading_report(corpus: Corpus) -> str:
    """Tell a coordinator, in French, what was found in each document and what to check."""
    actions = sum(len(parsed.actions) for parsed in corpus.documents)
    lines = [f"{_plural(len(corpus.documents), 'document lu', 'documents lus')}, {_plural(actions, 'action')}."]
    for parsed in corpus.documents:
        lines.extend(_document_report(parsed))
    for path, reason in corpus.failures:
        lines.append(f"✗ {path} : non lu, {reason}")
    return "\n".join(lines)


def _document_report(parsed: ParsedDocument) -> list[str]:
    owners: list[Action | Section] = [*parsed.actions, *parsed.sections]
    fields = [field for owner in owners for field in owner.fields]
    empty = [field for action in parsed.actions for field in action.fields if not field.filled]
    unknown = sorted({field.label for field in fields if field.key == "autre"})
    boxes = [option for field in fields for option in field.options]
    dated = f", daté de {parsed.dated.lower()}" if parsed.dated else ""
    lines = [
        f"✓ {parsed.document.path} : {parsed.plan.name}{dated}",
        f"    {_plural(len(parsed.actions), 'action')}, {_plural(len(fields), 'champ')}, "
        f"{_plural(sum(1 for box in boxes if box.ticked), 'case cochée', 'cases cochées')} sur {len(boxes)}, "
        f"{_plural(len(empty), 'champ non renseigné', 'champs non renseignés')}",
    ]
    if unknown:
        lines.append(f"    gardé sous son propre libellé : {', '.join(unknown)}")
    for warning in parsed.warnings:
        place = f"ligne {warning.line} : " if warning.line else (f"page {warning.page} : " if warning.page else "")
        lines.append(f"    ! {place}{warning.message}")
    return lines


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count < 2 else many or one + 's'}"
