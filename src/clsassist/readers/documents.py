"""A file of the corpus to its documents: one, or those of an archive; each read, or refused with the reason."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from clsassist.errors import ReadingError
from clsassist.readers import ARCHIVES, CONVERTED, READERS
from clsassist.readers.archive import ARCHIVE, Member, read_archive
from clsassist.readers.formats import check_format
from clsassist.readers.isolation import ReadingProcess, ScannedError
from clsassist.readers.names import path_to_identifier, path_to_name
from clsassist.readers.transcript import Transcript
from clsassist.records import Document, Warning

_REFUSALS = {
    errno.ENOENT: "c'est un lien vers un fichier qui n'existe plus",
    errno.ELOOP: "c'est un lien qui tourne en rond",
    errno.EACCES: "le système en refuse l'accès : vérifiez ses droits",
    errno.EPERM: "le système en refuse l'accès : vérifiez ses droits",
}


def read_documents(
    path: Path, root: Path, max_file_bytes: int, reading: ReadingProcess
) -> Iterator[Document | ReadingError]:
    """Yield the document of a file, or those of an archive, named relatively to ``root``.

    A document that cannot be read is given as its error. ``sha256`` is that of the file, archive or not.
    """
    relative = PurePosixPath(path.relative_to(root))
    found = False
    try:
        digest, members = _open_source(path, max_file_bytes)
        for member in members:
            found = True
            yield _member_to_document(path_to_name(relative / member.path), digest, member, reading)
        if not found:
            raise ValueError("l'archive ne contient aucun document")
    except ValueError as error:
        yield ReadingError(path_to_name(relative), str(error))
    except OSError as error:
        reason = _REFUSALS.get(error.errno or 0, f"le système ne peut pas le lire ({error.strerror})")
        yield ReadingError(path_to_name(relative), reason)


def read_transcript(suffix: str, raw: bytes, reading: ReadingProcess) -> Transcript:
    """Read the bytes of a file of a known suffix, through a conversion or a recognition of characters if need be.

    Raises ValueError, with a French reason, when it cannot be read.
    """
    check_format(suffix, raw)
    if suffix in CONVERTED:
        from clsassist.readers.office import convert_to_docx

        raw, suffix = convert_to_docx(raw, suffix), ".docx"
    try:
        transcript = reading.read(suffix, raw)
    except ScannedError:
        transcript = _read_scanned(raw, reading)
    if not transcript.text.strip():
        raise ValueError("le fichier est vide : aucun texte n'y a été trouvé")
    return transcript


def _read_scanned(raw: bytes, reading: ReadingProcess) -> Transcript:
    from clsassist.readers.pdf.ocr import ocr_pdf

    transcript = reading.read(".pdf", ocr_pdf(raw))
    warning = Warning("texte reconnu par OCR sur des pages numérisées : vérifiez-le avant de le citer")
    return replace(transcript, warnings=(warning, *transcript.warnings))


def _open_source(path: Path, max_file_bytes: int) -> tuple[str, Iterator[Member]]:
    """Return the hash of a file and what it holds: itself, or the members of the archive that it is."""
    suffix = path.suffix.lower()
    archive = suffix in ARCHIVES
    _check_suffix(suffix)
    _check_file(path, ARCHIVE.unfolded if archive else max_file_bytes)
    if not archive:
        raw = path.read_bytes()
        return hashlib.sha256(raw).hexdigest(), iter((Member(PurePosixPath(), raw),))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return digest, read_archive(path, max_file_bytes)


def _check_suffix(suffix: str) -> None:
    # A file without suffix is looked into, to tell which one it lacks.
    if suffix and suffix not in (*READERS, *CONVERTED, *ARCHIVES):
        raise ValueError(f"le format « {suffix} » n'est pas lu")


def _check_file(path: Path, most: int) -> None:
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        # Listed because it could not be walked: the reason is the system's to tell.
        os.scandir(path).close()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("ce n'est pas un fichier ordinaire")
    if status.st_size > most:
        raise ValueError(f"il pèse {status.st_size / 1e6:.0f} Mo, plus que la limite de {most / 1e6:.0f} Mo")


def _member_to_document(name: str, digest: str, member: Member, reading: ReadingProcess) -> Document | ReadingError:
    suffix = PurePosixPath(name).suffix.lower()
    try:
        if member.refusal:
            raise ValueError(member.refusal)
        _check_suffix(suffix)
        read = read_transcript(suffix, member.raw, reading)
    except ValueError as error:
        return ReadingError(name, str(error))
    identifier = path_to_identifier(name)
    return Document(identifier, name, digest, read.title, read.text, read.blocks, read.warnings, read.margins)
