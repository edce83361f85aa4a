"""What must be in order for clsassist to work, checked one thing after the other."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from packaging.requirements import Requirement

from clsassist.checkup import (
    CANARY,
    LEAST_COSINE,
    canary_cosine,
    disk_kind,
    doubt_disk,
    find_busy_port,
    find_contradictions,
    find_missing_files,
    find_server_fault,
    find_unknown_variables,
    find_untested,
    find_unwritable,
    tested_versions,
)
from clsassist.errors import ClsAssistError, IndexDamagedError
from clsassist.generation import try_model
from clsassist.probing import waiting_probe
from clsassist.settings import Settings, hide_password
from clsassist.vector_stores import CHROMA_FOLDER, is_server

_OLDEST_PYTHON = (3, 11)
# Two builds of a large corpus and the cache of its vectors.
_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; ``sentence`` says what was found, and what to do when it did not pass.

    ``doubtful`` marks what works, but should be looked at.
    """

    subject: str
    passed: bool
    sentence: str
    doubtful: bool = False

    def line(self) -> str:
        """Return the check as one line for a reader."""
        mark = "✗" if not self.passed else "⚠" if self.doubtful else "✓"
        return f"{mark} {self.subject} : {self.sentence}"

    def to_payload(self) -> dict[str, str]:
        """Return the check for a program that watches the service."""
        state = "failed" if not self.passed else "warning" if self.doubtful else "ok"
        return {"subject": self.subject, "state": state, "message": self.sentence}


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What a check found to look at, though nothing fails."""

    sentence: str


_Outcome: TypeAlias = str | _Doubt


def run_checks(read_settings: Callable[[], Settings]) -> Iterator[Check]:
    """Check the configuration, then everything else with it, or with the defaults when it cannot be read."""
    settings = Settings()
    try:
        settings = read_settings()
    except ClsAssistError as error:
        yield Check("Configuration", False, str(error))
    else:
        yield _run("Configuration", _check_configuration, settings)
    for subject, check in _CHECKS.items():
        yield _run(subject, check, settings)


def _run(subject: str, check: Callable[[Settings], _Outcome], settings: Settings) -> Check:
    try:
        outcome = check(settings)
        if isinstance(outcome, _Doubt):
            return Check(subject, True, outcome.sentence, doubtful=True)
        return Check(subject, True, outcome)
    except ClsAssistError as error:
        return Check(subject, False, str(error))


def _describe(settings: Settings) -> str:
    store = f", vecteurs dans « {hide_password(settings.vector_store_url)} »" if settings.vector_store_url else ""
    return f"index dans « {settings.index_dir} », modèle « {settings.embedding_model} »{store}."


def _check_configuration(settings: Settings) -> _Outcome:
    if missing := list(find_missing_files(settings)):
        raise ClsAssistError(f"{_joined(missing)}.")
    doubts = [*find_unknown_variables(os.environ), *find_contradictions(settings, os.environ)]
    return _Doubt(f"{_joined(doubts)}.") if doubts else _describe(settings)


def _joined(sentences: Sequence[str]) -> str:
    return " ; ".join(sentences)


def _check_python(_settings: Settings) -> str:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _OLDEST_PYTHON:
        raise ClsAssistError(f"version {version} trop ancienne. Installez Python 3.11 ou plus récent.")
    return f"version {version}."


def _check_packages(_settings: Settings) -> _Outcome:
    requirements = [Requirement(text) for text in metadata.requires("clsassist") or ()]
    needed = [found for found in requirements if found.marker is None or found.marker.evaluate()]
    faults = [fault for requirement in needed if (fault := _find_fault(requirement))]
    if faults:
        raise ClsAssistError(f"{' ; '.join(faults)}. Lancez : make install")
    if untested := list(find_untested(tested_versions())):
        return _Doubt(f"{', '.join(untested)} : ces versions conviennent, mais n'ont pas été essayées ensemble.")
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
    vector = [float(value) for value in embedder.embed_query(CANARY)]
    cosine = canary_cosine(vector) if settings.embedding_model == Settings().embedding_model else None
    if cosine is not None and cosine < LEAST_COSINE:
        said = f"{cosine:.3f}".replace(".", ",")
        raise ClsAssistError(
            f"« {embedder.name} » ne donne pas le vecteur attendu (cosinus {said}) : ses fichiers sont abîmés ou d'un "
            "autre modèle. Réinstallez-le : make install"
        )
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
        with waiting_probe(copied, settings.vector_store_url, fills=False) as probe:
            try:
                probe.run(settings.vector_store_url)
            except IndexDamagedError as damage:
                raise ClsAssistError(
                    f"« {folder} » ne passe pas sa vérification ({damage}). Lancez : clsassist index"
                ) from damage


def _check_disk(settings: Settings) -> _Outcome:
    folder = settings.index_dir.resolve()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    said = f"{free / 1e9:.1f} Go libres sur le disque de « {settings.index_dir} »".replace(".", ",")
    if free < _FREE_BYTES:
        raise ClsAssistError(f"{said}, il en faut 1. Libérez de la place ou changez CLSASSIST_INDEX_DIR.")
    for place, name in ((folder, "CLSASSIST_INDEX_DIR"), (settings.page.data_dir.resolve(), "CLSASSIST_DATA_DIR")):
        if refusal := find_unwritable(place, name):
            raise ClsAssistError(f"{refusal}.")
    if doubt := doubt_disk(disk_kind(existing)):
        return _Doubt(f"{said}, mais {doubt}.")
    return f"{said}."


def _check_port(settings: Settings) -> _Outcome:
    if busy := find_busy_port(settings):
        return _Doubt(f"{busy}.")
    return f"{settings.host}:{settings.port} est libre pour la page."


def _check_server(settings: Settings) -> str:
    url = settings.vector_store_url
    if not is_server(url):
        return "ils sont cherchés dans ce processus : aucun serveur n'est nécessaire."
    if not url.startswith("chroma+"):
        return "dans PostgreSQL, que l'examen de l'index interroge."
    if fault := find_server_fault(url.removeprefix("chroma+")):
        raise ClsAssistError(f"{fault}.")
    return "le serveur Chroma répond."


def _check_language_model(settings: Settings) -> _Outcome:
    trial = try_model(settings)
    return _Doubt(f"{trial.sentence} {trial.doubt}") if trial.doubt else trial.sentence


_CHECKS: dict[str, Callable[[Settings], _Outcome]] = {
    "Python": _check_python,
    "Bibliothèques": _check_packages,
    "Modèle": _check_model,
    "Index": _check_index,
    "Disque": _check_disk,
    "Port": _check_port,
    "Vecteurs": _check_server,
    "Modèle de langue": _check_language_model,
}
