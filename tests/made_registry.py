"""A registry of as many invented fiches as wanted: for pages of the list, and for its speed."""

from __future__ import annotations

import random
from hashlib import sha256
from pathlib import Path

from clsassist.lexicon import load_lexicon
from clsassist.records import (
    Action,
    Corpus,
    Document,
    Field,
    Involvement,
    Item,
    Option,
    ParsedDocument,
    Plan,
    Role,
    Span,
    Status,
)
from clsassist.registry import Registry
from clsassist.registry_writing import write_registry

_PER_DOCUMENT = 20
_VERBS = ("Développer", "Renforcer", "Coordonner", "Prévenir", "Soutenir", "Évaluer", "Rapprocher", "Former")
_SUBJECTS = (
    "la santé mentale des jeunes", "l'accès aux soins", "les addictions", "le dépistage des cancers",
    "la maîtrise de stage", "l'alimentation des seniors", "la santé environnementale", "le répit des aidants",
    "l'activité physique", "les violences intrafamiliales", "la télémédecine", "la vaccination",
)  # fmt: skip
_ACTORS = ("ARS", "CPAM", "MSA", "CPTS", "CCAS", "Conseil départemental", "Éducation nationale", "Mission locale")
_PUBLICS = ("Tout public", "Lycéens", "Personnes âgées", "Aidants", "Professionnels de santé", "Habitants")
_STATES = ("En cours", "À venir", "Réalisé", "En retard")


class _Writer:
    """Writes the text of a document, and gives the place of each thing written."""

    def __init__(self) -> None:
        self.text = ""

    def put(self, words: str) -> Span:
        start = len(self.text)
        self.text += f"{words}\n"
        return Span(start, start + len(words))


def many_fiches(path: Path, count: int) -> Registry:
    """Write a registry of ``count`` invented fiches, the same at each call, and open it."""
    lexicon = load_lexicon()
    chance = random.Random(7)
    documents = tuple(
        _document(number, min(_PER_DOCUMENT, count - number * _PER_DOCUMENT), chance)
        for number in range(-(-count // _PER_DOCUMENT))
    )
    write_registry(path, Corpus("", documents, ()), (), lexicon.analyser)
    return Registry.open(path, lexicon.analyser)


def _document(number: int, count: int, chance: random.Random) -> ParsedDocument:
    writer = _Writer()
    identifier = f"plan-{number}"
    actions = tuple(_action(identifier, ordinal, writer, chance) for ordinal in range(1, count + 1))
    digest = sha256(identifier.encode()).hexdigest()
    document = Document(identifier, f"{identifier}.docx", digest, None, writer.text, ())
    plan = Plan(f"Contrat local de santé du Val {number}", f"Val {number}", 2024, 2030)
    return ParsedDocument(document, plan, "2024", actions, (), ())


def _action(document: str, ordinal: int, writer: _Writer, chance: random.Random) -> Action:
    identifier = f"{document}:{ordinal}"
    title = f"{chance.choice(_VERBS)} {chance.choice(_SUBJECTS)} ({document}, {ordinal})"
    title_span = writer.put(title)
    axe = chance.randint(1, 4)
    first = chance.randint(2023, 2026)
    leader = chance.choice([*_ACTORS, f"Ville de Val-{document}"])
    partners = chance.sample(
        [*_ACTORS, f"Association {document}", f"Lycée {document}-{ordinal}"], k=chance.randint(0, 6)
    )
    steps = [f"{chance.choice(_VERBS)} {chance.choice(_SUBJECTS)}" for _ in range(6)]
    fields, parts = [], []
    for key, label, lines in (
        ("axe", "Axe", [f"Axe {axe} : {_SUBJECTS[axe]}"]),
        ("porteur", "Porteur", [leader]),
        ("etapes", "Étapes de mise en œuvre", steps),
        ("territoire", "Territoire", [f"Canton {chance.randint(1, 40)}"]),
        ("partenaires", "Partenaires", partners),
        ("statut", "Statut", [chance.choice(_STATES)] if chance.random() < 0.6 else []),
        ("calendrier", "Calendrier", [f"{first}-{first + 2}"]),
    ):
        field, spans = _field(key, label, lines, writer)
        fields.append(field)
        role = {"porteur": Role.PORTEUR, "partenaires": Role.PARTENAIRE}.get(key)
        if role:
            parts += [
                Involvement(name, role, Status.ENGAGED, identifier, key, span)
                for name, span in zip(lines, spans, strict=True)
            ]
    fields.append(_boxes(writer, chance))
    return Action(
        identifier, document, ordinal, str(ordinal), title, title_span, "titre", f"Axe {axe} : {_SUBJECTS[axe]}", axe,
        None, None, tuple(fields), tuple(parts), first, first + 2,
    )  # fmt: skip


def _field(key: str, label: str, lines: list[str], writer: _Writer) -> tuple[Field, list[Span]]:
    start = writer.put(label).start
    spans = [writer.put(line) for line in lines]
    items = tuple(Item(line, (span,)) for line, span in zip(lines, spans, strict=True))
    return Field(key, label, "\n".join(lines), items, (), Span(start, len(writer.text) - 1)), spans


def _boxes(writer: _Writer, chance: random.Random) -> Field:
    start = writer.put("Public").start
    options = tuple(Option(label, chance.random() < 0.3, writer.put(f"☐ {label}")) for label in _PUBLICS)
    return Field("public", "Public", "", (), options, Span(start, len(writer.text) - 1))
