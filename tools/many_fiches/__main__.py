"""Write a corpus of invented fiches, and beside it the questions whose answers are known.

Run ``python tools/many_fiches 10000 OUT [--seed 7] [--update change|remove|add]``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from many_fiches.writing import LEAST, UPDATES, write_corpus


def main() -> None:
    """Read the command line and write the corpus."""
    parser = argparse.ArgumentParser(description="Écrit un corpus de fiches inventées, et les réponses connues.")
    parser.add_argument("count", type=int, help="nombre de fiches")
    parser.add_argument(
        "folder", type=Path, help="dossier d'arrivée ; les réponses vont à côté, dans DOSSIER.answers.json"
    )
    parser.add_argument("--seed", type=int, default=7, help="graine du tirage (7)")
    parser.add_argument("--update", choices=UPDATES, help="le même corpus, un document changé, retiré ou ajouté")
    options = parser.parse_args()
    if options.count < LEAST:
        parser.error(f"il faut au moins {LEAST} fiches, pour que chaque question ait de quoi répondre")
    written = write_corpus(options.count, options.folder, options.seed, options.update)
    print(f"{written.papers} documents, {written.fiches} fiches ; {written.touched} fichiers écrits ou retirés")
    print(f"{written.questions} questions dans {written.answers}")


if __name__ == "__main__":
    main()
