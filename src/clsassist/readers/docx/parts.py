"""The parts of a Word package: parsed with care, and found through their relationships."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from clsassist.readers.docx.names import Element
from clsassist.readers.packages import open_package, read_entry

# Measured: a quarter of a second and 7 MB of memory for each megabyte; a plan of one hundred pages holds some 5 MB.
_LONGEST_PART = 15_000_000
_OLE = b"\xd0\xcf\x11\xe0"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_MAIN = "/officeDocument"
# The names of ISO strict files, and those that all others use for the same things.
_STRICT = re.compile(rb'"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)')
_STRICT_MARK = "http://purl.oclc.org/ooxml/"


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link from one part to another part, or to an address outside the package."""

    kind: str
    target: str
    external: bool


class WordPackage:
    """A Word file held in memory."""

    def __init__(self, raw: bytes) -> None:
        _refuse_other_formats(raw)
        self._package = open_package(raw)
        self._links: dict[str, dict[str, Relationship]] = {}

    @cached_property
    def main(self) -> str:
        """The name of the part that holds the text.

        Raises ValueError when there is none: the file is another kind of package.
        """
        links = self.relationships("")
        found = next((link.target for link in links.values() if link.kind.endswith(_MAIN)), "word/document.xml")
        if found not in self._package.namelist():
            raise ValueError("ce n'est pas un document Word (son texte est absent)")
        return found

    def root(self, name: str | None) -> Element | None:
        """Return the root of an XML part, or None when the package does not hold it.

        Raises ValueError when it is damaged, too large, or unsafe.
        """
        if name is None or name not in self._package.namelist():
            return None
        if self._package.getinfo(name).file_size > _LONGEST_PART:
            limit = _LONGEST_PART // 1_000_000
            raise ValueError(f"une de ses parties (« {name} ») dépasse {limit} Mo de texte balisé")
        return _parse(read_entry(self._package, name), name)

    def relationships(self, part: str) -> dict[str, Relationship]:
        """Return the links of a part by their id; '' stands for the package itself."""
        if part not in self._links:
            self._links[part] = self._read_relationships(part)
        return self._links[part]

    def _read_relationships(self, part: str) -> dict[str, Relationship]:
        folder, base = posixpath.split(part)
        root = self.root(posixpath.join(folder, "_rels", f"{base}.rels"))
        links = () if root is None else root.iter(_RELATIONSHIP)
        return {link.get("Id", ""): _relationship(link, folder) for link in links}

    def related(self, part: str, kind: str) -> str | None:
        """Return the name of the part that ``part`` points to for a purpose such as « styles »."""
        links = self.relationships(part).values()
        return next((link.target for link in links if link.kind.endswith(f"/{kind}") and not link.external), None)

    def title(self) -> str | None:
        """Return the title among the file's properties, as written there."""
        root = self.root(self.related("", "core-properties"))
        return None if root is None else root.findtext("{http://purl.org/dc/elements/1.1/}title")


def _relationship(link: Element, folder: str) -> Relationship:
    target, external = link.get("Target", ""), link.get("TargetMode") == "External"
    if not external:
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return Relationship(link.get("Type", ""), target, external)


def _refuse_other_formats(raw: bytes) -> None:
    if raw.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise ValueError("il est protégé par un mot de passe : enregistrez-le sans mot de passe")
        raise ValueError("c'est un ancien .doc ou un fichier protégé : enregistrez-le en .docx sans mot de passe")
    if raw.startswith(b"{\\rtf"):
        raise ValueError("c'est un fichier RTF : enregistrez-le en .docx")


def _parse(content: bytes, name: str) -> Element:
    root = _parse_xml(content, name)
    if any(str(uri).startswith(_STRICT_MARK) for uri in root.nsmap.values()):
        return _parse_xml(_STRICT.sub(_to_transitional, etree.tostring(root)), name)
    return root


def _parse_xml(content: bytes, name: str) -> Element:
    # A parser serves one file: lxml keeps the names it met for ever otherwise.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if "Excessive depth" in str(error):
            raise ValueError("ses éléments sont imbriqués trop profondément") from error
        raise ValueError(f"il est abîmé (le XML de « {name} » est mal formé)") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ValueError("il déclare un DTD : par prudence, il est refusé")
    return root


def _to_transitional(strict: re.Match[bytes]) -> bytes:
    return b'"http://schemas.openxmlformats.org/%s/2006/%s' % strict.groups()
