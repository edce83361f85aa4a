"""Shared by all tests: the five documents, an index over them, an assistant over that index."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import ARGUMENTS, CHROMIUM, PATIENCE_MS, serve_command, serving
from playwright.sync_api import Browser, Error, expect, sync_playwright

from clsassist.assistant import Assistant
from clsassist.corpus import read_corpus
from clsassist.indexing import index_corpus
from clsassist.records import Corpus
from clsassist.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser last: from its first test on, Playwright keeps a loop running in the main thread."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def real_documents() -> Path:
    """The folder of the five real documents, which the project does not carry."""
    folder = SHARED / "corpus"
    if not folder.is_dir():
        reason = f"{folder} is missing"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def real_corpus(real_documents: Path) -> Corpus:
    """The five real documents, read and parsed."""
    return read_corpus([real_documents], Settings())


@pytest.fixture(scope="session")
def demo_corpus() -> Corpus:
    """The shipped corpus, read and parsed."""
    return read_corpus([PROJECT / "corpus"], Settings())


@pytest.fixture(scope="session")
def indexed_corpus(real_documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index folder over the five real documents."""
    folder = tmp_path_factory.mktemp("index")
    index_corpus([real_documents], replace(Settings(), index_dir=folder))
    return folder


@pytest.fixture(scope="session")
def indexed_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index folder over the shipped corpus."""
    folder = tmp_path_factory.mktemp("demo-index")
    index_corpus([PROJECT / "corpus"], replace(Settings(), index_dir=folder))
    return folder


@pytest.fixture(scope="session")
def assistant(indexed_corpus: Path) -> Assistant:
    """An assistant over the five real documents."""
    return Assistant.open(indexed_corpus)


@pytest.fixture(scope="session")
def demo_assistant(indexed_demo: Path) -> Assistant:
    """An assistant over the shipped corpus."""
    return Assistant.open(indexed_demo)


@pytest.fixture(scope="session")
def other_assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant over plans of other makers, whose forms share no layout with the five documents."""
    names = ("autonomie-verdanne.docx", "encadres-sauline.docx", "cls-valmore.docx")
    folder = tmp_path_factory.mktemp("other-index")
    index_corpus([PROJECT / "eval/reading/seen" / name for name in names], replace(Settings(), index_dir=folder))
    return Assistant.open(folder)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        except Error as error:
            if "CI" in os.environ:
                pytest.fail(f"Chromium ne démarre pas : {error}")
            pytest.skip("Chromium n'est pas installé")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site_url(indexed_corpus: Path) -> Iterator[str]:
    """The address of a service over the five documents, started by the command that people type."""
    with serving(serve_command(indexed_corpus)) as url:
        yield url


@pytest.fixture(scope="session")
def many_assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant over the plans of all makers at once: more than a hundred actions."""
    folder = tmp_path_factory.mktemp("many-index")
    index_corpus([PROJECT / "eval/reading/seen"], replace(Settings(), index_dir=folder))
    return Assistant.open(folder)
