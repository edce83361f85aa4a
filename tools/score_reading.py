"""Score how well unseen plans are read: the records read from ``eval/reading`` against what their truth files say.

Run ``.venv/bin/python tools/score_reading.py [--seen | --held] [--verbose] [--check] [--floors]``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from clsassist.corpus import read_corpus
from clsassist.errors import NothingToIndexError
from clsassist.records import ParsedDocument
from clsassist.settings import Settings
from reading_plans.comparing import ASPECTS, Score, Truth, score_document

ROOT = Path(__file__).parents[1] / "eval" / "reading"
HALVES = ("seen", "held")
FLOORS = ROOT / "expected.yaml"


def read_alone(path: Path) -> ParsedDocument | str:
    """Read one document, which no neighbour then helps; one that cannot be read gives its reason."""
    try:
        corpus = read_corpus([path], Settings())
    except NothingToIndexError as error:
        return str(error)
    return corpus.documents[0] if corpus.documents else corpus.failures[0][1]


def document_of(truth: Path) -> Path:
    """Return the document beside a truth file: the same name with another suffix.

    Raises FileNotFoundError when there is none.
    """
    for path in sorted(truth.parent.glob(f"{truth.stem}.*")):
        if path.suffix != ".yaml":
            return path
    raise FileNotFoundError(truth)


def load_truth(path: Path) -> Truth:
    """Load a truth file, whose actions, fields and organisations are written in short."""
    truth: Truth = yaml.safe_load(path.read_text(encoding="utf-8"))
    return truth


def score_half(half: str, only: str = "") -> Iterator[Score]:
    """Yield the score of each document of a half whose name holds ``only``, in the order of names."""
    for truth in sorted((ROOT / half).glob("*.yaml")):
        path = document_of(truth)
        if only in path.name:
            yield score_document(f"{half}/{path.name}", load_truth(truth), read_alone(path))


def total(scores: Sequence[Score], name: str) -> Score:
    """Add the counts of several documents."""
    whole = Score(name)
    for score in scores:
        for aspect, count in score.counts.items():
            whole.counts[aspect].merge(count)
    return whole


def score_to_row(score: Score) -> str:
    """Write one line of the table: right/expected+surplus for each aspect."""
    cells = []
    for count in score.counts.values():
        surplus = f"+{count.surplus}" if count.surplus else ""
        cells.append(
            f"{count.right}/{count.expected}{surplus}".rjust(11) if count.expected or surplus else "–".rjust(11)
        )
    return score.name.ljust(30) + "".join(cells)


def below_floors(scores: Sequence[Score], floors: dict[str, dict[str, float]]) -> list[str]:
    """List the aspects of documents that are under the floor kept for them, as French sentences."""
    return [
        f"{score.name} : {ASPECTS[aspect]} {score.values().get(aspect, 0):.3f} < {floor}"
        for score in scores
        for aspect, floor in floors.get(score.name, {}).items()
        if score.values().get(aspect, 0) < floor
    ]


def scores_to_floors(scores: Sequence[Score]) -> dict[str, dict[str, float]]:
    """Return the scores of each document, rounded down to a hundredth."""
    return {
        score.name: {aspect: int(value * 100) / 100 for aspect, value in score.values().items()} for score in scores
    }


def load_floors() -> dict[str, dict[str, float]]:
    """Load the floors of each document, none when the file is not written yet."""
    floors: dict[str, dict[str, float]] = yaml.safe_load(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    return floors or {}


def main() -> int:
    """Print the table and, when asked, the faults; return 1 below the floors with ``--check``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seen", action="store_true", help="only the half that may be looked at")
    parser.add_argument("--held", action="store_true", help="only the half that is never tuned on")
    parser.add_argument("--verbose", action="store_true", help="tell each fault")
    parser.add_argument("--check", action="store_true", help="exit with 1 below the floors of expected.yaml")
    parser.add_argument("--floors", action="store_true", help="print these scores as the floors of expected.yaml")
    parser.add_argument("--only", default="", help="only documents whose name holds this")
    options = parser.parse_args()
    halves = [half for half in HALVES if getattr(options, half)] or list(HALVES)
    print("document".ljust(30) + "".join(name.rjust(11) for name in ASPECTS.values()))
    every: list[Score] = []
    for half in halves:
        scores = list(score_half(half, options.only))
        for score in scores:
            print(score_to_row(score))
            if options.verbose:
                print("".join(f"    {fault}\n" for fault in score.faults), end="")
        print(score_to_row(total(scores, f"{half} : total")))
        every.extend(scores)
    if options.floors:
        print(yaml.safe_dump(scores_to_floors(every), allow_unicode=True, default_flow_style=None, width=200), end="")
    below = below_floors(every, load_floors()) if options.check else []
    print("".join(f"{line}\n" for line in below), end="")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
