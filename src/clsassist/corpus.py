"""A folder to a Corpus: read every file, parse it, deduce its plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from clsassist.errors import NothingToIndexError, ReadingError
from clsassist.lexicon import load_lexicon
from clsassist.parsing.fiches import parse_document
from clsassist.parsing.plans import Reading, deduce_plans, document_date, document_status
from clsassist.personal_data import hide_in_document
from clsassist.readers import known_formats
from clsassist.readers.documents import read_documents
from clsassist.readers.isolation import ReadingProcess
from clsassist.readers.names import may_be_document
from clsassist.records import Corpus, Document, ParsedDocument, Plan, Warning
from clsassist.settings import Settings

Progress = Callable[[str, int, int], None]


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
        message = (
            f"Aucun document dans {where} : déposez-y des fichiers ({known_formats()}), "
            "puis relancez « clsassist index »."
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
    """List what is to be read below a path: files, broken links and folders that cannot be opened included.

    Each folder is walked once, by its own name rather than by a link to it.
    """
    if not path.is_dir():
        return [path]
    found: list[Path] = []
    folders, links = [path], list[Path]()
    seen: set[tuple[int, int]] = set()
    while folders or links:
        folder = folders.pop() if folders else links.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            entries = [entry for entry in folder.iterdir() if may_be_document(entry.name)]
        except OSError:
            # Its reading will tell why.
            found.append(folder)
            continue
        for entry in entries:
            if not entry.is_dir():
                found.append(entry)
            elif entry.is_symlink():
                links.append(entry)
            else:
                folders.append(entry)
    return found


def read_corpus(paths: Sequence[Path], settings: Settings, progress: Progress | None = None) -> Corpus:
    """Read and parse every file; those that cannot be read are told, the others are kept.

    Raises NothingToIndexError when there is nothing to read, or nothing could be read.
    """
    root, files = list_files(paths)
    corpus = read_files(root, files, settings, progress)
    if not corpus.documents:
        reasons = " ; ".join(f"« {path} » : {reason}" for path, reason in corpus.failures)
        raise NothingToIndexError(f"Aucun document n'a pu être lu. {reasons}.")
    return corpus


def read_files(root: Path, files: Sequence[Path], settings: Settings, progress: Progress | None = None) -> Corpus:
    """Read and parse some files below a folder; those that cannot be read are told, even when none can."""
    lexicon = load_lexicon()
    readings: list[Reading] = []
    warnings: list[tuple[Warning, ...]] = []
    failures: list[tuple[str, str]] = []
    taken: set[str] = set()
    with ReadingProcess() as reading:
        for outcome in _read_files(root, files, settings, progress or _say_nothing, reading):
            if isinstance(outcome, ReadingError):
                failures.append((outcome.path, outcome.reason))
                continue
            document = _with_own_identifier(_shown(outcome, settings), taken)
            actions, sections, found = parse_document(document, lexicon)
            readings.append(Reading(document, actions, sections))
            warnings.append(tuple(_placed(warning, document) for warning in found))
    plans = deduce_plans(readings, lexicon)
    parsed = tuple(
        _parsed(reading, plan, document_date(reading.document), found)
        for reading, plan, found in zip(readings, plans, warnings, strict=True)
    )
    return Corpus(str(root), parsed, tuple(failures))


def parse_again(document: Document, plan: Plan, dated: str | None) -> ParsedDocument:
    """Parse a document that an index holds, whose plan and date are known: its warnings are found again."""
    actions, sections, found = parse_document(document, load_lexicon())
    reading = Reading(document, actions, sections)
    return _parsed(reading, plan, dated, tuple(_placed(warning, document) for warning in found))


def _parsed(reading: Reading, plan: Plan, dated: str | None, found: tuple[Warning, ...]) -> ParsedDocument:
    return ParsedDocument(
        reading.document,
        plan,
        dated,
        reading.actions,
        reading.sections,
        (*reading.document.warnings, *found, *_plan_warnings(plan.deduced, plan.name, reading)),
        document_status(reading.document),
    )


def _read_files(
    root: Path, files: Sequence[Path], settings: Settings, progress: Progress, reading: ReadingProcess
) -> Iterator[Document | ReadingError]:
    for done, file in enumerate(files):
        progress("Lecture", done, len(files))
        absolute = file if file.is_relative_to(root) else file.parent.resolve() / file.name
        yield from read_documents(absolute, root, settings.max_file_bytes, reading)
    progress("Lecture", len(files), len(files))


def _say_nothing(_stage: str, _done: int, _total: int) -> None:
    pass


def _shown(document: Document, settings: Settings) -> Document:
    """Hide what must be before anything reads the text: what is not in a document cannot be stored nor shown."""
    return hide_in_document(document) if settings.hide_personal_data else document


def _with_own_identifier(document: Document, taken: set[str]) -> Document:
    """Tell apart two files whose names give one identifier: « Fiche 1.txt » and « fiche-1.txt »."""
    numbered = (f"{document.id}-{number}" for number in count(2))
    identifier = next(one for one in chain((document.id,), numbered) if one not in taken)
    taken.add(identifier)
    return replace(document, id=identifier)


# Their lines are those that a person sees; the text of any other format is written by its reader.
_LINED = (".txt",)


def _placed(warning: Warning, document: Document) -> Warning:
    """Tell the page of a warning rather than its line, in a document that shows no lines."""
    if warning.line is None or document.path.lower().endswith(_LINED):
        return warning
    lines = document.text.split("\n", warning.line)
    start = len(document.text) - len(lines[-1]) if len(lines) > warning.line else len(document.text)
    return replace(warning, line=None, page=warning.page or document.page_at(max(0, start - 1)))


def _plan_warnings(deduced: str, name: str, reading: Reading) -> tuple[Warning, ...]:
    found = []
    if deduced:
        found.append(Warning(f"plan non écrit dans le document : « {name} », déduit d'après : {deduced}"))
    if not reading.actions:
        found.append(Warning("aucune action reconnue : le document n'est cherché que comme texte"))
    return tuple(found)
