"""One document to its actions and sections: the drafts of the walk become complete records."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from clsassist.lexicon import Lexicon
from clsassist.parsing.drafts import draft_legend, draft_to_fields
from clsassist.parsing.gathering import FicheDraft, Gathering
from clsassist.parsing.headings import Part, line_to_heading, split_number
from clsassist.parsing.labels import label_to_key, strip_prompts
from clsassist.parsing.organisations import contact_span, fields_to_involvements
from clsassist.parsing.walk import gather
from clsassist.records import Action, Document, Field, Item, Section, Span, Warning
from clsassist.text import squeeze

_CODE = re.compile(r"[A-Z]{1,4}[ .-]?\d+(?:[.-]\d+)*", re.IGNORECASE)
_NUMBER = re.compile(r"[A-Z]?\.?\d+(?:[.-]\d+)*")
_TEMPLATE_FIELDS = 5  # labels
_LEADING_NUMBER = re.compile(r"(\d{1,2})\s?[.:)–-]\s")
_YEAR = re.compile(r"\b20[0-4]\d\b")
_PILOT_GROUP_END = re.compile(r"(?<![/\s-])\s+(?=[A-ZÀ-Ý])")


def parse_document(
    document: Document, lexicon: Lexicon
) -> tuple[tuple[Action, ...], tuple[Section, ...], tuple[Warning, ...]]:
    """Return the actions and sections of a document, with what a coordinator should check."""
    gathering = gather(document)
    warnings = list(gathering.warnings)
    actions = []
    for ordinal, draft in enumerate(_without_templates(gathering.fiches, document.text, warnings), start=1):
        fields = tuple(_draft_fields(draft, document, warnings))
        actions.append(_build_action(document, ordinal, draft, fields, lexicon, warnings))
    sections = tuple(_build_sections(gathering, document))
    return tuple(_unique_ids(actions)), sections, tuple(warnings)


def _without_templates(fiches: list[FicheDraft], text: str, warnings: list[Warning]) -> Iterator[FicheDraft]:
    """Leave out the blank form that workbooks keep as a model: it has labels, and next to no value."""
    fullest = _fullest_by_words(fiches, text)
    for fiche in fiches:
        if _is_template(fiche, fullest, text):
            first = fiche.own()[0]
            line = _line_at(text, first.start)
            warnings.append(Warning("formulaire vierge (modèle), non retenu comme action", line, first.page))
        else:
            yield fiche


def _fullest_by_words(fiches: list[FicheDraft], text: str) -> dict[str, int]:
    """Map each label and value of the forms to the number of filled fields of the fullest form that holds it."""
    fullest: dict[str, int] = {}
    for fiche in fiches:
        if fiche.from_column:
            continue
        filled = sum(1 for draft in fiche.own() if draft.blocks)
        for draft in fiche.own():
            for words in (draft.label, *(squeeze(block.span.of(text)) for block in draft.blocks)):
                fullest[words] = max(filled, fullest.get(words, 0))
    return fullest


def _is_template(fiche: FicheDraft, fullest: Mapping[str, int], text: str) -> bool:
    """Tell a form whose values are next to none; the form prints what a fuller one holds too."""
    own = fiche.own()
    if fiche.from_column or fiche.number is not None or len(own) < _TEMPLATE_FIELDS:
        return False
    written = sum(1 for draft in own if draft.blocks)
    values = [{squeeze(block.span.of(text)) for block in draft.blocks} for draft in own]
    filled = sum(1 for held in values if any(_is_value(words) and fullest[words] <= written for words in held))
    return filled <= len(own) / 4


def _is_value(words: str) -> bool:
    return bool(strip_prompts(words)) and label_to_key(words) is None


def _draft_fields(draft: FicheDraft, document: Document, warnings: list[Warning]) -> Iterator[Field]:
    items = sum(
        len(next(iter(draft_to_fields(held, document.text))).items) for held in draft.fields if held.key == "etapes"
    )
    for held in draft.fields:
        for found in draft_to_fields(held, document.text):
            if found.key == "porteur" and draft.title_field == "leviers":
                yield _split_pilot_groups(found, document.text, items)
            else:
                yield found
            yield from _contact_fields(found, document.text)
            _warn_about_boxes(found, document.text, warnings)


def _split_pilot_groups(found: Field, text: str, actions: int) -> Field:
    """Pair pilots with actions by their order, when there are as many groups as actions; else keep the row whole."""
    if len(found.items) != 1 or actions < 2:
        return found
    span = found.items[0].spans[0]
    marks = list(_PILOT_GROUP_END.finditer(text, span.start, span.end))
    if len(marks) + 1 != actions:
        return found
    starts = [span.start, *[mark.end() for mark in marks]]
    ends = [*[mark.start() for mark in marks], span.end]
    items = tuple(Item(squeeze(text[start:end]), (Span(start, end),)) for start, end in zip(starts, ends, strict=True))
    return replace(found, items=items, text="\n".join(item.text for item in items))


def _contact_fields(found: Field, text: str) -> Iterator[Field]:
    """Make a « personne référente » field of the persons written behind the porteurs."""
    if found.key != "porteur":
        return
    spans = [(item, span) for item in found.items if (span := contact_span(item, text))]
    if spans:
        items = tuple(Item(squeeze(span.of(text)), (span,), page=item.page) for item, span in spans)
        value = "\n".join(item.text for item in items)
        yield Field("referent", found.label, value, items, (), found.span, found.page)


def _warn_about_boxes(found: Field, text: str, warnings: list[Warning]) -> None:
    for option in found.options:
        line = _line_at(text, option.span.start)
        if option.ticked is None:
            warnings.append(
                Warning(f"« {found.label} » : case perdue devant « {option.label} », état indéterminé", line)
            )
        elif any(map(str.isalnum, option.typed)) and not option.ticked:
            message = f"« {found.label} » : « {option.typed} » est écrit derrière une case non cochée, donc non retenu"
            warnings.append(Warning(message, line))


def _build_action(
    document: Document,
    ordinal: int,
    draft: FicheDraft,
    fields: tuple[Field, ...],
    lexicon: Lexicon,
    warnings: list[Warning],
) -> Action:
    title, span, title_field = _title(document.text, draft, fields, warnings)
    written, span = split_number(span, document.text)
    number = draft.number or written or _number_field(fields)
    title = squeeze(span.of(document.text)) if written else title
    identifier = f"{document.id}:{number or f'a{ordinal}'}"
    noted = [*draft.fields, draft.note] if draft.note else draft.fields
    legends = [legend for held in noted if (legend := draft_legend(held, document.text))]
    starred = any(legend.to_contact for legend in legends)
    first, last = _years(fields)
    axe = _value(fields, "axe") or _axe_of_margins(document)
    axe_heading = line_to_heading(axe) if axe else None
    axe_number = draft.axe_number
    if axe_number is None and axe_heading and axe_heading.number and axe_heading.number.isdigit():
        axe_number = int(axe_heading.number)
    if axe_number is None and axe and (numbered := _LEADING_NUMBER.match(axe)):
        axe_number = int(numbered.group(1))
    return Action(
        identifier,
        document.id,
        ordinal,
        number,
        title,
        span,
        title_field,
        axe,
        axe_number,
        _value(fields, "objectif_strategique"),
        _value(fields, "thematique"),
        fields,
        tuple(fields_to_involvements(identifier, fields, document.text, starred, lexicon)),
        first,
        last,
        draft.page,
    )


def _title(text: str, draft: FicheDraft, fields: tuple[Field, ...], warnings: list[Warning]) -> tuple[str, Span, str]:
    """Return the title, its place and its field; a fiche without one is named from its general objective."""
    if draft.title:
        return squeeze(draft.title.of(text)), draft.title, draft.title_field
    numbered = next((found for found in fields if found.key == "numero" and found.items), None)
    if numbered and split_number(numbered.items[0].spans[0], text)[0]:
        return numbered.text, numbered.items[0].spans[0], "numero"  # « 3.1 - Ouvrir un guichet »
    for key in ("titre", "objectif_general", "objectifs_operationnels", "objectifs_specifiques", "etapes"):
        for found in fields:
            if found.key == key and found.items:
                span = found.items[0].spans[0]
                if key != "titre":
                    message = f"fiche sans titre : nommée d'après « {found.label} »"
                    warnings.append(Warning(message, _line_at(text, span.start)))
                return found.items[0].text, span, key
    # Nothing but its heading: « Fiche action 2 ».
    place = draft.heading or (fields[0].span if fields else Span(0, len(text)))
    return squeeze(place.of(text))[:80], place, "titre"


def _axe_of_margins(document: Document) -> str | None:
    """Return the axe that the header of every page names, when it names only one."""
    found = {margin for margin in document.margins if (held := line_to_heading(margin)) and held.part is Part.AXE}
    return next(iter(found)) if len(found) == 1 else None


def _number_field(fields: tuple[Field, ...]) -> str | None:
    """Return the number that a field of its own gives: « N° | 3.1 »."""
    words = _value(fields, "numero")
    if words and _CODE.fullmatch(words):
        return words
    match = _NUMBER.search(words) if words else None
    return match.group() if match else None


def _value(fields: tuple[Field, ...], key: str) -> str | None:
    for found in fields:
        if found.key == key and found.text:
            return squeeze(found.text)
    return None


def _years(fields: tuple[Field, ...]) -> tuple[int | None, int | None]:
    years = [
        int(year)
        for found in fields
        if found.key == "calendrier"
        for words in (found.text, *[option.label for option in found.options if option.ticked])
        for year in _YEAR.findall(words)
    ]
    return (min(years), max(years)) if years else (None, None)


def _line_at(text: str, offset: int) -> int:
    """Return the number of a line of the text, from 1."""
    return bisect_left(_line_ends(text), offset) + 1


@lru_cache(maxsize=1)
def _line_ends(text: str) -> tuple[int, ...]:
    return tuple(match.start() for match in re.finditer("\n", text))


def _unique_ids(actions: list[Action]) -> Iterator[Action]:
    """Tell two actions of one number apart by their ordinal: some plans number anew in each axe."""
    seen: set[str] = set()
    for action in actions:
        identifier = action.id if action.id not in seen else f"{action.id}-{action.ordinal}"
        seen.add(identifier)
        moved = tuple(replace(held, action_id=identifier) for held in action.involvements)
        yield action if identifier == action.id else replace(action, id=identifier, involvements=moved)


def _build_sections(gathering: Gathering, document: Document) -> Iterator[Section]:
    for position, draft in enumerate(gathering.sections, start=1):
        fields = tuple(found for found in draft_to_fields(draft.field, document.text) if found.text)
        if fields:
            axe, thematique = draft.context
            yield Section(f"{document.id}:s{position}", document.id, draft.title, axe, thematique, fields)
