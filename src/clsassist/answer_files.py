"""Answers as files: Markdown and Word, with their citations numbered as in the text and where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from clsassist.engagement_files.edition import NOTICE, Edition, writable
from clsassist.engagement_files.word import document_to_bytes, new_document, write_footer
from clsassist.engagement_sheet import quoted
from clsassist.records import Answer, AnswerStatus, Citation
from clsassist.text import squeeze
from clsassist.wording import joined

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

_TITLE, _CONVERSATION = "Réponse de l'assistant", "Conversation avec l'assistant"
_STATUS = {
    AnswerStatus.NOT_FOUND: "Les documents ne répondent pas à cette question.",
    AnswerStatus.AMBIGUOUS: "La question est ambiguë : elle est à préciser.",
}
_MARK = re.compile(r"\[(\d{1,4})\]")
# The only constructions of answers: what is written otherwise is plain text. Joining escaped characters to their
# neighbours would make marks of them again.
_PARSER = (
    MarkdownIt("zero", {"html": False, "breaks": True})
    .enable(["newline", "escape", "emphasis", "list", "table"])
    .disable("text_join")
)
_SIZE = 10.5
_MOST_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where answers come from: the edition of the file, and what each document says of itself, by its path.

    ``dates`` holds the date of a document as printed, None when it gives none.
    """

    edition: Edition
    dates: Mapping[str, str | None] = field(default_factory=dict)

    def document_words(self, path: str, plan: str) -> str:
        """Return a document with its plan and its date."""
        dated = self.dates.get(path)
        return f"{path} : {plan}, {f'daté de « {dated} »' if dated else 'sans date'}"


def _heading(answers: Sequence[Answer]) -> str:
    return _TITLE if len(answers) == 1 else _CONVERSATION


def _earlier_words(earlier: Sequence[str]) -> str:
    return f"Question posée à la suite de : {joined(list(map(quoted, earlier)))}."


def _documents(answers: Sequence[Answer], provenance: Provenance) -> list[str]:
    cited = dict.fromkeys((one.document, one.plan) for answer in answers for one in answer.citations)
    return [provenance.document_words(path, plan) for path, plan in cited]


def _source_place(one: Citation) -> str:
    """Say where the words of a citation stand: document, fiche, field, page."""
    fiche = f"fiche {one.action_number}, {one.action_title}" if one.action_number else one.action_title
    page = f"page {one.page}" if one.page is not None else None
    return " › ".join(squeeze(part) for part in (one.document, fiche, one.label.rstrip(" \u00a0:"), page) if part)


# --- Markdown


def answers_to_markdown(answers: Sequence[Answer], provenance: Provenance, earlier: Sequence[str] = ()) -> str:
    """Return answers as Markdown, the questions as headings, each followed by its own sources.

    ``earlier`` are the questions before the first answer, without which it may not be understood.

    Words of documents and questions cannot make a link, a picture or HTML, whatever they hold.
    """
    parts = [f"# {_heading(answers)}", f"_{NOTICE} {provenance.edition.sentence}_"]
    if earlier:
        parts.append(_literal(_earlier_words(earlier)))
    for place, answer in enumerate(answers, start=1):
        number = f"{place}. " if len(answers) > 1 else ""
        parts.append(f"## {number}{_literal(squeeze(answer.question))}")
        if answer.status in _STATUS:
            parts.append(f"**{_STATUS[answer.status]}**")
        parts.append(_harmless(answer.text.strip()))
        if answer.citations:
            parts.append("### Sources")
            parts.append("\n".join(_source_to_markdown(one) for one in answer.citations))
    documents = _documents(answers, provenance)
    if documents:
        parts += ["## Documents cités", "\n".join(f"- {_literal(words)}" for words in documents)]
    return writable("\n\n".join(parts)) + "\n"


def _source_to_markdown(one: Citation) -> str:
    return f"- [{one.number}] {_literal(_source_place(one))} : « {_literal(squeeze(one.quote))} »"


def _literal(words: str) -> str:
    r"""Escape everything that Markdown or HTML reads as a mark.

    >>> _literal("[x](http://y) <b>")
    '\\[x\\]\\(http\\://y\\) \\<b\\>'
    """
    escaped = re.sub(r"([\\`*_{}\[\]<>()#|!~&])", r"\\\1", words)
    return escaped.replace("://", "\\://")


def _harmless(text: str) -> str:
    """Keep the bold, lists, tables and marks of an answer, and disarm links, pictures and HTML."""
    disarmed = re.sub(r"(?<!\\)([<>`&_~])", r"\\\1", text)
    # A single star marks a partner still to contact, never italics.
    disarmed = re.sub(r"(?<![\\*])\*(?!\*)", r"\\*", disarmed)
    disarmed = re.sub(r"!(?=\[)", r"\\!", disarmed)
    disarmed = re.sub(r"\](?=[(:\[])", r"\\]", disarmed)
    disarmed = re.sub(r"^(\s*)(#{1,6}\s|={3,}|-{3,}|~{3,})", r"\1\\\2", disarmed, flags=re.MULTILINE)
    return disarmed.replace("://", "\\://")


# --- Word


