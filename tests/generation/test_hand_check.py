"""Sentences that a person judged: exported with their evidence, read back, and held against today's checks."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from fake_model import FakeModel, says
from materials import QUOTES, make_item, make_material
from test_eval_writing import ALSO, BAD, GOOD, LEXICON, PROMPTS, make_asked, make_case

from clsassist.errors import ClsAssistError, ConfigurationError
from clsassist.evaluation.hand_check import hold_against, load_judged, write_to_judge
from clsassist.evaluation.tape import Tape
from clsassist.evaluation.writing import write_one
from clsassist.generation import Verdict, load_model
from clsassist.lexicon import load_lexicon

CASE = make_case("Saverne")
MATERIAL = make_material(question=CASE.question)
# True, but the check lets no word through that the evidence lacks.
STRICT = "Les internes sont logés par la CPTS du Lac [2]."


@pytest.fixture
def written(tmp_path):
    with FakeModel(says(f"{GOOD} {BAD} {GOOD} {STRICT} {ALSO} Le plan")) as server:
        tape = Tape(load_model(server.settings()), tmp_path / "t.jsonl")
        return [write_one(make_asked(CASE), MATERIAL, tape, PROMPTS, LEXICON)]


def export(folder, written, judged=(), name="a.yaml", **judgements):
    """Export a run, then judge the sentences named by their place."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    write_to_judge(path, written, judged)
    if judgements:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        for place, (judgement, why) in judgements.items():
            entries[0]["sentences"][int(place[1:])].update(judgement=judgement, why=why)
        path.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    return path


def hold(folder, written, material=MATERIAL):
    materials = {(CASE.id, CASE.question): material}
    return hold_against(load_judged(folder), lambda *key: materials.get(key), written, LEXICON)


YES, NO = ("soutenue", ""), ("non soutenue", "La MSA n'est pas dans l'extrait.")


def test_every_sentence_is_exported_with_its_evidence_and_its_verdict(written, tmp_path):
    path = tmp_path / "new" / "a.yaml"
    assert write_to_judge(path, written, ()) == 6
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Phrases rédigées par un modèle, à juger à la main")
    [entry] = yaml.safe_load(text)
    assert (entry["id"], entry["question"], entry["exact"]) == (CASE.id, CASE.question, MATERIAL.exact)
    assert entry["evidence"] == {
        number: {"action": title, "plan": "CLS du Lac 2024-2028", "label": "Modalités", "quote": QUOTES[number - 1]}
        for number, title in ((2, "Accueillir des internes"), (3, "Bouger en famille"))
    }
    assert [(one["said"], one["cited"], one["removed"] is None, one["judgement"]) for one in entry["sentences"]] == [
        (GOOD, [2], True, None),
        (BAD, [2], False, None),
        (GOOD, [2], False, None),
        (STRICT, [2], False, None),
        (ALSO, [3], True, None),
        ("Le plan", [], False, None),
    ]


def test_what_somebody_wrote_is_never_written_over(written, tmp_path):
    path = export(tmp_path / "w", written, _0=YES)
    before = path.read_text()
    with pytest.raises(ClsAssistError, match="existe déjà"):
        write_to_judge(path, written, ())
    assert path.read_text() == before


def test_judgements_are_carried_over_to_the_next_export(written, tmp_path):
    judged = load_judged(export(tmp_path / "w", written, _0=YES, _1=NO).parent)
    path = tmp_path / "next.yaml"
    # The third sentence is the first one again: it has its judgement.
    assert write_to_judge(path, written, judged) == 3
    sentences = yaml.safe_load(path.read_text(encoding="utf-8"))[0]["sentences"]
    assert [(one["judgement"], one["why"]) for one in sentences[:3]] == [YES, NO, YES]


def test_each_judgement_is_held_against_the_checks(written, tmp_path):
    export(tmp_path / "w", written, _0=YES, _1=NO, _2=YES, _3=YES, _4=("non soutenue", "Pour l'épreuve."))
    check = hold(tmp_path / "w", written)
    # What is said twice counts once.
    assert (check.checked, check.shown, check.removed, check.stale, check.waiting) == (4, 1, 1, 0, 1)
    assert [(fault.said, fault.detail) for fault in check.false_shown] == [(ALSO, "Pour l'épreuve.")]
    assert [fault.said for fault in check.wrongly_removed] == [STRICT]
    assert check.wrongly_removed[0].detail.endswith(".")
    assert (check.run_shown, check.run_judged) == (2, 2)


