"""Plans and fiches, drawn from the stock by a seed: the same size and seed give the same papers."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from many_fiches import stock
from many_fiches.labels import FAMILY_LABELS
from many_fiches.records import Box, Entry, Family, Fiche, Paper, Partner, Plan

_LARGEST_PAPER = 25
# Nobody takes « Val-de-Vermouse » for « Val-de-Vermasse »: places stay this far apart.
_LEAST_DISTANCE = 3
_SUFFIXES: dict[Family, tuple[str, ...]] = {
    Family.CONTRACT: (".txt", ".txt", ".txt", ".txt", ".html"),
    Family.FORM: (".txt", ".txt", ".txt", ".docx"),
    Family.BOOKLET: (".txt", ".txt", ".md"),
    Family.SHEET: (".xlsx",),
}
_FAMILIES = (*[Family.CONTRACT] * 8, *[Family.FORM] * 7, *[Family.BOOKLET] * 4, Family.SHEET)
# Fields that somebody always fills, because who reads a plan looks for them first.
_ALWAYS = frozenset({"porteur", "etapes", "objectifs_operationnels"})
_ABSENT, _EMPTY = 0.06, 0.10
_LOCAL = 0.05


def invent(count: int, seed: int) -> list[Paper]:
    """Invent ``count`` fiches, in papers of 1 to 25, in plans of 5 to 40."""
    chance = random.Random(seed)
    papers: list[Paper] = []
    places = _places(chance)
    left = count
    while left:
        size = min(left, chance.randint(5, len(stock.SUBJECTS)))
        papers += invent_plan(next(places), size, chance)
        left -= size
    return papers


def invent_plan(place: tuple[str, str], size: int, chance: random.Random) -> Iterator[Paper]:
    """Yield the papers of one plan of ``size`` fiches."""
    first = chance.choice((2024, 2025))
    family = chance.choice(_FAMILIES)
    plan = Plan(f"Contrat local de santé {place[1]} {first}-{first + 4}", *place, first, first + 4, family)
    subjects = chance.sample(stock.SUBJECTS, k=size)
    subjects.sort(key=lambda subject: subject.axe)
    numbered = family is not Family.SHEET
    fiches = [
        _fiche(plan, subject, str(number) if numbered else None, chance)
        for number, subject in enumerate(subjects, start=1)
    ]
    stem = _slug(f"cls-{place[0]}")
    part = 0
    while fiches:
        part += 1
        held = chance.randint(1, _LARGEST_PAPER)
        suffix = chance.choice(_SUFFIXES[family])
        yield Paper(f"{stem}-{part}{suffix}", plan, tuple(fiches[:held]))
        fiches = fiches[held:]


def _places(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield places and how they stand behind « santé »; their proper names stay far from each other."""
    names = [f"{onset}{middle}{end}" for onset in stock.ONSETS for middle in stock.MIDDLES for end in stock.ENDINGS]
    chance.shuffle(names)
    kept: list[str] = []
    for name in names:
        if all(Levenshtein.distance(name, other, score_cutoff=2) >= _LEAST_DISTANCE for other in kept):
            kept.append(name)
            place = chance.choice(stock.KINDS).format(name)
            yield place, f"de la {place}" if place.startswith(("Plaine", "Vallée")) else f"du {place}"
    raise ValueError("le stock de noms de lieux est épuisé : demandez moins de fiches")


