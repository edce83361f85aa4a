"""The one exception tree: every message is a French sentence meant for the person at the keyboard."""

from __future__ import annotations

from pathlib import Path


class ClsAssistError(Exception):
    """Any failure that clsassist explains: its message says what happened, where, and what to do."""


class ConfigurationError(ClsAssistError):
    """A setting is missing, unknown or out of range."""


class StoreUnavailableError(ConfigurationError):
    """A server of vectors does not answer, or lacks what it is asked."""


class ReadingError(ClsAssistError):
    """One source file cannot be read; the others are read all the same."""

    def __init__(self, path: Path | str, reason: str) -> None:
        """Keep the file and the reason apart, for reading reports."""
        super().__init__(f"« {path} » n'a pas pu être lu : {reason}.")
        self.path = str(path)
        self.reason = reason


class NothingToIndexError(ClsAssistError):
    """The folder is missing, empty, or none of its files could be read."""


class IndexMissingError(ClsAssistError):
    """No index was ever built at this place."""


class IndexMismatchError(ClsAssistError):
    """The index was built by another version or with another embedding model."""


class IndexDamagedError(ClsAssistError):
    """A file of the index is absent, truncated or fails its checks."""


class IndexBusyError(ClsAssistError):
    """Another process is building the same index."""


class EmbeddingError(ClsAssistError):
    """The embedding model cannot be loaded or gives unusable vectors."""


class UnknownActionError(ClsAssistError):
    """No action answers to this identifier, number or title."""


class UnknownPageError(ClsAssistError):
    """What was asked for has never been at this address."""


class GonePageError(ClsAssistError):
    """What was at this address is no longer there, or is no longer what it was."""


class AccessDeniedError(ClsAssistError):
    """The visitor may not do this."""


class SignInNeededError(AccessDeniedError):
    """The visitor may do this once signed in."""


class TooManyRequestsError(ClsAssistError):
    """The visitor asks more often than this service allows."""

    def __init__(self, message: str, retry_after: int) -> None:
        """Keep the number of seconds to wait."""
        super().__init__(message)
        self.retry_after = retry_after


class ModelError(ClsAssistError):
    """A language model gives nothing to show: the exact answer stands alone."""

    def __init__(self, reason: str, advice: str = "") -> None:
        """Keep why, for the reader, and what to do, for who runs the service; both are parts of a sentence."""
        super().__init__(f"Le modèle de langue {reason}{f' : {advice}' if advice else ''}.")
        self.reason = reason
        self.advice = advice


class ModelUnreachableError(ModelError):
    """Nothing answers at the configured address, or it sends elsewhere."""


class ModelDeniedError(ModelError):
    """The server wants another key."""


class ModelUnknownError(ModelError):
    """The server has no model of this name, or nothing at this path."""


class ModelOverloadedError(ModelError):
    """The server is too busy, or failed by itself: another time it may answer."""


class ModelTooSlowError(ModelError):
    """No first word, or no end, within the time allowed."""


class ModelEmptyError(ModelError):
    """The model wrote nothing."""


class ModelUnreadableError(ModelError):
    """What came is no stream of words, or stops in the middle."""


class ModelContextError(ModelError):
    """The question and its evidence do not fit in what the model reads at once."""
