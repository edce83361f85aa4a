"""What must be in order for clsassist to work, checked one thing after the other."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement

from clsassist.errors import ClsAssistError
from clsassist.settings import Settings, hide_password
from clsassist.vector_stores import CHROMA_FOLDER

_OLDEST_PYTHON = (3, 11)
# Two builds of a large corpus and the cache of its vectors.
_FREE_BYTES = 1_000_000_000
# Far more than a check of the largest index takes.
_PROBE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; ``sentence`` says what was found, and what to do when it did not pass."""

    subject: str
    passed: bool
    sentence: str

    def line(self) -> str:
        """Return the check as one line for a reader."""
        return f"{'✓' if self.passed else '✗'} {self.subject} : {self.sentence}"


def run_checks(read_settings: Callable[[], Settings]) -> Iterator[Check]:
    """Check the configuration, then everything else with it, or with the defaults when it cannot be read."""
    settings = Settings()
    try:
        settings = read_settings()
        yield Check("Configuration", True, _describe(settings))
    except ClsAssistError as error:
        yield Check("Configuration", False, str(error))
    for subject, check in _CHECKS.items():
        yield _run(subject, check, settings)


def _run(subject: str, check: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(subject, True, check(settings))
    except ClsAssistError as error:
        return Check(subject, False, str(error))


def _describe(settings: Settings) -> str:
    store = f", vecteurs dans « {hide_password(settings.vector_store_url)} »" if settings.vector_store_url else ""
    return f"index dans « {settings.index_dir} », modèle « {settings.embedding_model} »{store}."


def _check_python(_settings: Settings) -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        raise ClsAssistError(f"version {version} trop ancienne. Installez Python 3.11 ou plus récent.")
    return f"version {version}."


def _check_packages(_settings: Settings) -> str:
    requirements = [Requirement(text) for text in metadata.requires("clsassist") or ()]
    needed = [found for found in requirements if found.marker is None or found.marker.evaluate()]
    faults = [fault for requirement in needed if (fault := _find_fault(requirement))]
    if faults:
        raise ClsAssistError(f"{' ; '.join(faults)}. Lancez : make install")
    return f"{len(needed)} installées, aux versions attendues."


def _find_fault(requirement: Requirement) -> str:
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"{requirement.name} manque"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} est en version {version}, il faut {requirement.specifier}"


def _check_model(settings: Settings) -> str:
    from clsassist.embedding import load_embedder

    embedder = load_embedder(settings.embedding_model, settings)
    vector = embedder.embed_query("maîtrise de stage")
    return f"« {embedder.name} » répond ({len(vector)} dimensions)."


def _check_index(settings: Settings) -> str:
    from clsassist.assistant import Assistant

    _examine(settings)
    assistant = Assistant.open(settings.index_dir, settings)
    try:
        return f"« {settings.index_dir} » est entier et contient {len(assistant.actions())} actions."
    finally:
        assistant.close()


def _examine(settings: Settings) -> None:
    """Read every file of the index, compare what it was made with to this installation, search each part."""
    from clsassist.embedding import load_embedder
    from clsassist.lexicon import load_lexicon
    from clsassist.opening import open_index

    with open_index(settings.index_dir, settings) as opened:
        opened.check(load_embedder(settings.embedding_model), load_lexicon().analyser)
        try:
            _probe(opened.folder, settings)
        except OSError as error:
            raise ClsAssistError(
                f"« {opened.folder} » n'a pas pu être essayé dans le dossier temporaire ({error.strerror or error}). "
                "Libérez de la place, ou donnez à TMPDIR un autre dossier."
            ) from error


def _probe(folder: Path, settings: Settings) -> None:
    """Search every part of a build in a process of its own: damaged files of Chroma may end it.

    It gets a copy of Chroma's files, which it alters by opening them, and links to the others.
    """
    with TemporaryDirectory(prefix="clsassist-") as place:
        copied = Path(place) / folder.name
        copied.mkdir()
        for path in folder.iterdir():
            if path.name == CHROMA_FOLDER:
                shutil.copytree(path, copied / path.name)
            else:
                (copied / path.name).symlink_to(path.resolve())
        _run_probe(copied, folder, settings)


def _run_probe(copied: Path, folder: Path, settings: Settings) -> None:
    command = [sys.executable, "-P", "-m", "clsassist.probe", str(copied)]
    try:
        probe = subprocess.run(
            command,
            input=f"{settings.vector_store_url}\n",
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ClsAssistError(f"« {folder} » ne répond pas en {_PROBE_SECONDS} s. Lancez : clsassist index") from error
    if probe.returncode:
        said = (probe.stderr.strip().splitlines() or [f"arrêt brutal, code {probe.returncode}"])[-1]
        raise ClsAssistError(f"« {folder} » ne passe pas sa vérification ({said}). Lancez : clsassist index")


def _check_disk(settings: Settings) -> str:
    folder = settings.index_dir.resolve()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    said = f"{free / 1e9:.1f} Go libres sur le disque de « {settings.index_dir} »".replace(".", ",")
    if free < _FREE_BYTES:
        raise ClsAssistError(f"{said}, il en faut 1. Libérez de la place ou changez CLSASSIST_INDEX_DIR.")
    return f"{said}."


_CHECKS: dict[str, Callable[[Settings], str]] = {
    "Python": _check_python,
    "Bibliothèques": _check_packages,
    "Modèle": _check_model,
    "Index": _check_index,
    "Disque": _check_disk,
}
