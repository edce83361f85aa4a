"""The engagement sheet of an organisation: its part in each action, with dates, contacts and the words that say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from clsassist.engagement_sheet.directory import (
    Directory,
    Organisation,
    Part,
    closest,
    part_of,
    strongest,
)
from clsassist.engagement_sheet.names import Name, Reason, read_name, reason_to_take, same_place
from clsassist.errors import UnknownPageError
from clsassist.parsing.organisations import contact_span
from clsassist.parsing.plans import document_status
from clsassist.records import Action, Field, Involvement, Item, Plan, Role, Span, Status
from clsassist.registry import Registry
from clsassist.text import fold, squeeze


@dataclass(frozen=True, slots=True)
class Published:
    """What a field of the fiche says, as published, and its place in the document."""

    label: str
    text: str
    span: Span
    page: int | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as published; ``own`` when it stands behind the name of the organisation itself."""

    text: str
    label: str
    span: Span
    page: int | None
    own: bool


@dataclass(frozen=True, slots=True)
class Mention:
    """One part of the organisation in an action, and the words of the document that give it.

    ``organisation`` is its name as written; ``quote`` is ``document.text[span.start:span.end]``. ``open`` marks a list
    that the document leaves open (« les CPTS … »).
    """

    role: Role
    status: Status
    organisation: str
    label: str
    quote: str
    span: Span
    page: int | None
    open: bool


@dataclass(frozen=True, slots=True)
class Commitment:
    """One action where the organisation appears: ``part`` is its strongest part there, ``mentions`` all of them."""

    part: Part
    action_id: str
    number: str | None
    title: str
    plan: str
    document: str
    first_year: int | None
    last_year: int | None
    mentions: tuple[Mention, ...]
    calendar: tuple[Published, ...]
    contacts: tuple[Contact, ...]
    duties: tuple[Published, ...]


@dataclass(frozen=True, slots=True)
class TakenName:
    """A name of the documents taken for the organisation asked for, in how many actions, and why.

    Wordings that only differ by their capitals or accents are one name.
    """

    written: str
    actions: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the organisations that an ambiguous name may say; ``plan`` restricts to one plan when not ''."""

    label: str
    organisation: str
    plan: str
    actions: int


@dataclass(frozen=True, slots=True)
class SheetDocument:
    """A document that a sheet quotes, its plan, and the date and status that it gives itself."""

    path: str
    plan: str
    dated: str | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the documents say of one organisation's commitments.

    ``asked`` is the name as typed, ``name`` the one it is known by; ``plan`` is '' for the whole corpus. Without any
    commitment, ``closest`` holds the organisations whose names look like the one asked for. ``choices`` are offered
    when the name may say several organisations.
    """

    asked: str
    name: str
    long_form: str
    plan: str
    examined: int
    commitments: tuple[Commitment, ...]
    names: tuple[TakenName, ...]
    choices: tuple[Choice, ...]
    closest: tuple[Organisation, ...]
    documents: tuple[SheetDocument, ...]
    plans: tuple[str, ...]

    @property
    def groups(self) -> tuple[tuple[Part, tuple[Commitment, ...]], ...]:
        """The commitments by part, the strongest first, without empty groups."""
        held = {part: tuple(one for one in self.commitments if one.part is part) for part in Part}
        return tuple((part, commitments) for part, commitments in held.items() if commitments)


def build_sheet(asked: str, directory: Directory, plan: str = "") -> Sheet:
    """Gather the commitments of an organisation, over one plan or all of them.

    Raises UnknownPageError when no plan has this name.
    """
    return _Builder(squeeze(asked), directory, plan).sheet()


