"""The records: frozen, typed, complete when built. Provenance is made once, by the reader, then only passed on."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open character offsets into ``Document.text``: ``document.text[start:end]`` is the quote."""

    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse an impossible span at once: a wrong span is a false quote later."""
        if not 0 <= self.start <= self.end:
            raise ValueError(f"impossible span {self.start}:{self.end}")

    def of(self, text: str) -> str:
        """Return the characters of ``text`` that this span covers."""
        return text[self.start : self.end]


class BlockKind(StrEnum):
    """What a reader recognised on the page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    CELL = "cell"
    ITEM = "item"
    CHECKBOX = "checkbox"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document as laid out; blocks inside a table cell carry its coordinates.

    A ``cell`` block spans its whole cell and comes before the blocks it holds. ``level`` is the depth of a
    heading (1 is the highest) or of a bullet (0 is the outermost). ``ticked`` is None when the block is no
    check box or when its state could not be determined.
    """

    kind: BlockKind
    span: Span
    page: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    level: int = 0
    ticked: bool | None = None


@dataclass(frozen=True, slots=True)
class Warning:
    """Something a coordinator should look at: a French sentence and its place in the file."""

    message: str
    line: int | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One source file, as read. ``path`` is relative to the indexed folder, with forward slashes.

    ``margins`` holds its headers, footers and watermarks, each once.
    """

    id: str
    path: str
    sha256: str
    title: str | None
    text: str
    blocks: tuple[Block, ...]
    warnings: tuple[Warning, ...] = ()
    margins: tuple[str, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Return the page of the block that an offset of the text falls in, None when the format has no pages."""
        position = bisect_right(self.blocks, offset, key=lambda block: block.span.start)
        return self.blocks[position - 1].page if position else None


@dataclass(frozen=True, slots=True)
class Item:
    """One sentence, bullet or line of a field.

    ``text`` is cleaned for search and display; ``spans`` are its verbatim pieces in the document, more than
    one when a page break or markup cuts it. ``parent`` is the position, in the same field, of the bullet
    above. ``mark`` says what the layout adds: ``*`` for a partner still to contact.
    """

    text: str
    spans: tuple[Span, ...]
    level: int = 0
    parent: int | None = None
    mark: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One check box: ``ticked`` is None when the state cannot be told from the file.

    ``group`` is the family it stands under (« Système de soins »); ``typed`` is what someone typed behind it.
    ``span`` covers the box, where it is a character, and its label.
    """

    label: str
    ticked: bool | None
    span: Span
    group: str | None = None
    typed: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled part of an action or section.

    ``key`` is canonical (see ``parsing/labels.py``) or ``autre`` for a label that is not known; ``label`` is
    as written, ``text`` is cleaned and empty when the field is « non renseigné ». ``span`` covers label and
    value in the document. ``inherited`` marks a value written once above several fiches.
    """

    key: str
    label: str
    text: str
    items: tuple[Item, ...]
    options: tuple[Option, ...]
    span: Span
    page: int | None = None
    inherited: bool = False

    @property
    def filled(self) -> bool:
        """Say whether somebody wrote or ticked something here."""
        return bool(self.text) or any(option.ticked for option in self.options)


class Role(StrEnum):
    """The part an organisation takes in an action."""

    PORTEUR = "porteur"
    PILOTE = "pilote"
    PARTENAIRE = "partenaire"
    FINANCEUR = "financeur"
    CITE = "cité"


class Status(StrEnum):
    """Whether the organisation is committed, or only named as one to approach."""

    ENGAGED = "engagé"
    TO_CONTACT = "à contacter"


@dataclass(frozen=True, slots=True)
class Involvement:
    """An organisation's part in one action, with the words that say so.

    ``open`` marks a list the document itself leaves open (« les CPTS … », « tous les acteurs »).
    """

    organisation: str
    role: Role
    status: Status
    action_id: str
    field_key: str
    span: Span
    page: int | None = None
    open: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The contract or plan a document belongs to; ``deduced`` tells how it was found when no title page says it."""

    name: str
    territoire: str | None = None
    first_year: int | None = None
    last_year: int | None = None
    deduced: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One fiche-action, or one levier row of a plan.

    ``number`` is as written in the fiche, or None. ``title`` may come from another field when the fiche has
    none: ``title_field`` names it.
    """

    id: str
    document_id: str
    ordinal: int
    number: str | None
    title: str
    title_span: Span
    title_field: str
    axe: str | None
    axe_number: int | None
    objectif: str | None
    thematique: str | None
    fields: tuple[Field, ...]
    involvements: tuple[Involvement, ...]
    first_year: int | None = None
    last_year: int | None = None
    page: int | None = None

    def field(self, *keys: str) -> Field | None:
        """Return the first filled field among ``keys``, else the first one present, else None."""
        present = [found for key in keys for found in self.fields if found.key == key]
        return next((found for found in present if found.filled), present[0] if present else None)


@dataclass(frozen=True, slots=True)
class Section:
    """What a document says outside its actions: introduction, figures, testimonies, abbreviations, contacts."""

    id: str
    document_id: str
    title: str
    axe: str | None
    thematique: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document with everything found in it: what the index keeps.

    ``dated`` and ``status`` are as printed: « Janvier 2021 », « Projet voté ». ``own_plan`` is the plan as the document
    alone tells it, before its neighbours complete it; None when it is ``plan`` itself.
    """

    document: Document
    plan: Plan
    dated: str | None
    actions: tuple[Action, ...]
    sections: tuple[Section, ...]
    warnings: tuple[Warning, ...]
    status: str | None = None
    own_plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded and searched: one field, cut only when long.

    ``context`` is plan › axe › action › label, kept apart from the text. ``owner`` is the id of an action or
    of a section.
    """

    id: str
    document_id: str
    owner: str
    field_key: str
    label: str
    title: str
    text: str
    context: str
    span: Span
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """The proof of one statement: ``quote`` is exactly ``document.text[span.start:span.end]``.

    ``action_id`` is None when the citation is of a section.
    """

    number: int
    document: str
    action_id: str | None
    action_number: str | None
    action_title: str | None
    plan: str
    field_key: str
    label: str
    page: int | None
    span: Span
    quote: str


class AnswerStatus(StrEnum):
    """How an answer ended."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class ActionRef:
    """What is said of an action in an answer."""

    id: str
    document: str
    number: str | None
    title: str
    plan: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The denominator: actions examined, matching, without the field asked about; files that could not be read."""

    actions: int
    matching: int
    field_missing: int
    unreadable_documents: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. ``text`` is Markdown with [n] marks; ``actions`` is the set it asserts, nothing else.

    ``choices`` are questions offered when the reading is ambiguous or as follow-ups. ``trace`` tells, in
    French sentences, how the question was understood and searched. ``kind`` is the kind of answer
    (``Intent``'s value); ``rewritten`` is the question answered when a model had to rewrite a follow-up.
    """

    question: str
    status: AnswerStatus
    text: str
    actions: tuple[ActionRef, ...]
    citations: tuple[Citation, ...]
    coverage: Coverage
    choices: tuple[str, ...] = ()
    trace: tuple[str, ...] = field(default=())
    elapsed_ms: float = 0.0
    kind: str = ""
    rewritten: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line of a cited field, as shown to a reader: ``before + quote + after``.

    ``quote`` is empty on the lines that are not quoted; ``ticked`` is None on a line without a check box.
    """

    before: str
    quote: str
    after: str
    level: int = 0
    ticked: bool | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A citation opened: the whole field around the quote, and where and when it was published."""

    citation: Citation
    plan: str
    dated: str | None
    title: str
    label: str
    lines: tuple[SourceLine, ...]
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything read from a folder: parsed documents, and the files that could not be read (path, reason)."""

    root: str
    documents: tuple[ParsedDocument, ...]
    failures: tuple[tuple[str, str], ...]
