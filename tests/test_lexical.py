"""The lexical index: stems in, ids and BM25 scores out."""

import pytest

from clsassist.errors import IndexDamagedError
from clsassist.lexical import LexicalIndex, build, passage_to_entry
from clsassist.records import Passage, Span
from clsassist.text import Analyser

ANALYSER = Analyser(frozenset({"cpts", "msa", "esp", "esps"}))


def make_passage(identifier, text="", title="", label="", context=""):
    return Passage(identifier, "doc", "action", "autre", label, title, text, context, Span(0, len(text)))


@pytest.fixture
def index_of(tmp_path):
    """Build and open an index of some passages."""

    def make(*passages):
        build(tmp_path / "lexical", sorted(passage_to_entry(passage, ANALYSER) for passage in passages))
        return LexicalIndex.open(tmp_path / "lexical")

    return make


def ids(hits):
    return [passage_id for passage_id, _ in hits]


def test_a_plural_finds_the_singular_and_accents_do_not_count(index_of):
    index = index_of(
        make_passage("a", "un médecin généraliste"),
        make_passage("b", "une campagne d'affichage"),
    )

    assert ids(index.search(ANALYSER.stems("MEDECINS GENERALISTES"), 5)) == ["a"]


def test_stems_are_not_stemmed_a_second_time(index_of):
    # « cpts » would lose its s to a stemmer, and « maitr » is no French word any more.
    index = index_of(make_passage("a", "la CPTS des maîtres de stage"), make_passage("b", "les cpt"))

    assert ids(index.search(["cpts"], 5)) == ["a"]
    assert ids(index.search(["maitr"], 5)) == ["a"]


def test_an_acronym_in_the_plural_is_found_but_not_its_neighbour(index_of):
    index = index_of(make_passage("a", "une ESP"), make_passage("b", "deux ESPS"))

    assert ids(index.search(ANALYSER.stems("ESPS"), 5)) == ["b"]


def test_title_label_context_and_text_are_all_searched(index_of):
    index = index_of(
        make_passage("context", context="axe vaccination"),
        make_passage("label", label="vaccination"),
        make_passage("text", "vaccination"),
        make_passage("title", title="vaccination"),
    )

    assert sorted(ids(index.search(ANALYSER.stems("vaccination"), 5))) == [
        "context",
        "label",
        "text",
        "title",
    ]


def test_a_word_of_the_title_is_worth_more_than_one_of_the_text_and_that_more_than_one_of_the_context(
    index_of,
):
    filler = [make_passage(f"filler{number}", "autre", "autre", "autre", "autre") for number in range(9)]
    index = index_of(
        make_passage("context", "autre", "autre", "", "vaccination"),
        make_passage("text", "vaccination", "autre", "", "autre"),
        make_passage("title", "autre", "vaccination", "", "autre"),
        *filler,
    )

    assert ids(index.search(ANALYSER.stems("vaccination"), 5)) == ["title", "text", "context"]


def test_a_rare_word_is_worth_more_than_a_common_one(index_of):
    common = [make_passage(f"common{number}", "santé publique") for number in range(20)]
    index = index_of(make_passage("rare", "vaccination publique"), *common)

    assert ids(index.search(ANALYSER.stems("santé vaccination"), 1)) == ["rare"]


def test_a_synonym_counts_for_the_weight_it_is_given(index_of):
    index = index_of(make_passage("synonym", "praticien"), make_passage("typed", "médecin"))

    assert ids(index.search({"praticien": 0.5, "medecin": 1.0}, 5)) == ["typed", "synonym"]
    assert ids(index.search({"praticien": 1.0, "medecin": 0.5}, 5)) == ["synonym", "typed"]
    assert ids(index.search({"praticien": 0.0, "medecin": 1.0}, 5)) == ["typed"]


def test_a_weight_of_one_is_the_same_as_no_weight(index_of):
    index = index_of(make_passage("a", "médecin de garde"), make_passage("b", "médecin"))

    assert index.search(["medecin", "gard"], 5) == index.search({"medecin": 1.0, "gard": 1.0}, 5)


def test_only_the_allowed_passages_are_found_with_the_scores_they_had(index_of):
    index = index_of(*(make_passage(f"p{number}", "médecin " * (number + 1)) for number in range(9)))
    everywhere = dict(index.search(["medecin"], 9))

    found = index.search(["medecin"], 9, allowed={"p3", "p5", "absent"})

    assert set(ids(found)) == {"p3", "p5"}
    assert dict(found) == pytest.approx({key: everywhere[key] for key in ("p3", "p5")})


def test_nothing_allowed_means_nothing_found(index_of):
    index = index_of(make_passage("a", "médecin"))

    assert index.search(["medecin"], 5, allowed=set()) == []


@pytest.mark.parametrize(("stems", "k"), [([], 5), ({}, 5), (["medecin"], 0), (["absent"], 5)])
def test_a_search_for_nothing_finds_nothing(index_of, stems, k):
    assert index_of(make_passage("a", "médecin")).search(stems, k) == []


def test_passages_of_equal_score_come_in_the_order_of_their_ids_even_at_the_cut(index_of, monkeypatch):
    passages = [make_passage(f"p{number:03}", "le nombre de stages") for number in range(300)]
    with monkeypatch.context() as patched:
        # Merged segments are in any order: as if the index had been filled from the last to the first.
        patched.setattr("clsassist.lexical.sorted", lambda items, key: list(items), raising=False)
        index = index_of(*reversed(passages))

    assert ids(index.search(["stag"], 7)) == [f"p{number:03}" for number in range(7)]
    assert ids(index.search(["stag"], 300)) == [f"p{number:03}" for number in range(300)]


def test_punctuation_and_operators_in_a_stem_are_plain_characters(index_of):
    index = index_of(make_passage("a", "médecin"))

    assert index.search(['text:"medecin" OR *', "(", "a+b"], 5) == []


def test_an_index_can_be_read_by_other_accounts_as_the_umask_lets_them(index_of, tmp_path):
    index_of(make_passage("a", "médecin"))

    modes = {path.stat().st_mode for path in (tmp_path / "lexical").iterdir() if path.suffix != ".lock"}

    assert len(modes) == 1


def test_the_index_says_how_many_passages_it_holds(index_of):
    assert len(index_of(make_passage("a", "un"), make_passage("b", ""))) == 2


def test_an_absent_or_damaged_index_is_explained(tmp_path):
    build(tmp_path / "damaged", [passage_to_entry(make_passage("a", "médecin"), ANALYSER)])
    (tmp_path / "damaged" / "meta.json").write_text("{")

    for name in ("absent", "damaged"):
        with pytest.raises(IndexDamagedError, match="clsassist index"):
            LexicalIndex.open(tmp_path / name)
