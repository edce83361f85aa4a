"""The invented fiches are read back as they were invented, and their questions are answered as known."""

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePath

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import clsassist.assistant
import clsassist.indexing
from clsassist.assistant import Assistant
from clsassist.corpus import read_corpus
from clsassist.embedding import passage_to_text
from clsassist.indexing import index_corpus
from clsassist.passages import corpus_to_passages
from clsassist.records import AnswerStatus, Status
from clsassist.settings import Settings
from many_fiches.inventing import invent
from many_fiches.judging import find_fault
from many_fiches.layouts import paper_to_bytes
from many_fiches.questions import make_questions
from many_fiches.writing import NEW_STEP, updated, write_corpus

# A draw that meets each layout of each family.
_COUNT = 200
_SEED = 4


class NoEmbedder:
    """Embeds every text as the same vector: exact answers owe nothing to vectors."""

    name = "none-1"
    dimension = 4

    def embed_passages(self, texts, progress=None):
        return np.full((len(texts), self.dimension), 0.5, dtype=np.float32)

    def embed_query(self, text):
        return self.embed_passages([text])[0]


@pytest.fixture(scope="module")
def papers():
    return invent(_COUNT, _SEED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many") / "corpus"
    write_corpus(_COUNT, folder, _SEED)
    return folder


@pytest.fixture(scope="module")
def read(folder):
    """What the product reads of each paper, by path."""
    corpus = read_corpus([folder], Settings())
    assert corpus.failures == ()
    return {parsed.document.path: parsed for parsed in corpus.documents}


def pairs(papers, read):
    """Each invented fiche with the action read in its place."""
    return [
        (fiche, action)
        for paper in papers
        for fiche, action in zip(paper.fiches, read[paper.path].actions, strict=True)
    ]


def test_every_layout_of_the_generator_is_met(papers):
    met = {(paper.plan.family.value, PurePath(paper.path).suffix) for paper in papers}
    assert met == {
        ("contrat", ".txt"),
        ("contrat", ".html"),
        ("formulaire", ".txt"),
        ("formulaire", ".docx"),
        ("livret", ".txt"),
        ("livret", ".md"),
        ("tableur", ".xlsx"),
    }


def test_numbers_titles_axes_years_and_plans_are_read_as_invented(papers, read):
    for paper in papers:
        parsed = read[paper.path]
        assert parsed.plan.name == paper.plan.name
        assert [
            (action.number, action.title, action.axe_number, action.first_year, action.last_year)
            for action in parsed.actions
        ] == [(fiche.number, fiche.title, fiche.axe, fiche.first_year, fiche.last_year) for fiche in paper.fiches]


def test_porteurs_and_partners_are_read_with_their_status(papers, read):
    for fiche, action in pairs(papers, read):
        for key, invented in (("porteur", fiche.leaders), ("partenaires", fiche.partners)):
            given = {(one.organisation, one.status) for one in action.involvements if one.field_key == key}
            assert given == {
                (one.written, Status.TO_CONTACT if one.to_contact else Status.ENGAGED) for one in invented
            }, (fiche.title, key)


def test_every_field_is_read_with_its_words_and_its_boxes(papers, read):
    def words(lines):
        return " ".join(lines).replace("*", " ").replace("/", " ").split()

    for fiche, action in pairs(papers, read):
        for entry in fiche.entries:
            field = next((one for one in action.fields if one.key == entry.key), None)
            assert field is not None, (fiche.title, entry)
            assert words(item.text for item in field.items) == words(entry.lines)
            assert [(option.label, option.ticked) for option in field.options] == [
                (box.label, box.ticked) for box in entry.boxes
            ]


def test_about_twenty_passages_a_fiche_are_composed_from_a_bounded_stock(folder):
    passages = corpus_to_passages(read_corpus([folder], Settings()))
    assert 18 <= len(passages) / _COUNT <= 22
    # Ten thousand fiches cannot have more distinct texts than titles, families and ways of filling a field allow.
    assert len({passage_to_text(passage) for passage in passages}) <= 10_000


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_corpus(papers):
    assert [paper_to_bytes(paper) for paper in invent(60, 3)] == [paper_to_bytes(paper) for paper in invent(60, 3)]
    assert invent(60, 3) != invent(60, 4)


@pytest.mark.parametrize(("update", "before", "after"), [("change", 0, 0), ("remove", 1, 0), ("add", 0, 1)])
def test_an_update_touches_one_document(tmp_path, update, before, after):
    folder = tmp_path / "corpus"
    first = write_corpus(60, folder, 3)
    changed = write_corpus(60, folder, 3, update)
    assert (first.touched, changed.touched) == (first.papers, 1)
    assert changed.papers == first.papers - before + after
    assert write_corpus(60, folder, 3).touched == 1


def test_a_changed_document_says_a_step_that_no_other_says():
    said = [
        line
        for paper in updated(invent(60, 3), "change", 3)
        for fiche in paper.fiches
        for entry in fiche.entries
        for line in entry.lines
    ]
    assert said.count(NEW_STEP) == 1


def test_the_answers_are_written_beside_the_corpus_and_are_of_every_kind(folder):
    said = json.loads((folder.parent / f"{folder.name}.answers.json").read_text(encoding="utf-8"))
    assert len(said["questions"]) >= 40
    assert len({one["question"] for one in said["questions"]}) == len(said["questions"])
    assert {one["status"] for one in said["questions"]} == {"answered", "not_found"}


@pytest.fixture(scope="module")
def assistant(folder, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        for module in (clsassist.indexing, clsassist.assistant):
            patch.setattr(module, "load_embedder", lambda *_: NoEmbedder())
        settings = replace(Settings(), index_dir=tmp_path_factory.mktemp("many-index"))
        index_corpus([folder], settings)
        assistant = Assistant.open(settings.index_dir, settings)
        assistant.ask("Combien de fiches ?")
        yield assistant
        assistant.close()


def test_known_answers_come_right_whatever_the_vectors(papers, assistant):
    faults = {known.id: find_fault(known, assistant.ask(known.question)) for known in make_questions(papers)}
    assert {identifier: fault for identifier, fault in faults.items() if fault} == {}


@pytest.mark.parametrize(
    ("question", "gives"),
    [
        ("Quelles fiches ont un budget chiffré ?", True),
        ("Quel est le budget total ?", True),
        ("Quelles actions n'ont pas de budget chiffré ?", False),
    ],
)
def test_fiches_that_give_an_amount_are_told_from_those_that_do_not(papers, assistant, question, gives):
    def wanted(fiche):
        entry = fiche.entry("financement")
        return entry is not None and any("€" in line for line in entry.lines) is gives

    answer = assistant.ask(question)
    assert invented(papers, wanted) == Counter((one.document, one.number, one.title) for one in answer.actions)
    assert len(answer.citations) <= 120


def test_numbers_that_many_plans_have_are_compared_in_the_plan_that_is_chosen(assistant):
    answer = assistant.ask("Compare la fiche 1 et la fiche 2")
    assert answer.status is AnswerStatus.AMBIGUOUS
    for choice in answer.choices:
        compared = assistant.ask(choice)
        assert [one.number for one in compared.actions] == ["1", "2"]
        assert len({one.plan for one in compared.actions}) == 1


def test_a_wrong_answer_is_told(papers, assistant):
    known = next(known for known in make_questions(papers) if known.id == "porteur/MSA")
    answer = assistant.ask(known.question)
    assert find_fault(known, answer) is None
    assert "1 actions manquent" in str(find_fault(known, replace(answer, actions=answer.actions[1:])))
    assert "1 sont de trop" in str(find_fault(known, replace(answer, actions=(*answer.actions, answer.actions[0]))))
    assert "999" in str(find_fault(replace(known, count=999), answer))
    assert "apiculture" in str(find_fault(replace(known, facts=("apiculture",)), answer))
    assert "statut" in str(find_fault(replace(known, status="not_found"), answer))


# --- families of wordings, each against what was invented


def led(fiche, name):
    return any(one.name == name for one in fiche.leaders)


def partner(fiche, name):
    return any(one.name == name for one in fiche.partners)


def takes_part(fiche, name):
    return led(fiche, name) or partner(fiche, name) or name in fiche.funders


def has_boxes(fiche, key):
    return any(entry.boxes for entry in fiche.entries if entry.key == key)


def asked(assistant, question):
    return Counter((one.document, one.number, one.title) for one in assistant.ask(question).actions)


def invented(papers, test):
    return Counter((paper.path, one.number, one.title) for paper in papers for one in paper.fiches if test(one))


_LED_WITHOUT_PARTNER = (
    "Quelles actions pilotées par la MSA n'ont pas l'ARS pour partenaire ?",
    "Quelles actions dont la MSA est porteur n'ont pas l'ARS comme partenaire ?",
    "Quelles actions dont le porteur est la MSA et où l'ARS n'est pas partenaire ?",
    "Quelles actions que porte la MSA et dont l'ARS n'est pas partenaire ?",
    "actions portées par la MSA mais sans l'ARS comme partenaire",
    "actions portées par la MSA sans partenariat avec l'ARS",
    "actions de la MSA qui n'ont pas l'ARS parmi leurs partenaires",
    "Quelles actions la MSA porte-t-elle sans que l'ARS soit partenaire ?",
    "Quelles actions portées par la MSA ne sont pas menées en partenariat avec l'ARS ?",
    "Quelles actions portées par la MSA ne comptent pas l'ARS parmi leurs partenaires ?",
    "Quelles actions dont l'ARS n'est pas partenaire sont portées par la MSA ?",
    "Quelles actions n'ont pas l'ARS comme partenaire et sont portées par la MSA ?",
    "Parmi les actions de la MSA, lesquelles n'ont pas l'ARS comme partenaire ?",
    "Combien d'actions portées par la MSA n'ont pas l'ARS comme partenaire ?",
    "actions portées par la MSA hors celles où l'ARS est partenaire",
    "actions portées par la MSA sauf lorsque l'ARS est partenaire",
    "Quelles actions sont portées par la MSA et n'ont pas l'ARS comme partenaire ?",
    "actions portées par la msa ou l'ars n'est pas partenaire",
)
_LED_WITHOUT = (
    "Quelles actions portées par la MSA ne mentionnent pas l'ARS ?",
    "Quelles actions portées par la MSA et qui ne mentionnent pas l'ARS ?",
    "actions pilotées par la MSA mais sans l'ARS",
    "actions pilotées par la MSA sans l'ARS",
    "Quelles actions portées par la MSA n'associent pas l'ARS ?",
    "actions portées par la MSA hors ARS",
)
_LED_WITHOUT_MONEY = (
    "Quelles actions portées par la MSA ne sont pas financées par l'ARS ?",
    "Quelles actions portées par la MSA que l'ARS ne finance pas ?",
    "actions portées par la MSA sans financement de l'ARS",
)
_PARTNER_NOT_LED = (
    "Quelles actions dont l'ARS est partenaire ne sont pas portées par la MSA ?",
    "Quelles actions ayant l'ARS comme partenaire ne sont pas portées par la MSA ?",
    "Quelles actions dont l'ARS est partenaire la MSA ne porte-t-elle pas ?",
)
_NOT_LED = ("Quelles actions la MSA ne porte-t-elle pas ?", "Quelles actions ne sont pas portées par la MSA ?")
_BOTH = (
    "Quelles actions de la MSA ont l'ARS comme partenaire ?",
    "Quelles actions dont l'ARS est partenaire sont portées par la MSA ?",
)


@pytest.mark.parametrize(
    ("questions", "test"),
    [
        (_LED_WITHOUT_PARTNER, lambda one: led(one, "MSA") and not partner(one, "ARS")),
        (_LED_WITHOUT, lambda one: led(one, "MSA") and not takes_part(one, "ARS")),
        (_LED_WITHOUT_MONEY, lambda one: led(one, "MSA") and "ARS" not in one.funders),
        (_PARTNER_NOT_LED, lambda one: partner(one, "ARS") and not led(one, "MSA")),
        (_NOT_LED, lambda one: not led(one, "MSA")),
        (_BOTH, lambda one: led(one, "MSA") and partner(one, "ARS")),
        (
            ("Quelles actions portées par la MSA n'ont ni l'ARS ni la CPAM comme partenaire ?",),
            lambda one: led(one, "MSA") and not partner(one, "ARS") and not partner(one, "CPAM"),
        ),
        (
            ("Quelles actions portées par la MSA n'ont pas l'ARS comme partenaire et commencent en 2026 ?",),
            lambda one: led(one, "MSA") and not partner(one, "ARS") and one.first_year == 2026,
        ),
        (
            ("Quelles actions de la MSA sont financées par l'ARS ?",),
            lambda one: led(one, "MSA") and "ARS" in one.funders,
        ),
        (
            ("Dans quelles actions la MSA est partenaire sans être porteuse ?",),
            lambda one: partner(one, "MSA") and not led(one, "MSA"),
        ),
    ],
)
def test_a_denied_verb_reaches_what_follows_it_and_its_subject(papers, assistant, questions, test):
    wanted = invented(papers, test)
    assert wanted
    given = {question: asked(assistant, question) for question in questions}
    assert {question: (wanted - one, one - wanted) for question, one in given.items() if one != wanted} == {}


_TEENS, _OLDER, _TRIAL = "Adolescents (12 à 15 ans)", "Personnes âgées (>65 ans)", "Action expérimentale"


@pytest.mark.parametrize(
    ("question", "test"),
    [
        *(
            (question, lambda one: _TEENS in one.ticked("public"))
            for question in (
                "Quelles actions cochent la case Adolescents ?",
                "Dans quelles fiches a-t-on coché « Adolescents (12 à 15 ans) » ?",
                "fiches où la case adolescents est cochée",
                "Combien d'actions ont la case « Adolescents (12 à 15 ans) » cochée ?",
            )
        ),
        *(
            (question, lambda one: has_boxes(one, "public") and _TEENS not in one.ticked("public"))
            for question in (
                "Dans quelles actions la case « Adolescents (12 à 15 ans) » n'est-elle pas cochée ?",
                "Quelles fiches ne cochent pas la case Adolescents ?",
                "actions avec la case Adolescents non cochée",
            )
        ),
        *(
            (question, lambda one: {_TEENS, "Professionnels"} <= set(one.ticked("public")))
            for question in (
                "Quelles actions ont les cases « Adolescents (12 à 15 ans) » et « Professionnels » cochées ?",
                "actions où Adolescents et Professionnels sont cochés",
            )
        ),
        (
            "Quelles actions cochent la case Adolescents ou la case Professionnels ?",
            lambda one: {_TEENS, "Professionnels"} & set(one.ticked("public")),
        ),
        ("Où la case action expérimentale est-elle cochée ?", lambda one: _TRIAL in one.ticked("typologie")),
        (
            "Quelles actions cochent les cases Adolescents et Action expérimentale ?",
            lambda one: _TEENS in one.ticked("public") and _TRIAL in one.ticked("typologie"),
        ),
        (
            "Quelles actions portées par le CCAS n'ont pas coché la case Adolescents ?",
            lambda one: led(one, "CCAS") and has_boxes(one, "public") and _TEENS not in one.ticked("public"),
        ),
        (
            "actions portées par le CCAS sauf celles où la case Adolescents est cochée",
            lambda one: led(one, "CCAS") and _TEENS not in one.ticked("public"),
        ),
        (
            "Quelles actions visent les personnes âgées ?",
            lambda one: any(_OLDER in (*entry.lines, *one.ticked("public")) for entry in one.entries),
        ),
    ],
)
def test_a_box_is_ticked_where_words_of_the_same_field_do_not_tick_it(papers, assistant, question, test):
    assert asked(assistant, question) == invented(papers, test)
