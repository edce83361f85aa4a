"""The description of the API for people: what the OpenAPI document says, laid out for a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

_TYPES = {"string": "texte", "integer": "nombre entier", "number": "nombre", "boolean": "vrai ou faux", "null": "null"}
_PLACES = {"query": "adresse", "path": "chemin", "body": "corps JSON"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a request says; ``default`` is '' when there is none."""

    name: str
    place: str
    kind: str
    required: bool
    default: str
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One address and method; ``command`` calls it with curl, {base} standing for the address of the service."""

    identifier: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    command: str
    answer: str
    errors: tuple[tuple[str, str], ...]

    def example(self, base: str) -> str:
        """Return the command for a service."""
        return self.command.replace("{base}", base)


@dataclass(frozen=True, slots=True)
class Group:
    """The operations about one thing."""

    name: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One object of the answers, and its keys."""

    name: str
    title: str
    description: str
    keys: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """The whole description."""

    version: str
    description: str
    groups: tuple[Group, ...]
    shapes: tuple[Shape, ...]

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """Every error that some address may answer with, and what it means."""
        found = {error for group in self.groups for one in group.operations for error in one.errors}
        return tuple(sorted(found))

    @property
    def names(self) -> dict[str, str]:
        """What each object is called, by its name in the description."""
        return {shape.name: shape.title for shape in self.shapes}


def schema_to_guide(schema: Mapping[str, Any]) -> Guide:
    """Lay out an OpenAPI document."""
    shapes = schema["components"]["schemas"]
    operations = [(tag, one) for tag, one in _operations(schema["paths"], shapes)]
    groups = tuple(
        Group(tag["name"], tag["description"], tuple(one for name, one in operations if name == tag["name"]))
        for tag in schema["tags"]
    )
    info = schema["info"]
    return Guide(info["version"], info["description"], groups, tuple(_shapes(shapes)))


def _operations(paths: Mapping[str, Any], shapes: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in paths.items():
        for method, operation in methods.items():
            yield operation["tags"][0], _operation(path, method, operation, shapes)


def _operation(path: str, method: str, operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> Operation:
    parameters = (*_parameters(operation), *_body(operation, shapes))
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return Operation(
        operation["operationId"],
        method.upper(),
        path,
        operation["summary"],
        operation["description"],
        parameters,
        _command(path, method, operation, shapes),
        _name(answer),
        tuple((status, one["description"]) for status, one in operation["responses"].items() if status != "200"),
    )


def _parameters(operation: Mapping[str, Any]) -> Iterator[Parameter]:
    for one in operation.get("parameters", ()):
        schema = one["schema"]
        yield Parameter(
            one["name"],
            _PLACES[one["in"]],
            _kind(schema),
            one.get("required", False),
            _default(schema),
            one.get("description", ""),
        )


def _body(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> Iterator[Parameter]:
    if "requestBody" in operation:
        shape = shapes[_body_name(operation)]
        yield from _keys(shape, _PLACES["body"])


def _body_name(operation: Mapping[str, Any]) -> str:
    return _name(operation["requestBody"]["content"]["application/json"]["schema"])


def _keys(shape: Mapping[str, Any], place: str = "") -> Iterator[Parameter]:
    required = shape.get("required", ())
    for name, schema in shape.get("properties", {}).items():
        description = schema.get("description", "")
        yield Parameter(name, place, _kind(schema), name in required, _default(schema), description)


def _shapes(shapes: Mapping[str, Any]) -> Iterator[Shape]:
    for name, shape in shapes.items():
        yield Shape(name, shape.get("title", name), shape.get("description", ""), tuple(_keys(shape)))


def _name(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _kind(schema: Mapping[str, Any]) -> str:
    """Say in French what values a key takes.

    >>> _kind({"anyOf": [{"type": "string"}, {"type": "null"}]}), _kind({"type": "array", "items": {"type": "integer"}})
    ('texte ou null', 'liste (nombre entier)')
    """
    if "$ref" in schema:
        return _name(schema)
    if "anyOf" in schema:
        return " ou ".join(_kind(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"liste ({_kind(schema['items'])})" if "items" in schema else "liste"
    if schema.get("type") == "object":
        return "objet"
    return _TYPES.get(schema.get("type", ""), "valeur")


def _default(schema: Mapping[str, Any]) -> str:
    default = schema.get("default")
    return "" if default in (None, "", []) else json.dumps(default)


def _command(path: str, method: str, operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    if method == "post":
        shape = shapes[_body_name(operation)]
        said = {name: shape["examples"][0][name] for name in shape["properties"]}
        # An apostrophe would end the argument of the command.
        body = json.dumps(said, ensure_ascii=False).replace("'", "’")
        return f"curl {{base}}{path} \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
    asked: list[tuple[str, str]] = []
    for one in operation.get("parameters", ()):
        example = next(iter(one["schema"].get("examples", ())), None)
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", quote(str(example or one["name"]), safe=""))
        elif example is not None:
            asked.append((one["name"], str(example)))
    address = f"{{base}}{path}{'?' if asked else ''}{urlencode(asked)}"
    return f"curl '{address}'" if asked else f"curl {address}"
