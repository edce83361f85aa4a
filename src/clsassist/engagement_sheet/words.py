"""The French of engagement sheets: parts, periods, sources and counts, the same on the page and in files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from clsassist.engagement_sheet.directory import Part
from clsassist.engagement_sheet.sheet import Commitment, Mention, Published, Sheet
from clsassist.text import squeeze
from clsassist.wording import capitalised, counted, joined, role_words

_SAID = {
    Part.LEADS: "porteur ou pilote de {}",
    Part.PARTNER: "partenaire de {}",
    Part.TO_CONTACT: "à contacter pour {}",
    Part.FUNDS: "cité dans le financement de {}",
    Part.CITED: "seulement cité dans le texte de {}",
}


def summary_words(sheet: Sheet) -> str:
    """Return the counts of a sheet in one sentence, its denominator included."""
    total = counted(len(sheet.commitments), "action")
    parts = [
        _SAID[part].format(counted(len(held), "action") if place == 0 else len(held))
        for place, (part, held) in enumerate(sheet.groups)
    ]
    plans = list(dict.fromkeys(one.plan for one in sheet.commitments))
    where = f" dans « {plans[0]} »" if len(plans) == 1 else f", dans {counted(len(plans), 'plan')}" if plans else ""
    told = f" : {joined(parts)}" if parts else ""
    return f"{total} sur {sheet.examined} examinées{where}{told}."


def period_words(one: Commitment) -> str:
    """Return the years of an action as read from its calendar.

    >>> from clsassist.engagement_sheet.directory import Part
    >>> period_words(Commitment(Part.PARTNER, "a", None, "", "", "", 2024, 2026, (), (), (), ()))
    '2024-2026'
    """
    if one.first_year is None:
        return "non renseignée"
    return str(one.first_year) if one.first_year == one.last_year else f"{one.first_year}-{one.last_year}"


def roles_words(one: Commitment) -> str:
    """Return every part of the organisation in an action, each once: « Porteur, pilote, cité dans le financement »."""
    return capitalised(", ".join(dict.fromkeys(role_words(said.role, said.status) for said in one.mentions)))


def action_place(one: Commitment, *, with_plan: bool = True) -> str:
    """Return where an action stands: its plan, when wanted, and its number."""
    return ", ".join(filter(None, (one.plan if with_plan else "", f"fiche\u00a0{one.number}" if one.number else "")))


def short_places(held: Sequence[Commitment], *, with_plan: bool) -> str:
    """Return the shortest names of several actions: « fiches 1 et 2 », « « Soutenir les aidants » »."""
    said: list[str] = []
    for plan in dict.fromkeys(one.plan for one in held):
        inside = [one for one in held if one.plan == plan]
        numbers = sorted((one.number for one in inside if one.number), key=_natural)
        titles = [quoted(shortened(one.title, 50)) for one in inside if not one.number]
        numbered = [f"fiche{'s' if len(numbers) > 1 else ''}\u00a0{joined(numbers)}"] if numbers else []
        said.append(", ".join([*([plan] if with_plan else []), *numbered, *titles]))
    return " ; ".join(said)


def _natural(number: str) -> tuple[int, str]:
    digits = re.search(r"\d+", number)
    return int(digits.group()) if digits else 0, number


def mention_place(mention: Mention) -> str:
    """Return the field and page of a mention."""
    return _place(mention.label, mention.page)


def field_place(said: Published) -> str:
    """Return the field and page of what a fiche publishes."""
    return _place(said.label, said.page)


def _place(label: str, page: int | None) -> str:
    return shortened(label, 90) + (f", p.\u00a0{page}" if page is not None else "")


def quoted(words: str) -> str:
    r"""Put words between French quotation marks that no line end parts from them.

    >>> quoted("a  b")
    '«\xa0a b\xa0»'
    """
    return f"«\u00a0{squeeze(words)}\u00a0»"


def shortened(words: str, most: int) -> str:
    """Cut a text at a word when it is long, and show that it is cut.

    >>> shortened("un deux trois", 8)
    'un deux […]'
    """
    if len(words) <= most:
        return words
    kept = words[: most + 1].rpartition(" ")[0] or words[:most]
    return f"{kept.rstrip(' ,;:')} […]"


def gathered_contacts(commitments: Iterable[Commitment]) -> tuple[tuple[str, str], ...]:
    """Return each contact once, as published, with the actions that publish it."""
    held = tuple(commitments)
    with_plan = len({one.plan for one in held}) > 1
    found: dict[str, list[Commitment]] = {}
    for one in held:
        for contact in one.contacts:
            found.setdefault(contact.text, []).append(one)
    return tuple((text, short_places(publishing, with_plan=with_plan)) for text, publishing in found.items())
