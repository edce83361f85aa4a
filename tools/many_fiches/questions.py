"""Questions in French whose answers are known, computed from what was invented and never from what was read.

Each names what the corpus holds, whatever its size: the first plans that suit, organisations from the most met to the
rarest, and some that take part in nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from many_fiches import stock
from many_fiches.records import Fiche, Paper, Plan

# Who is asked about, with its article: leaders, and partners from the most met to the rarest.
_SAID = {
    "ARS": "l'ARS", "CPAM": "la CPAM", "MSA": "la MSA", "CPTS": "la CPTS", "CCAS": "le CCAS", "CAF": "la CAF",
    "Conseil départemental": "le Conseil départemental", "Mutualité française": "la Mutualité française",
    "Association Clairvoie": "l'association Clairvoie", "Réseau Vivance": "le Réseau Vivance",
    "Association Tournesol": "l'association Tournesol", "Collectif Bel Âge": "le Collectif Bel Âge",
    "Association Les Passerelles": "l'association Les Passerelles",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """One question and its answer.

    ``actions`` is the exact set, each by (document, number or none, title), None when the answer is not a set;
    ``count`` is the number to say; each of ``facts`` is to be found in the text or in a quote.
    """

    id: str
    kind: str
    question: str
    status: str = "answered"
    actions: tuple[tuple[str, str | None, str], ...] | None = None
    count: int | None = None
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Placed:
    """A fiche and its paper."""

    paper: Paper
    fiche: Fiche

    @property
    def key(self) -> tuple[str, str | None, str]:
        return self.paper.path, self.fiche.number, self.fiche.title


Test = Callable[[_Placed], bool]


def make_questions(papers: Sequence[Paper]) -> list[Known]:
    """Compose the questions of a corpus, of every kind, at any size."""
    fiches = [_Placed(paper, fiche) for paper in papers for fiche in paper.fiches]
    plans = list(dict.fromkeys(paper.plan for paper in papers))
    makers = (_about_roles, _about_words, _about_boxes, _about_plans, _combined, _about_one, _about_none)
    return [known for make in makers for known in make(fiches, plans)]


# --- what a question asks of a fiche


def _led(name: str) -> Test:
    return lambda one: any(leader.name == name for leader in one.fiche.leaders)


def _partner(name: str, *, to_contact: bool | None = None) -> Test:
    return lambda one: any(
        partner.name == name and to_contact in (None, partner.to_contact) for partner in one.fiche.partners
    )


def _funded(name: str) -> Test:
    return lambda one: name in one.fiche.funders


def _says(word: str) -> Test:
    return lambda one: any(word in line for entry in one.fiche.entries for line in entry.lines)


def _ticked(key: str, label: str) -> Test:
    return lambda one: label in one.fiche.ticked(key)


def _starts(year: int) -> Test:
    return lambda one: one.fiche.first_year == year


def _ends(year: int) -> Test:
    return lambda one: one.fiche.last_year == year


def _in(plan: Plan) -> Test:
    return lambda one: one.paper.plan == plan


def _under(axe: int) -> Test:
    return lambda one: one.fiche.axe == axe


def _left_empty(key: str) -> Test:
    """Tell a field that the form has and nobody filled from one that the form does not have."""
    return lambda one: one.fiche.entry(key) is not None and not _filled(key)(one)


def _filled(key: str) -> Test:
    return lambda one: any(entry.lines or one.fiche.ticked(key) for entry in one.fiche.entries if entry.key == key)


def _and(*tests: Test) -> Test:
    return lambda one: all(test(one) for test in tests)


def _or(*tests: Test) -> Test:
    return lambda one: any(test(one) for test in tests)


def _not(test: Test) -> Test:
    return lambda one: not test(one)


# --- the questions


def _ask(identifier: str, question: str, fiches: Sequence[_Placed], test: Test, *, counted: bool = False) -> Known:
    """Compose a question answered by a set, or by how many it holds."""
    kind = identifier.partition("/")[0]
    actions = tuple(one.key for one in fiches if test(one))
    if not actions:
        return Known(identifier, kind, question, "not_found", ())
    return Known(identifier, kind, question, "answered", actions, len(actions) if counted else None)


def _about_roles(fiches: Sequence[_Placed], plans: Sequence[Plan]) -> Iterator[Known]:
    for name in ("MSA", "CPTS", "Association Clairvoie", "Réseau Vivance"):
        yield _ask(f"porteur/{name}", f"Quelles actions sont portées par {_SAID[name]} ?", fiches, _led(name))
    for name in ("ARS", "CAF", "Association Tournesol"):
        question = f"Quelles actions ont {_SAID[name]} comme partenaire ?"
        yield _ask(f"partenaire/{name}", question, fiches, _partner(name))
    for name in ("CPAM", "CAF"):
        question = f"Dans quelles actions {_SAID[name]} est-elle un partenaire à contacter ?"
        yield _ask(f"à contacter/{name}", question, fiches, _partner(name, to_contact=True))
    for name in ("CAF", "CPAM"):
        question = f"Quelles actions sont financées par {_SAID[name]} ?"
        yield _ask(f"financeur/{name}", question, fiches, _funded(name))
    for name, ending in (("Association Clairvoie", "elle engagée"), ("Collectif Bel Âge", "il engagé")):
        question = f"À quoi {_SAID[name]} est-{ending} ?"
        yield _ask(f"engagement/{name}", question, fiches, _or(_led(name), _partner(name, to_contact=False)))
    for name in ("Conseil départemental", "Mutualité française"):
        question = f"Combien d'actions sont portées par {_SAID[name]} ?"
        yield _ask(f"décompte/{name}", question, fiches, _led(name), counted=True)


def _about_words(fiches: Sequence[_Placed], plans: Sequence[Plan]) -> Iterator[Known]:
    for word in ("covoiturage", "pédibus", "podcast", "baluchonnage", "sophrologie"):
        yield _ask(f"sujet/{word}", f"Quelles actions parlent de {word} ?", fiches, _says(word))
    question = "Combien d'actions parlent de médicobus ?"
    yield _ask("décompte/médicobus", question, fiches, _says("médicobus"), counted=True)


def _about_boxes(fiches: Sequence[_Placed], plans: Sequence[Plan]) -> Iterator[Known]:
    for key, label in (("public", stock.PUBLICS[2]), ("public", stock.PUBLICS[5]), ("typologie", stock.TYPES[1])):
        question = f"Dans quelles actions la case « {label} » est-elle cochée ?"
        yield _ask(f"case/{label}", question, fiches, _ticked(key, label))
    yield _ask("période/début", "Quelles actions commencent en 2026 ?", fiches, _starts(2026))
    yield _ask("période/fin", "Quelles actions se terminent en 2029 ?", fiches, _ends(2029))


def _about_plans(fiches: Sequence[_Placed], plans: Sequence[Plan]) -> Iterator[Known]:
    for plan in plans[:2]:
        question = f"Combien de fiches compte le contrat local de santé {plan.of_place} ?"
        yield _ask(f"décompte/{plan.place}", question, fiches, _in(plan), counted=True)
    for plan in plans[1:3]:
        axe = next(one.fiche.axe for one in fiches if one.paper.plan == plan)
        question = f"Quelles sont les actions de l'axe {axe} du contrat local de santé {plan.of_place} ?"
        yield _ask(f"axe/{plan.place}", question, fiches, _and(_in(plan), _under(axe)))
    for name in ("MSA", "CCAS"):
        plan = _plan_with_most(fiches, _led(name))
        question = f"Quelles actions {plan.of_place} sont portées par {_SAID[name]} ?"
        yield _ask(f"plan et porteur/{name}", question, fiches, _and(_in(plan), _led(name)))
    plan = _plan_with_most(fiches, _left_empty("financement"))
    question = f"Quelles actions {plan.of_place} n'ont pas de financement renseigné ?"
    yield _ask(f"vide/{plan.place}", question, fiches, _and(_in(plan), _left_empty("financement")))


def _combined(fiches: Sequence[_Placed], plans: Sequence[Plan]) -> Iterator[Known]:
    msa, ars, cpts, ccas, box = _led("MSA"), _partner("ARS"), _led("CPTS"), _led("CCAS"), stock.PUBLICS[2]
    plan = _plan_with_most(fiches, msa)
    for name, question, test in (
        ("sauf un plan", f"Quelles actions sont portées par la MSA, sauf celles {plan.of_place} ?",
         _and(msa, _not(_in(plan)))),
        ("sauf un partenaire", "Quelles actions portées par la MSA n'ont pas l'ARS comme partenaire ?",
         _and(msa, _not(ars))),
        ("sauf un porteur", "Quelles actions ont l'ARS comme partenaire, sauf celles portées par la MSA ?",
         _and(ars, _not(msa))),
        ("porteur et partenaire", "Quelles actions portées par la MSA ont l'ARS comme partenaire ?", _and(msa, ars)),
        ("l'un ou l'autre", "Quelles actions sont portées par la MSA ou par le CCAS ?", _or(msa, ccas)),
        ("porteur et année", "Quelles actions portées par la CPTS commencent en 2025 ?", _and(cpts, _starts(2025))),
        ("porteur et case", f"Quelles actions portées par le CCAS ont la case « {box} » cochée ?",
         _and(ccas, _ticked("public", box))),
        ("sujet sauf porteur", "Quelles actions parlent de pédibus, sauf celles portées par le CCAS ?",
         _and(_says("pédibus"), _not(ccas))),
        ("sujet et année", "Quelles actions qui parlent de podcast commencent en 2025 ?",
         _and(_says("podcast"), _starts(2025))),
    ):  # fmt: skip
        yield _ask(f"ensemble/{name}", question, fiches, test)
    question = "Combien d'actions portées par la CPTS ont la CPAM comme partenaire ?"
    yield _ask("décompte/porteur et partenaire", question, fiches, _and(cpts, _partner("CPAM")), counted=True)


def _about_one(fiches: Sequence[_Placed], plans: Sequence[Plan]) -> Iterator[Known]:
    numbered = [one for one in fiches if one.fiche.number]
    for key, asked in (
        ("porteur", "Qui porte la fiche {}"),
        ("financement", "Quel est le budget de la fiche {}"),
        ("partenaires", "Quels sont les partenaires de la fiche {}"),
        ("calendrier", "Quand se déroule la fiche {}"),
        ("referent", "Quel est le contact de la fiche {}"),
    ):
        suited = [one for one in numbered if _filled(key)(one)]
        for one in (suited[len(suited) // 3], suited[-1]):
            place = f"contrat local de santé {one.paper.plan.of_place}"
            question = f"{asked.format(one.fiche.number)} du {place} ?"
            yield Known(f"champ/{key} {one.paper.path}", "champ", question, actions=(one.key,), facts=_facts(one, key))
    one = numbered[len(numbered) // 2]
    question = f"Que prévoit l'action « {one.fiche.title} » {one.paper.plan.of_place} ?"
    yield Known("champ/titre", "champ", question, actions=(one.key,), facts=_facts(one, "etapes")[:1])


def _facts(one: _Placed, key: str) -> tuple[str, ...]:
    """Return what must be said of a field: its lines, the amount of a budget, the first year of a calendar."""
    if key == "calendrier":
        return (str(one.fiche.first_year),)
    entry = one.fiche.entry(key)
    lines = entry.lines if entry else ()
    return tuple(line.rstrip("*").removeprefix("Budget prévisionnel de ") for line in lines)[
        : 1 if key == "financement" else None
    ]


def _about_none(fiches: Sequence[_Placed], plans: Sequence[Plan]) -> Iterator[Known]:
    body = stock.ABSENT_BODY
    yield _ask("aucune/porteur", f"Quelles actions sont portées par la {body} ?", fiches, _led(body))
    word = "thalassothérapie"
    yield _ask("aucune/sujet", f"Quelles actions parlent de {word} ?", fiches, _says(word))
    yield _ask("aucune/année", "Quelles actions commencent en 2035 ?", fiches, _starts(2035))
    # A body that leads actions elsewhere, and none in this plan (or the fewest, in a corpus of few plans).
    led = Counter((one.paper.plan, leader.name) for one in fiches for leader in one.fiche.leaders)
    pairs = ((plan, name) for name in ("MSA", "CPTS", "CCAS", "Association Clairvoie") for plan in plans)
    plan, name = min(pairs, key=lambda pair: led[pair])
    question = f"Quelles actions {plan.of_place} sont portées par {_SAID[name]} ?"
    yield _ask("aucune/plan et porteur", question, fiches, _and(_in(plan), _led(name)))


def _plan_with_most(fiches: Sequence[_Placed], test: Test) -> Plan:
    """Return the plan that holds the most fiches that pass a test, the first of equals."""
    counts: dict[Plan, int] = {}
    for one in fiches:
        counts[one.paper.plan] = counts.get(one.paper.plan, 0) + test(one)
    return max(counts, key=lambda plan: counts[plan])
