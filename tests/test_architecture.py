"""The shape of the code: who may import whom, what a cold start may load, what must be documented."""

import ast
import subprocess
import sys
from pathlib import Path

import click
import pytest

from clsassist.cli import main

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "clsassist"

# From the ground up: a module imports only what stands above it in this list. A name stands for a module or
# for a whole package, whose own modules may import each other.
LAYERS = (
    # what everything stands on
    "errors",
    "records",
    "settings",
    "logs",
    "text",
    "lexicon",
    "tet",
    # a file becomes records
    "personal_data",
    "readers",
    "parsing",
    "corpus",
    "reading_report",
    "passages",
    # records become an index
    "model_hub",
    "embedding",
    "segments",
    "fetching",
    "segment_rows",
    "lexical",
    "vector_cache",
    "vector_stores",
    "registry_writing",
    "registry",
    "registry_recall",
    "vectors",
    "manifest",
    "integrity",
    "builds",
    "opening",
    "probing",
    "probe",
    "index",
    "indexing",
    # a question becomes an answer
    "vocabulary",
    "question",
    "understanding",
    "topic_search",
    "implied",
    "citing",
    "proofs",
    "money",
    "stating",
    "placing",
    "conditions",
    "selection",
    "retrieval",
    "reranking",
    "evidence",
    "wording",
    "answering",
    "verification",
    "explaining",
    "showing",
    "sources",
    "starters",
    "joining",
    "generation",
    "assistant",
    "memory",
    "live",
    # who may look at it
    "contracts",
    "exports",
    "export_xlsx",
    "llama",
    "evaluation",
    "checkup",
    "doctor",
    "catalogue",
    "engagement_sheet",
    "engagement_files",
    "answer_files",
    "overview",
    "charts",
    "feedback",
    "index_wish",
    "index_worker",
    "deposit",
    "holdings",
    "index_job",
    "web",
    "terminal",
    "cli",
    "__main__",
)

# Loading one of them costs from half a second to ten.
HEAVY = (
    "torch",
    "sentence_transformers",
    "transformers",
    "chromadb",
    "llama_index",
    "openai",
    "gradio",
    "numpy",
    "numkong",
    "tantivy",
)

MODULES = sorted(path for path in SOURCES.rglob("*.py") if path != SOURCES / "__init__.py")


def layer_of(path):
    """The layer of a source file: its first folder or name."""
    return path.relative_to(SOURCES).parts[0].removesuffix(".py")


def imported_layers(path):
    """The layers of clsassist that a file imports, inside functions too; the root counts as « clsassist »."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "clsassist":
            names = [f"clsassist.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "clsassist"]
        for parts in (name.split(".") for name in names):
            if parts[0] == "clsassist":
                yield parts[1] if len(parts) > 1 else "clsassist"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCES)))
def test_a_module_imports_only_what_stands_above_it(path):
    own = layer_of(path)
    assert own in LAYERS, f"« {own} » has no place yet: add it to LAYERS where it belongs"

    above = LAYERS[: LAYERS.index(own)]
    allowed = {*above, own} if (SOURCES / own).is_dir() else set(above)

    assert set(imported_layers(path)) <= allowed


def test_every_layer_exists():
    assert set(LAYERS) <= {layer_of(path) for path in MODULES}


def test_help_loads_no_heavy_library():
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "clsassist", "--help"],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip

    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in run.stderr.splitlines()}

    assert "Usage :" in run.stdout
    assert "clsassist" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize("name", main.commands)
def test_every_command_has_help_with_an_example(name):
    command = main.commands[name]

    assert f"Exemple : clsassist {name}" in (command.help or "")
    for option in command.params:
        assert isinstance(option, click.Argument) or option.help, option.name


@pytest.mark.parametrize("name", main.commands)
def test_the_readme_mentions_every_command(name):
    assert f"clsassist {name}" in (ROOT / "README.md").read_text(encoding="utf-8")
