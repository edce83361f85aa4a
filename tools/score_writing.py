"""Score a language model on the question set: the one that CLSASSIST_LLM_URL names, else a small one served here.

``make test-llm`` runs it: it indexes ``corpus/``, has ``clsassist eval --llm`` write and score answers, and writes
``docs/benchmarks/generation.md``. The server that it starts (tools/local_llm.py) ends with it. What a cut run wrote is
taken up by the next. Hours on a machine of two cores.
"""

from __future__ import annotations

import argparse
import os
import shlex
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
SERVER = (sys.executable, str(ROOT / "tools" / "local_llm.py"))
# A model of this size on a processor reads a page of evidence in minutes.
PATIENCE_SECONDS = "1800"
_READY = "CLSASSIST_LLM_URL="


def main(arguments: Sequence[str] | None = None) -> int:
    """Score the model and return the exit code of the evaluation."""
    options, others = _parser().parse_known_args(arguments)
    with model_environment([*SERVER, "--port", str(free_port())], os.environ) as environment:
        clsassist = [sys.executable, "-m", "clsassist"]
        place = ["--index-dir", str(options.index_dir)] if options.index_dir else []
        indexing = [*clsassist, "index", "--if-stale", str(options.corpus), *place]
        subprocess.run(indexing, env=environment, cwd=ROOT, check=True)
        evaluation = [*clsassist, "eval", "--llm", "--most", str(options.most), "--report", str(options.report)]
        return subprocess.run([*evaluation, *place, *others], env=environment, cwd=ROOT, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Note un modèle de langue. Les chemins partent du dossier du projet ; ce qui n'est pas reconnu est "
        "donné à « clsassist eval »."
    )
    parser.add_argument("--most", type=int, default=40, metavar="N", help="réponses à rédiger (par défaut : 40)")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), metavar="DOSSIER", help="documents à indexer")
    parser.add_argument("--index-dir", type=Path, metavar="DOSSIER", help="dossier de l'index")
    parser.add_argument(
        "--report", type=Path, default=Path("docs/benchmarks"), metavar="DOSSIER", help="où va generation.md"
    )
    return parser


@contextmanager
def model_environment(server: Sequence[str], given: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Give the environment that names a model: the one given, else that of a server which lives as long as this.

    Raises SystemExit, whose words are French, when the server ends before it is ready.
    """
    if given.get("CLSASSIST_LLM_URL"):
        yield dict(given)
        return
    print("Démarrage d'un modèle local (la première fois, il est téléchargé)…", file=sys.stderr)
    with subprocess.Popen(server, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            said = process.stdout or ()
            address = read_address(said)
            # What it says next is for nobody, and must not fill the pipe.
            threading.Thread(target=deque, args=(said, 0), daemon=True).start()
            yield {"CLSASSIST_LLM_TIMEOUT": PATIENCE_SECONDS, **given, **address}
        finally:
            process.terminate()


def read_address(lines: IO[str] | Sequence[str]) -> dict[str, str]:
    """Return the variables of the line by which a server says that it is ready.

    Raises SystemExit when the lines end without it.
    """
    for line in lines:
        if _READY in line:
            words = shlex.split(line)
            return dict(word.split("=", 1) for word in words if word.startswith("CLSASSIST_LLM_") and "=" in word)
    raise SystemExit("Le modèle local n'a pas démarré : python tools/local_llm.py dit pourquoi.")


def free_port() -> int:
    """Return a port where nobody listens: another server may be at the usual one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
