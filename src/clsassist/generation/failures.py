"""What a library says of a failure, as the one French line that a reader is owed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import openai

from clsassist.errors import (
    ModelContextError,
    ModelDeniedError,
    ModelError,
    ModelOverloadedError,
    ModelTooSlowError,
    ModelUnknownError,
    ModelUnreachableError,
    ModelUnreadableError,
)
from clsassist.settings import Settings
from clsassist.text import french

# How servers say that too much was given: OpenAI, llama.cpp, vLLM, Ollama, Mistral.
_TOO_LONG = french(r"context|maximum.{0,20}(?:length|tokens)|too (?:long|large|many tokens)")
_TIME = "prenez un modèle plus petit, ou augmentez CLSASSIST_LLM_TIMEOUT"
_TRY_LATER = "réessayez plus tard"


def explain_failure(error: Exception, settings: Settings) -> ModelError:
    """Return the failure of a model behind the exception of a library."""
    chain = list(_chain(error))
    said = next((cause for cause in chain if isinstance(cause, ModelError)), None)
    if said is not None:
        return said
    if any(isinstance(cause, httpx.ConnectTimeout | httpx.ConnectError) for cause in chain):
        return _unreachable(error, settings)
    if any(isinstance(cause, httpx.TimeoutException) for cause in chain):
        return ModelTooSlowError("est trop lent", _TIME)
    return _explain_library(error, settings)


def _explain_library(error: Exception, settings: Settings) -> ModelError:
    match error:
        case openai.APIStatusError(status_code=status):
            return _refused(status, str(error), settings)
        case openai.APIConnectionError():
            return _unreachable(error, settings)
        case openai.APIError():
            return _too_long(settings) if _TOO_LONG.search(str(error)) else _broken()
        case httpx.HTTPError() | OSError():
            return ModelUnreadableError("s'est interrompu au milieu de sa réponse", _TRY_LATER)
        case _:
            return ModelUnreadableError("répond sous une forme illisible", "vérifiez CLSASSIST_LLM_URL")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _unreachable(error: BaseException, settings: Settings) -> ModelError:
    refused = any("CERTIFICATE" in str(cause) for cause in _chain(error))
    said = "son certificat est refusé" if refused else "personne n'y répond"
    return ModelUnreachableError(
        f"est injoignable ({said})", f"démarrez-le ou corrigez CLSASSIST_LLM_URL, « {settings.llm_url} »"
    )


def _refused(status: int, said: str, settings: Settings) -> ModelError:
    if status in (400, 413, 422, 500) and _TOO_LONG.search(said):
        return _too_long(settings)
    known: dict[int, Callable[[], ModelError]] = {
        401: _denied,
        403: _denied,
        404: lambda: ModelUnknownError(
            f"« {settings.llm_model} » est inconnu de ce serveur",
            "vérifiez CLSASSIST_LLM_MODEL, et que CLSASSIST_LLM_URL finit par /v1",
        ),
        408: lambda: ModelTooSlowError("est trop lent", _TIME),
        413: lambda: _too_long(settings),
        429: _overloaded,
        503: _overloaded,
        504: lambda: ModelTooSlowError("est trop lent", _TIME),
    }
    if status in known:
        return known[status]()
    if status >= 500:
        return ModelOverloadedError(f"est en panne (erreur {status})", _TRY_LATER)
    return ModelUnreadableError(f"refuse la demande (erreur {status})", "vérifiez CLSASSIST_LLM_URL et _MODEL")


def _denied() -> ModelError:
    return ModelDeniedError("refuse l'accès", "vérifiez CLSASSIST_LLM_API_KEY")


def _overloaded() -> ModelError:
    return ModelOverloadedError("est surchargé", _TRY_LATER)


def _broken() -> ModelError:
    return ModelOverloadedError("a signalé une panne au milieu de sa réponse", _TRY_LATER)


def _too_long(settings: Settings) -> ModelError:
    return ModelContextError(
        "ne peut pas lire autant d'extraits à la fois",
        f"CLSASSIST_LLM_CONTEXT vaut {settings.llm_context}, donnez-lui la taille réelle du contexte du modèle",
    )