def _slug(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return "-".join(plain.lower().replace("'", " ").replace("-", " ").split())


def _fiche(plan: Plan, subject: stock.Subject, number: str | None, chance: random.Random) -> Fiche:
    # Lists of organisations are drawn by title and family, a few ways each: they are embedded once a way.
    own = random.Random(f"{subject.title} {plan.family} {chance.randrange(4)}")
    partners = _partners(own, starred=plan.family in (Family.CONTRACT, Family.FORM))
    leaders = _leaders(own, plan, local=chance.random() < _LOCAL)
    funders = tuple(sorted(own.sample(stock.FUNDERS, k=own.choice((1, 1, 2)))))
    shift = chance.choice((0, 0, 1, 2))
    first, last = plan.first_year + shift, min(plan.last_year, plan.first_year + shift + chance.choice((1, 4)))
    fiche = Fiche(number, subject.title, subject.axe, leaders, partners, funders, first, last, ())
    drawn = [_entry(key, label, fiche, subject, plan, chance) for key, label in FAMILY_LABELS[plan.family].items()]
    return _settled(replace(fiche, entries=tuple(entry for entry in drawn if entry is not None)))


def _settled(fiche: Fiche) -> Fiche:
    """Take from the truth of a fiche what the fields left empty no longer say."""
    filled = {entry.key for entry in fiche.entries if entry.lines or any(box.ticked for box in entry.boxes)}
    return replace(
        fiche,
        partners=fiche.partners if "partenaires" in filled else (),
        funders=fiche.funders if "financement" in filled else (),
        first_year=fiche.first_year if "calendrier" in filled else None,
        last_year=fiche.last_year if "calendrier" in filled else None,
    )


def _partners(own: random.Random, *, starred: bool) -> tuple[Partner, ...]:
    weights = [1 / (place + 2) for place in range(len(stock.BODIES))]
    names: dict[str, Partner] = {}
    for _ in range(own.randint(1, 8)):
        body = own.choices(stock.BODIES, weights)[0]
        names.setdefault(body.name, Partner(body.name, own.choice(body.written), starred and own.random() < 0.25))
    return tuple(names.values())


def _leaders(own: random.Random, plan: Plan, *, local: bool) -> tuple[Partner, ...]:
    names = own.sample(stock.LEADERS, k=own.choice((1, 1, 1, 2)))
    written = {body.name: body.written for body in stock.BODIES}
    led = tuple(Partner(name, own.choice(written[name])) for name in names)
    place = f"Communauté de communes {plan.of_place}"
    return (Partner(place, place),) if local else led


def _entry(
    key: str, label: str, fiche: Fiche, subject: stock.Subject, plan: Plan, chance: random.Random
) -> Entry | None:
    """Draw one field: absent, empty, or filled from the stock."""
    lot = chance.random()
    if key not in _ALWAYS and lot < _ABSENT:
        # A column of a sheet stands for every row: what is absent there is an empty cell.
        return Entry(key, label) if plan.family is Family.SHEET else None
    lines, boxes = _filled(key, fiche, subject, plan, chance)
    if key not in _ALWAYS and lot < _ABSENT + _EMPTY:
        return Entry(key, label, (), tuple(replace(box, ticked=False) for box in boxes))
    return Entry(key, label, lines, boxes)


def _filled(
    key: str, fiche: Fiche, subject: stock.Subject, plan: Plan, chance: random.Random
) -> tuple[tuple[str, ...], tuple[Box, ...]]:
    if key in _CHOICES:
        return _chosen(key, subject, plan, chance)
    if key == "calendrier":
        return _calendar(fiche, plan)
    if key == "porteur":
        return tuple(leader.written for leader in fiche.leaders), ()
    if key == "partenaires":
        return tuple(partner.written + "*" * partner.to_contact for partner in fiche.partners), ()
    if key == "financement":
        euros = f"{chance.choice(stock.BUDGETS):,}".replace(",", " ")
        paid = (f"Subvention {name}" for name in fiche.funders)
        return (f"Budget prévisionnel de {euros} €", *paid), ()
    return _words(key, subject, chance), ()


# Fields answered among a closed list: the list, and how many answers at most.
_CHOICES: dict[str, tuple[Sequence[str], int]] = {
    "typologie": (stock.TYPES, 1),
    "public": (stock.PUBLICS, 3),
    "lien_prs": (stock.PRS, 1),
    "lien_prse": (stock.PRSE, 1),
    "determinants": (stock.DETERMINANTS, 2),
    "inegalites": (("Oui", "Non"), 1),
    "participation": (("Oui", "Non"), 1),
}
# Families where these fields are boxes; the others list what is chosen.
_BOXED: dict[Family, frozenset[str]] = {
    Family.FORM: frozenset(_CHOICES),
    Family.CONTRACT: frozenset({"typologie"}),
    Family.BOOKLET: frozenset({"public"}),
    Family.SHEET: frozenset(),
}


def _chosen(
    key: str, subject: stock.Subject, plan: Plan, chance: random.Random
) -> tuple[tuple[str, ...], tuple[Box, ...]]:
    choices, most = _CHOICES[key]
    own = random.Random(f"{subject.title} {key} {chance.randrange(3)}")
    chosen = own.sample(choices, k=own.randint(1, most))
    if key in _BOXED[plan.family]:
        return (), tuple(Box(choice, choice in chosen) for choice in choices)
    return tuple(choice for choice in choices if choice in chosen), ()


def _calendar(fiche: Fiche, plan: Plan) -> tuple[tuple[str, ...], tuple[Box, ...]]:
    first, last = fiche.first_year or plan.first_year, fiche.last_year or plan.last_year
    if plan.family is Family.CONTRACT:
        years = range(plan.first_year, plan.last_year + 1)
        return (), tuple(Box(str(year), first <= year <= last) for year in years)
    if plan.family is Family.FORM:
        boxes = tuple(Box(label, label == "Pluriannuelle") for label in ("Annuelle", "Pluriannuelle", "Ponctuelle"))
        return (f"Début : {first}  Fin : {last}",), boxes
    return (f"{first}-{last}",), ()


def _words(key: str, subject: stock.Subject, chance: random.Random) -> tuple[str, ...]:
    """Draw the lines of a field from the stock, most of them from what the fiche is about."""
    first, second = subject.activities
    ways: dict[str, Sequence[tuple[str, ...]]] = {
        "contexte": [(f"Le diagnostic local montre {subject.need}. {words}",) for words in stock.CONTEXTS],
        "objectif_general": [(subject.gain,)],
        "objectifs_specifiques": [(f"Connaître les besoins : {subject.need}", subject.gain)],
        "objectifs_operationnels": [(first, second)],
        "etapes": [(f"{first} avec les acteurs du territoire", second), (second, subject.marked)],
        "referent": [(words,) for words in stock.REFERENTS],
        "territoire": [(words,) for words in stock.TERRITORIES],
        "moyens": [(words,) for words in stock.RESOURCES],
        "politiques_publiques": [(words,) for words in stock.POLICIES],
        "statut": [(words,) for words in stock.STATES],
        "priorite": [(words,) for words in stock.PRIORITIES],
        "methode_evaluation": [(words,) for words in stock.METHODS],
        "indicateurs_processus": [stock.PROCESS],
        "indicateurs_resultat": [(f"Nombre d'habitants concernés par l'objectif : {subject.gain.lower()}",)],
        "indicateurs_impact": [(stock.IMPACT,)],
    }
    return chance.choice(ways[key])
