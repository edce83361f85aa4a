"""How an answer was found, told to somebody who has never heard of an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clsassist.records import Answer, AnswerStatus
from clsassist.wording import counted

# How the trace of a question says what is asked, and that it needs the question before it.
_KIND = "Type de réponse : "
_FOLLOWING = "Lecture : suite de "

# How many of the nearest passages are named: they show where to read, not how ranks are made.
_PASSAGES = 3

_ASKED = {
    "aide": "ce que je sais faire",
    "corpus": "ce que contiennent les documents",
    "définition": "ce que veut dire un sigle",
    "nombre": "combien d'actions sont concernées",
    "champ": "une information précise de certaines actions",
    "chiffre": "un chiffre écrit dans les documents",
    "comparaison": "une comparaison",
    "action semblable": "des actions qui se ressemblent, ou dont s'inspirer",
    "synthèse": "ce que les documents disent d'un sujet",
    "ensemble": "toutes les actions qui remplissent vos conditions",
}
# Answers made of the passages nearest to the question; the others come from the records alone.
_BY_NEARNESS = frozenset(("synthèse", "chiffre", "action semblable"))

# What an understood question says of itself, and the same in everyday words. The order matters: first match wins.
_TELLINGS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), telling)
    for pattern, telling in (
        (r"Lecture : suite de (« .+ »)", "Je l'ai lue comme la suite de {0}."),
        (r"Lecture : (« .+ ») lu (« .+ »)", "J'ai lu {1} là où est écrit {0}."),
        (r"Lecture : (.+)", "J'ai lu ceci : {0}."),
        (r"Champ demandé : (.+)", "Rubrique demandée : {0}."),
        (r"Numéro de fiche : (.+)", "Fiche demandée : {0}."),
        (r"Plan : (.+?)(?: \(d'après « .* »\))?", "Plan retenu : {0}."),
        (r"Titre reconnu : (.+)", "Action reconnue à son titre : {0}."),
        (r"Axe ou année : (.+)", "Axe ou année : {0}."),
        (r"Organisation : (« .+ »), rôle : (\w+), exclue(?: \(.*\))?", "Organisation écartée comme {1} : {0}."),
        (r"Organisation : (« .+ »), exclue(?: \(.*\))?", "Organisation écartée : {0}."),
        (
            r"Organisation : (« .+ »), rôle : (\w+)(?: \(.*\))?",
            "Organisation cherchée comme {1} : {0}, sous tous ses noms connus.",
        ),
        (r"Organisation : (« .+ »)(?: \(.*\))?", "Organisation cherchée : {0}, sous tous ses noms connus."),
        (r"Sujet : (« .+ ») \(.*\) — .*absent des documents", "{0} n'apparaît dans aucun document."),
        (
            r"Sujet : (« .+ ») \(.*\) — .*trop général pour filtrer.*",
            "{0} est trop général pour choisir des actions : il ne sert qu'à les classer.",
        ),
        (r"Sujet : (« .+ ») \(.*\) — exclu, dans le champ (.+)", "Sujet écarté : {0}, dans la rubrique « {1} »."),
        (r"Sujet : (« .+ ») \(.*\) — exclu.*", "Sujet écarté : {0}."),
        (
            r"Sujet : (« .+ ») \(.*\) — dans le champ (.+)",
            "Sujet cherché : {0}, dans la rubrique « {1} » seulement.",
        ),
        (r"Sujet : (« .+ ») \(.*\)", "Sujet cherché : {0}, avec ses pluriels et ses synonymes."),
    )
)
_HIT = re.compile(r"\d+\. (?P<document>.+?) › (?P<title>.+) › (?P<label>.+?) : lexical .+? — .*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Told:
    """What was understood, step by step, then the passages read first when nearness counted."""

    steps: tuple[str, ...]
    passages: tuple[str, ...]


def tell_trace(answer: Answer) -> Told:
    """Return the trace of an answer in plain French; a step without a telling of its own is left out."""
    intent = next((line.removeprefix(_KIND) for line in answer.trace if line.startswith(_KIND)), "")
    near = intent in _BY_NEARNESS or answer.status is AnswerStatus.NOT_FOUND
    steps = tuple(dict.fromkeys([*_understood(answer.trace), *_counted(answer)]))
    return Told(steps, tuple(_passages(answer.trace))[:_PASSAGES] if near else ())


def follows(answer: Answer) -> bool:
    """Say whether a question could only be understood after the one before it."""
    return any(line.startswith(_FOLLOWING) for line in answer.trace)


def _understood(trace: tuple[str, ...]) -> Iterator[str]:
    for line in trace:
        if line.startswith(_KIND):
            yield f"J'ai compris que vous demandez {_ASKED.get(line.removeprefix(_KIND), 'une réponse des documents')}."
            continue
        for pattern, telling in _TELLINGS:
            found = pattern.fullmatch(line)
            if found:
                yield telling.format(*found.groups())
                break


def _counted(answer: Answer) -> Iterator[str]:
    coverage = answer.coverage
    if coverage.actions:
        matching = f"{coverage.matching} correspond{'' if coverage.matching < 2 else 'ent'}"
        yield f"J'ai parcouru {counted(coverage.actions, 'action')}, rubrique par rubrique : {matching}."
    if coverage.field_missing:
        noun = counted(coverage.field_missing, "action n'a", "actions n'ont")
        yield f"{noun} pas la rubrique demandée."
    if coverage.unreadable_documents:
        noun = counted(coverage.unreadable_documents, "document n'a pas pu être lu", "documents n'ont pas pu être lus")
        yield f"{noun}."


def _passages(trace: tuple[str, ...]) -> Iterator[str]:
    for line in trace:
        found = _HIT.fullmatch(line)
        if found:
            yield f"{found['title']}, rubrique « {found['label']} » ({found['document']})"
