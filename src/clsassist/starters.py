"""First questions for a newcomer, drawn from the index so that each one has an answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from clsassist.lexicon import Lexicon
from clsassist.records import Plan, Role, Status
from clsassist.registry import Registry

_MOST = 5


def registry_to_starters(registry: Registry, lexicon: Lexicon) -> tuple[str, ...]:
    """Return questions about a topic, a fiche, an organisation and a count, as far as the corpus allows."""
    return tuple(dict.fromkeys([*_topics(registry, lexicon), *_fiches(registry), *_organisations(registry, lexicon)]))[
        :_MOST
    ]


def _topics(registry: Registry, lexicon: Lexicon) -> Iterator[str]:
    """Name the lexicon's ideas that some actions, not most, are about: the widest shared first."""
    spread: Counter[str] = Counter()
    for concept in lexicon.concepts:
        if concept.actor or len(concept.stems[0]) < 2 or concept.name.isupper():
            continue
        said = registry.segments_saying((*concept.stems, *concept.narrower))
        owners = {segment.owner for _, segment in said if segment.owner in registry.actions}
        plans = {registry.plans[registry.actions[owner].document_id].name for owner in owners}
        if 2 <= len(owners) <= max(2, len(registry.actions) // 4):
            spread[concept.name] = len(plans) * 10 - len(owners)
    for name, _ in spread.most_common(1):
        yield f"Quelles actions portent sur « {name} » ?"


def _short_name(plan: Plan) -> str:
    """Return the name of a plan without its years."""
    return re.sub(r"\s+20\d\d-20\d\d$", "", plan.name)


def _fiches(registry: Registry) -> Iterator[str]:
    numbered = [action for action in registry.actions.values() if action.number]
    if numbered:
        action = numbered[-1]
        plan = registry.plans[action.document_id]
        yield f"Qui porte la fiche {action.number} du {_short_name(plan)} ?"
    starred = [action for action in numbered if any(held.status is Status.TO_CONTACT for held in action.involvements)]
    if starred:
        plan = registry.plans[starred[0].document_id]
        yield f"Quels partenaires restent à contacter pour la fiche {starred[0].number} du {_short_name(plan)} ?"


def _organisations(registry: Registry, lexicon: Lexicon) -> Iterator[str]:
    counts: Counter[str] = Counter()
    for _, held in registry.involvements():
        if held.role is Role.PARTENAIRE:
            counts.update({actor.name for actor in lexicon.actors_in(lexicon.analyser.content(held.organisation))})
    shared = [name for name, count in counts.most_common() if count >= 2 and name.isupper()]
    if shared:
        yield f"Dans quelles actions l'organisation {shared[0]} est-elle partenaire ?"
    if registry.actions:
        yield "Combien d'actions compte le corpus ?"
