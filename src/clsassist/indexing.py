"""The whole of indexing on one screen: see what changed, read it, cut it into passages, embed, index, switch."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from clsassist.builds import only_builder
from clsassist.corpus import KnownDocument, KnownFiles, Progress, list_files, read_change
from clsassist.embedding import Embedder, load_embedder
from clsassist.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, ReadingError
from clsassist.index import Contents, forget_other_texts, put_in_service
from clsassist.lexicon import load_lexicon
from clsassist.manifest import SourceFile, find_change, find_unchanged, hash_analyser, hash_lexicon
from clsassist.opening import REGISTRY_FILE, OpenIndex, open_index
from clsassist.passages import corpus_to_passages
from clsassist.reading_report import ReadingReport
from clsassist.registry import Registry
from clsassist.registry_recall import RecalledRegistry
from clsassist.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Indexing:
    """What an indexing did: the build now in service, what was read in every document of it, what was embedded.

    ``changed`` is False when every file was as indexed already, so that nothing had to be done.
    """

    build: str
    report: ReadingReport
    changed: bool = True
    embedded: int = 0


def index_corpus(
    paths: Sequence[Path], settings: Settings, progress: Progress | None = None, *, anew: bool = False
) -> Indexing:
    """Bring the index of some files or folders up to date and put it in service; only what changed is read again.

    ``anew`` reads and builds everything again. Raises NothingToIndexError when nothing could be read, IndexBusyError
    when another process is indexing; files that fail are told in the report.
    """
    root, files = list_files(paths)
    with only_builder(settings.index_dir):
        done = None if anew else _update(root, files, settings, progress)
        return done or _build(root, files, settings, progress)


def _build(root: Path, files: Sequence[Path], settings: Settings, progress: Progress | None) -> Indexing:
    change = read_change(root, files, settings, progress)
    contents = Contents(change.corpus, corpus_to_passages(change.corpus), change.order)
    return _put_in_service(contents, load_embedder(settings.embedding_model, settings), settings, progress)


def _update(root: Path, files: Sequence[Path], settings: Settings, progress: Progress | None) -> Indexing | None:
    """Bring the index in service up to date, or return None when it cannot serve as a base."""
    with _usable_index(root, settings) as previous:
        if previous is None:
            return None
        if find_change(previous.manifest, files) is None:
            with RecalledRegistry(previous.registry_path) as registry:
                forget_other_texts(settings.index_dir, registry)
            return Indexing(previous.manifest.build, _reading_report(previous.folder), changed=False)
        embedder = load_embedder(settings.embedding_model, settings)
        if embedder.name != previous.manifest.embedder:
            return None
        unchanged = find_unchanged(previous.manifest, files)
        with RecalledRegistry(previous.registry_path) as registry:
            known = KnownFiles(_known_outcomes(registry, unchanged), registry.recall)
            change = read_change(root, files, settings, progress, known)
        contents = Contents(
            change.corpus, corpus_to_passages(change.corpus), change.order, previous, tuple(unchanged.values())
        )
        try:
            return _put_in_service(contents, embedder, settings, progress)
        except IndexDamagedError as damage:
            # What was copied from the previous build was no good.
            logger.warning("%s", damage)
            return None


@contextmanager
def _usable_index(root: Path, settings: Settings) -> Iterator[OpenIndex | None]:
    """Give the index in service when an index of the same folder made now could go on from it."""
    try:
        opened = open_index(settings.index_dir, settings)
    except (IndexMissingError, IndexMismatchError, IndexDamagedError):
        yield None
        return
    with opened:
        manifest = opened.manifest
        made_with = (manifest.lexicon, manifest.analyser, Path(manifest.root))
        same = made_with == (hash_lexicon(), hash_analyser(load_lexicon().analyser), root.resolve())
        yield opened if same and opened.is_whole else None


def _known_outcomes(
    registry: RecalledRegistry, unchanged: Mapping[Path, SourceFile]
) -> dict[Path, tuple[KnownDocument | ReadingError, ...]]:
    """Return what the unchanged files gave: their documents, then what could not be read of them."""
    files = {source.path: file for file, source in unchanged.items()}
    found: dict[Path, list[KnownDocument | ReadingError]] = {file: [] for file in unchanged}
    failures = [ReadingError(path, reason) for path, reason in registry.failures()]
    outcomes: list[KnownDocument | ReadingError] = [*registry.documents(), *failures]
    for outcome in outcomes:
        # The member of an archive is told by a path that goes on from that of the archive.
        places = (outcome.path, *map(str, PurePosixPath(outcome.path).parents))
        file = next((files[place] for place in places if place in files), None)
        if file is not None:
            found[file].append(outcome)
    return {file: tuple(held) for file, held in found.items()}


def _reading_report(folder: Path) -> ReadingReport:
    with closing(Registry.open(folder / REGISTRY_FILE, load_lexicon().analyser)) as registry:
        return registry.reading_report()


def _put_in_service(contents: Contents, embedder: Embedder, settings: Settings, progress: Progress | None) -> Indexing:
    analyser = load_lexicon().analyser
    done = put_in_service(contents, settings.index_dir, embedder, analyser, progress, settings=settings)
    return Indexing(done.build, _reading_report(done.folder), embedded=done.embedded)
