"""One sentence to judge: its parts, each with the marks that close it, and the evidence that the marks name."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from clsassist.generation.equivalents import Equivalents, load_equivalents
from clsassist.generation.evidence import MARK, Segment, material_to_segments
from clsassist.generation.material import Item, Material
from clsassist.generation.reading import Reading, read
from clsassist.generation.rules import Rules, load_rules
from clsassist.lexicon import Lexicon
from clsassist.parsing.labels import ORGANISATION_FIELDS
from clsassist.records import Status

_MOST_KEPT = 16


@dataclass(frozen=True)
class Evidence:
    """A material made ready: its segments, and what is needed to read a sentence as they were read."""

    material: Material
    lexicon: Lexicon
    rules: Rules
    same: Equivalents
    segments: tuple[Segment, ...]

    def items(self, marks: Sequence[int]) -> tuple[Item, ...]:
        """Return the items of some marks."""
        return tuple(item for item in self.material.items if item.number in marks)


@dataclass(frozen=True)
class Part:
    """The words of a sentence that end with one run of marks, and their evidence.

    ``segments`` are those of the marks, then what the exact answer says of its own; ``counts`` are how many there are
    of what a noun names, by stem, ``of_set`` being the nouns that count the whole set; ``bodies`` are the stems of the
    organisations that the citations name.
    """

    reading: Reading
    marks: tuple[int, ...]
    items: tuple[Item, ...]
    segments: tuple[Segment, ...]
    counts: dict[str, frozenset[str]]
    of_set: frozenset[str]
    bodies: frozenset[str]


@dataclass(frozen=True)
class Claim:
    """A sentence: ``bare`` has no marks."""

    sentence: str
    bare: str
    reading: Reading
    cited: tuple[int, ...]
    parts: tuple[Part, ...]


_ready: OrderedDict[int, Evidence] = OrderedDict()


def prepare(material: Material, lexicon: Lexicon) -> Evidence:
    """Return the evidence of a material, kept for its next sentences."""
    held = _ready.get(id(material))
    if held is None or held.material is not material or held.lexicon is not lexicon:
        rules = load_rules()
        same = load_equivalents(lexicon, rules)
        held = Evidence(material, lexicon, rules, same, material_to_segments(material, rules, lexicon, same))
        _ready[id(material)] = held
        while len(_ready) > _MOST_KEPT:
            _ready.popitem(last=False)
    return held


def sentence_to_claim(sentence: str, evidence: Evidence) -> Claim:
    """Cut a sentence at its marks."""
    cuts = _cuts(sentence)
    bare = MARK.sub("", sentence)
    cited = tuple(dict.fromkeys(int(match.group(1)) for match in MARK.finditer(sentence)))
    reading = read(bare, evidence.rules, evidence.lexicon)
    return Claim(sentence, bare, reading, cited, tuple(_part(text, marks, evidence) for text, marks in cuts))


# Other ways to say « les deux actions ».
_BOTH = re.compile(
    r"\b(?:l['’]une? (?:et|comme) (?:de |à |pour )?l['’]autre|chacune? des deux"
    r"|toutes deux|tous deux|toutes les deux|tous les deux|ces deux-là"
    r"|dans les deux cas,?)(?=\W)(?!\s+(?:actions|fiches|plans|contrats|leviers|mesures|projets)\b)",
    re.IGNORECASE,
)


def _plainly(text: str, evidence: Evidence) -> str:
    """Return the words of a sentence without the phrases that only link them."""
    return evidence.rules.phrases.sub(" ", _BOTH.sub("les deux actions", text))


def _part(text: str, marks: tuple[int, ...], evidence: Evidence) -> Part:
    held = frozenset(marks)
    text = _plainly(text, evidence)
    # A line of the exact answer with several marks is no evidence for one of them alone.
    segments = tuple(one for one in evidence.segments if one.marks <= held)
    items = evidence.items(marks)
    analyser = evidence.lexicon.analyser
    return Part(
        read(text, evidence.rules, evidence.lexicon),
        marks,
        items,
        segments,
        _counts(items, evidence),
        frozenset(analyser.stem(noun) for noun in evidence.rules.set_nouns),
        frozenset(stem for item in items for part in item.parts for stem in analyser.stems(part.organisation)),
    )


def _counts(items: tuple[Item, ...], evidence: Evidence) -> dict[str, frozenset[str]]:
    """Return how many actions the answer asserts, plans are cited, and organisations the cited lists name."""
    material = evidence.material
    actions = frozenset({str(len(material.actions))}) if material.actions else frozenset()
    parts = {part for item in items if item.field_key in ORGANISATION_FIELDS for part in item.parts}
    keys = {item.field_key for item in items}
    nouns = dict.fromkeys(evidence.rules.set_nouns, actions)
    nouns |= dict.fromkeys(evidence.rules.plan_nouns, frozenset({str(len({item.plan for item in items}))}))
    if parts and len(keys) == 1:
        nouns |= dict.fromkeys(evidence.rules.body_nouns, frozenset({str(len({part.organisation for part in parts}))}))
        engaged = {part.organisation for part in parts if part.status is Status.ENGAGED}
        nouns["engagé"] = frozenset({str(len(engaged))})
        waiting = {part.organisation for part in parts if part.status is Status.TO_CONTACT}
        nouns["contacter"] = frozenset({str(len(waiting))})
    return {evidence.lexicon.analyser.stem(noun): held for noun, held in nouns.items()}


def _cuts(sentence: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return each run of words with the marks that follow it; words after the last mark belong with the last run."""
    cuts: list[tuple[str, tuple[int, ...]]] = []
    text, end = "", 0
    marks: list[int] = []
    for match in MARK.finditer(sentence):
        between = sentence[end : match.start()]
        if marks and between.strip(" ,;.") and any(letter.isalnum() for letter in between.replace("et", "")):
            cuts.append((text, tuple(marks)))
            text, marks = "", []
        text += between if not marks else ""
        marks.append(int(match.group(1)))
        end = match.end()
    rest = sentence[end:]
    if marks or text or not cuts:
        cuts.append((f"{text} {rest}", tuple(marks)))
    return cuts
