"""What readers say of the answers: kept whole, erased whole, exported so that others can read it back."""

from __future__ import annotations

import csv
import io
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from answers import make_answer, make_citation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clsassist import feedback as module
from clsassist.errors import ClsAssistError
from clsassist.evaluation.cases import load_cases
from clsassist.feedback import (
    MAX_COMMENT_CHARS,
    MAX_PREVIOUS,
    Feedback,
    FeedbackStore,
    Rating,
    Reason,
    Selection,
    StoredFeedback,
    Verdict,
    feedback_to_cases,
    feedback_to_csv,
    judge,
)
from clsassist.records import AnswerStatus

EVERYTHING = Selection()
LIKED = Verdict(Rating.UP)
BUILD = "20261130t022522-015b0670"


def opinion(question: str = "Quelles actions ?", verdict: Verdict = LIKED, **changes: object) -> Feedback:
    return judge(make_answer(question=question, **changes), verdict, BUILD, ("Et avant ?",))


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "données")


def test_an_opinion_comes_back_whole(store: FeedbackStore) -> None:
    given_one = opinion(verdict=Verdict(Rating.DOWN, Reason.INCOMPLETE, "Il manque la fiche 3."))

    identifier = store.add(given_one)
    (kept,) = store.find(EVERYTHING)

    assert (kept.id, kept.feedback, kept.seen) == (identifier, given_one, False)
    assert datetime.now(UTC) - kept.given_at < timedelta(minutes=5)
    assert given_one.documents == ("plan/thur.txt",)
    assert given_one.citations[0].quote == "Promouvoir la maîtrise\nde stage"
    assert given_one.build == BUILD


def test_a_second_thought_replaces_the_first(store: FeedbackStore) -> None:
    first = store.add(opinion(), key="réponse-1")
    store.mark_seen([first])
    second = store.add(opinion(verdict=Verdict(Rating.DOWN, Reason.WRONG)), key="réponse-1")
    store.add(opinion(), key="réponse-2")
    store.add(opinion())
    store.add(opinion())

    assert first == second
    assert store.count(EVERYTHING) == 4
    (kept,) = store.find(Selection(rating=Rating.DOWN))
    assert (kept.feedback.reason, kept.seen) == (Reason.WRONG, False)


def test_complaints_come_first_then_what_nobody_has_read(store: FeedbackStore) -> None:
    names = ["plus lu", "plus", "moins lu", "moins"]
    for name in names:
        store.add(opinion(name, Verdict(Rating.DOWN if name.startswith("moins") else Rating.UP)))
    store.mark_seen(kept.id for kept in store.find(EVERYTHING) if kept.feedback.question.endswith("lu"))

    assert [kept.feedback.question for kept in store.find(EVERYTHING)] == ["moins", "moins lu", "plus", "plus lu"]


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        (EVERYTHING, 4),
        (Selection(rating=Rating.DOWN), 1),
        (Selection(seen=False), 3),
        (Selection(rating=Rating.UP, seen=True), 1),
    ],
)
def test_a_selection_is_counted_and_found_alike(store: FeedbackStore, selection: Selection, count: int) -> None:
    first = store.add(opinion())
    store.add(opinion())
    store.add(opinion())
    store.add(opinion(verdict=Verdict(Rating.DOWN)))
    store.mark_seen([first])

    assert store.count(selection) == len(store.find(selection)) == count


def test_pages_share_out_every_opinion(store: FeedbackStore) -> None:
    for number in range(7):
        store.add(opinion(str(number)))

    pages = [store.find(EVERYTHING, most=3, skipped=skipped) for skipped in (0, 3, 6)]

    assert [len(page) for page in pages] == [3, 3, 1]
    assert {kept.feedback.question for page in pages for kept in page} == set("0123456")


def test_what_is_too_long_is_cut() -> None:
    answer = make_answer(text="x" * 1_000_000, citations=tuple(make_citation(number=n) for n in range(1, 500)))
    kept = judge(answer, Verdict(Rating.DOWN, comment="c" * 50_000), BUILD, [str(n) for n in range(500)])

    assert len(kept.answer) == 20_000
    assert len(kept.comment) == MAX_COMMENT_CHARS
    assert kept.previous == tuple(str(n) for n in range(500 - MAX_PREVIOUS, 500))
    assert len(kept.citations) == 100


def test_half_a_character_is_no_incident(store: FeedbackStore) -> None:
    store.add(opinion("Pourquoi \ud83d ?", Verdict(Rating.UP, comment="\udc00")), key="k")

    (kept,) = store.find(EVERYTHING)

    assert kept.feedback.question == "Pourquoi ? ?"


def test_the_file_is_for_its_owner_alone(store: FeedbackStore) -> None:
    store.add(opinion())

    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


# --- erasing


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_an_erased_opinion_is_in_no_file(store: FeedbackStore) -> None:
    kept = store.add(opinion("une question gardée"))
    erased = store.add(opinion("une question anticonstitutionnelle", Verdict(Rating.DOWN, comment="zythum" * 100)))
    assert b"anticonstitutionnelle" in bytes_of(store.path.parent)

    assert store.delete([erased]) == 1

    left = bytes_of(store.path.parent)
    assert b"anticonstitutionnelle" not in left
    assert b"zythum" not in left
    assert [one.id for one in store.find(EVERYTHING)] == [kept]


