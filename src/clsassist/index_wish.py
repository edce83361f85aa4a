"""That an indexing was asked for and has not ended: noted beside the index, for the next service."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from clsassist.builds import erase

logger = logging.getLogger(__name__)

_FILE = "asked.json"
_MAY_EMPTY = "may_empty"


class IndexWish:
    """The note of one index folder. That it cannot be written stops no indexing: it is told in the journal."""

    def __init__(self, index_dir: Path) -> None:
        self._path = index_dir / _FILE

    def note(self, *, may_empty: bool) -> None:
        """Write that an indexing is wanted; ``may_empty`` lasts until it is forgotten, once it has been said."""
        wanted = json.dumps({_MAY_EMPTY: may_empty or bool(self.read())})
        own = self._path.with_suffix(".tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with own.open("w", encoding="utf-8") as file:
                file.write(wanted)
                file.flush()
                os.fsync(file.fileno())
            own.replace(self._path)
        except OSError as error:
            logger.warning("« %s » ne peut pas être écrit (%s)", self._path, error.strerror or error)

    def forget(self) -> None:
        """Write that nothing is wanted any more."""
        try:
            erase(self._path)
        except OSError as error:
            logger.warning("« %s » ne peut pas être effacé (%s)", self._path, error.strerror or error)

    def read(self) -> bool | None:
        """Return whether the indexing wanted may leave no index, or None when none is wanted or can be done here."""
        if not os.access(self._path.parent, os.W_OK):
            # Another service indexes; this one reads only.
            return None
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            # It is there all the same: something was wanted, and nothing allows to empty the index.
            return False
        return isinstance(told, dict) and told.get(_MAY_EMPTY) is True
