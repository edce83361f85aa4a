"""The sources of the demonstration corpus, and what its tests compare them by."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / "tools" / "demo_corpus"
SOURCES = sorted((TOOLS / "source").glob("*.toml"))
CORPUS = ROOT / "corpus"
NAMES = [
    "plan-sante-79",
    "saverne-annuaire",
    "saverne-attractivite-stages",
    "saverne-exercices-coordonnes",
    "thur-doller-cls",
]
SUFFIXES = {"plan-sante-79": ".pdf", "thur-doller-cls": ".pdf"}
SHIPPED = [CORPUS / (name + SUFFIXES.get(name, ".docx")) for name in NAMES]

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


def render(form: str, output: Path) -> None:
    command = [sys.executable, "-B", str(TOOLS / "render.py"), "--format", form, "--output", str(output)]
    subprocess.run(command, check=True, capture_output=True)


def load(name: str) -> dict:
    return tomllib.loads((TOOLS / "source" / f"{name}.toml").read_text(encoding="utf-8"))
