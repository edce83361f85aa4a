"""A language model behind an OpenAI-compatible server, through llama-index: messages in, characters out, in time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Literal, Protocol

from clsassist.errors import (
    ClsAssistError,
    ConfigurationError,
    ModelEmptyError,
    ModelTooSlowError,
    ModelUnreadableError,
)
from clsassist.settings import Settings

if TYPE_CHECKING:
    import httpx

    from clsassist.generation.channel import Channel

# A server of the same network answers in milliseconds; one that is far, or starting, in seconds.
_CONNECT_SECONDS = 10.0
# Once it writes, a model that stops for so long will not go on.
_SILENT_SECONDS = 30.0
# How late a reader's « stop » may be heard while nothing comes.
_POLL_SECONDS = 0.05
# French takes three to four characters a token; a token longer than eight, on average, is no language.
_MOST_CHARS_PER_TOKEN = 8
# A chunk of one token weighs some 250 bytes, a kilobyte with what some servers add.
_MOST_BYTES_PER_TOKEN = 4_096
_LEAST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message to the model: what it must do, or what it is given."""

    role: Literal["system", "user"]
    text: str


class LanguageModel(Protocol):
    """Whatever writes text; ``context`` is how many tokens it reads and writes at once."""

    name: str
    context: int

    def stream(self, messages: Sequence[Message], max_tokens: int, stop: threading.Event) -> Generator[str, None, None]:
        """Yield the characters of an answer as they come, until its end or ``stop``; raises ModelError."""


def load_model(settings: Settings) -> LanguageModel | None:
    """Return the model that the settings name, None when they name none.

    Raises ConfigurationError when its library is not installed.
    """
    return ServerModel(settings) if settings.llm_url else None


class ServerModel:
    """A model of an OpenAI-compatible server: llama.cpp, Ollama, vLLM, Mistral, Albert API."""

    def __init__(self, settings: Settings) -> None:
        _load_library()
        self._settings = settings
        self.name = settings.llm_model
        self.context = settings.llm_context

    def stream(self, messages: Sequence[Message], max_tokens: int, stop: threading.Event) -> Generator[str, None, None]:
        """Yield the characters of an answer as they come.

        It ends with the answer, when ``stop`` is set, or once the answer is longer than ``max_tokens`` allows. Raises a
        ModelError that says why nothing, or nothing more, comes.
        """
        reading = _Reading(self._settings, messages, max_tokens)
        try:
            yield from reading.follow(stop)
        finally:
            reading.cut()


@dataclass(slots=True)
class _End:
    """The last thing that a reading tells: why it ended, None when all is well."""

    error: ClsAssistError | None = None


