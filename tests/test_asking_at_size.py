"""Asking many fiches: the same answers from numbers as from records, shown so that a person can read them."""

from __future__ import annotations

import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from made_registry import many_fiches

from clsassist.answering import compose
from clsassist.answering.lines import MOST_SHOWN
from clsassist.answering.reuse import answer_reuse
from clsassist.evidence import Evidence
from clsassist.fetching import SourceText
from clsassist.lexicon import load_lexicon
from clsassist.question import Intent, Question
from clsassist.records import Action, Answer, Block, BlockKind, Document, Span
from clsassist.registry import Registry
from clsassist.registry_writing import page_starts
from clsassist.segments import Segment
from clsassist.text import says
from clsassist.understanding import understand
from clsassist.verification import verify
from clsassist.vocabulary import Vocabulary

_FICHES = 400
_QUESTIONS = (
    "Quelles actions portent sur les addictions ?",
    "Quelles actions sont portées par l'ARS ?",
    "Combien d'actions en 2025 ?",
    "Quelles actions ont la MSA pour partenaire, sauf celles portées par la CPAM ?",
    "Combien d'actions par porteur ?",
    "Quelles actions ne concernent pas la télémédecine ?",
    "Nous sommes la CPAM, à quoi sommes-nous engagés ?",
)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return many_fiches(tmp_path_factory.mktemp("many") / "registry.sqlite", _FICHES)


@pytest.fixture(scope="module")
def vocabulary(registry: Registry) -> Vocabulary:
    return Vocabulary.from_registry(registry, load_lexicon())


def _ask(text: str, registry: Registry, vocabulary: Vocabulary) -> Answer:
    evidence = Evidence(understand(text, vocabulary), registry, vocabulary.lexicon, ())
    return verify(compose(evidence), registry)


def _every_segment(registry: Registry) -> list[Segment]:
    return registry.segments_like("*")


@pytest.mark.parametrize(
    "words", ["santé", "santé mentale", "maîtrise de stage", "les addictions", "cosmonaute", "ARS"]
)
def test_rows_are_those_of_the_segments_that_say_the_words(registry: Registry, words: str) -> None:
    form = load_lexicon().analyser.stems(words)
    said = [one for one in _every_segment(registry) if says(one.stems, [form])]
    assert registry.segments_saying([form]) == said
    assert registry.owners_saying([form]) == {one.owner for one in said}


def test_what_stands_above_a_segment_counts_beside_its_own_words(registry: Registry) -> None:
    analyser = load_lexicon().analyser
    first, second = analyser.stems("Développer"), analyser.stems("addictions")
    rows = registry.rows.standing_with(registry.rows.saying([first]), [second])
    wanted = [
        one
        for one in _every_segment(registry)
        if says(one.stems, [first]) and says((*one.context, "|", *one.stems), [second])
    ]
    assert registry.segments(rows) == wanted
    assert wanted


def test_a_page_is_found_from_the_text_as_from_the_blocks() -> None:
    pages = [1, 1, 2, None, 2, 3, 3]
    blocks = tuple(
        Block(BlockKind.PARAGRAPH, Span(10 + 7 * place, 12 + 7 * place), page) for place, page in enumerate(pages)
    )
    document = Document("d", "d.pdf", "", None, "x" * 80, blocks)
    starts, numbers = zip(*page_starts(document), strict=True)
    source = SourceText(document.path, document.text, starts, numbers)
    assert [source.page_at(place) for place in range(80)] == [document.page_at(place) for place in range(80)]


def test_a_set_too_long_to_read_is_whole_and_shown_in_part(registry: Registry, vocabulary: Vocabulary) -> None:
    answer = _ask("Combien d'actions en 2025 ?", registry, vocabulary)
    wanted = [
        one.id for one in registry.actions.values() if one.first_year and one.last_year
        and one.first_year <= 2025 <= one.last_year
    ]  # fmt: skip
    assert [one.id for one in answer.actions] == wanted
    assert len(wanted) > MOST_SHOWN
    assert f"**{len(wanted)} actions sur {_FICHES}" in answer.text
    assert f"{len(wanted) - MOST_SHOWN} autres actions y répondent aussi" in answer.text
    assert len(answer.citations) == MOST_SHOWN


@pytest.mark.parametrize("question", _QUESTIONS)
def test_what_is_shown_bounds_what_is_cited(registry: Registry, vocabulary: Vocabulary, question: str) -> None:
    answer = _ask(question, registry, vocabulary)
    assert answer.actions
    assert len(answer.citations) <= 5 * MOST_SHOWN


def test_only_the_proofs_shown_are_read(
    registry: Registry, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Segment] = []
    segments = registry.segments

    def counting(rows: object) -> list[Segment]:
        found = segments(rows)  # type: ignore[arg-type]
        read.extend(found)
        return found

    monkeypatch.setattr(registry, "segments", counting)
    answer = _ask("Quelles actions parlent de santé ?", registry, vocabulary)
    assert len(answer.actions) > MOST_SHOWN
    assert len({one.owner for one in read}) <= MOST_SHOWN + 10


def test_twenty_threads_get_the_answers_that_one_gets(registry: Registry, vocabulary: Vocabulary) -> None:
    alone = [_ask(question, registry, vocabulary) for question in _QUESTIONS]
    with ThreadPoolExecutor(20) as threads:
        together = list(threads.map(lambda question: _ask(question, registry, vocabulary), _QUESTIONS * 6))
    assert together == alone * 6


def _rarest_shared(registry: Registry, model: Action) -> list[str]:
    """Rank actions by the cosine of rare words, one record at a time."""
    lexicon = load_lexicon()
    words = {
        action.id: {
            token.stem
            for text in (
                action.title,
                *(item.text for one in action.fields if one.key == "etapes" for item in one.items),
            )
            for token in lexicon.analyser.content(text)
            if token.stem not in lexicon.tool_words | lexicon.weak_words
            and len(token.form) > 2
            and not token.form.isdigit()
        }
        for action in registry.actions.values()
    }
    counts = Counter(stem for held in words.values() for stem in held)
    rare = {stem: math.log(len(words) / n) for stem, n in counts.items() if n <= max(2, len(words) / 3)}
    title = set(lexicon.analyser.stems(model.title))
    scores = []
    for identifier, held in words.items():
        shared = held & words[model.id] & rare.keys()
        norm = math.sqrt(sum(rare.get(stem, 0.0) for stem in held)) or 1.0
        score = sum(rare[stem] * (3 if stem in title else 1) for stem in shared) / norm
        if identifier != model.id and len(shared) > 1:
            scores.append((-round(score, 9), identifier))
    return [identifier for _, identifier in sorted(scores)[:3]]


@pytest.mark.parametrize("place", [0, 37, 150, 399])
def test_likeness_reckoned_on_numbers_is_that_of_the_words(registry: Registry, place: int) -> None:
    model = list(registry.actions.values())[place]
    question = Question("Quelles actions ressemblent à celle-ci ?", Intent.SIMILAR, models=(model.id,))
    answer = verify(answer_reuse(Evidence(question, registry, load_lexicon(), ())), registry)
    assert [one.id for one in answer.actions] == _rarest_shared(registry, model)
