"""The folder of an index: builds side by side, a pointer to the current one, and locks on those in use."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from clsassist.errors import ClsAssistError, IndexBusyError, IndexDamagedError
from clsassist.manifest import MANIFEST_FILE
from clsassist.vector_stores import drop_remote

logger = logging.getLogger(__name__)

_BUILDS = "builds"
_LOCKS = "locks"
_LOCK_SUFFIX = ".lock"
# Where vectors are kept between builds.
CACHE_FOLDER = "cache"
# What an evaluation had a model write, a folder a build: it quotes the documents, and goes with the build.
WRITINGS_FOLDER = "written"
_FOLDERS = (_BUILDS, _LOCKS, CACHE_FOLDER)
_POINTER = "current"
# A command that is killed while it starts a process leaves its lock to this one, until it has begun: a fraction of a
# second, more on a loaded machine.
_GRACE_SECONDS = 3.0
_BUILD_ID = re.compile(r"\d{8}t\d{6}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Hold:
    """A shared lock on one build, which keeps it from being removed; the system frees it if we die."""

    descriptor: int

    def release(self) -> None:
        """Let go of the build."""
        os.close(self.descriptor)


def new_build(index_dir: Path) -> tuple[str, Hold]:
    """Return a name that sorts by date and that no other build has, already held."""
    while True:
        build_id = f"{datetime.now(UTC):%Y%m%dt%H%M%S}-{secrets.token_hex(4)}"
        # A reader that tidies may take the lock of a build that does not exist yet for one left by a crash.
        if (hold := hold_build(index_dir, build_id)) is not None:
            return build_id, hold


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
    for place in (pointer, index_dir / _POINTER):
        if place.is_dir():
            erase(place)
    pointer.write_text(f"{build_id}\n", encoding="utf-8")
    _flush(pointer)
    pointer.replace(index_dir / _POINTER)
    _flush(index_dir)


def withdraw(index_dir: Path) -> None:
    """Leave no build in service: from now on there is no index."""
    erase(index_dir / _POINTER)
    _flush(index_dir)


def erase(path: Path) -> None:
    """Remove a file, a folder with all it holds, or nothing when there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def only_builder(index_dir: Path) -> Iterator[None]:
    """Keep every other process from building the same index.

    Raises IndexBusyError when one is still at it after a few seconds, ClsAssistError when the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(index_dir / "build.lock", timeout=_GRACE_SECONDS)
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        if (index_dir / "build.lock").is_dir():
            erase(index_dir / "build.lock")
        lock.acquire()
    except Timeout as error:
        raise IndexBusyError(
            f"Une autre commande construit déjà l'index « {index_dir} ». Attendez qu'elle ait fini."
        ) from error
    except OSError as error:
        raise cannot_write(index_dir, error) from error
    try:
        _clear_ways(index_dir)
        _wait_for_orphans(index_dir)
        yield
    finally:
        lock.release()


def _wait_for_orphans(index_dir: Path) -> None:
    """Wait a moment for the process that a killed builder had started: it shares the lock of the build it was filling.

    A build without its manifest has no reader, and ours is the only builder.
    """
    deadline = time.monotonic() + _GRACE_SECONDS
    for folder in (path for path in index_dir.glob(f"{_BUILDS}/*") if _BUILD_ID.fullmatch(path.name)):
        while not (folder / MANIFEST_FILE).exists() and time.monotonic() < deadline:
            if (lock := _lock(index_dir, folder.name, fcntl.LOCK_EX)) is not None:
                lock.release()
                break
            time.sleep(0.02)


def cannot_write(index_dir: Path, error: Exception) -> ClsAssistError:
    """Explain that an index could not be written."""
    return ClsAssistError(
        f"L'index n'a pas pu être écrit dans « {index_dir} » ({error}) ; le précédent, s'il y en a un, "
        "n'a pas changé. Vérifiez la place libre et les droits d'accès, puis lancez : clsassist index"
    )


def _clear_ways(index_dir: Path) -> None:
    """Remove the files that stand where our folders go, and the folders that stand where our files go."""
    for folder in (index_dir / name for name in _FOLDERS):
        if not folder.is_dir():
            erase(folder)
    for entry in (index_dir / _LOCKS).glob(f"*{_LOCK_SUFFIX}"):
        if entry.is_dir():
            erase(entry)


def hold_build(index_dir: Path, build_id: str) -> Hold | None:
    """Keep a build from being removed, or return None when its removal has begun."""
    try:
        return _lock(index_dir, build_id, fcntl.LOCK_SH)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES):
            raise
        # The lock is lost, and cannot be made again in a folder from which nothing can be removed either.
        return Hold(os.open(build_folder(index_dir, build_id), os.O_RDONLY))


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
            erase(folder / MANIFEST_FILE)
            _drop_remote(folder)
        erase(folder)
        erase(index_dir / WRITINGS_FOLDER / build_id)
        _lock_path(index_dir, build_id).unlink()
    finally:
        lock.release()
    return True


def _drop_remote(folder: Path) -> None:
    try:
        drop_remote(folder)
    except (ClsAssistError, UnicodeDecodeError) as error:
        # A server that is gone must not keep the texts of this build on this machine.
        logger.warning("%s", error)


def _lock(index_dir: Path, build_id: str, mode: int) -> Hold | None:
    path = _lock_path(index_dir, build_id)
    path.parent.mkdir(exist_ok=True)
    while True:
        hold = Hold(os.open(path, os.O_RDONLY | os.O_CREAT, 0o666))
        try:
            fcntl.flock(hold.descriptor, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            hold.release()
            return None
        # Whoever removed the build between our two calls removed this file too: a lock on it would stop nobody.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(hold.descriptor), path.stat()):
                return hold
        hold.release()


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
