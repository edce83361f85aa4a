"""The whole flow of a question on one screen: understand, retrieve, answer, verify. Start reading here."""

from __future__ import annotations

from pathlib import Path

from clsassist.records import Answer, Citation, Source
from clsassist.settings import Settings


class Assistant:
    """Answers questions over one index."""

    @staticmethod
    def open(index_dir: Path | str = "index", settings: Settings | None = None) -> Assistant:
        """Open the current build of an index.

        Raises IndexMissingError, IndexMismatchError or IndexDamagedError, each naming the command to run.
        """
        raise NotImplementedError

    def ask(self, question: str, previous: tuple[Answer, ...] = ()) -> Answer:
        """Answer one question; ``previous`` holds the answers of the same conversation, oldest first."""
        raise NotImplementedError

    def open_source(self, citation: Citation) -> Source:
        """Return the whole field around a quote."""
        raise NotImplementedError

    def starters(self) -> tuple[str, ...]:
        """Return a few questions that this index can answer, for a newcomer."""
        raise NotImplementedError

    def close(self) -> None:
        """Release the files of the index."""
        raise NotImplementedError
