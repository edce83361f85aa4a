"""Every engine of vectors passes the same tests, on real servers that are really killed."""

import hashlib
import re
import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest
from vector_servers import running_chroma, running_postgres

from clsassist import vectors as vectors_module
from clsassist.errors import ConfigurationError, IndexDamagedError, StoreUnavailableError
from clsassist.index import build_index
from clsassist.lexicon import load_lexicon
from clsassist.passages import corpus_to_passages
from clsassist.settings import Settings
from clsassist.vector_stores import collection_name, create_collection, drop_remote, is_server, open_collection
from clsassist.vectors import VectorIndex, fill_engine, fills_engine
from clsassist.vectors import build as write
from clsassist.vectors import update as write_change

ENGINES = ("exact", "coarse", "chroma", "chroma-server", "postgres")
SERVERS = ("chroma-server", "postgres")
STORES = ("chroma", *SERVERS)
DIMENSION = 48
COUNT = 1_200


def clustered_vectors(count, seed=0):
    """Vectors of unit length that lie in a cone, in groups, as embeddings of sentences do."""
    random = np.random.default_rng(seed)
    middles = random.standard_normal((60, DIMENSION)) + 1.5
    vectors = middles[random.integers(0, 60, count)] + 0.6 * random.standard_normal((count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def build(folder, ids, vectors, url):
    write(folder, ids, vectors)
    if fills_engine(len(ids), url):
        fill_engine(folder, url)


def update(folder, previous, removed, ids, vectors, url):
    write_change(folder, previous, removed, ids, vectors)
    if fills_engine(len(ids), url):
        fill_engine(folder, url, previous)


IDS = [f"plan-été/fiche {number:04}/0.0" for number in range(COUNT)]
VECTORS = clustered_vectors(COUNT)
QUESTIONS = clustered_vectors(30, seed=1)


@pytest.fixture(scope="module")
def chroma_server(tmp_path_factory):
    with running_chroma(tmp_path_factory.mktemp("chroma-server")) as server:
        yield server


@pytest.fixture(scope="module")
def postgres_server():
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def servers(request):
    """A server by the name of its engine, started when first asked for."""
    fixtures = {"chroma-server": "chroma_server", "postgres": "postgres_server"}
    return lambda engine: request.getfixturevalue(fixtures[engine])


@pytest.fixture(scope="module")
def url_of(servers):
    """The setting that chooses an engine."""
    return lambda engine: servers(engine).url if engine in SERVERS else {"chroma": "chroma"}.get(engine, "")


@pytest.fixture(scope="module")
def new_folder(tmp_path_factory):
    """A folder for a build, named as the others are."""
    numbers = iter(range(1_000_000))
    return lambda: tmp_path_factory.mktemp("builds", numbered=True) / f"20260101t000000-{next(numbers):08}"


@pytest.fixture(scope="module", params=ENGINES)
def built(request, url_of, new_folder):
    """The folder of a build and the setting of its engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors_module, "COARSE_FROM", 100 if request.param == "coarse" else 1_000_000)
        folder, url = new_folder(), url_of(request.param)
        build(folder, IDS, VECTORS, url)
        yield folder, url


@pytest.fixture
def index(built):
    with closing(VectorIndex.open(*built)) as opened:
        yield opened


def best_by_hand(question, k, ids=IDS, vectors=VECTORS):
    cosines = np.round((vectors @ question).astype(np.float64), 6)
    return [ids[row] for row in sorted(range(len(ids)), key=lambda row: (-cosines[row], ids[row]))[:k]]


def names(hits):
    return [name for name, _ in hits]


# --- what every engine finds


def test_the_hundred_nearest_are_those_of_exact_arithmetic(index):
    found = [set(names(index.search(question, 100))) for question in QUESTIONS]
    wanted = [set(best_by_hand(question, 100)) for question in QUESTIONS]

    recall = np.mean([len(some & all_) / 100 for some, all_ in zip(found, wanted, strict=True)])
    assert recall >= 0.95


def test_scores_are_exact_cosines_in_falling_order(index):
    hits = index.search(QUESTIONS[0], 200)

    assert len(hits) == len(set(names(hits))) == 200
    cosines = dict(zip(IDS, (VECTORS @ QUESTIONS[0]).tolist(), strict=True))
    assert all(score == pytest.approx(cosines[name], abs=2e-6) for name, score in hits)
    assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))


def test_every_vector_is_its_own_nearest(index):
    rows = range(0, COUNT, 60)

    assert [index.search(VECTORS[row], 1)[0][0] for row in rows] == [IDS[row] for row in rows]


def test_a_search_for_more_than_engines_give_finds_all_there_is(index):
    assert names(index.search(QUESTIONS[2], 5_000)) == best_by_hand(QUESTIONS[2], COUNT)


@pytest.mark.parametrize("few", [vectors_module._FEW, 0], ids=["before", "after"])
@pytest.mark.parametrize("size", [1, 10, 700])
def test_a_filter_leaves_the_best_of_what_it_allows(index, monkeypatch, few, size):
    monkeypatch.setattr(vectors_module, "_FEW", few)
    rows = np.sort(np.random.default_rng(size).choice(COUNT, size, replace=False))
    allowed = {*(IDS[row] for row in rows), "a passage of another build, whose name is longer than any of this one"}

    found = names(index.search(QUESTIONS[3], 25, allowed))

    assert found == best_by_hand(QUESTIONS[3], 25, [IDS[row] for row in rows], VECTORS[rows])


def test_a_whole_build_passes_its_probe(index):
    index.probe()


# --- what a store holds


@pytest.fixture(params=STORES)
def store(request, url_of):
    return url_of(request.param)


def places_of(folder, url, servers):
    """Where an engine keeps what it was given."""
    if not is_server(url):
        return folder / "chroma"
    return servers("postgres" if url.startswith("postgresql") else "chroma-server").data


def holds(place, text):
    wanted = text.encode()
    return any(wanted in path.read_bytes() for path in place.rglob("*") if path.is_file())


class HashEmbedder:
    """A vector for each text, at no cost."""

    name = "hash-1"
    dimension = DIMENSION

    def embed_passages(self, texts, progress=None):
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text):
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
        vector = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
        return vector / np.linalg.norm(vector)


def test_no_engine_is_given_the_text_of_a_passage(store, servers, demo_corpus, tmp_path):
    passages = corpus_to_passages(demo_corpus)
    # Chroma in this process is what no setting names.
    settings = Settings(embedding_model="hash", vector_store_url=store if is_server(store) else "")
    report = build_index(
        demo_corpus, passages, tmp_path / "index", HashEmbedder(), load_lexicon().analyser, settings=settings
    )

    place = places_of(report.folder, store, servers)
    assert holds(place, passages[0].id)
    phrases = {phrase for passage in passages for phrase in re.findall(r"\w{4,} \w+ \w{4,}", passage.text)}
    assert len(phrases) > 500
    content = b"".join(path.read_bytes() for path in place.rglob("*") if path.is_file())
    assert {phrase for phrase in phrases if phrase.encode() in content} == set()


def test_dropping_a_build_removes_it_and_nothing_else(store, new_folder):
    if not is_server(store):
        pytest.skip("a folder is removed with its build")
    kept, dropped = new_folder(), new_folder()
    for folder in (kept, dropped):
        build(folder, IDS[:20], VECTORS[:20], store)

    drop_remote(dropped)
    drop_remote(dropped)

    with pytest.raises(StoreUnavailableError):
        open_collection(dropped, store, DIMENSION)
    with closing(open_collection(kept, store, DIMENSION)) as other:
        assert len(other) == 20
    drop_remote(kept)


def test_two_builds_side_by_side_do_not_see_each_other(store, new_folder):
    folders = [new_folder(), new_folder()]
    for mark, folder in zip("ab", folders, strict=True):
        build(folder, [f"{mark}{number}" for number in range(50)], VECTORS[:50], store)

    for mark, folder in zip("ab", folders, strict=True):
        with closing(open_collection(folder, store, DIMENSION)) as collection:
            found = collection.nearest(VECTORS[7], 60)
        assert sorted(found) == sorted(f"{mark}{number}" for number in range(50))
        assert found[0] == f"{mark}7"


def test_a_changed_build_is_what_a_new_one_would_be_and_the_one_before_stays_as_it_was(built, new_folder):
    before, url = built
    after, fresh = new_folder(), new_folder()
    changed = clustered_vectors(30, seed=5)
    removed, added = IDS[100:140], [*IDS[:20], *(f"nouvelle fiche {number}" for number in range(10))]

    update(after, before, removed, added, changed, url)

    vector_of = {**dict(zip(IDS, VECTORS, strict=True)), **dict(zip(added, changed, strict=True))}
    ids = [name for name in vector_of if name not in removed]
    build(fresh, ids, np.stack([vector_of[name] for name in ids]), url)
    with (
        closing(VectorIndex.open(after, url)) as new,
        closing(VectorIndex.open(fresh, url)) as whole,
        closing(VectorIndex.open(before, url)) as old,
    ):
        new.probe()
        old.probe()
        assert len(new) == len(whole) == COUNT - 30
        for question in (*QUESTIONS[:5], *changed[:5]):
            assert names(new.search(question, 5)) == names(whole.search(question, 5))
            assert names(old.search(question, 5)) == best_by_hand(question, 5)
    drop_remote(after)
    drop_remote(fresh)


FILL_HALF = """
import sys
from pathlib import Path
import numpy as np
from clsassist.vector_stores import create_collection
from clsassist.vectors import _write, _encode
folder, url, dimension = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
folder.mkdir(parents=True)
matrix = np.eye(100, dimension, dtype=np.float32) + 1
_write(folder, _encode([f"p{number:03}" for number in range(100)]), matrix)
collection, _ = create_collection(folder, url, dimension)
collection.add([f"p{number:03}" for number in range(50)], matrix[:50])
print("half", flush=True)
sys.stdin.readline()
"""


def test_a_build_killed_half_way_leaves_nothing_that_answers_and_can_be_removed(store, new_folder):
    folder = new_folder()
    command = [sys.executable, "-c", FILL_HALF, str(folder), store, str(DIMENSION)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as builder:
        assert builder.stdout.readline() == "half\n"
        builder.kill()

    with closing(VectorIndex.open(folder, store)) as index, pytest.raises((IndexDamagedError, StoreUnavailableError)):
        index.probe()
    if is_server(store):
        drop_remote(folder)
        collection, _ = create_collection(folder, store, DIMENSION)
        collection.close()
        drop_remote(folder)


# --- servers that fail


@pytest.fixture(params=SERVERS)
def failing(request, servers, new_folder, monkeypatch):
    """A server, an index over it, and no patience; the server answers again at the end."""
    monkeypatch.setattr(vectors_module, "_RETRY_SECONDS", 0.0)
    server, folder = servers(request.param), new_folder()
    build(folder, IDS, VECTORS, server.url)
    with closing(VectorIndex.open(folder, server.url)) as index:
        yield server, index
    drop_remote(folder)


def asks_the_server(index, caplog):
    """Whether the server answers a search, which is right in any case."""
    caplog.clear()
    assert names(index.search(QUESTIONS[4], 5)) == best_by_hand(QUESTIONS[4], 5)
    return "répondent à sa place" not in caplog.text


def test_a_server_that_dies_and_comes_back_changes_no_answer(failing, caplog):
    server, index = failing
    assert asks_the_server(index, caplog)

    server.kill()
    try:
        assert not asks_the_server(index, caplog)
        assert not asks_the_server(index, caplog)
    finally:
        server.start()

    assert asks_the_server(index, caplog)
    index.probe()


def test_a_server_that_is_down_when_the_index_opens_is_found_once_it_is_up(failing, caplog):
    server, first = failing
    server.kill()
    try:
        with closing(VectorIndex.open(first._folder, server.url)) as index:
            assert not asks_the_server(index, caplog)
            server.start()
            assert asks_the_server(index, caplog)
    finally:
        server.start()


def test_a_server_that_hangs_is_not_waited_for(failing, caplog, monkeypatch):
    from clsassist.vector_stores import chroma, postgres

    server, _ = failing
    monkeypatch.setattr(chroma, "_READ_SECONDS", 0.3)
    monkeypatch.setattr(postgres, "_READ_MS", 300)
    with closing(VectorIndex.open(failing[1]._folder, server.url)) as index:
        assert asks_the_server(index, caplog)
        server.freeze()
        try:
            assert not asks_the_server(index, caplog)
        finally:
            server.thaw()


def test_a_server_left_alone_after_a_failure_is_not_asked_again_at_once(failing, caplog, monkeypatch):
    server, index = failing
    monkeypatch.setattr(vectors_module, "_RETRY_SECONDS", 3_600.0)
    server.kill()
    try:
        assert not asks_the_server(index, caplog)
        # Silent: it is not asked.
        assert asks_the_server(index, caplog)
    finally:
        server.start()


@pytest.mark.parametrize("url", ["chroma+http://127.0.0.1:9", "postgresql://cls:s3cret@127.0.0.1:9/base"])
def test_an_index_cannot_be_built_on_a_server_that_does_not_answer(url, new_folder):
    with pytest.raises(ConfigurationError, match=r"127\.0\.0\.1:9.*clsassist index") as caught:
        build(new_folder(), IDS[:3], VECTORS[:3], url)
    assert "s3cret" not in str(caught.value)


def test_a_driver_that_is_not_installed_is_named_with_the_command_that_brings_it(new_folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "llama_index.vector_stores.postgres", None)

    with pytest.raises(ConfigurationError, match=r"pip install 'clsassist\[postgres\]'"):
        build(new_folder(), IDS[:3], VECTORS[:3], "postgresql://127.0.0.1:9/base")


def test_the_address_of_a_server_is_not_readable_by_others(chroma_server, new_folder):
    folder = new_folder()
    build(folder, IDS[:2], VECTORS[:2], chroma_server.url)

    assert (folder / "vector_store_url").stat().st_mode & 0o077 == 0
    drop_remote(folder)


def test_no_function_is_stored_in_a_collection_of_chroma(chroma_server, new_folder):
    import chromadb

    folder = new_folder()
    build(folder, IDS[:2], VECTORS[:2], chroma_server.url)
    client = chromadb.HttpClient(chroma_server.url.removeprefix("chroma+"))
    stored = client.get_collection(collection_name(folder), embedding_function=None)

    # The kind « legacy » is Chroma's word for: none, and none to be loaded.
    assert stored.configuration_json.get("embedding_function") in (None, {"type": "legacy"})
    client.close()
    drop_remote(folder)
