"""The shipped Word and PDF files, as the product reads them, say what the public documents say, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from clsassist.records import Action, Corpus, Field, Item, ParsedDocument
from clsassist.text import fold, squeeze

NAMES = [
    "plan-sante-79",
    "saverne-annuaire",
    "saverne-attractivite-stages",
    "saverne-exercices-coordonnes",
    "thur-doller-cls",
]

# What the native files may say otherwise than the text exports: document and fact, then the reason.
EXCEPTIONS = {
    ("saverne-attractivite-stages", "boxes of 11 duree de l'action"): (
        "the export lost the box of « Annuelle »; the form shows it, empty since « Pluriannuelle » is ticked"
    ),
}

# Fields made of names, whose words are facts; behind the first comma of a porteur stands a person.
NAMED = {"porteur", "partenaires", "territoire", "axe", "thematique"}
FIGURE = re.compile(r"\d+")
# Figures, and the acronyms that the booklet spells out.
TOLD = re.compile(r"\d+|\b[A-Z]{2,6}(?= :)")
PILOT = re.compile(r"\(?\bpilot\w+ par [^()]*\)", re.IGNORECASE)


def document(corpus: Corpus, name: str) -> ParsedDocument:
    return next(held for held in corpus.documents if held.document.id == name)


def plain(text: str) -> str:
    return fold(squeeze(text)).rstrip(" .,…")


def item_facts(found: Field, item: Item) -> tuple[Any, ...]:
    """Tell where an item stands, its asterisk, its figures, its pilot, and its words when they are names."""
    text = item.text.partition(",")[0] if found.key == "porteur" else item.text
    words = plain(text) if found.key in NAMED else ""
    return item.level, item.parent, item.mark, FIGURE.findall(item.text), PILOT.findall(item.text), words


def field_facts(found: Field) -> dict[str, Any]:
    return {
        "label": (found.key, plain(found.label)),
        "filled": found.filled,
        "inherited": found.inherited,
        "boxes": [
            (plain(option.label), option.ticked, plain(option.group or ""), bool(option.typed))
            for option in found.options
        ],
        "items": [item_facts(found, item) for item in found.items],
    }


def action_facts(action: Action) -> Iterator[tuple[str, Any]]:
    """Yield each fact of an action under its name."""
    yield "number", action.number
    yield "title is written", action.title_field in ("titre", "leviers")
    yield "axe", (action.axe_number, plain(action.axe or ""))
    yield "objectif", bool(action.objectif)
    yield "thématique", plain(action.thematique or "")
    yield "years", (action.first_year, action.last_year)
    yield "labels", [field_facts(found)["label"] for found in action.fields]
    for position, found in enumerate(action.fields):
        for fact, value in field_facts(found).items():
            yield f"{fact} of {position} {plain(found.label)}", value
    for role in ("porteur", "partenaire", "financeur", "pilote"):
        held = [found for found in action.involvements if found.role == role]
        yield role, sorted((found.organisation, found.status, found.field_key, found.open) for found in held)


def differences(public: Action, ours: Action, name: str) -> dict[str, tuple[Any, Any]]:
    """Tell the facts that differ, and the exceptions that no longer do."""
    theirs, facts = dict(action_facts(public)), dict(action_facts(ours))
    return {
        fact: (theirs.get(fact), facts.get(fact))
        for fact in theirs | facts
        if (theirs.get(fact) != facts.get(fact)) is not ((name, fact) in EXCEPTIONS)
    }


def test_every_file_is_read(demo_corpus: Corpus):
    assert [held.document.id for held in demo_corpus.documents] == NAMES
    assert demo_corpus.failures == ()


@pytest.mark.parametrize("name", NAMES)
def test_actions_say_the_same_facts(name: str, demo_corpus: Corpus, real_corpus: Corpus):
    public, ours = document(real_corpus, name).actions, document(demo_corpus, name).actions
    assert len(ours) == len(public)
    found = {
        their.id: different
        for their, our in zip(public, ours, strict=True)
        if (different := differences(their, our, name))
    }
    assert found == {}


@pytest.mark.parametrize("name", NAMES)
def test_documents_say_the_same_of_themselves(name: str, demo_corpus: Corpus, real_corpus: Corpus):
    public, ours = document(real_corpus, name), document(demo_corpus, name)
    assert (ours.dated, ours.status) == (public.dated, public.status)
    assert (ours.plan.first_year, ours.plan.last_year) == (public.plan.first_year, public.plan.last_year)


def test_sections_of_the_booklet_are_the_same(demo_corpus: Corpus, real_corpus: Corpus):
    """Thématiques, key figures, abbreviations: the same figures and acronyms stand under the same headings."""

    def told(corpus: Corpus) -> dict[tuple[str, str], list[str]]:
        held: dict[tuple[str, str], list[str]] = {}
        for section in document(corpus, "plan-sante-79").sections:
            place = plain(section.axe or ""), plain(section.thematique or "")
            words = [section.title, *(found.text for found in section.fields)]
            held.setdefault(place, []).extend(TOLD.findall(" ".join(words)))
        return {place: sorted(words) for place, words in held.items()}

    assert told(demo_corpus) == told(real_corpus)
