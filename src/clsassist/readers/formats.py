"""What a file is, told from its content, and whether that is what its name promises."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from clsassist.readers.packages import list_names

# A text never holds a null byte, unless one of these marks opens it.
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 4096


class Format(Enum):
    """One kind of content: how to name it in a sentence, and what to do with it when it is not expected."""

    PDF = "d'un PDF", "renommez-le en .pdf"
    WORD = "d'un document Word", "renommez-le en .docx"
    EXCEL = "d'un classeur Excel", "renommez-le en .xlsx"
    POWERPOINT = "d'une présentation PowerPoint", "enregistrez-la en PDF"
    OPEN_TEXT = "d'un texte OpenDocument", "renommez-le en .odt"
    OPEN_SHEET = "d'un classeur OpenDocument", "enregistrez-le en .xlsx"
    OLD_WORD = "d'un document Word ancien", "renommez-le en .doc"
    OLD_EXCEL = "d'un classeur Excel ancien", "enregistrez-le en .xlsx"
    OLD_POWERPOINT = "d'une présentation PowerPoint ancienne", "enregistrez-la en PDF"
    RICH_TEXT = "d'un texte RTF", "renommez-le en .rtf"
    WEB_PAGE = "d'une page web", "renommez-le en .html"
    ARCHIVE = "d'une archive zip", "renommez-le en .zip"
    OTHER_ARCHIVE = "d'une archive", "décompressez-la"
    IMAGE = "d'une image", "enregistrez le document en PDF, avec son texte"
    TEXT = "d'un fichier texte", "renommez-le en .txt"
    LOCKED = "d'un fichier Office protégé par un mot de passe", "enregistrez-le sans mot de passe"
    OLE = "d'un fichier Office ancien que rien n'identifie", "enregistrez-le en .docx"
    UNKNOWN = "d'un fichier binaire inconnu", "vérifiez d'où il vient"

    def __init__(self, described: str, advice: str) -> None:
        self.described = described
        self.advice = advice


_TEXTS = frozenset({Format.TEXT, Format.WEB_PAGE})
EXPECTED: dict[str, frozenset[Format]] = {
    **dict.fromkeys((".txt", ".md", ".csv", ".tsv", ".html", ".htm", ".xhtml", ".mht", ".mhtml"), _TEXTS),
    **dict.fromkeys((".docx", ".docm", ".dotx"), frozenset({Format.WORD})),
    **dict.fromkeys((".xlsx", ".xlsm"), frozenset({Format.EXCEL})),
    ".pdf": frozenset({Format.PDF}),
    # Word gives its old suffix to RTF files too.
    ".doc": frozenset({Format.OLD_WORD, Format.RICH_TEXT}),
    ".rtf": frozenset({Format.RICH_TEXT}),
    ".odt": frozenset({Format.OPEN_TEXT}),
    ".zip": frozenset({Format.ARCHIVE}),
}

# What opens a file, by kind.
_OPENINGS = (
    (b"{\\rtf", Format.RICH_TEXT),
    (b"\x89PNG\r\n", Format.IMAGE),
    (b"\xff\xd8\xff", Format.IMAGE),
    (b"GIF8", Format.IMAGE),
    (b"II*\x00", Format.IMAGE),
    (b"MM\x00*", Format.IMAGE),
    (b"7z\xbc\xaf\x27\x1c", Format.OTHER_ARCHIVE),
    (b"Rar!\x1a\x07", Format.OTHER_ARCHIVE),
    (b"\x1f\x8b", Format.OTHER_ARCHIVE),
)
# What a zip package holds, by the start of its names.
_FOLDERS = (("word/", Format.WORD), ("xl/", Format.EXCEL), ("ppt/", Format.POWERPOINT))
_OPEN_DOCUMENTS = (
    (b"application/vnd.oasis.opendocument.text", Format.OPEN_TEXT),
    (b"application/vnd.oasis.opendocument.spreadsheet", Format.OPEN_SHEET),
)
_OPEN_PARTS = frozenset({"content.xml", "META-INF/manifest.xml"})
# The streams of an old Office file, as its directory names them.
_STREAMS = (
    ("EncryptedPackage", Format.LOCKED),
    ("WordDocument", Format.OLD_WORD),
    ("Workbook", Format.OLD_EXCEL),
    ("PowerPoint Document", Format.OLD_POWERPOINT),
)


def check_format(suffix: str, raw: bytes) -> None:
    """Make sure that the content of a file is what its suffix, in lower case, promises.

    Raises ValueError with a French reason when it is something else, which it names.
    """
    if not raw:
        raise ValueError("le fichier est vide (0 octet)")
    found = identify(raw)
    if found in EXPECTED.get(suffix, ()):
        return
    if found is Format.LOCKED:
        raise ValueError(f"il est protégé par un mot de passe : {found.advice}")
    if not suffix:
        raise ValueError(f"il n'a pas d'extension, son contenu est celui {found.described} : {found.advice}")
    if found is Format.ARCHIVE and not list_names(raw):
        raise ValueError("il est abîmé ou tronqué : ouvrez-le et enregistrez-le de nouveau")
    if found is Format.UNKNOWN and raw.count(0) == len(raw):
        raise ValueError("il ne contient que des octets nuls : il est abîmé")
    raise ValueError(f"son contenu est celui {found.described} : {found.advice}")


def identify(raw: bytes) -> Format:
    """Return what a file is, from its content alone.

    >>> identify(b"%PDF-1.7 ...")
    <Format.PDF: ("d'un PDF", 'renommez-le en .pdf')>
    """
    head = raw[:_HEAD]
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _identify_package(raw, head)
    if raw.startswith(_OLE):
        return next((kind for name, kind in _STREAMS if name.encode("utf-16-le") in raw), Format.OLE)
    for opening, kind in _OPENINGS:
        if raw.startswith(opening):
            return kind
    # Some programs write a few bytes before.
    if b"%PDF-" in head[:1024]:
        return Format.PDF
    if b"\x00" in head and not (raw.startswith(_UTF16_MARKS) or _is_utf16(head)):
        return Format.UNKNOWN
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return Format.WEB_PAGE if start.startswith((b"<!doctype html", b"<html")) else Format.TEXT


def _is_utf16(head: bytes) -> bool:
    """Tell UTF-16 text without a mark: nearly every other byte of western text is null."""
    even, odd = head[0::2], head[1::2]
    return len(head) >= 8 and abs(even.count(0) - odd.count(0)) >= 0.4 * len(even)


def check_archive(names: Sequence[str]) -> None:
    """Make sure that a zip file of these names is an archive of documents, and not one document renamed.

    Raises ValueError, with a French reason, when it is.
    """
    found = _names_to_format(names)
    # A folder of documents may have the name of one of Word's.
    renamed = "[Content_Types].xml" in names or found is Format.OPEN_TEXT
    if renamed and found is not Format.ARCHIVE:
        raise ValueError(f"son contenu est celui {found.described} : {found.advice}")


def _identify_package(raw: bytes, head: bytes) -> Format:
    for mark, kind in _OPEN_DOCUMENTS:
        if head[30:].startswith(b"mimetype" + mark):
            return kind
    return _names_to_format(list_names(raw))


def _names_to_format(names: Sequence[str]) -> Format:
    for folder, kind in _FOLDERS:
        if any(name.startswith(folder) for name in names):
            return kind
    return Format.OPEN_TEXT if _OPEN_PARTS.issubset(names) else Format.ARCHIVE
