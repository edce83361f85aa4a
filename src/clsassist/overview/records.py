"""The records of an overview: what each picture shows, before anything is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from clsassist.catalogue import NOT_SAID
from clsassist.records import Role


def fiches_link(**filters: str) -> str:
    """Return the address of the list of actions, filtered; an empty filter is left out.

    >>> fiches_link(plan="plan-sante-79", axe="")
    '/fiches?plan=plan-sante-79'
    """
    kept = {name: value for name, value in filters.items() if value}
    return f"/fiches?{urlencode(kept)}" if kept else "/fiches"


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A plan that can be looked at alone; ``key`` stands for it in addresses."""

    key: str
    name: str
    documents: int
    actions: int

    @property
    def href(self) -> str:
        """Where its actions are."""
        return fiches_link(plan=self.key)


@dataclass(frozen=True, slots=True)
class Period:
    """Years, first and last included."""

    first: int
    last: int

    def years(self) -> range:
        """Return every year."""
        return range(self.first, self.last + 1)

    def words(self) -> str:
        """Return the years as they are read.

        >>> Period(2025, 2029).words(), Period(2026, 2026).words()
        ('2025 à 2029', '2026')
        """
        return str(self.first) if self.first == self.last else f"{self.first} à {self.last}"


@dataclass(frozen=True, slots=True)
class ActionMark:
    """An action as pictures and tables name it.

    ``place`` is its rank in the corpus. ``axe`` and ``axe_key`` are empty when it says none, ``period`` is None when
    it has no dates.
    """

    id: str
    place: int
    title: str
    number: str | None
    plan: PlanChoice
    axe: str = ""
    axe_key: str = ""
    period: Period | None = None

    @property
    def name(self) -> str:
        """The title, after the number of the fiche when it has one."""
        return f"{self.number}. {self.title}" if self.number else self.title

    @property
    def href(self) -> str:
        """Where the whole fiche is."""
        return f"/fiches/{quote(self.id, safe='')}"


@dataclass(frozen=True, slots=True)
class PlanYears:
    """How many actions of a plan are under way each year."""

    plan: PlanChoice
    undated: int
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The actions that say their years, by plan then by date, and those that do not."""

    dated: tuple[ActionMark, ...]
    undated: tuple[ActionMark, ...]

    @property
    def actions(self) -> int:
        """How many actions were looked at."""
        return len(self.dated) + len(self.undated)

    @property
    def period(self) -> Period | None:
        """From the first year of an action to the last; None when no action is dated."""
        held = [mark.period for mark in self.dated if mark.period]
        return Period(min(one.first for one in held), max(one.last for one in held)) if held else None

    def by_plan(self) -> tuple[PlanYears, ...]:
        """Return the number of actions under way each year, for the plans that have a dated action."""
        counts: dict[PlanChoice, Counter[int]] = {}
        for mark in self.dated:
            counts.setdefault(mark.plan, Counter()).update(mark.period.years() if mark.period else ())
        undated = Counter(mark.plan for mark in self.undated)
        return tuple(PlanYears(plan, undated[plan], dict(sorted(held.items()))) for plan, held in counts.items())


@dataclass(frozen=True, slots=True)
class Share:
    """One bar: how many actions are so.

    ``plan`` is the plan it belongs to, None when it stands for several. ``part`` is how many of ``count`` are so in
    part only: a porteur that pilots a step. ``also`` are other wordings counted under the same name, ``names`` how
    many organisations they tell apart. ``missing`` marks the actions that do not say it.
    """

    name: str
    count: int
    href: str
    plan: PlanChoice | None = None
    part: int = 0
    also: tuple[str, ...] = ()
    names: int = 1
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Distribution:
    """Actions counted by what they say; ``actions`` is the denominator.

    One action may count in several shares, so that their sum may exceed it.
    """

    actions: int
    shares: tuple[Share, ...]

    @property
    def missing(self) -> int:
        """How many actions do not say it."""
        return sum(share.count for share in self.shares if share.missing)

    @property
    def named(self) -> tuple[Share, ...]:
        """The shares of the actions that say it."""
        return tuple(share for share in self.shares if not share.missing)


@dataclass(frozen=True, slots=True)
class Tie:
    """The strongest part that an organisation takes in an action; pilotes stand with porteurs.

    ``inside`` marks an organisation named only inside another's name: « Lycées » in « Lycées agricoles ».
    """

    action: ActionMark
    role: Role
    to_contact: bool
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation of the network, and its ties: one an action.

    ``also`` are its other wordings, ``names`` how many organisations they tell apart.
    """

    key: str
    name: str
    also: tuple[str, ...]
    names: int
    ties: tuple[Tie, ...]

    @property
    def href(self) -> str:
        """Where its commitments are."""
        return f"/partenaires?{urlencode({'organisation': self.name})}"

    @property
    def told(self) -> str:
        """Its name, and how many organisations it stands for when there are several."""
        return told(self.name, self.names)

    def count(self, role: Role) -> int:
        """Return in how many actions it is engaged with this part."""
        return sum(1 for tie in self.ties if tie.role is role and not tie.to_contact)

    @property
    def to_contact(self) -> int:
        """In how many actions it is still to contact."""
        return sum(1 for tie in self.ties if tie.to_contact)


