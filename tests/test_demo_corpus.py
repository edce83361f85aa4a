"""The demonstration corpus: what its sources hold, and the Word and PDF files made from them."""

from __future__ import annotations

import doctest
import importlib
import re
import zipfile
from collections import Counter
from pathlib import Path

import pypdf
import pytest
from demo_sources import (
    CORPUS,
    NAMES,
    PROSE_KEYS,
    SHIPPED,
    SOURCES,
    TOOLS,
    VOCABULARY_KEYS,
    contains,
    load,
    prose_segments,
    render,
    runs,
    strings,
    words,
)

from clsassist.records import Corpus

LARGEST = 200_000  # bytes
COLUMNS = "Leviers Actions concrètes envisagées Pilotes"  # printed by the booklet, in no source
ALLOWED_EMAILS = {"sante@pays-thur-doller.fr", "coordination@cptstd.fr"}
ALLOWED_PHONES = {"05 49 06 79 79"}  # the switchboard of the département


def inside(path: Path) -> dict[str, bytes]:
    """Return what a file holds, apart from how its parts are compressed, which differs between machines."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as package:
            return {name: package.read(name) for name in package.namelist()}
    pages = pypdf.PdfReader(path).pages
    return {str(number): page.get_contents().get_data() for number, page in enumerate(pages, 1)}


def properties(path: Path) -> dict[str, str]:
    """Return what a file says of its author, its title and its program."""
    if path.suffix == ".pdf":
        return {key: str(value) for key, value in (pypdf.PdfReader(path).metadata or {}).items()}
    pairs = re.findall(r"<(?:\w+:)?(\w+)[^>]*>([^<]+)<", inside(path)["docProps/core.xml"].decode())
    return dict(pairs)


@pytest.fixture(scope="session")
def shipped_texts(demo_corpus: Corpus) -> dict[str, str]:
    """What the product reads in the shipped files, headers and footers included."""
    return {held.document.id: "\n".join([*held.document.margins, held.document.text]) for held in demo_corpus.documents}


@pytest.fixture(scope="session")
def originals(real_documents: Path) -> dict[str, str]:
    """The public documents."""
    return {name: (real_documents / f"{name}.txt").read_text(encoding="utf-8") for name in NAMES}


def test_sources_are_the_five_documents():
    assert [path.stem for path in SOURCES] == NAMES
    assert [load(name)["document"]["name"] for name in NAMES] == NAMES


def test_rendering_gives_the_shipped_files(tmp_path):
    render("native", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name for path in SHIPPED]
    for path in SHIPPED:
        assert inside(tmp_path / path.name) == inside(path), path.name


def test_rendering_twice_gives_the_same_bytes(tmp_path):
    render("native", tmp_path / "one")
    render("native", tmp_path / "two")
    for path in SHIPPED:
        assert (tmp_path / "one" / path.name).read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_files_are_small_and_name_no_author(path):
    assert path.stat().st_size < LARGEST
    told = {key.strip("/").lower(): value for key, value in properties(path).items()}
    assert not {"author", "creator", "lastmodifiedby", "company"} & {key for key, value in told.items() if value}


def test_nothing_else_is_shipped():
    assert sorted(path.name for path in CORPUS.iterdir()) == sorted(["README.md", *(path.name for path in SHIPPED)])


def test_summary_tells_the_pages():
    """The page numbers of the sommaire are those of the pages where axes and thématiques stand."""
    pages = pypdf.PdfReader(CORPUS / "plan-sante-79.pdf").pages
    for axis in load("plan-sante-79")["axes"]:
        assert f"AXE {axis['number']}\n" in pages[axis["page"] - 1].extract_text()
        for theme in axis["themes"]:
            told = contains(words(pages[theme["page"] - 1].extract_text()), words(f"THÉMATIQUE : {theme['name']}"))
            assert told, theme["name"]


def test_each_form_has_its_own_boxes():
    """Content controls, legacy fields and symbols: three ways in which Word forms hold a check box."""
    marks = ("<w14:checkbox>", "FORMCHECKBOX", "<w:sym ", "<w:dropDownList>", "FORMDROPDOWN")
    found = {
        path.stem: [mark for mark in marks if mark in inside(path)["word/document.xml"].decode()]
        for path in SHIPPED
        if path.suffix == ".docx"
    }
    assert found == {
        "saverne-annuaire": ["<w14:checkbox>", "<w:dropDownList>"],
        "saverne-attractivite-stages": ["<w:sym ", "<w:dropDownList>"],
        "saverne-exercices-coordonnes": ["FORMCHECKBOX", "FORMDROPDOWN"],
    }


def test_legacy_boxes_are_stored_in_four_ways():
    """Ticked or not, as the blank form had it or against it: the XML differs, and readers must not."""
    document = inside(CORPUS / "saverne-exercices-coordonnes.docx")["word/document.xml"].decode()
    states = Counter(re.findall(r'<w:default w:val="\d"/>(?:<w:checked[^>]*>)?', document))
    assert len(states) == 4


def test_examples_of_the_renderers(monkeypatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    modules = [importlib.import_module(path.stem) for path in TOOLS.glob("*.py")]
    results = [doctest.testmod(module) for module in modules]
    assert sum(result.attempted for result in results) and not sum(result.failed for result in results)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_files_hold_every_word_of_their_source(name, shipped_texts):
    """Titles, sentences, labels and names are all there, and read as written, page breaks or not."""
    told = words(shipped_texts[name])
    unprinted = {"placeholder", "footer"}  # a prompt is no content, and the public footer is cut
    source = {key: value for key, value in load(name).items() if key not in ("vocabulary", "document")}
    printed = [text for key, text in strings(source) if key not in unprinted and words(text)]
    assert [text for text in printed if not contains(told, words(text))] == []


@pytest.mark.parametrize("name", NAMES)
def test_shipped_sentences_are_reworded(name, shipped_texts, originals):
    """Runs of eight words that the shipped file shares with a public document are labels and names."""
    public = set().union(*(runs(words(text)) for text in originals.values()))
    vocabulary = {" ".join(words(text)) for key, text in strings(load(name)) if key in VOCABULARY_KEYS}
    vocabulary.add(" ".join(words(COLUMNS)))
    text = f" {' '.join(words(shipped_texts[name]))} "
    for label in sorted(vocabulary, key=len, reverse=True):
        text = text.replace(f" {label} ", " | ")
    shared = {run for piece in text.split("|") for run in runs(piece.split()) & public}
    assert not shared, [" ".join(run) for run in sorted(shared)]


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


def check_no_personal_data(text: str) -> None:
    title = r"\b(?:Madame|Monsieur|Mademoiselle|Mme|Mlle|Mr|M\.|Dr|Docteur|Docteure|Pr|Maître)\.?\s+[A-ZÀ-Þ]"
    assert re.findall(title, text) == []
    assert set(re.findall(r"[\w.+-]+@[\w.-]+\w", text)) <= ALLOWED_EMAILS
    assert set(re.findall(r"\b0\d(?:[ .]?\d\d){4}\b", text)) <= ALLOWED_PHONES


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_personal_data_in_sources(path):
    check_no_personal_data(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_no_personal_data_in_shipped_files(name, shipped_texts):
    check_no_personal_data(shipped_texts[name])


@pytest.mark.parametrize("name", NAMES)
def test_people_named_in_the_public_documents_are_not_named_here(name, originals, shipped_texts):
    pattern = r"(?:Madame|Monsieur) (\w+ \w+)|Rédaction : \w+ / (\w+ \w+)"
    people = {a or b for text in originals.values() for a, b in re.findall(pattern, text)}
    assert people
    text = " ".join(words(shipped_texts[name]))
    assert [person for person in people if contains(text.split(), words(person)[-1:])] == []


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