class _Reading:
    """One answer being read by a thread of its own, so that neither silence nor a stop has to wait for the other."""

    def __init__(self, settings: Settings, messages: Sequence[Message], max_tokens: int) -> None:
        from clsassist.generation.channel import Channel

        self._settings = settings
        self._messages = messages
        self._max_tokens = max_tokens
        self._channel: Channel = Channel(settings, max_tokens * _MOST_BYTES_PER_TOKEN + _LEAST_BYTES)
        self._inbox: SimpleQueue[str | _End] = SimpleQueue()

    def follow(self, stop: threading.Event) -> Iterator[str]:
        """Yield what comes, in time."""
        threading.Thread(target=self._read, name="clsassist-model", daemon=True).start()
        limit = time.monotonic() + self._settings.llm_timeout
        heard = limit
        while not stop.is_set():
            try:
                came = self._inbox.get(timeout=_POLL_SECONDS)
            except Empty:
                _require_time(min(limit, heard))
                continue
            if isinstance(came, _End):
                if came.error is not None:
                    raise came.error
                return
            yield came
            _require_time(limit)
            heard = time.monotonic() + _SILENT_SECONDS

    def cut(self) -> None:
        """End the reading, wherever it is."""
        self._channel.cut()

    def _read(self) -> None:
        end = _End(ModelUnreadableError("s'est interrompu"))
        try:
            self._read_through()
            end = _End()
        except ClsAssistError as error:
            end = _End(error)
        except _failures() as error:
            from clsassist.generation.failures import explain_failure

            end = _End(explain_failure(error, self._settings))
        finally:
            self._inbox.put(end)
            with suppress(OSError):
                self._channel.close()

    def _read_through(self) -> None:
        """Put every piece of the answer in the inbox."""
        left = self._max_tokens * _MOST_CHARS_PER_TOKEN
        written, finished = False, False
        for piece, last in self._pieces():
            finished = finished or last
            if piece:
                written = True
                self._inbox.put(piece[:left])
                left -= len(piece)
            if left <= 0:
                return
        if not written:
            raise ModelEmptyError("n'a rien écrit")
        if not finished:
            raise ModelUnreadableError("s'est interrompu au milieu de sa réponse")

    def _pieces(self) -> Iterator[tuple[str, bool]]:
        """Yield each piece of text, and whether the server says that it is the last."""
        import httpx
        from llama_index.core.base.llms.types import ChatMessage, MessageRole
        from llama_index.llms.openai_like import OpenAILike

        settings = self._settings
        wait = httpx.Timeout(settings.llm_timeout, connect=min(_CONNECT_SECONDS, settings.llm_timeout))
        with httpx.Client(transport=self._channel, timeout=wait, follow_redirects=False, trust_env=False) as client:
            model = OpenAILike(**self._options(client))
            asked = [ChatMessage(role=MessageRole(message.role), content=message.text) for message in self._messages]
            for response in model.stream_chat(asked, max_tokens=self._max_tokens):
                yield _text(response.delta), _is_last(response.raw)

    def _options(self, client: httpx.Client) -> dict[str, Any]:
        settings = self._settings
        return {
            "model": settings.llm_model,
            "api_base": settings.llm_url,
            # Without one, OPENAI_API_KEY would be taken from the environment; the channel writes the true one.
            "api_key": "aucune",
            "context_window": settings.llm_context,
            "is_chat_model": True,
            "is_function_calling_model": False,
            "max_retries": 0,
            "timeout": settings.llm_timeout,
            "temperature": 0.0,
            "http_client": client,
        }


def _text(delta: object) -> str:
    if delta is None:
        return ""
    if not isinstance(delta, str):
        raise ModelUnreadableError("répond autre chose que du texte")
    return delta


def _is_last(chunk: Any) -> bool:  # noqa: ANN401 - whatever the server sent
    return any(choice.finish_reason for choice in chunk.choices or ())


def _require_time(limit: float) -> None:
    if time.monotonic() > limit:
        raise ModelTooSlowError("est trop lent", "prenez-en un plus petit, ou augmentez CLSASSIST_LLM_TIMEOUT")


def _failures() -> tuple[type[Exception], ...]:
    # What the libraries raise, and what they fall upon when a server sends something else than it should.
    import httpx
    import openai

    malformed = (ValueError, TypeError, AttributeError, LookupError)
    return (openai.OpenAIError, httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, *malformed)


def _load_library() -> None:
    """Load llama-index's connector, silenced, with nothing behind its defaults, and what the checks need.

    Raises ConfigurationError when one is not installed.
    """
    try:
        # Both are imported where they are used: here, to tell before a question that one is missing.
        import llama_index.llms.openai_like  # noqa: F401
        import simplemma  # noqa: F401
        from llama_index.core import MockEmbedding
        from llama_index.core import Settings as Defaults
        from llama_index.core.llms import MockLLM
    except ImportError as error:
        raise ConfigurationError(
            "CLSASSIST_LLM_URL demande les paquets « llama-index-llms-openai-like » et « simplemma » : "
            "pip install 'clsassist[llm]'"
        ) from error
    # OPENAI_LOG=debug, set for another program, would write the questions.
    logging.getLogger("openai").setLevel(logging.WARNING)
    # A default of llama-index is OpenAI as soon as the environment holds a key: what asks for one gets a mock. Whoever
    # uses clsassist beside their own llama-index keeps what they chose.
    if Defaults._llm is None:
        Defaults.llm = MockLLM()
    if Defaults._embed_model is None:
        Defaults.embed_model = MockEmbedding(embed_dim=1)
