"""Files handed in by a coordinator: named safely, checked, read, then put in the corpus without losing any other."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import threading
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from clsassist.corpus import read_files
from clsassist.errors import ClsAssistError
from clsassist.readers import ARCHIVES
from clsassist.readers.archive import read_archive
from clsassist.readers.macros import holds_macros
from clsassist.readers.names import may_be_document, path_to_name
from clsassist.reading_report import ReadingReport, report_reading
from clsassist.records import Corpus
from clsassist.settings import Settings
from clsassist.text import INVISIBLE

# Where files wait until they are known to be documents: inside the corpus, so that the last step is a mere renaming,
# and hidden, so that no indexing reads them.
WAITING_ROOM = ".depots"
# A coordinator who went away does not come back to a deposit of yesterday.
_WAITING_SECONDS = 3_600
# Deposits remembered for their page; each is a few kilobytes.
_REMEMBERED = 50
# File systems allow 255 bytes.
_LONGEST_NAME = 180
# What no other system takes in a name, and controls.
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
# Left free on the disk, for the index to be built: several times the longest corpora.
_SPARE_BYTES = 100_000_000

_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)


class DepositError(ClsAssistError):
    """What is handed in cannot be received or kept."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that is not kept, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """What became of the files handed in together.

    ``kept`` are in the corpus. ``pending`` are documents whose name is taken: they wait in ``folder`` for a decision.
    ``report`` is the reading of both.
    """

    token: str
    folder: Path
    kept: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    report: ReadingReport = field(default_factory=lambda: ReadingReport((), ()))


def safe_name(given: str) -> str:
    r"""Return the name that a file handed in is kept under: its last part, readable, that shows what it is.

    Raises ValueError, with a French reason, when nothing of it can be kept or no document may bear it.

    >>> safe_name("..\\..\\CLS / Fiche  n°1?.PDF"), safe_name("../../etc/passwd.txt")
    ('Fiche n°1-.PDF', 'passwd.txt')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    shown = "".join(one for one in INVISIBLE.sub("", _FORBIDDEN.sub("-", last)) if one.isprintable())
    name = _shortened(" ".join(shown.split()).strip(". "))
    if not name or not may_be_document(name):
        raise ValueError("un fichier de ce nom n'est pas un document du corpus : renommez-le")
    return name


def _shortened(name: str) -> str:
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 (a name, not a path)
    room = _LONGEST_NAME - len(suffix.encode())
    if room < 1:
        raise ValueError("son nom est trop long : renommez-le")
    return stem.encode()[:room].decode("utf-8", "ignore") + suffix


@contextmanager
def explaining(corpus_dir: Path) -> Iterator[None]:
    """Turn what the disk refuses into a French sentence.

    Raises DepositError in place of OSError.
    """
    try:
        yield
    except OSError as error:
        raise DepositError(_explain(error, corpus_dir)) from error


def _explain(error: OSError, corpus_dir: Path) -> str:
    if error.errno in _FULL:
        return f"Le disque du dossier « {corpus_dir} » est plein : libérez de la place, puis recommencez."
    if error.errno in _CLOSED:
        return (
            f"Le dossier des documents « {corpus_dir} » n'accepte pas d'écriture : donnez-en le droit au serveur, "
            "puis recommencez."
        )
    return f"Le dossier des documents « {corpus_dir} » n'a pas pu être modifié ({error.strerror or error})."


