"""A Word file to its transcript: body, notes, margins, and what a coordinator should know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from clsassist.readers.docx.blocks import BlockReader, Part
from clsassist.readers.docx.boxes import bind_line, usual_side
from clsassist.readers.docx.controls import rewrite_controls
from clsassist.readers.docx.inline import Findings, InlineReader
from clsassist.readers.docx.names import Element, R, is_on, w
from clsassist.readers.docx.numbering import Numbering
from clsassist.readers.docx.parts import WordPackage
from clsassist.readers.docx.styles import Styles
from clsassist.readers.layout import BOX_UNKNOWN, Line, Table, TableCell, write_layout
from clsassist.readers.transcript import Transcript
from clsassist.records import Warning

# What is left of « Page 2 sur 5 » without its numbers.
_PAGE_WORDS = re.compile(r"[\W\d]*(?:page|p\.)?[\W\d]*(?:sur|de|of)?[\W\d]*", re.IGNORECASE)
# Titles that a program gave: « Document1 », « Microsoft Word - fiche.doc », « fiche_v3.docx », « CLS_fiche_3 ».
_NO_TITLE = re.compile(
    r"(?:document|doc|présentation|classeur)?\s*\d*|microsoft word\b.*|.*\.(?:docx?|dotx?|docm|odt|rtf|pdf|xlsx?)"
    r"|sans titre.*|untitled.*|\[?titre(?: du document)?\]?|\S*_\S*|(?:présentation|presentation) powerpoint"
    r"|powerpoint presentation",
    re.IGNORECASE,
)
_EXCERPT = 80
_SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})


def read_docx(raw: bytes) -> Transcript:
    """Read a Word file (.docx, .docm, .dotx) as its last reader would see it, tracked changes accepted.

    Raises ValueError, with a French reason, when the bytes are no Word file, or are damaged, protected or beyond
    limits.
    """
    return _WordReading(WordPackage(raw)).transcript()


class _WordReading:
    """One file being read: what its parts share."""

    def __init__(self, package: WordPackage) -> None:
        self._package = package
        self._main = package.main
        self._styles = Styles(package.root(package.related(self._main, "styles")))
        self._numbering = Numbering(package.root(package.related(self._main, "numbering")))
        self._findings = Findings()

    def transcript(self) -> Transcript:
        document = self._package.root(self._main)
        body = None if document is None else document.find(w("body"))
        if body is None:
            raise ValueError("ce n'est pas un document Word (son texte est absent)")
        parts = self._read_part(body, self._main, self._findings)
        parts = [*parts, *self._notes()]
        lines = _write_boxes(parts)
        margins = [line.text for line in _all_lines(_write_boxes(self._margins(body)))]
        kept = [margin for margin in margins if not _PAGE_WORDS.fullmatch(margin)]
        return write_layout(lines, tuple(self._warnings(lines)), kept, _real_title(self._package.title()))

    def _read_part(self, root: Element, name: str, findings: Findings, *, page_numbers: bool = True) -> list[Part]:
        rewrite_controls(root)
        links = self._package.relationships(name)
        inline = InlineReader(self._styles, links, findings, page_numbers=page_numbers)
        return BlockReader(inline, self._styles, self._numbering, findings).read(root)

    def _beside(self) -> Findings:
        """Return findings for what stands beside the text: of them, only what is not seen is told."""
        return Findings(hidden=self._findings.hidden, faint=self._findings.faint)

    # --- notes

    def _notes(self) -> Iterator[Part]:
        """Yield the foot-notes and end-notes in the order in which the text calls them."""
        called = list(self._findings.notes)
        if not called:
            return
        held = {kind: self._notes_of(kind) for kind in {kind for kind, _ in called}}
        written = []
        for number, (kind, identifier) in enumerate(called, start=1):
            lines = list(_all_lines(held[kind].get(identifier, [])))
            if lines:
                first, *others = lines
                written.extend([replace(first, text=f"Note {number} : {first.text.strip()}"), *others])
        if written:
            yield Line("Notes", heading=1)
            yield from written

    def _notes_of(self, kind: str) -> dict[str, list[Part]]:
        name = self._package.related(self._main, f"{kind}s")
        root = self._package.root(name)
        if root is None or name is None:
            return {}
        notes = (note for note in root.iterfind(w(kind)) if note.get(w("type")) not in _SEPARATORS)
        return {note.get(w("id"), ""): self._read_part(note, name, self._beside()) for note in notes}

    # --- margins

    def _margins(self, body: Element) -> Iterator[Part]:
        """Yield what the headers and footers show, watermarks included, page numbers left out."""
        names = dict.fromkeys(self._margin_names(body))
        for name in names:
            root = self._package.root(name)
            if root is not None:
                yield from self._read_part(root, name, self._beside(), page_numbers=False)

    def _margin_names(self, body: Element) -> Iterator[str]:
        links = self._package.relationships(self._main)
        settings = self._package.root(self._package.related(self._main, "settings"))
        even = settings is not None and is_on(settings.find(w("evenAndOddHeaders")))
        for section in body.iter(w("sectPr")):
            shown = {"default": True, "even": even, "first": is_on(section.find(w("titlePg")))}
            for reference in section.iterchildren(w("headerReference"), w("footerReference")):
                link = links.get(reference.get(f"{{{R}}}id", ""))
                if link and not link.external and shown.get(reference.get(w("type"), "default"), True):
                    yield link.target

    # --- what to tell

    def _warnings(self, parts: Iterable[Part]) -> Iterator[Warning]:
        unknown = sum(line.text.count(BOX_UNKNOWN) for line in _all_lines(parts))
        found = self._findings
        counts = (
            (unknown, "case à cocher dont l'état ne se lit pas dans le fichier (dessin, contrôle ActiveX, puce ou "
             "disposition ambiguë)", "cases à cocher dont l'état ne se lit pas dans le fichier (dessins, contrôles "
             "ActiveX, puces ou disposition ambiguë)"),
            (found.pictures, "image, schéma ou objet n'est pas lu", "images, schémas ou objets ne sont pas lus"),
            (found.foreign, "document incorporé n'est pas lu", "documents incorporés ne sont pas lus"),
            (found.struck, "passage barré est lu comme du texte ordinaire",
             "passages barrés sont lus comme du texte ordinaire"),
            (found.changes, "modification suivie est lue comme acceptée",
             "modifications suivies sont lues comme acceptées"),
            (self._comments(), "commentaire de relecture n'est pas lu", "commentaires de relecture ne sont pas lus"),
        )  # fmt: skip
        for count, one, several in counts:
            if count:
                yield Warning(f"{count} {one if count == 1 else several}")

        if found.hidden:
            yield Warning(f"texte masqué, laissé de côté : « {_excerpt(found.hidden)} »")
        if found.faint:
            yield Warning(f"texte blanc sur blanc ou minuscule, lu comme le reste : « {_excerpt(found.faint)} »")

    def _comments(self) -> int:
        root = self._package.root(self._package.related(self._main, "comments"))
        return 0 if root is None else sum(1 for _ in root.iterchildren(w("comment")))


def _write_boxes(parts: Iterable[Part]) -> list[Part]:
    """Bring every box before its label, and write it as the glyph of its state."""
    held = list(parts)
    usual = usual_side(_all_lines(held))
    written: list[Part] = []
    for part in held:
        if isinstance(part, Line):
            written.extend(bind_line(part, usual))
        else:
            rows = tuple(
                tuple(
                    TableCell(tuple(bound for line in cell.lines for bound in bind_line(line, usual)), cell.column)
                    for cell in row
                )
                for row in part.rows
            )
            written.append(Table(rows))
    return written


def _all_lines(parts: Iterable[Part]) -> Iterator[Line]:
    for part in parts:
        if isinstance(part, Line):
            yield part
        else:
            yield from (line for row in part.rows for cell in row for line in cell.lines)


def _excerpt(texts: Iterable[str]) -> str:
    whole = " ".join(" ".join(texts).split())
    return whole if len(whole) <= _EXCERPT else f"{whole[:_EXCERPT].rstrip()}…"


def _real_title(title: str | None) -> str | None:
    words = " ".join((title or "").split())
    return None if _NO_TITLE.fullmatch(words) else words
