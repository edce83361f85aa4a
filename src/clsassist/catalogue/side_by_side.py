"""Two to four fiches side by side: field by field, what is common and what is not, and the partners they share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from clsassist.answering.organisation_names import Held, common_names, names_held
from clsassist.catalogue.fiche import field_anchors
from clsassist.catalogue.rows import Row
from clsassist.evidence import Evidence
from clsassist.lexicon import Lexicon
from clsassist.parsing.label_table import LABELS
from clsassist.parsing.labels import UNKNOWN, field_name
from clsassist.question import Intent, Question
from clsassist.records import Action, Field, Role, Status
from clsassist.registry import Registry
from clsassist.text import fold, squeeze
from clsassist.wording import capitalised, counted

# The title heads each column, and partners have a table of their own.
_NOT_COMPARED = frozenset({"titre", "leviers", "numero", "partenaires"})
_ORDER = {label.key: place for place, label in enumerate(LABELS)}

SAME, PARTLY, DIFFERENT = "identique", "en partie commun", "différent"
NOWHERE = "renseigné nulle part"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of one fiche: what it shares with all the others, what it does not, or why it says nothing.

    ``boxes`` tells how many boxes are ticked, where there are some.
    """

    label: str
    common: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    absence: str = ""
    boxes: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field across the fiches; ``verdict`` says in words how they stand."""

    name: str
    verdict: str
    cells: tuple[Cell, ...]

    @property
    def same(self) -> bool:
        """Say whether nothing differs."""
        return self.verdict in {SAME, NOWHERE}


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that some of the fiches list as a partner: its wordings, and where it is only to contact."""

    wordings: tuple[str, ...]
    to_contact: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Fiches side by side: the fields, the partners common to all, and those of each that are not."""

    rows: tuple[Row, ...]
    fields: tuple[ComparedField, ...]
    common: tuple[Partner, ...]
    own: tuple[tuple[Partner, ...], ...]
    totals: tuple[str, ...]


def compare(rows: Sequence[Row], registry: Registry, lexicon: Lexicon) -> Comparison:
    """Compare fiches field by field."""
    actions = [row.action for row in rows]
    evidence = Evidence(Question("", Intent.COMPARE), registry, lexicon, ())
    identities = dict.fromkeys(_identity(field) for action in actions for field in action.fields)
    ordered = sorted((one for one in identities if one[0] not in _NOT_COMPARED), key=_field_order)
    fields = tuple(_compare_field(identity, actions, evidence) for identity in ordered)
    held = [names_held(action, Role.PARTENAIRE, evidence) for action in actions]
    common = common_names(held)
    shared = {one.name for group in common for one in group}
    return Comparison(
        tuple(rows),
        fields,
        tuple(_partner(group) for group in common),
        tuple(tuple(_partner((one,)) for one in partners if one.name not in shared) for partners in held),
        tuple(_total(action, partners) for action, partners in zip(actions, held, strict=True)),
    )


def _identity(field: Field) -> tuple[str, str]:
    """Tell which fields of several forms are one: by key, by label when no list knows it."""
    return field.key, fold(squeeze(field.label)).rstrip(" :") if field.key == UNKNOWN else ""


def _field_order(identity: tuple[str, str]) -> tuple[bool, int]:
    return identity[0] == UNKNOWN, _ORDER.get(identity[0], len(_ORDER))


def _compare_field(identity: tuple[str, str], actions: Sequence[Action], evidence: Evidence) -> ComparedField:
    held = [[field for field in action.fields if _identity(field) == identity] for action in actions]
    words = [_words(action, fields, evidence) for action, fields in zip(actions, held, strict=True)]
    filled = [set(one) for one in words if one]
    common = set.intersection(*filled) if len(filled) == len(actions) else set()
    anchors = [_anchor(action, fields) for action, fields in zip(actions, held, strict=True)]
    cells = tuple(_cell(*one, common) for one in zip(held, words, anchors, strict=True))
    first = next(field for fields in held for field in fields)
    name = squeeze(first.label).rstrip(" :") if first.key == UNKNOWN else capitalised(field_name(first.key))
    return ComparedField(name, _verdict(words, common), cells)


def _words(action: Action, fields: Sequence[Field], evidence: Evidence) -> dict[str, str]:
    """Return what the fields say: each line as shown, by what makes it the same line elsewhere."""
    if fields and fields[0].key == "porteur" and (leaders := _leaders(action, evidence)):
        return leaders
    lines = chain.from_iterable(map(_field_lines, fields))
    return {_same(line): line for line in lines if _same(line)}


def _leaders(action: Action, evidence: Evidence) -> dict[str, str]:
    """Return who leads, under one name for its wordings; the persons named with them are in another field."""
    held = [*names_held(action, Role.PORTEUR, evidence), *names_held(action, Role.PILOTE, evidence)]
    return {one.name: squeeze(one.involvement.organisation) for one in held}


def _field_lines(field: Field) -> Iterator[str]:
    for option in field.options:
        if option.ticked:
            yield " : ".join(filter(None, (squeeze(option.label), squeeze(option.typed))))
    yield from (squeeze(item.text) for item in field.items)


def _same(line: str) -> str:
    return fold(line).strip(" .;:,*-–•")


def _anchor(action: Action, fields: Sequence[Field]) -> str:
    return field_anchors(action)[action.fields.index(fields[0])] if fields else ""


def _cell(fields: Sequence[Field], words: dict[str, str], anchor: str, common: set[str]) -> Cell:
    if not fields:
        return Cell("", absence="rubrique absente")
    label = squeeze(fields[0].label).rstrip(" :")
    options = [option for field in fields for option in field.options]
    ticked = sum(1 for option in options if option.ticked)
    boxes = f"{counted(ticked, 'case cochée', 'cases cochées')} sur {len(options)}" if options else ""
    if not words:
        return Cell(label, absence="non renseigné", boxes=boxes, anchor=anchor)
    shared = tuple(line for key, line in words.items() if key in common)
    own = tuple(line for key, line in words.items() if key not in common)
    return Cell(label, shared, own, boxes=boxes, anchor=anchor)


def _verdict(words: Sequence[dict[str, str]], common: set[str]) -> str:
    filled = [one for one in words if one]
    if not filled:
        return NOWHERE
    if len(filled) < len(words):
        return f"renseigné dans {counted(len(filled), 'fiche')} sur {len(words)}"
    if all(set(one) == common for one in words):
        return SAME
    return PARTLY if common else DIFFERENT


# --- partners


def _partner(group: Sequence[Held]) -> Partner:
    wordings = dict.fromkeys(squeeze(one.involvement.organisation) for one in group)
    return Partner(tuple(wordings), all(one.involvement.status is Status.TO_CONTACT for one in group))


def _total(action: Action, partners: Sequence[Held]) -> str:
    if action.field("partenaires") is None:
        return "rubrique absente"
    if not partners:
        return "non renseigné"
    starred = sum(1 for one in partners if one.involvement.status is Status.TO_CONTACT)
    return counted(len(partners), "partenaire") + (f", dont {starred} à contacter" if starred else "")
