"""What the corpus folder holds, and what the index in service has read of each file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from clsassist.builds import build_folder, current_build, hold_build
from clsassist.corpus import list_files
from clsassist.deposit import DepositError, explaining
from clsassist.errors import ClsAssistError, NothingToIndexError
from clsassist.lexicon import load_lexicon
from clsassist.manifest import SourceFile, hash_file, read_manifest
from clsassist.opening import REGISTRY_FILE
from clsassist.readers.names import name_to_path, path_to_name
from clsassist.reading_report import DocumentReport
from clsassist.records import Document
from clsassist.registry import Registry


class FileState(StrEnum):
    """How a file of the corpus stands to the index in service."""

    INDEXED = "indexé"
    NEW = "à indexer"
    CHANGED = "modifié"
    UNREAD = "non lu"
    GONE = "absent"


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """One document as the index in service holds it; ``pages`` is None for a format that has none."""

    report: DocumentReport
    pages: int | None
    sha256: str

    @property
    def path(self) -> str:
        """Return the path of the document, relative to the corpus."""
        return self.report.document

    @property
    def to_check(self) -> int:
        """Count what a coordinator should look at: warnings, boxes whose state is not told."""
        return len(self.report.warnings) + self.report.unknown_boxes


@dataclass(frozen=True, slots=True)
class HeldFile:
    """One file of the corpus: a document, or an archive of several; ``reason`` tells why it is not read."""

    name: str
    path: Path
    state: FileState
    documents: tuple[HeldDocument, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a build of the index has read: its documents, the files that it could not read, when and from where."""

    built_at: datetime
    root: Path
    sources: tuple[SourceFile, ...]
    documents: tuple[HeldDocument, ...]
    failures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """The corpus and its index. ``reading`` is None when there is no index, and ``trouble`` tells why it is none.

    ``elsewhere`` is the folder that the index was built from when it is not that of the corpus.
    """

    files: tuple[HeldFile, ...]
    reading: Reading | None = None
    trouble: str = ""
    elsewhere: Path | None = None

    @property
    def waiting(self) -> int:
        """Count the files that an indexing would read, read again, or forget."""
        changed = (FileState.NEW, FileState.CHANGED, FileState.GONE)
        return sum(1 for held in self.files if held.state in changed)

    def file(self, name: str) -> HeldFile | None:
        """Return the file of a name, None when there is none."""
        return next((held for held in self.files if held.name == name), None)

    def document(self, path: str) -> tuple[HeldFile, HeldDocument] | None:
        """Return a document and its file by the path of the document, None when the index has none there."""
        found = ((file, document) for file in self.files for document in file.documents if document.path == path)
        return next(found, None)

    def digests(self) -> dict[str, str]:
        """Return the path of each document still in the corpus, by the SHA-256 of its file."""
        present = (held for held in self.files if held.state is FileState.INDEXED)
        return {document.sha256: held.name for held in present for document in held.documents}


class HoldingsReader:
    """Tells the holdings of a corpus; what a build has read is worked out once."""

    def __init__(self, corpus_dir: Path, index_dir: Path) -> None:
        self._corpus_dir = corpus_dir
        self._index_dir = index_dir
        self._last: tuple[str, Reading] | None = None

    def read(self) -> Holdings:
        """Return the holdings as they are now."""
        reading, trouble = None, ""
        try:
            reading = self._read_index()
        except ClsAssistError as error:
            trouble = str(error)
        if reading is not None and reading.root != self._corpus_dir.resolve():
            files = _list_holdings({}, reading, reading.root)
            return Holdings(files, reading, trouble, reading.root)
        return Holdings(_list_holdings(_present(self._corpus_dir), reading, self._corpus_dir), reading, trouble)

    def _read_index(self) -> Reading | None:
        build = current_build(self._index_dir)
        if build is None:
            return None
        # Kept as one value: a thread that finds the build of another works it out again, and that is all.
        last = self._last
        if last is not None and last[0] == build:
            return last[1]
        hold = hold_build(self._index_dir, build)
        if hold is None:
            # Replaced and removed since the pointer was read.
            return self._read_index()
        try:
            reading = _read_build(build_folder(self._index_dir, build))
        finally:
            hold.release()
        self._last = (build, reading)
        return reading


def remove_file(held: HeldFile, corpus_dir: Path) -> None:
    """Remove a file from the corpus, for good; of a link, the link alone.

    Raises DepositError when it stands outside the corpus, or the system refuses.
    """
    if not held.path.parent.resolve().is_relative_to(corpus_dir.resolve()):
        raise DepositError(
            f"« {held.name} » est dans un dossier lié, hors du dossier des documents : supprimez-le à sa source."
        )
    with explaining(corpus_dir):
        held.path.unlink(missing_ok=True)


def _read_build(folder: Path) -> Reading:
    manifest = read_manifest(folder)
    registry = Registry.open(folder / REGISTRY_FILE, load_lexicon().analyser)
    try:
        return Reading(
            built_at=datetime.fromisoformat(manifest.built_at),
            root=Path(manifest.root),
            sources=manifest.sources,
            documents=_held_documents(registry),
            failures=registry.failures,
        )
    finally:
        registry.close()


def _held_documents(registry: Registry) -> tuple[HeldDocument, ...]:
    documents = {document.path: document for document in registry.documents.values()}
    return tuple(
        HeldDocument(told, _last_page(documents[told.document]), documents[told.document].sha256)
        for told in registry.reading_report().documents
    )


def _last_page(document: Document) -> int | None:
    return max((block.page for block in document.blocks if block.page is not None), default=None)


def _present(corpus_dir: Path) -> dict[str, Path]:
    try:
        _, files = list_files([corpus_dir])
    except NothingToIndexError:
        return {}
    return {path_to_name(path.relative_to(corpus_dir)): path for path in files}


def _list_holdings(present: Mapping[str, Path], reading: Reading | None, root: Path) -> tuple[HeldFile, ...]:
    indexed = {source.path: source for source in reading.sources} if reading else {}
    names = sorted({*present, *indexed}, key=lambda name: (name.casefold(), name))
    return tuple(
        _hold(name, present.get(name) or name_to_path(root, name), indexed.get(name), reading) for name in names
    )


def _hold(name: str, path: Path, source: SourceFile | None, reading: Reading | None) -> HeldFile:
    if source is None or reading is None:
        return HeldFile(name, path, FileState.NEW)
    documents = tuple(one for one in reading.documents if _is_of(one.path, name))
    reasons = _reasons(name, reading.failures)
    if not path.exists():
        return HeldFile(name, path, FileState.GONE, documents, reasons)
    if _has_changed(path, source):
        return HeldFile(name, path, FileState.CHANGED, documents, reasons)
    return HeldFile(name, path, FileState.INDEXED if documents else FileState.UNREAD, documents, reasons)


def _reasons(name: str, failures: Iterable[tuple[str, str]]) -> str:
    told = [(path, reason) for path, reason in failures if _is_of(path, name)]
    return " ; ".join(reason if path == name else f"« {path} » : {reason}" for path, reason in told)


def _is_of(document: str, file: str) -> bool:
    return document == file or document.startswith(f"{file}/")


def _has_changed(path: Path, source: SourceFile) -> bool:
    try:
        status = path.stat()
        if (status.st_size, status.st_mtime_ns) == (source.size, source.modified_ns):
            return False
        return hash_file(path) != source.sha256
    except OSError:
        return bool(source.sha256)
