"""A plan of three small documents, and what the commands that people type say of it, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

CLSASSIST = (sys.executable, "-m", "clsassist")

ZYTHUM = """Fiche action n°1 : Ouvrir une maison du zythum
Porteur : Commune de Valmore
Partenaires : MSA, CPAM
Objectifs opérationnels :
- Promouvoir la lecture anticonstitutionnelle
Public cible : jeunes médecins
"""
SPORT = """Fiche action n°2 : Développer le sport sur ordonnance
Porteur : Commune de Sauline
Partenaires : ARS
Objectifs opérationnels :
- Former les éducateurs sportifs
Public cible : personnes âgées
"""
RIVAGE = """Fiche action n°3 : Prévenir les noyades du rivage
Porteur : Commune de Brissane
Partenaires : MSA, ARS
Objectifs opérationnels :
- Apprendre la nage aux enfants
Public cible : enfants
"""
# A set, a count, a field, a table, and a question that only the ranks of words and of meanings answer.
QUESTIONS = (
    "Quelles actions ?",
    "Combien d'actions par porteur ?",
    "Qui porte l'action maison du zythum ?",
    "Dans quelles actions intervient la MSA ?",
    "Comment apprend-on à nager ?",
)
NO_INDEX = "no index"


def write_plan(folder: Path, **documents: str) -> Path:
    """Make a folder hold these documents, named without their suffix, and no other."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.stem not in documents:
            path.unlink()
    for name, text in documents.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def run(*arguments: object, asked: Sequence[str] = (), **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of clsassist to its end."""
    return subprocess.run(
        [*CLSASSIST, *map(str, arguments)],
        input="\n".join(asked),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, **environment},
    )


def ask(index_dir: Path) -> str:
    """Return the answers of a fresh process to every question, or NO_INDEX when it says that there is none."""
    answered = run("ask", "-", "--json", "--index-dir", index_dir, asked=QUESTIONS)
    if "Aucun index" in answered.stderr:
        return NO_INDEX
    assert answered.returncode == 0, answered.stderr
    lines = answered.stdout.splitlines()
    assert len(lines) == len(QUESTIONS), answered
    return same_but_time(lines)


def same_but_time(lines: Iterable[str]) -> str:
    """Return answers as JSON lines, without their duration."""
    told = ({**json.loads(line), "elapsed_ms": 0} for line in lines)
    return "\n".join(json.dumps(line, sort_keys=True, ensure_ascii=False) for line in told)


def index(corpus: Path, index_dir: Path, *options: str) -> None:
    """Index a folder, which must succeed."""
    done = run("index", corpus, "--index-dir", index_dir, *options)
    assert done.returncode == 0, done.stderr


def leftovers(index_dir: Path) -> list[str]:
    """Return what an index folder holds besides the build in service, the locks and the vectors."""
    current = index_dir / "current"
    build = current.read_text().split()[0] if current.is_file() else "none"
    normal = {"build.lock", "current", "builds", "cache", "locks", "cache/vectors.sqlite"}
    normal |= {f"builds/{build}", f"locks/{build}.lock"}
    names = (path.relative_to(index_dir).as_posix() for path in index_dir.rglob("*"))
    return sorted(name for name in names if name not in normal and not name.startswith(f"builds/{build}/"))
