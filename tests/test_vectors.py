"""Dense search by exact arithmetic and with Chroma embedded: the same passages, or a sentence on what is wrong."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from clsassist import vectors as vectors_module
from clsassist.errors import EmbeddingError, IndexDamagedError
from clsassist.vector_stores import collection_name
from clsassist.vectors import VectorIndex, build, fill_engine, fills_engine

DIMENSION = 8
IDS = [f"fiche-{number:03}/0.0" for number in range(250)]


def unit_vectors(count, seed=0):
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = unit_vectors(len(IDS))
QUESTION = unit_vectors(1, seed=1)[0]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("builds") / "20260101t000000-00000000"
    build(folder, IDS, VECTORS)
    fill_engine(folder, "chroma")
    return folder


@pytest.fixture(params=["chroma", ""], ids=["chroma", "exact"])
def index(request, built):
    opened = VectorIndex.open(built, request.param)
    yield opened
    opened.close()


def nearest_by_hand(question, k):
    cosines = sorted(((float(row @ question), name) for name, row in zip(IDS, VECTORS, strict=True)), reverse=True)
    return [(name, pytest.approx(cosine, abs=2e-6)) for cosine, name in cosines[:k]]


def test_the_nearest_passages_come_first_with_their_cosine(index):
    assert index.search(QUESTION, 12) == nearest_by_hand(QUESTION, 12)


def test_a_passage_is_its_own_nearest_with_a_cosine_of_one(index):
    assert index.search(VECTORS[42], 1) == [(IDS[42], pytest.approx(1.0))]


def test_asking_for_more_than_there_is_gives_all_there_is(index):
    assert len(index.search(QUESTION, 10_000)) == len(IDS) == len(index)


def test_nothing_asked_for_is_nothing_found(index):
    assert index.search(QUESTION, 0) == []


def test_only_the_allowed_passages_are_found_with_the_same_cosines(index):
    everywhere = dict(index.search(QUESTION, len(IDS)))
    allowed = {*IDS[10:30], "absent"}

    found = index.search(QUESTION, 5, allowed)

    best = sorted(IDS[10:30], key=lambda name: -everywhere[name])[:5]
    assert found == [(name, everywhere[name]) for name in best]


def test_nothing_allowed_is_nothing_found(index):
    assert index.search(QUESTION, 5, allowed=set()) == []
    assert index.search(QUESTION, 5, allowed={"absent"}) == []


@pytest.mark.parametrize(
    "vector",
    [np.full(DIMENSION, np.nan, np.float32), np.ones(DIMENSION + 1, np.float32)],
    ids=["nan", "longer"],
)
def test_a_vector_of_another_model_is_refused(index, vector):
    with pytest.raises(EmbeddingError, match="clsassist index"):
        index.search(vector, 5)


def test_identical_texts_come_in_the_order_of_their_ids(tmp_path):
    names = [f"p{number:02}" for number in range(40)]
    build(tmp_path / "build", names[::-1], np.repeat(unit_vectors(1), 40, axis=0))

    found = VectorIndex.open(tmp_path / "build").search(QUESTION, 7)

    assert [name for name, _ in found] == names[:7]


def test_a_small_index_is_searched_without_importing_chroma(built):
    script = (
        "import sys, numpy; from pathlib import Path; from clsassist.vectors import VectorIndex;"
        f"VectorIndex.open(Path({str(built)!r})).search(numpy.ones({DIMENSION}, numpy.float32), 3);"
        "sys.exit(bool({'chromadb', 'llama_index', 'torch'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_two_processes_can_read_the_same_build(built):
    script = f"""