@dataclass
class _Builder:
    asked: str
    directory: Directory
    plan: str

    @property
    def registry(self) -> Registry:
        return self.directory.registry

    @property
    def names(self) -> dict[str, Name]:
        return self.directory.names

    @cached_property
    def name(self) -> Name:
        return read_name(self.asked, self.directory.lexicon)

    @cached_property
    def scope(self) -> frozenset[str]:
        plans = self.registry.plans
        kept = frozenset(key for key, plan in plans.items() if self.plan in ("", plan.name))
        if not kept and plans:
            raise UnknownPageError(f"Aucun plan ne porte le nom « {self.plan} ». Choisissez-en un dans la liste.")
        return kept

    def sheet(self) -> Sheet:
        near = [action for action in self.directory.candidates(self.name) if action.document_id in self.scope]
        taken = {action.id: held for action in near if (held := self._taken(self.name, action))}
        found = [self._commitment(self.registry.action(key), [one for one, _ in held]) for key, held in taken.items()]
        commitments = tuple(sorted(found, key=lambda one: list(Part).index(one.part)))
        return Sheet(
            self.asked,
            self._title(),
            self.directory.long_form(self.name.actors[0]) if len(self.name.actors) == 1 else "",
            self.plan,
            sum(action.document_id in self.scope for action in self.registry.actions.values()),
            commitments,
            self._taken_names(taken),
            () if self.plan else self._choices(),
            () if commitments else self._closest(),
            tuple(self._documents(commitments)),
            tuple(dict.fromkeys(plan.name for plan in self.registry.plans.values())),
        )

    def _taken(self, asked: Name, action: Action) -> list[tuple[Involvement, Reason]]:
        """Return the involvements of an action that are the organisation's, the strongest first."""
        says_place = action.document_id in self._documents_saying(asked.place)
        read = [(held, self.names[held.organisation]) for held in action.involvements]
        found = [
            (held, reason) for held, name in read if (reason := reason_to_take(asked, name, plan_says_place=says_place))
        ]
        return sorted(found, key=lambda one: list(Role).index(one[0].role))

    def _documents_saying(self, place: str) -> frozenset[str]:
        if place not in self._said:
            self._said[place] = self.registry.plans_saying(place) if place else frozenset()
        return self._said[place]

    @cached_property
    def _said(self) -> dict[str, frozenset[str]]:
        return {}

    # --- names

    def _title(self) -> str:
        """Return the name to head the sheet with: that of the lexicon, else as the documents write it."""
        if len(self.name.actors) == 1 and not self.name.place:
            return self.name.actors[0]
        wanted = (self.name.actors, self.name.key, self.name.units)
        same = (one for one, name in self.names.items() if (name.actors, name.key, name.units) == wanted)
        return squeeze(next(same, self.asked))

    def _taken_names(self, taken: Mapping[str, Sequence[tuple[Involvement, Reason]]]) -> tuple[TakenName, ...]:
        spelt: dict[str, str] = {}
        counts: Counter[tuple[str, Reason]] = Counter()
        for held in taken.values():
            counts.update(
                {(spelt.setdefault(fold(one.organisation), one.organisation), reason) for one, reason in held}
            )
        ordered = sorted(counts.items(), key=lambda row: (list(Reason).index(row[0][1]), -row[1], fold(row[0][0])))
        return tuple(TakenName(written, count, reason) for (written, reason), count in ordered)

    def _closest(self) -> tuple[Organisation, ...]:
        said = [one for one in self.directory.organisations if one.name in self.name.actors]
        return tuple(dict.fromkeys([*said, *closest(self.asked, self.directory)]))

    # --- ambiguity

    def _choices(self) -> tuple[Choice, ...]:
        """Return the places, then the plans without a place, that a bare actor's name may mean."""
        if self.name.place or len(self.name.actors) != 1:
            return ()
        held = list(self._held_by_document())
        places = self._places(name for _, names in held for name in names)
        choices = [self._choice(one.written, one.written, "") for one in places]
        covered = {key for one in places for key in self._documents_saying(one.place)}
        bare = dict.fromkeys(
            self.registry.plans[key].name
            for key, names in held
            if key not in covered and any(not name.names_a_place for name in names)
        )
        actor = self.name.actors[0]
        choices += [self._choice(f"{actor}, dans « {plan} »", actor, plan) for plan in bare]
        return tuple(choices) if len(choices) > 1 else ()

    def _held_by_document(self) -> Iterator[tuple[str, list[Name]]]:
        """Yield each document with the names in it that say the actor."""
        found: dict[str, list[Name]] = {}
        for action in self.directory.candidates(self.name):
            names = (self.names[held.organisation] for held in action.involvements)
            found.setdefault(action.document_id, []).extend(one for one in names if one.actors == self.name.actors)
        yield from ((document, names) for document, names in found.items() if names)

    def _places(self, names: Iterable[Name]) -> list[Name]:
        """Return one name for each place that names add to the actor, the shortest of those that may be one place."""
        proper = sorted(
            {name for name in names if name.names_a_place}, key=lambda name: (len(name.written), name.written)
        )
        kept: list[Name] = []
        for name in proper:
            if not any(same_place(other, name) for other in kept):
                kept.append(name)
        return sorted(kept, key=lambda name: fold(name.place))

    def _choice(self, label: str, organisation: str, plan: str) -> Choice:
        asked = read_name(organisation, self.directory.lexicon)
        plans = self.registry.plans
        scope = [one for one in self.directory.candidates(asked) if plan in ("", plans[one.document_id].name)]
        return Choice(label, organisation, plan, sum(bool(self._taken(asked, action)) for action in scope))

    # --- commitments

    def _commitment(self, action: Action, held: Sequence[Involvement]) -> Commitment:
        text = self.registry.sources[action.document_id].text
        return Commitment(
            strongest(map(part_of, held)),
            action.id,
            action.number,
            squeeze(action.title),
            self.registry.plans[action.document_id].name,
            self.registry.paths[action.document_id],
            action.first_year,
            action.last_year,
            tuple(self._mentions(action, held, text)),
            tuple(_calendar(action, text)),
            tuple(_contacts(action, held, text)),
            tuple(_duties(action, held, text)),
        )

    def _mentions(self, action: Action, held: Sequence[Involvement], text: str) -> Iterator[Mention]:
        """Yield each part once a field; being only named adds nothing to a stronger part."""
        seen: set[tuple[Role, str]] = set()
        for one in held:
            key = (one.role, one.field_key)
            if key not in seen and not (one.role is Role.CITE and seen):
                yield Mention(
                    one.role,
                    one.status,
                    one.organisation,
                    _label(_field_of(action, one)),
                    one.span.of(text),
                    one.span,
                    self.registry.sources[action.document_id].page_at(one.span.start),
                    one.open,
                )
            seen.add(key)

    def _documents(self, commitments: Sequence[Commitment]) -> Iterator[SheetDocument]:
        cited = {one.document for one in commitments}
        for key, document in self.registry.documents.items():
            if document.path in cited:
                plan: Plan = self.registry.plans[key]
                yield SheetDocument(document.path, plan.name, self.registry.dates[key], document_status(document))


