"""Other word-processor files (.doc, .odt, .rtf): LibreOffice, where it is installed, makes Word files of them.

It needs more time and memory than a reading process is given, so the conversion belongs to the parent; what it gives
is then read like any other Word file.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from clsassist.readers.packages import open_package, read_entry

OFFICE_SUFFIXES = (".doc", ".odt", ".rtf")

# Measured: one second and a half for a form of two pages, thirty for five hundred pages, on a loaded machine.
_PATIENCE_SECONDS = 60.0
_PROGRAMS = ("soffice", "libreoffice")
_RTF = b"{\\rtf"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.text"

# A profile of its own for each conversion, which runs no macro and fetches nothing that the document points to.
_SECURITY = {
    "MacroSecurityLevel": "3",
    "DisableMacrosExecution": "true",
    "DisableActiveContent": "true",
    "BlockUntrustedRefererLinks": "true",
}
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>"""
_SETTING = (
    '<item oor:path="/org.openoffice.Office.Common/Security/Scripting">'
    '<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)


def convert_to_docx(raw: bytes, suffix: str) -> bytes:
    """Return the Word file that LibreOffice makes of a .doc, .odt or .rtf file.

    Raises ValueError, with a French reason, when the bytes are not what the suffix promises, when LibreOffice is not
    installed, or when it fails or takes too long.
    """
    _check_format(raw, suffix)
    program = find_libreoffice()
    if program is None:
        raise ValueError(
            f"le format « {suffix} » demande LibreOffice : enregistrez-le en .docx, ou installez LibreOffice"
        )
    with tempfile.TemporaryDirectory(prefix="clsassist-") as name:
        folder = Path(name)
        source = folder / f"document{suffix}"
        source.write_bytes(raw)
        _write_profile(folder / "profile")
        _run(_command(program, folder, source), folder)
        made = folder / "out" / "document.docx"
        if not made.is_file():
            raise ValueError("LibreOffice ne sait pas l'ouvrir : ouvrez-le et enregistrez-le en .docx")
        return made.read_bytes()


def find_libreoffice() -> str | None:
    """Return the path of the LibreOffice program, or None where it is not installed."""
    return next((path for program in _PROGRAMS if (path := shutil.which(program))), None)


def _check_format(raw: bytes, suffix: str) -> None:
    """Refuse what LibreOffice would open as something else: it guesses formats from their content."""
    if suffix == ".odt":
        _check_open_document(raw)
    elif suffix == ".rtf":
        _check_rich_text(raw)
    elif suffix == ".doc":
        _check_old_word(raw)
    elif suffix not in OFFICE_SUFFIXES:
        raise ValueError(f"le format « {suffix} » n'est pas converti ({', '.join(OFFICE_SUFFIXES)})")


def _check_rich_text(raw: bytes) -> None:
    if not raw.startswith(_RTF):
        raise ValueError("ce n'est pas un fichier RTF")
    # LibreOffice writes RTF without the states of the boxes, then reads them all as empty.
    if raw.count(b"FORMCHECKBOX") > raw.count(b"\\fftype1"):
        raise ValueError("il ne garde pas l'état de ses cases à cocher : enregistrez l'original en .docx")


def _check_old_word(raw: bytes) -> None:
    # Word itself opens RTF under the name .doc.
    if raw.startswith(_RTF):
        _check_rich_text(raw)
    elif not raw.startswith(_OLE) or "WordDocument".encode("utf-16-le") not in raw:
        raise ValueError("ce n'est pas un document Word (.doc)")


def _check_open_document(raw: bytes) -> None:
    with open_package(raw) as package:
        try:
            kind = read_entry(package, "mimetype")
            manifest = read_entry(package, "META-INF/manifest.xml")
        except KeyError as error:
            raise ValueError("ce n'est pas un document OpenDocument (.odt)") from error
    if not kind.startswith(_OPEN_DOCUMENT):
        raise ValueError("ce n'est pas un texte OpenDocument (.odt)")
    if b"encryption-data" in manifest:
        raise ValueError("il est protégé par un mot de passe : enregistrez-le sans mot de passe")


def _write_profile(folder: Path) -> None:
    items = "".join(_SETTING.format(name=name, value=value) for name, value in _SECURITY.items())
    user = folder / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_PROFILE.format(items=items), encoding="utf-8")


def _command(program: str, folder: Path, source: Path) -> list[str]:
    return [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless", "--norestore", "--nologo", "--nolockcheck",
        "--convert-to", "docx",
        "--outdir", str(folder / "out"),
        str(source),
    ]  # fmt: skip


def _run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder)}
    # In a session of its own: the program starts others, which end with it.
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as error:
        message = f"sa conversion par LibreOffice dépasse {_PATIENCE_SECONDS:.0f} s : enregistrez-le en .docx"
        raise ValueError(message) from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
