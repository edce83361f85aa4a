"""The indexing process: builds an index and tells how it goes, one JSON object a line on its standard output.

Run as ``python -m clsassist.index_worker`` by ``index_job``, and by nobody else. What to do is one JSON object on the
standard input. Each line is a step, the reading report at the end, or the failure.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from clsassist.errors import ClsAssistError
from clsassist.indexing import index_corpus
from clsassist.reading_report import report_to_payload
from clsassist.settings import Settings

# What of the settings has a part in a build.
_TOLD = (
    "hide_personal_data",
    "index_dir",
    "corpus_dir",
    "embedding_model",
    "vector_store_url",
    "max_file_bytes",
    "cache_dir",
    "threads",
)


def settings_to_order(settings: Settings) -> str:
    """Return what the process is to read on its standard input."""
    values = {name: getattr(settings, name) for name in _TOLD}
    return json.dumps({name: str(value) if isinstance(value, Path) else value for name, value in values.items()})


def order_to_settings(order: str) -> Settings:
    """Return the settings that an order carries."""
    values = json.loads(order)
    paths = {name: Path(values[name]) for name in ("index_dir", "corpus_dir", "cache_dir")}
    return replace(Settings(), **{**values, **paths})


def main() -> int:
    """Build the index that is ordered; return the exit code."""
    settings = order_to_settings(sys.stdin.readline())
    try:
        done = index_corpus([settings.corpus_dir], settings, _tell_step)
    except ClsAssistError as error:
        _tell(failure=str(error), kind=type(error).__name__)
        return 1
    _tell(report=report_to_payload(done.report))
    return 0


def _tell_step(stage: str, done: int, total: int) -> None:
    _tell(stage=stage, done=done, total=total)


def _tell(**values: object) -> None:
    # Written at once: somebody watches. Whoever stops watching ends us, since nobody can be told.
    sys.stdout.write(f"{json.dumps(values)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
