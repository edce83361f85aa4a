"""Compare what was read of a document with its truth: the counts of what is right, by aspect, and the faults."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz

from clsassist.records import Action, Field, Option, ParsedDocument, Status
from clsassist.text import fold, squeeze

# Share of the words of a value that must be read, and of the words read that must be its own.
_ENOUGH_WORDS = 0.9
# Titles this much alike name one action; a shared number allows more difference.
_SAME_TITLE, _SAME_NUMBER = 90, 60
# What stands before the title of an axe: « axe n° 2 : », « 2. ».
_AXE_NUMBER = re.compile(r"^(?:axe\s*(?:n\s?°\s*)?)?\d+\s*[:.–·/-]?\s*")
# A number that the format draws, which a reader may or may not write out.
_STEP_NUMBER = re.compile(r"^\s*\d{1,2}\s?[.)]\s+", re.MULTILINE)
# Fields that say where an action stands: read from a heading, they are nobody's surplus.
_PLACE_KEYS = frozenset({"axe", "sous_axe", "objectif_strategique", "thematique", "titre", "referent", "numero"})
ASPECTS = {
    "actions": "actions",
    "titles": "titres",
    "axes": "axes",
    "fields": "champs",
    "items": "listes",
    "options": "cases",
    "organisations": "organismes",
    "years": "années",
    "pages": "pages",
    "quotes": "citations",
    "sections": "sections",
}

Truth = dict[str, Any]


@dataclass(slots=True)
class Count:
    """What was right, what was expected, and what was read that nothing asked for."""

    right: int = 0
    expected: int = 0
    surplus: int = 0

    def add(self, *, right: bool) -> None:
        """Count one expected thing."""
        self.right += right
        self.expected += 1

    def merge(self, other: Count) -> None:
        """Add the counts of another document."""
        self.right += other.right
        self.expected += other.expected
        self.surplus += other.surplus

    @property
    def score(self) -> float | None:
        """Return the share of right things among all that were expected or read, None when there is nothing."""
        whole = self.expected + self.surplus
        return self.right / whole if whole else None


@dataclass(slots=True)
class Score:
    """The counts of one document by aspect, and its faults as French sentences."""

    name: str
    counts: dict[str, Count] = field(default_factory=lambda: {aspect: Count() for aspect in ASPECTS})
    faults: list[str] = field(default_factory=list)

    def check(self, aspect: str, fault: str, *, right: bool) -> None:
        """Count one expected thing and keep its fault."""
        self.counts[aspect].add(right=right)
        if not right:
            self.faults.append(f"[{ASPECTS[aspect]}] {fault}")

    def surplus(self, aspect: str, fault: str) -> None:
        """Count one thing that nothing asked for."""
        self.counts[aspect].surplus += 1
        self.faults.append(f"[{ASPECTS[aspect]}] en trop : {fault}")

    def values(self) -> dict[str, float]:
        """Return the score of each aspect that the document has."""
        return {aspect: count.score for aspect, count in self.counts.items() if count.score is not None}


def score_document(name: str, truth: Truth, parsed: ParsedDocument | str) -> Score:
    """Compare one document, or the reason why it could not be read, with its truth."""
    score = Score(name)
    if isinstance(parsed, str):
        score.faults.append(f"non lu : {parsed}")
    found = list(parsed.actions) if isinstance(parsed, ParsedDocument) else []
    text = parsed.document.text if isinstance(parsed, ParsedDocument) else ""
    pairs = _pair_actions(truth["actions"], found)
    for expected, action in pairs:
        name_of = f"« {expected.get('number') or '–'} {expected.get('title') or 'sans titre'} »"
        score.check("actions", f"{name_of} absente", right=action is not None)
        _score_action(score, expected, action, text)
    kept = {id(action) for _, action in pairs if action is not None}
    for action in found:
        if id(action) not in kept:
            score.surplus("actions", f"« {action.number or '–'} {action.title[:80]} »")
    titles = {_label(section.title) for section in parsed.sections} if isinstance(parsed, ParsedDocument) else set()
    for title in truth.get("sections", []):
        score.check("sections", f"« {title} » absente", right=_label(title) in titles)
    return score


def _pair_actions(expected: Sequence[Truth], found: Sequence[Action]) -> list[tuple[Truth, Action | None]]:
    """Pair the actions most alike first; an action without a title is paired by its first known field."""
    likeness = sorted(
        (
            (_likeness(truth, action), -place, -at)
            for place, truth in enumerate(expected)
            for at, action in enumerate(found)
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for alike, place, at in likeness:
        if alike and -place not in pairs and -at not in pairs.values():
            pairs[-place] = -at
    return [(truth, found[pairs[place]] if place in pairs else None) for place, truth in enumerate(expected)]


def _likeness(truth: Truth, action: Action) -> float:
    if truth.get("title") is None:
        values = [_value_text(entry) for entry in truth["fields"][:3]]
        return max((fuzz.ratio(fold(value), fold(held.text)) for value in values for held in action.fields), default=0)
    alike = fuzz.ratio(_plain(truth["title"]), _plain(action.title))
    number = truth.get("number")
    same_number = number is not None and _plain(number) == _plain(action.number or "")
    limit = _SAME_NUMBER if same_number else _SAME_TITLE
    return alike + 10 * same_number if alike >= limit else 0


def _score_action(score: Score, truth: Truth, action: Action | None, text: str) -> None:
    name = f"{truth.get('number') or '–'}"
    number, title = action and action.number, action.title if action else ""
    if truth.get("title"):
        right = _plain(title) == _plain(truth["title"]) and _plain(number or "") == _plain(truth.get("number") or "")
        score.check("titles", f"{name} : lu « {number} {title} »", right=right)
    if truth.get("axe"):
        score.check("axes", f"{name} : lu « {action and action.axe} »", right=_axe_right(truth["axe"], action))
    if truth.get("years"):
        years = [action.first_year, action.last_year] if action else []
        score.check("years", f"{name} : lu {years}, attendu {truth['years']}", right=years == truth["years"])
    if "page" in truth:
        score.check(
            "pages",
            f"{name} : fiche lue {action and action.page}",
            right=bool(action) and action_page(action) == truth["page"],
        )
    _score_fields(score, truth, action, text)
    _score_organisations(score, truth, action)


def action_page(action: Action | None) -> int | None:
    """Return the page of an action, else the page of its first field that has one."""
    if action is None:
        return None
    return action.page or next((held.page for held in action.fields if held.page), None)


def _axe_right(axe: tuple[int | None, str], action: Action | None) -> bool:
    number, title = axe
    read = _words(_AXE_NUMBER.sub("", fold(action.axe or ""))) if action else Counter()
    return action is not None and action.axe_number == number and _overlap(_words(title), read) >= _ENOUGH_WORDS


def _score_fields(score: Score, truth: Truth, action: Action | None, text: str) -> None:
    held = list(action.fields) if action else []
    pages: dict[str, int] = truth.get("pages", {})
    for entry in truth["fields"]:
        match = _best_field(entry, held)
        if match is not None:
            held.remove(match)
        name = f"{truth.get('number') or '–'} › {entry[1]}"
        right = match is not None and _field_right(entry, match)
        score.check("fields", f"{name} : {_told(match)}", right=right)
        _score_items(score, name, entry, match)
        _score_options(score, name, entry, match)
        if entry[1] in pages:
            page = match.page if match else None
            score.check("pages", f"{name} : page lue {page}", right=page == pages[entry[1]])
        if match is not None and right and entry[2] is not None:
            _score_quotes(score, name, entry, match, text)
    for extra in held:
        if extra.filled and extra.key not in _PLACE_KEYS:
            score.surplus("fields", f"{truth.get('number') or '–'} › {_told(extra)}")
        for option in extra.options:
            score.surplus("options", f"{extra.label} › {option.label}")


def _best_field(entry: Sequence[Any], held: Sequence[Field]) -> Field | None:
    """Return the field that best answers an entry: its key and label first, then its words."""
    keys, label = str(entry[0]).split("|"), _label(str(entry[1]))
    rated = [
        ((same_label, found.key in keys, _overlap(_words(_value_text(entry)), _field_words(found))), found)
        for found in held
        if (same_label := _label(found.label) == label or _label(found.label).endswith("› " + label))
        or (found.key in keys and found.key != "autre")
    ]
    return max(rated, key=lambda pair: pair[0])[1] if rated else None


def _field_right(entry: Sequence[Any], found: Field) -> bool:
    keys = str(entry[0]).split("|")
    if found.key not in keys or (found.key == "autre" and _label(found.label).split("› ")[-1] != _label(str(entry[1]))):
        return False
    if entry[2] is None:  # a grid, which has no one way of being written out
        return True
    expected, read = _words(_value_text(entry)), _words(_STEP_NUMBER.sub("", found.text))
    if not expected:
        return not read
    return _overlap(expected, read) >= _ENOUGH_WORDS


def _score_items(score: Score, name: str, entry: Sequence[Any], found: Field | None) -> None:
    """Check the bullets of a list, each by itself and in order."""
    if not isinstance(entry[2], list) or len(entry[2]) < 2:
        return
    expected = [_plain(line.rstrip("*")) for line in _value_text(entry).split("\n")]
    read = [_plain(_STEP_NUMBER.sub("", item.text).rstrip("*")) for item in found.items] if found else []
    score.check("items", f"{name} : {len(read)} éléments lus, {len(expected)} attendus", right=read == expected)


def _score_options(score: Score, name: str, entry: Sequence[Any], found: Field | None) -> None:
    expected: dict[str, bool | None] = entry[3] if len(entry) > 3 else {}
    read: dict[str, Option] = {_label(option.label): option for option in found.options} if found else {}
    for label, ticked in expected.items():
        option = read.pop(_label(label), None)
        told = "absente" if option is None else option.ticked
        score.check("options", f"{name} › {label} : lue {told}", right=option is not None and option.ticked == ticked)
    for option in read.values():
        score.surplus("options", f"{name} › {option.label}")


def _score_quotes(score: Score, name: str, entry: Sequence[Any], found: Field, text: str) -> None:
    """Check that what each item points to in the document is the source's own value."""
    value = "".join(_letters(_value_text(entry)))
    for item in found.items:
        quotes = ["".join(_letters(_STEP_NUMBER.sub("", span.of(text)))) for span in item.spans]
        score.check("quotes", f"{name} : « {item.text[:60]} »", right=all(quote and quote in value for quote in quotes))


