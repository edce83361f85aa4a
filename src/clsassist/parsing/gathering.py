"""What the walk gathers: fiches and sections as drafts, the headings above them, and what is open where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from clsassist.parsing.drafts import FieldDraft
from clsassist.parsing.inner_tables import InnerTable
from clsassist.parsing.labels import clean_label
from clsassist.parsing.units import Row
from clsassist.records import Block, BlockKind, Span, Warning
from clsassist.text import squeeze

_INHERITABLE = frozenset({"axe", "objectif_strategique", "thematique"})
# A paragraph below a list this long is another subject, unless the list is short enough to illustrate it.
_LONG_LIST = 3


@dataclass(slots=True)
class Context:
    """The headings above the place where the walk is; ``used`` tells which already head a fiche."""

    axe: FieldDraft | None = None
    axe_number: int | None = None
    objectif: FieldDraft | None = None
    thematique: FieldDraft | None = None
    used: set[int] = field(default_factory=set)

    @property
    def awaits_axe_title(self) -> bool:
        """Say whether the axe has but its number so far: « Axe 1 : », alone on its line."""
        return self.axe is not None and not self.axe.blocks

    def inherited(self) -> list[FieldDraft]:
        """Return the headings as fields of a fiche below them; the second fiche inherits them."""
        drafts = []
        for draft in (self.axe, self.objectif, self.thematique):
            if draft is not None:
                drafts.append(replace(draft, inherited=draft.start in self.used))
                self.used.add(draft.start)
        return drafts


@dataclass(slots=True)
class FicheDraft:
    """A fiche being gathered.

    ``level`` is the depth of its heading, 0 when it has none. ``from_column`` marks a row of a list of actions. The
    last four say where its reading stands: the key and label of the last row of the form, which name the sub-labels
    below; the field that the last label in a line opened, which the next lines go on with; the last heading of a
    group of fields; the list being read into one of its fields. ``note`` tells what its asterisks mean, below its form.
    """

    number: str | None = None
    title: Span | None = None
    heading: Span | None = None
    title_field: str = "titre"
    axe_number: int | None = None
    fields: list[FieldDraft] = field(default_factory=list)
    page: int | None = None
    level: int = 0
    awaits_title: bool = False
    from_column: bool = False
    row_label: tuple[str, str] | None = None
    line_field: FieldDraft | None = None
    group_heading: Block | None = None
    inner: InnerTable | None = None
    note: FieldDraft | None = None

    def last(self) -> FieldDraft | None:
        """Return the field that a continuation goes on with."""
        return self.fields[-1] if self.fields else None

    def own(self) -> list[FieldDraft]:
        """Return the fields written in the fiche itself, not in a heading above it."""
        return [draft for draft in self.fields if draft.key not in _INHERITABLE]


@dataclass(slots=True)
class SectionDraft:
    """A part of the document outside its fiches."""

    title: str
    context: tuple[str | None, str | None]
    heading: Block
    field: FieldDraft


@dataclass(slots=True)
class Gathering:
    """A document being gathered: ``fiche`` is the open one."""

    text: str
    fiches: list[FicheDraft] = field(default_factory=list)
    sections: list[SectionDraft] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    context: Context = field(default_factory=Context)
    fiche: FicheDraft | None = None

    @property
    def open_form(self) -> FicheDraft | None:
        """Return the open fiche, unless it is a row of a list of actions: lines and forms go on with no such row."""
        return self.fiche if self.fiche and not self.fiche.from_column else None

    def open_fiche(self, number: str | None, title: Span | None, page: int | None) -> FicheDraft:
        """Open a fiche below the headings met so far."""
        self.fiche = FicheDraft(number, title, axe_number=self.context.axe_number, page=page)
        self.fiche.fields.extend(self.context.inherited())
        self.fiches.append(self.fiche)
        return self.fiche

    def open_section(self, title: str, block: Block) -> None:
        """Open a section under a heading."""
        draft = FieldDraft("texte", title, block.span.start, block.span.end, block.page)
        context = (_heading_words(self.context.axe, self.text), _heading_words(self.context.thematique, self.text))
        if self.sections and not self.sections[-1].field.blocks and self.sections[-1].context == context:
            # Two headings in a row: the upper one is a motto, kept as text.
            draft.extend((self.sections.pop().heading,), block.span.end)
        self.sections.append(SectionDraft(title, context, block, draft))

    def add_to_section(self, block: Block) -> None:
        """Keep a line that stands outside fiches; below a long list, a paragraph opens a section."""
        if not self.sections or (block.kind is BlockKind.PARAGRAPH and _is_long_list(self.sections[-1].field.blocks)):
            self.open_section(clean_label(block.span.of(self.text)), block)
        self.sections[-1].field.extend((block,), block.span.end)

    def add_row_to_section(self, row: Row) -> None:
        """Keep a row that belongs to no action."""
        for block in row.blocks():
            self.add_to_section(block)


def _is_long_list(blocks: list[Block]) -> bool:
    return len(blocks) > _LONG_LIST and all(block.kind is BlockKind.ITEM for block in blocks)


def _heading_words(draft: FieldDraft | None, text: str) -> str | None:
    if draft is None:
        return None
    words = " ".join(squeeze(block.span.of(text)) for block in draft.blocks)
    return f"{draft.label} : {words}" if draft.key != "thematique" else words