def test_opinions_on_a_document_go_with_it(store: FeedbackStore) -> None:
    store.add(opinion("sur la mienne"))
    other = make_answer(question="sur une autre", citations=(make_citation(document="autre.pdf"),), actions=())
    store.add(judge(other, LIKED, BUILD))

    assert store.count_quoting(["plan/thur.txt", "absent.txt"]) == 1
    assert store.delete_quoting(["plan/thur.txt", "absent.txt"]) == 1

    assert [kept.feedback.question for kept in store.find(EVERYTHING)] == ["sur une autre"]
    assert b"plan/thur.txt" not in bytes_of(store.path.parent)


def test_all_opinions_can_be_erased(store: FeedbackStore) -> None:
    store.add(opinion())
    store.add(opinion())

    assert store.delete_all() == 2
    assert store.count(EVERYTHING) == 0


def test_opinions_are_kept_no_longer_than_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FeedbackStore(tmp_path, retention_days=30)
    now = datetime(2026, 6, 30, 12, tzinfo=UTC)
    for days, question in ((31, "trop ancienne"), (29, "encore là")):
        monkeypatch.setattr(module, "_now", lambda days=days: now - timedelta(days=days))
        store.add(opinion(question))
    monkeypatch.setattr(module, "_now", lambda: now)

    assert [kept.feedback.question for kept in store.find(EVERYTHING)] == ["encore là"]
    assert b"trop ancienne" not in bytes_of(tmp_path)


# --- several at once, and failures


def test_many_threads_write_at_once(store: FeedbackStore) -> None:
    def write(number: int) -> int:
        return store.add(opinion(str(number)))

    with ThreadPoolExecutor(8) as threads:
        identifiers = list(threads.map(write, range(60)))

    assert len(set(identifiers)) == 60
    assert {kept.feedback.question for kept in store.find(EVERYTHING)} == set(map(str, range(60)))


def test_a_folder_that_cannot_be_written_is_told_in_french(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")

    with pytest.raises(ClsAssistError, match="Vérifiez la place libre et les droits"):
        FeedbackStore(tmp_path / "fichier" / "données").add(opinion())


def test_a_damaged_file_is_told_in_french(store: FeedbackStore) -> None:
    store.add(opinion())
    store.path.write_bytes(b"n'importe quoi" * 1_000)

    with pytest.raises(ClsAssistError, match="Les avis n'ont pas pu"):
        store.find(EVERYTHING)


# --- exports

_TEXTS = st.text(max_size=200)
_OPINIONS = st.builds(
    Feedback,
    rating=st.sampled_from(Rating),
    question=_TEXTS,
    answer=_TEXTS,
    status=st.sampled_from(AnswerStatus),
    build=st.just(BUILD),
    reason=st.none() | st.sampled_from(Reason),
    comment=_TEXTS,
    previous=st.lists(_TEXTS, max_size=2).map(tuple),
)


def kept_as(number: int, said: Feedback) -> StoredFeedback:
    return StoredFeedback(number, datetime(2026, 3, 1, tzinfo=UTC), False, said)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(said=st.lists(_OPINIONS, max_size=3))
def test_whatever_was_said_can_be_evaluated(tmp_path: Path, said: list[Feedback]) -> None:
    path = tmp_path / "avis.yaml"
    path.write_text(feedback_to_cases([kept_as(n, one) for n, one in enumerate(said)]), encoding="utf-8")

    cases = load_cases(path)

    assert [case.status for case in cases] == [one.status for one in said]
    assert all(len(case.before) == len(one.previous) for case, one in zip(cases, said, strict=True))


def test_the_evaluation_gets_the_question_and_what_was_answered(tmp_path: Path) -> None:
    liked = kept_as(1, opinion("Et la télémédecine : où ?"))
    disliked = kept_as(2, opinion("Non ?", Verdict(Rating.DOWN, Reason.WRONG, "Faux.\n- id: piège\n\u2028kind: x")))
    text = feedback_to_cases([liked, disliked])
    path = tmp_path / "avis.yaml"
    path.write_text(text, encoding="utf-8")

    first, second = load_cases(path)

    assert (first.id, first.question, first.before) == ("avis-20260301-1", "Et la télémédecine : où ?", ("Et avant ?",))
    assert (first.actions, first.fields) == (("thur#2",), ("objectifs_operationnels",))
    assert (second.question, second.fields) == ("Non ?", ())
    assert "# 👎 le 01/03/2026" in text
    assert "#   - id: piège" in text


def test_no_opinion_is_an_empty_evaluation(tmp_path: Path) -> None:
    path = tmp_path / "avis.yaml"
    path.write_text(feedback_to_cases([]), encoding="utf-8")

    assert load_cases(path) == ()


def test_a_spreadsheet_gets_every_opinion_and_no_formula() -> None:
    said = opinion("=1+1", Verdict(Rating.DOWN, Reason.OTHER, "@SOMME(A1)\n; et « le reste »"))

    (row,) = csv.DictReader(io.StringIO(feedback_to_csv([kept_as(7, said)])), delimiter=";")

    assert row["question"] == "'=1+1"
    assert row["commentaire"] == "'@SOMME(A1)\n; et « le reste »"
    assert (row["numero"], row["date"], row["motif"], row["lu"]) == ("7", "01/03/2026 00:00", "Autre raison", "non")
