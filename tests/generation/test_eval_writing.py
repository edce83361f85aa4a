"""The scores of a model's writings: on scripts whose truth is known each figure is checked, and a cut run goes on."""

import json

import pytest
from answers import make_answer
from fake_model import FakeModel, cut_after, hangs, refuses, says
from materials import QUOTES, make_item, make_material

from clsassist.evaluation.cases import Case
from clsassist.evaluation.citations import Citations, count_citations
from clsassist.evaluation.tape import Outgrown, Recording, Tape, tape_path
from clsassist.evaluation.writing import Asked, WrittenAnswer, spread, write_one
from clsassist.evaluation.writing_scores import group_writings, score_writings
from clsassist.generation import Notice, Prompts, Task, Verdict, load_model
from clsassist.lexicon import load_lexicon
from clsassist.question import Intent
from clsassist.records import AnswerStatus

LEXICON, PROMPTS = load_lexicon(), Prompts.load()
THIRD, GOOD, ALSO = (f"{quote[:-1]} [{number}]." for number, quote in enumerate(QUOTES, start=1))
BAD = "La MSA finance 300 logements pour les internes [2]."
WORSE = "Le sport adapté est piloté par la préfecture du Rhône [3]."


def make_case(name="une", kind="ouverte", **changes):
    return Case(name, kind, f"Que prévoit {name} ?", AnswerStatus.ANSWERED, **changes)


def make_asked(case, question=None):
    return Asked(case, question or case.question, make_answer(kind=Intent.OPEN.value))


def write_one_by_one(server, path, *names, **settings):
    """What is written of as many questions, one after the other, and the tape."""
    tape = Tape(load_model(server.settings(**settings)), path)
    return [
        write_one(make_asked(make_case(name)), make_material(question=f"{name} ?"), tape, PROMPTS, LEXICON)
        for name in names
    ], tape


def scores_of(tmp_path, *scripts):
    with FakeModel(*scripts) as server:
        written, _ = write_one_by_one(server, tmp_path / "t.jsonl", *map(str, range(len(scripts))))
    return score_writings(written, LEXICON)


# --- figures


def test_each_figure_of_a_known_script_is_right(tmp_path):
    scores = scores_of(
        tmp_path,
        says(f"{GOOD} {BAD} {ALSO}"),
        says(f"{THIRD} {THIRD} {GOOD}"),
        says(f"{BAD} {WORSE}"),
        says(f"{BAD} {WORSE} La mairie paie tout [1]. {GOOD}"),
        refuses(503),
        says(""),
    )
    assert (scores.answers, scores.kept, scores.removed) == (6, 5, 7)
    assert scores.share_kept == pytest.approx(5 / 12)
    assert scores.alone == {
        "les documents ne prouvent rien de ce que le modèle a écrit": 1,
        "les documents ne prouvent que … phrase(s) sur … du modèle": 1,
        "le modèle de langue est surchargé": 1,
        "le modèle de langue n'a rien écrit": 1,
    }
    assert scores.failures == {"est surchargé": 1, "n'a rien écrit": 1}
    assert sum(scores.reasons.values()) == 7
    assert scores.reasons["Cette phrase répète une phrase précédente."] == 1
    # Those kept, and the one said twice: its second time is as supported as its first.
    assert (scores.written.sentences, scores.written.supported) == (12, 6)
    assert scores.written.recall == pytest.approx(6 / 12)
    assert (scores.written.citations, scores.written.precise) == (12, 6)
    assert scores.shown == Citations(5, 5, 5, 5)


def test_a_failure_after_proved_sentences_is_counted_and_the_answer_is_not_alone(tmp_path):
    scores = scores_of(tmp_path, cut_after(f"{GOOD} {ALSO} La"))
    assert (scores.kept, scores.removed) == (2, 0)
    assert scores.failures == {"s'est interrompu au milieu de sa réponse": 1}
    assert scores.alone == {}


def test_nothing_written_has_no_share_no_pace_and_no_second(tmp_path):
    scores = scores_of(tmp_path, refuses(503))
    assert (scores.share_kept, scores.words_per_second, scores.first_word, scores.first_shown) == (None,) * 4
    assert (scores.written.recall, scores.written.precision) == (None, None)


def timed(pieces, seconds, shown):
    recording = Recording("x", pieces, seconds)
    verdicts = tuple(Verdict("Une phrase.", None if one else "non", ()) for one in shown.values())
    notice = Notice("", sum(shown.values()), 0, alone=False)
    return WrittenAnswer(make_case(), "?", make_material(), verdicts, tuple(shown), notice, recording)


