"""The index in service, open for reading: checked at once, its heavier parts loaded when first used."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

from clsassist.builds import Hold, build_folder, current_build, hold_build, remove_unused_builds
from clsassist.errors import ClsAssistError, IndexDamagedError, IndexMismatchError, IndexMissingError
from clsassist.integrity import find_damage
from clsassist.manifest import (
    MANIFEST_FILE,
    Manifest,
    find_change,
    find_mismatch,
    hash_analyser,
    hash_lexicon,
    read_manifest,
)
from clsassist.readers.names import name_to_path
from clsassist.settings import Settings
from clsassist.text import Analyser
from clsassist.vector_stores import CHROMA_FOLDER

if TYPE_CHECKING:
    from clsassist.embedding import Embedder
    from clsassist.lexical import LexicalIndex
    from clsassist.vectors import VectorIndex

logger = logging.getLogger(__name__)

REGISTRY_FILE = "registry.sqlite"
LEXICAL_FOLDER = "lexical"
# How often a build may be replaced and removed between reading the pointer and holding it.
_ATTEMPTS = 5
# Where a file stands in place of a folder, or the other way round, no right of access is wanting.
_MISPLACED = (FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError)


def open_index(index_dir: Path, settings: Settings) -> OpenIndex:
    """Open the build in service and check that it is whole and of this configuration.

    Raises IndexMissingError, IndexMismatchError or IndexDamagedError, each naming the command to run.
    """
    try:
        return _open_current(index_dir, settings)
    except _MISPLACED as error:
        raise IndexDamagedError(f"L'index « {index_dir} » est abîmé ({error}). Lancez : clsassist index") from error
    except OSError as error:
        raise IndexDamagedError(
            f"L'index « {index_dir} » ne peut pas être lu ({error.strerror or error}) : vérifiez ses droits d'accès."
        ) from error


def _open_current(index_dir: Path, settings: Settings) -> OpenIndex:
    for _ in range(_ATTEMPTS):
        build_id = current_build(index_dir)
        if build_id is None:
            raise IndexMissingError(f"Aucun index dans « {index_dir} ». Lancez : clsassist index")
        hold = hold_build(index_dir, build_id)
        if hold is None:
            continue
        try:
            manifest, without_chroma = _check(index_dir, build_id, settings)
            return OpenIndex(index_dir, manifest, hold, settings, without_chroma=without_chroma)
        except (ClsAssistError, OSError):
            hold.release()
            if current_build(index_dir) == build_id:
                raise
    raise IndexDamagedError(f"L'index « {index_dir} » n'a pas pu être ouvert. Lancez : clsassist index")


def _check(index_dir: Path, build_id: str, settings: Settings) -> tuple[Manifest, bool]:
    """Return the manifest of a build, and whether it must do without Chroma, whose files alone are damaged."""
    folder = build_folder(index_dir, build_id)
    if not (folder / MANIFEST_FILE).is_file():
        raise IndexDamagedError(f"« {folder} » manque ou est incomplet. Lancez : clsassist index")
    manifest = read_manifest(folder)
    if mismatch := find_mismatch(manifest, settings):
        raise IndexMismatchError(f"{mismatch[0].upper()}{mismatch[1:]}. Lancez : clsassist index")
    damaged = find_damage(folder, manifest)
    if needed := [name for name in damaged if not name.startswith(f"{CHROMA_FOLDER}/")]:
        raise IndexDamagedError(f"« {folder / needed[0]} » manque ou est abîmé. Lancez : clsassist index")
    if damaged:
        # Opening it could end this process, and nothing is lost: the same vectors are in a plain file too.
        logger.warning(
            "« %s » manque ou est abîmé : les réponses sont les mêmes, un peu plus lentes sur un grand corpus. "
            "Pour le refaire : clsassist index",
            folder / damaged[0],
        )
    return manifest, bool(damaged)


class OpenIndex:
    """One build, held so that no rebuild removes it; several threads may share it."""

    def __init__(
        self, index_dir: Path, manifest: Manifest, hold: Hold, settings: Settings, *, without_chroma: bool = False
    ) -> None:
        self.manifest = manifest
        self.folder = build_folder(index_dir, manifest.build)
        self._index_dir = index_dir
        self._settings = settings
        self._without_chroma = without_chroma
        self._hold: Hold | None = hold
        self._lock = threading.Lock()
        self._lexical: LexicalIndex | None = None
        self._vectors: VectorIndex | None = None

    @property
    def is_whole(self) -> bool:
        """Say whether every file was sound when the build was opened, those of Chroma included."""
        return not self._without_chroma

    @property
    def registry_path(self) -> Path:
        """Return the place of the registry, to be opened for reading only."""
        return self.folder / REGISTRY_FILE

    @property
    def lexical(self) -> LexicalIndex:
        """Return the lexical index, opened at first use."""
        from clsassist.lexical import LexicalIndex

        with self._lock:
            if self._lexical is None:
                self._lexical = LexicalIndex.open(self.folder / LEXICAL_FOLDER)
            return self._lexical

    @property
    def vectors(self) -> VectorIndex:
        """Return the vectors, opened at first use."""
        from clsassist.vectors import VectorIndex

        with self._lock:
            if self._vectors is None:
                url = self._settings.vector_store_url
                self._vectors = VectorIndex.open(self.folder, url, exact_only=self._without_chroma)
            return self._vectors

    def changed_source(self) -> str | None:
        """Return a French sentence on a source file modified or removed since the build, or None.

        Sources that are no longer reachable at all, as on another machine, are no change.
        """
        root = Path(self.manifest.root)
        if not root.is_dir():
            return None
        files = [name_to_path(root, source.path) for source in self.manifest.sources]
        return find_change(self.manifest, [file for file in files if file.exists()])

    def require(self, embedder: Embedder, analyser: Analyser) -> None:
        """Make sure that questions are turned into the same vectors and stems as the passages were.

        Raises IndexMismatchError when they are not.
        """
        if embedder.name != self.manifest.embedder:
            raise IndexMismatchError(
                f"L'index a été construit avec « {self.manifest.embedder} », le modèle chargé est "
                f"« {embedder.name} ». Lancez : clsassist index"
            )
        if hash_analyser(analyser) != self.manifest.analyser:
            raise IndexMismatchError("Les sigles du lexique ont changé. Lancez : clsassist index")

    def check(self, embedder: Embedder, analyser: Analyser) -> None:
        """Read every file of the build whole, and compare all that it was made with to this installation.

        Raises IndexDamagedError or IndexMismatchError.
        """
        if damaged := find_damage(self.folder, self.manifest, thorough=True):
            raise IndexDamagedError(f"« {self.folder / damaged[0]} » manque ou est abîmé. Lancez : clsassist index")
        self.require(embedder, analyser)
        if self.manifest.lexicon != hash_lexicon():
            raise IndexMismatchError("Le lexique a changé depuis l'indexation. Lancez : clsassist index")

    def is_current(self) -> bool:
        """Say whether no newer build has been put in service since."""
        return current_build(self._index_dir) == self.manifest.build

    def close(self) -> None:
        """Release every file, and remove the builds that nobody uses any longer."""
        with self._lock:
            if self._vectors is not None:
                self._vectors.close()
            self._lexical = self._vectors = None
            if self._hold is None:
                return
            self._hold.release()
            self._hold = None
        if not os.access(self._index_dir, os.W_OK):
            # Made to be read only: who writes it removes what is old.
            return
        try:
            remove_unused_builds(self._index_dir)
        except (OSError, ClsAssistError) as error:
            # A reader may lack the right to; the next « clsassist index » will do it.
            logger.warning("Anciens index non supprimés dans %s : %s", self._index_dir, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
