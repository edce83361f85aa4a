"""A folder to a Corpus: read every file that is not known already, parse it, deduce its plan."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from pathlib import Path

from clsassist.errors import NothingToIndexError, ReadingError
from clsassist.lexicon import Lexicon, load_lexicon
from clsassist.parsing.fiches import parse_document
from clsassist.parsing.plans import Reading, document_date, document_status, own_plan, settle_plans
from clsassist.personal_data import hide_in_document
from clsassist.readers import known_formats
from clsassist.readers.documents import read_documents
from clsassist.readers.isolation import ReadingProcess
from clsassist.readers.names import may_be_document, path_to_identifier
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


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document that an index holds: as much of it as tells its place among the others."""

    id: str
    path: str
    own_plan: Plan
    plan: Plan


def _recall_nothing(identifier: str) -> ParsedDocument:
    raise KeyError(identifier)


@dataclass(frozen=True, slots=True)
class KnownFiles:
    """The files that have not changed since an index read them, with what it read or could not read in each.

    ``recall`` gives a whole document of that index by its id.
    """

    outcomes: Mapping[Path, tuple[KnownDocument | ReadingError, ...]] = field(default_factory=dict)
    recall: Callable[[str], ParsedDocument] = _recall_nothing


@dataclass(frozen=True, slots=True)
class CorpusChange:
    """What a reading brings to an index: ``corpus`` has the documents to be written and every failure.

    ``order`` is the id of every document, kept ones included, in reading order.
    """

    corpus: Corpus
    order: tuple[str, ...]


def read_corpus(paths: Sequence[Path], settings: Settings, progress: Progress | None = None) -> Corpus:
    """Read and parse every file; those that cannot be read are told, the others are kept.

    Raises NothingToIndexError when there is nothing to read, or nothing could be read.
    """
    root, files = list_files(paths)
    return read_change(root, files, settings, progress).corpus


def read_change(
    root: Path,
    files: Sequence[Path],
    settings: Settings,
    progress: Progress | None = None,
    known: KnownFiles | None = None,
) -> CorpusChange:
    """Read and parse the files that are not known; the plan of a known document may change by its new neighbours.

    The result is what reading every file again would give. Raises NothingToIndexError when nothing could be read.
    """
    change = _read_change(root, files, settings, progress or _say_nothing, known or KnownFiles())
    if not change.order:
        reasons = " ; ".join(f"« {path} » : {reason}" for path, reason in change.corpus.failures)
        raise NothingToIndexError(f"Aucun document n'a pu être lu. {reasons}.")
    return change


def read_files(root: Path, files: Sequence[Path], settings: Settings) -> Corpus:
    """Read and parse some files below a folder; those that cannot be read are told, even when none can."""
    return _read_change(root, files, settings, _say_nothing, KnownFiles()).corpus


def _read_change(
    root: Path, files: Sequence[Path], settings: Settings, progress: Progress, known: KnownFiles
) -> CorpusChange:
    lexicon = load_lexicon()
    found: list[_NewDocument | KnownDocument] = []
    failures: list[tuple[str, str]] = []
    taken: set[str] = set()
    with ReadingProcess() as reading:
        for outcome in _outcomes(root, files, settings, progress, known, taken, reading):
            match outcome:
                case ReadingError():
                    failures.append((outcome.path, outcome.reason))
                case KnownDocument():
                    found.append(outcome)
                case Document():
                    found.append(_parse_new(_with_own_identifier(_shown(outcome, settings), taken), lexicon))
    plans = settle_plans([(one.id, one.own_plan) for one in found])
    documents = tuple(
        settled for one, plan in zip(found, plans, strict=True) if (settled := _settle(one, plan, known)) is not None
    )
    return CorpusChange(Corpus(str(root), documents, tuple(failures)), tuple(one.id for one in found))


@dataclass(frozen=True, slots=True)
class _NewDocument:
    reading: Reading
    warnings: tuple[Warning, ...]
    own_plan: Plan

    @property
    def id(self) -> str:
        return self.reading.document.id