def told(name: str, names: int) -> str:
    r"""Say that a name stands for several organisations.

    >>> told("CPTS", 4), told("MSA", 1)
    ('CPTS (4\xa0noms)', 'MSA')
    """
    return f"{name} ({names}\u00a0noms)" if names > 1 else name


@dataclass(frozen=True, slots=True)
class Pair:
    """Two organisations engaged in the same actions, and in how many."""

    one: Member
    other: Member
    actions: int


@dataclass(frozen=True, slots=True)
class Network:
    """Who takes part in what; the organisations of most actions come first.

    ``pairs`` are those that meet in an action, most often first; ``alone`` the actions without any organisation.
    """

    actions: int
    members: tuple[Member, ...]
    pairs: tuple[Pair, ...]
    alone: tuple[ActionMark, ...]


@dataclass(frozen=True, slots=True)
class FieldCount:
    """How one field is filled in the actions of a plan.

    ``empty`` are the actions whose form has the field but nothing in it; ``unclear`` those where only boxes that
    cannot be read tell; ``absent`` those whose form does not have the field.
    """

    filled: int = 0
    empty: int = 0
    unclear: int = 0
    absent: int = 0

    @property
    def total(self) -> int:
        """How many actions were looked at."""
        return self.filled + self.empty + self.unclear + self.absent

    def __add__(self, other: FieldCount) -> FieldCount:
        return FieldCount(
            self.filled + other.filled,
            self.empty + other.empty,
            self.unclear + other.unclear,
            self.absent + other.absent,
        )


@dataclass(frozen=True, slots=True)
class FieldGrid:
    """Every known field of every plan, by the keys of both.

    ``own_labels`` is how many fields kept their own label: they stand in no column.
    """

    plans: tuple[PlanChoice, ...]
    keys: tuple[str, ...]
    counts: Mapping[tuple[str, str], FieldCount]
    own_labels: int

    def count(self, plan: PlanChoice, key: str) -> FieldCount:
        """Return how a field is filled in a plan."""
        return self.counts[plan.key, key]

    def overall(self, key: str) -> FieldCount:
        """Return how a field is filled over all the plans."""
        return sum((self.count(plan, key) for plan in self.plans), FieldCount())


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the pictures show; ``plan`` is None over the whole corpus.

    ``unread`` is how many files of the corpus could not be read.
    """

    plan: PlanChoice | None
    documents: int
    unread: int
    plans: tuple[PlanChoice, ...]
    calendar: Calendar
    axes: Distribution
    leaders: Distribution
    network: Network
    fields: FieldGrid

    @property
    def actions(self) -> int:
        """How many actions were looked at."""
        return self.calendar.actions

    @property
    def scope(self) -> str:
        """What was looked at, in words."""
        return self.plan.name if self.plan else "tous les plans"


# What the list of fiches calls those that say nothing.
NOT_SAID_KEY = NOT_SAID.key
