"""A PDF opened within bounds: its password, its pages, its title, its form."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pypdf
import pypdfium2 as pdfium
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import DictionaryObject

from clsassist.readers.pdf.forms import Widget, page_to_notes, page_to_widgets
from clsassist.records import Warning

Result = TypeVar("Result")

MAX_PAGES = 2_000
# What a file may unfold to while it is opened: a 26 KB trap asked for 338 MB under pypdf's own limits.
_LIMITS = pypdf.Configuration(
    zlib_maximum_output_length=20_000_000,
    stream_decoding_work_maximum_length=40_000_000,
    stream_parsing_work_maximum_count=300_000,
    xfa_decoding_work_maximum_length=20_000_000,
    page_tree_maximum_entries=20_000,
    form_fields_maximum_entries=20_000,
)
# What pypdf raises on files whose objects are not of the kind they should be.
MALFORMED = (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OverflowError)
_FILE_TITLE = re.compile(
    r"\.(?:docx?|odt|rtf|xlsx?|pptx?|html?|pdf|indd|pub)\s*$|^\W*(?:microsoft|sans titre|untitled|anonymous)", re.I
)


class ScannedPdf(ValueError):
    """The file holds images of pages, and no text: character recognition may read it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file: ``witness`` is pypdf's view of it, None when pypdf cannot read it."""

    document: pdfium.PdfDocument
    witness: pypdf.PdfReader | None
    title: str | None
    warnings: tuple[Warning, ...]

    def widgets(self, index: int) -> tuple[Widget, ...] | None:
        """Return the form fields and typed notes of a page, counted from 0; None when they cannot be read."""
        witness = self.witness
        return () if witness is None else _attempt(lambda: page_to_widgets(witness, index))

    def notes(self, index: int) -> tuple[str, ...]:
        """Return what the notes of a page say that it does not show, as far as it can be read."""
        witness = self.witness
        return () if witness is None else _attempt(lambda: page_to_notes(witness, index)) or ()


@contextmanager
def open_pdf(raw: bytes) -> Iterator[Opened]:
    """Open a file held in memory.

    Raises ValueError, with a French reason, when it is no PDF, is damaged, protected, too long, or a form that
    only Acrobat can show.
    """
    if b"%PDF-" not in raw[:1024]:
        raise ValueError("ce n'est pas un fichier PDF")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    with pypdf.apply_configuration(_LIMITS):
        witness = _attempt(lambda: pypdf.PdfReader(io.BytesIO(raw), strict=False))
        warnings = list(_check(witness))
        document = _open_document(raw)
        try:
            count = len(document)
            if count > MAX_PAGES:
                raise ValueError(f"il compte {count} pages, plus que la limite de {MAX_PAGES}")
            if count == 0:
                raise ValueError("il est abîmé (aucune page n'est lisible)")
            pages = _attempt(lambda: len(witness.pages)) if witness else None
            if pages is None:
                warnings.append(Warning("le fichier est abîmé : du texte ou des champs de formulaire peuvent manquer"))
            elif pages != count:
                warnings.append(Warning(f"le fichier est abîmé : {count} page(s) lue(s) sur {pages} annoncée(s)"))
            yield Opened(document, witness if pages else None, _title(witness), tuple(warnings))
        finally:
            document.close()


def _attempt(read: Callable[[], Result]) -> Result | None:
    """Return what pypdf reads, or None where the file is malformed."""
    try:
        return read()
    except MALFORMED:
        return None


def _check(witness: pypdf.PdfReader | None) -> Iterator[Warning]:
    if witness is None:
        return
    if witness.is_encrypted and not _unlocked(witness):
        raise ValueError("il est protégé par un mot de passe : enregistrez-le sans mot de passe, ou imprimez-le en PDF")
    form = _attempt(lambda: witness.root_object["/AcroForm"].get_object())
    if isinstance(form, DictionaryObject) and "/XFA" in form:
        if not form.get("/Fields"):
            raise ValueError("c'est un formulaire dynamique (XFA) : ouvrez-le dans Acrobat et imprimez-le en PDF")
        yield Warning("c'est un formulaire XFA : si des valeurs manquent, ouvrez-le dans Acrobat et imprimez-le en PDF")


def _unlocked(witness: pypdf.PdfReader) -> bool:
    """Try the empty password, which opens files that are only protected against changes."""
    try:
        return bool(witness.decrypt(""))
    except (*MALFORMED, DependencyError, NotImplementedError):
        return False


def _open_document(raw: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(raw)
    except pdfium.PdfiumError as error:
        raise ValueError("il est abîmé ou tronqué (aucune page n'est lisible)") from error


def _title(witness: pypdf.PdfReader | None) -> str | None:
    """Return the title in the properties of the file, when it is no file name."""
    metadata = _attempt(lambda: witness.metadata) if witness else None
    title = _attempt(lambda: metadata.title) if metadata else None
    words = " ".join(str(title or "").split())
    return words if len(words) > 3 and not _FILE_TITLE.search(words) else None
