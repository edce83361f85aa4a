"""The evidence cut into segments, one line or sentence each, ready to be compared with a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from clsassist.generation.equivalents import Equivalents
from clsassist.generation.material import Item, Material
from clsassist.generation.reading import Reading, is_year, read
from clsassist.generation.rules import Rules
from clsassist.generation.tables import text_to_lines
from clsassist.lexicon import Lexicon
from clsassist.parsing.labels import ORGANISATION_FIELDS
from clsassist.text import sentence_spans, squeeze

MARK = re.compile(r"(?<!\\)\[(\d+)\]")
LINE = re.compile(r"\s*\n\s*|\s+[•▪○➢➤◦·]\s*|\s+o\s+(?=[A-ZÀ-Ý])|\s+[-–]\s+(?=[A-ZÀ-Ý][a-zà-ÿ’'])|\s*;\s+(?![^(]*\))")
# The commas of a list, not those in brackets.
_BETWEEN_NAMES = re.compile(r",\s+(?![^(]*\))")
# A line that ends so goes on with the next one; so does a long one before a small letter.
_OPEN_END = re.compile(
    r"(?:\b(?:de|du|des|la|le|les|et|ou|à|au|aux|en|pour|par|sur|avec|dans|un|une|que|qui|dont|ces|ses|leurs?)|['’-])\s*$"
)
_YES = re.compile(r"((?:[☒☑✔✓xX]|\|\s*[xX]\s*\|)\s*Oui)\b", re.IGNORECASE)
_GOES_ON = re.compile(r"[a-zà-ÿ0-9(«]")
_FULL_LINE = 40
_PILOTED = re.compile(r"\(\s*pilot\w*\s+par[^()]*\)")
_SPEAK_OF_IT = re.compile(r"\ben parle(?:nt)?\b")
_DECORATION = re.compile(r"\*\*|^#+\s|^\s*(?:[-•]|\d+\.)\s+(?=\*\*)|^\s*[-•]\s+")


class Source(StrEnum):
    """Where a segment comes from; « asked » is the question, where the answer says how many actions speak of it."""

    QUOTE = "quote"
    TITLE = "title"
    PLAN = "plan"
    EXACT = "exact"
    ASKED = "asked"


@dataclass(frozen=True)
class Segment:
    """One line or sentence of the evidence. ``marks`` are the citations that it stands for, none for the whole answer.

    ``aside`` are the stems said only in « (pilote par …) »; ``group_stems`` are those that say each equivalent;
    ``label`` marks the name of a field. ``owner`` is the action (or section) that it is about, ''
    for the set.
    """

    source: Source
    owner: str
    marks: frozenset[int]
    reading: Reading
    signs: dict[str, frozenset[str]]
    groups: dict[str, frozenset[str]]
    aside: frozenset[str] = frozenset()
    group_stems: dict[str, frozenset[str]] = field(default_factory=dict)
    label: bool = False


def owner_of(item: Item) -> str:
    """Return what an item is about: an action, or a section of a plan."""
    return item.action.id if item.action else f"{item.plan} › {item.title}"


def material_to_segments(material: Material, rules: Rules, lexicon: Lexicon, same: Equivalents) -> tuple[Segment, ...]:
    """Return every segment that sentences about this material may lean on."""

    def build(source: Source, owner: str, marks: frozenset[int], text: str, *, denied: bool = False) -> Segment:
        return _segment(source, owner, marks, read(text, rules, lexicon), same, denied=denied)

    found: list[Segment] = []
    for item in material.items:
        owner, marks = owner_of(item), frozenset({item.number})
        for line in _lines(item.quote):
            denied = item.empty or any(squeeze(one) and squeeze(one) in squeeze(line) for one in item.unticked)
            denied = denied or (line.rstrip().endswith("?") and not _is_answered_yes(item))
            line = f"{line} non renseigné" if item.empty else f"{line} case non cochée" if denied else line
            found.append(_dated(build(Source.QUOTE, owner, marks, line, denied=denied), item))
        if not item.empty:
            found.append(replace(build(Source.QUOTE, owner, marks, item.label), label=True))
        found.append(build(Source.TITLE, owner, marks, item.title))
        found.append(build(Source.PLAN, owner, marks, item.plan))
    found += [build(Source.EXACT, *calendar) for calendar in _calendars(material)]
    owners = {owner_of(item): item for item in material.items}
    unticked = frozenset(item.number for item in material.items if item.unticked or item.empty)
    for owner, marks, text in _exact_lines(material, owners):
        reading = read(text, rules, lexicon)
        if rules.searched.match(reading.folded):
            continue
        # « Aucune action ne porte sur… : je cherchais… »: nothing of such a line is affirmed.
        denied = marks <= unticked if marks else bool(reading.denials)
        if not marks and _SPEAK_OF_IT.search(reading.folded):
            asked = read(f"{text} : {material.question}", rules, lexicon)
            found.append(_segment(Source.ASKED, "", marks, asked, same, denied=denied))
        told = _segment(Source.EXACT, owner, marks, reading, same, denied=denied)
        dated = next((item for item in material.items if item.number in marks and None not in item.years), None)
        found.append(_dated(told, dated) if dated else told)
    return tuple(found)


def _calendars(material: Material) -> Iterator[tuple[str, frozenset[int], str]]:
    """Yield the first and last years of each action, for who cites both the box of the first and that of the last."""
    years: dict[str, dict[int, int]] = {}
    for item in material.items:
        for year in item.years:
            if year is not None and str(year) in item.quote:
                years.setdefault(owner_of(item), {}).setdefault(year, item.number)
    for owner, boxes in years.items():
        if len(boxes) > 1:
            first, last = min(boxes), max(boxes)
            yield owner, frozenset({boxes[first], boxes[last]}), f"de {first} à {last}"


def _is_answered_yes(item: Item) -> bool:
    """Say whether a box « Oui » is ticked: else a question of the form affirms nothing."""
    return any(match.group(1) not in "".join(item.unticked) for match in _YES.finditer(item.quote))


def _segment(
    source: Source, owner: str, marks: frozenset[int], reading: Reading, same: Equivalents, *, denied: bool
) -> Segment:
    signs: dict[str, set[str]] = {}
    groups: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    for word in reading.words:
        for stem in word.stems:
            signs.setdefault(stem, set()).add("-" if denied else word.sign)
    for group, words in same.said(reading.words, implied=True):
        groups.setdefault(group, set()).update("-" if denied else word.sign for word in words)
        stems.setdefault(group, set()).update(stem for word in words for stem in word.stems)
    asides = [match.span() for match in _PILOTED.finditer(reading.folded)]
    inside = {word.stem for word in reading.words if any(start <= word.span.start < end for start, end in asides)}
    inside -= {word.stem for word in reading.words if not any(start <= word.span.start < end for start, end in asides)}
    return Segment(
        source, owner, marks, reading, _frozen(signs), _frozen(groups), frozenset(inside), group_stems=_frozen(stems)
    )


def _frozen(signs: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(held) for key, held in signs.items()}


def _dated(segment: Segment, item: Item) -> Segment:
    """Tell which years of a calendar begin and end the action: « 2023-2024 », one exercice of five, ends nothing."""
    if None in item.years:
        return segment
    sides = {str(item.years[0]): "début", str(item.years[1]): "fin"}
    values = tuple(
        replace(one, side=sides.get(one.value.said, "") if is_year(one.value) else one.side)
        for one in segment.reading.values
    )
    return replace(segment, reading=replace(segment.reading, values=values))


def quote_to_lines(quote: str) -> list[str]:
    r"""Return the lines of a quote as its author meant them: bullets and semicolons cut, the end of a column does not.

    >>> quote_to_lines("Les médecins installés depuis peu y voient un\noutil utile.\nLes internes aussi.")
    ['Les médecins installés depuis peu y voient un outil utile.', 'Les internes aussi.']
    """
    joined: list[str] = []
    for line in quote.splitlines():
        if joined and _is_wrapped(joined[-1], line.lstrip()):
            joined[-1] = f"{joined[-1].rstrip()} {line.lstrip()}"
        else:
            joined.append(line)
    return [said for line in joined for said in LINE.split(line) if said.strip()]


def _is_wrapped(before: str, after: str) -> bool:
    if _OPEN_END.search(before):
        return bool(after[:1].isalnum())
    return (
        len(before.strip()) >= _FULL_LINE
        and bool(_GOES_ON.match(after))
        and not before.rstrip().endswith((".", ":", ";"))
    )


def _lines(quote: str) -> Iterator[str]:
    for line in quote_to_lines(quote):
        for span in sentence_spans(line, 0, len(line)):
            yield span.of(line)


def _exact_lines(material: Material, owners: dict[str, Item]) -> Iterator[tuple[str, frozenset[int], str]]:
    """Yield what the exact answer says of its own, with the marks that it gives: counts, denials, lists."""
    titles = {
        squeeze(ref.title): ref.id for ref in (*material.actions, *(i.action for i in owners.values() if i.action))
    }
    titles |= {squeeze(item.title): owner for owner, item in owners.items() if item.action is None}
    by_mark = {item.number: owner_of(item) for item in material.items}
    fields = {item.number: item.field_key for item in material.items}
    plans: dict[str, list[str]] = {}
    for owner, item in owners.items():
        plans.setdefault(squeeze(item.plan), []).append(owner)
    for column, line in text_to_lines(material.exact):
        rest, named = _without_titles(_DECORATION.sub("", line), titles)
        if column:
            named = _without_titles(column, titles)[1]
        start = 0
        for end, marks in _chunks(rest):
            text = MARK.sub(" ", rest[start:end]).strip(" .;,|-—:")
            start = end
            held = {by_mark[mark] for mark in marks if mark in by_mark}
            owner = named or (held.pop() if len(held) == 1 else "")
            # A column that is a plan's says it of the plan, whichever of its actions is cited.
            names = any(fields.get(mark) in ORGANISATION_FIELDS for mark in marks)
            for one in plans.get(column, [owner]):
                for said in _lines(text):
                    yield from ((one, marks, name) for name in (_names(said) if names else [said]))
            if len(marks) > 1 and " : " in text:
                # « À contacter (6 organisations) : … »: what stands before the list is true of each of its members.
                yield from ((owner, frozenset({mark}), text.split(" : ")[0]) for mark in sorted(marks))


def _names(line: str) -> list[str]:
    """Return the organisations of a list, the first with what introduces it: no line has two of them."""
    return [name for name in _BETWEEN_NAMES.split(line) if name.strip()]


def _chunks(line: str) -> Iterator[tuple[int, frozenset[int]]]:
    """Yield the end of each part of a line, with the marks that close it."""
    marks: set[int] = set()
    end = 0
    for match in MARK.finditer(line):
        if marks and line[end : match.start()].strip():
            yield end, frozenset(marks)
            marks = set()
        marks.add(int(match.group(1)))
        end = match.end()
    if marks:
        yield end, frozenset(marks)
    if line[end:].strip():
        yield len(line), frozenset()


def _without_titles(line: str, titles: dict[str, str]) -> tuple[str, str]:
    named = ""
    for title, owner in titles.items():
        if title and title in line:
            line = re.sub(re.escape(title) + r"(?:\s*\([^()]*\))?", "", line)
            named = owner
    return line, named
