"""The structured sources: where they stand, and how a renderer reads a node."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# A table of a source file. Renderers trust the sources, which tests check.
Node = dict[str, Any]

SOURCE = Path(__file__).resolve().parent / "source"


def load_sources() -> Iterator[Node]:
    """Yield every source, by file name."""
    for path in sorted(SOURCE.glob("*.toml")):
        yield tomllib.loads(path.read_text(encoding="utf-8"))


def hint(node: Node, key: str, default: str = "") -> str:
    """Return a textual layout hint of a node."""
    return str(node.get("layout", {}).get(key, default))


def flag(node: Node, key: str, *, default: bool = False) -> bool:
    """Return a yes or no layout hint of a node."""
    return bool(node.get("layout", {}).get(key, default))


def item_text(item: Node) -> str:
    """Return the text of an item with the pilot written inside it."""
    text = str(item["text"])
    if "pilot" in item:
        text += hint(item, "pilot_gap", " ") + item["pilot"]["written"]
    return text


def organisation_text(organisation: Node) -> str:
    """Return an organisation with its contact and the star of those not yet asked."""
    text = str(organisation["name"])
    if "function" in organisation:
        text += f", {organisation['function']}"
    if "email" in organisation:
        text += hint(organisation, "email_gap") + organisation["email"]
    if organisation.get("starred"):
        text += hint(organisation, "star_gap", " ") + "*"
    return text


def listed_names(node: Node) -> list[str]:
    """Return the names of the organisations of a field."""
    return [str(organisation["name"]) for organisation in node.get("organisations", [])]


def cut(text: str, start: str) -> tuple[str, str]:
    """Split a text where a page break falls, or return it whole.

    >>> cut("faire connaître ces dispositifs aux élus", "dispositifs")
    ('faire connaître ces', 'dispositifs aux élus')
    >>> cut("faire connaître", "")
    ('faire connaître', '')
    """
    if not start:
        return text, ""
    before, found, after = text.partition(f" {start}")
    if not found:
        raise ValueError(f"no « {start} » to cut before in « {text} »")
    return before, start + after