def _score_organisations(score: Score, truth: Truth, action: Action | None) -> None:
    read = [held for held in action.involvements if held.role.value != "cité"] if action else []
    for organisation, part in truth.get("organisations", {}).items():
        roles, starred = part.rstrip("*").split("|"), part.endswith("*")
        named = [held for held in read if _label(held.organisation) == _label(organisation)]
        right = [held for held in named if held.role.value in roles and (held.status is Status.TO_CONTACT) == starred]
        told = ", ".join(f"{held.role.value} {held.status.value}" for held in named) or "absent"
        score.check("organisations", f"{truth.get('number') or '–'} › {organisation} : {told}", right=bool(right))
        read = [held for held in read if held not in named]
    for held in read:
        score.surplus("organisations", f"{truth.get('number') or '–'} › {held.organisation} ({held.role.value})")


def _value_text(entry: Sequence[Any]) -> str:
    value = entry[2]
    lines = value if isinstance(value, list) else [value or ""]
    return _STEP_NUMBER.sub("", "\n".join(str(line).removeprefix("= ") for line in lines))


def _told(found: Field | None) -> str:
    if found is None:
        return "absent"
    text = squeeze(found.text)
    return f"{found.key} « {found.label[:60]} » = « {text[:110]}{'…' if len(text) > 110 else ''} »"


def _field_words(found: Field) -> Counter[str]:
    return _words(_STEP_NUMBER.sub("", found.text))


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", fold(text)))


def _letters(text: str) -> list[str]:
    """Return letters and figures alone: bullets, spaces and the place where a line breaks do not matter."""
    return re.findall(r"\w", fold(text))


def _overlap(expected: Counter[str], read: Counter[str]) -> float:
    """Return the lesser of recall and precision of the words."""
    shared, most = (expected & read).total(), max(expected.total(), read.total())
    return shared / most if most else 1.0


def _plain(text: str) -> str:
    return squeeze(fold(str(text))).strip(" .:;–-")


def _label(text: str) -> str:
    return squeeze(fold(text)).strip(" :*.")
