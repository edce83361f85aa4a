"""The folder of an index: builds side by side, a pointer to the current one, and locks on those in use."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clsassist.errors import ConfigurationError, IndexBusyError, IndexDamagedError
from clsassist.manifest import MANIFEST_FILE
from clsassist.vector_stores import drop_remote

logger = logging.getLogger(__name__)

_BUILDS = "builds"
_LOCKS = "locks"
_LOCK_SUFFIX = ".lock"
_POINTER = "current"
_BUILD_ID = re.compile(r"\d{8}t\d{6}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Hold:
    """A shared lock on one build, which keeps it from being removed; the system frees it if we die.

    ``descriptor`` is None where nobody could remove it: a copy of the index made to be read only.
    """

    descriptor: int | None

    def release(self) -> None:
        """Let go of the build."""
        if self.descriptor is not None:
            os.close(self.descriptor)


def new_build_id() -> str:
    """Return a name that sorts by date and that no other build has."""
    return f"{datetime.now(UTC):%Y%m%dt%H%M%S}-{secrets.token_hex(4)}"


def build_folder(index_dir: Path, build_id: str) -> Path:
    """Return the folder of a build."""
    return index_dir / _BUILDS / build_id


def current_build(index_dir: Path) -> str | None:
    """Return the id of the build in service, or None when there has never been one.

    Raises IndexDamagedError when the pointer is not one that we wrote.
    """
    try:
        build_id = (index_dir / _POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        message = f"L'index « {index_dir} » est illisible ({error}). Lancez : clsassist index"
        raise IndexDamagedError(message) from error
    if not _BUILD_ID.fullmatch(build_id):
        raise IndexDamagedError(f"« {index_dir / _POINTER} » est abîmé. Lancez : clsassist index")
    return build_id


def switch_to(index_dir: Path, build_id: str) -> None:
    """Put a finished build in service, in one step that a crash cannot cut in two."""
    _flush_tree(build_folder(index_dir, build_id))
    pointer = index_dir / f"{_POINTER}.tmp"
    pointer.write_text(f"{build_id}\n", encoding="utf-8")
    _flush(pointer)
    pointer.replace(index_dir / _POINTER)
    _flush(index_dir)


def withdraw(index_dir: Path) -> None:
    """Leave no build in service: from now on there is no index."""
    (index_dir / _POINTER).unlink(missing_ok=True)
    _flush(index_dir)


@contextmanager
def only_builder(index_dir: Path) -> Iterator[None]:
    """Keep every other process from building the same index.

    Raises IndexBusyError at once when one is at it.
    """
    from filelock import FileLock, Timeout

    index_dir.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(index_dir / "build.lock", timeout=0):
            yield
    except Timeout as error:
        raise IndexBusyError(
            f"Une autre commande construit déjà l'index « {index_dir} ». Attendez qu'elle ait fini."
        ) from error


def hold_build(index_dir: Path, build_id: str) -> Hold | None:
    """Keep a build from being removed, or return None when its removal has begun."""
    return _lock(index_dir, build_id, fcntl.LOCK_SH)


def remove_unused_builds(index_dir: Path) -> tuple[str, ...]:
    """Remove every build that is neither current nor held; return the ids of those still held."""
    current = current_build(index_dir)
    # A lock without its build is what a crash left between the two.
    names = {path.name.removesuffix(_LOCK_SUFFIX) for path in index_dir.glob("*/*")}
    others = sorted(name for name in names if _BUILD_ID.fullmatch(name) and name != current)
    return tuple(build_id for build_id in others if not _remove_build(index_dir, build_id))


def _remove_build(index_dir: Path, build_id: str) -> bool:
    lock = _lock(index_dir, build_id, fcntl.LOCK_EX)
    if lock is None:
        return False
    try:
        # A builder lets go of its build only once it is in service: it may be so by now.
        if current_build(index_dir) == build_id:
            return True
        folder = build_folder(index_dir, build_id)
        if folder.is_dir():
            # Whoever opens a build looks for its manifest first: without it, it is gone.
            (folder / MANIFEST_FILE).unlink(missing_ok=True)
            _drop_remote(folder)
            shutil.rmtree(folder)
        _lock_path(index_dir, build_id).unlink()
    finally:
        lock.release()
    return True


def _drop_remote(folder: Path) -> None:
    try:
        drop_remote(folder)
    except ConfigurationError as error:
        # A server that is gone must not keep the texts of this build on this machine.
        logger.warning("%s", error)


def _lock(index_dir: Path, build_id: str, mode: int) -> Hold | None:
    path = _lock_path(index_dir, build_id)
    try:
        path.parent.mkdir(exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o666)
    except OSError as error:
        if mode == fcntl.LOCK_SH and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return Hold(None)
        raise
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return Hold(descriptor)


def _lock_path(index_dir: Path, build_id: str) -> Path:
    return index_dir / _LOCKS / f"{build_id}{_LOCK_SUFFIX}"


def _flush_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _flush(path)
    _flush(folder)
    _flush(folder.parent)


def _flush(path: Path) -> None:
    # Folders too: a file is not safe on disk until its name is.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
