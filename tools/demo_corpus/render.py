"""Write the files of the demonstration corpus from the structured sources.

Each file of ``source/`` holds one document as format-neutral fields. The native formats, Word and PDF, are what the
application is shown with; the text layouts imitate the exports that the public documents were read from. The output is
deterministic: the same sources, libraries and fonts give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from pdf_booklet import booklet_to_pdf
from pdf_contract import contract_to_pdf
from sources import Node, load_sources
from text_booklet import booklet_document
from text_form import form_document
from text_table import table_document
from word_form import form_to_word

CORPUS = Path(__file__).resolve().parents[2] / "corpus"

# For each layout that a source may name: its native suffix and renderer, then its text renderer.
NATIVE: dict[str, tuple[str, Callable[[Node], bytes]]] = {
    "saverne": (".docx", form_to_word),
    "thur-doller": (".pdf", contract_to_pdf),
    "plan-79": (".pdf", booklet_to_pdf),
}
TEXT: dict[str, Callable[[Node], str]] = {
    "saverne": form_document,
    "thur-doller": table_document,
    "plan-79": booklet_document,
}


def render_native(source: Node) -> tuple[str, bytes]:
    """Return the name and the bytes of the Word or PDF file of a source."""
    document = source["document"]
    suffix, writer = NATIVE[document["layout"]]
    return document["name"] + suffix, writer(source)


def render_text(source: Node) -> tuple[str, bytes]:
    """Return the name and the bytes of the text file of a source."""
    document = source["document"]
    return document["name"] + ".txt", TEXT[document["layout"]](source).encode("utf-8")


FORMATS: dict[str, Callable[[Node], tuple[str, bytes]]] = {"native": render_native, "text": render_text}


def main() -> None:
    """Read the command line and write the corpus."""
    parser = argparse.ArgumentParser(description="Écrit les fichiers du corpus de démonstration.")
    parser.add_argument("--format", choices=FORMATS, default="native", help="Word et PDF, ou texte (native)")
    parser.add_argument("--output", type=Path, default=CORPUS, help="dossier d'arrivée (corpus)")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for source in load_sources():
        name, content = FORMATS[options.format](source)
        target = options.output / name
        target.write_bytes(content)
        print(target)


if __name__ == "__main__":
    main()
