"""Check a build from a process of its own: a damaged Chroma folder may end the process that opens it.

Run as ``python -m clsassist.probe FOLDER``. It starts when it reads the setting of the vector store, or an empty line,
on standard input: it can so be ready while the build is still being written. It exits with 0 when every part of the
build answers, else with the reason on standard error.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from clsassist.errors import ClsAssistError, IndexDamagedError
from clsassist.lexical import LexicalIndex
from clsassist.opening import LEXICAL_FOLDER, REGISTRY_FILE
from clsassist.vectors import VectorIndex


def probe_build(folder: Path, store_url: str) -> None:
    """Open every part of a build and search it.

    Raises a ClsAssistError at the first part that fails.
    """
    _probe_registry(folder / REGISTRY_FILE)
    lexical = LexicalIndex.open(folder / LEXICAL_FOLDER)
    with closing(VectorIndex.open(folder, store_url)) as vectors:
        if len(lexical) != len(vectors):
            raise IndexDamagedError(f"{len(lexical)} passages pour {len(vectors)} vecteurs")
        vectors.probe()


def _probe_registry(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise IndexDamagedError(f"registre illisible ({error})") from error
    if verdict != "ok":
        raise IndexDamagedError(f"registre abîmé ({verdict})")


def main() -> None:
    """Probe the folder named by the first argument."""
    line = sys.stdin.readline()
    if not line:
        sys.exit("construction interrompue")
    try:
        probe_build(Path(sys.argv[1]), line.strip())
    except ClsAssistError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
