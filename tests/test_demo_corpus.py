"""The demonstration corpus: same facts and same layouts as the public documents, other words."""

import doctest
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RENDERER = ROOT / "tools" / "demo_corpus" / "render.py"
SOURCES = sorted((ROOT / "tools" / "demo_corpus" / "source").glob("*.toml"))
CORPUS = ROOT / "corpus"
ORIGINALS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
NAMES = [
    "plan-sante-79",
    "saverne-annuaire",
    "saverne-attractivite-stages",
    "saverne-exercices-coordonnes",
    "thur-doller-cls",
]

# What a form says before anyone fills it in, and names: kept as they are in the public documents.
VOCABULARY_KEYS = {
    "acronym",
    "definition",
    "email",
    "footer",
    "function",
    "heading",
    "intro_label",
    "label",
    "legend",
    "motto_name",
    "name",
    "names",
    "pilots",
    "placeholder",
    "second_label",
    "subheading",
    "summary_name",
    "territories",
    "written",
}
# Neither prose nor vocabulary: how the source is organised, and how the page is laid out.
OTHER_KEYS = {"bullet", "document", "key", "kind", "layout", "number", "numeral", "role", "use"}
# Everything else must be prose of our own; a key of another name makes the checks fail.
PROSE_KEYS = {"actions", "paragraphs", "text", "title", "typed", "value"}

SHORTEST_NAME_TO_SKIP = 4  # words; a shorter name cannot by itself make a long run look copied
RUN = 8  # words in a row that may not be shared with a public document

ALLOWED_EMAILS = {"sante@pays-thur-doller.fr", "coordination@cptstd.fr"}
ALLOWED_PHONES = {"05 49 06 79 79"}  # the switchboard of the département
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


def words(text: str) -> list[str]:
    """Return the words of a text without its tags, accents or case."""
    plain = unicodedata.normalize("NFKD", re.sub(r"<[^<>]*>", " ", text).casefold())
    return re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))


def runs(tokens: list[str], length: int = RUN) -> set[tuple[str, ...]]:
    return {tuple(tokens[i : i + length]) for i in range(len(tokens) - length + 1)}


def strings(node: object, key: str = "") -> list[tuple[str, str]]:
    """Return the key and the text of every string of a source, in the order of the document."""
    if isinstance(node, str):
        return [(key, node)]
    if isinstance(node, list):
        return [pair for child in node for pair in strings(child, key)]
    if isinstance(node, dict):
        return [pair for k, child in node.items() if k not in OTHER_KEYS for pair in strings(child, k)]
    return []


def contains(tokens: list[str], part: list[str]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(tokens)} "


def prose_segments(source: dict) -> list[str]:
    """Join the prose that no label and no name separates, then take out the names quoted inside it."""
    segments = [""]
    skipped = []
    for key, text in strings(source):
        if key in VOCABULARY_KEYS:
            segments.append("")
            skipped.append(" ".join(words(text)))
        else:
            segments[-1] += f" {' '.join(words(text))} "
    skipped = [name for name in skipped if len(name.split()) >= SHORTEST_NAME_TO_SKIP]
    for name in sorted(skipped, key=len, reverse=True):
        segments = [piece for segment in segments for piece in f" {segment} ".split(f" {name} ")]
    return segments


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


def demo(name: str) -> str:
    return (CORPUS / f"{name}.txt").read_text(encoding="utf-8")