def test_the_pace_counts_words_from_the_first_on_and_the_wait_until_the_first_sentence_shown():
    one = timed(((2.0, "un deux "), (4.0, "trois quatre")), 4.0, {3.0: False, 4.0: True})
    other = timed(((1.0, "cinq "), (3.0, "six")), 3.0, {2.0: True, 3.0: True})
    scores = score_writings([one, other], LEXICON)
    assert scores.words_per_second == pytest.approx(6 / 4)
    assert scores.first_word == pytest.approx((1.5, 1.95))
    assert scores.first_shown == pytest.approx((3.0, 3.9))


def test_the_groups_are_the_kinds_then_seen_held_and_all(tmp_path):
    open_case, held = make_case("a"), make_case("b", kind="comparaison", held=True)
    written = [
        WrittenAnswer(case, "?", make_material(), (), (), Notice("", 0, 0, True), None) for case in (open_case, held)
    ]
    groups = group_writings(written)
    assert {name: len(group) for name, group in groups.items()} == {
        "ouverte": 1, "comparaison": 1, "seen": 1, "held": 1, "total": 2,
    }  # fmt: skip
    assert list(groups)[-1] == "total"


# --- citations, in the sense of ALCE

LODGING = "La CPTS du Lac met un logement à disposition des internes"
BOTH = "Le plan organise des formations de maîtres de stage pour les médecins généralistes"


@pytest.mark.parametrize(
    ("sentence", "expected", "shown"),
    [
        (f"{LODGING} [2].", Citations(1, 1, 1, 1), Citations(1, 1, 1, 1)),
        # [3] supports nothing of it: it is taken away.
        (f"{LODGING} [2][3].", Citations(1, 1, 2, 1), Citations(1, 1, 1, 1)),
        # Each supports it alone: neither is needed, both serve.
        (f"{LODGING} [2][4].", Citations(1, 1, 2, 2), Citations(1, 1, 2, 2)),
        # None supports it alone, each is needed.
        (
            f"{BOTH} [1] et la CPTS du Lac met un logement à disposition des internes [2].",
            Citations(1, 1, 2, 2),
            Citations(1, 1, 2, 2),
        ),
        # Not supported: no citation of it serves.
        (f"{LODGING} [3].", Citations(1, 0, 1, 0), Citations()),
        (f"{LODGING} [9].", Citations(1, 0, 1, 0), Citations()),
        (f"{LODGING}.", Citations(1, 0, 0, 0), Citations()),
    ],
)
def test_citations_are_counted_as_alce_does(sentence, expected, shown, tmp_path):
    items = (*make_material().items, make_item(4, QUOTES[1]))
    with FakeModel(says(sentence)) as server:
        tape = Tape(load_model(server.settings()), tmp_path / "t.jsonl")
        written = write_one(make_asked(make_case()), make_material(items), tape, PROMPTS, LEXICON)
    assert count_citations(written, LEXICON, shown_only=False) == expected
    assert count_citations(written, LEXICON, shown_only=True) == shown


# --- a run that was cut

silent = hangs()


def test_what_was_written_is_not_asked_again(tmp_path):
    path = tmp_path / "a" / "t.jsonl"
    with FakeModel(says(f"{GOOD} {BAD}")) as server:
        first, _ = write_one_by_one(server, path, "une", "deux")
        again, tape = write_one_by_one(server, path, "une", "deux", "trois")
    assert len(server.requests) == 3
    assert again[:2] == first
    assert (tape.replayed, tape.damaged) == (2, 0)


def test_a_line_that_a_kill_cut_is_written_again_and_the_others_stay(tmp_path):
    path = tmp_path / "t.jsonl"
    with FakeModel(says(GOOD)) as server:
        first, _ = write_one_by_one(server, path, "une", "deux")
        path.write_bytes(path.read_bytes()[:-40])
        again, tape = write_one_by_one(server, path, "une", "deux")
        _, last = write_one_by_one(server, path, "une", "deux")
    assert [one.verdicts for one in again] == [one.verdicts for one in first]
    assert (tape.replayed, tape.damaged, len(server.requests)) == (1, 1, 3)
    assert (last.replayed, last.damaged) == (2, 1)


def test_other_evidence_or_other_instructions_are_asked_anew(tmp_path):
    path = tmp_path / "t.jsonl"
    with FakeModel(says(GOOD)) as server:
        write_one_by_one(server, path, "une")
        tape = Tape(load_model(server.settings()), path)
        fewer = make_material(make_material().items[:2], question="une ?")
        write_one(make_asked(make_case()), fewer, tape, PROMPTS, LEXICON)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("script", "asked_again"),
    [(refuses(503), True), (refuses(401), True), (says(""), False), (silent, False)],
)
def test_a_server_that_failed_is_asked_again_but_what_a_model_does_stays(script, asked_again, tmp_path):
    path = tmp_path / "t.jsonl"
    with FakeModel(script) as server:
        limit = 0.5 if server.scripts == [silent] else 30
        before, _ = write_one_by_one(server, path, "une", llm_timeout=limit)
        after, tape = write_one_by_one(server, path, "une", llm_timeout=limit)
    assert len(server.requests) == 1 + asked_again
    assert after[0].notice.text == before[0].notice.text
    assert tape.replayed == (not asked_again)


