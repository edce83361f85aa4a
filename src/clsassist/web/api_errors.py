"""What the HTTP API says of a request that it cannot take: French sentences, and HEAD where there is GET."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

NOT_JSON = "Le corps de la requête n'est pas du JSON valide."

# What pydantic calls each mistake, and how it is told; {} is the name of the parameter, {bound} its limit.
_MISTAKES = {
    "missing": "« {name} » est absent",
    "string_type": "« {name} » doit être un texte",
    "string_unicode": "« {name} » n'est pas un texte lisible (UTF-8)",
    "string_too_long": "« {name} » dépasse {max_length} caractères",
    "int_type": "« {name} » doit être un nombre entier",
    "int_parsing": "« {name} » doit être un nombre entier",
    "int_from_float": "« {name} » doit être un nombre entier",
    "bool_parsing": "« {name} » doit être « true » ou « false »",
    "greater_than_equal": "« {name} » doit être au moins {ge}",
    "less_than_equal": "« {name} » doit être au plus {le}",
    "tuple_type": "« {name} » doit être une liste",
    "list_type": "« {name} » doit être une liste",
    "too_long": "« {name} » compte plus de {max_length} éléments",
    "enum": "« {name} » n'est pas l'une des valeurs possibles : {expected}",
    "literal_error": "« {name} » n'est pas l'une des valeurs possibles : {expected}",
    "extra_forbidden": "« {name} » n'est pas un paramètre connu",
    "model_attributes_type": "le corps de la requête doit être un objet JSON",
    "dict_type": "le corps de la requête doit être un objet JSON",
}
_OTHER_MISTAKE = "« {name} » n'a pas la forme attendue"


class FrenchRoute(APIRoute):
    """A route whose refusals are French sentences in the API's error model."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what serves a request, refusals included."""
        handle = super().get_route_handler()

        async def handle_in_french(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return explain_mistakes(error.errors())

        return handle_in_french


def explain_mistakes(mistakes: Sequence[Mapping[str, Any]]) -> JSONResponse:
    """Return the refusal of a request: 400 when it is not JSON at all, 422 when its values are not right."""
    if any(one["type"] == "json_invalid" for one in mistakes):
        return JSONResponse({"detail": NOT_JSON}, 400)
    said = dict.fromkeys(_mistake_to_words(one) for one in mistakes)
    sentence = " ; ".join(said)
    return JSONResponse({"detail": f"{sentence[:1].upper()}{sentence[1:]}."}, 422)


def _mistake_to_words(mistake: Mapping[str, Any]) -> str:
    # The values sent are not repeated: a question stays out of every message and log.
    place = [str(part) for part in mistake["loc"] if part not in ("query", "body", "path")]
    name = f"{place[0]}[{place[1]}]" if len(place) > 1 else "".join(place)
    if not name and mistake["type"] == "missing":
        return "le corps de la requête est absent"
    values = {"name": name or "corps", **mistake.get("ctx", {})}
    return _MISTAKES.get(mistake["type"], _OTHER_MISTAKE).format_map(_Kept(values))


class _Kept(dict[str, object]):
    """Values of a sentence; one that is not given leaves nothing."""

    def __missing__(self, key: str) -> str:
        """Return nothing for a value that is not given."""
        return ""