def test_judged_sentences_are_checked_again_whatever_model_writes_now(written, tmp_path):
    export(tmp_path / "w", written, _0=YES, _1=NO)
    check = hold(tmp_path / "w", [])
    assert (check.checked, check.shown, check.removed, check.run_shown) == (2, 1, 1, 0)


def test_judgements_taken_up_by_a_second_file_count_once(written, tmp_path):
    judged = load_judged(export(tmp_path / "w", written, _0=YES, _1=NO).parent)
    export(tmp_path / "w", written, judged, name="b.yaml")
    assert hold(tmp_path / "w", []).checked == 2


def test_an_unfinished_sentence_is_not_wrongly_removed(written, tmp_path):
    export(tmp_path / "w", written, _5=YES)
    check = hold(tmp_path / "w", [])
    assert (check.checked, check.removed, check.wrongly_removed) == (1, 1, ())


def test_a_judgement_does_not_outlive_its_evidence(written, tmp_path):
    export(tmp_path / "w", written, _0=YES, _4=YES)
    items = list(MATERIAL.items)
    items[1] = make_item(2, "La CPTS du Lac met un logement à disposition des internes et des externes.")
    check = hold(tmp_path / "w", [], make_material(tuple(items)))
    assert (check.checked, check.stale) == (1, 1)
    assert hold(tmp_path / "w", [], None).stale == 2


def test_sentences_of_the_run_that_nobody_judged_are_counted(written, tmp_path):
    export(tmp_path / "w", written, _0=YES)
    check = hold(tmp_path / "w", written)
    assert (check.run_shown, check.run_judged, check.waiting) == (2, 1, 5)


def test_the_same_words_on_other_evidence_are_another_sentence(written, tmp_path):
    judged = load_judged(export(tmp_path / "w", written, _0=YES).parent)
    other = make_material((MATERIAL.items[0], make_item(2, "La CPTS du Lac loge."), MATERIAL.items[2]))
    again = replace(written[0], material=other, verdicts=(Verdict(GOOD, None, (2,)),))
    assert write_to_judge(tmp_path / "b.yaml", [again], judged) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"judgement": "oui"}, "« oui » n'est ni « soutenue » ni « non soutenue »"),
        ({"judgement": "non soutenue", "why": " "}, "il manque pourquoi"),
        ({"cited": [9]}, "mal écrite"),
    ],
)
def test_a_file_badly_written_is_said_with_its_name(change, said, written, tmp_path):
    path = export(tmp_path / "w", written)
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries[0]["sentences"][0].update(change)
    path.write_text(yaml.safe_dump(entries), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"a\.yaml.*{said}"):
        load_judged(tmp_path / "w")


def test_a_sentence_judged_both_ways_is_refused(written, tmp_path):
    export(tmp_path / "w", written, name="a.yaml", _0=YES)
    export(tmp_path / "w", written, name="b.yaml", _0=("non soutenue", "Non."))
    with pytest.raises(ConfigurationError, match="jugée soutenue et non soutenue"):
        load_judged(tmp_path / "w")


def test_a_folder_without_judgements_is_no_error_and_no_folder_is_one(tmp_path):
    assert load_judged(tmp_path) == ()
    with pytest.raises(ConfigurationError, match="n'est pas un dossier"):
        load_judged(tmp_path / "absent")


def test_the_project_s_own_judgements_can_be_read():
    from pathlib import Path

    load_judged(Path(__file__).resolve().parents[2] / "eval" / "written")


def test_no_sentence_that_somebody_judged_false_is_shown(material_of):
    judged = load_judged(Path(__file__).resolve().parents[2] / "eval" / "written")
    check = hold_against(judged, lambda name, question: material_of("demo", question), (), load_lexicon())

    assert check.false_shown == ()
    assert check.shown >= 60
