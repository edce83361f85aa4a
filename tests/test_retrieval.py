"""Fusion, passages that say the same, and the optional cross-encoder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clsassist.errors import ConfigurationError
from clsassist.reranking import CrossEncoderReranker, rerank
from clsassist.retrieval import fuse, merge_same

SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0.01, 30), max_size=8)


@given(SCORES, SCORES, st.floats(0, 1))
def test_a_fusion_holds_everything_found_once_in_order(lexical, dense, weight):
    hits = fuse(lexical, dense, weight)

    assert sorted(hit.passage_id for hit in hits) == sorted({**lexical, **dense})
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 + 1e-9 for hit in hits)


@given(SCORES, st.floats(0.1, 0.9))
def test_what_is_first_in_both_rankings_is_first(lexical, weight):
    if lexical:
        best = min(lexical, key=lambda key: (-lexical[key], key))
        assert fuse(lexical, lexical, weight)[0].passage_id == best


def test_each_part_of_a_score_is_told():
    first, second = fuse({"a": 2.0, "b": 1.0}, {"b": 0.9}, 0.7)

    assert (first.passage_id, first.lexical_rank, first.dense_rank) == ("b", 2, 1)
    assert (second.passage_id, second.lexical_rank, second.dense_rank) == ("a", 1, None)


def test_identical_passages_are_returned_once_with_their_other_places():
    hits = fuse({"a": 3.0, "b": 2.0, "c": 1.0}, {}, 0.0)

    merged = merge_same(hits, {"a": "pareil", "b": "autre", "c": "pareil"}.__getitem__)

    assert [(hit.passage_id, hit.same) for hit in merged] == [("a", ("c",)), ("b", ())]


def test_the_indicators_repeated_in_five_fiches_are_one_hit(assistant):
    found = assistant.search("typologie des vecteurs de communication créés ou utilisés", 20)
    texts = [passage.text for passage, _ in found]

    assert len(texts) == len(set(texts))
    assert "Même texte dans :" in assistant.explain("typologie des vecteurs de communication créés ou utilisés")


class Backwards:
    """Prefers the last of the texts."""

    def score(self, question, texts):
        return [float(place) for place in range(len(texts))]


def test_a_reranker_reorders_the_first_hits_only():
    hits = fuse({chr(97 + place): 30.0 - place for place in range(25)}, {}, 0.0)

    ordered = rerank("question", hits, str, Backwards())

    assert [hit.passage_id for hit in ordered[:2]] == ["t", "s"]
    assert [hit.passage_id for hit in ordered[20:]] == [hit.passage_id for hit in hits[20:]]
    assert [hit.score for hit in ordered] == sorted((hit.score for hit in hits), reverse=True)


def test_a_tiny_cross_encoder_of_sentence_transformers_reranks(tmp_path):
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "bus", "stage"]
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(tmp_path)

    scores = CrossEncoderReranker.load(str(tmp_path)).score("bus", ["bus", "stage"])

    assert len(scores) == 2 and all(isinstance(score, float) for score in scores)


def test_a_cross_encoder_that_cannot_be_loaded_is_said_in_french(tmp_path):
    with pytest.raises(ConfigurationError, match="CLSASSIST_RERANKER"):
        CrossEncoderReranker.load(str(tmp_path / "absent"))