def test_an_answer_that_was_cut_short_is_asked_again_once_more_of_it_is_wanted(tmp_path):
    path = tmp_path / "t.jsonl"
    with FakeModel(says(f"{GOOD} {GOOD} {GOOD} {ALSO} {THIRD}")) as server:
        write_one_by_one(server, path, "une")
        kept = json.loads(path.read_text().strip())
        assert kept["cut"]
        # As if the reader had hung up after the first sentence.
        path.write_text(json.dumps({**kept, "pieces": kept["pieces"][:5]}) + "\n")
        again, tape = write_one_by_one(server, path, "une")
        assert [verdict.sentence for verdict in again[0].verdicts] == [GOOD, GOOD, GOOD]
        assert (len(server.requests), tape.replayed) == (2, 0)
        _, tape = write_one_by_one(server, path, "une")
    assert (len(server.requests), tape.replayed) == (2, 1)


def test_a_recording_that_is_too_short_says_so(tmp_path):
    path = tmp_path / "t.jsonl"

    class Never:
        name, context = "m", 4096

        def stream(self, *_):
            pytest.fail("the model must not be asked")

    class Writes(Never):
        def stream(self, *_):
            yield "Un "
            yield "deux"

    stream = Tape(Writes(), path).stream((), 9, None)
    assert next(stream) == "Un "
    stream.close()
    tape = Tape(Never(), path)
    stream = tape.stream((), 9, None)
    assert next(stream) == "Un "
    with pytest.raises(Outgrown):
        next(stream)


def test_the_seconds_are_those_of_the_clock_and_are_kept(tmp_path):
    ticks = iter([10.0, 12.5, 13.0, 14.25])

    class Writes:
        name, context = "m", 4096

        def stream(self, *_):
            yield "Un "
            yield "deux"

    tape = Tape(Writes(), tmp_path / "t.jsonl", clock=lambda: next(ticks))
    assert "".join(tape.stream((), 9, None)) == "Un deux"
    assert tape.last.pieces == ((2.5, "Un "), (3.0, "deux"))
    assert (tape.last.seconds, tape.last.words, tape.last.first) == (4.25, 2, 2.5)
    kept, tape = tape.last, Tape(Writes(), tmp_path / "t.jsonl")
    list(tape.stream((), 9, None))
    assert (tape.last, tape.replayed) == (kept, 1)


def test_the_file_is_named_after_the_model_the_instructions_and_the_build(tmp_path):
    tasks = (Task.SYNTHESE, Task.COMPARAISON)
    path = tape_path(tmp_path, "20300101t000000-abc", "mistral/Petit modèle:7b", PROMPTS, tasks)
    versions = "-".join(f"{task.value}{PROMPTS.of(task).version}" for task in tasks)
    assert path == tmp_path / "written" / "20300101t000000-abc" / f"mistral-Petit-modèle-7b-{versions}.jsonl"


# --- a sample


def names(asked):
    return [(one.case.kind, one.question) for one in asked]


def test_a_sample_takes_as_many_of_each_kind_as_there_are_and_first_wordings_first():
    cases = [
        *(make_case(f"o{number}", phrasings=(f"autre o{number}",)) for number in range(6)),
        *(make_case(f"c{number}", kind="comparaison") for number in range(2)),
        make_case("s", kind="suite"),
    ]
    asked = [make_asked(case, wording) for case in cases for wording in case.wordings]
    assert spread(asked, None) == spread(asked, 99) == tuple(asked)
    assert names(spread(asked, 3)) == [
        ("ouverte", "Que prévoit o0 ?"),
        ("comparaison", "Que prévoit c0 ?"),
        ("suite", "Que prévoit s ?"),
    ]
    six = names(spread(asked, 6))
    assert [kind for kind, _ in six] == ["ouverte"] * 3 + ["comparaison"] * 2 + ["suite"]
    assert [question for _, question in six[:3]] == ["Que prévoit o0 ?", "Que prévoit o2 ?", "Que prévoit o4 ?"]
    ten = names(spread(asked, 10))
    assert [question for kind, question in ten if kind == "ouverte" and question.startswith("autre")] == ["autre o0"]
    assert all(len(set(names(spread(asked, most)))) == most for most in range(1, len(asked) + 1))
