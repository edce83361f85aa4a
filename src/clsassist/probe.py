"""Fill the engine of a build, then check the build, from a process of its own: an engine may end the process it is in.

Run as ``python -m clsassist.probe FOLDER ENGINE``, with one line of JSON on standard input, a Request, which may come
long after the start: what the engine imports is imported meanwhile. Each line written is JSON too: a Progress or, at
the end if need be, a Failure. The end of standard input is the death of whoever asked, and ends this process.
"""

from __future__ import annotations

import json
import os
import queue
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

from clsassist.errors import ClsAssistError, IndexDamagedError
from clsassist.lexical import LexicalIndex
from clsassist.opening import LEXICAL_FOLDER, REGISTRY_FILE
from clsassist.probing import Failure, Progress, Request
from clsassist.vector_stores import import_engine
from clsassist.vectors import VectorIndex, fill_engine


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
    """Serve one request about the folder named by the first argument; the second names the engine to get ready."""
    folder, engine = Path(sys.argv[1]), sys.argv[2]
    requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    if engine:
        import_engine(engine)
    request = requests.get()
    try:
        if request["fill"]:
            previous = request["previous"]
            fill_engine(folder, request["store_url"], None if previous is None else Path(previous), _tell_progress)
        probe_build(folder, request["store_url"])
    except (ClsAssistError, OSError) as error:
        name = "OSError" if isinstance(error, OSError) else type(error).__name__
        _tell(Failure(error=name, reason=str(error)))
        sys.exit(1)


def _listen(requests: queue.SimpleQueue[Request]) -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    # At once: whoever comes next may remove what this process is writing.
    os._exit(1)


def _tell_progress(done: int, total: int) -> None:
    _tell(Progress(done=done, total=total))


def _tell(message: Progress | Failure) -> None:
    sys.stdout.write(f"{json.dumps(message)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
