"""One action as it was read, field by field, for people and for programs."""

from __future__ import annotations

import re

from clsassist.evidence import Evidence
from clsassist.records import Action, Field, Span
from clsassist.text import squeeze

_BOXES = {True: "☑", False: "☐", None: "? (case indéterminée)"}


def find_actions(reference: str, evidence: Evidence) -> list[Action]:
    """Return the actions that an identifier, a number or words of a title designate."""
    actions = list(evidence.registry.actions.values())
    exact = [action for action in actions if action.id == reference.strip()]
    numbered = [
        action
        for action in actions
        if action.number and action.number == re.sub(r"^\W*(?:n\W*)?", "", reference.strip())
    ]
    wanted = set(evidence.analyser.stems(reference))
    titled = [action for action in actions if wanted and wanted <= set(evidence.analyser.stems(action.title))]
    return exact or numbered or titled


def action_to_text(action: Action, evidence: Evidence) -> str:
    """Return a whole action as read, every field in the order of the form, empty ones said."""
    plan = evidence.registry.plans[action.document_id]
    path = evidence.registry.paths[action.document_id]
    lines = [action.title, f"{plan.name} · {path} · identifiant {action.id}", ""]
    for found in action.fields:
        inherited = " (écrit au-dessus, commun à plusieurs fiches)" if found.inherited else ""
        page = f" (p. {found.page})" if found.page else ""
        lines.append(f"{squeeze(found.label)}{page}{inherited}")
        lines.extend(f"  {_BOXES[option.ticked]} {option.label} {option.typed}".rstrip() for option in found.options)
        lines.extend(f"{'  ' * (item.level + 1)}{item.text}{' *' if item.mark else ''}" for item in found.items)
        if not found.filled and not found.options:
            lines.append("  non renseigné")
    return "\n".join(lines)


def action_to_payload(action: Action, evidence: Evidence) -> dict[str, object]:
    """Return a whole action as JSON-ready values; ``start`` and ``end`` are offsets into the text of the document."""
    organisations = [
        {
            "name": held.organisation,
            "role": held.role.value,
            "status": held.status.value,
            "open": held.open,
            "field": held.field_key,
            "page": held.page,
            **_place(held.span),
        }
        for held in action.involvements
    ]
    return {
        "id": action.id,
        "document": evidence.registry.paths[action.document_id],
        "plan": evidence.registry.plans[action.document_id].name,
        "number": action.number,
        "title": action.title,
        "axe": action.axe,
        "objectif": action.objectif,
        "thematique": action.thematique,
        "first_year": action.first_year,
        "last_year": action.last_year,
        "page": action.page,
        "fields": [_field_to_payload(found) for found in action.fields],
        "organisations": organisations,
    }


def _field_to_payload(found: Field) -> dict[str, object]:
    return {
        "field": found.key,
        "label": found.label,
        "text": found.text,
        "page": found.page,
        "inherited": found.inherited,
        **_place(found.span),
        "items": [
            {
                "text": item.text,
                "level": item.level,
                "mark": item.mark,
                "page": item.page,
                "spans": [[span.start, span.end] for span in item.spans],
            }
            for item in found.items
        ],
        "options": [
            {
                "label": option.label,
                "ticked": option.ticked,
                "group": option.group,
                "typed": option.typed,
                "page": option.page,
                **_place(option.span),
            }
            for option in found.options
        ],
    }


def _place(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}
