"""First questions for a newcomer, drawn from the index so that each one has an answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

from clsassist.lexicon import Lexicon
from clsassist.records import Action, Answer, AnswerStatus, Plan, Role, Status
from clsassist.registry import Registry
from clsassist.text import fold

_MOST = 5

# How many questions each audience is offered: more would have to be read rather than seen.
_PER_AUDIENCE = 3

# How the name of a plan follows « la fiche 2 … »; the names of other plans are masculine.
_FEMININE = frozenset(("annexe", "charte", "convention", "demarche", "feuille", "politique", "strategie"))


@dataclass(frozen=True, slots=True)
class AudienceStarters:
    """The questions offered to one audience; ``audience`` is as the settings name it."""

    audience: str
    questions: tuple[str, ...]


def registry_to_starters(registry: Registry, lexicon: Lexicon) -> tuple[str, ...]:
    """Return questions about a topic, a fiche, an organisation and a count, as far as the corpus allows."""
    drawn = chain(_topics(registry, lexicon), _leads(registry), _contacts(registry), _partners(registry, lexicon))
    return tuple(islice(dict.fromkeys(chain(drawn, _counts(registry))), _MOST))


def audiences_to_starters(
    audiences: Sequence[str], registry: Registry, lexicon: Lexicon, ask: Callable[[str], Answer]
) -> tuple[AudienceStarters, ...]:
    """Return a few questions for each audience; each was asked, and had an answer.

    An audience that is unknown here, or for which the corpus has nothing, is left out.
    """
    groups: list[AudienceStarters] = []
    offered: set[str] = set()
    for audience in audiences:
        draw = _DRAWS.get(fold(audience).strip().rstrip("s"))
        candidates = dict.fromkeys(draw(registry, lexicon)) if draw else ()
        answered = (
            question
            for question in candidates
            if question not in offered and ask(question).status is AnswerStatus.ANSWERED
        )
        questions = tuple(islice(answered, _PER_AUDIENCE))
        offered.update(questions)
        if questions:
            groups.append(AudienceStarters(audience, questions))
    return tuple(groups)


def _for_elected(registry: Registry, lexicon: Lexicon) -> Iterator[str]:
    """Yield what is done, where, until when."""
    yield from _topics(registry, lexicon)
    yield from _plans(registry)
    for action in _numbered(registry):
        if action.last_year:
            yield f"Jusqu'à quand court {_fiche(action, registry)} ?"
            break
    yield from _leads(registry)
    yield from _counts(registry)


def _for_coordinator(registry: Registry, lexicon: Lexicon) -> Iterator[str]:
    """Yield fiches side by side, models to copy, what is still missing."""
    for first, second in _pairs(registry):
        yield f"Compare la fiche {first.number} et {_fiche(second, registry)}"
        yield f"Quelles actions ressemblent à {_fiche(first, registry)} ?"
        break
    yield "Dans quelles actions le budget n'est-il pas renseigné ?"
    yield "Combien d'actions par porteur ?"
    yield from _topics(registry, lexicon)
    yield from _counts(registry)


def _for_partner(registry: Registry, lexicon: Lexicon) -> Iterator[str]:
    """Yield what an organisation is committed to, and who is still to be approached."""
    names = list(islice(_shared_partners(registry, lexicon), 2))
    for name in names[:1]:
        yield f"À quoi l'organisation {name} est-elle engagée ?"
    yield from _contacts(registry)
    for name in names[::-1]:
        yield f"Dans quelles actions l'organisation {name} est-elle partenaire ?"
    yield from _leads(registry)


_DRAWS: dict[str, Callable[[Registry, Lexicon], Iterator[str]]] = {
    "elu": _for_elected,
    "coordinateur": _for_coordinator,
    "partenaire": _for_partner,
}


def _topics(registry: Registry, lexicon: Lexicon) -> Iterator[str]:
    """Name the lexicon's ideas that some actions, not most, are about: the widest shared first."""
    spread: Counter[str] = Counter()
    for concept in lexicon.concepts:
        if concept.actor or len(concept.stems[0]) < 2 or concept.name.isupper():
            continue
        said = registry.owners_saying((*concept.stems, *concept.narrower))
        owners = [owner for owner in said if owner in registry.actions]
        plans = {registry.plans[registry.actions[owner].document_id].name for owner in owners}
        if 2 <= len(owners) <= max(2, len(registry.actions) // 4):
            spread[concept.name] = len(plans) * 10 - len(owners)
    for name, _ in spread.most_common(1):
        yield f"Quelles actions portent sur « {name} » ?"


def _short_name(plan: Plan) -> str:
    """Return the name of a plan without its years."""
    return re.sub(r"\s+20\d\d-20\d\d$", "", plan.name)


def _of(plan: Plan) -> str:
    """Return the name of a plan after « de »: « du CLS … », « de la Stratégie … »."""
    name = _short_name(plan)
    first = fold(name.split()[0]) if name.split() else ""
    if first not in _FEMININE:
        return f"du {name}"
    return f"de l'{name}" if first.startswith("a") else f"de la {name}"


def _fiche(action: Action, registry: Registry) -> str:
    return f"la fiche {action.number} {_of(registry.plans[action.document_id])}"


def _numbered(registry: Registry) -> list[Action]:
    return [action for action in registry.actions.values() if action.number]


def _pairs(registry: Registry) -> Iterator[tuple[Action, Action]]:
    """Yield two neighbours of the same plan, both numbered."""
    numbered = _numbered(registry)
    for first, second in pairwise(numbered):
        if first.document_id == second.document_id and first.number != second.number:
            yield first, second


def _plans(registry: Registry) -> Iterator[str]:
    """Ask for the content of the plan whose list of actions is read at a glance."""
    sizes = Counter(registry.plans[action.document_id].name for action in registry.actions.values())
    short = [plan for plan in registry.plans.values() if 2 <= sizes[plan.name] <= 8]
    if short:
        plan = max(short, key=lambda plan: sizes[plan.name])
        yield f"Quelles sont les actions {_of(plan)} ?"


def _leads(registry: Registry) -> Iterator[str]:
    for action in _numbered(registry)[-1:]:
        yield f"Qui porte {_fiche(action, registry)} ?"


def _contacts(registry: Registry) -> Iterator[str]:
    starred = [
        action
        for action in _numbered(registry)
        if any(held.status is Status.TO_CONTACT for held in action.involvements)
    ]
    for action in starred[:1]:
        yield f"Quels partenaires restent à contacter pour {_fiche(action, registry)} ?"


def _shared_partners(registry: Registry, lexicon: Lexicon) -> Iterator[str]:
    """Yield the acronyms of the organisations that are partners of several actions, the most present first."""
    written = Counter(held.organisation for _, held in registry.involvements() if held.role is Role.PARTENAIRE)
    counts: Counter[str] = Counter()
    for organisation, times in written.items():
        actors = lexicon.actors_in(lexicon.analyser.content(organisation))
        counts.update(dict.fromkeys((actor.name for actor in actors), times))
    yield from (name for name, count in counts.most_common() if count >= 2 and name.isupper())


def _partners(registry: Registry, lexicon: Lexicon) -> Iterator[str]:
    for name in islice(_shared_partners(registry, lexicon), 1):
        yield f"Dans quelles actions l'organisation {name} est-elle partenaire ?"


def _counts(registry: Registry) -> Iterator[str]:
    if registry.actions:
        yield "Combien d'actions compte le corpus ?"
