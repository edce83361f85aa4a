"""Build an index aside, check it, switch to it in one step; open the one in service."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from clsassist.builds import (
    CACHE_FOLDER,
    Hold,
    build_folder,
    cannot_write,
    current_build,
    erase,
    new_build,
    only_builder,
    remove_unused_builds,
    switch_to,
    withdraw,
)
from clsassist.errors import ClsAssistError, IndexDamagedError, IndexMismatchError, NothingToIndexError
from clsassist.integrity import find_damage, seal_parts, trust_parts
from clsassist.manifest import (
    Manifest,
    SourceFile,
    describe_sources,
    find_change,
    find_mismatch,
    hash_analyser,
    hash_lexicon,
    installed_versions,
    merge_sources,
    read_manifest,
    write_manifest,
)
from clsassist.opening import LEXICAL_FOLDER, REGISTRY_FILE, OpenIndex, open_index
from clsassist.probing import Probe, waiting_probe
from clsassist.records import Corpus, Passage
from clsassist.settings import Settings
from clsassist.text import Analyser
from clsassist.vector_stores import engine_of

if TYPE_CHECKING:
    from clsassist.embedding import Embedder, Vectors
    from clsassist.registry_recall import RecalledRegistry
    from clsassist.vector_cache import CachedVectors

__all__ = [
    "BuildProgress",
    "BuildReport",
    "Contents",
    "OpenIndex",
    "build_index",
    "forget_other_texts",
    "is_stale",
    "open_index",
    "put_in_service",
    "remove_index",
]

# Told the stage, in French, how much of it is done, and out of how much.
BuildProgress: TypeAlias = Callable[[str, int, int], None]

_CACHE_FILE = Path(CACHE_FOLDER) / "vectors.sqlite"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a build is to hold: documents and their passages, beside those of a previous build that stay as they are.

    ``order`` is the id of every document in reading order, those that stay included; ``kept`` are the source files of
    these.
    """

    corpus: Corpus
    passages: Sequence[Passage]
    order: Sequence[str]
    previous: OpenIndex | None = None
    kept: Sequence[SourceFile] = ()


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did; ``kept_builds`` are older ones that a running reader still holds."""

    build: str
    folder: Path
    documents: int
    actions: int
    passages: int
    embedded: int
    kept_builds: tuple[str, ...]
    elapsed_s: float


def build_index(
    corpus: Corpus,
    passages: Sequence[Passage],
    index_dir: Path,
    embedder: Embedder,
    analyser: Analyser,
    progress: BuildProgress | None = None,
    *,
    settings: Settings,
) -> BuildReport:
    """Build the index of a corpus and put it in service; the one in service stays so until then.

    ``settings`` tells the name of the model and where the vectors are. Raises NothingToIndexError, IndexBusyError
    when another process is building, IndexDamagedError when the new build fails its check.
    """
    contents = Contents(corpus, passages, [parsed.document.id for parsed in corpus.documents])
    with only_builder(index_dir):
        return put_in_service(contents, index_dir, embedder, analyser, progress, settings=settings)


def put_in_service(
    contents: Contents,
    index_dir: Path,
    embedder: Embedder,
    analyser: Analyser,
    progress: BuildProgress | None = None,
    *,
    settings: Settings,
) -> BuildReport:
    """Do as build_index, for the one process that is ``only_builder``; a previous build may have a part in it."""
    if not contents.passages and contents.previous is None:
        raise NothingToIndexError(f"Rien à indexer dans « {contents.corpus.root} » : aucun texte n'y a été trouvé.")
    build = _Build(contents, embedder, analyser, settings, progress or _say_nothing)
    try:
        return build.run(index_dir)
    except (OSError, sqlite3.Error) as error:
        raise cannot_write(index_dir, error) from error


def remove_index(index_dir: Path) -> None:
    """Remove the index and the vectors kept beside it; a build still open goes when its last reader closes it.

    Raises IndexBusyError when another process is building.
    """
    try:
        with only_builder(index_dir):
            withdraw(index_dir)
            # With whatever a killed run left beside the file of vectors.
            erase(index_dir / CACHE_FOLDER)
            remove_unused_builds(index_dir)
    except OSError as error:
        raise ClsAssistError(
            f"L'index « {index_dir} » n'a pas pu être supprimé ({error.strerror or error}). "
            "Vérifiez les droits d'accès, puis recommencez."
        ) from error


def forget_other_texts(index_dir: Path, registry: RecalledRegistry) -> None:
    """Erase the vectors of texts that the build in service does not have, left by a run that was killed."""
    from clsassist.vector_cache import VectorCache

    path = index_dir / _CACHE_FILE
    if path.exists():
        try:
            with VectorCache.open(path) as cache:
                cache.keep(registry.text_keys())
        except (OSError, sqlite3.Error) as error:
            raise cannot_write(index_dir, error) from error


def is_stale(index_dir: Path, sources: Sequence[Path], settings: Settings) -> str | None:
    """Return why an index must be built again, in French, or None when it is up to date.

    A file of the same size and date is taken as unchanged; any other is compared by content. Raises
    NothingToIndexError when a source does not exist.
    """
    from clsassist.corpus import list_files

    try:
        build_id = current_build(index_dir)
        if build_id is None:
            return "aucun index n'a encore été construit"
        folder = build_folder(index_dir, build_id)
        manifest = read_manifest(folder)
        damaged = find_damage(folder, manifest)
    except (IndexDamagedError, IndexMismatchError) as error:
        return str(error)
    except OSError as error:
        return f"« {index_dir} » ne peut pas être lu ({error.strerror or error})"
    if damaged:
        return f"« {folder / damaged[0]} » manque ou est abîmé"
    if manifest.lexicon != hash_lexicon():
        return "le lexique a changé"
    _, files = list_files(sources)
    return find_mismatch(manifest, settings) or find_change(manifest, files)


def _say_nothing(_stage: str, _done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class _Build:
    contents: Contents
    embedder: Embedder
    analyser: Analyser
    settings: Settings
    progress: BuildProgress

    def run(self, index_dir: Path) -> BuildReport:
        started = time.monotonic()
        _remove_leftovers(index_dir)
        try:
            with _new_build(index_dir) as (folder, hold):
                done = self._fill(folder, index_dir / _CACHE_FILE, hold.descriptor)
                with self._stage("Mise en service"):
                    switch_to(index_dir, folder.name)
        finally:
            # Whatever the pointer does not name goes: the previous build, or this one when it failed.
            kept = _remove_leftovers(index_dir)
        return replace(done, kept_builds=kept, elapsed_s=time.monotonic() - started)

    def _fill(self, folder: Path, cache: Path, hold: int) -> BuildReport:
        from clsassist import lexical
        from clsassist.registry_recall import RecalledRegistry
        from clsassist.vectors import fills_engine

        with self._stage("Registre"):
            gone = self._write_registry(folder / REGISTRY_FILE)
        store = self.settings.vector_store_url
        with RecalledRegistry(folder / REGISTRY_FILE) as registry:
            counts = registry.counts()
            fills = fills_engine(counts["passages"], store)
            with waiting_probe(folder, store, fills=fills, hold=hold) as probe:
                with self._stage("Index lexical"):
                    lexical.build(folder / LEXICAL_FOLDER, registry.lexical_entries())
                cached = self._embed(cache, registry)
                self._write_vectors(folder, cached.vectors, gone)
                self._check(probe, fills)
        manifest = self._describe(folder, counts)
        write_manifest(folder, manifest)
        trust_parts(folder, manifest)
        return BuildReport(folder.name, folder, **counts, embedded=cached.embedded, kept_builds=(), elapsed_s=0.0)

    def _write_registry(self, path: Path) -> set[str]:
        """Write the registry; return the id of each passage of the previous one taken out."""
        from clsassist.registry_recall import RecalledRegistry
        from clsassist.registry_writing import RegistryWriter

        contents, previous = self.contents, self.contents.previous
        if previous is None:
            with RegistryWriter.create(path, self.analyser) as writer:
                writer.write(contents.corpus.documents, contents.passages)
                writer.finish(contents.order, contents.corpus.failures)
            return set()
        with RecalledRegistry(previous.registry_path) as registry:
            written = {parsed.document.id for parsed in contents.corpus.documents}
            staying = set(contents.order) - written
            out = [known.id for known in registry.documents() if known.id not in staying]
            gone = {passage_id for identifier in out for passage_id in registry.passage_ids(identifier)}
        with RegistryWriter.copy(previous.registry_path, path, self.analyser) as writer:
            for identifier in out:
                writer.remove(identifier)
            writer.write(contents.corpus.documents, contents.passages)
            writer.finish(contents.order, contents.corpus.failures)
        return gone

    def _embed(self, path: Path, registry: RecalledRegistry) -> CachedVectors:
        from clsassist.embedding import passage_to_text
        from clsassist.vector_cache import VectorCache

        def advance(done: int, total: int) -> None:
            self.progress("Vecteurs", done, total)

        texts = [passage_to_text(passage) for passage in self.contents.passages]
        with VectorCache.open(path) as cache:
            cached = cache.embed(self.embedder, texts, advance)
            # Not only those taken out: a killed run may have left vectors of texts that no build has had.
            cache.keep(registry.text_keys())
        return cached

    def _write_vectors(self, folder: Path, made: Vectors, gone: Collection[str]) -> None:
        from clsassist import vectors

        ids = [passage.id for passage in self.contents.passages]
        if self.contents.previous is None:
            vectors.build(folder, ids, made)
        else:
            vectors.update(folder, self.contents.previous.folder, gone, ids, made)

    def _check(self, probe: Probe, fills: bool) -> None:
        def advance(done: int, total: int) -> None:
            self.progress("Base vectorielle", done, total)
            if done == total:
                self.progress("Vérification", 0, 1)

        previous = None if self.contents.previous is None else self.contents.previous.folder
        try:
            probe.run(self.settings.vector_store_url, fill=fills, previous=previous, progress=advance)
        except IndexDamagedError as damage:
            raise IndexDamagedError(
                f"Le nouvel index n'a pas passé sa vérification ({damage}) ; l'ancien reste en service. "
                "Relancez : clsassist index"
            ) from damage
        self.progress("Vérification", 1, 1)

    def _describe(self, folder: Path, counts: Mapping[str, int]) -> Manifest:
        corpus = self.contents.corpus
        return Manifest(
            build=folder.name,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            model=self.settings.embedding_model,
            embedder=self.embedder.name,
            dimension=self.embedder.dimension,
            analyser=hash_analyser(self.analyser),
            lexicon=hash_lexicon(),
            store=engine_of(self.settings.vector_store_url),
            root=str(Path(corpus.root).resolve()),
            sources=merge_sources(self.contents.kept, describe_sources(corpus)),
            counts=counts,
            checksums=seal_parts(folder),
            versions=installed_versions(),
            hides_personal_data=self.settings.hide_personal_data,
        )

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        self.progress(name, 0, 1)
        yield
        self.progress(name, 1, 1)


@contextmanager
def _new_build(index_dir: Path) -> Iterator[tuple[Path, Hold]]:
    build_id, hold = new_build(index_dir)
    folder = build_folder(index_dir, build_id)
    try:
        folder.mkdir(parents=True)
        yield folder, hold
    finally:
        hold.release()


def _remove_leftovers(index_dir: Path) -> tuple[str, ...]:
    # With a damaged pointer nobody knows which build is in service: the next one will say.
    with suppress(IndexDamagedError):
        return remove_unused_builds(index_dir)
    return ()
