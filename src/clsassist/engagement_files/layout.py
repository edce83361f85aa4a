"""An engagement sheet as lines ready to print: what Word and PDF files share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clsassist.engagement_files.edition import NOTICE, Edition, writable
from clsassist.engagement_sheet import (
    Commitment,
    Part,
    Sheet,
    SheetDocument,
    action_place,
    field_place,
    gathered_contacts,
    mention_place,
    period_words,
    quoted,
    roles_words,
    shortened,
    summary_words,
)
from clsassist.wording import counted, joined

TITLE = "Fiche d'engagement"
HEADS = ("Action", "Rôle", "Période", "Ce que dit le document")

# Longer texts are cut in the printed sheet, which says so by « […] »: the workbook and the page hold them whole.
_LONGEST_CALENDAR, _LONGEST_QUOTE, _LONGEST_DUTY = 120, 300, 260


@dataclass(frozen=True, slots=True)
class Line:
    """One action: a cell for each column, each made of paragraphs; the first paragraph of the first is strong."""

    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The actions of one part, under its heading."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole sheet in reading order; ``notes`` are headed paragraphs that follow the table."""

    title: str
    subtitle: str
    summary: str
    groups: tuple[Group, ...]
    notes: tuple[tuple[str, tuple[str, ...]], ...]
    footer: str

    @property
    def line_count(self) -> int:
        """The number of actions."""
        return sum(len(group.lines) for group in self.groups)


def lay_out(sheet: Sheet, edition: Edition) -> Layout:
    """Return a sheet as lines ready to print, without any character that a file may not hold."""
    names = [writable(f"{one.written} ({counted(one.actions, 'action')})") for one in sheet.names]
    contacts = [writable(f"{text} ({places})") for text, places in gathered_contacts(sheet.commitments)]
    documents = [writable(document_words(one)) for one in sheet.documents]
    notes = (
        ("Contacts publiés dans ces fiches", tuple(contacts)),
        ("Noms réunis sous celui-ci", (joined(names),) if names else ()),
        ("Documents", tuple(documents)),
    )
    return Layout(
        writable(sheet.name),
        writable(sheet.long_form),
        writable(summary_words(sheet)),
        tuple(_groups(sheet)),
        tuple((heading, lines) for heading, lines in notes if lines),
        f"{NOTICE} {edition.sentence}",
    )


def document_words(one: SheetDocument) -> str:
    """Return a document with its plan, and the date and status that it gives itself."""
    dated = f"daté de « {one.dated} »" if one.dated else "sans date"
    return ", ".join(filter(None, (f"{one.path} : {one.plan}", dated, one.status)))


def part_heading(part: Part, count: int) -> str:
    """Return the heading of a group: its part and the number of its actions."""
    return f"{part.value} ({counted(count, 'action')})"


def _groups(sheet: Sheet) -> Iterator[Group]:
    # One plan is named once, above the table.
    with_plan = len({one.plan for one in sheet.commitments}) > 1
    for part, held in sheet.groups:
        yield Group(part_heading(part, len(held)), tuple(_line(one, with_plan=with_plan) for one in held))


def _line(one: Commitment, *, with_plan: bool) -> Line:
    period = period_words(one)
    calendar = [
        shortened(f"{said.label} : {said.text}", _LONGEST_CALENDAR) for said in one.calendar if said.text != period
    ]
    told = {duty.label for duty in one.duties}
    said = [
        f"{mention_place(mention)} : {quoted(shortened(mention.quote, _LONGEST_QUOTE))}"
        + (" (liste ouverte)" if mention.open else "")
        for mention in one.mentions
        if mention.label not in told
    ]
    duties = [shortened(f"{field_place(duty)} : {duty.text}", _LONGEST_DUTY) for duty in one.duties]
    place = action_place(one, with_plan=with_plan)
    action = (one.title, *filter(None, (place,)), *calendar)
    cells = (action, (roles_words(one),), (period,), (*said, *duties))
    return Line(tuple(tuple(map(writable, cell)) for cell in cells))
