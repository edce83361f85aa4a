"""Scanned files: character recognition by ocrmypdf, where it is installed. Run by the parent process only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

_COMMAND = "ocrmypdf"
_LANGUAGE = "fra"
# Recognition takes some seconds a page; beyond this, the file is better given in its original form.
TIME_LIMIT_SECONDS = 600.0
# What ocrmypdf answers when a part that it needs is not installed, a language pack for instance.
_MISSING_PART = 3


def can_ocr() -> bool:
    """Say whether scanned files can be read on this machine."""
    return shutil.which(_COMMAND) is not None


def ocr_pdf(raw: bytes, time_limit: float = TIME_LIMIT_SECONDS) -> bytes:
    """Return the file with a layer of text laid over its scanned pages; pages that have text are left alone.

    Raises ValueError, with a French reason, when ocrmypdf is missing, fails, or takes more than ``time_limit`` seconds.
    """
    command = shutil.which(_COMMAND)
    if command is None:
        raise ValueError("document numérisé, OCR nécessaire (installez ocrmypdf, ou demandez le fichier d'origine)")
    with tempfile.TemporaryDirectory(prefix="clsassist-ocr-") as folder:
        source, target = Path(folder, "source.pdf"), Path(folder, "target.pdf")
        source.write_bytes(raw)
        options = ["--skip-text", "--output-type", "pdf", "--jobs", "1", "--quiet", "-l", _LANGUAGE]
        code, message = _run([command, *options, str(source), str(target)], time_limit)
        if code == 0 and target.is_file():
            return target.read_bytes()
    raise ValueError(_reason(code, message))


def _run(command: list[str], time_limit: float) -> tuple[int, str]:
    """Run a command in a process group of its own, so that what it starts ends with it."""
    # The command is found on PATH and every argument is ours.
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            _, errors = process.communicate(timeout=time_limit)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            reason = f"la reconnaissance de caractères n'a pas abouti en {time_limit:.0f} secondes"
            raise ValueError(reason) from error
        return process.returncode, errors.decode("utf-8", errors="replace")


def _reason(code: int, message: str) -> str:
    if code == _MISSING_PART and _LANGUAGE in message:
        return "document numérisé, et le français manque à ocrmypdf (installez tesseract-ocr-fra)"
    lines = message.strip().splitlines()
    return f"document numérisé, et ocrmypdf a échoué ({lines[-1][:120] if lines else f'code {code}'})"
