"""Understanding comparisons: what is compared with what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from clsassist.question import Intent, Question, Side
from clsassist.records import Action
from clsassist.registry import Registry
from clsassist.text import Stems, fold, french

_COMPARES = french(
    r"\bcompar\w+|\bdifféren\w+ (?:entre|de|d['’]avec)|\bquelles? différences?|\bdiffèr\w+|\bdistingu\w+"
    r"|\ben commun\b|\bpoints communs\b"
    r"|\bcommune?s? (?:aux?|à|entre)|\bmêmes? \w+|\bvs\b|\bversus\b|\bsimilitudes?\b|\bressemblances?\b"
    r"|\blaquelle\b.*\bou\b|\blequel\b.*\bou\b|\bsont dans .* pas dans\b|\bde la fiche .* pas dans\b"
    r"|\b(?:difference|compare)s? between\b"
)
# What joins the two sides of a comparison.
_BETWEEN = french(
    r"\s+(?:et|ou|avec|à|vs|versus|par rapport à|mais pas dans|(?:ne )?(?:sont|est) pas dans|and|with)\s+"
)
# « entre les trois plans »: all of them, as long as a table can hold them.
_ALL_PLANS = french(r"\b(?:les |des |ces |nos |aux )(?:\d |deux |trois |quatre )?(?:plans|territoires|contrats)\b")
_MOST_PLANS = 4
_MOST_IN_A_SIDE = 3

# The content stems of a text.
StemsOf = Callable[[str], Stems]


def read_sides(question: Question, registry: Registry, stems_of: StemsOf) -> Question:
    """Return a comparison with its sides resolved; the question itself when it compares nothing.

    Two numbers, two plans, or two names of actions around « et », « ou », « avec » make two sides.
    """
    if question.sides or not _COMPARES.search(question.text):
        return question
    sides = _numbered(question, registry) or _plans(question, registry) or _named(question, registry, stems_of)
    if len(sides) < 2:
        return question
    return replace(question, intent=Intent.COMPARE, sides=tuple(sides))


def _numbered(question: Question, registry: Registry) -> list[Side]:
    """« les fiches 1 et 2 »: a side for each number, empty when no fiche has it."""
    if len(question.numbers) < 2:
        return []
    return [
        Side(
            f"fiche {number}",
            tuple(
                action.id
                for action in registry.actions.values()
                if action.number == number and (not question.documents or action.document_id in question.documents)
            ),
        )
        for number in dict.fromkeys(question.numbers)
    ]


def _plans(question: Question, registry: Registry) -> list[Side]:
    """« Saverne et Thur Doller »: a side for each plan, when no action is named."""
    every = not question.documents and _ALL_PLANS.search(question.text)
    names = dict.fromkeys(registry.plans[key].name for key in registry.plans if every or key in question.documents)
    names = {} if every and len(names) > _MOST_PLANS else names
    if len(names) < 2 or question.numbers or question.titles:
        return []
    return [
        Side(
            name,
            tuple(one.id for one in registry.actions.values() if registry.plans[one.document_id].name == name),
        )
        for name in names
    ]


def _named(question: Question, registry: Registry, stems_of: StemsOf) -> list[Side]:
    """« l'annuaire et l'attractivité »: what stands on each side of the word that joins them."""
    for match in _BETWEEN.finditer(question.text):
        parts = (question.text[: match.start()], question.text[match.end() :])
        sides = [_part_to_side(part, question, registry, stems_of) for part in parts]
        if all(side.actions for side in sides) and sides[0].actions != sides[1].actions:
            return sides
    return []


def _part_to_side(part: str, question: Question, registry: Registry, stems_of: StemsOf) -> Side:
    """Return the actions that one side names: by number, by plan words, by as many words of a title as it can."""
    number = re.search(r"\b(?:fiche|action|levier|la)\s*(?:n°\s*)?(\d{1,3})\b", part, re.IGNORECASE)
    stems = stems_of(part)
    named = _documents_named(part, question, registry)
    if number:
        scope = (one for one in registry.actions.values() if not named or one.document_id in named)
        held = [one for one in scope if one.number == number.group(1)]
    else:
        held = _best_titled(stems, named, registry)
    return Side(part.strip(" ?.!"), tuple(one.id for one in held))


def _documents_named(part: str, question: Question, registry: Registry) -> set[str]:
    """Return the documents of the plan that a part names, none when it names none."""
    words = {fold(word) for word in re.findall(r"\w+", part)}
    return {
        key
        for key in question.documents
        if words & {fold(word) for word in re.findall(r"\w{5,}", registry.plans[key].territoire or "")}
    }


def _best_titled(stems: Stems, documents: set[str], registry: Registry) -> list[Action]:
    """Return the actions whose title shares most words with a part, when at most a few do."""
    shared = Counter(identifier for stem in set(stems) for identifier in registry.titles_with.get(stem, ()))
    if documents:
        shared = Counter({one: n for one, n in shared.items() if registry.actions[one].document_id in documents})
    most = max(shared.values(), default=0)
    best = [identifier for identifier, count in shared.items() if count == most]
    # In the order of the registry, whichever word found them.
    order = {identifier: place for place, identifier in enumerate(registry.actions)} if len(best) > 1 else {}
    best = sorted(best, key=lambda one: order.get(one, 0)) if len(best) <= _MOST_IN_A_SIDE else []
    return [registry.actions[identifier] for identifier in best]