class Deposits:
    """The deposits of one corpus; several threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._known: dict[str, Deposit] = {}

    def open(self, announced_bytes: int) -> Deposit:
        """Begin a deposit: an empty folder to write its files in, under safe names.

        Raises DepositError when the corpus cannot take so much, or cannot be written.
        """
        room = self._settings.corpus_dir / WAITING_ROOM
        with explaining(self._settings.corpus_dir):
            if not self._settings.corpus_dir.is_dir():
                raise OSError(errno.ENOENT, "ce dossier n'existe pas")
            _remove_old(room)
            if shutil.disk_usage(self._settings.corpus_dir).free < announced_bytes + _SPARE_BYTES:
                raise OSError(errno.ENOSPC, "")
            token = secrets.token_urlsafe(16)
            folder = room / token
            folder.mkdir(parents=True)
        return Deposit(token, folder)

    def abandon(self, deposit: Deposit) -> None:
        """Keep nothing of a deposit."""
        shutil.rmtree(deposit.folder, ignore_errors=True)
        with self._lock:
            self._known.pop(deposit.token, None)

    def examine(self, deposit: Deposit, refused: Sequence[Refusal], known: Mapping[str, str]) -> Deposit:
        """Read the files of a deposit and put in the corpus those that are documents and whose name is free.

        ``known`` gives the path of the documents of the corpus by the SHA-256 of their content. Nothing is left of
        what is refused. Raises DepositError when the corpus cannot be written.
        """
        with explaining(self._settings.corpus_dir):
            doubtful = _drop(deposit, _refuse_unread(deposit, self._settings.max_file_bytes, known))
            corpus = read_files(deposit.folder, _files_of(deposit), self._settings)
            unreadable = _drop(deposit, _refuse_read(deposit, corpus))
            told = (*refused, *doubtful, *unreadable)
            deposit = replace(deposit, refused=told, report=_only_kept(report_reading(corpus), told))
            with self._lock:
                deposit = self._keep_free_names(deposit)
                self._remember(deposit)
        return deposit

    def find(self, token: str) -> Deposit | None:
        """Return a recent deposit."""
        with self._lock:
            return self._known.get(token)

    def decide(self, token: str, replaced: Sequence[str]) -> Deposit:
        """Put the pending files of these names in place of those that bear them; drop the other ones.

        Raises DepositError when the deposit is no longer known, or the corpus cannot be written.
        """
        with self._lock, explaining(self._settings.corpus_dir):
            deposit = self._known.get(token)
            if deposit is None:
                raise DepositError("Cet envoi n'est plus connu : envoyez de nouveau les fichiers.")
            chosen = tuple(name for name in deposit.pending if name in replaced)
            for name in chosen:
                taken = _bearer(self._settings.corpus_dir, name) or self._settings.corpus_dir / name
                (deposit.folder / name).replace(taken)
            dropped = tuple(
                Refusal(name, "le document déjà présent a été gardé") for name in deposit.pending if name not in chosen
            )
            deposit = replace(deposit, kept=deposit.kept + chosen, pending=(), refused=deposit.refused + dropped)
            shutil.rmtree(deposit.folder, ignore_errors=True)
            self._known[token] = deposit
            return deposit

    def _keep_free_names(self, deposit: Deposit) -> Deposit:
        kept, pending = [], []
        for path in _files_of(deposit):
            if _bearer(self._settings.corpus_dir, path.name):
                pending.append(path.name)
                continue
            _claim(path, self._settings.corpus_dir / path.name)
            kept.append(path.name)
        if not pending:
            shutil.rmtree(deposit.folder, ignore_errors=True)
        return replace(deposit, kept=tuple(kept), pending=tuple(pending))

    def _remember(self, deposit: Deposit) -> None:
        self._known[deposit.token] = deposit
        for token in list(self._known)[:-_REMEMBERED]:
            del self._known[token]


def _files_of(deposit: Deposit) -> list[Path]:
    return sorted(deposit.folder.iterdir()) if deposit.folder.is_dir() else []


def _remove_old(room: Path) -> None:
    """Remove the deposits that nobody will decide on, those of a server that stopped among them."""
    oldest = time.time() - _WAITING_SECONDS
    for folder in room.iterdir() if room.is_dir() else ():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _drop(deposit: Deposit, refused: Iterable[Refusal]) -> tuple[Refusal, ...]:
    dropped = tuple(refused)
    for one in dropped:
        (deposit.folder / one.name).unlink()
    return dropped


def _refuse_unread(deposit: Deposit, max_file_bytes: int, known: Mapping[str, str]) -> Iterator[Refusal]:
    """Yield the files refused without being read: those that the corpus has already, and those that hold macros."""
    seen = dict(known)
    for path in _files_of(deposit):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest in seen:
            yield Refusal(path.name, f"le corpus a déjà ce document, sous le nom « {seen[digest]} »")
        elif _any_macro(path, max_file_bytes):
            yield Refusal(path.name, "il contient des macros : enregistrez-le sans macros (.docx ou .xlsx)")
        else:
            seen[digest] = path.name


def _any_macro(path: Path, max_file_bytes: int) -> bool:
    if path.suffix.lower() not in ARCHIVES:
        return holds_macros(path.read_bytes())
    try:
        return any(holds_macros(member.raw) for member in read_archive(path, max_file_bytes))
    except ValueError:
        # Its reading tells what is wrong with it.
        return False


def _refuse_read(deposit: Deposit, corpus: Corpus) -> Iterator[Refusal]:
    """Yield the files of which nothing could be read; of an archive, one document is enough."""
    read = [parsed.document.path for parsed in corpus.documents]
    for path in _files_of(deposit):
        name = path_to_name(path.relative_to(deposit.folder))
        if not any(_is_of(one, name) for one in read):
            reasons = [reason for one, reason in corpus.failures if _is_of(one, name)]
            yield Refusal(path.name, " ; ".join(dict.fromkeys(reasons)))


def _is_of(document: str, file: str) -> bool:
    return document == file or document.startswith(f"{file}/")


def _only_kept(report: ReadingReport, refused: Sequence[Refusal]) -> ReadingReport:
    """Leave out of a report the files refused as a whole: they are told apart."""
    names = {one.name for one in refused}
    unread = tuple((path, reason) for path, reason in report.unread if path.partition("/")[0] not in names)
    return replace(report, unread=unread)


def _bearer(corpus_dir: Path, name: str) -> Path | None:
    """Return the file of the corpus that bears a name, capitals and ways to write accents aside."""
    wanted = unicodedata.normalize("NFC", name).casefold()
    return next(
        (path for path in corpus_dir.iterdir() if unicodedata.normalize("NFC", path.name).casefold() == wanted), None
    )


def _claim(path: Path, target: Path) -> None:
    """Move a file to a free name; should another program have taken it meanwhile, fail rather than overwrite."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    target.touch(exist_ok=False)
    try:
        path.replace(target)
    except OSError:
        target.unlink()
        raise
