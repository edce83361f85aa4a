"""Overviews of a few invented actions, each written in one line."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from clsassist.catalogue import Catalogue
from clsassist.lexicon import load_lexicon
from clsassist.overview import Overview, catalogue_to_overview
from clsassist.records import (
    Action,
    Corpus,
    Document,
    Field,
    Involvement,
    Option,
    ParsedDocument,
    Plan,
    Role,
    Span,
    Status,
)
from clsassist.registry import Registry
from clsassist.registry_writing import write_registry

PLACE = Span(0, 1)


def make_field(key: str, text: str = "", boxes: Sequence[bool | None] = (), label: str = "") -> Field:
    options = tuple(Option(f"case {number}", ticked, PLACE) for number, ticked in enumerate(boxes))
    return Field(key, label or key, text, (), options, PLACE)


def make_part(
    organisation: str, role: Role = Role.PARTENAIRE, *, to_contact: bool = False, field: str = "partenaires"
) -> Involvement:
    status = Status.TO_CONTACT if to_contact else Status.ENGAGED
    return Involvement(organisation, role, status, "", "porteur" if role is Role.PORTEUR else field, PLACE)


def make_action(
    title: str = "Former les aidants",
    *,
    number: str | None = None,
    axe: tuple[int | None, str] | None = None,
    years: tuple[int | None, int | None] = (None, None),
    fields: Sequence[Field] = (),
    parts: Sequence[Involvement] = (),
) -> Action:
    axe_number, axe_name = axe or (None, None)
    return Action(
        "", "", 0, number, title, PLACE, "titre", axe_name, axe_number, None, None, tuple(fields), tuple(parts), *years
    )


def write_plans(path: Path, plans: dict[str, Sequence[Action]], failures: Sequence[tuple[str, str]] = ()) -> Registry:
    """Write a registry of some plans, a document each, and open it."""
    analyser = load_lexicon().analyser
    documents = tuple(_parsed(number, name, actions) for number, (name, actions) in enumerate(plans.items()))
    write_registry(path, Corpus("", documents, tuple(failures)), (), analyser)
    return Registry.open(path, analyser)


def _parsed(number: int, name: str, actions: Sequence[Action]) -> ParsedDocument:
    identifier = f"document-{number}"
    own = tuple(_placed(action, identifier, ordinal) for ordinal, action in enumerate(actions, start=1))
    text = "\n".join(action.title for action in own) or " "
    document = Document(identifier, f"{number}.docx", sha256(identifier.encode()).hexdigest(), None, text, ())
    return ParsedDocument(document, Plan(name), None, own, (), ())


def _placed(action: Action, document: str, ordinal: int) -> Action:
    identifier = f"{document}#{ordinal}"
    parts = tuple(
        Involvement(part.organisation, part.role, part.status, identifier, part.field_key, part.span)
        for part in action.involvements
    )
    return Action(
        identifier, document, ordinal, action.number, action.title, PLACE, action.title_field, action.axe,
        action.axe_number, None, None, action.fields, parts, action.first_year, action.last_year,
    )  # fmt: skip


def overview_of(registry: Registry, plan: str = "") -> Overview:
    """Count a registry."""
    return catalogue_to_overview(Catalogue.from_registry(registry, load_lexicon()), registry, plan)