# --- fields of a fiche, as published


def _field_of(action: Action, held: Involvement) -> Field:
    """Return the field that gives a part: the narrowest around its words, since labels may share one value."""
    found = [one for one in action.fields if one.key == held.field_key]
    around = [one for one in found if one.span.start <= held.span.start and held.span.end <= one.span.end]
    return min(around or found, key=lambda one: one.span.end - one.span.start)


def _calendar(action: Action, text: str) -> Iterator[Published]:
    for found in action.fields:
        if found.key == "calendrier" and found.filled:
            said = [_verbatim(item, text) for item in found.items]
            said += [" ".join(filter(None, (one.label, one.typed))) for one in found.options if one.ticked]
            yield Published(_label(found), " ; ".join(said), found.span, found.page)


def _duties(action: Action, held: Sequence[Involvement], text: str) -> Iterator[Published]:
    """Yield what the fiche says the organisation has to do, under « Rôle du … »."""
    told = [_field_of(action, one) for one in held if one.field_key == "role_porteur" and one.role is not Role.CITE]
    for found in dict.fromkeys(told):
        if found.filled:
            said = " ; ".join(_verbatim(item, text) for item in found.items)
            yield Published(_label(found), said, found.span, found.page)


def _contacts(action: Action, held: Sequence[Involvement], text: str) -> Iterator[Contact]:
    """Yield the contacts of a fiche with the line that publishes them, those of the organisation first."""
    lines = [*_lines_of_contacts(action, text), *_lines_with_contact(action, held, text)]
    found: dict[Span, Contact] = {}
    for field, item in lines:
        span = Span(item.spans[0].start, item.spans[-1].end)
        own = any(span.start <= one.span.start and one.span.end <= span.end for one in held)
        found.setdefault(span, Contact(_verbatim(item, text), _label(field), span, item.page, own))
    yield from sorted(found.values(), key=lambda one: not one.own)


def _lines_of_contacts(action: Action, text: str) -> Iterator[tuple[Field, Item]]:
    """Yield the lines of the fields for contacts; one read out of a porteur's line is that whole line."""
    for found in action.fields:
        if found.key == "referent":
            twin = next((one for one in action.fields if one.key == "porteur" and one.span == found.span), None)
            if twin is None:
                yield from ((found, item) for item in found.items)
            else:
                yield from ((twin, item) for item in twin.items if contact_span(item, text))


def _lines_with_contact(action: Action, held: Sequence[Involvement], text: str) -> Iterator[tuple[Field, Item]]:
    """Yield the lines of lists where a contact stands behind the organisation itself."""
    spans = {(one.field_key, one.span) for one in held}
    for found in action.fields:
        for item in found.items:
            whole = Span(item.spans[0].start, item.spans[-1].end)
            here = any(key == found.key and whole.start <= one.start < whole.end for key, one in spans)
            if here and found.key in ("partenaires", "porteur") and contact_span(item, text):
                yield found, item


def _verbatim(item: Item, text: str) -> str:
    return squeeze(" ".join(span.of(text) for span in item.spans))


def _label(found: Field) -> str:
    return squeeze(found.label).rstrip(" :")
