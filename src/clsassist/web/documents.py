"""The original files behind the citations: only those of the index, and only as they were when read."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from clsassist.errors import AccessDeniedError, GonePageError, UnknownPageError
from clsassist.readers import ARCHIVES
from clsassist.readers.archive import read_archive
from clsassist.readers.names import name_to_path, path_to_name
from clsassist.records import Document
from clsassist.web.site import Site

_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".doc": "application/msword",
    ".rtf": "application/rtf",
    ".csv": "text/csv; charset=utf-8",
}
# What browsers show by themselves, at the page asked for; everything else is saved, not opened.
_SHOWN = ".pdf"

_UNKNOWN = "Aucun document du corpus ne porte le nom « {} »."
_MISSING = (
    "« {} » a été indexé, mais son fichier n'est plus à sa place : il a été déplacé ou supprimé depuis. Les passages "
    "cités restent lisibles dans les réponses ; la personne qui gère le corpus peut remettre le fichier."
)
_CHANGED = (
    "« {} » a été modifié depuis qu'il a été indexé : l'ouvrir montrerait autre chose que ce qui est cité. Il sera "
    "de nouveau proposé après la prochaine indexation (commande « clsassist index », ou la rubrique Corpus)."
)

# A file cannot be shown without what it holds.
_HIDDEN = (
    "Les données personnelles des documents sont masquées ici : les fichiers d'origine, qui les contiennent, ne sont "
    "pas proposés. Tout ce qui en a été lu reste visible dans les réponses et dans les fiches."
)


def documents_router(site: Site) -> APIRouter:
    """Return « /documents/CHEMIN »: the file itself, saved when « ?telecharger=1 » or when it is no PDF."""
    router = APIRouter()

    @router.get("/documents/{path:path}", include_in_schema=False)
    def send(request: Request, path: str, telecharger: bool = False) -> Response:
        if site.settings.hide_personal_data:
            raise AccessDeniedError(_HIDDEN)
        with site.live.use() as assistant:
            document = next((one for one in assistant.documents() if one.path == path), None)
            root = assistant.root
        if document is None:
            raise UnknownPageError(_UNKNOWN.format(path))
        content = read_original(root, document, site.settings.max_file_bytes)
        suffix = PurePosixPath(path).suffix.lower()
        is_shown = suffix == _SHOWN and not telecharger
        headers = {
            "Content-Disposition": _disposition(PurePosixPath(path).name, is_shown=is_shown),
            "Cache-Control": "private, no-cache",
            "ETag": f'"{document.sha256}"',
        }
        return Response(content, media_type=_TYPES.get(suffix, "application/octet-stream"), headers=headers)

    return router


def read_original(root: Path, document: Document, max_file_bytes: int) -> bytes:
    """Return the file that a document was read from, checked to be the one that was read.

    Raises GonePageError when it is no longer there, or no longer the same.
    """
    path = name_to_path(root, document.path)
    try:
        # One reading for both: what is sent is what was checked.
        content = path.read_bytes()
    except OSError as error:
        raise GonePageError(_MISSING.format(document.path)) from error
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise GonePageError(_CHANGED.format(document.path))
    if path.suffix.lower() in ARCHIVES and path_to_name(path.relative_to(root)) != document.path:
        return _read_member(path, root, document, max_file_bytes)
    return content


def _read_member(archive: Path, root: Path, document: Document, max_file_bytes: int) -> bytes:
    relative = PurePosixPath(archive.relative_to(root))
    for member in read_archive(archive, max_file_bytes):
        if path_to_name(relative / member.path) == document.path:
            return member.raw
    raise GonePageError(_MISSING.format(document.path))


def _disposition(name: str, *, is_shown: bool) -> str:
    # The plain name is for very old programs; the other one has the accents (RFC 6266).
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-._ ") else "_" for char in name)
    kind = "inline" if is_shown else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