def _parse_new(document: Document, lexicon: Lexicon) -> _NewDocument:
    actions, sections, warnings = parse_document(document, lexicon)
    reading = Reading(document, actions, sections)
    return _NewDocument(reading, tuple(_placed(warning, document) for warning in warnings), own_plan(reading, lexicon))


def _settle(found: _NewDocument | KnownDocument, plan: Plan, known: KnownFiles) -> ParsedDocument | None:
    """Return a document under its plan, or None when it is known and its plan is as it was."""
    if isinstance(found, KnownDocument):
        return None if found.plan == plan else _replan(known.recall(found.id), plan)
    reading = found.reading
    return ParsedDocument(
        reading.document,
        plan,
        document_date(reading.document),
        reading.actions,
        reading.sections,
        (*reading.document.warnings, *found.warnings, *_plan_warnings(plan, reading)),
        document_status(reading.document),
        found.own_plan,
    )


def _replan(parsed: ParsedDocument, plan: Plan) -> ParsedDocument:
    reading = Reading(parsed.document, parsed.actions, parsed.sections)
    others = parsed.warnings[: len(parsed.warnings) - len(_plan_warnings(parsed.plan, reading))]
    return replace(parsed, plan=plan, warnings=(*others, *_plan_warnings(plan, reading)))


def _outcomes(
    root: Path,
    files: Sequence[Path],
    settings: Settings,
    progress: Progress,
    known: KnownFiles,
    taken: set[str],
    reading: ReadingProcess,
) -> Iterator[Document | KnownDocument | ReadingError]:
    for done, file in enumerate(files):
        progress("Lecture", done, len(files))
        held = known.outcomes.get(file)
        if held is not None and _keep_identifiers(held, taken):
            yield from held
        else:
            absolute = file if file.is_relative_to(root) else file.parent.resolve() / file.name
            yield from read_documents(absolute, root, settings.max_file_bytes, reading)
    progress("Lecture", len(files), len(files))


def _keep_identifiers(held: Iterable[KnownDocument | ReadingError], taken: set[str]) -> bool:
    """Take the identifiers of known documents, unless new neighbours of the same name would give them others."""
    mine: set[str] = set()
    for one in held:
        if isinstance(one, KnownDocument):
            if _free_identifier(path_to_identifier(one.path), taken | mine) != one.id:
                return False
            mine.add(one.id)
    taken |= mine
    return True


def _say_nothing(_stage: str, _done: int, _total: int) -> None:
    pass


def _shown(document: Document, settings: Settings) -> Document:
    """Hide what must be before anything reads the text: what is not in a document cannot be stored nor shown."""
    return hide_in_document(document) if settings.hide_personal_data else document


def _with_own_identifier(document: Document, taken: set[str]) -> Document:
    identifier = _free_identifier(document.id, taken)
    taken.add(identifier)
    return replace(document, id=identifier)


def _free_identifier(wanted: str, taken: Container[str]) -> str:
    """Tell apart two files whose names give one identifier: « Fiche 1.txt » and « fiche-1.txt »."""
    numbered = (f"{wanted}-{number}" for number in count(2))
    return next(one for one in chain((wanted,), numbered) if one not in taken)


# Their lines are those that a person sees; the text of any other format is written by its reader.
_LINED = (".txt",)


def _placed(warning: Warning, document: Document) -> Warning:
    """Tell the page of a warning rather than its line, in a document that shows no lines."""
    if warning.line is None or document.path.lower().endswith(_LINED):
        return warning
    lines = document.text.split("\n", warning.line)
    start = len(document.text) - len(lines[-1]) if len(lines) > warning.line else len(document.text)
    return replace(warning, line=None, page=warning.page or document.page_at(max(0, start - 1)))


def _plan_warnings(plan: Plan, reading: Reading) -> tuple[Warning, ...]:
    found = []
    if plan.deduced:
        found.append(Warning(f"plan non écrit dans le document : « {plan.name} », déduit d'après : {plan.deduced}"))
    if not reading.actions:
        found.append(Warning("aucune action reconnue : le document n'est cherché que comme texte"))
    return tuple(found)
