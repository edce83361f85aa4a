"""A corpus on disk: its documents, and the known answers beside their folder."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from many_fiches.inventing import invent, invent_plan
from many_fiches.layouts import paper_to_bytes
from many_fiches.questions import make_questions
from many_fiches.records import Entry, Fiche, Paper

# Fewer fiches are not enough for every kind of question.
LEAST = 60
UPDATES = ("change", "remove", "add")
# A place that no draw can give, and a step that no subject has: what an update brings is told by its words.
_NEW_PLACE = ("Val-de-Nouvelyre", "du Val-de-Nouvelyre")
NEW_STEP = "Ouvrir une permanence d'apiculture thérapeutique"
_NEW_SIZE = 8


@dataclass(frozen=True, slots=True)
class Written:
    """What a corpus holds, and how many files this run wrote or removed."""

    papers: int
    fiches: int
    touched: int
    questions: int
    answers: Path


def write_corpus(count: int, folder: Path, seed: int = 7, update: str | None = None) -> Written:
    """Write the papers that differ from what ``folder`` holds, remove the others, and write the answers beside it."""
    papers = updated(invent(count, seed), update, seed)
    folder.mkdir(parents=True, exist_ok=True)
    touched = _write_papers(papers, folder)
    questions = make_questions(papers)
    answers = folder.parent / f"{folder.name}.answers.json"
    said = {"count": count, "seed": seed, "update": update, "questions": [asdict(one) for one in questions]}
    answers.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fiches = sum(len(paper.fiches) for paper in papers)
    return Written(len(papers), fiches, touched, len(questions), answers)


def updated(papers: Sequence[Paper], update: str | None, seed: int) -> list[Paper]:
    """Return the papers with the one in the middle changed or removed, or with one more."""
    middle = len(papers) // 2
    kept = list(papers)
    if update == "change":
        first, *others = kept[middle].fiches
        kept[middle] = replace(kept[middle], fiches=(_with_step(first), *others))
    elif update == "remove":
        del kept[middle]
    elif update == "add":
        kept += list(invent_plan(_NEW_PLACE, _NEW_SIZE, random.Random(seed + 1)))[:1]
    return kept


def _with_step(fiche: Fiche) -> Fiche:
    return replace(
        fiche, entries=tuple(_with_line(entry) if entry.key == "etapes" else entry for entry in fiche.entries)
    )


def _with_line(entry: Entry) -> Entry:
    return replace(entry, lines=(*entry.lines, NEW_STEP))


def _write_papers(papers: Sequence[Paper], folder: Path) -> int:
    touched = 0
    for paper in papers:
        path, content = folder / paper.path, paper_to_bytes(paper)
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            touched += 1
    for path in sorted(set(folder.iterdir()) - {folder / paper.path for paper in papers}):
        path.unlink()
        touched += 1
    return touched
