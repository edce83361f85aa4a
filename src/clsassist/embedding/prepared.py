"""The model once prepared, kept in a folder of the user's between two runs."""

from __future__ import annotations

import logging
import os
import platform
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from clsassist.embedding.calibration import observe
from clsassist.embedding.graph import RECIPE, container_to_onnx

if TYPE_CHECKING:
    from clsassist.embedding.container import Container

logger = logging.getLogger(__name__)

_CPU_INFO = Path("/proc/cpuinfo")
# Dot products of four 8-bit integers into 32 bits; without them, onnxruntime adds pairs in 16 bits, which saturate.
_DOT_PRODUCTS = ("avx512_vnni", "avx_vnni")
_INTEL_MACHINES = ("x86_64", "AMD64", "i386", "i686")
_DIGEST_SIZE = sha256().digest_size
# Another process prepares the same model in about a second: beyond, it is stuck, and we do without it.
_PATIENCE = 20.0


def load_model(container: Container, cache_dir: Path) -> bytes:
    """Return the ONNX model of these weights, kept in ``cache_dir`` or prepared and put there.

    The file is named after the weights, the recipe and the kind of processor, and starts with the SHA-256 of what
    follows: one that was truncated or altered is made again. When the folder cannot be written, the model is
    prepared in memory, which is said.
    """
    saturating = _saturates()
    key = sha256(f"{container.digest()} {RECIPE} {saturating}".encode()).hexdigest()[:16]
    try:
        path = cache_dir.expanduser() / f"multilingual-e5-small-{key}.onnx"
        if (kept := _read(path)) is not None:
            return kept
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=_PATIENCE):
            # Another process may have made it while we waited.
            if (kept := _read(path)) is not None:
                return kept
            model = _prepare(container, saturating)
            _write(path, model)
            return model
    except (OSError, Timeout, RuntimeError) as error:  # RuntimeError: « ~ » is nobody's folder
        logger.warning(
            "Le modèle préparé ne peut pas être gardé dans « %s » (%s) : il sera préparé à chaque démarrage. "
            "Choisissez un autre dossier par CLSASSIST_CACHE_DIR.",
            cache_dir, error,
        )  # fmt: skip
        return _prepare(container, saturating)


def _prepare(container: Container, saturating: bool) -> bytes:
    logger.warning("Préparation du modèle d'embeddings (une seule fois, quelques secondes)…")
    return container_to_onnx(container, observe(container, saturating), saturating=saturating)


def _read(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, model = content[:_DIGEST_SIZE], content[_DIGEST_SIZE:]
    if sha256(model).digest() == digest:
        return model
    logger.warning("Modèle préparé abîmé, refait : %s", path)
    return None


def _write(path: Path, model: bytes) -> None:
    # Under a lock: a fixed name, so that a killed process leaves one file at most, which the next one overwrites.
    written = path.with_suffix(".tmp")
    with written.open("wb") as file:
        file.write(sha256(model).digest())
        file.write(model)
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)


def _saturates() -> bool:
    """Tell whether this processor adds products of 8-bit integers in 16 bits; the doubt is answered yes."""
    if platform.machine() not in _INTEL_MACHINES:
        return False
    try:
        flags = _CPU_INFO.read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return True
    return not any(flag in flags for flag in _DOT_PRODUCTS)