import sys, numpy
from pathlib import Path
from clsassist.vectors import VectorIndex
index = VectorIndex.open(Path({str(built)!r}), 'chroma')
question = numpy.array({QUESTION.tolist()}, numpy.float32)
first = index.search(question, 10)
print("opened", flush=True)
sys.stdin.readline()
assert all(index.search(question, 10) == first for _ in range(50))
print(first)
"""
    command = [sys.executable, "-c", script]
    readers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    # Both hold the folder open before either goes on.
    assert [reader.stdout.readline() for reader in readers] == ["opened\n", "opened\n"]
    found = [reader.communicate("\n")[0] for reader in readers]

    assert [reader.returncode for reader in readers] == [0, 0]
    assert found[0] == found[1] == f"{VectorIndex.open(built).search(QUESTION, 10)}\n"


def test_the_texts_are_not_given_to_chroma(built):
    import chromadb

    client = chromadb.PersistentClient(str(built / "chroma"))
    stored = client.get_collection(collection_name(built), embedding_function=None).get(IDS[0])

    assert stored["documents"] == [""]
    client.close()


def test_a_whole_build_passes_its_probe(built):
    index = VectorIndex.open(built, "chroma")
    index.probe()
    index.close()


def copy_of(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / built.name))


def test_a_probe_notices_that_chroma_lost_some_vectors(built, tmp_path):
    import chromadb

    folder = copy_of(built, tmp_path)
    client = chromadb.PersistentClient(str(folder / "chroma"))
    client.get_collection(collection_name(folder), embedding_function=None).delete(IDS[7:9])
    client.close()
    index = VectorIndex.open(folder, "chroma")

    with pytest.raises(IndexDamagedError, match="248 vecteurs sur 250"):
        index.probe()


def test_a_probe_notices_that_chroma_gives_other_passages_than_it_should(built, tmp_path):
    folder = copy_of(built, tmp_path)
    np.save(folder / "vectors.npy", unit_vectors(len(IDS), seed=2))
    index = VectorIndex.open(folder, "chroma")

    with pytest.raises(IndexDamagedError, match="64 essayés"):
        index.probe()


def test_a_missing_chroma_folder_is_done_without_and_not_made_anew_empty(built, tmp_path):
    folder = copy_of(built, tmp_path)
    shutil.rmtree(folder / "chroma")

    assert VectorIndex.open(folder, "chroma").search(QUESTION, 3) == nearest_by_hand(QUESTION, 3)
    assert not (folder / "chroma").exists()


def test_a_damaged_chroma_database_is_done_without_and_said(built, tmp_path, caplog):
    folder = copy_of(built, tmp_path)
    (folder / "chroma" / "chroma.sqlite3").write_bytes(b"garbage" * 1000)

    assert VectorIndex.open(folder, "chroma").search(QUESTION, 3) == nearest_by_hand(QUESTION, 3)
    assert "clsassist index" in caplog.text


@pytest.mark.parametrize("name", ["vectors.npy", "passage_ids.npy"])
@pytest.mark.parametrize("content", [None, b"", b"[1, 2]"])
def test_absent_or_damaged_vectors_are_explained(built, tmp_path, name, content):
    folder = copy_of(built, tmp_path)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)

    with pytest.raises(IndexDamagedError, match="clsassist index"):
        VectorIndex.open(folder)


def test_from_some_size_on_a_copy_in_eight_bits_is_read_first(tmp_path, monkeypatch):
    monkeypatch.setattr(vectors_module, "COARSE_FROM", 250)
    build(tmp_path / "build", IDS, VECTORS)
    index = VectorIndex.open(tmp_path / "build")

    assert (tmp_path / "build" / "vectors8.npy").is_file()
    assert index.search(QUESTION, 12) == nearest_by_hand(QUESTION, 12)
    assert index.search(QUESTION, 5, set(IDS[10:30]))[0][0] in IDS[10:30]


def test_identical_texts_come_in_the_order_of_their_ids_in_eight_bits_too(tmp_path, monkeypatch):
    monkeypatch.setattr(vectors_module, "COARSE_FROM", 10)
    names = [f"p{number:02}" for number in range(90)]
    build(tmp_path / "build", names[::-1], np.repeat(unit_vectors(1), 90, axis=0))

    found = VectorIndex.open(tmp_path / "build").search(QUESTION, 7)

    assert [name for name, _ in found] == names[:7]


@pytest.mark.parametrize("content", [None, b"", b"[1, 2]"])
def test_an_absent_or_damaged_copy_in_eight_bits_is_explained(tmp_path, monkeypatch, content):
    monkeypatch.setattr(vectors_module, "COARSE_FROM", 250)
    build(tmp_path / "build", IDS, VECTORS)
    path = tmp_path / "build" / "vectors8.npy"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)

    with pytest.raises(IndexDamagedError, match="clsassist index"):
        VectorIndex.open(tmp_path / "build")


def test_chroma_is_filled_in_this_process_up_to_some_size_only():
    assert fills_engine(9_999, "")
    assert not fills_engine(10_000, "")
    assert not fills_engine(10, "aucun")
    assert all(fills_engine(1_000_000, url) for url in ("chroma", "chroma+http://127.0.0.1:8000", "postgresql://base"))


def test_what_an_engine_was_given_is_told(tmp_path):
    told = []
    build(tmp_path / "20260101t000000-00000009", IDS, VECTORS)

    fill_engine(tmp_path / "20260101t000000-00000009", "chroma", progress=lambda *amount: told.append(amount))

    assert told == [(250, 250)]