def answers_to_docx(answers: Sequence[Answer], provenance: Provenance, earlier: Sequence[str] = ()) -> bytes:
    """Return answers as the bytes of a Word file; each [n] leads to its source, ``earlier`` is as in Markdown."""
    heading = _heading(answers)
    document = new_document(heading, _SIZE)
    document.add_heading(heading, level=1)
    document.add_paragraph(writable(f"{NOTICE} {provenance.edition.sentence}"))
    if earlier:
        document.add_paragraph(writable(_earlier_words(earlier)))
    for place, answer in enumerate(answers, start=1):
        number = f"{place}. " if len(answers) > 1 else ""
        document.add_heading(writable(f"{number}{squeeze(answer.question)}"), level=2)
        if answer.status in _STATUS:
            document.add_paragraph(_STATUS[answer.status]).runs[0].bold = True
        _WordAnswer(document, place, frozenset(one.number for one in answer.citations)).write(answer.text)
        _add_sources(document, place, answer.citations)
    documents = _documents(answers, provenance)
    if documents:
        document.add_heading("Documents cités", level=2)
        for words in documents:
            document.add_paragraph(writable(words), style="List Bullet")
    write_footer(document, f"{NOTICE} {provenance.edition.sentence}")
    return document_to_bytes(document)


def _add_sources(document: WordDocument, place: int, citations: Sequence[Citation]) -> None:
    if not citations:
        return
    document.add_heading("Sources", level=3)
    for one in citations:
        paragraph = document.add_paragraph()
        _hang(paragraph)
        _bookmark(paragraph, _anchor(place, one.number), place * 10_000 + one.number, f"[{one.number}]\t")
        paragraph.add_run(writable(f"{_source_place(one)} : "))
        paragraph.add_run(writable(quoted(one.quote))).italic = True


def _anchor(answer: int, number: int) -> str:
    return f"reponse{answer}_source{number}"


@dataclass(slots=True)
class _WordAnswer:
    """Writes the small Markdown of one answer; ``known`` are the numbers of its citations."""

    document: WordDocument
    place: int
    known: frozenset[int]

    def write(self, text: str) -> None:
        for block in SyntaxTreeNode(_PARSER.parse(writable(text))).children:
            self._write_block(block, level=0)

    def _write_block(self, block: SyntaxTreeNode, level: int) -> None:
        if block.type in ("bullet_list", "ordered_list"):
            self._write_list(block, level)
        elif block.type == "table":
            self._write_table(block)
        else:
            self._write_inline(self.document.add_paragraph(), block)

    def _write_list(self, block: SyntaxTreeNode, level: int) -> None:
        first = int(block.attrs.get("start", 1))
        for number, item in enumerate(block.children, start=first):
            mark = f"{number}." if block.type == "ordered_list" else "•"
            for place, part in enumerate(item.children):
                if part.type in ("bullet_list", "ordered_list"):
                    self._write_list(part, min(level + 1, _MOST_LEVELS))
                    continue
                paragraph = self.document.add_paragraph()
                _hang(paragraph, level)
                # Numbers are written out: those of Word would go on from one answer to the next.
                paragraph.add_run(f"{mark}\t" if place == 0 else "\t")
                self._write_inline(paragraph, part)

    def _write_table(self, block: SyntaxTreeNode) -> None:
        from docx.oxml import OxmlElement

        rows = [row for section in block.children for row in section.children]
        table = self.document.add_table(rows=0, cols=len(rows[0].children))
        table.style = self.document.styles["Table Grid"]
        for row in rows:
            cells = table.add_row().cells
            for cell, content in zip(cells, row.children, strict=True):
                self._write_inline(cell.paragraphs[0], content)
                if content.type == "th":
                    for run in cell.paragraphs[0].runs:
                        run.bold = True
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        self.document.add_paragraph()

    def _write_inline(self, paragraph: Paragraph, block: SyntaxTreeNode) -> None:
        for text, bold, is_mark in _pieces(block, bold=False):
            found = _MARK.fullmatch(text) if is_mark else None
            if found and int(found.group(1)) in self.known:
                _link(paragraph, _anchor(self.place, int(found.group(1))), text)
            else:
                paragraph.add_run(text).bold = bold or None


def _pieces(node: SyntaxTreeNode, *, bold: bool) -> Iterator[tuple[str, bool, bool]]:
    """Yield the texts of a block with their weight, and whether each may be the mark of a citation."""
    for child in node.children:
        if child.type in ("text", "text_special"):
            escaped = child.type == "text_special"
            pieces = [child.content] if escaped else re.split(r"(\[\d{1,4}\])", child.content)
            yield from ((piece, bold, not escaped) for piece in pieces if piece)
        elif child.type in ("softbreak", "hardbreak"):
            yield "\n", bold, False
        elif child.type == "em":
            # A single star marks a partner still to contact, never italics.
            yield child.markup, bold, False
            yield from _pieces(child, bold=bold)
            yield child.markup, bold, False
        else:
            yield from _pieces(child, bold=bold or (child.type == "strong" and child.markup == "**"))


def _hang(paragraph: Paragraph, level: int = 0) -> None:
    from docx.shared import Mm

    paragraph.paragraph_format.left_indent = Mm(8 * (level + 1))
    paragraph.paragraph_format.first_line_indent = Mm(-8)
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(8 * (level + 1)))


def _bookmark(paragraph: Paragraph, name: str, number: int, text: str) -> None:
    """Write a text that a link may lead to; ``number`` is its own in the whole file."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    paragraph._p.append(start)
    paragraph.add_run(text)
    paragraph._p.append(end)


def _link(paragraph: Paragraph, name: str, text: str) -> None:
    """Write a text that leads to a place of the same document."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    run = paragraph.add_run(text)
    run.font.color.rgb = RGBColor.from_string("1D4A8F")
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), name)
    link.set(qn("w:history"), "1")
    link.append(run._r)
    paragraph._p.append(link)