def load(name: str) -> dict:
    return tomllib.loads((RENDERER.parent / "source" / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def originals() -> dict[str, str]:
    """Read the public documents, which are not part of the project."""
    if not ORIGINALS.is_dir():
        reason = "the public documents are not beside the project"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return {name: (ORIGINALS / f"{name}.txt").read_text(encoding="utf-8") for name in NAMES}


def test_sources_are_the_five_documents():
    assert [path.stem for path in SOURCES] == NAMES
    assert [load(name)["document"]["name"] for name in NAMES] == NAMES


def test_rendering_gives_the_shipped_files(tmp_path):
    subprocess.run([sys.executable, str(RENDERER), "--output", str(tmp_path)], check=True, capture_output=True)
    assert sorted(path.stem for path in tmp_path.iterdir()) == NAMES
    for name in NAMES:
        assert (tmp_path / f"{name}.txt").read_bytes() == (CORPUS / f"{name}.txt").read_bytes(), name


def test_examples_of_the_renderer():
    spec = importlib.util.spec_from_file_location("demo_corpus_render", RENDERER)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    results = doctest.testmod(module)
    assert results.attempted and not results.failed


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_known(name):
    keys = {key for key, _ in strings(load(name))}
    assert keys <= VOCABULARY_KEYS | PROSE_KEYS | {"plan", "periode", "indicateurs_processus"}


@pytest.mark.parametrize("name", NAMES)
def test_prose_is_reworded(name, originals):
    """No run of eight words of our prose stands in any of the public documents."""
    public = set().union(*(runs(words(text)) for text in originals.values()))
    copied = {run for segment in prose_segments(load(name)) for run in runs(segment.split()) & public}
    assert not copied, [" ".join(run) for run in sorted(copied)]


@pytest.mark.parametrize("name", NAMES)
def test_vocabulary_is_verbatim(name, originals):
    """A label or a name that is left out of the comparison does stand in the public document."""
    public = words(originals[name])
    labels = [text for key, text in strings(load(name)) if key in VOCABULARY_KEYS]
    assert [text for text in labels if words(text) and not contains(public, words(text))] == []


@pytest.mark.parametrize("path", [*SOURCES, *(CORPUS / f"{name}.txt" for name in NAMES)], ids=lambda p: p.name)
def test_no_personal_data(path):
    text = path.read_text(encoding="utf-8")
    title = r"\b(?:Madame|Monsieur|Mademoiselle|Mme|Mlle|Mr|M\.|Dr|Docteur|Docteure|Pr|Maître)\.?\s+[A-ZÀ-Þ]"
    assert re.findall(title, text) == []
    assert set(re.findall(r"[\w.+-]+@[\w.-]+\w", text)) <= ALLOWED_EMAILS
    assert set(re.findall(r"\b0\d(?:[ .]?\d\d){4}\b", text)) <= ALLOWED_PHONES


@pytest.mark.parametrize("name", NAMES)
def test_people_named_in_the_public_documents_are_not_named_here(name, originals):
    pattern = r"(?:Madame|Monsieur) (\w+ \w+)|Rédaction : \w+ / (\w+ \w+)"
    people = {a or b for text in originals.values() for a, b in re.findall(pattern, text)}
    assert people
    text = " ".join(words(demo(name)))
    assert [person for person in people if contains(text.split(), words(person)[-1:])] == []


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_kept(name, originals):
    public, ours = (Counter(re.findall(r"\d+", text)) for text in (originals[name], demo(name)))
    for number in NUMBERS_NOT_KEPT.get(name, set()):
        del public[number]
    assert ours == public


@pytest.mark.parametrize("name", NAMES)
def test_boxes_stars_and_marks_are_kept(name, originals):
    counts = {mark: (originals[name].count(mark), demo(name).count(mark)) for mark in LAYOUT_MARKS}
    assert {mark: pair for mark, pair in counts.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_laid_out_alike(name, originals):
    public, ours = originals[name].split("\n"), demo(name).split("\n")
    assert len(ours) == len(public)
    different = [
        (number, a, b)
        for number, (a, b) in enumerate(zip(public, ours, strict=True), 1)
        if line_shape(a) != line_shape(b)
    ]
    assert different == []


@pytest.mark.parametrize("name", NAMES)
def test_every_box_keeps_its_state(name, originals):
    """Box, label and prompt are the same on each line that holds boxes, text typed behind them aside."""
    box = re.compile(r"\|[X_]\||☑|checked")
    public, ours = (
        [re.sub(r"(\(Précisez\)\s?:).*", r"\1", line) for line in text.split("\n") if box.search(line)]
        for text in (originals[name], demo(name))
    )
    assert ours == public


@pytest.mark.parametrize("name", NAMES)
def test_internship_terms_stay_in_the_same_places(name, originals):
    public, ours = (
        [len(INTERNSHIP.findall(part)) for part in sections(text)] for text in (originals[name], demo(name))
    )
    assert ours == public


@pytest.mark.parametrize("name", NAMES)
def test_key_terms_stay_in_the_same_places(name, originals):
    """A term that readers look for is found in the same fiches, and only there."""
    for number, (public, ours) in enumerate(zip(sections(originals[name]), sections(demo(name)), strict=True)):
        public_text, our_text = (" " + " ".join(words(text)) for text in (public, ours))
        for term in KEY_TERMS:
            pattern = rf" (?:{term})"
            assert bool(re.search(pattern, our_text)) == bool(re.search(pattern, public_text)), (number, term)


def test_starred_partners():
    starred = {
        action["number"]: (
            sum(o.get("starred", False) for o in node["organisations"]),
            len(node["organisations"]),
        )
        for action in load("thur-doller-cls")["actions"]
        for node in action["fields"]
        if node["key"] == "partenaires"
    }
    assert starred == {1: (6, 19), 2: (2, 12), 3: (9, 22), 4: (2, 7), 5: (2, 10)}


def test_plan_79_structure():
    axes = load("plan-sante-79")["axes"]
    themes = [theme for axis in axes for theme in axis["themes"]]
    leviers = [sum("title" in row for theme in axis["themes"] for row in theme["rows"]) for axis in axes]
    assert (len(axes), len(themes), leviers) == (4, 11, [8, 8, 8, 2])
    assert ["title" in row for row in themes[-1]["rows"]] == [True, False, False]


def test_thur_doller_process_indicators_are_identical():
    text = re.sub(r"\n\n\t", " ", demo("thur-doller-cls"))  # joins the row that a page break cut
    rows = re.findall(r"(?m)^(?:<p>)?Indicateurs de processus(?:</p>)?\t(.*)$", text)
    assert (len(rows), len(set(rows))) == (5, 1)
