"""What the service writes in its journal: what failed and where, never the words of a question unless asked to."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import TypeAlias

from clsassist.settings import Settings

_Failure: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_FORMAT = "%(levelname)s %(name)s : %(message)s"

logger = logging.getLogger(__name__)


def configure_logging(settings: Settings) -> None:
    """Set up the journal of a service, on its standard error: its libraries write there through it too."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT) if settings.log_questions else WordlessFormatter(_FORMAT))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("clsassist").setLevel(logging.INFO if settings.log_questions else logging.WARNING)
    # Gradio prints the failures of its events, with what was sent, past every logger.
    traceback.print_exc = _log_failure


def _log_failure(*_: object, **__: object) -> None:
    logger.error("Incident", exc_info=sys.exc_info())


class WordlessFormatter(logging.Formatter):
    """Writes of a failure its kind and the lines of code it went through: its words may repeat what was asked."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; asyncio lists what it knows of a failed task after its first line, failure included."""
        said = record.getMessage()
        kept = said.partition("\n")[0] if record.name == "asyncio" else said
        # Another handler may have left the failure on the record as it writes it, words included.
        own = {**vars(record), "msg": kept, "args": (), "exc_text": None}
        return super().format(logging.makeLogRecord(own))

    def formatException(self, ei: _Failure) -> str:
        """Write a failure and those that led to it."""
        return "\n".join(line for error in _chain(ei[1]) for line in _lines(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _chain(inner)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _lines(error: BaseException) -> Iterator[str]:
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
