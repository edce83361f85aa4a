"""The demonstration corpus in the text layouts of the public documents: same facts, same damage, line by line."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from demo_sources import NAMES, render, words

# Every figure of a public document is kept, page numbers and switchboard included: no exception to list.
NUMBERS_NOT_KEPT: dict[str, set[str]] = {}

LAYOUT_MARKS = [
    "|X|",
    "|_|",
    "☑",
    'checked=""',
    "*",
    " * ",
    "* <",
    ")*",
    "[bookmark: ",
    "Choisissez un élément.",
    "(Précisez)",
    "\t",
    "\u00a0",
    "<ul",
    "</ul>",
    "<p>",
    "<i>",
    " - ",
    " o ",
    "○",
    "•",
    "➤",
    "· ",
    "--\t--",
    "Projet VO\n",
    "Projet voté\n",
    "(pilote par",
    "THÉMATIQUE : ",
]
INTERNSHIP = re.compile(r"ma[iî]tr(?:ise|es?) de stage|\bMSU\b", re.IGNORECASE)
KEY_TERMS = [
    "addict", "annuaire", "attracti", "aller vers", "bourse", "bus", "cartograph", "cjc", "communication",
    "concert(?:ation|ee)", "conjoint", "cpam", "csapa", "desertification", "drogue", "alcool", "entretien",
    "equipe mobile", "exercice coordonne", "exercices coordonnes", "fmc", "forum", "geminstal", "handicap",
    "hebergement", "infirmieres en pratique avancee", "interconnaissance", "internes", "leader 2023",
    "livret d accueil", "logement", "lyceens", "medico social", "msa", "navette", "parentalite",
    "pole emploi", "france travail", "recrutement", "remplacants", "retraite", "sante mentale", "sharepoint",
    "soins non programmes", "telemedecine", "teleconsultation", "tiers lieux", "tutorat", "pulsy",
    "urbanisme favorable", "pharmacies", "secretaires", "rendez vous", "plateforme", "kit de communication",
    "reconversion", "diagnostic", "adt", "ifsi", "creche", "site internet", "congres",
]  # fmt: skip


def sections(text: str) -> list[str]:
    """Cut a document at its fiches, or at its axes and thématiques."""
    return re.split(r"(?m)^(?=Fiche-action n°|AXE \d|ABRÉVIATIONS)", text)


def line_shape(line: str) -> tuple:
    """Tell how a line is laid out, whatever it says."""
    if re.fullmatch(r"\|[-|]+\|", line):
        return ("separator", line.count("|"))
    start = re.match(r"\s*", line)[0]
    end = re.search(r"\s*$", line)[0]
    return (
        bool(line.strip()),
        start,
        end,
        line.count("\t"),
        line.count("|"),
        line.count("<"),
        line[:2] == "· ",
    )


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The documents in the text layouts of the public ones."""
    folder = tmp_path_factory.mktemp("texts")
    render("text", folder)
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.fixture(scope="session")
def originals(real_documents: Path) -> dict[str, str]:
    """The public documents."""
    return {name: (real_documents / f"{name}.txt").read_text(encoding="utf-8") for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_kept(name, originals, texts):
    public, ours = (Counter(re.findall(r"\d+", text)) for text in (originals[name], texts[name]))
    for number in NUMBERS_NOT_KEPT.get(name, set()):
        del public[number]
    assert ours == public


@pytest.mark.parametrize("name", NAMES)
def test_boxes_stars_and_marks_are_kept(name, originals, texts):
    counts = {mark: (originals[name].count(mark), texts[name].count(mark)) for mark in LAYOUT_MARKS}
    assert {mark: pair for mark, pair in counts.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_laid_out_alike(name, originals, texts):
    public, ours = originals[name].split("\n"), texts[name].split("\n")
    assert len(ours) == len(public)
    different = [
        (number, a, b)
        for number, (a, b) in enumerate(zip(public, ours, strict=True), 1)
        if line_shape(a) != line_shape(b)
    ]
    assert different == []


@pytest.mark.parametrize("name", NAMES)
def test_every_box_keeps_its_state(name, originals, texts):
    """Box, label and prompt are the same on each line that holds boxes, text typed behind them aside."""
    box = re.compile(r"\|[X_]\||☑|checked")
    public, ours = (
        [re.sub(r"(\(Précisez\)\s?:).*", r"\1", line) for line in text.split("\n") if box.search(line)]
        for text in (originals[name], texts[name])
    )
    assert ours == public


@pytest.mark.parametrize("name", NAMES)
def test_internship_terms_stay_in_the_same_places(name, originals, texts):
    public, ours = (
        [len(INTERNSHIP.findall(part)) for part in sections(text)] for text in (originals[name], texts[name])
    )
    assert ours == public


@pytest.mark.parametrize("name", NAMES)
def test_key_terms_stay_in_the_same_places(name, originals, texts):
    """A term that readers look for is found in the same fiches, and only there."""
    for number, (public, ours) in enumerate(zip(sections(originals[name]), sections(texts[name]), strict=True)):
        public_text, our_text = (" " + " ".join(words(text)) for text in (public, ours))
        for term in KEY_TERMS:
            pattern = rf" (?:{term})"
            assert bool(re.search(pattern, our_text)) == bool(re.search(pattern, public_text)), (number, term)


def test_thur_doller_process_indicators_are_identical(texts):
    text = re.sub(r"\n\n\t", " ", texts["thur-doller-cls"])  # joins the row that a page break cut
    rows = re.findall(r"(?m)^(?:<p>)?Indicateurs de processus(?:</p>)?\t(.*)$", text)
    assert (len(rows), len(set(rows))) == (5, 1)
