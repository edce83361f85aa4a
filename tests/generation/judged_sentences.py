"""The sentences to judge, as their files hold them."""

from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parent


def load(name):
    """Return what a file of sentences holds."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def supported(name):
    """Return (corpus, question, sentence) for every sentence of a file of supported ones."""
    return [(case["corpus"], case["question"], said) for case in load(name) for said in case["sentences"]]


def unsupported(name):
    """Return (family, corpus, question, sentence) for every sentence of a file of false ones."""
    data = load(name)
    return [
        (family, *data["evidence"][on], _at_length(said))
        for family, rows in data["families"].items()
        for on, said in rows
    ]


def _at_length(said):
    """« LONG: » stands for a sentence that goes on and on."""
    if not said.startswith("LONG:"):
        return said
    head, mark = said.removeprefix("LONG:").rsplit(" [", 1)
    return f"{head} {' '.join([head.lower()] * 8)} [{mark}"
